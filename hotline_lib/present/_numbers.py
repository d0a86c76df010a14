"""Printed figures: how a count, a share, a change or a duration stands on paper, made exactly from whole numbers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hotline_lib import exact
from hotline_lib.exact import CellValue, is_missing

MISSING = "—"
OPEN = "待补充"  # what nobody has said yet
MINUS = "\N{MINUS SIGN}"


def count(value: CellValue) -> str:
    """243,909 (tables; a sentence writes the plain digits)."""
    return MISSING if is_missing(value) else f"{int(value):,}"


def decimal(value: CellValue, places: int = 2) -> str:
    """98.00; takes Decimal, int, or None."""
    if is_missing(value):
        return MISSING
    return f"{exact.round_half_up(Decimal(value), places)}".replace("-", MINUS)


def share(part: CellValue, whole: CellValue) -> str:
    """95.18, to stand under %; 0.00 of nothing."""
    if not is_missing(whole) and whole == 0 and part == 0:
        return "0.00"
    return decimal(exact.percent(part, whole))


def change(now: CellValue, base: CellValue) -> str:
    """+30.22, −16.58, 0.00, or — where there is no base."""
    return signed(exact.change(now, base))


def signed_count(value: CellValue) -> str:
    """+2,084 or −782."""
    if is_missing(value):
        return MISSING
    return f"{'+' if value > 0 else ''}{int(value):,}".replace("-", MINUS)


def signed(value: CellValue) -> str:
    """+27.54 or −0.30."""
    return decimal(value) if is_missing(value) or value <= 0 else f"+{decimal(value)}"


def change_interval(low: float, high: float, unit: str = "") -> str:
    """+19.4至+29.4, to stand under %, or with a unit +19.4%至+29.4%; +168.9以上 where nothing bounds it.

    low, high: fractions (0.194). An end that is not 0 is not printed as 0.0: it gets the decimals that it needs.
    """
    places = lambda end: next((n for n in (1, 2, 3) if end == 0 or round(100 * abs(end), n)), 4)
    ends = [
        f"{'+' if end > 0 else ''}{decimal(100 * end, places(end))}{unit}" for end in (low, high) if end != float("inf")
    ]
    return "至".join(ends) if len(ends) == 2 else f"{ends[0]}以上"


def share_interval(low: float, high: float) -> str:
    """19.4–99.4, to stand under %: bounds of a share; 33.3 where they are one. low, high: fractions."""
    return decimal(100 * low, 1) if low == high else f"{decimal(100 * low, 1)}–{decimal(100 * high, 1)}"


def myriads(value: CellValue) -> str:
    """24.39, to stand before 万件; 0.0037 for so few that two decimals would say none."""
    return MISSING if is_missing(value) else str(exact.half_up(int(value), 10_000, 4 if 0 < int(value) < 50 else 2))


def day(date: dt.date) -> str:
    """2024年10月14日"""
    return f"{date.year}年{date.month}月{date.day}日"


def points(value: Decimal | int) -> str:
    """23, 0.46: points without trailing zeros."""
    return f"{Decimal(value).normalize():f}"


def short(value: Decimal) -> str:
    """100, 75 or 42.86: a percentage of a small sample, without decimals where it has none."""
    return str(value).removesuffix(".00")
