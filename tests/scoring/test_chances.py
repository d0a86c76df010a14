"""How sure ranks are: the drawn months are scored as the printed one, and chance alone makes bands."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from hotline_lib.exact import half_up
from hotline_lib.params import Rule, Scheme
from hotline_lib.scoring import deductions, points_lost, rank_intervals, scores
from hotline_lib.scoring._chances import _lost

FORMS = [
    {"deduct": {"below": {60: 0, 240: 1}, "otherwise": 3}},
    {"deduct": {"at_least": {99: 0, 90: 1}, "otherwise": 4}},
    {"deduct": {"per_point_short_of": 100, "points": "0.5", "most": 7}},
    {"deduct": {"per_point_over": 20, "points": "0.1"}},
    {"award": {"at_least": {99: 10, 90: 4}}},
    {"award": {"per_point_over": 50, "points": "0.2", "most": 9}},
    {"deduct": {"by_rank": {1: 0, 3: 1}, "otherwise": 2}},
    {"award": {"by_rank": {2: 5}, "best": "low"}},
]


@pytest.mark.parametrize("form", FORMS)
def test_drawn_months_are_scored_as_printed_ones(form):
    rule = Rule(indicator="offline_minutes", source="published", **form)
    values = np.round(np.random.default_rng(2).uniform(0, 300, (6, 5)), 2)
    values[0] = [60, 240, 99, 90, 100]
    for row, lost in zip(values, _lost(values, rule), strict=True):
        exact = [Decimal(f"{value:.2f}") for value in row]
        others = lambda at, exact=exact: exact[:at] + exact[at + 1 :]
        assert lost == pytest.approx([float(points_lost(value, rule, others(at))) for at, value in enumerate(exact)])


SCHEME = Scheme(
    applies_from="2019-01", name="试", full_marks=100,
    rules=[Rule(indicator="complaint_24h_rate", deduct={"per_point_short_of": 100, "points": 1}, source="published")],
)  # fmt: skip


def intervals(good: list[int], of: list[int]) -> pd.DataFrame:
    units = pd.DataFrame({"unit": [f"甲{n}" for n in range(len(good))], "kind": "city"})
    rows = [
        (unit, "complaint_24h_rate", "rate", g, n, half_up(100 * g, n))
        for unit, g, n in zip(units["unit"], good, of, strict=True)
    ]
    values = pd.DataFrame(rows, columns=["unit", "indicator", "kind", "numerator", "denominator", "value"])
    missed = pd.DataFrame({"unit": [], "seconds": []})
    ranked = scores(deductions(values, SCHEME), units, values.assign(indicator="tickets_per_10k"), SCHEME)
    return rank_intervals(values, ranked, missed, SCHEME)


def test_equal_work_makes_one_band_and_wide_intervals():
    rng = np.random.default_rng(5)
    found = intervals(list(rng.binomial(200, 0.9, 12)), [200] * 12)
    assert found["band"].max() <= 2
    assert (found["rank_high"] - found["rank_low"]).mean() > 4
    assert ((found["rank_low"] <= found["rank"]) & (found["rank"] <= found["rank_high"])).all()


def test_work_that_differs_is_told_apart():
    found = intervals([20000, 19000, 15000], [20000] * 3).set_index("unit")
    assert found["band"].tolist() == [1, 2, 3]
    assert (found["rank_low"] == found["rank_high"]).all()


def test_the_same_month_gives_the_same_intervals():
    assert intervals([9, 8, 10], [10] * 3).equals(intervals([9, 8, 10], [10] * 3))


def test_full_everywhere_is_certain():
    """Where nobody misses one, nobody is expected to."""
    found = intervals([300] * 8, [300] * 8)
    assert (found["rank_high"] == 1).all() and found["band"].max() == 1
