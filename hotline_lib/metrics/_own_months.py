"""A unit's rate against its own earlier months: what units differ by among themselves does not hide that one of them fell."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotline_lib.metrics._noise import Fitted, fitted
from hotline_lib.metrics._usual import LEAST, SIGNIFICANCE_LEVEL


def fallen(now: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Which rates fell: each unit's beside the same rate of its own months before, together.

    now: ``unit``, ``indicator``, ``numerator``, ``denominator``. earlier: the same with ``month``; a unit needs five months with
    a denominator.
    Returns a row per unit and indicator that has so many: ``unit``, ``indicator``, ``numerator``, ``denominator``,
    ``own_numerator`` and ``own_denominator`` (of the months before), ``months`` (how many), ``q`` and ``fell`` (lower by more
    than chance, and than such rates move from month to month: q of at most .05).

    p is one-sided, the larger of Fisher's exact test and of the change on the scale of the arcsine (Anscombe 1948), with
    the variance φ(1/(4n+2) + 1/(4N+2)) + τ²(1 + 1/months): φ and τ² from the steps between the earlier months, all units together, as
    for volumes (``fitted``). Benjamini-Hochberg over the units, each rate by itself.

    Of 500 months (tests/benchmarks/claims.py) in which nothing changed some of 14 cities is told in .014, .026, .020, .016
    with five months before and in .036, .012, .018, .028 with eleven, where the cities differ for good by nothing, a tenth,
    .3 and .5 (of the logits). A city that falls from 97 to 90 % of 305 tickets is found in .960, .954, .956, .970 with five
    and in .976, .978, .970, .988 with eleven. Where every city's rate itself jumps from month to month by .3, such a fall is
    found in .8 to .9 only (200 months), by whatever test: it is then hardly more than usual.
    """
    from scipy.stats import false_discovery_control, fisher_exact, t

    columns = [
        "unit",
        "indicator",
        "numerator",
        "denominator",
        "own_numerator",
        "own_denominator",
        "months",
        "q",
        "fell",
    ]
    found = []
    for key, rows in now[now["denominator"] > 0].groupby("indicator", sort=False):
        before = earlier[(earlier["indicator"] == key) & (earlier["denominator"] > 0)]
        whole = before.groupby("unit").agg(
            y=("numerator", "sum"), n=("denominator", "sum"), months=("month", "nunique")
        )
        rows = rows.merge(whole[whole["months"] >= LEAST], left_on="unit", right_index=True, validate="one_to_one")
        if rows.empty:
            continue
        steps = _usual_steps(before[before["unit"].isin(rows["unit"])])
        y, n, own_y, own_n, months = (
            rows[name].to_numpy(float) for name in ("numerator", "denominator", "y", "n", "months")
        )
        change, counting = _arcsine(y, n) - _arcsine(own_y, own_n), _variance(n) + _variance(own_n)
        df = steps.of(counting).df
        usual = steps.phi * counting + steps.tau2 / 2 * (1 + 1 / months)
        tables = zip(y, n - y, own_y, own_n - own_y, strict=True)
        exact = np.array([fisher_exact([[a, b], [c, d]], alternative="less").pvalue for a, b, c, d in tables])
        q = false_discovery_control(np.maximum(exact, t.cdf(change / np.sqrt(usual), df)))
        rows = rows.rename(columns={"y": "own_numerator", "n": "own_denominator"})
        found.append(rows.assign(q=q, fell=q <= SIGNIFICANCE_LEVEL)[columns])
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def _usual_steps(before: pd.DataFrame) -> Fitted:
    """How such rates move from one month to the next."""
    rows = before.sort_values(["unit", "month"])
    same = (rows["unit"] == rows["unit"].shift()).to_numpy()
    y, n = rows["numerator"].to_numpy(float), rows["denominator"].to_numpy(float)
    value, error = _arcsine(y, n), _variance(n)
    return fitted((value - np.roll(value, 1))[same], (error + np.roll(error, 1))[same], "months", groups=0)


def _arcsine(y: np.ndarray, n: np.ndarray) -> np.ndarray:
    return np.arcsin(np.sqrt((y + 0.375) / (n + 0.75)))


def _variance(n: np.ndarray) -> np.ndarray:
    return 1 / (4 * n + 2)
