"""Units compared fairly, and what would help: bands and rank intervals, funnels, what a point or a place takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says
from hotline_lib.bulletin._scores import score_source
from hotline_lib.bulletin._standing import moved, moved_columns, notes
from hotline_lib.bulletin._wording import drawn, provisional
from hotline_lib.errors import UnknownValueError
from hotline_lib.exact import half_up, percent
from hotline_lib.indicators import BY_KEY, INDICATORS
from hotline_lib.metrics._funnels import FEWEST
from hotline_lib.present import _fair as charts
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._cells import Column
from hotline_lib.present._sentences import Sentence
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import RANK, SCORE, UNIT, column

if TYPE_CHECKING:
    from hotline_lib.month import Month
    from hotline_lib.present._chart import Chart

_ENOUGH = 30  # tickets: a median of fewer says little
_TARGETS = {"point": "多得1分", "place": "进位"}
_FLAT = 1.1  # limits that widen by no more than a tenth over all units are flat to the eye
_PER_HEAD = ("tickets", "complaints")


def needs_help(m: Month) -> Exhibit:
    """谁需要帮助、帮什么：失分、未上报或抽检到了须关注程度的单位，和最省力的一步。

    有 sentence、table。frame：一行一个单位：rank、unit、needs（不足之处）、way（最省力的一步）、tickets（这一步的件数）。
    来源：rates、counts、抽检；界限在 params/scoring.yaml。
    """
    parts = Parts(sentence=Says("needs_help", _needs), table=_needs_table)
    return Exhibit(m, _in_need(m), {}, {}, parts, score_source)


def bands(m: Month) -> Exhibit:
    """分档和名次区间：同样的工作再遇一个月的偶然，名次会落在哪里；区间重叠的，先后可能只是偶然。

    有 sentence、table、chart。frame：scoring.rank_intervals，一行一个单位：rank、score、rank_low、rank_high、band。
    来源：rates、params/scoring.yaml；抽样四千次，种子固定。
    """
    parts = Parts(
        sentence=Says("bands", _bands),
        table=_bands_table,
        chart=lambda x: drawn(x.m, "bands", lambda: charts.rank_ranges(x.frame), **_bands(x)),
    )
    return Exhibit(m, figures.rank_intervals(m), {"unit": "unit"}, {}, parts, score_source)


def what_it_takes(m: Month) -> Exhibit:
    """多得1分、进一位各要几件：最少有几件工单照常办好，就能多得分或进位；工单编号在 CSV。

    有 sentence、table；没有单位做得到时没有表。frame：scoring.takes，一行一个单位、目标和做法：indicators、tickets、of、gained、score、rank、ids。
    来源：rates、本月上报的工单、params/scoring.yaml。
    """
    parts = Parts(sentence=Says("what_it_takes", _takes), table=_takes_table)
    return Exhibit(m, figures.takes(m), {}, {}, parts)


def funnel(m: Month, of: str = "complaints") -> Exhibit:
    """漏斗图：各市按自己的件数或人口与合计相比，界限随件数变宽；出了99.8%界限的才算明显偏高或偏低。省级集团不与各市比。

    of：tickets（万人工单）、complaints（万人投诉），或一项率的名称（complaint_24h_rate）。
    有 sentence、table、chart。frame：metrics.funnel。来源：counts 或 rates、params/units.yaml。
    """
    if of not in _PER_HEAD and (of not in BY_KEY or BY_KEY[of].kind != "rate"):
        raise UnknownValueError("漏斗图", of, [*_PER_HEAD, *(each.key for each in INDICATORS if each.kind == "rate")])
    parts = Parts(
        sentence=Says("funnel", lambda x: _funnel_words(x, of)),
        table=lambda x: _funnel_table(x, of),
        chart=lambda x: _funnel_chart(x, of),
    )
    return Exhibit(m, figures.funnel(m, of), {"unit": "unit"}, {}, parts)


def handling(m: Month) -> Exhibit:
    """投诉举报的办结时长：平均之外，最快一成、半数和九成各在多少分钟内办结，24小时和5日内的占比，平均数掩盖了什么。

    有 sentence、table。frame：metrics.handling_times，一行一个单位，件数多的在前。来源：handling。
    """
    complaints = m.handling[m.handling["business_type"] == m.params.catalogue.name_of("complaint")]
    parts = Parts(sentence=Says("handling", _handling), table=_handling_table)
    return Exhibit(m, metrics.handling_times(complaints), {}, {}, parts, lambda x, column, row: None)


def methods(m: Month) -> Exhibit:
    """本页的统计方法和出处，一次说清。

    有 sentence，每种方法一段。frame：空表。来源：metrics、scoring 的说明和 params/scoring.yaml。
    """
    return Exhibit(m, pd.DataFrame(), _parts=Parts(sentence=Says("methods", _methods, "table-note")))


def _methods(x: Exhibit) -> list[dict[str, Any]]:
    changes = x.m.params.scheme.signals.changes
    known = {"least": changes.least, "monthly_sd": changes.monthly_sd, "peers": FEWEST}
    known["groups"] = (x.m.units["kind"] == "group").any()
    return [known | {"saying": what} for what in ("changes", "bands", "takes", "funnels")]


def _handling(x: Exhibit) -> dict[str, Any]:
    """The unit whose mean is drawn up most by few tickets, of those with enough of them."""
    rows = x.frame[x.frame["tickets"] >= _ENOUGH]
    hidden = rows.assign(times=rows["mean_minutes"].astype(float) / rows["median_minutes"].clip(lower=1))
    hidden = hidden.merge(x.m.units[["unit", "long_name"]], on="unit").sort_values(
        "times", ascending=False, kind="stable"
    )
    return {"rows": hidden.to_dict("records"), "tickets": int(x.frame["tickets"].sum())}


def _handling_table(x: Exhibit) -> Table:
    names = ("tickets", "mean_minutes", "p10_minutes", "median_minutes", "p90_minutes", "within_24h", "within_5d")
    return Table(
        x.frame, [UNIT, *(column(name, key=name) for name in names)], label=f"{x.m.params.catalogue.name_of('complaint')}办结时长", order="按上报件数从多到少排",
        notes=["时长为受理到办结；一成、中位、九成时长：最快的一成、一半、九成在这么多分钟内办结，取整分钟"],
    )  # fmt: skip


def _in_need(m: Month) -> pd.DataFrame:
    at, lost = m.params.scheme.signals.attention, figures.lost(m)
    left, checks = figures.left_much(m), figures.spot_checks(m)
    checks = None if checks is None else checks.set_index("unit")
    explained = figures.explained(m).set_index(["unit", "indicator"])
    points = figures.takes(m)
    points = points[points["target"] == "point"].sort_values("tickets").drop_duplicates("unit").set_index("unit")
    rows = []
    for row in figures.scores(m)[::-1].to_dict("records"):
        unit, needs = row["unit"], []
        if unit in left:
            needs.append(f"未上报{left[unit].count}件，占{left[unit].share}%，各率不含这些工单")
        for key in [key for key in lost if lost.loc[unit, key] >= at.points]:
            missed = explained.loc[(unit, key), "missed"]
            short = "" if pd.isna(missed) else f"（{missed}件未达标）"
            needs.append(f"{BY_KEY[key].short}失{numbers.points(lost.loc[unit, key])}分{short}")
        if checks is not None and unit in checks.index and checks.loc[unit, "problems"] >= at.bad:
            needs.append(f"抽检{checks.loc[unit, 'answered']}件，{checks.loc[unit, 'problems']}件有问题")
        if needs:
            way = points.loc[unit] if unit in points.index else None
            words = "" if way is None else f"照常办好，{_what(way['indicators'])}多得{numbers.points(way['gained'])}分"
            rows.append(
                (row["rank"], unit, row["long_name"], "；".join(needs), words, None if way is None else way["tickets"])
            )
    return pd.DataFrame(rows, columns=["rank", "unit", "long_name", "needs", "way", "tickets"]).astype(
        {"tickets": "Int64"}
    )


def _what(keys: tuple[str, ...]) -> str:
    return "、".join(BY_KEY[key].short for key in keys)


def _needs(x: Exhibit) -> dict[str, Any]:
    return {"rows": x.frame.fillna({"tickets": 0}).to_dict("records"), "units": len(x.m.units)}


def _needs_table(x: Exhibit) -> Table | Sentence:
    if x.frame.empty:
        return Sentence("")
    columns = [
        RANK, UNIT, Column("不足之处", "needs", "text"), column("tickets", head="最省力的一步"), Column("办法和得分", "way", "text"),
    ]  # fmt: skip
    without = ["“—”：没有找到多办好几件工单就能多得1分的一步"] * bool(x.frame["tickets"].isna().any())
    return Table(x.frame, columns, label="需要帮助的单位", order="名次在后的在前", notes=[*without, *provisional(x.m)])


def _bands(x: Exhibit) -> dict[str, Any]:
    rows, m = x.frame, x.m
    groups = [own["unit"].tolist() for _, own in rows.groupby("band", sort=True)]
    wide = rows.assign(width=rows["rank_high"] - rows["rank_low"]).sort_values("width", kind="stable").iloc[-1]
    return {"bands": groups, "units": len(m.units), "widest": wide.to_dict()}


def _bands_table(x: Exhibit) -> Table:
    words = lambda low, high: f"{low}–{high}" if low < high else str(low)
    spans = list(map(words, x.frame["rank_low"], x.frame["rank_high"]))
    rows = x.frame.join(moved(x.m), on="unit", validate="one_to_one").assign(range=spans)
    since = moved_columns(x.m)  # why there are none is said in a sentence beside the table
    return Table(
        rows,
        [column("band"), UNIT, RANK, SCORE, Column("名次区间", "range", "words"), *since],
        label="分档和名次区间",
        order="按名次排；工作水平不变、只有偶然波动时，十个月中至少九个月名次在区间之内",
        notes=["同档的单位，达到本档最高得分的机会都不低于5%", *(notes(x.m) if since else []), *provisional(x.m)],
    )


def _takes(x: Exhibit) -> dict[str, Any]:
    points = x.frame[x.frame["target"] == "point"].sort_values("tickets", kind="stable")
    best = points.drop_duplicates("unit").to_dict("records")
    names = x.m.units.set_index("unit")["long_name"]
    return {"units": [{**row, "what": _what(row["indicators"]), "long_name": names[row["unit"]]} for row in best]}


def _takes_table(x: Exhibit) -> Table | Sentence:
    """Tickets that win a point and a place at once stand once; nothing where nobody can win any."""
    if x.frame.empty:
        return Sentence("")
    of = [name for name in x.frame.columns if name not in ("target", "way")]
    merged = x.frame.groupby(of, sort=False, as_index=False)["target"].agg(tuple)
    rows = merged.assign(
        aim=merged["target"].map(lambda targets: "、".join(_TARGETS[each] for each in targets)),
        what=[_what(keys) for keys in merged["indicators"]],
        reach=merged["far"].map({"near": "近", "far": "较远"}),
        listed=[" ".join(ids) for ids in merged["ids"]],
        now=merged["unit"].map(figures.scores(x.m).set_index("unit")["score"]),
    )
    columns = [
        UNIT, Column("现总分", "now", "score", "now"), Column("目标", "aim", "text", "target"),
        Column("涉及的指标", "what", "text", "indicators"),
        column("tickets", head="至少几件"), column("share", head="占计入工单"), Column("远近", "reach", "text", "far"),
        column("gained", kind="points", head="可多得"), SCORE, RANK, Column("工单编号", "listed", "text", "ids", in_page=False),
    ]  # fmt: skip
    return Table(
        rows, columns, label="多得1分、进位各要几件", order="按区划排；得分、名次为届时的，其他单位不变", row_head="unit",
        notes=[f"一件照常办好：各项都合格，用时为本单位{x.m.params.catalogue.name_of('complaint')}的中位时长，不超过24小时和时限。一件可同时算进几项指标",
               "一个目标有两种做法（件数少的，或名次高的）时各列一行。只列做得到的：超过计入工单四分之一的不列；不超过5%为近。多受理工单、断网时长等不是办好工单，不列", *provisional(x.m)],
    )  # fmt: skip


def _funnel_of(m: Month, of: str) -> dict[str, str]:
    if of in _PER_HEAD:
        complaints = m.params.catalogue.of_role("complaint").brief.removesuffix("举报")
        return {"name": f"万人{complaints if of == 'complaints' else '工单'}", "size": "人口", "unit": "与应有件数之比"}
    return {"name": BY_KEY[of].short, "size": "计入的工单", "unit": "%"}


def _funnel_words(x: Exhibit, of: str) -> dict[str, Any]:
    rows = x.frame
    side = lambda which: rows.loc[rows["beyond"] == which, "unit"].tolist()
    cities, own = set(x.m.units.loc[x.m.units["kind"] == "city", "unit"]), figures.indicators(x.m)
    if of in BY_KEY:
        cities &= set(own.loc[(own["indicator"] == of) & (own["denominator"] > 0), "unit"])
    return {
        **_funnel_of(x.m, of),
        "high": side("high"),
        "low": side("low"),
        "cities": len(rows),
        "compared": len(cities),
        "least": FEWEST,
        "rate": of not in _PER_HEAD,
        "wide": bool((rows["tau"] > 0).any()),
        "flat": (width := rows["highest"] - rows["lowest"]).max() <= _FLAT * width.min(),
    }


def _funnel_table(x: Exhibit, of: str) -> Table | Sentence:
    if x.frame.empty:
        return Sentence("")
    factor = 1 if of in _PER_HEAD else 100
    rows = x.frame.assign(**{name: x.frame[name] * factor for name in ("value", "lowest", "highest")})
    rows["limits"] = [f"{low:.2f}–{high:.2f}" for low, high in zip(rows["lowest"], rows["highest"], strict=True)]
    rows["said"] = rows["beyond"].map({"high": "明显偏高", "low": "明显偏低", "": ""})
    sums = rows[["numerator", "denominator"]].sum().map(int)
    pairs = list(zip(rows["numerator"].map(int), rows["denominator"].map(int), strict=True))
    ratio = lambda n, of: half_up(n * sums["denominator"], of * sums["numerator"])
    rows["shown"] = [str(percent(n, of) if factor == 100 else ratio(n, of)) for n, of in pairs]
    about = _funnel_of(x.m, of)
    columns = [
        UNIT, column("numerator", head="件数"), column("denominator", head=about["size"]),
        Column(about["name"], "shown", "words", unit=about["unit"]), Column("99.8%界限", "limits", "words"),
        Column("与合计相比", "said", "words"),
    ]  # fmt: skip
    return Table(
        rows.sort_values("value", ascending=False, kind="stable"),
        columns,
        label=f"{about['name']}漏斗",
        order="从高到低排",
    )


def _funnel_chart(x: Exhibit, of: str) -> Chart | Sentence:
    if x.frame.empty:
        return Sentence("")
    about, factor = _funnel_of(x.m, of), 1 if of in _PER_HEAD else 100
    head = f"{about['name']}（{about['unit']}）"
    picture = lambda: charts.funnel(x.frame, head=head, size=about["size"], factor=factor)
    return drawn(x.m, "funnel", picture, **_funnel_words(x, of))
