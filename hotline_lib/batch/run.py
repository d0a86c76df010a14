"""One month's run: what must be made is executed and put in its place. ``on_event`` is told; nothing here prints."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hotline_lib.batch import desk, manifest, proofs
from hotline_lib.batch.failure import Failure
from hotline_lib.batch.inputs import basis, mixed
from hotline_lib.batch.manifest import Record, Status, Tables, read_manifest
from hotline_lib.batch.plan import DOCUMENT, Report, discover, of_document, plan
from hotline_lib.batch.weaknesses import warnings
from hotline_lib.batch.whole import remember, units_of, write_pages
from hotline_lib.batch.written import data_of_charts, data_of_unit, kept_tables, mail_written, tables_written
from hotline_lib.errors import HotlineError
from hotline_lib.fingerprint import file_sha256, git_commit, package_versions, value_fingerprint
from hotline_lib.journal import held, write_whole
from hotline_lib.params import Params, load_params
from hotline_lib.paths import Paths

if TYPE_CHECKING:
    from hotline_lib.batch.execute import Executed
    from hotline_lib.batch.kernels import Kernels
    from hotline_lib.month import Month


@dataclass(frozen=True)
class Event:
    """One step of a run, for whoever shows progress. preparing: the month's frames. status: as ReportResult's."""

    kind: Literal["preparing", "started", "finished"]
    label: str = ""
    status: str = ""


@dataclass(frozen=True)
class ReportResult:
    """What came of one report. status: made, unchanged or failed; error: in words, for the analyst."""

    name: str
    label: str
    status: Status
    page: Path
    seconds: float = 0.0
    error: str | None = None


@dataclass(frozen=True)
class RunResult:
    """What came of a month's run. warnings: what the reports lack, in words.

    available: reports of the month that can be opened, made now or before. old: of those not asked for now, which were
    made from other things than there are now. unmade: which of them failed."""

    month: str
    reports: tuple[ReportResult, ...]
    tables: Tables
    mail: Tables
    index: Path
    warnings: tuple[str, ...] = ()
    available: int = 0
    old: tuple[str, ...] = ()
    unmade: tuple[str, ...] = ()

    @property
    def failed(self) -> list[ReportResult]:
        return [report for report in self.reports if report.status == "failed"]

    @property
    def exit_code(self) -> int:
        return 1 if self.failed or self.tables.error or self.mail.error else 0


def run_month(
    month: str,
    paths: Paths,
    *,
    only: Sequence[str] = (),
    units: Sequence[str] = (),
    parameters: Mapping[str, Any] | None = None,
    jobs: int | None = None,
    time_limit: float | None = None,
    force: bool = False,
    on_event: Callable[[Event], None] = lambda event: None,
    shared: Callable[[], Kernels] | None = None,
) -> RunResult:
    """Make a month's reports, tables and mail in output/MONTH, and the index.

    only, units, parameters: what was asked for, as ``plan.plan`` takes them. jobs: notebooks at a time; one
    more than there are cores if None. time_limit: seconds for a notebook (600 if None). force: make them even if
    nothing has changed. shared: kernels that the runs of several months share (``forks.shared_kernels``).
    Raises HotlineError, before any kernel starts, if what was asked for makes no sense or the month's tickets
    or parameters cannot be used, or if another run has the month. What fails in a single report fails that report only.
    """
    params = load_params(month, paths.params)
    reports = plan(paths, params, only=only, units=units, parameters=parameters)
    with alone(month, paths):
        run = _Run(month, paths, params, on_event)
        run.tidy()
        run.decide(reports, parameters or {})
        kept = [] if force else [each for each in reports if run.is_current(each)]
        results = {each.name: run.result(each, "unchanged") for each in kept}
        due = [report for report in reports if report.name not in results]
        if due or not (run.is_written("tables") and run.is_written("mail")):
            due.sort(key=lambda report: (run.folder / f"{report.name}.html").exists())  # what is missing comes first
            results |= run.make(due, jobs, time_limit, shared)
        in_order = tuple(results[report.name] for report in reports)
        index = run.write_index(params.organisation.hotline)
        there = manifest.beside(run.folder, run.manifest, results, run.basis, run.shared)
        return RunResult(month, in_order, run.manifest.tables, run.manifest.mail, index, run.warnings, *there)


def alone(month: str, paths: Paths) -> AbstractContextManager[None]:
    """Holds what lies in output/MONTH: two runs at once would write the same files. Raises HotlineError if one has it."""
    busy = HotlineError(f"另一次运行正在做 {month} 的报告，这一次什么也没有做。请等它结束后重新运行。")
    return held(paths.output / ".locks" / f"{month}.lock", busy)


class _Run:
    """The state of one run: what has been made so far, kept in the manifest after every report."""

    def __init__(self, month: str, paths: Paths, params: Params, say: Callable[[Event], None]):
        self.month, self.paths, self.params, self.say = month, paths, params, say
        if not params.month.source.in_data:
            say(Event("preparing"))  # a table may take its time to say what it holds
        self.files, self.basis = basis(month, paths, params)
        mail = value_fingerprint([self.basis, params.organisation.mail.model_dump()])  # its subject and sender
        self.made_from = {"tables": self.basis, "mail": mail}
        self.folder = paths.report_folder(month)
        self.manifest = read_manifest(self.folder)
        self.warnings: tuple[str, ...] = ()
        self.changed = False  # whether the manifest, and so the index, says something new
        self.shared: dict[str, Any] = {}  # the whole bulletin's parameters

    def decide(self, reports: Sequence[Report], typed: Mapping[str, Any]) -> None:
        """The whole bulletin's parameters: those of page 00, made now or, if it is not asked for, as it lies there."""
        kept = DOCUMENT in self.manifest.reports and all(report.notebook.name != DOCUMENT for report in reports)
        self.manifest.typed, self.shared = of_document(self.paths, self.params, self.manifest.typed if kept else typed)

    def tidy(self) -> None:
        """Remove what a killed run was still writing, and reports of notebooks that are gone."""
        for part in self.folder.rglob(".*.part"):
            part.unlink(missing_ok=True)
        if manifest.retire(self.folder, self.manifest, [notebook.name for notebook in discover(self.paths.notebooks)]):
            self._remember()

    def is_current(self, report: Report) -> bool:
        """Whether a report was made from just this, and still lies there."""
        record = self.manifest.reports.get(report.name)
        if record is None or record.status != "made" or record.fingerprint != self._fingerprint(report):
            return False
        files = {suffix: self.folder / f"{report.name}{suffix}" for suffix in manifest.SUFFIXES}
        there = all((files[".html"].parent / place).is_file() for place in record.places)
        return there and all(manifest.is_whole(files[suffix], record.digests.get(suffix)) for suffix in files)

    def is_written(self, what: Literal["tables", "mail"]) -> bool:
        """Whether the tables, or the mail, were made from just this, and still lie there. Word may have been edited by hand."""
        made = getattr(self.manifest, what)
        same = made.error is None and (made.fingerprint, made.shared) == (self.made_from[what], self.shared)
        known = {name: None if name.endswith(".docx") else made.digests.get(name) for name in made.files}
        return same and all(manifest.is_whole(self.folder / name, digest) for name, digest in known.items())

    def result(self, report: Report, status: Status, seconds: float = 0.0, error: str | None = None) -> ReportResult:
        self.say(Event("finished", report.label, status))
        return ReportResult(report.name, report.label, status, self.folder / f"{report.name}.html", seconds, error)

    def make(
        self, due: Sequence[Report], jobs: int | None, time_limit: float | None, shared: Callable[[], Kernels] | None
    ) -> dict[str, ReportResult]:
        """Make the month's tables, the reports that are due, and the mail that carries them."""
        self.say(Event("preparing"))
        warm = shared() if shared else None  # warms up while this process imports what pages take
        from hotline_lib.batch import pages  # noqa: F401
        from hotline_lib.batch.execute import TIME_LIMIT, Executed, executing

        beside = warm if self.params.month.source.in_data else None  # a database is asked by one process
        with desk.opened(prepared, self.month, self.paths, beside) as at:
            about = at.do(desk.about)
            self.manifest.simulated, self.manifest.inputs = about.simulated, self.files
            self.manifest.code = {"commit": git_commit(self.paths.root), "packages": package_versions()}
            started = lambda report: self.say(Event("started", report.label))
            given: dict = {"jobs": jobs, "time_limit": time_limit or TIME_LIMIT, "on_start": started, "shared": shared}
            top = Tables(shared=self.shared).top
            with executing(due, self.paths, environment=at.call(desk.frames_read, self.paths), **given) as finished:
                before = kept_tables(self.folder)
                lacking, writing = at.begin(warnings), at.begin(tables_written, self.folder, before, top)
                proof = at.begin(proofs.of_word, self.folder, self.paths)
                self.warnings = lacking()
                results = {report.name: self._place(report, executed, about, at, due) for report, executed in finished}
            self._write("tables", writing)
            if (after := kept_tables(self.folder)) != before:
                self._write("tables", at.begin(tables_written, self.folder, after, top))
                proof = at.begin(proofs.of_word, self.folder, self.paths)
            mail = at.aside.begin(mail_written, self.folder, self.manifest)
            if not self.manifest.tables.error:
                self.manifest.take(at.do(remember, self.paths, self.manifest, after, top))
                self.manifest.proofs |= proof()
            self.warnings += proofs.told(self.manifest.proofs)
            self._write("mail", lambda: [mail()])
        now = lambda: basis(self.month, self.paths, load_params(self.month, self.paths.params), again=True)
        if words := mixed(self.files, self.basis, now):
            manifest.withdraw(self.folder, self.manifest, [report.name for report in due], words)
            self._remember()
            none = Executed(None, Failure(words))
            results = {each.name: self._place(each, none, about, at, due) for each in due}
        return results

    def write_index(self, hotline: str) -> Path:
        """output/index.html, from the manifests of all months, and the month's index of units."""
        index = self.paths.output / "index.html"
        if self.changed or not index.exists():
            from hotline_lib.batch import indexes

            write_pages(self.paths, hotline, self.month)
            if units := units_of(self.manifest, self.paths):
                write_whole(self.folder / "units" / "index.html", indexes.units_index(self.manifest, hotline, units))
        return index

    def _place(
        self, report: Report, executed: Executed, month: desk.About, at: desk.Here, due: Sequence[Report]
    ) -> ReportResult:
        """Put a report, or its failure page, in its place and remember it."""
        from hotline_lib.batch import clean, pages

        failure, begun, name, digests = executed.failure, time.monotonic(), report.name, {}
        notebook = clean.as_text(executed.notebook) if executed.notebook is not None else None
        try:
            if failure is None:
                assert executed.notebook is not None  # what did not fail was executed
                notebook = clean.as_text(data_of_charts(executed.notebook, report, self.folder))
                data = at.do(data_of_unit, report, self.folder) if report.unit else pages.DATA
                page, places = pages.report(executed.notebook, report, month, manifest.titles(self.manifest, due), data)
                html = proofs.of_page(page, name, self.manifest, self.paths, at.call)
                digests = manifest.put(self.folder, name, html=html, notebook=notebook)
                manifest.drop_previous(self.folder, name)
        except Exception as error:
            failure = Failure.of(error)
        if failure is not None:
            kept = manifest.set_aside(self.folder, name, self.manifest.reports.get(name))
            html = pages.failure(failure, report, month, has_previous=kept)
            digests = manifest.put(self.folder, name, html=html, notebook=notebook)
        self.manifest.reports[name] = record = Record(
            status="failed" if failure else "made",
            title=report.notebook.title,
            unit=report.unit,
            notebook=report.notebook.name,
            seconds=round(executed.seconds + time.monotonic() - begun, 2),
            made_at=datetime.now().astimezone().isoformat(timespec="seconds"),
            error=failure.in_one_line if failure else None,
            fingerprint=self._fingerprint(report),
            basis=self.basis,
            parameters=dict(report.parameters),
            shared=dict(report.shared),
            digests=digests,
            places=places if not failure else {},
        )
        self._remember()
        return self.result(report, "failed" if failure else "made", record.seconds, record.error)

    def _fingerprint(self, report: Report) -> str:
        values = {name: of.default for name, of in report.notebook.parameters.items()} | dict(report.parameters)
        return value_fingerprint([self.basis, report.name, report.notebook.digest, values])

    def _write(self, what: Literal["tables", "mail"], write: Callable[[], list[Path]]) -> None:
        """What is no report; what goes wrong with it spoils none."""
        try:
            files = {file.relative_to(self.folder).as_posix(): file_sha256(file) for file in write()}
            made = Tables(self.made_from[what], tuple(files), shared=self.shared, digests=files)
        except Exception as error:
            made = Tables(error=Failure.of(error).message, shared=self.shared)
        setattr(self.manifest, what, made)
        self._remember()

    def _remember(self) -> None:
        manifest.write_manifest(self.folder, self.manifest)
        self.changed = True


def prepared(month: str, paths: Paths) -> Month:
    """The month, its frames scanned once and left in output/.cache for the notebooks."""
    from hotline_lib.opening import prepare

    return prepare(month, paths)
