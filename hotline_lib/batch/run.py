"""One month's run: what must be made is executed, several notebooks at a time, and put in its place.

Nothing here prints: ``on_event`` is told what happens, and the result says what came of it.
"""

from __future__ import annotations

import os
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hotline_lib.batch.inputs import Basis, basis
from hotline_lib.batch.manifest import (
    Manifest,
    Record,
    Tables,
    all_manifests,
    is_current,
    put_failure,
    put_report,
    read_manifest,
    remove_leftovers,
    retire,
    set_aside,
    write_manifest,
)
from hotline_lib.batch.plan import Report, discover, plan
from hotline_lib.errors import HotlineError
from hotline_lib.fingerprint import git_commit, package_versions, write_whole
from hotline_lib.params import load_params
from hotline_lib.paths import Paths

if TYPE_CHECKING:
    from hotline_lib.batch.execute import Executed, Failure
    from hotline_lib.month import Month

TIME_LIMIT = 600.0  # seconds a notebook may take


@dataclass(frozen=True)
class Event:
    """One step of a run, for whoever shows progress. ``done`` of ``total`` reports are behind it.

    kind: planned, preparing (the month's frames), started, finished, tables. status: as ReportResult's.
    """

    kind: Literal["planned", "preparing", "started", "finished", "tables"]
    done: int
    total: int
    label: str = ""
    status: str = ""
    seconds: float = 0.0
    error: str | None = None


@dataclass(frozen=True)
class ReportResult:
    """What came of one report. status: made, unchanged or failed; error: in words, for the analyst."""

    name: str
    label: str
    status: Literal["made", "unchanged", "failed"]
    page: Path
    seconds: float = 0.0
    error: str | None = None


@dataclass(frozen=True)
class RunResult:
    """What came of a month's run."""

    month: str
    reports: tuple[ReportResult, ...]
    tables: Tables
    index: Path

    @property
    def failed(self) -> list[ReportResult]:
        return [report for report in self.reports if report.status == "failed"]

    @property
    def exit_code(self) -> int:
        return 1 if self.failed or self.tables.error else 0


def run_month(
    month: str,
    paths: Paths,
    *,
    only: Sequence[str] = (),
    units: Sequence[str] = (),
    parameters: Mapping[str, Any] | None = None,
    jobs: int | None = None,
    force: bool = False,
    time_limit: float = TIME_LIMIT,
    on_event: Callable[[Event], None] | None = None,
) -> RunResult:
    """Make a month's reports and tables in output/MONTH, and the index.

    only, units, parameters: what was asked for, as ``plan.plan`` takes them. jobs: notebooks at a time; one
    more than there are cores if None. force: make them even if nothing has changed. time_limit: seconds per
    notebook.
    Raises HotlineError, before any kernel starts, if what was asked for makes no sense or the month's tickets
    or parameters cannot be used. What fails in a single report fails that report only.
    """
    params = load_params(month, paths.params)
    reports = plan(paths, params, only=only, units=units, parameters=parameters)
    run = _Run(month, paths, basis(month, paths, params), len(reports), on_event or (lambda event: None))
    run.tidy()

    results: dict[str, ReportResult] = {}
    due = []
    for report in reports:
        if not force and run.current(report):
            results[report.name] = run.unchanged(report)
        else:
            due.append(report)
    if due or not run.tables_current():
        results |= run.make(due, jobs or cores() + 1, time_limit)
    index = run.write_index(params.organisation.hotline)
    return RunResult(month, tuple(results[report.name] for report in reports), run.manifest.tables, index)


class _Run:
    """The state of one run: what has been made so far, kept in the manifest after every report."""

    def __init__(self, month: str, paths: Paths, stands_on: Basis, total: int, say: Callable[[Event], None]):
        self.month, self.paths, self.basis = month, paths, stands_on
        self.folder = paths.report_folder(month)
        self.manifest: Manifest = read_manifest(self.folder)
        self.total, self.done, self._say = total, 0, say
        self._one_voice = threading.Lock()  # notebooks start in threads; whoever listens need not know
        self.changed = False  # whether the manifest, and so the index, says something new
        self.say("planned")

    def say(self, kind: Any, label: str = "", **facts: Any) -> None:
        with self._one_voice:
            self._say(Event(kind, self.done, self.total, label, **facts))

    def tidy(self) -> None:
        """Remove what a killed run left, and reports of notebooks that are gone."""
        if self.folder.is_dir():
            remove_leftovers(self.folder)
            known = [notebook.name for notebook in discover(self.paths.notebooks)]
            if retire(self.folder, self.manifest, known):
                self._remember()

    def current(self, report: Report) -> bool:
        record = self.manifest.reports.get(report.name)
        return is_current(self.folder, report.name, record, self.basis.of(report))

    def tables_current(self) -> bool:
        return self.manifest.tables.current(self.folder, self.basis.of_tables)

    def unchanged(self, report: Report) -> ReportResult:
        self.done += 1
        self.say("finished", report.label, status="unchanged")
        return ReportResult(report.name, report.label, "unchanged", self._page(report))

    def make(self, due: Sequence[Report], jobs: int, time_limit: float) -> dict[str, ReportResult]:
        """Make the month's tables and the reports that are due."""
        self.say("preparing")
        from hotline_lib.batch.execute import kernels  # slow, and an unchanged month needs none of it

        month = prepared(self.month, self.paths)
        self.manifest.simulated = month.simulated
        self.manifest.inputs = dict(self.basis.files)
        self.manifest.code = {"commit": git_commit(self.paths.root), "packages": package_versions()}

        results = {}
        with kernels(self.paths.environment()) as started_by, ThreadPoolExecutor(jobs) as pool:
            futures = {pool.submit(self._execute, report, started_by, time_limit): report for report in due}
            try:
                self._write_tables(month)
                waiting = set(futures)
                while waiting:
                    finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    for future in sorted(finished, key=lambda future: futures[future].name):
                        result = self._place(futures[future], future.result(), month)
                        results[result.name] = result
            except BaseException:
                _end(futures, started_by)
                raise
        return results

    def write_index(self, hotline: str) -> Path:
        """output/index.html, from the manifests of all months, and the month's index of units."""
        index = self.paths.output / "index.html"
        if self.changed or not index.exists():
            from hotline_lib.batch import pages

            write_whole(index, pages.index(all_manifests(self.paths.output), hotline))
            if any(record.unit for record in self.manifest.reports.values()):
                write_whole(self.folder / "units" / "index.html", pages.units_index(self.manifest, hotline))
        return index

    def _execute(self, report: Report, started_by: Any, time_limit: float) -> Executed:
        from hotline_lib.batch.execute import Executed, Failure, execute

        if report.notebook.problem:
            return Executed(None, Failure("notebook", report.notebook.problem), 0.0)
        self.say("started", report.label)
        try:
            return execute(report.notebook.path, report.parameters, started_by=started_by, time_limit=time_limit)
        except Exception as error:  # a bug of ours, or a notebook of a kind never seen: not the others' fault
            return Executed(None, _unforeseen(error), 0.0)

    def _place(self, report: Report, executed: Executed, month: Month) -> ReportResult:
        """Put a report, or its failure page, in its place and remember it."""
        from hotline_lib.batch import clean, pages

        failure, begun = executed.failure, time.monotonic()
        notebook = clean.as_text(executed.notebook) if executed.notebook is not None else None
        try:
            if failure is None:
                html = pages.report(executed.notebook, report, month)
                put_report(self.folder, report.name, html=html, notebook=notebook)
        except Exception as error:
            failure = _unforeseen(error, "export")
        if failure is not None:
            kept = set_aside(self.folder, report.name, self.manifest.reports.get(report.name))
            html = pages.failure(failure, report, month, has_previous=kept)
            put_failure(self.folder, report.name, html=html, notebook=notebook)

        seconds = round(executed.seconds + time.monotonic() - begun, 2)
        record = Record(
            status="failed" if failure else "made",
            title=report.notebook.title,
            unit=report.unit,
            notebook=report.notebook.name,
            seconds=seconds,
            made_at=datetime.now().astimezone().isoformat(timespec="seconds"),
            error=failure.in_one_line if failure else None,
            fingerprint=self.basis.of(report),
        )
        self.manifest.reports[report.name] = record
        self._remember()
        self.done += 1
        self.say("finished", report.label, status=record.status, seconds=seconds, error=record.error)
        page = self._page(report)
        return ReportResult(report.name, report.label, record.status, page, seconds, record.error)

    def _write_tables(self, month: Month) -> None:
        try:
            files = tables_written(month, self.folder)
            names = tuple(file.relative_to(self.folder).as_posix() for file in files)
            self.manifest.tables = Tables(self.basis.of_tables, names)
        except Exception as error:
            self.manifest.tables = Tables(self.basis.of_tables, error=_in_words(error))
        self._remember()
        self.say("tables", error=self.manifest.tables.error)

    def _remember(self) -> None:
        write_manifest(self.folder, self.manifest)
        self.changed = True

    def _page(self, report: Report) -> Path:
        return self.folder / f"{report.name}.html"


def prepared(month: str, paths: Paths) -> Month:
    """The month, its frames scanned once and left in output/.cache for the notebooks."""
    from hotline_lib.month import prepare

    return prepare(month, paths)


def tables_written(month: Month, folder: Path) -> list[Path]:
    """The printed tables as CSV, and the workbook of all."""
    from hotline_lib.bulletin import write_tables
    from hotline_lib.deliver.workbook import write_workbook

    return [*write_tables(month, folder / "tables"), write_workbook(month, folder)]


def _unforeseen(error: Exception, kind: str = "error") -> Failure:
    from hotline_lib.batch.execute import Failure

    return Failure(kind, _in_words(error), traceback="".join(traceback.format_exception(error)))


def _in_words(error: Exception) -> str:
    if isinstance(error, HotlineError):
        return str(error)
    if isinstance(error, PermissionError):
        return f"无法写入 {error.filename2 or error.filename}：请先在 Excel 等程序中关闭它，并确认有写入权限。"
    return f"{type(error).__name__}: {error}"


def _end(futures: Mapping[Future, Report], started_by: Any) -> None:
    """Give up a run: start nothing more, end the kernels that are there, wait for their threads."""
    for future in futures:
        future.cancel()
    while not all(future.done() for future in futures):
        started_by.stop()
        time.sleep(0.1)


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
