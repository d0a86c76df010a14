"""How wide a table's columns must be, and in which type it fits across the page."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotline_lib.present.tables import Column, Row, Table

_SIZES = (12, 10.5, 9, 8, 7.5, 7, 6.5)  # pt; the first that fits
_HEAD_LINES = 4  # into as many a full name over a column may break
_LATIN = 0.64  # of a character: fonts that stand in for Times have wide digits
_BOLD = 1.06


def fitted(made: Table, columns: Sequence[Column], room: float, margin: float) -> tuple[float, list[float]]:
    """The largest type in which no figure and no unit breaks, and the columns' widths.

    room: across the page. margin: of a cell, at each side. All in pt.
    """
    needed = [_needed(made, column) for column in columns]
    for points in _SIZES:
        widths = [characters * points + 2 * margin + 1 for characters in needed]
        if sum(widths) <= room:
            break
    return points, [width * room / sum(widths) for width in widths]


def longest(made: Table, column: Column) -> float:
    """The widest line of the column's cells, in characters."""
    lines = [
        width_of(line) * (_BOLD if tones(made, column, row) & {"total", "strong"} else 1)
        for row in made.body + made.foot
        for line in cell(made, column, row).split("\n")
    ]
    return max(lines, default=0)


def _needed(made: Table, column: Column) -> float:
    """The narrowest a column may be, in characters: a full name over it may break, all else may not."""
    name, *others = head_lines(column)
    named = max(2, math.ceil(width_of(name) / _HEAD_LINES)) if column.title else width_of(name)
    return max(longest(made, column) + (0.5 if is_listed(made, column) else 0), named, *map(width_of, others))


def head_lines(column: Column) -> list[str]:
    """The full name, and the unit on a line of its own."""
    unit = f"（{column.unit}）" if column.unit else ""
    return [line for line in (*(column.title or column.head).split("\n"), unit) if line] or [""]


def cell(made: Table, column: Column, row: Row) -> str:
    """What a cell says: its sign before it; of a list, each thing on a line."""
    words = (column.mark(row) or "") + column.printed(row)
    return words.replace("、", "、\n") if is_listed(made, column) else words


def is_listed(made: Table, column: Column) -> bool:
    """Whether its cells are words or lists of them, not the names of rows."""
    return column.kind == "text" and column.value != made.row_head


def tones(made: Table, column: Column, row: Row) -> set[str]:
    """total, strong, soft: by what the page tells a cell from others."""
    foot = row is made.total or row is made.subtotal
    return {
        "total" if row is made.total else "",
        "soft" if column.mark(row) == "" else "",
        column.emphasis(row) if column.emphasis is not None and not foot else "",
    }


def width_of(words: str) -> float:
    """Width in characters, rather too much than too little. Word adds a quarter between Chinese and what is not."""
    chinese = [
        (kind := unicodedata.east_asian_width(letter)) in "WF"
        or (kind == "A" and unicodedata.category(letter) not in ("Pd", "Sm"))  # – and − are narrow, ▲ is not
        for letter in words
    ]
    return sum(1 if each else _LATIN for each in chinese) + 0.25 * sum(a != b for a, b in pairwise(chinese))
