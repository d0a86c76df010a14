"""From files to rows of text: finds the header, and lets only the ticket table's columns out.

Every row keeps its number as Excel counts it. What a row means is for ``check`` to say.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hotline_lib.errors import nearest
from hotline_lib.intake.files import Export
from hotline_lib.intake.words import FileProblem, shown
from hotline_lib.params import Params
from hotline_lib.tickets import SCHEMA, SHANGHAI_HOURS

RECEIPT = ("文件", "工作表", "行", "原因")  # columns that our own file of refused rows begins with
_HEADER_WITHIN = 50  # rows
_LEAST_KNOWN = 3  # known names make a header
_HEAD_BYTES = 1 << 18
_MOST_RAGGED = 10_000
_TOTALS = r"^\s*(合\s*计|总\s*计|小\s*计|总\s*数|共\s*计)"
_FULL = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full-width to ASCII


def plain(text: str) -> str:
    """``text`` for comparison: half-width, without spaces, in lower case. The engine's macro does the same."""
    return re.sub(r"[\s\u3000\u00a0\u200b\ufeff]+", "", text.translate(_FULL)).lower()


@dataclass(frozen=True)
class Header:
    """row: as Excel counts it. columns: ticket column -> its place. unread: other names -> the nearest known one."""

    row: int
    columns: dict[str, int]
    unread: dict[str, str | None]


@dataclass
class Sheet:
    """One table: a sheet, or a whole file. batches: ``row``, ``total``, ``ragged`` and the ticket columns as text."""

    file: str
    name: str
    header: Header
    batches: Iterator[pa.Table]


class Headings:
    """What columns may be called."""

    def __init__(self, params: Params):
        self.labels = {column.name: column.label for column in params.columns}
        self.known = {plain(word): c.name for c in params.columns for word in (c.name, c.label, *c.aliases)}

    def find(self, rows: Sequence[Sequence[str | None]], file: str, sheet: str = "") -> Header | None:
        """The header among the first rows: the row with most known names.

        A cell that is merged with the one above counts with that one's name.
        Raises FileProblem if a column is missing or there twice.
        """
        best: list[str] = []
        place, most = 0, _LEAST_KNOWN - 1
        for number, row in enumerate(rows[:_HEADER_WITHIN]):
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
        unread = {}
        for place, name in enumerate(names):
            column = self._column(name)
            if column in columns:
                both = f"{shown(names[columns[column]])}、{shown(name)}"
                raise FileProblem("column/twice", file, sheet, self.labels[column], both)
            if column:
                columns[column] = place
            elif name.strip() and name.strip() not in RECEIPT:
                unread[shown(name)] = self._near(name)
        for column in SCHEMA:
            if column not in columns:
                like = [name for name, label in unread.items() if label == self.labels[column]]
                hint = f"；若「{like[0]}」就是它，请把这个名称加到 params/columns.yaml 的 aliases" if like else ""
                raise FileProblem("column/none", file, sheet, self.labels[column], hint=hint)
        return Header(row, columns, unread)

    def _near(self, name: str) -> str | None:
        close = nearest(plain(name), self.known)
        return self.labels[self.known[close]] if close else None


def sheets(export: Export, headings: Headings, skipped: Callable[[str], None]) -> Iterator[Sheet]:
    """The tables of one file. skipped: told each sheet that has no header, in words.

    Raises FileProblem for what cannot be read; a pyarrow error if the file breaks further down.
    """
    return {"excel": _excel, "csv": _csv, "parquet": _parquet}[export.kind](export, headings, skipped)


def _excel(export: Export, headings: Headings, skipped: Callable[[str], None]) -> Iterator[Sheet]:
    import fastexcel

    try:
        with export.open() as stream:
            book = fastexcel.read_excel(stream.read())
        found = False
        for number, title in enumerate(book.sheet_names):
            name = shown(title) if len(book.sheet_names) > 1 else ""
            table, errors = _sheet_table(book, number)
            header = headings.find(table.slice(0, _HEADER_WITHIN).to_pylist(), export.name, name)
            if header is None:
                if _has_tickets(table):
                    raise FileProblem("sheet/header", export.name, name)
                skipped(f"{export.name}「{shown(title)}」没有表头，没有读取（{table.num_rows} 行）")
                continue
            found = True
            yield Sheet(export.name, name, header, iter([_cut(table, header, errors)]))
    except fastexcel.FastExcelError as error:
        locked = "password" in str(error).lower() or "encrypt" in str(error).lower()
        raise FileProblem("file/password" if locked else "file/damaged", export.name) from None
    if not found:
        raise FileProblem("file/header", export.name)
