"""Ticket numbers: JT, division code, day, and a serial that rises with time.

All cities share one serial; each group unit counts for itself. Other hotlines draw from the same counter, so serials
have gaps. Printed numbers (spot checks) are kept: their serials fix how far the counter was on their day.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from hotline_lib.simulate.times import DAY, Clock

_FIRST_SERIAL = {"city": 50_000_000, "group": 30_000_000}
_GAPS = 1.25  # serials per ticket where no printed numbers tell
_DIGITS = 8


def serials(
    accepted_at: np.ndarray, of: Clock, pins: pd.DataFrame, kind: str, before: int | None, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, int]:
    """Serials of tickets, times of acceptance of the pinned ones, and the first serial of the month.

    accepted_at: of the tickets that have no number yet. pins: ``day`` (of the month), ``serial`` of those that have.
    before: the month must end below this serial (the first of a later month), if given.
    """
    day = (accepted_at - of.start) // DAY
    per_day = np.bincount(day, minlength=of.days)
    starts = _day_starts(per_day, pins, kind, before)
    found = np.zeros(len(accepted_at), dtype=np.int64)
    pinned_at = of.start + (pins["day"].to_numpy() - 1) * DAY + DAY // 2
    by_time = np.argsort(accepted_at, kind="stable")
    for number, places in enumerate(np.split(by_time, np.cumsum(per_day)[:-1])):
        here = (pins["day"] == number + 1).to_numpy()
        room = np.setdiff1d(np.arange(starts[number], starts[number + 1]), pins.loc[here, "serial"])
        found[places] = np.sort(rng.choice(room, len(places), replace=False))
        if here.any() and len(places):  # a pinned ticket came in between its neighbours in number
            pinned_at[here] = np.interp(pins.loc[here, "serial"], found[places], accepted_at[places]).astype(np.int64)
    return found, pinned_at, int(starts[0])


def ticket_ids(codes: pd.Series, accepted_at: np.ndarray, serial: np.ndarray) -> pa.Array:
    """JT, the division code, the day of acceptance and the serial as one text."""
    day = pd.Categorical(accepted_at // DAY)
    dates = pa.array(pd.to_datetime(np.asarray(day.categories) * DAY, unit="s").strftime("%Y%m%d"), pa.string())
    numbers = pc.utf8_lpad(pa.array(serial).cast(pa.string()), _DIGITS, "0")
    return pc.binary_join_element_wise("JT", pa.array(codes, pa.string()), dates.take(pa.array(day.codes)), numbers, "")


def _day_starts(per_day: np.ndarray, pins: pd.DataFrame, kind: str, before: int | None) -> np.ndarray:
    """The serial each day begins with, and the one after the last day.

    The counter moves in proportion to the tickets, as evenly as printed numbers allow. Where these cannot be on one
    rising counter the fewest possible are disregarded.
    """
    steps = np.ceil(per_day * _gaps(per_day, pins)) + 2
    if pins.empty:
        first = _FIRST_SERIAL[kind] if before is None else max(before - int(steps.sum()), 1)
        return (first + np.concatenate([[0], np.cumsum(steps)])).astype(np.int64)

    from scipy.optimize import linprog

    days = len(per_day)
    pinned = pins.groupby("day")["serial"].agg(["min", "max", "size"])
    starts, worst, missed = days + 1, 1, 2 * len(pinned)  # variables
    rows, limits = [], []

    def at_most(limit: float, **terms: dict[int, float]) -> None:
        row = np.zeros(starts + worst + missed)
        for place, factor in terms["of"].items():
            row[place] = factor
        rows.append(row)
        limits.append(limit)

    for day, step in enumerate(steps):
        needed = per_day[day] + (pinned["size"].get(day + 1, 0)) + 2
        at_most(-needed, of={day: 1, day + 1: -1})
        at_most(step, of={day + 1: 1, day: -1, starts: -step})
        at_most(-step, of={day + 1: -1, day: 1, starts: -step})
    for place, (day, row) in enumerate(pinned.iterrows()):
        at_most(row["min"], of={day - 1: 1, starts + worst + 2 * place: -1})
        at_most(-row["max"] - 1, of={day: -1, starts + worst + 2 * place + 1: -1})
    answer = linprog(
        np.concatenate([np.zeros(starts), [1e3], np.full(missed, 1e3)]),
        A_ub=np.array(rows),
        b_ub=np.array(limits, dtype=float),
        bounds=[(1, 10**_DIGITS - 1)] * starts + [(0, None)] * (worst + missed),
        method="highs-ds",
    )
    return np.floor(answer.x[:starts] + 1e-6).astype(np.int64)


def _gaps(per_day: np.ndarray, pins: pd.DataFrame) -> float:
    """Serials per ticket, from the first and the last pinned day."""
    if pins.empty or pins["day"].max() - pins["day"].min() < 3:
        return _GAPS
    first, last = pins.loc[pins["day"].idxmin()], pins.loc[pins["day"].idxmax()]
    between = per_day[first["day"] - 1 : last["day"]].sum() - (per_day[first["day"] - 1] + per_day[last["day"] - 1]) / 2
    return float(np.clip((last["serial"] - first["serial"]) / max(between, 1), 1.1, 3))
