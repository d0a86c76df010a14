"""bulletin.docx: the whole bulletin as an official document by GB/T 9704-2012 (党政机关公文格式).

``bulletin.outline`` says what stands where; here each part becomes paragraphs, tables and pictures of Word.
``layout`` has paper and page numbers, ``styles`` the type, ``tables`` the tables, ``xml`` the language.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from docx.enum.section import WD_SECTION
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from hotline_lib import bulletin
from hotline_lib.deliver.word import layout
from hotline_lib.deliver.word.styles import CHARACTER, CHARACTERS, LINE, RED, TITLE, TYPE_AREA
from hotline_lib.deliver.word.tables import table as word_table
from hotline_lib.deliver.word.widths import width_of
from hotline_lib.deliver.word.xml import PT, field, indent, node, paragraph, run, spacing
from hotline_lib.journal import write_whole
from hotline_lib.params import month_range
from hotline_lib.present import _drill_down as drill_down
from hotline_lib.present._chart import Chart
from hotline_lib.present._drill_down import DrillDown
from hotline_lib.present._numbers import OPEN
from hotline_lib.present._page import NO_REAL_CALL, SIMULATED
from hotline_lib.present._prose import Block, Prose
from hotline_lib.present._sentences import Sentence
from hotline_lib.present._tables import Table

if TYPE_CHECKING:
    from hotline_lib.bulletin import Part, Section
    from hotline_lib.month import Month

NAME = "bulletin.docx"
_ANNEX = "附件"
_LARGEST = 30  # pt, of the publisher's name
_PX = 0.75  # pt of a picture's CSS px


def write_word(m: Month, folder: Path, annexes: Sequence[Table] = (), top: int = 5) -> Path:
    """The month's bulletin as FOLDER/bulletin.docx; the same month gives the same bytes.

    annexes: an analyst's own tables. top: ranks of issues.
    """
    path = folder / NAME
    write_whole(path, _Bulletin(m, annexes, top).made())
    return path


class _Bulletin:
    """One document in the making."""

    def __init__(self, m: Month, own: Sequence[Table], top: int):
        self.own, self.top = own, top
        self.m, self.document = m, layout.new_document()
        self.landscape = False

    def made(self) -> bytes:
        m, of = self.m, self.m.params.organisation
        about = self.document.core_properties
        about.title, about.author, about.language = f"{of.province}{of.title}（{m.label}）", of.department, "zh-CN"
        about.last_modified_by, about.revision, about.comments = of.department, 1, NO_REAL_CALL if m.simulated else ""
        moment = month_range(m.month)[1]  # never the clock
        about.created = about.modified = moment
        layout.number_pages(self.document.sections[0], SIMULATED if m.simulated else "")
        self._masthead()
        self._first_page()
        sections: Sequence[bulletin.Section] = bulletin.outline(m, self.top)
        printed = sum(section.heading.startswith(_ANNEX) for section in sections)
        sections = [
            *sections,
            *(
                bulletin.Section(f"own{at}", f"{_ANNEX}{at}　{each.name}", (each,))
                for at, each in enumerate(self.own, printed + 1)
            ),
        ]
        annexes = [section for section in sections if section.heading.startswith(_ANNEX)]
        for section in sections:
            if annexes and section is annexes[0]:
                self._list(annexes)
            if section in annexes:
                self._annex(section, annexes)
            elif section.heading:
                self._add("Heading1", run(section.heading))
            for part in section.parts:
                self._part(part, is_annex=section in annexes)
        self._imprint()
        return layout.saved(self.document, moment)

    def _add(self, style: str, *inside: BaseOxmlElement, more: list[BaseOxmlElement] | None = None) -> None:
        self._put(paragraph(style, *inside, more=more))

    def _put(self, element: BaseOxmlElement) -> None:
        self.document.element.body.sectPr.addprevious(element)

    def _last(self) -> Paragraph:
        return Paragraph(self.document.element.body.xpath("./w:p")[-1], self.document)

    def _masthead(self) -> None:
        """7.2, as a 简报 has it: who publishes, title, month, series; who made it and when; the red rule."""
        m, of = self.m, self.m.params.organisation
        if m.simulated:
            self._add("Simulated", run(NO_REAL_CALL))
        room = (CHARACTERS - 1) * CHARACTER
        self._add("Masthead", run(of.hotline, points=max(TITLE, min(_LARGEST, int(room / width_of(of.hotline))))))
        self._add("Title", run(of.title))
        for words in (m.label, f"（{of.series}）" if of.series else ""):
            if words:
                self._add("Subtitle", run(words))
        self._add("Issued", run("\t".join(str(bulletin.issued(m)).rsplit("　", 1))))

    def _first_page(self) -> None:
        """What the page says first, before the bulletin as it is printed: the month's findings, and all units at a glance."""
        found, units = bulletin.findings(self.m, top=self.top), bulletin.overview(self.m)
        self._add("Heading1", run(found.heading))
        for number, each in enumerate(found.found, start=1):
            self._add("BodyText", run(f"{number}.{each.title}。", bold=True), run(f"{each.text}{each.todo}"))
        if not found.found:
            self._paragraphs(repr(found))
        self._table(replace(bulletin.on_a_sheet(self.m), caption=units.heading), is_annex=False)

    def _part(self, part: Part, *, is_annex: bool) -> None:
        if isinstance(part, Table):
            self._table(part, is_annex=is_annex)
        elif isinstance(part, DrillDown):
            if part.issues:
                self._picture(drill_down.chart(part))
        elif isinstance(part, Chart):
            self._picture(part)
        elif isinstance(part, Prose):
            for block in part.blocks:
                self._prose(block)
        elif isinstance(part, Sentence) and part.kind == "gap":
            self._add("Gap", run(str(part)))
        else:
            self._paragraphs(str(part))

    def _prose(self, block: Block) -> None:
        """7.3.3: below the section's heading come 楷体 and then 仿宋; items are paragraphs that begin with their mark."""
        runs = [run(each.text, bold=each.bold, italic=each.emphasis) for each in block.runs]
        style = f"Heading{block.level + 2}" if block.kind == "heading" else "BodyText"
        inner = [indent(CHARACTER, first=4)] if block.kind == "item" and block.level else []
        self._add(style, *([run(block.mark)] if block.mark else []), *runs, more=inner)

    def _paragraphs(self, text: str) -> None:
        for line in filter(None, map(str.strip, text.split("\n"))):
            told = re.split(f"({OPEN})", line)  # what nobody filled in yet must not be sent out unseen
            self._add("BodyText", *(run(part, colour=RED if part == OPEN else "") for part in told))

    def _table(self, made: Table, *, is_annex: bool) -> None:
        """A table, its title and what stands below it. In an annex, which has a title, it also says how its rows are ordered;
        so does one with signals, whose key that is."""
        keyed = is_annex or any(column.kind == "signals" for column in made.shown)
        notes = [f"{made.order}。", *made.below] if keyed and made.order else made.below
        if made.shown:
            width = TYPE_AREA[1 if self.landscape else 0] / 25.4 * 72
            if not is_annex:
                self._add("TableTitle", run(made.caption or made.name))
            self._put(word_table(made, width, together=not is_annex))
        self._add("TableNote", *([run(f"注：{''.join(notes)}")] if notes else []))

    def _picture(self, chart: Chart) -> None:
        """The picture in the size for which it was drawn (more than 200 dpi), its caption and note below it."""
        self._add("Picture")
        picture = self._last().add_run().add_picture(io.BytesIO(chart.png), width=Pt(chart.size[0] * _PX))
        picture._inline.docPr.set("descr", chart.alt)
        caption = [run(chart.heading)]
        if chart.number is not None:
            picture._inline.docPr.set("name", f"图{chart.number}")
            caption = [run("图"), *field("SEQ 图 \\* ARABIC", str(chart.number)), run(f"　{chart.title}")]
        self._add("Caption", *caption)
        self._add("PictureNote", *([run(chart.note)] if chart.note else []))

    def _list(self, annexes: list[Section]) -> None:
        """7.3.4: a line below the text, two characters in: 附件：1.…; what runs on stands below the name's first."""
        self._last().paragraph_format.keep_with_next = True  # the list does not stand alone on a page
        for number, annex in enumerate(annexes, start=1):
            _, _, title = annex.heading.partition("　")
            first = number == 1
            more = [indent(CHARACTER, left=6, first=-4 if first else -1)]
            if first:
                more.append(spacing(before=LINE, line=LINE))
            self._add("Normal", run(f"{f'{_ANNEX}：' if first else ''}{number}.\t{title}"), more=more)

    def _annex(self, section: Section, annexes: list[Section]) -> None:
        """7.3.7: on a page of its own; 附件1 at the head of it, the title in its middle. 7.4: the imprint stands on the last
        even page, so the last annex begins on one, and the first where then no page between them stays empty."""
        left, start = len(annexes) - annexes.index(section), WD_SECTION.NEW_PAGE
        if left in (1, len(annexes)):
            start = WD_SECTION.EVEN_PAGE if left % 2 else WD_SECTION.ODD_PAGE
        turn = section.landscape != self.landscape or start != WD_SECTION.NEW_PAGE
        if turn:
            layout.new_section(self.document, landscape=section.landscape, start=start)
            self.landscape = section.landscape
        mark, _, title = section.heading.partition("　")
        self._add("AnnexMark", run(mark), more=[] if turn else [node("pageBreakBefore")])
        self._add("AnnexTitle", run(title))

    def _imprint(self) -> None:
        """7.4: the last lines of the last page, between two rules as wide as the type area."""
        frame = {"w": round(CHARACTERS * CHARACTER * PT), "wrap": "around", "vAnchor": "margin", "hAnchor": "margin"}
        frame |= {"xAlign": "left", "yAlign": "bottom"}
        for line in filter(None, bulletin.closing(self.m).plain.split("\n")):
            # one frame, with one rule above and one below, because all its lines have the same
            sides = (node(side, val="single", sz=8, space=3, color="000000") for side in ("top", "bottom"))
            self._add("Imprint", run(line), more=[node("framePr", **frame), node("pBdr", *sides)])
        self._add("TableNote", more=[spacing(line=1)])  # what a frame and a table hang on
