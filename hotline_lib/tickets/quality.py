"""How good a month's data are: what is blank, what cannot well be, and what may have been cut off."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from hotline_lib.params import Params
from hotline_lib.tickets.engine import ibis
from hotline_lib.tickets.read import fetch
from hotline_lib.tickets.rules import most_at_once
from hotline_lib.tickets.schema import SCHEMA

if TYPE_CHECKING:
    from ibis.expr.types import Table

_CUT_EVERY = 5_000
_MINUTE = dt.timedelta(minutes=1)
_NONE = pd.Series(dtype="int64", index=pd.Index([], dtype=str))
_SHEET_ROWS = (65_536, 1_048_576)  # of .xls and .xlsx


def data_quality(tickets: Table, params: Params, now: dt.datetime) -> pd.DataFrame:
    """How good a month's data are: what is blank, and what cannot well be, by unit.

    tickets: as ``read_month`` gives them. now: Shanghai wall time.
    Returns a row per finding that any ticket has: ``finding`` (in words), ``tickets`` (in all) and one column per
    unit, in the order of params/units.yaml.
    """
    t = tickets
    later = [
        t[column] > ibis.literal(now) for column, (kind, _) in SCHEMA.items() if kind == "time" and column != "due_at"
    ]
    conditions = {f"「{params.label(column)}」未填写": t[column].isnull() for column, (_, may) in SCHEMA.items() if may}
    conditions |= {
        "办结早于受理": t.closed_at < t.accepted_at,
        "办结早于转办": t.closed_at < t.transferred_at,
        "没有即时答复而办结时长为零": (t.closed_at == t.accepted_at) & ~t.answered_instantly,
        "时间在将来": ibis.or_(*(each.fill_null(False) for each in later)),
        "有评价而没有回访": t.rating.notnull() & ~t.called_back.fill_null(False),
    }
    sums = {f"c{i}": condition.ifelse(1, 0).sum() for i, condition in enumerate(conditions.values())}
    span = {"first": t.accepted_at.min(), "last": t.accepted_at.max(), "rows": t.count()}
    found = fetch(t.group_by("unit").aggregate(**sums, **span)).set_index("unit")
    parts = -(-int(found["rows"].sum()) // most_at_once(t, params))
    alike = [_alike(t, *each) for each in _spans(found["first"].min(), found["last"].max(), parts)]
    by_unit = found[list(sums)].reindex(params.unit_names, fill_value=0).set_axis(list(conditions), axis="columns")
    by_unit["疑似重复（同一单位、类型、事项、子事项，一分钟内，都没有即时答复）"] = (
        pd.concat([_NONE, *alike]).groupby(level=0).sum().reindex(by_unit.index, fill_value=0)
    )
    table = by_unit.astype("int64").T.rename_axis("finding").reset_index()
    table.insert(1, "tickets", table[params.unit_names].sum(axis=1))
    return table[table["tickets"] > 0].reset_index(drop=True)


def _spans(first: pd.Timestamp, last: pd.Timestamp, parts: int) -> list[tuple[dt.datetime, dt.datetime]]:
    """The time from the first to the last ticket, in so many parts, each up to where the next begins."""
    if parts == 0 or pd.isna(first):
        return []
    ends = pd.date_range(first, last + _MINUTE, periods=parts + 1).floor("s")
    return [(since.to_pydatetime(), until.to_pydatetime()) for since, until in pairwise(ends)]


def _alike(tickets: Table, since: dt.datetime, until: dt.datetime) -> pd.Series:
    """By unit, the tickets of a time that come within a minute of one of the same kind, without those that were answered at
    once: such come by the hundred an hour, and are alike without being the same."""
    at = tickets.accepted_at
    slow = tickets.filter(tickets.sub_issue.notnull(), ~tickets.answered_instantly, at >= since - _MINUTE, at < until)
    same = ibis.window(group_by=["unit", "business_type", "issue", "sub_issue"], order_by=["accepted_at", "ticket_id"])
    slow = slow.mutate(before=slow.accepted_at.lag().over(same))
    soon = slow.filter(slow.accepted_at >= since, slow.accepted_at <= slow.before + ibis.interval(minutes=1))
    return fetch(soon.group_by("unit").aggregate(tickets=soon.count())).set_index("unit")["tickets"]


def cut_off(rows: int) -> bool:
    """Whether an export of so many rows may have been cut off: a multiple of 5,000, or a full sheet of Excel with or
    without its heading.

    rows: data rows of one export, or a unit's tickets of one month. Systems stop at 10,000 (most often), 5,000, 20,000,
    50,000 or 100,000. By chance (simulated) a number is one of these once in 5,000 times, near 5,000 once in 1,300. A
    unit of about 1,000 tickets would have exactly 1,000 once in 280 months: smaller round numbers say nothing.
    """
    return rows > 0 and (rows % _CUT_EVERY == 0 or rows in _SHEET_ROWS or rows + 1 in _SHEET_ROWS)
