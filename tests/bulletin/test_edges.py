"""Months that are not like the printed one: everything still reads properly."""

import inspect
import re
from dataclasses import replace

import pytest
from support import every_exhibit, parts_of

from hotline_lib import bulletin, metrics, open_month
from hotline_lib.errors import HotlineError, UnknownValueError
from hotline_lib.present._chart import Chart

HEAD = "business_type | domain | issue | sub_issue | unit | tickets\n"
ONE = HEAD + "信息咨询 | 高速公路 | 高速公路ETC | ETC卡片办理 | 省交投 | 40000"


def test_without_base_months_changes_and_their_words_are_left_out(month_of):
    m = month_of(ONE)
    assert str(bulletin.business_types(m).sentence).startswith("9月份，全省共受理有效业务量4.00万件。其中，")
    assert "—" not in repr(bulletin.business_types(m).table)
    assert bulletin.business_types(m).table.csv().splitlines()[1] == "信息咨询,40000,,"
    assert "没有上年同月的数据" in str(bulletin.contributions(m).lead)
    assert str(bulletin.contributions(m).sentence) == ""  # so its section is left out
    assert str(bulletin.contributions(m).chart) == ""
    assert "同比" not in bulletin.business_types(m).chart.alt


def test_a_zero_base_is_a_dash_and_not_an_infinity(month_of):
    m = month_of(ONE, last_year=HEAD + "投诉举报 | 城市客运 | | | 沈阳 | 5")
    row = bulletin.units(m).table.csv().splitlines()[1]
    assert row == "1,省交投,0,40000,0,40000,100.00,"


def test_a_month_in_which_one_unit_has_everything(month_of):
    m = month_of(ONE)
    rows = bulletin.units(m).table.csv().splitlines()
    assert len(rows) == 16  # all units, in a table of their own right
    assert rows[2] == "2,沈阳,0,0,0,0,0.00,"
    assert str(bulletin.units(m).sentence) == "9月份，12328电话业务量排名前1位的分别为：省交投集团40000件。"
    assert "14市" not in str(bulletin.units(m).note)


def test_an_empty_month_prints_zeros(month_of):
    m = month_of(HEAD)
    assert "共受理有效业务量0.00万件" in str(bulletin.business_types(m).sentence)
    assert str(bulletin.top_issues(m, "inquiry").sentence) == "9月份没有受理群众信息咨询工单。"
    assert str(bulletin.top_issues(m, "complaint").details) == ""
    for exhibit in every_exhibit(m, "沈阳"):
        for part in parts_of(exhibit):
            assert part.png if isinstance(part, Chart) else part._repr_html_() is not None


def test_a_unit_without_tickets_has_full_rates_no_minutes_and_loses_no_points_for_them(month_of):
    m = month_of(ONE)
    frame = bulletin.indicators(m).table.frame.set_index("unit")
    assert str(frame.loc["沈阳", "complaint_on_time_rate"]) == "100.00"
    assert frame.loc["沈阳", "complaint_on_time_rate_denominator"] == 0
    assert frame.loc["沈阳", "complaint_mean_minutes"] is None
    assert frame.loc["沈阳", "lost"] == 3  # tickets per 10,000 people alone
    assert "n=0" in bulletin.indicators(m).table._repr_html_()


def test_a_tie_at_place_five_keeps_all(month_of):
    lines = [f"投诉举报 | 城市客运 | {issue} | | 沈阳 | {n}" for issue, n in ISSUES]
    m = month_of(HEAD + "\n".join(lines))
    assert str(bulletin.top_issues(m, "complaint").sentence).count("占比") == 6
    assert len(str(bulletin.top_issues(m, "complaint").details).splitlines()) == 6


ISSUES = [
    ("巡游出租汽车", 9),
    ("公共汽电车", 8),
    ("网络预约出租汽车", 7),
    ("机动车驾驶员培训", 6),
    ("道路货物运输", 5),
    ("客运汽车站", 5),
]


def test_single_unit_issues_are_printed_without_units_and_others_with(month_of):
    m = month_of(
        HEAD
        + """
        信息咨询 | 高速公路 | 高速公路ETC | ETC卡片办理 | 省交投 | 3
        信息咨询 | 城市客运 | 巡游出租汽车 | 财物遗失 | 沈阳 | 2
        信息咨询 | 城市客运 | 巡游出租汽车 |  | 大连 | 1
        """.strip()
    )
    assert str(bulletin.top_issues(m, "inquiry").details).splitlines() == [
        "1.巡游出租汽车。工单量排名前2位的地市为：沈阳市（2件，占比66.67%）、大连市（1件，占比33.33%）；"
        "主要咨询事项为：财物遗失问题（2件，占比66.67%）等。",
        "2.高速公路ETC。主要咨询事项为：ETC卡片办理问题3件，占比100.00%。",
    ]


GOOD = "unit | indicator | numerator | denominator\n沈阳 | complaint_on_time_rate | 5 | 5"
LATE = "unit | indicator | numerator | denominator\n沈阳 | complaint_on_time_rate | 4 | 5"
CHECKED = "ticket_id | unit | drawn | called_back | closed | satisfied\n"


def test_all_in_time_is_claimed_only_where_it_is_true(month_of):
    claim = "以上投诉举报问题均在规定时间内得到有效解决。"
    assert (
        str(bulletin.handled(month_of(ONE, rates=GOOD)).note)
        == "据各单位上报，已上报的投诉举报问题均在规定时间内办结。"
    )
    clean = CHECKED + "x | 沈阳 | random | yes | yes | yes"
    m = month_of(ONE, rates=GOOD, spot_checks=clean)
    assert str(bulletin.handled(m).note) == "据各单位上报，已上报的投诉举报问题均在规定时间内办结。"
    submitted = (
        m.counts.groupby(["unit", "business_type"], as_index=False)["tickets"].sum().assign(accepted_month=m.month)
    )
    assert str(bulletin.handled(replace(m, submissions=submitted)).note) == claim
    unasked = replace(m, submissions=submitted, spot_checks=None)
    assert str(bulletin.handled(unasked).note) == "据各单位上报，以上投诉举报问题均在规定时间内办结。"
    late = str(bulletin.handled(month_of(ONE, rates=LATE)).note)
    assert late == "据各单位上报，除沈阳市（限时办结率80.00%）外，已上报的投诉举报问题均在规定时间内办结。"
    bad = CHECKED + "x | 大连 | random | yes | no | yes"
    found = str(bulletin.handled(month_of(ONE, rates=GOOD, spot_checks=bad)).note)
    assert (
        found
        == "据各单位上报，已上报的投诉举报问题均在规定时间内办结；另抽检发现大连市共1件工单的办结情况与上报不一致。"
    )


def test_a_month_without_spot_checks_has_no_such_table(month_of, tmp_path):
    m = month_of(ONE)
    assert str(bulletin.spot_checks(m).table) == "没有随机抽检的记录，附件2从略。"
    assert "未发现" not in bulletin.overview(m).table._repr_html_()  # nor does the key speak of it
    names = [file.stem for file in bulletin.write_tables(m, tmp_path)]
    assert "spot_checks" not in names
    assert "indicators" in names


def test_csv_opens_in_excel(month_of, tmp_path):
    (first, *_) = bulletin.write_tables(month_of(ONE), tmp_path)
    assert first.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_wrong_name_suggests_the_right_one(month_of):
    m = month_of(ONE)
    with pytest.raises(UnknownValueError, match="complaint"):
        bulletin.top_issues(m, "complaints")
    with pytest.raises(UnknownValueError, match="yoy"):
        bulletin.movers(m, "yoyo")
    with pytest.raises(UnknownValueError, match="complaint_per_10k"):
        bulletin.units(m).with_column("complaint_per_1k")
    with pytest.raises(UnknownValueError, match="table"):
        _ = bulletin.indicators(m).sentence


def test_names_with_markup_show_as_text(month_of, project):
    m = month_of(ONE)
    m.counts["issue"] = "<script>alert(1)</script>"
    assert "<script>" not in bulletin.all_top_issues(m).table._repr_html_()
    assert "<script>" not in bulletin.top_issues(m, "inquiry").sentence._repr_html_()


COUNTING = [
    (make, name)
    for make in (*bulletin.EXHIBITS, bulletin.outline, bulletin.findings, bulletin.explain)
    for name, of in inspect.signature(make).parameters.items()
    if of.annotation == "int"
]


def test_how_many_there_are_to_list_is_asked_in_these_places():
    assert {make.__name__ for make, _ in COUNTING} >= {
        "units", "scores", "top_issues", "all_top_issues", "issue_details", "movers", "issue_months", "unit_issues",
        "outline", "findings", "explain",
    }  # fmt: skip


@pytest.mark.parametrize(("make", "name"), COUNTING, ids=lambda each: getattr(each, "__name__", each))
@pytest.mark.parametrize("number", [0, -1, True, 2.5, "3", None])
def test_nothing_lists_fewer_than_one(month_of, make, name, number):
    """An analyst edits the cell by hand: no falsehood is printed, as 均未标注事项 of a month that has them."""
    m, given = month_of(ONE), {"role": "inquiry", "unit": "沈阳", "printed": "40000"}
    given = {key: value for key, value in given.items() if key in inspect.signature(make).parameters}
    with pytest.raises(
        HotlineError, match=rf"{name}（列出前几位）应为 1 或更大的整数，写的是「{re.escape(str(number))}」"
    ):
        make(m, **given, **{name: number})


def test_metrics_refuse_it_too(month_of):
    m = month_of(ONE)
    for number in (0, -1, True, 2.5):
        for made in (
            lambda top: metrics.top_issues(m.counts, "inquiry", top=top),
            lambda top: metrics.top_units(m.counts, "inquiry", "高速公路ETC", m.units, top=top),
            lambda top: metrics.sub_issue_shares(m.counts, "inquiry", "高速公路ETC", top=top),
            lambda top: metrics.beside_peers(m.counts, m.counts, "inquiry", top=top),
        ):
            with pytest.raises(HotlineError, match="1 或更大的整数"):
                made(number)


@pytest.mark.parametrize("month", ["2024-9", "2024-13", "09-2024", "2024年9月", ""])
def test_a_month_that_is_none_is_refused_in_words(project, month):
    with pytest.raises(HotlineError, match="月"):
        open_month(month, project)


def test_a_unit_that_is_none_is_refused_in_words(month_of):
    for make in (bulletin.unit_types, bulletin.unit_indicators, bulletin.unit_peers, bulletin.unit_spot_checks):
        with pytest.raises(UnknownValueError, match="没有名为「沈杨」的单位"):
            make(month_of(ONE), "沈杨")


def test_whether_an_issue_was_noted_is_asked_of_tickets(month_of):
    none = HEAD + "信息咨询 | 高速公路 | | | 省交投 | 7\n信息咨询 | 高速公路 | 高速公路ETC | | 省交投 | 0"
    assert str(bulletin.top_issues(month_of(none), "inquiry").sentence).endswith("工单共7件，均未标注事项。")
    assert "均未标注事项" not in str(bulletin.top_issues(month_of(ONE), "inquiry", top=1).sentence)
