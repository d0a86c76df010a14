"""hotline sample plan | draw | read, as typed."""

import pytest
from checkers import edit

from hotline_lib import cli
from hotline_lib.journal import write_whole
from hotline_lib.readiness import check
from hotline_lib.sampling import ledger
from hotline_lib.sampling.draw import Made


@pytest.fixture
def typed(desk, september, capsys):
    """What a command says, and its exit code."""
    folders = [f"--data={desk.paths.data}", f"--output={desk.paths.output}"]

    def run(*arguments: str) -> tuple[str, int]:
        with pytest.raises(SystemExit) as end:
            cli.main(["sample", *arguments, *folders])
        captured = capsys.readouterr()
        return captured.out + captured.err, end.value.code

    return run


def test_a_month_from_the_plan_to_the_list(typed, desk):
    said, code = typed("plan", "2024-09", "--calls", "45")
    assert code == 0
    assert "2024-09 抽检计划：45 件，15 个单位（办结投诉为 2024-09 的；上月没有随机抽检的答复）" in said
    assert "hotline sample draw 2024-09 --calls 45" in said

    said, code = typed("draw", "2024-09", "--calls", "45", "--checkers", "甲,乙")
    assert code == 0
    assert "抽取 2024-09：15 个单位 45 件" in said
    assert "output/sample/抽检_2024-09-1_乙.xlsx" in said
    said, code = typed("draw", "2024-09", "--calls", "45", "--checkers", "2")
    assert code == 0
    assert "以前抽过，名单不变" in said
    assert (desk.paths.output / "sample" / "抽检_2024-09-1_核查员2.xlsx").exists()

    book = str(desk.paths.output / "sample" / "抽检_2024-09-1_甲.xlsx")
    said, code = typed("read", book)
    assert code == 1
    assert "项都没有填写" in said
    folders = f"data/ 指 {desk.paths.data}，output/ 指 {desk.paths.output}\n"
    assert typed("draw", "2024-09", "--undo") == (f"撤回了 2024-09 的抽取；已经发出的工作簿请作废。\n{folders}", 0)


def test_last_months_problems_are_drawn_by_a_word(typed, desk):
    assert typed("draw", "2024-09", "--again")[1] == 1
    head = "ticket_id,unit,drawn,called_back,closed,satisfied"
    write_whole(desk.paths.spot_checks("2024-08"), f"{head}\nJT2101002024010112345678,沈阳,random,no,yes,yes\n")
    said, code = typed("draw", "2024-09", "--again")
    assert code == 0
    assert "抽取 2024-09（复查上月问题）：1 个单位 1 件，候补 0 件。" in said
    assert "同一季度不重复抽，只有复查例外" in said
    assert "工单数据中没有 1 件：JT2101002024010112345678" in said
    assert typed("draw", "2024-09", "--again", "--calls", "4")[1] == 2
    (made,) = ledger.read_ledger(desk.paths)
    desk.paths.output.joinpath("sample", "抽检_2024-09-1.xlsx").unlink()
    said, code = typed("read", str(desk.filled(Made(made, False), lambda of: "否")))
    assert code == 0
    assert "下月复查有问题的：hotline sample draw 2024-10 --again" in said


def test_what_was_asked_twice_otherwise_is_refused(typed):
    assert typed("draw", "2024-09", "--calls", "45", "--per-unit", "3")[1] == 2
    assert typed("draw", "2024-09", "--week", "5")[1] == 2
    assert typed("draw", "2024-09", "--floor", "3")[1] == 2  # it would be left aside
    assert typed("draw", "2024-09", "--by", "isue")[1] == 1
    said, code = typed("plan", "2024-09", "--calls", "8")
    assert code == 1
    assert "共需 30 件" in said
    assert typed("plan", "2024-09", "--calls", "8", "--floor", "0")[1] == 0  # what it says cures it


def test_a_check_names_what_is_still_to_come_and_knows_tickets_that_came_in_the_month_before(desk):
    made = desk.draw()
    assert any("20240831" in each.ticket_id for each in made.draw.tickets if not each.reserve)
    desk.read(edit(desk.filled(made), lambda sheets: sheets.pop("沈阳")))
    weak = check("2024-09", desk.paths).weakens
    assert "2024-09 还没有读回：沈阳 4 件。" in weak
    assert not [line for line in weak if "不在 2024-09 的工单中" in line]
