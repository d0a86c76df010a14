"""What 04 adds to the scores: tickets that no rate sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says
from hotline_lib.indicators import BY_KEY, INDICATORS
from hotline_lib.month import Month
from hotline_lib.present._cells import Column
from hotline_lib.present._sentences import Figure, Sentence
from hotline_lib.present._sources import Source
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import UNIT, column

_TOTAL = "合计"


def unsubmitted(m: Month, frame: pd.DataFrame | None = None) -> Exhibit:
    """未上报的工单：本月受理、本月没有上报的，各率没有算进它们。

    有 sentence、table。frame：metrics.unsubmitted，一行一个单位：accepted、submitted、unsubmitted、earlier；不写就是全部单位。
    来源：counts 和 submissions。
    """
    parts = Parts(sentence=Says("unsubmitted", _unsubmitted), table=_unsubmitted_table)
    return Exhibit(m, figures.unsubmitted(m) if frame is None else frame, {"unit": "unit"}, {}, parts, _of_unsubmitted)


def possible_rates(m: Month) -> Exhibit:
    """未上报多的单位，各率最坏和最好会是多少：未上报的工单全不合格，或全合格。

    有 sentence、table；没有这样的单位时没有表。frame：metrics.possible_rates，一行一个单位和一项率：value、unsubmitted、worst、best。
    来源：rates、counts 和 submissions。
    """
    told, rows = figures.told_unsubmitted(m), figures.unsubmitted(m)
    rows = rows[rows["unit"].map(told)]
    by = {"complaint": "part", "all": "unsubmitted"}
    left = [
        (row["unit"], of.key, int(row[by[of.counts]]))
        for row in rows.to_dict("records")
        for of in INDICATORS
        if of.kind == "rate" and of.counts and row[by[of.counts]]
    ]
    frame = metrics.possible_rates(
        figures.indicators(m), pd.DataFrame(left, columns=["unit", "indicator", "unsubmitted"])
    )
    parts = Parts(sentence=Says("possible_rates", _possible), table=_possible_table)
    return Exhibit(m, frame, {"unit": "unit"}, {}, parts, lambda x, column, row: None)


def _possible(x: Exhibit) -> dict[str, Any]:
    """The rate that can be most other than it is printed, of each unit."""
    rows = x.frame.assign(apart=[high - low for high, low in zip(x.frame["best"], x.frame["worst"], strict=True)])
    rows = rows.sort_values("apart", ascending=False, kind="stable").drop_duplicates("unit")
    return {"rows": [{**row, "of": BY_KEY[row["indicator"]]} for row in rows.to_dict("records")]}


def _possible_table(x: Exhibit) -> Table | Sentence:
    if x.frame.empty:
        return Sentence("")
    columns = [
        UNIT, column("indicator"), Column("已上报的", "value", "rate", unit="%"), column("unsubmitted", head="未上报"),
        Column("最坏", "worst", "rate", unit="%"), Column("最好", "best", "rate", unit="%"),
    ]  # fmt: skip
    return Table(x.frame, columns, label="各率最坏和最好", order="最坏：未上报的全不合格；最好：全合格")


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
    made_of = column.value if isinstance(column.value, tuple) else (column.value,)
    counts = tuple(row[each] for each in made_of) if formula else ()
    return Source(f"{whose} · 上报", accepted, formula, counts=counts) if formula else None


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
        notes=x.m.incomplete,
        total={**frame[["accepted", "submitted", "unsubmitted", "earlier"]].sum(), "unit": _TOTAL},
    )


def _unsubmitted(x: Exhibit) -> dict[str, Any]:
    rows = x.frame
    of = lambda name, row: Figure(name, int(row["unsubmitted"]), int(row["accepted"]))
    return {"whole": of("", rows[["unsubmitted", "accepted"]].sum()), "worst": of(rows["long_name"][0], rows.iloc[0])}
