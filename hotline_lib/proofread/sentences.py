"""The figures of a paragraph: of what kind each is, what it is said of, and what the wording binds it to."""

from __future__ import annotations

import re
from itertools import pairwise

from hotline_lib.proofread.figures import Figure, name
from hotline_lib.proofread.numbers import COUNTED, numbers_of
from hotline_lib.proofread.read import Block

_MORE = r"增加|增|升|增长|上升|提高|上涨|提升|增幅|增多|上浮|攀升|多"
_LESS = r"减少|下降|降低|回落|下滑|下跌|降幅|减幅|少|降"
_YOY = r"同比|(?:较|比|与)(?:去年|上年)[^，。；]*?|去年同期|上年同期"
_MOM = r"环比|(?:较|比|与)上(?:个)?(?:月|期|季度|周)[^，。；]*?|上月的$"
_TURN = re.compile(rf"同比|环比|相?[较比与同]|去年|上年|上月|{_MORE}|{_LESS}|持平|翻")
_CHANGE = re.compile(rf"({_MORE})|({_LESS})")
_APART = re.compile(r"[）\s]*(?:、|，|,|和|及|与|以及|;|；)+\s*")
_PERIOD = re.compile(r"累计|\d+[-—–至到~]\d+月|上半年|下半年|全年|季度|今年以来|截至|上月|上年|去年|同期|前\d+个?月")
_MEASURE = re.compile(
    r"办结|转办|回访|接听|呼入|呼出|抽检|抽查|督办|退回|超期|满意|人工|按时|逾期|未接|接通|派发|直接|在线|重复|无效"
)
_BASE_PHRASE = re.compile(r"占(?!比|有率)(?:了)?([^，。；占]*?)(?:比例|比重|的比|比)?的?(?:约|为|达|达到|仅)*$")
_SHARE = re.compile(r"(?:占比率?|比重|比例|份额|占)(?:约|为|达到|达|仅|是|分别为|分别是|依次为|均为|：|:|（)*$")
_SOME = re.compile(r"([^，。；、：]+)(?:、[^，。；：]+?)+等[^，。；、：]*?占")
_OF = re.compile(r"占[^，。；占]*$")
_SAID_TO_BE = re.compile(r"(?:约|仅|均|各|分别|一?共|合计|其|所|只|还|也|则|已|总共)*占.*$|(?:占比|比重|比例|份额).*$")
_HEADS = re.compile(r"共|合计|总计|总量|总数|总共|业务量|受理量|工单量")


def figures_of(block: Block) -> list[Figure]:
    """The figures of a paragraph, in order, each with its kind, label and relations to those before it."""
    found: list[Figure] = []
    leads: list[str] = []
    done, series = 0, 0
    for number in numbers_of(block.text):
        start = max(block.text.rfind(end, 0, number.start) + 1 for end in "。！？")
        gap = block.text[found[-1].end if found else 0 : number.start]
        done = max(done, start)
        before = block.text[done : number.start]
        last = found[-1] if found else None
        printed = (number.text, number.value, number.unit, number.scale, block, number.start, number.end)
        figure = Figure(*printed, about=number.about, said=number.said)
        like = last if last and _APART.fullmatch(before) and last.end == done and not figure.said else None
        if like and (figure.unit == like.unit or not like.unit or not figure.unit):
            figure.kind, figure.basis, figure.head, figure.frame = like.kind, like.basis, like.head, like.frame
            figure.series, figure.unit = like.series, figure.unit or like.unit
        else:
            _judge_kind(figure, before, block.text[start : number.start], last, block.text[number.end :])
            if not series or figure.head or re.search(r"[：:]|分别|其中|依次|[。！？]", gap):
                series += 1
            figure.series = series
            said = before.split("占")[0] if figure.kind == "share" else before
            some = figure.kind == "share" and _SOME.search(before)
            figure.label = name(some[1]) if some else _label(said)
        if figure.about and figure.kind in ("count", "base", "difference"):
            figure.kind = "about"
        found.append(figure)
        leads.append("" if like else before)
        done = number.end
    _name_runs(found, leads)
    _attach(found)
    return found


def _judge_kind(figure: Figure, before: str, sentence: str, last: Figure | None, after: str) -> None:
    clause = re.split(r"[，,；：、（]", before)[-1]
    figure.frame = tuple(sorted({*_PERIOD.findall(sentence)[-1:], *_MEASURE.findall(before[-14:])}))
    basis = next((word for word, form in (("同比", _YOY), ("环比", _MOM)) if re.search(form, before)), "")
    both = re.search(r"同比[、和及与]环比|环比[、和及与]同比", before)
    turn = _CHANGE.search(clause) or (_CHANGE.search(before) if basis else None)
    if figure.unit in ("个百分点", "百分点"):
        figure.kind = "points"
    elif figure.said and not (turn and figure.said == "倍"):
        basis = basis or (last.basis if before == "的" and last and last.kind == "base" else "")
        figure.kind, figure.basis = ("change" if basis else "ratio" if figure.said == "倍" else "other"), basis
        if figure.said == "倍" and basis:  # 2.3 times as many are 130 % more
            low, high = figure.span
            figure.value, figure.about = figure.value - 100, (low - 100, high - 100)
    elif figure.unit == "%" and before == "的" and last and _OF.search(last.block.text[: last.start]):
        figure.kind, figure.whole_named = "share", last
    elif figure.unit == "%":
        of = basis or (last.basis if last and last.basis in ("同比", "环比") else "")
        if turn and of:
            figure.kind, figure.basis = "change", both[0] if both else of
            if turn[2] and figure.value > 0:
                figure.value = -figure.value
                figure.about = figure.about and (-figure.about[1], -figure.about[0])
        elif re.search(r"同比|环比", clause) and not turn and figure.text[0] in "+-":
            figure.kind, figure.basis = "change", basis
        elif _SHARE.search(before) or _BASE_PHRASE.search(clause):
            phrase = _BASE_PHRASE.search(clause)
            figure.kind, figure.basis = "share", re.sub(r"分别|依次|各", "", phrase[1]) if phrase else ""
        elif re.search(r"（$", before) and last and last.kind == "count" and not before.strip("（ "):
            figure.kind, figure.basis = "share", "（"
        else:
            figure.kind = "rate"
    elif figure.unit == "分":
        figure.kind = "score"
    elif (figure.scale > 1 and not figure.unit) or re.fullmatch(COUNTED, figure.unit):
        moved = turn if re.search(rf"(?:{_MORE}|{_LESS})(?:了)?$", clause) else None
        earlier = re.search(r"(?:去年同期|上年同期|去年同月|上年同月|上月|上期|上个月)[^，；]*$", clause)
        if moved:
            figure.kind, figure.basis = "difference", basis
            figure.value = -abs(figure.value) if moved[2] else figure.value
        elif earlier:
            figure.kind, figure.basis = "base", "环比" if "月" in earlier[0][:3] or "期" in earlier[0][:2] else "同比"
        elif not re.search(r"日均|人均|平均|均每|每[天日月人]", clause):
            figure.kind = "count"
            figure.head = bool(_HEADS.search(clause)) and not re.match(r"[，（、\s]*(?:占|\d)", after)


def _label(before: str) -> str:
    """What a number is said of: the words before it, without the verb; if only a verb stands there, the clause before."""
    for clause in reversed(re.split(r"[，,；。（、]", before)):
        clause = re.split(r"[：:]|分别为|分别是|依次为|其中|(?<=[的项])(?:为|是)", clause.rstrip("：:"))[-1]
        if label := name(clause):
            return label
    return ""


def names_listed(lead: str) -> list[list[str]]:
    """The names that stand before 分别, read with and without 和 between them."""
    clause = re.split(r"[，。；：:]", lead.split("分别")[0].split("依次")[0].rstrip("，"))[-1]
    clause = re.sub(r"[一二三四五六七八九十两\d]+(?:类|项|个|大类|种|市)[^、和及与]*$", "", clause)
    return [
        [name(each) for each in re.split(form, clause) if each.strip()]
        for form in (r"、|和|及|与", r"、|(?<=.{2})和(?=[^、]*$)", r"、")
    ]


def _name_runs(found: list[Figure], leads: list[str]) -> None:
    """Gives the names before 分别 to the numbers after it; a name or number too many leaves them unnamed."""
    at = 0
    while at < len(found):
        end = at + 1
        while end < len(found) and leads[end] == "":
            end += 1
        run = found[at:end]
        if len(run) > 1:
            readings = [names for names in names_listed(leads[at]) if len(names) == len(run)]
            both = re.findall("同比|环比", run[0].basis)
            two, named = run[0].kind == "change" and len(both) == len(run), re.search(r"[、和及与]", leads[at])
            labels = readings[0] if readings else [""] * len(run)
            for figure, basis, label in zip(run, both if two else [""] * len(run), labels, strict=True):
                if two:
                    figure.basis = basis
                elif run[0].kind == "count" or named:
                    figure.label = label
        at = end


def _attach(found: list[Figure]) -> None:
    """Binds each share, change and base month to the count that it is of: the last one, or number for number in lists."""
    for one, other in pairwise(found):  # 由120件增至150件: the first is the base of the second
        to = re.fullmatch(rf"[^，。；]{{0,4}}?(?:{_MORE}|{_LESS})[至到为]", one.block.text[one.end : other.start])
        if to and one.kind in ("count", "base") and other.kind in ("count", "difference"):
            changes = [each for each in found if each.kind == "change" and "。" not in _until(one, each)]
            change = next((each for each in changes if each.start > other.start), next(iter(changes), one))
            one.kind, one.basis, other.kind, other.label = "base", change.basis, "count", one.label
            one.say_of(other)
            if change is not one:
                change.say_of(other)
    counts = [figure for figure in found if figure.kind == "count"]
    for figure in found:
        if figure.kind not in ("share", "change", "base", "difference") or figure.of:
            continue
        before = [count for count in counts if count.end <= figure.start and count is not figure.whole_named]
        if not before:
            continue
        run = _run(found, figure)
        last = before[-1]
        listed = [count for count in _run(found, last) if count.kind == "count"]
        if len(listed) == 1 < len(run):
            listed = [count for count in before if count.series == last.series]
        if figure.kind == "share" and _own_subject(figure, run, listed or [last]):
            continue
        both = len(run) > 1 and len({each.basis for each in run}) == len(run)
        single = len(run) == 1 and (len(listed) == 1 or figure.label in ("", last.label))
        of = None
        if len(run) > 1 and len(run) == len(listed):
            of = listed[run.index(figure)]
        elif single or both:
            of = last if figure.kind == "share" else _moved(figure, run, before, found)
        if of and not (figure.kind == "share" and any(each.of is of and each.kind == "share" for each in found)):
            figure.say_of(of)
            figure.label = of.label


def _until(one: Figure, other: Figure) -> str:
    first, last = sorted((one, other), key=lambda each: each.start)
    return one.block.text[first.end : last.start]


def _moved(figure: Figure, run: list[Figure], before: list[Figure], found: list[Figure]) -> Figure | None:
    """The count that a change is of: the last before it, or the one that it names; None if a rate stands between."""
    last, text = before[-1], figure.block.text
    clause = re.split(r"[，。；、（）]", text[last.end : run[0].start])[-1]
    words = _TURN.split(clause)[0]
    if subject := name(words):
        named = [count for count in before if count.label == subject]
        return last if subject == last.label else named[-1] if named else None
    if re.search("量|总", words):
        return next((count for count in before if count.head), last)
    between = [each for each in found if last.end <= each.start < run[0].start]
    aside = re.sub(r"（[^）]*）", "", text[last.end : run[0].start])
    apart = any(each.kind in ("rate", "score", "other", "about") and each.text in aside for each in between)
    return None if apart else last


def _own_subject(share: Figure, run: list[Figure], listed: list[Figure]) -> bool:
    """Whether a share is said of something else than of the count before it: 其中公交占72.5%, or in another sentence."""
    last = listed[-1]
    between = last.block.text[last.end : run[0].start]
    clause = re.split(r"[，。；、（）]", between)[-1]
    if "合计" in clause and len(listed) == 1:
        return True
    subject = name(_SAID_TO_BE.sub("", clause))
    return "。" in between or (bool(subject) and subject != last.label and len(run) == 1)


def _run(found: list[Figure], one: Figure) -> list[Figure]:
    """The figures of one list that a figure stands in: of one kind, nothing but separators between them."""
    text, at = one.block.text, found.index(one)
    first = last = at
    joined = lambda a, b: a.kind == b.kind and _APART.fullmatch(text[a.end : b.start]) is not None
    while first and joined(found[first - 1], found[first]):
        first -= 1
    while last + 1 < len(found) and joined(found[last], found[last + 1]):
        last += 1
    return found[first : last + 1]
