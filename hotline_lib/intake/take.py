"""One intake on its way: files in, months of tickets out, and everything that is to be told at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from hotline_lib.errors import HotlineError
from hotline_lib.intake import gone, report, store, words
from hotline_lib.intake.check import map_rows
from hotline_lib.intake.reading import Options, Reading, Say
from hotline_lib.intake.stage import Stage, stage
from hotline_lib.intake.store import Stored
from hotline_lib.intake.words import IntakeError
from hotline_lib.params import Params, load_params
from hotline_lib.paths import Paths


@dataclass(frozen=True)
class Intake:
    """What came of an intake.

    rows: by file or sheet, how many rows were new, updated, unchanged, refused, or a title, header, total or blank
    line; they add up to the rows of the sheet. stored: the months that changed. notes: what is to be said besides.
    folder: in output/intake. voided: by unit, tickets that were there, are in no file, and were taken out as asked.
    """

    month: str
    rows: dict[str, dict[str, int]]
    stored: list[Stored]
    notes: list[str]
    folder: Path
    voided: dict[str, int] = field(default_factory=dict)

    def count(self, *became: str) -> int:
        return sum(number for of_file in self.rows.values() for each, number in of_file.items() if each in became)


def intake(
    files: Sequence[Path],
    month: str,
    paths: Paths,
    *,
    accept_good: bool = False,
    replace_simulated: bool = False,
    sheets: Sequence[str] = (),
    unit: str = "",
    replace_units: Sequence[str] = (),
    confirmed: bool = False,
    on_step: Say | None = None,
) -> Intake:
    """Take tickets from exports into data/tickets, by month of acceptance.

    files: in the order in which they were exported: of two versions of a ticket the later file's stands. month: the
    bulletin's; its own tickets and those of the months it reaches back to are taken. For the other options see
    ``Options``. on_step: told what is being done, and how much of it is (0 to 1; None: nobody knows).

    Raises IntakeError in words, with nothing taken, for every problem at once, and for what the computer refuses.
    """
    params = load_params(month, paths.params, need_month_file=False)
    if params.month.source.kind != "parquet":
        raise IntakeError(words.DATABASE.format(month=month))
    only = params.unit(unit).name if unit else ""
    replaced = gone.named(replace_units, params)
    options = Options(accept_good, replace_simulated, tuple(sheets), only, replaced, confirmed)
    return in_words(lambda: _settled(files, options, params, paths, on_step))


def _settled(files: Sequence[Path], options: Options, params: Params, paths: Paths, on_step: Say | None) -> Intake:
    with stage(paths) as staged:
        return _Intake(staged, options, params, paths, on_step or (lambda *_: None)).run(files)


def in_words(work: Callable[[], Any]) -> Any:
    """What ``work`` gives; whatever the computer refuses meanwhile is an IntakeError."""
    try:
        return work()
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


class _Intake(Reading):
    """Reading, and what is done with it."""

    def __init__(self, staged: Stage, options: Options, params: Params, paths: Paths, say: Say):
        super().__init__(staged, options, params, say)
        self.paths, self.con = paths, staged.con

    def run(self, files: Sequence[Path]) -> Intake:
        self.read(files)
        self.stage.close()
        self.say("核对每一行", None)
        map_rows(self.con, self.params)
        folder = report.Folder(self.params.month.month, self.paths)
        try:
            return self.settle(files, folder)
        finally:
            folder.drop()

    def settle(self, files: Sequence[Path], folder: report.Folder) -> Intake:
        """Takes the good rows, or refuses all; either way the folder says why."""
        month, options = self.params.month.month, self.options
        report.tell(self.con, self.broken, self.params, self.screen)
        report.write_problems(self.con, folder.beside)
        self.notes += report.oddities(self.con, self.params)
        lines, total = report.first_problems(self.con, name_file=len({name for _, name, *_ in self.stage.sources}) > 1)
        lost = bool(self.broken) or report.rows_outside(self.con)
        if total and (lost or not options.accept_good):
            report.write_sums(folder.beside, month=month, rows=report.sums(self.con, taken=False), notes=self.notes)
            folder.keep()
            where = self.paths.short(folder.path / "problems.csv")
            again = words.command(files, options, month, self.screen)
            raise IntakeError(
                words.refusal(lines, total, self.named(files), where, again, fatal=lost or options.accept_good)
            )
        self.say("与已有的工单比较", None)
        store.compare(self.con, self.params, self.paths, replace_simulated=options.replace_simulated)
        voided = gone.void(self.con, self.params, options.replace_units, confirmed=options.confirmed)
        rows = report.sums(self.con, taken=True)
        report.write_changes(self.con, self.params, folder.beside)
        if total:
            report.write_refused(self.con, self.params, self.screen, folder.beside)
        if voided:
            gone.write_removed(self.con, self.params, folder.beside)
        self.say("写入各月工单", None)
        written = store.write_months(self.con, self.params, self.paths)
        self.notes += gone.notes(self.con, self.params, options.replace_units, changed=bool(written))
        aside = store.simulated(self.params, self.paths) if written else []  # nothing comes in their place otherwise
        done = Intake(month, rows, store.described(written, aside, self.paths), self.notes, folder.path, voided)
        stored = [asdict(each) for each in done.stored]
        report.write_sums(folder.beside, month=month, rows=rows, stored=stored, notes=self.notes, voided=voided)
        store.place(
            dict.fromkeys(aside) | written, self.paths, folder=folder.path.name
        )  # all that can fail for want of space is behind us
        folder.keep()
        return done

    def named(self, files: Sequence[Path]) -> str:
        return self.screen.file(files[0].name, 0) + " " if len(files) == 1 else f"{len(files)} 个文件"
