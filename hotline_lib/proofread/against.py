"""One issue against another: what was carried over, and whether its counts are the base months of this one's changes."""

from __future__ import annotations

import re
from dataclasses import replace

from hotline_lib.proofread.document import Document, ordered
from hotline_lib.proofread.figures import Figure
from hotline_lib.proofread.relations import change_of, changed
from hotline_lib.proofread.verdicts import AGAINST, BASE, RIGHT, WRONG, Verdict
from hotline_lib.proofread.web import main_column

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
        if change is None or base is None:
            continue
        where = f"{other.name} 印 {base.text}，({count.text} − {base.text}) ÷ {base.text} = {change_of(count, base, change.places)}"
        if changed(change, count, base):
            found.append(Verdict(RIGHT, [change, count], where))
        else:
            found.append(Verdict(AGAINST, [change, count], f"「{count.label}」{basis}印作 {change.text}；{where}"))
    found += [carried for verdict in document.findings if (carried := _carried(verdict, other))]
    touched = {id(figure) for verdict in found for figure in verdict.figures}
    lone = lambda verdict: verdict.kind == "无旁证" and id(verdict.figures[0]) in touched
    return replace(document, verdicts=ordered([*(v for v in document.verdicts if not lone(v)), *found]))


def _totals(document: Document) -> list[Figure]:
    """What counts everything, by name: the sum's column of each table, else the wholes that are announced."""
    columns = [column for table in document.tables if (column := main_column(table))]
    cells = [figure for column in columns for figure in [*column.rows, column.total] if figure]
    heads = [
        figure
        for figure in document.figures
        if figure.kind == "count" and figure.head and figure.row < 0 and not figure.frame
    ]
    if heads and not any(figure.label == "合计" for figure in cells):
        heads[0].label = "合计"
        cells.append(heads[0])
    return cells


def _basis(document: Document, other: Document) -> str:
    now, then = (next((m for b in d.blocks[:12] if (m := _MONTH.search(b.text))), None) for d in (document, other))
    return "同比" if now and then and now[2] == then[2] and now[1] != then[1] else "环比"


def _carried(verdict: Verdict, other: Document) -> Verdict | None:
    """A figure that is wrong here and was printed just so in the other issue."""
    figure = verdict.figures[0]
    if verdict.kind not in (WRONG, AGAINST, BASE) or not figure.places or not figure.label:
        return None
    same = [f for f in other.figures if (f.kind, f.label, f.value) == (figure.kind, figure.label, figure.value)]
    return (
        Verdict(BASE, [figure], f"「{figure.label}」{figure.text} 与 {other.name} 所印相同：疑为沿用") if same else None
    )
