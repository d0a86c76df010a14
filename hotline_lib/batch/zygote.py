"""A process that has imported what notebooks need, and forks a fresh kernel from itself for each of them.

Started by ``kernels.ForkServer`` with one end of a socket pair; speaks lines of JSON. In: what to start. Out: "ready"
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

from hotline_lib.processes import QUICK_TEXT, few_collections

_WARM = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.debugger", "IPython.core.completer", "IPython.core.completerlib",
    "IPython.extensions.storemagic", "sqlite3", "tornado.queues", "tornado.platform.asyncio", "matplotlib.pyplot",
    "matplotlib.backends.backend_agg", "seaborn", "scipy.stats", "pyarrow.parquet", "hotline_lib.bulletin",
    "hotline_lib.opening", "hotline_lib.metrics",
    "hotline_lib.present._charts", "hotline_lib.present._sampled", "hotline_lib.present._patterns", "PIL.Image",
    "pyarrow.dataset", "PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.JpegImagePlugin", "PIL.PpmImagePlugin", "PIL.PngImagePlugin",
)  # fmt: skip
_PATIENCE = 0.1  # seconds between looks at which kernels have ended


def serve(runner: socket.socket) -> None:
    """Warm up, then fork on demand until the runner is gone."""
    few_collections()
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # as in a kernel, before pyplot comes
    for name in _WARM:
        importlib.import_module(name)
    _know()
    gc.collect()
    gc.freeze()  # what is there now is left alone by the children's collections, and so stays shared
    kernels: set[int] = set()
    _tell(runner, "ready")
    pending, held = b"", list[int]()
    while True:
        readable, _, _ = select.select([runner], [], [], _PATIENCE)
        if readable:
            piece, descriptors, *_ = socket.recv_fds(runner, 1 << 20, 1)
            if not piece:
                break
            held += descriptors
            *lines, pending = (pending + piece).split(b"\n")
            for line in lines:
                asked = json.loads(line)
                if "hold" in asked:
                    _hold(asked["hold"])
                    _tell(runner, {"held": asked["hold"]})
                    continue
                lent = None if "file" in asked else held.pop()
                kernels.add(pid := _fork(runner, asked, lent))
                if lent is not None:
                    os.close(lent)
                _tell(runner, {"started": pid})
        for pid in list(kernels):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                kernels.remove(pid)
                _tell(runner, {"ended": pid, "code": os.waitstatus_to_exitcode(status)})
    for pid in kernels:
        with suppress(ProcessLookupError, ChildProcessError):  # just ended; just waited for
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _know() -> None:
    """What every kernel would find out for itself, and what does not change while this process runs."""
    import pandas

    from hotline_lib.fingerprint import library_fingerprint, package_versions
    from hotline_lib.params import load_params
    from hotline_lib.paths import find_paths
    from hotline_lib.present._style import font_family

    library_fingerprint(), package_versions(), font_family()
    with suppress(Exception):  # the month that needs them says what is wrong
        load_params(f"{date.today():%Y-%m}", find_paths().params, need_month_file=None)  # reading YAML takes its time
    pandas.set_option(*QUICK_TEXT)


def _hold(month: str) -> None:
    """Opens a month, and finds what several of its pages say, once for all that is forked from here; its frames are kept."""
    from hotline_lib import bulletin
    from hotline_lib.opening import hold
    from hotline_lib.paths import find_paths

    with suppress(Exception):  # whoever opens it says what is wrong
        bulletin.findings(hold(month, find_paths()))
    if (
        "duckdb" in sys.modules
    ):  # its frames could not be kept: after an engine's threads nothing can be forked from here
        raise SystemExit(1)
    gc.freeze()


def _tell(runner: socket.socket, words: object) -> None:
    with suppress(OSError):  # the runner is gone; the next look at the socket says so
        runner.sendall(json.dumps(words).encode() + b"\n")


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

            from hotline_lib.batch import desk

            desk.serve(Connection(line))
            os._exit(0)
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
