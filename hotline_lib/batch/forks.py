"""The warm process (``zygote``), as soon as it may be started: before what a runner itself imports."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any

from hotline_lib.batch.left import ALIVE, bury
from hotline_lib.errors import HotlineError
from hotline_lib.journal import held
from hotline_lib.paths import Paths
from hotline_lib.processes import COMPILED, child_environment

if TYPE_CHECKING:
    from hotline_lib.batch.kernels import Kernels

_WARM_LIMIT = 60  # seconds in which the warm process must be ready, and then answer
_PREFIX = "hotline-kernels-"
_CAN_FORK = hasattr(os, "fork") and hasattr(socket, "AF_UNIX")


@dataclass(frozen=True)
class Warm:
    """A run's folder, which is gone with it, the environment of its processes, and the warm one; None: kernels are plain."""

    folder: Path
    environment: dict[str, str]
    server: ForkServer | None


@contextmanager
def shared_kernels(paths: Paths, *, soon: bool = False) -> Iterator[Callable[[], Kernels]]:
    """Kernels for the runs of several months: the warm process is started once, when the first kernel is needed, or now.

    soon: there is something to make, so that it may warm up already.
    """
    with ExitStack() as stack:

        @cache
        def warm() -> Warm:
            return stack.enter_context(warming(paths.environment()))

        @cache
        def started() -> Kernels:
            from hotline_lib.batch.kernels import Kernels

            return stack.enter_context(closing(Kernels(warm())))

        if soon:
            warm()
        yield started


@contextmanager
def warming(environment: Mapping[str, str], *, fork: bool = True) -> Iterator[Warm]:
    """The folder of a run, removed at its end, and its warm process. environment: variables of its processes. fork: from a warm
    process, if there can be one."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        bury(left)
    with (
        tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as name,
        held(Path(name, ALIVE), HotlineError("alive")),
        ExitStack() as stack,
    ):
        folder, server = Path(name), None
        library = str(Path(__file__).parents[2])  # the one that is running, installed or not
        environment = {
            "OPENBLAS_NUM_THREADS": "1",  # several kernels share the cores
            "PYTHONHASHSEED": "0",  # the order of sets is part of "the same input gives the same bytes"
            "PYTHONPATH": os.pathsep.join(filter(None, (library, os.environ.get("PYTHONPATH")))),
            "IPYTHONDIR": str(folder / "ipython"),
            COMPILED: str(folder / "wording"),  # each text is compiled once for all of them
            **environment,
        }
        # a profile of its own: nobody's start-up files and settings change a report
        (folder / "ipython" / "profile_default").mkdir(parents=True)
        (folder / "wording").mkdir()
        if fork and _CAN_FORK:
            with suppress(OSError):
                server = stack.enter_context(closing(ForkServer(environment, folder)))
        yield Warm(folder, environment, server)


class ForkServer:
    """The warm process (``zygote``), and what it says of the kernels that it forked."""

    def __init__(self, environment: Mapping[str, str], cwd: Path):
        ours, theirs = socket.socketpair()
        self._socket, self._lock = ours, threading.Lock()
        self._answers: Queue[object] = Queue()
        self._codes: dict[int, int] = {}
        self._ready = False
        self.broken = False
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "hotline_lib.batch.zygote", str(theirs.fileno())],
                pass_fds=[theirs.fileno()], env=child_environment(**environment), cwd=cwd,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError), self._socket.makefile("rb") as lines:
            for line in lines:
                words = json.loads(line)
                if isinstance(words, dict) and "ended" in words:
                    self._codes[words["ended"]] = words["code"]
                else:
                    self._answers.put(words)
        self.broken = True
        self._answers.put(None)

    def start(self, file: str, environment: Mapping[str, str], cwd: str) -> ForkedProcess:
        """A kernel with that connection file. Raises OSError if the warm process does not give one."""
        return ForkedProcess(self, self._ask({"file": file, "env": dict(environment), "cwd": cwd})["started"])

    def hold(self, month: str, made: str) -> None:
        """Opens a month in the warm process. Raises OSError as ``start`` does."""
        self._ask({"hold": month, "made": made})

    def beside(self, environment: Mapping[str, str], *, early: bool = False) -> Connection:
        """A line to a fork that does a month's own work (``desk``). early: before all is imported that drawing takes.

        Raises OSError as ``start`` does.
        """
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self._ask({"env": dict(environment), "cwd": os.getcwd(), "early": early}, theirs.fileno())
            return Connection(ours.detach())

    def _ask(self, asked: dict[str, Any], *descriptors: int) -> dict[str, Any]:
        """What the warm process says that it did."""
        with self._lock:  # one question at a time
            try:
                if not self._ready:
                    self._ready = self._answers.get(timeout=_WARM_LIMIT) == "ready"
                if self.broken or not self._ready:
                    raise OSError("the warm process did not come up")
                line = json.dumps(asked).encode() + b"\n"
                sent = socket.send_fds(self._socket, [line], descriptors) if descriptors else 0
                self._socket.sendall(line[sent:])
                answer = self._answers.get(timeout=_WARM_LIMIT)
            except Empty:
                answer = None
            if not isinstance(answer, dict):
                self.broken = True
                raise OSError("the warm process does not answer")
            return answer

    def code(self, pid: int) -> int | None:
        """How a kernel ended; None while it runs. If the warm process is gone, its kernels are ended."""
        if pid not in self._codes and self.broken:
            with suppress(OSError):
                os.killpg(pid, 9)
            self._codes.setdefault(pid, -9)
        return self._codes.get(pid)

    def close(self) -> None:
        if not self._ready:  # nothing was forked, and it is still importing
            self._process.kill()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # the warm process ends with its kernels
        self._socket.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


class ForkedProcess:
    """A kernel that is the warm process's child, in the shape of subprocess.Popen as jupyter_client uses it."""

    stdin = stdout = stderr = None

    def __init__(self, server: ForkServer, pid: int):
        self._server, self.pid = server, pid

    def poll(self) -> int | None:
        return self._server.code(self.pid)

    def wait(self, timeout: float | None = None) -> int | None:
        return self.poll()  # asked only after poll said so

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def kill(self) -> None:
        self.send_signal(9)

    def terminate(self) -> None:
        self.send_signal(15)
