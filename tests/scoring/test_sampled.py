from decimal import Decimal

import pandas as pd
from support import MONTH, drawn

from hotline_lib.params import Points, load_params
from hotline_lib.scoring import deductions, if_sampled

KEYS = ("complaint_on_time_rate", "complaint_24h_rate", "complaint_5d_rate", "complaint_satisfaction_rate")


def indicators(*units: str) -> pd.DataFrame:
    rows = [(unit, key, Decimal(100)) for unit in units for key in KEYS]
    return pd.DataFrame(rows, columns=["unit", "indicator", "value"]).astype({"value": object})


def test_sampled_rates_in_place_of_reported_ones_give_an_interval(project):
    checks = drawn("""
        unit | answered | called_back_yes | called_back_of | closed_yes | closed_of | satisfied_yes | satisfied_of
        甲   | 4        | 4               | 4              | 4          | 4         | 4             | 4
        乙   | 4        | 0               | 4              | 1          | 4         | 1             | 4
        丙   | 0        | 0               | 0              | 0          | 0         | 0             | 0
    """)
    scheme = load_params(MONTH, project.params).scheme
    rows = if_sampled(indicators("甲", "乙", "丙"), checks, scheme).set_index("unit")
    # 4 of 4: from 39.76 % on; on time 1 a point, within 24 hours 4, within 5 days 2
    assert rows.loc["甲"].tolist() == [100 - (100 - Decimal("39.76")) - 4 - 2, Decimal("100.00")]
    assert rows.loc["乙"].tolist() == [Decimal("0.00"), 100 - (100 - Decimal("80.59")) - 4 - 2]
    assert "丙" not in rows.index


def test_a_census_gives_one_score(project):
    checks = drawn("""
        unit | answered | complaints | called_back_yes | called_back_of | closed_yes | closed_of | satisfied_yes | satisfied_of
        甲   | 4        | 4          | 4               | 4              | 4          | 4         | 4             | 4
        乙   | 4        | 400        | 4               | 4              | 4          | 4         | 4             | 4
    """)
    scheme = load_params(MONTH, project.params).scheme
    rows = if_sampled(indicators("甲", "乙"), checks, scheme).set_index("unit")
    assert rows.loc["甲"].tolist() == [Decimal("100.00")] * 2 and rows.loc["乙", "score_low"] < 50


def test_what_nobody_answered_or_reports_stays(project):
    checks = drawn("""
        unit | answered | called_back_yes | called_back_of | closed_yes | closed_of | satisfied_yes | satisfied_of
        甲   | 4        | 4               | 4              | 0          | 0         | 4             | 4
    """)
    scheme = load_params(MONTH, project.params).scheme
    values = indicators("甲").assign(value=[None, *[Decimal(100)] * 3])
    assert if_sampled(values, checks, scheme)[["score_low", "score_high"]].iloc[0].tolist() == [Decimal("100.00")] * 2


def test_places_are_among_all_units_though_one_is_asked_for(project):
    """A rule by rank needs the others' values; the one that is asked for has the same row as among all."""
    scheme = load_params(MONTH, project.params).scheme
    by_rank = Points(by_rank={1: Decimal(5), 2: Decimal(3)}, best="high", otherwise=Decimal(0))
    rule = scheme.rules[0].model_copy(update={"indicator": KEYS[3], "deduct": None, "award": by_rank})
    scheme = scheme.model_copy(update={"rules": (*scheme.rules, rule)})
    values = indicators("甲", "乙", "丙").assign(value=[Decimal(each) for each in range(80, 92)])
    every = deductions(values, scheme)
    for unit, points in (("甲", 5), ("乙", 2), ("丙", 0)):
        alone, among = deductions(values, scheme, unit), every[every["unit"] == unit].reset_index(drop=True)
        assert alone.equals(among) and alone["points"].iloc[-1] == points
