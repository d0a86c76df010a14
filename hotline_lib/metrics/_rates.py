"""The indicators of Annex 1, each with the numerator and denominator it is made from."""

from __future__ import annotations

import pandas as pd

from hotline_lib.exact import CellValue, half_up
from hotline_lib.indicators import BY_KEY, INDICATORS
from hotline_lib.params import MonthParams

_FULL = half_up(100, 1)


def indicator_values(
    rates: pd.DataFrame, volumes: pd.DataFrame, units: pd.DataFrame, month: MonthParams
) -> pd.DataFrame:
    """A row per unit x indicator, units in the order of ``units``, indicators in that of Annex 1.

    rates: tickets submitted in the month: ``unit``, ``indicator``, ``numerator``, ``denominator``.
    volumes: tickets accepted in the month: ``unit``, ``tickets``. units: ``unit``, ``population`` (persons).
    month: the month's parameters, for what no ticket holds.

    Returns ``unit``, ``indicator``, ``kind``, ``numerator``, ``denominator`` and ``value``: what is printed, a Decimal
    of two decimals (rates in percent, minutes, tickets per 10,000 people), an int (counts), a bool (flags), or None.
    A rate over nobody is 100.00 with denominator 0, as the bulletin has it; a mean over nobody is None. What nobody
    confirmed in the month's parameters has neither numerator nor value (``unconfirmed``).
    """
    submitted = set(rates.loc[rates["denominator"] > 0, "unit"])
    rows = _from_tickets(rates, units) + _from_volumes(volumes, units) + _from_month(month, units, submitted)
    table = pd.DataFrame(rows, columns=["unit", "indicator", "numerator", "denominator"])
    table["numerator"] = pd.Series([row[2] for row in rows], dtype=object)  # one None would make all of them floats
    table["kind"] = table["indicator"].map(lambda key: BY_KEY[key].kind)
    table["value"] = [_value(row.kind, row.numerator, row.denominator) for row in table.itertuples()]
    table["value"] = table["value"].astype(object)
    order = {indicator.key: place for place, indicator in enumerate(INDICATORS)}
    unit_order = {unit: place for place, unit in enumerate(units["unit"])}
    table = table.sort_values(
        ["unit", "indicator"], key=lambda column: column.map({**order, **unit_order}), ignore_index=True
    )
    return table[["unit", "indicator", "kind", "numerator", "denominator", "value"]]


def unconfirmed(values: pd.DataFrame) -> pd.Series:
    """Which rows of ``indicator_values`` are open: nobody has said what they are, so they cost and give no points."""
    return values["numerator"].isna()


def all_units_together(values: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """The province's own line: each indicator over the tickets of all units together.

    values: as ``indicator_values`` gives them. units: ``unit``, ``kind``.
    Returns ``indicator``, ``kind``, ``numerator``, ``denominator``, ``value``. A flag is true where every unit's is.
    What is open for one unit is open for all together.
    Tickets per 10,000 people are over the population of the cities, who are everyone: a provincial group serves the
    same people once more.
    """
    cities = set(units.loc[units["kind"] == "city", "unit"]) or set(units["unit"])
    rows = []
    for key, own in values.groupby("indicator", sort=False):
        kind = own["kind"].iloc[0]
        of = own[own["unit"].isin(cities)] if kind == "per_10k" else own
        known = own["numerator"].tolist()
        numerator = None if unconfirmed(own).any() else all(known) if kind == "flag" else int(sum(known))
        denominator = int(of["denominator"].sum())
        rows.append((key, kind, numerator, denominator, _value(kind, numerator, denominator)))
    table = pd.DataFrame(rows, columns=["indicator", "kind", "numerator", "denominator", "value"], dtype=object)
    return table.astype({"denominator": "int64"})


def unsubmitted(
    counts: pd.DataFrame, submissions: pd.DataFrame, month: str, units: pd.DataFrame, *,
    business_type: str | None = None, still_open: pd.DataFrame | None = None,
) -> pd.DataFrame:  # fmt: skip
    """What was accepted in the month and not submitted in it: no rate of Annex 1 sees those tickets.

    counts: accepted in the month: ``unit``, ``tickets``. submissions: submitted in the month: ``unit``,
    ``accepted_month``, ``tickets``. units: ``unit`` …, whose order decides ties. business_type: one to count by itself.
    still_open: accepted in the month and not closed: ``unit``, ``tickets``; None: nobody knows.
    Returns a row per unit, the highest share first: the columns of ``units``, ``accepted``, ``submitted`` (of those),
    ``unsubmitted`` and ``earlier`` (submitted in the month, accepted before it; all in 件); with a business type also ``part``, how
    many of the unsubmitted are of it, and ``open``.
    """
    own = submissions["accepted_month"] == month
    table = units.copy()
    for name, part in (("accepted", counts), ("submitted", submissions[own]), ("earlier", submissions[~own])):
        tickets = part.groupby("unit")["tickets"].sum()
        table[name] = [int(tickets.get(unit, 0)) for unit in units["unit"]]
    table.insert(table.columns.get_loc("earlier"), "unsubmitted", table["accepted"] - table["submitted"])
    share = (table["unsubmitted"] / table["accepted"].where(table["accepted"] > 0)).fillna(0)
    table = table.loc[share.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)
    if business_type is None:
        return table
    one, other = (frame[frame["business_type"] == business_type] for frame in (counts, submissions))
    of_part = unsubmitted(one, other, month, units).set_index("unit")["unsubmitted"]
    left = pd.NA if still_open is None else table["unit"].map(still_open.groupby("unit")["tickets"].sum()).fillna(0)
    return table.assign(part=table["unit"].map(of_part), open=left).astype({"open": "Int64"})


def possible_rates(values: pd.DataFrame, left: pd.DataFrame) -> pd.DataFrame:
    """What rates would be if all that is missing from them were bad, and if all were good.

    values: ``unit``, ``indicator``, ``numerator``, ``denominator``, ``value``, as ``indicator_values`` gives them. left: ``unit``,
    ``indicator``, ``unsubmitted``: tickets that the rate would count.
    Returns a row per row of ``left``: ``unit``, ``indicator``, ``value`` (as printed), ``unsubmitted``, ``worst`` and ``best``
    (Decimal, in percent).
    """
    rows = left.merge(values, on=["unit", "indicator"], validate="one_to_one")
    whole = rows["denominator"] + rows["unsubmitted"]
    ends = {
        "worst": [half_up(100 * int(good), int(of)) for good, of in zip(rows["numerator"], whole, strict=True)],
        "best": [
            half_up(100 * int(good + more), int(of))
            for good, more, of in zip(rows["numerator"], rows["unsubmitted"], whole, strict=True)
        ],
    }
    return rows.assign(**ends)[["unit", "indicator", "value", "unsubmitted", "worst", "best"]]


def incomplete(unsubmitted: pd.DataFrame, *, least: float) -> pd.Series:
    """Which units left so much unsubmitted that their rates speak of the rest only.

    unsubmitted: as the function of that name gives it. least: the smallest share that matters (0.1 is 10 %).
    Returns by ``unit`` whether its share is at least that, and larger than that of all others together by more than
    chance (Fisher's exact test, Benjamini-Hochberg at 5 % over the units).
    """
    from scipy.stats import false_discovery_control, fisher_exact

    rows = unsubmitted.set_index("unit")[["unsubmitted", "accepted"]]
    rest = rows.sum() - rows
    p_values = [
        fisher_exact([[n, of - n], [rest_n, rest_of - rest_n]], alternative="greater").pvalue
        for (n, of), (rest_n, rest_of) in zip(rows.to_numpy(), rest.to_numpy(), strict=True)
    ]
    large = (rows["accepted"] > 0) & (rows["unsubmitted"] >= least * rows["accepted"])
    return large & (false_discovery_control(p_values) <= 0.05)


def _from_tickets(rates: pd.DataFrame, units: pd.DataFrame) -> list[tuple]:
    known = {
        (row.unit, row.indicator): (int(row.numerator), int(row.denominator)) for row in rates.itertuples(index=False)
    }
    keys = [indicator.key for indicator in INDICATORS if indicator.counted]
    return [(unit, key, *known.get((unit, key), (0, 0))) for unit in units["unit"] for key in keys]


def _from_volumes(volumes: pd.DataFrame, units: pd.DataFrame) -> list[tuple]:
    tickets = volumes.set_index("unit")["tickets"]
    return [
        (row.unit, "tickets_per_10k", int(tickets.get(row.unit, 0)), int(row.population))
        for row in units.itertuples(index=False)
    ]


def _from_month(month: MonthParams, units: pd.DataFrame, submitted: set[str]) -> list[tuple]:
    """0/0 is no answer of the ministry's platform about a unit that submitted tickets."""
    rows = []
    for unit in units["unit"]:
        conform = month.data_conformity.get(unit)
        conform = conform if conform and (conform.denominator or unit not in submitted) else None
        rows += [
            (unit, "offline_minutes", month.offline_minutes.get(unit), 1),
            (unit, "monthly_analysis_done", month.monthly_analysis_done.get(unit), 1),
            (unit, "data_conformity_rate", *((conform.numerator, conform.denominator) if conform else (None, 0))),
        ]
    return rows


def _value(kind: str, numerator: CellValue, denominator: int) -> CellValue:
    if numerator is None or numerator != numerator:
        return None
    if kind == "flag":
        return bool(numerator)
    if kind == "count":
        return int(numerator)
    if kind == "per_10k":
        return half_up(10_000 * int(numerator), denominator)
    if kind == "minutes":
        return half_up(int(numerator), 60 * denominator) if denominator else None
    return half_up(100 * int(numerator), denominator) if denominator else _FULL
