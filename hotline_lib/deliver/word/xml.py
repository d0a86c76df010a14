"""WordprocessingML in a few short words: elements, runs, fields, paragraphs."""

from __future__ import annotations

import re

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

PT = 20  # twips, the unit of WordprocessingML
MM = 1440 / 25.4
_NOT_XML = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
)  # what an editor may leave, and no file of Word may have
# the schema's order; Word may refuse a file that has another
_IN_PARAGRAPH = (
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "pBdr", "shd", "tabs",
    "snapToGrid", "spacing", "ind", "jc", "outlineLvl", "rPr", "sectPr",
)  # fmt: skip


def node(tag: str, *inside: BaseOxmlElement | None, **attributes: object) -> BaseOxmlElement:
    """<w:tag w:name="value">: attributes without their prefix. A child that is None is left out."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    made.extend(child for child in inside if child is not None)
    return made


def fonts(east_asian: str, latin: str) -> BaseOxmlElement:
    """Without ``eastAsia`` Word takes the theme's font for Chinese; the hint counts “”, — and ① as Chinese."""
    return node("rFonts", hint="eastAsia", ascii=latin, hAnsi=latin, eastAsia=east_asian, cs=latin)


def size(points: float) -> list[BaseOxmlElement]:
    return [node(name, val=round(2 * points)) for name in ("sz", "szCs")]


def colour_of(colour: str) -> BaseOxmlElement | None:
    return node("color", val=colour.lstrip("#")) if colour else None


def run(
    words: str, *, points: float = 0, bold: bool = False, italic: bool = False, colour: str = "", raised: bool = False
) -> BaseOxmlElement:
    """Words, with what sets them off from their paragraph's style. A newline breaks the line, a tab is a tab."""
    made = node(
        "r",
        node(
            "rPr",
            node("rFonts", hint="eastAsia"),
            *([node("b"), node("bCs")] if bold else []),
            *([node("i"), node("iCs")] if italic else []),
            colour_of(colour),
            *(size(points) if points else []),
            node("vertAlign", val="superscript") if raised else None,
        ),
    )
    made.text = _NOT_XML.sub("", words)  # python-docx makes <w:br/> and <w:tab/> of newline and tab
    return made


def field(code: str, result: str) -> list[BaseOxmlElement]:
    """A field with its result written: Word shows that, and need not ask whether to update."""
    instruction = node("instrText")
    instruction.text = f" {code} "
    instruction.set(qn("xml:space"), "preserve")
    return [
        node("r", node("fldChar", fldCharType="begin")),
        node("r", instruction),
        node("r", node("fldChar", fldCharType="separate")),
        run(result),
        node("r", node("fldChar", fldCharType="end")),
    ]


def paragraph_properties(*properties: BaseOxmlElement) -> BaseOxmlElement:
    """pPr, its children in the order of the schema."""
    place = {qn(f"w:{tag}"): at for at, tag in enumerate(_IN_PARAGRAPH)}
    return node("pPr", *sorted(properties, key=lambda each: place[each.tag]))


def paragraph(style: str, *inside: BaseOxmlElement, more: list[BaseOxmlElement] | None = None) -> BaseOxmlElement:
    """inside: runs. more: properties beyond its style's."""
    return node("p", paragraph_properties(node("pStyle", val=style), *(more or [])), *inside)


def spacing(before: float = 0, after: float = 0, line: float = 0) -> BaseOxmlElement:
    """Above, below and between lines, in pt. line 0: as high as what stands in it."""
    rule = {"line": round(line * PT), "lineRule": "exact"} if line else {"line": 240, "lineRule": "auto"}
    return node("spacing", before=round(before * PT), after=round(after * PT), **rule)


def indent(points: float, *, left: float = 0, right: float = 0, first: float = 0) -> BaseOxmlElement:
    """In characters of that size. first: more of the first line; less if below 0 (it hangs)."""
    found: dict[str, int] = {}
    for side, characters in (("left", left), ("right", right), ("firstLine" if first >= 0 else "hanging", abs(first))):
        found |= {side: round(characters * points * PT), f"{side}Chars": round(characters * 100)}
    return node("ind", **found)


def align(how: str) -> BaseOxmlElement:
    return node("jc", val=how)
