"""What is printed in several places, in lists, columns and announced wholes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from hotline_lib.proofread.figures import Figure, Texts, alike, name
from hotline_lib.proofread.tables import TOTAL, Column, Table
from hotline_lib.proofread.verdicts import AGAINST, RIGHT, Verdict, slip


@dataclass
class Series:
    """Figures of one kind, by label: a list of a sentence, or a column."""

    kind: str
    basis: str
    figures: list[Figure]

    @cached_property
    def names(self) -> set[str]:
        return {figure.label[:2] for figure in self.figures}

    @cached_property
    def by_label(self) -> dict[str, Figure]:
        """The first figure of each label."""
        return {figure.label: figure for figure in reversed(self.figures)}


def series_of(texts: Texts, tables: list[Table]) -> list[Series]:
    """Every list and column of counts, shares, changes and scores."""
    found = []
    for table in tables:
        for column in table.of("count", "share", "change", "score"):
            found.append(Series(column.kind, column.basis, column.rows))
    for figures in texts.values():
        for key in dict.fromkeys((f.series, f.kind, f.basis if f.kind == "change" else "") for f in figures):
            own = [f for f in figures if (f.series, f.kind, f.basis if f.kind == "change" else "") == key and f.label]
            if key[1] in ("count", "share", "change", "score") and own:
                found.append(Series(key[1], key[2], own))
    return found


def _same(one: Figure, other: Figure) -> bool:
    """Whether two prints can be of one value: as printed, or the rounded of the exact."""
    if one.kind in ("count", "base"):
        return one.low <= other.high and other.low <= one.high
    step = max(one.step, other.step) if one.places != other.places else 0
    return abs(one.value - other.value) <= step


def doubles(series: list[Series]) -> Iterator[Verdict]:
    """What two lists say of the same names: where most agree, the rest must."""
    for one, other in combinations(series, 2):
        if (one.kind, one.basis) != (other.kind, other.basis) or not one.names & other.names or _apart(one, other):
            continue
        alikes = [(a, other.by_label.get(a.label) or _like(a.label, other.by_label)) for a in one.figures]
        pairs = [(a, b) for a, b in alikes if b is not None and not _units_differ(a, b)]
        agreed = [(a, b) for a, b in pairs if _same(a, b)]
        telling = len({a.value for a, _ in agreed if one.kind == "score" or abs(a.value) * a.scale >= 10})
        telling = len(agreed) if one.kind == "score" else telling
        if telling < 2 or len(agreed) < 0.6 * len(pairs):
            continue
        for a, b in pairs:
            text = f"「{a.label}」{a.place} 印 {a.text}，{b.place} 印 {b.text}"
            yield Verdict.of((a, b) in agreed, [a, b], text)


def _apart(one: Series, other: Series) -> bool:
    """Lists of two different items (one may be of inquiries, one of complaints), columns of one table, or the same figures."""
    a, b = one.figures[0].block, other.figures[0].block
    same = one.figures[0] is other.figures[0] or (a is b and bool(a.rows))
    return same or bool(a.item and b.item and (a.chapter, a.item) != (b.chapter, b.item))


def _like(label: str, named: dict[str, Figure]) -> Figure | None:
    return next((figure for other, figure in named.items() if alike(label, other)), None)


def _units_differ(a: Figure, b: Figure) -> bool:
    units = a.unit and b.unit and a.unit != b.unit and "件" not in (a.unit, b.unit)
    return bool(units) or (a.frame != b.frame and a.row < 0 and b.row < 0)


def heads(texts: Texts, tables: list[Table]) -> Iterator[Verdict]:
    """Announced wholes against the same in a table: its total, or the row or column of that name."""
    sums = [main_column(table) for table in tables]
    cells = [figure for column in sums if column and column.total for figure in [*column.rows, column.total]]
    for table in tables:
        for column in table.of("count"):
            if column.total and re.search("[一-鿿]", column.head):
                cells.append(_renamed(column.total, column.head))
    said = [f for figures in texts.values() for f in figures if f.kind == "count" and f.head and not f.frame]
    for figure in said:
        same = [cell for cell in cells if (cell.label == "合计" and _total_words(figure)) or _names(figure, cell)]
        good = [cell for cell in same if _same(figure, cell)]
        near = next((cell for cell in same if _close(figure, cell)), None)
        if good:
            yield Verdict(RIGHT, [figure, good[0]], f"{figure.text} 与表中 {good[0].text} 一致")
        elif near:
            text = f"「{figure.label or '总数'}」{figure.place} 印 {figure.text}，{near.place} 印 {near.text}"
            yield Verdict(AGAINST, [figure, near], text)
        for cell in cells:
            if cell.label in ("合计", figure.label) and _same(figure, cell):
                yield from _changes_agree(figure, cell)


def main_column(table: Table) -> Column | None:
    """The column of a table that counts everything: the sum of the others, or the only one."""
    counts = [column for column in table.of("count") if column.total]
    return next((column for column in counts if TOTAL.search(column.head)), counts[0] if len(counts) == 1 else None)


def _renamed(total: Figure, head: str) -> Figure:
    other = copy(total)
    other.label = name(re.sub(r"件$|%$", "", head))
    return other


def _total_words(figure: Figure) -> bool:
    return not figure.label or re.search("受理|业务|总|有效|接", figure.label) is not None or len(figure.label) > 6


def _names(figure: Figure, cell: Figure) -> bool:
    whole = len(cell.label) >= 2 and figure.label == cell.label
    return whole or (len(cell.label) >= 4 and figure.label.endswith(cell.label))


def _close(figure: Figure, cell: Figure) -> bool:
    """Near enough to be meant for one number."""
    if figure.scale > 1 or cell.scale > 1:
        a, b = (int(each.value * 10**each.places) for each in (figure, cell))
        rounded = round(cell.low / figure.scale * 10**figure.places) if figure.scale > 1 else b
        return slip(a, rounded)
    return figure.low >= 100 and slip(figure.low, cell.low)  # of two smaller ones every fifth pair is so near


def _changes_agree(count: Figure, cell: Figure) -> Iterator[Verdict]:
    for basis in ("同比", "环比"):
        a, b = count.changes.get(basis), cell.changes.get(basis)
        if a and b:
            text = f"{basis}：{a.place} 印 {a.text}，{b.place} 印 {b.text}"
            yield Verdict.of(_same(a, b), [a, b], text)
