"""What a checker gets: answers to choose from, all else locked, on paper too; nobody named, nothing that runs."""

import re

import openpyxl
import pytest
from checkers import HEADS, sheets_of

from hotline_lib.sampling import draw as drawing
from hotline_lib.sampling import workbook


@pytest.fixture
def book(desk):
    (file,) = desk.books(desk.draw(per_unit=2, rings=1).draw)
    return openpyxl.load_workbook(file)


def test_there_is_a_sheet_a_unit_and_one_for_test_calls(desk, book):
    assert book.sheetnames == ["说明", *desk.m.units["unit"], "拨测"]


def test_only_answers_can_be_typed_and_they_are_chosen(book):
    for sheet in book.worksheets:
        assert sheet.protection.sheet
        open_ = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
        offered = {cell for rule in sheet.data_validations.dataValidation for rng in rule.sqref.ranges for cell in
                   (f"{openpyxl.utils.get_column_letter(c)}{r}" for r, c in [(r, c) for row in rng.rows for r, c in row])}  # fmt: skip
        assert open_ == offered
        assert bool(open_) == (sheet.title != "说明")
    rules = book["沈阳"].data_validations.dataValidation
    assert {rule.formula1 for rule in rules} == {'"是,否,未接通,拒绝"'}
    assert [book["沈阳"].cell(3, at).value for at in (9, 10, 11)] == list(HEADS)


def test_it_prints_on_a4_with_its_heads_on_every_page(book):
    for sheet in book.worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert book["沈阳"].print_title_rows == "$3:$3"


def test_the_month_its_kind_and_the_draw_stand_on_it(book):
    assert book["沈阳"]["A1"].value == "沈阳　2024年9月　模拟工单"
    assert book["说明"]["A2"].value == "抽取号 2024-09-1，种子 1，每个单位 2 件，拨测每个单位 1 次"


def test_nobody_is_named_and_no_column_is_a_telephone(desk, book):
    heads = {cell.value for sheet in book.worksheets[1:] for cell in sheet[3]}
    assert heads == {
        *workbook.locked(desk.m.params).values(),
        *HEADS,
        *workbook.RUNG.values(),
        "拨测号",
        "拨打时间",
        "校验码",
    }
    told = " ".join(str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    assert not re.search(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])", told)


def test_what_begins_like_a_formula_is_text(desk, reported, monkeypatch):
    made = desk.draw(per_unit=1)
    evil = reported.assign(issue='=HYPERLINK("http://x.invalid")', sub_issue="+1", domain="@SUM(1)")
    monkeypatch.setattr(drawing, "complaints", lambda m: evil)
    (file,) = desk.books(made.draw)
    for sheet in openpyxl.load_workbook(file).worksheets:
        assert all(cell.data_type in ("s", "n") and not cell.hyperlink for row in sheet.iter_rows() for cell in row)
    assert sheets_of(file)["沈阳"][3][4].startswith("=HYPERLINK")


def test_the_same_draw_gives_the_same_bytes(desk):
    made = desk.draw(per_unit=1)
    (file,) = desk.books(made.draw)
    before = file.read_bytes()
    desk.books(desk.draw(per_unit=1).draw)
    assert file.read_bytes() == before


def test_a_ticket_that_has_gone_has_its_row_and_can_be_read(desk, reported, monkeypatch):
    made = desk.draw(per_unit=1)
    gone = made.draw.tickets[0].ticket_id
    monkeypatch.setattr(drawing, "complaints", lambda m: reported[reported["ticket_id"] != gone])
    file = desk.filled(made)
    assert sheets_of(file)["省交投"][3][3:8] == [""] * 5
    assert desk.read(file).tickets == 15


def test_more_checkers_than_units_are_not_needed(desk):
    files = desk.books(desk.draw(per_unit=1).draw, *(f"核查员{n}" for n in range(1, 21)))
    assert len(files) == 15


def test_a_workbook_that_somebody_fills_in_is_left_alone(desk):
    made = desk.draw(per_unit=1)
    file = desk.filled(made)
    before = file.read_bytes()
    assert workbook.write(desk.m, made.draw) == {file: False}
    assert file.read_bytes() == before
    file.unlink()
    assert workbook.write(desk.m, made.draw) == {file: True}
