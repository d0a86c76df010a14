"""From checked rows to months of Parquet: new, updated or unchanged; a month is replaced whole, and kept, or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq

from hotline_lib import journal
from hotline_lib.fingerprint import file_sha256
from hotline_lib.intake import words
from hotline_lib.intake.check import SQL_TYPES
from hotline_lib.intake.stage import quoted
from hotline_lib.intake.words import IntakeError
from hotline_lib.params import Params, load_params, month_before
from hotline_lib.paths import Paths
from hotline_lib.tickets.files import Change, kept_as, log_file, marks, version_name
from hotline_lib.tickets.read import fetch, read_month
from hotline_lib.tickets.rules import check_month
from hotline_lib.tickets.schema import KEYS, SCHEMA

if TYPE_CHECKING:
    from hotline_lib.intake.report import Folder

_ROW_GROUP = 122_880
_LAYOUT = f"FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP}"
_COLUMNS = ", ".join(SCHEMA)
_CALLED = {"intake": "导入", "undo": "撤回"}


@dataclass(frozen=True)
class Stored:
    """One month as it now stands. sha256: of its version; None if a simulated month was only set aside.

    partial: it holds only what other months' exports brought. before: where the version before is kept.
    """

    month: str
    tickets: int
    sha256: str | None
    partial: bool
    before: str | None


def window(params: Params) -> list[str]:
    """The months of acceptance that a bulletin's export may hold, oldest first."""
    return [month_before(params.month.month, back) for back in range(params.month.reach_back_months, -1, -1)]


def compare(con: duckdb.DuckDBPyConnection, params: Params, paths: Paths, *, replace_simulated: bool) -> None:
    """Makes ``stored``, the tickets there are, and ``lined``: each good row's status against the version before it.

    Versions of a ticket follow each other in the order of the files; the last one stands. ``updates`` has both versions
    of each updated row, the columns of the one before as old_COLUMN.
    Raises IntakeError if a month of the window is simulated and may not be replaced, TicketsError if one is broken.
    """
    parts = []
    if (unreal := simulated(params, paths)) and not replace_simulated:
        raise IntakeError(words.simulated("、".join(paths.short(paths.tickets(month)) for month in unreal)))
    cast = ", ".join(f"{column}::{SQL_TYPES[kind]} AS {column}" for column, (kind, _) in SCHEMA.items())
    for month in set(window(params)) - set(unreal):
        path = paths.tickets(month)
        if path.exists():
            read_month(month, params, paths)  # refuses what cannot be read as it must be
            files = quoted(path / "*.parquet" if path.is_dir() else path)
            parts.append(f"SELECT '{month}' AS month, {cast} FROM read_parquet({files}, union_by_name = true)")
    empty = ", ".join(f"NULL::{SQL_TYPES[kind]} AS {column}" for column, (kind, _) in SCHEMA.items())
    con.execute(f"""
        CREATE OR REPLACE VIEW stored AS SELECT *, hash({_COLUMNS}) AS digest
        FROM ({" UNION ALL ".join(parts) or f"SELECT NULL::VARCHAR AS month, {empty} LIMIT 0"})""")
    con.execute("""
        CREATE OR REPLACE TABLE lined AS
        SELECT n, ticket_id, lag(n) OVER versions AS before_n, lead(n) OVER versions IS NULL AS last,
            CASE WHEN lag(n) OVER versions IS NULL THEN 'new'
                WHEN lag(digest) OVER versions = digest THEN 'unchanged' ELSE 'updated' END AS status
        FROM (SELECT -1 AS n, ticket_id, digest FROM stored UNION ALL
            SELECT n, ticket_id, digest FROM mapped ANTI JOIN problems USING (n) WHERE kind = 'ticket')
        WINDOW versions AS (PARTITION BY ticket_id ORDER BY n)""")
    con.execute("DELETE FROM lined WHERE n < 0")
    old, new = (", ".join(f"{side}.{column}" for column in SCHEMA) for side in ("o", "m"))
    con.execute(f"""
        CREATE OR REPLACE VIEW updates AS
        WITH of AS (FROM lined WHERE status = 'updated'),
            old(n, {", ".join(f"old_{column}" for column in SCHEMA)}) AS (
                SELECT of.n, {old} FROM of JOIN stored o ON of.before_n < 0 AND o.ticket_id = of.ticket_id
                UNION ALL SELECT of.n, {old} FROM of JOIN mapped o ON o.n = of.before_n)
        SELECT n, file, sheet, m.row, {new}, old.* EXCLUDE (n)
        FROM old JOIN mapped m USING (n) JOIN sources USING (source)""")


def write_months(con: duckdb.DuckDBPyConnection, params: Params, paths: Paths) -> dict[str, Path]:
    """Each month that changes, written beside where it will lie, and held to the rules of every month of tickets.

    What stands in ``removed`` (see gone) is left out.
    """
    beside = replace(paths, data=paths.area("tickets").stage / "new")
    month = params.month.month
    moved = con.execute("""
        WITH touched AS (SELECT DISTINCT ticket_id FROM lined WHERE status <> 'unchanged')
        SELECT strftime(m.accepted_at, '%Y-%m') FROM lined JOIN mapped m USING (n)
        WHERE last AND m.ticket_id IN (FROM touched)
        UNION SELECT month FROM stored WHERE ticket_id IN (FROM touched)
        UNION SELECT month FROM removed""")
    changed = {name for (name,) in moved.fetchall()}
    if paths.tickets(month).exists() and marks(paths.tickets(month)).partial:
        changed.add(month)
    written = {}
    con.execute("SET threads = 1")  # else row groups may come in another order, and the same tickets be other bytes
    for each in sorted(changed):
        target = beside.tickets(each)
        target.parent.mkdir(parents=True, exist_ok=True)
        of_month = f"strftime(accepted_at, '%Y-%m') = '{each}'"
        mark = ", KV_METADATA {'hotline.partial': 'true'}" if _partial(each, month, paths) else ""
        con.execute(f"""
            COPY (
                SELECT {_COLUMNS} FROM stored ANTI JOIN lined USING (ticket_id) ANTI JOIN removed USING (ticket_id)
                WHERE {of_month}
                UNION ALL SELECT {", ".join(f"m.{column}" for column in SCHEMA)} FROM mapped m JOIN lined USING (n)
                WHERE last AND {of_month} ORDER BY accepted_at, ticket_id
            ) TO {quoted(target)} ({_LAYOUT}{mark})""")
        of_its_own = load_params(each, paths.params, need_month_file=False)
        table = read_month(each, params, beside)
        counts = fetch(table.group_by(*KEYS).aggregate(tickets=table.count()))
        check_month(table, counts, each, paths.short(paths.tickets(each)), of_its_own)
        if file_sha256(target) != (paths.tickets(each).is_file() and file_sha256(paths.tickets(each), paths.cache)):
            written[each] = target  # else one file undid what another did
    return written


def _partial(month: str, bulletin: str, paths: Paths) -> bool:
    """Whether only later months' exports have been taken: their few rows of ``month`` are no base to compare with."""
    path = paths.tickets(month)
    known = marks(path) if path.exists() else None
    complete = known is not None and not known.simulated and not known.partial
    return month != bulletin and not complete


def simulated(params: Params, paths: Paths) -> list[str]:
    """The window's months that are simulated."""
    return [m for m in window(params) if paths.tickets(m).exists() and marks(paths.tickets(m)).simulated]


def described(written: dict[str, Path], set_aside: Sequence[str], paths: Paths) -> list[Stored]:
    """The months as they will be when they are in their place."""
    found = []
    for month in sorted({*written, *set_aside}):
        used = version_name(paths.tickets(month), paths)
        before = paths.short(kept_as(month, used, paths)) if used else None
        if month in written:
            file = written[month]
            rows, partial = pq.read_metadata(file).num_rows, marks(file).partial
            found.append(Stored(month, rows, file_sha256(file), partial, before))
        else:
            found.append(Stored(month, 0, None, False, before))
    return found


def place(
    at: journal.Change,
    new: Mapping[str, Path | None],
    paths: Paths,
    *,
    what: str = "intake",
    record: Folder | None = None,
) -> None:
    """Puts months in their place, keeps the versions before, and logs what went where, in one commit.

    at: the stage. new: by month the file or folder, in the stage, that takes its place; None where no tickets are left.
    record: what is left for the analyst, which takes its place with them.
    """
    old = {month: version_name(paths.tickets(month), paths) for month in new}
    after = {month: version_name(path, paths) if path else None for month, path in new.items()}
    now = datetime.now().astimezone().isoformat(timespec="milliseconds")
    both = {month: (old[month], after[month]) for month in sorted(new)}
    change = Change(now, what, both, record.path.name if record else "")
    beside, log = at.stage / "log.jsonl", log_file(paths)
    if log.exists():
        shutil.copyfile(log, beside)
    with beside.open("a", encoding="utf-8", newline="\n") as lines:
        lines.write(json.dumps(asdict(change), ensure_ascii=False) + "\n")
    moves = [move for month, path in sorted(new.items()) for move in _moves(at, month, old[month], path, paths)]
    moves.append(journal.Move("place", beside, log))
    if record:
        moves.append(journal.Move("place", record.beside, record.path))
    at.commit(moves, f"{_CALLED[what]} {'、'.join(sorted(new))} 的工单")


def _moves(at: journal.Change, month: str, old: str | None, new: Path | None, paths: Paths) -> Iterator[journal.Move]:
    """A month's version is kept, and another one, or none, takes its place."""
    here = paths.tickets(month)
    if old:
        kept, folder = kept_as(month, old, paths), here.is_dir()
        if not kept.exists():
            yield journal.Move("keep", here, kept)
        if (folder and kept.exists()) or (not folder and (new is None or new.is_dir())):
            yield journal.Move("away", here, at.stage / f"{month}.old")
    if new is not None:
        yield journal.Move("place", new, here)
