"""Real exports in: from the files that other systems write to months of checked tickets; nothing lost, nobody named.

files     what a file really is, and whether it is safe to open
headings  which row names the columns, and what they may be called
read      its tables: the header, and the ticket columns as text; nothing else leaves the reader
check     text to values, in the engine, and every cell that breaks a rule
store     new, updated or unchanged; months replaced whole, the version before kept
report    what is left for the analyst in output/intake
words     all that is said, and what is never said
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from hotline_lib.errors import HotlineError
from hotline_lib.intake import report, store, words
from hotline_lib.intake.check import map_rows
from hotline_lib.intake.files import Export, find_exports
from hotline_lib.intake.headings import Headings
from hotline_lib.intake.read import sheets
from hotline_lib.intake.store import Stored
from hotline_lib.intake.words import FileProblem, IntakeError
from hotline_lib.params import Params, load_params
from hotline_lib.paths import Paths

__all__ = ["Intake", "IntakeError", "intake"]

Say = Callable[[str, float | None], None]


@dataclass(frozen=True)
class Intake:
    """What came of an intake.

    rows: by file, how many rows were new, updated, unchanged, refused, or a total, blank or header line; they add up
    to the rows read. stored: the months that changed. notes: what was not read. folder: in output/intake.
    """

    month: str
    rows: dict[str, dict[str, int]]
    stored: list[Stored]
    notes: list[str]
    folder: Path

    def count(self, *became: str) -> int:
        return sum(number for of_file in self.rows.values() for each, number in of_file.items() if each in became)


def intake(
    files: Sequence[Path],
    month: str,
    paths: Paths,
    *,
    accept_good: bool = False,
    replace_simulated: bool = False,
    on_step: Say | None = None,
) -> Intake:
    """Take tickets from exports into data/tickets, by month of acceptance.

    files: in the order in which they were exported: of two versions of a ticket the later file's stands. month: the
    bulletin's; its own tickets and those of the months it reaches back to are taken. accept_good: take the rows
    without a problem, and keep the others in refused.csv. on_step: told what is being done, and how much of it is
    (0 to 1; None: nobody knows).

    Raises IntakeError in words, with nothing taken, for every problem at once, and for what the computer refuses.
    """
    params = load_params(month, paths.params, need_month_file=False)
    if params.month.source.kind != "parquet":
        raise IntakeError(words.DATABASE.format(month=month))
    try:
        with store.stage(paths) as stage:
            return _Intake(stage, params, paths, on_step or (lambda *_: None)).run(
                files, accept_good, replace_simulated
            )
    except HotlineError:
        raise
    except (KeyboardInterrupt, duckdb.InterruptException):
        raise IntakeError(words.INTERRUPTED) from None
    except (MemoryError, duckdb.OutOfMemoryException):
        raise IntakeError(words.MEMORY) from None
    except (OSError, duckdb.IOException, duckdb.FatalException):
        raise IntakeError(words.cannot_write("data/tickets 或 output/intake")) from None
    except Exception as error:
        if "interrupt" in str(error).lower():  # Ctrl-C inside a query comes out of DuckDB as a RuntimeError
            raise IntakeError(words.INTERRUPTED) from None
        # a bug of ours: the log gets the trace, but not the words, which may quote a cell
        raise RuntimeError(type(error).__name__).with_traceback(error.__traceback__) from None


class _Intake:
    """One intake on its way: the engine, and what is to be told at the end."""

    def __init__(self, stage: store.Stage, params: Params, paths: Paths, say: Say):
        self.stage, self.con, self.params, self.paths, self.say = stage, stage.con, params, paths, say
        self.headings = Headings(params)
        self.broken: list[FileProblem] = []
        self.notes: list[str] = []
        self.unread: dict[str, list[str]] = {}  # the tables that have the same columns beside ours

    def run(self, files: Sequence[Path], accept_good: bool, replace_simulated: bool) -> Intake:
        for file in files:
            self.read(file)
        self.notes += [words.not_read(tables, columns) for columns, tables in self.unread.items()]
        self.stage.close()
        self.say("核对每一行", None)
        map_rows(self.con, self.params)
        folder = report.Folder(self.params.month.month, self.paths)
        try:
            return self.settle(files, folder, accept_good, replace_simulated)
        finally:
            folder.drop()

    def settle(
        self, files: Sequence[Path], folder: report.Folder, accept_good: bool, replace_simulated: bool
    ) -> Intake:
        """Takes the good rows, or refuses all; either way the folder says why."""
        month = self.params.month.month
        report.tell_problems(self.con, self.broken, self.params, folder.beside)
        lines, total = report.first_problems(self.con, name_file=len(files) > 1)
        if total and (self.broken or not accept_good):
            report.write_sums(folder.beside, month=month, rows=report.sums(self.con, taken=False), notes=self.notes)
            folder.keep()
            where = self.paths.short(folder.path / "problems.csv")
            again = words.command(files, month, accept_good=accept_good, replace_simulated=replace_simulated)
            raise IntakeError(words.refusal(lines, total, files, where, again, fatal=bool(self.broken) or accept_good))
        self.say("与已有的工单比较", None)
        store.compare(self.con, self.params, self.paths, replace_simulated=replace_simulated)
        rows = report.sums(self.con, taken=True)
        report.write_changes(self.con, self.params, folder.beside)
        if total:
            report.write_refused(self.con, self.params, folder.beside)
        self.say("写入各月工单", None)
        written = store.write_months(self.con, self.params, self.paths)
        aside = store.simulated(self.params, self.paths) if written else []  # nothing comes in their place otherwise
        done = Intake(month, rows, store.described(written, aside, self.paths), self.notes, folder.path)
        stored = [asdict(each) for each in done.stored]
        report.write_sums(folder.beside, month=month, rows=rows, stored=stored, notes=self.notes)
        store.place(written, aside, self.paths)  # all that can fail for want of space is behind us
        folder.keep()
        return done

    def read(self, file: Path) -> None:
        """Stages one file's rows as text; what cannot be read is a problem, and the next file is read all the same."""
        try:
            for export in find_exports(file, lambda name: self.notes.append(words.NO_TABLE.format(name=name))):
                self.say(f"读取 {export.name}", 0)
                self.read_export(export)
        except FileProblem as problem:
            self.broken.append(problem)

    def read_export(self, export: Export) -> None:
        try:
            for sheet in sheets(export, self.headings, self.notes.append):
                self.broken += sheet.header.problems
                if sheet.header.unread:
                    columns = words.unread(sheet.header.unread)
                    self.unread.setdefault(columns, []).append(words.place(sheet.file, sheet.name, None, ""))
                if not sheet.header.problems:
                    for _ in self.stage.add(sheet):
                        self.say(f"读取 {sheet.file}", sheet.progress())
        except FileProblem as problem:
            self.broken.append(problem)
        except pa.ArrowInvalid:
            self.broken.append(FileProblem("file/ragged" if export.kind == "csv" else "file/damaged", export.name))
