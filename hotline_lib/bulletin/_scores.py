"""Annex 1 and what 04 adds to it: where points are lost, what the rates do not see, what the next step would take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says, with_more
from hotline_lib.bulletin._wording import drawn, noted, provisional, remarks
from hotline_lib.errors import how_many
from hotline_lib.exact import is_missing
from hotline_lib.indicators import BY_KEY, FROM_MONTH, INDICATORS, Indicator
from hotline_lib.month import Month
from hotline_lib.present import _charts as charts
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._cells import Column
from hotline_lib.present._chart import Chart
from hotline_lib.present._sentences import Cited
from hotline_lib.present._sources import Source
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import RANK, SCORE, UNIT, column

_TOTAL = "合计"


def scores(m: Month, *, top: int = 3) -> Exhibit:
    """总分与名次（图3）：各单位得了多少分，失分在哪些指标。

    top：句中列出前几名。
    有 sentence（第一部分末段）、lead（考评页导语）、note（失分按指标合计）、chart（图3）。
    frame：metrics.scores，一行一个单位：rank、unit、score、lost。来源：rates（按上报时间）、params/scoring.yaml。
    """
    parts = Parts(
        lead=Says("scoring_lead", _points_lost_of, "lead"),
        sentence=Says("scores", partial(_scores, top=how_many(top))),
        note=Says("scores_note", _points_lost_of),
        chart=_scores_chart,
    )
    return Exhibit(m, figures.scores(m), {"unit": "unit"}, {}, parts, score_source)


def indicators(m: Month) -> Exhibit:
    """考评指标（附件1）：各单位的名次、总分和 17 项指标，各率的分子、分母在附表中。

    有 table。frame：metrics.scores 各列，加每项指标一列（印出的值）、KEY_numerator、KEY_denominator。
    来源：rates（按上报时间）、月份参数、params/scoring.yaml。
    """
    long = figures.indicators(m).copy()
    long["denominator"] = long["denominator"].astype(object).where(long["numerator"].notna(), None)
    wide = long.pivot(index="unit", columns="indicator", values=["value", "numerator", "denominator"])
    wide.columns = [key if what == "value" else f"{key}_{what}" for what, key in wide.columns]
    frame = figures.scores(m).join(wide, on="unit", validate="one_to_one")
    x = Exhibit(m, frame, {"unit": "unit"}, {}, Parts(table=_indicators_table), score_source)
    return with_more(x, "indicators")


def points_lost(m: Month) -> Exhibit:
    """失分矩阵：单位按名次、指标按失分从多到少，颜色越深失分越多。

    有 sentence（末位的单位失在哪里）、table（矩阵）。
    frame：metrics.scores 各列，加每项有失分的指标一列（metrics.deductions 的 points）。来源：rates、params/scoring.yaml。
    """
    lost = figures.lost(m).astype(object)
    for key in figures.unconfirmed(m).keys() & set(lost):
        lost.loc[figures.unconfirmed(m)[key], key] = None
    frame = figures.scores(m).join(lost, on="unit", validate="one_to_one")
    parts = Parts(sentence=Says("worst_unit", _worst_unit), table=_points_lost_table)
    return Exhibit(m, frame, {"unit": "unit"}, {}, parts, _of_points)


def below_threshold(m: Month) -> Exhibit:
    """失分到了须关注程度的率，各是哪些单位（第三部分）。

    有 sentence。frame：metrics.deductions，一行一个单位和一条规则：unit、indicator、label、value、points。来源：rates。
    """
    return Exhibit(m, figures.deductions(m), _parts=Parts(sentence=Says("below_threshold", _below)))


def _indicators_table(x: Exhibit) -> Table:
    """Annex 1; numerators and denominators follow in the CSV."""
    m, long, region = x.m, figures.indicators(x.m), x.m.params.organisation.region
    together = figures.all_units_together(m)["value"]
    nobody = ((long["kind"] == "rate") & (long["denominator"] == 0) & long["value"].notna()).any()
    counts = [
        Column(f"{indicator.label}（{words}）", key := f"{indicator.key}_{what}", "count", key, in_page=False)
        for indicator in INDICATORS
        if indicator.kind in ("rate", "minutes", "per_10k")
        for what, words in (("numerator", "分子"), ("denominator", "分母"))
    ]
    return Table(
        x.frame,
        [RANK, UNIT, replace(SCORE, key="score"), *(_column(m, indicator) for indicator in INDICATORS), *counts],
        order="各率以%计；灰色为满值，加粗有底色为未满值或失"
        f"{numbers.points(m.params.scheme.signals.notice.points)}分及以上",
        label="附件1 考评指标",
        subtotal={**together, "unit": region},
        notes=[
            *m.incomplete,
            *noted(m, "part_only", units=list(figures.left_much(m).values())),
            *(["分母为0的率记100.00（n=0）"] if nobody else []),
            f"{region}为各单位工单合并计算，不参加排名，不作标记",
            *provisional(m),
        ],
        dense=True,
    )


@figures.once_a_month
def _made_of(m: Month, together: tuple[str, ...] | None = None) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows of ``indicators`` by (unit, indicator); together: of those units (none: all) as one, called ""."""
    if together is None:
        return {(row["unit"], row["indicator"]): row for row in figures.indicators(m).to_dict("records")}
    return {("", key): row for key, row in figures.all_units_together(m, together).to_dict("index").items()}


def score_source(x: Exhibit, column: Column, row: Mapping, together: tuple[str, ...] = ()) -> Source | None:
    """Where a figure of Annex 1 comes from: a unit's, or that of all units (of those) together."""
    m, unit, key = x.m, row["unit"], column.value
    if key not in BY_KEY and not (key == "score" and unit in m.params.unit_names):
        return None
    title, printed = f"{unit} · 考评", column.printed(row)
    if key == "score":
        lost = [(BY_KEY[each].short, points) for each, points in figures.lost(m).loc[unit].items() if points > 0]
        parts = "".join(f" − {numbers.points(points)}（{name}）" for name, points in lost)
        formula = f"总分 {numbers.points(m.params.scheme.full_marks)}{parts} = {printed}"
        return Source(title, f"{m.label}上报的工单；评分办法 {m.params.scheme.name}", formula)
    of = BY_KEY[key]
    known = unit in m.params.unit_names
    own = _made_of(m)[unit, key] if known else _made_of(m, together)["", key]
    numerator, denominator = own["numerator"], own["denominator"]
    tickets = f"{m.label}上报的工单；评分办法 {m.params.scheme.name}"
    if not of.counted and of.kind != "per_10k":
        return Source(title, tickets, f"{of.label} {printed}（params/months/{m.month}.yaml）")
    formula = {
        "rate": f"{numerator} ÷ {denominator} = {printed}%" if denominator else "没有这样的工单，记100.00%",
        "minutes": f"{numerator}秒 ÷ {denominator}件 ÷ 60 = {printed}分钟",
        "per_10k": f"受理{numerator}件 ÷ {denominator}人 × 10000 = {printed}",
        "count": f"{printed}{of.unit}",
    }[of.kind]
    rate = (unit, key) if of.counted and known else None
    counts = (int(numerator), int(denominator)) if denominator else ()
    return Source(title, tickets, f"{of.label} {formula}", rate=rate, counts=counts)


def _of_points(x: Exhibit, column: Column, row: Mapping) -> Source | None:
    """What an indicator cost a unit: its value, and the points by the scheme."""
    if column.value in ("score", "lost") or row["unit"] not in x.m.params.unit_names or column.value not in BY_KEY:
        return score_source(x, SCORE, row) if column.value in ("score", "lost") and "score" in row else None
    value = _made_of(x.m)[row["unit"], column.value]["value"]
    found = score_source(x, _column(x.m, BY_KEY[column.value]), {**row, column.value: value})
    return found and replace(found, formula=f"{found.formula}，失{numbers.points(row[column.value])}分")


def _column(m: Month, indicator: Indicator) -> Column:
    key, is_rate = indicator.key, indicator.kind == "rate"
    points = figures.lost(m).get(key, {})

    def emphasis(row: Mapping) -> str:
        full = is_rate and row[key] == 100
        short = is_rate and not full and not is_missing(row[key])
        dear = points.get(row["unit"], 0) >= m.params.scheme.signals.notice.points
        return "strong" if short or dear else "soft" if full else ""

    unit = "" if is_rate else indicator.unit
    head = indicator.head.removesuffix(f"|{unit}").replace("|", "\n")
    kind = "rate" if indicator.kind == "per_10k" else indicator.kind
    more: dict[str, Any]
    more = {"group": indicator.group, "title": indicator.label, "words": ("已开展", "未开展"), "missing": missing(key)}
    return Column(head, key, kind, key, unit, emphasis=emphasis, **more)


def missing(key: str) -> str:
    """What stands where an indicator has no value: somebody has yet to say it, or there is none."""
    return numbers.OPEN if key in (each.key for each in FROM_MONTH) else numbers.MISSING


def _points_lost_table(x: Exhibit) -> Table:
    """A heat map that is a table: units by rank, indicators by what they cost all units together."""
    m, scores = x.m, x.frame
    lost = figures.lost(m)
    return Table(
        scores,
        [
            RANK,
            UNIT,
            *(_lost_column(BY_KEY[key]) for key in lost),
            column("lost", head="失分合计", unit=""),
            column("score", unit="", emphasis=lambda row: "bold"),
        ],
        caption="失分矩阵",
        order="单位：分；按名次排，列按失分从多到少；颜色越深失分越多，·为未失分",
        total={"unit": _TOTAL, **lost.sum(), "lost": scores["lost"].sum()},
        notes=[
            *m.incomplete,
            *(["评分办法由印刷本反推，并非唯一"] if _inferred(m) else []),
            *rounded(m),
            *provisional(m),
        ],
        heat=True,
    )


def rounded(m: Month, only: str | None = None) -> list[str]:
    """The note on units (or the one) whose printed score is not full marks less their points to the last digit."""
    scores, sums = figures.scores(m), figures.lost(m).sum(axis=1)
    units = [
        row["unit"]
        for row in scores.to_dict("records")
        if only in (None, row["unit"]) and sums.get(row["unit"], 0) != row["lost"]
    ]
    return [f"总分四舍五入保留两位小数，{'、'.join(units)}的各项失分之和因此与合计略有出入"] if units else []


def _lost_column(indicator: Indicator) -> Column:
    """Tinted by points: heat1 under a point … heat5 from four points on."""
    key = indicator.key
    heat = lambda row: "" if is_missing(row[key]) or row[key] <= 0 else f"heat{min(int(row[key]), 4) + 1}"
    words = {"head": _two_lines(indicator), "title": indicator.label, "missing": missing(key)}
    return column("points", value=key, unit="", emphasis=heat, **words)


def _two_lines(indicator: Indicator) -> str:
    """投诉举报类 / 平均办结时长, 工单分类 / 正确率: the full name as a head."""
    last = indicator.short if indicator.label != indicator.short else indicator.head.split("|")[-1]
    first = indicator.label.removesuffix(last)
    return f"{first}\n{last}" if first and first != indicator.label else indicator.label


def _inferred(m: Month) -> bool:
    """Whether a rule of the scheme was worked out from the printed bulletin."""
    return any(rule.source == "inferred" for rule in m.params.scheme.rules)


def _scores(x: Exhibit, top: int) -> dict[str, Any]:
    rows = x.frame
    cited = lambda row: {**row, "score": Cited(numbers.decimal(row["score"]), score_source(x, SCORE, row))}
    return {"units": [cited(row) for row in rows[rows["rank"] <= top].to_dict("records")], "top": min(top, len(rows))}


def _lost(m: Month) -> list[dict[str, Any]]:
    """What each indicator costs all units together, the dearest first."""
    return [{"name": BY_KEY[key].short, "points": points} for key, points in figures.lost(m).sum().items()]


def _points_lost_of(x: Exhibit) -> dict[str, Any]:
    m = x.m
    lost, total = _lost(m), x.frame["lost"].sum()  # of printed scores: what a reader adds up from Annex 1
    rest = total - sum(each["points"] for each in lost[:3]) if len(lost) > 3 else 0
    unspoilt = len(INDICATORS) - len(set(figures.lost(m)) | set(figures.unconfirmed(m)))
    shown = {"units": len(m.units), "others": unspoilt, "inferred": _inferred(m), "rounded": rounded(m) != []}
    return {"lost": lost, "total": total, "rest": rest, **shown}


def _worst_unit(x: Exhibit) -> dict[str, Any]:
    """The unit with the lowest score, what cost it most, and by how many tickets if it is a rate."""
    m, rows = x.m, x.frame
    last = rows[(rows["rank"] == rows["rank"].max()) & (rows["lost"] > 0)]
    if last.empty:
        return {"units": []}
    lost = figures.lost(m).loc[last["unit"].iloc[0]].sort_values(ascending=False, kind="stable")
    of = figures.indicators(m).set_index(["unit", "indicator"]).loc[(lost.name, lost.index[0])]
    return {
        "units": last["long_name"].tolist(),
        "lost": last["lost"].iloc[0],
        "indicator": BY_KEY[lost.index[0]].short,
        "points": lost.iloc[0],
        "tickets": int(of["denominator"] - of["numerator"]) if of["kind"] == "rate" else 0,
        "only": int((lost > 0).sum()) == 1,
    }


def _below(x: Exhibit) -> dict[str, Any]:
    """The rates that cost a unit so many points that they call for attention, the dearest first, with these units."""
    m = x.m
    lost, least, below = figures.lost(m), m.params.scheme.signals.attention.points, []
    for key in [key for key in lost if BY_KEY[key].kind == "rate"]:
        rows = m.units[m.units["unit"].map(lost[key]).fillna(0) >= least]
        if len(rows):
            below.append(
                {
                    "label": BY_KEY[key].label,
                    "units": [*rows["unit"][:-1], *rows["long_name"][-1:]],
                    "cities": bool((rows["kind"] == "city").all()),
                    "few": len(rows) * 3 <= len(m.units),
                }
            )
    return {"below": below, "remarks": remarks(m)}


def _scores_chart(x: Exhibit) -> Chart:
    m, deductions = x.m, figures.deductions(x.m)
    picture = partial(
        charts.scores, x.frame, deductions[deductions["points"] > 0],
        full=int(m.params.scheme.full_marks), attention=m.params.scheme.signals.attention.points,
    )  # fmt: skip
    return drawn(m, "scores", picture, 3, units=x.frame.to_dict("records"), lost=_lost(m))
