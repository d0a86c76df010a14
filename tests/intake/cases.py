"""Exports as they really come, made by hand: what a generator makes, and what its rows are once they are stored.

Generators stand by kind in cases_text, cases_books, cases_files and cases_values; test_cases says what must come of
each. All people, numbers and tickets are invented.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from desk import Desk
from exports import LABELS, rows, table, write_csv

Row = dict[str, str]
_RATINGS = {"非常满意": 5, "满意": 4, "基本满意": 3, "不满意": 2, "非常不满意": 1}
_FLAGS = {"是": True, "否": False}
_FLAGGED = ("answered_instantly", "called_back", "bad_rating_fixed", "resolved_first_time", "classified_correctly")
ID = re.compile(r"(?<![A-Za-z0-9])JT\d{22}(?!\d)")
# a second unit, a ticket without a rating, and one that is still open
THREE = rows({}, {"unit": "大连", "rating": ""}, {"closed_at": "", "submitted_at": ""})


@dataclass
class Made:
    """What a generator made.

    files: as an analyst names them. truth: the tickets that must be stored in the end, as exports.ROW spells them.
    cells, right, save: where a case can be mended cell by cell, the table as it stands in the file, as it should
    stand, and what writes it again.
    """

    files: list[Path]
    truth: list[Row]
    cells: list[list[str]] = field(default_factory=list)
    right: list[list[str]] = field(default_factory=list)
    save: Callable[[Sequence[Sequence[str]]], Path] | None = None


def mendable(save: Callable[[Sequence[Sequence[str]]], Path], spoilt: Sequence[Row], right: Sequence[Row]) -> Made:
    """A table with wrong cells beside the same table as it should be."""
    cells = table(list(spoilt))
    return Made([save(cells)], list(right), cells, table(list(right)), save)


def comma(folder: Path, name: str = "a.csv", **options: str) -> Callable[[Sequence[Sequence[str]]], Path]:
    return lambda cells: write_csv(folder / name, [list(row) for row in cells], **options)


def lines(cells: Sequence[Sequence[str]], *, delimiter: str = ",") -> list[str]:
    """Text lines with nothing quoted, as many systems write them."""
    return [delimiter.join(row) for row in cells]


def with_text(of: Sequence[Row], texts: Sequence[str], name: str = "诉求内容") -> list[list[str]]:
    """A table with one more column, that nobody reads."""
    cells = table(list(of))
    return [[*cells[0], name], *([*row, text] for row, text in zip(cells[1:], texts, strict=True))]


def as_stored(row: Row) -> dict[str, object]:
    """What a row, spelled as in exports.ROW, is in the ticket table. Raises KeyError or ValueError for other spellings."""
    found: dict[str, object] = {}
    for column in LABELS:
        cell = row[column]
        if cell == "":
            found[column] = None
        elif column.endswith("_at"):
            found[column] = dt.datetime.strptime(cell, "%Y-%m-%d %H:%M:%S")
        elif column in _FLAGGED:
            found[column] = _FLAGS[cell]
        elif column == "rating":
            found[column] = _RATINGS[cell]
        else:
            found[column] = int(cell) if column == "failed_reviews" else cell
    return found


def stored(desk: Desk) -> dict[str, dict[str, object]]:
    """Every ticket under data/tickets, by its id."""
    found = {}
    for file in sorted((desk.paths.data / "tickets").glob("*.parquet")):
        for row in pd.read_parquet(file).astype(object).to_dict("records"):
            cells = {column: None if pd.isna(value) else value for column, value in row.items()}
            assert cells["ticket_id"] not in found
            found[cells["ticket_id"]] = cells
    return found


def expected(truth: Sequence[Row]) -> dict[str, dict[str, object]]:
    return {row["ticket_id"]: as_stored(row) for row in truth}


def told_of(desk: Desk) -> str:
    """All that output/intake says, in one text."""
    folder = desk.paths.output / "intake"
    return "\n".join(file.read_text(encoding="utf-8-sig") for file in sorted(folder.glob("*/*")) if file.is_file())


def problem_rows(desk: Desk) -> list[dict[str, str]]:
    """The rows of the newest problems.csv."""
    files = sorted((desk.paths.output / "intake").glob("*/problems.csv"), key=lambda file: file.stat().st_mtime_ns)
    with files[-1].open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
