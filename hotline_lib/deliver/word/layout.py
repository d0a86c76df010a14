"""Paper, grid and page numbers by GB/T 9704-2012 (党政机关公文格式), and the document's settings."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

from docx import Document
from docx.document import Document as Made
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Mm, Pt

from hotline_lib.deliver.word import styles
from hotline_lib.deliver.word.styles import FOOT, LINE, RED, SMALL, TYPE_AREA
from hotline_lib.deliver.word.xml import PT, align, field, indent, node, paragraph, run

# 5.1, 5.2.1: A4; 37 mm above, 28 mm at the binding edge; what the type area leaves is below and outside
PAPER = (210, 297)
ABOVE, BINDING = 37, 28
# what no line ends with or begins with: Word's own, and what counts and is counted: 图／1, 1156／件
_NOT_LAST = "$([{£¥·‘“〈《「『【〔〖〝﹙﹛﹝＄（．［｛￡￥" + "第图表"
_NOT_FIRST = (
    "!%),.:;>?]}¢¨°·ˇˉ―‖’”…‰′″›℃∶、。〃〉》」』】〕〗〞︶︺︾﹀﹄﹚﹜﹞！＂％＇），．：；？］｀｜｝～￠"
    + "件万分个项位名年月日时天次倍市元"
)
_UNUSED = ("/thumbnail", "/customXml", "/stylesWithEffects", "/webSettings", "/numbering", "/extended-properties")


def new_document() -> Made:
    """An empty document with the standard's styles and first page; nothing of python-docx's template is left."""
    document = Document()
    styles.fill(document.styles.element)
    _set(document.settings.element)
    document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)._blob = serialize_part_xml(styles.font_table())
    for relationships in (document.part.rels, document.part.package.rels):
        for key in [key for key, each in relationships.items() if each.reltype.endswith(_UNUSED)]:
            del relationships[key]
    measure(document.sections[0], landscape=False)
    return document


def measure(section: Section, *, landscape: bool) -> None:
    """Paper, margins and grid. Landscape: the same sheet turned, the head of the table at the binding edge (clause 8)."""
    below, outside = PAPER[1] - ABOVE - TYPE_AREA[1], PAPER[0] - BINDING - TYPE_AREA[0]
    top, right, bottom, left = (BINDING, ABOVE, outside, below) if landscape else (ABOVE, outside, below, BINDING)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = map(Mm, PAPER[::-1] if landscape else PAPER)
    section.top_margin, section.right_margin = Mm(top), Mm(right)
    section.bottom_margin, section.left_margin = Mm(bottom), Mm(left)
    section.header_distance = Mm(top - 10)
    section.footer_distance = Mm(bottom) - Pt(FOOT)
    for old in section._sectPr.xpath("w:docGrid"):
        section._sectPr.remove(old)
    # 5.2.3: the lines of the grid; 28 characters in a line are made by the styles, because a grid of characters
    # is another one in LibreOffice and would loosen tables and notes too
    section._sectPr.append(node("docGrid", type="lines", linePitch=round(LINE * PT)))


def new_section(document: Made, *, landscape: bool, start: WD_SECTION = WD_SECTION.NEW_PAGE) -> None:
    """A new page, upright or turned. The break goes into the last paragraph: one of its own could make an empty page.

    start: the next page, or the next even or odd one.
    """
    section = document.add_section(start)
    measure(section, landscape=landscape)
    carrier = document.element.body[-2]
    carrier.getprevious().set_sectPr(carrier.pPr.sectPr)
    document.element.body.remove(carrier)


def number_pages(section: Section, header: str) -> None:
    """7.5: — 1 — in 四号宋体, a character from the right on odd pages, from the left on even ones.

    header: stands small at the head of every page.
    """
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        shape = [indent(SMALL, **{side: 1}), align(side)]
        _only(footer, paragraph("Footer", run("— "), *field("PAGE", "1"), run(" —"), more=shape))
    for head in (section.header, section.even_page_header):
        _only(head, paragraph("Header", *([run(header, colour=RED)] if header else [])))


def _only(story: Any, content: BaseOxmlElement) -> None:
    """A header or footer with that paragraph and no other."""
    story.is_linked_to_previous = False
    for old in list(story._element):
        story._element.remove(old)
    story._element.append(content)


def _set(settings: BaseOxmlElement) -> None:
    """Odd and even pages differ, Chinese punctuation is set as Word's own Chinese documents have it, no old mode."""
    for old in list(settings):
        settings.remove(old)
    mode = {"name": "compatibilityMode", "uri": "http://schemas.microsoft.com/office/word", "val": 15}
    settings.extend(
        [
            node("zoom", percent=100),
            node("defaultTabStop", val=420),
            node("evenAndOddHeaders"),
            node("drawingGridVerticalSpacing", val=round(LINE * PT)),
            node("characterSpacingControl", val="compressPunctuation"),
            node("noLineBreaksAfter", lang="zh-CN", val=_NOT_LAST),
            node("noLineBreaksBefore", lang="zh-CN", val=_NOT_FIRST),
            node(
                "compat", node("balanceSingleByteDoubleByteWidth"), node("useFELayout"), node("compatSetting", **mode)
            ),
            node("themeFontLang", val="en-US", eastAsia="zh-CN"),
        ]
    )


def saved(document: Made, moment: dt.datetime) -> bytes:
    """The file, every member dated ``moment``: the same document gives the same bytes."""
    file, fixed = io.BytesIO(), io.BytesIO()
    document.save(file)
    with zipfile.ZipFile(file) as loose, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as tight:
        for name in loose.namelist():
            member = zipfile.ZipInfo(name, moment.timetuple()[:6])
            member.compress_type, member.create_system = zipfile.ZIP_DEFLATED, 0  # the same on Windows
            tight.writestr(member, loose.read(name))
    return fixed.getvalue()
