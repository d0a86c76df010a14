"""Real exports in: from the files that other systems write to months of checked tickets; nothing lost, nobody named.

    files     what a file really is, and whether it is safe to open
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
from typing import TYPE_CHECKING

from hotline_lib.errors import HotlineError
from hotline_lib.intake.words import IntakeError
from hotline_lib.params import load_params
from hotline_lib.paths import Paths

if TYPE_CHECKING:
    import duckdb

    from hotline_lib.intake.store import Stored
    from hotline_lib.intake.words import FileProblem

__all__ = ["Intake", "IntakeError", "intake"]

Say = Callable[[str, float], None]


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
    without a problem, and keep the others in refused.csv. on_step: told what is being done, and how much of it is.

    Raises IntakeError in words, with nothing taken, for every problem at once, and for what the computer refuses.
    """
    import duckdb
    import pyarrow as pa

    from hotline_lib.intake import words
    from hotline_lib.intake.store import stage

    params = load_params(month, paths.params, need_month_file=False)
    if params.month.source.kind != "parquet":
        raise IntakeError(words.DATABASE.format(month=month))
    try:
        with stage(paths) as con:
            return _Intake(con, params, paths, on_step or (lambda *_: None)).run(files, accept_good, replace_simulated)
    except HotlineError:
        raise
    except KeyboardInterrupt:
        raise IntakeError(words.INTERRUPTED) from None
    except (MemoryError, duckdb.OutOfMemoryException, pa.ArrowMemoryError):
        raise IntakeError(words.MEMORY) from None
    except (OSError, duckdb.IOException, duckdb.FatalException):
        raise IntakeError(words.cannot_write("data/tickets 或 output/intake")) from None
    except (duckdb.Error, pa.ArrowException) as error:  # their words may quote a cell
        raise IntakeError(words.ENGINE.format(kind=type(error).__name__)) from None
    except Exception as error:  # a bug of ours: the log gets the trace, but not the words, which may quote a cell
        raise RuntimeError(type(error).__name__).with_traceback(error.__traceback__) from None


class _Intake:
    """One intake on its way: the engine, and what is to be told at the end."""

    def __init__(self, con: duckdb.DuckDBPyConnection, params, paths: Paths, say: Say):
        self.con, self.params, self.paths, self.say = con, params, paths, say
        self.broken: list[FileProblem] = []
        self.notes: list[str] = []

    def run(self, files: Sequence[Path], accept_good: bool, replace_simulated: bool) -> Intake:
        from hotline_lib.intake import report, store
        from hotline_lib.intake.check import map_rows

        for file in files:
            self.read(file)
        self.say("核对每一行", 0)
        map_rows(self.con, self.params)
        folder = report.Folder(self.params.month.month, self.paths)
        try:
            report.tell_problems(self.con, self.broken, self.params, folder.beside)
            problems = self.con.execute("SELECT count(*) FROM told").fetchone()[0]
            if problems and (self.broken or not accept_good):
                report.write_sums(folder.beside, month=self.params.month.month, rows=report.sums(self.con, taken=False))
                folder.keep()
                raise IntakeError(self.refusal(files, folder.path))
            self.say("与已有的工单比较", 0)
            store.compare(self.con, self.params, self.paths, replace_simulated=replace_simulated)
            rows = report.sums(self.con, taken=True)
            report.write_changes(self.con, self.params, folder.beside)
            if problems:
                report.write_refused(self.con, self.params, folder.beside)
            self.say("写入各月工单", 0)
            written = store.write_months(self.con, self.params, self.paths)
            aside = store.simulated(self.params, self.paths)
            stored = store.described(written, aside, self.paths)
            done = Intake(self.params.month.month, rows, stored, self.notes, folder.path)
            facts = [asdict(each) for each in stored]
            report.write_sums(folder.beside, month=done.month, rows=rows, stored=facts, notes=self.notes)
            store.place(written, aside, self.paths)  # all that can fail for want of space is behind us
            folder.keep()
            return done
        finally:
            folder.drop()

    def read(self, file: Path) -> None:
        """Stages one file's rows as text."""
        import pyarrow as pa

        from hotline_lib.intake.files import find_exports
        from hotline_lib.intake.read import Headings, sheets
        from hotline_lib.intake.words import FileProblem

        headings = Headings(self.params)
        try:
            for export in find_exports(file, lambda name: self.notes.append(f"{name} 不是表格，没有读取")):
                self.say(f"读取 {export.name}", 0)
                try:
                    for sheet in sheets(export, headings, self.notes.append):
                        self.broken += sheet.header.problems
                        self.note_unread(sheet)
                        if not sheet.header.problems:
                            self.stage(sheet)
                except pa.ArrowInvalid:
                    rule = "file/ragged" if export.kind == "csv" else "file/damaged"
                    self.broken.append(FileProblem(rule, export.name))
        except FileProblem as problem:
            self.broken.append(problem)

    def stage(self, sheet) -> None:
        number = self.con.execute("SELECT count(*) FROM sources").fetchone()[0]
        self.con.execute("INSERT INTO sources VALUES (?, ?, ?)", [number, sheet.file, sheet.name])
        for batch in sheet.batches:
            self.con.register("batch", batch)
            self.con.execute(f"INSERT INTO raw SELECT {number}, row, total, ragged, {', '.join(SCHEMA)} FROM batch")
            self.con.unregister("batch")
            self.say(f"读取 {sheet.file}", sheet.progress())
