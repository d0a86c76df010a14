"""Shares: of which whole each can be, and which cannot."""

from __future__ import annotations

import operator
import re
from dataclasses import replace
from decimal import Decimal

from hotline_lib.proofread.figures import Figure
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
    fits,
    printed,
    slip,
)
from hotline_lib.proofread.wholes import Pair, Whole, Wholes

_ALL = re.compile("（|^(?:全部|总|全[省市]|本月|话务|业务|工单|受理|诉求|来电|电话|热线|有效)*(?:总?[量数])$")


class Shares:
    """The shares of a document, judged group by group."""

    def __init__(self, texts: dict[int, list[Figure]], tables: list[Table]):
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
        fitting = self.fitting.setdefault(id(pairs[0][0]), []) or [
            (w, [_fit(pair, w) for pair in pairs]) for w in wholes
        ]
        self.fitting[id(pairs[0][0])] = fitting
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
            return [
                _right(pair, known) if fits(*pair, known.value) & {"up", "even"} else self._wrong(pair, known, pairs)
                for pair in pairs
            ]
        if cut := self._cut(pairs, wholes):
            return cut
        each_own = [next((w for w, fit in fitting if fit[at] and w.rank <= 3), None) for at in range(len(pairs))]
        if best[0] and sum(best[1]) and (sum(best[1]) >= 2 or best[0].rank <= 2):
            return self._partly(pairs, best[0], each_own)
        if len(pairs) > 1 and all(each_own):
            return [_right(pair, whole) for pair, whole in zip(pairs, each_own, strict=True)]
        return self._none(pairs, near, each_own)

    def _together(self, share: Figure, last: Figure, wholes: list[Whole]) -> Verdict | None:
        """A list of counts that have their share together, behind the last of them."""
        listed = [
            each
            for each in self.wholes.counts
            if each.block is last.block and each.series == last.series and each.end <= last.end
        ]
        own = self.shared - {id(last)}
        if len(listed) < 2 or any(id(each) in own or each.scale > 1 for each in listed):
            return None
        total = replace(last, value=Decimal(sum(each.low for each in listed)))
        for whole in wholes:
            if whole.value not in listed and fits(share, total, whole.value) & {"up", "even"}:
                sums = " + ".join(each.text for each in listed)
                return Verdict(RIGHT, [share, *listed], f"({sums}) ÷ {whole.number}（{whole.why}）= {share.text}")
        near = next((each for each in wholes if each.rank < 2 and each.value not in listed), None)
        if near is None or any(fits(share, last, whole.value) for whole in wholes):
            return None
        right, sums = _should(share, total, near), " + ".join(each.text for each in listed)
        alike_print = slip(right.replace(".", "").rstrip("%"), str(share.value).replace(".", ""))
        text = f"({sums}) ÷ {near.number}（{near.why}）= {right}，印作 {share.text}"
        return Verdict(AGAINST, [share, *listed], text) if alike_print else None

    def _cut(self, pairs: list[Pair], wholes: list[Whole]) -> list[Verdict]:
        """A list that is right throughout, if what lies beyond the last digit is left off: seen in two of its shares."""
        for whole in wholes:
            found = [fits(share, count, whole.value) for share, count in pairs]
            if all("cut" in each for each in found) and sum("up" not in each for each in found) >= 2:
                return [
                    _right(pair, whole)
                    if "up" in each
                    else Verdict(
                        BASE, [pair[0]], f"{_quotient(*pair, whole)}，印作 {pair[0].text}：舍去了尾数，没有四舍五入"
                    )
                    for pair, each in zip(pairs, found, strict=True)
                ]
        return []

    def _stands_elsewhere(self, pairs: list[Pair], whole: Whole, near: Whole | None) -> list[Verdict]:
        """A list that its own announced whole does not fit, but another printed one does."""
        if len(pairs) < 2 or near is None or near.rank > 1 or whole.rank <= near.rank or near.count == whole.count:
            return []
        if any(fits(share, count, near.value) for share, count in pairs):
            return []
        if whole.rank == 3 and near.rank:
            return []
        text = f"{pairs[0][1].text} ÷ {whole.number}（{whole.why}）= {pairs[0][0].text}；所称总数却是 {near.number}"
        if slip(near.count, whole.count):
            return [Verdict(AGAINST, [near.value, *(s for s, _ in pairs)], text + f"，应为 {whole.number}")]
        return [Verdict(BASE, [share for share, _ in pairs], text)]

    def _on_sum(self, pairs: list[Pair], whole: Whole, near: Whole | None) -> list[Verdict]:
        sums = " + ".join(count.text for _, count in pairs)
        if near is None or whole.count == near.count:
            return [_right(pair, whole) for pair in pairs]
        text = f"各项占比只在分母为 {whole.number}（{sums}）时成立，不是 {near.number}（{near.why}）"
        if slip(near.count, whole.count):
            return [Verdict(AGAINST, [near.value, *(s for s, _ in pairs)], text)]
        return [Verdict(BASE, [share for share, _ in pairs], text)]

    def _wrong(self, pair: Pair, whole: Whole, pairs: list[Pair], kind: str = WRONG) -> Verdict:
        share, count = pair
        right = _should(share, count, whole)
        low, high = _common([pair for pair in pairs if not fits(*pair, whole.value)])
        other = (
            f"；印出的以 {low}{'' if low == high else f'–{high}'} 为分母"
            if low <= high and high < 10 * max(whole.count, 1)
            else ""
        )
        what = f"{count.label} {count.text} ÷ {whole.number}（{whole.why}）= {right}，印作 {share.text}{other}"
        return Verdict(kind, [share, count], what, right if kind == WRONG else "")

    def _partly(self, pairs: list[Pair], whole: Whole, own: list[Whole | None]) -> list[Verdict]:
        """Some fit the whole, some do not: those are wrong, unless they fit a nearer one each."""
        misfits = [pair for pair in pairs if not fits(*pair, whole.value) & {"up", "even"}]
        shown = sum((pair[0].value for pair in pairs), start=0 * pairs[0][0].value)
        complete = sum(count.low for _, count in pairs) == whole.count
        verdicts = []
        for pair, other in zip(pairs, own, strict=True):
            share, count = pair
            if pair not in misfits:
                verdicts.append(_right(pair, whole))
            elif other and other.rank <= 3:
                verdicts.append(_right(pair, other))
            elif (
                complete and len(misfits) == 1 and shown == 100 and len(pairs) > 2 and _off_by_one(share, count, whole)
            ):
                right = _should(share, count, whole)
                text = f"{count.label} {count.text} ÷ {whole.number} = {right}，印作 {share.text}：各项凑成 100%，照实合计不是 100%"
                verdicts.append(Verdict(FORCED, [share, count], text))
            else:
                sure = sum(1 for each in pairs if each not in misfits) >= 2 or whole.rank <= 2
                verdicts.append(self._wrong(pair, whole, misfits, WRONG if sure else AGAINST))
        return verdicts

    def _none(self, pairs: list[Pair], near: Whole | None, own: list[Whole | None]) -> list[Verdict]:
        verdicts: list[Verdict] = []
        low, high = _common(pairs)
        for pair, other in zip(pairs, own, strict=True):
            share, count = pair
            if other:
                verdicts.append(_right(pair, other))
            elif count.scale == 1 and count.low and share.basis != "（" and operator.gt(*bases(share, count)):
                text = f"{count.label} {count.text} 占 {share.text}：没有哪个整数能作分母"
                verdicts.append(Verdict(AGAINST, [share, count], text))
            elif near and len(pairs) > 1 and low <= high and share.basis != "（":
                text = f"{count.text} ÷ {near.number}（{near.why}）= {_should(share, count, near)}，印作 {share.text}；全组只合于分母 {low}{'' if low == high else f'–{high}'}"
                if any(slip(near.count, n) for n in range(low, min(high, low + 50) + 1)):
                    verdicts.append(Verdict(AGAINST, [share, count, near.value], text))
                else:
                    verdicts.append(Verdict(BASE, [share], text))
            elif near and near.rank <= 1 and share.basis != "（" and not (count.scale > 1 and near.count < count.low):
                verdicts.append(self._wrong(pair, near, [pair], AGAINST))
            else:
                verdicts.append(Verdict(ALONE, [share, count], "没有印出它的分母"))
        return verdicts


def on_another_base(verdicts: list[Verdict]) -> None:
    """Shares of several paragraphs that all miss their whole, and all fit one other: 口径."""
    missed = [v for v in verdicts if v.kind == AGAINST and len(v.figures) == 2 and v.figures[0].kind == "share"]
    for chapter in {v.figures[0].block.chapter for v in missed}:
        own = [v for v in missed if v.figures[0].block.chapter == chapter]
        low, high = _common([(v.figures[0], v.figures[1]) for v in own])
        if len(own) > 2 and low <= high:
            for verdict in own:
                verdict.kind = BASE


def _fit(pair: Pair, whole: Whole) -> bool:
    """Whether a share is rightly that of the whole."""
    return whole.value is not pair[1] and bool(fits(*pair, whole.value) & {"up", "even"})


def _right(pair: Pair, whole: Whole) -> Verdict:
    figures = [*pair, *([whole.value] if whole.rank < 5 else [])]
    return Verdict(RIGHT, figures, f"{pair[1].text} ÷ {whole.number}（{whole.why}）= {pair[0].text}")


def _should(share: Figure, count: Figure, whole: Whole) -> str:
    return printed(count.low, whole.count, share.places) if whole.count else "—"


def _quotient(share: Figure, count: Figure, whole: Whole) -> str:
    return f"{count.text} ÷ {whole.number}（{whole.why}）= {_should(share, count, whole)}"


def _off_by_one(share: Figure, count: Figure, whole: Whole) -> bool:
    unit = share.value.scaleb(0) * 0 + 1
    right = printed(count.low, whole.count, share.places).rstrip("%")
    return abs(share.value - type(share.value)(right)) == unit.scaleb(-share.places)


def _common(pairs: list[Pair]) -> tuple[int, int]:
    """The denominators that fit all of a group."""
    ranges = [bases(share, count) for share, count in pairs]
    return (max(low for low, _ in ranges), min(high for _, high in ranges)) if ranges else (1, 0)


def text_groups(figures: list[Figure]) -> list[list[Pair]]:
    """The shares of a paragraph that stand on one whole: rows of equals, parted where the named whole changes."""
    groups: list[list[Pair]] = []
    last: tuple | None = None
    for share in figures:
        if share.kind != "share" or share.of is None:
            continue
        key = (share.of.series, _ALL.sub("", share.basis), share.whole_named)
        if key != last:
            groups.append([])
        groups[-1].append((share, share.of))
        last = key
    return groups
