"""What 01 adds on when people call: the days of the month and the hours of the day."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import figures
from hotline_lib.bulletin.charts import drawn
from hotline_lib.bulletin.sentences import from_template
from hotline_lib.exact import half_up
from hotline_lib.month import Month
from hotline_lib.present import numbers, patterns
from hotline_lib.present.charts import Chart
from hotline_lib.present.sentences import Sentence, difference_words
from hotline_lib.present.tables import Column, Table

_KINDS = {"workday": "工作日", "makeup": "调休上班日", "weekend": "双休日", "holiday": "法定节假日"}
_NAMED_HOURS = (0, 6, 12, 18)


@figures.once_a_month
def _daily(m: Month) -> pd.DataFrame:
    return metrics.daily_calls(m.calendar, m.month, m.params.calendar)


@figures.once_a_month
def _hourly(m: Month) -> pd.DataFrame:
    return metrics.hourly_calls(m.calendar)


def day_kinds(m: Month) -> Table:
    """Kinds of day, with the mean of a day."""
    frame = metrics.day_kinds(_daily(m))
    sums = frame[["days", "tickets"]].sum()
    means = [_mean(row.tickets, row.days) for row in frame.itertuples()]
    return Table(
        frame.assign(name=frame["kind"].map(_KINDS), mean=means),
        [
            Column("日子", "name", "text"),
            Column("天数", "days", "count", unit="天"),
            Column("件数", "tickets", "count", unit="件"),
            Column("日均", "mean", "count", unit="件"),
        ],
        caption="工作日与休息日",
        row_head="name",
        total={"name": "合计", **sums.to_dict(), "mean": _mean(sums["tickets"], sums["days"])},
    )


def _mean(tickets: int, days: int) -> int | None:
    """Tickets a day, whole."""
    return int(half_up(int(tickets), int(days), 0)) if days else None


def _calls(m: Month) -> dict[str, object]:
    daily, hourly = _daily(m), _hourly(m)
    day, hour = daily.loc[daily["tickets"].idxmax()], hourly.loc[hourly["tickets"].idxmax()]
    tickets, working = daily["tickets"], daily["working"]
    means = [_mean(part.sum(), len(part)) for part in (tickets, tickets[working], tickets[~working])]
    return {
        "tickets": int(tickets.sum()),
        "mean": means[0],
        "day": {"day": int(day["date"].day), "kind": _KINDS[day["kind"]], "count": int(day["tickets"])},
        "hour": {"first": int(hour["hour"]), "share": numbers.share(hour["tickets"], hour["of"])},
        "working_mean": means[1],
        "off_mean": means[2],
        "off_more": difference_words(means[2], means[1]),
        "makeup": bool((daily["kind"] == "makeup").any()),
        "holiday": bool((daily["kind"] == "holiday").any()),
    }


def days(m: Month) -> Chart:
    rows = _daily(m)
    last = len(rows)
    names = [f"{n}日" if n == 1 or (n % 5 == 0 and n != last - 1) or n == last else "" for n in range(1, last + 1)]
    peak = f"{_calls(m)['day']['day']}日"
    picture = patterns.columns(rows["tickets"].tolist(), names, light=(~rows["working"]).tolist(), peak=peak)
    return drawn(m, "days", picture, None, **_calls(m))


def hours(m: Month) -> Chart:
    rows = _hourly(m)
    names = [f"{hour}时" if hour in _NAMED_HOURS else "" for hour in rows["hour"]]
    peak = f"{_calls(m)['hour']['first']}时"
    return drawn(m, "hours", patterns.columns(rows["tickets"].tolist(), names, peak=peak), None, **_calls(m))


TABLES: dict[str, Callable[..., Table]] = {"day_kinds": day_kinds}
SENTENCES: dict[str, Callable[..., Sentence]] = {"calls": from_template("calls", _calls)}
CHARTS: dict[str, Callable[[Month], Chart]] = {"days": days, "hours": hours}
