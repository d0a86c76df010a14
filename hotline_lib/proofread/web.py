"""What is printed in several places, and the base months that changes imply over every partition of a total."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations

from hotline_lib.proofread.figures import Figure, alike, name
from hotline_lib.proofread.read import Block
from hotline_lib.proofread.relations import months
from hotline_lib.proofread.tables import TOTAL, Column, Table
from hotline_lib.proofread.verdicts import AGAINST, BASE, RIGHT, WRONG, Verdict, printed, slip

_ROOM = Fraction(1, 10)  # of a percentage point: what may stay open of a change that counts as held
_MUCH = 20_000  # equal counts below this, or of less than half of all, may be chance


@dataclass
class Series:
    """Figures of one kind, by label: a list of a sentence, or a column."""

    kind: str
    basis: str
    figures: list[Figure]

    @cached_property
    def names(self) -> set[str]:
        return {figure.label[:2] for figure in self.figures}


def series_of(texts: dict[int, list[Figure]], tables: list[Table]) -> list[Series]:
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
        named = {figure.label: figure for figure in reversed(other.figures)}
        pairs = [(a, named.get(a.label) or _like(a.label, named)) for a in one.figures]
        pairs = [(a, b) for a, b in pairs if b is not None and not _units_differ(a, b)]
        agreed = [(a, b) for a, b in pairs if _same(a, b)]
        telling = len({a.value for a, _ in agreed if one.kind == "score" or abs(a.value) * a.scale >= 10})
        telling = len(agreed) if one.kind == "score" else telling
        if telling < 2 or len(agreed) < 0.6 * len(pairs):
            continue
        for a, b in pairs:
            where = f"{a.place} 印 {a.text}，{b.place} 印 {b.text}"
            if (a, b) in agreed:
                yield Verdict(RIGHT, [a, b], where)
            else:
                yield Verdict(AGAINST, [a, b], f"「{a.label}」{where}")


def _apart(one: Series, other: Series) -> bool:
    """Lists of two different items, or the same figures."""
    a, b = one.figures[0].block, other.figures[0].block
    return one.figures[0] is other.figures[0] or bool(a.item and b.item and a.item != b.item)


def _like(label: str, named: dict[str, Figure]) -> Figure | None:
    return next((figure for other, figure in named.items() if alike(label, other)), None)


def _units_differ(a: Figure, b: Figure) -> bool:
    return bool(a.unit and b.unit and a.unit != b.unit and "件" not in (a.unit, b.unit)) or (
        a.frame != b.frame and a.row < 0 and b.row < 0
    )


def heads(texts: dict[int, list[Figure]], tables: list[Table]) -> Iterator[Verdict]:
    """Announced wholes against the same in a table: its total, or the row or column of that name."""
    sums = [main_column(table) for table in tables]
    cells = [figure for column in sums if column for figure in [*column.rows, column.total]]
    for table in tables:
        for column in table.of("count"):
            if column.total and re.search("[一-鿿]", column.head):
                cells.append(_renamed(column.total, column.head))
    said = [
        figure
        for figures in texts.values()
        for figure in figures
        if figure.kind == "count" and figure.head and not figure.frame
    ]
    for figure in said:
        same = [cell for cell in cells if (cell.label == "合计" and _total_words(figure)) or _names(figure, cell)]
        good = [cell for cell in same if _same(figure, cell)]
        if good:
            yield Verdict(RIGHT, [figure, good[0]], f"{figure.text} 与表中 {good[0].text} 一致")
        elif near := next((cell for cell in same if _close(figure, cell)), None):
            yield Verdict(
                AGAINST,
                [figure, near],
                f"「{figure.label or '总数'}」{figure.place} 印 {figure.text}，{near.place} 印 {near.text}",
            )
    for count in said:
        for cell in cells:
            if cell.label in ("合计", count.label) and _same(count, cell):
                yield from _changes_agree(count, cell)


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
    return len(cell.label) >= 2 and (figure.label == cell.label or figure.label.endswith(cell.label))


def _close(figure: Figure, cell: Figure) -> bool:
    """Near enough to be meant for one number."""
    if figure.scale > 1 or cell.scale > 1:
        a, b = (int(each.value * 10**each.places) for each in (figure, cell))
        rounded = round(cell.low / figure.scale * 10**figure.places) if figure.scale > 1 else b
        return slip(a, rounded)
    return figure.low > 20 and slip(figure.low, cell.low)


def _changes_agree(count: Figure, cell: Figure) -> Iterator[Verdict]:
    for basis in ("同比", "环比"):
        a, b = count.changes.get(basis), cell.changes.get(basis)
        if a and b:
            text = f"{basis}：{a.place} 印 {a.text}，{b.place} 印 {b.text}"
            yield Verdict(RIGHT if _same(a, b) else AGAINST, [a, b], text)


@dataclass
class Partition:
    """Parts of one total, all with changes of one basis."""

    what: str
    basis: str
    total: Figure
    parts: list[Figure]

    def span(self) -> tuple[int, int]:
        """The least and greatest base month that the parts' changes leave."""
        ranges = [months(part, self.basis) for part in self.parts]
        return sum(low for low, _ in ranges), sum(high for _, high in ranges)


def partitions(tables: list[Table], texts: dict[int, list[Figure]]) -> list[Partition]:
    """Every list that adds up to a total and whose parts and total all have a change."""
    found = []
    for table in tables:
        for column in table.of("count"):
            if column.total and len(column.cells) > 1:
                found.append((column.total, column.rows))
    for figures in texts.values():
        counts = [f for f in figures if f.kind == "count"]
        for lead in counts:
            group = [f for f in counts if f.start > lead.end and f.series != lead.series]
            group = [f for f in group if f.series == group[0].series]
            found.append((lead, group))
    made = []
    for total, parts in found:
        for basis in ("同比", "环比"):
            adds = (
                len(parts) > 1 and sum(p.low for p in parts) <= total.high and sum(p.high for p in parts) >= total.low
            )
            if adds and all(months(each, basis) for each in [total, *parts]):
                made.append(
                    Partition(
                        "、".join(p.label for p in parts[:3]) + ("等" if len(parts) > 3 else ""), basis, total, parts
                    )
                )
    return made


def base_sums(partition: Partition, others: list[Partition], blocks: list[Block]) -> list[Verdict]:
    """Whether the parts' base months can add up to the total's; if not, which one alone would mend it."""
    low, high = partition.span()
    least, most = months(partition.total, partition.basis)
    agreeing = [each for each in others if each is not partition and _alike(each, partition) and _agrees(each)]
    for each in agreeing:  # what another partition leaves of the total narrows it
        least, most = max(least, each.span()[0]), min(most, each.span()[1])
    figures = [part.changes.get(partition.basis) for part in partition.parts]
    figures = [figure for figure in [partition.total.changes.get(partition.basis), *figures] if figure]
    what = f"{partition.what}的{partition.basis}推出上期共 {low}–{high}，合计的{partition.basis}推出 {least}–{most}"
    if none := [part for part in partition.parts if operator.gt(*months(part, partition.basis))]:
        return [_no_base(part, partition.basis) for part in none]
    if low <= most and least <= high:
        held = [figure for figure in figures if _pinned(figure, partition, least, most)]
        return [Verdict(RIGHT, held, what)] if held else []
    if _noted(partition, (least - high, most - low), blocks):
        return [Verdict(RIGHT, figures, what + "；文中说明了差额")]
    mends = [mend for part in partition.parts if (mend := _mend(part, partition, least, most))]
    only = len(mends) == 1 and agreeing
    text = what + "，相差 " + _range(least - high, most - low)
    if only:
        part, right, needed = mends[0]
        change = part.changes[partition.basis]
        own = _range(*months(part, partition.basis))
        return [
            Verdict(
                WRONG,
                [change, part],
                f"「{part.label}」{change.text} 要求上期 {own}；其余各项与合计只容 {_range(*needed)}，应为 {right}",
                right,
            )
        ]
    ways = "；".join(f"{part.label} 改为 {right}" for part, right, _ in mends[:4])
    if not agreeing and low > 0:
        ways += f"；或合计改为 {printed(partition.total.low - low, low, 2)}"
    return [Verdict(AGAINST, figures, f"{text}。{ways}，即可相合" if ways else text)]


def _no_base(part: Figure, basis: str) -> Verdict:
    change = part.changes[basis]
    return Verdict(
        AGAINST, [change, part], f"「{part.label}」{part.text} 与{basis} {change.text}：没有哪个整数能作上期的件数"
    )


def _pinned(figure: Figure, partition: Partition, least: int, most: int) -> bool:
    """Whether the others leave so little room that a slip in this change would show: a tenth of a point."""
    low, high = partition.span()
    if figure is partition.total.changes.get(partition.basis):
        low, high, count = low, high, partition.total
    else:
        count = figure.of
        own = months(count, partition.basis)
        low, high = least - (high - own[1]), most - (low - own[0])
    return low > 0 and 100 * count.low * (high - low) <= _ROOM * low * high


def _alike(one: Partition, other: Partition) -> bool:
    return (
        one.basis == other.basis
        and one.total.low == other.total.low
        and [p.label for p in one.parts] != [p.label for p in other.parts]
    )


def _agrees(partition: Partition) -> bool:
    low, high = partition.span()
    least, most = months(partition.total, partition.basis)
    return low <= most and least <= high


def _mend(part: Figure, partition: Partition, least: int, most: int) -> tuple[Figure, str, tuple[int, int]] | None:
    """(part, its change, its base months), if changing that alone would do."""
    low, high = partition.span()
    own = months(part, partition.basis)
    needed = (max(1, least - (high - own[1])), most - (low - own[0]))
    change = part.changes.get(partition.basis)
    if needed[1] < 1 or needed[1] < needed[0] or change is None:
        return None
    ends = sorted({printed(part.low - base, base, change.places) for base in needed})
    return part, ends[0] if len(ends) == 1 else "至".join(ends), needed


def _range(low: int, high: int) -> str:
    low, high = (low, high) if low <= high else (high, low)
    return str(low) if low == high else f"{low}–{high}"


def _noted(partition: Partition, gap: tuple[int, int], blocks: list[Block]) -> bool:
    """Whether the document itself says what the base month had besides: 上年同月另有472件……"""
    when = {"同比": "上年|去年", "环比": "上月|上期"}[partition.basis]
    notes = [int(m[1]) for block in blocks for m in re.finditer(rf"(?:{when})[^。；]*?另有\s*(\d+)\s*件", block.text)]
    return any(gap[0] <= note <= gap[1] for note in notes)


def twins(found: list[Partition]) -> Iterator[Verdict]:
    """Two names with one and the same large count and different changes."""
    for one, other in combinations(found, 2):
        if one.basis != other.basis or one.total.low != other.total.low:
            continue
        for a in one.parts:
            for b in other.parts:
                if (
                    a.label == b.label
                    or a.low != b.low
                    or a.low < max(_MUCH, one.total.low / 2)
                    or a.scale > 1
                    or b.scale > 1
                ):
                    continue
                (la, ha), (lb, hb) = months(a, one.basis), months(b, one.basis)
                changes = [a.changes.get(one.basis), b.changes.get(one.basis)]
                if (la <= hb and lb <= ha) or None in changes:
                    continue
                gap = max(la - hb, lb - ha)
                text = f"「{a.label}」与「{b.label}」同为 {a.text}，{one.basis}却印 {changes[0].text} 与 {changes[1].text}：上期 {_range(la, ha)} 与 {_range(lb, hb)}"
                yield Verdict(AGAINST if 100 * gap > max(ha, hb) else BASE, changes, text)


__all__ = ["base_sums", "doubles", "heads", "partitions", "series_of", "twins"]
