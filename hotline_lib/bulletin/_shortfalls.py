"""Findings on how tickets were handled: what was not submitted, points lost, rates below the others', what spot checks found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._finding import Finding, Tickets, said
from hotline_lib.bulletin._samples import sample
from hotline_lib.exact import percent
from hotline_lib.indicators import BY_KEY, INDICATORS
from hotline_lib.present._sentences import Figure

if TYPE_CHECKING:
    from hotline_lib.month import Month

_SHORT = 1.0  # percentage points below the others: less is nothing to act on
_FAR, _SURE = 10.0, 0.001  # for a unit without peers: points below the cities together, and the p of an exact test


def _unsubmitted(m: Month) -> Iterator[Finding]:
    """The units that left so much unsubmitted that their rates speak of the rest only: more than others do, too."""
    rows = figures.unsubmitted(m)
    told = rows["unit"].map(figures.told_unsubmitted(m))
    if told.any():
        of = lambda part: Figure("", int(part["unsubmitted"].sum()), int(part["accepted"].sum()))
        named = [
            {"name": row["unit"], "all": of(rows[rows["unit"] == row["unit"]]), "complaints": row["part"], "open": row["open"]}
            for row in rows[told].to_dict("records")
        ]  # fmt: skip
        ids = lambda: [(unit, each) for unit in rows.loc[told, "unit"] for each in _left(m, unit)]
        yield said(
            m, "unsubmitted", "一览", "overview", touches=int(rows.loc[told, "unsubmitted"].sum()), ids=ids,
            units=named, rest=None if told.all() else of(rows[~told]),
        )  # fmt: skip


def _lost(m: Month) -> Iterator[Finding]:
    """The indicator that cost units so many points that it calls for attention, by fewest tickets or by most points."""
    lost, least = figures.lost(m), m.params.scheme.signals.attention.points
    values = figures.indicators(m).set_index(["unit", "indicator"])
    for key in sorted(lost, key=lambda each: (BY_KEY[each].kind != "rate", list(lost).index(each))):
        hit = lost[key][lost[key] >= least]
        if hit.empty:
            continue
        rows = [
            {
                "unit": unit,
                "points": hit[unit],
                "value": of["value"],
                "short": int(of["denominator"] - of["numerator"]) if of["kind"] == "rate" else 0,
            }
            for unit in m.units["unit"]
            if unit in hit.index and (of := values.loc[(unit, key)]) is not None
        ]
        least_lost, most_lost = (end(row["points"] for row in rows) for end in (min, max))
        yield said(
            m, "lost", "附件1", "indicators", touches=sum(row["short"] for row in rows), ids=_behind(m, key, [row["unit"] for row in rows if row["short"]]),
            indicator=BY_KEY[key], rows=rows, units=len(m.units), least=least_lost, most=most_lost
        )  # fmt: skip


def _rates(m: Month) -> Iterator[Finding]:
    """The rates that are lower in some unit than in the others by more than chance and than the units usually differ, or
    than in its own months before by more than chance and than they usually move.

    All rates of Annex 1, those without a rule in the scheme too; what already costs points enough to be told is not told
    again. A unit that has no peers (a provincial group) is told where it is ten points lower than the cities together.
    """
    lost, attention = figures.lost(m), m.params.scheme.signals.attention.points
    cities = set(m.units.loc[m.units["kind"] == "city", "unit"])
    for of in INDICATORS:
        if of.kind != "rate":
            continue
        own = figures.indicators(m)
        own = own[(own["indicator"] == of.key) & (own["denominator"] > 0)].set_index("unit")
        frame = figures.funnel(m, of.key)
        low = frame.loc[
            (frame["beyond"] == "low") & (100 * (frame["target"] - frame["value"]) >= _SHORT), "unit"
        ].tolist()
        low += [unit for unit in own.index if unit not in cities and _far_below(own, unit, cities)]
        fell = _fallen(m, of.key)
        peers = {unit for unit in low if of.key not in lost or lost.loc[unit, of.key] < attention}
        low = [*low, *(unit for unit in fell if unit not in low)]
        low = [unit for unit in low if of.key not in lost or lost.loc[unit, of.key] < attention]
        if not low:
            continue
        rest = own.drop(low)[["numerator", "denominator"]].sum()
        rows = (
            own.loc[low]
            .assign(short=lambda each: each["denominator"] - each["numerator"])
            .sort_values("short", ascending=False)
            .reset_index()
            .to_dict("records")
        )
        rows = [{**row, "peers": row["unit"] in peers, **fell.get(row["unit"], {"before": None})} for row in rows]
        yield said(
            m, "rate", "附件1", "indicators", touches=int(sum(row["short"] for row in rows)), ids=_behind(m, of.key, low) if of.counted else None,
            indicator=of, rows=rows, rest=percent(rest["numerator"], rest["denominator"]),
        )  # fmt: skip


def _fallen(m: Month, key: str) -> dict[str, dict[str, Any]]:
    """The units whose rate fell by a point or more against their own months before: what it was, and in how many months."""
    rows = figures.fallen(m)
    rows = rows[(rows["indicator"] == key) & rows["fell"]]
    found = {}
    for row in rows.to_dict("records"):
        before, now = (percent(row[f"{of}numerator"], row[f"{of}denominator"]) for of in ("own_", ""))
        if before is not None and now is not None and before - now >= Decimal(str(_SHORT)):
            found[row["unit"]] = {"before": before, "months": row["months"]}
    return found


def _far_below(own: pd.DataFrame, unit: str, cities: set[str]) -> bool:
    from scipy.stats import fisher_exact

    good, n = own.loc[unit, ["numerator", "denominator"]].astype(int)
    rest = own[own.index.isin(cities)][["numerator", "denominator"]].sum().astype(int)
    if not rest["denominator"] or 100 * (rest["numerator"] / rest["denominator"] - good / n) < _FAR:
        return False
    table = [[good, n - good], [rest["numerator"], rest["denominator"] - rest["numerator"]]]
    return fisher_exact(table, alternative="less").pvalue < _SURE


def _checked(m: Month) -> Iterator[Finding]:
    """Where the spot checks contradict the score: a unit with a good place and bad tickets, and the reverse."""
    rows = figures.spot_checks(m)
    if rows is None or not rows["problems"].sum():
        return
    contrary = rows[rows["contrary"]].assign(apart=lambda each: each["place"] - each["score_place"])
    bad = contrary[(contrary["apart"] > 0) & (contrary["problems"] > 0)].sort_values(
        "apart", ascending=False, kind="stable"
    )
    good = contrary[(contrary["apart"] < 0) & (contrary["problems"] == 0)].sort_values("apart", kind="stable")
    tied = set(rows.loc[rows["score_rank"].duplicated(keep=False), "unit"])
    found = lambda part: [
        {**row, "tied": row["unit"] in tied, "sample": sample(m, row)} for row in part.to_dict("records")
    ]
    whole = {"unit": m.params.organisation.region, **rows[["answered", "problems"]].sum()}
    yield said(
        m, "checked", "附件2", "spot_checks", touches=int(rows["problems"].sum()), ids=lambda: [(row["unit"], each) for row in rows.to_dict("records") for each in row["problem_ids"]], sample=sample(m, whole), bad=found(bad.head(1)), good=found(good.head(1)), of=len(m.units), units=int((rows["problems"] > 0).sum()),
    )  # fmt: skip


def _left(m: Month, unit: str) -> list[str]:
    """The ids of a unit's tickets that were not submitted by the end of the month."""
    return m.left.loc[m.left["unit"] == unit, "ticket_id"].tolist()


def _behind(m: Month, key: str, units: list[str]) -> Tickets | None:
    return (
        (lambda: [(unit, each) for unit in units for each in m.behind(unit, key)["ticket_id"]])
        if units and BY_KEY[key].counted
        else None
    )


KINDS: tuple[Callable[[Month], Iterator[Finding]], ...] = (_unsubmitted, _lost, _rates, _checked)
