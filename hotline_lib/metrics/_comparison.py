"""Change against another month: how much, and from where."""

from __future__ import annotations

import pandas as pd

from hotline_lib.exact import percent


def with_base(volumes: pd.DataFrame, base: pd.DataFrame | None, name: str, on: list[str]) -> pd.DataFrame:
    """``volumes`` with a base month beside it.

    volumes: a row per ``on``, with integer ``tickets``. base: the same of the base month, or None if there is none.
    name: ``yoy`` (同比, on the same month last year) or ``mom`` (环比, on last month).

    Adds ``{name}_base`` (件, nullable; 0 where the base month is known and had none) and ``{name}`` (0.2758 is
    +27.58 %; missing where the base is missing or 0).
    """
    if base is None:
        return volumes.assign(**{f"{name}_base": pd.array([pd.NA] * len(volumes), dtype="Int64"), name: float("nan")})
    column = f"{name}_base"
    merged = volumes.merge(base.rename(columns={"tickets": column}), how="left", on=on, validate="one_to_one")
    merged[column] = merged[column].astype("Int64").fillna(0)
    usable = merged[column].where(merged[column] > 0)
    merged[name] = ((merged["tickets"] - merged[column]) / usable).astype("Float64").astype(float)
    return merged


def contributions(volumes: pd.DataFrame, total_base: int, base: str = "yoy") -> pd.DataFrame:
    """Each part's share in the total's change (拉动), in percentage points of the base month's total.

    volumes: disjoint parts with ``tickets`` and ``{base}_base``. total_base: all tickets of the base month.

    Adds ``difference`` (件) and ``pull`` (percentage points, exact Decimal of two decimals); those of all parts add up to
    the total's change in percent, but for rounding. Where the base is missing both are missing.
    """
    difference = (volumes["tickets"] - volumes[f"{base}_base"]).astype("Int64")
    return volumes.assign(difference=difference, pull=[percent(each, total_base) for each in difference])
