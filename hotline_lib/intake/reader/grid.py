"""What readers hand on: a table as cells of text, before anybody knows what its rows are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

# stand in a cell for what a workbook could not say; private-use characters, so that no export holds them by itself
ERROR_CELL, NO_VALUE_CELL = "\ue000错误", "\ue000无值"
ERROR_TEXT = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)", re.I)
PIECE = 65_536  # rows

# a cell that is a ticket's id, damaged perhaps, in any width of digits and behind any protective mark
ID_CELL = r"^[\s\x{3000}\x{feff}='\"‘’“”`]*[JjＪｊ][\s]*[TtＴｔ][\s\-]*[0-9０-９]{12}"
_ID = re.compile(ID_CELL.replace(r"\x{3000}", "\u3000").replace(r"\x{feff}", "\ufeff"))


@dataclass(eq=False)
class FileProblem(Exception):
    """What is wrong with a file, a sheet or one of its columns: a rule (``words.PROBLEMS`` says it), and where.

    row: as Excel counts it. like: the heading that is most like the column. number: the sheet's place, from 0. unit:
    whose file it is, if its name says so.
    """

    rule: str
    file: str = ""
    sheet: str = ""
    column: str = ""
    value: str = ""
    row: int | None = None
    like: str = ""
    number: int = 0
    unit: str = ""


class Note(NamedTuple):
    """Something to be said of a file or sheet that is no problem: a kind of ``words.NOTES``, and its facts."""

    kind: str
    file: str
    sheet: str = ""
    facts: dict = {}


class Piece(NamedTuple):
    """Some rows: text columns named by their places (0, 1 …), each row's number as Excel counts, and whether their
    number of cells is not that of the table."""

    cells: pa.Table
    rows: np.ndarray
    ragged: bool = False


@dataclass
class Grid:
    """One table of a file. title: of its sheet; number: its place in the file, from 0; hidden: so in the workbook.

    ids: after the last piece, how many of its lines or cells hold a ticket's id by another count than the reader's
    own (None: there is no other). lost: the problem to raise if fewer rows than that came out.
    several: its file has more tables. days_1904: serial days count from 1904.
    """

    title: str
    number: int
    pieces: Iterator[Piece]
    hidden: bool = False
    hidden_rows: int = 0
    days_1904: bool = False
    ids: Callable[[], int | None] = lambda: None
    lost: Callable[[], FileProblem] = lambda: FileProblem("rows/lost")
    progress: Callable[[], float] = lambda: 1.0
    several: bool = False


def is_id(cell: str | None) -> bool:
    return bool(cell and _ID.match(cell))


def table(rows: list[list[str | None]], width: int | None = None) -> pa.Table:
    """Rows of cells as a table whose columns are named by their places; short rows are filled with nothing."""
    width = max([width or 0, *map(len, rows)]) if rows else width or 0
    columns = [[row[place] if place < len(row) else None for row in rows] for place in range(width)]
    names = [str(place) for place in range(width)]
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in zip(names, columns, strict=True)})


def pieces(whole: pa.Table, first_row: int = 1) -> Iterator[Piece]:
    """A whole table in pieces, its rows numbered from ``first_row``."""
    for start in range(0, whole.num_rows, PIECE):
        part = whole.slice(start, PIECE)
        yield Piece(part, np.arange(start, start + part.num_rows) + first_row)
