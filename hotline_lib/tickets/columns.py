"""A column as the ticket table has it, whatever type the source gives it: without loss, or not at all.

Only what means the same on every engine stands here: a moment is compared in its own type, and shifted before it is cut.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from hotline_lib.tickets.engine import ibis
from hotline_lib.tickets.schema import SHANGHAI_HOURS

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, Column, TimestampValue

_MOST = 2**53  # whole numbers that every engine keeps exactly
_SHIFT = dt.timedelta(hours=SHANGHAI_HOURS)


def as_kind(column: Column, kind: str) -> tuple[Column | None, BooleanValue | None]:
    """The column as ``kind``, and which of its values that would change; (None, None) if it cannot be at all."""
    have = column.type()
    if kind == "text" and have.is_string():
        return column, None
    if kind == "time" and (have.is_timestamp() or have.is_date()):
        return wall_time(column), None
    if kind == "bool":
        if have.is_boolean():
            return column, None
        if have.is_integer():
            return column == 1, ~column.isin([0, 1])
    if kind == "integer" and have.is_integer() and not have.is_uint64():
        return column.cast("int64"), None
    if kind == "integer" and have.is_numeric() and not have.is_boolean():
        return _whole(column)
    return None, None


def _whole(column: Column) -> tuple[Column, BooleanValue]:
    """Whole numbers of a column that can hold others; not-a-number is how many programs write a missing one."""
    if column.type().is_floating():
        column = column.isnan().ifelse(ibis.null(column.type()), column)
    kept = column.between(-_MOST, _MOST).ifelse(column, ibis.null(column.type()))
    broken = kept != kept.floor() if not kept.type().is_integer() else ibis.literal(False)
    return kept.cast("int64"), column.notnull() & (kept.isnull() | broken)


def wall_time(column: Column) -> TimestampValue:
    """A moment as Shanghai wall time. What has a time zone is an instant: engines take it in UTC, so it is shifted first."""
    have = column.type()
    if have.is_timestamp() and have.timezone is not None:
        return (column + ibis.interval(hours=SHANGHAI_HOURS)).cast("timestamp")
    return column if have.is_timestamp() else column.cast("timestamp")


def moment(column: Column, wall: dt.datetime | dt.date) -> ibis.Expr:
    """A Shanghai wall time as a value of the column's own type: comparing finds its index, and no engine converts."""
    wall = wall if isinstance(wall, dt.datetime) else dt.datetime.combine(wall, dt.time())
    have = column.type()
    if have.is_date():
        return ibis.literal(wall.date())
    if have.timezone is not None:
        return ibis.literal((wall - _SHIFT).replace(tzinfo=dt.UTC), type="timestamp('UTC')")
    return ibis.literal(wall)


def within(column: Column, first: dt.datetime, after: dt.datetime) -> BooleanValue:
    """From ``first`` on and before ``after``, both Shanghai wall time."""
    return (column >= moment(column, first)) & (column < moment(column, after))


def since(column: Column, first: dt.datetime | dt.date) -> BooleanValue:
    return column >= moment(column, first)
