"""Last month's problem tickets are looked at again: drawn apart, read back, and told on page 05."""

from __future__ import annotations

from dataclasses import replace

import pytest
from checkers import Desk, sheets_of
from support import MONTH, drawn

from hotline_lib import bulletin
from hotline_lib.beside import read_spot_checks
from hotline_lib.errors import HotlineError
from hotline_lib.journal import write_whole
from hotline_lib.metrics import spot_check_results
from hotline_lib.readiness import check
from hotline_lib.sampling import draw as drawing
from hotline_lib.sampling import ledger, take
from hotline_lib.sampling.draw import undo

BEFORE = "2024-08"
YES, NO, AWAY = "是", "否", "未接通"


@pytest.fixture
def august(desk) -> Desk:
    """A month before that was drawn and read: of each of 沈阳 and 大连 two tickets are bad."""
    last = Desk(desk.paths, replace(desk.m, month=BEFORE, previous=replace(desk.m.previous, month="2024-07")))
    last.made = last.draw(per_unit=2)
    last.book = last.filled(last.made, lambda of: (YES, NO, NO) if of.unit in ("沈阳", "大连") else YES)
    last.read(last.book)
    return last


def opened(desk):
    """The month as a notebook opens it."""
    checks = read_spot_checks(MONTH, desk.m.params, desk.paths)
    return replace(desk.m, spot_checks=checks)


def test_what_was_bad_is_drawn_again_though_the_quarter_has_had_it(desk, august):
    random = desk.draw(per_unit=1).draw
    made = desk.draw(again=True)
    bad = {each.ticket_id for each in august.made.draw.tickets if each.unit in ("沈阳", "大连") and not each.reserve}
    assert {each.ticket_id for each in made.draw.tickets} == bad
    assert not bad & {each.ticket_id for each in random.tickets}  # the lot still keeps away from them
    assert (made.draw.label, made.draw.drawn, made.gone) == ("2024-09（复查上月问题）", "lead", ())
    assert desk.draw(again=True).draw == made.draw


def test_a_random_draw_after_it_is_no_other_than_before_it(desk, august):
    ids = lambda made: [each.ticket_id for each in made.draw.tickets]
    first = ids(desk.draw(per_unit=1))
    undo(MONTH, None, desk.paths)
    desk.draw(again=True)
    assert ids(desk.draw(per_unit=1)) == first


def test_it_comes_back_apart_and_the_follow_up_tells_what_became_of_it(desk, august):
    one, two = (each.ticket_id for each in august.made.draw.tickets if each.unit == "沈阳" and not each.reserve)
    made, random = desk.draw(again=True), desk.draw(per_unit=1)
    assert "2024-09 还没有读回" in desk.read(desk.filled(random)).said[0].replace("（复查上月问题）", "")
    taken = desk.read(desk.filled(made, lambda of: {one: (YES, NO, YES), two: (YES, YES, YES)}.get(of.ticket_id, AWAY)))
    assert (taken.month, taken.tickets, taken.problems, taken.said) == (MONTH, 4, 1, ())
    listed = desk.listed().set_index("ticket_id")
    assert listed["drawn"].value_counts().to_dict() == {"random": 15, "lead": 4}
    assert listed.loc[one, "draw"] == made.draw.number
    assert spot_check_results(desk.listed(), desk.m.units)["problems"].sum() == 0  # in no rate

    rows = bulletin.follow_up(m := opened(desk)).frame.query("what == 'tickets'").set_index("unit")
    assert rows.loc["沈阳", ["before", "now", "outcome"]].tolist() == ["2件", "1件仍有问题，1件已整改", "again"]
    assert rows.loc["大连", ["before", "now", "outcome"]].tolist() == ["2件", "2件未核实", "open"]
    assert str(bulletin.checked_leads(m).sentence) == ""  # told once, not as leads too
    assert bulletin.follow_up(m, "沈阳").frame["what"].tolist()[:2] == ["sample", "tickets"]
    assert not [line for line in check(MONTH, desk.paths).weakens if "的工单中，例如" in line]


def test_the_draw_that_is_meant_is_taken_back(desk, august, reported, monkeypatch):
    """A message that says to take back leads has to mean these, whatever was drawn after them."""
    week = drawing.in_week(reported, 2)
    free = week[~week["ticket_id"].isin(each.ticket_id for each in august.made.draw.tickets)]
    listed = free[["ticket_id", "unit"]].head(2).assign(lead="x", why="y", rank=[1, 2])
    monkeypatch.setattr(type(desk.m), "leads", lambda m: listed)
    desk.draw(calls=2, leads=True)
    desk.draw(again=True)
    with pytest.raises(HotlineError, match=r"hotline sample draw 2024-09 --from-leads --undo"):
        desk.draw(week=2, per_unit=1)
    assert undo(MONTH, None, desk.paths, drawn="leads").label == "2024-09（按线索）"
    assert desk.draw(week=2, per_unit=1).new
    assert undo(MONTH, None, desk.paths, drawn="again").label == "2024-09（复查上月问题）"


def test_the_workbooks_of_both_months_are_told_apart(desk, august):
    book = desk.filled(desk.draw(again=True), lambda of: YES)
    assert desk.read(book).month == MONTH
    before = desk.bytes()
    assert take.read([august.book], desk.paths)[0].month == BEFORE  # the same tickets, and nothing new
    assert desk.bytes() == before
    both = take.read([august.book, book], desk.paths)
    assert [(each.month, each.new) for each in both] == [(BEFORE, 0), (MONTH, 0)]


def test_the_sheets_say_what_the_tickets_are_and_what_came_in_when(desk, august):
    (book,) = desk.books(desk.draw(again=True).draw)
    sheets = sheets_of(book)
    assert list(sheets) == ["说明", "沈阳", "大连"]
    assert sheets["沈阳"][0][0] == "沈阳　2024年9月（复查上月问题）　模拟工单"
    assert all(row[6].startswith("2024-") for row in sheets["沈阳"][3:])


def test_tickets_that_nobody_has_any_more_are_drawn_and_read_all_the_same(desk):
    head = "ticket_id,unit,drawn,called_back,closed,satisfied"
    write_whole(desk.paths.spot_checks(BEFORE), f"{head}\nJT2101002021010112345678,沈阳,random,no,yes,yes\n")
    made = desk.draw(again=True)
    assert made.gone == ("JT2101002021010112345678",)
    assert desk.read(desk.filled(made, lambda of: YES)).tickets == 1
    assert not [line for line in check(MONTH, desk.paths).weakens if "的工单中，例如" in line]


def test_what_was_read_later_is_drawn_beside_it(desk, august):
    desk.draw(again=True)
    with pytest.raises(HotlineError, match="没有要复查的：2024-08 的抽检没有发现问题，或有问题的本月都抽过了"):
        desk.draw(again=True, more=True)
    name = next(each.ticket_id for each in august.made.draw.tickets if each.unit == "锦州")
    august.read(august.filled(august.made, lambda of: NO if of.ticket_id == name else YES), replace=True)
    desk.m = replace(desk.m)  # opened anew
    later = desk.draw(again=True, more=True)
    assert [each.ticket_id for each in later.draw.tickets] == [name]
    assert len(ledger.standing(ledger.read_ledger(desk.paths))) == 3


def test_without_a_check_in_the_month_before_there_is_nothing_to_look_at_again(desk):
    with pytest.raises(HotlineError, match=r"没有 data/spot_checks/2024-08.csv.*请先读回上月的抽检"):
        desk.draw(again=True)
    for asked in ({"leads": True}, {"week": 1}, {"by": "issue"}):
        with pytest.raises(HotlineError, match="各抽各的：请分两次运行，并去掉"):
            desk.draw(again=True, **asked)
    assert not ledger.file(desk.paths).exists()


def test_answers_of_a_month_before_that_were_no_answers_are_no_problem(desk):
    rows = drawn(
        "ticket_id|unit|drawn|called_back|closed|satisfied\nJT2101002024080112345678|沈阳|random|yes|refused|yes"
    )
    write_whole(desk.paths.spot_checks(BEFORE), rows.to_csv(index=False))
    with pytest.raises(HotlineError, match="没有要复查的"):
        desk.draw(again=True)
