"""What two runs print differently, and why: every input that changed and that a figure depends on, and no other."""

from dataclasses import replace

import pytest

from hotline_lib.batch.differences import _apart, differences
from hotline_lib.batch.inputs import looked_at
from hotline_lib.batch.printed import Grid, Printed, forget, inputs_of, keep, read
from hotline_lib.params import load_params

UNITS = Grid(
    "附件3", ("rank", "unit", "total"), ("名次", "单位", "合计"), (1,), (("1", "沈阳", "12"), ("2", "大连", "3"))
)
SCORES = Grid(
    "附件1",
    ("rank", "unit", "score", "offline_minutes"),
    ("名次", "单位", "总分", "断网时长"),
    (1,),
    (("1", "沈阳", "98.00", "0"),),
)
INPUTS = {
    "tickets 2024-09 data/tickets/2024-09.parquet": "aa",
    "tickets 2023-09 data/tickets/2023-09.parquet": "bb",
    "scoring - params/scoring.yaml 2024-09 rules complaint_24h_rate deduct": "#cc",
    "month 2024-09 params/months/2024-09.yaml offline_minutes 沈阳": "0",
    "wording - params/wording/units.j2": "#dd",
    "text 2024-09 params/months/2024-09/cases.md": "#ee",
    "program - hotline_lib": "ff",
}
CASES = "六、典型案例及先进做法"
BEFORE = Printed(
    "2024-09", INPUTS, {"units": UNITS, "indicators": SCORES}, {"一、总体情况": ("沈阳12件。",), CASES: ("一例。",)}
)


def changed(inputs, **others):
    """BEFORE with other values of the inputs whose names have these words."""
    values = {key: next((v for k, v in inputs.items() if k in key), was) for key, was in INPUTS.items()}
    return replace(BEFORE, inputs=values, **others)


def with_rows(grid, *rows):
    return replace(grid, rows=rows)


def test_nothing_changed():
    assert not differences(BEFORE, BEFORE)
    assert differences(BEFORE, BEFORE).told == "印出的数字和文字都没有变化"


def test_a_figure_that_changed_with_the_tickets():
    units = with_rows(UNITS, ("1", "沈阳", "13"), ("2", "大连", "3"))
    found = differences(BEFORE, changed({"2024-09.parquet": "zz"}, tables={"units": units, "indicators": SCORES}))
    (one,) = found.figures
    assert (one.table, one.row, one.column, one.was, one.now) == ("附件3", "沈阳", "合计", "12", "13")
    assert one.why == ("工单　data/tickets/2024-09.parquet",)


def test_of_several_inputs_those_that_a_table_depends_on_are_named_and_no_other():
    units = with_rows(UNITS, ("1", "沈阳", "13"), ("2", "大连", "3"))
    scores = with_rows(SCORES, ("1", "沈阳", "97.00", "5"))
    tables = {"units": units, "indicators": scores}
    now = changed({"tickets": "zz", "scoring": "#zz", "offline": "5", "wording": "#zz"}, tables=tables)
    why = {each.column: each.why for each in differences(BEFORE, now).figures}
    base, of_month = "工单　data/tickets/2023-09.parquet", "工单　data/tickets/2024-09.parquet"
    minutes = "月份参数　params/months/2024-09.yaml offline_minutes 沈阳：0 → 5"
    assert set(why["合计"]) == {base, of_month}
    assert set(why["断网时长"]) == {of_month, minutes}
    assert set(why["总分"]) == {
        of_month,
        minutes,
        "评分规则　params/scoring.yaml 2024-09 rules complaint_24h_rate deduct",
    }


def test_a_wording_changes_words_and_no_figure():
    found = differences(BEFORE, changed({"wording": "#zz"}, words={**BEFORE.words, "一、总体情况": ("沈阳有12件。",)}))
    assert (found.figures, len(found.words)) == ((), 1)
    assert found.words[0].why == ("措辞　params/wording/units.j2",)
    assert (found.words[0].was, found.words[0].now) == ("沈阳12件。", "沈阳有12件。")


def test_a_cell_of_the_analysis_may_hold_a_sentence_and_so_come_from_a_wording():
    name, other = "analysis/needs_help", with_rows(SCORES, ("1", "沈阳", "别的话", "0"))
    before = replace(BEFORE, tables={**BEFORE.tables, name: SCORES})
    found = differences(before, changed({"wording": "#zz"}, tables={**BEFORE.tables, name: other}))
    assert [each.why for each in found.figures] == [("措辞　params/wording/units.j2",)]


def test_what_people_wrote_depends_on_their_file_alone():
    now = changed({"cases.md": "#zz", "2024-09.parquet": "zz"}, words={**BEFORE.words, CASES: ("两例。",)})
    (one,) = differences(BEFORE, now).words
    assert one.why == ("人写的文字　params/months/2024-09/cases.md",)


def test_an_input_that_changed_nothing_is_said_apart():
    found = differences(BEFORE, changed({"program": "zz"}))
    assert not found and found.unused == ["程序　hotline_lib"]


def test_a_change_that_no_input_explains_says_so():
    units = with_rows(UNITS, ("1", "沈阳", "13"), ("2", "大连", "3"))
    (one,) = differences(BEFORE, replace(BEFORE, tables={"units": units, "indicators": SCORES})).figures
    assert one.why == ("输入都没有变化，原因不明",)


def test_rows_and_tables_that_come_and_go():
    now = replace(BEFORE, tables={"units": with_rows(UNITS, ("1", "沈阳", "12"), ("2", "鞍山", "3")), "domains": UNITS})
    told = [(each.table, each.row, each.column, each.was, each.now) for each in differences(BEFORE, now).figures]
    assert told == [
        ("附件3", "鞍山", "整行", "—", "名次2，单位鞍山，合计3"),
        ("附件3", "大连", "整行", "名次2，单位大连，合计3", "—"),
        ("附件3", "整张表", "新有", "—", "2行"),
        ("附件1", "整张表", "不再有", "1行", "—"),
    ]


def test_rows_are_told_apart_by_as_many_names_as_it_takes():
    grid = Grid(
        "失分", ("unit", "指标", "points"), ("单位", "指标", "失分"), (0, 1), (("沈阳", "甲", "1"), ("沈阳", "乙", "2"))
    )
    now = replace(grid, rows=(("沈阳", "甲", "1"), ("沈阳", "乙", "3")))
    before = replace(BEFORE, tables={"own/x": grid})
    (one,) = differences(before, replace(BEFORE, tables={"own/x": now})).figures
    assert (one.row, one.was, one.now) == ("沈阳／乙", "2", "3")


def test_what_is_kept_is_read_again_and_the_same_is_kept_once(tmp_path):
    version = keep(tmp_path, BEFORE)
    assert read(tmp_path / "runs" / f"{version}.json.gz") == BEFORE
    assert keep(tmp_path, replace(BEFORE)) == version
    keep(tmp_path, changed({"program": "zz"}))
    forget(tmp_path, [version])
    assert [file.name for file in (tmp_path / "runs").iterdir()] == [f"{version}.json.gz"]
    (tmp_path / "runs" / f"{version}.json.gz").write_bytes(b"x")
    assert read(tmp_path / "runs" / f"{version}.json.gz") is None


@pytest.mark.parametrize(
    ("file", "old", "new", "input"),
    [
        (
            "months/2024-09.yaml",
            "offline_minutes:                # 断网时长，分钟（附件1）\n  省交投: 0",
            "offline_minutes:\n  省交投: 7",
            ("month 2024-09 params/months/2024-09.yaml offline_minutes 省交投", "0", "7"),
        ),
        (
            "scoring.yaml",
            "{at_least: {100: 0}, otherwise: 4}",
            "{at_least: {100: 0}, otherwise: 3}",
            ("scoring - params/scoring.yaml 2024-09（推断） rules complaint_24h_rate deduct", None, None),
        ),
        ("wording/units.j2", "，", "、", ("wording - params/wording/units.j2", None, None)),
        ("organisation.yaml", "mail:", "mail:\n  # 另一句", None),
    ],
    ids=["a value of the month", "a rule", "a wording", "a comment"],
)
def test_each_input_is_named_by_itself(own_params, file, old, new, input):
    months = looked_at("2024-09", load_params("2024-09", own_params.params))
    taken = lambda: inputs_of("2024-09", own_params, {}, months, {"top": 5})
    before, path = taken(), own_params.params / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    now = taken()
    other = [key for key in before | now if before.get(key) != now.get(key)]
    assert other == ([input[0]] if input else [])
    if input and input[1]:
        assert (before[input[0]], now[input[0]]) == input[1:]


def test_what_is_quoted_of_a_sentence_begins_and_ends_with_whole_numbers():
    said = "大连98.00分、在15个单位中并列第4位，4件中3件有问题；{}，4件未发现问题。有问题的工单请复核，共131,409件，其余见附表"
    was, now = _apart(said.format("营口列第15位"), said.format("朝阳列第14位"))
    assert was.startswith("…15个单位") and now.startswith("…15个单位")
    for at in range(1, 12):  # wherever the cut falls
        text = said.format("营口" + "甲" * at)
        quoted = _apart(text, said.format("朝阳" + "甲" * at))[0].strip("…")
        start = text.index(quoted)
        ends = text[max(0, start - 1) : start + 1], text[start + len(quoted) - 1 : start + len(quoted) + 1]
        assert not [each for each in ends if each.isdigit() and len(each) == 2]
