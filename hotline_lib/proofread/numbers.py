"""The numbers of a sentence: digits and words (三成, 百分之五, 十二件, 翻番, 持平), exact or about (近, 逾, 约, 多)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

COUNTED = "人次|件次|台次|车次|校次|条次|件|起|条|宗|例|单|笔|通|份|封|辆|台|个|次|名|人|家|项|户|位"
_DIGITS = re.compile(
    r"(?<![\d.])([+-]?)(\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?:,\d{3})*,\d{4}(?!\d)|\d+)(\.\d+)?(?![\d.]*[A-Za-z])[ ]?(亿|万)?[ ]?"
    rf"(个百分点|百分点|%|倍|分钟|秒|小时|个工作日|个月|天|元|分(?![之别中平类析布配管局公])|{COUNTED})?"
)
NUMERAL = "[零一二两三四五六七八九十百千]+"
_END = r"(?=[，。；、（）的]|以上|左右|多|$)"
_WORDS = re.compile(
    rf"百分之({NUMERAL})(?:点([零一二三四五六七八九]+))?|([一二两三四五六七八九\d])成([一二三四五六七八九\d]|半)?{_END}"
    rf"|((?<=占)一半|(?<=[近过超逾])半|半数){_END}|({NUMERAL})(倍|(?:件|起|宗|人次)(?=[，。；、（）和及与]|$))|翻了?([一两三])?番|(基本)?持平"
)
_MORE_THAN = re.compile(r"(?:逾|超过?|(?<!经)过|多达|突破|高于|>|≥)\s*$")
_LESS_THAN, _ABOUT = re.compile(r"(?:将?近|不到|不足|低于)\s*$"), re.compile(r"大?约\s*$")
_VALUES = {sign: at for at, sign in enumerate("零一二三四五六七八九")} | {"两": 2}


@dataclass
class Number:
    """One number: its value and unit as printed. about: between what it lies, if it is not meant exactly; said: 倍, 番 or 平."""

    text: str
    value: Decimal
    unit: str
    scale: int
    start: int
    end: int
    about: tuple[Fraction, Fraction] | None = None
    said: str = ""


def numeral(text: str) -> int:
    """3, 三, 十二 and 三百二十."""
    if text.isdigit():
        return int(text)
    total = last = 0
    for sign in text:
        if sign in "十百千":
            total, last = total + (last or 1) * 10 ** ("十百千".index(sign) + 1), 0
        else:
            last = _VALUES[sign]
    return total + last


def numbers_of(text: str) -> list[Number]:
    """Every number that is a figure, in the order of the text: no date, no number of a hotline, a picture or a paragraph."""
    matches = list(_DIGITS.finditer(text))
    found = [_of_digits(text, match) for at, match in enumerate(matches) if _counts(text, match, matches[at + 1 :])]
    return sorted([*found, *_of_words(text)], key=lambda number: number.start)


def _of_digits(text: str, match: re.Match) -> Number:
    value = Decimal(match[1] + match[2].replace(",", "") + (match[3] or ""))
    scale = {"亿": 10**8, "万": 10**4}.get(match[4] or "", 1)
    start, end = match.start(), match.start() + len(match[0].rstrip())
    number = Number(match[0].strip(), value, match[5] or "", scale, start, end)
    half = Fraction(1, 2 * 10 ** max(0, -int(value.as_tuple().exponent)))
    number.about = _about(text, number, Fraction(value) / 10)
    return _times(number, Fraction(value), half) if number.unit == "倍" else number


def _of_words(text: str) -> Iterator[Number]:
    for match in _WORDS.finditer(text):
        number = Number(match[0], Decimal(0), "%", 1, match.start(), match.end())
        if match[1]:
            decimals = "".join(str(_VALUES[sign]) for sign in match[2] or "")
            number.value = Decimal(f"{numeral(match[1])}{'.' if decimals else ''}{decimals}")
            number.about = _about(text, number, Fraction(number.value) / 10)
        elif match[3]:
            number.value = Decimal(10 * numeral(match[3]) + (numeral(match[4].replace("半", "五")) if match[4] else 0))
            number.about = _about(text, number, Fraction(10)) or _around(number, 2 if match[4] else 5)
        elif match[5]:
            number.value = Decimal(50)
            number.about = _about(text, number, Fraction(50)) or _around(number, 5)
        elif match[7] == "倍":
            number.value, number.unit = Decimal(numeral(match[6])), "倍"
            number.about = _about(text, number, Fraction(1))
            number = _times(number, Fraction(number.value), Fraction(1, 2))
        elif match[6]:
            if re.search(r"(?:[第这同每任前后十百千\d]|[^，。；]{2}之)$", text[: match.start()]):
                continue
            number.value, number.unit = Decimal(numeral(match[6])), match[7]
        elif match[9] or match[0] == "持平":
            number.said, number.about = "平", _around(number, 5 if match[9] else 1)
        else:
            number.value, number.said = Decimal(100 * (2 ** numeral(match[8] or "一") - 1)), "番"
            number.about = _around(number, 15)
        yield number


def _about(text: str, number: Number, more: Fraction) -> tuple[Fraction, Fraction] | None:
    """Between what a number lies that has a word for it: 近 is not above it, 逾 and 多 not below."""
    before, after, value = text[: number.start], text[number.end :], Fraction(number.value)
    word = next((found for form in (_MORE_THAN, _LESS_THAN, _ABOUT) if (found := form.search(before))), None)
    if word:  # it is printed with the number
        number.start, number.text = word.start(), text[word.start() : number.end]
    if (word and word.re is _MORE_THAN) or re.match(r"\s*(?:余|多(?![数为是])|以上|\+)", after):
        return value, value + more
    if (word and word.re is _LESS_THAN) or re.match("以[下内]", after):
        return value - more, value
    return (value - more, value + more) if word or after.startswith("左右") else None


def _around(number: Number, room: int) -> tuple[Fraction, Fraction]:
    return Fraction(number.value) - room, Fraction(number.value) + room


def _times(number: Number, value: Fraction, half: Fraction) -> Number:
    """Times as percent: 1.2倍 is between 115 and 125."""
    low, high = number.about or (value - half, value + half)
    number.value, number.unit, number.said, number.about = number.value * 100, "%", "倍", (100 * low, 100 * high)
    return number


def _counts(text: str, match: re.Match, following: list[re.Match]) -> bool:
    before, after, unit = text[: match.start()], text[match.end() :], match[5]
    if re.search(r"(?:第|附件|附表|图|表|前|后|JT|—|~|～)\s*$", before) or re.match(r"\s*[-~～—–]\s*\d", after):
        return False
    if not unit and not match[4]:
        if re.search("[A-Za-z]$", before) or re.match(r"[年月日号时点/:：.-]", after):
            return False
        closing = next((each for each in following if each[5]), None)
        between = text[match.end() : closing.start()] if closing else ""
        return re.fullmatch(r"(?:[、，和及与]|\d|[.,])+", between) is not None
    return not (unit in ("次", "个", "项", "位", "小时") and re.match(r"未|工作日|月|百分", after))
