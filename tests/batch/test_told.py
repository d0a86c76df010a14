"""How a run ends at the terminal: what is there, what was made now, and what is not."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotline_lib import batch
from hotline_lib.batch import ReportResult, RunResult
from hotline_lib.batch.manifest import Tables
from hotline_lib.cli import app
from hotline_lib.errors import HotlineError

PAGE, INDEX = Path("output/2024-09/a.html"), Path("output/index.html")


def result(*statuses, month="2024-09", tables=None, **more):
    reports = tuple(ReportResult(f"0{at}_a", f"0{at}_a", status, PAGE) for at, status in enumerate(statuses))
    return RunResult(month, reports, tables or Tables(), Tables(), INDEX, **more)


@pytest.fixture
def told(monkeypatch):
    """What ``hotline run`` says of such results, a month each; an error in place of one is raised."""

    def run(*results):
        coming = iter(results)

        def stand_in(*_, **__):
            if isinstance(each := next(coming), Exception):
                raise each
            return each

        monkeypatch.setattr(batch, "run_month", stand_in)
        done = CliRunner().invoke(app, ["run", *(f"2024-0{at}" for at, _ in enumerate(results, 1))])
        return done.exit_code, done.output.splitlines()

    return run


def last(lines):
    return lines[-1].partition("，目录页")[0]


def test_one_report_made_beside_five_that_are_there(told):
    code, lines = told(result("made", available=6))
    assert (code, last(lines)) == (0, "2024-09：6 份报告可用（这次完成 1 份）")


def test_what_failed_is_not_counted_as_there(told):
    code, lines = told(result("made", "unchanged", "unchanged", "failed", available=3))
    assert (code, last(lines)) == (1, "2024-09：3 份报告可用（这次完成 1 份，没有变化 2 份，失败 1 份）")
    assert last(told(result("failed", available=0))[1]) == "2024-09：0 份报告可用（这次失败 1 份）"


def test_what_is_old_or_was_never_made_is_named(told):
    names = tuple(f"units/{at}/06_unit" for at in range(15))
    _, lines = told(result("made", available=16, old=names, unmade=("03_top_issues",)))
    assert [line for line in lines if "提示" in line] == [
        f"　提示　这次没有做、仍是以前做的，与现在的数据、参数或程序不符：{'、'.join(names[:6])}等 15 份。",
        "　提示　这次没有做、上次没有做成：03_top_issues。",
    ]


def test_several_months_end_in_one_sum(told):
    fine, torn = result("made", available=6), result("failed", "made", available=5, month="2024-02")
    code, lines = told(fine, torn, HotlineError("没有工单"))
    assert code == 1 and lines[-1] == "共 3 个月：1 个都做成了，2 个没有做成或不全：2024-02、2024-03"
    code, lines = told(fine, fine)
    assert code == 0 and lines[-1] == "共 2 个月：2 个都做成了"


def test_tables_that_were_not_written_make_a_month_incomplete(told):
    broken = result("made", available=6, tables=Tables(error="磁盘已满"))
    code, lines = told(broken, result("made", available=6))
    assert code == 1 and lines[-1] == "共 2 个月：1 个都做成了，1 个没有做成或不全：2024-01"
