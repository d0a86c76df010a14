"""附表.xlsx: every table of the month on a sheet of its own, numbers as numbers."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hotline_lib import bulletin
from hotline_lib.journal import write_whole
from hotline_lib.params import month_range

if TYPE_CHECKING:
    from hotline_lib.month import Month
    from hotline_lib.present._cells import Cell, Column
    from hotline_lib.present._tables import Table

NAME = "附表.xlsx"
_FORMATS = {"count": "#,##0", "difference": "+#,##0;-#,##0;0", "rank": "0", "plain": "General"}  # else two decimals
_WIDEST = 60  # characters


def write_workbook(m: Month, folder: Path, own: Sequence[Table] = (), top: int = 5) -> Path:
    """All tables of the month as FOLDER/附表.xlsx, and an analyst's own; the same tables give the same bytes.

    top: ranks of issues.
    """
    import xlsxwriter

    file = io.BytesIO()
    # what a name or a comment says is text, whatever it begins with
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {
            "title": f"{m.params.organisation.title}附表（{m.label}）",
            "author": m.params.organisation.department,
            "comments": "模拟工单" if m.simulated else "",
            "created": month_range(m.month)[1],
        }
    )
    styles = _Styles(book)
    for table in (
        *bulletin.files(m, top).values(),
        *([ids] if len((ids := bulletin.to_look_at(m)).frame) else []),
        *own,
    ):
        _sheet(book, styles, table, f"{m.label}　{'模拟工单' if m.simulated else ''}".strip())
    book.close()
    path = folder / NAME
    write_whole(path, file.getvalue())
    return path


class _Styles:
    """Cell formats of one workbook, each made once."""

    def __init__(self, book):
        self._book, self._font, self._made = book, {"font_size": 11, "valign": "vcenter"}, {}
        self.title = self._format(bold=True, font_size=14)
        self.note = self._format(font_color="#56606A")

    def head(self, align: str):
        return self._format(bold=True, bottom=1, text_wrap=True, align=align)

    def cell(self, shape: str, align: str, is_total: bool):
        total = {"bold": True, "top": 1} if is_total else {}
        return self._format(num_format=shape, align=align, **total)

    def _format(self, **settings):
        key = tuple(sorted(settings.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({**self._font, **settings})
        return self._made[key]


def _sheet(book, styles: _Styles, table: Table, about: str) -> None:
    shown = table.shown
    # numerators and denominators stand to the right of what is printed
    columns = shown + [column for column in table.columns if not column.in_page and column.kind == "count"]
    lines = table.lines(columns)
    sheet = book.add_worksheet(table.name[:31])
    sheet.write_string(0, 0, table.name, styles.title)
    sheet.write_string(1, 0, "　".join(filter(None, [about, table.order])), styles.note)
    for at, column in enumerate(columns):
        head = " ".join(filter(None, [column.name, column.unit]))
        sheet.write_string(2, at, head, styles.head(_align(column)))
        head = max(map(_width, (column.title or column.head).split("\n")))
        widest = max((_width(line.cells[at].text) for line in lines), default=0)
        sheet.set_column(at, at, min(_WIDEST, max(widest + 2, min(head, 8) + 2, 8)))
    for number, line in enumerate(lines, start=3):
        for at, cell in enumerate(line.cells):
            _write(sheet, number, at, cell, styles, is_total=line.kind == "total")
    named = next((at for at, column in enumerate(columns) if column.value == table.row_head), 0)
    sheet.freeze_panes(3, named + 1)
    sheet.set_row(2, 48 if any(column.title for column in columns) else 32)
    notes = [*table.notes, *table.named_footnotes()]  # a mark behind a name would make another name of it
    for number, note in enumerate(notes, start=len(lines) + 4):
        sheet.write_string(number, 0, note, styles.note)
    sheet.print_area(0, 0, len(lines) + 4 + len(notes), len(shown) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)


def _write(sheet, line: int, at: int, cell: Cell, styles: _Styles, *, is_total: bool) -> None:
    align = _align(cell.column)
    if cell.number is not None:
        shape = _FORMATS.get(cell.column.kind, "0.00")
        sheet.write_number(line, at, float(cell.number), styles.cell(shape, align, is_total))
    else:
        sheet.write_string(line, at, cell.text, styles.cell("@", align, is_total))


def _align(column: Column) -> str:
    return "center" if column.kind == "rank" else column.align


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)
