"""When people call (01): the days of the month and the hours of the day."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says
from hotline_lib.bulletin._wording import drawn
from hotline_lib.exact import half_up
from hotline_lib.month import Month
from hotline_lib.present import _patterns as patterns
from hotline_lib.present._chart import Chart
from hotline_lib.present._sentences import Figure
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import DAY_KINDS, column


def days(m: Month, frame: pd.DataFrame | None = None) -> Exhibit:
    """来电时间分布：本月每天的件数，工作日和休息日各平均多少。

    有 sentence、table（工作日和休息日）、chart（每天一柱，浅色为休息日）。
    frame：metrics.daily_calls，一行一天：date、tickets、kind、working；不写就是全部来电。
    来源：calendar（按受理时间）、params/calendar.yaml。
    """
    return Exhibit(
        m,
        figures.daily(m) if frame is None else frame,
        _parts=Parts(sentence=Says("calls", _calls), table=_day_kinds, chart=_days_chart),
    )


def hours(m: Month, frame: pd.DataFrame | None = None) -> Exhibit:
    """什么钟点来电：全月各钟点的件数。

    有 chart。frame：metrics.hourly_calls，24 行：hour、tickets、of；不写就是全部来电。来源：calendar（按受理时间）。
    """
    return Exhibit(m, figures.hourly(m) if frame is None else frame, _parts=Parts(chart=_hours_chart))


def _day_kinds(x: Exhibit) -> Table:
    """Kinds of day, with the mean of a day."""
    frame = metrics.day_kinds(x.frame)
    days, tickets = frame[["days", "tickets"]].sum()
    return Table(
        frame.assign(mean=list(map(_mean, frame["tickets"], frame["days"]))),
        [
            column("kind", head="日期类型", names=DAY_KINDS),
            column("days"),
            column("tickets"),
            column("tickets", head="日均", value="mean"),
        ],
        caption="工作日与休息日",
        row_head="kind",
        total={"kind": "合计", "days": days, "tickets": tickets, "mean": _mean(tickets, days)},
    )


def _mean(tickets: int, days: int) -> int | None:
    """Tickets a day, whole."""
    return int(half_up(int(tickets), int(days), 0)) if days else None


def _more(working: int | None, off: int | None) -> str:
    """How many tickets a day there are more on days off: the difference of the means as they are printed beside it."""
    if working is None or off is None:
        return ""
    more = off - working
    return f"{'多' if more > 0 else '少'}{abs(more)}件" if more else "持平"


def _calls(x: Exhibit) -> dict[str, Any]:
    """The day and the hour with most calls; the means of all days, of working days and of the others."""
    daily = x.frame if "date" in x.frame else figures.daily(x.m)
    hourly = x.frame if "hour" in x.frame else figures.hourly(x.m)
    day, hour = (rows.loc[rows["tickets"].idxmax()] for rows in (daily, hourly))
    parts = (daily, daily[daily["working"]], daily[~daily["working"]])
    mean, working, off = (_mean(part["tickets"].sum(), len(part)) for part in parts)
    return {
        "tickets": int(daily["tickets"].sum()),
        "mean": mean,
        "day": Figure(f"{day['date'].day}日", int(day["tickets"])),
        "day_kind": DAY_KINDS[day["kind"]],
        "hour": x.figure(f"{hour['hour']}时至{hour['hour'] + 1}时", hour),
        "working_mean": working,
        "off_mean": off,
        "makeup": "makeup" in set(daily["kind"]),
        "off_more": _more(working, off),
        "kinds": daily["kind"].tolist(),
    }


def _days_chart(x: Exhibit) -> Chart:
    rows = x.frame
    last = len(rows)
    names = [f"{n}日" if n == 1 or (n % 5 == 0 and n != last - 1) or n == last else "" for n in range(1, last + 1)]
    peak, light = f"{rows['tickets'].idxmax() + 1}日", (~rows["working"]).tolist()
    picture = lambda: patterns.columns(rows["tickets"].tolist(), names, light=light, peak=peak)
    return drawn(x.m, "days", picture, **_calls(x))


def _hours_chart(x: Exhibit) -> Chart:
    names = [f"{hour}时" if hour % 6 == 0 else "" for hour in x.frame["hour"]]
    peak = f"{x.frame['tickets'].idxmax()}时"
    return drawn(x.m, "hours", lambda: patterns.columns(x.frame["tickets"].tolist(), names, peak=peak), **_calls(x))
