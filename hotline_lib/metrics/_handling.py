"""How long tickets took, from acceptance to closing: exact quantiles and means from counts by whole minute."""

from __future__ import annotations

import pandas as pd

from hotline_lib.errors import UnknownValueError
from hotline_lib.exact import half_up


def handling_times(handling: pd.DataFrame, by: str = "unit") -> pd.DataFrame:
    """Handling times of the submitted tickets, a row per unit or business type.

    handling: ``unit``, ``business_type``, ``minute`` (whole), ``tickets``, ``seconds``, as a Month has it; filter it first.
    by: ``"unit"`` or ``"business_type"``.
    Returns ``by``, ``tickets`` (件), ``mean_minutes`` (Decimal of two decimals) and ``median_minutes``, ``p90_minutes``: the
    whole minute by which half, and nine in ten, of the tickets were closed. Most tickets first.
    Raises UnknownValueError for another ``by``.
    """
    if by not in ("unit", "business_type"):
        raise UnknownValueError("分组", by, ["unit", "business_type"])
    rows = []
    for name, own in handling.sort_values("minute").groupby(by, sort=False):
        tickets, seconds = int(own["tickets"].sum()), int(own["seconds"].sum())
        reached = own["tickets"].cumsum()
        median, p90 = (int(own.loc[reached * 10 >= tickets * tenths, "minute"].iloc[0]) for tenths in (5, 9))
        rows.append((name, tickets, half_up(seconds, 60 * tickets), median, p90))
    table = pd.DataFrame(rows, columns=[by, "tickets", "mean_minutes", "median_minutes", "p90_minutes"])
    return table.sort_values(["tickets", by], ascending=[False, True], ignore_index=True)
