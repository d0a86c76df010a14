"""What a share may be of: every printed count that can be its whole, the nearest first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from hotline_lib.proofread.figures import Figure, Texts, alike, name, of_a_kind
from hotline_lib.proofread.tables import Table

Pair = tuple[Figure, Figure]  # a share and the count it is of
_NEAR = 12  # paragraphs


@dataclass
class Whole:
    """Something that a share may be of: a printed count, or a sum of printed counts."""

    value: Figure
    why: str
    rank: int  # how near: 0 named outright, 1 announces the list, 2 the item's own, 3 stands before, 4 the document's, 5 a sum

    @property
    def number(self) -> str:
        return self.value.text

    @property
    def count(self) -> int:
        return self.value.low


class Wholes:
    """All counts of a document, to find the whole of a share among them."""

    def __init__(self, texts: Texts, tables: list[Table]):
        self.counts = [each for figures in texts.values() for each in figures if each.kind == "count"]
        self.columns = [column for table in tables for column in table.of("count") if column.total]
        self._chapters: dict[str, list[Figure]] = {}
        self._named: dict[str, list[Figure]] = {}
        for each in self.counts:
            self._chapters.setdefault(each.block.chapter, []).append(each)
            self._named.setdefault(each.label, []).append(each)
        self._heads = [each for each in self.counts if each.head]
        opening = {each.block.index for each in self._heads[:1]}  # where the document's wholes are announced
        self._heads += [each for each in self.counts if each.block.index in opening and not each.head]
        self._found: dict[int, list[Whole]] = {}

    def of(self, pairs: list[Pair]) -> list[Whole]:
        """The wholes among which a group of shares may choose, each number once."""
        if (known := self._found.get(id(pairs[0][0]))) is None:
            nearest: dict[tuple[int, int], Whole] = {}
            for each in sorted(self._candidates(pairs), key=lambda whole: whole.rank):
                nearest.setdefault((each.count, each.value.high), each)
            known = list(nearest.values())
            if all(count.scale == 1 for _, count in pairs) and len(pairs) > 1:
                total = sum(count.low for _, count in pairs)
                sum_of_all = replace(pairs[0][1], text=str(total), value=Decimal(total), label="")
                known.append(Whole(sum_of_all, "所列各项之和", 5))
            self._found[id(pairs[0][0])] = known
        return known

    def _candidates(self, pairs: list[Pair]) -> Iterator[Whole]:
        share, first = pairs[0]
        block, inside = first.block, {id(count) for _, count in pairs}
        stated, item = name(re.sub("（|总?量$", "", share.basis)), name(block.item)
        fit = lambda counts: [each for each in counts if id(each) not in inside and of_a_kind([each, first])]
        here = fit(self._chapters.get(block.chapter, []))
        before = [each for each in here if _precedes(each, first)]
        ending = [each for each in before if each.head and stated and each.label.endswith(stated)]
        exact = any(alike(each.label, stated) for each in before)  # else 全省举报量 is of all that were announced
        announced = None if exact else max(ending, key=lambda each: each.low, default=None)
        if share.whole_named:
            yield Whole(share.whole_named, share.whole_named.label, 0)
        for each in reversed(before):
            named = bool(stated) and (alike(each.label, stated) or each is announced)
            near, own = each.block is block, bool(item) and alike(each.label, item)
            leads = near and each is before[-1] and re.search("其中|包括|分为", block.text[each.end : first.start])
            rank = 0 if named else 1 if (near and each.head) or leads else 2 if own else 3
            yield Whole(each, each.label or "前文总数", rank)
        for each in here:
            if not _precedes(each, first):
                if stated and alike(each.label, stated):
                    yield Whole(each, each.label, 0)
                elif item and alike(each.label, item):
                    yield Whole(each, each.label, 2)
                elif each.head and each.block is block:
                    yield Whole(each, "总数", 1)
        elsewhere = lambda counts: [each for each in fit(counts) if each.block.chapter != block.chapter]
        yield from (Whole(each, each.label, 2) for each in elsewhere(self._named.get(stated, []) if stated else []))
        yield from (Whole(each, each.label or "总量", 4) for each in elsewhere(self._heads))
        for column in self.columns:
            if column.total:
                yield Whole(column.total, "表中合计", 4)
            rows = [f for f in column.rows if f.label and f.label in block.chapter + block.item]
            yield from (Whole(each, each.label, 4) for each in rows)
        yield from (Whole(count, count.label, 3) for _, count in pairs[:-1])


def _precedes(each: Figure, first: Figure) -> bool:
    if each.block is first.block:
        return each.end <= first.start
    return 0 < first.block.index - each.block.index < _NEAR
