"""What is in an export, counted by code that shares nothing with hotline_lib: the ids seen, row by row, and the values.

Only the container formats' own readers are used (zipfile, ElementTree, csv for one line, pyarrow for Parquet); sheets,
BIFF records and web tables are read by hand. Where a spoilt file cannot be counted so, ``count`` says that it cannot,
and only the weaker checks apply.
"""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
import struct
import unicodedata
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from cases import as_stored
from exports import LABELS

ID = re.compile(r"(?<![A-Z0-9])JT\d{22}(?![0-9])")
_ID_CELL = re.compile(r"""[='"]*(JT\d{22})["']*""")  # with the marks that protect it from Excel
_COLUMNS = {label: column for column, label in LABELS.items()}
_EPOCHS = {False: dt.datetime(1899, 12, 30), True: dt.datetime(1904, 1, 1)}
Cells = list[object]  # texts and numbers


@dataclass
class Seen:
    """One row that holds a ticket's id. number: as a reader counts rows. plain: its values where all are spelled as
    exports.ROW spells them, under a whole header; else None."""

    ids: tuple[str, ...]
    number: int
    plain: dict[str, object] | None = None


@dataclass
class Count:
    """rows: with an id. whole: whether all of the file could be read, so that nothing else can be in it."""

    rows: list[Seen] = field(default_factory=list)
    whole: bool = True

    def ids(self) -> set[str]:
        return {each for row in self.rows for each in row.ids}

    def values(self) -> dict[str, dict[str, object]]:
        """The values of each id that stands once, or always with the same."""
        found: dict[str, list[dict[str, object] | None]] = {}
        for row in self.rows:
            for each in row.ids:
                found.setdefault(each, []).append(row.plain if len(row.ids) == 1 else None)
        return {each: of[0] for each, of in found.items() if of[0] and all(one == of[0] for one in of)}


def count(name: str, content: bytes) -> Count:
    """What is in a file of that name."""
    try:
        return _count(name, content)
    except Exception:  # a spoilt file may break any reader; what it holds is then unknown
        return Count(whole=False)


def _count(name: str, content: bytes) -> Count:
    if content.startswith(b"PAR1"):
        return _parquet(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _grid([_records(content)])
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {each.filename: archive.read(each) for each in archive.infolist()}
        if "xl/workbook.xml" in members:
            return _grid(_sheets(members), epoch="date1904" in members["xl/workbook.xml"].decode("utf-8", "replace"))
        if "content.xml" in members:
            return _grid([_open_document(members["content.xml"])])
        known = (".csv", ".xlsx", ".xls", ".parquet", ".txt")
        each = [count(member, inner) for member, inner in members.items() if member.lower().endswith(known)]
        return Count([row for one in each for row in one.rows], all(one.whole for one in each))
    text = decoded(content)
    if re.search(r"urn:schemas-microsoft-com:office:spreadsheet", text[:2000]):
        return _grid([_spreadsheetml(text)])
    if re.search(r"(?i)<(html|table|tr)\b", text[:4000]):
        return _grid([_page(text)])
    return _text(text)


def plain(text: str) -> str:
    """Half-width capitals without spaces and what cannot be seen; a tab or line end still parts."""
    shown = (" " if c == "\u00a0" else c for c in unicodedata.normalize("NFKC", text.replace("\t", "|")))
    kept = (c for c in shown if c != " " and unicodedata.category(c) != "Cf")
    return "".join("|" if unicodedata.category(c) == "Cc" else c for c in kept).upper()


def decoded(content: bytes) -> str:
    """By its mark, else in whatever letters the header can be read."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    tries = [content.decode(encoding, "replace") for encoding in ("utf-8-sig", "gb18030", "utf-16-le")]
    return max(tries, key=lambda text: (sum(label in text for label in LABELS.values()), -text.count("\ufffd")))


def _text(text: str) -> Count:
    found, header, delimiter = Count(), None, ","
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if ids := tuple(ID.findall(plain(line))):
            cells = next(csv.reader([line], delimiter=delimiter), []) if line.count('"') % 2 == 0 else []
            found.rows.append(Seen(ids, number, _values(header, cells, False) if header else None))
        elif "工单编号" in line:
            delimiter = max(",\t;|", key=line.count)
            header = _header(next(csv.reader([line], delimiter=delimiter), []))
    return found


def _grid(tables: Iterable[Iterable[tuple[int, Cells]]], *, epoch: bool = False) -> Count:
    found = Count()
    for table in tables:
        header = None
        for number, cells in table:
            ids = tuple(each for cell in cells for each in ID.findall(plain(str(cell))))
            if ids:
                found.rows.append(Seen(ids, number, _values(header, cells, epoch) if header else None))
            elif "工单编号" in cells:
                header = _header(cells)
    return found


def _header(cells: Cells) -> list[str] | None:
    """The heads of a row in which each of our labels stands once."""
    names = [str(cell).lstrip("\ufeff") for cell in cells]
    return names if all(names.count(label) == 1 for label in LABELS.values()) else None


def _values(header: list[str], cells: Cells, epoch: bool) -> dict[str, object] | None:
    if not cells or len(cells) > len(header):
        return None
    given = dict(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=True))
    ticket = _ID_CELL.fullmatch(plain(str(given["工单编号"])))
    if not ticket:
        return None
    given["工单编号"] = ticket[1]
    try:
        return as_stored({column: _spelled(column, given[label], epoch) for label, column in _COLUMNS.items()})
    except (KeyError, ValueError):
        return None


def _spelled(column: str, cell: object, epoch: bool) -> str:
    if isinstance(cell, float) and column.endswith("_at"):
        return f"{_EPOCHS[epoch] + dt.timedelta(seconds=round(cell * 86400)):%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else "?"
    if cell is None or cell != str(cell).strip():
        raise ValueError  # what a space means is for intake to say
    return str(cell)


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _sheets(members: dict[str, bytes]) -> Iterator[Iterator[tuple[int, Cells]]]:
    """Each sheet that is not hidden."""
    shared = []
    if "xl/sharedStrings.xml" in members:
        for item in ET.fromstring(members["xl/sharedStrings.xml"]):
            shared.append("".join(each.text or "" for each in item.iter() if _local(each) == "t"))
    places = {each.get("Id"): each.get("Target", "") for each in ET.fromstring(members["xl/_rels/workbook.xml.rels"])}
    for sheet in ET.fromstring(members["xl/workbook.xml"]).iter():
        if _local(sheet) == "sheet" and sheet.get("state", "visible") == "visible":
            place = places[next(value for key, value in sheet.items() if key.endswith("}id"))]
            yield _rows(members["xl/" + place.removeprefix("/xl/")], shared)


def _rows(content: bytes, shared: list[str]) -> Iterator[tuple[int, Cells]]:
    last = 0
    for row in ET.fromstring(content).iter():
        if _local(row) != "row":
            continue
        last = int(row.get("r", last + 1))
        cells: Cells = []
        for cell in row:
            where = re.match(r"[A-Z]+", cell.get("r", ""))
            at = _place(where[0]) if where else len(cells)
            cells += [""] * (at - len(cells)) if at < 20_000 else []
            cells[at : at + 1] = [_cell(cell, shared)]
        yield last, cells


def _cell(cell: ET.Element, shared: list[str]) -> object:
    """A text or number; None where it is for the reader to say what the cell means."""
    kind, texts = cell.get("t", "n"), {_local(each): each.text or "" for each in cell.iter()}
    if kind == "inlineStr":
        return "".join(each.text or "" for each in cell.iter() if _local(each) == "t")
    if "v" not in texts:
        return None if {"is", "f"} & set(texts) else ""
    return {"s": lambda v: shared[int(v)], "n": float, "str": str}.get(kind, lambda v: None)(texts["v"])


def _place(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _records(content: bytes) -> Iterator[tuple[int, Cells]]:
    """The first sheet's rows of a BIFF8 stream as xlwt writes it: in one piece, right after the first sector."""
    at, strings, rows = 512, [], {}
    while at + 4 <= len(content):
        kind, size = struct.unpack_from("<HH", content, at)
        body = content[at + 4 : at + 4 + size]
        at += 4 + size
        if kind == 0x00FC:
            while content[at : at + 2] == b"\x3c\x00":  # goes on in the next record
                more = struct.unpack_from("<H", content, at + 2)[0]
                body += content[at + 4 : at + 4 + more]
                raise ValueError  # a string may break off anywhere in it: not counted
            strings = list(_strings(body))
        elif kind == 0x00FD:
            row, column, _, place = struct.unpack_from("<HHHI", body)
            rows.setdefault(row, {})[column] = strings[place]
        elif kind == 0x0203:
            row, column, _, number = struct.unpack_from("<HHHd", body)
            rows.setdefault(row, {})[column] = number
    for row in sorted(rows):
        yield row + 1, [rows[row].get(column, "") for column in range(max(rows[row]) + 1)]


def _strings(body: bytes) -> Iterator[str]:
    at = 8
    for _ in range(struct.unpack_from("<I", body, 4)[0]):
        length, wide = struct.unpack_from("<HB", body, at)
        if wide & ~1:
            raise ValueError  # formatted text, which xlwt does not write
        size = length * 2 if wide else length
        yield body[at + 3 : at + 3 + size].decode("utf-16-le" if wide else "latin-1")
        at += 3 + size


def _page(text: str) -> Iterator[tuple[int, Cells]]:
    """What stands between the beginnings of rows; cells as far as they close, else the text as one cell."""
    starts = [each.start() for each in re.finditer(r"(?i)<tr\b", text)]
    for number, (start, end) in enumerate(pairwise([0, *starts, len(text)])):
        piece = text[start:end]
        cells = re.findall(r"(?is)<t[dh]\b[^>]*>(.*?)</t[dh]\s*>", piece)
        cells = [html.unescape(re.sub(r"<[^>]*>", "", cell)).replace("\xa0", " ").strip() for cell in cells]
        whole = html.unescape(re.sub(r"<[^>]*>", " ", piece))
        yield number, cells if ID.findall(plain(whole)) == ID.findall(plain(" ".join(cells))) else [whole]


def _spreadsheetml(text: str) -> Iterator[tuple[int, Cells]]:
    number = 0
    for row in ET.fromstring(text.encode()).iter():
        if _local(row) != "Row":
            continue
        number += 1
        cells: Cells = []
        for cell in row:
            index = next((int(value) for key, value in cell.items() if key.endswith("Index")), len(cells) + 1)
            if index < 20_000:
                cells += [""] * (index - 1 - len(cells))
            cells.append("".join(cell.itertext()))
        yield number, cells


def _open_document(content: bytes) -> Iterator[tuple[int, Cells]]:
    number = 0
    for row in ET.fromstring(content).iter():
        if _local(row) != "table-row":
            continue
        number += 1
        cells: Cells = []
        for cell in row:
            times = next((int(value) for key, value in cell.items() if key.endswith("columns-repeated")), 1)
            cells += ["".join(cell.itertext())] * min(times, 20_000)
        yield number, cells


def _parquet(content: bytes) -> Count:
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(content))
    head = [(1, list(table.column_names))]
    body = [
        (n, ["" if cell is None else str(cell) for cell in row.values()]) for n, row in enumerate(table.to_pylist(), 2)
    ]
    return _grid([[*head, *body]])
