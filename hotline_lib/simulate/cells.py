"""Which cell has how many tickets: every published count of a month, as tickets with unit, role, domain and issues.

A role is what the business type is to the code (inquiry, suggestion, complaint). Only where limits couple units and
issues is a transport problem solved; elsewhere labels are shuffled among the tickets of a pool, which keeps both the
units' and the labels' counts exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hotline_lib.errors import PublishedError
from hotline_lib.params import Issue, Params
from hotline_lib.simulate.printed import ROLES, Printed, limits_beyond
from hotline_lib.simulate.whole import fit, spread

UNRECORDED = 0.04  # share of tickets without issue or sub-issue where no figure says how many
STRANGE = 1e-9  # how likely a unit takes calls of a domain that another kind of unit answers for, against 1
_STEEPNESS = 0.7  # how fast the counts of issues fall from one to the next


def month_tickets(printed: Printed, params: Params, rng: np.random.Generator) -> pd.DataFrame:
    """One row a ticket: ``unit``, ``role``, ``domain``, ``issue``, ``sub_issue`` (the last two may be missing).

    Raises PublishedError if the published figures contradict each other.
    """
    supply = printed.cells[printed.cells["tickets"] > 0].reset_index(drop=True)
    listed, limits = _listed(printed, params), limits_beyond(printed.issues, ["role"])
    amounts, remainders = _assign_units(printed, supply, listed, params)

    parts = []
    for row, amount in zip(listed.itertuples(), amounts.T, strict=True):
        sub_issues = _listed_sub_issues(printed, row.role, params.catalogue.issue(row.issue), row.tickets, rng)
        labels = pd.DataFrame({"domain": row.domain, "issue": row.issue, "sub_issue": sub_issues})
        parts.append(_shuffled(labels, supply["unit"], amount, row.role, rng))
    for printed_domain, amount in remainders.items():
        for role in supply["role"].unique():
            here = np.where(supply["role"] == role, amount, 0)
            taken = set(listed.loc[listed["role"] == role, "issue"])
            labels = _unlisted(int(here.sum()), printed_domain, taken, limits.get(role, np.inf), params, rng)
            parts.append(_shuffled(labels, supply["unit"], here, role, rng))
    return as_categories(pd.concat(parts, ignore_index=True), params)


def as_categories(tickets: pd.DataFrame, params: Params) -> pd.DataFrame:
    """The text columns as categories, the same for every month, so that comparing and mapping them costs little."""
    issues = params.catalogue.issues
    names = {
        "unit": params.unit_names,
        "role": [*ROLES, "retired"],
        "domain": [each.name for each in params.catalogue.domains],
        "issue": [each.name for each in issues],
        "sub_issue": list(dict.fromkeys(sub.name for each in issues for sub in each.sub_issues)),
    }
    return tickets.assign(
        **{column: pd.Categorical(tickets[column], categories=each) for column, each in names.items()}
    )


def likeliness(printed: Printed, params: Params) -> pd.DataFrame:
    """How likely each unit (row) takes calls of each printed domain (column): 1, or STRANGE.

    A unit of kind ``group`` answers for the printed domain whose count is nearest to its own, and the cities for all
    others. If the figures need it the rest still comes out: only ratios count.
    """
    own = printed.cells.groupby("unit")["tickets"].sum()
    groups = [unit.name for unit in params.units if unit.kind == "group" and own[unit.name] > 0]
    home = {unit: (printed.domains - own[unit]).abs().idxmin() for unit in groups}
    table = pd.DataFrame(1.0, index=params.unit_names, columns=printed.domains.index)
    if len(home) < len(table):
        table[list(set(home.values()))] = STRANGE
    for unit, domain in home.items():
        table.loc[unit] = STRANGE
        table.loc[unit, domain] = 1.0
    return table


def _listed(printed: Printed, params: Params) -> pd.DataFrame:
    domains = [params.catalogue.issue(name).domain for name in printed.issues["issue"]]
    return printed.issues.assign(
        domain=domains, printed_domain=[params.catalogue.domain(name).printed for name in domains]
    ).reset_index(drop=True)


def _assign_units(
    printed: Printed, supply: pd.DataFrame, listed: pd.DataFrame, params: Params
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """How many tickets of each supply row (role x unit) fall on each listed issue, and on the rest of each domain."""
    in_issues = listed.groupby("printed_domain")["tickets"].sum()
    left = printed.domains - in_issues.reindex(printed.domains.index, fill_value=0)
    if (left < 0).any():
        domain = left.idxmin()
        raise PublishedError(
            f"{domain}印为 {printed.domains[domain]} 件，少于其中已列事项之和（多出 {-left[domain]} 件）。"
        )
    likely = likeliness(printed, params)
    tickets = supply["tickets"].to_numpy()[:, None]
    columns = [*listed["printed_domain"], *left.index]
    prior = likely.loc[supply["unit"], columns].to_numpy() * tickets * [*listed["tickets"], *left]
    lower, upper = _unit_limits(printed, supply, listed, likely)
    lower = np.hstack([lower, np.zeros((len(supply), len(left)))])
    upper = np.hstack([upper, np.broadcast_to(tickets, (len(supply), len(left)))])
    names = (
        [f"{unit}{params.catalogue.name_of(role)}" for unit, role in zip(supply["unit"], supply["role"], strict=True)],
        [*(f"{params.catalogue.name_of(row.role)}「{row.issue}」" for row in listed.itertuples()),
         *(f"{domain}其余事项" for domain in left.index)],
    )  # fmt: skip
    table = fit(prior, supply["tickets"], [*listed["tickets"], *left], lower=lower, upper=upper, names=names)
    return table[:, : len(listed)], dict(zip(left.index, table[:, len(listed) :].T, strict=True))


def _unit_limits(
    printed: Printed, supply: pd.DataFrame, listed: pd.DataFrame, likely: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """The least and the most that each supply row may give to each listed issue.

    An issue printed without units, where others have them, is one unit's alone: the likeliest that has enough left.
    """
    units = printed.details[printed.details["breakdown"] == "unit"]
    beyond = limits_beyond(units, ["role", "issue"])
    lower, upper = np.zeros((len(supply), len(listed))), np.zeros((len(supply), len(listed)))
    alone = []
    for place, row in enumerate(listed.itertuples()):
        same_role = supply["role"] == row.role
        known = units[(units["role"] == row.role) & (units["issue"] == row.issue)].set_index("name")["tickets"]
        if len(known):
            here = supply["unit"].map(known)
            lower[:, place] = here.fillna(0).where(same_role, 0)
            others = supply["tickets"].clip(upper=beyond[row.role, row.issue])
            upper[:, place] = here.fillna(others).where(same_role, 0)
        elif (printed.details["role"] == row.role).any():
            alone.append((place, row, same_role))
        else:
            upper[:, place] = supply["tickets"].where(same_role, 0)
    for place, row, same_role in alone:
        left = supply["tickets"] - lower.sum(axis=1)
        weights = left * likely.loc[supply["unit"], row.printed_domain].to_numpy()
        chosen = np.argmax(weights.where(same_role & (left >= row.tickets), 0))
        lower[chosen, place] = upper[chosen, place] = row.tickets
    return lower, upper


def _listed_sub_issues(printed: Printed, role: str, issue: Issue, tickets: int, rng: np.random.Generator) -> np.ndarray:
    """The sub-issues of a listed issue's tickets (None: not recorded), in no particular order.

    Wrong shares tell how many are not recorded: the printed base is all that were, less the sub-issues whose share
    stands on the whole issue.
    """
    all_details = printed.details[printed.details["breakdown"] == "sub_issue"]
    details = all_details[(all_details["role"] == role) & (all_details["issue"] == issue.name)]
    others = [each.name for each in issue.sub_issues if each.name not in set(details["name"])]
    limit = limits_beyond(all_details, ["role", "issue"]).get((role, issue.name), 0)
    if not (all_details["role"] == role).any():
        limit = np.inf  # none are printed of this type; elsewhere an issue without them has none recorded
    rest = tickets - details["tickets"].sum()
    if rest < 0:
        raise PublishedError(f"「{issue.name}」印为 {tickets} 件，少于所列子事项之和（多出 {-rest} 件）。")
    wrong = details.dropna(subset="whole")
    if len(wrong):
        right = details.loc[details["whole"].isna(), "tickets"].sum()
        recorded = rest - np.clip(tickets - wrong["whole"].min() - right, 0, rest)
    else:
        recorded = round(rest * (1 - UNRECORDED))
    weights = _weights(len(others), rng)
    more = spread(recorded, weights, limit * rng.uniform(0.5, 0.95, len(others)))
    if len(wrong):  # the number is known: where the names have no room left below the listed ones, use all of it
        more += spread(recorded - more.sum(), weights, limit - more)
    names = np.array([*details["name"], *others, None], dtype=object)
    counts = [*details["tickets"], *more, rest - more.sum()]
    return np.repeat(names, np.asarray(counts, dtype=np.int64))


def _unlisted(
    tickets: int, printed_domain: str, taken: set[str], limit: float, params: Params, rng: np.random.Generator
) -> pd.DataFrame:
    """``domain``, ``issue``, ``sub_issue`` of tickets outside the listed issues; no issue has more than ``limit``."""
    domains = [each.name for each in params.catalogue.domains if each.printed == printed_domain]
    cells: list[tuple[str, str | None, str | None, int]] = []
    for domain, in_domain in zip(domains, spread(tickets, _weights(len(domains), rng)), strict=True):
        issues = [each for each in params.catalogue.issues if each.domain == domain and each.name not in taken]
        recorded = round(in_domain * (1 - UNRECORDED))
        counts = spread(recorded, _weights(len(issues), rng), limit * rng.uniform(0.5, 1, len(issues)))
        cells.append((domain, None, None, in_domain - counts.sum()))
        for issue, count in zip(issues, counts, strict=True):
            subs = [each.name for each in issue.sub_issues]
            per_sub = spread(round(count * (1 - UNRECORDED)), _weights(len(subs), rng))
            cells += [(domain, issue.name, sub, n) for sub, n in zip(subs, per_sub, strict=True)]
            cells.append((domain, issue.name, None, count - per_sub.sum()))
    table = pd.DataFrame(cells, columns=["domain", "issue", "sub_issue", "tickets"], dtype=object)
    return table.loc[table.index.repeat(table.pop("tickets").astype("int64"))]


def _shuffled(
    labels: pd.DataFrame, units: pd.Series, amounts: Sequence[int], role: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Labels dealt at random to the units' tickets of one role."""
    dealt = labels.iloc[rng.permutation(len(labels))].reset_index(drop=True)
    dealt.insert(0, "unit", np.repeat(units.to_numpy(dtype=object), amounts))
    dealt.insert(1, "role", role)
    return dealt


def _weights(number: int, rng: np.random.Generator) -> np.ndarray:
    """Unequal weights that fall in the order of the catalogue, with some chance."""
    return np.arange(1, number + 1) ** -_STEEPNESS * rng.lognormal(0, 0.25, number)
