from decimal import Decimal

import pandas as pd
import pytest
from support import drawn

from hotline_lib.errors import UnknownValueError
from hotline_lib.metrics import deductions, indicator_values, scores
from hotline_lib.metrics.scoring import points_lost
from hotline_lib.params import Deduction, MonthParams, Rule, Scheme

MINUTES = Deduction(below={60: 0, 240: 1, 480: 2}, otherwise=3)
PER_10K = Deduction(at_least={"6.82": 0, 4: 1, 2: 2}, otherwise=3)


@pytest.mark.parametrize(
    ("value", "lost"), [("59.99", 0), ("60.00", 1), ("239.99", 1), ("240.00", 2), ("480.00", 3), ("9999", 3)]
)
def test_below_takes_the_first_limit_that_the_value_is_under(value, lost):
    assert points_lost(Decimal(value), MINUTES) == lost


@pytest.mark.parametrize(("value", "lost"), [("6.82", 0), ("6.81", 1), ("4.00", 1), ("3.99", 2), ("2", 2), ("0.00", 3)])
def test_at_least_takes_the_highest_limit_reached(value, lost):
    assert points_lost(Decimal(value), PER_10K) == lost


def test_per_point_is_in_proportion_and_never_negative():
    half = Deduction(per_point_short_of=100, points="0.5")
    assert points_lost(Decimal("99.99"), half) == Decimal("0.005")
    assert points_lost(Decimal("100.00"), half) == 0
    assert points_lost(Decimal("101.00"), half) == 0


def test_no_value_costs_nothing():
    assert points_lost(None, MINUTES) == 0


UNITS = drawn("unit | kind | population\n甲 | city | 10000\n乙 | city | 20000\n丙 | city | 20000")
MONTH = MonthParams(
    month="2024-09",
    offline_minutes={"甲": 5, "乙": 0, "丙": 0},
    monthly_analysis_done={"甲": True, "乙": False, "丙": True},
    data_conformity={u: {"numerator": 9, "denominator": 10} for u in "甲乙丙"},
)


def values(rates: str, volumes: str) -> pd.DataFrame:
    return indicator_values(drawn(rates), drawn(volumes), UNITS, MONTH)


def test_indicators_by_hand():
    table = values(
        """
        unit | indicator                | numerator | denominator
        甲   | classification_accuracy  | 2         | 3
        甲   | complaint_mean_minutes   | 100       | 3
        甲   | failed_second_reviews    | 4         | 9
        """,
        "unit | tickets\n甲 | 7\n乙 | 1",
    ).set_index(["unit", "indicator"])["value"]
    assert table["甲", "classification_accuracy"] == Decimal("66.67")
    assert table["甲", "complaint_mean_minutes"] == Decimal("0.56")  # 100 / 3 / 60, divided once
    assert table["甲", "failed_second_reviews"] == 4
    assert table["甲", "tickets_per_10k"] == Decimal("7.00")
    assert table["乙", "tickets_per_10k"] == Decimal("0.50")
    assert table["丙", "tickets_per_10k"] == Decimal("0.00")
    assert table["甲", "data_conformity_rate"] == Decimal("90.00")
    assert table["甲", "offline_minutes"] == 5
    assert table["乙", "monthly_analysis_done"] is False


def test_a_rate_over_nobody_is_full_and_says_so():
    table = values("unit | indicator | numerator | denominator", "unit | tickets").set_index(["unit", "indicator"])
    assert table.loc[("丙", "bad_review_fixed_rate"), "value"] == Decimal("100.00")
    assert table.loc[("丙", "bad_review_fixed_rate"), "denominator"] == 0
    assert table.loc[("丙", "complaint_mean_minutes"), "value"] is None


def scheme(*rules: Rule) -> Scheme:
    return Scheme(applies_from="2019-01", name="试", full_marks=100, rules=rules)


def test_points_come_from_rounded_rates_and_ranks_from_printed_scores():
    """6771 of 6772 prints 99.99, which costs 0.005; 97.995 prints 98.00 and shares the rank of 98."""
    table = values(
        """
        unit | indicator               | numerator | denominator
        甲   | classification_accuracy | 6771      | 6772
        乙   | classification_accuracy | 1         | 1
        丙   | classification_accuracy | 96        | 100
        """,
        "unit | tickets\n甲 | 5\n乙 | 4\n丙 | 4",
    )
    rules = scheme(
        Rule(indicator="tickets_per_10k", deduct={"at_least": {100: 0}, "otherwise": 2}, source="inferred"),
        Rule(
            indicator="classification_accuracy", deduct={"per_point_short_of": 100, "points": "0.5"}, source="inferred"
        ),
    )
    lost = deductions(table, rules)
    rows = scores(lost, UNITS, table, rules)
    assert rows["unit"].tolist() == ["甲", "乙", "丙"]  # inside a rank: more tickets per 10,000 first
    assert rows["score"].tolist() == [Decimal("98.00"), Decimal("98.00"), Decimal("96.00")]
    assert rows["rank"].tolist() == [1, 1, 3]
    assert rows["lost"].tolist() == [Decimal("2"), Decimal("2"), Decimal("4")]


def test_a_rule_on_no_indicator_is_refused_by_name():
    wrong = scheme(Rule(indicator="complaint_mean_minute", deduct=MINUTES, source="inferred"))
    with pytest.raises(UnknownValueError, match="complaint_mean_minutes"):
        deductions(values("unit | indicator | numerator | denominator", "unit | tickets"), wrong)
