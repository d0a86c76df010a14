"""The figures of a paragraph: of what kind each is, what it is said of, and what the wording binds it to."""

from __future__ import annotations

import re
from decimal import Decimal

from hotline_lib.proofread.figures import COUNTED, Figure, name
from hotline_lib.proofread.read import Block

_NUMBER = re.compile(
    r"(?<![\dA-Za-z.])([+-]?)(\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?:,\d{3})*,\d{4}(?!\d)|\d+)(\.\d+)?(?![\d.]*[A-Za-z])[ ]?(亿|万)?[ ]?"
    rf"(个百分点|百分点|%|分钟|秒|小时|个工作日|个月|天|元|分(?![之别中平类析布配管局公])|{COUNTED})?"
)
_MORE = r"增加|增长|上升|提高|上涨|提升|增幅|增多|上浮|攀升|多"
_LESS = r"减少|下降|降低|回落|下滑|下跌|降幅|减幅|少|降"
_YOY = r"同比|(?:较|比|与)(?:去年|上年)[^，。；]*?|去年同期|上年同期"
_MOM = r"环比|(?:较|比|与)上(?:个)?(?:月|期|季度|周)[^，。；]*?"
_CHANGE = re.compile(rf"({_MORE})|({_LESS})")
_APART = re.compile(r"[）\s]*(?:、|，|,|和|及|与|以及|;|；)+\s*")
_PERIOD = re.compile(r"累计|\d+[-—–至到~]\d+月|上半年|下半年|全年|季度|今年以来|截至|上月|上年|去年|同期|前\d+个?月")
_MEASURE = re.compile(
    r"办结|转办|回访|接听|呼入|呼出|抽检|抽查|督办|退回|超期|满意|人工|按时|逾期|未接|接通|派发|直接|在线|重复|无效"
)
_BASE_PHRASE = re.compile(r"占(?!比|有率)(?:了)?([^，。；占]*?)(?:比例|比重|的比|比)?的?(?:约|为|达|达到|仅)*$")
_SHARE = re.compile(r"(?:占比|比重|比例|份额|占)(?:约|为|达到|达|仅|是|分别为|分别是|依次为|均为|：|:|（)*$")
_HEADS = re.compile(r"共|合计|总计|总量|总数|总共|业务量|受理量|工单量")


def figures_of(block: Block) -> list[Figure]:
    """The figures of a paragraph, in order, each with its kind, label and relations to those before it."""
    found: list[Figure] = []
    leads: list[str] = []
    matches = list(_NUMBER.finditer(block.text))
    done, series = 0, 0
    for at, match in enumerate(matches):
        if not _counts(block.text, match, matches[at + 1 :]):
            continue
        done = max(done, *(block.text.rfind(end, 0, match.start()) + 1 for end in "。！？"))
        before = block.text[done : match.start()]
        last = found[-1] if found else None
        figure = _made(block, match)
        listed = bool(last and _APART.fullmatch(before) and last.end == done)
        if listed and (figure.unit == last.unit or not last.unit or not figure.unit):
            figure.kind, figure.basis, figure.head, figure.frame = last.kind, last.basis, last.head, last.frame
            figure.series, figure.unit = last.series, figure.unit or last.unit
        else:
            start = max(block.text.rfind(end, 0, match.start()) + 1 for end in "。！？")
            _judge_kind(figure, before, block.text[start : match.start()], last, block.text[match.end() :])
            if not series or figure.head or re.search(r"[：:]|分别|其中|依次|[。！？]", _gap(block, last, match)):
                series += 1
            figure.series = series
            enumerated = figure.kind == "share" and re.search(
                r"([^，。；、：]+)(?:、[^，。；：]+?)+等[^，。；、：]*?占", before
            )
            figure.label = (
                name(enumerated[1])
                if enumerated
                else _label(before.split("占")[0] if figure.kind == "share" else before)
            )
        found.append(figure)
        leads.append("" if listed else before)
        done = match.end()
    _name_runs(found, leads)
    _attach(found)
    return found


def _gap(block: Block, last: Figure | None, match: re.Match) -> str:
    return block.text[last.end if last else 0 : match.start()]


def _counts(text: str, match: re.Match, following: list[re.Match]) -> bool:
    """Whether a number is a figure: no date, no number of a hotline, a picture or a paragraph."""
    before, after, unit = text[: match.start()], text[match.end() :], match[5]
    if re.search(r"(?:第|附件|附表|图|表|前|后|近|超过?|逾|约|多达|JT|—|~|～)\s*$", before) or re.match(
        r"\s*(?:余|多|\+|[-~～—–]\s*\d)", after
    ):
        return False
    if not unit and not match[4]:
        if re.match(r"[年月日号时点/:：.-]", after):
            return False
        closing = next((each for each in following if each[5]), None)
        between = closing and text[match.end() : closing.start()]
        return bool(between) and re.fullmatch(r"(?:[、，和及与]|\d|[.,])+", between) is not None
    return not (unit in ("次", "个", "项", "位", "小时") and re.match(r"未|工作日|月|百分", after))


def _made(block: Block, match: re.Match) -> Figure:
    value = Decimal(match[1] + match[2].replace(",", "") + (match[3] or ""))
    scale = {"亿": 10**8, "万": 10**4}.get(match[4] or "", 1)
    return Figure(
        match[0].strip(), value, match[5] or "", scale, block, match.start(), match.start() + len(match[0].rstrip())
    )


def _judge_kind(figure: Figure, before: str, sentence: str, last: Figure | None, after: str) -> None:
    clause = re.split(r"[，,；：、（]", before)[-1]
    figure.frame = tuple(sorted({*_PERIOD.findall(sentence)[-1:], *_MEASURE.findall(before[-14:])}))
    basis = next((word for word, form in (("同比", _YOY), ("环比", _MOM)) if re.search(form, before)), "")
    both = re.search(r"同比[、和及与]环比|环比[、和及与]同比", before)
    turn = _CHANGE.search(clause) or (_CHANGE.search(before) if basis else None)
    if figure.unit in ("个百分点", "百分点"):
        figure.kind = "points"
    elif (
        figure.unit == "%" and before == "的" and last and re.search(r"占[^，。；占]*$", last.block.text[: last.start])
    ):
        figure.kind, figure.whole_named = "share", last
    elif figure.unit == "%":
        if turn and (basis or (last and last.basis in ("同比", "环比"))):
            figure.kind, figure.basis = "change", both[0] if both else basis or last.basis
            if turn[2] and figure.value > 0:
                figure.value = -figure.value
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
        moved = turn and re.search(rf"(?:{_MORE}|{_LESS})(?:了)?$", clause)
        earlier = re.search(r"(?:去年同期|上年同期|去年同月|上年同月|上月|上期|上个月)[^，；]*$", clause)
        if moved:
            figure.kind, figure.basis = "difference", basis
            figure.value = -abs(figure.value) if turn[2] else figure.value
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
            if run[0].kind == "change" and len(both) == len(run):
                for figure, basis in zip(run, both, strict=True):
                    figure.basis = basis
            elif run[0].kind == "count" or re.search(r"[、和及与]", leads[at]):
                for figure, label in zip(run, readings[0] if readings else [""] * len(run), strict=True):
                    figure.label = label
        at = end


def _attach(found: list[Figure]) -> None:
    """Binds each share, change and base month to the count that it is of: the last one, or number for number in lists."""
    counts = [figure for figure in found if figure.kind == "count"]
    for figure in found:
        if figure.kind not in ("share", "change", "base", "difference"):
            continue
        before = [count for count in counts if count.end <= figure.start and count is not figure.whole_named]
        if not before:
            continue
        run = _run(found, figure)
        last = before[-1]
        if figure.kind == "share" and _own_subject(figure, run, last):
            continue
        listed = [count for count in _run(found, last) if count.kind == "count"]
        if len(listed) == 1 < len(run):
            listed = [count for count in before if count.series == last.series]
        if len(run) > 1 and len(run) == len(listed):
            figure.of = listed[run.index(figure)]
        elif (len(run) == 1 and (len(listed) == 1 or figure.label in ("", last.label))) or (
            len(run) > 1 and len({each.basis for each in run}) == len(run)
        ):
            figure.of = last
        if (
            figure.of
            and figure.kind == "share"
            and any(each.of is figure.of and each.kind == "share" for each in found if each is not figure)
        ):
            figure.of = None
        if figure.of and figure.kind != "share":
            figure.of.changes.setdefault(
                figure.basis + {"change": "", "base": "基数", "difference": "差"}[figure.kind], figure
            )
        if figure.of:
            figure.label = figure.of.label


def _own_subject(share: Figure, run: list[Figure], last: Figure) -> bool:
    """Whether a share is said of something else than of the count before it: 其中公交占72.5%, or in another sentence."""
    between = last.block.text[last.end : run[0].start]
    clause = re.split(r"[，。；、（）]", between)[-1]
    subject = name(
        re.sub(
            r"(?:约|仅|均|各|分别|共|合计|其|所|只|还|也|则|已|一共|总共)*占.*$|(?:占比|比重|比例|份额).*$", "", clause
        )
    )
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
