"""Shapes that several tables have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._exhibit import Exhibit
from hotline_lib.present._cells import Column
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import column

TICKETS = column("tickets", key="count")
SHARE = column("share", key="share_pct")
YOY = column("yoy", key="yoy_pct", significant=None)
MOM = column("mom", key="mom_pct")


def compared(x: Exhibit, name: str, key: str, **more: Any) -> Table:
    """Parts of the month with share, yoy and mom, and the total. name: the column that names a part; key: in the CSV."""
    total = figures.total(x.m)
    return compared_rows(x.frame, column(name, key=key), {**asdict(total), name: total.name}, total_in_csv=True, **more)


def compared_rows(frame: pd.DataFrame, named: Column, total: Mapping, **more: Any) -> Table:
    """Parts with share, yoy and mom, and their ``total``. named: the column that names a part."""
    columns = [named, TICKETS, column("share"), YOY, MOM]
    return Table(frame, columns, named.head, "按件数排", row_head=str(named.value), total=total, **more)


def by_unit(
    frame: pd.DataFrame, columns: list[Column], cities: Mapping, whole: Mapping, also: str = "", **more: Any
) -> Table:
    """A row per unit: provincial groups, a class of their own, then cities with their sum, then the ``whole``."""
    number = int((frame["kind"] == "city").sum())
    groups = frame.loc[frame["kind"] == "group", "long_name" if "long_name" in frame else "unit"]
    grouped = 0 < number < len(frame)
    return Table(
        frame,
        columns,
        order=(f"{'、'.join(groups)}单列，各市按合计由多到少排列" if grouped else "按合计由多到少排列") + also,
        subtotal={**cities, "unit": f"其中{number}市"} if grouped else None,
        total={**whole, "unit": figures.TOTAL},
        rule_after=lambda row: row["kind"] == "group",
        **more,
    )
