"""Tables print a frame for the page, for CSV and as plain text, and never say more than the frame."""

from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from hotline_lib.present._cells import Column
from hotline_lib.present._tables import Table

UNIT = Column("单位", "unit", "text", "unit")
TICKETS = Column("合计", "tickets", "count", "total", "件")
SHARE = Column("占比", ("tickets", "of"), "share", "share_pct", "%")
YOY = Column("同比", ("tickets", "base"), "change", "yoy_pct", "%", significant="significant")


def frame(*rows: tuple) -> pd.DataFrame:
    """unit, tickets, base, significant."""
    made = pd.DataFrame(rows, columns=["unit", "tickets", "base", "significant"])
    made = made.astype({"base": "Int64", "significant": "boolean"})
    return made.assign(of=int(made["tickets"].sum()))


VOLUMES = frame(("甲", 1200, 1000, True), ("乙", 300, 600, True), ("丙", 0, None, None))
TOTAL = {"unit": "总计", "tickets": 1500, "of": 1500, "base": 1600, "significant": False}


def parsed(table: Table) -> BeautifulSoup:
    return BeautifulSoup(table._repr_html_(), "html.parser")


def texts(elements) -> list[str]:
    return [element.get_text(" ") for element in elements]


def body(table: Table) -> list[list[str]]:
    return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in parsed(table).tbody.find_all("tr")]


def test_page_prints_counts_shares_and_changes_made_from_counts():
    table = Table(VOLUMES, [UNIT, TICKETS, SHARE, YOY])
    assert body(table) == [
        ["甲", "1,200", "80.00", "▲+20.00"],
        ["乙", "300", "20.00", "▼−50.00"],
        ["丙", "0", "0.00", "—"],
    ]


def test_csv_has_the_printed_schema_and_plain_figures():
    table = Table(VOLUMES, [UNIT, TICKETS, SHARE, YOY, Column("序", "tickets")], total=TOTAL)
    assert table.csv() == (
        "unit,total,share_pct,yoy_pct\n甲,1200,80.00,20.00\n乙,300,20.00,-50.00\n丙,0,0.00,\n"
    )  # fmt: skip


def test_total_is_in_the_csv_only_where_the_printed_table_has_it():
    table = Table(VOLUMES, [UNIT, TICKETS], total=TOTAL, total_in_csv=True)
    assert table.csv().splitlines()[-1] == "总计,1500"


def test_a_digit_on_the_edge_is_rounded_half_up():
    table = Table(frame(("甲", 1, 1, False), ("乙", 799, 1, False)), [SHARE])
    assert table.csv() == "share_pct\n0.13\n99.88\n"  # 0.125 and 99.875


@pytest.mark.parametrize(
    ("column", "row", "page", "csv"),
    [
        (Column("总分", "x", "score", "x"), {"x": Decimal("98")}, "98.00", "98.00"),
        (Column("率", "x", "rate", "x"), {"x": Decimal("100")}, "100.00", "100.00"),
        (Column("时长", "x", "minutes", "x"), {"x": Decimal("372.905")}, "372.91", "372.91"),
        (Column("时长", "x", "minutes", "x"), {"x": None}, "—", ""),
        (Column("名次", "x", "rank", "x"), {"x": 4}, "4", "4"),
        (Column("件", "x", "count", "x"), {"x": pd.NA}, "—", ""),
        (Column("件", "x", "count", "x"), {"x": 0}, "0", "0"),
        (Column("分", "x", "points", "x"), {"x": Decimal("0.50")}, "0.5", "0.50"),
        (Column("分", "x", "points", "x"), {"x": Decimal(0)}, "·", "0"),
        (Column("已开展", "x", "flag", "x", words=("已开展", "未开展")), {"x": True}, "已开展", "true"),
        (Column("已开展", "x", "flag", "x", words=("已开展", "未开展")), {"x": False}, "未开展", "false"),
        (Column("编号", "x", "text", "x"), {"x": None}, "—", ""),
    ],
)
def test_a_value_is_printed_by_its_kind(column, row, page, csv):
    cell = column.cell(row)
    assert (cell.text, cell.plain) == (page, csv)


def test_every_name_and_note_is_escaped():
    bad = "<b>甲&"
    table = Table(
        frame((bad, 1, 1, False)), [Column(bad, "unit", "text", title='"x"'), Column("合计", "tickets", unit="<i>")],
        caption=bad, order=bad, notes=[bad], footnotes={bad: bad},
    )  # fmt: skip
    html = table._repr_html_()
    assert "<b>" not in html
    assert "<i>" not in html
    assert html.count("&lt;b&gt;甲&amp;") == 8
    assert 'title="&quot;x&quot;"' in html


def test_heads_say_what_they_head():
    table = parsed(Table(VOLUMES, [UNIT, TICKETS, Column("24小时\n办结率", "tickets", title="二十四小时办结率")]))
    assert [head["scope"] for head in table.thead.find_all("th")] == ["col"] * 3
    assert [head["scope"] for head in table.tbody.find_all("th")] == ["row"] * 3
    assert texts(table.thead.find_all("th")) == ["单位", "合计 件", "24小时 办结率"]
    assert table.thead.find_all("th")[2]["title"] == "二十四小时办结率"


def test_columns_of_a_group_stand_under_one_line():
    columns = [
        UNIT,
        *[Column(head, "tickets", group=group) for head, group in (("a", "受理"), ("b", "受理"), ("c", "报送"))],
    ]
    first, second = parsed(Table(VOLUMES, columns)).thead.find_all("tr")
    assert [(head["scope"], head.get("colspan"), head.get("rowspan")) for head in first.find_all("th")] == [
        ("col", None, "2"), ("colgroup", "2", None), ("colgroup", "1", None),
    ]  # fmt: skip
    assert texts(second.find_all("th")) == ["a", "b", "c"]


def test_caption_names_the_table_and_its_order():
    caption = parsed(Table(VOLUMES, [UNIT, TICKETS], caption="业务量", order="按件数排")).caption
    assert caption.get_text("，") == "业务量，按件数排"


def test_numbers_are_right_and_text_is_left_even_without_the_page_s_style():
    row = parsed(Table(VOLUMES, [UNIT, TICKETS])).tbody.tr
    assert [cell["style"] for cell in row.find_all(["th", "td"])] == ["text-align:left", "text-align:right"]


def test_totals_stand_in_the_foot_and_leave_out_what_they_do_not_have():
    rank = Column("序号", "rank", "rank", "rank")
    table = Table(
        VOLUMES.assign(rank=[1, 2, 3]), [rank, UNIT, TICKETS, SHARE, YOY],
        subtotal={"unit": "其中2市", "tickets": 300, "of": 1500, "base": 600}, total=TOTAL,
    )  # fmt: skip
    rows = parsed(table).tfoot.find_all("tr")
    assert [row["class"] for row in rows] == [["subtotal"], ["total"]]
    assert texts(rows[0].find_all(["th", "td"])) == ["", "其中2市", "300", "20.00", "−50.00"]
    assert texts(rows[1].find_all(["th", "td"])) == ["", "总计", "1,500", "100.00", "−6.25"]


def test_a_footnote_follows_the_name_never_the_number():
    table = Table(VOLUMES, [UNIT, TICKETS], footnotes={"乙": "印刷本为7"}, notes=["灰色为不显著"])
    assert body(table)[1] == ["乙①", "300"]
    assert parsed(table).find(class_="table-note").get_text() == "灰色为不显著。①印刷本为7。"
    assert "①" not in table.csv()


def test_a_mark_carries_its_word_and_what_is_not_significant_is_soft():
    cells = parsed(Table(VOLUMES, [UNIT, YOY], total=TOTAL)).find_all("td")
    assert [(cell.span["aria-label"], cell.span["role"]) for cell in cells[:2]] == [
        ("显著增加", "img"),
        ("显著减少", "img"),
    ]
    assert "soft" in cells[3]["class"]


def test_emphasis_is_a_class_of_the_cell():
    column = Column("率", "tickets", emphasis=lambda row: "soft" if row["tickets"] == 300 else "strong")
    classes = [cell["class"] for cell in parsed(Table(VOLUMES, [UNIT, column], total=TOTAL)).find_all("td")]
    assert classes == [["num", "strong"], ["num", "soft"], ["num", "strong"], ["num"]]


def test_a_rule_stands_under_the_unit_that_is_a_class_of_its_own():
    table = Table(VOLUMES, [UNIT, TICKETS], rule_after=lambda row: row["unit"] == "甲")
    assert [row.get("class") for row in parsed(table).tbody.find_all("tr")] == [["ruled"], None, None]


def test_only_a_table_wider_than_a_phone_stands_in_a_box_that_scrolls():
    narrow, wide = Table(VOLUMES, [UNIT, TICKETS]), Table(VOLUMES, [UNIT] + [TICKETS] * 7, label="附件1")
    assert parsed(narrow).find(class_="table-box") is None
    long = VOLUMES.assign(why="一句没有标点的话一直写到手机屏幕的另一边去也还没有写完")
    assert parsed(Table(long, [UNIT, Column("为何", "why", "text")])).find(class_="table-box")
    may_break = long.assign(why="有标点，可以断开，写多长都放得下，不必左右滚动")
    assert parsed(Table(may_break, [UNIT, Column("为何", "why", "text")])).find(class_="table-box") is None
    box = parsed(wide).find(class_="table-box")
    assert (box["role"], box["tabindex"], box["aria-label"]) == ("group", "0", "附件1")


def test_a_column_of_which_nothing_is_known_is_not_shown_unless_the_form_is_printed():
    unknown = VOLUMES.assign(base=None)
    table = Table(unknown, [UNIT, TICKETS, YOY])
    assert body(table) == [["甲", "1,200"], ["乙", "300"], ["丙", "0"]]
    assert table.csv().splitlines()[:2] == ["unit,total,yoy_pct", "甲,1200,"]
    assert body(replace(table, dense=True))[0] == ["甲", "1,200", "—"]
    assert body(replace(table, columns=[UNIT, Column("意见", "base", "text", missing="待补充")]))[0] == ["甲", "待补充"]


def test_a_column_may_be_in_the_csv_only():
    table = Table(VOLUMES, [UNIT, Column("基数", "base", "count", "base", in_page=False)])
    assert body(table) == [["甲"], ["乙"], ["丙"]]
    assert table.csv() == "unit,base\n甲,1000\n乙,600\n丙,\n"


def test_plain_text_is_aligned_and_names_no_object():
    assert repr(Table(VOLUMES, [UNIT, TICKETS, YOY], caption="业务量", total=TOTAL)) == (
        "业务量\n"
        "单位  合计 件  同比 %\n"
        "甲      1,200  +20.00\n"
        "乙        300  −50.00\n"
        "丙          0       —\n"
        "总计    1,500   −6.25"
    )


def test_a_month_without_rows_is_a_table_without_rows():
    table = Table(VOLUMES[:0], [UNIT, TICKETS])
    assert body(table) == []
    assert table.csv() == "unit,total\n"
    assert repr(table) == "单位  合计 件"


def test_a_text_that_a_spreadsheet_would_run_stays_text_and_a_number_a_number():
    frame = pd.DataFrame(
        {"unit": ["=1+1", "+甲", "-乙", "@丙", "丁"], "now": [9, 9, 11, 10, 10], "base": [10, 10, 10, 10, 10]}
    )
    table = Table(frame, [Column("单位", "unit", "text", "unit"), Column("同比", ("now", "base"), "change", "yoy_pct")])
    assert table.csv().splitlines()[1:] == ["'=1+1,-10.00", "'+甲,-10.00", "'-乙,10.00", "'@丙,0.00", "丁,0.00"]
    assert ">=1+1<" in table._repr_html_()


def test_a_change_and_its_mark_come_from_counts_not_from_printed_words():
    row = {"now": 9, "base": 10, "told": True}
    cell = Column("同比", ("now", "base"), "change", "yoy_pct", "%", significant="told").cell(row)
    assert (cell.value, cell.text, cell.mark, cell.plain) == (Decimal("-10.00"), "−10.00", "▼", "-10.00")
    signed = Column("增减", "more", "difference", "more").cell({"more": 2084})
    assert (signed.text, signed.plain, signed.number) == ("+2,084", "2084", 2084)
