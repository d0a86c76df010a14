"""How wide words and tables are, as far as that can be told without drawing them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotline_lib.present._cells import Cell, Column, Line

_PHONE = 358  # px, the column of a phone
_LETTER, _BETWEEN = 7.3, 13  # px there: half a Chinese letter; between two columns


def wide(columns: Sequence[Column], lines: Sequence[Line]) -> bool:
    """Whether a table may be wider than a phone; words of several parts break between them."""
    width = -float(_BETWEEN)
    for at, column in enumerate(columns):
        words = [part for line in lines for part in _unbroken(column, line.cells[at])]
        width += _LETTER * max(map(text_width, [*words, *column.head.split("\n"), column.unit])) + _BETWEEN
    return width > _PHONE


def _unbroken(column: Column, cell: Cell) -> list[str]:
    """What of a cell stands on one line."""
    if column.kind == "signals":
        return [f"●{word}" for _, word in cell.value or ()] or [cell.text]
    sign = "● " if column.signal else "▲" if column.significant else ""
    return re.split("(?<=[、，；。：）])", cell.text) if column.kind == "text" else [sign + cell.text + cell.note]


def text_width(text: str) -> int:
    """How many columns of a terminal ``text`` takes."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
