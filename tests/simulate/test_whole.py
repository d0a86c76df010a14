"""Integers behind printed figures, on numbers small enough to work out by hand."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_lib.errors import PublishedError
from hotline_lib.exact import change, percent
from hotline_lib.simulate.whole import base_range, fit, greatest_whole, nearest_part, prints, spread


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
    low, high = base_range(now, Decimal(printed))
    assert (low, high) == expected


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_the_true_base_is_among_them_and_its_neighbours_outside_print_otherwise(now, base):
    printed = change(now, base)
    if printed <= Decimal("-99.99"):
        return  # so small a part that every greater base prints the same
    low, high = base_range(now, printed)
    assert low <= base <= high
    assert change(now, low) == change(now, high) == printed
    assert change(now, high + 1) != printed
    assert low == 1 or change(now, low - 1) != printed


def test_a_change_that_no_base_gives_is_refused():
    with pytest.raises(PublishedError, match=r"沈阳 3 件与变化 33\.33%"):
        base_range(3, Decimal("33.33"), "沈阳")  # 3/2 is +50, 3/3 is 0


def test_the_base_of_a_wrong_share_is_the_greatest_that_fits():
    assert greatest_whole(843, Decimal("21.54")) == 3914  # 843/3915 prints as 21.53
    assert greatest_whole(151, Decimal("25.68")) == 588
    assert greatest_whole(3, Decimal("99.00")) == 0


@given(st.integers(1, 300_000), st.data())
def test_the_nearest_part_prints_the_rate_whenever_some_part_does(whole, data):
    part = data.draw(st.integers(0, whole))
    hundredths = int(percent(part, whole) * 100)
    assert prints(whole, hundredths)
    assert percent(int(nearest_part(whole, hundredths)), whole) * 100 == hundredths


def test_few_sizes_print_a_rate_just_below_100():
    sizes = np.arange(401)
    assert np.flatnonzero(prints(sizes, 99_67))[:9].tolist() == list(range(299, 308))  # 朝阳: 299 to 307
    assert np.flatnonzero(prints(sizes, 100_00)).tolist() == sizes.tolist()  # over nobody too


def test_spread_follows_weights_up_to_the_limits():
    assert spread(10, [1, 1]).tolist() == [5, 5]
    assert spread(10, [3, 1]).tolist() == [8, 2]  # 7.5 and 2.5, the first half goes up
    assert spread(10, [3, 1], [6, 9]).tolist() == [6, 4]
    assert spread(10, [3, 1], [6, 3]).tolist() == [6, 3]  # one is left out
    assert spread(0, []).tolist() == []


def test_fit_rounds_a_table_to_whole_numbers_with_both_sums():
    table = fit(np.ones((2, 3)), [5, 4], [3, 3, 3])  # fractions are 5/3 and 4/3
    assert table.sum(axis=1).tolist() == [5, 4]
    assert table.sum(axis=0).tolist() == [3, 3, 3]
    assert table[0].tolist() in ([2, 2, 1], [2, 1, 2], [1, 2, 2])


def test_fit_keeps_fixed_cells_and_limits():
    lower, upper = np.array([[4, 0, 0], [0, 0, 0]]), np.array([[4, 1, 9], [9, 9, 9]])
    table = fit(np.ones((2, 3)), [6, 6], [5, 4, 3], lower=lower, upper=upper)
    assert table[0, 0] == 4
    assert table[0, 1] <= 1
    assert table.sum(axis=0).tolist() == [5, 4, 3]


def test_fit_names_the_sums_that_contradict():
    names = ["沈阳", "大连"], ["城市客运", "道路运输"]
    with pytest.raises(PublishedError, match="沈阳"):
        fit(np.ones((2, 2)), [9, 1], [5, 5], upper=np.array([[3, 3], [9, 9]]), names=names)


@given(st.lists(st.lists(st.integers(0, 50), min_size=3, max_size=3), min_size=1, max_size=5), st.randoms())
def test_fit_finds_a_table_whenever_there_is_one(hidden, random):
    hidden = np.array(hidden)
    upper = hidden + np.array([[random.randint(0, 3) for _ in row] for row in hidden])
    prior = np.array([[random.uniform(0.1, 5) for _ in row] for row in hidden])
    table = fit(prior, hidden.sum(axis=1), hidden.sum(axis=0), upper=upper)
    assert (table.sum(axis=1) == hidden.sum(axis=1)).all()
    assert (table.sum(axis=0) == hidden.sum(axis=0)).all()
    assert (table >= 0).all() and (table <= upper).all()
