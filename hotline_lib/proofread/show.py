"""What was found, for a terminal, for a machine and as a page with the figures marked in place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

from hotline_lib.proofread.document import Document
from hotline_lib.proofread.figures import Figure
from hotline_lib.proofread.verdicts import AGAINST, BASE, RIGHT, STRENGTH, Verdict

_CLASS = dict(zip(STRENGTH, ("wrong", "against", "base", "forced", "alone", "right"), strict=True))

_COUNTED = {BASE: "另有口径"}  # as a sentence needs it; others are told by their kind


def counted(document: Document) -> str:
    """One line: how many figures were held against how many relations, and how many verdicts of each kind."""
    kinds = Counter(verdict.kind for verdict in document.verdicts)
    alone = len(document.figures) - document.held
    text = f"；文字可疑{len(document.remarks)}处" if document.remarks else ""
    rest = f"，其余{alone}个别处没有可核的数" if alone else ""
    found = (
        "，".join(f"{_COUNTED.get(kind, kind)}{kinds[kind]}处" for kind in STRENGTH[:4] if kinds[kind])
        or "没有发现问题"
    )
    return (
        f"{len(document.figures)}个数，{document.held}个与别处相核（{document.relations}条关系）{rest}；{found}{text}"
    )


def lines(document: Document) -> list[str]:
    """What the terminal shows: the strongest first, each with its place and its arithmetic."""
    shown = [f"{document.name}：{counted(document)}。"]
    for number, verdict in enumerate(document.findings, start=1):
        shown += [f"{number:>2}. {verdict.kind}　{verdict.place}", f"　　{verdict.text}"]
    for block, words in document.remarks:
        shown += [f"文字　{block.place}", f"　　{words}"]
    return shown


def one(verdict: Verdict) -> str:
    """A verdict in a line, with its place."""
    return f"{verdict.kind}　{verdict.place}：{verdict.text}"


def each(document: Document) -> list[str]:
    """What ``counted`` counts beside what is held: a line each, with its place."""
    return [*map(one, document.findings), *(f"文字　{block.place}：{words}" for block, words in document.remarks)]


def as_json(document: Document) -> dict:
    """Everything as plain values: the document's counts, and a row per verdict with its figures."""
    said = lambda v: {"verdict": v.kind, "place": v.place, "why": v.text, "right": v.right or None}
    told = {name: getattr(document, name) for name in ("held", "relations", "faulty")}
    rows = [
        {**said(verdict), "figures": [_figure(figure) for figure in verdict.figures]} for verdict in document.verdicts
    ]
    remarks = [{"place": block.place, "why": words, "block": block.index} for block, words in document.remarks]
    return {"document": document.name, "figures": len(document.figures), **told, "verdicts": rows, "remarks": remarks}


def _figure(figure: Figure) -> dict:
    said = {
        "printed": figure.text,
        "value": str(figure.value),
        "unit": figure.unit,
        "kind": figure.kind,
        "of": figure.label,
    }
    in_text, in_table = {"start": figure.start, "end": figure.end}, {"row": figure.row, "column": figure.column}
    return {**said, "block": figure.block.index, **(in_table if figure.row >= 0 else in_text)}


def page(document: Document, variables: str) -> str:
    """The document as one HTML page without script: figures marked in place, reasons beside them.

    variables: the look's colours as CSS custom properties.
    """
    numbers = {id(verdict): number for number, verdict in enumerate(document.findings, start=1)}
    marks: dict[int, dict[tuple[int, int], _Mark]] = {}
    for verdict in document.verdicts:  # the strongest first
        for at, figure in enumerate(verdict.figures if verdict.kind == AGAINST else verdict.figures[:1]):
            if verdict.kind != RIGHT:
                spot = (figure.row, figure.column) if figure.row >= 0 else (figure.start, figure.end)
                mark = marks.setdefault(figure.block.index, {}).setdefault(spot, _Mark(verdict.kind))
                mark.numbers += [numbers[id(verdict)]] if at == 0 and id(verdict) in numbers else []
    blocks = []
    for block in document.blocks:
        own = marks.get(block.index, {})
        text = Markup("") if block.rows else _marked(block.text, own)
        why = [(numbers[id(v)], v.kind, v.text) for v in document.findings if v.figures[0].block is block]
        remarks = [words for where, words in document.remarks if where is block]
        rows, heading = [_row(row, at, own) for at, row in enumerate(block.rows)], block.text == block.chapter != ""
        blocks.append({"text": text, "rows": rows, "why": why, "remarks": remarks, "heading": heading})
    kinds = {kind: [numbers[id(v)] for v in document.findings if v.kind == kind] for kind in STRENGTH}
    shown = {"document": document, "blocks": blocks, "counted": counted(document), "kinds": kinds, "form": _CLASS}
    return _template().render(**shown, variables=Markup(variables))


@dataclass
class _Mark:
    """How a place is marked: by the strongest that is said of it, with the numbers of all."""

    kind: str
    numbers: list[int] = field(default_factory=list)

    def on(self, text: str) -> Markup:
        link = Markup('<sup><a href="#r{0}" id="m{0}">{0}</a></sup>')
        links = Markup(" ").join(link.format(number) for number in self.numbers)
        return Markup('<mark class="{}" title="{}">{}</mark>{}').format(_CLASS[self.kind], self.kind, text, links)


def _marked(text: str, marks: dict[tuple[int, int], _Mark]) -> Markup:
    out, at = Markup(""), 0
    for (start, end), mark in sorted(marks.items(), key=lambda each: (each[0][0], -each[0][1])):
        out += escape(text[at : max(start, at)])
        out += mark.on(text[max(start, at) : max(end, at)])  # what lies within another is marked at its end
        at = max(end, at)
    return out + escape(text[at:])


def _row(row: list[str], at: int, marks: dict[tuple[int, int], _Mark]) -> list[Markup]:
    """A row's cells; what is said of no cell in particular stands at the last."""
    found = {column % len(row): mark for (line, column), mark in marks.items() if line == at}
    return [found[column].on(cell) if column in found else escape(cell) for column, cell in enumerate(row)]


@cache
def _template():
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True).get_template(
        "page.html.j2"
    )
