"""Against figures of others: scipy's tests and R's binom.test, statsmodels' tests and R's exactci."""

import math

import pytest
from scipy.stats import binomtest

from hotline_lib.metrics._intervals import binomial_interval, ratio_interval


@pytest.mark.parametrize(
    ("bad", "n", "low", "high"),
    [
        (0, 10, 0, 0.3084971),
        (10, 10, 0.6915029, 1),
        (0, 4, 0, 0.602),
        (1, 4, 0.006, 0.806),
        (2, 4, 0.068, 0.932),
        (3, 4, 0.194, 0.994),
        (4, 4, 0.398, 1),
        (13, 60, 0.121, 0.342),
        (0, 0, 0, 1),
    ],
)
def test_proportions(bad, n, low, high):
    assert binomial_interval(bad, n) == (pytest.approx(low, abs=6e-4), pytest.approx(high, abs=6e-4))


def test_ratio_of_two_counts():
    """R's exactci inverts the test by likelihoods (1.34983 to 3.27765); ours is central, a little wider."""
    low, high = ratio_interval(60, 30, exposure=(51477.5, 54308.7))
    assert 1.33 < low < 1.34983091 < 3.2776451 < high < 3.40


def test_the_test_of_two_counts():
    """The conditional exact test that ``significant`` uses: statsmodels' tests, from R's exactci."""
    p_value = binomtest(60, 90, 51477.5 / (51477.5 + 54308.7)).pvalue
    assert p_value == pytest.approx(0.000675182658686321)


@pytest.mark.parametrize(
    ("now", "base", "low", "high"), [(6772, 4688, 39.2, 50.0), (485, 602, -28.7, -9.0), (301, 259, -1.9, 37.8)]
)
def test_the_bulletins_cities(now, base, low, high):
    """大连, 辽阳, 阜新: change on last year in percent."""
    interval = [100 * (ratio - 1) for ratio in ratio_interval(now, base)]
    assert interval == pytest.approx([low, high], abs=0.05)


def test_two_to_six_says_nearly_nothing():
    low, high = ratio_interval(6, 2)
    assert low < 1 < 3 < high


def test_nothing_against_something():
    assert ratio_interval(0, 5)[0] == 0
    assert ratio_interval(5, 0)[1] == math.inf
    assert ratio_interval(0, 0) == (0, math.inf)
