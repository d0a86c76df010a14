"""What sentences announce: parts of a whole, how many are listed, the base of a change, and that all was in time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hotline_lib.proofread.figures import Figure, mark, of_a_kind
from hotline_lib.proofread.numbers import NUMERAL, numeral
from hotline_lib.proofread.read import Block
from hotline_lib.proofread.sentences import names_listed
from hotline_lib.proofread.verdicts import AGAINST, BASE, RIGHT, Verdict, between, fits, slip

_ANNOUNCED = re.compile(
    rf"(等|这|以上)?(\d+|{NUMERAL})(?:个|大|种|家)?(类|项|市(?!场|民|政)|地市|县区?|区|方面|部门|单位|领域|问题|环节|企业|省份|个)"
)
_COMPLEMENTS = (
    ("受理|有效|办结", "未受理|不予受理|未予受理|无效|其余"),
    ("办结|完成|办毕|完毕", "办理中|正在|在办|未办结|推进"),
    ("直接|直办|在线|即时|自行|当场", "转|派|交"),
    ("转|派|交", "直接|直办|在线|即时|自行|当场"),
)
_OUTCOMES = re.compile("办结|回访|满意|完成|解决|接通|答复|回复|有效|成功|合格|办理|处理|转办|一般|同意|采纳")
_TOP = re.compile(rf"排名?(?:在)?前(\d+|{NUMERAL})(?:位|名|项)?")


def parts(figures: list[Figure]) -> Iterator[Verdict]:
    """Lists of counts behind an announced whole: more than it, or the whole of it."""
    named = {id(figure.whole_named) for figure in figures}  # 占投诉86件的41.86%: no part of its own
    counts = [figure for figure in figures if figure.kind == "count" and figure.whole and id(figure) not in named]
    yield from _complements(counts)
    for series in sorted({figure.series for figure in counts}):
        group = [figure for figure in counts if figure.series == series and not figure.head]
        if len(group) < 2 or not of_a_kind(group):
            continue
        yield from _summed_up(group, counts)
        group = [figure for figure in group if _depth(figure) == _depth(group[0])] if _flat(group) else []
        before = [figure for figure in counts if group and figure.end <= group[0].start]
        lead, far = _lead(before, group)
        if lead is None or not of_a_kind([lead, *group]):
            continue
        gap = lead.block.text[lead.end : group[0].start]
        listed_too = not lead.head and sum(figure.series == lead.series for figure in counts) > 1
        if listed_too or ("；" in gap and not lead.head) or not re.search(r"其中|包括|分别|：", gap):
            continue
        low, high = (sum(getattr(figure, end) for figure in group) for end in ("low", "high"))
        text = f"{' + '.join(figure.text for figure in group)} = {between(low, high)}，总数 {lead.text}"
        shares = [(f, f.of) for f in figures if f.kind == "share" and f.of and f.of in group]
        over = low > lead.high and (not far or "。其中" in gap)
        nested = _nests(group) and (_chained(group) or not _slipped(group, lead, closed=True))
        closed, some = _closed(group, gap), re.search(r"主要|前\d|排名|较多|突出|集中", gap)
        if low <= lead.high and high >= lead.low:
            yield Verdict(RIGHT, [lead, *group], text)
        elif len({f.basis for f, _ in shares}) > 1 or (shares and all(fits(f, of, lead) for f, of in shares)):
            continue  # parts of parts, or kinds that one ticket can have several of
        elif over and not nested:
            yield Verdict(AGAINST, [lead, *group], text + "：分项之和超过总数")
        elif (closed or not far) and not some and _slipped(group, lead, closed):
            yield Verdict(AGAINST, [lead, *group], text + f"，相差 {abs(lead.low - high)}")


def _lead(before: list[Figure], group: list[Figure]) -> tuple[Figure | None, bool]:
    """(what a list may be the parts of, whether a sentence ends between): the count before it, else what was announced."""
    if not before or "。" not in before[-1].block.text[before[-1].end : group[0].start]:
        return (before[-1] if before else None), False
    return next((figure for figure in reversed(before) if figure.head), before[-1]), True


def _closed(group: list[Figure], gap: str = "") -> bool:
    """Whether a list names all there is: its last is 其他, or its kinds are counted (三类)."""
    return "其" in group[-1].label or re.search(r"[二两三四五六七八九\d]大?类", gap) is not None


def _complements(counts: list[Figure]) -> Iterator[Verdict]:
    """受理100件，办结90件，正在办理10件: two counts that are all there is, by what is said of them."""
    for at, (one, other) in enumerate(pairwise(counts)):
        text = one.block.text
        lead, far = _lead(counts[:at], [one])
        if lead is None:
            continue
        until, after = text[one.end : other.start], text[other.end : other.end + 8]
        said = re.split("[，；：。、（]", text[lead.end : one.start])[-1]
        equals = not lead.head and text[lead.end] == "、"
        if not said or equals or "。" in until or not of_a_kind([lead, one, other]):
            continue
        fit = one.low + other.low <= lead.high and one.high + other.high >= lead.low
        line = f"{one.text} + {other.text} = {one.low + other.low}，总数 {lead.text}"
        both = any(re.search(a, said) and re.search(b, until + after) for a, b in _COMPLEMENTS)
        if fit and lead.low > 20:
            yield Verdict(RIGHT, [lead, one, other], line)
        off = one.low + other.low > lead.high or _slipped([one, other], lead, closed=True)
        if off and not fit and both and (lead.head or not far):
            yield Verdict(AGAINST, [lead, one, other], line)


def hundred(figures: list[Figure]) -> Iterator[Verdict]:
    """Shares of one sentence without counts, that name all there is: they add up to 100 %, but for the rounding."""
    lone = [figure for figure in figures if figure.kind == "share" and figure.of is None and not figure.about]
    for key in dict.fromkeys((figure.series, figure.basis) for figure in lone):
        group = [figure for figure in lone if (figure.series, figure.basis) == key]
        total, room = sum((figure.value for figure in group), Decimal(0)), sum(figure.step for figure in group)
        lead = re.split("[，。；]", group[0].block.text[: group[0].start])[-1]
        text = f"{' + '.join(figure.text for figure in group)} = {total}%"
        units = [
            [int(value.scaleb(figure.places)) for value in (figure.value, figure.value + 100 - total)]
            for figure in group
        ]
        if len(group) > 1 and abs(Fraction(total) - 100) <= room:
            yield Verdict(RIGHT, group, text)
        elif len(group) > 2 and _closed(group, lead) and any(new >= 0 and slip(old, new) for old, new in units):
            yield Verdict(AGAINST, group, text + "，不是 100%")


def _summed_up(group: list[Figure], counts: list[Figure]) -> Iterator[Verdict]:
    """A total behind a list: 甲120件、乙80件，共计200件."""
    after = next((figure for figure in counts if len(group) > 1 and figure.start >= group[-1].end), None)
    if after is None:
        return
    until = after.block.text[group[-1].end : after.start]
    if "。" in until or not re.search(r"(?:合计|共计|总计)$", until.rstrip()):
        return
    total, parts = sum(figure.low for figure in group), " + ".join(figure.text for figure in group)
    alike = {figure.unit for figure in group} == {after.unit} and all(figure.scale == 1 for figure in [after, *group])
    if alike and (total == after.low or slip(total, after.low)):
        yield Verdict.of(total == after.low, [after, *group], f"{parts} = {total}，印作 {after.text}")


def _depth(figure: Figure) -> int:
    before = figure.block.text[: figure.start]
    return before.count("（") - before.count("）")


def _nests(group: list[Figure]) -> bool:
    """Whether one of a list may hold those after it: 回访246件，满意240件，一般6件. Not where 、 makes them equals."""
    text, values = group[0].block.text, [figure.low for figure in group]
    if all("、" in text[a.end : b.start] for a, b in pairwise(group)):
        return False
    return any(values[at] >= sum(values[at + 1 :]) for at in range(len(values) - 1))


def _chained(group: list[Figure]) -> bool:
    """Whether something of a list is said to have come of what stands before it."""
    return any(_OUTCOMES.search(figure.label) for figure in group)


def _flat(group: list[Figure]) -> bool:
    """Equals: none is said to be part of another."""
    text = group[0].block.text
    return not any(re.search(r"其中|中有|之中|占该|率", text[a.end : b.start]) for a, b in pairwise(group))


def _slipped(group: list[Figure], lead: Figure, closed: bool) -> bool:
    """Whether a slip of the hand parts a list from its whole: in the whole or, where it names all there is, in a part."""
    if len({(figure.scale, figure.places) for figure in [lead, *group]}) > 1 or (lead.scale > 1 and not closed):
        return False
    whole, *parts = (int(figure.value.scaleb(figure.places)) for figure in [lead, *group])
    gap = whole - sum(parts)
    return slip(whole, whole - gap) or (closed and any(part + gap > 0 and slip(part, part + gap) for part in parts))


def listed(block: Block, figures: list[Figure]) -> Iterator[Verdict]:
    """前N位, N类, 等N个, 分别为: how many are announced against how many are there."""
    for sentence, start in _sentences(block.text):
        found = [_top(block, sentence, start, match, figures) for match in _TOP.finditer(sentence)]
        found += [_enumeration(block, sentence, start, match) for match in _ANNOUNCED.finditer(sentence)]
        respectively = re.finditer(r"分别(?:为|是|达|占)", sentence)
        found += [_respectively(block, sentence, start, match, figures) for match in respectively]
        yield from (verdict for verdict in found if verdict)


def _sentences(text: str) -> Iterator[tuple[str, int]]:
    start = 0
    for match in re.finditer(r"[^。；！？]*[。；！？]?", text):
        if match[0].strip():
            yield match[0], start
        start = match.end()


def _top(block: Block, sentence: str, start: int, match: re.Match, figures: list[Figure]) -> Verdict | None:
    wanted, after = numeral(match[1]), sentence[match.end() :]
    opening = re.search(r"(?:分别)?(?:为|是)：?|：", after[:16])
    if opening is None:
        return None
    begin = start + match.end() + opening.end()
    alone = sentence.rstrip().endswith("；") and not re.search(r"占|受理", sentence.split("；")[0][-14:])
    stop = start + len(sentence) if alone else (block.text + "。").find("。", begin)
    another = re.search(r"[；，。][^；，。（]{2,16}(?:为|是|有)：", block.text[begin:stop])
    text = block.text[begin : begin + another.start() if another else stop]
    inside = [f for f in figures if begin <= f.start < begin + len(text) and f.kind in ("count", "score", "rate")]
    items = [f for f in inside if f.unit == inside[0].unit]
    names = re.findall("“[^”]*”", text) or re.split(r"、|和|及|与", text.rstrip("。；，等"))
    count, words = len(items or names), mark(block, start + match.start(), start + match.end())
    line = f"称前 {wanted} 位，列出 {count} 个"
    if count < wanted and (inside or count > 1):
        return Verdict(AGAINST, [words, *inside], line)
    if inside and count > wanted and items[wanted].value != items[wanted - 1].value:
        return None if len({f.series for f in items}) > 1 else Verdict(AGAINST, [words, *inside], line)
    values = [f.value * f.scale for f in items][:wanted]
    if len(values) == wanted and sorted(values) not in (values, values[::-1]):
        line = f"称前 {wanted} 位，却未从高到低：{'、'.join(f.text for f in items[:wanted])}"
        return Verdict(AGAINST, [words, *inside], line)
    return Verdict(RIGHT, [words], line)


def _enumeration(block: Block, sentence: str, start: int, match: re.Match) -> Verdict | None:
    before = re.split(r"[，。；：:（）“”]", sentence[: match.start()])[-1]
    wanted = numeral(match[2])
    if "、" not in before.strip("、") or match[1] == "这" or wanted > 60 or (match[3] == "个" and match[1] != "等"):
        return None
    pieces = [piece for piece in re.split("、", before) if piece.strip()]
    most = len(pieces) + len(re.findall("和|及|与", re.sub("^(?:以及|和|及|与)", "", pieces[-1])))
    few = len(pieces)
    if any(re.search(r"\d", piece) and not re.fullmatch(r"JT\d+", piece.strip()) for piece in pieces) or wanted < 2:
        return None
    words = mark(block, start + match.start() - len(before), start + match.end())
    text = f"列出 {between(few, most)} 个，称{match[0]}"
    if few <= wanted <= most:
        return Verdict(RIGHT, [words], text)
    if match[1] == "等" and wanted > most + 2:
        return None  # a few of many, as 等 is meant
    if match[1] == "等" and wanted > most:
        return Verdict(BASE, [words], text + "：没有列全")
    return Verdict(AGAINST, [words], text) if match[1] == "等" or match.end() - match.start() <= 4 else None


def _respectively(block: Block, sentence: str, start: int, match: re.Match, figures: list[Figure]) -> Verdict | None:
    at = start + match.end()
    run = [f for f in figures if 0 <= f.start - at <= 3][:1]
    for figure in (f for f in figures if run and f.start > run[0].start):
        if not re.fullmatch(r"[、，和及与以]+", block.text[run[-1].end : figure.start]) or figure.unit != run[0].unit:
            break
        run.append(figure)
    readings = [[each for each in names if each] for names in names_listed(sentence[: match.start()])]
    lengths = {len(names) for names in readings}
    if len(run) < 2 or max(lengths, default=0) < 2:
        return None
    words = mark(block, start + match.start(), run[-1].end)
    text = f"「分别」之前 {max(lengths)} 个名称，之后 {len(run)} 个数"
    return Verdict(RIGHT, [words], text) if len(run) in lengths else Verdict(AGAINST, [words, *run], text)


def identifiers(block: Block) -> Iterator[Verdict]:
    """等N个 in a table's cell, behind numbers of tickets."""
    for at, row in enumerate(block.rows):
        for cell in row:
            for match in re.finditer(r"((?:[A-Z]{2}\d{8,}[、\s]*)+)等(\d+)(?:个|件)", cell):
                ids = len(re.findall(r"[A-Z]{2}\d{8,}", match[1]))
                words = mark(block, 0, 0, row[1] if len(row) > 1 else "")
                words.text, words.row = match[0][-3:], at
                kind = AGAINST if ids > int(match[2]) else RIGHT if ids == int(match[2]) else BASE
                text = f"列出 {ids} 个编号，称等 {match[2]} 个" + ("：没有列全" if kind == BASE else "")
                yield Verdict(kind, [words], text)
