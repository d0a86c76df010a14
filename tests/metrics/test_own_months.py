"""A rate against its own earlier months: told where it falls, whatever the units differ by; not told by chance or habit."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from hotline_lib.metrics import fallen, funnel

N = np.array([2407, 2963, 574, 394, 218, 458, 362, 305, 214, 307, 268, 188, 264, 83])
SHARES = 1 / (1 + np.exp(-np.linspace(2.6, 4.6, 14)))  # units differ for good: 93 to 99 %
SHARES[7] = 0.98


def month(name: str, shares=SHARES, seed: int = 0) -> pd.DataFrame:
    good = np.random.default_rng([seed, *name.encode()]).binomial(N, shares)
    return pd.DataFrame(
        {
            "month": name,
            "unit": [f"u{at}" for at in range(14)],
            "indicator": "on_time",
            "numerator": good,
            "denominator": N,
        }
    )


def before(number: int, seed: int = 0) -> pd.DataFrame:
    return pd.concat([month(f"m{at:02d}", seed=seed) for at in range(number)])


def test_a_rate_that_falls_is_found_where_units_differ():
    low = SHARES.copy()
    low[7] = 0.90
    found = sum(bool(fallen(month("now", low, seed), before(11, seed))["fell"].iloc[7]) for seed in range(20))
    assert found >= 19
    beside = sum(funnel(month("now", low, seed))["beyond"].iloc[7] == "low" for seed in range(20))
    assert beside < 5  # among such units 90 % is nothing


def test_months_in_which_nothing_changed_are_seldom_told():
    told = sum(fallen(month("now", seed=seed), before(6, seed))["fell"].any() for seed in range(40))
    assert told <= 3


def test_a_rise_is_no_fall_and_fewer_than_five_months_say_nothing():
    assert not fallen(month("now", np.minimum(SHARES + 0.06, 1)), before(8))["fell"].any()
    assert fallen(month("now"), before(4)).empty
    assert fallen(month("now"), month("m").iloc[:0]).empty


def test_what_is_usual_from_month_to_month_is_no_fall():
    """Every unit swings by ten points from month to month; one more swing is none of its own."""
    r = np.random.default_rng(2)
    swings = lambda name: month(name, np.clip(r.normal(0.85, 0.07, 14), 0.5, 1))
    rows = pd.concat([swings(f"m{at:02d}") for at in range(8)])
    now = month("now", np.full(14, 0.80))
    assert not fallen(now, rows)["fell"].any()


def test_it_stands_on_the_exact_test_too():
    now, rows = month("now"), before(6)
    now.loc[3, "numerator"] = 370
    row = fallen(now, rows).iloc[3]
    table = [[370, 24], [row["own_numerator"], row["own_denominator"] - row["own_numerator"]]]
    assert row["q"] >= fisher_exact(table, alternative="less").pvalue
    assert (row["months"], row["own_denominator"]) == (6, 6 * 394)


@pytest.mark.parametrize("good", [0, 1])
def test_rates_that_are_always_full_or_nothing(good):
    full = pd.concat([month(f"m{at}", np.full(14, good)) for at in range(6)])
    assert not fallen(month("now", np.full(14, good)), full)["fell"].any()
