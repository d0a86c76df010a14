"""Files that analysts write beside the tickets: the same letters, line ends and words as for an export.

All tickets are invented.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from exports import write_csv, write_xlsx
from personal import PERSONAL, named

from hotline_lib.bulletin._outline import text
from hotline_lib.errors import HotlineError, ParamsError
from hotline_lib.intake.spot_checks import COLUMNS as SPOT_CHECK_COLUMNS
from hotline_lib.month import read_spot_checks
from hotline_lib.params import load_params
from hotline_lib.paths import Paths
from hotline_lib.readiness import check, told

MONTH = "2024-09"
_NEVER = r"程序出错|Traceback|Error\b|codec|Unicode|磁盘已满|None\b"
_HEADS = ["工单编号", "分平台", "抽取方式", "是否回访", "是否办结", "是否满意"]
DRAWN = [
    ["JT2101002024090100000001", "沈阳", "random", "yes", "yes", "yes"],
    ["JT2102002024090100000002", "大连", "lead", "no", "yes", "not reached"],
    ["JT2103002024090100000003", "鞍山", "random", "yes", "no", "refused"],
]
_IN_CHINESE = {
    "yes": "是",
    "no": "否",
    "random": "随机",
    "lead": "线索",
    "not reached": "未联系上",
    "refused": "拒绝回答",
}
CELLS = [list(SPOT_CHECK_COLUMNS), *DRAWN]


@pytest.fixture
def beside(own_params: Paths, tmp_path: Path) -> Paths:
    """The project with data/ and params/ of its own."""
    (tmp_path / "data" / "spot_checks").mkdir(parents=True)
    return replace(own_params, data=tmp_path / "data")


def drawn(paths: Paths) -> list[list[str]]:
    frame = read_spot_checks(MONTH, load_params(MONTH, paths.params), paths)
    return frame[list(SPOT_CHECK_COLUMNS)].values.tolist()


def refused(paths: Paths) -> str:
    """What is said of spot checks that cannot be read; a check of the month says the same and goes on."""
    with pytest.raises(HotlineError) as caught:
        drawn(paths)
    message = str(caught.value)
    found = check(MONTH, paths)
    assert any(message.splitlines()[0] in each for each in found.stops), found.stops
    assert not re.search(_NEVER, message + told(found)), message
    assert "spot_checks" in message and re.search(r"[\u4e00-\u9fff]", message)
    return message


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_spot_checks_may_be_in_any_letters_that_excel_saves(beside, encoding):
    write_csv(beside.spot_checks(MONTH), CELLS, encoding=encoding)
    assert drawn(beside) == DRAWN


def test_spot_checks_may_come_as_a_workbook_with_chinese_heads_and_answers(beside):
    cells = [_HEADS, *([_IN_CHINESE.get(cell, cell) for cell in row] for row in DRAWN)]
    write_xlsx(beside.spot_checks(MONTH).with_suffix(".xlsx"), [["9月抽检"], *cells])
    assert drawn(beside) == DRAWN


def test_spot_checks_may_have_chinese_heads_in_a_csv_too(beside):
    cells = [_HEADS, *([_IN_CHINESE.get(cell, cell) for cell in row] for row in DRAWN)]
    write_csv(beside.spot_checks(MONTH), cells, encoding="gb18030")
    assert drawn(beside) == DRAWN


@pytest.mark.parametrize("spoil", [lambda row: row[:3], lambda row: [*row, "yes", "yes"]], ids=["short", "long"])
def test_a_ragged_row_of_spot_checks_is_told_with_its_place(beside, spoil):
    write_csv(beside.spot_checks(MONTH), [*CELLS[:2], spoil(CELLS[2]), CELLS[3]])
    assert "第 3 行" in refused(beside)
    write_csv(beside.spot_checks(MONTH), CELLS)
    assert drawn(beside) == DRAWN


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\xef\xbb\xbf", b"\x89PNG\r\n\x1a\n\0\0", b"\xff\xfe\xff"], ids=repr
)
def test_a_file_without_spot_checks_is_refused_in_words(beside, content):
    beside.spot_checks(MONTH).write_bytes(content)
    refused(beside)


@pytest.mark.parametrize("column", SPOT_CHECK_COLUMNS)
def test_nobody_in_a_file_of_spot_checks_is_named(beside, column):
    at = SPOT_CHECK_COLUMNS.index(column)
    for kind in PERSONAL.values():
        spoilt = [*CELLS[1][:at], kind.text, *CELLS[1][at + 1 :]]
        write_csv(beside.spot_checks(MONTH), [CELLS[0], spoilt, *CELLS[2:]])
        with pytest.raises(HotlineError) as caught:
            drawn(beside)
        assert not named(str(caught.value)), str(caught.value)
        assert "第 2 行" in str(caught.value) and "spot_checks" in str(caught.value)


def test_a_day_that_no_calendar_has_is_told_with_file_and_line(beside):
    file = beside.params / "months" / f"{MONTH}.yaml"
    content = file.read_text(encoding="utf-8")
    assert re.search(r"^issued: .*$", content, re.M)
    file.write_text(re.sub(r"^issued: .*$", "issued: 2024-11-31", content, flags=re.M), encoding="utf-8")
    line = 1 + next(n for n, each in enumerate(content.splitlines()) if each.startswith("issued:"))
    with pytest.raises(ParamsError) as caught:
        load_params(MONTH, beside.params)
    message = str(caught.value)
    assert f"params/months/{MONTH}.yaml" in message
    assert "2024-11-31" in message and ("issued" in message or f"第 {line} 行" in message)
    assert not re.search(_NEVER, message)
    assert any("2024-11-31" in each for each in check(MONTH, beside).stops)
    file.write_text(re.sub(r"^issued: .*$", "issued: 2024-11-30", content, flags=re.M), encoding="utf-8")
    assert load_params(MONTH, beside.params).month.issued


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
@pytest.mark.parametrize("name", ["opening", "cases", "plans"])
def test_the_month_s_texts_may_be_in_any_letters(beside, encoding, name):
    file = beside.params / "months" / MONTH / f"{name}.md"
    before = text(load_params(MONTH, beside.params), name)
    content = file.read_text(encoding="utf-8").replace("\n", "\r\n")
    file.write_bytes(content.encode(encoding))
    assert text(load_params(MONTH, beside.params), name) == before


@pytest.mark.parametrize("name", ["columns.yaml", "units.yaml", f"months/{MONTH}.yaml"])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_parameters_may_be_in_any_letters(beside, encoding, name):
    before = load_params(MONTH, beside.params)
    file = beside.params / name
    file.write_bytes(file.read_text(encoding="utf-8").replace("\n", "\r\n").encode(encoding))
    after = load_params(MONTH, beside.params)
    assert after.columns == before.columns and after.units == before.units and after.month == before.month


def test_a_key_of_values_that_means_nothing_is_refused_and_the_near_one_is_named(beside):
    file = beside.params / "columns.yaml"
    content = file.read_text(encoding="utf-8")
    file.write_text(content.replace("    5: [非常满意", "    blnak: [未评价]\n    5: [非常满意"), encoding="utf-8")
    with pytest.raises(ParamsError, match=r"(?s)columns\.yaml.*blnak.*blank"):
        load_params(MONTH, beside.params)
    file.write_text(content.replace("    5: [非常满意", "    7: [特别满意]\n    5: [非常满意"), encoding="utf-8")
    with pytest.raises(ParamsError, match=r"(?s)columns\.yaml.*7"):
        load_params(MONTH, beside.params)
    file.write_text(content.replace("    5: [非常满意", "    blank: [未评价]\n    5: [非常满意"), encoding="utf-8")
    assert load_params(MONTH, beside.params)
