"""From rows of text to tickets, in the engine: values mapped by params/, and every cell that breaks a rule.

spelled    what params/ calls things: column, parent (the issue of a sub-issue), spelling, name
mapped     a row per row read: n (its order), kind (ticket, total, blank, header), the ticket columns, digest, rules
problems   a row per broken rule: n, rule (COLUMN/RULE); a row without any is good
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from hotline_lib import masking
from hotline_lib.intake import words
from hotline_lib.intake.headings import plain
from hotline_lib.params import Params, month_before, month_range
from hotline_lib.tickets import SCHEMA

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
    r"(?:(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?|(\d{1,2})[时点](?:(\d{1,2})分)?(?:(\d{1,2})秒)?)?(am|pm)?(?:\+08:?00)?$"
)
_PARTS = "['y', 'm', 'd', 'gap', 'half', 'h', 'mi', 's', 'h2', 'mi2', 's2', 'half2']"
_FULL = "".join(chr(code) for code in range(0xFF01, 0xFF5F))
_HALF = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)).replace("'", "''")
_MACROS = [
    rf"half(x) AS CASE WHEN strlen(x) > length(x) THEN translate(x, '{_FULL}', '{_HALF}') ELSE x END",
    r"plain(x) AS lower(regexp_replace(half(x), '[\s\x{3000}\x{a0}\x{200b}\x{feff}]+', '', 'g'))",
    r"number(x) AS regexp_replace(plain(x), '^(\d+)\.0+$', '\1')",
    f"blank(x) AS coalesce(list_contains(split('{' '.join(words.BLANK)}', ' '), x), true)",
    # the space between day and hour parts 1 12:15 from 11 2:15, so it must outlive plain
    r"gapped(x) AS plain(regexp_replace(trim(half(x)), '(\d)[\s\x{3000}\x{a0}]+(\d)', '\1t\2'))",
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
    # the plain form first; the lambda keeps the engine from working out the rest for all rows beforehand
    """moment(x) AS CASE WHEN x <> '' THEN coalesce(
        CASE WHEN strlen(x) = 19 THEN try_strptime(x, '%Y-%m-%d %H:%M:%S') END,
        list_transform([gapped(x)], lambda each: spelled_time(each))[1]) END""",
]


def map_rows(con: duckdb.DuckDBPyConnection, params: Params) -> None:
    """Makes ``mapped`` and ``problems`` from ``raw``. params: those of the bulletin's month."""
    for macro in [*_MACROS, *masking.SHOWN_MACROS]:
        con.execute(f"CREATE OR REPLACE MACRO {macro}")
    spelled = zip(*sorted(set(_spellings(params))), strict=True)
    con.register("given", pa.table(dict(zip(("col", "parent", "spelling", "name"), spelled, strict=True))))
    con.execute("CREATE OR REPLACE TABLE spelled AS FROM given")  # scanned from Python beside Parquet, DuckDB 1.5 hangs
    con.unregister("given")
    for column in LISTED:  # each different cell once: a million rows have a handful
        con.execute(f"""
            CREATE OR REPLACE TABLE map_{column} AS SELECT cell, key, name, blank(key) AS blank,
                key IN (SELECT spelling FROM spelled WHERE col = 'sub_issue') AS somewhere
            FROM (SELECT cell, number(cell) AS key FROM (SELECT DISTINCT {column} AS cell FROM raw) WHERE cell IS NOT NULL)
            LEFT JOIN spelled ON col = '{column}' AND spelling = key AND parent = ''""")
    con.execute(f"CREATE OR REPLACE TABLE mapped AS {_mapped(params)}")
    con.execute(
        "CREATE OR REPLACE TABLE problems AS SELECT n, unnest(split(rules, ' ')) AS rule FROM mapped WHERE rules <> ''"
    )
    con.execute("""
        INSERT INTO problems SELECT n, 'ticket_id/repeated'
        FROM mapped JOIN sources USING (source) SEMI JOIN (
            SELECT file, ticket_id FROM mapped JOIN sources USING (source) WHERE kind = 'ticket' AND rules = ''
            GROUP BY ALL HAVING min(digest) <> max(digest)
        ) twice USING (file, ticket_id) WHERE kind = 'ticket' AND rules = ''""")


def _spellings(params: Params) -> Iterator[tuple[str, str, str, str]]:
    catalogue = params.catalogue
    named = (params.units, catalogue.business_types, catalogue.domains, catalogue.issues)
    for column, entries in zip(NAMED, named, strict=True):
        yield from ((column, "", plain(word), entry.name) for entry in entries for word in entry.spellings)
    for issue in catalogue.issues:
        yield ("home", issue.name, "", issue.domain)
        yield from (
            ("sub_issue", issue.name, plain(word), sub.name) for sub in issue.sub_issues for word in sub.spellings
        )
    written = {column.name: column.values for column in params.columns}
    for column, (kind, _) in SCHEMA.items():
        values = ("true", "false") if kind == "bool" else "12345" if column == "rating" else ()
        for value in values:
            spellings = (value, *written.get(column, {}).get(value, ()))
            yield from ((column, "", plain(word), value) for word in spellings)


def _mapped(params: Params) -> str:
    """SQL of ``mapped``, step by step: values, which cells are blank, what kind of row, which rules it breaks."""
    cells = {"ticket_id": f"CASE WHEN {_is_id('r.ticket_id')} THEN r.ticket_id ELSE upper(plain(r.ticket_id)) END"}
    cells |= {column: f"moment(r.{column})" for column in TIMES}
    cells |= {column: f"m_{column}.name::{SQL_TYPES[SCHEMA[column][0]]}" for column in LISTED}
    cells |= {
        "failed_reviews": "try_cast(regexp_extract(m_failed_reviews.key, '^\\d{1,4}$') AS BIGINT)",
        "sub_issue": "s.name",
    }
    values = ", ".join(f"{cell} AS {column}" for column, cell in cells.items())
    blanks = ", ".join(f"coalesce(m_{column}.blank, true) AS {column}_blank" for column in LISTED)
    late = ", ".join(  # these are looked at as text only where they are none
        f"CASE WHEN {column} IS NULL THEN blank(plain({column}_cell)) ELSE false END AS {column}_blank"
        for column in TIMES
    )
    joins = [f"LEFT JOIN map_{column} m_{column} ON m_{column}.cell = r.{column}" for column in LISTED]
    ids = next(column.spellings for column in params.columns if column.name == "ticket_id")
    return f"""
        WITH cells AS (
            SELECT r.n, r.source, r.row, r.total, r.ragged, home.name AS home, {values}, {blanks},
                m_sub_issue.somewhere, {", ".join(f"r.{column} AS {column}_cell" for column in TIMES)}
            FROM raw r {" ".join(joins)}
            LEFT JOIN spelled s
                ON s.col = 'sub_issue' AND s.parent = m_issue.name AND s.spelling = m_sub_issue.key
            LEFT JOIN spelled home ON home.col = 'home' AND home.parent = m_issue.name),
        seen AS (SELECT *, blank(lower(ticket_id)) AS ticket_id_blank, {late} FROM cells),
        kinds AS (
            SELECT *, CASE WHEN total AND NOT {_is_id("coalesce(ticket_id, '')")} THEN 'total'
                WHEN {" AND ".join(f"{column}_blank" for column in SCHEMA)} THEN 'blank'
                WHEN list_contains({[plain(word).upper() for word in ids]}, ticket_id) THEN 'header'
                ELSE 'ticket' END AS kind FROM seen)
        SELECT n, source, row, kind, {", ".join(SCHEMA)}, hash({", ".join(SCHEMA)}) AS digest,
            CASE WHEN kind <> 'ticket' THEN '' WHEN ragged THEN 'row/ragged' ELSE concat_ws(' ', {", ".join(_rules(params))}) END AS rules
        FROM kinds"""


def _is_id(text: str) -> str:
    return f"regexp_full_match({text}, 'JT\\d{{22}}')"


def _rules(params: Params) -> list[str]:
    """SQL that gives a rule's name where a row breaks it, in the order in which they are told."""
    month = params.month.month
    first, _ = month_range(month_before(month, params.month.reach_back_months))
    _, after = month_range(month)
    rules = {}
    for column, (_, may_be_missing) in SCHEMA.items():
        filled = f"NOT {column}_blank"
        if not may_be_missing:
            rules[f"{column}/missing"] = f"{column}_blank"
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
            rules["closed_at/open"] = "submitted_at IS NOT NULL AND closed_at_blank"
    return [f"CASE WHEN {condition} THEN '{rule}' END" for rule, condition in rules.items()]
