"""Tickets from cells: when calls come in, are closed and reported, and their numbers.

Three months are made together, because one month reports what another has accepted. Times are whole seconds since
1970 of Shanghai wall time, −1 where missing, turned into timestamps only when a month is written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from hotline_lib.errors import HotlineError
from hotline_lib.params import Calendar, Params, month_before, month_range
from hotline_lib.simulate.handling import DAY, HOUR, MISSING, handled, submitted_numbers
from hotline_lib.simulate.planted import planted, reported_at_once
from hotline_lib.simulate.printed import ROLES, Printed

_CELL = ["unit", "role"]
_REPORTING_HOUR = 17  # each working day the tickets closed before it are reported, within the following 90 minutes
_REPORTING_SPREAD = 90 * 60
_AFTERWARDS = 16  # days after a month in which its last tickets are closed and reported
_EARLY = 12  # days into a month; a ticket accepted by then can be reported late and still in the month
_STILL_OPEN = 0.15  # of the tickets never reported
_HOURS_LATE = (1, 40)  # after the deadline, for tickets reported late
_MARGIN = 120  # seconds between the last closing and the end of the month
_FIRST_SERIAL = {"city": 50_000_000, "group": 30_000_000}
_GAPS = 1.25  # serials per ticket where no printed numbers tell: other hotlines draw from the same counter

# calls by hour of day, in relative numbers (offices answer by day, the expressway at all hours), and on a public
# holiday and a weekend without work against a working day
_HOURS = {
    "city": [3, 2, 1, 1, 2, 6, 16, 38, 70, 84, 82, 72, 56, 62, 76, 80, 76, 70, 58, 44, 34, 24, 14, 7],
    "group": [16, 11, 9, 9, 14, 30, 52, 68, 78, 82, 80, 72, 64, 68, 74, 78, 82, 80, 70, 58, 48, 38, 28, 21],
}
_FREE_DAYS = {"city": (0.83, 0.88), "group": (1.45, 1.10)}


class Clock:
    """A month in seconds, and its reporting rounds to past its end.

    start, end: the first moment of the month and of the next. days: how many it has.
    last_working_day: the midnight it begins with. last_round: when the last round of the month begins; what is closed
        later goes in with the next month.
    """

    def __init__(self, month: str, calendar: Calendar):
        epoch = dt.datetime(1970, 1, 1)
        first, after = month_range(month)
        self.start, self.end = ((moment - epoch).days * DAY for moment in (first, after))
        self.days = (after - first).days
        dates = [first.date() + dt.timedelta(days=day) for day in range(self.days + _AFTERWARDS)]
        self.working = np.array([calendar.is_working_day(date) for date in dates])
        self.holiday = np.array([calendar.is_holiday(date) for date in dates])
        self.deadline = np.array([(calendar.submit_before(date) - epoch).days for date in dates]) * DAY
        self.last_working_day = self.start + DAY * int(np.flatnonzero(self.working[: self.days])[-1])
        self.last_round = self.last_working_day + _REPORTING_HOUR * HOUR

    def reported(self, closed_at: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """When tickets closed at that time are reported: in the round of that day, or of the next working day."""
        day = self._day(closed_at)
        today = self.working[day] & (closed_at % DAY < _REPORTING_HOUR * HOUR)
        reporting_day = np.where(today, closed_at // DAY * DAY, self.deadline[day] - DAY)
        return reporting_day + _REPORTING_HOUR * HOUR + rng.integers(0, _REPORTING_SPREAD, len(closed_at))

    def deadlines(self, closed_at: np.ndarray) -> np.ndarray:
        """The midnight before which a ticket closed at that time must be reported."""
        return self.deadline[self._day(closed_at)]

    def _day(self, moment: np.ndarray) -> np.ndarray:
        return ((moment - self.start) // DAY).clip(0, len(self.working) - 1)


def complete(
    months: dict[str, pd.DataFrame],
    printed: Printed,
    params: Params,
    rng: np.random.Generator,
    plant_in: Sequence[str] = (),
) -> dict[str, pd.DataFrame]:
    """All that the ticket table needs of each ticket, by month.

    months: by month, ``unit``, ``role``, ``domain``, ``issue``, ``sub_issue``, a row a ticket; the printed month, the
        month before and the same month last year. plant_in: units whose complaints get patterns (``planted``).
    """
    clocks = {month: Clock(month, params.calendar) for month in months}
    months = {
        month: tickets.assign(accepted_at=_accepted(tickets, clocks[month], params, rng), pin=MISSING)
        for month, tickets in months.items()
    }
    numbers = _plan_reports(months, clocks, printed, rng)
    _pin(months[printed.month], clocks[printed.month], printed, rng)

    together = pd.concat(months, names=["month", None]).reset_index(level=0).reset_index(drop=True)
    start, end = (
        together["month"].map({m: getattr(of, name) for m, of in clocks.items()}) for name in ("start", "end")
    )
    pinned, accepted_at = together["pin"] != MISSING, together["accepted_at"]
    facts = together.assign(
        pinned=pinned.astype(int) + (pinned & (accepted_at > end - 2 * DAY)),
        early=(accepted_at < start + _EARLY * DAY) & (together["fate"] == "own"),
    )
    together = pd.concat([together, handled(facts, printed, numbers, rng)], axis=1)

    # tickets reported in their month are closed in it: those that would not be came in some days earlier
    over = (accepted_at + together["seconds"] - (end - _MARGIN)).where((together["fate"] == "own") & ~pinned, 0)
    together["accepted_at"] = accepted_at - -(-over.clip(lower=0) // DAY) * DAY
    if plant_in:
        together = planted(together, printed.month, plant_in, clocks[printed.month].end, rng)

    finished: dict[str, pd.DataFrame] = {}
    first_serials: dict[str, int] = {}
    for month in sorted(months, reverse=True):  # backwards: a month's serials end where the next one's begin
        tickets = together[together["month"] == month].reset_index(drop=True)
        tickets = _number(tickets, clocks[month], printed, params, first_serials, rng)
        timed = _timed(tickets, clocks[month], rng)
        finished[month] = reported_at_once(timed) if plant_in else timed
    return finished


def _accepted(tickets: pd.DataFrame, of: Clock, params: Params, rng: np.random.Generator) -> np.ndarray:
    """When each ticket came in: by hour, weekday and public holiday, with busy and quiet days."""
    seconds = np.zeros(len(tickets), dtype=np.int64)
    mood = rng.lognormal(0, 0.06, of.days)
    kinds = tickets["unit"].map({unit.name: unit.kind for unit in params.units})
    for kind, places in tickets.groupby(kinds).indices.items():
        holiday, weekend = _FREE_DAYS[kind]
        days = np.where(of.holiday, holiday, np.where(of.working, 1, weekend))[: of.days] * mood
        weights = np.outer(days, _HOURS[kind]).ravel()
        hours = rng.choice(len(weights), len(places), p=weights / weights.sum())
        seconds[places] = of.start + hours * HOUR + rng.integers(0, HOUR, len(places))
    return seconds


def _plan_reports(
    months: dict[str, pd.DataFrame], clocks: dict[str, Clock], printed: Printed, rng: np.random.Generator
) -> pd.DataFrame:
    """``fate`` of each ticket (own: reported in its month; next: in the next; never) and ``book``, the month of it.

    Returns what ``submitted_numbers`` finds for the printed month. Carried over are tickets of the last working day
    and after, a few more than there usually are if need be: those of days before would be reported too late.
    """
    month, previous = printed.month, month_before(printed.month)

    def count(m: str, since: int = 0) -> pd.DataFrame:
        tickets = months[m][months[m]["accepted_at"] >= since]
        return tickets.groupby(_CELL, observed=False).size().unstack()[list(ROLES)]

    accepted, before = count(month), count(previous)
    unsent, carried = (count(m, clocks[m].last_round) for m in (month, previous))
    last_days = (months[previous]["accepted_at"] >= clocks[previous].last_working_day).mean()
    few = np.maximum(carried, 1.3 * last_days * before + 3).astype(np.int64)
    most = [accepted + np.minimum(times * few, before) for times in (1, 3)]  # the second only if the figures insist
    numbers = submitted_numbers(printed, accepted + carried - unsent, most)
    submitted = numbers[list(ROLES)]
    carried = np.maximum(np.minimum(carried, submitted), submitted - accepted)
    left = accepted - (submitted - carried)
    to_next = {previous: carried, month: np.minimum(left, unsent)}
    for m, tickets in months.items():
        late = to_next.get(m, count(m, clocks[m].last_round))
        fate = np.where(_first(tickets, -tickets["accepted_at"], late), "next", "own").astype(object)
        if m == month:
            by_chance = pd.Series(np.where(fate == "own", rng.random(len(tickets)), 2))
            fate[_first(tickets, by_chance, left - late)] = "never"
        last_working_day = clocks[m].last_working_day
        days = np.where(fate == "next", (last_working_day - tickets["accepted_at"]).clip(lower=0) // -DAY, 0)
        tickets["fate"], tickets["book"] = fate, np.where(fate == "own", m, month_before(m, -1))
        tickets["accepted_at"] -= days * DAY
    return numbers


def _first(tickets: pd.DataFrame, order: pd.Series, number: pd.DataFrame) -> np.ndarray:
    """Whether a ticket is among the first in that order, of so many by unit and role."""
    rank = order.groupby([tickets["unit"], tickets["role"]]).rank(method="first")
    allowed = number.stack().reindex(pd.MultiIndex.from_frame(tickets[_CELL]), fill_value=0)
    return rank.to_numpy() <= allowed.to_numpy()


def _pin(tickets: pd.DataFrame, of: Clock, printed: Printed, rng: np.random.Generator) -> None:
    """Give the spot-checked numbers to complaints of their units, on their day, that are reported in the month."""
    for unit, checks in printed.spot_checks.groupby("unit"):
        able = np.flatnonzero((tickets["unit"] == unit) & (tickets["role"] == "complaint") & (tickets["fate"] == "own"))
        if len(able) < len(checks):
            raise HotlineError(
                f"data/spot_checks/{printed.month}.csv：{unit}抽检了 {len(checks)} 件，"
                f"但 {printed.month} 报送的投诉举报只有 {len(able)} 件。"
            )
        chosen = rng.choice(able, len(checks), replace=False)
        tickets.loc[chosen, "pin"] = checks.index
        tickets.loc[chosen, "accepted_at"] = of.start + (checks["day"].to_numpy() - 1) * DAY + DAY // 2


def _number(
    tickets: pd.DataFrame,
    of: Clock,
    printed: Printed,
    params: Params,
    first_serials: dict[str, int],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Serials of the tickets' numbers; pinned tickets get theirs, and a time between their neighbours.

    All cities share one counter; each group unit counts for itself.
    """
    counter_of = {unit.name: "city" if unit.kind == "city" else unit.name for unit in params.units}
    counters, pinned = tickets["unit"].map(counter_of), tickets["pin"] != MISSING
    serial, accepted_at = np.zeros(len(tickets), dtype=np.int64), tickets["accepted_at"].to_numpy(copy=True)
    for counter in dict.fromkeys(counter_of.values()):
        free, fixed = (np.flatnonzero((counters == counter) & mask) for mask in (~pinned, pinned))
        pins = printed.spot_checks.loc[tickets["pin"].iloc[fixed]]
        kind = "city" if counter == "city" else "group"
        serial[free], pinned_at, first_serials[counter] = serials(
            accepted_at[free], of, pins, _FIRST_SERIAL[kind], first_serials.get(counter), rng
        )
        serial[fixed] = pins["serial"]
        accepted_at[fixed] = np.minimum(pinned_at, of.end - _MARGIN - tickets["seconds"].to_numpy()[fixed])
    return tickets.assign(accepted_at=accepted_at, serial=serial)


def serials(
    accepted_at: np.ndarray, of: Clock, pins: pd.DataFrame, first: int, before: int | None, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, int]:
    """Serials that rise with time, times of acceptance of the pinned tickets, and the first serial of the month.

    accepted_at: of the tickets that have no number yet. pins: ``day`` (of the month), ``serial`` of those that have.
    first: where the counter begins if nothing else says so. before: the month must end below this serial, if given.
    Raises HotlineError if the pinned serials leave no room for the tickets of a day.
    """
    day = (accepted_at - of.start) // DAY
    per_day = np.bincount(day, minlength=of.days)
    pin_day, pin_serial = (pins[name].to_numpy() for name in ("day", "serial"))
    starts = _day_starts(per_day, pin_day - 1, pin_serial, first, before)
    found = np.zeros(len(accepted_at), dtype=np.int64)
    pinned_at = of.start + (pin_day - 1) * DAY + DAY // 2
    by_time = np.argsort(accepted_at, kind="stable")
    for number, places in enumerate(np.split(by_time, np.cumsum(per_day)[:-1])):
        here = pin_day == number + 1
        room = np.setdiff1d(np.arange(starts[number], starts[number + 1]), pin_serial[here])
        found[places] = np.sort(rng.choice(room, len(places), replace=False))
        if here.any() and len(places):  # a pinned ticket came in between its neighbours in number
            pinned_at[here] = np.interp(pin_serial[here], found[places], accepted_at[places])
    return found, pinned_at, int(starts[0])


def _day_starts(
    per_day: np.ndarray, pin_day: np.ndarray, pin_serial: np.ndarray, first: int, before: int | None
) -> np.ndarray:
    """The serial each day begins with, and the one after the last day: in proportion to the tickets, as pins allow."""
    tickets = np.concatenate([[0], np.cumsum(per_day)])
    if not len(pin_day):
        steps = np.concatenate([[0], np.cumsum(np.ceil(per_day * _GAPS) + 2)]).astype(np.int64)
        return steps + (first if before is None else max(before - steps[-1], 1))
    in_pins = np.bincount(pin_day, minlength=len(per_day))
    for gaps in (1.2, 1.15, 1.1, 1.05, 1):  # as even as the pins allow: at least so many serials per ticket of each day
        # no day may begin later than its pins or earlier than those of the days before
        needed = np.concatenate([[0], np.cumsum(np.ceil(gaps * (per_day + in_pins)) + 2)])
        earliest, latest = np.ones(len(needed)), np.full(len(needed), 10.0**8)
        np.maximum.at(earliest, pin_day + 1, pin_serial + 1)
        np.minimum.at(latest, pin_day, pin_serial)
        earliest = np.maximum.accumulate(earliest - needed)
        latest = np.minimum.accumulate((latest - needed)[::-1])[::-1]
        if (earliest <= latest).all():
            break
    else:
        raise HotlineError("抽检工单编号的流水号与日期不符：流水号应随受理时间递增，并给每天的工单留出号码。")
    low, high = np.argmin(pin_serial), np.argmax(pin_serial)
    between = max(tickets[pin_day[high]] - tickets[pin_day[low]], 1)
    steps = max((pin_serial[high] - pin_serial[low]) / between, _GAPS) * (tickets - tickets[pin_day[low]])
    even = pin_serial[low] + steps - needed
    return (needed + np.maximum.accumulate(np.clip(even, earliest, latest))).astype(np.int64)


def _timed(tickets: pd.DataFrame, of: Clock, rng: np.random.Generator) -> pd.DataFrame:
    """``transferred_at``, ``due_at``, ``closed_at``, ``submitted_at``, and nothing after it where a ticket is open."""
    accepted_at, seconds, fate = (tickets[name].to_numpy() for name in ("accepted_at", "seconds", "fate"))
    closed_at = accepted_at + seconds
    usual = of.reported(closed_at, rng)
    flushed = closed_at + (rng.random(len(tickets)) * (of.end - 1 - closed_at)).astype(np.int64)
    next_round = of.reported(np.full(len(tickets), of.end - 1), rng)
    late = of.deadlines(closed_at) + rng.integers(*_HOURS_LATE, len(tickets)) * HOUR
    submitted_at = np.select(
        [fate == "never", fate == "next", tickets["late"]],
        [MISSING, np.maximum(usual, next_round), np.minimum(late, of.end - 1)],
        np.where(usual < of.end, usual, flushed),
    )
    still_open = (fate == "never") & (rng.random(len(tickets)) < _STILL_OPEN)
    waited = np.minimum(seconds // 2, rng.integers(120, 1_800, len(tickets)))
    has_deadline = tickets["transferred"] | (tickets["role"] == "complaint")
    return tickets.assign(
        transferred_at=np.where(tickets["transferred"], accepted_at + waited, MISSING),
        due_at=np.where(has_deadline, accepted_at + tickets["due"], MISSING),
        closed_at=np.where(still_open, MISSING, closed_at),
        submitted_at=submitted_at,
        **{
            name: np.where(still_open, MISSING, tickets[name])
            for name in ("called_back", "rating", "fixed", "resolved")
        },
    )
