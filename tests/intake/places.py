"""Where a person can stand in an export, beside the cells of our own columns: names of sheets and files, heads, titles.

Each place takes the texts that name people and makes files of them, with one wrong rating per table if ``wrong``, so
that a message has to say where it is. All people are invented.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import pandas as pd
from exports import rows, table, write_csv
from forms import Book, write_html, write_spreadsheetml, write_zip

Place = Callable[[Path, Sequence[str], bool], list[Path]]
_UNREADABLE = b"%PDF-1.7 invented"


def _tables(number: int, wrong: bool) -> list[list[list[str]]]:
    """That many tables of two tickets, no id twice."""
    ids = count(1)
    made = []
    for _ in range(number):
        changes = [{"ticket_id": f"JT2101002024090100{next(ids):06d}"} for _ in range(2)]
        made.append(table(rows(changes[0], changes[1] | ({"rating": "6"} if wrong else {}))))
    return made


def _file_name(text: str) -> str:
    return text.replace("/", "-").replace("\n", " ").replace("*", "＊")


def sheet_titles(folder: Path, texts: Sequence[str], wrong: bool) -> list[Path]:
    sheets = dict(zip(texts, _tables(len(texts), wrong), strict=True))
    return [Book({"说明": [["（虚构）"]], **sheets}).save(folder / "a.xlsx")]


def titles_of_sheets_that_are_not_read(folder: Path, texts: Sequence[str], wrong: bool) -> list[Path]:
    """Hidden ones, and ones without a ticket."""
    (good,) = _tables(1, wrong)
    others = {text: table([]) if n % 3 else [["分平台", "件数"], ["沈阳", 3]] for n, text in enumerate(texts)}
    states = {text: "hidden" for n, text in enumerate(texts) if n % 2}
    return [Book({"工单": good, **others}, states=states).save(folder / "a.xlsx")]


def file_names(folder: Path, texts: Sequence[str], wrong: bool) -> list[Path]:
    tables = zip(texts, _tables(len(texts), wrong), strict=True)
    return [write_csv(folder / f"{_file_name(text)}.csv", cells) for text, cells in tables]


def names_of_files_that_cannot_be_read(folder: Path, texts: Sequence[str], wrong: bool) -> list[Path]:
    files = [folder / f"{_file_name(text)}.{'pdf' if n % 2 else 'csv'}" for n, text in enumerate(texts)]
    for file in files:
        file.write_bytes(_UNREADABLE)
    return files


def member_names(folder: Path, texts: Sequence[str], wrong: bool) -> list[Path]:
    tables = zip(texts, _tables(len(texts), wrong), strict=True)
    members = {f"{_file_name(text)}.csv": write_csv(folder / "x.csv", c).read_bytes() for text, c in tables}
    return [write_zip(folder / "a.zip", members | {f"{_file_name(text)}.pdf": _UNREADABLE for text in texts})]


def folders_in_a_zip(folder: Path, texts: Sequence[str], wrong: bool) -> list[Path]:
    tables = zip(texts, _tables(len(texts), wrong), strict=True)
    members = {f"{_file_name(text)}/导出.csv": write_csv(folder / "x.csv", c).read_bytes() for text, c in tables}
    return [write_zip(folder / "a.zip", members)]


def heads_of_other_columns(folder: Path, texts: Sequence[str], wrong: bool) -> list[Path]:
    (cells,) = _tables(1, wrong)
    return [write_csv(folder / "a.csv", [[*cells[0], *texts], *([*row, *texts] for row in cells[1:])])]


def heads_of_our_columns(folder: Path, texts: Sequence[str], wrong: bool) -> list[Path]:
    """A table of each text, which stands where a known name should."""
    files = []
    for n, (text, cells) in enumerate(zip(texts, _tables(len(texts), wrong), strict=True)):
        cells[0][n % len(cells[0])] = text
        files.append(write_csv(folder / f"{n}.csv", cells))
    return files


def heads_of_a_frame(folder: Path, texts: Sequence[str], wrong: bool) -> list[Path]:
    (cells,) = _tables(1, wrong)
    names = [*cells[0], *dict.fromkeys(texts)]
    frame = pd.DataFrame([[*row, *dict.fromkeys(texts)] for row in cells[1:]], columns=names)
    frame.to_parquet(folder / "a.parquet", index=False)
    return [folder / "a.parquet"]


def titles_and_footers(folder: Path, texts: Sequence[str], wrong: bool) -> list[Path]:
    (cells,) = _tables(1, wrong)
    above, below = [[text] for text in texts[:40]], [[text, f"审核人：{text}"] for text in texts]
    return [Book({"工单": [*above, *cells, *below]}).save(folder / "a.xlsx")]


def cells_nobody_reads(folder: Path, texts: Sequence[str], wrong: bool) -> list[Path]:
    """In text with quotes that do not pair as well, so that a reader may take them for rows."""
    (cells,) = _tables(1, wrong)
    said = [",".join([*cells[0], "诉求内容"])]
    said += [",".join([*cells[1 + n % 2], f'"{text}' if n % 5 == 0 else text]) for n, text in enumerate(texts)]
    (folder / "a.csv").write_text("\n".join(said), encoding="utf-8")
    return [folder / "a.csv"]


def surplus_cells(folder: Path, texts: Sequence[str], wrong: bool) -> list[Path]:
    (cells,) = _tables(1, wrong)
    body = [[*cells[1], text, text] if n % 2 else [text, *cells[1]] for n, text in enumerate(texts)]
    return [write_csv(folder / "a.csv", [*cells, *body])]


def pages_and_xml(folder: Path, texts: Sequence[str], wrong: bool) -> list[Path]:
    """Web pages and Excel's XML: in a sheet's name, in cells beside ours, in rows above and below."""
    (cells,) = _tables(1, wrong)
    around = [*([text] for text in texts[:20]), [*cells[0], *texts], *([*row, *texts] for row in cells[1:])]
    files = [write_html(folder / "a.xls", [*around, *([text] for text in texts)], encoding="utf-8")]
    for n, text in enumerate(texts[:5]):
        name = text.replace('"', "").replace("<", "")
        files.append(write_spreadsheetml(folder / f"{n}.xls", [*around, [text]], name=name))
    return files


PLACES: tuple[Place, ...] = (
    sheet_titles, titles_of_sheets_that_are_not_read, file_names, names_of_files_that_cannot_be_read, member_names,
    folders_in_a_zip, heads_of_other_columns, heads_of_our_columns, heads_of_a_frame, titles_and_footers,
    cells_nobody_reads, surplus_cells, pages_and_xml,
)  # fmt: skip
