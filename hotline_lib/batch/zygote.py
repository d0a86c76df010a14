"""A process that has imported what notebooks need, and forks a fresh kernel from itself for each of them.

Started by ``forks.ForkServer`` with one end of a socket pair; speaks lines of JSON. In: what to start. Out: "ready"
once, a pid per kernel started, and every kernel that has ended. When the other end is gone, so are all kernels and
this process: nothing outlives the runner, however it dies. No engine is connected here, for a connection does not survive
a fork; nor is one imported, for notebooks read frames that are kept. The month that they are of is opened here, once.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import random
import select
import signal
import socket
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path

from hotline_lib.batch.desk import serve as serve_desk
from hotline_lib.processes import QUICK_TEXT, few_collections

_OPENING = ("pandas", "pyarrow.parquet", "pyarrow.dataset", "hotline_lib.handing", "hotline_lib.bulletin")
_WARM = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.debugger", "IPython.core.completer", "IPython.core.completerlib",
    "IPython.extensions.storemagic", "sqlite3", "tornado.queues", "tornado.platform.asyncio", "matplotlib.pyplot",
    "matplotlib.backends.backend_agg", "seaborn", "scipy.stats", "hotline_lib.metrics",
    "hotline_lib.present._charts", "hotline_lib.present._sampled", "hotline_lib.present._patterns", "PIL.Image",
    "PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.JpegImagePlugin", "PIL.PpmImagePlugin", "PIL.PngImagePlugin",
)  # fmt: skip
_YIELDING = 5  # how much kernels stand back, being many, for the one process that writes tables, Word and mail
_PATIENCE = 0.1  # seconds between looks at which kernels have ended


class _Gone(Exception):
    """The runner is."""


class _Server:
    """What the runner asks, and the kernels that were forked for it."""

    def __init__(self, runner: socket.socket):
        self._runner, self._kernels = runner, set[int]()
        self._pending, self._lent = b"", list[int]()
        self._asked: list[dict] = []

    def tell(self, words: object) -> None:
        with suppress(OSError):  # the runner is gone; the next look at the socket says so
            self._runner.sendall(json.dumps(words).encode() + b"\n")

    def turn(self, patience: float, *, early: bool = False) -> None:
        """Does what is asked, if anything is, within that many seconds. early: only what need not wait. Raises _Gone."""
        if select.select([self._runner], [], [], 0 if self._asked else patience)[0]:
            piece, descriptors, *_ = socket.recv_fds(self._runner, 1 << 20, 1)
            if not piece:
                raise _Gone
            self._lent += descriptors
            *lines, self._pending = (self._pending + piece).split(b"\n")
            self._asked += map(json.loads, lines)
        while self._asked and (self._asked[0].get("early") or not early):
            self._answer(self._asked.pop(0))
        for pid in list(self._kernels):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._kernels.remove(pid)
                self.tell({"ended": pid, "code": os.waitstatus_to_exitcode(status)})

    def _answer(self, asked: dict) -> None:
        if "hold" in asked:
            _hold(asked["hold"], asked["made"])
            self.tell({"held": asked["hold"]})
            return
        lent = None if "file" in asked else self._lent.pop()
        self._kernels.add(pid := _fork(self._runner, asked, lent))
        if lent is not None:
            os.close(lent)
        self.tell({"started": pid})

    def end(self) -> None:
        for pid in self._kernels:
            with suppress(ProcessLookupError, ChildProcessError):  # just ended; just waited for
                os.killpg(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def serve(runner: socket.socket) -> None:
    """Warm up, then fork on demand until the runner is gone; what only opens a month is forked before all is warm."""
    few_collections()
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # as in a kernel, before pyplot comes
    for name in _OPENING:
        importlib.import_module(name)
    importlib.import_module("pandas").set_option(*QUICK_TEXT)
    server = _Server(runner)
    with suppress(_Gone):
        server.tell("ready")
        for name in _WARM:
            importlib.import_module(name)
            server.turn(0, early=True)
        _know()
        gc.collect()
        gc.freeze()  # what is there now is left alone by the children's collections, and so stays shared
        while True:
            server.turn(_PATIENCE)
    server.end()


def _know() -> None:
    """What every kernel would find out for itself, and what does not change while this process runs."""
    from hotline_lib.fingerprint import library_fingerprint, package_versions
    from hotline_lib.params import load_params
    from hotline_lib.paths import find_paths
    from hotline_lib.present._style import font_family

    library_fingerprint(), package_versions(), font_family()
    with suppress(Exception):  # the month that needs them says what is wrong
        load_params(f"{date.today():%Y-%m}", find_paths().params, need_month_file=None)  # reading YAML takes its time


def _hold(month: str, made: str) -> None:
    """Opens a month, and finds what several of its pages say, once for all that is forked from here; its frames are kept.

    made: the file that what has been made of it was handed over in, if anything was.
    """
    from hotline_lib import bulletin
    from hotline_lib.handing import take_over
    from hotline_lib.opening import hold
    from hotline_lib.paths import find_paths

    with suppress(Exception):  # whoever opens it says what is wrong
        m = hold(month, find_paths())
        if made:
            take_over(m, Path(made))
            bulletin.findings(m)
    if (
        "duckdb" in sys.modules
    ):  # its frames could not be kept: after an engine's threads nothing can be forked from here
        raise SystemExit(1)
    gc.freeze()


def _fork(runner: socket.socket, asked: dict, line: int | None) -> int:
    """A kernel; or with a line to the runner, a process that does a month's own work."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        runner.close()
        os.environ.clear()
        os.environ.update(asked["env"], JPY_PARENT_PID=str(os.getppid()))
        os.chdir(asked["cwd"])
        random.seed()
        importlib.import_module("numpy").random.seed()
        if line is not None:
            from multiprocessing.connection import Connection

            serve_desk(Connection(line))
            os._exit(0)
        os.nice(_YIELDING)
        sys.argv = ["ipykernel_launcher", "-f", asked["file"]]
        from ipykernel.kernelapp import IPKernelApp

        # its default was read from the environment when the class was made, which was before the fork
        app = IPKernelApp.instance(parent_handle=os.getppid())
        app.initialize(sys.argv[1:])
        app.start()
        code = 0
    finally:
        os._exit(code)  # never back into the loop above, whatever happened


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
    os._exit(0)  # taking apart what was imported takes half a second, which the runner would wait for
