"""A unit's own edition (06): its tickets, its issues beside the province's, its indicators, its sample, its place.

Everything takes ``unit``: a short name, a long name or an alias of params/units.yaml.
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import figures
from hotline_lib.bulletin.columns import NO_BASE, compared_rows
from hotline_lib.bulletin.wording import drawn, from_template
from hotline_lib.exact import competition_rank, is_missing, percent
from hotline_lib.indicators import BY_KEY, INDICATORS
from hotline_lib.month import Month
from hotline_lib.present import charts, numbers
from hotline_lib.present.cells import Column
from hotline_lib.present.charts import Chart
from hotline_lib.present.sentences import Figure, Sentence
from hotline_lib.present.tables import Table

_ANSWERS = {"yes": "是", "no": "否", "not reached": "未接通", "refused": "拒访"}
_QUESTIONS = {"called_back": "已回访", "closed": "已办结", "satisfied": "满意"}


def _name(m: Month, unit: str) -> str:
    return m.params.unit(unit).name


def _counts(m: Month, unit: str) -> pd.DataFrame:
    return m.counts[m.counts["unit"] == _name(m, unit)]


def _types_of(m: Month, unit: str) -> pd.DataFrame:
    """Business types of one unit with its own base months, as far as those know units by type."""
    name, bases = _name(m, unit), {}
    for kind in ("yoy", "mom"):
        rows = figures.base(m, kind).by("unit", "business_type")
        bases[kind] = None if rows is None else rows[rows["unit"] == name][["business_type", "tickets"]]
    rows = metrics.type_volumes(_counts(m, name), m.types, **bases)
    return rows[(rows["role"] != "retired") | (rows["tickets"] > 0)].reset_index(drop=True)


def total_of(m: Month, unit: str) -> Figure:
    """All tickets of the unit as a part of the month, with its bases."""
    name, bases = _name(m, unit), []
    for kind in ("yoy", "mom"):
        rows = figures.base(m, kind).by("unit")
        bases.append(None if rows is None else int(rows.loc[rows["unit"] == name, "tickets"].sum()))
    tickets = int(_counts(m, name)["tickets"].sum())
    long_name = m.params.unit(name).long_name
    return Figure(long_name, tickets, figures.total(m).tickets, *bases, where={"unit": name}, of_where={})


def types(m: Month, unit: str) -> Table:
    """What the unit was asked and told, by business type."""
    whole = total_of(m, unit)
    total = {"business_type": figures.TOTAL, "tickets": whole.tickets, "of": whole.tickets}
    return compared_rows(
        _types_of(m, unit), "business_type", "业务类型", {**total, "yoy_base": whole.yoy_base, "mom_base": whole.mom_base},
        notes=[NO_BASE] if is_missing(whole.yoy_base) or is_missing(whole.mom_base) else [],
    )  # fmt: skip


def issues(m: Month, role: str, unit: str, top: int = 5) -> Table | Sentence:
    """The unit's most frequent issues of a business type, beside their share in its peers together."""
    others, type_name = _peers(m, unit), m.params.catalogue.name_of(role)
    rows = metrics.beside_peers(_counts(m, unit), m.counts[m.counts["unit"].isin(others)], role, top=top)
    if rows.empty:
        return Sentence(f"{m.params.unit(unit).long_name}本月没有标注事项的{type_name}工单。")
    whose = f"其他{len(others)}市" if _are_cities(m, others) else "其他单位"
    beside = rows["rest_of"].iloc[0] > 0
    beside_columns = [
        Column(f"{whose}\n占比", ("rest", "rest_of"), "share", unit="%"),
        Column("相差", "more", "pull", unit="百分点", significant="told"),
    ]
    return Table(
        rows,
        [
            Column("名次", "rank", "rank"),
            Column("事项", "issue", "text"),
            Column("件数", "tickets", unit="件"),
            Column(f"占本单位\n{type_name}", ("tickets", "of"), "share", unit="%"),
            *(beside_columns if beside else []),
        ],
        caption=type_name,
        order="按件数排",
        row_head="issue",
        notes=["▲▼ 占比相差显著"] if beside else [],
    )


def _peers(m: Month, unit: str) -> list[str]:
    """The other units of its kind; nobody, if it is a kind of its own."""
    me = m.params.unit(unit)
    return [each.name for each in m.params.units if each.kind == me.kind and each.name != me.name]


def _are_cities(m: Month, names: list[str]) -> bool:
    return all(m.params.unit(name).kind == "city" for name in names)


def indicators(m: Month, unit: str) -> Table:
    """The unit's 17 indicators with what they are made of, all units together beside them, and the points they cost."""
    name = _name(m, unit)
    own, together, lost = figures.indicators_by_unit(m).loc[name], figures.all_units_together(m), figures.lost(m)
    rows = []
    for of in INDICATORS:
        kind = "rate" if of.kind == "per_10k" else of.kind
        cell = Column("", "value", kind, words=("已开展", "未开展"))
        rows.append(
            {
                "indicator": of.label,
                "unit_of": of.unit,
                "own": cell.printed({"value": own.loc[of.key, "value"]}),
                "from": _made_of(of.key, own.loc[of.key]),
                "all": cell.printed({"value": together.loc[of.key, "value"]}),
                "points": lost[of.key].get(name, 0) if of.key in lost else 0,
            }
        )
    scores = figures.scores(m).set_index("unit").loc[name]
    cost = lambda row: "strong" if row["points"] > 0 else ""
    return Table(
        pd.DataFrame(rows),
        [
            Column("指标", "indicator", "text"),
            Column("本单位", "own", "words", emphasis=cost),
            Column("计量", "unit_of", "text"),
            Column("由来", "from", "words"),
            Column(f"{m.params.organisation.region}合并", "all", "words"),
            Column("失分", "points", "points", emphasis=cost),
        ],
        label="考评指标",
        order="按附件1的顺序；由来为分子/分母",
        row_head="indicator",
        total={"indicator": "合计", "points": scores["lost"]},
    )


def _made_of(key: str, of: pd.Series) -> str | None:
    """3/4, 4,093,002秒/620件; nothing for what the month's parameters say."""
    if not BY_KEY[key].counted and BY_KEY[key].kind != "per_10k":
        return None
    if BY_KEY[key].kind == "count":
        return None
    parts = [numbers.count(of["numerator"]), numbers.count(of["denominator"])]
    units = {"minutes": ("秒", "件"), "per_10k": ("件", "人")}.get(BY_KEY[key].kind, ("", ""))
    return "/".join(part + unit for part, unit in zip(parts, units, strict=True))


def peers(m: Month, unit: str) -> Table:
    """The unit's place among units of its kind (all units, if it has hardly any peers), beside the best and the middle."""
    me, others = m.params.unit(unit), _peers(m, unit)
    kind = [me.name, *others] if len(others) >= 2 else m.params.unit_names
    scores = figures.scores(m).set_index("unit")["score"]
    values = figures.indicators(m).pivot(index="unit", columns="indicator", values="value")
    checks = figures.spot_checks(m)
    measures = [
        ("总分", scores, True, numbers.decimal),
        ("业务量（件）", figures.units(m).set_index("unit")["tickets"], True, numbers.count),
        (BY_KEY["tickets_per_10k"].label, values["tickets_per_10k"], True, numbers.decimal),
        ("投诉平均办结时长（分钟）", values["complaint_mean_minutes"], False, numbers.decimal),
    ]
    if checks is not None and (checks["sampled"] > 0).any():
        drawn_from = checks[checks["sampled"] > 0].set_index("unit")
        bad = [percent(*each) for each in zip(drawn_from["problems"], drawn_from["sampled"], strict=True)]
        measures.append(("抽检有问题（%）", pd.Series(bad, index=drawn_from.index), False, numbers.decimal))
    rows = []
    for name, of, most_first, printed in measures:
        known = of.reindex(kind).dropna()
        if me.name in known.index:
            ranks = dict(zip(known.index, competition_rank(list(known), descending=most_first), strict=True))
            ordered = sorted(known, reverse=most_first)
            rows.append(
                {
                    "measure": name,
                    "own": printed(known[me.name]),
                    "place": f"{ranks[me.name]}/{len(known)}",
                    "first": printed(ordered[0]),
                    "middle": printed(ordered[(len(ordered) - 1) // 2]),
                }
            )
    return Table(
        pd.DataFrame(rows, columns=["measure", "own", "place", "first", "middle"]),
        [
            Column("项目", "measure", "text"),
            Column("本单位", "own", "words"),
            Column("名次", "place", "words", unit="/单位数"),
            Column("第1", "first", "words"),
            Column("居中", "middle", "words"),
        ],
        label="名次",
        order=f"在{len(kind)}个{'市' if _are_cities(m, kind) else '单位'}中；总分、件数从高到低，时长、问题从低到高",
        row_head="measure",
    )


def spot_checks(m: Month, unit: str) -> Table | Sentence:
    """The unit's tickets that were drawn at random, and what each showed."""
    name, long_name = _name(m, unit), m.params.unit(unit).long_name
    drawn_ones = m.spot_checks if m.spot_checks is not None else pd.DataFrame(columns=["drawn", "unit"])
    own = drawn_ones[(drawn_ones["drawn"] == "random") & (drawn_ones["unit"] == name)]
    if own.empty:
        return Sentence(f"本月没有抽检{long_name}的工单。")
    answer = lambda question: lambda row: "strong" if row[question] == _ANSWERS["no"] else "soft"
    rows = own.assign(**{question: own[question].map(_ANSWERS) for question in _QUESTIONS})
    return Table(
        rows,
        [
            Column("工单编号", "ticket_id", "text"),
            *(Column(head, question, "words", emphasis=answer(question)) for question, head in _QUESTIONS.items()),
        ],
        label="抽检的工单",
        row_head="ticket_id",
        notes=["抽这么少不足以证明没有问题"] if not (own[list(_QUESTIONS)] == "no").any(axis=None) else [],
    )


def _overview(m: Month, unit: str) -> dict[str, object]:
    me = m.params.unit(unit)
    score = figures.scores(m).set_index("unit").loc[me.name]
    lost = figures.lost(m).loc[me.name] if len(figures.lost(m).columns) else pd.Series(dtype=object)
    told = figures.units(m).set_index("unit").loc[me.name, "yoy_significant"]
    worst = lost[lost > 0].sort_values(ascending=False, kind="stable")
    return {
        "whole": total_of(m, me.name),
        "told": not is_missing(told) and bool(told),
        "score": score["score"],
        "rank": int(score["rank"]),
        "tied": int((figures.scores(m)["rank"] == score["rank"]).sum()) > 1,
        "lost": score["lost"],
        "worst": [{"name": BY_KEY[key].short, "points": points} for key, points in worst.items()],
        "units": len(m.units),
    }


def types_chart(m: Month, unit: str) -> Chart:
    rows = _types_of(m, unit)
    return drawn(
        m, "unit_types", charts.types(rows), unit=m.params.unit(unit).long_name, total=total_of(m, unit),
        types=figures.named(rows, "business_type"),
    )  # fmt: skip


TABLES = {
    "unit_types": types,
    "unit_inquiries": partial(issues, role="inquiry"),
    "unit_complaints": partial(issues, role="complaint"),
    "unit_indicators": indicators,
    "unit_peers": peers,
    "unit_spot_checks": spot_checks,
}
SENTENCES = {
    "unit_lead": from_template("unit_lead", _overview, "lead"),
    "unit_volumes": from_template("unit_volumes", _overview),
    "unit_scores": from_template("unit_scores", _overview),
}
CHARTS = {"unit_types": types_chart}
