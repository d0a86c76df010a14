"""Files read and staged: what the reader's process tells, with all names as they may be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from hotline_lib.intake import words
from hotline_lib.intake.apart import answers
from hotline_lib.intake.reader.grid import FileProblem, Note
from hotline_lib.intake.reader.headings import Headings, plain
from hotline_lib.intake.reader.process import Asked, Begun, Closed, Opened, Rows
from hotline_lib.intake.screen import Screen
from hotline_lib.intake.stage import Stage
from hotline_lib.intake.take import Options, Say
from hotline_lib.params import Params
from hotline_lib.tickets.schema import SCHEMA


def headings(params: Params, unit: str = "") -> Headings:
    """What columns of tickets may be called, for the reader's process."""
    spellings: dict[str, tuple[str, int]] = {}
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
            replace(
                problem,
                file=self.screen.file(problem.file, number),
                sheet=self.screen.sheet(problem.sheet, problem.number) if problem.sheet else "",
                value=problem.value if problem.rule in words.OWN_VALUES else known,
                like=self.screen.value(problem.like) if problem.like else "",
            )
        )
