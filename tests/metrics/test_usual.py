"""Whether a change is more than usual, worked by hand and by scipy."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, t

from hotline_lib.metrics import Noise, Usual, interval, judged, listed_level

EVEN = Usual(monthly_sd=0.0, least=0.0)  # nothing but counting error
CITIES = [f"市{at}" for at in range(14)]


def changes(now, base, usual=EVEN, like=None):
    index = like.index if like is not None else range(len(now))
    return judged(pd.Series(now, index, dtype="Int64"), pd.Series(base, index, dtype="Int64"), usual, like=like)


def cities(now, base, usual=None):
    return changes(now, base, usual or Usual(), pd.Series("city", CITIES[: len(now)]))


def test_without_usual_variation_it_is_the_exact_test():
    """大连 6772 against 4688 and 辽阳 485 against 602 are changes; 阜新 301 against 259 (p 0.083) is not."""
    found = changes([6772, 485, 301], [4688, 602, 259])
    assert found["told"].tolist() == [True, True, False]
    assert found["p"].iloc[2] >= binomtest(301, 560).pvalue - 1e-9


def test_two_to_six_is_not_a_change():
    assert changes([6], [2])["told"].tolist() == [False]


def test_no_base_is_neither():
    told = changes([5, 0], [pd.NA, 0])["told"]
    assert pd.isna(told[0]) and not told[1]


def test_longer_months_have_more_tickets():
    assert not changes([3100], [3000], Usual((31, 30), 0.0, 0.0))["told"][0]
    assert not changes([29 * 7000], [28 * 7000], Usual((29, 28)))["told"][0]  # the day that a leap year adds


def test_many_comparisons_ask_for_more():
    """One p of 0.04 alone is told; among fourteen that are not, it is not."""
    assert changes([123], [92])["told"][0]
    assert not changes([123] + [100] * 14, [92] + [100] * 14)["told"].any()


def test_a_small_change_is_not_worth_a_mark():
    assert changes([109_000], [100_000], Usual(monthly_sd=0.0))["told"].tolist() == [False]
    assert changes([111_000], [100_000], Usual(monthly_sd=0.0))["told"].tolist() == [True]


def test_where_nothing_is_known_the_parameter_decides():
    found = changes([120, 200_000], [100, 100_000], Usual(monthly_sd=0.07))
    assert set(found["basis"]) == {"params"} and found["told"].tolist() == [False, True]
    assert found["sd"].tolist() == pytest.approx([0.07 * 2**0.5] * 2)


@pytest.mark.parametrize(("now", "base"), [(5000, 0), (1000, 1000), (0, 0), (1, 0), (1500, 1000)])
def test_cities_that_are_all_alike(now, base):
    found = cities([now] * 14, [base] * 14)
    assert not found["told"].any() and (not now or (found["sd"] < 1e-6).all())
    one = cities([now] * 13 + [3 * now + 900], [base] * 14)
    assert not one["told"][:-1].any()


def test_what_all_cities_share_marks_nobody_and_what_one_does_alone_marks_it():
    base = [1000 + 10 * at for at in range(14)]
    all_up = [int(1.4 * each) + 15 * (-1) ** at for at, each in enumerate(base)]
    assert not cities(all_up, base)["told"].any()
    doubled = [2 * each if at == 5 else each + 15 * (-1) ** at for at, each in enumerate(base)]
    assert cities(doubled, base)["told"].tolist() == [at == 5 for at in range(14)]


def test_a_city_is_never_held_against_itself():
    """Its own change does not widen what is usual for it."""
    base = [1000] * 14
    now = [1000 + 20 * (-1) ** at for at in range(13)]
    calm, wild = (cities([*now, last], base)["sd"].iloc[-1] for last in (1000, 9000))
    assert calm == pytest.approx(wild)


def test_earlier_months_say_what_is_usual():
    steps = np.array([1.0, 1.3, 0.9, 1.2, 0.8, 1.1])
    restless = pd.DataFrame({f"2024-0{n}": [int(10_000 * step)] for n, step in enumerate(steps, 1)}, ["all"])
    calm = pd.DataFrame({f"2024-0{n}": [10_000 + 30 * n] for n in range(1, 7)}, ["all"])
    now, base = (pd.Series([count], ["all"], dtype="Int64") for count in (13_000, 10_000))
    for earlier, told in ((restless, False), (calm, True)):
        found = judged(now, base, Usual(earlier=earlier))
        assert found["basis"].tolist() == ["months"] and found["told"].tolist() == [told]


def test_test_and_interval_are_of_one_construction():
    for now, base, sd in ((5, 0, 0.0), (60, 30, 0.0), (6772, 4688, 0.18), (130, 100, 0.1), (40, 80, 0.05)):
        usual, noise = Usual(monthly_sd=sd / 2**0.5, least=0.0), Noise(1.0, sd, np.inf, "params")
        p = changes([now], [base], usual)["p"].iloc[0]
        low, high = interval(now, base, usual, noise, level=1 - 1.001 * p)
        assert not low < 1 < high
        low, high = interval(now, base, usual, noise, level=1 - 0.999 * p)
        assert low < 1 < high


def test_the_interval_agrees_with_an_independent_computation():
    noise = Noise(2.0, 0.1, 11.0, "peers")
    change, variance = np.log(300.5 / 200.5), 2 * (1 / 300.5 + 1 / 200.5) + 0.01
    reach = t.ppf(0.975, 11) * variance**0.5
    low, high = interval(300, 200, Usual(), noise)
    assert (low, high) == pytest.approx((np.exp(change - reach), np.exp(change + reach)), abs=1e-9)
    exact = binomtest(60, 90).proportion_ci(method="exact")  # ORACLES: central 1.3397 to 3.3884, in their exposures
    low, high = interval(60, 30, Usual((51477.5, 54308.7)), Noise(1.0, 0.0, np.inf, "params"))
    assert (round(low, 4), round(high, 4)) == (1.3397, 3.3884)
    assert low == pytest.approx(exact.low / (1 - exact.low) * 54308.7 / 51477.5, abs=1e-9)


def test_selected_intervals_are_wider():
    assert listed_level(1, 100) == pytest.approx(0.9995) and listed_level(100, 100) == pytest.approx(0.95)
