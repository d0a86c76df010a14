"""Control limits against published figures; months side by side; the year so far, worked by hand."""

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import drawn

from hotline_lib.metrics import a_day, side_by_side, xmr, year_to_date

# tests and vignettes of NHSRplotthedots
SPIKE = [1, 2, 1, 2, 10, *[1, 2] * 6, 1]
ALTERNATING = [1, -1] * 7


def test_limits_with_outlying_moving_ranges_screened_once():
    found = xmr(SPIKE)
    assert round(found.centre, 2) == 1.94
    assert (round(found.low, 2), round(found.high, 1)) == (-0.72, 4.6)


def test_limits_without_screening():
    found = xmr(SPIKE, screened=False)
    assert (round(found.low, 2), round(found.high, 2)) == (-3.06, 6.95)


@pytest.mark.parametrize("start", [ALTERNATING, ALTERNATING[::-1]])
def test_two_on_different_sides_are_common_cause(start):
    found = xmr([*start, 5.5, -5.5])
    assert found.low < -5.5 and found.high > 5.5


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=24))
def test_limits_are_exact_and_the_same_in_every_unit(values):
    exact, scaled = xmr([Fraction(each) for each in values]), xmr([Fraction(each, 30) for each in values])
    assert exact.low == 30 * scaled.low and exact.high == 30 * scaled.high
    assert exact.low <= exact.centre <= exact.high


def test_a_february_and_a_march_of_the_same_pace_are_the_same():
    assert a_day(2900, "2024-02") == a_day(3100, "2024-03") == 100
    assert a_day(1, "2023-02") == Fraction(1, 28)


JANUARY = drawn("type | tickets\n咨询 | 70\n旧类 | 3\n咨询 | 30")
FEBRUARY = drawn("type | tickets\n咨询 | 90\n投诉 | 9")


def test_a_part_that_a_month_does_not_have_had_none():
    months = side_by_side({"2024-01": JANUARY, "2024-02": FEBRUARY}, "type")
    assert months.loc["咨询"].tolist() == [100, 90]
    assert months.loc["旧类"].tolist() == [3, 0]
    assert months.loc["投诉"].tolist() == [0, 9]


def test_the_year_so_far_beside_the_same_months_of_last_year():
    months = side_by_side({"2024-01": JANUARY, "2024-02": FEBRUARY}, "type")
    last = side_by_side({"2023-01": FEBRUARY, "2023-02": drawn("type | tickets\n更旧 | 5\n咨询 | 5")}, "type")
    rows = year_to_date(months, last).set_index("type")
    assert rows.loc["咨询"].tolist() == [90, 190, 95]
    assert rows.loc["投诉"].tolist() == [9, 9, 9]
    assert rows.loc["旧类"].tolist() == [0, 3, 0]
    assert rows.loc["更旧"].tolist() == [0, 0, 5]


def test_without_last_year_the_base_is_missing():
    rows = year_to_date(side_by_side({"2024-01": JANUARY}, "type"), None)
    assert rows["to_date"].tolist() == [100, 3] and rows["to_date_base"].isna().all()
    assert isinstance(rows["to_date_base"].dtype, pd.Int64Dtype)
