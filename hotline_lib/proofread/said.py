"""What sentences say beside their figures: a rate of two counts, the base of a change, and that all was in time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hotline_lib.proofread.figures import Figure, mark
from hotline_lib.proofread.read import Block
from hotline_lib.proofread.relations import change_of, changed
from hotline_lib.proofread.tables import Table
from hotline_lib.proofread.verdicts import AGAINST, BASE, RIGHT, Verdict, base_months, fits, possible, printed

_ALL_IN_TIME = re.compile(
    r"(?:均|全部|都|悉数|一律|100%)[^，。；、]{0,12}?(?:规定(?:的)?(?:时间|时限|期限)|按时|按期|时限内|限时)[^，。；、]{0,10}?(?:办结|解决|办理|完成|处理)"
)


def claims(blocks: list[Block], tables: list[Table], figures: list[Figure]) -> Iterator[Verdict]:
    """A sentence that all was done in time, against a printed rate below 100 %, and against spot checks below 100 %."""
    rates = [
        f
        for table in tables
        for c in table.of("rate")
        for f in c.rows
        if re.search("限时办结率|按时办结率|时限办结率", c.head) and not re.search("非投诉", c.head)
    ]
    rates += [
        f
        for f in figures
        if f.kind == "rate" and re.search("限时办结率|按时办结率", f.block.text[max(0, f.start - 12) : f.start])
    ]
    found = [
        f for table in tables for c in table.of("rate") for f in c.rows if re.search("抽[检查].*(?:办结|解决)", c.head)
    ]
    short = [figure for figure in rates if figure.value < 100]
    bad = [figure for figure in found if figure.value < 100]
    for block in blocks:
        for match in _ALL_IN_TIME.finditer(block.text):
            sentence = block.text[max(block.text.rfind(end, 0, match.start()) for end in "。；") + 1 : match.start()]
            if re.search(r"除[^，。]*(?:外|以外)|未|要求|确保|力争|应|必须", sentence + match[0]) or not (
                rates or found
            ):
                continue
            words = mark(block, match.start(), match.end())
            if short or bad:
                which = "；".join(
                    f"{f.label} {f.text}（{what}）"
                    for what, some in (("限时办结率", short), ("抽检", bad))
                    for f in some[:6]
                )
                yield Verdict(AGAINST, [words, *short, *bad], f"「{match[0]}」：{which}")
            else:
                yield Verdict(RIGHT, [words], "各限时办结率都是 100%")


def rates(figures: list[Figure]) -> Iterator[Verdict]:
    """办结392件，办结率98.0%: a rate named like a count, over one of the counts before it in the sentence."""
    found = [triple for rate in figures if rate.kind == "rate" and rate.row < 0 and (triple := _rate(rate, figures))]
    sure = {id(rate.block) for rate, part, wholes in found if any(fits(rate, part, whole) for whole in wholes)}
    for rate, part, wholes in found:
        if fitting := next((whole for whole in reversed(wholes) if fits(rate, part, whole)), None):
            yield Verdict(RIGHT, [rate, part, fitting], f"{part.text} ÷ {fitting.text} = {rate.text}")
        elif len(wholes) == 1 or id(rate.block) in sure:
            right = printed(part.low, wholes[-1].low, rate.places)
            yield Verdict(
                AGAINST, [rate, part, wholes[-1]], f"{part.text} ÷ {wholes[-1].text} = {right}，印作 {rate.text}"
            )


def samples(figures: list[Figure]) -> Iterator[Verdict]:
    """抽查28件，满意率93.0%: a rate of so many things, none of whose numbers gives it."""
    for at, rate in enumerate(figures):
        of = figures[at - 1] if at else None
        if (
            rate.kind != "rate"
            or rate.row >= 0
            or of is None
            or of.block is not rate.block
            or of.kind != "count"
            or not of.whole
        ):
            continue
        between = of.block.text[of.end : rate.start]
        its_own = rate.label.removesuffix("率") == of.label
        drawn = not its_own and re.search(r"回访|抽[查检样]|拨测|调查", of.label + "".join(of.frame))
        if (
            drawn
            and not re.search(r"[。；]", between)
            and 0 < of.low < 10_000
            and of.scale == 1
            and not possible(rate.value, of.low, 100)
        ):
            text = f"{of.text}中没有哪个件数是 {rate.text}：分母不是 {of.low}"
            yield Verdict(BASE, [rate, of], text)


def _rate(rate: Figure, figures: list[Figure]) -> tuple[Figure, Figure, list[Figure]] | None:
    """(rate, what is good, what it may be over); None where no count is named like the rate."""
    counts = [f for f in figures if f.kind == "count" and f.block is rate.block and f.end <= rate.start and f.whole]
    counts = [f for f in counts if "。" not in rate.block.text[f.end : rate.start]]
    part = next(
        (f for f in reversed(counts) if rate.label.endswith("率") and f.label == rate.label.removesuffix("率")), None
    )
    wholes = [f for f in counts if part and f.unit == part.unit and f.end < part.start and f.low > 0]
    return (rate, part, wholes) if part and wholes else None


def stated_bases(figures: list[Figure]) -> Iterator[Verdict]:
    """A change printed beside the base month that it is over, in one sentence."""
    for count in figures:
        for basis in ("同比", "环比"):
            change, base, moved = (count.changes.get(basis + tail) for tail in ("", "基数", "差"))
            if change and base and change.row < 0:
                if changed(change, count, base):
                    yield Verdict(
                        RIGHT, [change, count, base], f"({count.text} − {base.text}) ÷ {base.text} = {change.text}"
                    )
                else:
                    right = change_of(count, base, change.places)
                    yield Verdict(
                        AGAINST,
                        [change, count, base],
                        f"({count.text} − {base.text}) ÷ {base.text} = {right}，印作 {change.text}",
                    )
            if moved and base and count.row < 0:
                ok = count.low - base.high <= moved.high and count.high - base.low >= moved.low
                text = f"{count.text} − {base.text} = {count.low - base.low}，印作 {moved.value}"
                yield Verdict(RIGHT if ok else AGAINST, [moved, count, base], text)
            elif moved and change and count.row < 0:
                low, high = base_months(count, change)
                least, most = count.low - moved.high, count.high - moved.low
                ok = low <= most and least <= high
                yield Verdict(
                    RIGHT if ok else AGAINST,
                    [change, moved, count],
                    f"{count.text} 增减 {moved.value}，{change.text} 要求上期 {low}–{high}",
                )
