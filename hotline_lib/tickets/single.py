"""Single tickets: the ids behind a figure, asked for one by one and never loaded to be counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hotline_lib.indicators import FROM_TICKETS, Indicator, Rules, due_seconds, handling_seconds
from hotline_lib.params import Params, month_range
from hotline_lib.paths import Paths
from hotline_lib.tickets.engine import ibis
from hotline_lib.tickets.read import fetch, find_input, read_month
from hotline_lib.tickets.scan import Frames, frames_key, kept, reached, rules_of, submitted_in

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, Table


def chosen_tickets(
    month: str, among: dict[str, list], columns: list[str], params: Params, paths: Paths
) -> pd.DataFrame:
    """Those columns of the tickets accepted in a month whose columns have one of these values each (None: missing)."""
    table = read_month(month, params, paths)
    for column, values in among.items():
        given = [each for each in values if each is not None]
        fits = table[column].isin(given)
        table = table.filter(fits if len(given) == len(values) else fits | table[column].isnull())
    return fetch(table.order_by("ticket_id").select(*columns))


def left_tickets(month: str, params: Params, paths: Paths) -> pd.DataFrame:
    """The tickets accepted in a month and not submitted by its end: ``unit``, ``ticket_id``. Kept like the month's frames."""
    source = find_input(month, params, paths)
    if source is None:
        return pd.DataFrame(columns=["unit", "ticket_id"])

    def scan() -> Frames:
        table = read_month(month, params, paths)
        left = table.filter(table.submitted_at.isnull() | (table.submitted_at >= ibis.literal(month_range(month)[1])))
        return {"left": fetch(left.order_by("ticket_id").select("unit", "ticket_id"))}

    return kept("left", month, frames_key("left", month, [source], params, params), scan, paths)["left"]


def tickets_behind(
    month: str, unit: str | None, of: Indicator, columns: list[str], params: Params, paths: Paths
) -> pd.DataFrame:
    """Those columns of the submitted tickets of a unit (None: of all) behind an indicator: of a rate those that are counted and
    not good, of a count those that are good, of a mean all that are counted."""
    ours = submitted_in(month, reached(month, params, paths), params, paths)
    behind = ours.filter(_behind(of, ours, rules_of(month, params)))
    behind = behind if unit is None else behind.filter(behind.unit == unit)
    return fetch(behind.order_by("ticket_id").select(*columns))


def _behind(of: Indicator, tickets: Table, rules: Rules) -> BooleanValue:
    counted, good = of.conditions(tickets, rules)
    return counted if of.kind == "minutes" else counted & (good if of.kind == "count" else ~good.fill_null(False))


def missed_tickets(month: str, params: Params, paths: Paths) -> pd.DataFrame:
    """The submitted tickets that an indicator counts and misses, and all complaints: ``unit``, ``ticket_id``, ``seconds`` and
    ``due_seconds`` (from acceptance; missing where the mean does not count the ticket), and by indicator whether it missed.
    Kept like the month's frames: notebooks that score ask no engine."""
    inputs = reached(month, params, paths)
    if not inputs:
        keys = [of.key for of in FROM_TICKETS if of.kind != "minutes"]
        return pd.DataFrame(columns=["unit", "ticket_id", "seconds", "due_seconds", *keys])
    scan = lambda: {"missed": _missed(submitted_in(month, inputs, params, paths), rules_of(month, params))}
    return kept("missed", month, frames_key("missed", month, inputs, params, params), scan, paths)["missed"]


def _missed(ours: Table, rules: Rules) -> pd.DataFrame:
    none = ibis.null("int64")
    missed = {of.key: _behind(of, ours, rules).fill_null(False) for of in FROM_TICKETS}
    timed = missed.pop(next(of.key for of in FROM_TICKETS if of.kind == "minutes"))
    seconds, due = timed.ifelse(handling_seconds(ours), none), timed.ifelse(due_seconds(ours), none)
    rows = ours.select("unit", "ticket_id", seconds=seconds, due_seconds=due, **missed)
    return fetch(rows.filter(ibis.or_(rows.seconds.notnull(), *(rows[key] for key in missed))).order_by("ticket_id"))
