"""How wide a table's columns must be, and in which type it fits across the page."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from hotline_lib.present._cells import SIGNALS

if TYPE_CHECKING:
    from hotline_lib.present._cells import Cell, Column, Line
    from hotline_lib.present._tables import Table

_SIZES = (12, 10.5, 9, 8, 7.5, 7, 6.5)  # pt; the first that fits
_HEAD_LINES = 4  # into as many a full name over a column may break
_LATIN = 0.64  # of a character: fonts that stand in for Times have wide digits
_BOLD = 1.06
_NOTE = 0.7  # ①, raised


def fitted(made: Table, lines: Sequence[Line], room: float, margin: float) -> tuple[float, list[float]]:
    """The largest type in which no figure and no unit breaks, and the columns' widths. In the smallest a unit may break.

    lines: of the table. room: across the page. margin: of a cell, at each side. All in pt.
    """
    for points, longest_unit in [*((each, math.inf) for each in _SIZES), (_SIZES[-1], 4.0)]:
        needed = [_needed(made, lines, at, longest_unit) for at in range(len(made.shown))]
        widths = [characters * points + 2 * margin + 1 for characters in needed]
        if sum(widths) <= room:
            break
    return points, [width * room / sum(widths) for width in widths]


def longest(made: Table, lines: Sequence[Line], at: int) -> float:
    """The widest line of a column's cells, in characters."""
    wide = [
        (width_of(part) + _NOTE * bool(line.cells[at].note))
        * (_BOLD if line.kind == "total" or "strong" in line.cells[at].tones else 1)
        for line in lines
        for part in words(made, line.cells[at]).split("\n")
    ]
    return max(wide, default=0)


def _needed(made: Table, lines: Sequence[Line], at: int, longest_unit: float) -> float:
    """The narrowest a column may be, in characters: a full name over it may break, all else may not."""
    column = made.shown[at]
    name, *others = head_lines(column)
    named = max(2, math.ceil(width_of(name) / _HEAD_LINES)) if column.title else width_of(name)
    spare = 0.5 if is_listed(made, column) else 0
    return max(longest(made, lines, at) + spare, named, *(min(width_of(each), longest_unit) for each in others))


def head_lines(column: Column) -> list[str]:
    """The full name, and the unit on a line of its own."""
    unit = f"（{column.unit}）" if column.unit else ""
    return [line for line in (*(column.title or column.head).split("\n"), unit) if line] or [""]


def words(made: Table, cell: Cell) -> str:
    """What a cell says: its sign before it; of a list, each thing on a line, of signals two."""
    told = cell.mark + cell.text
    if cell.column.kind == "signals":
        told = "\n".join("　".join(pair) for pair in batched(told.split("　"), 2))
    elif cell.level:
        told = f"{SIGNALS[cell.level][0]}{told}"
    return told.replace("、", "、\n") if is_listed(made, cell.column) else told


def is_listed(made: Table, column: Column) -> bool:
    """Whether its cells are words or lists of them, not the names of rows."""
    return column.kind == "text" and column.value != made.row_head


def batched(parts: list[str], number: int) -> list[list[str]]:
    return [parts[at : at + number] for at in range(0, len(parts), number)]


def width_of(text: str) -> float:
    """Width in characters, rather too much than too little. Word adds a quarter between Chinese and what is not."""
    chinese = [
        (kind := unicodedata.east_asian_width(letter)) in "WF"
        or (kind == "A" and unicodedata.category(letter) not in ("Pd", "Sm"))  # – and − are narrow, ▲ is not
        for letter in text
    ]
    return sum(1 if each else _LATIN for each in chinese) + 0.25 * sum(a != b for a, b in pairwise(chinese))
