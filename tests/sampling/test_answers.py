"""What comes back from checkers: taken whole, or refused with what is wrong, where, and what cures it."""

from __future__ import annotations

import shutil

import openpyxl
import pandas as pd
import pytest
from checkers import edit, sheets_of
from support import MONTH, one_in, several

from hotline_lib.errors import HotlineError
from hotline_lib.journal import write_whole
from hotline_lib.sampling import ledger, take, workbook
from hotline_lib.sampling.draw import undo
from hotline_lib.sampling.workbook import code

YES, NO, AWAY, REFUSED = "是", "否", "未接通", "拒绝"
FIRST, ASKED = 3, 8  # the first row of tickets and the first of the three answers, from 0


@pytest.fixture
def made(desk):
    return desk.draw(per_unit=2)


@pytest.fixture
def book(desk, made):
    return desk.filled(made)


def cell(sheet: str, row: int, column: int, text: str):
    """Somebody types into a cell."""
    return lambda sheets: sheets[sheet][row].__setitem__(column, text)


def test_answers_become_the_list_of_the_month(desk, made):
    bad = made.draw.tickets[0].ticket_id
    taken = desk.read(desk.filled(made, lambda of: NO if of.ticket_id == bad else YES))
    assert (taken.tickets, taken.new, taken.total, taken.problems) == (30, 30, 30, 1)
    listed = desk.listed()
    assert list(listed.columns) == ["ticket_id", "unit", "drawn", "called_back", "closed", "satisfied", "draw"]
    assert set(listed["draw"]) == {made.draw.number}
    assert listed.set_index("ticket_id").loc[bad, "called_back":"satisfied"].tolist() == ["no"] * 3
    assert set(listed["drawn"]) == {"random"}
    assert list(dict.fromkeys(listed["unit"])) == desk.m.units["unit"].tolist()


def test_each_question_has_its_own_answer(desk, made):
    taken = desk.read(desk.filled(made, lambda of: (YES, NO, REFUSED)))
    assert desk.listed().loc[0, "called_back":"satisfied"].tolist() == ["yes", "no", "refused"]
    assert taken.problems == 30


@pytest.mark.parametrize(
    "words", one_in(2, [("已回访", "已办结", "满意"), (" 是", "是　", "是"), ("１", "yes", "ＹＥＳ"), ("√", "有", "1")])
)
def test_answers_in_other_words_blanks_and_full_width(desk, made, words):
    assert desk.read(desk.filled(made, lambda of: words)).problems == 0
    assert (desk.listed()[["called_back", "closed", "satisfied"]] == "yes").all(axis=None)


def test_a_file_read_twice_changes_nothing(desk, book):
    desk.read(book)
    before = desk.bytes()
    again = desk.read(book)
    assert (again.new, again.total) == (0, 30)
    assert desk.bytes() == before


def test_weeks_and_checkers_add_up_to_the_month(desk):
    one, two = (desk.draw(week=week, per_unit=1) for week in (1, 2))
    taken = desk.read(desk.filled(one))
    assert taken.said == (
        "2024-09 第2周 还没有读回：" + "、".join(f"{unit} 1 件" for unit in desk.m.units["unit"]) + "。",
    )
    assert desk.read(desk.filled(two, lambda of: NO)).said == ()
    listed = desk.listed()
    assert listed["draw"].value_counts().to_dict() == {one.draw.number: 15, two.draw.number: 15}
    assert (listed["closed"] == "no").sum() == 15


def test_checkers_share_the_units_and_hand_in_one_by_one(desk, made):
    filled = desk.filled(made)
    answers = sheets_of(filled)
    books = desk.books(made.draw, "甲", "乙", "丙")
    sheets = [set(sheets_of(book)) - {"说明"} for book in books]
    assert sorted(map(len, sheets)) == [5, 5, 5]
    assert set.union(*sheets) == set(desk.m.units["unit"])
    for book in books:
        edit(book, lambda sheets: sheets.update({name: answers[name] for name in sheets}))
    assert desk.read(books[0]).total == 10
    assert take.read(books[1:], desk.paths)[0].total == 30


def test_a_list_that_was_there_stays(desk, made, book):
    there = "ticket_id,unit,drawn,called_back,closed,satisfied\nJT2101002024090112345678,沈阳,random,no,no,no\n"
    write_whole(desk.paths.spot_checks(MONTH), there)
    taken = desk.read(book)
    assert (taken.total, taken.problems) == (31, 1)
    assert (desk.paths.root / taken.before).name.startswith(MONTH)
    kept = desk.paths.data / taken.before.removeprefix("data/")
    assert kept.read_text(encoding="utf-8") == there


def test_other_answers_to_what_was_read_need_a_word(desk, made, book):
    desk.read(book)
    other = desk.filled(made, lambda of: NO)
    assert "等 30 件以前读入过，答案与这次的不同" in desk.refused(other)
    assert desk.read(other, replace=True).problems == 30  # what the message says cures it


PLACE = "抽检_2024-09-1.xlsx「沈阳」 第 4 行"


@pytest.mark.parametrize(
    ("column", "text", "said"),
    several(2, [
        (1, "JT2101002024090112345678", "「工单编号」：「JT2101002024090112345678」不在抽取的名单中。改动过的请改回"),
        (1, "", "「工单编号」：未填写。"),
        (2, "大连", "「分平台」：抽取时写的是「沈阳」，改动过。请改回「沈阳」"),
        (0, "候补1", "「顺序」：抽取时写的是「抽中」，改动过。请改回「抽中」"),
        (6, "2024-09-30 00:00", "「校验码」：这一行锁定的格子"),
        (ASKED, "", "「是否回访」：未填写。可填：是、否、未接通、拒绝"),
        (ASKED + 1, "也许", "「是否办结」：「（已隐去）」不能用。可填：是、否、未接通、拒绝"),
        (ASKED, AWAY, "「是否回访」：有的项未接通，有的项有回答，互相矛盾"),
    ]),
    ids=["not drawn", "no number", "another unit", "another place", "locked", "missing", "no answer", "contradiction"],
)  # fmt: skip
def test_a_wrong_cell_is_told_with_its_place_and_putting_it_right_cures_it(desk, book, column, text, said):
    good = sheets_of(book)["沈阳"][FIRST][column]
    message = desk.refused(edit(book, cell("沈阳", FIRST, column, text)))
    assert f"{PLACE}{said}" in message
    assert message.startswith("有 1 处问题，一件也没有读入：")
    assert message.endswith("改好后重新运行同一条命令。")
    edit(book, cell("沈阳", FIRST, column, good))
    assert desk.read(book).tickets == 30


def test_a_slip_in_an_answer_is_asked_back(desk, book):
    message = desk.refused(edit(book, cell("沈阳", FIRST, ASKED, "拒绝回达")))
    assert "「拒绝回达」不能用。是指「拒绝」吗？可填：" in message


def test_all_problems_are_told_at_once_the_same_of_a_column_in_a_line(desk, book):
    for row in (FIRST, FIRST + 1):
        edit(book, cell("沈阳", row, ASKED, ""))
    message = desk.refused(edit(book, cell("大连", FIRST, ASKED, AWAY)))
    assert "有 3 处问题" in message
    assert "「沈阳」 第 4、5 行「是否回访」：未填写" in message
    assert "「大连」 第 4 行「是否回访」：有的项未接通" in message


def test_rows_that_were_sorted_apart_from_their_numbers_are_told(desk, book):
    """Only the numbers change places: each answer would go to another ticket."""

    def swap(sheets):
        one, two = sheets["沈阳"][FIRST : FIRST + 2]
        one[1], two[1] = two[1], one[1]

    assert "第 4、5 行「校验码」：这一行锁定的格子" in desk.refused(edit(book, swap))


def test_swapped_sheets_are_told(desk, book):
    def swap(sheets):
        sheets["沈阳"], sheets["大连"] = sheets["大连"], sheets["沈阳"]

    message = desk.refused(edit(book, swap))
    assert "「沈阳」：里面是大连的工单，表名却是沈阳。请把表名改回大连" in message
    edit(book, swap)
    assert desk.read(book).tickets == 30


def test_a_row_of_another_unit_is_told(desk, book):
    message = desk.refused(edit(book, lambda sheets: sheets["沈阳"].append(sheets["大连"].pop(FIRST))))
    assert "里面是大连的工单，表名却是沈阳" in message


def test_a_row_that_is_gone_is_told_and_one_that_was_never_drawn_too(desk, book):
    lost = sheets_of(book)["沈阳"][FIRST][1]
    assert f"「沈阳」：缺少沈阳的 {lost}。" in desk.refused(edit(book, lambda sheets: sheets["沈阳"].pop(FIRST)))


def test_a_unit_that_is_not_there_is_still_to_come(desk, book):
    taken = desk.read(edit(book, lambda sheets: sheets.pop("沈阳")))
    assert taken.said == ("2024-09 还没有读回：沈阳 2 件。",)
    assert taken.total == 28


def test_a_unit_in_two_files_is_whole_when_both_are_named(desk, book):
    rest = shutil.copy(book, book.with_name("抽检_其余.xlsx"))

    def only_the_second(sheets):
        rows = sheets["沈阳"]
        sheets.clear()
        sheets["沈阳"] = [*rows[:FIRST], rows[FIRST + 1]]

    edit(rest, only_the_second)
    edit(book, lambda sheets: sheets["沈阳"].pop(FIRST + 1))
    message = desk.refused(book)
    assert "请在一条命令里写上全部文件" in message
    assert take.read([book, rest], desk.paths)[0].tickets == 30


def test_the_same_file_twice_in_a_command_is_told(desk, book):
    message = desk.refused(book, book)
    assert "在 抽检_2024-09-1.xlsx「省交投」 第 4 行 已经有了" in message


def test_a_head_that_was_changed_is_told(desk, book):
    assert "第 3 行「是否满意」：表头中没有这一列" in desk.refused(edit(book, cell("沈阳", 2, ASKED + 2, "满意吗")))


def test_a_reserve_takes_the_place_of_one_not_reached(desk, made):
    drawn = [each for each in made.draw.tickets if each.unit == "沈阳"]
    book = desk.filled(made, lambda of: AWAY if of.ticket_id == drawn[0].ticket_id else YES)
    edit(book, lambda sheets: sheets["沈阳"][FIRST + 2].__setitem__(slice(ASKED, ASKED + 3), [NO] * 3))
    taken = desk.read(book)
    assert (taken.tickets, taken.problems) == (31, 1)
    assert desk.listed().set_index("ticket_id").loc[drawn[0].ticket_id, "closed"] == "not reached"


def test_a_reserve_that_nobody_needed_is_refused(desk, book):
    fill = lambda word: lambda sheets: sheets["沈阳"][FIRST + 2].__setitem__(slice(ASKED, ASKED + 3), [word] * 3)
    assert "第 6 行「是否回访」：抽中的都有答复，用不到这件候补" in desk.refused(edit(book, fill(YES)))
    edit(book, fill(""))
    assert desk.read(book).tickets == 30


def test_reserves_are_called_in_their_order(desk):
    made = desk.draw(per_unit=4)
    book = desk.filled(made, lambda of: AWAY)
    fill = lambda row, word: lambda sheets: sheets["沈阳"][row].__setitem__(slice(ASKED, ASKED + 3), [word] * 3)
    message = desk.refused(edit(book, fill(FIRST + 5, YES)))
    assert "候补要按次序用：请先打候补1，或清空这一行的三项" in message
    edit(book, fill(FIRST + 4, YES))
    assert desk.read(book).tickets == 62


def test_nobody_reached_is_an_answer(desk, made):
    desk.read(desk.filled(made, lambda of: AWAY))
    assert set(desk.listed()["satisfied"]) == {"not reached"}


def test_workbooks_of_a_draw_that_was_taken_back_are_not_read(desk, book):
    undo(MONTH, None, desk.paths)
    desk.draw(per_unit=1, seed=9)
    assert "抽取已撤回的不要再读" in desk.refused(book)


def test_what_is_no_workbook_of_ours_is_told(desk, made, tmp_path):
    (tmp_path / "抽检.xlsx").write_bytes(b"PK\x03\x04broken")
    assert "抽检.xlsx" in desk.refused(tmp_path / "抽检.xlsx")
    (tmp_path / "抽检.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    assert "没有抽检的工单。请给出 hotline sample draw 写出" in desk.refused(tmp_path / "抽检.csv")


def test_without_a_draw_there_is_nothing_to_read(desk, tmp_path):
    with pytest.raises(HotlineError, match=r"还没有抽取过.*hotline sample draw"):
        take.read([tmp_path / "抽检.xlsx"], desk.paths)


def test_test_calls_are_recorded_and_added_up(desk):
    made = desk.draw(per_unit=1, rings=2)
    bad = next(each.ticket_id for each in made.draw.tickets if each.unit == "沈阳" and each.when)
    taken = desk.read(desk.filled(made, lambda of: (NO, AWAY) if of.ticket_id == bad else YES))
    assert (taken.tickets, taken.calls) == (15, 30)
    calls = pd.read_csv(desk.paths.test_calls(MONTH))
    assert calls.set_index("call_id").loc[bad].tolist() == ["沈阳", "no", "not reached"]
    assert (calls["answered"] == "yes").sum() == 29
    assert taken.said == (
        "params/months/2024-09.yaml 的 test_calls 与拨测记录（not_answered: [沈阳]，slow: []）不同，"
        "月报照 params/ 的印。以记录为准的，把那里的两项改成 ~。",
    )


def test_a_test_call_that_was_answered_was_seen(desk):
    made = desk.draw(per_unit=1, rings=1)
    assert "及时接听了，却未接通，互相矛盾" in desk.refused(
        desk.filled(made, lambda of: (YES, AWAY) if of.when else YES)
    )
    assert "「BC-" not in desk.refused(desk.filled(made, lambda of: None if of.when else YES))
    assert desk.read(desk.filled(made, lambda of: (NO, NO) if of.when else YES)).calls == 15


def test_the_code_of_a_row_is_no_number_whatever_is_in_it():
    assert all(code([str(n)]).startswith("K") for n in range(200))


def test_what_was_typed_of_test_calls_is_held_to_what_was_recorded(desk):
    params, kind = desk.m.params, type(desk.m.params.month.test_calls)
    rows = [
        (f"BC-{n}", unit, "no" if unit in ("沈阳", "大连") else "yes", "yes")
        for n, unit in enumerate(params.unit_names)
    ]
    calls = pd.DataFrame(rows, columns=["call_id", "unit", "answered", "passed_on"])

    def said(**typed) -> list[str]:
        month = params.month.model_copy(update={"test_calls": kind(**typed)})
        return take._rung(calls, params.model_copy(update={"month": month}))

    assert said(not_answered=("大连市", "沈阳"), slow=()) == []  # in another order, by another name
    assert said(not_answered=None, slow=None) == []
    assert "把那里的两项改成 ~" in said(not_answered=("大连",), slow=None)[0]
    assert "把那里的整个 test_calls 删去" in said(done=False)[0]


def test_test_calls_that_are_replaced_are_kept_too(desk):
    made = desk.draw(per_unit=1, rings=1)
    desk.read(desk.filled(made))
    there = desk.paths.test_calls(MONTH).read_bytes()
    taken = desk.read(desk.filled(made, lambda of: (NO, AWAY) if of.when else YES), replace=True)
    assert taken.before.startswith("data/spot_checks/previous/2024-09_calls.")
    assert (desk.paths.data / taken.before.removeprefix("data/")).read_bytes() == there
    assert desk.paths.test_calls(MONTH).read_bytes() != there


def test_a_reserve_that_was_not_needed_after_all_is_taken_out(desk, made):
    """Its answers would stand beside the one whose place it took, and count twice."""
    drawn = [each for each in made.draw.tickets if each.unit == "沈阳"]
    answers = lambda word: lambda of: word if of.ticket_id == drawn[0].ticket_id else YES
    book = desk.filled(made, answers(AWAY))
    desk.read(edit(book, lambda sheets: sheets["沈阳"][FIRST + 2].__setitem__(slice(ASKED, ASKED + 3), [NO] * 3)))
    book.unlink()
    book = desk.filled(made, answers(YES))
    assert "等 2 件" not in desk.refused(book)
    taken = desk.read(book, replace=True)
    assert (taken.total, taken.problems) == (30, 0)
    assert drawn[2].ticket_id not in set(desk.listed()["ticket_id"])


def test_a_workbook_that_another_program_saved_is_the_same(desk, made):
    """Times as dates, ids in small letters, blanks behind, rows put in between and sorted, a sheet and a column more."""
    (book,) = desk.books(made.draw)
    opened = openpyxl.load_workbook(book)
    for sheet in opened.worksheets[1:]:
        for row in sheet.iter_rows(min_row=4):
            for cell in row[8:11]:
                cell.value = None if row[0].value.startswith("候补") else 1
            for cell in row[6:8]:
                cell.value = pd.Timestamp(cell.value).to_pydatetime()
            row[1].value = row[1].value.lower()
            row[2].value += " "
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
        sheet.delete_rows(4, len(rows))
        sheet.insert_rows(2)
        for row in reversed(rows):
            sheet.append([*row, "打了两次"])
        sheet.cell(4, len(rows[0]) + 1, "备注")
    opened.create_sheet("统计").append(["单位", "件数"])
    opened.save(book)
    taken = desk.read(book)
    assert (taken.tickets, taken.problems, taken.said) == (30, 0, ())


def test_a_workbook_of_before_is_read_too(desk, made, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(workbook, "code", lambda cells, number: code(cells))
        book = desk.filled(made)
    assert desk.read(book).tickets == 30


def test_two_draws_of_a_time_are_told_apart_by_their_numbers(desk, made):
    desk.draw(per_unit=1, more=True)
    desk.read(edit(desk.filled(made), lambda sheets: sheets.pop("沈阳")))
    said = take.left(MONTH, ledger.read_ledger(desk.paths), ledger.read_back(MONTH, desk.paths))
    assert [line.partition(" 还没有")[0] for line in said] == [
        "2024-09（抽取号 2024-09-1）",
        "2024-09（抽取号 2024-09-2）",
    ]


def test_a_unit_that_was_renamed_since_has_its_sheet_and_its_answers(desk, made):
    renamed = pd.DataFrame(desk.m.units).replace({"unit": {"沈阳": "沈阳中心"}})
    desk.m.__dict__["units"] = renamed
    book = desk.filled(made)
    assert "沈阳" in sheets_of(book)
    desk.read(book)
    params = desk.m.params
    units = [unit for unit in params.units if unit.name != "沈阳"]
    rows = [{"ticket_id": "JT1", "unit": "沈阳"}]
    found, _ = take._together(None, rows, ["ticket_id", "unit"], params.model_copy(update={"units": units}), False)
    assert found["unit"].tolist() == ["沈阳"]
