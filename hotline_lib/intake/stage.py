"""Rows on their way from exports to tickets: as text in Parquet files beside the tickets, and an engine over them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hotline_lib.intake import words
from hotline_lib.intake.words import IntakeError
from hotline_lib.journal import Change
from hotline_lib.params import Params
from hotline_lib.paths import Paths
from hotline_lib.tickets.schema import KEYS, SCHEMA

_ROW_GROUP = 122_880
_FEW = [*KEYS, "rating", "answered_instantly", "called_back"]  # columns of few different values
_MARKS = {"n": pa.int64(), "source": pa.int32(), "row": pa.int64(), "kind": pa.string(), "ragged": pa.bool_()}
_RAW = pa.schema(_MARKS | dict.fromkeys(SCHEMA, pa.string()))


class Stage:
    """Tables: ``raw``, a row per row read (``n``: their order), and ``sources``, the sheet that each came from."""

    def __init__(self, change: Change, con: duckdb.DuckDBPyConnection):
        self.change, self.folder, self.con = change, change.stage, con
        self.rows = 0
        self.sources: list[tuple] = []
        self.writer: pq.ParquetWriter | None = None

    def open(self, number: int, file: str, sheet: str, name: str, title: str, unit: str) -> None:
        """A table begins. number: of its file. file, sheet: as they may be shown. name, title: as they are; unit: of
        the whole table, if so; these never leave the stage."""
        self.end()
        self.sources.append((number, file, sheet, name, title, unit))
        self.writer = pq.ParquetWriter(
            self.folder / f"{len(self.sources) - 1}.parquet", _RAW, compression="lz4",
            use_dictionary=["kind", *_FEW], write_statistics=False,
        )  # fmt: skip

    def add(self, batch: pa.Table) -> None:
        """Some rows of the table that was opened last."""
        order = np.arange(self.rows, self.rows + batch.num_rows)
        batch = batch.append_column("n", pa.array(order, pa.int64()))
        source = np.full(batch.num_rows, len(self.sources) - 1)
        batch = batch.append_column("source", pa.array(source, pa.int32()))
        assert self.writer is not None  # a table was opened
        self.writer.write_table(batch.select(_RAW.names).cast(_RAW), _ROW_GROUP)
        self.rows += batch.num_rows

    def end(self) -> None:
        """The table that was opened last is at its end."""
        if self.writer:
            self.writer.close()
            self.writer = None

    def close(self) -> None:
        """All is read: makes the tables."""
        self.end()
        pq.write_table(_RAW.empty_table(), self.folder / "none.parquet")
        self.con.begin()  # never committed: nothing need survive, so nothing waits for the disk
        self.con.execute(f"CREATE VIEW raw AS FROM read_parquet({quoted(self.folder / '*.parquet')})")
        columns = "number INT, file VARCHAR, sheet VARCHAR, name VARCHAR, title VARCHAR, unit VARCHAR"
        self.con.execute(f"CREATE TABLE sources (source INT, {columns})")
        for source, facts in enumerate(self.sources):
            self.con.execute("INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?)", [source, *facts])


@contextmanager
def stage(params: Params, paths: Paths) -> Iterator[Stage]:
    """A stage of which nothing stays behind, for one change of data/tickets. params: say how much memory its engine may use.

    Raises IntakeError if another command is changing them.
    """
    with paths.area("tickets").opened(IntakeError(words.BUSY)) as change:
        con = duckdb.connect(change.stage / "rows.duckdb")
        try:
            con.execute(f"SET memory_limit = '{params.organisation.memory}'")
            con.execute(f"SET threads = {min(4, os.cpu_count() or 1)}")
            con.execute(f"SET temp_directory = {quoted(change.stage / 'spill')}")
            con.execute("SET TimeZone = 'Asia/Shanghai'")
            con.execute("SET enable_progress_bar = false")
            yield Stage(change, con)
        finally:
            con.close()


def counted(con: duckdb.DuckDBPyConnection, query: str) -> int:
    """The one number that a query counts."""
    ((number,),) = con.execute(query).fetchall()
    return int(number)


def quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
