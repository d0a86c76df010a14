"""When things happen: calls by hour and day, handling times with an exact mean, and the units' reporting rounds.

Times are whole seconds since 1970 of Shanghai wall time (int64), turned into timestamps only when a month is written.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotline_lib.errors import PublishedError
from hotline_lib.params import Calendar, Params, month_range

Numbers = int | np.ndarray

DAY, HOUR = 86_400, 3_600
FIVE_DAYS = 5 * DAY
REPORTING_HOUR = 17  # each working day the tickets closed before it are reported, within the following 90 minutes
_REPORTING_SPREAD = 90 * 60
_SHORTEST, _LONGEST = 30, 10 * DAY
_AFTERWARDS = 16  # days after a month in which its last tickets are closed and reported

# calls by hour of day, in relative numbers: offices answer by day, the expressway at all hours
_HOURS = {
    "city": [3, 2, 1, 1, 2, 6, 16, 38, 70, 84, 82, 72, 56, 62, 76, 80, 76, 70, 58, 44, 34, 24, 14, 7],
    "group": [16, 11, 9, 9, 14, 30, 52, 68, 78, 82, 80, 72, 64, 68, 74, 78, 82, 80, 70, 58, 48, 38, 28, 21],
}
# calls on a public holiday and on a weekend without work, against a working day
_FREE_DAYS = {
    ("city", "inquiry"): (0.85, 0.90),
    ("group", "inquiry"): (1.45, 1.10),
    ("city", "complaint"): (0.80, 0.85),
    ("group", "complaint"): (1.20, 1.00),
}


@dataclass(frozen=True)
class Clock:
    """A month in seconds, and its last reporting round.

    start, end: the first moment of the month and of the next. last_working_day: the midnight it begins with.
    last_round: when the last round of the month begins; what is closed later goes in with the next month.
    """

    month: str
    start: int
    end: int
    last_working_day: int

    @property
    def last_round(self) -> int:
        return self.last_working_day + REPORTING_HOUR * HOUR

    @property
    def days(self) -> int:
        return (self.end - self.start) // DAY

    def date(self, day: int) -> dt.date:
        """The day of the month with that number, counted from 0."""
        return dt.date(1970, 1, 1) + dt.timedelta(days=self.start // DAY + day)


def clock(month: str, calendar: Calendar) -> Clock:
    first, after = month_range(month)
    last = after - dt.timedelta(days=1)
    while not calendar.is_working_day(last.date()):
        last -= dt.timedelta(days=1)
    return Clock(month, _seconds(first), _seconds(after), _seconds(last))


def _seconds(moment: dt.datetime) -> int:
    return round((moment - dt.datetime(1970, 1, 1)).total_seconds())


def accepted_times(tickets: pd.DataFrame, of: Clock, params: Params, rng: np.random.Generator) -> np.ndarray:
    """When each ticket (``unit``, ``role``) came in: by hour, weekday and public holiday, with busy and quiet days."""
    kind_of = {unit.name: unit.kind for unit in params.units}
    kinds = tickets["unit"].map(kind_of)
    seconds = np.zeros(len(tickets), dtype=np.int64)
    mood = rng.lognormal(0, 0.06, of.days)
    for (kind, role), places in tickets.groupby([kinds, "role"]).indices.items():
        holiday, weekend = _FREE_DAYS.get((kind, role), _FREE_DAYS[kind, "complaint"])
        days = [
            holiday if params.calendar.is_holiday(date) else 1 if params.calendar.is_working_day(date) else weekend
            for date in map(of.date, range(of.days))
        ]
        slots = np.outer(days * mood, _HOURS[kind]).ravel()
        upto = np.cumsum(slots)
        hours = np.searchsorted(upto, rng.uniform(0, upto[-1], len(places)), side="right").clip(max=len(upto) - 1)
        seconds[places] = of.start + hours * HOUR + rng.integers(0, HOUR, len(places))
    return seconds


def least_and_most(number: Numbers, over_day: Numbers, over_five: Numbers) -> tuple[Numbers, Numbers]:
    """The sums of handling times that are possible, of whole numbers or of arrays of them; see ``handling_times``."""
    fast, slow = number - over_day, over_day - over_five
    least = fast * _SHORTEST + slow * (DAY + 1) + over_five * (FIVE_DAYS + 1)
    return least, fast * DAY + slow * FIVE_DAYS + over_five * _LONGEST


def handling_times(number: int, total: int, over_day: int, over_five: int, rng: np.random.Generator) -> np.ndarray:
    """Seconds from acceptance to closing that sum to ``total``.

    The first ``over_five`` take more than five days, the next up to ``over_day`` in all more than 24 hours, the rest
    24 hours at most. These are skewed as far as their mean allows.
    Raises PublishedError if no such times have that sum.
    """
    low, high = np.full(number, _SHORTEST), np.full(number, DAY)
    low[:over_day], high[:over_day] = DAY + 1, FIVE_DAYS
    low[:over_five], high[:over_five] = FIVE_DAYS + 1, _LONGEST
    if not low.sum() <= total <= high.sum():
        raise PublishedError(
            f"{number} 件投诉举报中 {over_day} 件超过 24 小时、{over_five} 件超过 5 日，"
            f"平均时长不可能是 {total / 60 / max(number, 1):.2f} 分钟。"
        )
    slow = low[:over_day] + rng.beta(1, 3, over_day) * (high[:over_day] - low[:over_day])
    fast = number - over_day
    mean = np.clip((total - slow.sum()) / max(fast, 1) / DAY, 0.001, 0.999)
    strength = max(2.2, 0.9 / mean)  # beta with a steep fall for small means, flat where the mean is near the middle
    times = np.concatenate([slow, rng.beta(mean * strength, (1 - mean) * strength, fast) * DAY]).clip(low, high)
    excess = total - times.sum()
    room = (high - times) if excess > 0 else (times - low)
    times += excess * room / max(room.sum(), 1e-9)
    whole = np.clip(np.floor(times), low, high).astype(np.int64)
    for _ in range(2):  # what flooring left, a second each
        left = total - whole.sum()
        able = np.flatnonzero(whole < high) if left > 0 else np.flatnonzero(whole > low)
        whole[able[: abs(left)]] += np.sign(left)
    return whole


class Rounds:
    """The reporting rounds, and the deadline for each day of closing, from one month to past the end of it."""

    def __init__(self, of: Clock, calendar: Calendar):
        self.first_day = of.start // DAY
        days = [of.date(day) for day in range(of.days + _AFTERWARDS)]
        self.working = np.array([calendar.is_working_day(day) for day in days])
        epoch = dt.datetime(1970, 1, 1)
        self.deadline = np.array([(calendar.submit_before(day) - epoch).days for day in days]) * DAY

    def usual(self, closed_at: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """When tickets closed at that time are reported: in the round of that day, or of the next working day."""
        day = self._day(closed_at)
        today = self.working[day] & (closed_at % DAY < REPORTING_HOUR * HOUR)
        reporting_day = np.where(today, closed_at // DAY * DAY, self.deadline[day] - DAY)
        return reporting_day + REPORTING_HOUR * HOUR + rng.integers(0, _REPORTING_SPREAD, len(closed_at))

    def deadlines(self, closed_at: np.ndarray) -> np.ndarray:
        """The midnight before which a ticket closed at that time must be reported."""
        return self.deadline[self._day(closed_at)]

    def _day(self, moment: np.ndarray) -> np.ndarray:
        return (moment // DAY - self.first_day).clip(0, len(self.working) - 1)
