"""Patterns that leads look for (hotline_lib.tickets.leads), planted in simulated complaints of units of which a spot
check found something.

No printed figure changes: tickets stay in their month, unit, sub-issue and class of handling time (within 24 hours),
and what one ticket takes less the unit's others take more, so that the mean stays (a unit whose others cannot has no
closings just under a limit, or is left as it is). Each pattern takes one ticket in ten of those that may be touched:
reported in their month, closed within a day, not drawn for a spot check, not reported late.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hotline_lib.beside import read_spot_checks
from hotline_lib.errors import HotlineError
from hotline_lib.intake.spot_checks import QUESTIONS
from hotline_lib.params import Params
from hotline_lib.paths import Paths
from hotline_lib.simulate.handling import DAY, HOUR, MISSING

PATTERNS = ("again", "too_fast", "just_under", "bursts", "round_minutes", "twins", "unasked")
_SHARE = 0.1
_SHORTEST = 30
_LONGEST_SHARE = 0.3  # of all handling time, that closings just under 24 hours may take
_MARGIN = 3 * DAY  # before the month's end, so that nobody is closed after it
_BURST = 5
_RARE = 6  # complaints of a sub-issue


def problem_units(month: str, params: Params, paths: Paths) -> list[str]:
    """The units of which data/spot_checks/MONTH.csv has a ticket with a no. Raises HotlineError if there is no such
    file."""
    if (checked := read_spot_checks(month, params, paths)) is None:
        raise HotlineError(
            f"没有 data/spot_checks/{month}.csv，不知道在哪些单位留下线索。请去掉 --with-leads，或先放入抽检结果。"
        )
    bad = set(checked.loc[(checked[list(QUESTIONS)] == "no").any(axis=1), "unit"])
    return [unit for unit in params.unit_names if unit in bad]


def planted(
    tickets: pd.DataFrame, month: str, units: Sequence[str], end: int, rng: np.random.Generator
) -> pd.DataFrame:
    """The tickets with patterns in complaints of those units in that month; ``pattern`` names it, ``at_once`` are
    seconds from closing to reporting, where that is planted.

    tickets: ``month``, ``unit``, ``role``, ``issue``, ``sub_issue``, ``accepted_at``, ``seconds``, ``fate``, ``pin``,
    ``late``, ``rating`` and what else there is, which stays. end: of the month.
    """
    tickets = tickets.assign(pattern="", at_once=MISSING)
    free = (tickets["role"] == "complaint") & (tickets["month"] == month) & (tickets["fate"] == "own")
    free &= (tickets["pin"] == MISSING) & ~tickets["late"] & tickets["seconds"].between(_SHORTEST, DAY)
    free &= tickets["accepted_at"] < end - _MARGIN
    for unit in units:
        own = tickets[free & (tickets["unit"] == unit)].sort_values("accepted_at", kind="stable")
        changed = _Unit(own, end, rng).planted()
        names = ["accepted_at", "seconds", "pattern", "at_once"]
        tickets.loc[changed.index, names] = changed[names]
    return tickets


def reported_at_once(tickets: pd.DataFrame) -> pd.DataFrame:
    """Finished tickets, those with ``at_once`` reported so many seconds after closing."""
    at_once = tickets["at_once"].to_numpy()
    return tickets.assign(
        submitted_at=np.where(at_once == MISSING, tickets["submitted_at"], tickets["closed_at"] + at_once)
    )


class _Unit:
    """One unit's complaints that may be touched, by time of acceptance."""

    def __init__(self, own: pd.DataFrame, end: int, rng: np.random.Generator):
        self.own, self.end, self.rng = own, end, rng
        self.number = int(_SHARE * len(own))
        self.total = int(own["seconds"].sum())

    def planted(self) -> pd.DataFrame:
        before = self.own
        for left_out in ((), ("just_under",), ("just_under", "bursts")):  # those that take long
            self.own = before.copy()
            for pattern in PATTERNS:
                if pattern not in left_out:
                    getattr(self, f"_{pattern}")()
            if self._balanced():
                return self.own
        return before

    def _free(self) -> np.ndarray:
        return np.flatnonzero(self.own["pattern"] == "")

    def _drawn(self, number: int, among: np.ndarray) -> np.ndarray:
        return np.sort(self.rng.choice(among, min(number, len(among)), replace=False))

    def _set(self, pattern: str, rows: np.ndarray, **values: np.ndarray | int) -> None:
        given: dict[str, str | np.ndarray | int] = {"pattern": pattern, **values}
        for name, value in given.items():
            self.own.iloc[rows, self.own.columns.get_loc(name)] = value

    def _column(self, name: str) -> np.ndarray:
        return self.own[name].to_numpy()

    def _again(self) -> None:
        """A complaint of the same sub-issue comes in within two days of closing: moved there from elsewhere in the
        month."""
        named = self.own.iloc[self._free()].dropna(subset="sub_issue")
        cells = [rows for _, rows in named.groupby(["issue", "sub_issue"], observed=True) if 2 <= len(rows) <= _RARE]
        left = self.number
        for cell in (cells[at] for at in self.rng.permutation(len(cells))):
            places = self.own.index.get_indexer(cell.index)
            for first, later in zip(places[::2], places[1::2], strict=False):
                row = self.own.iloc[first]
                wait = int(self.rng.integers(HOUR, 44 * HOUR))
                at = int(row["accepted_at"] + row["seconds"]) + wait
                if left and at < self.end - _MARGIN:
                    self._set("again", np.array([first, later]))
                    self._set("again", np.array([later]), accepted_at=at)
                    left -= 1

    def _too_fast(self) -> None:
        rows = self._drawn(self.number, self._free())
        self._set("too_fast", rows, seconds=self.rng.integers(_SHORTEST, 91, len(rows)))

    def _just_under(self) -> None:
        number = min(self.number, int(_LONGEST_SHARE * self.total / DAY))
        rows = self._drawn(number, self._free())
        self._set("just_under", rows, seconds=DAY - self.rng.integers(10, 15 * 60, len(rows)))

    def _bursts(self) -> None:
        """Neighbours in time are closed together, ten seconds apart."""
        free, left = self._free(), self.number
        for start in self.rng.permutation(len(free) // _BURST):
            rows = free[start * _BURST : (start + 1) * _BURST]
            accepted_at = self._column("accepted_at")[rows]
            closed_at = accepted_at[-1] + int(self.rng.integers(600, HOUR)) + 10 * np.arange(len(rows))
            if left >= len(rows) and (closed_at - accepted_at).max() < DAY:
                self._set("bursts", rows, seconds=closed_at - accepted_at)
                left -= len(rows)

    def _round_minutes(self) -> None:
        """Three in ten are closed at the nearest five minutes: one in ten could not be told from chance."""
        free = self._free()
        rows = self._drawn(3 * self.number, free[self._column("seconds")[free].__ge__(600)])
        closed_at = (self._column("accepted_at") + self._column("seconds"))[rows]
        shift = (closed_at + 150) // 300 * 300 + self.rng.integers(0, 60, len(rows)) - closed_at
        self._set("round_minutes", rows, seconds=np.minimum(self._column("seconds")[rows] + shift, DAY))

    def _twins(self) -> None:
        """One of two handling times, those of two tickets of the unit."""
        rows = self._drawn(self.number, self._free())
        usual = np.maximum(np.quantile(self._column("seconds"), [0.4, 0.6]).astype(np.int64), 660)
        self._set("twins", rows, seconds=self.rng.choice(usual, len(rows)))

    def _unasked(self) -> None:
        free = self._free()
        rows = self._drawn(self.number, free[self._column("rating")[free] >= 3])
        self._set("unasked", rows, at_once=self.rng.integers(5, 56, len(rows)))

    def _balanced(self) -> bool:
        """What the others take so that all together take as long as before; False if they cannot."""
        seconds, others = self._column("seconds").copy(), self._free()
        others = np.concatenate([others, np.flatnonzero(self.own["pattern"] == "unasked")])
        excess = self.total - int(seconds.sum())
        before = seconds[others]
        room = DAY - before if excess > 0 else before - _SHORTEST
        if room.sum() < abs(excess):
            return False
        share = np.diff(np.floor(np.cumsum(abs(excess) * room / max(room.sum(), 1)) + 1e-6), prepend=0).astype(np.int64)
        seconds[others] = before + np.sign(excess) * share
        self.own["seconds"] = seconds
        return True
