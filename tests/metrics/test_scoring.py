from decimal import Decimal

import pandas as pd
import pytest
from support import drawn

from hotline_lib.errors import UnknownValueError
from hotline_lib.exact import half_up
from hotline_lib.metrics import deductions, indicator_values, next_steps, scores
from hotline_lib.metrics._scoring import next_step, points_lost
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


@pytest.mark.parametrize(
    ("value", "deduct", "step"),
    [
        ("453.47", MINUTES, (240, False, 1)),  # not 60: the next step only
        ("240.00", MINUTES, (240, False, 1)),  # 240 itself is not under 240
        ("30.00", MINUTES, None),
        ("2.50", PER_10K, (4, True, 1)),
        ("6.82", PER_10K, None),
        ("97.00", Deduction(at_least={100: 0, 90: 5}, otherwise=5), (100, True, 5)),  # past a step that wins nothing
        ("80.00", Deduction(below={90: 4}, otherwise=0), (90, True, 4)),  # under a limit costs: reach it
        ("51.00", Deduction(below={40: 0, 60: 3, 100: 1}, otherwise=0), (60, True, 2)),  # the nearer of two ways
        ("99.54", Deduction(per_point_short_of=100, points=1), (100, True, Decimal("0.46"))),
        ("100.00", Deduction(per_point_short_of=100, points=1), None),
        (True, Deduction(at_least={1: 0}, otherwise=2), None),
        (False, Deduction(at_least={1: 0}, otherwise=2), (1, True, 2)),
    ],
)
def test_the_next_step_is_the_nearest_value_that_costs_less(value, deduct, step):
    assert next_step(value if isinstance(value, bool) else Decimal(value), deduct) == step


def steps_of(*rows: tuple, rules: list[Rule]) -> pd.DataFrame:
    """rows: unit, indicator, kind, numerator, denominator, value."""
    table = pd.DataFrame(rows, columns=["unit", "indicator", "kind", "numerator", "denominator", "value"])
    marks = scheme(*rules)
    return next_steps(deductions(table, marks), table, marks).set_index("unit")


def test_each_unit_has_the_step_that_wins_most_and_of_equals_the_nearest():
    rows = steps_of(
        ("甲", "complaint_24h_rate", "rate", 214, 217, Decimal("98.62")),
        ("甲", "complaint_mean_minutes", "minutes", 0, 1, Decimal("453.47")),
        ("乙", "complaint_24h_rate", "rate", 5, 5, Decimal("100.00")),
        ("乙", "complaint_mean_minutes", "minutes", 0, 1, Decimal("61.00")),
        ("乙", "tickets_per_10k", "per_10k", 1, 20000, Decimal("0.50")),
        ("丙", "complaint_mean_minutes", "minutes", 0, 1, Decimal("1.00")),
        rules=[
            Rule(indicator="complaint_24h_rate", deduct=Deduction(at_least={100: 0}, otherwise=4), source="inferred"),
            Rule(indicator="complaint_mean_minutes", deduct=MINUTES, source="inferred"),
            Rule(indicator="tickets_per_10k", deduct=PER_10K, source="inferred"),
        ],
    )
    assert rows.index.tolist() == ["甲", "乙"]  # 丙 has nothing to win
    assert rows.loc["甲", ["indicator", "gain", "tickets"]].tolist() == ["complaint_24h_rate", 4, 3]
    assert rows.loc["乙", ["indicator", "limit", "reach", "gain"]].tolist() == ["complaint_mean_minutes", 60, False, 1]
    assert rows["tickets"].isna().tolist() == [False, True]  # a mean names no number of tickets


@pytest.mark.parametrize(
    ("good", "of", "limit", "missing"),
    [(2, 3, "100", 1), (19998, 20000, "100", 1), (0, 400, "99.5", 398), (99, 200, "50", 1)],
)
def test_missing_tickets_print_a_value_that_reaches_the_limit(good, of, limit, missing):
    """19,999 of 20,000 print 100.00 already, and 398 of 400 make 99.50."""
    rows = steps_of(
        ("甲", "complaint_24h_rate", "rate", good, of, half_up(100 * good, of)),
        rules=[
            Rule(indicator="complaint_24h_rate", deduct={"at_least": {limit: 0}, "otherwise": 4}, source="inferred")
        ],
    )
    assert rows["tickets"].tolist() == [missing]


def test_what_if_changes_one_rule_and_nothing_else(september):
    from hotline_lib import metrics, open_month
    from hotline_lib.errors import ParamsError, UnknownValueError

    m = open_month("2024-09", september)
    same = metrics.what_if(m, {"indicator": "投诉举报类24小时办结率", "at_least": {99: 0, 95: 0}, "otherwise": 0})
    now = metrics.what_if(m, {"indicator": "offline_minutes", "below": {10**9: 0}, "otherwise": 0}).set_index("unit")
    assert (now["score"] == now["score_now"]).all()  # a rule that costs nobody anything
    gained = same.set_index("unit")["gained"]
    assert gained["营口"] == gained["朝阳"] == 4 and (gained.drop(["营口", "朝阳"]) == 0).all()
    with pytest.raises(UnknownValueError, match="complaint_24h_rate"):
        metrics.what_if(m, {"indicator": "complaint_24_rate"})
    with pytest.raises(ParamsError, match="at_least"):
        metrics.what_if(m, {"indicator": "complaint_24h_rate"})
