"""02 and 03 in months that are not like the printed one."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from support import every_exhibit, parts_of

from hotline_lib import bulletin
from hotline_lib.bulletin._movers import _order as movers_order
from hotline_lib.errors import UnknownValueError
from hotline_lib.month import Base

HEAD = "business_type | domain | issue | sub_issue | unit | tickets\n"
ISSUES = [
    "巡游出租汽车",
    "公共汽电车",
    "网络预约出租汽车",
    "机动车驾驶员培训",
    "道路货物运输",
    "客运汽车站",
    "机动车维修",
]
TIED = HEAD + "\n".join(
    f"投诉举报 | 城市客运 | {issue} | {sub} | {unit} | {tickets}"
    for issue, tickets in zip(ISSUES, [9, 8, 7, 6, 5, 5, 4], strict=True)
    for sub, unit in [("", "沈阳"), ("服务", "大连")]
)
SINGLE = HEAD + "信息咨询 | 高速公路 | 高速公路ETC | | 省交投 | 3\n信息咨询 | 城市客运 | 公共汽电车 | 线路 | 沈阳 | 2"


def issues_of(drill) -> list[tuple[int, str]]:
    return [(issue.rank, issue.figure.name) for issue in drill.issues]


def test_a_tie_at_the_last_place_is_in_the_drill_down_too(month_of):
    drill = bulletin.top_issues(month_of(TIED), "complaint").chart
    assert [rank for rank, _ in issues_of(drill)] == [1, 2, 3, 4, 5, 5]
    assert "投诉举报前5位（含并列）占90.91%" in drill.heading  # 80 of 88
    assert drill._repr_html_().count("drill-issue") == 6


@pytest.mark.parametrize(("top", "shown"), [(3, 3), (10, 7)])
def test_top_reaches_the_drill_down_and_every_sentence(month_of, top, shown):
    m = month_of(TIED)
    assert len(bulletin.top_issues(m, "complaint", top=top).chart.issues) == shown
    assert f"排名前{shown}位的事项" in str(bulletin.top_issues(m, "complaint", top=top).sentence)
    assert str(bulletin.top_issues(m, "complaint", top=top).sentence).count("占比") == shown
    assert len(str(bulletin.top_issues(m, "complaint", top=top).details).splitlines()) == shown


def test_top_reaches_the_movers(month_of):
    steady = [f"事项{at} | | 沈阳 | 1000" for at in range(100)]
    rows = lambda rose: [*(f"{issue} | | 沈阳 | {rose(at)}" for at, issue in enumerate(ISSUES)), *steady]
    table = lambda rose: HEAD + "\n".join(f"投诉举报 | 城市客运 | {row}" for row in rows(rose))
    m = month_of(table(lambda at: 3000 + at), last_year=table(lambda at: 1000))
    assert len(bulletin.movers(m, "yoy", top=3).table.frame) == 3
    assert len(bulletin.movers(m, "yoy", top=10).table.frame) == 7
    assert "变化最大的3项" in bulletin.movers(m, "yoy", top=3).table.order


def test_the_printed_tables_keep_their_five(month_of):
    assert len(bulletin.all_top_issues(month_of(TIED)).table.frame) == 6


def test_an_issue_of_one_unit_says_so_and_one_without_sub_issues_too(month_of):
    html = bulletin.top_issues(month_of(SINGLE), "inquiry").chart._repr_html_()
    assert "全部为省交投" in html
    assert "未标注子事项" in html
    assert "全部为沈阳" in html
    assert html.count("<table") == 1  # 线路


def test_bars_are_shares_of_the_whole_track(month_of):
    html = bulletin.top_issues(month_of(SINGLE), "inquiry").chart._repr_html_()
    for width in ("width:60.00%", "width:40.00%", "width:100.00%"):
        assert width in html


def test_without_base_months_nothing_is_said_of_change(month_of):
    m = month_of(TIED)
    assert str(bulletin.movers(m, "yoy").sentence) == "没有2023年9月的工单，不能与它相比。"
    assert str(bulletin.movers(m, "mom").sentence) == "没有2024年8月的工单，不能与它相比。"
    assert str(bulletin.domain_contributions(m).sentence) == "没有对比月份的数据，不能说明增减来自哪些领域和业务类型。"
    both = bulletin.movers(m, "yoy"), bulletin.movers(m, "mom")
    for exhibit in (*both, bulletin.domain_contributions(m), bulletin.type_contributions(m)):
        assert exhibit.table._repr_html_() == ""
    assert "同比" not in str(bulletin.domains(m).lead) + bulletin.domains(m).chart.alt


def test_a_published_base_has_no_issues_to_compare(month_of):
    by_type = pd.DataFrame({"business_type": ["投诉举报"], "tickets": [80]})
    margins = {(): by_type[["tickets"]], ("business_type",): by_type}
    m = replace(month_of(TIED), last_year=Base("2023-09", "published", None, margins))
    assert str(bulletin.movers(m, "yoy").sentence) == "没有2023年9月的工单，不能与它相比。"
    assert str(bulletin.domain_contributions(m).sentence).startswith("对比月份的数据没有分到领域和业务类型，不能说明")
    assert str(bulletin.contributions(m).lead) == "9月受理0.01万件，同比增加10.00%；全省、14市合计均未见显著增减。"
    only_last_month = replace(month_of(TIED), previous=Base("2024-08", "published", None, margins))
    for each, said in ((only_last_month, "，环比增加10.00%"), (month_of(TIED), "")):
        assert str(bulletin.contributions(each).lead) == f"9月受理0.01万件{said}；没有上年同月的数据，未作同比。"
    margins["printed_domain",] = pd.DataFrame({"printed_domain": ["城市客运"], "tickets": [80]})
    m = replace(m, last_year=Base("2023-09", "published", None, margins))
    assert str(bulletin.domain_contributions(m).sentence).startswith(
        "全省同比增加8件。按领域，城市客运增加8件，拉动10.00个百分点，"
    )


def test_a_month_without_issues(month_of):
    m = month_of(HEAD + "投诉举报 | 城市客运 | | | 沈阳 | 7")
    drill = bulletin.top_issues(m, "complaint").chart
    assert drill._repr_html_() == ""
    assert str(bulletin.top_issues(m, "complaint").lead) == "9月份投诉7件，均未标注事项。"
    assert str(bulletin.without_issue(m).sentence).startswith(
        "本月有7件工单没有标注事项，占100.00%：投诉举报7件，占该类100.00%。"
    )


def test_an_empty_month(month_of):
    m = month_of(HEAD)
    for exhibit in every_exhibit(m):
        assert not [part for part in parts_of(exhibit) if re.search("nan|None", repr(part))]
    assert repr(bulletin.top_issues(m, "inquiry").chart) == ""


def test_contributions_add_up_with_a_type_no_longer_in_use(month_of):
    base = HEAD + "投诉举报 | 城市客运 | | | 沈阳 | 60\n其他（已停用） | 城市客运 | | | 沈阳 | 40"
    table = bulletin.type_contributions(month_of(HEAD + "投诉举报 | 城市客运 | | | 沈阳 | 90", last_year=base)).table
    cells = {row[0]: row[1:] for row in table.cells()}
    assert cells["投诉举报"] == ["+30", "+30.00"]
    assert cells["其他（已停用）"] == ["−40", "−40.00"]
    assert cells["总计"] == ["−10", "−10.00"]


def test_two_to_six_does_not_appear_among_the_movers(month_of):
    m = month_of(HEAD + "投诉举报 | 城市客运 | 公共汽电车 | | 沈阳 | 6",
                 last_year=HEAD + "投诉举报 | 城市客运 | 公共汽电车 | | 沈阳 | 2")  # fmt: skip
    assert "都未超出通常波动" in str(bulletin.movers(m, "yoy").sentence)
    assert bulletin.movers(m, "yoy").table._repr_html_() == ""


def test_months_of_different_length_are_compared_by_the_day(month_of):
    counts = HEAD + "投诉举报 | 城市客运 | 公共汽电车 | | 沈阳 | "
    m = month_of(counts + "3000")
    m = replace(m, previous=Base("2024-08", "tickets", month_of(counts + "6200").counts))
    (row,) = bulletin.movers(m, "mom").table.cells()
    assert row[2:7] == ["3,000", "6,200", "−3,200", "−51.61", "−50.00"]  # 100 a day after 200 a day
    assert "30天、31天" in bulletin.movers(m, "mom").table._repr_html_()
    assert "日均95%区间" in str(bulletin.movers(m, "mom").sentence)


def test_where_units_and_domains_cross(month_of):
    m = month_of(
        HEAD
        + """信息咨询 | 高速公路 | | | 省交投 | 10
             信息咨询 | 城市客运 | | | 沈阳 | 6
             信息咨询 | 道路运输 | | | 沈阳 | 1
             信息咨询 | 城市客运 | | | 锦州 | 1
             信息咨询 | 道路运输 | | | 锦州 | 4"""
    )
    assert str(bulletin.domain_units(m).sentence) == (
        "高速公路10件全部由省交投受理。2市合计12件，最多的是城市客运，占58.33%；锦州不同，道路运输最多，占其80.00%。"
    )
    cells = bulletin.domain_units(m).table.cells()
    assert [row[0] for row in cells[:4]] == ["省交投", "沈阳", "锦州", "大连"]
    assert cells[-2] == ["其中14市", "0", "7", "5", "0", "12"]
    assert cells[-1] == ["总计", "10", "7", "5", "0", "22"]


def test_leads_have_a_number_and_at_most_fifty_characters(month_of):
    m = month_of(TIED)
    for lead in map(str, (bulletin.domains(m).lead, bulletin.top_issues(m, "complaint").lead)):
        assert len(lead.rstrip("。")) <= 50
        assert any(letter.isdigit() for letter in lead)
    long = "一个很长很长很长很长很长很长很长很长很长很长的子事项名称"
    m = replace(m, counts=m.counts.assign(sub_issue=long))
    assert str(bulletin.top_issues(m, "complaint").lead).endswith("大连、沈阳。") or str(
        bulletin.top_issues(m, "complaint").lead
    ).endswith("沈阳、大连。")


def test_names_with_markup_show_as_text(month_of):
    m = month_of(SINGLE)
    bad = "<script>alert(1)</script>"
    m.counts["issue"] = m.counts["sub_issue"] = bad
    m.counts["unit"] = "沈阳"
    for shown in (bulletin.top_issues(m, "inquiry").chart, bulletin.top_issues(m, "inquiry").details):
        assert bad not in shown._repr_html_()
        assert "&lt;script&gt;" in shown._repr_html_()


def test_figure_4_says_what_it_shows(month_of):
    m = month_of(SINGLE, last_year=HEAD + "信息咨询 | 高速公路 | | | 省交投 | 2")
    chart = bulletin.domains(m).chart
    assert chart.heading == "图4　高速公路占60.00%，同比增加50.00%"
    assert chart.alt.startswith("图4 业务领域：高速公路3件占60.00%，城市客运2件占40.00%，")
    assert chart.alt.endswith("；高速公路同比增加50.00%。数据见业务领域表。")


def test_another_role_is_refused(month_of):
    with pytest.raises(UnknownValueError, match="complaint"):
        bulletin.top_issues(month_of(TIED), "complaints")


@pytest.mark.parametrize(
    ("rose", "top", "said"),
    [
        ([True], 5, ""), ([True, True], 5, "按增减的大小排"), ([True, False], 5, "先列增加、后列减少"),
        ([True, True, False], 2, "先列增加、后列减少，各取变化最大的2项"), ([False, False], 2, "按增减的大小排，各取变化最大的2项"),
    ],
)  # fmt: skip
def test_the_order_of_movers_is_said_as_far_as_there_is_one(rose, top, said):
    assert movers_order(pd.Series(rose), top) == said
