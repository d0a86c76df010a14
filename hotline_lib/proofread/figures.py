"""A printed figure: its value as printed, its unit, what it is said of, and where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache

from hotline_lib.proofread.read import Block

_CALLS = {"", *"件个起宗条例单通封次", "件次"}
_TAILS = (
    "共受理", "受理", "接到", "收到", "办理", "处理", "合计", "总计", "总量", "总数", "数量", "业务量", "工单量", "受理量",
    "诉求量", "件数", "工单", "业务", "电话", "问题", "类", "领域", "市", "集团", "等", "为", "有", "达到", "达", "计", "约", "共",
    "分别", "依次", "诉求", "件", "仅", "各", "是", "：", ":", "（",
)  # fmt: skip
_LEADS = re.compile(
    r"^(?:其中|其余|包括|以及|还有|和|及|与|、|是|有|全省|全市|本月|当月|本期|我省|我市|共|\d{4}年|\d{1,2}月份?|第\d+周|关于|涉及|反映|分别|依次|排名前?\d*位?的?|[•·●○▲▼①-⑩\s])+"
)


@dataclass(eq=False)
class Figure:
    """One printed number. kind: count, share, change, difference, base, rate, score, points or other.

    label: what it is said of. basis: 同比 or 环比 of a change, the whole that a share names. of: the count that a share or
    a change is of. head: it announces a whole. frame: period and measure, when they are not the bulletin's own.
    series: which row of equals it belongs to, within its paragraph or column.
    """

    text: str
    value: Decimal
    unit: str
    scale: int
    block: Block
    start: int
    end: int
    kind: str = "other"
    label: str = ""
    basis: str = ""
    head: bool = False
    frame: tuple[str, ...] = ()
    of: Figure | None = None
    whole_named: Figure | None = None  # the count that a share names as its whole: 占投诉86件的41.86%
    about: tuple[Fraction, Fraction] | None = None  # between what it lies, if it is not meant exactly: 近三成
    said: str = ""  # 倍, 番, 平: a change in words
    series: int = 0
    row: int = -1
    column: int = -1
    changes: dict[str, Figure] = field(default_factory=dict)

    @property
    def places(self) -> int:
        return max(0, -int(self.value.as_tuple().exponent))

    @property
    def step(self) -> Fraction:
        """Half of the last printed digit, in what is counted."""
        return Fraction(self.scale, 2 * 10**self.places)

    @property
    def span(self) -> tuple[Fraction, Fraction]:
        """Between what the printed value lies."""
        half = Fraction(1, 2 * 10**self.places)
        return self.about or (Fraction(self.value) - half, Fraction(self.value) + half)

    @cached_property
    def low(self) -> int:
        """The least whole number that prints so; ``high`` the greatest."""
        exact = Fraction(self.value) * self.scale
        return int(exact) if self.scale == 1 else -int(-(exact - self.step) // 1)

    @cached_property
    def high(self) -> int:
        exact = Fraction(self.value) * self.scale
        top = exact + self.step
        return int(exact) if self.scale == 1 else int(top) - (top.denominator == 1)

    @property
    def whole(self) -> bool:
        """A count: of whole things."""
        return self.kind in ("count", "base") and (self.places == 0 or self.scale > 1)

    def say_of(self, count: Figure) -> None:
        """Binds a share, a change, a base month or a difference to its count."""
        self.of = count
        tail = {"change": "", "base": "基数", "difference": "差"}.get(self.kind)
        if tail is not None:
            count.changes.setdefault(self.basis + tail, self)

    @property
    def place(self) -> str:
        return self.block.place + (f" · 表第{self.row + 1}行「{self.label}」" if self.row >= 0 else "")

    def __str__(self) -> str:
        return f"{self.label}{self.text}" if self.row < 0 else f"{self.label} {self.text}"


Texts = dict[int, list[Figure]]  # the figures of each paragraph, by its index
_TAKEN = re.compile(
    r"^.*(?:受理|接到|收到|接听|接收|(?:共|累计)[办处]理)(?:了|到|有效|各类|群众|市民|企业|社会|的|和)*(?=..)"
)


def name(text: str) -> str:
    """A label without what only surrounds it: 沈　阳市 and 沈阳 are one."""
    text = re.sub(r"（[^）]*）|[\s①-⑩▲▼●○“”\"]", "", text)
    text = _TAKEN.sub("", _LEADS.sub("", text))
    while tail := next((tail for tail in _TAILS if text.endswith(tail) and len(text) > len(tail)), ""):
        text = text.removesuffix(tail)
    return "" if text in _TAILS or text in ("业务", "工单") else re.sub(r"、.*、?[^、]*等$", "", text)


@lru_cache(maxsize=1 << 16)
def alike(one: str, other: str) -> bool:
    """Whether two labels name one thing: equal, or one is the other with a character or two left out."""
    short, long = sorted((one, other), key=len)
    if short == long:
        return bool(short)
    if len(short) < 4 or len(short) < 0.75 * len(long):
        return False
    rest = iter(long)
    return all(character in rest for character in short)


def of_a_kind(figures: list[Figure]) -> bool:
    """Whether counts can be added: of one unit, or of units that all count calls."""
    units = {figure.unit for figure in figures}
    return len(units) == 1 or units <= _CALLS


def mark(block: Block, start: int, end: int, label: str = "") -> Figure:
    """Words to be pointed at, as if they were a figure."""
    return Figure(block.text[start:end], Decimal(0), "", 1, block, start, end, "words", label)
