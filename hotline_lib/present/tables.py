"""Tables: a frame in; out come the page's table, the CSV in the printed schema, and plain text.

A Column says where a value comes from and how it is printed; a Table is a frame, its columns, and what stands around
them. Values stay raw until they are printed; a share or a change is made from its two counts.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from hotline_lib.exact import is_missing
from hotline_lib.present import numbers
from hotline_lib.present.sources import Source

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]
Kind = Literal[
    "text", "count", "share", "change", "rate", "score", "minutes", "points", "rank", "flag", "words", "signals"
]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a text that begins so
SIGNALS = {"attention": ("●", "关注"), "notice": ("○", "留意")}
FOOTNOTE_MARKS = "①②③④⑤⑥⑦⑧⑨⑩"
SCROLLS_FROM = 6  # columns: a table as wide as that stands in a box that scrolls on a phone


@dataclass(frozen=True)
class Column:
    """One column.

    head: the name over it; breaks by hand with a newline. unit: a line under the head (件, %, 分钟).
    value: a column of the frame; for kinds share (part, whole) and change (now, base) a pair of columns.
    kind: how a value is printed. points: without trailing zeros, · for 0. flag: ``words`` for true and false. words:
        a printed figure already (a signed count, an interval).
    key: the name in the CSV; without it the column is on the page only. in_page False: in the CSV only.
    group: columns next to each other with the same group get a short line over their heads.
    title: the full name, where head is short.
    significant: for a change, the column that says whether counts tell it from chance: ▲▼, else soft.
    signal: a row -> "" | "notice" (○ before the number) | "attention" (●, and a tint).
    emphasis: a row -> "" | "soft" (full, clean) | "strong" (ink, semibold, tint) | "heat1" … "heat5".
    """

    head: str
    value: str | tuple[str, str]
    kind: Kind = "count"
    key: str | None = None
    unit: str = ""
    group: str = ""
    title: str = ""
    in_page: bool = True
    significant: str | None = None
    emphasis: Callable[[Row], str] | None = None
    signal: Callable[[Row], str] | None = None
    words: tuple[str, str] = ("是", "否")

    @property
    def align(self) -> str:
        return {"text": "left", "signals": "left", "points": "center"}.get(self.kind, "right")

    @property
    def css(self) -> str:
        """The class of its cells."""
        return self.kind if self.kind in ("text", "points", "rank", "signals") else "num"

    def printed(self, row: Row) -> str:
        """What stands in a cell of the page, unescaped. A subtotal or total may leave a column out."""
        if isinstance(self.value, tuple):
            first, second = (row.get(name) for name in self.value)
            return numbers.share(first, second) if self.kind == "share" else numbers.change(first, second)
        if self.value not in row:
            return ""
        value = row[self.value]
        if is_missing(value):
            return "" if self.kind == "signals" else numbers.MISSING
        match self.kind:
            case "count":
                return numbers.count(value)
            case "text" | "words":
                return str(value)
            case "signals":
                return "　".join(f"{SIGNALS[level][0]} {word}" for level, word in value) or "无"
            case "rank":
                return str(int(value))
            case "flag":
                return self.words[0 if value else 1]
            case "points":
                return "·" if value == 0 else numbers.points(value)
            case _:
                return numbers.decimal(value)

    def mark(self, row: Row) -> str | None:
        """▲ or ▼ at a significant change, nothing at one that is not; None where there is none to judge."""
        words = self.printed(row)
        if self.significant is None or words in ("", numbers.MISSING):
            return None
        flag = row.get(self.significant)
        return ("▼" if words.startswith(numbers.MINUS) else "▲") if not is_missing(flag) and flag else ""

    def plain(self, row: Row) -> str:
        """What stands in the CSV: no thousands commas, ASCII minus, nothing for a missing value."""
        printed, value = self.printed(row), None if isinstance(self.value, tuple) else row.get(self.value)
        if is_missing(value) or self.kind not in ("text", "words", "flag", "points"):
            return numbers.plain(printed)
        if self.kind in ("text", "words"):
            return f"'{printed}" if printed.startswith(_FORMULA) else printed
        return f"{value:f}" if self.kind == "points" else str(bool(value)).lower()


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
    source: Callable[[Column, Row], Source | None] = lambda column, row: None

    def csv(self) -> str:
        """The table in the printed schema: a line per row of the frame, in the frame's order."""
        columns = [column for column in self.columns if column.key]
        rows = self.body + ([self.total] if self.total_in_csv and self.total else [])
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.key for column in columns])
        writer.writerows([column.plain(row) for column in columns] for row in rows)
        return file.getvalue()

    def cells(self) -> list[list[str]]:
        """The printed body, subtotal and total included, as strings."""
        return [[column.printed(row) for column in self._shown] for row in self.body + self.foot]

    def _repr_html_(self) -> str:
        return self.html()

    def html(self, link: Callable[[str, Source], str] | None = None) -> str:
        """The table and its notes. link: makes a link of a number's words and source."""
        if not self.columns:
            return self._notes_html()
        classes = "hotline" + " dense" * self.dense + " heat" * self.heat
        marks = self.footnote_marks
        body = "".join(self._row_html(row, marks, "ruled" * self.rule_after(row), link) for row in self.body)
        foot = "".join(self._row_html(row, {}, "total" if row is self.total else "subtotal", link) for row in self.foot)
        table = (
            f'<table class="{classes}" style="font-variant-numeric:tabular-nums">'
            f"{self._caption_html()}<thead>{self._head_html()}</thead><tbody>{body}</tbody>"
            + (f"<tfoot>{foot}</tfoot>" if foot else "")
            + "</table>"
        )
        if len(self._shown) >= SCROLLS_FROM:  # a group, no landmark: its name is often that of the section around it
            name = escape(self.label or self.caption or "表")
            table = f'<div class="table-box" role="group" tabindex="0" aria-label="{name}">{table}</div>'
        return table + self._notes_html()

    def __repr__(self) -> str:
        """Aligned plain text, the same on every machine."""
        lines = [[" ".join(filter(None, (c.head.replace("\n", ""), c.unit))) for c in self._shown], *self.cells()]
        widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
        printed = ["，".join(filter(None, (self.caption, self.order)))]
        for line in lines:
            cells = [
                cell + " " * (width - _width(cell)) if column.kind == "text" else " " * (width - _width(cell)) + cell
                for column, cell, width in zip(self._shown, line, widths, strict=True)
            ]
            printed.append("  ".join(cells).rstrip())
        return "\n".join(filter(None, printed))

    @property
    def footnote_marks(self) -> dict[str, str]:
        """Row name -> ①, ② …, in the frame's order."""
        named = [row[self.row_head] for row in self.body if row.get(self.row_head) in self.footnotes]
        return dict(zip(named, FOOTNOTE_MARKS, strict=False))

    @property
    def below(self) -> list[str]:
        """What stands under the table: notes, then footnotes, each ended as a sentence."""
        notes = [*self.notes, *(f"{mark} {self.footnotes[name]}" for name, mark in self.footnote_marks.items())]
        return [note if note.endswith(("。", "；", "！", "？")) else note + "。" for note in notes]

    @property
    def _shown(self) -> list[Column]:
        return [column for column in self.columns if column.in_page]

    @property
    def body(self) -> list[Row]:
        return self.frame.to_dict("records")

    @property
    def foot(self) -> list[Row]:
        return [row for row in (self.subtotal, self.total) if row is not None]

    def _notes_html(self) -> str:
        return f'<p class="table-note">{escape("".join(self.below))}</p>' if self.below else ""

    def _caption_html(self) -> str:
        order = f'<span class="order">{escape(self.order)}</span>' if self.order else ""
        lines = "<br>".join(filter(None, (escape(self.caption), order)))
        return f'<caption style="text-align:left">{lines}</caption>' if lines else ""

    def _head_html(self) -> str:
        groups = [(group, list(columns)) for group, columns in groupby(self._shown, key=lambda c: c.group)]
        rows = 2 if any(group for group, _ in groups) else 1
        over = "".join(
            f'<th scope="colgroup" class="group" colspan="{len(columns)}"><span>{escape(group)}</span></th>'
            if group
            else "".join(_head_cell(column, self.row_head, rows=rows) for column in columns)
            for group, columns in groups
        )
        under = "".join(_head_cell(column, self.row_head) for group, columns in groups if group for column in columns)
        return f"<tr>{over}</tr>" + (f"<tr>{under}</tr>" if under else "")

    def _row_html(self, row: Row, marks: Mapping[str, str], kind: str, link: Callable | None) -> str:
        foot = kind in ("subtotal", "total")
        cells = "".join(self._cell_html(column, row, marks, foot, link) for column in self._shown)
        return f'<tr class="{kind}">{cells}</tr>' if kind else f"<tr>{cells}</tr>"

    def _cell_html(self, column: Column, row: Row, marks: Mapping[str, str], foot: bool, link: Callable | None) -> str:
        words, style = column.printed(row), f' style="text-align:{column.align}"'
        if column.value == self.row_head:
            mark = marks.get(row.get(self.row_head), "")
            note = f'<sup class="footnote">{mark}</sup>' if mark else ""
            return f'<th scope="row" class="name"{style}>{escape(words)}{note}</th>'
        classes, mark = [column.css], ""
        if column.emphasis is not None and not foot:
            classes.append(column.emphasis(row))
        if (sign := column.mark(row)) is not None:
            mark = _mark(sign) if sign else ""
            classes += [] if sign else ["soft"]
        if column.signal is not None and not foot and words not in ("", numbers.MISSING):
            level = column.signal(row)
            classes.append(level)
            mark = _signal(level) if level else ""
        if column.kind == "signals":
            shown = " ".join(
                f'<span class="signal">{_signal(level)}{escape(word)}</span>' for level, word in row[column.value] or ()
            )
            return f'<td class="signals"{style}>{shown or escape(words)}</td>'
        source = self.source(column, row) if link and words not in ("", numbers.MISSING) else None
        shown = link(words, source) if link and source else escape(words)
        return f'<td class="{escape(" ".join(filter(None, classes)))}"{style}>{mark}{shown}</td>'


def _head_cell(column: Column, row_head: str, *, rows: int = 1) -> str:
    lines = [escape(line) for line in column.head.split("\n")]
    if column.unit:
        lines.append(f'<span class="unit">{escape(column.unit)}</span>')
    kind = "name" if column.value == row_head else column.css
    span = f' rowspan="{rows}"' if rows > 1 else ""
    title = f' title="{escape(column.title)}"' if column.title else ""
    return f'<th scope="col" class="{kind}"{span}{title} style="text-align:{column.align}">{"<br>".join(lines)}</th>'


def _signal(level: str) -> str:
    sign, word = SIGNALS[level]
    return f'<span class="mark {level}" role="img" aria-label="{word}">{sign}</span>'


def _mark(sign: str) -> str:
    """▲ or ▼ in its slot, with its word for those who hear the page."""
    return f'<span class="mark" role="img" aria-label="显著{"减少" if sign == "▼" else "增加"}">{sign}</span>'


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
