"""What a table holds, month by month, in one question: as long as the digests stay, no ticket has changed.

The engine turns the columns that figures depend on into text, hashes each row and adds the hashes up: the order of the
rows does not matter, and a change in place, a swap of two values, a ticket more or less moves the sum. Only a row a month
comes back. A process asks once, and hands the answer on to those that it starts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from hotline_lib.fingerprint import value_fingerprint
from hotline_lib.params import first_day, month_before
from hotline_lib.params.source import Source
from hotline_lib.paths import Paths
from hotline_lib.tickets.columns import moment, since, wall_time
from hotline_lib.tickets.engine import ibis
from hotline_lib.tickets.schema import SCHEMA
from hotline_lib.tickets.sources import asking, fetch, of

if TYPE_CHECKING:
    from ibis.expr.types import StringValue, Table

HANDED = "HOTLINE_TABLES"  # environment variable: JSON of what another process was told
_REACH = 35  # months before the one that is asked for: what its reports look back on
_BETWEEN, _MISSING = "\x1f", "\x1e"  # no text holds these
_UNDATED = ""
_known: dict[str, dict[str, str]] = {}  # by source: month -> digest; "from" -> the month from which on all are known


def month_digest(month: str, source: Source, raw: Callable[[], Table], paths: Paths) -> str | None:
    """The digest of the tickets accepted in a month; None if there are none.

    raw: gives the table of all months. The digest is of the address (without user and password), the table, and what the month holds, with the tickets that say no time
    of acceptance: they belong to no month, and stop them all.
    """
    key = json.dumps([source.kind, source.path, source.table])
    if key not in _known:
        _known.update(json.loads(os.environ.get(HANDED, "{}")))
    known = _known.setdefault(key, {})
    if month < known.get("from", "9999-99"):
        first = month_before(month, _REACH)
        known |= _asked(first, known.get("from"), source, raw(), paths) | {"from": first}
    return known.get(month)


def forget() -> None:
    """Whoever asks next asks the engine again."""
    _known.clear()


def handed() -> dict[str, str]:
    """The environment variable that tells another process what this one was told."""
    return {HANDED: json.dumps(_known)} if _known else {}


def _asked(first: str, until: str | None, source: Source, raw: Table, paths: Paths) -> dict[str, str]:
    """By month, from ``first`` on (up to ``until``, which is known already)."""
    rows = since(raw.accepted_at, first_day(first))
    if until:
        rows = rows & (raw.accepted_at < moment(raw.accepted_at, first_day(until)))
    raw = raw.filter(rows | raw.accepted_at.isnull())
    wall, text = wall_time(raw.accepted_at), ibis.literal(_BETWEEN).join([_text(raw, column) for column in SCHEMA])
    with asking():
        table = raw.select(month=wall.year() * 100 + wall.month(), hashed=of(source).hashed(text))
        sums = fetch(table.group_by("month").aggregate(rows=table.count(), digest=table.hashed.sum()))
        place = of(source).address(source, paths)
    found = {
        _UNDATED if row.month != row.month else f"{int(row.month) // 100}-{int(row.month) % 100:02}": [
            row.rows,
            int(row.digest),
        ]
        for row in sums.itertuples()
    }
    undated = found.pop(_UNDATED, None)
    return {
        month: value_fingerprint([source.kind, place, source.path, source.table, month, *map(str, (*held, undated))])
        for month, held in found.items()
    }


def _text(raw: Table, column: str) -> StringValue:
    return raw[column].cast("string").fill_null(_MISSING)
