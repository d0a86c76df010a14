"""Columns that an exhibit gets besides: a base month's, per 10,000 people, one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._wording import noted
from hotline_lib.errors import UnknownValueError
from hotline_lib.exact import half_up, is_missing
from hotline_lib.month import Base, Month
from hotline_lib.present._cells import Column, Kind

if TYPE_CHECKING:
    from hotline_lib.bulletin._exhibit import Exhibit

BASES = {"yoy": "yoy_base", "mom": "mom_base"}
PER_10K = {"complaint_per_10k": "complaint", "ticket_per_10k": "tickets"}


def with_own(x: Exhibit, name: str, values: Mapping | Sequence | pd.Series, unit: str, head: str) -> Exhibit:
    key = next(iter(x.keys), x.frame.columns[0])
    made = x.frame[key].map(values).convert_dtypes() if isinstance(values, Mapping) else list(values)
    if len(made) != len(x.frame):
        raise UnknownValueError("列（行数与表不同）", name, [f"{len(x.frame)}行"], "这张表")
    frame = x.frame.assign(**{name: made})
    kind: Kind = "count" if pd.api.types.is_integer_dtype(frame[name]) else "plain"
    return replace(x, frame=frame, _added=(*x._added, Column(head, name, kind, name, unit)))


def with_base(x: Exhibit, name: str) -> Exhibit:
    """The frame with the tickets of a base month beside its own."""
    base, keys = figures.base(x.m, name), list(x.keys)
    known = _tickets_by(base, keys, x.within)
    rows = [tuple(row) for row in x.frame[keys].itertuples(index=False)]
    then = pd.array([pd.NA if known is None else known.get(row, 0) for row in rows], dtype="Int64")
    frame = x.frame.assign(**{BASES[name]: then})
    foot = {
        kind: {BASES[name]: part.sum(skipna=False)}
        for kind, part in (("subtotal", then[_cities(frame)]), ("total", then))
    }
    merged = {kind: {**x._foot.get(kind, {}), **more} for kind, more in foot.items()}
    return replace(x, frame=frame, _foot=merged)


def with_per_10k(x: Exhibit, name: str) -> Exhibit:
    """Tickets per 10,000 people; all units together over the people of the cities, who are everyone."""
    counted_in, cities = PER_10K[name], _cities(x.frame)
    people = int(x.frame.loc[cities, "population"].sum())
    each = lambda tickets, population: half_up(10_000 * int(tickets), int(population)) if population else None
    made = [each(row[counted_in], row["population"]) for row in x.frame.to_dict("records")]
    sums = {"subtotal": x.frame.loc[cities, counted_in].sum(), "total": x.frame[counted_in].sum()}
    foot = {kind: {**x._foot.get(kind, {}), name: each(tickets, people)} for kind, tickets in sums.items()}
    return replace(x, frame=x.frame.assign(**{name: made}), _foot=foot)


def about_people(m: Month) -> list[str]:
    """Over whom tickets per 10,000 people are counted, where a group's people are not those of the cities."""
    cities, groups = ([each for each in m.params.units if each.kind == kind] for kind in ("city", "group"))
    if not cities or not groups:
        return []
    myriads = lambda units: f"{half_up(sum(each.population for each in units), 10_000, 0):,}"
    own = [
        {"name": each.name, "people": myriads([each]), "implied": each.population_source == "implied"}
        for each in groups
    ]
    return noted(m, "people", cities=len(cities), people=myriads(cities), groups=own)


def _cities(frame: pd.DataFrame) -> pd.Series:
    """Which rows are cities; all, if no row is."""
    cities = frame["kind"] == "city" if "kind" in frame else pd.Series(True, frame.index)
    return cities if cities.any() else ~cities


def _tickets_by(base: Base, keys: list[str], within: Mapping[str, Any]) -> dict[tuple, int] | None:
    """Tickets of a base month by those columns, inside a filter; None if the base month cannot say."""
    rows = base.by(*dict.fromkeys([*within, *keys]))
    if rows is None:
        return None
    for column, value in within.items():
        rows = rows[rows[column].isin(value if isinstance(value, list) else [value])]
    sums = rows.groupby(keys)["tickets"].sum()
    return {
        key if isinstance(key, tuple) else (key,): int(tickets)
        for key, tickets in sums.items()
        if not is_missing(tickets)
    }
