"""附表.xlsx: every table of the month on a sheet of its own, the printed ones and those of the analysis: numbers as numbers,
signs and tints as cell styles, where a number comes from as a comment. The first sheet lists the others."""

from __future__ import annotations

import io
import math
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline_lib import bulletin
from hotline_lib.journal import write_whole
from hotline_lib.params import month_range
from hotline_lib.present._cells import SIGNALS
from hotline_lib.present._style import ACCENT, HEAT, INK, SOFT, TINT, WHITE

if TYPE_CHECKING:
    from hotline_lib.month import Month
    from hotline_lib.present._cells import Cell, Column
    from hotline_lib.present._tables import Table

NAME = "附表.xlsx"
CONTENTS = "目录"
_SIGNED = '+{0};"−"{0};{0}'  # U+2212, as the page has it
_PLAIN = {"count": "#,##0", "rank": "0", "plain": "General", "points": "General"}  # else two decimals
_WIDEST, _SIGNALS = 60, 28  # characters; a unit's signals stand in lines
_DENSE = 9  # pt, of a table of many columns
_LINE, _BOLD = 1.4, 1.15  # the height of a line, of its type's size; how much wider bold type is
_HEADS = 2  # the line of a sheet that names the columns
_ROW, _CHARACTER = 15, 5.5  # pt: the height of a row, the width of a character of a column
_PAPER = (784, 505)  # pt: what A4 has between its margins
_SMALLER = 1.25  # so much smaller a table is printed rather than have a little of it on one more sheet
_KEY = (  # what the first sheet says, if a cell has one of these signs
    ("▲▼", "▲▼：超出通常波动的增减"),
    (("soft",), "灰字：不须留意的值，如满值、未发现问题、未超出通常波动"),
    (("attention", "notice"), "●：关注，浅红底；○：留意"),
    (("strong",), "加粗有底色：未满值，或失分多"),
    ([f"heat{at}" for at in range(1, 6)], "失分矩阵的颜色越深，失分越多"),
    (("note",), "①等：印刷本有误，见表下的勘误"),
    (("source",), "右上角有红点的数，批注里是它的来源"),
)


def write_workbook(m: Month, folder: Path, own: Sequence[Table] = (), top: int = 5) -> Path:
    """All tables of the month as FOLDER/附表.xlsx, and an analyst's own; the same tables give the same bytes.

    top: ranks of issues.
    """
    import xlsxwriter

    file = io.BytesIO()
    # what a name or a comment says is text, whatever it begins with
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    title = f"{m.params.organisation.title}附表（{m.label}）"
    simulated = "模拟工单" if m.simulated else ""
    told = {"title": title, "author": m.params.organisation.department, "comments": simulated}
    book.set_properties(told | {"created": month_range(m.month)[1]})
    styles, about = _Styles(book), f"{m.label}　{simulated}".strip()
    ids = bulletin.to_look_at(m)
    tables = [
        *bulletin.files(m, top).values(),
        *([ids] if len(ids.frame) else []),
        *bulletin.analysis(m, top).values(),
        *own,
    ]
    contents = book.add_worksheet(CONTENTS)
    names = [_sheet(book, styles, table, about) for table in tables]
    _list(contents, styles, title, about, list(zip(names, tables, strict=True)))
    book.close()
    path = folder / NAME
    write_whole(path, file.getvalue())
    return path


class _Styles:
    """Cell formats of one workbook, each made once."""

    def __init__(self, book):
        self._book, self._font, self._made = book, {"font_size": 11, "valign": "vcenter"}, {}
        self.title = self._format(bold=True, font_size=14)
        self.note = self._format(font_color=SOFT)
        self.told = self._format(font_color=SOFT, text_wrap=True)
        self.link = self._format(font_color="#1F5582", underline=1)
        self.signs: set[str] = set()  # what the cells so far are marked with

    def head(self, align: str, size: float):
        return self._format(
            bold=True, bottom=1, text_wrap=True, align=align, font_size=size, indent=int(align == "left")
        )

    def cell(self, cell: Cell, size: float, *, is_total: bool):
        self.signs |= {cell.mark, cell.level, *cell.tones, "note" if cell.note else "", "source" if cell.find else ""}
        return self._format(
            num_format=_shape(cell), align=_align(cell.column), font_size=size, indent=int(_align(cell.column) == "left"),
            text_wrap=cell.column.kind == "signals", **({"bold": True, "top": 1} if is_total else {}), **_looks(cell),
        )  # fmt: skip

    def _format(self, **settings):
        key = tuple(sorted(settings.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({**self._font, **settings})
        return self._made[key]


def _shape(cell: Cell) -> str:
    """The format of a cell: decimals, + and −, and the signs that stand before and after it."""
    kind, before = cell.column.kind, cell.mark or (SIGNALS[cell.level][0] if cell.level else "")
    if cell.number is None:
        return (f'"{before} "' if before else "") + "@" + (f'"{cell.note}"' if cell.note else "")
    if kind in ("difference", "change", "pull"):
        shape = _SIGNED.format("#,##0" if kind == "difference" else "0.00")
    else:
        shape = _PLAIN.get(kind, "0.00")
        if cell.number == 0 and "0" not in cell.text:  # the page has a sign for it, which the note speaks of
            shape += f';-{shape};"{cell.text}"'
    return ";".join(f'"{before} "{part}' for part in shape.split(";")) if before else shape


def _looks(cell: Cell) -> dict[str, Any]:
    looks: dict[str, Any] = {}
    for tone in cell.tones:
        of_tone: dict[str, dict[str, Any]] = {
            "soft": {"font_color": SOFT}, "strong": {"bold": True, "font_color": INK, "bg_color": TINT}, "bold": {"bold": True},
            "attention": {"bg_color": TINT}, **{f"heat{at}": {"bg_color": colour} for at, colour in enumerate(HEAT, start=1)},
            "heat5": {"bg_color": ACCENT, "font_color": WHITE},
        }  # fmt: skip
        looks |= of_tone.get(tone, {})
    return looks


def _list(sheet, styles: _Styles, title: str, about: str, made: list[tuple[str, Table]]) -> None:
    """The first sheet: every table, a click away, and what the signs say."""
    sheet.write_string(0, 0, title, styles.title)
    sheet.write_string(1, 0, about, styles.note)
    for number, (name, table) in enumerate(made, start=3):
        sheet.write_url(number, 0, f"internal:'{name}'!A1", styles.link, string=table.name)
        sheet.write_string(number, 1, f"{len(table.frame)}行", styles.note)
    told = [words for signs, words in _KEY if styles.signs.intersection(signs)]
    for number, words in enumerate(told, start=len(made) + 4):
        sheet.write_string(number, 0, words, styles.note)
    sheet.set_column(0, 0, 36)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)


def _sheet(book, styles: _Styles, table: Table, about: str) -> str:
    shown, size = table.shown, _DENSE if table.dense else 11
    # numerators and denominators stand to the right of what is printed
    columns = shown + [column for column in table.columns if not column.in_page and column.kind == "count"]
    lines = table.lines(columns)
    sheet = book.add_worksheet(table.name[:31])
    sheet.write_string(0, 0, table.name, styles.title)
    room, deepest = 0.0, 1
    for at, column in enumerate(columns):
        named = column.name if column.title else f"{column.group} {column.name}".strip()
        parts = [*filter(None, [named, column.unit])]  # a unit has a line of its own
        sheet.write_string(_HEADS, at, "\n".join(parts), styles.head(_align(column), size))
        of_head = max(map(_width, (column.title or column.head).split("\n")))
        widest = max(
            (_width(line.cells[at].text) + 3 * bool(line.cells[at].mark or line.cells[at].level) for line in lines),
            default=0,
        )
        least = max(_BOLD * _width(column.unit) * size / 11 + 2, 5 if table.dense else min(of_head, 8) + 2)
        wide = min(_SIGNALS if column.kind == "signals" else _WIDEST, max(widest + (0.5 if table.dense else 3), least))
        sheet.set_column(at, at, wide)
        room += wide if at < len(shown) else 0
        # at the end of a line is room for less than a character
        deepest = max(deepest, sum(math.ceil(_BOLD * _width(part) / max(wide * 11 / size - 2, 2)) for part in parts))
    sheet.set_row(_HEADS, head := max(32, _LINE * size * deepest + 6))
    high = head + _tell(sheet, 1, "　".join(filter(None, [about, table.order])), styles, len(shown), room)
    for number, line in enumerate(lines, start=_HEADS + 1):
        for at, cell in enumerate(line.cells):
            _write(sheet, number, at, cell, styles.cell(cell, size, is_total=line.kind == "total"))
        wrapped = [_width(cell.text) for cell in line.cells if cell.column.kind == "signals"]
        if (deep := math.ceil(_BOLD * max(wrapped, default=0) / (_SIGNALS - 2))) > 1:
            sheet.set_row(number, _LINE * size * deep)
        high += max(_ROW, _LINE * size * deep)
    first = next((at for at, column in enumerate(columns) if column.value == table.row_head), 0)
    sheet.freeze_panes(_HEADS + 1, first + 1)
    for number, note in enumerate(table.below, start=len(lines) + 4):
        high += _tell(sheet, number, note, styles, len(shown), room)
    sheet.print_area(0, 0, len(lines) + 4 + len(table.below), len(shown) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    pages = (high + 3 * _ROW) * min(1, _PAPER[0] / (_CHARACTER * room)) / _PAPER[1]
    sheet.fit_to_pages(1, math.ceil(pages / _SMALLER))
    sheet.repeat_rows(_HEADS)
    sheet.set_footer(f"&L{about}&R第&P页，共&N页")
    return sheet.get_name()


def _tell(sheet, line: int, words: str, styles: _Styles, columns: int, room: float) -> float:
    """Words across the table, as many lines high as they need there: what ran on beside it would be cut on paper. How high, in pt."""
    if columns > 1:
        sheet.merge_range(line, 0, line, columns - 1, "", styles.told)
    sheet.write_string(line, 0, words, styles.told)
    if (deep := math.ceil(_width(words) / max(room - 2, 2))) > 1:
        sheet.set_row(line, _LINE * 11 * deep)
    return max(_ROW, _LINE * 11 * deep)


def _write(sheet, line: int, at: int, cell: Cell, style) -> None:
    if cell.number is not None:
        sheet.write_number(line, at, float(cell.number), style)
    else:
        sheet.write_string(line, at, cell.text, style)
    if (source := cell.source) is not None:
        sheet.write_comment(
            line, at, f"{source.formula}\n{source.tickets}", {"author": "", "x_scale": 2, "font_size": 9}
        )


def _align(column: Column) -> str:
    return "center" if column.kind == "rank" else column.align


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)
