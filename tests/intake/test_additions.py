"""What an analyst adds to columns.yaml, or says on the command line, so that no workbook needs editing by hand."""

import shutil
from dataclasses import replace

import pytest
from exports import LABELS, rows, table, write_csv, write_xlsx

from hotline_lib.errors import HotlineError
from hotline_lib.intake.preview import preview
from hotline_lib.params import load_params

TIMES = {"accepted_at": "2024-09-01 08:00:00", "closed_at": "2024-09-02 08:00:00"}


@pytest.fixture
def adds(desk):
    """Appends lines to a copy of columns.yaml, as an analyst pastes them."""
    shutil.copytree(desk.paths.params, desk.folder / "params")
    desk.paths = replace(desk.paths, params=desk.folder / "params")

    def add(*lines: str):
        file = desk.paths.params / "columns.yaml"
        file.write_text(file.read_text(encoding="utf-8") + "\n".join(lines) + "\n", encoding="utf-8")

    return add


def named(**labels: str) -> dict[str, str]:
    return LABELS | labels


def without(column: str) -> dict[str, str]:
    return {name: label for name, label in LABELS.items() if name != column}


def test_one_heading_means_different_columns_in_the_files_of_two_units(desk, adds):
    adds(
        '- {name: accepted_at, aliases: ["时间一"], only: 沈阳}',
        '- {name: closed_at, aliases: ["时间一"], only: "*大连*"}',
    )
    one = write_csv(desk.folder / "沈阳9月.csv", table(rows({}), named(accepted_at="时间一")))
    other = table(rows({"unit": "大连", "ticket_id": "JT2102002024090100000001"}), named(closed_at="时间一"))
    desk.take(one, write_csv(desk.folder / "九月大连.csv", other))
    tickets = desk.tickets()
    for column, time in TIMES.items():
        assert (tickets[column].astype(str) == time).all()


def test_one_spelling_means_different_values_in_the_files_of_two_units(desk, adds):
    adds('- {name: rating, values: {5: ["1"], 1: ["5"]}, only: 大连}')
    ours = write_csv(desk.folder / "沈阳.csv", table(rows({"rating": "1"})))
    theirs = rows({"unit": "大连", "ticket_id": "JT2102002024090100000001", "rating": "1"})
    desk.take(ours, write_csv(desk.folder / "大连.csv", table(theirs)))
    assert dict(zip(desk.tickets()["unit"], desk.tickets()["rating"], strict=True)) == {"沈阳": 1, "大连": 5}


def test_a_value_may_mean_that_there_is_none_in_any_column_that_may_be_missing(desk, adds):
    adds(
        '- {name: rating, values: {blank: ["未评价", "0"]}}',
        '- {name: called_back, values: {blank: ["无需回访"]}}',
        '- {name: closed_at, values: {blank: ["未办结", "1900-01-00"]}}',
    )
    changes = [
        {"rating": "未评价"},
        {"rating": "0"},
        {"called_back": "无需回访"},
        {"closed_at": "未办结", "submitted_at": ""},
        {"closed_at": "1900-01-00", "submitted_at": ""},
    ]
    desk.take(write_csv(desk.folder / "a.csv", table(rows(*changes))))
    tickets = desk.tickets().sort_values("ticket_id")
    assert tickets["rating"].isna().tolist() == [True, True, False, False, False]
    assert tickets["called_back"].isna().tolist() == [False, False, True, False, False]
    assert tickets["closed_at"].isna().tolist() == [False, False, False, True, True]


def test_a_value_that_means_nothing_is_still_missing_where_something_must_stand(desk, adds):
    adds('- {name: unit, values: {blank: ["待定"]}}')
    assert "「分平台」：未填写" in desk.refused(write_csv(desk.folder / "a.csv", table(rows({"unit": "待定"}))))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('- {name: rating, values: {blnak: ["未评价"]}}', "blank"),
        ('- {name: unit, values: {沈羊: ["沈"]}}', "沈阳"),
        ('- {name: ratin, aliases: ["评分"]}', "label"),
        ('- {name: closed_at, values: {5: ["x"]}}', "blank"),
        ("- {name: rating, label: 评价, aliases: [分数]}", "两次"),
        ('- {name: rating, values: {5: ["好"], blank: ["好"]}}', "既是 5 又是 blank"),
        ('- {name: closed_at, aliases: ["时间"], only: 朝杨}', "朝阳"),
    ],
)
def test_an_addition_that_says_nothing_is_refused_with_what_it_may_say(desk, adds, line, says):
    adds(line)
    with pytest.raises(HotlineError, match=says):
        load_params("2024-09", desk.paths.params)


def test_the_unit_of_files_without_that_column_is_said_once_for_all(desk):
    ids = [{"ticket_id": f"JT210300202409010000000{n}"} for n in (1, 2)]
    file = write_csv(desk.folder / "a.csv", table(rows(*ids), without("unit")))
    assert "--unit" in desk.refused(file)
    desk.take(file, unit="鞍山市")
    assert set(desk.tickets()["unit"]) == {"鞍山"}


def test_a_column_of_units_is_never_overruled(desk):
    done = desk.take(write_csv(desk.folder / "a.csv", table(rows({}, {"unit": "大连"}))), unit="鞍山")
    assert set(desk.tickets()["unit"]) == {"沈阳", "大连"}
    assert any("没有用 --unit 鞍山" in note for note in done.notes)


def test_the_unit_that_is_said_does_not_overrule_the_name_of_a_sheet_nor_the_ids(desk):
    of_sheet = write_xlsx(desk.folder / "a.xlsx", table(rows({}), without("unit")), names=("沈阳",))
    assert "工作表的名称是「沈阳」" in desk.refused(of_sheet, unit="大连")
    of_ids = write_csv(desk.folder / "b.csv", table(rows({}, {}), without("unit")))
    assert "工单编号是沈阳的" in desk.refused(of_ids, unit="大连")
    desk.take(of_sheet, of_ids, unit="沈阳")
    assert set(desk.tickets()["unit"]) == {"沈阳"}


def test_sheets_that_were_not_asked_for_are_told(desk):
    book = write_xlsx(desk.folder / "a.xlsx", table(rows({})), table(rows({"rating": "1"})), names=("明细", "备份"))
    done = desk.take(book, sheets=("明细",))
    assert any("「备份」没有读取" in note for note in done.notes)


def test_files_of_another_month_say_so(desk):
    done = desk.take(write_csv(desk.folder / "a.csv", table(rows({}))), month="2024-10")
    assert any("是不是该写 --month 2024-09" in note for note in done.notes)


def test_a_heading_that_could_be_several_columns_is_offered_for_its_unit_only(desk):
    message = desk.refused(write_csv(desk.folder / "沈阳.csv", table(rows({}), named(accepted_at="时间"))))
    assert '- {name: accepted_at, aliases: ["时间"], only: 沈阳}' in message


def test_a_sheet_that_no_file_has_is_told_with_those_there_are(desk):
    book = write_xlsx(desk.folder / "a.xlsx", table(rows({})), [["说明"]], names=("明细", "说明"))
    message = desk.refused(book, sheets=("工单",))
    assert "没有 --sheet 所写的工作表" in message and "明细、说明" in message
    desk.take(book, sheets=("明细",))
    assert len(desk.tickets()) == 1


def test_a_preview_shows_what_is_taken_for_what_and_writes_nothing(desk):
    cells = table(rows({}, {"rating": "好"}), named(closed_at="办结时刻"))
    cells = [[*row, "慕容虚构" if n else "诉求人"] for n, row in enumerate(cells)]  # invented
    lines = preview([write_csv(desk.folder / "a.csv", cells)], "2024-09", desk.paths)
    text = "\n".join(lines)
    assert '- {name: closed_at, aliases: ["办结时刻"]}' in text
    assert "没有读取 K 列「办结时刻」（最接近「办结时间」）" in text and "慕容" not in text
    assert not list(desk.paths.output.rglob("*")) and not desk.bytes()


def test_what_a_preview_proposes_can_be_pasted_and_then_there_is_nothing_to_propose(desk, adds):
    cells = table(rows({}, {"rating": "5.非常满意"}, {"unit": "沈阳市交通运输局"}), named(issue="办理事项名称"))
    file = write_csv(desk.folder / "a.csv", cells)
    for _ in range(2):  # values are looked at once the headings are known
        lines = preview([file], "2024-09", desk.paths)
        adds(*(line for line in lines if line.startswith("- {")))
    assert preview([file], "2024-09", desk.paths)[-1] == "现在导入没有问题。"
    desk.take(file)
    assert desk.tickets()["rating"].tolist() == [5, 5, 5]
