"""What lies in data/tickets: months, their versions, and what changed them; told without reading a ticket.

A month is a Parquet file, or a folder of them. The version that another one replaced lies in ``previous/`` under its
month and the first twelve digits of its digest; ``previous/log.jsonl`` has a line per change: which months went from
which version to which, together.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter

from hotline_lib.errors import TicketsError
from hotline_lib.fingerprint import file_sha256
from hotline_lib.paths import Paths

_DIGITS = 12


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


def marks(path: Path) -> Marks:
    """The marks of a month of tickets, a file or a folder of files. Raises TicketsError if it cannot be opened."""
    import pyarrow.parquet as pq

    file = next(iter(parts(path)), None)
    if file is None:
        return Marks()
    try:
        metadata = pq.read_schema(file).metadata or {}
    except (OSError, ValueError):
        raise _broken(path) from None
    seed = metadata.get(b"hotline.seed")
    return Marks(
        metadata.get(b"hotline.simulated") == b"true",
        int(seed) if seed else None,
        metadata.get(b"hotline.partial") == b"true",
    )


def parts(path: Path) -> list[Path]:
    """The Parquet files of a month: itself, or those in its folder."""
    return sorted(path.glob("*.parquet")) if path.is_dir() else [path]


def tickets_in(path: Path) -> int:
    """How many tickets a month or version holds. Raises TicketsError if it cannot be opened."""
    import pyarrow.parquet as pq

    try:
        return sum(pq.read_metadata(file).num_rows for file in parts(path))
    except (OSError, ValueError):
        raise _broken(path) from None


def version_name(path: Path, paths: Paths) -> str | None:
    """The name of the version that lies there; None if nothing does."""
    return file_sha256(path, paths.cache)[:_DIGITS] if path.exists() else None


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


def _broken(path: Path) -> TicketsError:
    return TicketsError(f"{path.name} 打不开：不是完整的 Parquet 文件。请重新导入这个月的工单。")
