"""When people call: by day, with what kind of day it is, and by hour of the day."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from hotline_lib.params import Calendar, month_range

DAY_KINDS = ("workday", "makeup", "weekend", "holiday")  # makeup (调休): a Saturday or Sunday that is worked


def daily_calls(calendar: pd.DataFrame, month: str, days: Calendar) -> pd.DataFrame:
    """A row per day of ``month``, those without a call included.

    calendar: tickets accepted in the month: ``date``, ``tickets`` … days: public holidays and make-up working days.
    Returns ``date``, ``tickets`` (件), ``kind`` (one of DAY_KINDS) and ``working``.
    Raises ParamsError for a year that params/calendar.yaml does not have.
    """
    first, after = month_range(month)
    dates = pd.date_range(first, after, inclusive="left")
    tickets = calendar.groupby("date")["tickets"].sum()
    kinds = [_kind(date.date(), days) for date in dates]
    table = pd.DataFrame({"date": dates, "tickets": [int(tickets.get(date, 0)) for date in dates], "kind": kinds})
    return table.assign(working=table["kind"].isin(["workday", "makeup"]))


def _kind(day: dt.date, days: Calendar) -> str:
    if days.is_holiday(day):
        return "holiday"
    if days.is_working_day(day):
        return "workday" if day.weekday() < 5 else "makeup"
    return "weekend"


def day_kinds(daily: pd.DataFrame) -> pd.DataFrame:
    """A row per kind of day that the month has, in the order of DAY_KINDS: ``kind``, ``days``, ``tickets`` (件).

    daily: as ``daily_calls`` gives it.
    """
    sums = daily.groupby("kind").agg(days=("date", "size"), tickets=("tickets", "sum"))
    return sums.reindex([kind for kind in DAY_KINDS if kind in sums.index]).reset_index()


def hourly_calls(calendar: pd.DataFrame) -> pd.DataFrame:
    """24 rows: ``hour`` (9 is 9:00 to 9:59), ``tickets`` accepted in it over the whole month, ``of`` (all)."""
    tickets = calendar.groupby("hour")["tickets"].sum()
    counts = [int(tickets.get(hour, 0)) for hour in range(24)]
    return pd.DataFrame({"hour": range(24), "tickets": counts, "of": sum(counts)})
