"""What is missing from a month of tickets: in words that say what to do, in a table and in a picture.

Shown after intake and by ``hotline check``: a forgotten file stops nothing, it only makes every figure wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hotline_lib import published
from hotline_lib.coverage import words
from hotline_lib.coverage.words import ALL, Told
from hotline_lib.errors import HotlineError, ParamsError
from hotline_lib.journal import write_whole
from hotline_lib.metrics._calendar_pattern import daily_calls
from hotline_lib.metrics._missing import (
    HOLIDAY,
    WEEKEND,
    WORKING,
    day_grid,
    missing_days,
    silent_hours,
    volume_jumps,
)
from hotline_lib.params import Calendar, Params, label, load_params, month_before
from hotline_lib.paths import Paths
from hotline_lib.present import _style as style
from hotline_lib.present._strips import Strip, strips
from hotline_lib.tickets.quality import cut_off
from hotline_lib.tickets.read import fetch, read_month
from hotline_lib.tickets.scan import accepted

_DAY_KINDS = {"workday": WORKING, "makeup": WORKING, "weekend": WEEKEND, "holiday": HOLIDAY}
_MIDNIGHTS, _MIDNIGHT_SHARE = 3, 0.01  # 3 of 300 come by chance once in 10⁸ months, at one in 86,400 a ticket


@dataclass(frozen=True)
class Coverage:
    """sentences: what is missing, each with its next step; empty if nothing seems to be.

    summary: how many tickets of how many units there are. table: units by day, this month beside the last, with what is
    told of each unit. strips: the same for the picture; before: what stands over its last month.
    """

    month: str
    summary: str
    sentences: list[str]
    table: pd.DataFrame
    strips: list[Strip]
    before: str


@dataclass(frozen=True)
class _Known:
    """What is compared. last: last month's grid and kinds of days, None if it has no tickets that may be compared.

    printed: tickets by unit as last month's bulletin has them, or None. midnights: by unit, those at 00:00:00.
    """

    month: str
    grid: pd.DataFrame
    kinds: pd.Series
    last: tuple[pd.DataFrame, pd.Series] | None
    printed: pd.Series | None
    midnights: pd.Series

    @property
    def bases(self) -> list[tuple[str, pd.Series]]:
        """Last month's tickets by unit, from each source there is."""
        found = [] if self.last is None else [("上月", _by_unit(self.last[0]))]
        return found + ([] if self.printed is None else [("上月月报", self.printed)])


def coverage(month: str, params: Params, paths: Paths) -> Coverage | None:
    """What is missing from the tickets accepted in ``month``; None if there are none of its own.

    params: of the bulletin. Last month's tickets are compared if they may be (never simulated ones with real ones), and
    so is last month's published bulletin. What is wrong with last month is not told here.
    Raises TicketsError if the month must be refused.
    """
    own = accepted(month, params, paths)
    if own is None or own[1].partial:
        return None
    frames, source = own
    before, last, printed = month_before(month), None, None
    with suppress(HotlineError):
        found = accepted(before, params, paths)
        if found and found[1].simulated == source.simulated and not found[1].partial:
            last = _days_of(found[0]["calendar"], before, params)
    with suppress(HotlineError):
        units = published.margins(before, params, paths).get(("unit",))
        if units is not None:
            printed = units.groupby("unit")["tickets"].sum().reindex(params.unit_names, fill_value=0)
    tickets = read_month(month, params, paths)
    whole_days = tickets.filter(tickets.accepted_at == tickets.accepted_at.truncate("D"))
    midnights = fetch(whole_days.group_by("unit").aggregate(tickets=whole_days.count())).set_index("unit")["tickets"]
    grid, kinds = _days_of(frames["calendar"], month, params)
    return _covered(_Known(month, grid, kinds, last, printed, midnights.reindex(params.unit_names, fill_value=0)))


def coverage_told(month: str, paths: Paths) -> list[str]:
    """The short form, for the end of an intake: a summary, a line for each rule that tells of something, and where the
    table and the picture are, which it writes. No line if the month has no tickets of its own.

    Raises HotlineError as ``coverage`` does.
    """
    found = coverage(month, load_params(month, paths.params, need_month_file=False), paths)
    if found is None:
        return []
    files = "、".join(paths.short(file) for file in write_coverage(found, paths))
    return [found.summary, *(f"  {each}" for each in found.sentences or ["没有发现缺漏。"]), f"  各单位每天：{files}"]


def write_coverage(found: Coverage, paths: Paths) -> list[Path]:
    """Table and picture as output/check/MONTH_coverage.csv and .png."""
    path = paths.output / "check" / f"{found.month}_coverage.csv"
    write_whole(path, found.table.to_csv(index=False, lineterminator="\n").encode("utf-8-sig"))
    write_whole(path.with_suffix(".png"), style.png(strips(found.strips, _short(found.month), found.before), bare=True))
    return [path, path.with_suffix(".png")]


def _days_of(calendar: pd.DataFrame, month: str, params: Params) -> tuple[pd.DataFrame, pd.Series]:
    """The grid of a month and the kinds of its days, as ``missing_days`` takes them."""
    return day_grid(calendar, month, params.unit_names), _kinds(calendar, month, params.calendar)


def _kinds(calendar: pd.DataFrame, month: str, holidays: Calendar) -> pd.Series:
    """The kind of each day; in a year that params/calendar.yaml does not have, by the day of the week alone."""
    try:
        return daily_calls(calendar, month, holidays).set_index("date")["kind"].map(_DAY_KINDS)
    except ParamsError:
        dates = pd.date_range(month, periods=pd.Period(month).days_in_month)
        return pd.Series([WORKING if date.isoweekday() < 6 else WEEKEND for date in dates], index=dates)


def _covered(known: _Known) -> Coverage:
    """The rules one after another; of what one has told, another does not tell again."""
    tickets = _by_unit(known.grid)
    together = pd.concat({ALL: known.grid.groupby(level="date").sum()}, names=["unit"])
    common = missing_days(together, known.kinds, almost=False)
    nobody = [day for gap in common.itertuples() if gap.days for day in pd.date_range(gap.first, gap.last)]
    own = missing_days(known.grid, known.kinds, before=known.last, known=nobody)
    ended = common["since"].notna()
    if ended.any():  # the last day's evening, too, is missing of all
        own = own[own["days"] > 0]
    told = [*_absent(known, tickets), *(words.ended(gap, known.kinds) for gap in common[ended].itertuples())]
    told += [*words.stretches("days", common[~ended]), *words.stretches("gaps", own)]
    told += _midnights(known.midnights, tickets)
    told += _hours(known, but=[each.unit for each in told if each.rule == "midnight"])
    told += _jumps(known, tickets.drop(own["unit"].unique()), len(known.kinds) - len(nobody))
    sums = [*tickets.items(), (ALL, tickets.sum())]
    told += [Told("round", unit, f"{number:,} 件") for unit, number in sums if cut_off(int(number))]
    return Coverage(
        known.month,
        _summary(known, tickets),
        list(words.sentences(told)),
        _table(known, told),
        _strips(known, told, pd.concat([common, own])),
        "" if not known.bases else _short(month_before(known.month)) + ("" if known.last else "月报"),
    )


def _absent(known: _Known, tickets: pd.Series) -> Iterator[Told]:
    for unit in tickets.index[tickets == 0]:
        bases = [(name, int(base[unit])) for name, base in known.bases]
        had = [f"{name} {number:,} 件" for name, number in bases if number]
        yield Told("never" if bases and not had else "absent", unit, "，".join(had))


def _midnights(midnights: pd.Series, tickets: pd.Series) -> Iterator[Told]:
    if (tickets > 0).sum() > 1 and midnights.sum() == tickets.sum() >= _MIDNIGHTS:
        yield Told("midnight", ALL, f"{tickets.sum():,} 件")
        return
    for unit, number in midnights[(midnights >= _MIDNIGHTS) & (midnights >= _MIDNIGHT_SHARE * tickets)].items():
        of = f"{tickets[unit]:,} 件中的 " if number < tickets[unit] else ""
        yield Told("midnight", unit, f"{of}{number:,} 件")


def _hours(known: _Known, but: Sequence[str]) -> Iterator[Told]:
    if ALL in but:
        return
    for row in silent_hours(known.grid, known.last and known.last[0]).itertuples():
        if row.unit not in but:
            hours = f"{row.first} 时" if row.first == row.last else f"{row.first} 至 {row.last} 时"
            usual = f"按上月约 {row.expected:,} 件" if row.compared else f"通常至少 {row.expected:,} 件"
            yield Told("hours", row.unit, f"{hours}（{usual}）")


def _jumps(known: _Known, tickets: pd.Series, days_covered: int) -> Iterator[Told]:
    length = pd.Period(month_before(known.month)).days_in_month
    told: set[str] = set()
    for name, base in known.bases:
        for row in volume_jumps(tickets.drop(list(told)), base, days=(days_covered, length)).itertuples():
            told.add(row.unit)
            yield Told("volume", row.unit, f"{row.tickets:,} 件（{name} {row.base:,} 件）")


def _summary(known: _Known, tickets: pd.Series) -> str:
    bases = "，".join(f"{name} {base.sum():,} 件" for name, base in known.bases)
    units = f"{len(tickets)} 个单位中 {(tickets > 0).sum()} 个有工单"
    return f"{label(known.month)}：{units}，共 {tickets.sum():,} 件（{bases or '没有上月的工单或月报可比'}）。"


def _table(known: _Known, told: Sequence[Told]) -> pd.DataFrame:
    """A row per unit and source of this month and the last: all tickets, what is told, and the tickets of each day."""
    before, rows = month_before(known.month), []
    months = [(known.month, _daily(known.grid)), *([(before, _daily(known.last[0]))] if known.last else [])]
    for unit in [*known.grid.index.unique("unit"), ALL]:
        said = "；".join(f"{words.RULES[each.rule][0]} {each.words}".strip() for each in told if each.unit == unit)
        for month, daily in months:
            facts = {"单位": unit, "月份": month, "来源": "工单", "合计": int(daily.loc[unit].sum())}
            by_day = {f"{date.day}日": number for date, number in daily.loc[unit].items()}
            rows.append({**facts, "提示": said if month == known.month else "", **by_day})
        if known.printed is not None:
            number = known.printed.sum() if unit == ALL else known.printed[unit]
            rows.append({"单位": unit, "月份": before, "来源": "月报", "合计": int(number), "提示": ""})
    table = pd.DataFrame(rows)
    return table.astype(dict.fromkeys(table.columns[5:], "Int64"))


def _strips(known: _Known, told: Sequence[Told], missing: pd.DataFrame) -> list[Strip]:
    now, last = _daily(known.grid), None if known.last is None else _daily(known.last[0])
    base = known.bases[0][1] if known.bases else None
    absent = [each.unit for each in told if each.rule == "absent"]
    flagged = [each.unit for each in told if each.rule != "never"]
    found = []
    for unit, by_day in now.iterrows():
        gone = set(range(len(by_day))) if unit in absent else set()
        for gap in missing[missing["unit"].isin([unit, ALL])].itertuples():
            gone |= set(range(gap.first.day - 1, gap.last.day))
        found.append(
            Strip(
                str(unit), by_day.tolist(), f"{by_day.sum():,}", [] if last is None else last.loc[unit].tolist(),
                "" if base is None else f"{base.sum() if unit == ALL else base[unit]:,}", gone, unit in flagged,
            )
        )  # fmt: skip
    return found


def _daily(grid: pd.DataFrame) -> pd.DataFrame:
    """Units and ALL down, days across."""
    daily = grid.sum(axis=1).unstack(sort=False)
    return pd.concat([daily, daily.sum().to_frame(ALL).T])


def _by_unit(grid: pd.DataFrame) -> pd.Series:
    return grid.groupby(level="unit", sort=False).sum().sum(axis=1)


def _short(month: str) -> str:
    return f"{int(month[5:])}月"
