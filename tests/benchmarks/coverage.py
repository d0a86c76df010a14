"""How often the rules of coverage alarm where nothing is missing, and what they see where something is.

    python tests/benchmarks/coverage.py [MONTHS]

A province of 15 units with 3 to 220,000 tickets a month, simulated by the day and hour, 500 pairs of months by default.
Days have moods that last (lognormal, correlated from day to day), weekdays, weekends and holidays their own rates, calls
come in clusters (several people ring about one thing), months differ. Everything here is invented.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotline_lib.metrics._missing import HOLIDAY, WEEKEND, WORKING, missing_days, silent_hours, volume_jumps
from hotline_lib.tickets.quality import cut_off

MONTHS = 500
SIZES = [3, 10, 30, 60, 100, 200, 300, 500, 650, 900, 1_050, 1_700, 6_800, 7_500, 220_000]  # tickets a month
OFFICE = [3, 2, 1, 1, 2, 6, 16, 38, 70, 84, 82, 72, 56, 62, 76, 80, 76, 70, 58, 44, 34, 24, 14, 7]
DAYTIME = [0] * 8 + [90, 100, 100, 80, 10, 60, 90, 90, 80] + [0] * 7  # nobody answers at night


@dataclass(frozen=True)
class World:
    """How calls come in: cluster (calls about one thing, on average), mood (of a day) and drift (of a month), as
    standard deviations of a logarithm, and what a weekend day and a holiday have of a working day.
    """

    name: str
    cluster: float = 1.5
    mood: float = 0.2
    drift: float = 0.2
    weekend: float = 0.85
    holiday: float = 0.8


AS_CALLS_COME = World("as calls come")
WORLDS = [
    World("nearly Poisson", cluster=1, mood=0.1, drift=0.15),
    AS_CALLS_COME,
    World("clustered", cluster=2, mood=0.3, drift=0.25),
    World("stormy", cluster=2, mood=0.5, drift=0.3),
    World("very clustered", cluster=3, mood=0.3, drift=0.25),
    World("quiet weekends", weekend=0.3, holiday=0.2),
    World("closed on days off", weekend=0, holiday=0),
    World("closed on holidays only", weekend=0.5, holiday=0.02),
]


def day_kinds(month: str, rng: np.random.Generator) -> pd.Series:
    """Weekends, and in half of the months a holiday of three or seven days."""
    dates = pd.date_range(month, periods=pd.Period(month).days_in_month)
    kinds = np.where(dates.day_of_week < 5, WORKING, WEEKEND).astype(object)
    if length := rng.choice([0, 3, 7], p=[0.5, 0.35, 0.15]):
        start = rng.integers(0, len(dates) - length + 1)
        kinds[start : start + length] = HOLIDAY
    return pd.Series(kinds, index=dates)


def calls(world: World, size: float, shape: np.ndarray, kinds: pd.Series, rng: np.random.Generator) -> np.ndarray:
    """Tickets of a unit by day and hour."""
    days = len(kinds)
    rate = kinds.map({WORKING: 1.0, WEEKEND: world.weekend, HOLIDAY: world.holiday}).to_numpy(dtype=float)
    rate = rate * np.exp(rng.normal(0, 0.08, 7))[kinds.index.day_of_week]
    mood = np.empty(days)
    mood[0] = rng.normal()
    for day in range(1, days):
        mood[day] = 0.5 * mood[day - 1] + np.sqrt(0.75) * rng.normal()
    rate = rate * np.exp(world.mood * mood) * size / days * np.exp(rng.normal(0, world.drift))
    causes = rng.poisson(rate / world.cluster)
    number = causes + rng.negative_binomial(np.maximum(causes, 1), 1 / world.cluster) * (causes > 0)
    shape = shape * rng.lognormal(0, 0.1, 24)
    return np.array([rng.multinomial(n, shape / shape.sum()) for n in number])


def province(world: World, rng: np.random.Generator) -> list[tuple[pd.DataFrame, pd.Series]]:
    """Last month and this one, as ``missing_days`` takes them; a third of the units answer by day only, in both."""
    shapes = [np.array(DAYTIME if rng.random() < 1 / 3 else OFFICE, dtype=float) for _ in SIZES]
    found = []
    for month in ("2026-04", "2026-05"):
        kinds = day_kinds(month, rng)
        hours = [calls(world, size, shape, kinds, rng) for size, shape in zip(SIZES, shapes, strict=True)]
        index = pd.MultiIndex.from_product([range(len(SIZES)), kinds.index], names=["unit", "date"])
        found.append((pd.DataFrame(np.concatenate(hours), index=index, columns=range(24)), kinds))
    return found


def false_alarms(world: World, months: int) -> Counter:
    """How many units are told of by each rule in so many months, and in how many ``months`` any is."""
    rng, alarms = np.random.default_rng(12328), Counter()
    for _ in range(months):
        before, now = province(world, rng)
        sums = [grid.sum(axis=1).groupby(level="unit").sum() for grid, _ in (now, before)]
        told = {
            "days": missing_days(*now, before=before),
            "days without last month": missing_days(*now),
            "hours": silent_hours(now[0], before[0]),
            "hours without last month": silent_hours(now[0]),
            "volume": volume_jumps(*sums, days=(len(now[1]), len(before[1]))),
        }
        alarms.update({rule: rows["unit"].nunique() for rule, rows in told.items()})
        alarms["months"] += any(len(told[rule]) for rule in ("days", "hours", "volume"))
    return alarms


def seen(months: int) -> None:
    """Where something is missing of a unit: how often the rules tell of it."""
    rng, found = np.random.default_rng(12328), {}
    for _ in range(months):
        before, (grid, kinds) = province(AS_CALLS_COME, rng)
        values, working = grid.to_numpy().reshape(len(SIZES), len(kinds), 24), np.flatnonzero(kinds == WORKING)
        where = {
            "a working day": np.s_[:, working[8]], "two days": np.s_[:, 11:13], "the second half": np.s_[:, 15:],
            "the last day from 15:00": np.s_[:, -1, 15:], "13:00 to 23:00": np.s_[:, :, 13:],
        }  # fmt: skip
        for what, place in where.items():
            less = values.copy()
            less[place] = 0
            short = pd.DataFrame(less.reshape(-1, 24), index=grid.index)
            told = (
                silent_hours(short, before[0])
                if what == "13:00 to 23:00"
                else missing_days(short, kinds, before=before)
            )
            found.setdefault(what, np.zeros(len(SIZES)))[told["unit"].unique().astype(int)] += 100 / months
        tenth = pd.Series(rng.binomial(values.sum(axis=(1, 2)), 0.1))
        told = volume_jumps(tenth, before[0].sum(axis=1).groupby(level="unit").sum(), days=(len(kinds), len(before[1])))
        found.setdefault("nine tenths", np.zeros(len(SIZES)))[told["unit"].unique().astype(int)] += 100 / months
    print("tickets a month: " + ", ".join(f"{size:,}" for size in SIZES))
    for what, rates in found.items():
        print(f"{what} missing, seen in %: " + ", ".join(f"{rate:.0f}" for rate in rates))


def round_numbers(months: int) -> None:
    """How often a unit's month is a round number by chance, by its size."""
    rng = np.random.default_rng(12328)
    many = 1000 * months
    for size in (1_000, 2_000, 5_000, 10_000, 44_000, 220_000):
        rows = rng.poisson(size * np.exp(rng.normal(0, 0.1, many)) / 2) * 2 + rng.integers(0, 2, many)
        print(
            f"around {size:,}: a multiple of 1,000 {100 * (rows % 1000 == 0).mean():.3f} %, "
            f"cut_off {100 * np.mean([cut_off(int(n)) for n in rows]):.3f} %"
        )


def main() -> None:
    months = int(sys.argv[1]) if len(sys.argv) > 1 else MONTHS
    for world in WORLDS:
        alarms = false_alarms(world, months)
        of_months = alarms.pop("months")
        rates = ", ".join(f"{rule} {100 * number / months / len(SIZES):.2f}" for rule, number in alarms.items())
        print(f"{world.name}: % of a unit's months: {rates}; % of months: {100 * of_months / months:.1f}", flush=True)
    seen(max(months // 5, 1))
    round_numbers(months)


if __name__ == "__main__":
    main()
