"""Where a printed number comes from: its formula, the tickets it counts, the filter that gives them.

A sentence, a table or a drill-down knows the source of each of its numbers; ``Links`` turns the numbers of a page into
links to one list of sources at its end, and the list's lines back into links to every place that prints the number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any
from weakref import WeakKeyDictionary

from hotline_lib.exact import CellValue, is_missing
from hotline_lib.present import _numbers as numbers

SHORT = 12  # lines: a list no longer than that stands open, and so on paper too
_NOT_DIGITS = re.compile(r"[^\d.\-/至–]")


@dataclass(frozen=True)
class Source:
    """The source of one number.

    title: what is counted (沈阳 · 投诉举报); numbers of one title share a line of the list. tickets: which tickets, in
    words. formula: how just this number is made of whole numbers. where: the filter of accepted tickets that gives it.
    rate: the unit and the indicator whose tickets it counts. counts: the whole numbers that the formula is made of.
    """

    title: str
    tickets: str
    formula: str
    where: Mapping[str, object] | None = field(default=None, compare=False)
    rate: tuple[str, str] | None = field(default=None, compare=False)
    counts: tuple[int, ...] = field(default=(), compare=False)


class Cited(str):
    """A printed number that knows its source. whole: all of the text is the number (an interval, 60件中13件)."""

    source: Source | None
    whole: bool

    def __new__(cls, text: str, source: Source | None, *, whole: bool = False) -> Cited:
        made = super().__new__(cls, text)
        made.source, made.whole = source, whole
        return made


@dataclass(frozen=True)
class Setting:
    """What sources say of the month: the names of its base months, and of the ticket columns; the days of both months."""

    month: str
    yoy: str
    mom: str
    labels: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def words(self, where: Mapping[str, object]) -> str:
        """A filter in words: 分平台=沈阳，业务类型=投诉举报."""
        named = [f"{self.labels.get(column, column)}={_listed(value)}" for column, value in where.items()]
        return "，".join(named) or "全部工单"


def title_of(where: Mapping[str, object]) -> str:
    """投诉举报 · 沈阳"""
    return " · ".join(map(_listed, where.values())) or "全部工单"


def _listed(value: object) -> str:
    if value is None:
        return "未标注"
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def counted(
    attribute: str, at: Setting, where: Mapping[str, object], *,
    tickets: CellValue, of: CellValue = None, of_where: Mapping[str, object] | None = None,
    yoy_base: CellValue = None, mom_base: CellValue = None,
) -> Source | None:  # fmt: skip
    """The source of a number made of counts of accepted tickets; None where there is no such number.

    attribute: count, myriads, share, yoy, mom, each of the two also with _difference or _daily. where, of_where: the filters of the part and of the
    whole. The other arguments are those of a Figure.
    """
    now = int(tickets)
    against, _, how = attribute.partition("_")
    base: CellValue = {"yoy": yoy_base, "mom": mom_base}.get(against)
    if attribute in ("count", "myriads"):
        formula = f"{at.month}受理{now}件" + (f" = {numbers.myriads(now)}万件" if attribute == "myriads" else "")
    elif attribute == "share":
        whole = at.words(of_where or {})
        formula = f"{now} ÷ {int(of)} = {numbers.share(now, of)}%（分母：{whole}）"
    elif is_missing(base):
        return None
    else:
        then, difference = f"{getattr(at, against)}受理{int(base)}件", f"{now} − {int(base)}"
        if how == "daily":
            days, base_days = at.days[against]
            change = numbers.change(now * base_days, int(base) * days)
            formula = f"({now} ÷ {days}) ÷ ({int(base)} ÷ {base_days}) − 1 = {change}%（{then}，{base_days}天）"
        elif how:
            formula = f"{difference} = {numbers.signed_count(now - int(base)).replace(',', '')}件（{then}）"
        else:
            formula = f"({difference}) ÷ {int(base)} = {numbers.change(now, base)}%（{then}）"
    counts = tuple(int(each) for each in (now, of if attribute == "share" else base) if not is_missing(each))
    return Source(title_of(where), f"{at.month}受理的工单，{at.words(where)}", formula, dict(where), counts=counts)


@dataclass
class _Line:
    number: int
    source: Source
    formulas: dict[str, int] = field(default_factory=dict)  # formula -> its number in the line
    places: list[str] = field(default_factory=list)  # ids of the numbers that link here


class Links:
    """The numbers of one page, in the order in which they are shown."""

    def __init__(self, month: str = "") -> None:
        self._month = month  # whose numbers ``hotline explain`` tells of
        self._lines: dict[tuple[str, str], _Line] = {}
        self.shown: list[tuple[str, str, Source]] = []  # place, words, source
        self.place = ""

    @property
    def unasked(self) -> Links:
        """The same list, for numbers that ``hotline explain`` does not look for."""
        same = Links()
        same._lines, same.shown = self._lines, self.shown
        return same

    def link(self, words: str, source: Source) -> str:
        """``words`` as a link to its formula in the list."""
        key = (source.title, source.tickets)
        line = self._lines.setdefault(key, _Line(len(self._lines) + 1, source))
        formula = line.formulas.setdefault(source.formula, len(line.formulas) + 1)
        self.shown.append((self.place, words, source))
        place = f"n{len(self.shown)}"
        line.places.append(place)
        asked = f"\n命令：hotline explain {self._month} {words}" if self._month and re.search(r"\d", words) else ""
        why = escape(f"算式：{source.formula}\n工单：{source.tickets}{asked}").replace("\n", "&#10;")
        return f'<a class="n" id="{place}" href="#s{line.number}-{formula}" data-why="{why}">{escape(words)}</a>'

    def __repr__(self) -> str:
        return "\n".join(
            f"{line.number} {line.source.title}：{'；'.join(line.formulas)}（{line.source.tickets}）"
            for line in self._lines.values()
        )

    def _repr_html_(self) -> str:
        """The list of sources, a line per title, each with links back to its numbers; a long one is folded."""
        if not self._lines:
            return ""
        opened = " open" if len(self._lines) <= SHORT else ""
        summary = f"<summary>本页{len(self.shown)}个数字的来源，共{len(self._lines)}条</summary>"
        items = "".join(map(self._item, self._lines.values()))
        return f'<details class="why"{opened}>{summary}<ol>{items}</ol></details>'

    def _item(self, line: _Line) -> str:
        back = " ".join(f'<a href="#{place}">{at}</a>' for at, place in enumerate(line.places, start=1))
        source = line.source
        formulas = "；".join(
            f'<span id="s{line.number}-{at}">{escape(formula)}</span>' for formula, at in line.formulas.items()
        )
        return (
            f'<li id="s{line.number}"><strong>{escape(source.title)}</strong> {formulas}。'
            f'<span class="soft">{escape(source.tickets)}。</span><span class="back"><span class="soft">回到：</span>{back}</span></li>'
        )


def same_number(one: str, other: str) -> bool:
    """Whether two printed numbers are the same figure: 90.10% and 90.10, 219,751 and 219751件, +31.47 and 31.47."""
    digits = [_NOT_DIGITS.sub("", text.replace(numbers.MINUS, "-").replace("减少", "-")) for text in (one, other)]
    return digits[0] == digits[1] != ""


def explained(shown: Sequence[tuple[str, str, Source]]) -> Iterator[str]:
    """A paragraph for every place that prints a number: where, what, how it is made, of which tickets."""
    for place, words, source in shown:
        yield f"{place or '（未分节）'}　{words}\n  {source.formula}\n  {source.title}：{source.tickets}"


_LINKS: WeakKeyDictionary[object, Links] = WeakKeyDictionary()


def links_of(m: object, *, edition: bool = False) -> Links:
    """The list of sources of the page that shows a month: there is one as long as the month is open. edition: for what only
    a unit's edition prints."""
    page = _LINKS.setdefault(m, Links(getattr(m, "month", "")))
    return page.unasked if edition else page


def sources(m: object) -> Links:
    """Where every number comes from that the page has shown of a month so far, as a list that folds."""
    return links_of(m)


def explain(*shown: Any) -> Links:
    """Where the numbers of sentences, tables and drill-downs come from, as a list."""
    links = Links()
    for each in shown:
        each.html(links.link)
    return links
