"""What people asked and complained about: the most frequent issues, and for each where and about what."""

from __future__ import annotations

import pandas as pd

from hotline_lib.errors import UnknownValueError, how_many
from hotline_lib.exact import competition_rank, half_up
from hotline_lib.metrics._usual import SIGNIFICANCE_LEVEL


def top_issues(counts: pd.DataFrame, business_type: str, *, top: int = 5) -> pd.DataFrame:
    """The most frequent issues of one business type, each as a share of all its tickets.

    counts: a month's counts; ``issue`` is missing where nobody recorded one. business_type: a name or a role.
    top: ranks to keep; a tie at the last rank keeps all.

    Returns a row per issue, most tickets first: ``rank`` (competition: 1, 1, 3), ``issue``, ``domain``, ``tickets``
    (件), ``of`` (*all* tickets of the type, those without an issue included), ``share`` and ``unit_count`` (units
    that have it). A type without tickets gives an empty frame. Raises HotlineError for a ``top`` below 1.
    """
    within = of_type(counts, business_type)
    recorded = within.dropna(subset="issue")
    ranked = _ranked(recorded.groupby(["issue", "domain"], as_index=False)["tickets"].sum(), "issue", within, top)
    unit_count = recorded[recorded["tickets"] > 0].groupby("issue")["unit"].nunique()
    return ranked.assign(unit_count=ranked["issue"].map(unit_count).astype("int64"))[
        ["rank", "issue", "domain", "tickets", "of", "share", "unit_count"]
    ]


def top_units(
    counts: pd.DataFrame, business_type: str, issue: str, units: pd.DataFrame, *, top: int = 3
) -> pd.DataFrame:
    """The units with most tickets of one issue, each as a share of the whole issue.

    units: ``unit`` in the order of division codes, which orders ties.
    Returns ``rank``, ``unit``, ``tickets``, ``of``, ``share``; units without a ticket are left out.
    Raises UnknownValueError if the month has no such issue; it carries the known ones.
    """
    within = _of_issue(counts, business_type, issue)
    order = {unit: place for place, unit in enumerate(units["unit"])}
    totals = within.groupby("unit", as_index=False)["tickets"].sum()
    totals = totals.sort_values("unit", key=lambda names: names.map(order), ignore_index=True)
    return _ranked(totals, "unit", within, top)


def sub_issue_shares(counts: pd.DataFrame, business_type: str, issue: str, *, top: int = 3) -> pd.DataFrame:
    """The most frequent sub-issues of one issue, each as a share of the whole issue.

    counts: ``sub_issue`` is missing where nobody recorded one. top: ranks to keep; a tie at the last keeps all.

    Returns a row per sub-issue, most tickets first: ``rank``, ``sub_issue``, ``tickets`` (件), ``of`` (*all* the
    issue's tickets, those without a sub-issue included) and ``share`` (0 to 1, unrounded, for charts: a printed digit
    is made from ``tickets`` and ``of``).
    Raises UnknownValueError if the month has no such issue; it carries the known ones.

    Source: 月报 2024-09, 五. Its 13 shares on another base (843 / 3914 printed as 21.54 %; 843 / 4164 = 20.24 %) are
    listed in ``data/published/2024-09/errata.csv``.
    """
    within = _of_issue(counts, business_type, issue)
    recorded = within.dropna(subset="sub_issue")
    return _ranked(recorded.groupby("sub_issue", as_index=False)["tickets"].sum(), "sub_issue", within, top)


def beside_peers(own: pd.DataFrame, peers: pd.DataFrame, business_type: str, *, top: int = 5) -> pd.DataFrame:
    """A unit's most frequent issues of one business type, each beside its share in the unit's peers together.

    own, peers: the counts of the unit and of its peers. Returns ``top_issues`` of ``own`` with ``rest`` and ``rest_of``
    (the peers' tickets of the issue and of the type), ``more`` (how many percentage points the unit's share is above
    theirs: exact Decimal of two decimals, None without peers' tickets) and ``told`` (whether the two shares differ by
    more than chance: Fisher's exact test, Benjamini-Hochberg at 5 % over all issues of the unit).
    """
    from scipy.stats import false_discovery_control, fisher_exact

    rows, theirs = top_issues(own, business_type, top=top), of_type(peers, business_type)
    rest_of, by_issue = int(theirs["tickets"].sum()), theirs.groupby("issue")["tickets"].sum()
    rows = rows.assign(rest=[int(by_issue.get(issue, 0)) for issue in rows["issue"]], rest_of=rest_of)
    if not rest_of or rows.empty:
        return rows.assign(more=None, told=False)
    mine = of_type(own, business_type).groupby("issue")["tickets"].sum()
    of, beside = int(rows["of"].iloc[0]), by_issue.reindex(mine.index).fillna(0).astype("int64")
    tables = ([[own, of - own], [rest, rest_of - rest]] for own, rest in zip(mine, beside, strict=True))
    p_values = [float(fisher_exact(table).pvalue) for table in tables]
    told = pd.Series(false_discovery_control(p_values) <= SIGNIFICANCE_LEVEL, mine.index)
    above = (row.tickets * rest_of - row.rest * row.of for row in rows.itertuples())
    more = [half_up(100 * each, of * rest_of) for each, of in zip(above, rows["of"], strict=True)]
    return rows.assign(more=more, told=rows["issue"].map(told))


def without_issue(counts: pd.DataFrame, types: pd.DataFrame) -> pd.DataFrame:
    """How many tickets of each business type have no issue: they never rank, but count in every whole.

    types: ``business_type`` …, the rows. Returns its columns, ``tickets`` (none of them: 件), ``of`` (all tickets of
    the type) and ``share``; types without a ticket are left out.
    """
    of = types["business_type"].map(counts.groupby("business_type")["tickets"].sum())
    none = types["business_type"].map(counts[counts["issue"].isna()].groupby("business_type")["tickets"].sum())
    table = types.assign(tickets=none.fillna(0).astype("int64"), of=of.fillna(0).astype("int64"))
    table = table[table["of"] > 0].reset_index(drop=True)
    return table.assign(share=table["tickets"] / table["of"])


def of_type(counts: pd.DataFrame, business_type: str) -> pd.DataFrame:
    """The counts of one business type, by its name or its role. An unknown one raises UnknownValueError."""
    for column in ("business_type", "role"):
        if column in counts and (counts[column] == business_type).any():
            return counts[counts[column] == business_type]
    if business_type in ("inquiry", "suggestion", "complaint", "retired"):
        return counts.iloc[:0]
    raise UnknownValueError("业务类型", business_type, sorted(counts["business_type"].unique()))


def _of_issue(counts: pd.DataFrame, business_type: str, issue: str) -> pd.DataFrame:
    of_the_type = of_type(counts, business_type)
    within = of_the_type[of_the_type["issue"] == issue]
    if within.empty:
        raise UnknownValueError("事项", issue, sorted(of_the_type["issue"].dropna().unique()))
    return within


def _ranked(totals: pd.DataFrame, key: str, within: pd.DataFrame, top: int) -> pd.DataFrame:
    """``totals`` ranked by tickets, with the share of all of ``within``; rows without tickets have no rank."""
    of = int(within["tickets"].sum())
    totals = totals[totals["tickets"] > 0]
    ranked = totals.assign(rank=competition_rank(totals["tickets"]), of=of, share=totals["tickets"] / of if of else 0.0)
    kept = ranked[ranked["rank"] <= how_many(top)].sort_values("rank", kind="stable", ignore_index=True)
    return kept[["rank", key, *[c for c in kept.columns if c not in ("rank", key)]]]
