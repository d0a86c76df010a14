from decimal import Decimal

import pandas as pd
import pytest
from support import drawn

from hotline_lib.errors import UnknownValueError
from hotline_lib.metrics import indicator_values
from hotline_lib.params import MonthParams, Points, Rule, Scheme
from hotline_lib.scoring import deductions, explained, scores
from hotline_lib.scoring import points_lost as lost_by

MINUTES = Points(below={60: 0, 240: 1, 480: 2}, otherwise=3)
PER_10K = Points(at_least={"6.82": 0, 4: 1, 2: 2}, otherwise=3)


def points_lost(value, form, others=(), award=False):
    return lost_by(
        value, Rule(indicator="offline_minutes", source="published", **{"award" if award else "deduct": form}), others
    )


@pytest.mark.parametrize(
    ("value", "lost"), [("59.99", 0), ("60.00", 1), ("239.99", 1), ("240.00", 2), ("480.00", 3), ("9999", 3)]
)
def test_below_takes_the_first_limit_that_the_value_is_under(value, lost):
    assert points_lost(Decimal(value), MINUTES) == lost


@pytest.mark.parametrize(("value", "lost"), [("6.82", 0), ("6.81", 1), ("4.00", 1), ("3.99", 2), ("2", 2), ("0.00", 3)])
def test_at_least_takes_the_highest_limit_reached(value, lost):
    assert points_lost(Decimal(value), PER_10K) == lost


def test_per_point_is_in_proportion_and_never_negative():
    half = Points(per_point_short_of=100, points="0.5")
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


RANKED = {"by_rank": {1: 0, 3: 1}, "otherwise": 2}
OTHERS = [Decimal(each) for each in ("9", "8", "8", "5")]


@pytest.mark.parametrize(
    ("value", "form", "lost"),
    [
        ("9.5", RANKED, 0), ("9", RANKED, 0),  # level with the best: place 1
        ("8.5", RANKED, 1), ("8", RANKED, 1),  # 8 8 8 share place 2
        ("7", RANKED, 2),  # place 4
        ("4", RANKED | {"best": "low"}, 0), ("5", RANKED | {"best": "low"}, 0),
        ("8", RANKED | {"best": "low"}, 1), ("9", RANKED | {"best": "low"}, 2),
        ("30", {"per_point_over": 10, "points": "0.1"}, 2), ("10", {"per_point_over": 10, "points": "0.1"}, 0),
        ("300", {"per_point_over": 10, "points": "0.1", "most": 5}, 5),
        ("90", {"per_point_short_of": 100, "points": 1, "most": 4}, 4),
    ],
)  # fmt: skip
def test_rank_rules_proportions_and_caps(value, form, lost):
    assert points_lost(Decimal(value), form, OTHERS) == lost


@pytest.mark.parametrize(
    ("value", "form", "lost"),
    [
        ("100", {"at_least": {100: 10, 90: 6}}, 0), ("95", {"at_least": {100: 10, 90: 6}}, 4), ("1", {"at_least": {100: 10, 90: 6}}, 10),
        ("15", {"per_point_over": 10, "points": 1, "most": 20}, 15), ("99", {"per_point_over": 10, "points": 1, "most": 20}, 0),
        ("9", {"by_rank": {1: 5, 2: 3}}, 0), ("1", {"by_rank": {1: 5, 2: 3}}, 5),
    ],
)  # fmt: skip
def test_an_award_loses_what_it_is_short_of_the_most(value, form, lost):
    assert points_lost(Decimal(value), form, OTHERS, award=True) == lost


@pytest.mark.parametrize(
    "rule",
    [
        {"award": {"per_point_over": 1, "points": 1}}, {"award": {"per_point_short_of": 1, "points": 1}}, {},
        {"deduct": {"below": {1: 0}}, "award": {"below": {1: 0}}}, {"deduct": {"below": {1: 0}, "by_rank": {1: 0}}},
    ],
)  # fmt: skip
def test_a_rule_that_is_none_is_refused(rule):
    with pytest.raises(ValueError, match=r"恰好写一种|most|per_point_short_of"):
        Rule(indicator="offline_minutes", source="published", **rule)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"below": {10: 1}, "most": 1}, "below 用不到 most"), ({"at_least": {10: 1}, "best": "low"}, "at_least 用不到 best"),
        ({"at_least": {10: 1}, "points": 5}, "at_least 用不到 points"), ({"by_rank": {1: 0}, "most": 3}, "by_rank 用不到 most"),
        ({"per_point_short_of": 10, "points": 1, "otherwise": 3}, "per_point_short_of 用不到 otherwise"),
        ({"per_point_over": 10, "points": 1, "best": "low"}, "per_point_over 用不到 best"),
        ({"at_least": {4: -2}, "otherwise": 2}, "负数"), ({"below": {4: 2}, "otherwise": -1}, "负数"),
        ({"per_point_over": 0, "points": -1}, "负数"), ({"per_point_over": 0, "points": 1, "most": -1}, "负数"),
        ({"by_rank": {1: 0, 3: -1}}, "负数"), ({"by_rank": {0: 3, 99: 1}}, "名次从 1 起"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["deduct", "award"])
def test_what_a_form_cannot_mean_is_refused(kind, form, said):
    """Read, such a setting would change nothing, or every score, in silence."""
    with pytest.raises(ValueError, match=said):
        Rule(indicator="offline_minutes", source="published", **{kind: form})


@pytest.mark.parametrize("least", [100, 120])
def test_a_floor_is_below_full_marks(least):
    with pytest.raises(ValueError, match="应低于 full_marks"):
        Scheme(applies_from="2024-01", name="甲", full_marks=100, least=least, rules=())


def test_a_second_scheme_of_120_points_by_hand():
    """100 to begin with and 20 to earn, as some provinces have it: tiers, proportion, rank, bonus, cap and floor."""
    rules = [
        Rule(
            indicator="classification_accuracy",
            deduct={"per_point_short_of": 100, "points": 10, "most": 60},
            source="published",
        ),
        Rule(indicator="offline_minutes", deduct={"per_point_over": 2, "points": 20}, source="published"),
        Rule(indicator="tickets_per_10k", award={"by_rank": {1: 15, 2: 10}, "otherwise": 5}, source="published"),
        Rule(indicator="monthly_analysis_done", award={"at_least": {1: 5}}, source="published"),
    ]
    marks = Scheme(applies_from="2019-01", name="一百二", full_marks=120, least=30, rules=rules)
    table = values(
        """
        unit | indicator               | numerator | denominator
        甲   | classification_accuracy | 1         | 2
        乙   | classification_accuracy | 1         | 1
        丙   | classification_accuracy | 98        | 100
        """,
        "unit | tickets\n甲 | 5\n乙 | 40\n丙 | 4",
    )
    rows = scores(deductions(table, marks), UNITS, table, marks).set_index("unit")
    # 甲: 120 − 60 (capped) − 60 (5 minutes, 3 over) − 5 (second place) = −5, floored; 乙: −5 for no analysis; 丙: −20 −10
    assert rows["score"].to_dict() == {"乙": Decimal("115.00"), "丙": Decimal("90.00"), "甲": Decimal("30.00")}
    assert rows["rank"].to_dict() == {"乙": 1, "丙": 2, "甲": 3}


RULES = [
    Rule(indicator="complaint_24h_rate", deduct={"at_least": {100: 0}, "otherwise": 4}, source="inferred"),
    Rule(indicator="complaint_mean_minutes", deduct=MINUTES, source="inferred"),
    Rule(indicator="tickets_per_10k", deduct=PER_10K, source="inferred"),
    Rule(indicator="failed_second_reviews", deduct={"per_point_over": 0, "points": "0.5"}, source="inferred"),
]


def test_each_point_is_explained():
    rows = [
        ("甲", "complaint_24h_rate", "rate", 216, 217, Decimal("99.54")),
        ("甲", "complaint_mean_minutes", "minutes", 0, 1, Decimal("453.47")),
        ("甲", "failed_second_reviews", "count", 2, 300, 2),
        ("乙", "complaint_24h_rate", "rate", 19999, 20000, Decimal("100.00")),
        ("乙", "complaint_mean_minutes", "minutes", 0, 1, Decimal("61.00")),
        ("乙", "tickets_per_10k", "per_10k", 1, 20000, Decimal("2.50")),
        ("乙", "failed_second_reviews", "count", 0, 9, 0),
    ]
    table = pd.DataFrame(rows, columns=["unit", "indicator", "kind", "numerator", "denominator", "value"])
    told = explained(table, scheme(*RULES)).set_index(["unit", "indicator"])
    one = told.loc[("甲", "complaint_24h_rate")]
    assert (one["points"], one["missed"], one["one_less"], one["one_more"]) == (4, 1, 4, 0)
    assert (one["next_limit"], one["next_gain"], one["short"]) == (100, 4, Decimal("0.46"))
    assert one["rank_without"] == 1  # 97.00, level with 乙
    mean = told.loc[("甲", "complaint_mean_minutes")]
    assert (mean["next_limit"], mean["next_gain"], mean["spare"]) == (240, 1, Decimal("26.53"))  # not 60: the next only
    assert told.loc[("甲", "failed_second_reviews"), ["one_less", "one_more"]].tolist() == [Decimal("0.5")] * 2
    none = told.loc[("乙", "complaint_24h_rate")]
    assert (none["points"], none["missed"], none["one_less"]) == (0, 1, 0)
    assert none["one_more"] == 4  # 19,998 of 20,000 print 99.99
    assert pd.isna(told.loc[("甲", "tickets_per_10k"), "next_limit"])  # no value: nothing said
    sums = told.groupby("unit")["points"].sum()
    assert sums["甲"] == 4 + 2 + 1 and sums["乙"] == 1 + 2


def test_what_if_changes_one_rule_and_nothing_else(september):
    from hotline_lib import open_month, scoring
    from hotline_lib.errors import ParamsError, UnknownValueError

    m = open_month("2024-09", september)
    same = scoring.what_if(m, {"indicator": "投诉举报类24小时办结率", "at_least": {99: 0, 95: 0}, "otherwise": 0})
    now = scoring.what_if(m, {"indicator": "offline_minutes", "below": {10**9: 0}, "otherwise": 0}).set_index("unit")
    assert (now["score"] == now["score_now"]).all()  # a rule that costs nobody anything
    gained = same.set_index("unit")["gained"]
    assert gained["营口"] == gained["朝阳"] == 4 and (gained.drop(["营口", "朝阳"]) == 0).all()
    with pytest.raises(UnknownValueError, match="complaint_24h_rate"):
        scoring.what_if(m, {"indicator": "complaint_24_rate"})
    with pytest.raises(ParamsError, match="at_least"):
        scoring.what_if(m, {"indicator": "complaint_24h_rate"})
