"""One scan of a month: tickets in, a few small frames out, kept under the fingerprint of what they were made from.

Frames (pandas; whole numbers are int64):
    counts       accepted in the month: business_type, domain, issue, sub_issue, unit, tickets
    calendar     accepted in the month: date, hour, business_type, unit, tickets
    still_open   accepted in the month, not closed: unit, business_type, tickets
    warnings     what is odd about them (``check_month``): warning, tickets
    rates        submitted in the month: unit, indicator, numerator, denominator (minutes: seconds, tickets)
    handling     submitted in the month: unit, business_type, minute (whole), tickets, seconds
    submissions  submitted in the month: unit, business_type, accepted_month, tickets
    leads        closed complaints accepted in the month that a spot check should look at: ticket_id, unit, lead, rank, why
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from hotline_lib.errors import TicketsError
from hotline_lib.fingerprint import library_fingerprint, package_versions, value_fingerprint
from hotline_lib.indicators import FROM_TICKETS, SUBMITTED_IN_TIME, Rules, handling_seconds, submitted_in_time
from hotline_lib.journal import read_folder, write_folder
from hotline_lib.params import Params, first_day, load_params, month_before, month_range
from hotline_lib.paths import Paths
from hotline_lib.tickets import table_digest
from hotline_lib.tickets.engine import ibis
from hotline_lib.tickets.leads import NONE, find_leads
from hotline_lib.tickets.read import fetch, find_input, read_month
from hotline_lib.tickets.rules import check_month
from hotline_lib.tickets.schema import KEYS, Input

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, Table

Frames = dict[str, pd.DataFrame]
_HANDED = "HOTLINE_FRAMES"  # environment variable: JSON of the digests of the frames that a kernel must read
_read: dict[str, str] = {}


def accepted(month: str, params: Params, paths: Paths) -> tuple[Frames, Input] | None:
    """counts, calendar and warnings of the tickets accepted in ``month``; None if there are no tickets of it.

    params: those of the bulletin, which name the source. Raises TicketsError if the month must be refused.
    """
    source = find_input(month, params, paths)
    if source is None:
        return None
    of_month = params if month == params.month.month else load_params(month, params.folder, need_month_file=False)

    def scan() -> Frames:
        tickets = read_month(month, params, paths)
        still_open = tickets.closed_at.isnull().ifelse(1, 0)
        counted = tickets.group_by(*KEYS).aggregate(tickets=tickets.count(), still_open=still_open.sum())
        counts = frame(counted, KEYS)
        left = counts.groupby(["unit", "business_type"], as_index=False, dropna=False)[["still_open"]].sum()
        left, counts = left.rename(columns={"still_open": "tickets"}), counts.drop(columns="still_open")
        at = tickets.accepted_at
        by_hour = tickets.mutate(date=at.date(), hour=at.hour())
        hours = by_hour.group_by("date", "hour", "business_type", "unit").aggregate(tickets=by_hour.count())
        return {
            "counts": counts,
            "calendar": frame(hours, ["date", "hour", "business_type", "unit"]),
            "still_open": left[left["tickets"] > 0].reset_index(drop=True),
            "warnings": check_month(tickets, counts, month, source.name, of_month),
        }

    return kept("accepted", month, frames_key("accepted", month, [source], of_month, params), scan, paths), source


def submitted(month: str, params: Params, paths: Paths) -> tuple[Frames, list[Input]]:
    """rates, handling and submissions of the tickets submitted in ``month``, whenever they were accepted.

    The scan covers the months that ``reached`` gives; each is checked like the month itself.
    """
    inputs = reached(month, params, paths)
    for source in inputs[1:]:
        accepted(source.month, params, paths)  # refuses what must be refused, by the names in force then

    def scan() -> Frames:
        return submitted_frames(submitted_in(month, inputs, params, paths), rules_of(month, params))

    return kept("submitted", month, frames_key("submitted", month, inputs, params, params), scan, paths), inputs


def leads(month: str, params: Params, paths: Paths) -> pd.DataFrame:
    """The leads among the complaints accepted in ``month`` (``find_leads``); none where there are no tickets."""
    source = find_input(month, params, paths)
    if source is None:
        return NONE.copy()
    days = (month_range(month)[1] - month_range(month)[0]).days

    def scan() -> Frames:
        return {"leads": find_leads(read_month(month, params, paths), params.catalogue.name_of("complaint"), days)}

    return kept("leads", month, frames_key("leads", month, [source], params, params), scan, paths)["leads"]


def reached(month: str, params: Params, paths: Paths) -> list[Input]:
    """The months whose tickets can have been submitted in ``month``, latest first: itself and those before it that the
    scan reaches back to, as far as there are tickets of them. Simulated and real tickets never meet.
    """
    months = [month_before(month, back) for back in range(params.month.reach_back_months + 1)]
    found = [source for each in months if (source := find_input(each, params, paths))]
    simulated = found[0].simulated if found and found[0].month == month else False
    return [source for source in found if source.simulated == simulated]


def submitted_in(month: str, inputs: list[Input], params: Params, paths: Paths) -> Table:
    """The tickets submitted in ``month``, of those months of acceptance."""
    first, after = month_range(month)
    tables = [read_month(each.month, params, paths) for each in inputs]
    tickets = ibis.union(*tables) if len(tables) > 1 else tables[0]
    return tickets.filter((tickets.submitted_at >= ibis.literal(first)) & (tickets.submitted_at < ibis.literal(after)))


def frame(query: Table, keys: list[str] | tuple[str, ...]) -> pd.DataFrame:
    """The answer of a query, sorted by its keys so that the same tickets give the same bytes on every engine."""
    answer = fetch(query)
    for column in answer.columns.difference(list(keys)):
        answer[column] = answer[column].astype("int64")
    return answer.sort_values(list(keys), ignore_index=True)


def submitted_frames(ours: Table, rules: Rules) -> Frames:
    """rates, handling and submissions of submitted tickets, in two passes."""
    days = _days(ours, rules)
    keys = ["unit", "business_type", "accepted_month"]
    submissions = days.groupby(keys, as_index=False)["tickets"].sum()
    return {"rates": _rates(days, rules), "handling": _handling(ours), "submissions": submissions}


def _days(ours: Table, rules: Rules) -> pd.DataFrame:
    """Tickets by month of acceptance, day of closing and day of submission: whether they were in time follows from these.
    Beside them, summed in the same pass, what the other indicators count."""
    at = ours.accepted_at
    dated = ours.mutate(
        month=at.year() * 100 + at.month(), closed=ours.closed_at.date(), submitted=ours.submitted_at.date()
    )
    keys = ["unit", "business_type", "month", "closed", "submitted"]
    sums = {name: amount.sum().fill_null(0) for name, amount in _amounts(dated, rules).items()}
    days = frame(dated.group_by(*keys).aggregate(tickets=dated.count(), **sums), keys)
    months = [f"{month // 100}-{month % 100:02}" for month in days.pop("month").astype(int)]
    days["accepted_month"] = pd.Series(months, days.index, dtype=str)
    return days.assign(**{day: pd.to_datetime(days[day]).dt.date for day in ("closed", "submitted")})


def _amounts(ours: Table, rules: Rules) -> dict[str, IntegerValue]:
    """What each ticket adds to the numerator and the denominator of every indicator but that of submission in time."""
    amounts: dict[str, IntegerValue] = {}
    for indicator in FROM_TICKETS:
        if indicator.key == SUBMITTED_IN_TIME:
            continue
        counted, good = indicator.conditions(ours, rules)
        numerator = counted.ifelse(good, 0) if indicator.kind == "minutes" else (counted & good).ifelse(1, 0)
        amounts |= {f"{indicator.key}/numerator": numerator, f"{indicator.key}/denominator": counted.ifelse(1, 0)}
    return amounts


def _rates(days: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    wide = days.groupby("unit", as_index=False)[[name for name in days.columns if "/" in name]].sum()
    late = days[days["closed"].isna() | ~submitted_in_time(days["closed"], days["submitted"], rules).astype(bool)]
    tickets, missed = (each.groupby("unit")["tickets"].sum() for each in (days, late))
    wide[f"{SUBMITTED_IN_TIME}/denominator"] = wide["unit"].map(tickets).astype("int64")
    wide[f"{SUBMITTED_IN_TIME}/numerator"] = wide["unit"].map(tickets.sub(missed, fill_value=0)).astype("int64")
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


def rules_of(month: str, params: Params) -> Rules:
    """Deadlines for every closing day that a submission of the month can have: from the reach-back's first day on."""
    start = first_day(month_before(month, params.month.reach_back_months))
    end = first_day(month_before(month, -1))
    deadline_days: dict[int, list[dt.date]] = {}
    for offset in range((end - start).days):
        day = start + dt.timedelta(days=offset)
        wait = (params.calendar.submit_before(day).date() - day).days
        deadline_days.setdefault(wait, []).append(day)
    name_of = params.catalogue.name_of
    return Rules(name_of("inquiry"), name_of("complaint"), deadline_days)


def frames_key(what: str, month: str, inputs: list[Input], names: Params, params: Params) -> str:
    """One digest of all that the frames depend on. names: whose units, catalogue and columns the month is held to.

    What no figure depends on may be in it: then a scan is made once too often. What one does depend on may not be left out.
    """
    return value_fingerprint(
        [
            what, month, [(source.month, source.sha256, source.simulated) for source in inputs],
            [unit.model_dump(mode="json") for unit in names.units], names.catalogue.model_dump(mode="json"),
            [(column.name, column.label) for column in names.columns], params.calendar.model_dump(mode="json"),
            params.month.source.model_dump(), params.month.reach_back_months, library_fingerprint(), package_versions(),
        ]
    )  # fmt: skip


@lru_cache(maxsize=256)  # five a month, three years and what is beside them
def _frame(content: bytes) -> pd.DataFrame:
    """What a file keeps, with dates as the scan gives them (Parquet keeps milliseconds). A month beside others is read often."""
    from pyarrow import parquet as pq  # slow to import, and an unchanged month reads none

    kept = pq.ParquetFile(io.BytesIO(content)).read(use_threads=False).to_pandas()
    return kept.astype(dict.fromkeys(kept.select_dtypes("datetime").columns, "datetime64[s]"))


def kept(what: str, month: str, fingerprint: str, scan: Callable[[], Frames], paths: Paths) -> Frames:
    """The frames under that fingerprint in output/.cache; scanned and kept there if they are not, or not as they were written.

    Raises TicketsError if a run has handed this process the digest of others.
    """
    folder = paths.cache / "frames" / fingerprint[:24]
    files = read_folder(folder)
    if files is None:
        files = {f"{name}.parquet": content.to_parquet(index=False) for name, content in scan().items()}
        with suppress(OSError):  # a cache that cannot be written costs a second, not the report
            write_folder(folder, files)
    digest = value_fingerprint([fingerprint, {name: hashlib.sha256(files[name]).hexdigest() for name in files}])[:24]
    _read[f"{paths.cache} {what} {month}"] = digest
    if json.loads(os.environ.get(_HANDED, "{}")).get(f"{what} {month}", digest) != digest:
        raise TicketsError(f"{month} 的工单在这次运行中换过，这一份没有用换过的工单做。请重新运行 hotline run。")
    return {name.removesuffix(".parquet"): _frame(files[name]).copy(deep=False) for name in sorted(files)}


def as_handed(paths: Paths) -> bool:
    """Whether a run has handed this process no other frames than those that it has read, or that were read before it was forked."""
    frames = json.loads(os.environ.get(_HANDED, "{}"))
    return all(_read.get(f"{paths.cache} {key}", digest) == digest for key, digest in frames.items())


def handed(paths: Paths) -> dict[str, str]:
    """The environment variable that holds another process (a kernel) to the frames that this one has read."""
    here = f"{paths.cache} "
    frames = {key.removeprefix(here): _read[key] for key in _read if key.startswith(here)}
    return {_HANDED: json.dumps(frames), **table_digest.handed()}
