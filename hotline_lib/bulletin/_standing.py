"""How units stood before: scores and ranks of the months up to this one, how they moved on last month, and a line of months
per unit (00, 01, 04)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import lru_cache, partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import pandas as pd

from hotline_lib import metrics, scoring
from hotline_lib.beside import Annex, as_rows
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says
from hotline_lib.bulletin._months import _comma, _name, printed
from hotline_lib.bulletin._wording import drawn, noted
from hotline_lib.exact import competition_rank, half_up, is_missing
from hotline_lib.metrics._trends import COURSE, a_day
from hotline_lib.month import Month, once_a_month
from hotline_lib.params import Scheme, label, month_before
from hotline_lib.present import _numbers as numbers
from hotline_lib.present import _standing as pictures
from hotline_lib.present._sentences import Sentence
from hotline_lib.present._standing import Line
from hotline_lib.present._vocabulary import column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotline_lib.present._cells import Column
    from hotline_lib.present._chart import Chart


_LEAST_SPAN = 1.0  # points: smaller movements are drawn small


def score_months(m: Month) -> Exhibit:
    """近几个月的总分：各单位总分和名次较上月的升降，一个单位一条线。

    有 sentence、chart；成绩不足3个月时没有图；从最近一个没有成绩或附件1不完整的月份之后画起。
    frame：一行一个单位，按名次：rank、unit、long_name、score、rank_before、score_before（上月），以前每个月一列（总分）。
    来源：m.annexes（各月上报的工单，否则已公布的附件1），各月自己的评分办法。
    """
    before = scores_before(m)
    frame = _moved(m).drop(columns=["kind", "code", "population"])
    for month, rows in before.items():
        frame[month] = frame["unit"].map(rows["score"]) if len(rows) else None
    return Exhibit(m, frame, _parts=Parts(sentence=Says("score_months", _scores), chart=_scores_chart))


def unit_months(m: Month) -> Exhibit:
    """近几个月各单位的件数：每月日均件数，一个单位一行小柱。

    有 chart；不足3个月时没有图（两个月之比见环比）。frame：metrics.side_by_side，一行一个单位，一个月一列（件）；次序按本月件数，省级集团在前。
    来源：m.history。
    """
    order = figures.units(m)["unit"]
    frame = metrics.side_by_side(m.monthly("unit"), "unit").reindex(order, fill_value=0)
    return Exhibit(m, frame, _parts=Parts(chart=_units_chart))


@once_a_month
def scores_before(m: Month) -> dict[str, pd.DataFrame]:
    """By month before this one, oldest first: ``score`` and ``rank`` by unit, by that month's own scheme; no row where nobody knows."""
    return {each.month: _printed(each) if each.rates is None else _scored(each) for each in m.annexes}


@once_a_month
def points_before(m: Month) -> pd.DataFrame | None:
    """``unit``, ``indicator``, ``points``: what each lost in the month before, by its own scheme.

    None where no tickets tell, or where those accepted earlier are missing: what they cost is not known then.
    """
    last = m.annexes[-1] if m.annexes else None
    if last is None or last.rates is None or not last.whole:
        return None
    return scoring.deductions(_values(last), last.params.scheme)


def moved_columns(m: Month) -> list[Column]:
    """Rank and score against last month, for a table of units with ``moved``'s columns; none if last month's are not known."""
    if not _comparable(m):
        return []
    still = lambda row: "" if row.get("score_mom") else "soft"
    heads = {"rank_mom": "名次", "score_mom": "总分"}
    return [column(name, head=head, key=name, unit="", group="较上月", emphasis=still) for name, head in heads.items()]


@once_a_month
def moved(m: Month) -> pd.DataFrame:
    """By unit ``rank_mom`` (升2, 降3, 平) and ``score_mom`` (points, Decimal); missing for whom last month is not known."""
    rows = _moved(m)
    known = rows["rank_before"].notna()
    found = [
        (_rank_words(row), row["score"] - row["score_before"]) if told else (None, None)
        for told, row in zip(known, rows.to_dict("records"), strict=True)
    ]
    return pd.DataFrame(found, rows["unit"], ["rank_mom", "score_mom"], dtype=object)


def notes(m: Month) -> list[str]:
    """What a reader of movements must know, and what does not compare; nothing where last month is not known."""
    last = m.annexes[-1] if m.annexes else None
    still = bool((moved(m)["score_mom"] == 0).any())
    return noted(m, "standing_note", last=label(m.previous.month), still=still, **_about(m, last))


def _about(m: Month, last: Annex | None) -> dict[str, Any]:
    if last is None:
        return {"known": False, "scheme": "", "whole": True, "open": False}
    scheme = last.params.scheme
    return {
        "known": True,
        "before": label(month_before(last.month)),
        "scheme": "" if _same_rules(scheme, m.params.scheme) else scheme.name,
        "whole": last.whole,
        "open": _open(last),
    }


def _comparable(m: Month) -> bool:
    """Whether last month's scores are known, whole, and by the same rules: what lacks its older tickets is another score."""
    last = m.annexes[-1] if m.annexes else None
    return (
        last is not None and last.whole
        and len(scores_before(m)[last.month]) > 0 and _same_rules(last.params.scheme, m.params.scheme)
    )  # fmt: skip


def _same_rules(one: Scheme, other: Scheme) -> bool:
    told = lambda scheme: sorted(
        ((each.indicator, each.deduct, each.award) for each in scheme.rules), key=lambda rule: rule[0]
    )
    return (one.full_marks, one.least, told(one)) == (other.full_marks, other.least, told(other))


def _open(annex: Annex) -> bool:
    """Whether something that a rule of that month counts was never confirmed: its scores are provisional."""
    if annex.rates is None:
        return False
    values = _values(annex)
    return bool(set(values.loc[metrics.unconfirmed(values), "indicator"]) & {each.indicator for each in annex.params.scheme.rules})  # fmt: skip


@lru_cache(maxsize=32)
def _values(annex: Annex) -> pd.DataFrame:
    assert annex.counts is not None  # rates are of tickets, which are counted too
    units = as_rows(annex.params.units)
    volumes = annex.counts.groupby("unit")["tickets"].sum().reindex(units["unit"], fill_value=0).reset_index()
    return metrics.indicator_values(annex.rates, volumes, units, annex.params.month)


def _scored(annex: Annex) -> pd.DataFrame:
    values, scheme = _values(annex), annex.params.scheme
    rows = scoring.scores(scoring.deductions(values, scheme), as_rows(annex.params.units), values, scheme)
    return rows.set_index("unit")[["score", "rank"]]


def _printed(annex: Annex) -> pd.DataFrame:
    """Of a published table: its scores as printed; ranks as they follow from them."""
    table = annex.printed
    if table is None or "score" not in table:
        return pd.DataFrame(columns=["score", "rank"])
    rows = pd.DataFrame({"unit": table["unit"], "score": table["score"].map(_number)}).dropna().set_index("unit")
    return rows.assign(rank=competition_rank(rows["score"]))


def _number(text: object) -> Decimal | None:
    try:
        number = Decimal(str(text).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _moved(m: Month) -> pd.DataFrame:
    rows = figures.scores(m).drop(columns="lost").copy()
    before = scores_before(m)[m.annexes[-1].month] if _comparable(m) else pd.DataFrame(columns=["score", "rank"])
    return rows.assign(
        rank_before=rows["unit"].map(before["rank"]).astype("Int64"), score_before=rows["unit"].map(before["score"]).astype(object),
    )  # fmt: skip


def _rank_words(row: Mapping) -> str:
    up = int(row["rank_before"]) - int(row["rank"])
    return "平" if not up else f"升{up}" if up > 0 else f"降{-up}"


def _scores(x: Exhibit) -> dict[str, Any]:
    """Who moved most, by rank, of those whose last month is known; which months say something else than this one."""
    m, frame = x.m, x.frame
    rows = [row for row in frame.to_dict("records") if not is_missing(row["rank_before"])]
    up = lambda row: int(row["rank_before"]) - int(row["rank"])
    rise, fall = (max(map(up, rows), default=0), min(map(up, rows), default=0))
    shown = _course(m)
    names = lambda told: [_name(m, annex.month) for annex in shown if told(annex)]
    return {
        "rows": rows, "last": _name(m, m.previous.month), "number": len(shown) + 1,
        "first": _name(m, shown[0].month) if shown else "",
        "up": sum(row["score"] > row["score_before"] for row in rows), "down": sum(row["score"] < row["score_before"] for row in rows),
        "risen": [row for row in rows if rise > 0 and up(row) == rise], "rise": rise,
        "fallen": [row for row in rows if fall < 0 and up(row) == fall], "fall": -fall,
        "others": names(lambda annex: not _same_rules(annex.params.scheme, m.params.scheme)),
        "published": names(lambda annex: annex.rates is None), **_about(m, m.annexes[-1] if m.annexes else None),
        "open": names(_open),  # of all these months, where ``_about`` speaks of the last
    }  # fmt: skip


def _course(m: Month) -> list[Annex]:
    """The months before this one, oldest first, since the latest whose scores nobody knows or that lacks older tickets."""
    return [*takewhile(lambda each: each.whole and len(scores_before(m)[each.month]), reversed(m.annexes))][::-1]


def _scores_chart(x: Exhibit) -> Chart | Sentence:
    m, shown = x.m, _course(x.m)
    if len(shown) + 1 < COURSE:
        return Sentence("")  # two stand side by side in the table
    score = lambda row, annex: None if is_missing(row[annex.month]) else float(row[annex.month])
    lines = [
        Line(
            row["unit"], [*(score(row, annex) for annex in shown), float(row["score"])],
            numbers.decimal(row["score"]), _both(moved(m).loc[row["unit"]]),
        )
        for row in x.frame.to_dict("records")
    ]  # fmt: skip
    known = [[value for value in line.values if value is not None] for line in lines]
    span = max([_LEAST_SPAN, *(max(values) - min(values) for values in known)])
    names = [_name(m, month) for month in (*(annex.month for annex in shown), m.month)]
    return drawn(
        m, "score_months", partial(pictures.score_lines, lines, names, span=span, moved="较上月" if _comparable(m) else ""),
        **_scores(x), span=half_up(round(100 * span), 100),
    )  # fmt: skip


def _both(row: pd.Series) -> str:
    return "" if is_missing(row["score_mom"]) else f"{row['rank_mom']}　{numbers.signed(row['score_mom'])}"


def _units_chart(x: Exhibit) -> Chart | Sentence:
    m, months = x.m, list(x.frame.columns)
    if len(months) < COURSE:
        return Sentence("")
    means = {str(unit): list(map(a_day, counts, months)) for unit, counts in x.frame.iterrows()}
    lines = [Line(unit, list(map(float, days)), _comma(printed(days[-1])), "") for unit, days in means.items()]
    names = [_name(m, month) for month in months]
    published = [_name(m, base.month) for base in m.history[-len(months) :] if base.source == "published"]
    return drawn(
        m, "unit_months", partial(pictures.ticket_columns, lines, names),
        first=names[0], last=names[-1], number=len(months), lines=lines, published=published,
        judged=bool(figures.units(m)["yoy_significant"].notna().any()),
    )  # fmt: skip
