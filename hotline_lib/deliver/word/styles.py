"""Fonts and styles by GB/T 9704-2012: 5.2.2 type, 5.2.3 lines, 7.2 masthead, 7.3 body, 7.4 imprint."""

from __future__ import annotations

from copy import deepcopy

from docx.oxml.xmlchemy import BaseOxmlElement

from hotline_lib.deliver.word.xml import align, colour_of, fonts, indent, node, paragraph_properties, size, spacing

# 5.2.1, 5.2.3: in the type area, 156 x 225 mm, stand 22 lines of 28 characters
TYPE_AREA = (156, 225)
LINES, CHARACTERS = 22, 28
LINE = int(TYPE_AREA[1] / 25.4 * 1440 / LINES) / 20  # pt: 28.95
CHARACTER = int(TYPE_AREA[0] / 25.4 * 1440 / CHARACTERS) / 20  # pt: 15.75
BODY = 16  # 三号, 5.2.2
TITLE = 22  # 二号, 7.3.1
SMALL = 14  # 四号, 7.4 and 7.5
FOOT = 9.5 / 25.4 * 72  # pt, from the type area to below the page's number: its dashes stand 7 mm below the area (7.5)

RED = "#C00000"
LATIN = "Times New Roman"
# name: what stands in for it where it is not installed (Windows, WPS and macOS have different ones), and its PANOSE
FONTS = {
    "仿宋_GB2312": ("仿宋,FangSong,STFangsong", "02010609030101010101"),
    "方正小标宋简体": ("方正小标宋_GBK,宋体,SimSun", "02010601030101010101"),
    "黑体": ("SimHei,STHeiti", "02010609060101010101"),
    "楷体_GB2312": ("楷体,KaiTi,STKaiti", "02010609060101010101"),
    "宋体": ("SimSun,STSong", "02010600030101010101"),
}
FANGSONG, XIAOBIAOSONG, HEITI, KAITI, SONGTI = FONTS


def font_table() -> BaseOxmlElement:
    """word/fontTable.xml: how Word finds a stand-in for a font that a machine lacks."""
    made = [
        node(
            "font",
            node("altName", val=others),
            node("panose1", val=panose),
            node("charset", val="86"),  # GB 2312
            node("family", val="modern"),
            node("pitch", val="fixed"),
            name=name,
        )
        for name, (others, panose) in FONTS.items()
    ]
    return node("fonts", *made)


def fill(styles: BaseOxmlElement) -> None:
    """Put the document's styles in the place of the template's."""
    for old in list(styles):
        styles.remove(old)
    # as Chinese Word has it: val is for Latin letters and digits, and with zh-CN there LibreOffice breaks 12328 in two
    language = node("lang", val="en-US", eastAsia="zh-CN", bidi="ar-SA")
    in_runs = node("rPrDefault", node("rPr", fonts(FANGSONG, LATIN), *size(BODY), language))
    styles.append(node("docDefaults", in_runs, node("pPrDefault", node("pPr"))))
    styles.extend(_paragraph_styles())
    styles.append(
        node(
            "style",
            node("name", val="Normal Table"),
            node("uiPriority", val=99),
            node("tblPr", node("tblInd", w=0, type="dxa")),
            type="table", default=1, styleId="TableNormal",
        )
    )  # fmt: skip


def _paragraph_styles() -> list[BaseOxmlElement]:
    centre, both = align("center"), align("both")
    # off the grid of lines stand pictures, tables and what is at them: an exact line would cut a picture
    off = node("snapToGrid", val=0)
    red_rule = node("pBdr", node("bottom", val="single", sz=18, space=6, color=RED.lstrip("#")))
    right_tab = node("tabs", node("tab", val="right", pos=round((CHARACTERS - 1) * CHARACTER * 20)))
    keep, levels = node("keepNext"), [node("outlineLvl", val=level) for level in range(3)]
    title = spacing(0, 8, LINE + 3)
    return [
        # 5.2.2, 5.2.3: 三号仿宋, 22 lines a page; 7.3.3: two characters in
        _style("Normal", "Normal", FANGSONG, BODY, spacing(line=LINE), both, base=""),
        _style("BodyText", "Body Text", FANGSONG, BODY, indent(CHARACTER, first=2)),
        _style("Gap", "待补充", FANGSONG, BODY, indent(CHARACTER, first=2), align("left"), colour=RED, bold=True),
        # 7.2.4: who publishes, red 小标宋 in the middle
        _style("Simulated", "模拟工单", HEITI, SMALL, off, spacing(), centre, colour=RED, bold=True),
        _style("Masthead", "发文机关标志", XIAOBIAOSONG, TITLE, off, spacing(24, 12), centre, colour=RED),
        # 7.3.1: 二号小标宋 in the middle
        _style("Title", "Title", XIAOBIAOSONG, TITLE, off, title, centre),
        _style("Subtitle", "Subtitle", KAITI, BODY, centre),
        # 7.2.5, 7.2.7: a character in at both sides (an indent would shorten the red rule, as wide as the type area)
        _style(
            "Issued", "印发", FANGSONG, BODY, red_rule, right_tab, spacing(12, LINE, LINE),
            indent(CHARACTER, first=1), align("left"),
        ),
        # 7.3.3: first level 三号黑体, not bold
        _style("Heading1", "heading 1", HEITI, BODY, keep, indent(CHARACTER, first=2), levels[0], follow="BodyText"),
        # what people write may have headings of its own: 楷体, then 仿宋
        _style("Heading2", "heading 2", KAITI, BODY, keep, indent(CHARACTER, first=2), levels[1], follow="BodyText"),
        _style("Heading3", "heading 3", FANGSONG, BODY, keep, indent(CHARACTER, first=2), levels[2], follow="BodyText"),
        # 7.3.7: 附件1 in 三号黑体 at the margin of the first line; its title as a title, on the third
        _style("AnnexMark", "附件序号", HEITI, BODY, keep),
        _style("AnnexTitle", "附件标题", XIAOBIAOSONG, TITLE, off, spacing(LINE, 8, LINE + 3), indent(1), centre, base="Heading1"),
        _style("Picture", "图", FANGSONG, BODY, keep, off, spacing(8), centre),
        _style("Caption", "caption", HEITI, 12, keep, off, spacing(4), centre),
        _style("PictureNote", "图注", FANGSONG, 10.5, off, spacing(3, 8), centre),
        _style("TableTitle", "表题", HEITI, 12, keep, off, spacing(8, 4), centre),
        _style("TableText", "表格", FANGSONG, 12, off, spacing(), align("left")),
        _style("TableNote", "表注", FANGSONG, 10.5, off, spacing(4, 8), both),
        # 7.4: 四号仿宋, a character in at both sides, what runs on stands below the first name
        _style("Imprint", "版记", FANGSONG, SMALL, indent(SMALL, left=4, right=1, first=-3), align("left")),
        _style("Header", "header", HEITI, 10.5, off, spacing(), align("right")),
        # 7.5: 四号宋体, digits too; it reaches up to the type area, below which LibreOffice would else put the imprint
        _style("Footer", "footer", SONGTI, SMALL, off, spacing(FOOT - SMALL, line=SMALL), latin=SONGTI),
    ]  # fmt: skip


def _style(
    identifier: str, name: str, font: str, points: float, *properties: BaseOxmlElement,
    latin: str = LATIN, colour: str = "", bold: bool = False, base: str = "Normal", follow: str = "",
) -> BaseOxmlElement:  # fmt: skip
    """One paragraph style. base: whose properties it has as well. follow: the style of the next paragraph."""
    marks = {"default": 1} if not base else {} if name.isascii() else {"customStyle": 1}
    return node(
        "style",
        node("name", val=name),
        node("basedOn", val=base) if base else None,
        node("next", val=follow) if follow else None,
        node("qFormat"),
        paragraph_properties(*map(deepcopy, properties)),  # an element stands in one place only
        node(
            "rPr",
            fonts(font, latin),
            *([node("b"), node("bCs")] if bold else []),
            colour_of(colour),
            # 16 pt would be 27 characters in a line; a hair less makes the standard's 28
            node("spacing", val=round((CHARACTER - BODY) * 20) if points == BODY else 0),
            *size(points),
        ),
        type="paragraph",
        styleId=identifier,
        **marks,
    )
