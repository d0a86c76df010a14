"""From rows of text to tickets, in the engine: values mapped by params/, and every cell that breaks a rule.

spelled    what params/ calls things: column, parent (the issue of a sub-issue), scope (where), spelling, name
mapped     a row per row read: n (its order), kind (ticket, title, header, total, blank), the ticket columns, digest, rules
problems   a row per broken rule: n, rule (COLUMN/RULE); a row without any is good
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from hotline_lib.intake import words
from hotline_lib.intake.reader.grid import ERROR_CELL, ERROR_TEXT, NO_VALUE_CELL
from hotline_lib.intake.reader.headings import INVISIBLE, holds, plain
from hotline_lib.params import Params, month_before, month_range
from hotline_lib.tickets.schema import SCHEMA

if TYPE_CHECKING:
    import duckdb

SQL_TYPES = {"text": "VARCHAR", "time": "TIMESTAMP", "bool": "BOOLEAN", "integer": "BIGINT"}
NAMED = ("unit", "business_type", "domain", "issue")
TIMES = tuple(column for column, (kind, _) in SCHEMA.items() if kind == "time")
LISTED = tuple(column for column in SCHEMA if column != "ticket_id" and column not in TIMES)  # few different values
_SERIAL = r"[3-7]\d{4}(\.\d+)?"  # days since 1899-12-30, as Excel counts
_COMPACT = r"^(\d{4})(\d\d)(\d\d)(?:t?(\d\d):?(\d\d):?(\d\d)?)?$"
_WRITTEN = (
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(日?t?)(上午|下午|am|pm)?"
    r"(?:(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?|(\d{1,2})[时点](?:(\d{1,2})分)?(?:(\d{1,2})秒)?)?(上午|下午|am|pm)?(?:\+08:?00)?$"
)
_PARTS = "['y', 'm', 'd', 'gap', 'half', 'h', 'mi', 's', 'h2', 'mi2', 's2', 'half2']"
_NOTHING = "blank"  # the name of what means nothing
_FULL = "".join(chr(code) for code in range(0xFF01, 0xFF5F))
_HALF = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)).replace("'", "''")
_MACROS = [
    rf"half(x) AS CASE WHEN strlen(x) > length(x) THEN translate(x, '{_FULL}', '{_HALF}') ELSE x END",
    rf"""plain(x) AS regexp_replace(regexp_replace(lower(regexp_replace(
        half(x), '[\s\x{{3000}}\x{{a0}}{INVISIBLE}]+', '', 'g')), '^[=''"‘’“”`]+', ''), '[=''"‘’“”`]+$', '')""",
    r"number(x) AS regexp_replace(plain(x), '^(\d+)\.0+$', '\1')",
    f"blank(x) AS coalesce(list_contains(split('{' '.join(words.BLANK)}', ' '), x), true)",
    # the space between day and hour parts 1 12:15 from 11 2:15, so it must outlive plain
    r"gapped(x) AS plain(regexp_replace(trim(translate(half(x), '‐‑‒–—−∶︰', '------::')), '(\d)[\s\x{3000}\x{a0}]+(\d)', '\1t\2'))",
    """clock(p) AS CASE
        WHEN p.half || p.half2 IN ('下午', 'pm') AND try_cast(p.h || p.h2 AS INT) < 12 THEN (p.h || p.h2)::INT + 12
        WHEN p.half || p.half2 IN ('上午', 'am') AND p.h || p.h2 = '12' THEN 0
        ELSE try_cast(p.h || p.h2 AS INT) END""",
    """joined(p) AS CASE WHEN p.gap || p.half <> '' OR p.h || p.h2 = '' THEN
        p.y || '-' || lpad(p.m, 2, '0') || '-' || lpad(p.d, 2, '0') || ' ' || lpad(coalesce(clock(p), 0)::VARCHAR, 2, '0')
        || ':' || lpad(p.mi || p.mi2, 2, '0') || ':' || lpad(p.s || p.s2, 2, '0') END""",
    rf"""spelled_time(x) AS CASE
        WHEN regexp_full_match(x, '{_SERIAL}')
            THEN TIMESTAMP '1899-12-30' + to_seconds(round(x::DOUBLE * 86400)::BIGINT)
        WHEN regexp_matches(x, '{_COMPACT}') THEN try_cast(
            regexp_replace(regexp_replace(x, '{_COMPACT}', '\1-\2-\3 \4:\5:\6'), '( ::|:)$', '') AS TIMESTAMP)
        WHEN regexp_matches(x, '{_WRITTEN}')
            THEN try_cast(joined(regexp_extract(x, '{_WRITTEN}', {_PARTS})) AS TIMESTAMP) END""",
    "plain_time(x) AS CASE WHEN strlen(x) = 19 THEN try_strptime(x, '%Y-%m-%d %H:%M:%S') END",
    # the plain form first; the lambda keeps the engine from working out the rest for all rows beforehand
    """moment(x) AS CASE WHEN x <> '' THEN coalesce(
        plain_time(x), list_transform([gapped(x)], lambda each: spelled_time(each))[1]) END""",
]


def map_rows(con: duckdb.DuckDBPyConnection, params: Params) -> None:
    """Makes ``mapped`` and ``problems`` from ``raw``. params: those of the bulletin's month."""
    for macro in _MACROS:
        con.execute(f"CREATE OR REPLACE MACRO {macro}")
    spelled = zip(*sorted(set(_spellings(params))), strict=True)
    columns = ("col", "parent", "scope", "spelling", "name")
    con.register("given", pa.table(dict(zip(columns, spelled, strict=True))))
    con.execute("CREATE OR REPLACE TABLE spelled AS FROM given")  # scanned from Python beside Parquet, DuckDB 1.5 hangs
    con.unregister("given")
    _scopes(con, params)
    # each different cell once: a million rows have a handful
    cells = " UNION ALL ".join(f"SELECT DISTINCT '{each}' AS col, source, {each} AS cell FROM raw" for each in LISTED)
    con.execute(f"""
        CREATE OR REPLACE TABLE maps AS
        SELECT x.col, source, cell, key, nullif(name, '{_NOTHING}') AS name,
            coalesce(blank(key) OR name = '{_NOTHING}', false) AS blank,
            key IN (SELECT spelling FROM spelled WHERE col = 'sub_issue') AS somewhere
        FROM (SELECT *, number(cell) AS key FROM ({cells}) WHERE cell IS NOT NULL) x
        LEFT JOIN (SELECT s.*, scopes.source AS there FROM spelled s LEFT JOIN scopes USING (scope)
            WHERE parent = '' AND (scope = '' OR scopes.source IS NOT NULL)) s
            ON s.col = x.col AND s.spelling = key AND (s.scope = '' OR s.there = source)
        QUALIFY row_number() OVER (PARTITION BY x.col, source, cell ORDER BY s.scope DESC) = 1""")
    con.execute(f"CREATE OR REPLACE TABLE mapped AS {_mapped(params, *_odd(con))}")
    con.execute(
        "CREATE OR REPLACE TABLE problems AS SELECT n, unnest(split(rules, ' ')) AS rule FROM mapped WHERE rules <> ''"
    )
    con.execute("""
        INSERT INTO problems SELECT n, 'ticket_id/repeated'
        FROM mapped JOIN sources USING (source) SEMI JOIN (
            SELECT number, name, ticket_id FROM mapped JOIN sources USING (source) WHERE kind = 'ticket' AND rules = ''
            GROUP BY ALL HAVING min(digest) <> max(digest)
        ) twice USING (number, name, ticket_id) WHERE kind = 'ticket' AND rules = ''""")


def _scopes(con: duckdb.DuckDBPyConnection, params: Params) -> None:
    """Makes ``scopes``: the sources for which the entries of columns.yaml with ``only`` hold."""
    units = {plain(word): unit.name for unit in params.units for word in unit.spellings}
    con.execute("CREATE OR REPLACE TABLE scopes (scope VARCHAR, source INT)")
    patterns = {column.only for column in params.columns_only}
    for source, file, sheet, unit in con.execute("SELECT source, name, title, unit FROM sources").fetchall():
        for pattern in patterns:
            if holds(pattern, file, sheet, unit, units):
                con.execute("INSERT INTO scopes VALUES (?, ?)", [pattern, source])


def _spellings(params: Params) -> Iterator[tuple[str, str, str, str, str]]:
    catalogue = params.catalogue
    named = (params.units, catalogue.business_types, catalogue.domains, catalogue.issues)
    for column, entries in zip(NAMED, named, strict=True):
        yield from ((column, "", "", plain(word), entry.name) for entry in entries for word in entry.spellings)
    yield from (("unit", "", "", unit.code, unit.name) for unit in params.units)
    for issue in catalogue.issues:
        yield ("home", issue.name, "", "", issue.domain)
        for sub in issue.sub_issues:
            yield from (("sub_issue", issue.name, "", plain(word), sub.name) for word in sub.spellings)
    for column, (kind, _) in SCHEMA.items():
        values = ("true", "false") if kind == "bool" else "12345" if column == "rating" else ()
        yield from ((column, "", "", value, value) for value in values)
    for entry in (each for each in (*params.columns, *params.columns_only) if each.name in SCHEMA):
        for value, spellings in entry.values.items():
            if entry.name == "sub_issue" and value != _NOTHING:
                homes = [issue.name for issue in catalogue.issues if any(s.name == value for s in issue.sub_issues)]
            else:
                homes = [""]
            yield from ((entry.name, home, entry.only, plain(word), value) for home in homes for word in spellings)


def _odd(con: duckdb.DuckDBPyConnection) -> tuple[bool, bool]:
    """Whether any time is written in another than the plain form, and whether any cell looks like an error of Excel's:
    if none does, what would read them need not be planned, which takes longer than a small export."""
    any_of = lambda condition, columns: " OR ".join(condition.format(column) for column in columns)
    times, errors = any_of("{0} <> '' AND plain_time({0}) IS NULL", TIMES), any_of("starts_with({}, '#')", SCHEMA)
    tickets = "SELECT 1 FROM raw WHERE kind IN ('', 'above')"
    has = lambda odd: bool(con.execute(f"{tickets} AND ({odd}) LIMIT 1").fetchall())
    return has(times), has(errors)


def _mapped(params: Params, odd_times: bool, errors: bool) -> str:
    """SQL of ``mapped``, step by step: values, which cells are blank, what kind of row, which rules it breaks."""
    cells = {"ticket_id": f"CASE WHEN {_is_id('r.ticket_id')} THEN r.ticket_id ELSE upper(plain(r.ticket_id)) END"}
    cells |= {column: f"{'moment' if odd_times else 'plain_time'}(r.{column})" for column in TIMES}
    cells |= {column: f"m_{column}.name::{SQL_TYPES[SCHEMA[column][0]]}" for column in LISTED}
    cells |= {
        "failed_reviews": "coalesce(try_cast(m_failed_reviews.name AS BIGINT), "
        "try_cast(regexp_extract(m_failed_reviews.key, '^\\d{1,4}$') AS BIGINT))",
        "sub_issue": "s.name",
    }
    values = ", ".join(f"{cell} AS {column}" for column, cell in cells.items())
    blanks = ", ".join(f"coalesce(m_{column}.blank, true) AS {column}_blank" for column in LISTED)
    late = ", ".join(  # these are looked at as text only where they are none
        f"CASE WHEN {column} IS NULL THEN blank(plain({column}_cell)) OR list_contains({_blank_words(column, params)}, "
        f"plain({column}_cell)) ELSE false END AS {column}_blank"
        if odd_times
        else f"{column} IS NULL AS {column}_blank"
        for column in TIMES
    )
    joins = [
        f"LEFT JOIN (FROM maps WHERE col = '{column}') m_{column} ON m_{column}.source = r.source AND m_{column}.cell = r.{column}"
        for column in LISTED
    ]
    unsaid = f"('{ERROR_CELL}', '{NO_VALUE_CELL}')"
    typed = lambda column: (
        f"WHEN starts_with(r.{column}, '#') AND regexp_full_match(upper(trim(r.{column})), '{ERROR_TEXT.pattern}') "
        f"AND NOT {_mapped_text(column)} THEN '{ERROR_CELL}'"
    )
    marks = ", ".join(
        f"CASE WHEN r.{column} IN {unsaid} THEN r.{column} {typed(column) if errors else ''} END AS {column}_mark"
        for column in SCHEMA
    )
    nothing = " AND ".join(f"r.{column} IS NULL" for column in SCHEMA)
    return f"""
        WITH cells AS (
            SELECT r.n, r.source, r.row, given.unit AS given, r.kind AS sifted, r.ragged, home.name AS home, {values}, {blanks}, {marks},
                {nothing} AS nothing, m_sub_issue.somewhere,
                {", ".join(f"r.{column} AS {column}_cell" for column in TIMES)}
            FROM raw r JOIN sources given USING (source) {" ".join(joins)}
            LEFT JOIN spelled s
                ON s.col = 'sub_issue' AND s.parent = m_issue.name AND s.spelling = m_sub_issue.key
            LEFT JOIN spelled home ON home.col = 'home' AND home.parent = m_issue.name),
        seen AS (SELECT *, blank(lower(ticket_id)) AS ticket_id_blank, {late} FROM cells),
        kinds AS (
            SELECT *, CASE WHEN sifted NOT IN ('', 'above') THEN sifted
                WHEN NOT nothing AND {" AND ".join(f"{column}_blank" for column in SCHEMA)} THEN 'blank'
                ELSE 'ticket' END AS kind FROM seen)
        SELECT n, source, row, kind, {", ".join(SCHEMA)}, hash({", ".join(SCHEMA)}) AS digest,
            CASE WHEN kind <> 'ticket' THEN '' WHEN sifted = 'above' THEN 'row/above' WHEN ragged THEN 'row/ragged' ELSE concat_ws(' ', {", ".join(_rules(params))}) END AS rules
        FROM kinds"""


def unit_codes(params: Params) -> str:
    """SQL of a map from the division codes that ids begin with to units."""
    return "map {" + ", ".join(f"'{unit.code}': '{unit.name}'" for unit in params.units) + "}"


def _blank_words(column: str, params: Params) -> list[str]:
    """What else means nothing in a column of times."""
    entries = [c for c in params.columns if c.name == column]
    return [plain(word) for c in entries for word in c.values.get(_NOTHING, ())] or ["\ue000"]


def _mapped_text(column: str) -> str:
    """SQL: whether params/ says what a text means that looks like an error of Excel's."""
    return f"coalesce(m_{column}.blank OR m_{column}.name IS NOT NULL, false)" if column in LISTED else "false"


def _is_id(text: str) -> str:
    return f"regexp_full_match({text}, 'JT\\d{{22}}')"


def _rules(params: Params) -> list[str]:
    """SQL that gives a rule's name where a row breaks it, in the order in which they are told."""
    month = params.month.month
    first, _ = month_range(month_before(month, params.month.reach_back_months))
    _, after = month_range(month)
    rules = {}
    for column, (_, may_be_missing) in SCHEMA.items():
        filled = f"NOT {column}_blank AND {column}_mark IS NULL"
        if column == "unit":
            code = "substr(ticket_id, 3, 6)"
            rules["unit/code"] = (
                f"given <> '' AND map_contains({unit_codes(params)}, {code}) AND {unit_codes(params)}[{code}] <> unit"
            )
        rules[f"{column}/error"] = f"{column}_mark = '{ERROR_CELL}'"
        rules[f"{column}/no_value"] = f"{column}_mark = '{NO_VALUE_CELL}'"
        if not may_be_missing:
            rules[f"{column}/missing"] = f"{column}_blank AND {column}_mark IS NULL"
        if column == "ticket_id":
            rules["ticket_id/format"] = f"{filled} AND NOT {_is_id('ticket_id')}"
        elif column in TIMES:
            rules[f"{column}/time"] = (
                f"{filled} AND ({column} IS NULL OR {column} NOT BETWEEN '2000-01-01' AND '2099-12-31')"
            )
        elif column == "sub_issue":
            rules["sub_issue/orphan"] = f"{filled} AND issue_blank"
            rules["sub_issue/misplaced"] = f"{filled} AND issue IS NOT NULL AND sub_issue IS NULL AND somewhere"
            rules["sub_issue/unknown"] = f"{filled} AND issue IS NOT NULL AND sub_issue IS NULL AND NOT somewhere"
        else:
            rule = "unknown" if column in NAMED else "integer" if column == "failed_reviews" else "value"
            rules[f"{column}/{rule}"] = f"{filled} AND {column} IS NULL"
        if column == "issue":
            rules["issue/misplaced"] = "home <> domain"
        if column == "accepted_at":
            rules["accepted_at/early"] = f"accepted_at >= '2000-01-01' AND accepted_at < '{first}'"
            rules["accepted_at/late"] = f"accepted_at >= '{after}' AND accepted_at <= '2099-12-31'"
        if column == "closed_at":
            rules["closed_at/open"] = "submitted_at IS NOT NULL AND closed_at_blank AND closed_at_mark IS NULL"
    return [f"CASE WHEN {condition} THEN '{rule}' END" for rule, condition in rules.items()]
