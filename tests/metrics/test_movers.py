"""What rose and fell most: worked by hand."""

import pytest
from support import drawn

from hotline_lib.metrics import Usual, issue_changes, movers, without_issue
from hotline_lib.metrics._intervals import ratio_interval

HEAD = "business_type | role | issue | tickets\n"
BASE = drawn(
    HEAD
    + """咨询 | inquiry   | 甲 | 1000
         咨询 | inquiry   | 乙 | 2
         投诉 | complaint | 甲 | 500
         投诉 | complaint | 丙 | 100
         投诉 | complaint | 丁 | 30
         投诉 | complaint |    | 999
         旧类 | retired   | 甲 | 400"""
)
NOW = drawn(
    HEAD
    + """咨询 | inquiry   | 甲 | 1300
         咨询 | inquiry   | 乙 | 6
         投诉 | complaint | 甲 | 300
         投诉 | complaint | 甲 | 50
         投诉 | complaint | 丙 | 102
         咨询 | inquiry   | 戊 | 40
         投诉 | complaint |    | 10"""
)


def rows(table, *columns):
    return list(table[list(columns)].itertuples(index=False, name=None))


def test_each_issue_of_each_type_is_compared_and_what_is_in_one_month_only_too():
    changes = issue_changes(NOW, BASE)
    assert rows(changes, "business_type", "issue", "tickets", "base", "difference") == [
        ("咨询", "乙", 6, 2, 4),
        ("咨询", "戊", 40, 0, 40),
        ("咨询", "甲", 1300, 1000, 300),
        ("投诉", "丁", 0, 30, -30),
        ("投诉", "丙", 102, 100, 2),
        ("投诉", "甲", 350, 500, -150),
    ]


def test_two_to_six_is_not_sold_as_a_rise():
    table = movers(issue_changes(NOW, BASE))
    assert rows(table, "issue", "rose", "rank") == [
        ("甲", True, 1),
        ("戊", True, 2),
        ("甲", False, 1),
        ("丁", False, 2),
    ]


EVEN = Usual(monthly_sd=0.0)


def test_the_interval_is_that_of_the_two_counts():
    table = movers(issue_changes(NOW, BASE, EVEN), EVEN).set_index(["business_type", "issue"])
    rise = table.loc["咨询", "甲"]  # 1300 / 1000, at the level of four told of six
    level = 1 - 0.05 * 4 / 6
    low, high = ratio_interval(1300, 1000, level=level)
    assert rise["low"] == pytest.approx(low - 1, abs=0.001) and rise["high"] == pytest.approx(high - 1, abs=0.001)
    assert table.loc["咨询", "戊"]["high"] == float("inf")  # nothing to be a multiple of
    gone = table.loc["投诉", "丁"]
    assert gone["low"] == -1 and -0.9 < gone["high"] < -0.6


def test_a_tie_at_the_last_place_keeps_all_and_each_side_has_its_own_places():
    base = drawn(HEAD + "\n".join(f"咨询 | inquiry | {name} | 100" for name in "甲乙丙丁"))
    now = drawn(HEAD + "\n".join(f"咨询 | inquiry | {row}" for row in ("甲 | 200", "乙 | 200", "丙 | 180", "丁 | 20")))
    table = movers(issue_changes(now, base), top=1)
    assert rows(table, "issue", "rank") == [("乙", 1), ("甲", 1), ("丁", 1)]


def test_a_shorter_month_is_compared_by_the_day():
    """305,000 in 30 days after 310,000 in 31 are fewer tickets and more a day: neither a rise nor a fall."""
    base = drawn(HEAD + "咨询 | inquiry | 甲 | 310000\n咨询 | inquiry | 乙 | 31000")
    now = drawn(HEAD + "咨询 | inquiry | 甲 | 305000\n咨询 | inquiry | 乙 | 30000")
    fewer = Usual(monthly_sd=0.0, least=0.0)
    assert len(movers(issue_changes(now, base, fewer), fewer)) == 2
    assert movers(issue_changes(now, base, Usual((30, 31))), Usual((30, 31))).empty


def test_nothing_to_tell_is_an_empty_table():
    assert movers(issue_changes(NOW, NOW)).empty
    assert movers(issue_changes(NOW.iloc[:0], NOW.iloc[:0])).empty


def test_tickets_without_an_issue_by_type():
    types = drawn("business_type | role\n咨询 | inquiry\n投诉 | complaint\n建议 | suggestion")
    table = without_issue(NOW, types)
    assert rows(table, "business_type", "tickets", "of") == [("咨询", 0, 1346), ("投诉", 10, 462)]
