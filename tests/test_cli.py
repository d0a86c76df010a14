"""The commands as an analyst types them: what is printed, the exit code, and never a trace."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support import MONTH, ROOT

from hotline_lib import cli


def hotline(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "hotline_lib", *arguments],
        capture_output=True, text=True, encoding="utf-8", cwd=cwd, timeout=120,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1", "COLUMNS": "200", **environment},
    )  # fmt: skip


def test_tables_are_written(september, tmp_path):
    done = hotline("tables", MONTH, "--data", str(september.data), "--output", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "243,909" in done.stdout
    names = sorted(file.stem for file in (tmp_path / MONTH / "tables").iterdir())
    assert names == [
        "business_types", "domains", "findings", "indicators", "spot_checks", "top_issue_details", "top_issues", "units",
    ]  # fmt: skip


def test_folders_that_lie_elsewhere_are_named_once(september, tmp_path):
    """output/2024-09/… on the screen is no place where the reader can look unless it is said what output/ stands for."""
    done = hotline("tables", MONTH, "--data", str(september.data), "--output", str(tmp_path), HOTLINE_PARAMS="")
    assert f"output/{MONTH}/tables/units.csv" in done.stdout
    assert done.stderr.splitlines() == [f"data/ 指 {september.data}，output/ 指 {tmp_path}"]
    usual = {name: str(ROOT / name) for name in ("data", "params", "output")}
    done = hotline("months", **{f"HOTLINE_{name.upper()}": folder for name, folder in usual.items()})
    assert done.returncode == 0 and not done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["tables", "2031-01"], "2024-09"),
        (["tables", "2024-9"], "2024-09"),
        (["run", "2031-01"], "请先运行 hotline new 2031-01"),
        (["simulate", "2031-01"], "2031-01"),
        (["simulate", "2024-09..2024-01"], "后一个月份早于前一个"),
    ],
)
def test_what_cannot_be_done_ends_in_one_message_and_exit_code_1(arguments, says, published, tmp_path):
    done = hotline(*arguments, HOTLINE_DATA=str(published.data), HOTLINE_OUTPUT=str(tmp_path))
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.parametrize(
    "arguments", [["tabels"], ["tables"], ["run", MONTH, "-p", "top"], ["run", MONTH, "--jobs", "0"]]
)
def test_wrong_usage_is_exit_code_2(arguments):
    done = hotline(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr + done.stdout


def test_a_bug_of_ours_is_logged_and_not_shown(tmp_path):
    code = (
        "import hotline_lib.opening, hotline_lib.cli\n"
        "def broken(*_): raise ZeroDivisionError('secret')\n"
        "hotline_lib.opening.open_month = broken\n"
        f"hotline_lib.cli.main(['tables', '{MONTH}'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", cwd=ROOT,
        env={**os.environ, "HOTLINE_OUTPUT": str(tmp_path), "PYTHONIOENCODING": "utf-8"}, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "secret" not in done.stderr
    assert "ZeroDivisionError" in (tmp_path / ".cache" / "hotline-error.log").read_text(encoding="utf-8")


def test_outside_the_project_the_package_finds_it(september, tmp_path):
    done = hotline("tables", MONTH, "--data", str(september.data), "--output", str(tmp_path / "out"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_console_without_chinese_still_works(tmp_path):
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "HOTLINE_OUTPUT": str(tmp_path)}
    command = [sys.executable, "-m", "hotline_lib", "tables", "2031-01"]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, timeout=60, env={**os.environ, **plain})
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["run", "tables", "simulate", "refresh", "mail", "intake", "months", "proofread"])
def test_every_command_explains_itself(command):
    done = hotline(command, "--help")
    assert done.returncode == 0
    assert command in done.stdout


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
def test_make_clean_leaves_what_was_sent_and_the_locks(tmp_path):
    """Else a mail that is under way could be sent a second time."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    names = {
        ".gitignore",
        "sent/2024-09.jsonl",
        ".locks/2024-09.lock",
        "2024-09/00_bulletin.html",
        ".cache/frames/x/counts.parquet",
    }
    for name in names:
        (tmp_path / "output" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "output" / name).touch()
    (tmp_path / "data" / "sent").mkdir(parents=True)
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    left = {
        path.relative_to(tmp_path / "output").as_posix() for path in (tmp_path / "output").rglob("*") if path.is_file()
    }
    assert left == {".gitignore", "sent/2024-09.jsonl", ".locks/2024-09.lock"} and (tmp_path / "data" / "sent").exists()


def test_the_log_of_an_error_lies_with_the_output_that_was_asked_for(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("hotline_lib.opening.open_month", lambda *_: 1 / 0)
    monkeypatch.setenv("HOTLINE_OUTPUT", str(tmp_path / "usual"))
    with pytest.raises(SystemExit):
        cli.main(["tables", MONTH, "--output", str(tmp_path / "asked")])
    assert "程序出错了" in capsys.readouterr().err
    assert (tmp_path / "asked" / ".cache" / "hotline-error.log").exists() and not (tmp_path / "usual").exists()
