"""How long tickets took, from acceptance to closing: exact quantiles and means from counts by whole minute."""

from __future__ import annotations

import pandas as pd

from hotline_lib.errors import UnknownValueError
from hotline_lib.exact import half_up


def handling_times(handling: pd.DataFrame, by: str = "unit") -> pd.DataFrame:
    """Handling times of the submitted tickets, a row per unit or business type.

    handling: ``unit``, ``business_type``, ``minute`` (whole), ``tickets``, ``seconds``, as a Month has it; filter it first.
    by: ``"unit"`` or ``"business_type"``.
    Returns ``by``, ``tickets`` (件), ``mean_minutes`` (Decimal of two decimals), ``p10_minutes``, ``median_minutes`` and
    ``p90_minutes`` (the whole minute by which one in ten, half, and nine in ten were closed), and ``within_24h`` and
    ``within_5d`` (件; those that took a part of the minute after it do not count). Most tickets first.
    Raises UnknownValueError for another ``by``.
    """
    if by not in ("unit", "business_type"):
        raise UnknownValueError("分组", by, ["unit", "business_type"])
    rows = []
    for name, own in handling.sort_values("minute").groupby(by, sort=False):
        tickets, seconds = int(own["tickets"].sum()), int(own["seconds"].sum())
        reached = own["tickets"].cumsum()
        tenths = [int(own.loc[reached * 10 >= tickets * tenth, "minute"].iloc[0]) for tenth in (1, 5, 9)]
        rows.append((name, tickets, half_up(seconds, 60 * tickets), *tenths, *(_within(own, days) for days in (1, 5))))
    columns = ["tickets", "mean_minutes", "p10_minutes", "median_minutes", "p90_minutes", "within_24h", "within_5d"]
    table = pd.DataFrame(rows, columns=[by, *columns])
    return table.sort_values(["tickets", by], ascending=[False, True], ignore_index=True)


def _within(own: pd.DataFrame, days: int) -> int:
    """Tickets closed in so many days: whole minutes before it, and those of its last minute that took not a second more."""
    end = days * 24 * 60
    punctual = (own["minute"] == end) & (own["seconds"] == own["tickets"] * end * 60)
    return int(own.loc[(own["minute"] < end) | punctual, "tickets"].sum())
