"""What a sample says of a unit: against exact arithmetic, published figures, and other ways to the same number."""

from fractions import Fraction
from math import comb

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.stats import betabinom, hypergeom
from support import drawn, within

from hotline_lib.metrics import (
    hypergeometric_interval,
    if_reported,
    overall_shares,
    pooled_intervals,
    pooling,
    sample_bounds,
)
from hotline_lib.metrics._intervals import binomial_interval, share_interval

SEPTEMBER = [0] * 9 + [1] * 3 + [3, 3, 4]


def at_least(found: int, drawn_: int, of: int, bad: int) -> Fraction:
    """P(as many bad ones or more), in whole numbers."""
    ways = sum(comb(bad, k) * comb(of - bad, drawn_ - k) for k in range(found, min(drawn_, bad) + 1))
    return Fraction(ways, comb(of, drawn_))


def checks(rows: str) -> pd.DataFrame:
    """Samples in which each problem is a ticket that was not closed."""
    made = drawn(f"unit | answered | problems\n{rows}")
    return made.assign(closed_of=made["answered"], closed_yes=made["answered"] - made["problems"])


ALL_CLOSED = {"closed": dict.fromkeys("甲乙丙丁戊", 1.0)}


@pytest.mark.parametrize(
    ("bad", "low", "high"), [(0, 0, 0.602), (1, 0.006, 0.806), (2, 0.068, 0.932), (3, 0.194, 0.994), (4, 0.398, 1)]
)
def test_exact_intervals_of_four_are_the_published_ones(bad, low, high):
    assert binomial_interval(bad, 4) == pytest.approx((low, high), abs=5e-4)


def test_exact_intervals_are_those_of_r_and_of_the_whole_sample():
    assert binomial_interval(0, 10)[1] == pytest.approx(0.3084971, abs=1e-7)
    assert binomial_interval(10, 10)[0] == pytest.approx(0.6915029, abs=1e-7)
    assert binomial_interval(13, 60) == pytest.approx((0.121, 0.342), abs=5e-4)
    assert binomial_interval(0, 4, level=0.9)[1] == pytest.approx(0.527, abs=5e-4)  # one-sided 95 %


def test_none_of_four_from_77_leaves_room_for_39():
    assert hypergeometric_interval(0, 4, 77, sides=1) == (0, 39)


@pytest.mark.parametrize(
    ("found", "drawn_", "of"), [(0, 4, 77), (1, 4, 20), (3, 4, 9), (4, 4, 30), (2, 10, 12), (5, 5, 5)]
)
def test_the_finite_interval_holds_what_neither_tail_excludes(found, drawn_, of):
    possible = range(found, of - drawn_ + found + 1)
    kept = [
        bad
        for bad in possible
        if at_least(found, drawn_, of, bad) > Fraction(1, 40)
        and 1 - at_least(found + 1, drawn_, of, bad) > Fraction(1, 40)
    ]
    assert hypergeometric_interval(found, drawn_, of) == (kept[0], kept[-1])


def test_the_finite_interval_of_many_is_the_exact_one_and_of_nothing_drawn_everything():
    low, high = hypergeometric_interval(3, 20, 200_000)
    assert (low / 200_000, high / 200_000) == pytest.approx(binomial_interval(3, 20), abs=1e-4)
    assert hypergeometric_interval(0, 0, 50) == (0, 50)


@pytest.mark.parametrize(
    ("found", "of", "share"), [(1, 77, 0.05), (3, 400, 0.05), (4, 441, 0.1), (2, 40, 0.0), (1, 30, 1.0)]
)
def test_the_chance_of_a_sample_under_the_declared_level_is_exact(found, of, share):
    expected = at_least(found, 4, of, int(share * of + 1e-9))
    assert if_reported(found, 4, of, share) == pytest.approx(float(expected), abs=1e-12)
    assert if_reported(0, 4, of, share) == 1


def test_pooled_shares_are_those_of_an_independent_maximisation():
    x, n = np.array(SEPTEMBER), np.full(15, 4)
    against = lambda at: -betabinom.logpmf(x, n, *np.exp(at)).sum()
    other = minimize(against, [0, 0], method="Nelder-Mead", options={"xatol": 1e-11, "fatol": 1e-14, "maxiter": 4000})
    a, b = pooling(x, n)
    assert -betabinom.logpmf(x, n, a, b).sum() <= other.fun + 1e-12
    assert (a, b) == pytest.approx(
        np.exp(other.x), rel=1e-6
    )  # as flat as the top is, that is all the likelihood can tell
    for step in (1e-4, -1e-4):
        assert against(np.log([a + step, b])) > against(np.log([a, b])) < against(np.log([a, b + step]))


def test_the_slope_is_nought_at_the_pooled_shares():
    """To nine digits of the parameters: the likelihood's own difference quotient, in other variables."""
    from scipy.special import digamma

    x, n = np.array(SEPTEMBER), np.full(15, 4)
    a, b = pooling(x, n)
    both = digamma(a + b) - digamma(a + b + n)
    assert (digamma(a + x) - digamma(a) + both).sum() == pytest.approx(0, abs=1e-9)
    assert (digamma(b + n - x) - digamma(b) + both).sum() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("problems", [[0] * 8, [1] * 8, [4] * 8, [0, 0, 0, 4, 4, 4]])
def test_pooling_holds_where_the_likelihood_runs_to_the_end(problems):
    a, b = pooling(np.array(problems), np.full(len(problems), 4))
    assert np.isfinite([a, b]).all() and min(a, b) > 0 and 0.049 < a + b < 1_001
    shares = [(a + x) / (a + b + 4) for x in problems]
    assert all(0 < share < 1 for share in shares)  # nobody is perfect
    assert pooling(np.array([]), np.array([])) == pooling(np.array([0]), np.array([0])) == (0.5, 0.5)


ALIKE = [(units, bad, n) for units in (1, 2, 5, 15) for n in (1, 2, 4, 6, 10) for bad in range(n + 1)]


def test_pooled_units_that_are_alike_are_never_surer_than_all_of_them_together():
    for units, bad, n in ALIKE:
        problems, answered = np.full(units, bad), np.full(units, n)
        low, high = pooled_intervals(problems, answered)[-1]
        exact = binomial_interval(units * bad, units * n)
        assert low <= exact[0] and high >= exact[1], (units, bad, n)
        a, b = pooling(problems, answered)
        assert low <= (a + bad) / (a + b + n) <= high


def test_a_single_units_pooled_interval_is_its_own_exact_one():
    for _, bad, n in ALIKE[: sum(range(2, 9))]:
        assert pooled_intervals([bad], [n])[0] == pytest.approx(binomial_interval(bad, n), abs=0.01)
    assert pooled_intervals([4], [6])[0] == pytest.approx((0.223, 0.957), abs=5e-4)
    assert pooled_intervals([0, 0], [0, 0]).tolist() == [[0, 1], [0, 1]]


def test_pooled_shares_borrow_and_say_how_unsure_the_spread_is():
    """September's: wider than with α and β taken as known (30.8 % after 0 of 4), surer than a unit by itself (60.2 %)."""
    from scipy.stats import beta

    x, n = np.array(SEPTEMBER), np.full(15, 4)
    a, b = pooling(x, n)
    made = dict(zip(SEPTEMBER, pooled_intervals(x, n), strict=True))
    assert beta.ppf(0.975, a, b + 4) < made[0][1] < binomial_interval(0, 4)[1]
    assert binomial_interval(4, 4)[0] > made[4][0] > 0.3 and made[3][0] > binomial_interval(3, 4)[0]


def test_the_grid_agrees_with_integration_point_by_point():
    """The posterior of one unit's share by adaptive quadrature over mean and likeness, where units are plainly not alike."""
    from scipy.integrate import dblquad
    from scipy.stats import beta

    x, n, at = np.array([0, 0, 1, 6, 6]), np.full(5, 6), 2
    low, high = pooled_intervals(x, n)[at]
    for end, tilt, tail in ((low, lambda m: 1 / m, 0.025), (high, lambda m: 1 / (1 - m), 0.975)):

        def weighed(rho, m, tilt=tilt):
            s = 1 / rho - 1
            return tilt(m) * np.exp(betabinom.logpmf(x, n, m * s, (1 - m) * s).sum())

        below = lambda rho, m, end=end, weighed=weighed: (
            weighed(rho, m) * beta.cdf(end, m * (1 / rho - 1) + x[at], (1 - m) * (1 / rho - 1) + n[at] - x[at])
        )
        part, whole = (
            dblquad(of, 1e-4, 1 - 1e-4, 1e-3, 1 - 1e-3, epsabs=1e-13, epsrel=1e-3)[0] for of in (below, weighed)
        )
        assert part / whole == pytest.approx(tail, abs=0.004)


@pytest.mark.slow
@pytest.mark.parametrize(("units", "n"), [(15, 4), (15, 10), (3, 4), (2, 4), (1, 4), (6, 20)])
def test_pooled_intervals_cover(units, n):
    """At least 94 % in the mean over units, whatever the mean and the spread of their true shares."""
    r = np.random.default_rng(1)
    for mean, size in ((0.02, 1e6), (0.2, 1e6), (0.05, 5), (0.2, 0.8), (0.2, 3), (0.5, 1), (0.1, 20)):
        true = r.beta(mean * size, (1 - mean) * size, (300, units))
        ends = np.array([pooled_intervals(each, np.full(units, n)) for each in r.binomial(n, true)])
        inside = (ends[..., 0] <= true + 1e-6) & (true <= ends[..., 1] + 1e-6)
        assert inside.mean() >= 0.94, (mean, size)


@pytest.mark.slow
def test_pooling_takes_no_time():
    x, n = np.array(SEPTEMBER), np.full(15, 4)
    pooled_intervals(x, n)
    with within(1):
        for _ in range(10):
            pooled_intervals(x, n)


def test_every_unit_is_told_apart_from_what_it_reports_after_all_are_looked_at():
    rows = checks("甲 | 4 | 4\n乙 | 4 | 3\n丙 | 4 | 1\n丁 | 4 | 0\n戊 | 0 | 0")
    made = sample_bounds(rows, {"甲": 400, "乙": 400, "丙": 77, "丁": 77, "戊": 80}, ALL_CLOSED).set_index("unit")
    assert made["over_reports"].to_dict() == {"甲": True, "乙": True, "丙": False, "丁": False, "戊": False}
    p = hypergeom.sf([3, 2, 0], [400, 400, 77], [20, 20, 3], 4)
    assert made["if_reported"].tolist()[:3] == pytest.approx(p, abs=1e-9)
    assert made["q"].tolist()[:4] == pytest.approx([4 * p[0], 2 * p[1], 4 / 3 * p[2], 1], abs=1e-9)
    assert made["at_most"].tolist()[3] == 39 and made["at_most"].isna().tolist() == [True, True, True, False, True]
    assert pd.isna(made.loc["戊", "if_reported"]) and (made.loc["戊", ["fewest", "most"]] == [0, 80]).all()
    assert 0 < made.loc["丁", "pooled"] < made.loc["丙", "pooled"] < made.loc["乙", "pooled"] < 1


def test_who_reports_less_is_held_to_less():
    rows = checks("甲 | 4 | 2")
    full, less = (
        sample_bounds(rows, {"甲": 100}, {"closed": {"甲": share}})["if_reported"].iloc[0] for share in (1.0, 0.6)
    )
    assert full == pytest.approx(float(at_least(2, 4, 100, 5))) and less == pytest.approx(
        float(at_least(2, 4, 100, 45))
    )


THREE = """unit | answered | problems | called_back_yes | called_back_of | closed_yes | closed_of | satisfied_yes | satisfied_of
    甲    | 10       | 6        | 4               | 10             | 10         | 10        | 10            | 10
    乙    | 10       | 6        | 4               | 10             | 10         | 10        | 10            | 10
    丙    | 10       | 4        | 10              | 10             | 6          | 9         | 10            | 10"""


def test_each_question_is_held_to_what_the_unit_reports_of_that_question():
    """甲 says itself that it rings 40 % back; 乙 says that it rings all; 丙 reports nothing but that all is closed."""
    good = {
        "called_back": {"甲": 0.4, "乙": 1.0},
        "closed": dict.fromkeys("甲乙丙", 1.0),
        "satisfied": dict.fromkeys("甲乙", 1.0),
    }
    made = sample_bounds(drawn(THREE), dict.fromkeys("甲乙丙", 400), good).set_index("unit")
    assert made["over_reports"].to_dict() == {"甲": False, "乙": True, "丙": True}
    p = [1, 3 * hypergeom(400, 20, 10).sf(5), hypergeom(400, 20, 9).sf(2)]  # of questions held to a report, the number
    assert made["if_reported"].tolist() == pytest.approx(p, rel=1e-9)
    assert sample_bounds(drawn(THREE), {}, {})["if_reported"].isna().all()  # nobody reports anything


def test_how_many_there_are_is_not_made_up():
    for known in ({}, {"甲": 2}):
        made = sample_bounds(checks("甲 | 4 | 1"), known, ALL_CLOSED)
        assert made[["complaints", "fewest", "most", "at_most"]].isna().all(axis=None)
        assert made["if_reported"].tolist() == pytest.approx([1 - 0.95**4])  # as of ever so many
    assert sample_bounds(checks("甲 | 0 | 0").assign(sampled=3), {"甲": 2}, {})["complaints"].isna().all()
    assert sample_bounds(checks("甲 | 4 | 0"), {}, ALL_CLOSED)["if_reported"].tolist() == [1]


def test_together_as_drawn_and_weighted_by_complaints_are_two_figures():
    rows = sample_bounds(checks("甲 | 4 | 3\n乙 | 4 | 0\n丙 | 0 | 0"), {"甲": 900, "乙": 100, "丙": 500}, {})
    made = overall_shares(rows).set_index("basis")
    assert made["share"].to_dict() == {"drawn": 3 / 8, "complaints": 0.9 * 0.75}
    assert made.loc["drawn", ["low", "high"]].tolist() == pytest.approx(binomial_interval(3, 8), abs=1e-12)
    assert made["units"].tolist() == [2, 2]
    assert made.loc["complaints", "low"] < 0.675 < made.loc["complaints", "high"]
    assert overall_shares(rows[rows["answered"] == 0]).empty


def test_a_census_is_a_point_and_what_was_seen_bounds_what_there_can_be():
    made = sample_bounds(checks("甲 | 3 | 1\n乙 | 9 | 0\n丙 | 4 | 2"), {"甲": 3, "乙": 10, "丙": 400}, {}).set_index(
        "unit"
    )
    assert made.loc["甲", ["pooled_low", "pooled", "pooled_high"]].tolist() == [1 / 3] * 3
    assert made.loc["乙", "pooled_high"] <= 0.1 and made.loc["甲", ["fewest", "most"]].tolist() == [1, 1]
    assert made.loc["丙", "pooled_high"] > 0.6
    assert share_interval(1, 3, 3) == (1 / 3, 1 / 3) and share_interval(0, 4) == share_interval(0, 4, 400)
    assert share_interval(0, 9, 10) == (0, 0.1)
    whole = overall_shares(sample_bounds(checks("甲 | 3 | 1\n乙 | 2 | 0"), {"甲": 3, "乙": 2}, {}))
    assert whole[["share", "low", "high"]].to_numpy().tolist() == [[0.2] * 3] * 2
    some = overall_shares(sample_bounds(checks("甲 | 3 | 1\n乙 | 2 | 0"), {"甲": 3}, {}))
    assert some["basis"].tolist() == ["drawn"]  # nobody knows the weight of 乙


@pytest.mark.slow
def test_the_weighted_interval_of_one_alike_population_is_near_the_exact_one():
    rows = sample_bounds(checks("\n".join(f"{at} | 20 | 5" for at in range(10))), dict.fromkeys(range(10), 10**6), {})
    made = overall_shares(rows).set_index("basis")
    assert made.loc["complaints", ["low", "high"]].tolist() == pytest.approx(made.loc["drawn", ["low", "high"]].tolist(), abs=0.005)  # fmt: skip
    clean = overall_shares(sample_bounds(checks("甲 | 4 | 0\n乙 | 4 | 0"), {"甲": 10, "乙": 10}, {}))
    assert clean["low"].tolist() == [0, 0] and clean["high"].tolist() == pytest.approx([binomial_interval(0, 8)[1]] * 2)
