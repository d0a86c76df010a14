"""What a rule can find in a text that people wrote: punctuation, and numbers and lists that do not agree with each other.

It says where to look and quotes nothing but signs and numbers, because the text may name somebody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_HAN = "\u4e00-\u9fff"
_WIDE = dict(zip(",;:?!().", "，；：？！（）。", strict=True))
_HALF = re.compile(
    rf"(?<=[{_HAN}”’）》%])(?:[,;:?!]|\.(?!\w))|(?<=\w)[,;?!](?=[{_HAN}“‘（《])|\((?=[{_HAN}])|(?<=[{_HAN}])\)"
)
_TWICE = re.compile("[，。；、？！][，。；：、]")
_PAIRS = (("“", "”"), ("‘", "’"), ("（", "）"), ("《", "》"))
_DIGIT = "一二三四五六七八九"
_COUNT = rf"(?:\d{{1,3}}|两|[{_DIGIT}]?十[{_DIGIT}]?|[{_DIGIT}])"
_THINGS = "(?:方面|环节|问题|指标|领域|举措|措施|要求|任务|阶段)"
_ANNOUNCED = re.compile(
    rf"(?<![\d.第{_DIGIT}十])({_COUNT})(?:个|项|点|条|类|种)(?:{_THINGS})?[^，。；：、]{{0,12}}[：。]"
)
_NTH = rf"([{_DIGIT}]?十[{_DIGIT}]?|[{_DIGIT}])"
_ORDINALS = (
    rf"(?<![{_HAN}]){_NTH}是",
    rf"(?<![{_HAN}])第{_NTH}[，、]",
    rf"（{_NTH}）",
    r"^　*(\d{1,2})[.．、](?!\d+[^\d年月日])",
)
_PROMISED = re.compile(rf"(?:以下|下列|如下){_COUNT}(?:个|项|点|条)[^，。；：、]{{0,12}}。$")
_LISTED = re.compile(rf"([^，。；：？！“”（）\n]*、[^，。；：？！“”（）\n、]*?)(等)?({_COUNT})个?{_THINGS}")
_ALIKE = re.compile(rf"(?=([{_HAN}]{{6}})([{_HAN}])([{_HAN}]{{2}}))")


def doubts(text: str, names: Iterable[str] = ()) -> list[tuple[int, str]]:
    """The places of a text that seem wrong: the line, from 1, and what about it, in words.

    names: of units (市), which are counted where a text lists them.
    """
    rules = (
        _punctuation(text),
        _ordinals(text),
        _things(text),
        _units(text, names),
        _slips_of_a_name(text),
        _end(text),
    )
    return [(text.count("\n", 0, at) + 1, words) for at, words in sorted({each for rule in rules for each in rule})]


def _at(text: str, start: int) -> int:
    """The place in its line, from 1."""
    return start - text.rfind("\n", 0, start)


def _number(words: str) -> int:
    if words.isdigit():
        return int(words)
    digit = lambda each: 2 if each == "两" else _DIGIT.index(each) + 1
    tens, ten, ones = words.partition("十")
    return (digit(tens) if tens else 1) * 10 + (digit(ones) if ones else 0) if ten else digit(words)


def _punctuation(text: str) -> Iterator[tuple[int, str]]:
    for found in _HALF.finditer(text):
        yield found.start(), f"第 {_at(text, found.start())} 字是半角「{found[0]}」，应为「{_WIDE[found[0]]}」"
    for found in _TWICE.finditer(text):
        yield found.start(), f"第 {_at(text, found.start())} 字起标点重复「{found[0]}」"
    start = 0
    for line in text.split("\n"):
        for opening, closing in _PAIRS:
            if line.count(opening) != line.count(closing):
                yield start, f"「{opening}」和「{closing}」不成对"
        start += len(line) + 1


def _ordinals(text: str) -> Iterator[tuple[int, str]]:
    """一是…二是…: none left out, and as many as were announced just before."""
    for pattern in _ORDINALS:
        given = [(found.start(), _number(found[1])) for found in re.finditer(pattern, text, re.MULTILINE)]
        starts = [at for at, (_, number) in enumerate(given) if number == 1]
        for first, after in zip(starts, [*starts, len(given)][1:], strict=True):
            start, run = given[first][0], [number for _, number in given[first:after]]
            if run != list(range(1, len(run) + 1)):
                yield start, f"分条的序号不连续：{'、'.join(map(str, run))}"
            before = next(
                (each for each in _ANNOUNCED.finditer(text, 0, start) if not text[each.end() : start].strip()), None
            )
            if before and _number(before[1]) != len(run):
                yield start, f"说有「{before[1]}」，分列了 {len(run)} 条"


def _things(text: str) -> Iterator[tuple[int, str]]:
    """甲、乙、丙三个方面: as many as are listed; 和 may join the last two or stand inside a name."""
    for found in _LISTED.finditer(text):
        least = found[1].count("、") + 1
        joined = len(re.findall("和|及|与", found[1].rpartition("、")[2]))
        yield from _told(found, {least, least + joined})


def _units(text: str, names: Iterable[str]) -> Iterator[tuple[int, str]]:
    one = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    kinds = "(?:地?市|州|单位|分平台|分中心)"
    listed = rf"((?:{one})(?:(?:、|和|及|以及|与)(?:{one}))+)(等)?({_COUNT})(?:个|家)?{kinds}"
    for found in re.finditer(listed, text) if one else ():
        named = re.findall(one, found[1])
        yield from _told(found, {len(named)}, f"（{'、'.join(named)}）")


def _told(found: re.Match, listed: set[int], what: str = "") -> Iterator[tuple[int, str]]:
    """等 may leave out several; to leave out a single one makes no sense."""
    of, most, more = _number(found[3]), max(listed), found[2]
    if of not in listed and (not more or most > of or of - most == 1):
        yield found.start(), f"说有「{found[3]}」，列出了 {most} 个{what}"


def _slips_of_a_name(text: str) -> Iterator[tuple[int, str]]:
    """驾维大队, 驾培大队: the same words before and after, one letter another; one of the two may be a slip."""
    seen: dict[tuple[str, str], dict[str, int]] = {}
    for found in _ALIKE.finditer(text):
        seen.setdefault((found[1], found[3]), {}).setdefault(found[2], found.start(2))
    for letters in seen.values():
        if len(letters) == 2:
            (one, first), (other, second) = letters.items()
            where = f"第 {text.count(chr(10), 0, first) + 1} 行第 {_at(text, first)} 字"
            yield second, f"第 {_at(text, second)} 字「{other}」在{where}是「{one}」，前后文字相同：请核对是否同一名称"


def _end(text: str) -> Iterator[tuple[int, str]]:
    """A list that is announced last of all, and not given."""
    text = text.rstrip()
    if text.endswith(("：", ":")) or _PROMISED.search(text):
        yield len(text) - 1, "说了要列，后面没有内容"
    for found in re.finditer("[：:][。；，]", text):
        yield found.start(), f"第 {_at(text, found.start())} 字「：」后面没有内容"
