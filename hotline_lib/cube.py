"""One scan of a month: tickets in, a few small frames out, kept under the fingerprint of what they were made from.

Frames (pandas; whole numbers are int64):
    counts       accepted in the month: business_type, domain, issue, sub_issue, unit, tickets
    calendar     accepted in the month: date, hour, business_type, unit, tickets
    still_open   accepted in the month, not closed: unit, business_type, tickets
    rates        submitted in the month: unit, indicator, numerator, denominator (minutes: seconds, tickets)
    handling     submitted in the month: unit, business_type, minute (whole), tickets, seconds
    submissions  submitted in the month: unit, business_type, accepted_month, tickets
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import ibis
import pandas as pd
from ibis.expr.types import Table

from hotline_lib.audit import check_month
from hotline_lib.fingerprint import tree_fingerprint, value_fingerprint
from hotline_lib.indicators import FROM_TICKETS, Indicator, Rules, due_seconds, handling_seconds
from hotline_lib.params import Params, first_day, load_params, month_before, month_range
from hotline_lib.paths import Paths
from hotline_lib.tickets import KEYS, Input, fetch, find_input, read_month

Frames = dict[str, pd.DataFrame]
_CODE = [Path(__file__).with_name(name) for name in ("cube.py", "audit.py", "tickets.py", "indicators.py")]


def accepted(month: str, params: Params, paths: Paths) -> tuple[Frames, Input] | None:
    """counts, calendar and warnings of the tickets accepted in ``month``; None if there are no tickets of it.

    params: those of the bulletin, which name the source. Raises TicketsError if the month must be refused.
    """
    source = find_input(month, params, paths)
    if source is None:
        return None
    of_month = params if month == params.month.month else load_params(month, params.folder, need_month_file=False)
    key = ["accepted", source.sha256, of_month.catalogue.model_dump(mode="json"), of_month.unit_names, _code()]

    def scan() -> Frames:
        tickets = read_month(month, params, paths)
        counts = frame(tickets.group_by(*KEYS).aggregate(tickets=tickets.count()), KEYS)
        at = tickets.accepted_at
        by_hour = tickets.mutate(date=at.date(), hour=at.hour())
        hours = by_hour.group_by("date", "hour", "business_type", "unit").aggregate(tickets=by_hour.count())
        still_open, keys = tickets.filter(tickets.closed_at.isnull()), ["unit", "business_type"]
        warned = check_month(tickets, counts, month, source.name, of_month)
        return {
            "counts": counts,
            "calendar": frame(hours, ["date", "hour", "business_type", "unit"]),
            "still_open": frame(still_open.group_by(*keys).aggregate(tickets=still_open.count()), keys),
            "warnings": pd.DataFrame({"warning": pd.Series(warned, dtype=str)}),
        }

    return _kept(value_fingerprint(key), scan, paths), source


def submitted(month: str, params: Params, paths: Paths) -> tuple[Frames, list[Input]]:
    """rates, handling and submissions of the tickets submitted in ``month``, whenever they were accepted.

    The scan reaches back ``reach_back_months`` months of acceptance, as far as there are tickets of them; each of
    those months is checked like the month itself.
    """
    months = [month_before(month, back) for back in range(params.month.reach_back_months + 1)]
    inputs = {m: source for m in months if (source := find_input(m, params, paths))}
    key = [
        "submitted", month, {m: source.sha256 for m, source in inputs.items()},
        params.calendar.model_dump(mode="json"), params.catalogue.model_dump(mode="json"), params.unit_names, _code(),
    ]  # fmt: skip

    def scan() -> Frames:
        for earlier in list(inputs)[1:]:
            accepted(earlier, params, paths)  # refuses what must be refused
        ours = _ours(month, list(inputs), params, paths)
        return {
            "rates": _rates(ours, _rules(month, params)),
            "handling": _handling(ours),
            "submissions": _submissions(ours),
        }

    return _kept(value_fingerprint(key), scan, paths), list(inputs.values())


def tickets_behind(month: str, params: Params, paths: Paths, unit: str, of: Indicator) -> Table:
    """The submitted tickets of a unit behind an indicator: of a rate those that are counted and not good, of a count those
    that are good, of a mean all that are counted."""
    months = [month_before(month, back) for back in range(params.month.reach_back_months + 1)]
    ours = _ours(month, [each for each in months if find_input(each, params, paths)], params, paths)
    rules = _rules(month, params)
    counted, good = of.counted(ours, rules), of.good(ours, rules)
    behind = counted if of.kind == "minutes" else counted & (good if of.kind == "count" else ~good.fill_null(False))
    return ours.filter((ours.unit == unit) & behind)


def missed_tickets(month: str, params: Params, paths: Paths) -> pd.DataFrame:
    """The submitted tickets that an indicator counts and misses, and all complaints: ``unit``, ``ticket_id``, ``seconds`` and
    ``due_seconds`` (from acceptance; missing where the mean does not count the ticket), and by indicator whether it missed."""
    months = [month_before(month, back) for back in range(params.month.reach_back_months + 1)]
    ours = _ours(month, [each for each in months if find_input(each, params, paths)], params, paths)
    rules, missed, timed = _rules(month, params), {}, ibis.literal(False)
    for of in FROM_TICKETS:
        counted, good = of.counted(ours, rules), of.good(ours, rules)
        if of.kind == "minutes":
            timed = counted
        else:
            missed[of.key] = (counted & (good if of.kind == "count" else ~good.fill_null(False))).fill_null(False)
    none = ibis.null("int64")
    seconds, due = timed.ifelse(handling_seconds(ours), none), timed.ifelse(due_seconds(ours), none)
    rows = ours.select("unit", "ticket_id", seconds=seconds, due_seconds=due, **missed)
    return fetch(rows.filter(ibis.or_(rows.seconds.notnull(), *(rows[key] for key in missed))).order_by("ticket_id"))


def _ours(month: str, months: list[str], params: Params, paths: Paths) -> Table:
    """The tickets submitted in ``month``, of those months of acceptance."""
    first, after = month_range(month)
    tables = [read_month(each, params, paths) for each in months]
    tickets = ibis.union(*tables) if len(tables) > 1 else tables[0]
    return tickets.filter((tickets.submitted_at >= ibis.literal(first)) & (tickets.submitted_at < ibis.literal(after)))


def frame(query: Table, keys: list[str] | tuple[str, ...]) -> pd.DataFrame:
    """The answer of a query, sorted by its keys so that the same tickets give the same bytes on every engine."""
    answer = fetch(query)
    for column in answer.columns.difference(list(keys)):
        answer[column] = answer[column].astype("int64")
    return answer.sort_values(list(keys), ignore_index=True)


def _rates(ours: Table, rules: Rules) -> pd.DataFrame:
    measures = {}
    for indicator in FROM_TICKETS:
        counted, good = indicator.counted(ours, rules), indicator.good(ours, rules)
        numerator = counted.ifelse(good, 0) if indicator.kind == "minutes" else (counted & good).ifelse(1, 0)
        measures[f"{indicator.key}/numerator"] = numerator.sum()
        measures[f"{indicator.key}/denominator"] = counted.ifelse(1, 0).sum()
    wide = frame(ours.group_by("unit").aggregate(**measures), ["unit"])
    parts = [
        pd.DataFrame(
            {
                "unit": wide["unit"],
                "indicator": indicator.key,
                "numerator": wide[f"{indicator.key}/numerator"],
                "denominator": wide[f"{indicator.key}/denominator"],
            }
        )
        for indicator in FROM_TICKETS
    ]
    return pd.concat(parts, ignore_index=True)


def _handling(ours: Table) -> pd.DataFrame:
    seconds = handling_seconds(ours)
    timed = ours.mutate(seconds=seconds, minute=(seconds / 60).floor().cast("int64"))
    keys = ["unit", "business_type", "minute"]
    return frame(timed.group_by(*keys).aggregate(tickets=timed.count(), seconds=timed.seconds.sum()), keys)


def _submissions(ours: Table) -> pd.DataFrame:
    dated = ours.mutate(accepted_month=ours.accepted_at.strftime("%Y-%m"))
    keys = ["unit", "business_type", "accepted_month"]
    return frame(dated.group_by(*keys).aggregate(tickets=dated.count()), keys)


def _rules(month: str, params: Params) -> Rules:
    """Deadlines for every closing day that a submission of the month can have: from the reach-back's first day on."""
    start = first_day(month_before(month, params.month.reach_back_months))
    end = first_day(month_before(month, -1))
    deadline_days: dict[int, list[str]] = {}
    for offset in range((end - start).days):
        day = start + dt.timedelta(days=offset)
        wait = (params.calendar.submit_before(day).date() - day).days
        deadline_days.setdefault(wait, []).append(day.isoformat())
    name_of = params.catalogue.name_of
    return Rules(name_of("inquiry"), name_of("complaint"), deadline_days)


def _code() -> str:
    return tree_fingerprint(_CODE, root=_CODE[0].parent)


def _in_seconds(kept: pd.DataFrame) -> pd.DataFrame:
    """Dates as the scan gives them: Parquet keeps milliseconds."""
    dates = kept.select_dtypes("datetime").columns
    return kept.astype(dict.fromkeys(dates, "datetime64[s]"))


def _kept(fingerprint: str, scan, paths: Paths) -> Frames:
    """The frames under that fingerprint in output/.cache; scanned and kept there if they are not."""
    folder = paths.cache / "frames" / fingerprint[:24]
    if (folder / "complete").exists():
        return {file.stem: _in_seconds(pd.read_parquet(file)) for file in sorted(folder.glob("*.parquet"))}
    frames = scan()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in frames.items():
            content.to_parquet(folder / f"{name}.parquet", index=False)
        (folder / "complete").touch()
    except OSError:
        pass  # a cache that cannot be written costs a second, not the report
    return frames
