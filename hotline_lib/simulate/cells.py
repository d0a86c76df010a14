"""Which cell has how many tickets: every published count of a month, as tickets with unit, role, domain and issues.

A role is what the business type is to the code (inquiry, suggestion, complaint). Only where limits couple units and
issues is a table fitted; elsewhere labels are shuffled among the tickets of a pool, which keeps both the units' and
the labels' counts exactly.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotline_lib.errors import PublishedError
from hotline_lib.params import Issue, Params
from hotline_lib.simulate.printed import ROLES, Printed, limits_beyond

UNRECORDED = 0.04  # share of tickets without issue or sub-issue where no figure says how many
STRANGE = 1e-9  # how likely a unit takes calls of a domain that another kind of unit answers for, against 1
_STEEPNESS = 0.7  # how fast the counts of issues fall from one to the next
_FITTING_ROUNDS = 300


def month_tickets(printed: Printed, params: Params, rng: np.random.Generator) -> pd.DataFrame:
    """One row a ticket: ``unit``, ``role``, ``domain``, ``issue``, ``sub_issue`` (the last two may be missing).

    Raises PublishedError if the published figures contradict each other.
    """
    catalogue = params.catalogue
    domains = [catalogue.issue(name).domain for name in printed.issues["issue"]]
    listed = printed.issues.assign(domain=domains, printed_domain=[catalogue.domain(d).printed for d in domains])
    supply = printed.cells.stack().rename_axis(["unit", "role"]).rename("tickets").reset_index()
    in_issues, in_rest = _assign_units(printed, supply, listed, params)

    def dealt(labels: pd.DataFrame, amounts: np.ndarray, role: str) -> pd.DataFrame:
        """Labels dealt at random to the units' tickets of one role."""
        labels = labels.iloc[rng.permutation(len(labels))].reset_index(drop=True)
        return labels.assign(unit=np.repeat(supply["unit"].to_numpy(dtype=object), amounts), role=role)

    parts = []
    for row, amounts in zip(listed.itertuples(), in_issues, strict=True):
        sub_issues = _sub_issues(printed, row.role, catalogue.issue(row.issue), row.tickets, rng)
        labels = pd.DataFrame({"domain": row.domain, "issue": row.issue, "sub_issue": sub_issues})
        parts.append(dealt(labels, amounts, row.role))
    limits = limits_beyond(listed, ["role"])
    for printed_domain, amounts in zip(printed.domains.index, in_rest, strict=True):
        for role in ROLES:
            here = np.where(supply["role"] == role, amounts, 0)
            taken = set(listed.loc[listed["role"] == role, "issue"])
            labels = _unlisted(here.sum(), printed_domain, taken, limits.get(role, np.inf), params, rng)
            parts.append(dealt(labels, here, role))
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
    return pd.DataFrame({column: pd.Categorical(tickets[column], categories=each) for column, each in names.items()})


def likeliness(printed: Printed, params: Params) -> pd.DataFrame:
    """How likely each unit (row) takes calls of each printed domain (column): 1, or STRANGE.

    A unit of kind ``group`` answers for the printed domain whose count is nearest to its own, and the cities for all
    others. If the figures need it the rest still comes out: only ratios count.
    """
    own = printed.cells.sum(axis=1)
    groups = [unit.name for unit in params.units if unit.kind == "group" and own[unit.name] > 0]
    home = {unit: (printed.domains - own[unit]).abs().idxmin() for unit in groups}
    table = pd.DataFrame(1.0, index=params.unit_names, columns=printed.domains.index)
    if len(home) < len(table):
        table[list(set(home.values()))] = STRANGE
    for unit, domain in home.items():
        table.loc[unit] = STRANGE
        table.loc[unit, domain] = 1.0
    return table


def fit(
    prior: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    what: str,
    *,
    lower: np.ndarray | float = 0,
    upper: np.ndarray | float = np.inf,
) -> np.ndarray:
    """A table of whole numbers in proportion to ``prior``, with the given sums and each cell within its limits.

    Rows and columns are scaled in turn, then rounded as a transport problem, whose corners are whole.
    what: the figures that make up the table. Raises PublishedError with it if there is no such table.
    """
    from scipy.optimize import linprog
    from scipy.sparse import identity, kron, vstack

    lower, upper = (np.broadcast_to(np.asarray(limit, dtype=float), prior.shape) for limit in (lower, upper))
    sums = {1: np.asarray(rows, dtype=float)[:, None], 0: np.asarray(columns, dtype=float)[None, :]}
    target = np.clip(np.asarray(prior, dtype=float), lower, upper)
    for _ in range(_FITTING_ROUNDS):
        for axis, wanted in sums.items():
            free = np.where(lower == upper, 0, target)
            left = wanted - (target - free).sum(axis=axis, keepdims=True)
            have = free.sum(axis=axis, keepdims=True)
            target = np.clip(target - free + free * left.clip(0) / np.where(have > 0, have, 1), lower, upper)
        if np.abs(target.sum(axis=1, keepdims=True) - sums[1]).max() < 1e-3:
            break

    height, width = target.shape
    adds = vstack([kron(identity(height), np.ones((1, width))), kron(np.ones((1, height)), identity(width))])
    start = np.floor(target)
    for reach in (1, 5, np.inf):  # up or down to the next whole number; more only if scaling has not come close
        within = np.maximum(lower, start + 1 - reach), np.minimum(upper, start + reach)
        answer = linprog(
            (start - target).ravel(),  # up is the cheaper the larger the fraction
            A_eq=adds,
            b_eq=np.concatenate([rows, columns]),
            bounds=np.column_stack([limit.ravel() for limit in within]),
            method="highs-ds",
        )
        if answer.success:
            return np.rint(answer.x).astype(np.int64).reshape(height, width)
    raise PublishedError(f"印出的件数互相矛盾，凑不成一张表：{what}。请核对。")


def spread(total: int, weights: np.ndarray, limits: np.ndarray | float = np.inf) -> np.ndarray:
    """``total`` in whole numbers in proportion to ``weights``, none above its limit; what does not fit is left out."""
    limits = np.floor(np.broadcast_to(limits, np.shape(weights)))
    share = np.zeros(len(weights))
    while (left := total - share.sum()) > 1e-6 and (free := np.where(share < limits, weights, 0)).any():
        share = np.minimum(share + left * free / free.sum(), limits)
    return np.diff(np.floor(np.cumsum(share) + 1e-6), prepend=0).astype(np.int64)


def _assign_units(
    printed: Printed, supply: pd.DataFrame, listed: pd.DataFrame, params: Params
) -> tuple[np.ndarray, np.ndarray]:
    """How many tickets of each supply row (unit x role) fall on each listed issue, and on the rest of each domain.

    A listed unit has what is printed, the others less than the last of the list. An issue printed without units is
    one unit's alone: the likeliest that has enough left.
    """
    left = printed.domains.sub(listed.groupby("printed_domain")["tickets"].sum(), fill_value=0)[printed.domains.index]
    if (left < 0).any():
        domain = left.idxmin()
        raise PublishedError(
            f"{domain}印为 {printed.domains[domain]} 件，少于其中已列事项之和（多出 {-left[domain]:.0f} 件）。"
        )
    by_unit = printed.details.query("breakdown == 'unit'")
    beyond = limits_beyond(printed.details, ["breakdown", "role", "issue"])
    likely = likeliness(printed, params).loc[supply["unit"], [*listed["printed_domain"], *left.index]].to_numpy()
    likely = likely * supply["tickets"].to_numpy()[:, None]
    amounts = np.array([*listed["tickets"], *left])
    lower, upper = np.zeros(likely.shape), np.full(likely.shape, np.inf)
    printed_units = {key: rows.set_index("name")["tickets"] for key, rows in by_unit.groupby(["role", "issue"])}
    for row in sorted(listed.itertuples(), key=lambda row: (row.role, row.issue) not in printed_units):
        same_role = supply["role"] == row.role
        known = printed_units.get((row.role, row.issue))
        if known is None:
            able = same_role & (supply["tickets"] - lower.sum(axis=1) >= row.tickets)
            known = pd.Series({supply["unit"][np.argmax(likely[:, row.Index] * able)]: row.tickets})
        here = supply["unit"].map(known).where(same_role, 0)
        lower[:, row.Index] = here.fillna(0)
        upper[:, row.Index] = here.fillna(beyond.get(("unit", row.role, row.issue), 0))
    what = "各单位各业务类型的件数（units.csv）、各领域（domains.csv）、各事项（top_issues.csv）及其分单位的件数"
    table = fit(likely * amounts, supply["tickets"], amounts, what, lower=lower, upper=upper).T
    return table[: len(listed)], table[len(listed) :]


def _sub_issues(printed: Printed, role: str, issue: Issue, tickets: int, rng: np.random.Generator) -> np.ndarray:
    """The sub-issues of a listed issue's tickets (None: not recorded), in no particular order.

    Wrong shares tell how many are not recorded: the printed base is all that were, less the sub-issues whose share
    stands on the whole issue.
    """
    details = printed.details.query("breakdown == 'sub_issue' and role == @role and issue == @issue.name")
    limits = limits_beyond(printed.details, ["breakdown", "role", "issue"])
    limit = limits.get(("sub_issue", role, issue.name), 0)
    others = [each.name for each in issue.sub_issues if each.name not in set(details["name"])]
    rest = tickets - details["tickets"].sum()
    if rest < 0:
        raise PublishedError(f"「{issue.name}」印为 {tickets} 件，少于所列子事项之和（多出 {-rest} 件）。")
    recorded, room = round(rest * (1 - UNRECORDED)), limit * rng.uniform(0.5, 0.95, len(others))
    if details["whole"].notna().any():
        right = details.loc[details["whole"].isna(), "tickets"].sum()
        recorded = rest - np.clip(tickets - details["whole"].min() - right, 0, rest)
        if room.sum() < recorded:
            room = limit
    more = spread(recorded, _weights(len(others), rng), room)
    names = np.array([*details["name"], *others, None], dtype=object)
    return np.repeat(names, [*details["tickets"], *more, rest - more.sum()])


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
    return table.loc[table.index.repeat(table.pop("tickets").astype(np.int64))]


def _weights(number: int, rng: np.random.Generator) -> np.ndarray:
    """Unequal weights that fall in the order of the catalogue, with some chance."""
    return np.arange(1, number + 1) ** -_STEEPNESS * rng.lognormal(0, 0.25, number)
