"""What belongs together takes its place together; what is private is; what others hold is left alone."""

import json
import os
import signal
import stat
import sys
from pathlib import Path

import pytest

from hotline_lib.batch import desk
from hotline_lib.cli import main
from hotline_lib.errors import HotlineError
from hotline_lib.journal import (
    Area,
    Move,
    add_line,
    broken_off,
    held,
    private_folder,
    read_folder,
    sweep,
    write_folder,
    write_whole,
)
from hotline_lib.journal import commit as commits

BUSY = HotlineError("忙")


@pytest.fixture
def area(tmp_path) -> Area:
    private_folder(tmp_path / "kept")
    return Area(tmp_path / "kept", tmp_path / ".locks" / "kept.lock", "data/kept")


def change(area: Area, **files: str) -> None:
    with area.opened(BUSY) as at:
        for name, text in files.items():
            (at.stage / name).write_text(text, encoding="utf-8")
        at.commit([Move("place", at.stage / name, area.folder / name) for name in files], "换下 " + "、".join(files))


def there(area: Area) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in area.folder.iterdir()}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def refusing(monkeypatch, name: str, after: int) -> None:
    """The computer refuses a call from the given one on."""
    true, calls = getattr(os, name), []

    def call(*arguments):
        calls.append(arguments)
        if len(calls) > after:
            raise PermissionError(13, "Permission denied", "b")
        return true(*arguments)

    monkeypatch.setattr(commits.os, name, call)


def test_a_change_that_is_not_committed_leaves_nothing(area):
    with pytest.raises(ZeroDivisionError), area.opened(BUSY) as at:
        (at.stage / "a").write_text("1", encoding="utf-8")
        raise ZeroDivisionError
    assert there(area) == {}


def test_what_is_refused_half_way_is_said_and_ended_by_whoever_comes_next(area, monkeypatch, capsys):
    change(area, a="1", b="1")
    refusing(monkeypatch, "replace", 2)  # the intent, and one of two files
    with pytest.raises(
        HotlineError, match=r"换下 a、b做到最后一步时被拒绝：无法写入 b：.*关闭.*再运行任何一条命令，会接着补完"
    ):
        change(area, a="2", b="2")
    monkeypatch.undo()
    assert (area.folder / ".intent.json").exists()
    area.recover()
    assert capsys.readouterr().err == "上次换下 a、b在最后一步中断，现在已经补完。\n"
    assert there(area) == {"a": "2", "b": "2"}
    area.recover()
    assert not capsys.readouterr().err


def test_what_is_refused_before_the_intent_is_written_has_changed_nothing(area, monkeypatch):
    change(area, a="1")
    refusing(monkeypatch, "replace", 0)
    with pytest.raises(PermissionError):
        change(area, a="2")
    assert there(area) == {"a": "1"}


def test_whoever_comes_next_says_that_nothing_was_changed(area, capsys):
    (area.folder / ".stage").mkdir()
    (area.folder / ".stage" / "half").touch()
    (area.folder / ".log.part").touch()
    area.recover()
    assert capsys.readouterr().err == "上次没有做完就中断了：data/kept 什么也没有改动，留下的临时文件已清除。\n"
    assert there(area) == {}


def test_an_intent_that_nobody_understands_stops_everything_in_words(area):
    (area.folder / ".intent.json").write_text("{", encoding="utf-8")
    with pytest.raises(HotlineError, match=r"data/kept/\.intent\.json 读不懂.*从备份恢复"):
        area.recover()


def test_what_was_to_be_placed_and_is_gone_is_said(area):
    (area.folder / ".intent.json").write_text(
        json.dumps({"what": "导入", "moves": [["place", ".stage/a", "a"]]}), encoding="utf-8"
    )
    with pytest.raises(HotlineError, match=r"要放到 a 的内容不在了.*从备份恢复"):
        area.recover()


def test_an_area_that_somebody_changes_is_left_alone(area):
    with area.opened(BUSY) as at:
        (at.stage / "a").touch()
        area.recover()
        assert (at.stage / "a").exists()
        with pytest.raises(HotlineError, match="忙"), area.opened(BUSY):
            raise AssertionError
    assert area.lock.exists(), "it is never deleted"
    assert not area.lock.is_relative_to(area.folder)


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_while_it_is_committed_is_too_late(area, monkeypatch, number):
    true = commits._make
    monkeypatch.setattr(commits, "_make", lambda moves: (os.kill(os.getpid(), number), true(moves)))
    before = signal.getsignal(number)
    change(area, a="1")
    assert there(area) == {"a": "1"} and signal.getsignal(number) == before


def _import_half_done() -> None:
    try:
        raise KeyboardInterrupt
    except AttributeError().common:  # type: ignore[attr-defined]
        pass


def _query_of_duckdb() -> None:
    raise RuntimeError("Query interrupted")


def _words_for_it() -> None:
    try:
        _import_half_done()
    except AttributeError:
        raise HotlineError("Spark 不能回答。") from None


@pytest.mark.parametrize("work", [_import_half_done, _query_of_duckdb, _words_for_it])
def test_ctrl_c_is_known_in_whatever_was_made_of_it(work, capsys, monkeypatch):
    with pytest.raises(Exception) as caught:
        work()
    assert broken_off(caught.value)

    begun = []

    def month(name, *_, **__):
        begun.append(name)
        work()

    monkeypatch.setattr("hotline_lib.batch.run_month", month)
    with pytest.raises(SystemExit, match="1"):
        main(["run", "2024-08", "2024-09"])
    assert begun == ["2024-08"], "the next month is not begun"
    assert capsys.readouterr().err.splitlines()[-1] == "已中断。已经完成的都在，重新运行会接着做其余的。"
    with pytest.raises(KeyboardInterrupt):
        desk.Here(lambda *_: None, "2024-09", None).begin(lambda _: work())


@pytest.mark.parametrize(
    "error", [HotlineError("interrupt.csv 读不出来。"), RuntimeError("other"), ValueError("interrupted")]
)
def test_other_errors_are_not_taken_for_ctrl_c(error):
    assert not broken_off(error)


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_what_is_committed_is_private(area):
    change(area, a="1")
    assert (mode(area.folder), mode(area.folder / "a")) == (0o700, 0o600)
    write_whole(area.folder / "ledger", "x", private=True)
    add_line(area.folder / "lines", "x")
    write_folder(area.folder / "frames", {"a": b"1"})
    assert [mode(area.folder / name) for name in ("ledger", "lines", "frames")] == [0o600, 0o600, 0o700]
    write_whole(area.folder / "page", "x")
    assert mode(area.folder / "page") == 0o644


@pytest.mark.parametrize("spoil", ["cut", "other", "gone"])
def test_a_folder_that_is_not_as_it_was_written_is_none(tmp_path, spoil):
    write_folder(tmp_path / "x", {"a": b"123", "b": b"4"})
    assert read_folder(tmp_path / "x") == {"a": b"123", "b": b"4"}
    file = tmp_path / "x" / "a"
    file.unlink() if spoil == "gone" else file.write_bytes(b"12" if spoil == "cut" else b"321")
    assert read_folder(tmp_path / "x") is None
    write_folder(tmp_path / "x", {"a": b"5"})
    assert read_folder(tmp_path / "x") == {"a": b"5"} and [each.name for each in tmp_path.iterdir()] == ["x"]


def test_what_the_dead_were_writing_is_removed_and_what_the_living_write_is_not(tmp_path):
    (tmp_path / ".a.999999999-1.part").touch()
    (tmp_path / ".b.999999999-1.part").mkdir()
    (tmp_path / f".c.{os.getpid()}-1.part").touch()
    sweep(tmp_path, tmp_path / "none")
    assert [each.name for each in tmp_path.iterdir()] == [f".c.{os.getpid()}-1.part"]


def test_a_lock_is_waited_for_as_long_as_is_said(tmp_path):
    with held(tmp_path / "x.lock", BUSY), pytest.raises(HotlineError), held(tmp_path / "x.lock", BUSY, 0.1):
        raise AssertionError
    with held(tmp_path / "x.lock", BUSY):
        assert sys.platform == "win32" or (tmp_path / "x.lock").exists()
