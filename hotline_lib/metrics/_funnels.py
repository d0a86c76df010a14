"""Units compared fairly: funnels, whose limits are the wider the fewer the tickets.

After Spiegelhalter (2005), Statistics in Medicine 24:1185, and its additive model of over-dispersion as FunnelPlotR has it:
exact limits (binomial, Poisson) where the units differ by no more than chance; else the units' own spread besides, winsorised
at a tenth, for ratios on the scale of their root, on which chance is alike for all. Rates are near 100 %, where no scale is:
they stay as they are.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotline_lib.metrics._noise import beside
from hotline_lib.metrics._usual import SIGNIFICANCE_LEVEL

FEWEST = 5  # units; the spread of fewer is not known
INNER, OUTER = 0.95, 0.998
_TRIMMED = 0.1


def binomial_limits(n: np.ndarray, target: float, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Exact limits around a rate for n tickets each, interpolated between whole tickets (Spiegelhalter 2005, appendix)."""
    from scipy.stats import binom

    def at(p: float) -> np.ndarray:
        r = binom.ppf(p, n, target)
        above, mass = binom.cdf(r, n, target) - p, binom.pmf(r, n, target)
        return (r - np.divide(above, mass, out=np.zeros_like(above), where=mass > 0)) / n

    return np.clip(at((1 - level) / 2), 0, 1), np.clip(at((1 + level) / 2), 0, 1)


def poisson_limits(expected: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Exact limits around a ratio of 1 for expected counts (as FunnelPlotR has them)."""
    from scipy.stats import chi2

    tail = (1 - level) / 2
    return chi2.ppf(tail, 2 * expected) / 2 / expected, chi2.ppf(1 - tail, 2 * (expected + 1)) / 2 / expected


def funnel(frame: pd.DataFrame, *, of: str = "rate") -> pd.DataFrame:
    """Each unit against limits for its own size, around what all of them together have.

    frame: ``unit``, ``numerator``, ``denominator`` (tickets of a rate; persons of a ratio), of units that can be compared: the
    cities, not a provincial group. of: ``"rate"`` (numerator of denominator) or ``"ratio"`` (numerator per denominator,
    against what is expected at the rate of all).
    Returns the rows with a denominator, and: ``value`` and ``target`` (the rate; of a ratio numerator over expected, and 1),
    ``low``/``high`` (95 %) and ``lowest``/``highest`` (99.8 %), ``tau`` (the units' own spread on the scale of the limits; 0:
    they differ by chance alone, and the limits are exact) and ``beyond`` (``low``, ``high`` or nothing: outside 99.8 %,
    and told from the others by an exact test and by their own spread, Benjamini-Hochberg at 5 %).
    No row where fewer than five units have a denominator, or the rate is 0 or full for all: nobody stands out then.
    Some unit of 14 was beyond in at most .004 of 500 months with one true rate for all (99.9, 99, 90, 50 %), and of ratios in
    .002, .034 and .070 of them with no, a tenth and three tenths of true spread (tests/benchmarks/claims.py); of rates
    whose logits truly differ by a tenth, .3 and .5 in .00, .02 and .17. 90 instead of 97 % of 305 tickets is found in .98 where
    the others are alike, .95 and .69 where they differ by a tenth and .3; 90 instead of 99.9 % always.
    """
    rows = frame[frame["denominator"] > 0].reset_index(drop=True)
    y, n = rows["numerator"].to_numpy(float), rows["denominator"].to_numpy(float)
    columns = ["value", "target", "low", "high", "lowest", "highest", "tau", "beyond"]
    if len(rows) < FEWEST or y.sum() == 0 or (of == "rate" and y.sum() == n.sum()):
        return rows.iloc[:0].reindex(columns=[*rows.columns, *columns])
    whole = y.sum() / n.sum()
    expected = n * whole
    if of == "rate":
        value, target, error = y / n, whole, np.sqrt(whole * (1 - whole) / n)
        scale, back = lambda p: p, lambda p: np.clip(p, 0, 1)
        exact = lambda level: binomial_limits(n, whole, level)
    else:
        value, target, error = y / expected, 1.0, 1 / (2 * np.sqrt(expected))
        scale, back = np.sqrt, lambda t: np.clip(t, 0, None) ** 2
        exact = lambda level: poisson_limits(expected, level)
    off = scale(value) - scale(target)
    tau = spread(off, error)
    limits = {}
    for (low, high), level in ((("low", "high"), INNER), (("lowest", "highest"), OUTER)):
        limits[low], limits[high] = exact(level)
        if tau > 0:
            wide = _quantile(level) * np.sqrt(error**2 + tau**2)
            limits[low] = np.minimum(limits[low], back(scale(target) - wide))
            limits[high] = np.maximum(limits[high], back(scale(target) + wide))
    told = _told(y, n, off, error, of)
    beyond = np.where(
        told & (value < limits["lowest"]), "low", np.where(told & (value > limits["highest"]), "high", "")
    )
    return rows.assign(value=value, target=target, **limits, tau=tau, beyond=beyond)


def _told(y: np.ndarray, n: np.ndarray, off: np.ndarray, error: np.ndarray, of: str) -> np.ndarray:
    """Which units differ from the others together, and from their middle by more than they differ among themselves."""
    from scipy.stats import binom, false_discovery_control, fisher_exact

    rest, rest_n = y.sum() - y, n.sum() - n
    if of == "rate":
        tables = zip(y, n - y, rest, rest_n - rest, strict=True)
        exact = np.array([fisher_exact([[a, b], [c, d]]).pvalue for a, b, c, d in tables])
    else:
        share = n / n.sum()
        exact = 2 * np.minimum(binom.cdf(y, y.sum(), share), binom.sf(y - 1, y.sum(), share))
    others = beside(off, error**2)
    p = np.maximum(np.minimum(exact, 1), others.noise.p(off - others.middle, error**2, others.more))
    return false_discovery_control(p) <= SIGNIFICANCE_LEVEL


def spread(off: np.ndarray, error: np.ndarray) -> float:
    """The standard deviation between units beyond their error of counting: the method of moments (DerSimonian and Laird 1986)
    over winsorised z, as Spiegelhalter 2005 has it; 0 where they differ by no more than chance."""
    z = off / error
    z = np.clip(z, np.quantile(z, _TRIMMED), np.quantile(z, 1 - _TRIMMED))
    weight = 1 / error**2
    over = (z**2).sum() - (len(z) - 1)
    return float(np.sqrt(max(over / (weight.sum() - (weight**2).sum() / weight.sum()), 0)))


def _quantile(level: float) -> float:
    from scipy.stats import norm

    return float(norm.ppf((1 + level) / 2))
