"""Changes in words, and what a reader must know of those in a table: unknown months, no base, months of unlike length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline_lib import exact
from hotline_lib.exact import CellValue, is_missing
from hotline_lib.present import _numbers as numbers

if TYPE_CHECKING:
    from hotline_lib.present._sources import Setting
    from hotline_lib.present._tables import Table

_WORDS = {"yoy": ("上年同月", "同比"), "mom": ("上月", "环比")}


def change_words(now: CellValue, base: CellValue) -> str:
    """增加27.58%, 减少11.32% or 持平, by the printed figure; empty where there is no base."""
    value = exact.change(now, base)
    if not value:
        return "" if value is None else "持平"
    return f"{'增加' if value > 0 else '减少'}{numbers.decimal(abs(value))}%"


def difference_words(now: CellValue, base: CellValue) -> str:
    """增加2084件, 减少782件 or 持平; empty where there is no base."""
    if is_missing(now) or is_missing(base):
        return ""
    difference = int(now) - int(base)
    return "持平" if difference == 0 else f"{'增加' if difference > 0 else '减少'}{abs(difference)}件"


def daily_words(now: CellValue, base: CellValue, days: tuple[int, int]) -> str:
    """减少8.36%: the change of tickets a day. days: how long this month and the base month are."""
    if is_missing(now) or is_missing(base):
        return ""
    return change_words(int(now) * days[1], int(base) * days[0])


def about_changes(table: Table, at: Setting) -> list[str]:
    """Notes on the columns 同比 and 环比 of a table, as its own cells have them."""
    columns = {column.value for column in table.columns if column.in_page}
    asked = [name for name in _WORDS if ("tickets", f"{name}_base") in columns]
    rows = table.frame.to_dict("records")
    foot = [row for row in (table.subtotal, table.total) if row is not None]
    bases = {name: [row.get(f"{name}_base") for row in (*rows, *foot)] for name in asked}
    unknown = [name for name in asked if all(map(is_missing, bases[name]))]
    known = [name for name in asked if name not in unknown]
    nothing = [name for name in known if any(not is_missing(base) and base == 0 for base in bases[name][: len(rows)])]
    shown = {column.value for column in table.shown}
    notes = [
        f"{_WORDS[name][0]}没有工单"
        + (f"的，{_WORDS[name][1]}记为—" if ("tickets", f"{name}_base") in shown else f"，不列{_WORDS[name][1]}")
        for name in nothing
    ]
    if len(unknown) == len(_WORDS):
        notes.append("没有对比月份的数据，不列增减")
    else:
        notes += [f"无{_WORDS[name][0]}数据，不列{_WORDS[name][1]}" for name in unknown]
    return notes + [words for name in known if (words := _uneven(table, name, at))]


def _uneven(table: Table, name: str, at: Setting) -> str:
    """The total's change a day, where the two months differ in length."""
    now, then = at.days.get(name, (0, 0))
    row, change = table.total, _WORDS[name][1]
    if now == then:
        return ""
    months = f"{getattr(at, name)}有{then}天，{at.month}有{now}天"
    if row is None or not (words := daily_words(row["tickets"], row.get(f"{name}_base"), (now, then))):
        return f"{months}，{change}按件数计，没有按日均折算"
    return f"{months}，按日均计，{row[table.row_head]}{change}{words}"
