"""A run of simulated months around the published ones: for trends, where nothing else says what those months were.

A published month and the two that it is compared with are made by ``simulate`` and stay as they are; each other month
is drawn from the two of these three around it: their tickets on other days, as many as season, holidays and growth
suggest.
The seasons are invented, but for the peaks of the long holidays on the expressway, which any toll road has.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from hotline_lib.errors import HotlineError
from hotline_lib.journal import Change
from hotline_lib.params import Params, load_params, month_before
from hotline_lib.paths import Paths
from hotline_lib.simulate import DEFAULT_SEED, _write, changing, commit, refuse_real, staged
from hotline_lib.simulate.handling import DAY, MISSING
from hotline_lib.simulate.tickets import _FIRST_SERIAL, _FREE_DAYS, _GAPS, Clock
from hotline_lib.tickets.files import engine

# calls a day, January to December, against a September day; and on a day of a holiday of a week and more
_SEASON = {
    "city": [0.95, 0.88, 1.0, 1.0, 1.02, 1.04, 1.06, 1.06, 1.0, 1.0, 0.98, 0.95],
    "group": [0.98, 1.02, 0.94, 0.97, 1.0, 0.99, 1.05, 1.08, 1.0, 1.0, 0.93, 0.94],
}
_LONG_HOLIDAY, _LONG = {"city": 0.75, "group": 2.1}, 7
_CHANCE, _FASHION, _MOOD = 0.02, 0.08, 0.06  # how far months, issues and days stray (of a logarithm)

_TICKETS = """
SELECT unit, business_type, domain, issue, sub_issue, epoch(accepted_at)::BIGINT AS accepted_at,
    answered_instantly AS instant,
    coalesce(epoch(transferred_at)::BIGINT, -1) AS transferred_at, coalesce(epoch(due_at)::BIGINT, -1) AS due_at,
    coalesce(epoch(closed_at)::BIGINT, -1) AS closed_at, coalesce(epoch(submitted_at)::BIGINT, -1) AS submitted_at,
    coalesce(called_back::INT, -1) AS called_back, coalesce(rating, -1) AS rating,
    coalesce(bad_rating_fixed::INT, -1) AS fixed, coalesce(resolved_first_time::INT, -1) AS resolved,
    classified_correctly, failed_reviews
FROM read_parquet(?) ORDER BY ticket_id
"""


def simulate_run(
    months: Sequence[str], paths: Paths, *, seed: int = DEFAULT_SEED, if_missing: bool = False
) -> list[Path]:
    """Write simulated tickets of those months, and of the published months that they are drawn from.

    if_missing: leave months alone that have tickets. The same seed gives the same bytes, whatever the run.
    Returns the files of the months, oldest first.
    Raises HotlineError if there are real tickets of any month (nothing is written then) or nothing is published,
    PublishedError as ``simulate`` does.
    """
    with changing(paths) as at:
        refuse_real(months, paths)
        commit(at, _staged(months, at, paths, seed, if_missing), paths)
    return [paths.tickets(month) for month in months]


def _staged(months: Sequence[str], at: Change, paths: Paths, seed: int, if_missing: bool) -> dict[str, Path]:
    published = sorted(file.parent.name for file in (paths.data / "published").glob("*/business_types.csv"))
    if not published:
        raise HotlineError("data/published/ 里没有已公布的月报，不能模拟一连几个月：至少要有一个月的。")
    wanted = [month for month in months if not (if_missing and paths.tickets(month).exists())]
    # each with the published month that it is made with, else the one nearest in time (of two, the later)
    by_distance = lambda month: lambda each: (month not in _three(each), abs(_places([month])[0] - _places([each])[0]))
    around = {month: min(reversed(published), key=by_distance(month)) for month in wanted}
    there = lambda each: all(paths.tickets(other).exists() for other in _three(each))
    first = {each for each in around.values() if not (if_missing and there(each))}
    made: dict[str, Path] = {}
    for month in sorted(first, reverse=True):  # one may be a base of a later one: it is exact in the end
        made |= staged(month, at, paths, seed, lambda _: None)
    sources = cache(lambda month: _tickets(_three(month), lambda each: made.get(each, paths.tickets(each))))
    for month in wanted:
        if month not in _three(around[month]):
            params = load_params(month, paths.params, need_month_file=False)
            rng = np.random.default_rng([seed, *map(int, month.split("-")), 1])
            made[month] = _write(
                _drawn(month, sources(around[month]), params, rng), at.stage / f"{month}.parquet", seed
            )
    return made


def _tickets(months: Sequence[str], file_of: Callable[[str], Path]) -> dict[str, pd.DataFrame]:
    """The tickets of each month; texts as categories, the same in all."""
    with engine() as connection:
        each = {month: connection.execute(_TICKETS, [str(file_of(month))]).df() for month in months}
    rows = pd.concat(each)
    rows = rows.astype(dict.fromkeys(rows.columns[rows.dtypes == "str"], "category"))
    return {month: rows.loc[month] for month in months}


def _three(month: str) -> tuple[str, str, str]:
    """The months that ``simulate`` writes."""
    return month_before(month, 12), month_before(month), month


def _places(months: Sequence[str]) -> list[int]:
    return [pd.Period(month).ordinal for month in months]


def _drawn(month: str, sources: Mapping[str, pd.DataFrame], params: Params, rng: np.random.Generator) -> pd.DataFrame:
    """The tickets of ``month``, as ``_write`` takes them: from the known months before and after it, more from the
    nearer one; their number lies between those months', moved by seasons and holidays.
    """
    kind_of, known = {unit.name: unit.kind for unit in params.units}, list(sources)
    *places, at = _places([*known, month])
    after = int(np.clip(np.searchsorted(places, at), 1, len(known) - 1))
    shares = {known[after - 1]: np.interp(at, places[after - 1 : after + 1], [1, 0])}
    shares[known[after]] = 1 - shares[known[after - 1]]
    new, parts = Clock(month, params.calendar), []
    for kind in sorted(set(kind_of.values())):
        rows = {each: np.flatnonzero(sources[each]["unit"].map(kind_of) == kind) for each in shares}
        levels = [np.log(max(len(rows[each]), 0.5) / _days(each, kind, params).sum()) for each in shares]
        days = _days(month, kind, params)
        level = days.sum() * np.exp(np.dot(levels, list(shares.values())) + rng.normal(0, _CHANCE))
        days = days * rng.lognormal(0, _MOOD, len(days))
        for each, share in shares.items():
            issues = pd.factorize(sources[each]["issue"].iloc[rows[each]])[0]
            likely = rng.lognormal(0, _FASHION, issues.max(initial=-1) + 2)[issues]  # the last: without an issue
            number = rng.poisson(level * share) if len(rows[each]) else 0
            part = sources[each].iloc[rng.choice(rows[each], number, p=likely / likely.sum()) if number else []]
            part = part.assign(day=rng.choice(len(days), number, p=days / days.sum()))
            parts.append(_moved(part, Clock(each, params.calendar), new, rng))
    return _numbered(pd.concat(parts, ignore_index=True), params)


def _days(month: str, kind: str, params: Params) -> np.ndarray:
    """How many calls each day of the month brings to a kind of unit, against a working day of September."""
    of, years = Clock(month, params.calendar), params.calendar.years.values()
    holidays = {day for year in years for day in year.holidays}
    long = np.array([_long(day.date(), holidays) for day in pd.date_range(month, periods=of.days)])
    free, weekend = _FREE_DAYS[kind]
    usual = np.where(of.holiday[: of.days], free, np.where(of.working[: of.days], 1, weekend))
    return np.where(long, _LONG_HOLIDAY[kind], usual) * _SEASON[kind][int(month[5:]) - 1]


def _long(day: dt.date, holidays: set[dt.date]) -> bool:
    """Whether the day is in a holiday of a week and more (Spring Festival, National Day)."""
    around = "".join("x" if day + dt.timedelta(days=step) in holidays else " " for step in range(1 - _LONG, _LONG))
    return "x" * _LONG in around


def _moved(tickets: pd.DataFrame, old: Clock, new: Clock, rng: np.random.Generator) -> pd.DataFrame:
    """The tickets at the same hour of their ``day``; what follows takes as long, and is reported by the same rules."""
    accepted_at = new.start + tickets["day"].to_numpy() * DAY + tickets["accepted_at"].to_numpy() % DAY
    later = accepted_at - tickets["accepted_at"]
    times = ("transferred_at", "due_at", "closed_at")
    moved = {name: np.where(tickets[name] == MISSING, MISSING, tickets[name] + later) for name in times}
    overdue = tickets["submitted_at"].to_numpy() - old.deadlines(tickets["closed_at"].to_numpy())
    reported = np.where(overdue < 0, new.reported(moved["closed_at"], rng), new.deadlines(moved["closed_at"]) + overdue)
    moved["submitted_at"] = np.where(tickets["submitted_at"] == MISSING, MISSING, reported)
    return tickets.assign(**moved, accepted_at=accepted_at)


def _numbered(tickets: pd.DataFrame, params: Params) -> pd.DataFrame:
    """With ``serial`` and ``code`` of the ticket's number: all cities share one counter, a group has its own."""
    units = {unit.name: unit for unit in params.units}
    own = [units[name] for name in tickets["unit"].cat.categories]
    of_unit = lambda values: np.array(values)[tickets["unit"].cat.codes]
    counter = of_unit(["city" if unit.kind == "city" else unit.name for unit in own])
    rank = tickets["accepted_at"].groupby(counter).rank(method="first")
    serial = (of_unit([_FIRST_SERIAL[unit.kind] for unit in own]) + rank * _GAPS).astype(np.int64)
    return tickets.assign(serial=serial, code=of_unit([unit.code for unit in own]))
