"""A Table of hotline_lib.present as a table of Word: thin rules, its head on every page, no row parted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from docx.oxml.xmlchemy import BaseOxmlElement

from hotline_lib.deliver.word.widths import cell, fitted, head_lines, is_listed, longest, tones
from hotline_lib.deliver.word.xml import PT, align, node, paragraph, run, size
from hotline_lib.present.style import SOFT, TINT

if TYPE_CHECKING:
    from hotline_lib.present.tables import Column, Row, Table

_NARROW, _ROOMY = 1.5, 3.5  # pt, a cell's margin at each side; narrow in a table of many columns
_MANY = 8
_RULE = {"val": "single", "sz": 4, "space": 0, "color": "000000"}
_STRONG = {**_RULE, "sz": 8}
_HAIR = {**_RULE, "color": "BFBFBF"}


def table(made: Table, room: float, *, together: bool = False) -> BaseOxmlElement:
    """``made`` across the type area. room: its width in pt. together: keep the rows on one page."""
    columns = [column for column in made.columns if column.in_page]
    margin = _NARROW if len(columns) > _MANY else _ROOMY
    points, widths = fitted(made, columns, room, margin)
    draw = _Rows(made, columns, points, widths, margin)
    rows = [*draw.heads(), *draw.body()]
    for row in rows[:-1] if together else []:
        for properties in row.xpath(".//w:pPr"):
            properties.insert_element_before(node("keepNext"), "w:spacing", "w:ind", "w:jc")
    margins = (("top", points / 8), ("left", margin), ("bottom", points / 8), ("right", margin))
    return node(
        "tbl",
        node(
            "tblPr",
            node("tblW", w=sum(draw.twips), type="dxa"),
            node("jc", val="center"),
            node("tblBorders", node("top", **_STRONG), node("bottom", **_STRONG), node("insideH", **_HAIR)),
            node("tblLayout", type="fixed"),
            node("tblCellMar", *(node(side, w=round(wide * PT), type="dxa") for side, wide in margins)),
            node("tblCaption", val=made.label or made.caption),  # for those who hear it
        ),
        node("tblGrid", *(node("gridCol", w=width) for width in draw.twips)),
        *rows,
    )


class _Rows:
    """The rows of one table, in its type size and widths (pt)."""

    def __init__(self, made: Table, columns: Sequence[Column], points: float, widths: list[float], margin: float):
        self.made, self.columns, self.points = made, columns, points
        self.twips = [round(width * PT) for width in widths]
        # figures stand flush, but as a block in the middle of their column, below their head
        self.aside = [
            round(max(width / 2 - margin - longest(made, column) * points / 2, least) * PT)
            for width, column in zip(widths, columns, strict=True)
            for least in (points / 2 if is_listed(made, column) else 0,)
        ]

    def heads(self) -> list[BaseOxmlElement]:
        """One row, or two if columns are grouped."""
        places = range(len(self.columns))
        spans = [(group, list(part)) for group, part in groupby(places, key=self._group)]
        if not any(group for group, _ in spans):
            return [self._row(map(self._head, places), head=True)]
        over, under = [], []
        for group, part in spans:
            if group:
                words, span = self._words(group), node("gridSpan", val=len(part))
                over.append(self._tc(sum(self.twips[at] for at in part), words, span, below=True))
                under += map(self._head, part)
            else:
                over += [self._head(at, node("vMerge", val="restart")) for at in part]
                under += [self._tc(self.twips[at], self._text(), node("vMerge"), below=True) for at in part]
        return [self._row(over, head=True), self._row(under, head=True)]

    def body(self) -> list[BaseOxmlElement]:
        """Rows, subtotal and total. A rule is said by both rows that it parts: programs differ in whom they ask."""
        rows, above, made = self.made.body + self.made.foot, True, []
        first_of_foot = len(self.made.body)
        for number, row in enumerate(rows):
            last = number + 1 == first_of_foot and bool(self.made.foot)
            below = last or (number < first_of_foot and bool(self.made.rule_after(row)))
            cells = (self._cell(at, row, above=above, below=below) for at in range(len(self.columns)))
            made.append(self._row(cells))
            above = below
        return made

    def _group(self, at: int) -> str:
        return "" if self.columns[at].title else self.columns[at].group  # a full name needs no group over it

    def _row(self, cells: Iterable[BaseOxmlElement], *, head: bool = False) -> BaseOxmlElement:
        height = node("trHeight", val=round(1.75 * self.points * PT), hRule="atLeast")
        return node("tr", node("trPr", node("cantSplit"), height, node("tblHeader") if head else None), *cells)

    def _head(self, at: int, *merge: BaseOxmlElement) -> BaseOxmlElement:
        return self._tc(self.twips[at], self._words("\n".join(head_lines(self.columns[at]))), *merge, below=True)

    def _words(self, words: str) -> BaseOxmlElement:
        return self._text(run(words, points=self.points, bold=True), more=[align("center")])

    def _text(self, *runs: BaseOxmlElement, more: Iterable[BaseOxmlElement] = ()) -> BaseOxmlElement:
        """A cell's paragraph. Its mark has the type's size too: Word makes a line as high as the mark at its end."""
        return paragraph("TableText", *runs, more=[*more, node("rPr", *size(self.points))])

    def _cell(self, at: int, row: Row, *, above: bool, below: bool) -> BaseOxmlElement:
        made, column = self.made, self.columns[at]
        looks = tones(made, column, row)
        colour, bold = SOFT if "soft" in looks else "", bool(looks & {"strong", "total"})
        runs = [run(cell(made, column, row), points=self.points, bold=bold, colour=colour)]
        note = made.footnote_marks.get(row.get(made.row_head), "") if column.value == made.row_head else ""
        if note:
            runs.append(run(note, points=self.points, raised=True))
        how = "center" if column.kind == "rank" else column.align
        aside = [] if how == "center" else [node("ind", **{how: self.aside[at]})]
        words = self._text(*runs, more=[*aside, align(how)])
        shade = node("shd", val="clear", color="auto", fill=TINT.lstrip("#")) if "strong" in looks else None
        return self._tc(self.twips[at], words, above=above, below=below, shade=shade)

    def _tc(
        self, width: int, words: BaseOxmlElement, *merge: BaseOxmlElement,
        above: bool = False, below: bool = False, shade: BaseOxmlElement | None = None,
    ) -> BaseOxmlElement:  # fmt: skip
        rules = [node(side, **_RULE) for side, there in (("top", above), ("bottom", below)) if there]
        borders = node("tcBorders", *rules) if rules else None
        width_of_cell = node("tcW", w=width, type="dxa")
        return node("tc", node("tcPr", width_of_cell, *merge, borders, shade, node("vAlign", val="center")), words)
