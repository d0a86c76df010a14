"""One intake on its way: files in, months of tickets out, and everything that is to be told at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from hotline_lib.errors import HotlineError
from hotline_lib.intake import gone, report, store, words
from hotline_lib.intake.apart import answers
from hotline_lib.intake.check import map_rows
from hotline_lib.intake.reader.grid import FileProblem, Note
from hotline_lib.intake.reader.headings import Headings, plain
from hotline_lib.intake.reader.process import Asked, Begun, Closed, Opened, Rows
from hotline_lib.intake.screen import Screen
from hotline_lib.intake.stage import Stage, stage
from hotline_lib.intake.store import Stored
from hotline_lib.intake.words import IntakeError
from hotline_lib.params import Params, load_params
from hotline_lib.paths import Paths
from hotline_lib.tickets import SCHEMA

Say = Callable[[str, float | None], None]


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


@dataclass(frozen=True)
class Options:
    """What the analyst says of the files. accept_good: take the rows without a problem, and keep the others in
    refused.csv. sheets: read only these. unit: of all rows of files without such a column. replace_units: units of whose
    tickets accepted in the month the files are the whole truth. confirmed: even if many others are voided."""

    accept_good: bool = False
    replace_simulated: bool = False
    sheets: tuple[str, ...] = ()
    unit: str = ""
    replace_units: tuple[str, ...] = ()
    confirmed: bool = False


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


def headings(params: Params, unit: str = "") -> Headings:
    """What columns of tickets may be called, for the reader's process."""
    spellings = {}
    for column in (each for each in params.columns if each.name in SCHEMA):
        for fit, spelling in enumerate((column.name, column.label, *column.aliases)):
            spellings.setdefault(plain(spelling), (column.name, min(fit, 1) if fit != 1 else 0))
    only: dict[str, dict[str, tuple[str, int]]] = {}
    for entry in (each for each in params.columns_only if each.name in SCHEMA):
        only.setdefault(entry.only, {}).update({plain(word): (entry.name, 0) for word in entry.aliases})
    return Headings(
        labels={column: params.label(column) for column in SCHEMA},
        spellings=spellings,
        only=only,
        times=frozenset(column for column, (kind, _) in SCHEMA.items() if kind == "time"),
        units={plain(word): each.name for each in params.units for word in each.spellings},
        unit=unit,
    )


class Reading:
    """Listens to the reader, and stages what it tells: tables, problems and notes, with names only as they may be
    shown."""

    def __init__(self, staged: Stage, options: Options, params: Params, say: Say):
        self.stage, self.options, self.params, self.say = staged, options, params, say
        self.headings = headings(params, options.unit)
        self.screen = Screen(params)
        self.broken: list[FileProblem] = []
        self.troubled: list[tuple[int, str]] = []  # the files of those problems
        self.notes: list[str] = []
        self.tables: list[tuple[str, Opened]] = []  # as shown, and what the reader told of it
        self.unread: dict[str, list[str]] = {}  # the tables that have the same columns beside ours

    def read(self, files: Sequence[Path]) -> None:
        """All files; one that gives no ticket is a problem that names it."""
        tickets: Counter[tuple[int, str]] = Counter()  # by file and member
        number, of_table = 0, 0
        held: tuple[FileProblem, ...] = ()
        label = ""
        for message in answers(Asked([file.absolute() for file in files], self.headings, self.options.sheets)):
            match message:
                case Begun():
                    number, held = message.number, ()
                    self.say(f"读取 {self.screen.file(files[number].name, number)}", 0)
                case Note():
                    self._note(message, number)
                case FileProblem():
                    self._problem(message, number)
                case Opened():
                    opened, of_table = message, 0
                    tickets[number, message.file] += 0
                    label = self._open(message, number)
                    held += message.header.problems
                    if not message.header.problems:
                        self.stage.open(
                            number, self.screen.file(message.file, number), self._sheet(message.sheet, message),
                            message.file, message.sheet, message.fixed.get("unit", ""),
                        )  # fmt: skip
                case Rows() if not held:
                    batch = pa.ipc.open_stream(message.stream).read_all()
                    found = pc.sum(pc.is_in(batch["kind"], pa.array(["", "above"]))).as_py() or 0
                    of_table += found
                    self.stage.add(batch)
                    self.say(f"读取 {label}", message.progress)
                case Closed():
                    for problem in held if message.kept else ():
                        self._problem(problem, number)
                    if held and not message.kept:
                        self.notes.append(words.note("no tickets", label, {"rows": message.rows}, self.params))
                    elif opened.several and not of_table and not held:
                        self.notes.append(words.note("no rows", label, {}))
                    tickets[number, opened.file] += of_table
                    held = ()
        self._refuse_empty(files, tickets)
        self.notes += [words.not_read(tables, columns) for columns, tables in self.unread.items()]

    def _refuse_empty(self, files: Sequence[Path], tickets: Counter[tuple[int, str]]) -> None:
        """A file that gives no ticket, and is no problem for another reason, is one; so is a member of a .zip that has
        a header and no ticket."""
        for number, file in enumerate(files):
            members = [name for place, name in tickets if place == number]
            empty = [name for name in members if not tickets[number, name] and (number, name) not in self.troubled]
            if not any(tickets[number, name] for name in members):
                empty = [] if any(place == number for place, _ in self.troubled) else [file.name]
            for name in empty:
                self._problem(FileProblem("file/no_tickets", name), number)

    def _sheet(self, title: str, opened: Opened) -> str:
        return self.screen.sheet(title, opened.number) if opened.several else ""

    def _open(self, opened: Opened, number: int) -> str:
        """Says what is not read of a table that begins; gives its name as it may be shown."""
        label = words.place(self.screen.file(opened.file, number), self._sheet(opened.sheet, opened), None, "")
        self.tables.append((label, opened))
        if opened.unread and not opened.header.problems:
            columns = words.unread(opened.unread, self.screen.value)
            tables = self.unread.setdefault(columns, [])
            tables += [label] * (label not in tables)
        if "unit" in opened.fixed and not self.options.unit:
            self.notes.append(words.note("unit of sheet", label, {"unit": opened.fixed["unit"]}, self.params))
        if self.options.unit and "unit" in opened.header.columns:
            self.notes.append(words.note("unit not used", label, {"unit": self.options.unit}, self.params))
        return label

    def _note(self, note: Note, number: int) -> None:
        file = self.screen.file(note.file, number)
        sheet = self.screen.sheet(note.sheet, note.facts["number"]) if note.sheet else ""
        self.notes.append(words.note(note.kind, words.place(file, sheet, None, ""), note.facts, self.params))

    def _problem(self, problem: FileProblem, number: int) -> None:
        """Keeps a problem with all it says as it may be shown."""
        self.troubled.append((number, problem.file))
        known = "、".join(self.screen.value(each) for each in problem.value.split("、"))
        self.broken.append(
            FileProblem(
                problem.rule,
                self.screen.file(problem.file, number),
                self.screen.sheet(problem.sheet, problem.number) if problem.sheet else "",
                problem.column,
                problem.value if problem.rule in words.OWN_VALUES else known,
                row=problem.row,
                like=self.screen.value(problem.like) if problem.like else "",
            )
        )


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
