from itertools import permutations

import pytest
from scipy.stats import kendalltau

from hotline_lib.metrics import kendall


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1, 2, 3, 4, 5, 6], [1, 1, 2, 3, 3, 3]),
        ([1, 1, 2, 2, 3, 3, 3], [0, 4, 0, 1, 1, 0, 3]),
        ([1, 1, 1, 2, 3], [2, 2, 1, 1, 1]),
        ([5, 4, 3, 2, 1, 0], [0, 1, 2, 3, 4, 4]),
    ],
)
def test_the_p_value_is_the_share_of_all_permutations(one, other):
    tau, p = kendall(one, other)
    score = lambda order: sum(
        ((one[i] > one[j]) - (one[i] < one[j])) * ((order[i] > order[j]) - (order[i] < order[j])) for i in range(len(one)) for j in range(i)
    )  # fmt: skip
    all_of_them = [abs(score(order)) for order in permutations(other)]
    assert p == pytest.approx(sum(each >= abs(score(other)) for each in all_of_them) / len(all_of_them), abs=1e-12)
    assert tau == pytest.approx(kendalltau(one, other).statistic, abs=1e-12)


def test_without_ties_it_is_the_known_exact_test():
    one, other = list(range(9)), [2, 0, 1, 5, 3, 4, 8, 7, 6]
    found = kendalltau(one, other, method="exact")
    assert kendall(one, other) == pytest.approx((found.statistic, found.pvalue), abs=1e-12)


def test_ties_of_both_orders_in_fifteen_units_are_counted_not_drawn():
    scores = [99, 99, 99, 98, 98, 98, 97.71, 97, 97, 97, 96, 95, 94, 93, 90.46]
    bad = [0, 0, 0, 0, 3, 0, 0, 3, 0, 1, 1, 4, 1, 0, 0]  # of four, September 2024
    tau, p = kendall(scores, bad)
    assert tau == pytest.approx(kendalltau(scores, bad).statistic, abs=1e-12) and p == pytest.approx(
        0.2711055611, abs=1e-9
    )
    assert kendall(bad, scores) == pytest.approx((tau, p), abs=1e-12)


def test_many_values_and_few_ties_are_counted_too():
    one, other = list(range(12)), [*range(11), 10]
    assert kendall(one, other)[1] == pytest.approx(
        4 / 479_001_600 * 1, rel=1e-9
    )  # this order and its reverse, the tie twice


def test_more_ways_than_can_be_counted_are_approximated():
    one, other = list(range(40)), [each // 2 for each in range(40)]
    assert kendall(one, other)[1] == pytest.approx(kendalltau(one, other, method="asymptotic").pvalue)
