"""How many tickets show anything, and where calls go."""

from fractions import Fraction
from math import comb

import pandas as pd
import pytest
from support import drawn

from hotline_lib.errors import HotlineError
from hotline_lib.sampling import needed, plan


def units(*complaints: int) -> pd.DataFrame:
    return pd.DataFrame({"unit": list("甲乙丙丁")[: len(complaints)], "complaints": complaints})


def given(**options) -> list[int]:
    return plan(units(100, 100, 100), **options)["calls"].tolist()


@pytest.mark.parametrize(("share", "tickets"), [(Fraction(1, 4), 11), (Fraction(1, 10), 29), (Fraction(1, 20), 59)])
def test_a_population_without_end_needs_what_textbooks_say(share, tickets):
    assert needed(10**7, share) == tickets


@pytest.mark.parametrize("complaints", [1, 2, 3, 4, 11, 20, 77, 301])
@pytest.mark.parametrize("share", [Fraction(1, 4), Fraction(1, 10), Fraction(1, 20)])
def test_so_many_see_a_bad_one_and_one_fewer_do_not(complaints, share):
    bad = -(-complaints * share.numerator // share.denominator)
    none_seen = lambda tickets: Fraction(comb(complaints - bad, tickets), comb(complaints, tickets))
    tickets = needed(complaints, share)
    assert none_seen(tickets) <= Fraction(1, 20) < none_seen(tickets - 1)


def test_a_unit_without_complaints_needs_none():
    assert needed(0, Fraction(1, 4)) == 0


def test_units_alike_have_the_same():
    assert given(calls=12) == [4, 4, 4]


def test_more_calls_go_where_last_month_was_bad_where_there_are_leads_and_where_there_are_more_complaints():
    last = drawn("unit|answered|problems\n甲|4|0\n乙|4|4\n丙|4|0")
    assert given(calls=12, last=last) == [3, 6, 3]
    assert given(calls=14, leads=drawn("unit|leads\n丙|7")) == [4, 4, 6]
    assert plan(units(100, 400), calls=12)["calls"].tolist() == [4, 8]  # the root of the number


def test_a_unit_of_which_nothing_is_known_counts_as_all_together():
    last = drawn("unit|answered|problems\n甲|4|2\n乙|4|2")
    assert given(calls=12, last=last) == [4, 4, 4]


def test_every_unit_has_its_floor_and_none_more_than_it_has_complaints():
    planned = plan(units(10_000, 1, 0, 30), calls=40, floor=3)
    assert planned["calls"].tolist() == [36, 1, 0, 3]
    assert plan(units(5, 1), calls=60)["calls"].tolist() == [5, 1]


def test_calls_that_are_too_few_say_how_many_it_takes():
    with pytest.raises(HotlineError, match="共需 9 件"):
        given(calls=8, floor=3)
    assert given(calls=9, floor=3) == [3, 3, 3]  # what the message says cures it


def test_each_number_has_its_reason():
    last = drawn("unit|answered|problems\n甲|4|3\n乙|4|0")
    planned = plan(units(300, 90, 1, 0), last=last, leads=drawn("unit|leads\n乙|5"), calls=10, floor=2)
    assert planned["why"].tolist() == [
        "最近抽的4件中3件有问题，投诉件数多", "有线索5件", "只有1件，全部抽取", "没有办结的投诉",
    ]  # fmt: skip
    assert planned["last_problems"].tolist()[:2] == [3, 0]
    assert planned["last_problems"].isna().tolist() == [False, False, True, True]


def test_calls_add_up_whatever_the_units(september):
    from hotline_lib import open_month

    rates = open_month("2024-09", september).rates
    complaints = rates[rates["indicator"] == "complaint_mean_minutes"].rename(columns={"denominator": "complaints"})
    assert plan(complaints, calls=60)["calls"].sum() == 60
