"""A unit's own edition (06): its tickets, its issues beside its peers', its indicators, its sample, its place.

Everything takes ``unit``: a short name, a long name or an alias of params/units.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin import _small as small
from hotline_lib.bulletin._columns import compared_rows
from hotline_lib.bulletin._derived import about_people
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says
from hotline_lib.bulletin._peers import all_types_told, compared_with, total_of, types_of, types_told, whose
from hotline_lib.bulletin._scores import missing, rounded, score_source
from hotline_lib.bulletin._wording import drawn, provisional
from hotline_lib.exact import is_missing
from hotline_lib.indicators import BY_KEY, INDICATORS
from hotline_lib.metrics._spot_checks import QUESTIONS
from hotline_lib.month import Month
from hotline_lib.present import _charts as charts
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._cells import WITHHELD, Column, is_withheld
from hotline_lib.present._chart import Chart
from hotline_lib.present._sentences import Sentence
from hotline_lib.present._sources import Source
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import column

_TOO_FEW = "{}受理的工单不足{}件，或太少，各数不列出。"


def unit_types(m: Month, unit: str) -> Exhibit:
    """一个单位的业务类型：受理了多少，各类占多少，同比、环比怎样。

    unit：params/units.yaml 中的名称、全称或别名。
    有 sentence、lead（分册导语）、table、chart。
    frame：metrics.type_volumes，一行一类，of 为本单位全部。来源：counts（按受理时间）。
    """
    name = m.params.unit(unit).name
    parts = Parts(
        lead=_Told("unit_lead", partial(_overview, unit=name), "lead", name),
        sentence=_Told("unit_volumes", partial(_overview, unit=name), unit=name),
        table=partial(_types_table, unit=name),
        chart=partial(_types_chart, unit=name),
    )
    return Exhibit(m, types_of(m, name), {"business_type": "business_type"}, {"unit": name}, parts, edition=True)


def unit_indicators(m: Month, unit: str) -> Exhibit:
    """一个单位的 17 项考评指标：本单位的值和计算依据、同类单位合并的值（同类太少时为全部单位）、各失几分。

    unit：单位。有 sentence（总分与名次）、table。
    frame：metrics.indicator_values 中本单位的各行：indicator、kind、numerator、denominator、value。来源：rates、月份参数。
    """
    name, frame = m.params.unit(unit).name, figures.indicators(m)
    parts = Parts(
        sentence=_Told("unit_scores", partial(_overview, unit=name), unit=name),
        table=partial(_indicators_table, unit=name),
    )
    own = frame[frame["unit"] == name].reset_index(drop=True)
    return Exhibit(m, own, _parts=parts, _find=partial(_of_indicator, unit=name), edition=True)


def unit_spot_checks(m: Month, unit: str) -> Exhibit:
    """一个单位随机抽取的工单，每件查到了什么。

    unit：单位。有 table。frame：抽检记录：ticket_id、unit、drawn、called_back、closed、satisfied。
    来源：data/spot_checks/MONTH.csv。
    """
    name = m.params.unit(unit).name
    drawn_ones = m.spot_checks if m.spot_checks is not None else pd.DataFrame(columns=["drawn", "unit"])
    own = drawn_ones[(drawn_ones["drawn"] == "random") & (drawn_ones["unit"] == name)].reset_index(drop=True)
    return Exhibit(m, own, _parts=Parts(table=partial(_spot_checks_table, unit=name)), edition=True)


def _types_table(x: Exhibit, unit: str) -> Table | Sentence:
    """What the unit was asked and told, by business type."""
    whole, rows = total_of(x.m, unit), types_told(x.m, unit)
    if rows is None:
        return Sentence(_TOO_FEW.format(x.m.params.unit(unit).long_name, x.m.params.organisation.small_numbers))
    total = {"business_type": figures.TOTAL, "tickets": whole.tickets, "of": whole.tickets, "where": x.within}
    total |= {"yoy_base": whole.yoy_base, "mom_base": whole.mom_base}
    return compared_rows(rows, column("business_type"), total, notes=small.note(x.m))


def _indicators_table(x: Exhibit, unit: str) -> Table:
    """With what they are made of, its peers together beside them, and the points they cost."""
    m, name, peers = x.m, unit, compared_with(x.m, unit)
    told = details_told(m, name)
    own, together, lost = figures.indicators_by_unit(m).loc[name], figures.all_units_together(m, peers), figures.lost(m)
    rows, open_ = [], figures.unconfirmed(m)
    for of in INDICATORS:
        kind = "rate" if of.kind == "per_10k" else of.kind
        made = _made_of(of.key, own.loc[of.key])
        cell = Column("", "value", kind, words=("已开展", "未开展"), missing=missing(of.key))
        rows.append(
            {
                "key": of.key,
                "indicator": of.label,
                "unit_of": of.unit,
                "own": WITHHELD
                if small.tells_of_few(m, of.key, own.loc[of.key])
                else cell.printed({"value": own.loc[of.key, "value"]}),
                "from": made if told or made is None else WITHHELD,
                "all": cell.printed({"value": together.loc[of.key, "value"]}),
                "points": WITHHELD
                if not told
                else None
                if name in open_.get(of.key, ())
                else lost[of.key].get(name, 0)
                if of.key in lost
                else 0,
            }
        )
    scores = figures.scores(m).set_index("unit").loc[name]
    costs = lambda points: not is_missing(points) and not is_withheld(points) and points > 0
    cost = lambda row: "strong" if costs(row["points"]) else ""
    return Table(
        pd.DataFrame(rows),
        [
            Column("指标", "indicator", "text"),
            Column("本单位", "own", "words", emphasis=cost),
            Column("计量单位", "unit_of", "text"),
            Column("计算依据", "from", "words"),
            Column(f"{whose(m, peers)}合并", "all", "words"),
            Column("失分", "points", "points", emphasis=cost),
        ],
        label="考评指标",
        order="按附件1的顺序；计算依据为分子/分母",
        row_head="indicator",
        total={"indicator": "合计", "points": scores["lost"]},
        notes=[
            *["加重、有底色的为失分的指标"] * any(costs(row["points"]) for row in rows),
            *rounded(m, name),
            *provisional(m),
            *m.incomplete,
            *(about_people(m) if len(peers) == len(m.units) else []),
            *small.note(m),
        ],
    )


def _of_indicator(x: Exhibit, column: Column, row: Mapping, unit: str) -> Source | None:
    """The unit's own value, or that of its peers together."""
    peers = compared_with(x.m, unit)
    of = {"own": unit, "all": whose(x.m, peers)}.get(str(column.value))
    if of is None or "key" not in row:
        return None
    key = row["key"]
    if of == unit and not details_told(x.m, unit):
        return None
    return score_source(x, Column("", key, "text"), {"unit": of, key: row[column.value]}, peers)


def _made_of(key: str, of: pd.Series) -> str | None:
    """3/4, 4,093,002秒/620件; nothing for what the month's parameters say."""
    if not BY_KEY[key].counted and BY_KEY[key].kind != "per_10k":
        return None
    if BY_KEY[key].kind == "count":
        return None
    parts = [numbers.count(of["numerator"]), numbers.count(of["denominator"])]
    units = {"minutes": ("秒", "件"), "per_10k": ("件", "人")}.get(BY_KEY[key].kind, ("", ""))
    return "/".join(part + unit for part, unit in zip(parts, units, strict=True))


def _spot_checks_table(x: Exhibit, unit: str) -> Table | Sentence:
    if x.frame.empty:
        return Sentence(f"没有{x.m.params.unit(unit).long_name}本月的抽检记录。")
    if small.note(x.m):
        return Sentence(f"抽检的工单不逐件列出（{'；'.join(small.note(x.m))}）。")
    answer = lambda question: lambda row: "strong" if row[question] == "no" else "soft"
    return Table(
        x.frame,
        [
            column("ticket_id"),
            *(column(question, kind="words", emphasis=answer(question)) for question in QUESTIONS),
        ],
        label="抽检的工单",
        row_head="ticket_id",
        notes=["抽这么少不足以证明没有问题"] if not (x.frame[list(QUESTIONS)] == "no").any(axis=None) else [],
    )


@dataclass(frozen=True)
class _Told(Says):
    """A sentence about one unit, or what stands in its place where it would print a small number."""

    unit: str = ""

    def of(self, x: Exhibit) -> Sentence:
        m, me = x.m, x.m.params.unit(self.unit)
        if self.template == "unit_scores":
            if details_told(m, me.name):
                return super().of(x)
            of: Any = self.figures(x)
            place = f"{'并列' if of['tied'] else ''}第{of['rank']}"
            score = numbers.decimal(of["score"])
            return Sentence(f"{me.long_name}总分{score}分，在{of['units']}个单位中{place}。各项失分不列出。")
        if types_told(m, me.name) is None:
            return Sentence(_TOO_FEW.format(me.long_name, m.params.organisation.small_numbers), self.kind)
        return super().of(x)


def details_told(m: Month, unit: str) -> bool:
    """Whether what the indicators are made of, and what each cost, may be printed: these add up, so all or none."""
    return small.indicators_told(m, unit) and all_types_told(m, unit)


def _overview(x: Exhibit, unit: str) -> dict[str, Any]:
    m, me = x.m, x.m.params.unit(unit)
    left = figures.left_much(m).get(me.name)
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
        "rounded": rounded(m, me.name) != [],
        "units": len(m.units),
        "left": None if left and small.is_small(m, left.tickets, left.of - left.tickets) else left,
        "whose": whose(m, compared_with(m, unit)),
    }


def _types_chart(x: Exhibit, unit: str) -> Chart | Sentence:
    if not all_types_told(x.m, unit):
        return Sentence("有不列出的数，所以没有图。")
    whole, total = x.m.params.unit(unit).long_name, total_of(x.m, unit)
    return drawn(x.m, "unit_types", lambda: charts.types(x.frame), unit=whole, total=total, types=x.figures())
