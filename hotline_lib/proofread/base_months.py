"""The base months that printed changes imply, over every partition of a total."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product

from hotline_lib.proofread.figures import Figure, Texts
from hotline_lib.proofread.read import Block
from hotline_lib.proofread.relations import months
from hotline_lib.proofread.tables import Table
from hotline_lib.proofread.verdicts import AGAINST, BASE, RIGHT, WRONG, Verdict, between, printed

_ROOM = Fraction(1, 10)  # of a percentage point: what may stay open of a change that counts as held
_MUCH = 20_000  # equal counts below this, or of less than half of all, may be chance


@dataclass
class Partition:
    """Parts of one total, all with changes of one basis."""

    what: str
    basis: str
    total: Figure
    parts: list[Figure]

    def span(self) -> tuple[int, int]:
        """The least and greatest base month that the parts' changes leave."""
        ranges = [_months(part, self.basis) for part in self.parts]
        return sum(low for low, _ in ranges), sum(high for _, high in ranges)


def partitions(tables: list[Table], texts: Texts) -> list[Partition]:
    """Every list that adds up to a total and whose parts and total all have a change."""
    columns = [column for table in tables for column in table.of("count") if len(column.cells) > 1]
    found = [(column.total, column.rows) for column in columns if column.total]
    for figures in texts.values():
        counts = [f for f in figures if f.kind == "count"]
        for lead in counts:
            group = [f for f in counts if f.start > lead.end and f.series != lead.series]
            found.append((lead, [f for f in group if f.series == group[0].series]))
    made = []
    for total, parts in found:
        low, high = sum(part.low for part in parts), sum(part.high for part in parts)
        what = "、".join(part.label for part in parts[:3]) + ("等" if len(parts) > 3 else "")
        for basis in ("同比", "环比"):
            adds = len(parts) > 1 and low <= total.high and high >= total.low
            if adds and all(months(each, basis) for each in [total, *parts]):
                made.append(Partition(what, basis, total, parts))
    return made


def base_sums(partition: Partition, others: list[Partition], blocks: list[Block]) -> list[Verdict]:
    """Whether the parts' base months can add up to the total's; if not, which one alone would mend it."""
    low, high = partition.span()
    least, most = _months(partition.total, partition.basis)
    agreeing = [each for each in others if each is not partition and _alike(each, partition) and _agrees(each)]
    for each in agreeing:  # what another partition leaves of the total narrows it
        least, most = max(least, each.span()[0]), min(most, each.span()[1])
    changed = [part for part in (partition.total, *partition.parts) if partition.basis in part.changes]
    figures = [part.changes[partition.basis] for part in changed]
    what = f"{partition.what}的{partition.basis}推出上期共 {low}–{high}，合计的{partition.basis}推出 {least}–{most}"
    if none := [part for part in partition.parts if operator.gt(*_months(part, partition.basis))]:
        return [_no_base(part, partition.basis) for part in none]
    if low <= most and least <= high:
        held = [part.changes[partition.basis] for part in changed if _pinned(part, partition, least, most)]
        return [Verdict(RIGHT, held, what)] if held else []
    if _noted(partition, (least - high, most - low), blocks):
        return [Verdict(RIGHT, figures, what + "；文中说明了差额")]
    mends = [mend for part in partition.parts if (mend := _mend(part, partition, least, most))]
    text = what + "，相差 " + between(least - high, most - low)
    if len(mends) == 1 and agreeing:
        part, right, needed = mends[0]
        change, own = part.changes[partition.basis], between(*_months(part, partition.basis))
        text = f"「{part.label}」{change.text} 要求上期 {own}；其余各项与合计只容 {between(*needed)}，应为 {right}"
        return [Verdict(WRONG, [change, part], text, right)]
    ways = "；".join(f"{part.label} 改为 {right}" for part, right, _ in mends[:4])
    if not agreeing and low > 0:
        ways += f"；或合计改为 {printed(partition.total.low - low, low, 2)}"
    return [Verdict(AGAINST, figures, f"{text}。{ways}，即可相合" if ways else text)]


def _no_base(part: Figure, basis: str) -> Verdict:
    change = part.changes[basis]
    text = f"「{part.label}」{part.text} 与{basis} {change.text}：没有哪个整数能作上期的件数"
    return Verdict(AGAINST, [change, part], text)


def _months(count: Figure, basis: str) -> tuple[int, int]:
    """``months`` of what a partition holds: all of it has a change."""
    found = months(count, basis)
    assert found is not None
    return found


def _pinned(count: Figure, partition: Partition, least: int, most: int) -> bool:
    """Whether the others leave so little room that a slip in this count's change would show: a tenth of a point."""
    low, high = partition.span()
    if count is not partition.total:
        own = _months(count, partition.basis)
        low, high = least - (high - own[1]), most - (low - own[0])
    return low > 0 and 100 * count.low * (high - low) <= _ROOM * low * high


def _alike(one: Partition, other: Partition) -> bool:
    same = one.basis == other.basis and one.total.low == other.total.low
    return same and [part.label for part in one.parts] != [part.label for part in other.parts]


def _agrees(partition: Partition) -> bool:
    low, high = partition.span()
    least, most = _months(partition.total, partition.basis)
    return low <= most and least <= high


def _mend(part: Figure, partition: Partition, least: int, most: int) -> tuple[Figure, str, tuple[int, int]] | None:
    """(part, its change, its base months), if changing that alone would do."""
    low, high = partition.span()
    own = _months(part, partition.basis)
    needed = (max(1, least - (high - own[1])), most - (low - own[0]))
    change = part.changes.get(partition.basis)
    if needed[1] < 1 or needed[1] < needed[0] or change is None:
        return None
    ends = sorted({printed(part.low - base, base, change.places) for base in needed})
    return part, ends[0] if len(ends) == 1 else "至".join(ends), needed


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
        least = max(_MUCH, one.total.low / 2)
        for a, b in product(one.parts, other.parts):
            if a.label == b.label or a.low != b.low or a.low < least or a.scale > 1 or b.scale > 1:
                continue
            (la, ha), (lb, hb) = _months(a, one.basis), _months(b, one.basis)
            changes = [each.changes[one.basis] for each in (a, b) if one.basis in each.changes]
            if (la <= hb and lb <= ha) or len(changes) < 2:
                continue
            said = f"「{a.label}」与「{b.label}」同为 {a.text}，{one.basis}却印 {changes[0].text} 与 {changes[1].text}"
            much = 100 * max(la - hb, lb - ha) > max(ha, hb)
            yield Verdict(AGAINST if much else BASE, changes, f"{said}：上期 {between(la, ha)} 与 {between(lb, hb)}")
