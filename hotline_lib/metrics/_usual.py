"""Whether a change is more than such things change by themselves (通常波动): one construction for test and interval.

Calls do not come as independent chances: what is the same every month still varies by more than counting error. The log
of the ratio of tickets a day is given the variance φ(1/(n+½) + 1/(b+½)) + τ²: φ for calls that come in bunches, τ² for
what varies whatever its size (Spiegelhalter 2005, Statistics in Medicine 24: the multiplicative and the additive model
of funnel plots, together). They come from how the row and those it is like moved from month to month before; where these months are not known,
from how the others of them changed now (never from the row itself); where neither can be estimated, from params/.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from hotline_lib.metrics._intervals import ratio_interval
from hotline_lib.metrics._noise import Fitted, Noise, beside, fitted, middle, telling
from hotline_lib.metrics._trends import month_days, side_by_side
from hotline_lib.month import Month, once_a_month

SIGNIFICANCE_LEVEL = 0.05
LEAST = 5  # rows beside a row, or months before the month, from which a variance can be estimated
FEW = 5  # tickets: under it a log says too little of them
_ANSCOMBE = 0.375  # Anscombe 1948: roots of counts plus three eighths vary alike


@dataclass(frozen=True)
class Usual:
    """What is known of usual variation.

    days: the lengths of the month and of its base month. monthly_sd: of the log of tickets a day from one month to the
    next, where nothing is known. least: the smallest change that is worth a mark (0.1 is 10 %). earlier: tickets of
    the months before this one, oldest first: a row per key, a column per month; None if they are not known.
    """

    days: tuple[int, int] = (1, 1)
    monthly_sd: float = 0.07
    least: float = 0.1
    earlier: pd.DataFrame | None = None


def usual(m: Month, against: str, *keys: str) -> Usual:
    """How tickets over those columns of ``m.counts`` vary by themselves, out of the months before.

    against: ``"yoy"`` or ``"mom"``. keys: as of ``m.monthly``.
    """
    changes = m.params.scheme.signals.changes
    return Usual(m.days(against), float(changes.monthly_sd) / 100, float(changes.least) / 100, _earlier(m, *keys))


@once_a_month
def _earlier(m: Month, *keys: str) -> pd.DataFrame | None:
    months = dict(list(m.monthly(*keys).items())[:-1])
    return side_by_side(months, (list(keys) if len(keys) > 1 else keys[0]) if keys else None) if months else None


ALONE = Usual()  # two months of one length, of which nothing else is known


def judged(now: pd.Series, base: pd.Series, usual: Usual, *, like: pd.Series | None = None) -> pd.DataFrame:
    """Each change: whether it is more than usual, and what usual is.

    now, base: counts with the index of ``usual.earlier`` (base nullable). like: which rows are comparable with one
    another: those of the same value; none where it is missing, or None.

    Returns, by the same index, ``p``, ``told`` (nullable; missing without a base), ``q`` (p after Benjamini and Hochberg over
    all rows), ``phi``, ``sd`` (τ), ``df`` and ``basis`` (``peers``, ``months`` or ``params``). told: q of at most 5 %,
    a change of at least ``least``, and of the same sign in tickets and in tickets a day. p is the largest of: the exact
    conditional test (two Poisson counts, given their sum; twice the smaller side); the change against none; and, beside
    comparable rows, the change against the middle of theirs, so that what all of them share marks nobody.

    False alarms where nothing changed (tests/benchmarks/claims.py; Poisson, dispersion 3 and 10, sd of 5 % per row; 500 months):
    some of 14 cities in .000, .030, .066, .064 with two months known, .014, .030, .020, .044 with twelve; a group, judged by
    itself, in .000, .000, .000, .006 and .000, .000, .000, .018; some of 108 issues in .008, .030, .052, .060 and .022, .044,
    .050, .038; the total in .000, .000, .000, .002 and .000, .000, .000, .012. At q of at most .01, over cities, city by type,
    issues and sub-issues together, and the total and the types at .05: any in .002, .028, .058, .078 and .012, .030, .018,
    .046. Found: a city of 900 tickets that doubles in 1.000, 1.000, .906, .998
    with two months known, 1.000, 1.000, .992, 1.000 with twelve; an issue of 23,000 that rises by half in 1.000, 1.000, 1.000,
    .926 and 1.000, 1.000, 1.000, .982. The two below .95 are what two months can give: at this level a test that learns
    dispersion 10 from 13 others finds .904, one that learns 5 % from the 40 issues that are large enough .949
    (noncentral t of 12 and of 30 degrees of freedom).
    """
    n, b = now.to_numpy(dtype=float), base.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(b) & ((n + np.nan_to_num(b)) > 0)
    change, counting = _log_ratio(n, b, usual.days)
    kinds = pd.Series(pd.NA, now.index) if like is None else like
    nothing = Noise(1.0, usual.monthly_sd * 2**0.5, np.inf, "params")
    p, phi, sd, df = np.full(len(n), np.nan), np.ones(len(n)), np.full(len(n), nothing.sd), np.full(len(n), np.inf)
    basis = np.full(len(n), nothing.basis, dtype=object)
    for kind in [None, *kinds.dropna().unique()]:
        rows = (kinds.isna() if kind is None else (kinds == kind).fillna(False)).to_numpy(dtype=bool)
        own = _from_months(usual, now.index[rows], alike=kind is not None)
        at = np.flatnonzero(rows & known)
        of_rows = own.of(counting[at]) if own else nothing
        tests = [_exact(n[at], b[at], usual.days)]
        if kind is not None and len(at) > LEAST:
            others = beside(change[at], counting[at], own)
            of_rows = others.noise
            tests.append(_beside(n[at], b[at], usual.days, of_rows, others.middle, others.more))
        tests.append(_beside(n[at], b[at], usual.days, of_rows))
        p[at], phi[at], sd[at], df[at], basis[at] = np.max(tests, axis=0), *of_rows
    frame = pd.DataFrame({"p": p, "phi": phi, "sd": sd, "df": df, "basis": basis}, now.index)
    return frame.assign(**_told(frame["p"], n, b, known, usual))


def _beside(
    n: np.ndarray, b: np.ndarray, days: tuple[int, int], noise: Noise, middle: float | np.ndarray = 0.0, more: float | np.ndarray = 0.0
) -> np.ndarray:  # fmt: skip
    """Of a change against none, or against the middle of others (``more``: its variance): on the scale of logs; where one of the
    counts is small, on that of roots, because the log of a few tickets says less than they do."""
    change, counting = _log_ratio(n, b, days)
    times = days[0] / days[1] * np.exp(middle)
    apart = 2 * ((n + _ANSCOMBE) ** 0.5 - (times * (b + _ANSCOMBE)) ** 0.5)
    on_roots = Noise(1.0, 0.0, noise.df, noise.basis).p(apart, _on_roots(n, b, times, noise, more))
    return np.where(np.minimum(n, b) >= FEW, noise.p(change - middle, counting, more), on_roots)


def _on_roots(
    n: np.ndarray, b: np.ndarray, times: float | np.ndarray, noise: Noise, more: float | np.ndarray = 0.0
) -> np.ndarray:
    """The variance of twice the difference of roots: φ of each count, and τ of the larger."""
    return noise.phi * (1 + times) + (noise.sd**2 + more) * np.maximum(n, times * b)


def interval(now: int, base: int, usual: Usual, noise: Noise, *, level: float = 0.95) -> tuple[float, float]:
    """The interval of the ratio of tickets a day, now over base, that belongs to ``judged``: it leaves out 1 wherever
    both tests against no change do, at the same level.

    noise: as ``judged`` gives it. high is infinite where the base is 0.
    """
    from scipy.stats import t

    low, high = ratio_interval(now, base, exposure=usual.days, level=level)
    times = t.ppf((1 + level) / 2, noise.df)
    if min(now, base) >= FEW:
        change, counting = _log_ratio(np.array([now], float), np.array([base], float), usual.days)
        reach = times * noise.variance(counting[0]) ** 0.5
        wide = np.exp(change[0] - reach), np.exp(change[0] + reach)
    else:
        expected = usual.days[0] / usual.days[1] * (base + _ANSCOMBE)
        reach = times * _on_roots(np.asarray(now), np.asarray(base), usual.days[0] / usual.days[1], noise) ** 0.5 / 2
        root = (now + _ANSCOMBE) ** 0.5
        wide = max(root - reach, 0) ** 2 / expected, (root + reach) ** 2 / expected
    return float(min(low, wide[0])), float(max(high, wide[1]))


def listed_level(selected: int, of: int) -> float:
    """The level of intervals of selected rows at which at most 5 % of those listed miss (false coverage rate).

    Source: Benjamini and Yekutieli 2005.
    """
    return 1 - SIGNIFICANCE_LEVEL * selected / of if of else 1 - SIGNIFICANCE_LEVEL


def _log_ratio(n: np.ndarray, b: np.ndarray, days: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    return np.log((n + 0.5) / (b + 0.5)) - np.log(days[0] / days[1]), 1 / (n + 0.5) + 1 / (b + 0.5)


def _from_months(usual: Usual, rows: pd.Index, *, alike: bool) -> Fitted | None:
    """Out of the steps from each earlier month to the next, pooled over the rows; alike: without what rows share."""
    if usual.earlier is None or usual.earlier.shape[1] < LEAST:
        return None
    counts = usual.earlier.reindex(rows).dropna()
    if counts.empty:
        return None
    alike &= len(counts) > LEAST
    steps = []
    for a, b in pairwise(counts.columns):
        days = month_days(b), month_days(a)
        change, counting = _log_ratio(counts[b].to_numpy(float), counts[a].to_numpy(float), days)
        steps.append((change - middle(change, counting) if alike else change, counting))
    change, counting = (np.concatenate(each) for each in zip(*steps, strict=True))
    tell = telling(counting)
    return fitted(change[tell], counting[tell], "months", groups=len(steps) if alike else 0)


def _exact(now: np.ndarray, base: np.ndarray, days: tuple[int, int]) -> np.ndarray:
    """Twice the smaller side of the conditional test: the test to which the central interval belongs."""
    from scipy.stats import binom

    both, expected = now + base, days[0] / (days[0] + days[1])
    return np.minimum(1.0, 2 * np.minimum(binom.cdf(now, both, expected), binom.sf(now - 1, both, expected)))


def _told(p: pd.Series, n: np.ndarray, b: np.ndarray, known: np.ndarray, usual: Usual) -> dict[str, pd.Series]:
    from scipy.stats import false_discovery_control

    told, q = pd.Series(pd.NA, p.index, dtype="boolean"), pd.Series(1.0, p.index)
    told[~np.isnan(b)] = False
    if known.any():
        daily = n[known] * usual.days[1] - b[known] * usual.days[0]
        large = np.abs(daily) >= usual.least * b[known] * usual.days[0]
        same_way = (n[known] - b[known]) * daily > 0
        q[known] = false_discovery_control(p.to_numpy()[known])
        told[known] = (q[known] <= SIGNIFICANCE_LEVEL).to_numpy() & large & same_way
    return {"told": told, "q": q}
