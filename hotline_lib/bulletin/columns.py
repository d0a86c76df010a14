"""Columns and shapes that several tables have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict

import pandas as pd

from hotline_lib.bulletin import figures
from hotline_lib.bulletin.wording import setting
from hotline_lib.exact import is_missing
from hotline_lib.month import Month
from hotline_lib.present.cells import Column
from hotline_lib.present.sources import Source, counted
from hotline_lib.present.tables import Table

NO_BASE = "没有对比月份的数据，增减记为—"

RANK = Column("名次", "rank", "rank", "rank")
UNIT = Column("单位", "unit", "text", "unit")
SCORE = Column("总分", "score", "score")
TICKETS = Column("件数", "tickets", "count", "count", "件")
SHARE = Column("占比", ("tickets", "of"), "share", "share_pct", "%")


_ATTRIBUTES = {
    "tickets": "count",
    ("tickets", "of"): "share",
    ("tickets", "yoy_base"): "yoy",
    ("tickets", "mom_base"): "mom",
}


def volume_source(m: Month, where: Callable[[Mapping], Mapping]) -> Callable[[Column, Mapping], Source | None]:
    """Sources of a table of accepted tickets. where: a row -> the filter of its tickets."""
    at, types = setting(m), m.types.set_index("role")["business_type"].to_dict()

    def source(column: Column, row: Mapping) -> Source | None:
        if column.value in types:
            return counted("count", at, {**where(row), "business_type": types[column.value]}, tickets=row[column.value])
        if column.value not in _ATTRIBUTES:
            return None
        bases = {name: row.get(name) for name in ("of", "yoy_base", "mom_base")}
        return counted(_ATTRIBUTES[column.value], at, where(row), tickets=row["tickets"], **bases)

    return source


def compared(m: Month, frame: pd.DataFrame, name: str, head: str, key: str, filtered: str) -> Table:
    """Parts of the month with share, yoy and mom, and the total.

    name: the column that names a part. key: its name in the CSV. filtered: the column whose value filters its tickets.
    """
    total = figures.total(m)
    return compared_rows(
        frame, name, head, {**asdict(total), name: total.name}, key=key, total_in_csv=True,
        notes=[NO_BASE] if is_missing(total.yoy_base) or is_missing(total.mom_base) else [],
        source=volume_source(m, lambda row: {} if row[name] == total.name else {filtered: row[filtered]}),
    )  # fmt: skip


def compared_rows(
    frame: pd.DataFrame, name: str, head: str, total: Mapping, key: str | None = None, **more: object
) -> Table:
    """Parts with share, yoy and mom, and their ``total``. name, key: the column that names a part, here and in the CSV."""
    return Table(
        frame,
        [
            Column(head, name, "text", key),
            TICKETS,
            Column("占比", ("tickets", "of"), "share", unit="%"),
            Column("同比", ("tickets", "yoy_base"), "change", "yoy_pct", "%"),
            Column("环比", ("tickets", "mom_base"), "change", "mom_pct", "%"),
        ],
        caption=head,
        order="按件数排",
        row_head=name,
        total=total,
        **more,
    )


def by_unit(
    frame: pd.DataFrame, columns: list[Column], cities: Mapping, whole: Mapping, also: str = "", **more: object
) -> Table:
    """A row per unit: provincial groups, a class of their own, then cities with their sum, then the ``whole``."""
    number = int((frame["kind"] == "city").sum())
    grouped = 0 < number < len(frame)
    return Table(
        frame,
        columns,
        order=("省级集团单列，各市按合计排" if grouped else "按合计排") + also,
        subtotal={**cities, "unit": f"其中{number}市"} if grouped else None,
        total={**whole, "unit": figures.TOTAL},
        rule_after=lambda row: row["kind"] == "group",
        **more,
    )
