"""Cells: what stands at one place of a table, raw and printed at once. Every writer (page, text, CSV, …) reads these.

A Column says where a value comes from and how its kind is printed. A Cell holds the raw value beside the printed words,
so that no writer need read a number out of words again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from hotline_lib import exact
from hotline_lib.exact import is_missing
from hotline_lib.present import _numbers as numbers

if TYPE_CHECKING:
    from hotline_lib.present._sources import Source

Row = Mapping[str, Any]
LineKind = Literal["row", "subtotal", "total"]
Kind = Literal[
    "text", "words", "count", "difference", "share", "change", "percent", "pull", "rate", "score", "minutes", "points",
    "rank", "flag", "signals", "interval", "change_interval", "plain",
]  # fmt: skip
SIGNALS = {"attention": ("●", "关注"), "notice": ("○", "留意")}
_PAIRS: dict[str, Callable[[Any, Any], Decimal | None]] = {
    "share": exact.percent,
    "change": exact.change,
    "percent": exact.percent,
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a text that begins so


class _Withheld:
    """In the place of a number that may not be printed."""

    def __str__(self) -> str:
        return "＊"

    __repr__ = __str__


WITHHELD = _Withheld()


def is_withheld(value: object) -> bool:
    return isinstance(value, _Withheld)


@dataclass(frozen=True)
class Column:
    """One column.

    head: the name over it; breaks by hand with a newline. unit: a line under the head (件, %, 分钟).
    value: a column of the frame; for kinds share and percent (part, whole) and change (now, base) a pair of columns.
    kind: how a value is printed. count; difference: with its sign. share, change, percent (without needless decimals):
        made of two counts. pull: percentage points with their sign. rate, score, minutes: two decimals. points: without
        trailing zeros, · for 0. flag: ``words`` for true and false. text; words: text that stands like a figure
        (3/4). interval, change_interval: a pair of fractions, as an interval of a share or of a change in %. plain: as
        it is.
    key: the name in the CSV; without it the column is on the page only. in_page False: in the CSV only.
    group: columns next to each other with the same group get a short line over their heads.
    title: the full name, where head is short.
    significant: for a change, the column that says whether counts tell it from chance: ▲▼, else soft.
    signal: a row -> "" | "notice" (○ before the number) | "attention" (●, and a tint).
    emphasis: a row -> "" | "soft" (full, clean) | "strong" (ink, semibold, tint) | "heat1" … "heat5".
    names: for text, value -> what is printed.
    missing: what stands where there is no value: —, or 待补充 for what somebody still has to say, in the CSV too.
    """

    head: str
    value: str | tuple[str, str]
    kind: Kind = "count"
    key: str | None = None
    unit: str = ""
    group: str = ""
    title: str = ""
    in_page: bool = True
    significant: str | None = None
    emphasis: Callable[[Row], str] | None = None
    signal: Callable[[Row], str] | None = None
    words: tuple[str, str] = ("是", "否")
    names: Mapping[str, str] = field(default_factory=dict)
    missing: str = numbers.MISSING

    @property
    def align(self) -> str:
        return {"text": "left", "signals": "left"}.get(self.kind, "right")

    @property
    def css(self) -> str:
        """The class of its cells."""
        return self.kind if self.kind in ("text", "points", "rank", "signals") else "num"

    @property
    def name(self) -> str:
        """The full name, on one line."""
        return self.title or self.head.replace("\n", "")

    def raw(self, row: Row) -> Any:
        """The value, None where there is none: an int, a Decimal (percent for shares and changes), a bool, text."""
        if isinstance(self.value, tuple):
            first, second = (row.get(name) for name in self.value)
            if is_withheld(first) or is_withheld(second):
                return WITHHELD
            if self.kind == "share" and not is_missing(second) and second == 0 and first == 0:
                return Decimal("0.00")
            if self.kind in ("interval", "change_interval"):
                return None if is_missing(first) or is_missing(second) else (first, second)
            return _PAIRS[self.kind](first, second)
        value = row.get(self.value)
        return None if is_missing(value) else value

    def printed(self, row: Row) -> str:
        """What stands in a cell of the page, unescaped. A subtotal or total may leave a column out."""
        if not isinstance(self.value, tuple) and self.value not in row:
            return ""
        return self._words(self.raw(row))

    def reprinted(self, plain: str) -> str:
        """A figure of the CSV as a cell prints it."""
        number = self.kind not in ("text", "words", "plain", "flag", "signals") and re.fullmatch(
            r"-?\d+(\.\d+)?", plain
        )
        return self._words(Decimal(plain)) if number else plain

    def _words(self, value: Any) -> str:
        if value is None:
            return "" if self.kind == "signals" else self.missing
        if is_withheld(value):
            return str(value)
        match self.kind:
            case "count":
                return numbers.count(value)
            case "difference":
                return numbers.signed_count(value)
            case "change" | "pull":
                return numbers.signed(value)
            case "text" | "words" | "plain":
                return str(self.names.get(value, value) if self.names else value)
            case "interval":
                return numbers.share_interval(*value)
            case "change_interval":
                return numbers.change_interval(*value)
            case "percent":
                return numbers.short(value)
            case "signals":
                return "　".join(f"{SIGNALS[level][0]} {word}" for level, word in value) or "无"
            case "rank":
                return str(int(value))
            case "flag":
                return self.words[0 if value else 1]
            case "points":
                return "·" if value == 0 else numbers.points(value)
            case _:
                return numbers.decimal(value)

    def cell(self, row: Row, *, foot: bool = False, note: str = "", source: Callable | None = None) -> Cell:
        """The cell of a row. foot: of a total, which has no emphasis and no signal. note: ①, after the words."""
        value, words = self.raw(row), self.printed(row)
        there = words not in ("", self.missing) and not is_withheld(value)
        tones = [self.emphasis(row)] if self.emphasis is not None and not foot else []
        mark = ""
        if self.significant is not None and there:
            told = row.get(self.significant)
            if not is_missing(told) and told:
                mark = "▼" if value < 0 else "▲"
            else:
                tones.append("soft")
        level = self.signal(row) if self.signal is not None and there and not foot else ""
        tones.append(level)
        find = (lambda: source(self, row)) if source is not None and there else None
        return Cell(self, value, words, mark, level, tuple(filter(None, tones)), note, find)


@dataclass(frozen=True)
class Cell:
    """One place of a table.

    value: raw (an int, a Decimal, a bool, text, a list of signals), None where there is none. text: as printed.
    mark: ▲ ▼ before a change that counts tell from chance. level: of a signal, attention or notice.
    tones: what sets it off: soft, strong, bold, heat1 … heat5. note: ①, after a name.
    """

    column: Column
    value: Any
    text: str
    mark: str = ""
    level: str = ""
    tones: tuple[str, ...] = ()
    note: str = ""
    find: Callable[[], Source | None] | None = None

    @property
    def source(self) -> Source | None:
        """Where the number comes from, if that is known."""
        return self.find() if self.find is not None else None

    @property
    def number(self) -> Decimal | None:
        """The value as the number that is printed; None for what is none."""
        kind, value = self.column.kind, self.value
        if value is None or isinstance(value, str | tuple) or kind in ("text", "words", "flag", "signals"):
            return None
        if kind in ("count", "difference", "rank"):
            return Decimal(int(value))
        if kind == "plain":
            return Decimal(str(value))
        return Decimal(value) if kind == "points" else exact.round_half_up(Decimal(value))

    @property
    def plain(self) -> str:
        """What stands in the CSV: no thousands commas, ASCII minus, nothing for a missing value."""
        kind, value = self.column.kind, self.value
        if self.text == numbers.OPEN or is_withheld(value):
            return self.text
        if value is None or self.text == "":
            return ""
        if kind == "flag":
            return str(bool(value)).lower()
        if kind == "percent":
            return self.text
        if (number := self.number) is not None:
            return str(int(number)) if kind in ("count", "difference", "rank") else f"{number:f}"
        return f"'{self.text}" if self.text.startswith(_FORMULA) else self.text


@dataclass(frozen=True)
class Line:
    """One line of a table: its cells, what it is, and whether a rule parts it from the next.

    row: what it was made from. name: of whom it tells.
    """

    cells: tuple[Cell, ...]
    kind: LineKind
    ruled: bool
    row: Row
    name: Any = None

    @property
    def is_foot(self) -> bool:
        return self.kind != "row"
