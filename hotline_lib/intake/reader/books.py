"""Workbooks (.xlsx, .xls, .xlsb, .ods), read as text; an .xlsx after a look at the cells that are used.

The look is at what would harm the reader, which comes first (a cell so far out that it would ask for all memory, a
member that is bigger than it says), and, while it reads, for what it does not tell: formulas that were never worked
out, rows that a filter hides, cells that two rows of XML claim.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO

import fastexcel
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hotline_lib.intake.reader.files import Export, unpacked
from hotline_lib.intake.reader.grid import ERROR_CELL, NO_VALUE_CELL, FileProblem, Grid, pieces

MOST_AREA = 40_000_000  # cells between the first used and the last, which the reader holds all at once
_SAMPLE = 1 << 18
_MOST_NAMED = 100_000  # formulas without a value; more are no less a problem
_CELL = rb"<%sc\b([^>]*?)(?:/>|>(.*?)</%sc>)"
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_UNTYPED = re.compile(
    rb'<table:table-cell\b(?![^>]*\bvalue-type="(?:string|float|percentage|currency|date|time|boolean)")[^>]*(?<!/)>'
    rb"(?:(?!</table:table-cell>).)*?<text:(?:p|span)\b[^>]*>[^<]",
    re.S,
)
_VALUE = rb"<%sv\b[^>]*>[^<]|<%sis\b|<%st\b[^>]*>[^<]"


@dataclass
class Look:
    """How far the XML of a sheet goes: the last row, and columns that are used, from 1."""

    member: zipfile.ZipInfo
    last_row: int = 0
    columns: set[int] = field(default_factory=set)

    @property
    def last_column(self) -> int:
        return max(self.columns, default=1)


@dataclass
class Counted:
    """What the XML of a sheet holds: filled cells, hidden rows, formulas without a value as (row, column), from 1."""

    filled: int = 0
    hidden_rows: int = 0
    no_value: list[tuple[int, int]] = field(default_factory=list)


def read_book(export: Export) -> Iterator[Grid]:
    """The sheets of a workbook. Raises FileProblem."""
    with export.open() as stream:
        content = stream.read()
    looks, days_1904 = _look(export.name, io.BytesIO(content))
    with ThreadPoolExecutor(1) as beside:
        yield from _read(export, content, looks, days_1904, beside)


def _read(
    export: Export, content: bytes, looks: dict[str, Look], days_1904: bool, beside: ThreadPoolExecutor
) -> Iterator[Grid]:
    try:
        book = fastexcel.read_excel(content)
        titles = book.sheet_names
        for number, title in enumerate(titles):
            look = looks.get(title)
            if look and look.last_row * max(look.last_column - min(look.columns, default=1) + 1, 1) > MOST_AREA:
                corner = f"{_letters(look.last_column)}{look.last_row}"
                raise FileProblem("sheet/stray", export.name, title, value=corner)
            counted = beside.submit(_count, look, content, export.name) if look else None
            try:
                sheet = _load(book, number)
            except fastexcel.FastExcelError:
                if not looks:
                    raise
                book = fastexcel.read_excel(_without_dimensions(content))
                sheet = _load(book, number)
            grid = _grid(export.name, title, number, sheet, look, counted)
            grid.several, grid.days_1904 = len(titles) > 1, days_1904
            yield grid
    except fastexcel.FastExcelError as error:
        locked = "password" in str(error).lower() or "encrypt" in str(error).lower()
        raise FileProblem("file/password" if locked else "file/damaged", export.name) from None


def _load(book, number: int):
    """A sheet as text whatever the cell: an id, a date or a rating may be a number in one row only."""
    return book.load_sheet(number, header_row=None, skip_rows=0, dtypes="string")


def _without_dimensions(content: bytes) -> bytes:
    """The same workbook without what its sheets say of their own used range, which nobody needs."""
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(copy, "w") as new:
        for member in old.infolist():
            xml = old.read(member)
            if re.match(r"xl/worksheets/[^/]+\.xml$", member.filename.lower()):
                xml = re.sub(rb"<(?:\w+:)?dimension\b[^>]*/>", b"", xml, count=1)
            new.writestr(member.filename, xml)
    return copy.getvalue()


def _grid(file: str, title: str, number: int, sheet, look: Look | None, counting: Future[Counted] | None) -> Grid:
    batch, errors = sheet.to_arrow_with_errors()
    cells = pa.Table.from_batches([batch])
    cells = cells.rename_columns([str(place) for place in range(cells.num_columns)])
    marked = {(e.position[0], e.position[1]): ERROR_CELL for e in errors.errors} if errors else {}
    counted = counting.result() if counting else Counted()
    if look:
        _refuse_lost(file, title, cells, len(marked), counted.filled)
        first = min(look.columns, default=1)
        marked |= {(row - 1, column - first): NO_VALUE_CELL for row, column in counted.no_value}
    return Grid(title, number, pieces(_marked(cells, marked)), sheet.visible != "visible", counted.hidden_rows)


def _refuse_lost(file: str, title: str, cells: pa.Table, errors: int, filled: int) -> None:
    """Every filled cell of the XML must have come out: a row number that stands twice hides one row behind another."""
    came_out = sum(cells.num_rows - column.null_count for column in cells.columns)
    if filled > came_out + errors:
        raise FileProblem("sheet/cells", file, title, value=str(filled - came_out - errors))


def _marked(cells: pa.Table, marks: dict[tuple[int, int], str]) -> pa.Table:
    """The table with marks in those cells (row, column from 0), where they are inside it."""
    by_column: dict[int, dict[int, str]] = {}
    for (row, column), mark in marks.items():
        if 0 <= row < cells.num_rows and 0 <= column < cells.num_columns:
            by_column.setdefault(column, {})[row] = mark
    for column, of_rows in by_column.items():
        new = np.full(cells.num_rows, None, dtype=object)
        new[list(of_rows)] = list(of_rows.values())
        mask = pa.array(np.isin(np.arange(cells.num_rows), list(of_rows)))
        told = pc.if_else(mask, pa.array(new, pa.string()), cells[str(column)].combine_chunks())
        cells = cells.set_column(column, str(column), told)
    return cells


def _look(name: str, stream: IO[bytes]) -> tuple[dict[str, Look], bool]:
    """By sheet title what its XML says, and whether days count from 1904; nothing for a workbook that is no .xlsx.

    No member may be bigger than the zip says, and none may define entities.
    """
    if not zipfile.is_zipfile(stream):
        return {}, False
    try:
        with zipfile.ZipFile(stream) as archive:
            members = {member.filename.replace("\\", "/").lstrip("/").lower(): member for member in archive.infolist()}
        small: dict[str, bytes] = {}
        looks: dict[str, Look] = {}
        for path, member in members.items():
            if re.match(r"xl/worksheets/[^/]+\.xml$", path):
                looks[path] = _look_at(stream, member, name)
                continue
            if path == "content.xml":
                _refuse_untyped(unpacked(stream, member, name), name)
                continue
            start = b""
            keep = path in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
            for piece in unpacked(stream, member, name):
                start = start + piece if keep else start or piece[: 1 << 16]
            _refuse_entities(start, name)
            small[path] = start
    except FileProblem:
        raise
    except Exception:  # whatever a broken zip does
        raise FileProblem("file/damaged", name) from None
    workbook = small.get("xl/workbook.xml", b"")
    parts = {rid: _part(target) for rid, target in _relations(small.get("xl/_rels/workbook.xml.rels", b""))}
    found = {}
    for sheet in re.findall(rb"<(?:\w+:)?sheet\b[^>]*>", workbook):
        title, rid = _attribute(sheet, rb"name"), _attribute(sheet, rb"(?:\w+:)?id")
        if (part := parts.get(rid)) in looks:
            found[title] = looks[part]
    return found, bool(re.search(rb'date1904="(1|true)"', workbook))


def _relations(xml: bytes) -> list[tuple[str, str]]:
    tags = re.findall(rb"<(?:\w+:)?Relationship\b[^>]*>", xml)
    return [(_attribute(tag, rb"Id"), _attribute(tag, rb"Target")) for tag in tags]


def _part(target: str) -> str:
    path = target.replace("\\", "/").lower()
    return path.lstrip("/") if path.startswith("/") else f"xl/{path.removeprefix('./')}"


def _attribute(tag: bytes, name: bytes) -> str:
    from html import unescape

    found = re.search(rb"\s" + name + rb"""\s*=\s*["']([^"']*)["']""", tag)
    return unescape(found[1].decode("utf-8", "replace")) if found else ""


def _refuse_untyped(xml: Iterator[bytes], name: str) -> None:
    """An OpenDocument cell of no known type shows its text, and the reader takes it for empty."""
    if untyped := sum(len(_UNTYPED.findall(rows)) for rows, _ in _rows(xml, name, b"table:table-row")):
        raise FileProblem("sheet/cells", name, value=str(untyped))


def _refuse_entities(xml: bytes, name: str) -> None:
    if b"<!DOCTYPE" in xml.replace(b"\0", b"").upper():
        raise FileProblem("file/entities", name)


def _look_at(stream: IO[bytes], member: zipfile.ZipInfo, name: str) -> Look:
    look = Look(member)
    for xml, p in _rows(unpacked(stream, member, name), name):
        row = b"<" + p + b"row"
        last = re.search(rb'\br="(\d{1,7})"', xml[xml.rfind(row) :])
        look.last_row = max(look.last_row + (0 if last else xml.count(row)), int(last[1]) if last else 0)
        used = set(re.findall(rb"<" + p + rb'c\b[^>]*?\br="([A-Z]{1,3})\d', xml[:_SAMPLE]))
        used |= {cell[4:].rstrip(b"0123456789") for cell in re.findall(rb' r="[A-Z]{2,3}\d+', xml)}
        if used and min(map(_number, used)) > 1:  # which column is the first decides where every other one is
            used |= set(re.findall(rb' r="([A-Z])\d', xml))
        look.columns |= set(map(_number, used))
    return look


def _count(look: Look, content: bytes, name: str) -> Counted:
    """What is looked at in every cell is counted, not parsed."""
    counted = Counted()
    for xml, p in _rows(unpacked(io.BytesIO(content), look.member, name), name):
        value, text = b"<" + p + b"v>", b"<" + p + b"is><" + p + b"t"
        counted.filled += xml.count(value) - xml.count(value + b"<")
        if b"<" + p + b"v " in xml:
            counted.filled += len(re.findall(rb"<" + p + rb"v\s[^>]*>[^<]", xml))
        if b"<" + p + b"is>" in xml:
            counted.filled += xml.count(text + b">") - xml.count(text + b"><")
            counted.filled += xml.count(b"<" + p + b"is><" + p + b"r>")
            counted.filled += len(re.findall(text + rb"\s[^>]*>[^<]", xml)) if text + b" " in xml else 0
        if b"hidden=" in xml:
            counted.hidden_rows += len(re.findall(rb"<" + p + rb'row\b[^>]*?\bhidden="(?:1|true)"', xml))
        if b"<" + p + b"f" in xml and len(counted.no_value) < _MOST_NAMED:
            filled = re.compile(_VALUE % (p, p, p))
            for attributes, inside in re.findall(_CELL % (p, p), xml, re.S):
                if b"<" + p + b"f" in inside and not filled.search(inside) and (place := _REFERENCE.search(attributes)):
                    counted.no_value.append((int(place[2]), _number(place[1])))
    return counted


def _rows(xml: Iterator[bytes], name: str, row: bytes = b"row") -> Iterator[tuple[bytes, bytes]]:
    """One worksheet's XML, a few megabytes at a time, cut where a row begins; and the prefix of its names."""
    left, prefix = b"", None
    for piece in xml:
        left += piece
        if prefix is None:
            _refuse_entities(left[: 1 << 16], name)
            root = re.search(rb"<(\w+:)?worksheet\b", left[: 1 << 16])
            prefix = (root[1] or b"") if root else b""
        cut = left.rfind(b"<" + prefix + row)
        if cut > 0:
            yield left[:cut], prefix
            left = left[cut:]
    yield left, prefix or b""


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
