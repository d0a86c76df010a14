"""Kernels for a run: forked from a warm process where that can be had, else plain ones.

A forked kernel is as fresh as a plain one (one fork a notebook, nothing shared) and starts without the second that its
imports take. Where there is no fork (Windows), or one fails to start, kernels are plain: slower, otherwise alike.
"""

from __future__ import annotations

import logging
import os
import sys
import weakref
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from itertools import count
from multiprocessing.connection import Connection
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Dict, Unicode
from traitlets.config import Config

from hotline_lib.batch.forks import ForkServer, Warm, warming
from hotline_lib.processes import child_environment

_SOCKET_PATH_LIMIT = 100  # bytes; macOS allows 104, Linux 108
_NOTHING: Mapping[str, str] = {}


SERVERS: dict[str, ForkServer] = {}  # by the folder of the run; configuration holds texts only


class ForkedProvisioner(LocalProvisioner):
    """Launches by asking the fork server; the rest (connection files, signals) is jupyter_client's own."""

    process: Any  # a ForkedProcess: jupyter_client asks for a Popen, and uses what both have

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        assert self.parent is not None  # the manager, which starts it
        server = SERVERS[self.parent.fork_from]
        self.process = server.start(cmd[cmd.index("-f") + 1], kwargs["env"], kwargs.get("cwd") or os.getcwd())
        self.pid = self.pgid = self.process.pid
        return self.connection_info


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

    def __init__(self, warm: Warm):
        self.folder, self.environment = warm.folder, warm.environment
        for name in ("papermill", "asyncio"):  # a stopped kernel leaves log lines; we report it in words
            logging.getLogger(name).addHandler(logging.NullHandler())
        _settle()
        self._number = count(1)
        self.stopped = False
        self._fork_from = ""
        if warm.server:
            SERVERS[str(self.folder)] = warm.server
            self._fork_from = str(self.folder)

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
        SERVERS.pop(self._fork_from, None)


@contextmanager
def kernels(environment: Mapping[str, str], *, fork: bool = True) -> Iterator[Kernels]:
    """Kernels for one run. fork: from a warm process, if there can be one."""
    with warming(environment, fork=fork) as warm, closing(Kernels(warm)) as started:
        yield started
