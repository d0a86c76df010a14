"""Several months beside one another: which of them stray further than the others do, and the year so far."""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from statistics import fmean, stdev
from typing import Any

import pandas as pd

LIMIT, SCREEN = Fraction("2.66"), Fraction("3.267")  # 3 / d2 and D4 for ranges of two
FULL, TRIAL = 12, 5  # from so many months limits are limits, and from so many they are on trial
COURSE = 3  # months at least for a course to be shown: two are a comparison, which 环比 makes
SEASON = 24  # from so many months the season is taken out
_YEAR = 11  # periods in a year, January and February being one
_SDS = 3


@dataclass(frozen=True)
class Xmr:
    """A chart of single values and moving ranges: its centre and its limits."""

    centre: Fraction | float
    low: Fraction | float
    high: Fraction | float


def xmr(values: Sequence[Fraction | float], *, screened: bool = True) -> Xmr:
    """Limits of at least two values in the order of time: their mean ± 2.66 times the mean moving range.

    Moving ranges beyond 3.267 times their mean are screened out once, unless ``screened`` is False. Fractions give exact
    limits. Season is not taken out. One rule only, a value beyond a limit: longer rules take months that depend on one
    another for signals.
    Source: Wheeler, Understanding Variation (1993); NHS England, Making Data Count, for the screening.
    """
    steps: Iterator[tuple[Any, Any]] = pairwise(values)  # all fractions, or none is
    centre, ranges = _mean(values), [abs(b - a) for a, b in steps]
    usual = SCREEN * _mean(ranges)
    reach = LIMIT * _mean([each for each in ranges if each <= usual or not screened])
    return Xmr(centre, centre - reach, centre + reach)


@dataclass(frozen=True)
class MonthLimits:
    """What the months before let a month be (tickets a day). value: what is judged, this month or ``together``, January and
    February as one; ``seasonal``: the season is taken out of the limits."""

    value: Fraction | float
    centre: Fraction | float
    low: Fraction | float
    high: Fraction | float
    seasonal: bool = False
    together: bool = False

    @property
    def side(self) -> str:
        """On which side of the limits the value lies: above, below, or nothing."""
        return "above" if self.value > self.high else "below" if self.value < self.low else ""


def month_limits(tickets: Sequence[int], months: Sequence[str]) -> MonthLimits | None:
    """Limits of the last month from those before it; None for a January, and from fewer than five periods.

    tickets: 件 of months (YYYY-MM) that follow one another, this one last.

    The Spring Festival moves between January and February: they are one period, theirs together; a January is not judged
    before its February. From 24 months on each period is held against the same period a year before (the logs of their
    ratios), which takes out the season, and with it the festivals that keep their month; one that moves between two
    months (中秋) is not taken out. The limits are the mean of the periods before ± the larger of 2.66 mean moving ranges,
    screened once (``xmr``), and of 3 standard deviations, times √(1 + 1/n) because the mean is known from n periods only.
    Periods that depend on one another have small moving ranges; their standard deviation is not small.
    Source: Wheeler 1993 (XmR); Nelson 1982, JQT 14, on moving ranges of dependent values; a prediction interval for one
    more value has that root (Hahn 1970, JQT 2). One rule only, a value beyond a limit.

    How often this month is beyond where nothing changed, of 5, 8, 12, 24 and 36 months (tests/benchmarks/months.py, 2,000
    runs each): independent .040, .020, .009, .012, .005; each dependent on the one before (0.6) .058, .029, .019, .022,
    .006; with a season of ± 15 % .080, .053, .002, .016, .008; both .086, .048, .007, .025, .010; wandering .048, .049,
    .032, .038, .017. A month half as large again is found in .83 or more of 5, .62 of 12 with a season, .86 of 24 and more.
    """
    if months[-1].endswith("-01") or len(periods := _periods(tickets, months)) < TRIAL:
        return None
    *before, now = (Fraction(count, days) for count, days in periods)
    together, values = months[-1].endswith("-02"), [*before, now]
    if len(months) < SEASON or not all(values):
        centre, reach = _reach(before)
        return MonthLimits(now, centre, centre - reach, centre + reach, together=together)
    logs = [math.log(later / earlier) for earlier, later in zip(values, values[_YEAR:], strict=False)]
    centre, reach = _reach(logs[:-1])
    middle, low, high = (float(values[-1 - _YEAR]) * math.exp(centre + side * reach) for side in (0, -1, 1))
    return MonthLimits(now, middle, low, high, seasonal=True, together=together)


def _periods(tickets: Sequence[int], months: Sequence[str]) -> list[tuple[int, int]]:
    """(件, days) of each month, of January and February together; a February without its January is left out."""
    found: list[tuple[int, int]] = []
    for at, (count, month) in enumerate(zip(tickets, months, strict=True)):
        if month.endswith("-02"):
            first = found.pop() if at else None
            if first is None:
                continue
            found.append((first[0] + int(count), first[1] + month_days(month)))
        else:
            found.append((int(count), month_days(month)))
    return found


def _reach(values: Sequence[Fraction | float]) -> tuple[Fraction | float, Fraction | float]:
    """The centre of limits, and how far they lie from it."""
    found = xmr(values)
    widest = max(float(found.high - found.centre), _SDS * stdev(map(float, values)))
    return found.centre, widest * (1 + 1 / len(values)) ** 0.5


def _mean(values: Sequence[Fraction | float]) -> Fraction | float:
    return sum(values) / len(values) if all(isinstance(value, Fraction | int) for value in values) else fmean(values)


def a_day(tickets: int, month: str) -> Fraction:
    """Tickets a day of that month, exactly: months differ in length by a tenth."""
    return Fraction(int(tickets), month_days(month))


def month_days(month: str) -> int:
    """How many days a month (YYYY-MM) has."""
    return calendar.monthrange(*map(int, month.split("-")))[1]


def side_by_side(months: dict[str, pd.DataFrame], key: str | list[str] | None = None) -> pd.DataFrame:
    """A row per ``key``, a column per month (件); without a key one row, called ``tickets``.

    months: by month, in their order, ``key`` and ``tickets``; a part that a month does not have had none in it.
    """
    if key is None:
        return pd.DataFrame({month: [int(frame["tickets"].sum())] for month, frame in months.items()}, ["tickets"])
    columns = {month: frame.groupby(key)["tickets"].sum() for month, frame in months.items()}
    table = pd.DataFrame(columns).fillna(0).astype("int64")
    return table.rename_axis(key) if isinstance(key, str) else table.rename_axis(index=key)


def year_to_date(months: pd.DataFrame, last_year: pd.DataFrame | None) -> pd.DataFrame:
    """The last month, all months together, and the same months of last year.

    months: as ``side_by_side`` gives January to this month. last_year: the same of last year, None if it is not known
    of all these months.
    Returns the parts of both years with ``tickets``, ``to_date`` and ``to_date_base`` (件; the base is nullable).
    """
    rows = (
        months if last_year is None else months.reindex(months.index.union(last_year.index, sort=False), fill_value=0)
    )
    if last_year is None:
        base = pd.Series(pd.NA, index=rows.index, dtype="Int64")
    else:
        base = last_year.sum(axis=1).reindex(rows.index, fill_value=0).astype("Int64")
    sums = pd.DataFrame({"tickets": rows.iloc[:, -1], "to_date": rows.sum(axis=1), "to_date_base": base})
    return sums.rename_axis(months.index.name).reset_index()
