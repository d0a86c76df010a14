"""What sentences say beside their figures: a rate of two counts, the base of a change, and that all was in time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from hotline_lib.exact import half_up
from hotline_lib.proofread.figures import Figure, mark, name, of_a_kind
from hotline_lib.proofread.numbers import NUMERAL, numeral
from hotline_lib.proofread.read import Block
from hotline_lib.proofread.relations import change_of, changed
from hotline_lib.proofread.tables import Table
from hotline_lib.proofread.verdicts import (
    AGAINST,
    BASE,
    RIGHT,
    Verdict,
    base_months,
    fits,
    possible,
    printed,
    roundings,
    share_range,
    slip,
)

_SMALL = 10_000  # of fewer things not every percentage of two decimals is possible
_PERIODS = {
    "周": [7], "季度": [90, 91, 92], "上半年": [181, 182], "下半年": [184], "全年|年度": [365, 366],
}  # fmt: skip
_ALL_IN_TIME = re.compile(
    r"(?:均|全部|都|悉数|一律|100%)[^，。；、]{0,12}?(?:规定(?:的)?(?:时间|时限|期限)|按时|按期|时限内|限时)[^，。；、]{0,10}?(?:办结|解决|办理|完成|处理)"
)


def claims(blocks: list[Block], tables: list[Table], figures: list[Figure]) -> Iterator[Verdict]:
    """A sentence that all was done in time, against a printed rate below 100 %, and against spot checks below 100 %."""
    cells = [(f, column.head) for table in tables for column in table.of("rate") for f in column.rows]
    said = [(f, f.block.text[max(0, f.start - 12) : f.start]) for f in figures if f.kind == "rate" and f.row < 0]
    in_time = [
        f for f, what in [*cells, *said] if re.search("[限按]时(?:限)?办结率|时限办结率", what) and "非投诉" not in what
    ]
    found = [f for f, head in cells if re.search("抽[检查].*(?:办结|解决)", head)]
    short, bad = ([f for f in some if f.value < 100] for some in (in_time, found))
    for block in blocks if in_time or found else ():
        for match in _ALL_IN_TIME.finditer(block.text):
            start = 1 + max(block.text.rfind(end, 0, match.start()) for end in "。；")
            if re.search(r"除[^，。]*(?:外|以外)|未|要求|确保|力争|应|必须", block.text[start : match.end()]):
                continue
            named = (("限时办结率", short), ("抽检", bad))
            which = "；".join(f"{f.label} {f.text}（{what}）" for what, some in named for f in some[:6])
            words = mark(block, match.start(), match.end())
            yield Verdict.of(not which, [words, *short, *bad], f"「{match[0]}」：{which or '各限时办结率都是 100%'}")


def rates(figures: list[Figure]) -> Iterator[Verdict]:
    """办结392件，办结率98.0%: a rate named like a count, over one of the counts before it in the sentence."""
    found = [triple for rate in figures if rate.kind == "rate" and rate.row < 0 and (triple := _rate(rate, figures))]
    sure = {id(rate.block) for rate, part, wholes in found if any(fits(rate, part, whole) for whole in wholes)}
    for rate, part, wholes in found:
        if fitting := next((whole for whole in reversed(wholes) if fits(rate, part, whole)), None):
            yield Verdict(RIGHT, [rate, part, fitting], f"{part.text} ÷ {fitting.text} = {rate.text}")
        elif _its_own(rate, part, wholes[-1]) and (len({f.low for f in wholes}) == 1 or id(rate.block) in sure):
            right = printed(part.low, wholes[-1].low, rate.places)
            text = f"{part.text} ÷ {wholes[-1].text} = {right}，印作 {rate.text}"
            yield Verdict(AGAINST, [rate, part, wholes[-1]], text)


def _its_own(rate: Figure, part: Figure, whole: Figure) -> bool:
    """Whether a rate can only be of that count: 办结率 of 实际办结, 投诉解决率 of 解决 out of 投诉."""
    good, core = _good(part), rate.label.removesuffix("率")
    more = core.removesuffix(good)
    return core.endswith(good) and (more in whole.label or more in ("综合", "总体", "平均", "累计"))


def points(figures: list[Figure]) -> Iterator[Verdict]:
    """98.78%，比上半年的98.12%高0.66个百分点: the difference of the two percentages before it in the sentence."""
    for at, moved in enumerate(figures):
        if moved.kind != "points" or moved.about:
            continue
        before = [f for f in figures[:at] if f.block is moved.block and f.kind in ("rate", "share", "change")][-2:]
        if len(before) < 2:
            continue
        text = moved.block.text
        between, then = text[before[0].end : before[1].start], text[before[1].end : moved.start]
        compared = re.search(r"[比较从由]|[升降高低增减][至到]", between) and re.search("[升降高低增减多少差]", then)
        if re.search("[。；]", between + then) or not compared or len(then) > 12:
            continue
        gap = abs(before[0].value - before[1].value)
        line = f"{before[0].text} 与 {before[1].text} 相差 {gap}，印作 {moved.text}"
        ok = abs(gap - abs(moved.value)) <= sum(f.step for f in before) + moved.step
        yield Verdict.of(ok, [moved, *before], line)


def ratios(figures: list[Figure]) -> Iterator[Verdict]:
    """咨询是投诉的2.3倍: two counts of the document by their names."""
    counts = {f.label: f for f in reversed(figures) if f.kind == "count" and f.whole and f.label and f.low > 0}
    for times in figures:
        lead = re.split("[，。；]", times.block.text[: times.start])[-1] if times.kind == "ratio" else ""
        said = re.search(r"^(.*?)(?:数?量)?(?:约?[是为达]|相当于)(.*?)(?:数?量)?的$", lead)
        one, other = (counts.get(name(said[at])) for at in (1, 2)) if said else (None, None)
        if one and other and one is not other and (exactly := share_range(one, other)):
            exact = f"{one.text} ÷ {other.text} = {half_up(one.low, other.low)} 倍，印作 {times.text}"
            yield Verdict.of(bool(roundings(times, *exactly)), [times, one, other], exact)


def means(figures: list[Figure]) -> Iterator[Verdict]:
    """日均148个: the count before it in the sentence over the days of the period that the sentence names."""
    for at, mean in enumerate(figures):
        text, of = mean.block.text, figures[at - 1] if at else None
        if of is None or of.kind != "count" or of.block is not mean.block or of.low < 100:
            continue
        between, before = text[of.end : mean.start], text[text.rfind("。", 0, of.start) + 1 : of.start]
        days = _days(before) if mean.kind in ("other", "about") else []
        if not days or not re.fullmatch("[，（]?日均[^，。；]{0,6}", between):
            continue
        close = [day for day in days if of.low <= mean.span[1] * day and of.high >= mean.span[0] * day]
        shown = half_up(of.low, days[-1], mean.places)
        if close:
            yield Verdict(RIGHT, [mean, of], f"{of.text} ÷ {close[0]} 天 = {mean.text}")
        elif not mean.about and slip(str(shown), str(mean.value)):
            yield Verdict(AGAINST, [mean, of], f"{of.text} ÷ {days[-1]} 天 = {shown}，印作 {mean.text}")


def _days(text: str) -> list[int]:
    """How many days the period that a sentence names may have."""
    if day := re.search(rf"({NUMERAL}|\d+)天", text):
        return [numeral(day[1])]
    for form, days in _PERIODS.items():
        if re.search(form, text):
            return days
    months = re.findall(r"(?<![\d至—-])(\d{1,2})月", text)
    return (
        [] if len(months) != 1 else [28, 29] if months == ["2"] else [30 + (int(months[0]) in (1, 3, 5, 7, 8, 10, 12))]
    )


def samples(figures: list[Figure]) -> Iterator[Verdict]:
    """抽查28件，满意率93.0%: a rate of so many things, none of whose numbers gives it."""
    for of, rate in pairwise(figures):
        asked = of.kind == "count" and rate.kind == "rate" and of.block is rate.block and rate.row < 0 and of.whole
        drawn = re.search(r"回访|抽[查检样]|拨测|调查", of.label + "".join(of.frame))
        its_own = rate.label.removesuffix("率") == of.label or re.search("[。；]", of.block.text[of.end : rate.start])
        if asked and drawn and not its_own and 0 < of.low < _SMALL and not possible(rate.value, of.low, 100):
            text = f"{of.text}中没有哪个件数是 {rate.text}：分母不是 {of.low}"
            yield Verdict(BASE, [rate, of], text)


def lone_shares(figures: list[Figure]) -> Iterator[Verdict]:
    """Shares of a printed whole whose parts are not printed: whether any number of so many gives them, and else which does."""
    lone = [f for f in figures if f.kind == "share" and f.of is None and f.basis.strip("（") and f.row < 0]
    lone = [f for f in lone if not f.about]
    for key in dict.fromkeys((f.block.index, f.series, f.basis) for f in lone):
        group = [f for f in lone if (f.block.index, f.series, f.basis) == key]
        stated = name(re.sub("总?量$", "", key[2]))
        whole = next((f for f in figures if f.kind == "count" and f.whole and stated and f.label == stated), None)
        if whole is None or not 0 < whole.low < _SMALL:
            continue
        none = [f.text for f in group if not possible(f.value, whole.low, 100)]
        other = next((n for n in range(2, _SMALL) if all(possible(f.value, n, 100) for f in group)), 0) if none else 0
        text = f"{whole.text}中" + (f"没有哪个件数是 {'、'.join(none)}" if none else "都有这样的件数")
        text += f"；全组合于分母 {other}" if other and len(group) > 2 else ""
        yield Verdict(BASE if none else RIGHT, group if none else [*group, whole], text)


def _rate(rate: Figure, figures: list[Figure]) -> tuple[Figure, Figure, list[Figure]] | None:
    """(rate, what is good, what it may be over): of the counts named like the rate the one that gives it, else the nearest."""
    counts = [f for f in figures if f.kind == "count" and f.block is rate.block and f.end <= rate.start and f.whole]
    near = [f for f in counts if "。" not in rate.block.text[f.end : rate.start]]
    core = rate.label.removesuffix("率")
    named = lambda f: len(f.label) > 1 and (core.endswith(f.label.rstrip("数量")) or f.label.endswith(core[-2:]))
    exact = [f for f in reversed(near) if _good(f) == core]
    found = []
    for part in exact[:1] or [f for f in reversed(counts) if len(core) > 1 and named(f)]:
        wholes = [f for f in counts if f.end < part.start and f.low > 0 and of_a_kind([f, part])]
        wholes = [f for f in wholes if f.low >= part.low] or wholes
        wholes = [f for f in wholes if f in near and part in near] or wholes
        found += [(rate, part, wholes)] if wholes and rate.label.endswith("率") else []
    fitting = (each for each in found if any(fits(rate, each[1], whole) for whole in each[2]))
    return next(fitting, found[0] if found else None)


def _good(part: Figure) -> str:
    return re.sub("^(?:实际|累计|已|共)|[数量]$", "", part.label)


def stated_bases(figures: list[Figure]) -> Iterator[Verdict]:
    """A change printed beside the base month that it is over, in one sentence."""
    for count in figures:
        for basis in ("同比", "环比"):
            change, base, moved = (count.changes.get(basis + tail) for tail in ("", "基数", "差"))
            if change and base and change.row < 0:
                right = change_of(count, base, change.places)
                text = f"({count.text} − {base.text}) ÷ {base.text} = {right}，印作 {change.text}"
                yield Verdict.of(changed(change, count, base), [change, count, base], text)
            if moved and base and count.row < 0:
                ok = count.low - base.high <= moved.high and count.high - base.low >= moved.low
                text = f"{count.text} − {base.text} = {count.low - base.low}，印作 {moved.value}"
                yield Verdict.of(ok, [moved, count, base], text)
            elif moved and change and count.row < 0:
                low, high = base_months(count, change)
                least, most = count.low - moved.high, count.high - moved.low
                text = f"{count.text} 增减 {moved.value}，{change.text} 要求上期 {low}–{high}"
                yield Verdict.of(low <= most and least <= high, [change, moved, count], text)


CHECKS = (stated_bases, rates, points, ratios, means, samples, lone_shares)
