"""The month's figures, each made once: metrics applied to what a Month holds. The frames are shared: change none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from hotline_lib import metrics, scoring
from hotline_lib.exact import is_missing
from hotline_lib.indicators import BY_KEY
from hotline_lib.month import Base, Month, once_a_month
from hotline_lib.present._sentences import Figure

TOTAL = "总计"


@once_a_month
def total(m: Month) -> Figure:
    """The whole month beside its base months."""
    row = metrics.total_volume(m.counts, yoy=m.last_year.by(), mom=m.previous.by()).iloc[0]
    tickets = int(row["tickets"])
    return Figure(TOTAL, tickets, tickets, row["yoy_base"], row["mom_base"], where={}, of_where={})


@once_a_month
def types(m: Month) -> pd.DataFrame:
    """Business types, most tickets first; a retired one only if the month has tickets of it."""
    volumes = types_then_and_now(m)
    return volumes[(volumes["role"] != "retired") | (volumes["tickets"] > 0)].reset_index(drop=True)


@once_a_month
def types_then_and_now(m: Month) -> pd.DataFrame:
    """Business types, those included that only a base month has tickets of: their changes add up to the total's."""
    key = "business_type"
    return metrics.type_volumes(m.counts, m.types, yoy=m.last_year.by(key), mom=m.previous.by(key))


@once_a_month
def domains(m: Month) -> pd.DataFrame:
    """Printed domains; ``domain``: the domains that each stands for."""
    key = "printed_domain"
    members = {name: [d.name for d in m.params.catalogue.domains if d.printed == name] for name in m.domains[key]}
    rows = metrics.domain_volumes(m.counts, m.domains, yoy=m.last_year.by(key), mom=m.previous.by(key))
    return rows.assign(domain=rows[key].map(members))


@once_a_month
def units(m: Month) -> pd.DataFrame:
    return metrics.unit_volumes(m.counts, m.units, yoy=m.last_year.by("unit"), usual=metrics.usual(m, "yoy", "unit"))


@once_a_month
def type_changes(m: Month) -> pd.DataFrame:
    """The business types' changes on last year as ``metrics.judged`` has them, by type."""
    rows = types(m).set_index("business_type")
    return metrics.judged(rows["tickets"], rows["yoy_base"], metrics.usual(m, "yoy", "business_type"))


@once_a_month
def together(m: Month, names: tuple[str, ...]) -> pd.Series:
    """The change of some units together, as ``metrics.judged`` has it."""
    rows, usual = units(m).set_index("unit").loc[list(names)], metrics.usual(m, "yoy", "unit")
    if usual.earlier is not None:
        sums = usual.earlier.reindex(rows.index).fillna(0).sum()
        usual = replace(usual, earlier=sums.to_frame("all").T)
    sums = rows[["tickets", "yoy_base"]].astype("Int64").sum(skipna=False)
    return metrics.judged(
        pd.Series([sums["tickets"]], ["all"]), pd.Series([sums["yoy_base"]], ["all"], dtype="Int64"), usual
    ).iloc[0]


@once_a_month
def unit_contributions(m: Month) -> pd.DataFrame:
    base = total(m).yoy_base
    return metrics.contributions(units(m), 0 if is_missing(base) else int(base))


@once_a_month
def unit_domains(m: Month) -> pd.DataFrame:
    return metrics.unit_domains(m.counts, m.units, domains(m)["printed_domain"].tolist())


@once_a_month
def same_tickets(m: Month) -> list[dict[str, Figure]]:
    """Where a domain and a unit are nearly the same tickets: ``domain``, ``unit`` and what they have in common, ``both``."""
    members, own, found = domains(m).set_index("printed_domain"), units(m).set_index("unit"), []
    for row in metrics.same_tickets(unit_domains(m), members.index.tolist()).to_dict("records"):
        base = {"domain": members["yoy_base"][row["domain"]], "unit": own["yoy_base"][row["unit"]]}
        parts = {"domain": {"domain": members["domain"][row["domain"]]}, "unit": {"unit": row["unit"]}}
        parts["both"] = parts["domain"] | parts["unit"]
        told = {part: (row.get(part, ""), row[f"of_{part}"], None, base.get(part)) for part in parts}
        found.append({part: Figure(*told[part], where=where) for part, where in parts.items()})
    return found


@once_a_month
def daily(m: Month) -> pd.DataFrame:
    return metrics.daily_calls(m.calendar, m.month, m.params.calendar)


@once_a_month
def hourly(m: Month) -> pd.DataFrame:
    return metrics.hourly_calls(m.calendar)


def base(m: Month, kind: str) -> Base:
    """The base month of ``yoy`` or ``mom``."""
    return m.last_year if kind == "yoy" else m.previous


@once_a_month
def issue_changes(m: Month, kind: str) -> pd.DataFrame | None:
    """Every issue against the ``yoy`` or ``mom`` base; None without that month's tickets."""
    return metrics.issue_changes(m.counts, base(m, kind).counts, metrics.usual(m, kind, "business_type", "issue"))


@once_a_month
def changes(m: Month, kind: str, *keys: str) -> pd.DataFrame | None:
    """What those columns name, the business type first, against the ``yoy`` or ``mom`` base; None where that is not known."""
    counts = base(m, kind).counts
    return metrics.changes(m.counts, counts, list(keys), metrics.usual(m, kind, *keys))


@once_a_month
def city_types(m: Month, kind: str) -> pd.DataFrame | None:
    """Business types of cities against the ``yoy`` or ``mom`` base, beside the same type of the other cities."""
    keys, types = ["business_type", "unit"], m.types.set_index("business_type")["role"]
    then = base(m, kind).by("unit", "business_type")
    if then is None:
        return None
    cities = m.units.loc[m.units["kind"] == "city", "unit"]
    of_cities = lambda counts: counts[counts["unit"].isin(cities)]
    then = of_cities(then).assign(role=lambda each: each["business_type"].map(types))
    return metrics.changes(of_cities(m.counts), then, keys, metrics.usual(m, kind, *keys))


@once_a_month
def indicators(m: Month) -> pd.DataFrame:
    return metrics.indicator_values(m.rates, units(m), m.units, m.params.month)


@once_a_month
def indicators_by_unit(m: Month) -> pd.DataFrame:
    """The same by (unit, indicator)."""
    return indicators(m).set_index(["unit", "indicator"])


@once_a_month
def all_units_together(m: Month, names: tuple[str, ...] = ()) -> pd.DataFrame:
    """Each indicator over the tickets of all units (of those), by indicator."""
    values, units = (rows[rows["unit"].isin(names or m.params.unit_names)] for rows in (indicators(m), m.units))
    return metrics.all_units_together(values, units).set_index("indicator")


@once_a_month
def unconfirmed(m: Month) -> dict[str, list[str]]:
    """The indicators that nobody confirmed, in the order of Annex 1, each with the units for which it is open."""
    rows = indicators(m)
    rows = rows[metrics.unconfirmed(rows)]
    return {key: rows.loc[rows["indicator"] == key, "unit"].tolist() for key in rows["indicator"].unique()}


@once_a_month
def deductions(m: Month) -> pd.DataFrame:
    return scoring.deductions(indicators(m), m.params.scheme)


@once_a_month
def lost(m: Month) -> pd.DataFrame:
    """Points lost, a row per unit, a column per indicator that cost anyone any, the dearest first."""
    table = deductions(m).groupby(["unit", "indicator"], sort=False)["points"].sum().unstack("indicator")
    costs = table.sum().sort_values(ascending=False, kind="stable")
    return table[costs[costs > 0].index]


@once_a_month
def scores(m: Month) -> pd.DataFrame:
    return scoring.scores(deductions(m), m.units, indicators(m), m.params.scheme)


@once_a_month
def explained(m: Month) -> pd.DataFrame:
    return scoring.explained(indicators(m), m.params.scheme)


@once_a_month
def takes(m: Month) -> pd.DataFrame:
    return scoring.takes(indicators(m), m.missed, m.params.scheme, m.units["unit"].tolist())


@once_a_month
def rank_intervals(m: Month) -> pd.DataFrame:
    return scoring.rank_intervals(indicators(m), scores(m), m.missed, m.params.scheme)


@once_a_month
def funnel(m: Month, of: str) -> pd.DataFrame:
    """The cities' funnel of tickets or complaints per head, or of a rate (its key)."""
    cities = m.units[m.units["kind"] == "city"]
    if of in BY_KEY:
        own = indicators(m)
        rows = own[(own["indicator"] == of) & own["unit"].isin(cities["unit"])]
        return metrics.funnel(rows[["unit", "numerator", "denominator"]])
    counts = m.counts if of == "tickets" else m.counts[m.counts["role"] == "complaint"]
    tickets = counts.groupby("unit")["tickets"].sum()
    rows = cities.assign(numerator=cities["unit"].map(tickets).fillna(0).astype(int), denominator=cities["population"])
    return metrics.funnel(rows[["unit", "numerator", "denominator"]], of="ratio")


@once_a_month
def fallen(m: Month) -> pd.DataFrame:
    """Which rates fell against the units' own months before."""
    rates = [annex.rates.assign(month=annex.month) for annex in m.annexes if annex.rates is not None]
    now = indicators(m).query("kind == 'rate' and numerator.notna()")
    return metrics.fallen(now, pd.concat(rates) if rates else now.iloc[:0].assign(month=""))


@once_a_month
def unsubmitted(m: Month) -> pd.DataFrame:
    complaint = m.params.catalogue.name_of("complaint")
    return metrics.unsubmitted(
        m.counts, m.submissions, m.month, m.units, business_type=complaint, still_open=m.still_open
    )


@once_a_month
def told_unsubmitted(m: Month) -> pd.Series:
    """By unit, whether it left more unsubmitted than the scheme lets pass, and more than the others together."""
    return metrics.incomplete(unsubmitted(m), least=float(m.params.scheme.signals.unsubmitted) / 100)


@once_a_month
def left_much(m: Month) -> dict[str, Figure]:
    """What those units left unsubmitted, of what they accepted."""
    rows = unsubmitted(m).set_index("unit")[["unsubmitted", "accepted"]].astype(int)
    return {unit: Figure(unit, *rows.loc[unit]) for unit, told in told_unsubmitted(m).items() if told}


@once_a_month
def spot_checks(m: Month) -> pd.DataFrame | None:
    """What was found, beside the scores; None for a month in which nothing was drawn at random.

    A unit that left much unsubmitted is never ``contrary``: its score speaks of the rest only.
    """
    if m.spot_checks is None or not (m.spot_checks["drawn"] == "random").any():
        return None
    rows = metrics.beside_scores(metrics.spot_check_results(m.spot_checks, m.units), scores(m), indicators(m))
    return rows.assign(contrary=rows["contrary"] & ~rows["unit"].isin(left_much(m)))


@once_a_month
def pooled(m: Month, kind: str | None = None) -> dict:
    """All units (of that kind) as one row of ``units``, with ``number``: how many there are.

    The base is missing if any unit's is; ``yoy_significant`` is a test of the sum alone.
    """
    rows = units(m) if kind is None else units(m)[units(m)["kind"] == kind]
    sums = rows[["complaint", "inquiry", "suggestion", "tickets", "yoy_base"]].sum(skipna=False)
    told = together(m, tuple(rows["unit"]))["told"]
    where = {} if kind is None else {"unit": rows["unit"].tolist()}
    return {
        **sums,
        "where": where,
        "of": total(m).tickets,
        "yoy_significant": not is_missing(told) and bool(told),
        "number": len(rows),
    }


def errata(m: Month, table: str) -> list[dict[str, str]]:
    """What the printed bulletin has otherwise in a table: only where this very month was printed."""
    return [] if m.errata is None else m.errata[m.errata["table"] == table].to_dict("records")


RANKED_ROLES = ("inquiry", "complaint")  # business types whose issues the bulletin ranks


def figure(
    name: str, row: Mapping | pd.Series, keys: Sequence[str] | None = None, within: Mapping | None = None
) -> Figure:
    """A row of any volume frame as a sentence prints it.

    keys: the row's columns that, together with ``within``, are the filter of its tickets; ``within`` is that of ``of``.
    Without keys the figure does not know its tickets.
    """
    where = None if keys is None else {**(within or {}), **{key: row[key] for key in keys}}
    bases = row.get("yoy_base"), row.get("mom_base")
    return Figure(name, int(row["tickets"]), row.get("of"), *bases, where=where, of_where=within or {})


def named(
    frame: pd.DataFrame, name: str, keys: Sequence[str] | None = None, within: Mapping | None = None
) -> list[Figure]:
    """A Figure per row, called by column ``name``."""
    return [figure(row[name], row, keys, within) for row in frame.to_dict("records")]
