"""A month is opened once, in the warm process, for every kernel that is forked from it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from support import MONTH

from hotline_lib import open_month, opening
from hotline_lib.batch import desk, forks, kernels, run
from hotline_lib.batch.execute import execute
from hotline_lib.errors import HotlineError
from hotline_lib.paths import Paths

pytestmark = pytest.mark.skipif(not forks._CAN_FORK, reason="no fork here")
DRAWS = "'seaborn' in __import__('sys').modules"
WAITS = "any(file.exists() or __import__('time').sleep(0.1) for _ in range(300))"
OPENS = """import os, sys
from hotline_lib import open_month, opening
m = open_month(month)
print(len(m.counts) > 0, m is opening._held.get((month, m.paths)), sorted({"ibis", "duckdb"} & set(sys.modules)), os.getppid())"""
TAGGED = {"cell_type": "code", "id": "a", "metadata": {"tags": ["parameters"]}, "source": "month = ''", "outputs": [], "execution_count": None}  # fmt: skip


@pytest.fixture
def paths(september, tmp_path) -> Paths:
    """The tests' tickets, with an output and a notebook of their own."""
    cells = [TAGGED, {**TAGGED, "id": "b", "metadata": {}, "source": OPENS}]
    (tmp_path / "opens.ipynb").write_text(
        json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    )
    return replace(september, output=tmp_path / "output")


@contextmanager
def warm_with_month(paths: Paths) -> Iterator[tuple]:
    with kernels.kernels(paths.environment()) as warm, desk.opened(run.prepared, MONTH, paths, warm) as at:
        yield warm, at


def printed(paths: Paths, warm, at) -> str:
    """What the notebook prints: whether there are tickets, whether the month was there, engines imported, its parent."""
    environment = at.call(desk.frames_read, paths)
    file = paths.output.parent / "opens.ipynb"
    done = execute(file, {"month": MONTH}, started_by=warm, time_limit=200, environment=environment)
    assert done.failure is None, done.failure
    return done.notebook.cells[-1].outputs[0]["text"].strip()


def test_a_month_is_opened_once_for_all_kernels_and_no_engine_is_imported(paths):
    with warm_with_month(paths) as (warm, at):
        first, second = printed(paths, warm, at), printed(paths, warm, at)
        assert first == second and first.startswith("True True [] ") and not first.endswith(f" {os.getpid()}")


def test_what_several_pages_say_is_found_once_for_all_kernels(paths):
    """A process beside the warm one finds it while that one still imports, and hands it over."""
    file = paths.output.parent / "opens.ipynb"
    file.write_text(file.read_text().replace("print(", "print(len(m.made), "))
    with warm_with_month(paths) as (warm, at):
        assert int(printed(paths, warm, at).split()[0]) > 30
        assert list(warm.folder.glob("*.made"))


def test_a_kernel_opens_the_month_itself_where_nobody_has(paths, monkeypatch):
    monkeypatch.setattr(kernels.Kernels, "hold", lambda self, *_: None)
    with warm_with_month(paths) as (warm, at):
        assert printed(paths, warm, at).startswith("True False [] ")


def test_the_month_is_read_before_all_is_warm(paths):
    """What only opens a month is forked as soon as that can be; what draws waits until drawing is imported."""
    with kernels.kernels(paths.environment()) as warm:
        lines = warm.beside(early=True), warm.beside()
        early, later = (desk.Beside(line, run.prepared, MONTH, paths) for line in lines)
        assert not early.call(eval, DRAWS) and later.call(eval, DRAWS)


def test_a_proof_does_not_wait_for_tables(paths):
    file = paths.output.parent / "called"
    with warm_with_month(paths) as (_, at):
        waiting = at.begin(desk._without_month, eval, WAITS, {"file": file})
        at.call(file.touch)
        assert waiting(), "it was called only when the work before it had ended"


def test_after_an_engine_nothing_is_forked(paths, monkeypatch):
    """Frames that are not kept make the warm process ask an engine, whose threads no fork survives: kernels are plain then."""
    hold = kernels.Kernels.hold

    def without_frames(self, month, made=""):
        for file in (paths.cache / "frames").glob("*/*.parquet"):
            file.unlink()
        hold(self, month, made)

    monkeypatch.setattr(kernels.Kernels, "hold", without_frames)
    with warm_with_month(paths) as (warm, at):
        assert not warm.forks and at.call(os.getpid) == os.getpid()
        said = printed(paths, warm, at)
        assert said.startswith("True False [") and said.endswith(f" {os.getpid()}")


def test_what_was_opened_for_others_is_given_only_as_it_was_handed(paths, monkeypatch):
    held = opening.hold(MONTH, paths)
    assert open_month(MONTH, paths) is held
    handed = opening.frames_read(paths)
    (name,) = (each for each in handed if "FRAMES" in each)
    monkeypatch.setenv(name, handed[name])
    assert open_month(MONTH, paths) is held
    frames = json.loads(handed[name])
    monkeypatch.setenv(name, json.dumps({**frames, f"accepted {MONTH}": "of others"}))
    with pytest.raises(HotlineError, match="在这次运行中换过"):
        open_month(MONTH, paths)
    opening._held.clear()
    monkeypatch.delenv(name)
    assert open_month(MONTH, paths) is not held
