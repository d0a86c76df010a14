"""Executing one notebook with papermill in a kernel of its own, and what came of it.

Import this module only when something must run: papermill and what it pulls in cost a third of a second.
"""

from __future__ import annotations

import copy
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NotebookExecutionManager
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from traitlets.config import Config

from hotline_lib import errors
from hotline_lib.batch.clean import numbered, plain_text, read_with_ids, strip_volatile
from hotline_lib.batch.failure import Failure
from hotline_lib.batch.kernels import Kernels, ReportKernelManager, kernels, kill
from hotline_lib.batch.plan import Report
from hotline_lib.paths import Paths

TIME_LIMIT = 600.0  # seconds a notebook may take
OUTPUT_LIMIT = 10 << 20  # characters a notebook may print and show; a report has a tenth of them
_NOTHING: Mapping[str, str] = {}
_ONE_AT_A_TIME = threading.Lock()  # as ``kernels._settle`` has it
_START_LIMIT = 60  # seconds in which a kernel must come up


@dataclass(frozen=True)
class Executed:
    """A notebook as executed, as far as it got (None if it was not begun); ``failure`` is None if all cells ran."""

    notebook: NotebookNode | None
    failure: Failure | None = None
    seconds: float = 0.0


class ReportClient(PapermillNotebookClient):
    """papermill's client for notebooks that may print without end: their kernel is ended before memory is."""

    shown = 0  # characters

    @property
    def flooded(self) -> bool:
        return self.shown > OUTPUT_LIMIT

    def process_message(self, msg: dict[str, Any], *arg: Any, **kwargs: Any) -> Any:
        content = msg["content"]
        texts = [content.get("text"), *(content.get("data") or {}).values()]
        self.shown += sum(len(text) for text in texts if isinstance(text, str))
        if not self.flooded:
            return super().process_message(msg, *arg, **kwargs)
        kill(self.km)
        return None


@contextmanager
def executing(
    reports: Sequence[Report],
    paths: Paths,
    *,
    jobs: int | None,
    time_limit: float = TIME_LIMIT,
    on_start: Callable[[Report], None],
    shared: Callable[[], Kernels] | None = None,
    environment: Mapping[str, str] = _NOTHING,
) -> Iterator[Iterator[tuple[Report, Executed]]]:
    """Run the reports' notebooks, several at a time; gives each report with what came of it, as they end.

    jobs: how many at a time; one more than there are cores if None. time_limit: seconds for each.
    on_start: told when a report's notebook begins. shared: kernels that outlive this call (``forks.shared_kernels``).
    environment: variables for the kernels.
    If the caller gives up (Ctrl-C), no more is started and the kernels that are there are ended.
    """
    one_voice = threading.Lock()  # notebooks begin in threads; whoever listens need not know
    with ExitStack() as stack, ThreadPoolExecutor(jobs or _cores() + 1) as pool:
        started_by = shared() if shared else stack.enter_context(kernels(paths.environment()))

        def run(report: Report) -> Executed:
            if report.notebook.problem:
                return Executed(None, Failure(report.notebook.problem))
            with one_voice:
                on_start(report)
            try:
                notebook = report.notebook
                return execute(
                    notebook.path, report.parameters,
                    started_by=started_by, time_limit=time_limit, environment=environment,
                )  # fmt: skip
            except Exception as error:  # a bug of ours, or a notebook of a kind never seen: not the others' fault
                return Executed(None, Failure.of(error))

        futures = {pool.submit(run, report): report for report in reports}
        try:
            yield ((futures[future], future.result()) for future in as_completed(futures))
        except BaseException:
            for future in futures:
                future.cancel()
            while not all(future.done() for future in futures):
                started_by.stop()
                time.sleep(0.1)
            raise


def _cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def execute(
    path: Path,
    parameters: Mapping[str, Any],
    *,
    started_by: Kernels,
    time_limit: float,
    environment: Mapping[str, str] = _NOTHING,
) -> Executed:
    """Run one notebook from its folder; everything that can go wrong in it ends up in ``Executed.failure``.

    parameters: put in a cell after the one tagged ``parameters``; without any, no cell. time_limit: seconds for the
        whole notebook. environment: variables for its kernel.
    """
    begun = time.monotonic()
    notebook = load_notebook_node(read_with_ids(path))
    if parameters:
        notebook = parameterize_notebook(notebook, dict(parameters), kernel_name="python3", language="python")
    for last in (False, True):
        forks = not last and started_by.forks
        tried = copy.deepcopy(notebook)
        config = started_by.config(fork=forks, environment=environment)
        client = _client(tried, path, config, timeout=lambda: time_limit - (time.monotonic() - begun))
        failure, again = None, False
        try:
            client.execute()
        except CellTimeoutError:
            failure = _failure(tried, f"超过时限 {time_limit:g} 秒，已停止。确实需要更久时用 --time-limit 写明秒数。")
        except DeadKernelError:
            failure, again = _failure(tried, "执行中内核意外退出（可能内存不足，或程序调用了退出）。"), forks
        except (RuntimeError, OSError) as error:  # a kernel that does not come up: a busy machine, a clock that jumps
            failure, again = Failure(f"内核没有启动起来：{error}"), True
            if forks:
                started_by.plain_from_now_on()
        finally:
            client.nb_man.notebook_complete()
        if last or not again or started_by.stopped or client.flooded:
            break
    if client.flooded:
        failure = _failure(tried, f"输出超过 {OUTPUT_LIMIT >> 20} MB，已停止。请只显示需要的行。")
    failure = failure or _failure(tried)
    return Executed(strip_volatile(tried, parameters), failure, time.monotonic() - begun)


def _client(notebook: NotebookNode, path: Path, config: Config, timeout: Callable[[], float]) -> ReportClient:
    """papermill's client on a kernel with that configuration. timeout: how many seconds are left."""
    manager = NotebookExecutionManager(notebook, progress_bar=False, autosave_cell_every=0)
    manager.notebook_start()
    with _ONE_AT_A_TIME:
        return ReportClient(
            manager,
            kernel_name="python3",
            kernel_manager_class=ReportKernelManager,
            config=config,
            resources={"metadata": {"path": str(path.parent)}},
            timeout_func=lambda _cell: max(0.5, timeout()),
            shutdown_kernel="immediate",
            record_timing=False,
            startup_timeout=_START_LIMIT,
        )


def _failure(notebook: NotebookNode, message: str = "") -> Failure | None:
    """What ended a run, if anything did: papermill marks every cell it began, and the last of them is where it stopped.

    message: why a kernel hung or died; without it, the error that the cell itself raised.
    """
    code = ((number, cell) for number, cell in numbered(notebook) if cell.cell_type == "code")
    begun = [(number, cell) for number, cell in code if cell.metadata.papermill.get("start_time")]
    number, cell = begun[-1] if begun else (None, None)
    if message:
        return Failure(message, number, cell.source) if cell else Failure(message)
    if cell is None or cell.metadata.papermill.get("status") != "failed":
        return None
    error = next(output for output in cell.outputs if output.output_type == "error")
    value = plain_text(error.evalue)
    words = value if hasattr(errors, error.ename) else f"{error.ename}: {value}".removesuffix(": ")
    return Failure(words, number, cell.source, plain_text("\n".join(error.traceback)))
