"""Headers: what columns may be called, and which row of a table names them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import pyarrow as pa

from hotline_lib.intake.words import FileProblem
from hotline_lib.masking import shown
from hotline_lib.params import Params
from hotline_lib.tickets import SCHEMA

RECEIPT = ("文件", "工作表", "行", "原因")  # columns that our own file of refused rows begins with
HEADER_WITHIN = 50  # rows
_LEAST_KNOWN = 3  # known names make a header
_ALIKE = 0.6  # stricter than elsewhere: an export has many columns that are none of ours
_FULL = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full-width to ASCII


def plain(text: str) -> str:
    """``text`` for comparison: half-width, without spaces, in lower case. The engine's macro does the same."""
    return re.sub(r"[\s\u3000\u00a0\u200b\ufeff]+", "", text.translate(_FULL)).lower()


@dataclass(frozen=True)
class Header:
    """row: as Excel counts it. columns: ticket column -> its place. unread: other names -> the nearest known one.

    problems: columns that are missing, or there twice; such a table is not read.
    """

    row: int
    columns: dict[str, int]
    unread: dict[str, str | None]
    problems: tuple[FileProblem, ...]


@dataclass
class Sheet:
    """One table: a sheet, or a whole file. batches: ``row``, ``total``, ``ragged`` and the ticket columns as text.

    progress: how far the batches have got, 0 to 1.
    """

    file: str
    name: str
    header: Header
    batches: Iterator[pa.Table]
    progress: Callable[[], float] = lambda: 1.0


class Headings:
    """What columns may be called."""

    def __init__(self, params: Params):
        self.labels = {column.name: column.label for column in params.columns}
        self.known = {plain(word): c.name for c in params.columns for word in c.spellings}

    def find(self, rows: Sequence[Sequence[str | None]], file: str, sheet: str = "") -> Header | None:
        """The header among the first rows: the row with most known names. A cell without a name takes the one above,
        with which it is merged."""
        best: list[str] = []
        place, most = 0, _LEAST_KNOWN - 1
        for number, row in enumerate(rows[:HEADER_WITHIN]):
            above = rows[number - 1] if number else []
            names = [cell or (above[i] if i < len(above) else "") or "" for i, cell in enumerate(row)]
            known = len({self._column(name) for name in names} - {None})
            if known > most:
                best, place, most = names, number, known
        return self._header(best, place + 1, file, sheet) if best else None

    def _column(self, name: str) -> str | None:
        return self.known.get(plain(name).strip("*:"))

    def _header(self, names: Sequence[str], row: int, file: str, sheet: str) -> Header:
        columns: dict[str, int] = {}
        unread: dict[str, str | None] = {}
        problems = []
        for place, name in enumerate(names):
            column = self._column(name)
            if column in columns:
                both = f"{shown(names[columns[column]])}、{shown(name)}"
                problems.append(FileProblem("column/twice", file, sheet, self.labels[column], both))
            elif column:
                columns[column] = place
            elif name.strip() and name.strip() not in RECEIPT:
                close = get_close_matches(plain(name), self.known, n=1, cutoff=_ALIKE)
                unread[shown(name)] = self.labels[self.known[close[0]]] if close else None
        for column in SCHEMA:
            if column not in columns:
                like = [name for name, label in unread.items() if label == self.labels[column]]
                hint = f"；若「{like[0]}」就是它，请把这个名称加到 params/columns.yaml 的 aliases" if like else ""
                problems.append(FileProblem("column/none", file, sheet, self.labels[column], hint=hint))
        return Header(row, columns, unread, tuple(problems))
