"""What a spot check says of all complaints that a unit closed: exact bounds, the reported value put to the test, units
pooled.

All of it is over tickets drawn at random; leads were not, and are listed apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hotline_lib.metrics._intervals import binomial_interval
from hotline_lib.metrics._pooling import pooled_intervals, pooling
from hotline_lib.metrics._spot_checks import drawn_from
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
    them. complaints: by unit, how many it closed (``drawn_from``). reported: by
    question and unit, the share (0 to 1) of its complaints that the unit reports as good; who is missing reports nothing.
    tolerance: the share that may be bad beyond what is reported.

    Adds ``complaints`` (missing if not known); ``fewest`` and ``most`` (bad tickets among them, exact 95 %, both sides);
    ``at_most`` (where nothing was found: one-sided 95 % bound, in tickets; else missing); ``if_reported``: each question
    that was answered put to what the unit itself reports of it (``if_reported`` at that share and the tolerance), the
    least of these probabilities times their number, 1 at most (Bonferroni); ``beyond`` (whether of any question more are
    bad than reported and tolerated); ``q`` (after Benjamini and Hochberg over
    units) and ``over_reports`` (q at most 5 %); ``pooled``, ``pooled_low``, ``pooled_high`` (the share, 0 to 1, by
    ``pooling`` and ``pooled_intervals`` of all units' samples, and nothing that is no longer possible: nobody is perfect
    after 0 of 4, a census is a point). Where nobody answered all
    but ``complaints``, ``fewest``, ``most`` and ``pooled…`` is missing.
    """
    from scipy.stats import false_discovery_control

    samples = checks["problems"].to_numpy(), checks["answered"].to_numpy()
    (a, b), pooled = pooling(*samples), pooled_intervals(*samples)
    rows = []
    for row, ends in zip(checks.to_dict("records"), pooled, strict=True):
        x, n = int(row["problems"]), int(row["answered"])
        of = drawn_from(complaints, row["unit"], row.get("sampled", n))
        within = hypergeometric_interval(x, n, of) if of is not None else (None, None)
        rows.append(
            {
                "complaints": of,
                "fewest": within[0],
                "most": within[1],
                "at_most": hypergeometric_interval(0, n, of, sides=1)[1] if n and not x and of is not None else None,
                "if_reported": _if_all_reported(row, of, reported, tolerance),
                **dict(
                    zip(
                        ("pooled", "pooled_low", "pooled_high"),
                        _possible([(a + x) / (a + b + n), *ends], x, n, of),
                        strict=True,
                    )
                ),
                "beyond": _beyond(row, reported, tolerance),
            }
        )
    whole = dict.fromkeys(("complaints", "fewest", "most", "at_most"), "Int64")
    made = pd.DataFrame(rows, index=checks.index).astype(whole) if rows else pd.DataFrame()
    known = made["if_reported"].notna() if rows else pd.Series(dtype=bool)
    made.loc[known, "q"] = false_discovery_control(made.loc[known, "if_reported"]) if known.any() else np.nan
    return checks.join(made.assign(over_reports=made["q"] <= SIGNIFICANCE_LEVEL))


def _possible(shares: Sequence[float], found: int, drawn: int, of: int | None) -> list[float]:
    """Shares of a known whole, of which so many were looked at: at least what was found, at most all that was not seen too."""
    return list(shares if not of else np.clip(shares, found / of, (found + of - drawn) / of))


def _beyond(row: Mapping, reported: Mapping, tolerance: float) -> bool:
    """Whether of any question a larger share was bad than the unit reports and is tolerated."""
    held = [question for question, by_unit in reported.items() if row[f"{question}_of"] and row["unit"] in by_unit]
    share = lambda question: 1 - row[f"{question}_yes"] / row[f"{question}_of"]
    return any(share(each) > 1 - reported[each][row["unit"]] + tolerance for each in held)


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
    ``share``, ``low``, ``high`` (0 to 1; both the share where all complaints were looked at), ``problems``, ``answered``,
    ``units``. No row where nobody answered; none of ``complaints`` where a unit's are not known.
    Source: Cochran 1977, Sampling Techniques, 5; Korn and Graubard 1998, Survey Methodology 24, for the interval.
    """
    rows = checks[checks["answered"] > 0]
    columns = ["basis", "share", "low", "high", "problems", "answered", "units"]
    if not len(rows):
        return pd.DataFrame(columns=columns)
    x, n = (rows[name].to_numpy(float) for name in ("problems", "answered"))
    shares = {"drawn": (x.sum() / n.sum(), *binomial_interval(x.sum(), n.sum()))}
    if rows["complaints"].notna().all():
        of = rows["complaints"].to_numpy(float)
        shares["complaints"] = _weighted(x, n, of)
        if (n == of).all():
            shares = {basis: (share,) * 3 for basis, (share, *_) in shares.items()}
    made = pd.DataFrame([(basis, *each) for basis, each in shares.items()], columns=columns[:4])
    return made.assign(problems=int(x.sum()), answered=int(n.sum()), units=len(rows))


def _weighted(x: np.ndarray, n: np.ndarray, of: np.ndarray) -> tuple[float, float, float]:
    """The share in all complaints of units of which so many of so many drawn are bad, and its interval."""
    together = x.sum() / n.sum()
    own, weight = x / n, of / of.sum()
    spread = np.where(n > 1, own * (1 - own) * n / np.maximum(n - 1, 1), together * (1 - together))
    variance = float((weight**2 * (1 - n / of) * spread / n).sum())
    share = float(weight @ own)
    effective = min(n.sum(), share * (1 - share) / variance) if variance > 0 else n.sum()
    low, high = binomial_interval(share * effective, effective)
    share, low, high = _possible([share, low, high], x.sum(), n.sum(), of.sum())
    return share, low, high
