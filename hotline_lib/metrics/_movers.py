"""What rose and fell most: issues whose change cannot be chance, each with the interval that its counts allow."""

from __future__ import annotations

import pandas as pd

from hotline_lib.exact import competition_rank
from hotline_lib.metrics._comparison import significant
from hotline_lib.metrics._intervals import ratio_interval

_KEYS = ["business_type", "issue"]


def issue_changes(
    counts: pd.DataFrame, base: pd.DataFrame | None, *, days: tuple[int, int] = (1, 1)
) -> pd.DataFrame | None:
    """Every issue of every business type against a base month, those that only one of the months has included.

    counts, base: the counts of both months with ``role``; without a base there is no answer (None). Tickets without an issue, and business types no longer in
    use, are left out: what changed there is how tickets are filed. days: the length of the two months.

    Returns ``business_type``, ``issue``, ``tickets``, ``base`` (件), ``difference`` and ``significant``: whether
    tickets a day rose or fell (conditional binomial test, Benjamini-Hochberg over all rows), and the tickets with
    them. A month of 28 days can have fewer tickets and more a day: that is neither.
    """
    if base is None:
        return None
    sums = [
        month[month["role"] != "retired"].dropna(subset="issue").groupby(_KEYS)["tickets"].sum()
        for month in (counts, base)
    ]
    table = pd.concat(sums, axis=1, keys=["tickets", "base"]).fillna(0).astype("int64").sort_index().reset_index()
    difference = table["tickets"] - table["base"]
    same_way = difference * (table["tickets"] * days[1] - table["base"] * days[0]) > 0
    told = significant(table["tickets"], table["base"], exposure=days).astype(bool)
    return table.assign(difference=difference, significant=told & same_way)


def movers(changes: pd.DataFrame, *, days: tuple[int, int] = (1, 1), top: int = 5) -> pd.DataFrame:
    """Of the significant changes the largest rises, then the largest falls, by tickets.

    changes: as ``issue_changes`` gives them. top: ranks to keep of each; a tie at the last rank keeps all.

    Returns its columns, ``rose`` (bool), ``rank`` (competition, among rises or falls), and ``low``, ``high``: the exact
    95 % interval of the change in tickets a day (0.264 is +26.4 %; ``high`` is infinite where the base is 0).
    """
    told = changes[changes["significant"]]
    kept = []
    for rose in (True, False):
        rows = told[(told["difference"] > 0) == rose]
        ranked = rows.assign(rose=rose, rank=competition_rank(rows["difference"].abs()))
        kept.append(ranked[ranked["rank"] <= top].sort_values("rank", kind="stable"))
    table = pd.concat(kept, ignore_index=True)
    ends = [ratio_interval(row.tickets, row.base, exposure=days) for row in table.itertuples()]
    return table.assign(low=[low - 1 for low, _ in ends], high=[high - 1 for _, high in ends])
