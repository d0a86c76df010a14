"""A ticket that a later export lacks goes only if that was asked for; what looks like an older export is told."""

import shutil
from dataclasses import replace

import pandas as pd
import pytest
from desk import Desk
from exports import LABELS, rows, table, write_csv

from hotline_lib.errors import UnknownValueError
from hotline_lib.intake.words import summary

OPEN = {"closed_at": "", "submitted_at": "", "called_back": "", "rating": ""}
DALIAN = {"unit": "大连"}
AUGUST = {"accepted_at": "2024-08-31 09:00:00"}


def export(desk: Desk, name: str, of: list[dict[str, str]]):
    return write_csv(desk.folder / name, table(of))


@pytest.fixture(scope="module")
def taken_once(project, tmp_path_factory):
    """A folder with data/ and output/ into which six tickets came, and these."""
    folder, of = tmp_path_factory.mktemp("once"), rows({}, {}, {}, AUGUST, DALIAN, DALIAN)
    desk = Desk(replace(project, data=folder / "data", output=folder / "output"), folder)
    desk.take(export(desk, "first.csv", of))
    return folder, of


@pytest.fixture
def three(desk, taken_once):
    """Three tickets of 沈阳 in September and one in August, two of 大连."""
    folder, of = taken_once
    for name in ("data", "output"):
        shutil.copytree(folder / name, desk.folder.parent / name)
    return of


def test_a_ticket_that_the_export_lacks_stays_and_is_told(desk, three):
    before = desk.bytes()
    done = desk.take(export(desk, "a.csv", [three[0], three[1]]))
    assert desk.bytes() == before and not done.voided
    (note,) = done.notes
    assert "1 件沈阳 2024-09 的工单不在这次的导出里" in note
    unit = note.split("--replace-unit ")[1]
    assert desk.take(desk.folder / "a.csv", replace_units=unit.split(",")).voided == {"沈阳": 1}


@pytest.mark.parametrize("kept", [[], [0], [4, 5], [0, 1, 2, 4, 5]], ids=["none", "too few", "other unit", "all"])
def test_nothing_is_told_of_a_unit_that_the_export_does_not_cover_or_covers_wholly(desk, three, kept):
    extra = {**three[0], "ticket_id": "JT2101002024090200000001"}
    assert not desk.take(export(desk, "a.csv", [*(three[n] for n in kept), extra])).notes


def test_a_units_month_is_replaced_as_a_whole(desk, three):
    done = desk.take(export(desk, "a.csv", [three[0], {**three[1], "rating": "1"}]), replace_units=["沈阳市"])
    assert done.voided == {"沈阳": 1} and done.rows == {"a.csv": {"header": 1, "unchanged": 1, "updated": 1}}
    assert desk.tickets()["ticket_id"].tolist() == [three[n]["ticket_id"] for n in (0, 1, 4, 5)]
    assert len(desk.tickets("2024-08")) == 1
    assert "撤销 1 件（沈阳 1）" in summary(done, "output/intake")


def test_the_list_of_voided_tickets_has_ticket_columns_only_and_brings_them_back(desk, three):
    before = desk.tickets()
    done = desk.take(export(desk, "a.csv", three[:2]), replace_units=["沈阳"])
    removed = pd.read_csv(done.folder / "removed.csv", encoding="utf-8-sig", dtype=str)
    assert removed.columns.tolist() == list(LABELS.values())
    assert removed["工单编号"].tolist() == [three[2]["ticket_id"]]
    assert list(desk.take(done.folder / "removed.csv").rows.values()) == [{"header": 1, "new": 1}]
    pd.testing.assert_frame_equal(desk.tickets(), before)


def test_all_replaces_every_unit_and_asks_nothing_of_units_without_tickets(desk, three):
    done = desk.take(export(desk, "a.csv", [*three[:2], three[4]]), replace_units=["all"], confirmed=True)
    assert done.voided == {"沈阳": 1, "大连": 1}


def test_a_forgotten_file_does_not_empty_a_unit(desk, three):
    file = export(desk, "a.csv", three[:3])
    for units in (["沈阳", "大连"], ["all"]):
        assert "没有大连 2024-09 的工单" in desk.refused(file, replace_units=units, confirmed=True)
    assert "没有鞍山" in desk.refused(file, replace_units=["鞍山"])
    earlier = export(desk, "b.csv", [three[3]])
    assert "没有沈阳 2024-09 的工单" in desk.refused(earlier, replace_units=["沈阳"], confirmed=True)


@pytest.mark.parametrize("broken", [{"rating": "6"}, {"unit": "北方"}], ids=["of the unit", "of an unknown unit"])
def test_a_refused_row_does_not_become_a_voided_ticket(desk, three, broken):
    file = export(desk, "a.csv", [three[0], three[1], {**three[2], **broken}])
    assert "1 行拒收" in desk.refused(file, replace_units=["沈阳"], accept_good=True)
    elsewhere = export(desk, "b.csv", [*three[:2], {**three[4], "rating": "6"}])
    assert desk.take(elsewhere, replace_units=["沈阳"], accept_good=True).voided == {"沈阳": 1}


def test_many_voided_tickets_must_be_confirmed(desk):
    of = rows(*[{}] * 41)
    desk.take(export(desk, "first.csv", of))
    half = export(desk, "half.csv", of[:20])
    message = desk.refused(half, replace_units=["沈阳"])
    assert "库里有 41 件，其中 21 件不在这次的文件里" in message and "--yes" in message
    assert desk.take(export(desk, "most.csv", of[:37]), replace_units=["沈阳"]).voided == {"沈阳": 4}
    assert desk.take(half, replace_units=["沈阳"], confirmed=True).voided == {"沈阳": 17}
    assert len(desk.tickets()) == 20


def test_a_unit_that_nobody_knows_is_named_before_a_file_is_read(desk):
    with pytest.raises(UnknownValueError, match="是指「沈阳」吗"):
        desk.take(desk.folder / "none.csv", replace_units=["沈阴"])


def test_the_command_of_a_refusal_keeps_the_units(desk, three):
    file = export(desk, "a.csv", [{**three[0], "rating": "6"}])
    assert "--replace-unit 沈阳,大连" in desk.refused(file, replace_units=["沈阳", "大连"])


def test_an_older_export_that_comes_later_is_told(desk):
    new, old = rows({}, {}, {}), rows(OPEN, OPEN, {})
    desk.take(export(desk, "1008.csv", new))
    (note,) = desk.take(export(desk, "0930.csv", old)).notes
    assert "0930.csv 更新了 2 件，其中 2 件" in note and "办结时间 2 件" in note and "--undo --month 2024-09" in note


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"rating": "2"}, {"rating": "5"}),
        ({}, {"submitted_at": "2024-09-02 08:30:00"}),
        ({"bad_rating_fixed": "是"}, {"bad_rating_fixed": "否"}),
    ],
    ids=["another rating", "an earlier time", "a yes taken back"],
)
def test_what_a_later_export_has_no_reason_to_do_is_told(desk, before, after):
    desk.take(export(desk, "a.csv", rows(before, before)))
    assert len(desk.take(export(desk, "b.csv", rows(after, after))).notes) == 1


def test_what_a_later_export_does_is_not_told(desk):
    desk.take(export(desk, "a.csv", rows(OPEN, OPEN, OPEN, OPEN, OPEN, {})))
    later = {"due_at": "2024-09-05 08:00:00", "sub_issue": "", "issue": ""}
    done = desk.take(export(desk, "b.csv", rows({}, later, {}, {}, {}, OPEN)))  # one was opened again
    assert done.rows == {"b.csv": {"header": 1, "updated": 6}} and not done.notes


def test_of_two_files_in_one_command_the_older_one_is_named(desk):
    new, old = export(desk, "new.csv", rows({}, {})), export(desk, "old.csv", rows(OPEN, OPEN))
    (note,) = desk.take(new, old).notes
    assert note.startswith("第 2 个文件.csv 更新了 2 件")
    assert not Desk(desk.paths, desk.folder).take(old, new).notes


def test_files_that_undo_each_other_change_nothing_and_leave_nothing_to_take_back(desk):
    new, old = export(desk, "2.csv", rows({}, {})), export(desk, "1.csv", rows(OPEN, OPEN))
    desk.take(new)
    before = desk.bytes()
    done = desk.take(old, new)
    assert done.count("updated") == 4 and not done.stored and not done.notes
    assert desk.bytes() == before
