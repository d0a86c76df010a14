"""The months up to this one (01, 02, 03): the total with its control limits, domains, complaints, the year so far.

What is shown is tickets a day, because months differ in length. Two months are a comparison, which the tables of the month
make, and no course: below ``COURSE`` months there is nothing to show.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import pandas as pd

from hotline_lib import metrics
from hotline_lib.beside import HISTORY
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says
from hotline_lib.bulletin._wording import drawn
from hotline_lib.exact import half_up
from hotline_lib.metrics import MonthLimits
from hotline_lib.metrics._trends import COURSE, FULL, TRIAL
from hotline_lib.month import Month
from hotline_lib.present import _months as pictures
from hotline_lib.present._chart import Chart
from hotline_lib.present._months import Level, Panel
from hotline_lib.present._sentences import Sentence
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import column
from hotline_lib.tickets.files import LONGEST

_COMMON = 4  # panels share a scale unless the highest of one is so many times the highest of another


def months(m: Month, frame: pd.DataFrame | None = None) -> Exhibit:
    """近几个月的总量：每月日均件数；满5个月有试用控制限，满12个月有控制限，满24个月的扣除季节。

    有 sentence、chart；不足3个月时没有（两个月之比见环比）。
    frame：metrics.side_by_side，一行，一个月一列（件）；不写就是全部工单。至多显示12个月，更早的只用来算控制限。
    来源：m.long_history（工单，否则已公布的月报）。
    """
    frame = metrics.side_by_side(m.monthly(most=LONGEST)) if frame is None else frame
    return Exhibit(m, frame, _parts=Parts(sentence=Says("months", _months), chart=_months_chart))


def domain_months(m: Month, frame: pd.DataFrame | None = None) -> Exhibit:
    """近几个月的各领域：每月日均件数，一个领域一幅小图。

    有 sentence、chart；不足3个月时没有。frame：metrics.side_by_side，一行一个领域，一个月一列（件）；次序按本月件数。来源：m.long_history。
    """
    key = "printed_domain"
    frame = metrics.side_by_side(m.monthly(key, most=LONGEST), key) if frame is None else frame
    return Exhibit(m, frame.reindex(figures.domains(m)[key], fill_value=0), _parts=_small_multiples("domain"))


def issue_months(m: Month, frame: pd.DataFrame | None = None, *, top: int = 5) -> Exhibit:
    """近几个月的投诉事项：本月排名前几位的事项，每月日均件数，一个事项一幅小图。

    top：列出前几位。有 sentence、chart；不足3个月时没有。
    frame：metrics.side_by_side，一行一个事项，一个月一列（件）；不写就是投诉。来源：m.long_history 的工单。
    """
    if frame is None:
        counts = m.monthly("role", "issue", most=LONGEST)
        complaints = {month: rows[rows["role"] == "complaint"] for month, rows in counts.items()}
        frame = metrics.side_by_side(complaints, "issue")
    names = metrics.top_issues(m.counts, "complaint", top=top)["issue"]
    return Exhibit(m, frame.reindex(names, fill_value=0), _parts=_small_multiples("issue"))


def year_to_date(m: Month) -> Exhibit:
    """本年累计：各业务类型本月、1月至本月的件数，和上年同期比。

    有 table；1月、或只有一个月时没有；缺月时没有，满3个月的说明缺月。
    frame：metrics.year_to_date：business_type、tickets、to_date、to_date_base。来源：m.history、m.year_before。
    """
    rows, _ = _to_date(m)
    return Exhibit(m, pd.DataFrame() if rows is None else rows, _parts=Parts(table=_year_table))


@dataclass(frozen=True)
class Run:
    """Tickets a day of one thing over the months, oldest first; ``name`` and ``months`` as words. limits: of this month."""

    name: str
    months: tuple[str, ...]
    values: tuple[Fraction, ...]
    limits: MonthLimits | None = None

    @property
    def now(self) -> str:
        return printed(self.values[-1])

    @property
    def highest(self) -> dict[str, str]:
        return self._at(max(range(len(self.values)), key=self.values.__getitem__))

    @property
    def lowest(self) -> dict[str, str]:
        return self._at(min(range(len(self.values)), key=self.values.__getitem__))

    @property
    def side(self) -> str:
        """On which side of its limits this month lies: above, below, or nothing."""
        return self.limits.side if self.limits else ""

    @property
    def judged(self) -> str:
        """What is held against the limits, as printed."""
        return printed(self.limits.value) if self.limits else ""

    @property
    def crossed(self) -> str:
        """The limit beyond which this month lies, as printed."""
        if self.limits is None or not self.side:
            return ""
        return printed(max(self.limits.high if self.side == "above" else self.limits.low, 0))

    @property
    def outside(self) -> tuple[bool, ...]:
        return (*[False] * (len(self.values) - 1), bool(self.side))

    def _at(self, at: int) -> dict[str, str]:
        return {"month": self.months[at], "mean": printed(self.values[at])}


def printed(value: Fraction | float) -> str:
    """Tickets a day: whole from a hundred, else with one decimal."""
    value = Fraction(value)
    return str(half_up(value.numerator, value.denominator, 0 if value >= 100 or not value else 1))


def _name(m: Month, month: str) -> str:
    """9月; a month of another year with its year."""
    return f"{int(month[5:])}月" if month[:4] == m.month[:4] else f"{month[:4]}年{int(month[5:])}月"


def _runs(m: Month, counts: pd.DataFrame) -> list[Run]:
    """A Run per row of counts: a column per month, of which the last twelve are shown."""
    shown = counts.columns[-HISTORY:]
    months = tuple(_name(m, month) for month in shown)
    return [
        Run(
            str(name),
            months,
            tuple(map(metrics.a_day, row[-HISTORY:], shown)),
            metrics.month_limits([int(each) for each in row], list(counts.columns)),
        )
        for name, row in zip(counts.index, counts.to_numpy(), strict=True)
    ]


def _small_multiples(what: str) -> Parts:
    """Sentence and small multiples of the frame's rows."""
    return Parts(
        sentence=Says("month_parts", partial(_multiples, what=what)), chart=partial(_multiples_chart, what=what)
    )


def _context(m: Month, runs: list[Run], **more: Any) -> dict[str, Any]:
    number = len(runs[0].values) if runs else 1
    months = runs[0].months if runs else ("",)
    last = months[-1] if "年" not in months[0] else f"{m.month[:4]}年{months[-1]}"
    published = [_name(m, base.month) for base in m.history[-number:] if base.source == "published"]
    span = {"number": number, "first": months[0], "last": last, "full": number >= FULL, "published": published}
    limits = [run.limits for run in runs if run.limits]
    return {
        "runs": runs,
        "limited": bool(limits),
        "january": m.month.endswith("-01") and number >= TRIAL,
        "together": any(each.together for each in limits),
        "seasonal": any(each.seasonal for each in limits),
        "needed": FULL,
        "least": TRIAL,
        "course": COURSE,
        **span,
        **more,
    }


def _months(x: Exhibit) -> dict[str, Any]:
    (run,), more = _runs(x.m, x.frame), {}
    if limits := run.limits:
        more = {"centre": printed(limits.centre), "low": printed(max(limits.low, 0)), "high": printed(limits.high)}
    return _context(x.m, [run], total=run, **more)


def _multiples(x: Exhibit, what: str) -> dict[str, Any]:
    runs = _runs(x.m, x.frame)
    most = [max(run.values) for run in runs]
    return _context(x.m, runs, what=what, common=not most or max(most) <= _COMMON * min(most))


def _months_chart(x: Exhibit) -> Chart | Sentence:
    """Tickets a day by month: the XmR chart from twelve months, on trial from five, plain columns below that."""
    context = _months(x)
    run, limits = context["total"], context["total"].limits
    if context["number"] < COURSE:
        return Sentence("")
    lines = [] if limits is None or limits.together else [
        Level(float(max(value, 0)), f"{word} {_comma(printed(max(value, 0)))}", word == "平均")
        for word, value in (("上限", limits.high), ("平均", limits.centre), ("下限", limits.low))
    ]  # fmt: skip
    shown = list(x.frame.columns[-HISTORY:])
    years = [f"{month[:4]}年" if at == 0 or month[5:] == "01" else "" for at, month in enumerate(shown)]
    picture = lambda: pictures.levels(
        list(map(float, run.values)), [_comma(printed(value)) for value in run.values],
        [f"{int(month[5:])}月" for month in shown], years,
        lines=lines, light=not context["full"], outside=run.outside, last_only=context["seasonal"],
    )  # fmt: skip
    return drawn(x.m, "months", picture, **context)


def _multiples_chart(x: Exhibit, what: str) -> Chart | Sentence:
    """Small multiples: tickets a day by month, of each domain or of the most frequent issues of complaints."""
    context = _multiples(x, what)
    if context["number"] < COURSE:
        return Sentence("")
    parts = [
        Panel(
            run.name,
            list(map(float, run.values)),
            _comma(run.now),
            f"{run.highest['month']} {_comma(run.highest['mean'])}",
            run.outside,
            ()
            if run.limits is None or run.limits.together
            else [max(float(each), 0) for each in (run.limits.low, run.limits.high)],
            context["seasonal"],
        )
        for run in context["runs"]
    ]
    picture = lambda: pictures.panels(parts, context["runs"][0].months, common=context["common"])
    return drawn(x.m, "month_parts", picture, **context)


def _comma(words: str) -> str:
    whole, point, rest = words.partition(".")
    return f"{int(whole):,}{point}{rest}"


def _to_date(m: Month) -> tuple[pd.DataFrame | None, list[str]]:
    """Business types: this month, January to this month, the same of last year; and notes.

    Nothing in January, or with this month alone; where a month of this year is missing, a note that says so.
    """
    key, number = "business_type", int(m.month[5:])
    known = m.monthly(key)
    if number == 1 or len(m.history) == 1:
        return None, []
    if len(known) < number:  # said where months are shown at all: a table of one or two is not missed
        return None, [f"1月至{number}月的数据不全，不作累计"] if len(m.history) >= COURSE else []
    now = metrics.side_by_side(dict(list(known.items())[-number:]), key)
    before = [(base.month, base.by(key)) for base in m.year_before]
    told = bool(before) and all(frame is not None for _, frame in before)
    rows = metrics.year_to_date(now, metrics.side_by_side(dict(before), key) if told else None)
    rows = rows[(rows["to_date"] > 0) | (rows["to_date_base"].fillna(0) > 0)]
    rows = rows.sort_values("to_date", ascending=False, kind="stable", ignore_index=True)
    return rows, [] if told else [f"没有上年1月至{number}月每个月的数据，不列累计同比"]


def _year_table(x: Exhibit) -> Table:
    rows, notes = _to_date(x.m)
    if rows is None:
        return Table(pd.DataFrame(), [], notes=notes)
    sums = x.frame[["tickets", "to_date", "to_date_base"]].sum(skipna=False)
    return Table(
        x.frame,
        [
            column("business_type"),
            column("tickets", head="本月"),
            column("to_date", head=f"1月至{int(x.m.month[5:])}月累计"),
            column("yoy", head="累计同比", value=("to_date", "to_date_base"), significant=None),
        ],
        caption="本年累计",
        order="按累计件数排",
        row_head="business_type",
        total={"business_type": figures.TOTAL, **sums},
        notes=notes,
    )
