"""Exact arithmetic for printed digits: integers and Decimal, rounded half away from zero, never binary floats."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CellValue = Any  # what a cell of a frame may hold: a number of any kind, a text, a day; None, NaN or pandas.NA where it is missing


def is_missing(value: CellValue) -> bool:
    """True for None, NaN and pandas.NA, without importing pandas."""
    return value is None or type(value).__name__ in {"NAType", "NaTType"} or value != value


def round_half_up(value: Decimal, places: int = 2) -> Decimal:
    """``value`` rounded half away from zero to ``places`` decimals."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def half_up(numerator: int, denominator: int, places: int = 2) -> Decimal:
    """The exact quotient of two integers, rounded half away from zero to ``places`` decimals.

    Raises ZeroDivisionError for a zero denominator.
    """
    scaled = abs(int(numerator)) * 10**places
    bottom = abs(int(denominator))
    digits = (2 * scaled + bottom) // (2 * bottom)
    negative = (int(numerator) < 0) != (int(denominator) < 0)
    return Decimal(-digits if negative else digits).scaleb(-places)


def percent(part: CellValue, whole: CellValue) -> Decimal | None:
    """``part`` of ``whole`` in percent to two decimals; None where the whole is 0 or either is missing."""
    if is_missing(part) or is_missing(whole) or whole == 0:
        return None
    return half_up(100 * int(part), int(whole))


def change(now: CellValue, base: CellValue) -> Decimal | None:
    """The change from ``base`` to ``now`` in percent to two decimals; None where the base is 0 or either is missing."""
    if is_missing(now) or is_missing(base) or base == 0:
        return None
    return half_up(100 * (int(now) - int(base)), int(base))


def competition_rank(values: Iterable, *, descending: bool = True) -> list[int]:
    """Ranks that leave gaps after ties: 1, 1, 1, 4. The highest value is first, unless ``descending`` is False."""
    values = list(values)
    first_at: dict = {}
    for place, value in enumerate(sorted(values, reverse=descending), start=1):
        first_at.setdefault(value, place)
    return [first_at[value] for value in values]
