"""From checked rows to months of Parquet: new, updated or unchanged; a month is replaced whole, and kept, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from hotline_lib.audit import check_month
from hotline_lib.fingerprint import file_sha256
from hotline_lib.intake import words
from hotline_lib.intake.check import SQL_TYPES
from hotline_lib.intake.stage import quoted, stage_folder
from hotline_lib.intake.words import IntakeError
from hotline_lib.params import Params, load_params, month_before
from hotline_lib.paths import Paths
from hotline_lib.tickets import KEYS, SCHEMA, fetch, marks, read_month

_ROW_GROUP = 122_880
_LAYOUT = f"FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP}"
_COLUMNS = ", ".join(SCHEMA)


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

    Versions of a ticket follow each other in the order of the files; the last one stands.
    Raises IntakeError if a month of the window is simulated and may not be replaced.
    """
    parts = []
    if (unreal := simulated(params, paths)) and not replace_simulated:
        raise IntakeError(words.simulated("、".join(paths.short(paths.tickets(month)) for month in unreal)))
    cast = ", ".join(f"{column}::{SQL_TYPES[kind]} AS {column}" for column, (kind, _) in SCHEMA.items())
    for month in set(window(params)) - set(unreal):
        path = paths.tickets(month)
        if path.exists():
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


def write_months(con: duckdb.DuckDBPyConnection, params: Params, paths: Paths) -> dict[str, Path]:
    """Each month that changes, written beside where it will lie, and held to the rules of every month of tickets."""
    beside = replace(paths, data=stage_folder(paths) / "new")
    month = params.month.month
    moved = con.execute("""
        WITH touched AS (SELECT DISTINCT ticket_id FROM lined WHERE status <> 'unchanged')
        SELECT strftime(m.accepted_at, '%Y-%m') FROM lined JOIN mapped m USING (n)
        WHERE last AND m.ticket_id IN (FROM touched)
        UNION SELECT month FROM stored WHERE ticket_id IN (FROM touched)""")
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
                SELECT {_COLUMNS} FROM stored ANTI JOIN lined USING (ticket_id) WHERE {of_month}
                UNION ALL SELECT {", ".join(f"m.{column}" for column in SCHEMA)} FROM mapped m JOIN lined USING (n)
                WHERE last AND {of_month} ORDER BY accepted_at, ticket_id
            ) TO {quoted(target)} ({_LAYOUT}{mark})""")
        of_its_own = load_params(each, paths.params, need_month_file=False)
        table = read_month(each, params, beside)
        counts = fetch(table.group_by(*KEYS).aggregate(tickets=table.count()))
        check_month(table, counts, each, paths.short(paths.tickets(each)), of_its_own)
        written[each] = target
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
        before = paths.short(_previous(month, paths)) if paths.tickets(month).exists() else None
        if month in written:
            file = written[month]
            rows, partial = pq.read_metadata(file).num_rows, marks(file).partial
            found.append(Stored(month, rows, file_sha256(file), partial, before))
        else:
            found.append(Stored(month, 0, None, False, before))
    return found


def place(written: dict[str, Path], set_aside: Sequence[str], paths: Paths) -> None:
    """Puts the months in their place, and the versions before into data/tickets/previous, named by their digest.

    set_aside: simulated months that leave whether or not a month replaces them.
    """
    olds = {month: _keep(month, paths) for month in {*written, *set_aside} if paths.tickets(month).exists()}
    for month in sorted({*written, *set_aside}):
        path = paths.tickets(month)
        if path.is_dir():
            os.replace(path, olds[month])
        if month in written:
            os.replace(written[month], path)
        else:
            path.unlink(missing_ok=True)


def _previous(month: str, paths: Paths) -> Path:
    path = paths.tickets(month)
    return path.parent / "previous" / f"{month}.{file_sha256(path, paths.cache)[:12]}.parquet"


def _keep(month: str, paths: Paths) -> Path:
    """Keeps a copy of the month's file; a folder is only given its place, to which it will be moved."""
    path, keep = paths.tickets(month), _previous(month, paths)
    keep.parent.mkdir(exist_ok=True)
    if path.is_file() and not keep.exists():
        beside = keep.with_name(f".{keep.name}.part")
        beside.unlink(missing_ok=True)
        try:
            os.link(path, beside)
        except OSError:  # a disk without links
            shutil.copy2(path, beside)
        os.replace(beside, keep)
    return keep
