"""One issue against another: what was carried over, and whether its counts are the base months of this one's changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from hotline_lib.proofread.document import Document, ordered
from hotline_lib.proofread.figures import Figure
from hotline_lib.proofread.relations import change_of, changed
from hotline_lib.proofread.verdicts import AGAINST, BASE, WRONG, Verdict
from hotline_lib.proofread.web import main_column

_MUCH = 1_000  # two months have the same count of so many by chance only
_MONTH = re.compile(r"(20\d\d)\s*年\s*(\d{1,2})\s*月")


def against(document: Document, other: Document) -> Document:
    """The document with what another issue says of it: its verdicts, and more.

    other: the issue of the month before, or of the same month a year before; which one follows from their dates.
    """
    basis = _basis(document, other)
    then = {figure.label: figure for figure in _totals(other)}
    found = []
    for count in _totals(document):
        change, base = count.changes.get(basis), then.get(count.label)
        if base and count.low == base.low >= _MUCH and not (change and change.value == 0):
            text = f"「{count.label}」{count.text} 与 {other.name} 所印 {base.text} 相同：疑为沿用"
            found.append(Verdict(BASE, [count], text))
        if change is None or base is None:
            continue
        where = f"{other.name} 印 {base.text}，({count.text} − {base.text}) ÷ {base.text} = {change_of(count, base, change.places)}"
        ok = changed(change, count, base)
        text = where if ok else f"「{count.label}」{basis}印作 {change.text}；{where}"
        found.append(Verdict.of(ok, [change, count], text))
    found += [carried for verdict in document.findings for carried in _carried(verdict, other)]
    touched = {id(figure) for verdict in found for figure in verdict.figures}
    lone = lambda verdict: verdict.kind == "无旁证" and id(verdict.figures[0]) in touched
    return replace(document, verdicts=ordered([*(v for v in document.verdicts if not lone(v)), *found]))


def _totals(document: Document) -> list[Figure]:
    """What counts everything, by name: the sum's column of each table, else the wholes that are announced."""
    columns = [column for table in document.tables if (column := main_column(table))]
    cells = [figure for column in columns for figure in [*column.rows, column.total] if figure]
    heads = [f for f in document.figures if f.kind == "count" and f.head and f.row < 0 and not f.frame]
    if heads and not any(figure.label == "合计" for figure in cells):
        heads[0].label = "合计"
        cells.append(heads[0])
    return cells


def _basis(document: Document, other: Document) -> str:
    now, then = (next((m for b in d.blocks[:12] if (m := _MONTH.search(b.text))), None) for d in (document, other))
    return "同比" if now and then and now[2] == then[2] and now[1] != then[1] else "环比"


def _carried(verdict: Verdict, other: Document) -> Iterator[Verdict]:
    """Figures that are wrong here, or one of which is, and were printed just so in the other issue."""
    if verdict.kind in (WRONG, AGAINST, BASE):
        for figure in verdict.figures if verdict.kind == AGAINST else verdict.figures[:1]:
            key = (figure.kind, figure.label, figure.value)
            telling = figure.places and figure.label and figure.value not in (0, 100)
            if telling and any((f.kind, f.label, f.value) == key for f in other.figures):
                text = f"「{figure.label}」{figure.text} 与 {other.name} 所印相同：疑为沿用"
                yield Verdict(BASE, [figure], text)
