from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import drawn

from hotline_lib import metrics

TYPES = drawn("""
    business_type | role
    咨询          | inquiry
    建议          | suggestion
    投诉          | complaint
    停用          | retired
""")
UNITS = drawn("""
    unit | kind  | population
    集团 | group | 1000000
    甲   | city  | 100000
    乙   | city  | 200000
    丙   | city  | 300000
""")
COUNTS = drawn("""
    business_type | role      | printed_domain | unit | tickets
    咨询          | inquiry   | 路             | 集团 | 6
    咨询          | inquiry   | 水等           | 甲   | 1
    投诉          | complaint | 路             | 甲   | 2
    投诉          | complaint | 空             | 丙   | 3
""")


def test_a_share_is_part_of_the_whole_month():
    types = metrics.type_volumes(COUNTS, TYPES)
    assert types["business_type"].tolist() == ["咨询", "投诉", "建议"]
    assert types["tickets"].tolist() == [7, 5, 0]
    assert types["share"].tolist() == [7 / 12, 5 / 12, 0]


def test_changes_stand_on_the_base_months():
    last_year = drawn("business_type | tickets\n咨询 | 14\n投诉 | 4")
    types = metrics.type_volumes(COUNTS, TYPES, yoy=last_year).set_index("business_type")
    assert types.loc["咨询", "yoy"] == -0.5
    assert types.loc["投诉", "yoy"] == 0.25
    assert types.loc["建议", "yoy_base"] == 0
    assert pd.isna(types.loc["建议", "yoy"])  # no change on nothing
    assert types["mom_base"].isna().all()


def test_a_retired_type_appears_where_it_had_tickets():
    last_year = drawn("business_type | tickets\n停用 | 2")
    types = metrics.type_volumes(COUNTS, TYPES, yoy=last_year)
    assert "停用" in types["business_type"].tolist()


def test_all_units_appear_groups_first_then_most_tickets():
    units = metrics.unit_volumes(COUNTS, UNITS)
    assert units["unit"].tolist() == ["集团", "甲", "丙", "乙"]
    assert units["rank"].tolist() == [1, 2, 2, 4]
    assert units["tickets"].tolist() == [6, 3, 3, 0]
    assert units["complaint"].tolist() == [0, 2, 3, 0]
    assert units["yoy_significant"].isna().all()


def test_small_domains_come_last_whatever_their_size():
    domains = drawn("printed_domain | grouped\n路 | x\n水等 | x\n空 | x").assign(grouped=[False, True, False])
    volumes = metrics.domain_volumes(COUNTS, domains)
    assert volumes["printed_domain"].tolist() == ["路", "空", "水等"]
    assert volumes["tickets"].tolist() == [8, 3, 1]


def test_an_empty_month_has_zero_shares():
    units = metrics.unit_volumes(COUNTS.iloc[:0], UNITS)
    assert units["tickets"].sum() == 0
    assert units["share"].tolist() == [0, 0, 0, 0]


def test_contributions_by_hand():
    volumes = metrics.with_base(
        drawn("unit | tickets\n甲 | 30\n乙 | 5"), drawn("unit | tickets\n甲 | 20\n乙 | 10"), "yoy", ["unit"]
    )
    rows = metrics.contributions(volumes, 30)
    assert rows["difference"].tolist() == [10, -5]
    assert rows["pull"].tolist() == [Decimal("33.33"), Decimal("-16.67")]


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=1, max_size=20))
def test_contributions_add_up_to_the_change(pairs):
    rows = pd.DataFrame(pairs, columns=["tickets", "yoy_base"]).astype({"yoy_base": "Int64"})
    base, now = int(rows["yoy_base"].sum()), int(rows["tickets"].sum())
    pulls = metrics.contributions(rows, base)["pull"]
    if base:
        assert abs(sum(pulls) - Decimal(100 * (now - base)) / base) <= Decimal("0.005") * len(pulls)
    else:
        assert pulls.isna().all()


@given(st.lists(st.integers(0, 500), min_size=1, max_size=15))
def test_shares_add_up_to_one(tickets):
    counts = pd.DataFrame({"unit": [f"u{i}" for i in range(len(tickets))], "role": "inquiry", "tickets": tickets})
    units = pd.DataFrame({"unit": counts["unit"], "kind": "city"})
    shares = metrics.unit_volumes(counts, units)["share"]
    assert shares.sum() == pytest.approx(1 if sum(tickets) else 0)


def test_a_groups_change_marks_no_city_and_no_city_a_group():
    """They are judged apart: what the other did changes neither how sure a change is."""
    units = pd.DataFrame({"unit": ["集团", *map(str, range(9))], "kind": ["group", *["city"] * 9]})
    now = [1000, *[100, 101, 99, 102, 98, 100, 97, 103, 160]]
    base = pd.DataFrame({"unit": units["unit"], "tickets": 100})

    def sure(group: int, city: int) -> pd.Series:
        tickets = [group, *now[1:-1], city]
        counts = pd.DataFrame({"unit": units["unit"], "role": "inquiry", "business_type": "x", "tickets": tickets})
        return metrics.unit_volumes(counts, units, yoy=base).set_index("unit")["yoy_q"]

    assert sure(1000, 160).drop("集团").equals(sure(100, 160).drop("集团"))
    assert sure(130, 160)["集团"] == sure(130, 100)["集团"] < 1
