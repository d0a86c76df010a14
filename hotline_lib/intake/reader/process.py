"""The process that reads: python -m hotline_lib.intake.reader, asked on standard input, answering on standard
output. Whatever a file does to it, a file is only ever a problem of that file."""

from __future__ import annotations

import csv
import importlib
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from hotline_lib.intake.reader.grid import FileProblem, Note
from hotline_lib.processes import limit_memory

MOST_SILENCE = 900  # seconds after which it ends, should nobody be left who waits for it


@dataclass(frozen=True)
class Asked:
    """files: to read, in their order. headings: see there. sheets: only these, hidden ones too; none: all that show."""

    files: Sequence[Path]
    headings: Any
    sheets: Sequence[str] = ()
    found: frozenset[str] = field(default_factory=frozenset)


class Opened(NamedTuple):
    """A table begins, or goes on under another header. several: its file has more tables; number: its place there."""

    file: str
    sheet: str
    number: int
    several: bool
    unread: dict[str, str | None]
    fixed: dict[str, str]
    header: Any


class Rows(NamedTuple):
    """Some rows of the table that was opened last, as an Arrow stream, and how far the file has been read."""

    stream: bytes
    progress: float


class Closed(NamedTuple):
    """The table that was opened last is at its end. tickets: whether it could hold any; kept: else it is left out."""

    rows: int
    kept: bool


class Begun(NamedTuple):
    """The file at that place of the list is being read."""

    number: int


class Ended(NamedTuple):
    """All files have been read."""


def read(file: Path, asked: Asked, tell: Callable[[Any], None]) -> None:
    """One file the analyst named: everything in it is told, as a FileProblem what cannot be read."""
    from hotline_lib.intake.reader.files import find_exports

    with _told(file.name, tell):
        for export in find_exports(file, tell):
            with _told(export.name, tell):
                _read_export(export, asked, tell)


@contextmanager
def _told(name: str, tell: Callable[[Any], None]) -> Iterator[None]:
    try:
        yield
    except FileProblem as problem:
        tell(problem)
    except (MemoryError, RecursionError):
        tell(FileProblem("file/memory", name))
    except csv.Error:
        tell(FileProblem("file/quotes", name))
    except Exception as error:  # of any library, for any reason: it is this file that cannot be read
        tell(FileProblem("file/unreadable" if type(error) is OSError else "file/damaged", name))


def _read_export(export: Any, asked: Asked, tell: Callable[[Any], None]) -> None:
    from hotline_lib.intake.reader import books, markup, texts
    from hotline_lib.intake.reader.sift import Sifted

    read_grids = {
        "book": books.read_book, "html": markup.read_html, "mhtml": markup.read_mhtml, "xml": markup.read_xml,
        "text": texts.read_text, "parquet": texts.read_parquet,
    }[export.kind]  # fmt: skip
    titles = []
    for grid in read_grids(export):
        titles.append(grid.title)
        other = asked.sheets and export.kind in ("book", "xml") and grid.title not in asked.sheets
        if other or (grid.hidden and not asked.sheets):
            facts = {"number": grid.number, "rows": sum(len(piece.rows) for piece in grid.pieces)}
            tell(Note("other sheet" if other else "hidden sheet", export.name, grid.title, facts))
            continue
        try:
            _tell_table(Sifted(grid, asked.headings, export.name), export.name, tell)
        except FileProblem as problem:
            tell(_placed(problem, grid))
        if grid.hidden_rows:
            facts = {"number": grid.number, "rows": grid.hidden_rows}
            tell(Note("hidden rows", export.name, grid.title if grid.several else "", facts))
    if asked.sheets and export.kind in ("book", "xml") and not set(titles) & set(asked.sheets):
        raise FileProblem("sheet/none", export.name, value="、".join(titles))


def _tell_table(table: Any, file: str, tell: Callable[[Any], None]) -> None:
    """Tells a table row by row; or that it holds no ticket, and is left out."""
    grid, told = table.grid, 0
    opened = False
    try:
        for batch in table.batches():
            while told < len(table.headers):
                header = table.headers[told]
                told += 1
                for problem in header.problems:
                    _placed(problem, grid)
                tell(Opened(file, grid.title, grid.number, grid.several, header.unread, header.fixed, header))
                opened = True
            tell(Rows(_packed(batch), grid.progress()))
    finally:
        if opened:
            tell(Closed(table.rows, table.holds_tickets))
    if not opened:
        tell(Note("no header", file, grid.title if grid.several else "", {"number": grid.number, "rows": table.rows}))


def _placed(problem: FileProblem, grid: Any) -> FileProblem:
    """The problem with its sheet, where the file has more than one."""
    problem.sheet, problem.number = grid.title if grid.several else "", grid.number
    return problem


def _packed(batch: Any) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_table(batch)
    return sink.getvalue().to_pybytes()


class _WithoutPandas:
    """Arrow would load pandas, which costs a quarter of a second, to see whether a value is one of its own."""

    @staticmethod
    def find_spec(name: str, *_: Any) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name, name=name)


def main() -> None:
    limit_memory()
    csv.field_size_limit(1 << 30)
    threading.stack_size(64 << 20)
    out = sys.stdout.buffer
    sys.stdout = sys.stderr

    def tell(message: Any) -> None:
        pickle.dump(message, out, protocol=5)
        out.flush()
        if hasattr(signal, "alarm"):
            signal.alarm(MOST_SILENCE)

    sys.meta_path.insert(0, _WithoutPandas)
    for module in ("books", "sift", "texts"):  # while whoever started this gets ready too
        importlib.import_module(f"hotline_lib.intake.reader.{module}")
    try:
        asked = pickle.load(sys.stdin.buffer)
    except EOFError:  # nobody needs it
        return
    for number, file in enumerate(asked.files):
        tell(Begun(number))
        read(file, asked, tell)
    tell(Ended())
