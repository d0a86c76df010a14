"""A desk where spot checks are drawn, filled in and read back, in data of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import pandas as pd
import pytest
import xlsxwriter
from support import MONTH

from hotline_lib.errors import HotlineError
from hotline_lib.intake.reader import process
from hotline_lib.month import Month
from hotline_lib.paths import Paths
from hotline_lib.sampling import draw as drawing
from hotline_lib.sampling import take, workbook
from hotline_lib.sampling.draw import Made
from hotline_lib.sampling.ledger import Asked, Draw, Drawn

HEADS = ("是否回访", "是否办结", "是否满意")
Sheets = dict[str, list[list[str]]]


@dataclass
class Desk:
    """paths: of its own data. m: the month, whose complaints were looked up once for all tests."""

    paths: Paths
    m: Month

    def draw(self, *, more: bool = False, **asked: object) -> Made:
        return drawing.draw(self.m, Asked(**asked), more=more)[-1]

    def books(self, draw: Draw, *checkers: str) -> list[Path]:
        return list(workbook.write(self.m, draw, checkers))

    def filled(self, made: Made, answer: Callable[[Drawn], str | tuple[str, ...] | None] = lambda of: "是") -> Path:
        """The workbook of a draw with answers: one for all three questions, or each, or none; reserves have none."""
        (book,) = self.books(made.draw)
        drawn = {each.ticket_id: each for each in made.draw.tickets}

        def fill(sheets: Sheets) -> None:
            for rows in sheets.values():
                for row in rows:
                    of = next((drawn[cell] for cell in row if cell in drawn), None)
                    if of and (said := answer(of) if of.when or not of.reserve else None):
                        at = rows[2].index("是否及时接听" if of.when else HEADS[0])
                        given = said if isinstance(said, tuple) else (said,) * (2 if of.when else 3)
                        row[at : at + len(given)] = given

        return edit(book, fill)

    def read(self, *files: Path, replace: bool = False) -> take.Taken:
        (taken,) = take.read(files, self.paths, replace=replace)
        return taken

    def refused(self, *files: Path) -> str:
        """What is said of files that are not taken; nothing is written then."""
        before = self.bytes()
        with pytest.raises(HotlineError) as caught:
            self.read(*files)
        assert self.bytes() == before
        return str(caught.value)

    def bytes(self) -> Mapping[str, bytes]:
        files = (path for path in (self.paths.data / "spot_checks").rglob("*") if path.is_file())
        return {path.name: path.read_bytes() for path in files}

    def listed(self, month: str = MONTH) -> pd.DataFrame:
        return pd.read_csv(self.paths.spot_checks(month), dtype=str)


def sheets_of(book: Path) -> Sheets:
    """A workbook as text, sheet by sheet."""
    opened = fastexcel.read_excel(str(book))
    frames = {
        name: opened.load_sheet(name, header_row=None, skip_rows=0, dtypes="string") for name in opened.sheet_names
    }
    return {name: frame.to_pandas().fillna("").to_numpy().tolist() for name, frame in frames.items()}


def save(book: Path, sheets: Sheets | Iterable[tuple[str, list[list[str]]]]) -> Path:
    """Sheets as another program might write them."""
    with xlsxwriter.Workbook(str(book)) as made:
        for name, rows in dict(sheets).items():
            sheet = made.add_worksheet(name)
            for number, row in enumerate(rows):
                for at, cell in enumerate(row):
                    if cell:
                        sheet.write_string(number, at, cell)
    return book


def edit(book: Path, change: Callable[[Sheets], object]) -> Path:
    """A workbook after somebody has changed cells of it."""
    change(sheets := sheets_of(book))
    return save(book, sheets)


def here(asked: process.Asked) -> list:
    """What the reader's process would tell, from this one."""
    told: list = []
    for number, file in enumerate(asked.files):
        told.append(process.Begun(number))
        process.read(file, asked, told.append)
    return told
