"""Integers behind printed figures, on numbers small enough to work out by hand."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import examples

from hotline_lib.errors import PublishedError
from hotline_lib.exact import change, percent
from hotline_lib.simulate.base_months import base_range
from hotline_lib.simulate.cells import fit, spread
from hotline_lib.simulate.handling import submitted_numbers
from hotline_lib.simulate.printed import RATES, Printed, limits_beyond


@pytest.mark.parametrize(
    ("now", "printed", "expected"),
    [
        (150, "50.00", (100, 100)),  # 150/99 is +51.52, 150/101 is +48.51
        (100, "0.00", (100, 100)),
        (301, "16.22", (259, 259)),  # 阜新
        (219751, "31.47", (167143, 167155)),  # 省交投 as corrected
        (219751, "7.04", (205289, 205307)),  # 省交投 as printed
        (0, "-100.00", (1, 20000)),
    ],
)
def test_a_printed_change_leaves_a_few_bases(now, printed, expected):
    assert base_range(now, int(Decimal(printed) * 100), "") == expected


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_the_true_base_is_among_them_and_its_neighbours_outside_print_otherwise(now, base):
    printed = change(now, base)
    if printed <= Decimal("-99.99"):
        return  # so small a part that every greater base prints the same
    low, high = base_range(now, int(printed * 100), "")
    assert low <= base <= high
    assert change(now, low) == change(now, high) == printed
    assert change(now, high + 1) != printed
    assert low == 1 or change(now, low - 1) != printed


def test_a_change_that_no_base_gives_is_refused():
    with pytest.raises(PublishedError, match=r"不到 0 件与变化 -100\.01%"):
        base_range(0, -100_01, "不到")
    with pytest.raises(PublishedError, match=r"沈阳 3 件与变化 33\.33%"):
        base_range(3, 33_33, "沈阳")  # 3/2 is +50, 3/3 is 0


def numbers_of(accepted: tuple[int, int, int], **printed: int) -> pd.Series:
    """What is found for one unit; rates in hundredths of a percent, faultless unless given; twice as many may come."""
    rates = pd.DataFrame(dict.fromkeys(RATES, 10_000) | {"mean": np.nan, "failed": 0} | printed, index=["朝阳"])
    usual = pd.DataFrame([accepted], columns=["inquiry", "suggestion", "complaint"], index=["朝阳"])
    month = Printed("2024-09", *[pd.DataFrame()] * 5, rates, pd.DataFrame())
    return submitted_numbers(month, usual, [2 * usual]).loc["朝阳"]


def test_as_many_tickets_are_submitted_as_the_rates_need():
    found = numbers_of((345, 10, 296), complaint_24h_rate=99_67)  # 朝阳: 1 of 299 to 307
    assert (found["complaint"], found["complaint_24h_rate"]) == (299, 1)
    assert (found["inquiry"], found["suggestion"]) == (345, 10)
    assert numbers_of((345, 10, 0))["complaint"] == 0  # 100.00 over nobody


def test_rates_that_no_numbers_give_are_refused():
    with pytest.raises(PublishedError, match="附件1 中朝阳的各项比率"):
        numbers_of((20, 5, 3), complaint_24h_rate=99_67)


@settings(max_examples=examples(30))
@given(st.integers(1, 3_000), st.data())
def test_every_rate_of_whole_tickets_can_be_had_again(complaints, data):
    good = data.draw(st.integers(0, complaints))
    printed = int(percent(good, complaints) * 100)
    found = numbers_of((5_000, 0, complaints), complaint_on_time_rate=printed)
    assert found["complaint"] == complaints
    assert percent(complaints - found["complaint_on_time_rate"], complaints) * 100 == printed


def test_what_is_left_out_has_fewer_than_the_last_of_a_full_list():
    lists = {"甲": [9, 5, 4], "乙": [9, 5], "丙": [9, 5, 5, 5]}  # 乙 has only two
    listed = pd.DataFrame([(name, n) for name, numbers in lists.items() for n in numbers], columns=["issue", "tickets"])
    assert limits_beyond(listed, ["issue"]).to_dict() == {"甲": 3, "乙": 0, "丙": 4}


def test_spread_follows_weights_up_to_the_limits():
    assert spread(10, [1, 1]).tolist() == [5, 5]
    assert spread(10, [3, 1]).tolist() == [7, 3]  # 7.5 and 2.5
    assert spread(10, [3, 1], [6, 9]).tolist() == [6, 4]
    assert spread(10, [3, 1], [6, 3]).tolist() == [6, 3]  # one is left out
    assert spread(0, []).tolist() == []


def test_fit_rounds_a_table_to_whole_numbers_with_both_sums():
    table = fit(np.ones((2, 3)), [5, 4], [3, 3, 3], "")  # fractions are 5/3 and 4/3
    assert table.sum(axis=1).tolist() == [5, 4]
    assert table.sum(axis=0).tolist() == [3, 3, 3]
    assert table[0].tolist() in ([2, 2, 1], [2, 1, 2], [1, 2, 2])


def test_fit_keeps_fixed_cells_and_limits():
    lower, upper = np.array([[4, 0, 0], [0, 0, 0]]), np.array([[4, 1, 9], [9, 9, 9]])
    table = fit(np.ones((2, 3)), [6, 6], [5, 4, 3], "", lower=lower, upper=upper)
    assert table[0, 0] == 4
    assert table[0, 1] <= 1
    assert table.sum(axis=0).tolist() == [5, 4, 3]


def test_fit_names_the_figures_that_contradict():
    with pytest.raises(PublishedError, match="凑不成一张表：各单位的件数"):
        fit(np.ones((2, 2)), [9, 1], [5, 5], "各单位的件数", upper=np.array([[3, 3], [9, 9]]))


@given(st.lists(st.lists(st.integers(0, 50), min_size=3, max_size=3), min_size=1, max_size=5), st.randoms())
def test_fit_finds_a_table_whenever_there_is_one(hidden, random):
    hidden = np.array(hidden)
    upper = hidden + np.array([[random.randint(0, 3) for _ in row] for row in hidden])
    prior = np.array([[random.uniform(0.1, 5) for _ in row] for row in hidden])
    table = fit(prior, hidden.sum(axis=1), hidden.sum(axis=0), "", upper=upper)
    assert (table.sum(axis=1) == hidden.sum(axis=1)).all()
    assert (table.sum(axis=0) == hidden.sum(axis=0)).all()
    assert (table >= 0).all() and (table <= upper).all()
