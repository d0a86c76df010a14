"""A unit's own edition (06): its tickets, its issues beside the province's, its indicators, its sample, its place.

Everything takes ``unit``: a short name, a long name or an alias of params/units.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._columns import compared_rows
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says
from hotline_lib.bulletin._scores import score_source
from hotline_lib.bulletin._wording import drawn
from hotline_lib.exact import competition_rank, is_missing, percent
from hotline_lib.indicators import BY_KEY, INDICATORS
from hotline_lib.month import Month
from hotline_lib.present import _charts as charts
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._cells import Column
from hotline_lib.present._charts import Chart
from hotline_lib.present._sentences import Figure, Sentence
from hotline_lib.present._sources import Source
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import column

_QUESTIONS = ("called_back", "closed", "satisfied")


def unit_types(m: Month, unit: str) -> Exhibit:
    """一个单位的业务类型：受理了多少，各类占多少，同比、环比怎样。

    unit：params/units.yaml 中的名称、全称或别名。
    有 sentence、lead（分册导语）、table、chart。
    frame：metrics.type_volumes，一行一类，of 为本单位全部。来源：counts（按受理时间）。
    """
    name = m.params.unit(unit).name
    parts = Parts(
        lead=Says("unit_lead", partial(_overview, unit=name), "lead"),
        sentence=Says("unit_volumes", partial(_overview, unit=name)),
        table=partial(_types_table, unit=name),
        chart=partial(_types_chart, unit=name),
    )
    return Exhibit(m, _types_of(m, name), {"business_type": "business_type"}, {"unit": name}, parts)


def unit_issues(m: Month, role: str, unit: str, *, top: int = 5) -> Exhibit:
    """一个单位的热点事项，和同类单位合计的占比相比；▲▼ 为相差显著。

    role："inquiry"（咨询）或 "complaint"（投诉）。unit：单位。top：列出前几位，并列的都列出。
    有 table。frame：metrics.beside_peers：rank、issue、tickets、of、rest、rest_of、more（百分点）、told。
    来源：counts（按受理时间）。
    """
    name, others = m.params.unit(unit).name, _peers(m, unit)
    frame = metrics.beside_peers(_counts(m, name), m.counts[m.counts["unit"].isin(others)], role, top=top)
    within = {"unit": name, "business_type": m.params.catalogue.name_of(role)}
    return Exhibit(m, frame, {"issue": "issue"}, within, Parts(table=partial(_issues_table, others=others)))


def unit_indicators(m: Month, unit: str) -> Exhibit:
    """一个单位的 17 项考评指标：本单位的值和由来、全省合并的值、各失几分。

    unit：单位。有 sentence（总分与名次）、table。
    frame：metrics.indicator_values 中本单位的各行：indicator、kind、numerator、denominator、value。来源：rates、月份参数。
    """
    name, frame = m.params.unit(unit).name, figures.indicators(m)
    parts = Parts(
        sentence=Says("unit_scores", partial(_overview, unit=name)), table=partial(_indicators_table, unit=name)
    )
    own = frame[frame["unit"] == name].reset_index(drop=True)
    return Exhibit(m, own, _parts=parts, _find=partial(_of_indicator, unit=name))


def unit_peers(m: Month, unit: str) -> Exhibit:
    """一个单位在同类单位中的位置（同类太少时在全部单位中）：总分、业务量、时长、抽检，旁边是第1和居中的值。

    unit：单位。有 table。frame：measure（项目）、own（本单位）、place（名次/单位数）、first（第1）、middle（居中）。
    来源：counts、rates、抽检。
    """
    name = m.params.unit(unit).name
    return Exhibit(m, _places(m, name), _parts=Parts(table=partial(_peers_table, unit=name)))


def unit_spot_checks(m: Month, unit: str) -> Exhibit:
    """一个单位随机抽取的工单，每件查到了什么。

    unit：单位。有 table。frame：抽检记录：ticket_id、unit、drawn、called_back、closed、satisfied。
    来源：data/spot_checks/MONTH.csv。
    """
    name = m.params.unit(unit).name
    drawn_ones = m.spot_checks if m.spot_checks is not None else pd.DataFrame(columns=["drawn", "unit"])
    own = drawn_ones[(drawn_ones["drawn"] == "random") & (drawn_ones["unit"] == name)].reset_index(drop=True)
    return Exhibit(m, own, _parts=Parts(table=partial(_spot_checks_table, unit=name)))


def _counts(m: Month, unit: str) -> pd.DataFrame:
    return m.counts[m.counts["unit"] == unit]


def _types_of(m: Month, unit: str) -> pd.DataFrame:
    """Business types of one unit with its own base months, as far as those know units by type."""
    name, bases = unit, {}
    for kind in ("yoy", "mom"):
        rows = figures.base(m, kind).by("unit", "business_type")
        bases[kind] = None if rows is None else rows[rows["unit"] == name][["business_type", "tickets"]]
    rows = metrics.type_volumes(_counts(m, name), m.types, **bases)
    return rows[(rows["role"] != "retired") | (rows["tickets"] > 0)].reset_index(drop=True)


def total_of(m: Month, unit: str) -> Figure:
    """All tickets of the unit as a part of the month, with its bases."""
    name, bases = m.params.unit(unit).name, []
    for kind in ("yoy", "mom"):
        rows = figures.base(m, kind).by("unit")
        bases.append(None if rows is None else int(rows.loc[rows["unit"] == name, "tickets"].sum()))
    tickets = int(_counts(m, name)["tickets"].sum())
    long_name = m.params.unit(name).long_name
    return Figure(long_name, tickets, figures.total(m).tickets, *bases, where={"unit": name}, of_where={})


def _types_table(x: Exhibit, unit: str) -> Table:
    """What the unit was asked and told, by business type."""
    whole = total_of(x.m, unit)
    total = {"business_type": figures.TOTAL, "tickets": whole.tickets, "of": whole.tickets, "where": x.within}
    return compared_rows(
        x.frame, column("business_type"), {**total, "yoy_base": whole.yoy_base, "mom_base": whole.mom_base}
    )


def _issues_table(x: Exhibit, others: list[str]) -> Table | Sentence:
    """The unit's most frequent issues of a business type, beside their share in its peers together."""
    m, rows, type_name = x.m, x.frame, x.within["business_type"]
    if rows.empty:
        return Sentence(f"{m.params.unit(x.within['unit']).long_name}本月没有标注事项的{type_name}工单。")
    whose = f"其他{len(others)}市" if _are_cities(m, others) else "其他单位"
    beside = rows["rest_of"].iloc[0] > 0
    beside_columns = [column("share", head=f"{whose}\n占比", value=("rest", "rest_of")), column("more")]
    return Table(
        rows,
        [
            column("rank"),
            column("issue"),
            column("tickets"),
            column("share", head=f"占本单位\n{type_name}"),
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


def _indicators_table(x: Exhibit, unit: str) -> Table:
    """With what they are made of, all units together beside them, and the points they cost."""
    m, name = x.m, unit
    own, together, lost = figures.indicators_by_unit(m).loc[name], figures.all_units_together(m), figures.lost(m)
    rows = []
    for of in INDICATORS:
        kind = "rate" if of.kind == "per_10k" else of.kind
        cell = Column("", "value", kind, words=("已开展", "未开展"))
        rows.append(
            {
                "key": of.key,
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


def _of_indicator(x: Exhibit, column: Column, row: Mapping, unit: str) -> Source | None:
    """The unit's own value, or that of all units together."""
    whose = {"own": unit, "all": x.m.params.organisation.region}.get(column.value)
    if whose is None or "key" not in row:
        return None
    key = row["key"]
    return score_source(x, Column("", key, "text"), {"unit": whose, key: row[column.value]})


def _made_of(key: str, of: pd.Series) -> str | None:
    """3/4, 4,093,002秒/620件; nothing for what the month's parameters say."""
    if not BY_KEY[key].counted and BY_KEY[key].kind != "per_10k":
        return None
    if BY_KEY[key].kind == "count":
        return None
    parts = [numbers.count(of["numerator"]), numbers.count(of["denominator"])]
    units = {"minutes": ("秒", "件"), "per_10k": ("件", "人")}.get(BY_KEY[key].kind, ("", ""))
    return "/".join(part + unit for part, unit in zip(parts, units, strict=True))


def _places(m: Month, unit: str) -> pd.DataFrame:
    """Measures, with the unit's place among units of its kind, and the best and the middle of them."""
    me, kind = m.params.unit(unit), _compared_with(m, unit)
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
    return pd.DataFrame(rows, columns=["measure", "own", "place", "first", "middle"])


def _compared_with(m: Month, unit: str) -> list[str]:
    others = _peers(m, unit)
    return [m.params.unit(unit).name, *others] if len(others) >= 2 else m.params.unit_names


def _peers_table(x: Exhibit, unit: str) -> Table:
    m, kind = x.m, _compared_with(x.m, unit)
    return Table(
        x.frame,
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


def _spot_checks_table(x: Exhibit, unit: str) -> Table | Sentence:
    if x.frame.empty:
        return Sentence(f"本月没有抽检{x.m.params.unit(unit).long_name}的工单。")
    answer = lambda question: lambda row: "strong" if row[question] == "no" else "soft"
    return Table(
        x.frame,
        [
            column("ticket_id"),
            *(column(question, kind="words", emphasis=answer(question)) for question in _QUESTIONS),
        ],
        label="抽检的工单",
        row_head="ticket_id",
        notes=["抽这么少不足以证明没有问题"] if not (x.frame[list(_QUESTIONS)] == "no").any(axis=None) else [],
    )


def _overview(x: Exhibit, unit: str) -> dict[str, object]:
    m = x.m
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


def _types_chart(x: Exhibit, unit: str) -> Chart:
    whole, total = x.m.params.unit(unit).long_name, total_of(x.m, unit)
    return drawn(x.m, "unit_types", lambda: charts.types(x.frame), unit=whole, total=total, types=x.figures())
