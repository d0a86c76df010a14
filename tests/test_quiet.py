"""The engine draws nothing on a terminal: what is shown there is ours."""

import io
import os
import subprocess
import sys
import time

import pytest
from support import ROOT

from hotline_lib.cli import progress

pytest.importorskip("pty", reason="terminals as Linux and macOS have them")

ASKED = "SELECT current_setting('enable_progress_bar')"
OURS = f"""
import duckdb
from hotline_lib.params import load_params
from hotline_lib.tickets import source_parquet
from hotline_lib.months import overview
from hotline_lib.paths import find_paths
from hotline_lib.tickets.files import engine
asked = [duckdb.connect(), engine(), source_parquet.engine(load_params("2025-03", find_paths().params), find_paths()).con]
overview(find_paths())
print([each.execute("{ASKED}").fetchone()[0] for each in (*asked, duckdb)])
"""


def shown(script: str, **environment: str) -> str:
    """What a script shows on a terminal."""
    import pty

    ours, its = pty.openpty()
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, env={**os.environ, **environment}, stdout=its, stderr=its, stdin=its) as process:
        os.close(its)
        text = b""
        try:
            while piece := os.read(ours, 1 << 16):
                text += piece
        except OSError:  # Linux: the other end is closed
            pass
    os.close(ours)
    assert process.returncode == 0, text.decode()
    return text.decode()


def test_no_bar_is_drawn(province):
    assert shown(OURS, **province.environment()).strip() == "[True, False, False, False]"


def test_every_connection_is_one_of_these():
    """A bare one draws a bar after two seconds on any terminal."""
    bare = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "hotline_lib").rglob("*.py")
        if "duckdb.connect(" in path.read_text(encoding="utf-8")
    }
    assert bare == {
        "hotline_lib/tickets/files.py",
        "hotline_lib/tickets/source_parquet.py",
        "hotline_lib/intake/stage.py",
    }


@pytest.mark.parametrize(("takes", "shown"), [(0, False), (0.4, True)])
def test_what_takes_long_says_what_it_does_and_what_does_not_is_quiet(monkeypatch, takes, shown):
    class Terminal(io.StringIO):
        isatty = lambda self: True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "_SOON", 0.1)
    with progress.waiting("读取工单"):
        time.sleep(takes)
    assert ("读取工单" in terminal.getvalue()) is shown
