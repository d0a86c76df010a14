"""When people call (01): the days of the month and the hours of the day."""

from __future__ import annotations

from hotline_lib import metrics
from hotline_lib.bulletin import figures
from hotline_lib.bulletin.wording import drawn, from_template
from hotline_lib.exact import half_up
from hotline_lib.month import Month
from hotline_lib.present import patterns
from hotline_lib.present.cells import Column
from hotline_lib.present.charts import Chart
from hotline_lib.present.sentences import Figure, difference_words
from hotline_lib.present.tables import Table

_KINDS = {"workday": "工作日", "makeup": "调休上班日", "weekend": "双休日", "holiday": "法定节假日"}


def day_kinds(m: Month) -> Table:
    """Kinds of day, with the mean of a day."""
    frame = metrics.day_kinds(figures.daily(m))
    days, tickets = frame[["days", "tickets"]].sum()
    return Table(
        frame.assign(name=frame["kind"].map(_KINDS), mean=list(map(_mean, frame["tickets"], frame["days"]))),
        [
            Column("日子", "name", "text"),
            Column("天数", "days", "count", unit="天"),
            Column("件数", "tickets", "count", unit="件"),
            Column("日均", "mean", "count", unit="件"),
        ],
        caption="工作日与休息日",
        row_head="name",
        total={"name": "合计", "days": days, "tickets": tickets, "mean": _mean(tickets, days)},
    )


def _mean(tickets: int, days: int) -> int | None:
    """Tickets a day, whole."""
    return int(half_up(int(tickets), int(days), 0)) if days else None


def _calls(m: Month) -> dict[str, object]:
    """The day and the hour with most calls; the means of all days, of working days and of the others."""
    daily, hourly = figures.daily(m), figures.hourly(m)
    day, hour = (rows.loc[rows["tickets"].idxmax()] for rows in (daily, hourly))
    parts = (daily, daily[daily["working"]], daily[~daily["working"]])
    mean, working, off = (_mean(part["tickets"].sum(), len(part)) for part in parts)
    return {
        "tickets": int(daily["tickets"].sum()),
        "mean": mean,
        "day": Figure(f"{day['date'].day}日", int(day["tickets"])),
        "day_kind": _KINDS[day["kind"]],
        "hour": figures.figure(f"{hour['hour']}时至{hour['hour'] + 1}时", hour),
        "working_mean": working,
        "off_mean": off,
        "off_more": difference_words(off, working),
        "kinds": daily["kind"].tolist(),
    }


def days(m: Month) -> Chart:
    rows = figures.daily(m)
    last = len(rows)
    names = [f"{n}日" if n == 1 or (n % 5 == 0 and n != last - 1) or n == last else "" for n in range(1, last + 1)]
    peak, light = f"{rows['tickets'].idxmax() + 1}日", (~rows["working"]).tolist()
    return drawn(m, "days", patterns.columns(rows["tickets"].tolist(), names, light=light, peak=peak), **_calls(m))


def hours(m: Month) -> Chart:
    rows = figures.hourly(m)
    names = [f"{hour}时" if hour % 6 == 0 else "" for hour in rows["hour"]]
    peak = f"{rows['tickets'].idxmax()}时"
    return drawn(m, "hours", patterns.columns(rows["tickets"].tolist(), names, peak=peak), **_calls(m))


TABLES = {"day_kinds": day_kinds}
SENTENCES = {"calls": from_template("calls", _calls)}
CHARTS = {"days": days, "hours": hours}
