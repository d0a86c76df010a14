"""Tickets from cells: three months together, because one month reports what another has accepted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from hotline_lib.errors import HotlineError
from hotline_lib.params import Params, month_before
from hotline_lib.simulate.ids import serials, ticket_ids
from hotline_lib.simulate.outcomes import MISSING, decide
from hotline_lib.simulate.printed import Printed
from hotline_lib.simulate.submitted import submitted_counts
from hotline_lib.simulate.times import DAY, Clock, Rounds, accepted_times, clock
from hotline_lib.tickets import SCHEMA

_CELL = ["unit", "role"]
_EARLY = 12  # days into a month; a ticket accepted by then can be reported late and still in the month
_STILL_OPEN = 0.15  # of the tickets never reported
_HOURS_LATE = (1, 40)  # after the deadline, for tickets reported late
_AFTER_CLOSING = ("called_back", "rating", "fixed", "resolved")
_MARGIN = 120  # seconds between the last closing and the end of the month


def complete(
    months: dict[str, pd.DataFrame], printed: Printed, params: Params, rng: np.random.Generator
) -> dict[str, pa.Table]:
    """All columns of the ticket table for each month, sorted as a month is written.

    months: by month, ``unit``, ``role``, ``domain``, ``issue``, ``sub_issue``, a row a ticket; the printed month, the
        month before and the same month last year.
    """
    clocks = {month: clock(month, params.calendar) for month in months}
    months = {
        month: tickets.assign(accepted_at=accepted_times(tickets, clocks[month], params, rng), pinned=MISSING)
        for month, tickets in months.items()
    }
    _plan_reports(months, clocks, printed, rng)
    _pin(months[printed.month], clocks[printed.month], printed, rng)

    together = pd.concat(months, names=["month", None]).reset_index(level=0).reset_index(drop=True)
    early = together["accepted_at"] < together["month"].map({m: of.start + _EARLY * DAY for m, of in clocks.items()})
    facts = together.assign(pinned=together["pinned"] != MISSING, early=early & (together["fate"] == "own"))
    outcomes = decide(facts, _rates_by_book(together["book"].unique(), printed, rng), printed.month, rng)
    together = pd.concat([together, outcomes], axis=1)

    finished, first_serials = {}, {}
    for month in sorted(months, reverse=True):  # backwards: a month's serials end where the next one's begin
        tickets = together[together["month"] == month].reset_index(drop=True)
        tickets = _number(_keep_in_month(tickets, clocks[month]), clocks[month], printed, params, first_serials, rng)
        finished[month] = _columns(_timed(tickets, clocks[month], params, rng), params)
    return finished


def _plan_reports(
    months: dict[str, pd.DataFrame], clocks: dict[str, Clock], printed: Printed, rng: np.random.Generator
) -> None:
    """``fate`` of each ticket (own: reported in its month; next: in the next; never) and ``book``, the month of it."""
    month, previous = printed.month, month_before(printed.month)
    unsent = {m: _count(tickets[tickets["accepted_at"] >= clocks[m].last_round]) for m, tickets in months.items()}
    before = months[previous]
    on_last_days = (before["accepted_at"] >= clocks[previous].last_working_day).groupby(before["role"]).mean()
    usual = pd.DataFrame(
        {
            "accepted": _count(months[month]),
            "unsent": unsent[month],
            "carried": unsent[previous],
            "before": _count(before),
        },
        index=pd.MultiIndex.from_product([printed.rates.index, printed.cells["role"].unique()], names=_CELL),
    ).fillna(0)
    share = on_last_days.reindex(usual.index.get_level_values("role")).fillna(0).to_numpy()
    usual["carried_most"] = np.maximum(usual["carried"], np.minimum(1.3 * share * usual["before"] + 3, usual["before"]))
    counts = submitted_counts(printed, usual.astype(np.int64))
    left = usual["accepted"] - counts["own"]
    late = dict(unsent) | {previous: counts["carried"], month: np.minimum(left, usual["unsent"])}
    for m, tickets in months.items():
        last = _first_of_cell(tickets, -tickets["accepted_at"].to_numpy(), late[m])
        fate = np.where(last, "next", "own").astype(object)
        if m == month:
            order = np.where(fate == "own", rng.random(len(tickets)), 2)
            fate[_first_of_cell(tickets, order, left - late[month])] = "never"
        tickets["fate"] = fate
        tickets["book"] = np.where(fate == "own", m, month_before(m, -1))
        carried = (fate == "next") & (tickets["accepted_at"] < clocks[m].last_working_day)
        days = -((tickets["accepted_at"] - clocks[m].last_working_day) // DAY)
        tickets["accepted_at"] += np.where(carried, days * DAY, 0)  # closed later than that they could not be on time


def _count(tickets: pd.DataFrame) -> pd.Series:
    return tickets.groupby(_CELL).size()


def _first_of_cell(tickets: pd.DataFrame, order: np.ndarray, number: pd.Series) -> np.ndarray:
    """The first ``number`` (by unit and role) of each cell's tickets in that order."""
    places = np.argsort(order, kind="stable")
    sorted_cells = tickets[_CELL].iloc[places]
    rank = sorted_cells.groupby(_CELL).cumcount().to_numpy()
    allowed = number.reindex(pd.MultiIndex.from_frame(sorted_cells), fill_value=0).to_numpy()
    chosen = np.zeros(len(tickets), dtype=bool)
    chosen[places] = rank < allowed
    return chosen


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
        tickets.iloc[chosen, tickets.columns.get_loc("pinned")] = checks.index
        tickets.iloc[chosen, tickets.columns.get_loc("accepted_at")] = of.start + (checks["day"] - 1) * DAY + DAY // 2


def _rates_by_book(books, printed: Printed, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """The printed rates, and for other months the same with other mean handling times."""

    def about_the_same() -> pd.DataFrame:
        mean = printed.rates["mean"] * rng.lognormal(0, 0.15, len(printed.rates))
        return printed.rates.assign(mean=mean.round().astype(np.int64).clip(-1, 1_200_00), failed=0)

    return {book: printed.rates if book == printed.month else about_the_same() for book in books}


def _keep_in_month(tickets: pd.DataFrame, of: Clock) -> pd.DataFrame:
    """Tickets reported in their month are closed in it: those that would not be came in some days earlier.

    The day of a pinned ticket is given: near the end of the month it changes places with the shortest of its unit.
    """
    accepted_at, latest = tickets["accepted_at"], of.end - _MARGIN
    seconds, due = (tickets[name].to_numpy(copy=True) for name in ("seconds", "due"))
    pinned = tickets["pinned"] != MISSING
    for place in np.flatnonzero(pinned & (accepted_at // DAY * DAY + DAY + seconds > latest)):
        alike = (tickets["unit"] == tickets["unit"].iat[place]) & (tickets["role"] == "complaint")
        alike = np.flatnonzero(alike & (tickets["fate"] == "own") & ~pinned)
        shortest = alike[np.argmin(seconds[alike])] if len(alike) else place
        for values in (seconds, due):
            values[[place, shortest]] = values[[shortest, place]]
    over = accepted_at + seconds - latest
    days = np.where((tickets["fate"] == "own") & (over > 0) & ~pinned, -(-over // DAY), 0)
    return tickets.assign(accepted_at=accepted_at - days * DAY, seconds=seconds, due=due)


def _number(
    tickets: pd.DataFrame,
    of: Clock,
    printed: Printed,
    params: Params,
    first_serials: dict[str, int],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Serials of the tickets' numbers; pinned tickets get theirs, and a time between their neighbours."""
    counter_of = {unit.name: "city" if unit.kind == "city" else unit.name for unit in params.units}
    counters, pinned = tickets["unit"].map(counter_of), tickets["pinned"] != MISSING
    serial, accepted_at = np.zeros(len(tickets), dtype=np.int64), tickets["accepted_at"].to_numpy(copy=True)
    for counter in dict.fromkeys(counter_of.values()):
        free, fixed = (np.flatnonzero((counters == counter) & mask) for mask in (~pinned, pinned))
        pins = printed.spot_checks.loc[tickets["pinned"].iloc[fixed]]
        kind = "city" if counter == "city" else "group"
        serial[free], pinned_at, first_serials[counter] = serials(
            accepted_at[free], of, pins, kind, first_serials.get(counter), rng
        )
        serial[fixed] = pins["serial"]
        accepted_at[fixed] = np.minimum(pinned_at, of.end - _MARGIN - tickets["seconds"].to_numpy()[fixed])
    return tickets.assign(accepted_at=accepted_at, serial=serial)


def _timed(tickets: pd.DataFrame, of: Clock, params: Params, rng: np.random.Generator) -> pd.DataFrame:
    """``transferred_at``, ``due_at``, ``closed_at``, ``submitted_at`` in seconds, −1 where missing."""
    rounds = Rounds(of, params.calendar)
    accepted_at, seconds, fate = (tickets[name].to_numpy() for name in ("accepted_at", "seconds", "fate"))
    closed_at = accepted_at + seconds
    usual = rounds.usual(closed_at, rng)
    flushed = closed_at + (rng.random(len(tickets)) * (of.end - 1 - closed_at)).astype(np.int64)
    next_round = rounds.usual(np.full(len(tickets), of.end - 1), rng)
    late = rounds.deadlines(closed_at) + rng.integers(_HOURS_LATE[0], _HOURS_LATE[1], len(tickets)) * 3_600
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
        **{name: np.where(still_open, MISSING, tickets[name]) for name in _AFTER_CLOSING},
    )


def _columns(tickets: pd.DataFrame, params: Params) -> pa.Table:
    """The ticket table's columns and types, sorted by accepted_at, ticket_id."""
    codes = tickets["unit"].cat.rename_categories({unit.name: unit.code for unit in params.units})
    order = np.lexsort([tickets["serial"], codes.astype(int), tickets["accepted_at"]])  # as the numbers sort
    tickets, codes = tickets.iloc[order], codes.iloc[order]
    name_of: dict[str, str] = {}
    for each in params.catalogue.business_types:
        name_of.setdefault(each.role, each.name)

    def known(name: str, kind: pa.DataType) -> pa.Array:
        values = tickets[name].to_numpy()
        return pa.array(values, pa.int64(), mask=values == MISSING).cast(kind)

    def text(values: pd.Series) -> pa.Array:
        return pa.array(values).cast(pa.string())

    made = {name: text(tickets[name]) for name in ("unit", "domain", "issue", "sub_issue")}
    made |= {name: known(name, pa.timestamp("s")).cast(pa.timestamp("us")) for name in SCHEMA if name.endswith("_at")}
    made |= {
        "ticket_id": ticket_ids(codes, tickets["accepted_at"].to_numpy(), tickets["serial"].to_numpy()),
        "business_type": text(tickets["role"].cat.rename_categories(name_of)),
        "answered_instantly": pa.array(tickets["instant"]),
        "called_back": known("called_back", pa.bool_()),
        "rating": known("rating", pa.int64()),
        "bad_rating_fixed": known("fixed", pa.bool_()),
        "resolved_first_time": known("resolved", pa.bool_()),
        "classified_correctly": pa.array(tickets["classified_correctly"]),
        "failed_reviews": pa.array(tickets["failed_reviews"]),
    }
    return pa.table({name: made[name] for name in SCHEMA})
