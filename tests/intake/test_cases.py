"""Every kind of export on which intake once went wrong, and what comes of it: taken as it is, or refused in words.

Whoever is refused is told where and what to do; doing exactly that, the tickets go in, all of them and as they are.
"""

from __future__ import annotations

import re

import cases_books as books
import cases_files as files
import cases_text as text
import cases_values as values
import pytest
from cases import ID, expected, stored, told_of
from exports import rows, table, write_csv
from outcomes import NEVER, Case, check_words, refused, take_whole, taken
from personal import named
from remedies import (
    correct,
    leave_out,
    option,
    other_month,
    paste,
    save_again,
    take_out_quotes,
    unpack,
    write_right,
)
from support import one_in

from hotline_lib.intake import IntakeError

_MIDNIGHT = r"零点|0 ?点|午夜|00:00|时分|只有日期|没有(具体)?(时间|钟点)"

CASES = [
    # text
    taken("equals and quotes", text.equals_quotes),
    taken("apostrophes", text.apostrophes),
    taken("apostrophe before the id", text.apostrophe_before_the_id),
    refused("quote that swallows", text.quote_that_swallows, "第 6 行", "引号", remedy=take_out_quotes, whole=True),
    refused("quote without an end", text.quote_without_an_end, "第 6 行", "引号", remedy=take_out_quotes, whole=True),
    refused("quotes in a first column", text.quotes_in_a_first_column, "第 51 行", "引号", remedy=take_out_quotes, whole=True),
    taken("quoted line break", text.quoted_line_break),
    taken("euro of cp936", text.euro_of_cp936),
    taken("half a character, GBK", text.half_a_character_gbk),
    taken("half a character, UTF-8", text.half_a_character_utf_8),
    taken("zero byte", text.zero_byte),
    refused("broken byte where we read", text.broken_byte_where_we_read, "第 3 行", "「分平台」", remedy=correct),
    taken("commas left over", text.commas_left_over),
    Case("commas left out", text.commas_left_out, says=("第 4 行", "列数|报送时间"), remedy=save_again, open=True),
    refused("row cut short", text.row_cut_short, "第 3 行", remedy=correct),
    taken("UTF-16 without a mark", text.utf_16_without_a_mark),
    refused("header below some tickets", text.header_below_some_tickets, "表头", "第 [1-4] 行", remedy=write_right, whole=True),
    refused("header below all tickets", text.header_below_all_tickets, "表头", remedy=write_right, whole=True),
    taken("day and clock apart", text.day_and_clock_apart),
    taken("only the day", text.only_the_day, f"受理(时间|日期).*({_MIDNIGHT})"),
    taken("all midnight", text.all_midnight, _MIDNIGHT),
    # workbooks
    taken("dimension in row 0", books.dimension_in_row_0),
    taken("dimension too small", books.dimension_too_small),
    taken("dimension of a whole sheet", books.dimension_of_a_whole_sheet),
    taken("serials since 1904", books.serials_since_1904),
    taken("lower-case contents", books.lower_case_contents),
    refused("lower-case contents without tickets", books.lower_case_contents_without_tickets, "a.xlsx", remedy=save_again),
    taken("without places", books.without_places),
    refused(
        "ticket above a header with an empty name", books.ticket_above_a_header_with_an_empty_name, "表头", "第 1 行",
        remedy=write_right, whole=True,
    ),
    refused("OpenDocument without types", books.open_document_without_types, "a.ods", "2 个单元格", remedy=save_again, whole=True),
    taken("filtered rows", books.filtered_rows, "(隐藏|筛选).*1 行|1 行.*(隐藏|筛选)"),
    taken("hidden backup", books.hidden_backup, "隐藏.*(备份|第 2 张)|(备份|第 2 张).*隐藏"),
    taken("hidden voided", books.hidden_voided, "隐藏.*(已作废|第 2 张)|(已作废|第 2 张).*隐藏"),
    taken("hidden voided, asked for", books.hidden_voided_asked_for, sheets=("已作废",)),
    taken("one sheet of two", books.one_sheet_of_two, sheets=("九月",)),
    refused(
        "formulas without values", books.formulas_without_values, "第 2 行", "「是否回访」", "「满意度评价」", "公式", "Excel",
        remedy=lambda desk, made, message: {"files": [books.worked_out(made)]},
    ),
    refused("error cells", books.error_cells, "公式错误", "第 4 行", "第 6 行", remedy=correct, never=("name: #", "values 中")),
    taken("grouped header", books.grouped_header),
    taken("units in the header", books.units_in_the_header),
    Case("footers", books.footers, says=("第 5 行",), remedy=save_again, never=books.PEOPLE, open=True),
    taken("page titles", books.page_titles),
    taken("summary beside", books.summary_beside, "(汇总|第 2 张).*(没有|未|略)"),
    taken("sheet per city", books.sheet_per_city, "沈阳", "大连"),
    refused("no unit at all", books.no_unit_at_all, "分平台", "--unit", remedy=option("unit", "--unit", "沈阳")),
    taken("stacked in another order", books.stacked_in_another_order),
    taken("label beside alias", books.label_beside_alias, "创建时间", "归档时间", "承办单位"),
    refused("header only", books.header_only, "a.xlsx", "没有", remedy=save_again, whole=True),
    refused(
        "sheets named like people", books.sheets_named_like_people, "「沈阳」", "「丹东」", 
        remedy=write_right, never=(r"第 [12] 张",),
    ),
    # files
    taken("HTML called .xls", files.html_called_xls),
    taken("HTML in UTF-16", files.html_in_utf_16),
    taken("HTML with two tables", files.html_with_two_tables),
    taken("SpreadsheetML", files.spreadsheetml),
    taken("SpreadsheetML that leaves out", files.spreadsheetml_that_leaves_out),
    taken("MHTML", files.mhtml),
    taken("OpenDocument", files.open_document),
    refused("OpenDocument without table", files.open_document_without_table, "9月工单.ods", remedy=save_again, whole=True),
    refused("Word", files.word, "9月工单.docx", remedy=save_again, whole=True),
    refused("PDF", files.pdf, "9月工单.pdf", remedy=save_again, whole=True),
    refused("RAR", files.rar, "9月工单.rar", "解压|.xlsx", remedy=unpack, whole=True),
    refused("7z", files.seven_zip, "9月工单.7z", "解压|.xlsx", remedy=unpack, whole=True),
    refused("JSON", files.records, "9月工单.json", remedy=save_again, whole=True),
    refused("zip without tables", files.zip_without_tables, "9月.zip", remedy=unpack, whole=True),
    refused("zip with a table and none", files.zip_with_a_table_and_none, "大连.xlsx", remedy=unpack, whole=True),
    refused(
        "lock file beside", files.lock_file_beside, r"~\$", "Excel", "临时|锁|打开", remedy=leave_out("~$沈阳.xlsx"), whole=True
    ),
    taken("one name in two folders", files.one_name_in_two_folders),
    taken("two versions in two folders", files.two_versions_in_two_folders),
    refused("one name, one wrong", files.one_name_one_wrong, "大连/导出.csv", "第 3 行", remedy=correct, never=("沈阳/导出.csv",)),
    refused("zip with a password", files.zip_with_a_password, "第 1 个文件.zip", "密码", remedy=unpack, whole=True),
    # values
    taken("times that can be read", values.times_that_can_be_read),
    refused("times that cannot", values.times_that_cannot, "第 2 行", "「受理时间」", remedy=correct),
    refused("people in a column", values.people_in_a_column, "第 2 行", "「是否回访」", remedy=correct, never=("values 中", "aliases")),
    refused(
        "unit with its province", values.unit_with_its_province, "第 2 行「分平台」", "「沈阳」", remedy=paste(), never=("辽阳",)
    ),
    refused(
        "other words", values.other_words, "第 2 行", "「沈阳」", "「投诉举报」", "「城市客运」",
        remedy=paste({"5.非常满意": "5", "满意（4分）": "4", "5星好评": "5", "已回访": "true", "未回访": "false"}),
    ),
    refused("new names", values.new_names, "第 2 行「事项」", "第 3 行「子事项」", "第 4 行「子事项」", remedy=paste(dict.fromkeys(("网约车投诉", "拒载: 投诉", "*拒载、投诉#2"), "new"))),
    taken("ids in other spellings", values.ids_in_other_spellings),
    refused("ids that are none", values.ids_that_are_none, "第 2 行", "「工单编号」", remedy=correct),
    refused("of another month", values.of_another_month, "6 行", "--month", remedy=other_month, lines=1),
    refused(
        "many of one kind", values.many_of_one_kind, "100 行", "第 102 行", "第 103 行", "第 104 行", "沈阳中心", remedy=correct, lines=4
    ),
    taken("columns named like people", values.columns_named_like_people, "关闭时间"),
    refused(
        "not rated", values.not_rated, "第 2 行", "「满意度评价」", "「是否回访」", "blank",
        remedy=paste({"未评价": "blank", "0": "blank", "无需回访": "blank", "系统默认好评": "blank"}),
    ),
    taken("invisible", values.invisible),
    refused(
        "blank where nothing may be", values.blank_where_nothing_may_be, "第 2 行「复核未通过次数」", "第 3 行「分类正确」",
        "第 4 行「即时答复」", remedy=correct,
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", one_in(6, CASES), ids=repr)
def test_an_export_is_taken_as_it_is_or_goes_in_after_its_remedy(desk, case):
    made = case.make(desk.folder)
    try:
        notes = take_whole(desk, made, dict(case.options))
    except IntakeError as error:
        message = str(error)
        if not case.says:
            pytest.fail(f"refused: {message}", pytrace=False)
    else:
        assert case.open or not case.says, "taken, but should be refused"
        for pattern in case.notes:
            assert re.search(pattern, "\n".join(notes)), f"not noted: {pattern}\n{notes}"
        assert not re.search(NEVER, "\n".join(notes)) and not named("\n".join(notes))
        return
    assert not desk.bytes()
    check_words(desk, case, message)
    take_whole(desk, made, dict(case.options) | case.remedy(desk, made, message))


@pytest.mark.parametrize("case", one_in(10, (case for case in CASES if case.says)), ids=repr)
def test_with_accept_good_no_ticket_of_a_refused_export_goes_in_silence(desk, case):
    made = case.make(desk.folder)
    try:
        done = desk.take(*made.files, accept_good=True, **case.options)
    except IntakeError as error:
        assert not desk.bytes()
        assert not re.search(NEVER, str(error)), str(error)
        return
    assert not case.whole, "the good rows were taken, but whose they are nobody knows"
    kept, told = stored(desk), told_of(desk)
    right = expected(made.truth)
    assert {ticket: kept[ticket] for ticket in kept} == {ticket: right[ticket] for ticket in kept}
    in_file = {row["ticket_id"] for row in made.truth}
    refused_rows = done.count("refused")
    assert len(kept) + refused_rows >= len(in_file)
    assert in_file - set(kept) - set(ID.findall(told)) == set() or refused_rows >= len(in_file - set(kept))


def test_a_time_is_read_as_what_it_says_or_refused(desk):
    """Spellings that somebody may well read: if they are, then right, whatever stands in the row beside."""
    times = {"2024-09-01 08:00:00": "2024-09-01 08:00:00", **values.TIMES_IF_AT_ALL}
    spelled, right = (rows(*({"accepted_at": time} for time in of)) for of in (times, times.values()))
    desk.take(write_csv(desk.folder / "a.csv", table(spelled), encoding="utf-8-sig"), accept_good=True)
    kept = stored(desk)
    assert kept and kept == {ticket: row for ticket, row in expected(right).items() if ticket in kept}


@pytest.mark.parametrize(
    ("make", "physical", "above"), [(books.page_titles, 9, 2), (books.stacked_in_another_order, 7, 1)]
)
def test_every_row_is_counted_once_as_a_ticket_a_title_a_header_a_total_or_blank(desk, make, physical, above):
    """above: rows down to the first header, which may be counted or not."""
    made = make(desk.folder)
    done = desk.take(*made.files)
    assert done.count("new") == len(made.truth)
    assert physical - above <= sum(sum(each.values()) for each in done.rows.values()) <= physical
