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

import pyarrow as pa

from hotline_lib.intake import offers, words
from hotline_lib.intake.check import LISTED, TIMES, unit_codes
from hotline_lib.intake.reader.grid import FileProblem
from hotline_lib.intake.reader.headings import RECEIPT
from hotline_lib.intake.rules import WITH_VALUES
from hotline_lib.intake.screen import Screen
from hotline_lib.intake.stage import counted, quoted
from hotline_lib.journal import beside, close_to_others, private_folder
from hotline_lib.masking import HIDDEN
from hotline_lib.params import Params
from hotline_lib.paths import Paths
from hotline_lib.tickets.quality import cut_off
from hotline_lib.tickets.schema import SCHEMA

if TYPE_CHECKING:
    import duckdb

_AT_ONCE = 100_000
_MOST_HINTS = 500  # different unknown values that get a line of their own; a column of free text has millions
_CSV = "FORMAT csv, HEADER"
_BOM = "\ufeff"  # before the first heading, so that Excel reads UTF-8


class Folder:
    """A new folder under output/intake that appears whole, when it is kept, or not at all."""

    def __init__(self, month: str, paths: Paths):
        parent = paths.output / "intake"
        private_folder(parent)
        name = f"{month}_{time.strftime('%Y%m%d-%H%M%S')}"
        taken = {path.name for path in parent.iterdir()}
        self.path = parent / next(n for i in range(1, 10_000) if (n := name + (f"-{i}" if i > 1 else "")) not in taken)
        self.beside = beside(self.path)
        private_folder(self.beside)

    def keep(self) -> None:
        close_to_others(self.beside)
        os.replace(self.beside, self.path)

    def drop(self) -> None:
        with suppress(OSError):
            shutil.rmtree(self.beside)


def tell(
    con: duckdb.DuckDBPyConnection,
    files: Sequence[FileProblem],
    params: Params,
    screen: Screen,
    *,
    offered: str = "",
) -> None:
    """Makes ``told``, a row per problem in words. offered: what to say in place of lines that were shown already."""
    con.execute("CREATE OR REPLACE TABLE told (n BIGINT, rule VARCHAR, file VARCHAR, sheet VARCHAR, row BIGINT,"
                " label VARCHAR, value VARCHAR, what VARCHAR, remedy VARCHAR)")  # fmt: skip
    for number, p in enumerate(files):
        known = p.like and p.like != HIDDEN
        hint = f"；{offered or offers.heading(p.like, p.column, params, p.unit).told}" if known else ""
        what, remedy = (text.format(value=p.value, hint=hint) for text in words.words_of(p.rule))
        facts = [number - len(files), p.rule, p.file, p.sheet, p.row, p.column, p.value, what, remedy]
        con.execute("INSERT INTO told VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", facts)
    if counted(con, "SELECT count(*) FROM problems"):
        _tell_rows(con, params, screen, offered)


def write_problems(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """problems.csv of ``told``, if there is one."""
    if not counted(con, "SELECT count(*) FROM told"):
        return
    con.execute(f"""
        COPY (SELECT file AS "{_BOM}文件", sheet AS 工作表, row AS 行, label AS 列, value AS 值, what AS 问题, remedy AS 改法
            FROM told ORDER BY n, label) TO {quoted(folder / "problems.csv")} ({_CSV})""")


def _find(con: duckdb.DuckDBPyConnection, params: Params, screen: Screen) -> None:
    """Makes ``found``: each broken rule with its cell, and ``screened``."""
    raw = " ".join(f"WHEN '{column}' THEN r.{column}" for column in SCHEMA)
    times = " ".join(f"WHEN '{column}' THEN strftime(m.{column}, '%Y-%m-%d %H:%M:%S')" for column in TIMES)
    con.execute(f"""
        CREATE OR REPLACE TABLE found AS
        SELECT p.n, r.source, r.row, p.rule, split_part(p.rule, '/', 1) AS col,
            CASE WHEN split_part(p.rule, '/', 2) IN ('missing', 'open', 'ragged', 'above', 'error', 'no_value', 'code') THEN ''
                WHEN split_part(p.rule, '/', 2) IN ('early', 'late') THEN (CASE col {times} END)
                WHEN p.rule = 'issue/misplaced' THEN m.issue
                ELSE (CASE col {raw} END) END AS cell,
            CASE WHEN p.rule = 'unit/code' THEN {unit_codes(params)}[substr(m.ticket_id, 3, 6)]
                WHEN col = 'issue' THEN m.domain WHEN col = 'sub_issue' THEN m.issue END AS context
        FROM problems p JOIN raw r ON r.n = p.n JOIN mapped m ON m.n = p.n""")
    screened(con, screen, "SELECT DISTINCT cell FROM found WHERE cell IS NOT NULL")


def wanted(con: duckdb.DuckDBPyConnection, params: Params, screen: Screen) -> list[tuple[str, str, str | None, int]]:
    """The values that params/ does not know, as they may be shown: rule, value, context, rows; the most frequent first."""
    _find(con, params, screen)
    return con.execute(f"""
        SELECT rule, shown, context, count(*) FROM found JOIN screened USING (cell)
        WHERE split_part(rule, '/', 2) IN {WITH_VALUES}
        GROUP BY ALL ORDER BY count(*) DESC, rule, shown, context LIMIT {_MOST_HINTS}""").fetchall()


def _tell_rows(con: duckdb.DuckDBPyConnection, params: Params, screen: Screen, offered: str) -> None:
    asked = wanted(con, params, screen)
    con.execute("CREATE OR REPLACE TABLE wording (rule VARCHAR, label VARCHAR, what VARCHAR, remedy VARCHAR)")
    for (rule,) in con.execute("SELECT DISTINCT rule FROM found").fetchall():
        con.execute("INSERT INTO wording VALUES (?, ?, ?, ?)", [rule, *words.row_problem(rule, params)])
    con.execute("CREATE OR REPLACE TABLE hints (rule VARCHAR, value VARCHAR, context VARCHAR, hint VARCHAR)")
    if asked:
        hints = [
            [rule, value, context, hint.text + offered + "。" if offered and hint.offers else hint.told]
            for rule, value, context, _ in asked
            for hint in (offers.hint(rule, value, context, params),)
        ]
        con.executemany("INSERT INTO hints VALUES (?, ?, ?, ?)", hints)
    con.execute("""
        INSERT INTO told
        SELECT n, f.rule, file, sheet, row, label, coalesce(shown, ''),
            replace(replace(what, '{value}', coalesce(shown, '')), '{context}', coalesce(f.context, '')),
            replace(remedy, '{hint}', coalesce(hint, '请改正。'))
        FROM found f JOIN sources USING (source) JOIN wording USING (rule) LEFT JOIN screened USING (cell)
        LEFT JOIN hints h ON h.rule = f.rule AND h.value = shown AND h.context IS NOT DISTINCT FROM f.context""")


def screened(con: duckdb.DuckDBPyConnection, screen: Screen, cells: str) -> None:
    """Makes ``screened``: each different cell of that query, and what may be shown of it."""
    con.execute("CREATE OR REPLACE TABLE screened (cell VARCHAR, shown VARCHAR)")
    for batch in con.execute(cells).to_arrow_reader(_AT_ONCE):
        shown = pa.array([screen.value(cell) for cell in batch[0].to_pylist()], pa.string())
        part = pa.table({"cell": batch[0], "shown": shown})
        con.register("part", part)
        con.execute("INSERT INTO screened FROM part")
        con.unregister("part")


def first_problems(con: duckdb.DuckDBPyConnection, *, name_file: bool) -> tuple[list[str], int]:
    """A line per rule and columns, with how many rows break it and two examples; and how many problems there are.

    What is wrong with several cells of one row is told once.
    """
    con.execute("""
        CREATE OR REPLACE TABLE lines AS
        SELECT min(n) AS n, row, file, sheet, what, remedy, string_agg(label, '」「' ORDER BY label) AS labels,
            if(rule LIKE 'file/%' OR rule LIKE 'sheet/%', rule, split_part(rule, '/', 2)) AS rule
        FROM told GROUP BY n, row, file, sheet, what, remedy, 8""")
    groups = con.execute(f"""
        SELECT rule, labels, count(*), count(DISTINCT what) FROM lines
        GROUP BY rule, labels ORDER BY min(n), labels LIMIT {words.SHOWN}""").fetchall()
    lines = []
    for rule, labels, times, kinds in groups:
        examples = con.execute("""
            SELECT file, sheet, row, what, remedy FROM lines WHERE rule = ? AND labels = ?
            QUALIFY row_number() OVER (PARTITION BY what ORDER BY n) = 1 OR count(DISTINCT what) OVER () = 1
            ORDER BY n LIMIT 2""", [rule, labels]).fetchall()  # fmt: skip
        lines.append(words.line(examples, labels, times, kinds, name_file=name_file))
    return lines, counted(con, "SELECT count(*) FROM told")


def rows_outside(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether tickets stand where no table is: then good rows are not taken alone, because nobody would miss them."""
    return counted(con, "SELECT count(*) FROM problems WHERE rule = 'row/above'") > 0


def oddities(con: duckdb.DuckDBPyConnection, params: Params) -> list[str]:
    """What is no problem of a row, and odd of a table."""
    found = con.execute("""
        SELECT file, sheet, count(*) FROM mapped JOIN sources USING (source) WHERE kind = 'ticket' AND rules = ''
        GROUP BY ALL HAVING count(*) > 1 AND bool_and(accepted_at = date_trunc('day', accepted_at))
        ORDER BY min(n)""").fetchall()
    months = con.execute("""
        SELECT strftime(accepted_at, '%Y-%m') AS month FROM mapped WHERE kind = 'ticket' AND accepted_at IS NOT NULL
        GROUP BY month ORDER BY count(*) DESC LIMIT 3""").fetchall()
    other = []
    if months and params.month.month not in (own := [month for (month,) in months]):
        facts = {"month": params.month.month, "months": "、".join(own), "last": own[0]}
        other = [words.note("other month", "", facts)]
    tables = con.execute("""
        SELECT file, sheet, count(*) FILTER (kind = 'ticket') FROM mapped JOIN sources USING (source)
        GROUP BY ALL ORDER BY min(n)""").fetchall()
    odd = [("midnight", *each) for each in found] + [("round", *each) for each in tables if cut_off(each[2])]
    return other + [
        words.note(kind, words.place(file, sheet, None, ""), {"rows": f"{rows:,}"}, params)
        for kind, file, sheet, rows in odd
    ]


def write_refused(con: duckdb.DuckDBPyConnection, params: Params, screen: Screen, folder: Path) -> None:
    """refused.csv: the refused rows with the ticket columns only, to be mended and taken again.

    Times are written so that Excel leaves them alone: it would drop the seconds.
    """
    of_refused = " UNION ".join(f"SELECT {column} AS cell FROM raw SEMI JOIN problems USING (n)" for column in SCHEMA)
    screened(con, screen, f"SELECT cell FROM ({of_refused}) WHERE cell IS NOT NULL")
    cells = []
    for column in SCHEMA:
        good = f"strftime(m.{column}, '%Y-%m-%dT%H:%M:%S')" if column in TIMES else f"m.{column}::VARCHAR"
        if column not in LISTED and column not in TIMES:
            good = f"CASE WHEN regexp_full_match(m.{column}, 'JT\\d{{22}}') THEN m.{column} END"
        shown = f"(SELECT shown FROM screened WHERE cell = r.{column})"
        cells.append(f'coalesce({good}, {shown}) AS "{params.label(column)}"')
    reason = "string_agg(label || what, '；' ORDER BY label)"
    file, sheet, row, why = RECEIPT
    con.execute(f"""
        COPY (SELECT file AS "{_BOM}{file}", sheet AS "{sheet}", t.row AS "{row}", why AS "{why}", {", ".join(cells)}
            FROM (SELECT n, file, sheet, row, {reason} AS why FROM told WHERE n >= 0 GROUP BY ALL) t
            JOIN raw r ON r.n = t.n JOIN mapped m ON m.n = t.n ORDER BY t.n
        ) TO {quoted(folder / "refused.csv")} ({_CSV})""")


def write_changes(con: duckdb.DuckDBPyConnection, params: Params, folder: Path) -> None:
    """changes.csv: each updated ticket, and which of its columns changed; no file if there is none."""
    if not counted(con, "SELECT count(*) FROM lined WHERE status = 'updated'"):
        return
    differ = ", ".join(f"CASE WHEN old_{c} IS DISTINCT FROM {c} THEN '{params.label(c)}' END" for c in SCHEMA)
    con.execute(f"""
        COPY (SELECT ticket_id AS "{_BOM}{params.label("ticket_id")}", file AS 文件, sheet AS 工作表, row AS 行,
                array_to_string(list_filter([{differ}], lambda x: x IS NOT NULL), '、') AS 改动的列
            FROM updates ORDER BY n) TO {quoted(folder / "changes.csv")} ({_CSV})""")


def sums(con: duckdb.DuckDBPyConnection, *, taken: bool) -> dict[str, dict[str, int]]:
    """By file or sheet: rows read, and what became of them. taken: whether good rows were compared (else none is)."""
    status = "l.status" if taken else "NULL"
    join = "LEFT JOIN lined l ON l.n = m.n" if taken else ""
    rows = con.execute(f"""
        SELECT file, sheet, CASE WHEN kind <> 'ticket' THEN kind WHEN m.n IN (SELECT n FROM problems) THEN 'refused'
            ELSE coalesce({status}, 'not taken') END AS became, count(*)
        FROM mapped m JOIN sources USING (source) {join} GROUP BY ALL ORDER BY min(m.n)""").fetchall()
    found: dict[str, dict[str, int]] = {}
    for file, sheet, became, number in rows:
        of_table = found.setdefault(words.place(file, sheet, None, ""), {})
        of_table[became] = of_table.get(became, 0) + number
    return found


def write_sums(folder: Path, **facts: object) -> None:
    text = json.dumps(facts, ensure_ascii=False, indent=1)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8")
