"""Funnels against figures of others: FunnelPlotR, qicharts2's accidents, and the printed bulletin's own dispersion."""

import csv

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from support import ROOT

from hotline_lib.metrics import binomial_limits, funnel, poisson_limits
from hotline_lib.params import load_params

ACCIDENTS = [
    266501, 264225, 276532, 281461, 269071, 261215, 270409, 279778, 270483, 270320,
    267923, 271478, 255353, 256820, 261835, 259144, 255910, 260863, 264465, 260989,
]  # fmt: skip
OF = [
    280443, 276823, 291681, 296155, 282343, 275888, 283867, 295251, 284468, 282529,
    279618, 283932, 266629, 268091, 276803, 271578, 266005, 273520, 278574, 273772,
]  # fmt: skip


def frame(numerator, denominator) -> pd.DataFrame:
    names = [f"甲{n}" for n in range(len(numerator))]
    return pd.DataFrame({"unit": names, "numerator": numerator, "denominator": denominator})


@pytest.mark.parametrize(
    ("level", "low", "high"),
    [
        (0.95, (0.5596924, 0.6108260, 0.6746958), (1.649348, 1.544419, 1.427562)),
        (0.998, (0.3862650, 0.4479107, 0.5289724), (2.082907, 1.902094, 1.702771)),
    ],
)
def test_poisson_limits_are_those_of_funnelplotr(level, low, high):
    limits = poisson_limits(np.array([15.0, 20.0, 30.0]), level)
    assert limits[0] == pytest.approx(low, rel=1e-6) and limits[1] == pytest.approx(high, rel=1e-6)


def test_binomial_limits_hold_their_level_and_meet_the_exact_ones():
    n = np.array([10.0, 83.0, 218.0, 5000.0])
    for level in (0.95, 0.998):
        low, high = binomial_limits(n, 0.9, level)
        tail = (1 - level) / 2
        assert (binom.cdf(np.floor(low * n) - 1, n, 0.9) <= tail).all()  # below the limit by a whole ticket
        assert (binom.sf(np.ceil(high * n), n, 0.9) <= tail).all()
        assert (low < 0.9).all() and (high > 0.9).all() and (np.diff(low) > 0).all()


def test_very_large_counts_are_over_dispersed_and_nobody_stands_out():
    """qicharts2: 16 of 20 outside plain three-sigma limits of the binomial, none outside the over-dispersed."""
    whole = sum(ACCIDENTS) / sum(OF)
    assert np.mean(np.divide(ACCIDENTS, OF)) == pytest.approx(0.9528997, abs=2e-4)
    sigma = np.sqrt(whole * (1 - whole) / np.array(OF))
    assert (abs(np.divide(ACCIDENTS, OF) - whole) > 3 * sigma).sum() == 16
    found = funnel(frame(ACCIDENTS, OF))
    assert found["tau"].iloc[0] > 0 and (found["beyond"] == "").all()


def test_complaints_per_head_of_the_printed_month():
    """Dispersion 132; by the additive model 阜新 has z −3.01 and 大连 +1.96: neither is beyond 3.09."""
    people = {
        unit.name: unit.population for unit in load_params("2024-09", ROOT / "params").units if unit.kind == "city"
    }
    with (ROOT / "data/published/2024-09/units.csv").open(encoding="utf-8-sig") as file:
        complaints = {row["unit"]: int(row["complaint"]) for row in csv.DictReader(file) if row["unit"] in people}
    rows = frame([complaints[unit] for unit in people], list(people.values())).assign(unit=list(people))
    found = funnel(rows, of="ratio").set_index("unit")
    expected = found["numerator"] / found["value"]
    assert ((found["numerator"] - expected) ** 2 / expected).mean() == pytest.approx(132.3, abs=0.1)
    z = (np.sqrt(found["value"]) - 1) / np.sqrt(1 / (4 * expected) + found["tau"] ** 2)
    assert z["阜新"] == pytest.approx(-3.01, abs=0.005) and z["大连"] == pytest.approx(1.96, abs=0.005)
    assert (found["beyond"] == "").all()


def test_one_unit_that_differs_stands_out_and_a_full_one_never_does():
    others = [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100]
    found = funnel(frame([*others, 480], [*others, 500])).set_index("unit")
    assert found["beyond"]["甲11"] == "low" and (found["beyond"].drop("甲11") == "").all()
    counts = [100, 120, 80, 90, 110, 95, 105, 130, 75, 99, 101, 400]
    assert funnel(frame(counts, [1000] * 12), of="ratio")["beyond"].tolist() == [""] * 11 + ["high"]


@pytest.mark.parametrize(
    ("numerator", "denominator"),
    [([5, 5, 5, 5], [9] * 4), ([0] * 6, [9] * 6), ([9] * 6, [9] * 6), ([1, 1, 1, 1, 0], [9, 9, 9, 9, 0])],
)
def test_who_cannot_be_compared_is_not(numerator, denominator):
    """Too few units, nothing at all, everything full: an indicator that is full everywhere is no signal."""
    assert funnel(frame(numerator, denominator)).empty


def test_equal_true_rates_seldom_make_anybody_stand_out():
    """The rate that the docstring states, over fewer months."""
    rng = np.random.default_rng(1)
    n = np.array([80, 180, 210, 260, 300, 310, 390, 460, 570, 2400, 2900, 220, 360, 305])
    told = [(funnel(frame(rng.binomial(n, p), n))["beyond"] != "").any() for p in (0.99, 0.9, 0.5) for _ in range(80)]
    assert np.mean(told) <= 0.05
