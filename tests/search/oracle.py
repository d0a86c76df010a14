"""What is in an export, counted by code that shares nothing with hotline_lib: the ids seen, row by row, and the values.

Only the container formats' own readers are used (zipfile, ElementTree, csv for one line, pyarrow for Parquet); sheets,
BIFF records and web tables are read by hand. Where a spoilt file cannot be counted so, ``count`` says that it cannot,
and only the weaker checks apply.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field

import grids
from bases import WORDS
from cases import as_stored
from exports import LABELS

ID = re.compile(r"(?<![A-Z0-9])JT\d{22}(?![0-9])")
_NAMED = ("unit", "business_type", "domain", "issue", "sub_issue")
_ID_CELL = re.compile(r"""[='"]*(JT\d{22})["']*""")  # with the marks that protect it from Excel
_COLUMNS = {label: column for column, label in LABELS.items()}
_EPOCHS = {False: dt.datetime(1899, 12, 30), True: dt.datetime(1904, 1, 1)}


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
        return _grid([grids.frame(content)])
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _grid([grids.records(content)])
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {each.filename.replace("\\", "/"): archive.read(each) for each in archive.infolist()}
        if "xl/workbook.xml" in members:
            return _grid(
                grids.sheets(members), epoch="date1904" in members["xl/workbook.xml"].decode("utf-8", "replace")
            )
        if "content.xml" in members:
            return _grid([grids.open_document(members["content.xml"])])
        known = (".csv", ".xlsx", ".xls", ".parquet", ".txt")
        each = [count(member, inner) for member, inner in members.items() if member.lower().endswith(known)]
        return Count([row for one in each for row in one.rows], all(one.whole for one in each))
    text = decoded(content)
    if re.search(r"urn:schemas-microsoft-com:office:spreadsheet", text[:2000]):
        return _grid([grids.spreadsheetml(text)])
    if re.search(r"(?i)<(html|table|tr)\b", text[:4000]):
        return _grid([grids.page(text)])
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


def _grid(tables: Iterable[grids.Table], *, epoch: bool = False) -> Count:
    found = Count()
    for table in tables:
        header = None
        for number, cells in table:
            ids = tuple(each for cell in cells for each in ID.findall(plain(str(cell or ""))))
            if ids:
                found.rows.append(Seen(ids, number, _values(header, cells, epoch) if header else None))
            elif "工单编号" in cells:
                header = _header(cells)
    return found


def _header(cells: grids.Cells) -> list[str] | None:
    """The heads of a row in which each of our labels stands once."""
    names = [str(cell).lstrip("\ufeff") for cell in cells]
    return names if all(names.count(label) == 1 for label in LABELS.values()) else None


def _values(header: list[str], cells: grids.Cells, epoch: bool) -> dict[str, object] | None:
    if not cells or len(cells) > len(header):
        return None
    given = dict(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=True))
    ticket = _ID_CELL.fullmatch(plain(str(given["工单编号"])))
    if not ticket:
        return None
    given["工单编号"] = ticket[1]
    try:
        row = {column: _spelled(column, given[label], epoch) for label, column in _COLUMNS.items()}
        return as_stored(row) if all(row[column] in ("", *WORDS) for column in _NAMED) else None
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
