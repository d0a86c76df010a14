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
    then: dict[str, list[Figure]] = {}
    for figure in _totals(other):
        then.setdefault(figure.label, []).append(figure)
    found = []
    for count in _totals(document):
        change, bases = count.changes.get(basis), then.get(count.label, [])
        same = next((base for base in bases if count.low == base.low >= _MUCH), None)
        if same and not (change and change.value == 0):
            text = f"「{count.label}」{count.text} 与 {other.name} 所印 {same.text} 相同：疑为沿用"
            found.append(Verdict(BASE, [count], text))
        if change is None or not bases:
            continue
        base = next((base for base in bases if changed(change, count, base)), bases[0])
        ok = changed(change, count, base)
        right = change_of(count, base, change.places)
        where = f"{other.name} 印 {base.text}，({count.text} − {base.text}) ÷ {base.text} = {right}"
        if ok or len({base.low for base in bases}) == 1:  # else one name stands for two things there
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
    """Which change the other issue is the base of: 环比 if nothing is said of their months, none if they are others."""
    found = (next((m for b in d.blocks[:12] if (m := _MONTH.search(b.text))), None) for d in (document, other))
    said = [12 * int(month[1]) + int(month[2]) for month in found if month]
    if len(said) < 2:
        return "环比"
    now, then = said
    return {1: "环比", 12: "同比"}.get(now - then, "")


def _carried(verdict: Verdict, other: Document) -> Iterator[Verdict]:
    """Figures that are wrong here, or one of which is, and were printed just so in the other issue."""
    if verdict.kind in (WRONG, AGAINST, BASE):
        for figure in verdict.figures if verdict.kind == AGAINST else verdict.figures[:1]:
            key = (figure.kind, figure.label, figure.value)
            telling = figure.places and figure.label and figure.value not in (0, 100)
            if telling and any((f.kind, f.label, f.value) == key for f in other.figures):
                text = f"「{figure.label}」{figure.text} 与 {other.name} 所印相同：疑为沿用"
                yield Verdict(BASE, [figure], text)
