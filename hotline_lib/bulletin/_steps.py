"""What 04 adds to the scores: tickets that no rate sees, and what the next step of the scheme would take."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says
from hotline_lib.bulletin._scores import _column, score_source
from hotline_lib.exact import is_missing
from hotline_lib.indicators import BY_KEY, Indicator
from hotline_lib.month import Month
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._cells import Column
from hotline_lib.present._sentences import Figure
from hotline_lib.present._sources import Source
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import RANK, SCORE, UNIT, column

_TOTAL = "合计"


def unsubmitted(m: Month, frame: pd.DataFrame | None = None) -> Exhibit:
    """未上报的工单：本月受理、本月没有上报的，各率没有算进它们。

    有 sentence、table。frame：metrics.unsubmitted，一行一个单位：accepted、submitted、unsubmitted、earlier；不写就是全部单位。
    来源：counts 和 submissions。
    """
    parts = Parts(sentence=Says("unsubmitted", _unsubmitted), table=_unsubmitted_table)
    return Exhibit(m, figures.unsubmitted(m) if frame is None else frame, {"unit": "unit"}, {}, parts, _of_unsubmitted)


def next_steps(m: Month) -> Exhibit:
    """再进一档可多得的分：每个单位能多得分最多的一项，要做到什么，还差多少件。

    有 sentence、table。frame：metrics.next_steps，一行一个单位：indicator、value、limit、reach、gain、tickets。
    来源：rates、params/scoring.yaml。
    """
    parts = Parts(sentence=Says("next_steps", _next_steps), table=_next_steps_table)
    return Exhibit(m, figures.next_steps(m), {"unit": "unit"}, {}, parts, score_source)


def _of_unsubmitted(x: Exhibit, column: Column, row: Mapping) -> Source | None:
    """Tickets accepted in the month, and of those what was submitted in it."""
    whose, accepted = row["unit"], f"{x.m.label}受理的工单"
    left = f"{row['accepted']} − {row['submitted']} = {row['unsubmitted']}"
    formula = {
        "accepted": f"受理{row['accepted']}件",
        "submitted": f"其中本月上报{row['submitted']}件",
        "unsubmitted": f"{left}件",
        ("unsubmitted", "accepted"): f"{row['unsubmitted']} ÷ {row['accepted']} = {column.printed(row)}%",
        "earlier": f"以前受理、本月上报{row['earlier']}件",
    }.get(column.value)
    return formula and Source(f"{whose} · 上报", accepted, formula)


def _unsubmitted_table(x: Exhibit) -> Table:
    frame = x.frame
    return Table(
        frame,
        [
            UNIT,
            column("accepted"),
            column("submitted", head="其中\n本月上报"),
            column("unsubmitted", head="本月\n未上报"),
            column("share", head="未上报\n占受理", value=("unsubmitted", "accepted")),
            column("earlier", head="以前受理\n本月上报"),
        ],
        order="按未上报占比从高到低排",
        label="未上报的工单",
        total={**frame[["accepted", "submitted", "unsubmitted", "earlier"]].sum(), "unit": _TOTAL},
    )


def _next_steps_table(x: Exhibit) -> Table:
    return Table(
        pd.DataFrame(_steps(x)),
        [
            RANK,
            UNIT,
            SCORE,
            column("label"),
            Column("本月", "now", "words"),
            Column("再进一档", "goal", "words"),
            column("tickets", head="还差"),
            Column("可多得", "gain", "words", unit="分"),
        ],
        order="按名次排；每个单位列出能多得分最多的一项，分数相同取差得最少的",
        label="再进一档可多得的分",
        notes=["还差：率为同样多的工单中还要多少件合格，万人工单数量为还要多受理多少件"],
    )


def _steps(x: Exhibit) -> list[dict[str, object]]:
    """The steps by rank, with their words; ``place`` 0 wins most of all."""
    return [row | _in_words(x.m, row, BY_KEY[row["indicator"]]) for row in x.frame.to_dict("records")]


def _in_words(m: Month, step: dict, of: Indicator) -> dict[str, object]:
    """平均办结时长（分钟）, 294.95, 低于240."""
    value = lambda value: _column(m, of).printed({of.key: value})
    way = "达到" if step["reach"] else "低于"
    return {
        "of": of,
        "label": f"{of.short}（{of.unit}）" if of.unit else of.short,
        "now": value(step["value"]),
        "goal": value(step["reach"]) if of.kind == "flag" else f"{way}{numbers.points(step['limit'])}",
        "gain": numbers.points(step["gain"]),
        "tickets": None if is_missing(step["tickets"]) else step["tickets"],
    }


def _unsubmitted(x: Exhibit) -> dict[str, object]:
    rows = x.frame
    of = lambda name, row: Figure(name, int(row["unsubmitted"]), int(row["accepted"]))
    return {"whole": of("", rows[["unsubmitted", "accepted"]].sum()), "worst": of(rows["long_name"][0], rows.iloc[0])}


def _next_steps(x: Exhibit) -> dict[str, object]:
    steps = _steps(x)
    return {"number": len(steps), "best": min(steps, key=lambda step: step["place"], default=None)}
