import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from urllib.parse import quote, unquote

import docx
import nbformat
import pytest
from support import one_in

from hotline_lib.batch import execute, forks, kernels, manifest, pages, run
from hotline_lib.errors import HotlineError
from hotline_lib.params.organisation import MailSettings
from hotline_lib.processes import MAIL_PASSWORD

PRINTING = """import sys, time, warnings
for number in range(3):
    print(number, {"a", "b", "c"})
    warnings.warn(str(number))
    time.sleep(0.3)
"""
PRINT_MONTH = "print('月份', month)"


@pytest.fixture
def instant(monkeypatch):
    """Notebooks that finish at once, without a kernel; one with 1/0 in it fails. Holds what was executed."""
    executed = []

    def stand_in(path, parameters, **_):
        executed.append(path.stem)
        book = nbformat.read(path, as_version=4)
        failed = any("1/0" in cell.source for cell in book.cells)
        return execute.Executed(book, execute.Failure("除数为零") if failed else None, 0.1)

    monkeypatch.setattr(execute, "execute", stand_in)
    monkeypatch.setattr(execute, "kernels", lambda environment: nullcontext())
    return executed


def test_what_fails_in_one_report_leaves_the_others(house, capfd):
    house.write("01_good", PRINT_MONTH, metadata={"kernelspec": {"name": "no-such-kernel"}})
    house.write("02_raises", "# 说明", "ok = 1", "raise ValueError('没有 <沈阳>')", "print('never')")
    house.write("03_dies", "import os; os._exit(3)")
    house.write("04_hangs", "import time; time.sleep(600)")
    (house.paths.notebooks / "05_torn.ipynb").write_text("{", encoding="utf-8")
    begun = time.monotonic()
    result = house.run(jobs=4, time_limit=12)

    assert time.monotonic() - begun < 300
    assert result.exit_code == 1 and result.warnings == ("提示一条",)
    assert list(house.statuses(result).values()) == ["made", "failed", "failed", "failed", "failed"]
    _, raises, dies, hangs, torn = result.reports
    assert "月份 2024-09" in house.page("01_good")
    assert raises.error == "第 4 个单元格：ValueError: 没有 <沈阳>"
    page = house.page("02_raises")
    assert "ValueError: 没有 &lt;沈阳&gt;" in page and "第4个单元格" in page and "previous/" not in page
    assert "内核意外退出" in dies.error and "第 2 个单元格" in dies.error
    assert "超过时限 12 秒" in hangs.error and "第 2 个单元格" in hangs.error
    assert "05_torn.ipynb" in torn.error
    assert house.index.count("失败</a>") == 4 and 'href="2024-09/01_good.html"' in house.index
    manifest = json.loads((house.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["reports"]["03_dies"]["error"] == dies.error
    assert capfd.readouterr() == ("", "")  # the library prints nothing, nor do kernels


def test_a_failure_knows_its_cell_and_where_in_it(house):
    path = house.write("02_raises", "ok = 1", "def f():\n    raise ValueError('x')\nf()")
    with execute.kernels({}) as started_by:
        executed = execute.execute(path, {"month": "2024-09"}, started_by=started_by, time_limit=60)
    failure = executed.failure
    assert (failure.message, failure.cell_number) == ("ValueError: x", 3)
    assert failure.cell_source.startswith("def f")
    assert "\x1b" not in failure.traceback and "ValueError: x" in failure.traceback
    assert executed.notebook.cells[2].execution_count == 3  # as far as it got


def test_kernels_find_the_project_and_nothing_of_the_analysts_own(house, tmp_path, monkeypatch):
    startup = tmp_path / "home" / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "mine.py").write_text("surprise = 1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "home" / ".ipython"))
    monkeypatch.setenv(MAIL_PASSWORD, "秘密")
    house.write(
        "01_where",
        "import os, sys; print(os.environ['HOTLINE_OUTPUT'], os.getcwd(), sys.executable, 'surprise' in globals())\n"
        f"print('秘密' in os.environ.values(), '{MAIL_PASSWORD}' in open('/proc/self/environ').read()"
        " if os.path.exists('/proc') else False)",
    )
    house.write("02_prints", "from IPython.display import HTML", "HTML('<p>好</p><iframe src=x></iframe>')")
    result = house.run()
    assert house.statuses(result) == {"01_where": "made", "02_prints": "failed"}
    assert "第 3 个单元格：它的输出不能放进网页" in result.failed[0].error and "<iframe" not in house.page("02_prints")
    expected = f"{house.paths.output} {house.paths.notebooks.resolve()} {sys.executable} False\nFalse False"
    assert expected in house.page("01_where")


def test_half_a_letter_in_one_notebook_stops_no_other(house):
    house.write("01_good", PRINT_MONTH)
    house.write("02_prints", "print('一半' + chr(0xD800))")
    house.write("03_raises", "raise ValueError('一半' + chr(0xD800))")
    (house.paths.notebooks / "04_odd.ipynb").write_text('{"cells": ' + "[" * 100_000, encoding="utf-8")
    result = house.run()
    assert house.statuses(result)["01_good"] == "made"
    assert [house.statuses(result)[name] for name in ("03_raises", "04_odd")] == ["failed", "failed"]
    assert house.page("02_prints") and house.page("03_raises") and house.page("04_odd") and house.index


def test_kernels_are_reached_by_encrypted_tcp_where_sockets_are_not_to_be_had(house, monkeypatch, capfd):
    monkeypatch.setattr(kernels, "_SOCKET_PATH_LIMIT", 0)
    house.write("01_good", PRINT_MONTH)
    assert house.run().exit_code == 0
    assert capfd.readouterr() == ("", "")


def test_two_runs_on_the_same_input_give_the_same_bytes(house):
    cell = {"cell_type": "code", "metadata": {}, "outputs": []}  # without an id, as before nbformat 4.5
    cells = [cell | {"source": "month: str = ''", "metadata": {"tags": ["parameters"]}}]
    house.write_cells("01_old", [*cells, cell | {"source": PRINTING}, cell | {"source": "month"}])
    made = []
    for _ in range(2):
        assert house.run(force=True).exit_code == 0
        texts = {p.suffix: p.read_text(encoding="utf-8") for p in house.folder.glob("01_old.*")}
        made.append({suffix: re.sub(r"\d\d:\d\d生成", "", text) for suffix, text in texts.items()})
    assert made[0] == made[1]
    book = nbformat.reads(made[0][".ipynb"], as_version=4)
    assert book.metadata.papermill == {"parameters": {"month": "2024-09"}}
    assert str(house.paths.root) not in made[0][".ipynb"]


def test_only_what_has_changed_or_is_missing_is_made_again(house, instant):
    house.write("01_a", "x = 1")
    house.write("02_b", "1/0")
    house.run()
    assert sorted(instant) == ["01_a", "02_b"]

    def again(**asked):
        instant.clear()
        result = house.run(**asked)
        return sorted(instant), house.statuses(result)

    assert again() == (["02_b"], {"01_a": "unchanged", "02_b": "failed"})
    house.write("02_b", "y = 1")
    assert again() == (["02_b"], {"01_a": "unchanged", "02_b": "made"})
    assert again() == ([], {"01_a": "unchanged", "02_b": "unchanged"})
    assert [event.status for event in house.events if event.kind == "finished"] == ["unchanged", "unchanged"]
    assert again(only=["01"], force=True)[0] == ["01_a"]

    (house.folder / "01_a.html").unlink()
    assert again()[0] == ["01_a"]
    house.write("01_a", "x = 1", declared="month: str = ''\ntop: int = 5")
    assert again()[0] == ["01_a"]
    house.month_notebooks["01_a"] = {"top": 3}
    assert again()[0] == ["01_a"]


@pytest.mark.parametrize(
    ("file", "matters"),
    [
        ("data/tickets/2024-09.parquet", True),
        ("data/tickets/2023-07.parquet", True),  # reach-back of the same month last year
        ("data/tickets/2024-10.parquet", False),
        ("data/published/2024-08/types.csv", True),
        ("data/spot_checks/2024-09.csv", True),
        ("params/scoring.yaml", True),
        ("params/wording/overview.j2", True),
        ("params/months/2024-09/overview.md", True),
        ("params/months/2024-10.yaml", False),
    ],
)
def test_a_report_follows_what_it_is_made_from(house, instant, file, matters):
    house.write("01_a")
    house.run()
    path = house.paths.root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a: 1\n", encoding="utf-8")
    result = house.run()
    assert house.statuses(result) == {"01_a": "made" if matters else "unchanged"}


def test_a_word_or_a_rule_concerns_the_whole_month_and_a_notebook_only_its_page(house, instant):
    """What README says under "Change a rule, a sentence, a parameter"."""
    house.write("01_a")
    house.write("02_b")
    wording = house.paths.params / "wording"
    wording.mkdir()
    for file in (wording / "units.j2", house.paths.params / "scoring.yaml", house.paths.params / "units.yaml"):
        house.run()
        file.write_text("a: 1\n", encoding="utf-8")
        assert house.statuses(house.run()) == {"01_a": "made", "02_b": "made"}, file
    house.write("02_b", "y = 1")
    assert house.statuses(house.run()) == {"01_a": "unchanged", "02_b": "made"}
    assert house.statuses(house.run()) == {"01_a": "unchanged", "02_b": "unchanged"}


def test_parameters_of_notebooks_in_the_months_file_concern_only_those(house, instant):
    months = house.paths.params / "months"
    months.mkdir()
    house.write("01_a")
    (months / "2024-09.yaml").write_text("month: 2024-09\nnotebooks: {}\n", encoding="utf-8")
    house.run()
    (months / "2024-09.yaml").write_text("month: 2024-09\nnotebooks: {02_b: {top: 3}}\n", encoding="utf-8")
    assert house.statuses(house.run()) == {"01_a": "unchanged"}


TOP = "month: str = ''\ntop: int = 5  # 事项列出前几位（1至50）"


@pytest.fixture
def bulletin(house, instant, monkeypatch):
    """Page 00 and two more, of which one has its parameter; ``tops`` holds with what the tables were written."""
    house.write("00_bulletin", declared=TOP)
    house.write("01_overview")
    house.write("03_top_issues", declared=TOP)
    house.tops, written = [], run.tables_written
    monkeypatch.setattr(run, "tables_written", lambda *given: house.tops.append(given[3]) or written(*given))
    return house


def test_a_changed_parameter_remakes_just_what_has_it(bulletin):
    bulletin.run()
    bulletin.month_notebooks["03_top_issues"] = {"top": 3}
    changed = {"00_bulletin": "made", "01_overview": "unchanged", "03_top_issues": "made"}
    assert bulletin.statuses(bulletin.run()) == changed
    assert bulletin.tops == [5, 3]
    assert set(bulletin.statuses(bulletin.run()).values()) == {"unchanged"}
    assert bulletin.statuses(bulletin.run(parameters={"top": "5"})) == changed
    bulletin.month_notebooks.clear()
    assert set(bulletin.statuses(bulletin.run()).values()) == {"unchanged"}  # the default is the same five
    assert bulletin.tops == [5, 3, 5]


def test_word_and_tables_follow_page_00_as_it_lies_there(bulletin):
    bulletin.run(parameters={"top": "3"})
    kept = manifest.read_manifest(bulletin.folder)
    assert (kept.typed, kept.tables.shared, kept.tables.top) == ({"top": 3}, {"top": 3}, 3)
    assert kept.reports["00_bulletin"].parameters == {"month": "2024-09", "top": 3}
    bulletin.run(only=["01"], force=True)
    bulletin.run(only=["03"], parameters={"top": "9"})  # a look at one page
    assert set(bulletin.tops) == {3}
    kept = manifest.read_manifest(bulletin.folder)
    attached = [file.stem for file in manifest.to_attach(bulletin.folder, kept)[1]]
    assert attached == ["00_bulletin", "01_overview"]  # page 03 says something else
    bulletin.run()
    assert bulletin.tops[-1] == 5 and manifest.read_manifest(bulletin.folder).typed == {}


def test_without_page_00_word_has_what_was_asked_for(bulletin):
    bulletin.run(only=["03"], parameters={"top": "9"})
    assert bulletin.tops == [9]


def test_a_run_says_what_is_there_and_what_it_made(bulletin):
    first = bulletin.run()
    assert (first.available, first.old, first.unmade) == (3, (), ())
    bulletin.write("03_top_issues", "1/0", declared=TOP)
    second = bulletin.run()
    assert (second.available, len(second.failed)) == (2, 1)
    third = bulletin.run(only=["01"])
    assert (third.available, third.old, third.unmade) == (2, (), ("03_top_issues",))
    bulletin.month_notebooks["00_bulletin"] = {"top": 3}
    fourth = bulletin.run(only=["01"])
    assert (fourth.available, fourth.old) == (2, ("00_bulletin",))
    (bulletin.folder / "00_bulletin.html").unlink()
    assert bulletin.run(only=["01"]).available == 1


def test_nothing_is_started_when_what_was_asked_for_makes_no_sense(house, monkeypatch):
    house.write("01_a", declared="month: str = ''\ntop: int = 5")
    monkeypatch.setattr(execute, "kernels", lambda environment: pytest.fail("a kernel was started"))
    for asked in (
        {"parameters": {"tpo": "3"}},
        {"parameters": {"top": "x"}},
        {"only": ["1"]},
        {"units": ["沈阳"]},
        {"only": ["09"]},
    ):
        with pytest.raises(HotlineError):
            house.run(**asked)
    assert not house.paths.output.exists()


def test_a_report_that_fails_on_a_rerun_keeps_its_last_good_page_in_previous(house, instant):
    house.write("01_a", "x = 1")
    house.run()
    good = house.page("01_a")
    for _ in range(2):  # a second failure must not put the failure page in its place
        house.write("01_a", "1/0")
        assert house.run().exit_code == 1
        assert "除数为零" in house.page("01_a") and 'href="previous/01_a.html"' in house.page("01_a")
        assert house.page("previous/01_a") == good
    house.write("01_a", "x = 2")
    assert house.run().exit_code == 0
    assert not (house.folder / "previous").exists()


def test_a_notebook_copied_with_its_heading_has_a_column_of_its_own(house, instant):
    house.write("01_a", "# 总体情况")
    house.write("07_copy", "# 总体情况")
    house.run()
    assert "总体情况 01_a" in house.index and "总体情况 07_copy" in house.index


def test_a_file_that_another_program_holds_is_told_in_words(house, instant, monkeypatch):
    house.write("01_a")

    def held(month, folder, kept, top):
        raise PermissionError(13, "Permission denied", ".types.csv.part", None, "types.csv")

    monkeypatch.setattr(run, "tables_written", held)
    result = house.run()
    assert result.exit_code == 1
    assert result.tables.error.startswith("无法写入 types.csv：请先在 Excel")


def test_a_page_that_cannot_be_exported_fails_alone(house, instant, monkeypatch):
    house.write("01_a")
    house.write("02_b")
    monkeypatch.setattr(pages, "report", lambda notebook, report, *_: {"02_b": ("<html>", {})}[report.name])
    result = house.run()
    assert house.statuses(result) == {"01_a": "failed", "02_b": "made"}, [r.error for r in result.reports]
    assert "KeyError" in result.reports[0].error


def test_reports_of_units_lie_in_their_folders(house, instant):
    house.write("06_unit", declared="month: str = ''\nunit: str = '沈阳'")
    result = house.run(units=["all"])
    assert [str(r.page.relative_to(house.folder).as_posix()) for r in result.reports] == [
        "units/沈阳/06_unit.html",
        "units/大连/06_unit.html",
    ]
    assert all(report.page.exists() for report in result.reports)
    assert 'href="2024-09/units/index.html"' in house.index
    of_units = (house.folder / "units" / "index.html").read_text(encoding="utf-8")
    assert f'href="{quote("沈阳")}/06_unit.html"' in of_units and "大连" in of_units


def test_a_unit_page_that_fails_points_to_its_last_good_one(house, instant):
    house.write("06_unit", declared="month: str = ''\nunit: str = '沈阳'")
    house.run(units=["沈阳"])
    house.write("06_unit", "1/0", declared="month: str = ''\nunit: str = '沈阳'")
    assert house.run(units=["沈阳"]).exit_code == 1
    page = house.folder / "units" / "沈阳" / "06_unit.html"
    link = re.search(r'href="([^"#]*previous[^"]*)"', page.read_text(encoding="utf-8"))[1]
    assert (page.parent / unquote(link)).is_file()
    assert "失败</a>" in house.index


def test_tables_are_made_once_and_their_failure_is_told(house, instant, monkeypatch):
    house.write("01_a")
    result = house.run()
    assert result.tables.files == ("table.csv",)

    def no_tables(month, folder, kept, top):
        raise HotlineError("没有去年的计数")

    monkeypatch.setattr(run, "tables_written", no_tables)
    assert house.run().exit_code == 0  # nothing has changed: not made again
    (house.folder / "table.csv").unlink()
    result = house.run()
    assert (result.exit_code, result.tables.error) == (1, "没有去年的计数")
    assert house.statuses(result) == {"01_a": "unchanged"}


def test_reports_of_notebooks_that_are_gone_leave_the_month(house, instant):
    house.write("01_a")
    house.write("02_broken", "1/0")
    house.run()
    for path in house.paths.notebooks.glob("*.ipynb"):
        path.unlink()
    house.write("03_c")
    result = house.run()
    assert result.exit_code == 0
    assert "03_c" in house.index and "01_a" not in house.index and "失败</a>" not in house.index
    assert {p.name for p in house.folder.rglob("*.html")} == {"01_a.html", "03_c.html"}
    assert (house.folder / "previous" / "01_a.html").exists()


def test_what_a_killed_run_left_is_cleaned_up(house, instant):
    house.write("01_a")
    house.run()
    (house.folder / ".01_a.html.123-4.part").write_text("half a pa")
    (house.folder / "manifest.json").write_text('{"month": "2024', encoding="utf-8")
    assert house.statuses(house.run()) == {"01_a": "made"}
    assert not list(house.folder.rglob("*.part"))


def test_progress_is_told_as_it_happens(house, instant):
    house.write("01_a")
    house.write("02_b", "1/0")
    house.run(jobs=1)
    told = [(event.kind, event.label, event.status) for event in house.events]
    assert told[0] == ("preparing", "", "")
    assert sorted(told[1:]) == [
        ("finished", "01_a", "made"),
        ("finished", "02_b", "failed"),
        ("started", "01_a", ""),
        ("started", "02_b", ""),
    ]


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_ctrl_c_ends_the_kernels_and_comes_back(house, tmp_path):
    hanging = "import os, time; open(os.environ['PID'], 'w').write(str(os.getpid())); time.sleep(99)"
    book = house.write("01_hangs", hanging)
    pid_file = tmp_path / "pid"
    script = textwrap.dedent(f"""
        import pathlib
        from hotline_lib.batch.execute import executing
        from hotline_lib.batch.plan import Report, read_notebook
        from hotline_lib.paths import find_paths
        book = read_notebook(pathlib.Path({str(book)!r}))
        with executing([Report(book, {{}})], find_paths(), jobs=2, on_start=print) as finished:
            print(list(finished))
    """)
    environment = {**os.environ, **house.paths.environment(), "PID": str(pid_file)}
    running = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True, env=environment)
    deadline = time.monotonic() + 120
    while not (pid_file.exists() and pid_file.read_text()) and time.monotonic() < deadline:
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=90)  # not the 99 seconds that it sleeps
    assert "KeyboardInterrupt" in errors
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_a_mail_that_cannot_be_written_spoils_no_report(house, instant, monkeypatch):
    house.write("01_a")

    def no_mail(month, folder, manifest):
        raise HotlineError("要附的文件不在了")

    with monkeypatch.context() as broken:
        broken.setattr(run, "mail_written", no_mail)
        result = house.run()
        assert (result.exit_code, result.mail.error) == (1, "要附的文件不在了")
        assert house.statuses(result) == {"01_a": "made"} and result.tables.error is None
    result = house.run()
    assert (result.exit_code, result.mail.error) == (0, None)
    assert house.statuses(result) == {"01_a": "unchanged"}


def test_what_cannot_be_right_in_word_is_told_of_the_document_that_was_written_last(house, instant, monkeypatch):
    written: list[int] = []

    def tables_written(month, folder, kept, top):
        written.append(30 if kept else 20)
        document = docx.Document()
        document.add_paragraph(f"共受理100件，其中投诉20件，占{written[-1]}%。")
        document.save(str(folder / "bulletin.docx"))
        document.save(str(folder / "改过的月报.docx"))  # somebody's own
        return [folder / "bulletin.docx"]

    monkeypatch.setattr(run, "tables_written", tables_written)
    house.write("01_a")
    assert not [line for line in house.run().warnings if line.startswith("校核")]
    monkeypatch.setattr(run, "kept_tables", lambda folder: [{"name": "x"}] * (len(written) > 1))
    (told,) = (line for line in house.run(force=True).warnings if line.startswith("校核"))
    assert written == [20, 20, 30]
    assert told.startswith("校核 bulletin.docx：") and "20件 ÷ 100件" in told
    assert json.loads((house.folder / "manifest.json").read_text())["proofs"]["bulletin.docx"]


def test_the_mail_is_made_again_if_it_is_gone_or_its_sender_changed_and_no_report_is(house, instant, monkeypatch):
    house.write("01_a")
    house.run()
    mail = house.folder / "bulletin.eml"
    mail.unlink()
    assert house.statuses(house.run()) == {"01_a": "unchanged"} and mail.is_file()
    changed = house.params.model_copy()
    changed.organisation.mail = MailSettings(name="某处")
    monkeypatch.setattr(run, "load_params", lambda month, folder: changed)
    mail.write_text("old", encoding="utf-8")
    assert house.statuses(house.run()) == {"01_a": "unchanged"}
    assert mail.read_text(encoding="utf-8") != "old"


def test_the_mail_carries_pages_that_belong_together(house, instant):
    house.write("01_a")
    house.write("02_b", "1/0")
    house.write("03_c", declared='month: str = "2024-09"\nunit: str = ""')
    house.run(units=["沈阳"])
    made = manifest.read_manifest(house.folder)
    assert manifest.to_attach(house.folder, made)[1] == (house.folder / "01_a.html",)
    assert manifest.to_attach(house.folder, made, "沈阳") == (None, (house.folder / "units" / "沈阳" / "03_c.html",))
    (house.paths.params / "x.yaml").write_text("a: 1", encoding="utf-8")
    house.run(only=["01"])
    made = manifest.read_manifest(house.folder)
    assert manifest.to_attach(house.folder, made)[1] == (house.folder / "01_a.html",)
    assert manifest.to_attach(house.folder, made, "沈阳")[1] == ()


# Inputs that change while a run reads them.


def replaced_while_running(house, monkeypatch, name: str) -> None:
    """A data file that is put in the place of another while the second of two notebooks runs."""
    file, true = house.paths.data / name, execute.execute
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("one version", encoding="utf-8")

    def meanwhile(path, parameters, **given):
        if path.stem == "02_b":
            file.write_text("another version", encoding="utf-8")
        return true(path, parameters, **given)

    monkeypatch.setattr(execute, "execute", meanwhile)


@pytest.mark.parametrize("name", ["tickets/2024-09.parquet", "spot_checks/2024-09.csv"])
def test_a_run_over_two_versions_of_its_data_is_none(house, instant, monkeypatch, name):
    house.write("01_a", "x = 1")
    house.write("02_b", "x = 1")
    replaced_while_running(house, monkeypatch, name)
    result = house.run()
    assert result.exit_code == 1 and house.statuses(result) == {"01_a": "failed", "02_b": "failed"}
    for report in result.reports:
        assert f"data/{name} 在这次运行中换过" in report.error and "请重新运行" in report.error
        assert "请重新运行" in house.page(report.name) and not (house.folder / "previous").exists()
    assert "请重新运行" in result.tables.error and "请重新运行" in result.mail.error
    assert not (house.folder / "table.csv").exists() and not (house.folder / "bulletin.eml").exists()
    assert house.statuses(house.run()) == {"01_a": "made", "02_b": "made"}


def test_what_was_made_before_stays_old_when_a_run_over_two_versions_fails(house, instant, monkeypatch):
    house.write("01_a", "x = 1")
    house.write("02_b", "x = 1")
    house.run()
    replaced_while_running(house, monkeypatch, "tickets/2024-09.parquet")
    assert house.statuses(house.run(only=["02"])) == {"02_b": "failed"}
    assert house.statuses(house.run()) == {"01_a": "made", "02_b": "made"}


@pytest.mark.parametrize("name", ["01_a.html", "01_a.ipynb", "table.csv"])
def test_what_is_not_as_it_was_made_is_made_again(house, instant, name):
    house.write("01_a", "x = 1")
    house.run()
    (house.folder / name).write_text("altered", encoding="utf-8")
    house.run()
    assert (house.folder / name).read_text(encoding="utf-8-sig") != "altered"


def test_a_kernel_is_handed_what_the_run_has_read(house, instant, monkeypatch):
    house.write("01_a", "x = 1")
    handed, true = [], execute.execute
    given = lambda path, parameters, **options: (handed.append(options["environment"]), true(path, parameters))[1]
    monkeypatch.setattr(execute, "execute", given)
    house.run()
    assert handed == [{"HOTLINE_FRAMES": "{}"}]


def test_a_kernel_has_what_it_was_handed(tmp_path):
    started_by = kernels.Kernels(forks.Warm(tmp_path, {"A": "1", "B": "1"}, None))
    settings = started_by.config(environment={"B": "2"})["ReportKernelManager"]
    assert (settings["environment"]["A"], settings["environment"]["B"]) == ("1", "2")
    assert started_by.environment["B"] == "1"


def test_half_a_character_and_endless_brackets_in_one_notebook_leave_the_others(house, instant):
    house.write("01_a", "x = 1")
    house.write("02_b", "x = '~'")
    deep = house.paths.notebooks / "03_c.ipynb"
    deep.write_text('{"cells": ' + "[" * 100_000 + "]" * 100_000 + "}", encoding="utf-8")
    half = house.paths.notebooks / "02_b.ipynb"
    half.write_text(half.read_text(encoding="utf-8").replace("~", "\\ud800"), encoding="utf-8")
    assert house.statuses(house.run()) == {"01_a": "made", "02_b": "failed", "03_c": "failed"}


@pytest.mark.parametrize("number", one_in(12, range(36)))
def test_two_runs_at_once_one_makes_it_and_the_other_says_so(house, instant, number):
    house.write("01_a", "x = 1")
    house.write("02_b", "x = 1")

    def run(wait: float):
        time.sleep(wait)
        try:
            return house.statuses(house.run())
        except HotlineError as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(run, (0, number * 0.005)))
    made = [each for each in found if isinstance(each, dict)]
    assert made and all("另一次运行正在做" in each for each in found if isinstance(each, str))
    assert made[0] == {"01_a": "made", "02_b": "made"} or made[-1] == {"01_a": "made", "02_b": "made"}
    assert house.statuses(house.run()) == {"01_a": "unchanged", "02_b": "unchanged"}
