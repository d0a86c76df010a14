from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_lib.exact import change, competition_rank, half_up, percent, round_half_up


@pytest.mark.parametrize(
    ("numerator", "denominator", "printed"),
    [(1, 8, "0.13"), (-1, 8, "-0.13"), (1, 3, "0.33"), (2, 3, "0.67"), (5, 1000, "0.01"), (0, 7, "0.00")],
)
def test_half_is_rounded_away_from_zero(numerator, denominator, printed):
    assert str(half_up(numerator, denominator)) == printed


def test_a_score_that_floats_get_wrong():
    assert round(97.995, 2) == 98.0 or round(97.995, 2) == 97.99  # whichever: not to be trusted
    assert round_half_up(Decimal("97.995")) == Decimal("98.00")


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_half_up_is_within_half_a_cent_of_the_truth(numerator, denominator):
    error = half_up(numerator, denominator) * denominator - numerator
    assert -denominator < 200 * error <= denominator


def test_percent_of_nothing_is_missing():
    assert percent(3, 0) is None
    assert percent(None, 4) is None
    assert percent(1, 8) == Decimal("12.50")


def test_change_needs_a_base():
    assert change(5, 0) is None
    assert change(5, None) is None
    assert change(243909, 191177) == Decimal("27.58")
    assert change(3, 4) == Decimal("-25.00")


def test_ranks_leave_gaps_after_ties():
    assert competition_rank([99, 98, 99, 99, 97]) == [1, 4, 1, 1, 5]
    assert competition_rank([0, 0, 1], descending=False) == [1, 1, 3]


@given(st.lists(st.integers(0, 5), max_size=30))
def test_a_rank_is_one_more_than_the_number_of_better_ones(values):
    assert competition_rank(values) == [1 + sum(other > value for other in values) for value in values]
