"""What lies in data/tickets: months, their versions, and what changed them; told without reading a ticket.

A month is a Parquet file, or a folder of them. The version that another one replaced lies in ``previous/`` under its
month and the first twelve digits of its digest; ``previous/log.jsonl`` has a line per change: which months went from
which version to which, together.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import TypeAdapter

from hotline_lib.errors import TicketsError
from hotline_lib.fingerprint import file_sha256
from hotline_lib.paths import Paths

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DIGITS = 12
LONGEST = 36  # months that a report may look at: limits and the season are made from them
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


class Marks(NamedTuple):
    """What a month's Parquet says of itself. partial: only the few of its tickets that later exports held."""

    simulated: bool = False
    seed: int | None = None
    partial: bool = False

    @property
    def kind(self) -> str:
        return "，模拟工单" if self.simulated else "，不完整" if self.partial else ""


@dataclass(frozen=True)
class Version:
    """One version of a month. name: twelve digits of its digest. written: when it first came to be, local time.

    tickets: how many; None if it cannot be opened. current: it is the one in use.
    """

    month: str
    name: str
    path: Path
    tickets: int | None
    marks: Marks
    written: dt.datetime
    current: bool

    @property
    def amount(self) -> str:
        """How many tickets, and of what kind, in words."""
        return "打不开" if self.tickets is None else f"{self.tickets:,} 件{self.marks.kind}"

    @property
    def line(self) -> str:
        return f"{self.name}　{self.written:%Y-%m-%d %H:%M}　{self.amount}"


@dataclass(frozen=True)
class Change:
    """What one command did to data/tickets: for each month the version before and after (None: no tickets).

    time: local, ISO. what: intake or undo. folder: of the record in output/intake, if there is one.
    """

    time: str
    what: str
    months: dict[str, tuple[str | None, str | None]]
    folder: str = ""


def draw_no_bar(execute: Callable[[str], object]) -> None:
    """DuckDB draws a progress bar on a terminal. In a Jupyter kernel it needs ipywidgets even to leave it away."""
    import duckdb

    with suppress(duckdb.InvalidInputException):
        execute("SET enable_progress_bar = false")


def marks(path: Path) -> Marks:
    """The marks of a month of tickets, a file or a folder of files.

    Raises TicketsError if it cannot be opened, or if its folder holds simulated and real tickets.
    """
    return marks_of(parts(path), path.name)


def marks_of(files: list[Path], name: str) -> Marks:
    """The marks of files that lie together under that name."""
    import pyarrow.parquet as pq

    try:
        found = [pq.read_schema(file).metadata or {} for file in files] or [{}]
    except (OSError, ValueError):
        raise _broken(name) from None
    kinds = {metadata.get(b"hotline.simulated") == b"true" for metadata in found}
    if len(kinds) > 1:
        raise TicketsError(
            f"{name} 文件夹中既有模拟工单，又有真实工单，不能混在一起，没有读入任何工单。请把模拟的文件移出这个文件夹。"
        )
    seed = found[0].get(b"hotline.seed")
    partial = all(metadata.get(b"hotline.partial") == b"true" for metadata in found)
    return Marks(kinds.pop(), int(seed) if seed else None, partial)


def months_there(paths: Paths) -> list[str]:
    """The months that data/tickets holds tickets of, oldest first."""
    folder = paths.data / "tickets"
    names = [path.stem for path in folder.glob("*.parquet")] if folder.is_dir() else []
    return sorted(name for name in names if MONTH.fullmatch(name))


def real_months(paths: Paths) -> list[str]:
    """Those that do not say of themselves that they are simulated, whatever else is the matter with them."""
    return [month for month in months_there(paths) if not _simulated(paths.tickets(month))]


def hint_to_simulate(month: str, paths: Paths) -> str:
    """；若只想试用，运行 hotline simulate 2024-09: nothing where there are real months, which simulated ones would stand among."""
    return "" if real_months(paths) else f"；若只想试用，运行 hotline simulate {month}"


def engine() -> DuckDBPyConnection:
    """DuckDB in memory, which draws no bar of its own on a terminal."""
    import duckdb

    connection = duckdb.connect()
    draw_no_bar(connection.execute)
    return connection


def _simulated(path: Path) -> bool:
    try:
        return marks(path).simulated
    except TicketsError:
        return False


def parts(path: Path) -> list[Path]:
    """The Parquet files of a month: itself, or those in its folder."""
    return sorted(path.glob("*.parquet")) if path.is_dir() else [path]


def tickets_in(path: Path) -> int:
    """How many tickets a month or version holds. Raises TicketsError if it cannot be opened."""
    import pyarrow.parquet as pq

    try:
        return sum(pq.read_metadata(file).num_rows for file in parts(path))
    except (OSError, ValueError):
        raise _broken(path.name) from None


def version_name(path: Path, paths: Paths) -> str | None:
    """The name of the version that lies there; None if nothing does."""
    return file_sha256(path, paths.cache)[:DIGITS] if path.exists() else None


def kept_as(month: str, name: str, paths: Paths) -> Path:
    """Where that version of a month is kept once another one is in use."""
    return paths.tickets(month).parent / "previous" / f"{month}.{name}.parquet"


def log_file(paths: Paths) -> Path:
    return paths.data / "tickets" / "previous" / "log.jsonl"


def versions(month: str, paths: Paths) -> list[Version]:
    """The versions of a month that there are: the one in use first, then the others, the latest written first."""
    used = version_name(paths.tickets(month), paths)
    found = {kept.name.split(".")[1]: kept for kept in kept_as(month, "*", paths).parent.glob(f"{month}.*.parquet")}
    if used:
        found[used] = paths.tickets(month)
    taken = [each for each in changes(paths) if each.what == "intake" and month in each.months]
    made = {each.months[month][1]: each.time for each in reversed(taken)}
    listed = [_version(month, name, path, made.get(name), name == used) for name, path in found.items()]
    return sorted(listed, key=lambda each: (each.current, each.written, each.name), reverse=True)


def changes(paths: Paths) -> list[Change]:
    """The log, oldest first. A line that cannot be read is left out: versions can be named without the log."""
    try:
        lines = log_file(paths).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            found.append(TypeAdapter(Change).validate_json(line))
        except ValueError:
            continue
    return found


def _version(month: str, name: str, path: Path, logged: str | None, current: bool) -> Version:
    written = dt.datetime.fromisoformat(logged) if logged else dt.datetime.fromtimestamp(path.stat().st_mtime)
    try:
        tickets, says = tickets_in(path), marks(path)
    except TicketsError:
        tickets, says = None, Marks()
    return Version(month, name, path, tickets, says, written.replace(tzinfo=None), current)


def _broken(name: str) -> TicketsError:
    return TicketsError(f"{name} 打不开：不是完整的 Parquet 文件。请重新导入这个月的工单。")
