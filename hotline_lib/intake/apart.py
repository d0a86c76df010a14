"""Starts the process that reads exports, listens to it, and outlives it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hotline_lib.intake.reader.process import Asked

SILENCE = 600.0  # seconds in which the reader must say something: ten times what the largest file takes


_waiting: list[subprocess.Popen] = []


@contextmanager
def started() -> Iterator[None]:
    """A reader that gets ready meanwhile, for the first that needs one; it takes as long to start as the engine does."""
    with suppress(OSError):  # it will be told when it is needed
        _waiting.append(_start())
    try:
        yield
    finally:
        while _waiting:
            with _waiting.pop() as process:
                process.kill()


def answers(asked: Asked, *, silence: float = SILENCE) -> Iterator[Any]:
    """What the reader tells of each file, in order (see ``reader.process``).

    A reader that dies or hangs makes the file it was reading a problem, and another one goes on with the next.
    """
    from hotline_lib.intake.reader.grid import FileProblem
    from hotline_lib.intake.reader.process import Begun, Ended

    begun = 0  # files that no reader need look at again
    while begun < len(asked.files):
        before, reading = begun, begun
        for message in _listen(replace(asked, files=asked.files[before:]), silence):
            if isinstance(message, Ended):
                return
            if isinstance(message, Begun):
                reading = before + message.number
                message = Begun(reading)
            yield message
        yield FileProblem("file/reader", asked.files[reading].name)
        begun = reading + 1


def _start() -> subprocess.Popen:
    environment = {name: value for name, value in os.environ.items() if "PASSWORD" not in name}
    environment |= {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "OPENBLAS_NUM_THREADS": "1"}
    environment["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # others reserve a gigabyte at once, most of what it may have
    return subprocess.Popen(
        [sys.executable, "-X", "utf8", "-m", "hotline_lib.intake.reader"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
    )  # fmt: skip


def _listen(asked: Asked, silence: float) -> Iterator[Any]:
    with _waiting.pop() if _waiting else _start() as process:
        assert process.stdin is not None and process.stdout is not None  # pipes, as _start makes them
        watch = _Watch(process, silence)
        try:
            with suppress(OSError):
                pickle.dump(asked, process.stdin, protocol=5)
                process.stdin.close()
            while True:
                watch.begin()
                try:
                    message = pickle.load(process.stdout)
                except (EOFError, pickle.UnpicklingError, OSError):
                    return
                finally:
                    watch.end()
                yield message
        finally:
            watch.end()
            process.kill()


class _Watch:
    """Ends a process that says nothing for too long."""

    def __init__(self, process: subprocess.Popen, seconds: float):
        self.process, self.seconds = process, seconds
        self.timer: threading.Timer | None = None

    def begin(self) -> None:
        self.timer = threading.Timer(self.seconds, self.process.kill)
        self.timer.daemon = True
        self.timer.start()

    def end(self) -> None:
        if self.timer:
            self.timer.cancel()
