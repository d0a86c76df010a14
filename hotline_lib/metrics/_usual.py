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
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from hotline_lib.metrics._intervals import ratio_interval
from hotline_lib.metrics._trends import month_days, side_by_side

if TYPE_CHECKING:
    from hotline_lib.month import Month

SIGNIFICANCE_LEVEL = 0.05
LEAST = 5  # rows beside a row, or months before the month, from which a variance can be estimated
FEW = 5  # tickets: under it a log says too little of them
_ANSCOMBE = 0.375  # Anscombe 1948: roots of counts plus three eighths vary alike
_ROUNDS, _CLOSE = 25, 1e-9
_MEDIAN = np.pi / 2  # variance of a median, in those of a mean
_ALIKE = 1e-6  # of the determinant, below which counting errors are all of one size
_WINSOR = 0.1  # of each side
_KEPT = 0.6786545589528744  # of the variance of a normal variable, after a tenth of each side has been drawn in


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
    months = dict(list(m.monthly(*keys).items())[:-1])
    changes = m.params.scheme.signals.changes
    earlier = side_by_side(months, (list(keys) if len(keys) > 1 else keys[0]) if keys else None) if months else None
    return Usual(m.days(against), float(changes.monthly_sd) / 100, float(changes.least) / 100, earlier)


ALONE = Usual()  # two months of one length, of which nothing else is known


class Noise(NamedTuple):
    """Usual variation of one row: φ, τ, degrees of freedom (inf: known), and where it comes from."""

    phi: float
    sd: float
    df: float
    basis: str

    def variance(self, counting: np.ndarray) -> np.ndarray:
        return self.phi * counting + self.sd**2

    def p(self, change: float, counting: float, more: float = 0.0) -> float:
        """Of a change against none; more: variance of what it is held against."""
        from scipy.stats import t

        return float(2 * t.sf(abs(change) / (self.variance(counting) + more) ** 0.5, self.df))


class Fitted(NamedTuple):
    """φ and τ² as some changes gave them; inverse: of their information, half their covariance."""

    phi: float
    tau2: float
    inverse: np.ndarray
    most: float
    basis: str

    def of(self, counting: float) -> Noise:
        """For a row with that counting error: degrees of freedom after Satterthwaite 1946."""
        at = np.array([counting, 1.0])
        df = (self.phi * counting + self.tau2) ** 2 / float(at @ self.inverse @ at)
        return Noise(self.phi, self.tau2**0.5, max(1.0, min(df, self.most)), self.basis)


def judged(now: pd.Series, base: pd.Series, usual: Usual, *, like: pd.Series | None = None) -> pd.DataFrame:
    """Each change: whether it is more than usual, and what usual is.

    now, base: counts with the index of ``usual.earlier`` (base nullable). like: which rows are comparable with one
    another: those of the same value; none where it is missing, or None.

    Returns, by the same index, ``p``, ``told`` (nullable; missing without a base), ``q`` (p after Benjamini and Hochberg over
    all rows), ``phi``, ``sd`` (τ), ``df`` and ``basis`` (``peers``, ``months`` or ``params``). told: q of at most 5 %,
    a change of at least ``least``, and of the same sign in tickets and in tickets a day. p is the largest of: the exact
    conditional test (two Poisson counts, given their sum; twice the smaller side); the change against none; and, beside
    comparable rows, the change against the middle of theirs, so that what all of them share marks nobody.

    False alarms where nothing changed (tests/benchmarks/claims.py; Poisson, dispersion 3 and 10, sd of 5 % per row): some of 14
    cities in .000, .026, .064, .062 of 500 months with two months known, .012, .028, .016, .040 with twelve; some of 108
    issues in .005, .050, .075, .065 of 200. At q of at most .01, over cities, city by type, issues and sub-issues together, and
    the total and the types at .05: any in .010, .030, .070, .060 of 100.
    """
    n, b = now.to_numpy(dtype=float), base.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(b) & ((n + np.nan_to_num(b)) > 0)
    change, counting = _log_ratio(n, b, usual.days)
    kinds = pd.Series(pd.NA, now.index) if like is None else like
    nothing = Noise(1.0, usual.monthly_sd * 2**0.5, np.inf, "params")
    found: list[tuple[Noise, float]] = [(nothing, np.nan)] * len(n)
    for kind in [None, *kinds.dropna().unique()]:
        rows = (kinds.isna() if kind is None else (kinds == kind).fillna(False)).to_numpy(dtype=bool)
        own = _from_months(usual, now.index[rows], alike=kind is not None)
        for at in np.flatnonzero(rows & known):
            others = rows & known & (np.arange(len(n)) != at)
            few = kind is None or others.sum() < LEAST
            middle = 0.0 if few else _middle(change[others], counting[others])
            fitted = own or (None if few else noise(change[others] - middle, counting[others], "peers"))
            of_row = fitted.of(counting[at]) if fitted else nothing
            p = [_beside(n[at], b[at], usual.days, of_row), _exact(int(n[at]), int(b[at]), usual.days)]
            if not few:
                weight = (1 / of_row.variance(counting[others])).sum()
                p.append(_beside(n[at], b[at], usual.days, of_row, middle, _MEDIAN / weight))
            found[at] = of_row, max(p)
    frame = pd.DataFrame([each._asdict() for each, _ in found], now.index, ["phi", "sd", "df", "basis"])
    frame.insert(0, "p", [p for _, p in found])
    return frame.assign(**_told(frame["p"], n, b, known, usual))


def _beside(n: float, b: float, days: tuple[int, int], noise: Noise, middle: float = 0.0, more: float = 0.0) -> float:
    """Of a change against none, or against the middle of others (``more``: its variance): on the scale of logs; where one of the
    counts is small, on that of roots, because the log of a few tickets says less than they do."""
    if min(n, b) >= FEW:
        change, counting = _log_ratio(np.array([n]), np.array([b]), days)
        return noise.p(change[0] - middle, counting[0], more)
    times = days[0] / days[1] * np.exp(middle)
    apart = 2 * ((n + _ANSCOMBE) ** 0.5 - (times * (b + _ANSCOMBE)) ** 0.5)
    return Noise(1.0, 0.0, noise.df, noise.basis).p(apart, _on_roots(n, b, times, noise, more))


def _on_roots(n: float, b: float, times: float, noise: Noise, more: float = 0.0) -> float:
    """The variance of twice the difference of roots: φ of each count, and τ of the larger."""
    return noise.phi * (1 + times) + (noise.sd**2 + more) * max(n, times * b)


def beside_others(value: np.ndarray, counting: np.ndarray) -> np.ndarray:
    """Of each value beside the middle of the others, with their variation as noise: its p. counting: variances of counting."""
    p = np.ones(len(value))
    for at in range(len(value)):
        others = np.arange(len(value)) != at
        middle = _middle(value[others], counting[others])
        of_row = noise(value[others] - middle, counting[others], "peers").of(counting[at])
        weight = (1 / of_row.variance(counting[others])).sum()
        p[at] = of_row.p(value[at] - middle, counting[at], _MEDIAN / weight)
    return p


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
        reach = times * _on_roots(now, base, usual.days[0] / usual.days[1], noise) ** 0.5 / 2
        root = (now + _ANSCOMBE) ** 0.5
        wide = max(root - reach, 0) ** 2 / expected, (root + reach) ** 2 / expected
    return float(min(low, wide[0])), float(max(high, wide[1]))


def listed_level(selected: int, of: int) -> float:
    """The level of intervals of selected rows at which at most 5 % of those listed miss (false coverage rate).

    Source: Benjamini and Yekutieli 2005.
    """
    return 1 - SIGNIFICANCE_LEVEL * selected / of if of else 1 - SIGNIFICANCE_LEVEL


def noise(change: np.ndarray, counting: np.ndarray, basis: str, *, groups: int = 1) -> Fitted:
    """How some changes vary: φ and τ² by iterated weighted least squares of squared residuals, which is their likelihood.

    change: logs of ratios, around none. counting: their variances. groups: how many means were taken off them.
    The largest and smallest tenth of residuals are drawn in (winsorised, as in FunnelPlotR), and what that takes from a
    normal variable's variance is given back. φ is at least 1, τ² at least 0.
    """
    phi, tau2, given_back = 1.0, float(np.square(change).mean()), len(change) / (len(change) - groups) / _KEPT
    for _ in range(_ROUNDS):
        variance, before = phi * counting + tau2, (phi, tau2)
        z = change / variance**0.5
        low, high = _tenths(z)
        square = np.clip(z, low, high) ** 2 * given_back * variance
        weight = variance**-2
        a, b, c = ((weight * counting**power).sum() for power in (2, 1, 0))
        d, e = (weight * counting * square).sum(), (weight * square).sum()
        both = a * c - b * b
        if both > _ALIKE * a * c:
            phi, tau2 = (c * d - b * e) / both, (a * e - b * d) / both
        else:  # rows of one size: what varies cannot be parted
            phi, tau2 = 1.0, (e - b) / c
        if tau2 < 0:
            phi, tau2 = d / a, 0.0
        if phi < 1:
            phi, tau2 = 1.0, max(0.0, (e - b) / c)
        if abs(phi - before[0]) <= _CLOSE * phi and abs(tau2 - before[1]) <= _CLOSE * tau2:
            break
    if phi > 1 and tau2 > 0:
        inverse = np.linalg.inv([[a, b], [b, c]])
    else:
        inverse = np.diag([1 / a if phi > 1 else 0.0, 1 / c if tau2 > 0 or phi == 1 else 0.0])
    return Fitted(phi, tau2, inverse, float(len(change) - groups), basis)


def _tenths(z: np.ndarray) -> tuple[float, float]:
    """The two quantiles of winsorising, as numpy has them, without its ceremony: they are asked for thousands of times."""
    inside, ordered = _WINSOR * (len(z) - 1), np.sort(z)
    at, part = int(inside), inside % 1
    ends = ordered if at + 1 < len(z) else np.append(ordered, ordered[-1])
    return ends[at] + part * (ends[at + 1] - ends[at]), ordered[-1 - at] - part * (
        ordered[-1 - at] - ordered[max(-2 - at, -len(z))]
    )


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
        steps.append((change - _middle(change, counting) if alike else change, counting))
    change, counting = (np.concatenate(each) for each in zip(*steps, strict=True))
    return noise(change, counting, "months", groups=len(steps) if alike else 0)


def _middle(change: np.ndarray, counting: np.ndarray) -> float:
    """What changes share: their weighted median, to which a tenth of a variance is no weight at all."""
    order = np.argsort(change)
    weight = np.cumsum(1 / (counting[order] + np.median(counting)))
    return float(change[order][np.searchsorted(weight, weight[-1] / 2)])


def _exact(now: int, base: int, days: tuple[int, int]) -> float:
    """Twice the smaller side of the conditional test: the test to which the central interval belongs."""
    from scipy.stats import binom

    expected = days[0] / (days[0] + days[1])
    return float(min(1.0, 2 * min(binom.cdf(now, now + base, expected), binom.sf(now - 1, now + base, expected))))


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
