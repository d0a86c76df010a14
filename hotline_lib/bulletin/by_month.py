"""The months up to this one (01, 02, 03): the total with its control limits, domains, complaints, the year so far.

What is shown is tickets a day, because months differ in length. With one month there is nothing to show.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import figures
from hotline_lib.bulletin.wording import drawn, from_template
from hotline_lib.exact import half_up
from hotline_lib.metrics.trends import FULL, TRIAL, Xmr
from hotline_lib.month import Base, Month
from hotline_lib.present import months as pictures
from hotline_lib.present.cells import Column
from hotline_lib.present.charts import Chart
from hotline_lib.present.months import Level, Panel
from hotline_lib.present.sentences import Sentence
from hotline_lib.present.tables import Table

_COMMON = 4  # panels share a scale unless the highest of one is so many times the highest of another


@dataclass(frozen=True)
class Run:
    """Tickets a day of one thing over the months, oldest first; ``name`` and ``months`` as words."""

    name: str
    months: tuple[str, ...]
    values: tuple[Fraction, ...]

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
    def each(self) -> list[dict[str, str]]:
        return [self._at(at) for at in range(len(self.values))]

    @property
    def limits(self) -> Xmr | None:
        return metrics.xmr(self.values) if len(self.values) >= TRIAL else None

    @property
    def outside(self) -> list[dict[str, object]]:
        """The months beyond a limit."""
        limits = self.limits
        beyond = [at for at, out in enumerate(limits.outside) if out] if limits else []
        return [{**self._at(at), "above": self.values[at] > limits.centre} for at in beyond]

    @property
    def sides(self) -> list[dict[str, object]]:
        """Eight months and more in succession on one side of the mean; none where a month beyond a limit moves it."""
        return [
            {"first": self.months[first], "last": self.months[last], "number": last - first + 1, "above": above}
            for first, last, above in (self.limits.runs if self.limits and not self.outside else ())
        ]

    def _at(self, at: int) -> dict[str, str]:
        return {"month": self.months[at], "mean": printed(self.values[at])}


def printed(value: Fraction | float) -> str:
    """Tickets a day: whole from a hundred, else with one decimal."""
    value = Fraction(value)
    return str(half_up(value.numerator, value.denominator, 0 if value >= 100 or not value else 1))


def _name(m: Month, month: str) -> str:
    """9月; a month of another year with its year."""
    return f"{int(month[5:])}月" if month[:4] == m.month[:4] else f"{month[:4]}年{int(month[5:])}月"


def _known(m: Month, *keys: str) -> list[tuple[Base, pd.DataFrame]]:
    """The months, oldest first, that can say how many tickets each of those parts had, without a gap."""
    known = []
    for base in reversed(m.history):
        if (frame := base.by(*keys)) is None:
            break
        known.insert(0, (base, frame))
    return known


def _runs(m: Month, counts: pd.DataFrame) -> list[Run]:
    """A Run per row of counts: a column per month."""
    months = tuple(_name(m, month) for month in counts.columns)
    values = [tuple(map(metrics.a_day, row, counts.columns)) for row in counts.to_numpy()]
    return [Run(str(name), months, each) for name, each in zip(counts.index, values, strict=True)]


@figures.once_a_month
def total(m: Month) -> Run:
    counts = pd.DataFrame({base.month: frame["tickets"] for base, frame in _known(m)})
    return _runs(m, counts.set_axis([figures.TOTAL]))[0]


@figures.once_a_month
def domains(m: Month) -> list[Run]:
    """Printed domains, by this month's tickets."""
    key = "printed_domain"
    counts = metrics.side_by_side({base.month: frame for base, frame in _known(m, key)}, key)
    return _runs(m, counts.reindex(figures.domains(m)[key], fill_value=0))


@figures.once_a_month
def issues(m: Month, top: int = 5) -> list[Run]:
    """This month's most frequent issues of complaints, over the months of which there are tickets."""
    frames = {b.month: frame[frame["role"] == "complaint"] for b, frame in _known(m, "role", "issue")}
    names = metrics.top_issues(m.counts, "complaint", top=top)["issue"]
    return _runs(m, metrics.side_by_side(frames, "issue").reindex(names, fill_value=0))


def _context(m: Month, runs: list[Run], **more: object) -> dict[str, object]:
    number = len(runs[0].values) if runs else 1
    months = runs[0].months if runs else ("",)
    last = months[-1] if "年" not in months[0] else f"{m.month[:4]}年{months[-1]}"
    published = [_name(m, base.month) for base in m.history[-number:] if base.source == "published"]
    span = {"number": number, "first": months[0], "last": last, "full": number >= FULL, "published": published}
    return {"runs": runs, "limited": number >= TRIAL, "needed": FULL, "least": TRIAL, **span, **more}


def _months(m: Month) -> dict[str, object]:
    run, limits, more = total(m), total(m).limits, {}
    if limits:
        more = {"centre": printed(limits.centre), "low": printed(max(limits.low, 0)), "high": printed(limits.high)}
    return _context(m, [run], total=run, **more)


def _parts(m: Month, what: str, top: int = 5) -> dict[str, object]:
    runs = issues(m, top) if what == "issue" else domains(m)
    most = [max(run.values) for run in runs]
    return _context(m, runs, what=what, common=not most or max(most) <= _COMMON * min(most))


def months_chart(m: Month) -> Chart | Sentence:
    """Tickets a day by month: the XmR chart from twelve months, on trial from five, plain columns below that."""
    context, run, limits = _months(m), total(m), total(m).limits
    if context["number"] < 2:
        return Sentence("")
    lines = [] if limits is None else [
        Level(float(max(value, 0)), f"{word} {_comma(printed(max(value, 0)))}", word == "平均")
        for word, value in (("上限", limits.high), ("平均", limits.centre), ("下限", limits.low))
    ]  # fmt: skip
    shown = [base.month for base in m.history]
    years = [f"{month[:4]}年" if at == 0 or month[5:] == "01" else "" for at, month in enumerate(shown)]
    picture = pictures.levels(
        list(map(float, run.values)), [_comma(printed(value)) for value in run.values],
        [f"{int(month[5:])}月" for month in shown], years,
        lines=lines, light=not context["full"], outside=limits.outside if limits else (),
    )  # fmt: skip
    return drawn(m, "months", picture, **context)


def parts_chart(m: Month, what: str, top: int = 5) -> Chart | Sentence:
    """Small multiples: tickets a day by month, of each domain or of the most frequent issues of complaints."""
    context = _parts(m, what, top)
    if context["number"] < 2:
        return Sentence("")
    parts = [
        Panel(
            run.name,
            list(map(float, run.values)),
            _comma(run.now),
            f"{run.highest['month']} {_comma(run.highest['mean'])}",
            run.limits.outside if run.limits else (),
        )
        for run in context["runs"]
    ]
    return drawn(
        m, "month_parts", pictures.panels(parts, context["runs"][0].months, common=context["common"]), **context
    )


def _comma(words: str) -> str:
    whole, point, rest = words.partition(".")
    return f"{int(whole):,}{point}{rest}"


def year_to_date(m: Month) -> Table:
    """Business types: this month, January to this month, and its change on the same months of last year.

    Nothing in January, or with this month alone; where a month of this year is missing, a note that says so.
    """
    key, number = "business_type", int(m.month[5:])
    known = _known(m, key)
    if number == 1 or len(m.history) == 1:
        return Table(pd.DataFrame(), [])
    if len(known) < number:
        return Table(pd.DataFrame(), [], notes=[f"1月至{number}月的数据不全，不作累计"])
    now = metrics.side_by_side({base.month: frame for base, frame in known[-number:]}, key)
    before = [(base.month, base.by(key)) for base in m.year_before]
    told = bool(before) and all(frame is not None for _, frame in before)
    rows = metrics.year_to_date(now, metrics.side_by_side(dict(before), key) if told else None)
    rows = rows[(rows["to_date"] > 0) | (rows["to_date_base"].fillna(0) > 0)]
    rows = rows.sort_values("to_date", ascending=False, kind="stable", ignore_index=True)
    sums = rows[["tickets", "to_date", "to_date_base"]].sum(skipna=False)
    return Table(
        rows,
        [
            Column("业务类型", key, "text"),
            Column("本月", "tickets", unit="件"),
            Column(f"1月至{number}月累计", "to_date", unit="件"),
            Column("累计同比", ("to_date", "to_date_base"), "change", unit="%"),
        ],
        caption="本年累计",
        order="按累计件数排",
        row_head=key,
        total={key: figures.TOTAL, **sums},
        notes=[] if told else [f"没有上年1月至{number}月每个月的数据，累计同比记为—"],
    )  # fmt: skip


TABLES = {"year_to_date": year_to_date}
SENTENCES = {
    "months": from_template("months", _months),
    "domain_months": from_template("month_parts", partial(_parts, what="domain")),
    "issue_months": from_template("month_parts", partial(_parts, what="issue")),
}
CHARTS = {
    "months": months_chart,
    "domain_months": partial(parts_chart, what="domain"),
    "issue_months": partial(parts_chart, what="issue"),
}
