"""Tables: a frame in; out comes a matrix of cells, which the page, plain text and CSV are written from.

A Table is a frame, its columns, and what stands around them. Values stay raw until they are printed; a share or a
change is made from its two counts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from hotline_lib.contract import data_slot
from hotline_lib.present import _numbers as numbers
from hotline_lib.present import _style as style
from hotline_lib.present._cells import SIGNALS, Cell, Column, Line, LineKind, Row
from hotline_lib.present._sources import Links, Source
from hotline_lib.present._widths import text_width, wide

if TYPE_CHECKING:
    import pandas as pd

_LINE = f' style="display:block;border-bottom:1px solid {style.GREY}"'
_LOOKS = {
    "soft": f";color:{style.SOFT}",
    "strong": f";font-weight:600;background-color:{style.TINT}",
    "bold": ";font-weight:600",
    "attention": f";background-color:{style.TINT}",
    **{f"heat{at}": f";background-color:{colour}" for at, colour in enumerate(style.HEAT, start=1)},
    "heat5": f";background-color:{style.HEAT[4]};color:{style.WHITE}",
}
Link = Callable[[str, Source], str]


@dataclass(frozen=True, repr=False)
class Table:
    """A frame as it is printed; without columns (there is nothing to tell) it shows its notes only.

    caption: its name; order: how the rows are ordered, in soft beside it. label: what a screen reader calls the box
        that scrolls (else the caption). row_head: the column whose cell names the row.
    subtotal: a row in soft above the total. total: the last row. Both are mappings with the frame's columns.
    total_in_csv: business types and domains have it there, units do not.
    rule_after: a row -> whether a grey rule stands under it (the unit that is a class of its own).
    footnotes: row name -> note; gives ①, ② … after the name and the notes under the table, in the frame's order.
    notes: further sentences under the table.
    dense: many columns: 12 px, narrow. heat: a matrix with tinted cells, its numbers centred.
    source: a column and a row -> where the number in that cell comes from, if that is known.
    links: the page's list of sources, which the table's numbers lead to when it shows itself.
    own: an analyst's, of no file of the month: a run writes it beside the page.
    """

    frame: pd.DataFrame
    columns: Sequence[Column]
    caption: str = ""
    order: str = ""
    label: str = ""
    row_head: str = "unit"
    subtotal: Row | None = None
    total: Row | None = None
    total_in_csv: bool = False
    rule_after: Callable[[Row], bool] = lambda row: False
    footnotes: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    dense: bool = False
    heat: bool = False
    source: Callable[[Column, Row], Source | None] | None = None
    links: Links | None = None
    own: bool = False

    @property
    def name(self) -> str:
        """What the table is called where nothing stands around it: a sheet of the workbook, a mail."""
        return self.label or self.caption

    @cached_property
    def shown(self) -> list[Column]:
        """The columns of the page: all but those of which nothing is known, if the table is no printed form (dense)."""
        columns = [column for column in self.columns if column.in_page]
        rows = self.frame.to_dict("records")
        if self.dense or not rows:
            return columns
        rows += [row for row in (self.subtotal, self.total) if row is not None]
        known = lambda column: any(column.printed(row) not in ("", numbers.MISSING) for row in rows)
        return [column for column in columns if column.value == self.row_head or known(column)]

    def lines(self, columns: Sequence[Column] | None = None) -> list[Line]:
        """The matrix: a line per row of the frame in its order, then subtotal and total. columns: those of the page."""
        columns = self.shown if columns is None else columns
        kinds: list[tuple[Row | None, LineKind]] = [(row, "row") for row in self.frame.to_dict("records")]
        lines = []
        for row, kind in [*kinds, (self.subtotal, "subtotal"), (self.total, "total")]:
            if row is None:
                continue
            name, is_foot = row.get(self.row_head, ""), kind != "row"
            marks = {} if is_foot else self.footnote_marks
            cells = tuple(
                column.cell(
                    row,
                    foot=is_foot,
                    note=marks.get(name, "") if column.value == self.row_head else "",
                    source=self.source,
                )
                for column in columns
            )
            lines.append(Line(cells, kind, not is_foot and bool(self.rule_after(row)), row, name))
        return lines

    def cells(self) -> list[list[str]]:
        """The printed body, subtotal and total included, as strings."""
        return [[cell.text for cell in line.cells] for line in self.lines()]

    def csv(self, *, in_page_only: bool = False) -> str:
        """The table in the printed schema: a line per row of the frame, in the frame's order.

        in_page_only: without what stands in the CSV alone (numerators, ticket numbers).
        """
        columns = [column for column in self.columns if column.key and (column.in_page or not in_page_only)]
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.key for column in columns])
        writer.writerows(self.records(columns))
        return file.getvalue()

    def records(self, columns: Sequence[Column]) -> list[list[str]]:
        """Those columns as the CSV has them, a record per row."""
        lines = self.lines(columns)
        there = [line for line in lines if not line.is_foot or (line.kind == "total" and self.total_in_csv)]
        return [[cell.plain for cell in line.cells] for line in there]

    def without(self, *names: str) -> Table:
        """The same table without the columns of those heads."""
        return replace(self, columns=[column for column in self.columns if column.head not in names])

    def corrected(self, errata: Iterable[Mapping[str, str]]) -> Table:
        """With a footnote at each row in which a figure stands that was printed wrongly.

        errata: ``key`` (the row), ``column`` (of the CSV), ``printed``, ``correct``. Nothing is said where the right figure
        does not stand: there is no base for it.
        """
        columns = [column for column in self.shown if column.key]
        notes: dict[str, list[str]] = {}
        right = {
            (line.name, column.key, cell.plain): cell
            for line in self.lines(columns)
            for column, cell in zip(columns, line.cells, strict=True)
        }
        for row in errata:
            if cell := right.get((row["key"], row["column"], row["correct"])):
                was, unit = cell.column.reprinted(row["printed"]), "%" * (cell.column.unit == "%")
                words = f"{cell.column.name}：印刷本{was}{unit}，应为{cell.text}{unit}（勘误）"
                notes.setdefault(row["key"], []).append(words)
        return replace(self, footnotes={key: "；".join(words) for key, words in notes.items()})

    @property
    def footnote_marks(self) -> dict[str, str]:
        """Row name -> ①, ② …, in the frame's order."""
        if not self.footnotes:
            return {}
        named = dict.fromkeys(name for name in self.frame[self.row_head] if name in self.footnotes)
        return {name: footnote_mark(number) for number, name in enumerate(named, start=1)}

    def named_footnotes(self, only: str | None = None) -> list[str]:
        """The footnotes with the row's name instead of a mark. only: of that row."""
        return [f"{name}{self.footnotes[name]}" for name in self.footnote_marks if only in (None, name)]

    @property
    def below(self) -> list[str]:
        """What stands under the table: notes, then footnotes, each ended as a sentence."""
        notes = [*self.notes, *(f"{mark}{self.footnotes[name]}" for name, mark in self.footnote_marks.items())]
        return [note if note.endswith(("。", "；", "！", "？")) else note + "。" for note in notes]

    def __repr__(self) -> str:
        """Aligned plain text, the same on every machine."""
        heads = [" ".join(filter(None, (c.head.replace("\n", ""), c.unit))) for c in self.shown]
        lines = [heads, *self.cells()]
        widths = [max(map(text_width, column)) for column in zip(*lines, strict=True)]
        printed = ["，".join(filter(None, (self.caption, self.order)))]
        for line in lines:
            cells = [
                cell + " " * (width - text_width(cell))
                if column.kind == "text"
                else " " * (width - text_width(cell)) + cell
                for column, cell, width in zip(self.shown, line, widths, strict=True)
            ]
            printed.append("  ".join(cells).rstrip())
        return "\n".join(filter(None, printed))

    def with_keys(self) -> Table:
        """The same, every column with a name in the CSV: its head, if it has none there."""
        return replace(self, columns=[each if each.key else replace(each, key=each.name) for each in self.columns])

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        """What goes out with the HTML, for a run."""
        return {}, {"text/html": {"data": self.with_keys().csv()}} if self.own else {}

    def _repr_html_(self) -> str:
        return self.html(self.links.link if self.links is not None else None)

    def html(self, link: Link | None = None) -> str:
        """The table and its notes. link: makes a link of a number's words and source."""
        notes = f'<p class="table-note">{escape("".join(self.below))}</p>' if self.below else ""
        if not self.columns:
            return notes
        classes = "hotline" + " dense" * self.dense + " heat" * self.heat
        lines = self.lines()
        body = "".join(self._line_html(line, link) for line in lines if not line.is_foot)
        foot = "".join(self._line_html(line, link) for line in lines if line.is_foot)
        table = (
            f'<table class="{classes}" data-name="{escape(self.name)}" style="font-variant-numeric:tabular-nums">'
            f"{self._caption_html()}<thead>{self._head_html()}</thead><tbody>{body}</tbody>"
            + (f"<tfoot>{foot}</tfoot>" if foot else "")
            + "</table>"
        )
        if wide(self.shown, lines):  # a group, no landmark: its name is often that of the section around it
            name = escape(self.name or "表")
            table = f'<div class="table-box" role="group" tabindex="0" aria-label="{name}">{table}</div>'
        return table + notes + data_slot(self.name)

    def _caption_html(self) -> str:
        words = escape(self.order)
        for level, (sign, _) in SIGNALS.items():  # as the table has it; its word follows
            words = words.replace(sign, f'<span class="mark {level}" aria-hidden="true">{sign}</span>')
        order = f'<span class="order" style="font-weight:400">{words}</span>' if self.order else ""
        lines = "<br>".join(filter(None, (escape(self.caption), order)))
        return f'<caption style="text-align:left;font-weight:600">{lines}</caption>' if lines else ""

    def _head_html(self) -> str:
        groups = [(group, list(columns)) for group, columns in groupby(self.shown, key=lambda c: c.group)]
        rows = 2 if any(group for group, _ in groups) else 1
        over = "".join(
            f'<th scope="colgroup" class="group" colspan="{len(columns)}"><span{_LINE}>{escape(group)}</span></th>'
            if group
            else "".join(self._head_cell(column, rows=rows) for column in columns)
            for group, columns in groups
        )
        under = "".join(self._head_cell(column) for group, columns in groups if group for column in columns)
        return f"<tr>{over}</tr>" + (f"<tr>{under}</tr>" if under else "")

    def _head_cell(self, column: Column, *, rows: int = 1) -> str:
        lines = [escape(line) for line in column.head.split("\n")]
        if column.unit:
            lines.append(f'<span class="unit">{escape(column.unit)}</span>')
        kind = "name" if column.value == self.row_head else column.css
        span = f' rowspan="{rows}"' if rows > 1 else ""
        title = f' title="{escape(column.title)}"' if column.title else ""
        align = self._align(column)
        return f'<th scope="col" class="{kind}"{span}{title} style="text-align:{align}">{"<br>".join(lines)}</th>'

    def _align(self, column: Column) -> str:
        return "center" if self.heat and column.kind == "points" else column.align

    def _line_html(self, line: Line, link: Link | None) -> str:
        cells = "".join(self._cell_html(cell, line.kind == "total", link) for cell in line.cells)
        kind = line.kind if line.is_foot else "ruled" if line.ruled else ""
        return f'<tr class="{kind}">{cells}</tr>' if kind else f"<tr>{cells}</tr>"

    def _cell_html(self, cell: Cell, total: bool, link: Link | None) -> str:
        column, look = cell.column, f' style="text-align:{self._align(cell.column)}{_look(cell, total)}"'
        if column.value == self.row_head:
            note = f'<sup class="footnote">{cell.note}</sup>' if cell.note else ""
            return f'<th scope="row" class="name"{look}>{escape(cell.text)}{note}</th>'
        if column.kind == "signals":
            signals = (
                f'<span class="signal">{_signal(level)}{escape(word)}</span>' for level, word in cell.value or ()
            )
            return f'<td class="signals"{look}>{" ".join(signals) or escape(cell.text)}</td>'
        source = cell.source if link else None
        words = link(cell.text, source) if link and source else escape(cell.text)
        mark = _signal(cell.level) if cell.level else _mark(cell.mark) if cell.mark else ""
        prose = ["prose"] * (
            column.kind == "text" and len(cell.text) > 16 and any(sign in cell.text for sign in "，；")
        )
        return f'<td class="{escape(" ".join((column.css, *prose, *cell.tones)))}"{look}>{mark}{words}</td>'


def _look(cell: Cell, total: bool) -> str:
    """What sets a cell off where the page's style is not there, as in JupyterLab; the page says the same."""
    looks = [_LOOKS[tone] for tone in cell.tones if tone in _LOOKS]
    return "".join([*looks, _LOOKS["bold"] if total else ""])


def _signal(level: str) -> str:
    sign, word = SIGNALS[level]
    look = f' style="color:{style.ACCENT}"' if level == "attention" else ""
    return f'<span class="mark {level}" role="img" aria-label="{word}"{look}>{sign}</span>'


def _mark(sign: str) -> str:
    """▲ or ▼ in its slot, with its word for those who hear the page."""
    return f'<span class="mark" role="img" aria-label="显著{"减少" if sign == "▼" else "增加"}">{sign}</span>'


def footnote_mark(number: int) -> str:
    """① to ⑳, as far as they go, then (21)."""
    return chr(ord("①") + number - 1) if number <= 20 else f"({number})"
