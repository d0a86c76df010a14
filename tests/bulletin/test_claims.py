"""What pages must not say: each with the smallest month that made them say it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from hotline_lib import bulletin
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin import _finders as rules
from hotline_lib.bulletin import _shortfalls as shortfalls
from hotline_lib.bulletin._samples import found_words
from hotline_lib.metrics import _usual
from hotline_lib.month import Base
from hotline_lib.present import _numbers as numbers
from hotline_lib.present import _page

HEAD = "business_type | domain | issue | sub_issue | unit | tickets\n"
DRAWN = "ticket_id | unit | drawn | called_back | closed | satisfied\n"
TEN = HEAD + "信息咨询 | 城市客运 | | | 沈阳 | 10"
CITIES = ("沈阳", "大连", "鞍山", "抚顺", "本溪", "丹东", "锦州", "营口")


def of(cities: dict[str, int], *, issue: str = "巡游出租汽车", kind: str = "投诉举报") -> str:
    return HEAD + "\n".join(f"{kind} | 城市客运 | {issue} | | {unit} | {n}" for unit, n in cities.items())


def told(m, kind) -> list[str]:
    return [f"{each.title}：{each.text}" for each in kind(m)]


def test_one_drawn_ticket_with_one_no(month_of):
    m = month_of(TEN, spot_checks=DRAWN + "1 | 沈阳 | random | no | yes | yes")
    text = "".join(told(m, shortfalls._checked))
    assert "1件中1件与上报不符" in text and "nan" not in text and "总分看不见" not in text


def test_nobody_reached_is_not_clean(month_of):
    rows = "\n".join(f"{at} | 沈阳 | random | not reached | not reached | not reached" for at in range(4))
    m = month_of(TEN, spot_checks=f"{DRAWN}{rows}")
    words = (
        str(bulletin.spot_checks(m).lead) + str(bulletin.spot_checks(m).sentence) + repr(bulletin.spot_checks(m).table)
    )
    assert "未核实" in words and "未能核实" in words
    assert "未发现问题" not in words and "均未发现" not in words and "nan" not in words
    assert (found_words(0, 0, 4), found_words(7, 23, 31)) == ("未核实（0件有答复）", "7/23")


def test_a_share_of_a_net_change_is_not_told(month_of):
    """+3000 of one and −2000 of the rest: 3000 is no 300 % of anything."""
    then = dict.fromkeys(CITIES, 2000)
    now = then | {"沈阳": 11_000} | dict.fromkeys(CITIES[1:5], 1400)
    text = "".join(told(month_of(of(now), last_year=of(then)), rules._driver))
    assert "沈阳市" in text and "占" not in text.partition("；")[0] and "几乎全部" not in text


def test_each_unit_loses_its_own_points(month_of):
    """Five units lose 4, 10, 20, 30, 40: they do not lose 4 each."""
    late = zip(CITIES, (96, 90, 80, 70, 60), strict=False)
    rows = "\n".join(f"{unit} | complaint_24h_rate | {good} | 100" for unit, good in late)
    m = month_of(TEN, rates=f"unit | indicator | numerator | denominator\n{rows}")
    text = next(each for each in told(m, shortfalls._lost) if "24小时" in each)
    title, _, words = text.partition("：")
    lost = figures.lost(m)["complaint_24h_rate"]
    least, most = (numbers.points(each) for each in (lost[lost >= 3].min(), lost.max()))
    assert title.endswith(f"各失{least}分" if least == most else f"失{least}至{most}分") and "等5个单位" in title
    assert words.endswith("等。")


@pytest.mark.parametrize("now", [20, 2000])
def test_a_base_of_nothing_has_no_percentage(month_of, now):
    base = of({"大连": 5000})
    m = month_of(of({"大连": 5000}) + f"\n意见建议 | 城市客运 | | | 沈阳 | {now}", last_year=base)
    words = (
        "".join(told(m, rules._types))
        + str(bulletin.business_types(m).sentence)
        + bulletin.business_types(m).chart.title
    )
    assert "同比：" not in words and "同比。" not in words and "同比，" not in words


def test_a_base_month_without_a_ticket_is_nothing_to_compare_with(month_of):
    m = month_of(of(dict.fromkeys(CITIES, 5000)), last_year=of(dict.fromkeys(CITIES, 0)))
    assert not [each for kind in (rules._driver, rules._types, rules._units) for each in kind(m)]
    assert (
        "同比"
        not in str(bulletin.business_types(m).sentence) + str(bulletin.contributions(m).lead).partition("，未作")[0]
    )


def test_a_day_more_is_no_change(month_of):
    """28 and 29 days of 7,000: nothing happened."""
    m = month_of(of(dict.fromkeys(CITIES, 29 * 250)), last_year=of(dict.fromkeys(CITIES, 28 * 250)))
    m = replace(m, month="2024-02", last_year=replace(m.last_year, month="2023-02"))
    assert not bulletin.units(m).frame["yoy_significant"].any()
    assert not [each for kind in (rules._driver, rules._types, rules._units, rules._issues) for each in kind(m)]


def test_what_is_left_unsubmitted_comes_first(month_of):
    m = month_of(of(dict.fromkeys(CITIES, 1000)))
    submitted = pd.DataFrame(
        {"unit": CITIES, "business_type": "投诉举报", "accepted_month": m.month, "tickets": [990] * 7 + [540]}
    )
    found = bulletin.findings(replace(m, submissions=submitted)).found
    assert found[0].title == "营口有46.00%的工单没有上报"
    assert "其余单位合计1.00%" in str(found[0].text) and "催报" in str(found[0].text)
    alike = replace(m, submissions=submitted.assign(tickets=540))
    assert not any("没有上报" in each.title for each in bulletin.findings(alike).found)
    few = replace(m, submissions=submitted.assign(tickets=[1000] * 7 + [950]))
    assert not any("没有上报" in each.title for each in bulletin.findings(few).found)


def test_nothing_is_told_of_a_type_without_tickets(month_of):
    m = month_of(of({"大连": 5}))
    assert str(bulletin.top_issues(m, "inquiry").sentence) == "9月份没有受理群众信息咨询工单。"
    none = str(bulletin.top_issues(month_of(HEAD), "complaint").lead)
    assert none == "9月份没有受理投诉。"


def test_a_list_that_is_whole_does_not_say_that_it_goes_on(month_of):
    rows = (
        HEAD
        + "投诉举报 | 城市客运 | 巡游出租汽车 | 计价议价 | 沈阳 | 3\n投诉举报 | 城市客运 | 巡游出租汽车 | 计价议价 | 大连 | 1"
    )
    assert str(bulletin.top_issues(month_of(rows), "complaint").details).endswith("计价议价问题（4件，占比100.00%）。")
    more = rows + "\n投诉举报 | 城市客运 | 巡游出租汽车 | | 大连 | 1"
    assert str(bulletin.top_issues(month_of(more), "complaint").details).endswith("等。")


def test_a_group_is_no_city_and_an_issue_without_parts_says_where_it_is(month_of):
    rows = of({"省交投": 3, "沈阳": 2})
    assert "位的单位为：" in str(bulletin.top_issues(month_of(rows), "complaint").details)
    alone = str(bulletin.top_issues(month_of(of({"沈阳": 2})), "complaint").details)
    assert alone == "1.巡游出租汽车。全部2件在沈阳市，没有标注子事项。"


def test_the_page_says_what_usual_variation_was_taken_from(month_of):
    assert _page.MONTHS_BEFORE == _usual.LEAST
    m = month_of(TEN)
    assert "显著" not in repr(_page.provenance(m))  # nothing to compare with: nothing is called so
    words = repr(_page.provenance(replace(m, previous=replace(m.previous, source="tickets"))))
    assert "以前的月份不足5个" in words and "每月7%" in words and "▲▼" not in words
    assert "显著" not in repr(
        _page.provenance(replace(m, previous=replace(m.previous, source="tickets")), changes=False)
    )
    assert "▲▼和“显著”指" in repr(_page.provenance(replace(m, last_year=replace(m.last_year, source="tickets"))))


def test_published_months_tell_what_they_tell_and_no_more(month_of):
    """Six months whose tables give the total, the types and the units, but no issues; the newest two have tickets."""
    m, keys = month_of(TEN), ((), ("business_type",), ("unit",))
    margins = {over: pd.DataFrame({**{key: ["x"] for key in over}, "tickets": [9]}) for over in keys}
    now = m.history[-1]
    six = tuple(Base(f"2024-0{at}", "published", None, margins) for at in range(1, 7))
    two = tuple(Base(f"2024-0{at}", "tickets", m.counts) for at in (7, 8))

    def told(*months: Base) -> str:
        of = replace(m, previous=two[1])
        of.__dict__["history"] = (*months, now)
        assert _page.months_before(of, "unit") == len(of.monthly("unit")) - 1
        assert _page.months_before(of, "business_type", "issue") == len(of.monthly("business_type", "issue")) - 1
        return repr(_page.provenance(of))

    assert "总量、业务类型、各市的通常波动由以前8个月估计；其余以前的月份不足5个：各事项由同类这次的变动估计。" in told(
        *six, *two
    )
    assert "通常波动由以前8个月估计。" in told(*(Base(each.month, "tickets", m.counts) for each in six), *two)
    assert (
        "以前的月份不足5个：各市、各事项由同类这次的变动估计，总量、业务类型、省级集团按每月7%计（暂定值）。"
        in told(*two)
    )


def test_few_tickets_are_not_printed_as_none():
    assert (numbers.myriads(37), numbers.myriads(243_909), numbers.myriads(0)) == ("0.0037", "24.39", "0.00")
    assert numbers.change_interval(0.0002, 0.3, "%") == "+0.02%至+30.0%"
    assert numbers.change_interval(-0.00004, 0.3) == "-0.004至+30.0" or "0.0至" not in numbers.change_interval(
        -0.00004, 0.3
    )
