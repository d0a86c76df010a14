"""How many tickets were accepted: in all, by business type, by unit, by domain."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hotline_lib.exact import competition_rank
from hotline_lib.metrics._comparison import with_base
from hotline_lib.metrics._usual import ALONE, Usual, judged


def total_volume(
    counts: pd.DataFrame, *, yoy: pd.DataFrame | None = None, mom: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row: ``tickets`` of the whole month (件), with ``yoy_base``, ``yoy``, ``mom_base``, ``mom``.

    counts: a month's counts. yoy, mom: one row with ``tickets`` of the base month, or None.
    """
    row = pd.DataFrame({"key": ["all"], "tickets": [int(counts["tickets"].sum())]})
    for name, base in (("yoy", yoy), ("mom", mom)):
        row = with_base(row, None if base is None else base[["tickets"]].assign(key="all"), name, ["key"])
    return row.drop(columns="key")


def type_volumes(
    counts: pd.DataFrame, types: pd.DataFrame, *, yoy: pd.DataFrame | None = None, mom: pd.DataFrame | None = None
) -> pd.DataFrame:
    """A row per business type, most tickets first.

    counts: a month's counts. types: ``business_type``, ``role``, in the order in which sentences name them; a retired
    type appears only if it has tickets now or in a base month. yoy, mom: ``business_type``, ``tickets`` of the base
    months, or None.

    Returns ``business_type``, ``role``, ``tickets`` (件), ``of`` (the month's total), ``share``, and the two bases.
    """
    volumes = _finish(_complete(counts, types, "business_type"), counts, yoy, mom, ["business_type"])
    ever = (volumes[["tickets", "yoy_base", "mom_base"]].astype("Int64").fillna(0) > 0).any(axis=1)
    return volumes[(volumes["role"] != "retired") | ever].reset_index(drop=True)


def domain_volumes(
    counts: pd.DataFrame, domains: pd.DataFrame, *, yoy: pd.DataFrame | None = None, mom: pd.DataFrame | None = None
) -> pd.DataFrame:
    """A row per printed domain (small ones grouped under their common name, which comes last), most tickets first.

    counts: a month's counts with ``printed_domain``. domains: ``printed_domain``, ``grouped``, once each.
    yoy, mom: ``printed_domain``, ``tickets`` of the base months, or None.

    Returns ``printed_domain``, ``grouped``, ``tickets``, ``of``, ``share`` and the two bases.
    """
    volumes = _finish(_complete(counts, domains, "printed_domain"), counts, yoy, mom, ["printed_domain"])
    return volumes.sort_values(["grouped", "tickets"], ascending=[True, False], kind="stable", ignore_index=True)


def unit_volumes(
    counts: pd.DataFrame, units: pd.DataFrame, *, yoy: pd.DataFrame | None = None, usual: Usual = ALONE
) -> pd.DataFrame:
    """Annex 3: a row per unit, all units of ``units`` included, provincial groups first, then most tickets first.

    counts: a month's counts with ``role``. units: ``unit``, ``kind`` (city | group) in the order of division codes,
    which orders ties. yoy: ``unit``, ``tickets`` of the same month last year, or None. usual: how units vary.

    Returns ``rank`` (competition, over all units), the columns of ``units``, ``complaint``, ``inquiry``,
    ``suggestion``, ``tickets`` (all types), ``of``, ``share``, ``yoy_base``, ``yoy``, ``yoy_significant`` (more than usual, cities beside
    cities: ``judged``; groups are a family by themselves) and ``yoy_q`` (how sure that is).
    """
    wide = counts.pivot_table(index="unit", columns="role", values="tickets", aggfunc="sum", fill_value=0)
    wide = wide.reindex(index=units["unit"], fill_value=0)
    wide = wide.reindex(columns=["complaint", "inquiry", "suggestion"], fill_value=0).astype("int64").reset_index()
    volumes = _complete(counts, units, "unit").merge(wide, on="unit", validate="one_to_one")
    volumes = with_base(_share(volumes, counts), yoy, "yoy", ["unit"])
    by_unit = volumes.set_index("unit")
    like = by_unit["kind"].where(by_unit["kind"] == "city")
    families = [
        judged(rows["tickets"], rows["yoy_base"], usual, like=like[rows.index]) for _, rows in by_unit.groupby("kind")
    ]
    changes = pd.concat(families).reindex(by_unit.index)
    volumes["yoy_significant"], volumes["yoy_q"] = changes["told"].to_numpy(), changes["q"].to_numpy()
    volumes.insert(0, "rank", competition_rank(volumes["tickets"]))
    first = volumes.assign(city=volumes["kind"] != "group")
    return first.sort_values(["city", "rank"], kind="stable", ignore_index=True).drop(columns="city")


def unit_domains(counts: pd.DataFrame, units: pd.DataFrame, domains: Sequence[str]) -> pd.DataFrame:
    """Units down, printed domains across: the tickets of each pair, 0 where there are none.

    units: ``unit``, ``kind`` in the order of division codes, which orders ties. domains: the columns, in order.
    Returns the columns of ``units``, one of tickets (件) per domain, and ``tickets``, their sum; provincial groups
    first, then most tickets first.
    """
    pairs = counts.pivot_table(index="unit", columns="printed_domain", values="tickets", aggfunc="sum", fill_value=0)
    pairs = pairs.reindex(index=units["unit"], columns=domains, fill_value=0).astype("int64")
    table = units.merge(pairs.assign(tickets=pairs.sum(axis=1)).reset_index(), on="unit", validate="one_to_one")
    first = table.assign(city=table["kind"] != "group").sort_values("tickets", ascending=False, kind="stable")
    return first.sort_values("city", kind="stable", ignore_index=True).drop(columns="city")


def same_tickets(pairs: pd.DataFrame, domains: Sequence[str], *, least: int = 90) -> pd.DataFrame:
    """Where a domain and a unit stand on nearly the same tickets: what moves one moves the other.

    pairs: as ``unit_domains`` gives them; domains: its columns. least: percent of the domain's tickets that are the unit's,
    and of the unit's that are the domain's.
    Returns a row per such pair: ``domain``, ``unit``, and in 件 ``of_domain``, ``of_unit``, ``of_both``.
    """
    rows = [
        (domain, row["unit"], int(pairs[domain].sum()), row["tickets"], row[domain])
        for domain in domains
        for row in pairs.to_dict("records")
    ]
    table = pd.DataFrame(rows, columns=["domain", "unit", "of_domain", "of_unit", "of_both"])
    largest = table[["of_domain", "of_unit"]].max(axis=1)
    return table[(table["of_both"] > 0) & (100 * table["of_both"] >= least * largest)].reset_index(drop=True)


def _complete(counts: pd.DataFrame, rows: pd.DataFrame, on: str) -> pd.DataFrame:
    """``rows`` with their ``tickets``, 0 where there are none."""
    tickets = counts.groupby(on)["tickets"].sum()
    return rows.assign(tickets=rows[on].map(tickets).fillna(0).astype("int64"))


def _share(volumes: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    of = int(counts["tickets"].sum())
    return volumes.assign(of=of, share=volumes["tickets"] / of if of else 0.0)


def _finish(
    volumes: pd.DataFrame, counts: pd.DataFrame, yoy: pd.DataFrame | None, mom: pd.DataFrame | None, on: list[str]
) -> pd.DataFrame:
    compared = with_base(with_base(_share(volumes, counts), yoy, "yoy", on), mom, "mom", on)
    return compared.sort_values("tickets", ascending=False, kind="stable", ignore_index=True)
