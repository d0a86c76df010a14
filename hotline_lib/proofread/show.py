"""What was found, for a terminal, for a machine and as a page with the figures marked in place."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

from hotline_lib.proofread.document import Document
from hotline_lib.proofread.figures import Figure
from hotline_lib.proofread.read import Block
from hotline_lib.proofread.verdicts import ALONE, RIGHT, STRENGTH, Verdict

_CLASS = dict(zip(STRENGTH, ("wrong", "against", "base", "forced", "alone", "right"), strict=True))


def counted(document: Document) -> str:
    """One line: how many figures were held against how many relations, and how many verdicts of each kind."""
    kinds = Counter(verdict.kind for verdict in document.verdicts)
    alone = sum(1 for verdict in document.by_figure.values() if verdict.kind == ALONE)
    found = "，".join(f"{kind} {kinds[kind]}" for kind in STRENGTH[:4] if kinds[kind]) or "没有发现问题"
    return f"{len(document.figures)} 个数，{document.held} 个与别处相核（{document.relations} 条关系），{alone} 个无旁证；{found}"


def lines(document: Document) -> list[str]:
    """What the terminal shows: the strongest first, each with its place and its arithmetic."""
    shown = [f"{document.name}：{counted(document)}。"]
    for verdict in document.findings:
        shown += [f"{verdict.kind}　{verdict.place}", f"　　{verdict.text}"]
    return shown


def as_json(document: Document) -> dict:
    """Everything as plain values: the document's counts, and a row per verdict with its figures."""
    return {
        "document": document.name,
        "figures": len(document.figures),
        "held": document.held,
        "relations": document.relations,
        "faulty": document.faulty,
        "verdicts": [
            {
                "verdict": verdict.kind,
                "place": verdict.place,
                "why": verdict.text,
                "right": verdict.right or None,
                "figures": [_figure(figure) for figure in verdict.figures],
            }
            for verdict in document.verdicts
        ],
    }


def _figure(figure: Figure) -> dict:
    where = (
        {"row": figure.row, "column": figure.column} if figure.row >= 0 else {"start": figure.start, "end": figure.end}
    )
    said = {
        "printed": figure.text,
        "value": str(figure.value),
        "unit": figure.unit,
        "kind": figure.kind,
        "of": figure.label,
    }
    return {**said, "block": figure.block.index, **where}


def page(document: Document, variables: str) -> str:
    """The document as one HTML page without script: figures marked in place, reasons beside them.

    variables: the look's colours as CSS custom properties.
    """
    numbers = {id(verdict): number for number, verdict in enumerate(document.findings, start=1)}
    marks: dict[int, list[tuple[Figure, Verdict]]] = {}
    for verdict in reversed(document.verdicts):
        for figure in verdict.figures[:1] if verdict.kind != RIGHT else ():
            marks.setdefault(figure.block.index, []).append((figure, verdict))
    blocks = [
        {
            "text": _marked(block, marks.get(block.index, []), numbers),
            "rows": _rows(block, marks.get(block.index, []), numbers),
            "why": [(numbers[id(v)], v.kind, _CLASS[v.kind], v.text) for v in _here(document, block)],
            "heading": block.text == block.chapter and bool(block.text),
        }
        for block in document.blocks
    ]
    return _template().render(document=document, blocks=blocks, counted=counted(document), variables=Markup(variables))


def _here(document: Document, block: Block) -> list[Verdict]:
    return [verdict for verdict in document.findings if verdict.figures[0].block is block]


def _mark(text: str, verdict: Verdict, numbers: dict[int, int]) -> Markup:
    number = numbers.get(id(verdict))
    link = Markup('<sup><a href="#r{0}" id="m{0}">{0}</a></sup>').format(number) if number else ""
    return Markup('<mark class="{}" title="{}">{}</mark>{}').format(_CLASS[verdict.kind], verdict.kind, text, link)


def _marked(block: Block, marks: list[tuple[Figure, Verdict]], numbers: dict[int, int]) -> Markup:
    strongest = {(figure.start, figure.end): verdict for figure, verdict in marks}
    out, at = Markup(""), 0
    for (start, end), verdict in sorted(strongest.items()):
        if start >= at:
            out += escape(block.text[at:start]) + _mark(block.text[start:end], verdict, numbers)
            at = end
    return out + escape(block.text[at:])


def _rows(block: Block, marks: list[tuple[Figure, Verdict]], numbers: dict[int, int]) -> list[list[Markup]]:
    cells = {(figure.row, figure.column): verdict for figure, verdict in marks}
    whole = {figure.row: verdict for figure, verdict in marks if figure.row >= 0 > figure.column}
    rows = [
        [
            _mark(cell, verdict, numbers) if cell and (verdict := cells.get((at, column))) else escape(cell)
            for column, cell in enumerate(row)
        ]
        for at, row in enumerate(block.rows)
    ]
    for at, verdict in whole.items():
        rows[at][-1] = _mark(block.rows[at][-1], verdict, numbers)
    return rows


@cache
def _template():
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True).get_template(
        "page.html.j2"
    )
