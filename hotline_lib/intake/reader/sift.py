"""What each row of a table is: title, header, ticket, total or blank. None is lost: what looks like a ticket is one,
wherever it stands, and what is nothing of all that is a ticket too, which its rules will refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hotline_lib.intake.reader.grid import ID_CELL, FileProblem, Grid, Piece, is_id
from hotline_lib.intake.reader.headings import HEADER_WITHIN, LEAST_KNOWN, Header, Headings

_LEADING = 3  # cells among which a totals row says that it is one
_TOTALS = re.compile(r"[\s\u3000]*[^\d\s]{0,6}?([合总小共][\s\u3000]*计|总[\s\u3000]*数)")
_REMARK = re.compile(
    r"[\s\u3000]*(制表|填表|填报|编制|审核|审批|复核|校对|统计|经办|负责人|联系|电话|单位负责|打印|导出|下载|数据来源|备注|说明|"
    r"注[:：]|第\s*\d+\s*页|共\s*\d+\s*(页|条|行|件|笔)|以下空白|(续|接)[上下]?(表|页))"
)
_MOST_CELLS = 8  # of a remark: 制表人, 审核人, 日期 and their values
_MANY = 5_000  # rows without an id: then only those with a known name are looked at one by one
STAGED = ("row", "kind", "ragged")


class Sifted:
    """One table on its way: batches of ``row``, ``kind`` ("" for a ticket), ``ragged`` and the ticket columns as text.

    headers: those met so far. seen: rows that hold a ticket's id.
    """

    def __init__(self, grid: Grid, headings: Headings, file: str):
        self.grid, self.headings, self.file = grid, headings, file
        self.headers: list[Header] = []
        self.seen = 0
        self.rows = 0

    def batches(self) -> Iterator[pa.Table]:
        """The rows, once. Raises FileProblem for tickets without a header, and if rows came out that hold fewer ids
        than the file."""
        pieces = iter(self.grid.pieces)
        first: list[Piece] = []
        while sum(len(piece.rows) for piece in first) < HEADER_WITHIN and (piece := next(pieces, None)):
            first.append(piece)
        head = [row for piece in first for row in _lists(piece.cells.slice(0, HEADER_WITHIN))][:HEADER_WITHIN]
        numbers = [int(number) for piece in first for number in piece.rows[:HEADER_WITHIN]]
        header = self.headings.find(head, self.file, self.grid.title)
        if header:
            self.header = self.headings.header(
                head, header.row - 1, numbers[header.row - 1], self.file, self.grid.title
            )
            self.headers.append(self.header)
        for piece in chain(first, pieces):
            self.rows += len(piece.rows)
            if header:
                yield from self._sift(piece)
            elif (ids := _id_rows(piece.cells)).any():
                row = int(piece.rows[np.flatnonzero(ids)[0]])
                raise FileProblem("sheet/header", self.file, self.grid.title, row=row)
        if header and (expected := self.grid.ids()) is not None and expected > self.seen:
            problem = self.grid.lost()
            if problem.column.startswith("#"):
                problem.column = self._name(int(problem.column[1:]))
            raise problem

    @property
    def holds_tickets(self) -> bool:
        """Whether the table can hold tickets at all: a column of their ids, or an id somewhere."""
        return any(self.headings.key in header.columns for header in self.headers) or self.seen > 0

    def _name(self, place: int) -> str:
        column = next((column for column, places in self.headers[-1].columns.items() if place in places), "")
        return self.headings.labels.get(column, f"第 {place + 1} 列")

    def _sift(self, piece: Piece) -> Iterator[pa.Table]:
        """One piece, cut where a header with other columns begins."""
        start = 0
        while start < len(piece.rows):
            part = Piece(piece.cells.slice(start), piece.rows[start:], piece.ragged)
            kinds, stop, following = self._kinds(part)
            yield self._staged(Piece(part.cells.slice(0, stop), part.rows[:stop], part.ragged), kinds[:stop])
            if following:
                self.header = following
                self.headers.append(following)
            start += stop

    def _kinds(self, piece: Piece) -> tuple[np.ndarray, int, Header | None]:
        """Each row's kind, down to the first header that names other columns, and that header."""
        size = len(piece.rows)
        kinds = np.full(size, "", dtype=object)
        places = self.header.columns.get(self.headings.key, ())
        has_id = _matches(piece.cells, places[0]) if places else np.zeros(size, dtype=bool)
        has_id &= piece.rows > self.header.row if piece.rows[0] <= self.header.row else True
        others = np.flatnonzero(~has_id)
        if len(others) > _MANY:
            kinds, others = self._many(piece, kinds, others)
        before = None
        for at, cells in zip(others, _lists(piece.cells.take(pa.array(others))), strict=True):
            kind = self._kind(int(piece.rows[at]), cells, piece.ragged)
            if kind == "header" and int(piece.rows[at]) > self.header.row:
                rows = [before or [], cells]
                new = self.headings.header(rows, 1, int(piece.rows[at]), self.file, self.grid.title)
                if not new.same(self.header):
                    self.seen += int(has_id[:at].sum())
                    kinds[at] = "header"
                    return kinds, int(at) + 1, new
            kinds[at] = kind
            self.seen += kind in ("", "above") and any(map(is_id, cells))
            before = cells
        self.seen += int(has_id.sum())
        return kinds, size, None

    def _many(self, piece: Piece, kinds: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where few rows hold an id in its column: blank rows and plain tickets are told for all rows at once."""
        cells = piece.cells
        none = np.zeros(len(piece.rows), dtype=int)
        filled = sum((np.asarray(column.is_valid()).astype(int) for column in cells.columns), none)
        known = pa.array(list(self.headings.labels.values()) + list(self.headings.spellings))
        named = sum((np.asarray(pc.is_in(column, known)).astype(int) for column in cells.columns), none)
        ids = _id_rows(cells)
        told = np.zeros(len(piece.rows), dtype=bool)
        told[others] = (
            (filled[others] > _MOST_CELLS) & (named[others] < LEAST_KNOWN) & (piece.rows[others] > self.header.row)
        )
        self.seen += int((told & ids).sum())
        return kinds, np.flatnonzero(~told & np.isin(np.arange(len(told)), others))

    def _kind(self, row: int, cells: Sequence[str | None], ragged: bool) -> str:
        filled = [cell for cell in cells if cell and cell.strip("\u3000 \t\r\n")]
        if not filled:
            return "blank"
        if row in (self.header.row, self.header.row - self.header.above):
            return "header"
        holds_id = any(map(is_id, cells))
        if row < self.header.row:
            return "above" if holds_id else "title"
        if holds_id:
            return ""
        if self.headings.known_in(cells, self.file, self.grid.title) >= LEAST_KNOWN:
            return "header"
        if any(cell and _TOTALS.match(cell) for cell in cells[:_LEADING]):
            return "total"
        if _REMARK.match(filled[0]) and len(filled) <= _MOST_CELLS and not self._is_ticket(cells):
            return "title"
        return "title" if len(filled) == 1 and not ragged and not self._is_ticket(cells) else ""

    def _is_ticket(self, cells: Sequence[str | None]) -> bool:
        """Whether a row without an id has something where tickets have their id or their time of acceptance."""
        places = [p for name in (self.headings.key, "accepted_at") for p in self.header.columns.get(name, ())]
        found = [cell for p in places if p < len(cells) and (cell := cells[p])]
        return any(cell[:2].upper() == "JT" or re.match(r"\d{4}[-/.年]\d", cell) for cell in found)

    def _staged(self, piece: Piece, kinds: np.ndarray) -> pa.Table:
        cells = piece.cells
        width = cells.num_columns
        short = any(place >= width for places in self.header.columns.values() for place in places)
        columns = {
            "row": pa.array(piece.rows, pa.int64()),
            "kind": pa.array(kinds, pa.string()),
            "ragged": pa.array(np.full(len(piece.rows), piece.ragged or short), pa.bool_()),
        }
        nothing = pa.nulls(len(piece.rows), pa.string())
        for column in self.headings.labels:
            places = [place for place in self.header.columns.get(column, ()) if place < width]
            of_column = [cells[str(place)].combine_chunks() for place in places]
            if column in self.header.fixed:
                columns[column] = pa.array([self.header.fixed[column]] * len(piece.rows), pa.string())
            elif len(of_column) == 2:
                columns[column] = _day_and_clock(*of_column)
            else:
                columns[column] = of_column[0] if of_column else nothing
            if self.grid.days_1904 and column in self.headings.times:
                columns[column] = _from_1904(columns[column])
        return pa.table(columns)


def _lists(cells: pa.Table) -> list[list[str | None]]:
    columns = [column.to_pylist() for column in cells.columns]
    return [list(row) for row in zip(*columns, strict=True)] if columns else [[] for _ in range(cells.num_rows)]


def _matches(cells: pa.Table, place: int) -> np.ndarray:
    if place >= cells.num_columns:
        return np.zeros(cells.num_rows, dtype=bool)
    return np.asarray(pc.fill_null(pc.match_substring_regex(cells[str(place)].combine_chunks(), ID_CELL), False))


def _id_rows(cells: pa.Table) -> np.ndarray:
    found = np.zeros(cells.num_rows, dtype=bool)
    for place in range(cells.num_columns):
        found |= _matches(cells, place)
    return found


def _day_and_clock(days: pa.Array, clocks: pa.Array) -> pa.Array:
    """2024-09-01 and 08:05 as one text; either alone stays as it is."""
    joined = [_joined(day, clock) for day, clock in zip(days.to_pylist(), clocks.to_pylist(), strict=True)]
    return pa.array(joined, pa.string())


def _joined(day: str | None, clock: str | None) -> str | None:
    if not day or not clock:
        return day or clock
    day, clock = day.strip().removesuffix(" 00:00:00"), re.sub(r"^\d{4}-\d\d-\d\d ", "", clock.strip())
    if re.fullmatch(r"0?\.\d+", clock):  # a part of a day, as Excel keeps clocks
        if re.fullmatch(r"\d{5}(\.0+)?", day):
            return f"{day[:5]}.{clock.partition('.')[2]}"
        seconds = round(float(clock) * 86_400)
        clock = f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
    return f"{day} {clock}"


def _from_1904(cells: pa.Array) -> pa.Array:
    shift: Callable[[str | None], str | None] = lambda cell: (
        f"{float(cell) + 1462:.9f}" if cell and re.fullmatch(r"\d{5}(\.\d+)?", cell) else cell
    )
    return pa.array([shift(cell) for cell in cells.to_pylist()], pa.string())
