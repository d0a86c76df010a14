"""Months that are not like the printed one: everything still reads properly."""

import pytest

from hotline_lib import bulletin
from hotline_lib.errors import UnknownValueError

HEAD = "business_type | domain | issue | sub_issue | unit | tickets\n"
ONE = HEAD + "信息咨询 | 高速公路 | 高速公路ETC | ETC卡片办理 | 省交投 | 40000"


def text(m, name: str) -> str:
    return str(bulletin.sentence(m, name))


def test_without_base_months_changes_are_dashes_and_their_words_are_left_out(month_of):
    m = month_of(ONE)
    assert text(m, "totals").startswith("9月份，全省共受理有效业务量4.00万件。其中，")
    assert "—" in repr(bulletin.table(m, "business_types"))
    assert bulletin.table(m, "business_types").csv().splitlines()[1] == "信息咨询,40000,,"
    assert "没有上年同月的数据" in text(m, "contributions")
    assert str(bulletin.chart(m, "contributions")) == ""
    assert "同比" not in bulletin.chart(m, "types").alt


def test_a_zero_base_is_a_dash_and_not_an_infinity(month_of):
    m = month_of(ONE, last_year=HEAD + "投诉举报 | 城市客运 | | | 沈阳 | 5")
    row = bulletin.table(m, "units").csv().splitlines()[1]
    assert row == "1,省交投,0,40000,0,40000,100.00,"


def test_a_month_in_which_one_unit_has_everything(month_of):
    m = month_of(ONE)
    rows = bulletin.table(m, "units").csv().splitlines()
    assert len(rows) == 16  # all units, in a table of their own right
    assert rows[2] == "2,沈阳,0,0,0,0,0.00,"
    assert text(m, "units") == "9月份，12328电话业务量排名前1位的分别为：省交投集团40000件。"
    assert "14市" not in text(m, "units_note")


def test_an_empty_month_prints_zeros(month_of):
    m = month_of(HEAD)
    assert "共受理有效业务量0.00万件" in text(m, "totals")
    assert text(m, "inquiries") == "9月份，群众信息咨询工单共0件，均未标注事项。"
    assert text(m, "complaint_details") == ""
    for name in ("business_types", "domains", "units", "top_issues", "top_issue_details", "indicators"):
        bulletin.table(m, name)._repr_html_()
    for name in bulletin.CHARTS:
        bulletin.chart(m, name, **({"unit": "沈阳"} if name.startswith("unit_") else {}))


def test_a_unit_without_tickets_has_full_rates_no_minutes_and_loses_no_points_for_them(month_of):
    m = month_of(ONE)
    frame = bulletin.table(m, "indicators").frame.set_index("unit")
    assert str(frame.loc["沈阳", "complaint_on_time_rate"]) == "100.00"
    assert frame.loc["沈阳", "complaint_on_time_rate_denominator"] == 0
    assert frame.loc["沈阳", "complaint_mean_minutes"] is None
    assert frame.loc["沈阳", "lost"] == 3  # tickets per 10,000 people alone
    assert "n=0" in bulletin.table(m, "indicators")._repr_html_()


def test_a_tie_at_place_five_keeps_all(month_of):
    lines = [f"投诉举报 | 城市客运 | {issue} | | 沈阳 | {n}" for issue, n in ISSUES]
    m = month_of(HEAD + "\n".join(lines))
    assert text(m, "complaints").count("占比") == 6
    assert len(text(m, "complaint_details").splitlines()) == 6


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
    assert text(m, "inquiry_details").splitlines() == [
        "1.巡游出租汽车。工单量排名前2位的地市为：沈阳市（2件，占比66.67%）、大连市（1件，占比33.33%）；"
        "主要咨询事项为：财物遗失问题（2件，占比66.67%）等。",
        "2.高速公路ETC。主要咨询事项为：ETC卡片办理问题3件，占比100.00%。",
    ]


GOOD = "unit | indicator | numerator | denominator\n沈阳 | complaint_on_time_rate | 5 | 5"
LATE = "unit | indicator | numerator | denominator\n沈阳 | complaint_on_time_rate | 4 | 5"
CHECKED = "ticket_id | unit | drawn | called_back | closed | satisfied\n"


def test_all_in_time_is_claimed_only_where_it_is_true(month_of):
    claim = "以上投诉举报问题均在规定时间内得到有效解决。"
    assert text(month_of(ONE, rates=GOOD), "closing_claim") == claim
    clean = CHECKED + "x | 沈阳 | random | yes | yes | yes"
    assert text(month_of(ONE, rates=GOOD, spot_checks=clean), "closing_claim") == claim
    late = text(month_of(ONE, rates=LATE), "closing_claim")
    assert late == "除沈阳市（限时办结率80.00%）外，以上投诉举报问题均在规定时间内办结。"
    bad = CHECKED + "x | 大连 | random | yes | no | yes"
    found = text(month_of(ONE, rates=GOOD, spot_checks=bad), "closing_claim")
    assert found == "以上投诉举报问题均在规定时间内办结；抽检发现大连市共1件工单的办结情况与上报不一致。"


def test_a_month_without_spot_checks_has_no_such_table(month_of, tmp_path):
    m = month_of(ONE)
    assert str(bulletin.table(m, "spot_checks")) == "本月没有抽检。"
    names = [file.stem for file in bulletin.write_tables(m, tmp_path)]
    assert "spot_checks" not in names
    assert "indicators" in names


def test_csv_opens_in_excel(month_of, tmp_path):
    (first, *_) = bulletin.write_tables(month_of(ONE), tmp_path)
    assert first.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_wrong_name_suggests_the_right_one(month_of):
    with pytest.raises(UnknownValueError, match="business_types"):
        bulletin.table(month_of(ONE), "business_type")


def test_names_with_markup_show_as_text(month_of, project):
    m = month_of(ONE)
    m.counts["issue"] = "<script>alert(1)</script>"
    assert "<script>" not in bulletin.table(m, "top_issues")._repr_html_()
    assert "<script>" not in bulletin.sentence(m, "inquiries")._repr_html_()
