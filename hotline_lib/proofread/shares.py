"""Shares: of which whole each can be, and which cannot."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from hotline_lib.proofread.figures import Figure, Texts
from hotline_lib.proofread.tables import Table
from hotline_lib.proofread.verdicts import (
    AGAINST,
    ALONE,
    BASE,
    FORCED,
    RIGHT,
    WRONG,
    Verdict,
    bases,
    between,
    fits,
    printed,
    slip,
)
from hotline_lib.proofread.wholes import Pair, Whole, Wholes

_ALL = re.compile(
    "（|^(?:全部|总|全[省市]|本月|话务|业务|工单|受理|诉求|来电|电话|热线|有效|问题|案卷|案件|信件)*(?:总?[量数])$"
)


class Shares:
    """The shares of a document, judged group by group."""

    def __init__(self, texts: Texts, tables: list[Table]):
        self.wholes = Wholes(texts, tables)
        self.shared = {id(f.of) for figures in texts.values() for f in figures if f.kind == "share" and f.of}
        self.known: dict[tuple[str, str], Whole] = {}  # what the shares of an item are of, once a group proved it
        self.fitting: dict[int, list[tuple[Whole, list[bool]]]] = {}

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """The verdicts on a group of shares that stand on one whole."""
        pairs = [(share, count) for share, count in pairs if count.low >= 0]
        if not pairs:
            return []
        block, wholes = pairs[0][1].block, self.wholes.of(pairs)
        if len(pairs) == 1 and (together := self._together(*pairs[0], wholes)):
            return [together]
        key = (block.chapter, block.item or str(block.index))
        if (fitting := self.fitting.get(id(pairs[0][0]))) is None:
            fitting = self.fitting[id(pairs[0][0])] = [(each, [_fit(pair, each) for pair in pairs]) for each in wholes]
        best: tuple[Whole | None, list[bool]]
        best = max(fitting, key=lambda each: (sum(each[1]), -each[0].rank), default=(None, []))
        known = self.known.get(key)
        own = [count for _, count in pairs]
        large = [each for each in wholes if each.value not in own and each.count >= max(count.low for count in own)]
        named = next(iter(large if pairs[0][0].basis.strip("（") else ()), None)
        near = next((whole for whole in large if whole.rank <= 2), named)
        if best[0] and all(best[1]):
            whole = best[0]
            if whole.rank < 5 or not (known or near):
                if known is None and whole.rank <= 2 and len(pairs) > 1:
                    self.known[key] = whole
                return self._stands_elsewhere(pairs, whole, near) or [_right(pair, whole) for pair in pairs]
            if not known:
                return self._on_sum(pairs, whole, near)
        if known:
            return [_right(pair, known) if _fit(pair, known) else self._wrong(pair, known, pairs) for pair in pairs]
        if cut := self._cut(pairs, wholes):
            return cut
        each_own = [next((w for w, fit in fitting if fit[at] and w.rank <= 3), None) for at in range(len(pairs))]
        if best[0] and sum(best[1]) and (sum(best[1]) >= 2 or best[0].rank <= 2):
            return self._partly(pairs, best[0], each_own)
        if len(pairs) > 1 and all(each_own):
            return [_right(pair, whole) for pair, whole in zip(pairs, each_own, strict=True) if whole]
        return self._none(pairs, near, each_own)

    def _together(self, share: Figure, last: Figure, wholes: list[Whole]) -> Verdict | None:
        """A list of counts that have their share together, behind the last of them."""
        here = [each for each in self.wholes.counts if each.block is last.block and each.end <= last.end]
        listed = [each for each in here if each.series == last.series]
        if len(listed) < 2 or any(id(each) in self.shared - {id(last)} or each.scale > 1 for each in listed):
            return None
        sums = " + ".join(each.text for each in listed)
        total = replace(last, value=Decimal(sum(each.low for each in listed)), text=f"({sums})")
        others = [whole for whole in wholes if whole.value not in listed]
        if right := next((whole for whole in others if _fit((share, total), whole)), None):
            return Verdict(RIGHT, [share, *listed], _quotient(share, total, right))
        near = next((whole for whole in others if whole.rank < 2), None)
        if near is None or any(fits(share, last, whole.value) for whole in wholes):
            return None
        should = printed(total.low, near.count, share.places)
        slipped = slip(should.replace(".", "").rstrip("%"), str(share.value).replace(".", ""))
        return Verdict(AGAINST, [share, *listed], _quotient(share, total, near)) if slipped else None

    def _cut(self, pairs: list[Pair], wholes: list[Whole]) -> list[Verdict]:
        """A list that is right throughout, if what lies beyond the last digit is left off: seen in two of its shares."""
        for whole in wholes:
            found = [fits(share, count, whole.value) for share, count in pairs]
            if all("cut" in each for each in found) and sum("up" not in each for each in found) >= 2:
                text = [f"{_quotient(*pair, whole)}：舍去了尾数，没有四舍五入" for pair in pairs]
                return [
                    _right(pair, whole) if "up" in each else Verdict(BASE, [pair[0]], why)
                    for pair, each, why in zip(pairs, found, text, strict=True)
                ]
        return []

    def _stands_elsewhere(self, pairs: list[Pair], whole: Whole, near: Whole | None) -> list[Verdict]:
        """A list that its own announced whole does not fit, but another printed one does."""
        if len(pairs) < 2 or near is None or near.rank > 1 or whole.rank <= near.rank or near.count == whole.count:
            return []
        if any(fits(share, count, near.value) for share, count in pairs) or (whole.rank == 3 and near.rank):
            return []
        share, count = pairs[0]
        text = f"{count.text} ÷ {whole.number}（{whole.why}）= {share.text}；所称总数却是 {near.number}"
        return self._right_on(whole, near, pairs, text)

    def _on_sum(self, pairs: list[Pair], whole: Whole, near: Whole | None) -> list[Verdict]:
        if near is None or whole.count == near.count:
            return [_right(pair, whole) for pair in pairs]
        sums = " + ".join(count.text for _, count in pairs)
        text = f"各项占比只在分母为 {whole.number}（{sums}）时成立，不是 {near.number}（{near.why}）"
        return self._right_on(whole, near, pairs, text)

    def _right_on(self, whole: Whole, near: Whole, pairs: list[Pair], text: str) -> list[Verdict]:
        """A group that is right on another whole than its own: a slip in that, or another base."""
        shares = [share for share, _ in pairs]
        if slip(near.count, whole.count):
            return [Verdict(AGAINST, [near.value, *shares], f"{text}，应为 {whole.number}")]
        return [Verdict(BASE, shares, text)]

    def _wrong(self, pair: Pair, whole: Whole, pairs: list[Pair], kind: str = WRONG) -> Verdict:
        low, high = _common([pair for pair in pairs if not fits(*pair, whole.value)])
        other = f"；印出的以 {between(low, high)} 为分母" if low <= high < 10 * max(whole.count, 1) else ""
        right = printed(pair[1].low, whole.count, pair[0].places)
        return Verdict(
            kind, [*pair], f"{pair[1].label} {_quotient(*pair, whole)}{other}", right if kind == WRONG else ""
        )

    def _partly(self, pairs: list[Pair], whole: Whole, own: list[Whole | None]) -> list[Verdict]:
        """Some fit the whole, some do not: those are wrong, unless they fit a nearer one each."""
        misfits = [pair for pair in pairs if not _fit(pair, whole)]
        full = sum(share.value for share, _ in pairs) == 100 and sum(count.low for _, count in pairs) == whole.count
        forced = full and len(misfits) == 1 and len(pairs) > 2 and _off_by_one(*misfits[0], whole)
        kind = WRONG if len(pairs) - len(misfits) >= 2 or whole.rank <= 2 else AGAINST
        verdicts = []
        for pair, other in zip(pairs, own, strict=True):
            if pair not in misfits:
                verdicts.append(_right(pair, whole))
            elif other:
                verdicts.append(_right(pair, other))
            elif forced:
                text = f"{pair[1].label} {_quotient(*pair, whole)}：各项凑成 100%，照实合计不是 100%"
                verdicts.append(Verdict(FORCED, [*pair], text))
            else:
                verdicts.append(self._wrong(pair, whole, misfits, kind))
        return verdicts

    def _none(self, pairs: list[Pair], near: Whole | None, own: list[Whole | None]) -> list[Verdict]:
        low, high = _common(pairs)
        return [
            _right(pair, other) if other else self._alone(pair, near, (low, high) if len(pairs) > 1 else (1, 0))
            for pair, other in zip(pairs, own, strict=True)
        ]

    def _alone(self, pair: Pair, near: Whole | None, common: tuple[int, int]) -> Verdict:
        """A share that no printed whole fits. common: the denominators that fit all of its group."""
        (share, count), (low, high) = pair, common
        if share.basis != "（":
            if count.scale == 1 and count.low and operator.gt(*bases(share, count)):
                return Verdict(AGAINST, [*pair], f"{count.label} {count.text} 占 {share.text}：没有哪个整数能作分母")
            if near and low <= high:
                text = f"{_quotient(*pair, near)}；全组只合于分母 {between(low, high)}"
                if any(slip(near.count, n) for n in range(low, min(high, low + 50) + 1)):
                    return Verdict(AGAINST, [*pair, near.value], text)
                return Verdict(BASE, [share], text)
            if near and near.rank <= 1 and (count.scale == 1 or near.count >= count.low):
                return self._wrong(pair, near, [pair], AGAINST)
        return Verdict(ALONE, [*pair], "没有印出它的分母")


def outliers(verdicts: list[Verdict]) -> Iterator[Verdict]:
    """Of paragraphs that each begin with a count and its share, those whose share is not of the whole that all others have."""
    opening = lambda share, count: share.block is count.block and "。" not in count.block.text[: share.start]
    lone = [v.figures for v in verdicts if v.kind == ALONE and len(v.figures) == 2 and opening(*v.figures)]
    right = [v.figures for v in verdicts if v.kind == RIGHT and len(v.figures) == 3 and opening(*v.figures[:2])]
    for share, count in lone:
        alike = lambda other, key=(share.block.chapter, share.basis): (other.block.chapter, other.basis) == key
        wholes = {id(whole): whole for other, _, whole in right if alike(other)}
        blocks = {other.block.index for other, *_ in right if alike(other)} - {share.block.index}
        if len(wholes) == 1 and len(blocks) > 1 and share.basis != "（":
            whole = Whole(next(iter(wholes.values())), "同章各项的分母", 4)
            yield Verdict(AGAINST, [share, count], f"{count.label} {_quotient(share, count, whole)}")


def _fit(pair: Pair, whole: Whole) -> bool:
    """Whether a share is rightly that of the whole."""
    return whole.value is not pair[1] and bool(fits(*pair, whole.value) & {"up", "even"})


def _right(pair: Pair, whole: Whole) -> Verdict:
    figures = [*pair, *([whole.value] if whole.rank < 5 else [])]
    return Verdict(RIGHT, figures, f"{pair[1].text} ÷ {whole.number}（{whole.why}）= {pair[0].text}")


def _quotient(share: Figure, count: Figure, whole: Whole) -> str:
    right = printed(count.low, whole.count, share.places)
    return f"{count.text} ÷ {whole.number}（{whole.why}）= {right}，印作 {share.text}"


def _off_by_one(share: Figure, count: Figure, whole: Whole) -> bool:
    right = Decimal(printed(count.low, whole.count, share.places).rstrip("%"))
    return abs(share.value - right) == Decimal(1).scaleb(-share.places)


def _common(pairs: list[Pair]) -> tuple[int, int]:
    """The denominators that fit all of a group."""
    ranges = [bases(share, count) for share, count in pairs]
    return (max(low for low, _ in ranges), min(high for _, high in ranges)) if ranges else (1, 0)


def text_groups(texts: Texts) -> list[list[Pair]]:
    """The shares that stand on one whole: rows of equals of a paragraph, parted where the named whole changes.

    Single ones of several paragraphs of a chapter that name one whole (占投诉总量的) stand together.
    """
    groups: dict[tuple, list[Pair]] = {}
    for share in (figure for figures in texts.values() for figure in figures):
        if share.kind == "share" and share.of:
            key = (share.block.index, share.of.series, _ALL.sub("", share.basis), share.whole_named)
            groups.setdefault(key, []).append((share, share.of))
    together: dict[tuple, list[Pair]] = {}
    for key, group in groups.items():
        share = group[0][0]
        named = len(group) == 1 and share.basis.strip("（") and not share.whole_named
        together.setdefault((share.block.chapter, share.basis) if named else key, []).extend(group)
    return list(together.values())
