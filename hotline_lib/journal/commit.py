"""A change of several files: what is made in a stage takes its place in one commit."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from hotline_lib.errors import HotlineError, refused
from hotline_lib.journal.ends import ENDING, held
from hotline_lib.journal.files import close_to_others, flush, private_folder, write_whole

_INTENT, _STAGE, _DONE = ".intent.json", ".stage", "done.json"
_PATIENCE = 60.0  # seconds for another command to end the change that it has begun


class Move(NamedTuple):
    """place: ``source``, from the stage, takes the place of ``target``. keep: ``target`` is to be a second name of the file
    ``source``, or the new place of the folder. away: ``source`` goes to ``target``, which nothing has held before.

    Each can be made again after it was made, in the same order, and then does nothing.
    """

    how: Literal["place", "keep", "away"]
    source: Path
    target: Path


@dataclass(frozen=True)
class Area:
    """A folder that is changed by commits only. lock: a file outside it. name: as an analyst knows it."""

    folder: Path
    lock: Path
    name: str

    @property
    def stage(self) -> Path:
        return self.folder / _STAGE

    @property
    def intent(self) -> Path:
        return self.folder / _INTENT

    @contextmanager
    def opened(self, busy: HotlineError) -> Iterator[Change]:
        """The area for one change, with an empty stage of which nothing stays. Raises ``busy`` if another command has it."""
        with held(self.lock, busy):
            change = Change(self, self._settle())
            private_folder(self.folder)
            private_folder(self.stage)
            try:
                yield change
            finally:
                self._clear()
                change.restore_signals()

    def recover(self) -> None:
        """Ends what a command that was killed had begun, and says so. Raises HotlineError where that cannot be done."""
        if not (self.intent.exists() or self.stage.exists()):
            return
        busy = HotlineError(f"另一个命令正在改动 {self.name}，还没有结束。请稍候再运行。")
        try:
            with held(self.lock, busy, _PATIENCE if self.intent.exists() else 0):
                self._settle()
        except HotlineError as error:
            if error is not busy or self.intent.exists():
                raise
        except OSError:  # whoever may only read looks at what is there: nothing has changed yet
            if self.intent.exists():
                raise

    def _settle(self) -> str:
        """Ends the change before, if it was broken off. Returns what it was, if it is made now."""
        done, intent = self.stage / _DONE, self.intent
        try:
            what = json.loads((intent if intent.exists() else done).read_bytes())["what"] if self._begun else ""
            if intent.exists():
                moves = json.loads(intent.read_bytes())["moves"]
                _make([Move(how, self.folder / source, self.folder / target) for how, source, target in moves])
                self._end()
        except (ValueError, KeyError, TypeError):
            words = f"{self.name}/{_INTENT} 读不懂，不知道上次改到哪里。请从备份恢复 {self.name}，再删去这个文件。"
            raise HotlineError(words) from None
        if what:
            print(f"上次{what}在最后一步中断，现在已经补完。", file=sys.stderr)
        elif self.stage.exists() and any(self.stage.iterdir()):
            print(f"上次没有做完就中断了：{self.name} 什么也没有改动，留下的临时文件已清除。", file=sys.stderr)
        self._clear()
        return what

    @property
    def _begun(self) -> bool:
        return self.intent.exists() or (self.stage / _DONE).exists()

    def _end(self) -> None:
        """All moves are made: from here on the stage is only to be cleared."""
        self.stage.mkdir(0o700, exist_ok=True)
        os.replace(self.intent, self.stage / _DONE)
        flush(self.folder)

    def _clear(self) -> None:
        """Removes what a change needed, last that it was made; not if the next one needs it."""
        if self.intent.exists() or not self.stage.exists():
            return
        for part in (*self.folder.glob(".*.part"), *self.stage.iterdir()):
            if part.name != _DONE:
                shutil.rmtree(part, ignore_errors=True) if part.is_dir() else part.unlink(missing_ok=True)
        shutil.rmtree(self.stage, ignore_errors=True)


class Change:
    """One change of an area, from its stage to its commit. ended: what the change before was, if this one had to end it."""

    def __init__(self, area: Area, ended: str = ""):
        self.area, self.stage, self.ended = area, area.stage, ended
        self._signals: dict[int, Any] = {}

    def commit(self, moves: Sequence[Move], what: str) -> None:
        """Makes the moves, all or none. what: is being done, in words.

        From here on Ctrl-C and SIGTERM are too late. Raises OSError if nothing was changed, HotlineError if the next command
        will end what this one was kept from ending.
        """
        if not moves:
            return
        for move in moves:
            if move.how == "place":
                close_to_others(move.source)
                for each in (move.source, *move.source.rglob("*")):
                    flush(each)
        told = {"what": what, "moves": [(how, self._told(source), self._told(target)) for how, source, target in moves]}
        self._ignore_signals()
        try:
            write_whole(self.area.intent, json.dumps(told, ensure_ascii=False), private=True)
            _make(moves)
        except OSError as error:
            if not self.area.intent.exists():
                raise
            why = refused(error) or f"{error.strerror}。"
            raise HotlineError(f"{what}做到最后一步时被拒绝：{why}再运行任何一条命令，会接着补完。") from None
        with suppress(OSError):  # else the next command finds that all is made
            self.area._end()

    def _told(self, path: Path) -> str:
        within = path.is_relative_to(self.area.folder)
        return path.relative_to(self.area.folder).as_posix() if within else str(path.absolute())

    def _ignore_signals(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in ENDING:
                self._signals[number] = signal.signal(number, signal.SIG_IGN)

    def restore_signals(self) -> None:
        for number, handler in self._signals.items():
            signal.signal(number, handler or signal.SIG_DFL)


def _make(moves: Sequence[Move]) -> None:
    for how, source, target in moves:
        private_folder(target.parent)
        if how == "place":
            if source.exists():
                os.replace(source, target)
            elif not target.exists():
                raise HotlineError(f"上次没有改完，而要放到 {target.name} 的内容不在了。请从备份恢复它所在的文件夹。")
        elif source.exists() and not target.exists():
            if how == "keep" and source.is_file():
                _linked(source, target)
            else:
                os.replace(source, target)
    for folder in dict.fromkeys(path.parent for _, *both in moves for path in both if path.parent.is_dir()):
        flush(folder)


def _linked(source: Path, target: Path) -> None:
    """A second name for a file; on a disk without such names a copy."""
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.link(source, part)
    except OSError:
        shutil.copy2(source, part)
        flush(part)
    os.replace(part, target)
