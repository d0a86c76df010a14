"""What a month of tickets lacks: days, hours and volumes for which chance is no explanation.

Calls are less even than chance alone would make them: days have moods, several people ring about one thing, offices close
on days off. All rules reckon with that. How often each alarms where nothing is missing was measured on 500 simulated months
of 15 units with 3 to 220,000 tickets (``tests/benchmarks/coverage.py``; the docstrings give the rates): "as calls come" has
days that vary by a fifth and keep their mood, calls in clusters of 1.5 and months that differ by a fifth, "clustered" has
days that vary by a third, clusters of 2 and months that differ by a quarter. Any alarm at all: in 0.2 % of the months as
calls come, in 5.6 % of the clustered ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import exp, lgamma

import numpy as np
import pandas as pd

from hotline_lib.metrics._intervals import ratio_interval
from hotline_lib.params import month_range

WORKING, WEEKEND, HOLIDAY = "working", "weekend", "holiday"
RARE = 1e-5  # the chance below which chance is no explanation
FOLD = 3
_FEWEST = 10  # tickets; a unit with fewer shows no pattern that could be broken
_MOOD, _ECHO = 0.1, 1.0  # variance beside chance's own: mean² × 0.1 (days a third up or down), and mean × 1
_ALMOST = 0.05  # of a usual day: on a working day so few are as good as none
_REGULAR = 20  # tickets a day, from which on a day without any is no part of how a unit's days vary
_UNSEEN_HOLIDAY = 0.1  # of a weekend day, where nothing tells how a unit keeps holidays
_OFFICE_HOURS, _OFFICE_SHARE = [9, 10, 11, 14, 15, 16], 0.03  # the least that any hotline has in each of them
_ALIKE = 3  # days of the same kind, without which nobody knows when a unit's day ends
_BEYOND, _LEVEL = 1.5, 0.9999


def day_grid(calendar: pd.DataFrame, month: str, units: list[str]) -> pd.DataFrame:
    """Tickets by unit and day, hours across: every unit and day of the month, 0 where there are none.

    calendar: tickets accepted in ``month``: ``unit``, ``date``, ``hour``, ``tickets``.
    Returns a frame with the index ``unit``, ``date`` and the columns 0 to 23.
    """
    first, after = month_range(month)
    every = pd.MultiIndex.from_product([units, pd.date_range(first, after, inclusive="left")], names=["unit", "date"])
    sums = calendar.groupby(["unit", "date", "hour"])["tickets"].sum().unstack()
    return sums.reindex(index=every, columns=range(24)).fillna(0).astype("int64")


def missing_days(
    grid: pd.DataFrame, kinds: pd.Series, *, before: tuple[pd.DataFrame, pd.Series] | None = None,
    known: Collection[pd.Timestamp] = (), almost: bool = True,
) -> pd.DataFrame:  # fmt: skip
    """Days in succession on which a unit has no tickets though its other days say that it must have.

    grid: as ``day_grid`` gives it. kinds: WORKING, WEEKEND or HOLIDAY by date. before: both of last month, which tell
    what is usual on days off where this month's own cannot. known: days that are not looked at. almost: whether a
    working day with less than a twentieth of a usual day counts as one without.

    A unit's tickets fall on days by weight (a working day 1; a day off what the unit's others have of a working day, at
    most 1), with a beta-binomial that has the spread of the unit's own days, or that of _MOOD and _ECHO if it is larger.
    Told is what then has a chance below RARE: half a month from three tickets a day, two days from 17, one day from 57
    (of 35 a day eight of ten times). At the end of the month the hours after the last ticket count, too.
    False alarms per unit and month: 0.01 % as calls come, 0.09 % clustered; 0.6 % where calls come in clusters of
    three; 0.00 to 0.03 % where units close on weekends or holidays. A unit with fewer than ten tickets never alarms.

    Returns, by unit and date: ``unit``, ``first``, ``last``, ``days`` (0 if only the evening of the last day is
    missing), ``tickets`` (件 there are), ``expected`` (件 there would be) and ``since`` (where the month ends so: date
    and hour of the last ticket).
    """
    dates, rows = grid.index.unique("date"), []
    for unit, hours in grid.groupby(level="unit", sort=False):
        usual = {} if before is None else _usual(before[0].loc[unit].sum(axis=1), before[1])
        of = _Days(hours.to_numpy(), kinds.reindex(dates).to_numpy(), usual)
        for gap in sorted(of.gaps(dates.isin(list(known)), almost), key=lambda gap: gap.start):
            since = pd.NaT if gap.hour is None else dates[gap.start - 1] + pd.Timedelta(hours=gap.hour)
            first = dates[min(gap.start, gap.end - 1)]
            rows.append((unit, first, dates[gap.end - 1], gap.end - gap.start, gap.tickets, round(gap.expected), since))
    return pd.DataFrame(rows, columns=["unit", "first", "last", "days", "tickets", "expected", "since"])


def silent_hours(grid: pd.DataFrame, before: pd.DataFrame | None = None) -> pd.DataFrame:
    """Hours of the day in succession in which a unit has no ticket all month, though it must have.

    grid: as ``day_grid`` gives it; before: last month's, which tells what is usual. Without it the office hours (9 to 11,
    14 to 16) are expected to have three in a hundred tickets each, and the others none.
    Told is what has a chance below RARE, which takes about 30 missing tickets.
    False alarms: none in 60,000 months of a unit, a third of them of units that answer by day only.

    Returns ``unit``, ``first``, ``last`` (hours, both silent and expected not to be; 22 to 5 goes over midnight),
    ``expected`` (件), ``compared`` (whether last month says so).
    """
    rows = []
    for unit, hours in grid.groupby(level="unit", sort=False):
        now = hours.sum().to_numpy()
        usual = np.zeros(24) if before is None else before.loc[unit].sum().to_numpy()
        share, compared = np.zeros(24), usual.sum() >= _FEWEST
        share[_OFFICE_HOURS] = _OFFICE_SHARE
        if compared:
            share = usual / usual.sum()
        for hours_silent in _around_the_clock(now == 0):
            silent = [hour for hour in hours_silent if share[hour]]
            expected = float(now.sum() * share[silent].sum())
            spread = 1 / usual[silent].sum() if compared and silent else 0.0  # of what last month tells
            if expected and _none_of(expected, _MOOD + _ECHO / expected + spread) < RARE:
                rows.append((unit, silent[0], silent[-1], round(expected), compared))
    return pd.DataFrame(rows, columns=["unit", "first", "last", "expected", "compared"])


def volume_jumps(now: pd.Series, base: pd.Series, *, days: tuple[int, int]) -> pd.DataFrame:
    """Units with less than a third or more than three times of what they had, per day, and beyond chance.

    now, base: tickets (件) by the same units. days: how many days each of the two covers. Beyond chance: the 99.99 %
    interval of the ratio, with half the tickets because calls come in clusters, lies wholly beyond 1.5 times, which
    leaves room for how months differ. A unit without any tickets now is not told here.
    False alarms per unit and month: 0.00 % as calls come, 0.3 % clustered, 0.1 to 0.2 % where units close on weekends
    or holidays, 2 % where months differ by 30 % and days by half.

    Returns ``unit``, ``tickets``, ``base``.
    """
    rows = []
    for unit, ours in now[now > 0].items():
        theirs = int(base[unit])
        if max(days[0] * theirs, 1) * FOLD < days[1] * ours or days[1] * ours * FOLD < days[0] * theirs:
            causes = (int(ours / (1 + _ECHO)), int(theirs / (1 + _ECHO)))
            low, high = ratio_interval(*causes, exposure=days, level=_LEVEL)
            if low > _BEYOND or high < 1 / _BEYOND:
                rows.append((unit, int(ours), theirs))
    return pd.DataFrame(rows, columns=["unit", "tickets", "base"])


@dataclass(frozen=True)
class _Gap:
    """From day ``start`` (from 0) up to before ``end``. hour: of the last ticket, if the month ends with this gap."""

    start: int
    end: int
    chance: float
    tickets: int
    expected: float
    hour: int | None


@dataclass(frozen=True)
class _Days:
    """A unit's month. hours: tickets by day and hour. kinds: of the days. usual: see ``_usual``."""

    hours: np.ndarray
    kinds: np.ndarray
    usual: dict[str, float]

    def gaps(self, ignored: np.ndarray, almost: bool) -> list[_Gap]:
        """The least likely gap first, then what the other days show without it."""
        tickets, ignored = self.hours.sum(axis=1), ignored.copy()
        found: list[_Gap] = []
        if tickets[~ignored].sum() < _FEWEST:
            return []
        typical = np.median(tickets[(tickets > 0) & ~ignored])
        empty = (tickets == 0) | (almost & (self.kinds == WORKING) & (tickets < _ALMOST * typical))
        regular = ~empty if typical >= _REGULAR else np.ones(len(tickets), dtype=bool)
        evening = [] if ignored[-1] or empty[-1] else [(len(tickets), len(tickets))]
        while True:
            judged = [self.judged(*days, ~ignored, regular) for days in [*_runs(empty & ~ignored), *evening]]
            least = min(judged, key=lambda gap: gap.chance, default=None)
            if least is None or least.chance >= RARE:  # what each would have had, by the days that belong to none
                return [self.judged(gap.start, gap.end, ~ignored, regular) for gap in found]
            found.append(least)
            ignored[least.start : least.end] = True
            evening = evening if least.end < len(tickets) else []

    def judged(self, start: int, end: int, looked_at: np.ndarray, regular: np.ndarray) -> _Gap:
        """Those days, with the chance that they have no more tickets than they have, as the days outside tell it."""
        tickets, inside = self.hours.sum(axis=1), np.zeros(len(self.hours), dtype=bool)
        inside[start:end] = True
        outside = looked_at & ~inside
        weight = self.weights(tickets, outside)
        mean = tickets[outside].sum() / max(weight[outside].sum(), 1e-9)
        spread, expected = self.spread(tickets, outside & regular), mean * weight[inside].sum()
        had, chance, hour = int(tickets[inside].sum()), 1.0, None
        if expected:
            k = _evenness(mean, spread)
            trials = had + int(tickets[outside].sum())
            chance = _beta_binomial(had, trials, k * weight[inside].sum(), k * weight[outside].sum())
        if end == len(tickets) and start > 0 and outside[start - 1]:
            hour = int(np.flatnonzero(self.hours[start - 1])[-1])
            evening = mean * weight[start - 1] * self.share_after(hour, start - 1, outside)
            chance *= _none_of(evening, spread)
            expected += evening
        return _Gap(start, end, chance, had, expected, hour)

    def weights(self, tickets: np.ndarray, outside: np.ndarray) -> np.ndarray:
        """What each day has of a working day, at most 1: by the days outside, else by last month, else carefully."""
        means = {kind: tickets[outside & (self.kinds == kind)].mean() for kind in set(self.kinds[outside])}
        if not means.get(WORKING):
            return np.ones(len(tickets))

        def ratio(kind: str, unseen: float) -> float:
            if means.get(kind):
                return min(means[kind] / means[WORKING], 1.0)
            return min(self.usual.get(kind, 0.0 if kind in means else unseen), 1.0)

        weekend = ratio(WEEKEND, 0.0)
        weight = {WORKING: 1.0, WEEKEND: weekend, HOLIDAY: ratio(HOLIDAY, _UNSEEN_HOLIDAY * weekend)}
        return np.array([weight[kind] for kind in self.kinds])

    def spread(self, tickets: np.ndarray, among: np.ndarray) -> float:
        """How much more than by chance those days differ from others of their kind, in squares of their mean."""
        tickets, kinds = tickets[among], self.kinds[among]
        mean = sum((kinds == kind) * tickets[kinds == kind].mean() for kind in set(kinds))
        beyond = ((tickets - mean) ** 2 - mean).sum() * len(tickets) / max(len(tickets) - 2, 1)
        return max(float(beyond / max((mean**2).sum(), 1e-9)), 0.0) if len(tickets) else 0.0

    def share_after(self, hour: int, day: int, outside: np.ndarray) -> float:
        """The share of a day's tickets that come after that hour, on the other days of its kind."""
        alike = outside & (self.kinds == self.kinds[day]) & (self.hours.sum(axis=1) > 0)
        alike[day] = False
        whole = self.hours[alike]
        return float(whole[:, hour + 1 :].sum() / whole.sum()) if alike.sum() >= _ALIKE else 0.0


def _usual(tickets: pd.Series, kinds: pd.Series) -> dict[str, float]:
    """What a weekend day and a holiday had of a working day last month, where they had anything."""
    means = tickets.groupby(kinds.reindex(tickets.index)).mean()
    working = means.get(WORKING, 0)
    return {kind: means[kind] / working for kind in (WEEKEND, HOLIDAY) if working and means.get(kind)}


def _evenness(mean: float, spread: float) -> float:
    """The shape of the gamma distribution by which rates vary: what must be reckoned with, or less if it was seen."""
    return 1 / max(spread, _MOOD + _ECHO / mean)


def _none_of(expected: float, spread: float) -> float:
    """The chance of no ticket where so many are expected."""
    if not expected:
        return 1.0
    k = _evenness(expected, spread)
    return (1 + expected / k) ** -k


def _beta_binomial(most: int, trials: int, a: float, b: float) -> float:
    """The chance of ``most`` at most."""

    def term(n: int) -> float:
        pairs = lgamma(trials + 1) - lgamma(n + 1) - lgamma(trials - n + 1)
        return exp(pairs + lgamma(n + a) + lgamma(trials - n + b) - lgamma(trials + a + b) - whole)

    whole = lgamma(a) + lgamma(b) - lgamma(a + b)
    return min(sum(term(n) for n in range(most + 1)), 1.0)


def _runs(mask: np.ndarray) -> Iterator[tuple[int, int]]:
    """Where the mask is true in succession: from, up to before."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int))).tolist()
    yield from zip(edges[::2], edges[1::2], strict=True)


def _around_the_clock(silent: np.ndarray) -> Iterator[list[int]]:
    """Hours in succession, those over midnight together."""
    start = int(np.argmin(silent))
    for first, after in _runs(np.roll(silent, -start)):
        if not silent.all():
            yield [(start + hour) % 24 for hour in range(first, after)]
