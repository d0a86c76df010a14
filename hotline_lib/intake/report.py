"""What an intake leaves for the analyst in output/intake: problems, refused rows, changes, and the sums."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hotline_lib.intake import words
from hotline_lib.intake.check import LISTED, TIMES
from hotline_lib.intake.headings import RECEIPT
from hotline_lib.intake.store import quoted
from hotline_lib.intake.words import FileProblem
from hotline_lib.params import Params
from hotline_lib.paths import Paths
from hotline_lib.tickets import SCHEMA

if TYPE_CHECKING:
    import duckdb

_MOST_HINTS = 500  # different unknown values that get a line of their own; a column of free text has millions
_CSV = "FORMAT csv, HEADER"
_BOM = "\ufeff"  # before the first heading, so that Excel reads UTF-8


class Folder:
    """A new folder under output/intake that appears whole, when it is kept, or not at all."""

    def __init__(self, month: str, paths: Paths):
        parent = paths.output / "intake"
        parent.mkdir(parents=True, exist_ok=True)
        for left in parent.glob(".*.part"):
            shutil.rmtree(left, ignore_errors=True)
        name = f"{month}_{time.strftime('%Y%m%d-%H%M%S')}"
        taken = {path.name for path in parent.iterdir()}
        self.path = parent / next(n for i in range(1, 10_000) if (n := name + (f"-{i}" if i > 1 else "")) not in taken)
        self.beside = parent / f".{self.path.name}.part"
        self.beside.mkdir()

    def keep(self) -> None:
        os.replace(self.beside, self.path)

    def drop(self) -> None:
        with suppress(OSError):
            shutil.rmtree(self.beside)


def tell_problems(con: duckdb.DuckDBPyConnection, files: Sequence[FileProblem], params: Params, folder: Path) -> None:
    """Makes ``told``, a row per problem in words, and problems.csv of it if there is one."""
    con.execute("CREATE OR REPLACE TABLE told (n BIGINT, file VARCHAR, sheet VARCHAR, row BIGINT, label VARCHAR,"
                " value VARCHAR, what VARCHAR, remedy VARCHAR)")  # fmt: skip
    for p in files:
        what, remedy = (text.format(value=p.value, hint=p.hint) for text in words.words_of(p.rule))
        con.execute(
            "INSERT INTO told VALUES (-1, ?, ?, NULL, ?, ?, ?, ?)", [p.file, p.sheet, p.column, p.value, what, remedy]
        )
    if con.execute("SELECT count(*) FROM problems").fetchone()[0]:
        _tell_rows(con, params)
    if con.execute("SELECT count(*) FROM told").fetchone()[0] == 0:
        return
    con.execute(f"""
        COPY (SELECT file AS "{_BOM}文件", sheet AS 工作表, row AS 行, label AS 列, value AS 值, what AS 问题, remedy AS 改法
            FROM told ORDER BY n, label) TO {quoted(folder / "problems.csv")} ({_CSV})""")


def _tell_rows(con: duckdb.DuckDBPyConnection, params: Params) -> None:
    raw = " ".join(f"WHEN '{column}' THEN shown(r.{column})" for column in SCHEMA)
    times = " ".join(f"WHEN '{column}' THEN strftime(m.{column}, '%Y-%m-%d %H:%M:%S')" for column in TIMES)
    con.execute(f"""
        CREATE OR REPLACE TABLE found AS
        SELECT p.n, r.source, r.row, p.rule, split_part(p.rule, '/', 1) AS col,
            CASE split_part(p.rule, '/', 2)
                WHEN 'missing' THEN '' WHEN 'open' THEN '' WHEN 'ragged' THEN ''
                WHEN 'early' THEN (CASE col {times} END) WHEN 'late' THEN (CASE col {times} END)
                WHEN 'misplaced' THEN (CASE col WHEN 'issue' THEN m.issue ELSE shown(r.sub_issue) END)
                ELSE (CASE col {raw} END) END AS value,
            CASE col WHEN 'issue' THEN m.domain WHEN 'sub_issue' THEN m.issue END AS context
        FROM problems p JOIN raw r ON r.n = p.n JOIN mapped m ON m.n = p.n""")
    con.execute("CREATE OR REPLACE TABLE wording (rule VARCHAR, label VARCHAR, what VARCHAR, remedy VARCHAR)")
    for (rule,) in con.execute("SELECT DISTINCT rule FROM found").fetchall():
        con.execute("INSERT INTO wording VALUES (?, ?, ?, ?)", [rule, *words.row_problem(rule, params)])
    con.execute("CREATE OR REPLACE TABLE hints (rule VARCHAR, value VARCHAR, context VARCHAR, hint VARCHAR)")
    asked = con.execute(f"""
        SELECT rule, value, context FROM found WHERE split_part(rule, '/', 2) IN ('unknown', 'misplaced', 'value')
        GROUP BY ALL ORDER BY count(*) DESC, rule, value, context LIMIT {_MOST_HINTS}""").fetchall()
    if asked:
        hints = [[*each, words.hint(*each, params)] for each in asked]
        con.executemany("INSERT INTO hints VALUES (?, ?, ?, ?)", hints)
    con.execute("""
        INSERT INTO told
        SELECT n, file, sheet, row, label, f.value,
            replace(replace(what, '{value}', coalesce(f.value, '')), '{context}', coalesce(f.context, '')),
            replace(remedy, '{hint}', coalesce(hint, '请改正。'))
        FROM found f JOIN sources USING (source) JOIN wording USING (rule)
        LEFT JOIN hints h ON h.rule = f.rule AND h.value = f.value AND h.context IS NOT DISTINCT FROM f.context""")


def first_problems(con: duckdb.DuckDBPyConnection, *, name_file: bool) -> tuple[list[str], int]:
    """The first problems as lines: what is wrong with several cells of a row, or again in other rows, is told once.

    Also how many problems there are in all.
    """
    groups = con.execute(f"""
        SELECT file, sheet, min(row), labels, what, remedy, count(*) FROM (
            SELECT n, file, sheet, row, string_agg(label, '」「' ORDER BY label) AS labels, what, remedy
            FROM told GROUP BY ALL)
        GROUP BY file, sheet, labels, what, remedy ORDER BY min(n), labels LIMIT {words.SHOWN}""").fetchall()
    lines = [
        words.place(file if name_file or row is None else "", sheet, row, labels)
        + f"：{what}{f'（共 {times} 行，这是第一处）' if times > 1 else ''}。{remedy}"
        for file, sheet, row, labels, what, remedy, times in groups
    ]
    return lines, con.execute("SELECT count(*) FROM told").fetchone()[0]


def write_refused(con: duckdb.DuckDBPyConnection, params: Params, folder: Path) -> None:
    """refused.csv: the refused rows with the ticket columns only, to be mended and taken again.

    Times are written so that Excel leaves them alone: it would drop the seconds.
    """
    cells = []
    for column in SCHEMA:
        good = f"strftime(m.{column}, '%Y-%m-%dT%H:%M:%S')" if column in TIMES else f"m.{column}::VARCHAR"
        if column not in LISTED and column not in TIMES:
            good = f"CASE WHEN regexp_full_match(m.{column}, 'JT\\d{{22}}') THEN m.{column} END"
        cells.append(f'coalesce({good}, shown(r.{column})) AS "{params.label(column)}"')
    reason = "string_agg(label || what, '；' ORDER BY label)"
    file, sheet, row, why = RECEIPT
    con.execute(f"""
        COPY (SELECT file AS "{_BOM}{file}", sheet AS "{sheet}", t.row AS "{row}", why AS "{why}", {", ".join(cells)}
            FROM (SELECT n, file, sheet, row, {reason} AS why FROM told WHERE n >= 0 GROUP BY ALL) t
            JOIN raw r ON r.n = t.n JOIN mapped m ON m.n = t.n ORDER BY t.n
        ) TO {quoted(folder / "refused.csv")} ({_CSV})""")


def write_changes(con: duckdb.DuckDBPyConnection, params: Params, folder: Path) -> None:
    """changes.csv: each updated ticket, and which of its columns changed; no file if there is none."""
    if not con.execute("SELECT count(*) FROM lined WHERE status = 'updated'").fetchone()[0]:
        return
    differ = ", ".join(
        f"CASE WHEN (CASE WHEN l.before_n < 0 THEN s.{c} ELSE o.{c} END) IS DISTINCT FROM m.{c} THEN '{params.label(c)}' END"
        for c in SCHEMA
    )
    con.execute(f"""
        COPY (SELECT l.ticket_id AS "{_BOM}{params.label("ticket_id")}", file AS 文件, sheet AS 工作表, m.row AS 行,
                array_to_string(list_filter([{differ}], lambda x: x IS NOT NULL), '、') AS 改动的列
            FROM lined l JOIN mapped m USING (n) JOIN sources USING (source)
            LEFT JOIN mapped o ON o.n = l.before_n
            LEFT JOIN stored s ON l.before_n < 0 AND s.ticket_id = l.ticket_id
            WHERE status = 'updated' ORDER BY l.n) TO {quoted(folder / "changes.csv")} ({_CSV})""")


def sums(con: duckdb.DuckDBPyConnection, *, taken: bool) -> dict[str, dict[str, int]]:
    """By file: rows read, and what became of them. taken: whether good rows were compared (else none is counted)."""
    status = "l.status" if taken else "NULL"
    join = "LEFT JOIN lined l ON l.n = m.n" if taken else ""
    rows = con.execute(f"""
        SELECT file, CASE WHEN kind <> 'ticket' THEN kind WHEN m.n IN (SELECT n FROM problems) THEN 'refused'
            ELSE coalesce({status}, 'not taken') END AS became, count(*)
        FROM mapped m JOIN sources USING (source) {join} GROUP BY ALL ORDER BY min(m.n)""").fetchall()
    found: dict[str, dict[str, int]] = {}
    for file, became, number in rows:
        found.setdefault(file, {})[became] = number
    return found


def write_sums(folder: Path, **facts: object) -> None:
    text = json.dumps(facts, ensure_ascii=False, indent=1)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8")
