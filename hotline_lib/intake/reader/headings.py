"""Headers: what columns may be called, and which row of a table names them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache

from hotline_lib.intake.reader.grid import FileProblem, is_id

RECEIPT = ("文件", "工作表", "行", "原因")  # columns that our own file of refused rows begins with
HEADER_WITHIN = 50  # rows
LEAST_KNOWN = 3  # known names make a header
_ALIKE = 0.6  # stricter than elsewhere: an export has many columns that are none of ours
INVISIBLE = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_SPACES = re.compile(rf"[\s\u3000\u00a0{INVISIBLE}]+")
_MARKS = "='\"‘’“”`"
_FULL = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full-width to ASCII
_ASIDE = re.compile(r"[(\[{【<].*$|/[^/]{1,4}$")  # a unit or a remark behind a name: 受理时间（北京时间）, 次数/次
_CLOCK = re.compile(r"((18|19)\d\d-\d\d-\d\d )?([01]?\d|2[0-3])[:：][0-5]\d([:：][0-5]\d)?(\.\d+)?|0?\.\d+")
_DAY = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?( 00:00:00)?|\d{8}|[3-7]\d{4}(\.0+)?")


def plain(text: str) -> str:
    """``text`` for comparison: half-width, in lower case, without spaces, invisible characters and the marks that
    keep Excel from changing a cell (='…'). The engine's macro does the same."""
    return _SPACES.sub("", text.translate(_FULL)).lower().strip(_MARKS)


@dataclass(frozen=True)
class Header:
    """row: as Excel counts it; above: whether the row above belongs to it. columns: ticket column -> its place; two
    places where day and clock stand apart. fixed: columns that the sheet's name or the analyst gives.

    names: of all places. unread: those that are none of ours -> the nearest known one, and those not read because another column has the
    name itself. problems: columns that are missing, or there twice; such a table is not read.
    """

    row: int
    above: bool = False
    columns: dict[str, tuple[int, ...]] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)
    unread: dict[str, str | None] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    problems: tuple[FileProblem, ...] = ()

    def same(self, other: Header) -> bool:
        return self.columns == other.columns


@dataclass(frozen=True)
class Headings:
    """What columns may be called; plain values, so that another process can have them.

    labels: ticket column -> its Chinese name, in the order of the table. spellings: plain name -> (ticket column, how
    well the name fits: 0 the name itself, 1 another one). only: the same for files, sheets or units of one name.
    times: columns of days and clocks. units: plain name -> unit. unit: what the analyst says of all files.
    key: the column without which a table holds no tickets.
    """

    labels: Mapping[str, str]
    spellings: Mapping[str, tuple[str, int]]
    only: Mapping[str, Mapping[str, tuple[str, int]]] = field(default_factory=dict)
    times: frozenset[str] = frozenset()
    units: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    key: str = "ticket_id"
    optional: frozenset[str] = frozenset()

    def find(self, rows: Sequence[Sequence[str | None]], file: str, sheet: str = "") -> Header | None:
        """The header among the first rows (numbered from 1): the row with most known names."""
        names = self.names_in(file, sheet)
        best, most = 0, LEAST_KNOWN - 1
        for number in range(min(len(rows), HEADER_WITHIN)):
            known = len({names(name)[0] for name in self._joined(rows, number, names) if names(name)})
            if known > most:
                best, most = number + 1, known
        return self.header(rows, best - 1, best, file, sheet) if best else None

    def header(self, rows: Sequence[Sequence[str | None]], number: int, row: int, file: str, sheet: str = "") -> Header:
        """What the row at ``number`` of ``rows`` names; ``row`` is what Excel calls it."""
        names = self.names_in(file, sheet)
        cells = self._joined(rows, number, names)
        plain_cells = [cell or "" for cell in rows[number]] + [""] * (len(cells) - len(rows[number]))
        above = any(a.strip() != b.strip() for a, b in zip(cells, plain_cells, strict=True))
        found: dict[str, list[tuple[int, int]]] = {}
        unread: dict[str, str | None] = {}
        for place, name in enumerate(cells):
            known = names(name)
            if known:
                found.setdefault(known[0], []).append((known[1], place))
            elif name.strip() and name.strip() not in RECEIPT:
                close = get_close_matches(plain(name), self.spellings, n=1, cutoff=_ALIKE)
                unread[name] = self.labels[self.spellings[close[0]][0]] if close else None
        columns: dict[str, tuple[int, ...]] = {}
        problems = []
        for column, places in found.items():
            best = sorted(places)
            if len(best) > 1 and column in self.times and (apart := _apart([p for _, p in best], rows[number + 1 :])):
                columns[column] = apart
            elif len(best) > 1 and best[0][0] == best[1][0]:
                problems.append(
                    FileProblem(
                        "column/twice", file, sheet, self.labels[column], "、".join(cells[p] for _, p in best), row=row
                    )
                )
            else:
                columns[column] = (best[0][1],)
                unread |= {cells[place]: self.labels[column] for _, place in best[1:]}
        fixed = self._fixed(columns, sheet)
        if fixed and self.unit and (said := unit_in(sheet, self.units)) not in ("", self.unit):
            problems.append(FileProblem("sheet/unit", file, sheet, value=said, row=row))
        for column in self.labels:
            if column not in columns and column not in fixed and column not in found and column not in self.optional:
                like = next((name for name, label in unread.items() if label == self.labels[column]), "")
                like = like or next((name for name in unread if self._within(name, column)), "")
                rule = "column/unit" if column == "unit" else "column/none"
                unit = unit_in(sheet, self.units) or unit_in(file, self.units)
                problems.append(FileProblem(rule, file, sheet, self.labels[column], like=like, row=row, unit=unit))
        return Header(row, above, columns, fixed, unread, tuple(cells), tuple(problems))

    def _within(self, name: str, column: str) -> bool:
        """Whether a heading is a part of what a column is called: 时间 of 受理时间."""
        part = plain(name)
        return len(part) > 1 and any(part in word for word, (known, _) in self.spellings.items() if known == column)

    def known_in(self, cells: Sequence[str | None], file: str, sheet: str = "") -> int:
        """How many different columns a row's cells name."""
        names = self.names_in(file, sheet)
        return len({known[0] for cell in cells if cell and len(cell) < 60 and (known := names(cell))})

    def names_in(self, file: str, sheet: str):
        """What a name means in that file and sheet: a function name -> (column, fit), or None."""
        return _names(self, file, sheet)

    def _fixed(self, columns: Mapping[str, tuple[int, ...]], sheet: str) -> dict[str, str]:
        if "unit" in columns or "unit" not in self.labels:
            return {}
        unit = self.unit or unit_in(sheet, self.units)
        return {"unit": unit} if unit else {}

    @staticmethod
    def _joined(rows: Sequence[Sequence[str | None]], number: int, names) -> list[str]:
        """The names of a row. A cell without a name takes the one above, with which it is merged; one that is known
        only together with the group above it (受理 | 时间) takes both."""
        above = rows[number - 1] if number and not any(map(is_id, rows[number - 1])) else []
        width = max(len(rows[number]), len(above))
        joined, group = [], ""
        for place in range(width):
            cell = (rows[number][place] if place < len(rows[number]) else "") or ""
            over = (above[place] if place < len(above) else "") or ""
            group = over or group
            if not cell.strip():
                joined.append(over)
            elif not names(cell) and group and names(group + cell):
                joined.append(group + cell)
            else:
                joined.append(cell)
        return joined


def unit_in(text: str, units: Mapping[str, str]) -> str:
    """The one unit that a sheet's or file's name speaks of; "" if it is none, or more than one."""
    name = plain(text)
    if name in units:
        return units[name]
    found = {unit for spelling, unit in units.items() if len(spelling) > 1 and spelling in name}
    return found.pop() if len(found) == 1 else ""


def holds(pattern: str, file: str, sheet: str, unit: str, units: Mapping[str, str]) -> bool:
    """Whether what is said of a unit, or of a pattern of names (``only``), is said of that table."""
    here = {unit, unit_in(sheet, units), unit_in(file, units)} - {""}
    return pattern in here or any(fnmatchcase(name, pattern) for name in (file, file.rpartition("/")[2], sheet))


def _names(headings: Headings, file: str, sheet: str):
    spelled = dict(headings.spellings)
    for pattern, more in headings.only.items():
        if holds(pattern, file, sheet, headings.unit, headings.units):
            spelled |= more

    @cache
    def meaning(name: str) -> tuple[str, int] | None:
        for fit, spelling in enumerate(_forms(name)):
            if spelling in spelled:
                column, given = spelled[spelling]
                return column, given + 2 * fit
        return None

    return meaning


def _forms(name: str) -> Iterator[str]:
    """A name as it stands, without its marks, without an aside, without 名称."""
    text = plain(name).strip("*:#")
    yield text
    bare = _ASIDE.sub("", text).strip("*:#")
    yield bare
    yield bare.removesuffix("名称")


def _apart(places: Sequence[int], rows: Sequence[Sequence[str | None]]) -> tuple[int, int] | None:
    """The places of day and clock, if one of the columns holds only days and another only clocks."""
    kinds: dict[str, int] = {}
    for place in places:
        cells = [cell.strip() for row in rows[:20] if place < len(row) and (cell := row[place]) and cell.strip()]
        for kind, form in (("clock", _CLOCK), ("day", _DAY)):
            if cells and all(form.fullmatch(cell) for cell in cells):
                kinds.setdefault(kind, place)
    return (kinds["day"], kinds["clock"]) if len(kinds) == 2 else None


def without_aside(name: str) -> str:
    """A heading without a unit or a remark behind its name."""
    return _ASIDE.sub("", plain(name)).strip("*:#")
