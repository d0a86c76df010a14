"""Starts the process that reads exports, listens to it, and outlives it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hotline_lib.intake.reader.grid import FileProblem
from hotline_lib.intake.reader.process import Asked, Begun, Ended

SILENCE = 600.0  # seconds in which the reader must say something: ten times what the largest file takes


def answers(asked: Asked, *, silence: float = SILENCE) -> Iterator[Any]:
    """What the reader tells of each file, in order (see ``reader.process``).

    A reader that dies or hangs makes the file it was reading a problem, and another one goes on with the next.
    """
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


def _listen(asked: Asked, silence: float) -> Iterator[Any]:
    environment = {name: value for name, value in os.environ.items() if "PASSWORD" not in name}
    environment |= {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        [sys.executable, "-X", "utf8", "-m", "hotline_lib.intake.reader"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
    ) as process:  # fmt: skip
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
