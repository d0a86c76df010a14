"""A Table of hotline_lib.present as a table of Word: thin rules, its head on every page, no row parted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING

from docx.oxml.xmlchemy import BaseOxmlElement

from hotline_lib.deliver.word.widths import fitted, head_lines, is_listed, longest, words
from hotline_lib.deliver.word.xml import PT, align, node, paragraph, run, size
from hotline_lib.present._style import GREY, SOFT, TINT

if TYPE_CHECKING:
    from hotline_lib.present._cells import Line
    from hotline_lib.present._tables import Table

_NARROW, _ROOMY = 1.0, 3.5  # pt, a cell's margin at each side; narrow in a table of many columns
_MANY = 8
_RULE = {"val": "single", "sz": 4, "space": 0, "color": "000000"}
Rule = dict | None
_STRONG = {**_RULE, "sz": 8}
_HAIR = {**_RULE, "color": "BFBFBF"}
_APART = {**_RULE, "color": GREY.lstrip("#")}  # under a unit that is a class of its own


def table(made: Table, room: float, *, together: bool = False) -> BaseOxmlElement:
    """``made`` across the type area. room: its width in pt. together: keep the rows on one page."""
    columns, lines = made.shown, made.lines()
    margin = _NARROW if len(columns) > _MANY else _ROOMY
    points, widths = fitted(made, lines, room, margin)
    draw = _Rows(made, lines, points, widths, margin)
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

    def __init__(self, made: Table, lines: Sequence[Line], points: float, widths: list[float], margin: float):
        self.made, self.lines, self.columns, self.points = made, lines, made.shown, points
        self.twips = [round(width * PT) for width in widths]
        # figures stand flush, but as a block in the middle of their column, below their head
        self.aside = [
            round(max(width / 2 - margin - longest(made, lines, at) * points / 2, least) * PT)
            for at, (width, column) in enumerate(zip(widths, made.shown, strict=True))
            for least in (points / 2 if is_listed(made, column) else 0,)
        ]

    def heads(self) -> list[BaseOxmlElement]:
        """One row, or two if columns are grouped."""
        places = range(len(self.columns))
        spans = [(group, list(part)) for group, part in groupby(places, key=self._group)]
        if not any(group for group, _ in spans):
            return [self._row(map(self._head, places), head=True)]
        over: list[BaseOxmlElement] = []
        under: list[BaseOxmlElement] = []
        for group, part in spans:
            if group:
                words, span = self._words(group), node("gridSpan", val=len(part))
                over.append(self._tc(sum(self.twips[at] for at in part), words, span, below=_RULE))
                under += map(self._head, part)
            else:
                over += [self._head(at, node("vMerge", val="restart")) for at in part]
                under += [self._tc(self.twips[at], self._text(), node("vMerge"), below=_RULE) for at in part]
        return [self._row(over, head=True), self._row(under, head=True)]

    def body(self) -> list[BaseOxmlElement]:
        """Rows, subtotal and total, which an ink rule parts from the rows. A rule is said by both rows that it parts: programs
        differ in whom they ask."""
        above: dict[str, object] | None = _RULE
        made = []
        for line, after in zip_longest(self.lines, self.lines[1:]):
            last = after is not None and after is self.lines[-1] and after.is_foot
            below = _RULE if last else _APART if line.ruled else None
            cells = (self._cell(at, line, above=above, below=below) for at in range(len(self.columns)))
            made.append(self._row(cells))
            above = below
        return made

    def _group(self, at: int) -> str:
        return "" if self.columns[at].title else self.columns[at].group  # a full name needs no group over it

    def _row(self, cells: Iterable[BaseOxmlElement], *, head: bool = False) -> BaseOxmlElement:
        height = node("trHeight", val=round(1.75 * self.points * PT), hRule="atLeast")
        return node("tr", node("trPr", node("cantSplit"), height, node("tblHeader") if head else None), *cells)

    def _head(self, at: int, *merge: BaseOxmlElement) -> BaseOxmlElement:
        return self._tc(self.twips[at], self._words("\n".join(head_lines(self.columns[at]))), *merge, below=_RULE)

    def _words(self, words: str) -> BaseOxmlElement:
        return self._text(run(words, points=self.points, bold=True), more=[align("center")])

    def _text(self, *runs: BaseOxmlElement, more: Iterable[BaseOxmlElement] = ()) -> BaseOxmlElement:
        """A cell's paragraph. Its mark has the type's size too: Word makes a line as high as the mark at its end."""
        return paragraph("TableText", *runs, more=[*more, node("rPr", *size(self.points))])

    def _cell(self, at: int, line: Line, *, above: Rule, below: Rule) -> BaseOxmlElement:
        made, column, cell = self.made, self.columns[at], line.cells[at]
        bold = line.kind == "total" or "strong" in cell.tones
        runs = [run(words(made, cell), points=self.points, bold=bold, colour=SOFT if "soft" in cell.tones else "")]
        if cell.note:
            runs.append(run(cell.note, points=self.points, raised=True))
        how = "center" if column.kind == "rank" else column.align
        aside = [] if how == "center" else [node("ind", **{how: self.aside[at]})]
        text = self._text(*runs, more=[*aside, align(how)])
        shade = node("shd", val="clear", color="auto", fill=TINT.lstrip("#")) if "strong" in cell.tones else None
        return self._tc(self.twips[at], text, above=above, below=below, shade=shade)

    def _tc(
        self, width: int, words: BaseOxmlElement, *merge: BaseOxmlElement,
        above: Rule = None, below: Rule = None, shade: BaseOxmlElement | None = None,
    ) -> BaseOxmlElement:  # fmt: skip
        rules = [node(side, **rule) for side, rule in (("top", above), ("bottom", below)) if rule]
        borders = node("tcBorders", *rules) if rules else None
        width_of_cell = node("tcW", w=width, type="dxa")
        return node("tc", node("tcPr", width_of_cell, *merge, borders, shade, node("vAlign", val="center")), words)
