"""Kernels for a run: forked from a warm process where that can be had, else plain ones.

A forked kernel is as fresh as a plain one (one fork a notebook, nothing shared) and starts without the second that its
imports take. Where there is no fork (Windows), or one fails to start, kernels are plain: slower, otherwise alike.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Dict, Unicode
from traitlets.config import Config

from hotline_lib.batch.left import ALIVE, bury
from hotline_lib.errors import HotlineError
from hotline_lib.journal import held
from hotline_lib.processes import COMPILED, child_environment

_SOCKET_PATH_LIMIT = 100  # bytes; macOS allows 104, Linux 108
_WARM_LIMIT = 60  # seconds in which the warm process must be ready, and then answer
_NOTHING: Mapping[str, str] = {}
_PREFIX = "hotline-kernels-"
_CAN_FORK = hasattr(os, "fork") and hasattr(socket, "AF_UNIX")


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


class ForkedProvisioner(LocalProvisioner):
    """Launches by asking the fork server; the rest (connection files, signals) is jupyter_client's own."""

    process: Any  # a ForkedProcess: jupyter_client asks for a Popen, and uses what both have

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        assert self.parent is not None  # the manager, which starts it
        server = SERVERS[self.parent.fork_from]
        self.process = server.start(cmd[cmd.index("-f") + 1], kwargs["env"], kwargs.get("cwd") or os.getcwd())
        self.pid = self.pgid = self.process.pid
        return self.connection_info


SERVERS: dict[str, ForkServer] = {}  # by the folder of the run; configuration holds texts only


class ReportKernelManager(AsyncKernelManager):
    """Kernels of the running interpreter, whatever kernelspecs there are, in an environment of their own."""

    environment = Dict(help="variables added to the kernel's environment").tag(config=True)
    fork_from = Unicode(help="key of SERVERS; empty for a plain kernel").tag(config=True)
    running: weakref.WeakSet[ReportKernelManager] = weakref.WeakSet()

    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
            metadata={"supported_encryption": ["curve"]},
        )

    async def _async_pre_start_kernel(self, **kw: Any) -> Any:
        self.running.add(self)
        if self.fork_from:
            self.provisioner = ForkedProvisioner(kernel_spec=self.kernel_spec, parent=self)
        environment = child_environment(**self.environment)
        return await super()._async_pre_start_kernel(**{**kw, "env": environment})


def kill(manager: AsyncKernelManager | None) -> None:
    """End a kernel at once."""
    process = getattr(manager and manager.provisioner, "process", None)
    if process is not None and process.poll() is None:
        process.kill()


def _settle() -> None:
    """traitlets looks up the classes that traits name when the first object is made: not in two threads at once."""
    ReportKernelManager(), ForkedProvisioner(), AsyncKernelClient()


class Kernels:
    """Where a run's kernels are started, and how they are reached.

    On POSIX they listen on sockets in a private folder, which cannot collide; elsewhere, or if the folder's
    path is too long for a socket, on TCP ports with encryption (without it ipykernel warns on every start).
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], *, fork: bool = True):
        self.folder = folder
        _settle()
        library = str(Path(__file__).parents[2])  # the one that is running, installed or not
        self.environment = {
            "OPENBLAS_NUM_THREADS": "1",  # several kernels share the cores
            "PYTHONHASHSEED": "0",  # the order of sets is part of "the same input gives the same bytes"
            "PYTHONPATH": os.pathsep.join(filter(None, (library, os.environ.get("PYTHONPATH")))),
            "IPYTHONDIR": str(folder / "ipython"),
            COMPILED: str(folder / "wording"),  # each text is compiled once for all of them
            **environment,
        }
        self._number = count(1)
        self.stopped = False
        # a profile of its own: nobody's start-up files and settings change a report
        (folder / "ipython" / "profile_default").mkdir(parents=True)
        (folder / "wording").mkdir()
        self._fork_from = ""
        if fork and _CAN_FORK:
            with suppress(OSError):
                SERVERS[str(folder)] = ForkServer(self.environment, folder)
                self._fork_from = str(folder)

    @property
    def forks(self) -> bool:
        """Whether kernels can be forked; not any more once a fork has failed."""
        return bool(self._fork_from) and not SERVERS[self._fork_from].broken

    def beside(self, *, early: bool = False) -> Connection | None:
        """A line to a fork of the warm process that does a month's own work; None if there can be none. early: that only opens it."""
        if self.forks:
            with suppress(OSError):
                return SERVERS[self._fork_from].beside(child_environment(**self.environment), early=early)
        return None

    def hold(self, month: str, made: str = "") -> None:
        """Opens a month, whose frames are kept, in the warm process: what is forked from it then has it. made: a file of what
        has been made of it (``handing``); the warm process then makes the rest of what several pages say."""
        if self.forks:
            with suppress(OSError):
                SERVERS[self._fork_from].hold(month, made)

    def plain_from_now_on(self) -> None:
        SERVERS[self._fork_from].broken = True

    def config(self, *, fork: bool = True, environment: Mapping[str, str] = _NOTHING) -> Config:
        """What one kernel is started with. environment: variables of its own."""
        base = self.folder / f"k{next(self._number)}"
        own = self.environment | dict(environment)
        settings: dict[str, Any] = {"environment": own, "connection_file": f"{base}.json"}
        if fork and self.forks:
            settings["fork_from"] = self._fork_from
        if os.name == "posix" and len(os.fsencode(base)) < _SOCKET_PATH_LIMIT - 3:
            settings |= {"transport": "ipc", "ip": str(base)}
        else:
            settings |= {"transport_encryption": "required"}
        return Config({"ReportKernelManager": settings})

    def stop(self) -> None:
        """End every kernel at once (Ctrl-C): their threads then see them dead and come back."""
        self.stopped = True
        for manager in list(ReportKernelManager.running):
            kill(manager)

    def close(self) -> None:
        self.stop()
        if self._fork_from:
            SERVERS.pop(self._fork_from).close()


@contextmanager
def kernels(environment: Mapping[str, str], *, fork: bool = True) -> Iterator[Kernels]:
    """Kernels for one run, their folder removed at the end. fork: from a warm process, if there can be one."""
    for name in ("papermill", "asyncio"):  # a stopped kernel leaves log lines; we report it in words
        logging.getLogger(name).addHandler(logging.NullHandler())
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        bury(left)
    with (
        tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as folder,
        held(Path(folder, ALIVE), HotlineError("alive")),
    ):
        started = Kernels(Path(folder), environment, fork=fork)
        try:
            yield started
        finally:
            started.close()
