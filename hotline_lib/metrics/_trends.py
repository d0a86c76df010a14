"""Several months beside one another: which of them stray further than the others do, and the year so far."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from statistics import fmean

import pandas as pd

LIMIT, SCREEN = Fraction("2.66"), Fraction("3.267")  # 3 / d2 and D4 for ranges of two
FULL, TRIAL = 12, 5  # from so many months limits are limits, and from so many they are on trial


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
    centre, ranges = _mean(values), [abs(b - a) for a, b in pairwise(values)]
    usual = SCREEN * _mean(ranges)
    reach = LIMIT * _mean([each for each in ranges if each <= usual or not screened])
    return Xmr(centre, centre - reach, centre + reach)


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
