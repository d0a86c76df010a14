"""Control limits against published figures; months side by side; the year so far, worked by hand."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import drawn

from hotline_lib.metrics import a_day, month_limits, side_by_side, xmr, year_to_date
from hotline_lib.metrics._trends import month_days
from hotline_lib.params import month_span

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


def paced(span: str, *pace: float) -> tuple[list[int], list[str]]:
    """Tickets of months with so many a day, over and over."""
    months = month_span(span)
    return [round(pace[at % len(pace)] * month_days(month)) for at, month in enumerate(months)], months


def test_limits_are_the_wider_of_ranges_and_deviations_for_one_more_month():
    before = [100, 110, 100, 110]
    found = month_limits(*paced("2024-05..2024-09", *before, 106))
    reach = max(2.66 * 10, 3 * np.std(before, ddof=1)) * (1 + 1 / 4) ** 0.5
    assert found.value == 106 and found.centre == 105 and float(found.high - found.centre) == pytest.approx(reach)
    rising = month_limits(*paced("2024-05..2024-12", *range(100, 108)))  # ranges of 1, but far apart
    assert rising.high > 107.9 and not rising.side


def test_fewer_than_five_periods_have_no_limits():
    assert month_limits(*paced("2024-06..2024-09", 100)) is None
    assert month_limits(*paced("2024-01..2024-05", 100)) is None  # January and February are one
    assert month_limits(*paced("2024-01..2024-06", 100)) is not None


def test_january_and_february_are_judged_together():
    tickets, months = paced("2023-04..2024-02", 100, 101)
    tickets[-2:] = [31 * 140, 29 * 58]  # the festival fell into February
    assert month_limits(tickets[:-1], months[:-1]) is None
    found = month_limits(tickets, months)
    assert found.together and found.value == Fraction(31 * 140 + 29 * 58, 60) and not found.side
    assert month_limits([*tickets[:-1], 29 * 110], months).side == "above"
    alone = month_limits(*paced("2024-02..2024-09", 100, 101))  # a February without its January says nothing
    assert float(alone.centre) == pytest.approx(100.5, abs=0.1)


def test_from_24_months_the_season_is_taken_out():
    year = [100, 100, 104, 98, 103, 99, 101, 102, 160, 100, 97, 101]
    tickets, months = paced("2022-10..2024-09", *(year[(9 + at) % 12] * (1 + at % 3 / 100) for at in range(24)))
    short = month_limits(tickets[-12:], months[-12:])
    assert short.side == "above" and not short.seasonal  # every September is so
    found = month_limits(tickets, months)
    assert found.seasonal and not found.side and 150 < found.centre < 175
    assert month_limits([*tickets[:-1], round(tickets[-1] * 1.3)], months).side == "above"
    assert not month_limits([0, *tickets[1:]], months).seasonal  # no ratio to nothing


def test_months_that_depend_on_one_another_are_seldom_signals():
    r, months = np.random.default_rng(5), month_span("2023-10..2024-09")
    beyond = 0
    for _ in range(300):
        noise = r.normal(0, 0.05, 60)
        for at in range(1, 60):
            noise[at] += 0.6 * noise[at - 1]
        counts = [
            round(9_000 * month_days(month) * np.exp(each)) for month, each in zip(months, noise[-12:], strict=True)
        ]
        beyond += bool(month_limits(counts, months).side)
    assert beyond <= 15  # of moving ranges alone: 29
