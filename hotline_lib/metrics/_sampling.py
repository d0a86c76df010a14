"""What a spot check says of all complaints that a unit closed: exact bounds, the reported value put to the test, units
pooled.

All of it is over tickets drawn at random; leads were not, and are listed apart.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hotline_lib.metrics._intervals import binomial_interval
from hotline_lib.metrics._pooling import pooled_intervals, pooling
from hotline_lib.metrics._usual import SIGNIFICANCE_LEVEL

LEVEL = 0.95
TOLERANCE = 0.05  # of a unit's complaints that may be bad although all were reported as good


def hypergeometric_interval(
    found: int, drawn: int, of: int, *, level: float = LEVEL, sides: int = 2
) -> tuple[int, int]:
    """How many bad tickets there may be among ``of`` if ``found`` of ``drawn`` are: exact, without replacement.

    sides: 1 gives the upper bound alone (the lower one is ``found``). (0, of) for nothing drawn.
    Source: inversion of both tails of the hypergeometric distribution (Wright 1991, Exact Confidence Bounds).
    """
    from scipy.stats import hypergeom

    if not drawn:
        return 0, of
    bad, tail = np.arange(found, of - drawn + found + 1), (1 - level) / sides
    low = bad[hypergeom.sf(found - 1, of, bad, drawn) > tail][0] if sides == 2 else found
    return int(low), int(bad[hypergeom.cdf(found, of, bad, drawn) > tail][-1])


def if_reported(found: int, drawn: int, of: int | None, share: float) -> float:
    """The probability of ``found`` bad tickets or more among ``drawn`` if at most that share of ``of`` is bad.

    of: None where nobody knows how many there are: as of a population without end, which accuses less.
    Source: GB/T 2828.4, which asks of a sample whether a declared quality level can be upheld.
    """
    from scipy.stats import binom, hypergeom

    if not found:
        return 1.0
    if of is None:
        return float(binom.sf(found - 1, drawn, min(share, 1)))
    return float(hypergeom.sf(found - 1, of, int(np.floor(min(share, 1) * of + 1e-9)), drawn))


def sample_bounds(
    checks: pd.DataFrame,
    complaints: Mapping[str, int],
    reported: Mapping[str, Mapping[str, float]],
    *,
    tolerance: float = TOLERANCE,
) -> pd.DataFrame:
    """What each unit's sample says of all its closed complaints.

    checks: ``unit``, ``answered``, ``problems``, ``{question}_yes``, ``{question}_of`` … as ``spot_check_results`` gives
    them. complaints: by unit, how many it closed; who is missing, or has fewer than were drawn, is not known. reported: by
    question and unit, the share (0 to 1) of its complaints that the unit reports as good; who is missing reports nothing.
    tolerance: the share that may be bad beyond what is reported.

    Adds ``complaints`` (missing if not known); ``fewest`` and ``most`` (bad tickets among them, exact 95 %, both sides);
    ``at_most`` (where nothing was found: one-sided 95 % bound, in tickets; else missing); ``if_reported``: each question
    that was answered put to what the unit itself reports of it (``if_reported`` at that share and the tolerance), the
    least of these probabilities times their number, 1 at most (Bonferroni); ``q`` (after Benjamini and Hochberg over
    units) and ``over_reports`` (q at most 5 %); ``pooled``, ``pooled_low``, ``pooled_high`` (the share, 0 to 1, by
    ``pooling`` and ``pooled_intervals`` of all units' samples; nobody is perfect after 0 of 4). Where nobody answered all
    but ``complaints``, ``fewest``, ``most`` and ``pooled…`` is missing.
    """
    from scipy.stats import false_discovery_control

    samples = checks["problems"].to_numpy(), checks["answered"].to_numpy()
    (a, b), pooled = pooling(*samples), pooled_intervals(*samples)
    rows = []
    for row, ends in zip(checks.to_dict("records"), pooled, strict=True):
        x, n = int(row["problems"]), int(row["answered"])
        of = complaints.get(row["unit"])
        of = None if of is None or of < max(n, row.get("sampled", n)) else int(of)
        within = hypergeometric_interval(x, n, of) if of is not None else (None, None)
        rows.append(
            {
                "complaints": of,
                "fewest": within[0],
                "most": within[1],
                "at_most": hypergeometric_interval(0, n, of, sides=1)[1] if n and not x and of is not None else None,
                "if_reported": _if_all_reported(row, of, reported, tolerance),
                "pooled": (a + x) / (a + b + n),
                "pooled_low": ends[0],
                "pooled_high": ends[1],
            }
        )
    whole = dict.fromkeys(("complaints", "fewest", "most", "at_most"), "Int64")
    made = pd.DataFrame(rows, index=checks.index).astype(whole) if rows else pd.DataFrame()
    known = made["if_reported"].notna() if rows else pd.Series(dtype=bool)
    made.loc[known, "q"] = false_discovery_control(made.loc[known, "if_reported"]) if known.any() else np.nan
    return checks.join(made.assign(over_reports=made["q"] <= SIGNIFICANCE_LEVEL))


def _if_all_reported(row: Mapping, of: int | None, reported: Mapping, tolerance: float) -> float:
    """The probability of what one unit's sample showed if all that it reports were true; nan where nothing can be held to it."""
    chances = []
    for question, by_unit in reported.items():
        asked = int(row[f"{question}_of"])
        if asked and row["unit"] in by_unit:
            share = 1 - by_unit[row["unit"]] + tolerance
            chances.append(if_reported(asked - int(row[f"{question}_yes"]), asked, of, share))
    return min(1.0, len(chances) * min(chances)) if chances else np.nan


def overall_shares(checks: pd.DataFrame) -> pd.DataFrame:
    """The share of bad tickets in all units together, as drawn and weighted by complaints, each with a 95 % interval.

    checks: as ``sample_bounds`` gives them. Units without an answer are left out of both.
    Returns a row per ``basis``: ``drawn`` (each ticket counts alike: exact interval; with as many tickets from each
    unit a mean of
    units) and ``complaints`` (each unit counts by its closed complaints: stratified, drawn without replacement; the
    interval is the exact one of a sample of the effective size p(1−p)/variance, at most as many as were asked);
    ``share``, ``low``, ``high`` (0 to 1), ``problems``, ``answered``, ``units``. No row where nobody answered.
    Source: Cochran 1977, Sampling Techniques, 5; Korn and Graubard 1998, Survey Methodology 24, for the interval.
    """
    rows = checks[checks["answered"] > 0]
    x, n, of = (rows[name].to_numpy(float) for name in ("problems", "answered", "complaints"))
    if not len(rows):
        return pd.DataFrame(columns=["basis", "share", "low", "high", "problems", "answered", "units"])
    together = x.sum() / n.sum()
    own, weight = x / n, of / of.sum()
    spread = np.where(n > 1, own * (1 - own) * n / np.maximum(n - 1, 1), together * (1 - together))
    variance = float((weight**2 * (1 - n / of) * spread / n).sum())
    share = float(weight @ own)
    effective = min(n.sum(), share * (1 - share) / variance) if variance > 0 else n.sum()
    ends = binomial_interval(int(x.sum()), int(n.sum())), binomial_interval(share * effective, effective)
    made = pd.DataFrame(
        {
            "basis": ["drawn", "complaints"],
            "share": [together, share],
            "low": [each[0] for each in ends],
            "high": [each[1] for each in ends],
        }
    )
    return made.assign(problems=int(x.sum()), answered=int(n.sum()), units=len(rows))
