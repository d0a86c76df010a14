"""What 04 adds to Annex 1: where points are lost, what the rates do not see, and what the next step would take."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import figures
from hotline_lib.bulletin.sentences import from_template, plain_points
from hotline_lib.indicators import BY_KEY, INDICATORS, Indicator
from hotline_lib.month import Month
from hotline_lib.present import numbers
from hotline_lib.present.sentences import Figure, Sentence, shortened
from hotline_lib.present.tables import Column, Table

_TOTAL = "合计"


@figures.once_a_month
def _lost(m: Month) -> pd.DataFrame:
    """Points lost, a row per unit, a column per indicator that cost anyone any, the dearest first."""
    table = figures.deductions(m).groupby(["unit", "indicator"], sort=False)["points"].agg(_sum).unstack("indicator")
    costs = {key: _sum(table[key]) for key in table}
    return table[sorted((key for key in costs if costs[key] > 0), key=lambda key: -costs[key])]


def _sum(points: pd.Series) -> Decimal:
    return sum(points, Decimal(0))


def points_lost(m: Month) -> Table:
    """A heat map that is a table: units by rank, indicators by what they cost all units together."""
    lost = _lost(m)
    frame = figures.scores(m).join(lost, on="unit", validate="one_to_one")
    full = m.params.scheme.full_marks
    rounded = [row.unit for row in frame.itertuples() if _sum(lost.loc[row.unit]) != full - row.score]
    notes = (
        ["评分办法由印刷本反推，并非唯一"] if any(rule.source == "inferred" for rule in m.params.scheme.rules) else []
    )
    if rounded:
        notes.append(f"总分四舍五入保留两位小数，{'、'.join(rounded)}的各项失分之和因此与合计略有出入")
    return Table(
        frame,
        [
            Column("名次", "rank", "rank"),
            Column("单位", "unit", "text"),
            *(
                Column(_two_lines(BY_KEY[key]), key, "points", title=BY_KEY[key].label, emphasis=_heat(key))
                for key in lost
            ),
            Column("失分合计", "lost", "score"),
            Column("总分", "score", "score", emphasis=lambda row: "bold"),
        ],
        caption="失分矩阵",
        order="分；按名次排，列按失分从多到少；颜色越深失分越多，· 为未失分",
        total={"unit": _TOTAL, **{key: _sum(lost[key]) for key in lost}, "lost": _sum(frame["lost"])},
        notes=notes,
        heat=True,
    )


def _heat(key: str) -> Callable[[dict], str]:
    """heat1 under a point … heat5 from four points on."""
    return lambda row: f"heat{min(int(row[key]), 4) + 1}" if row[key] > 0 else ""


def _two_lines(indicator: Indicator) -> str:
    """投诉举报类 / 平均办结时长, 工单分类 / 正确率: the full name as a head."""
    label, last = indicator.label, indicator.head.split("|")[-1]
    if label != indicator.short:
        return label.removesuffix(indicator.short) + "\n" + indicator.short
    return label.removesuffix(last) + "\n" + last if label.endswith(last) and label != last else label


def unsubmitted(m: Month) -> Table:
    """What was accepted in the month and not submitted in it, by unit."""
    frame = _unsubmitted(m)
    return Table(
        frame,
        [
            Column("单位", "unit", "text"),
            Column("本月受理", "accepted", "count", unit="件"),
            Column("其中\n本月上报", "submitted", "count", unit="件"),
            Column("本月\n未上报", "unsubmitted", "count", unit="件"),
            Column("未上报\n占受理", ("unsubmitted", "accepted"), "share", unit="%"),
            Column("以前受理\n本月上报", "earlier", "count", unit="件"),
        ],
        order="按未上报占比从高到低排",
        label="未上报的工单",
        total={**frame[["accepted", "submitted", "unsubmitted", "earlier"]].sum().to_dict(), "unit": _TOTAL},
    )


@figures.once_a_month
def _unsubmitted(m: Month) -> pd.DataFrame:
    return metrics.unsubmitted(m.counts, m.submissions, m.month, m.units)


def _not_seen(m: Month) -> dict[str, object]:
    rows = _unsubmitted(m)
    worst = rows.iloc[0]
    return {
        "whole": Figure("", int(rows["unsubmitted"].sum()), int(rows["accepted"].sum())),
        "worst": Figure(worst["long_name"], int(worst["unsubmitted"]), int(worst["accepted"])),
    }


def next_steps(m: Month) -> Table:
    """For each unit the one step of the scheme that would win it most points."""
    frame = _next_steps(m)
    return Table(
        frame,
        [
            Column("名次", "rank", "rank"),
            Column("单位", "unit", "text"),
            Column("总分", "score", "score"),
            Column("指标", "label", "text"),
            Column("本月", "now", "words"),
            Column("再进一档", "goal", "words"),
            Column("还差", "tickets", "count", unit="件"),
            Column("可多得", "gain", "words", unit="分"),
        ],
        order="按名次排；每个单位列出能多得分最多的一项，分数相同取差得最少的",
        label="再进一档可多得的分",
        notes=["还差：率为同样多的工单中还要多少件合格，万人工单数量为还要多受理多少件"],
    )


@figures.once_a_month
def _next_steps(m: Month) -> pd.DataFrame:
    """The steps by rank; ``place`` 0 wins most."""
    steps = metrics.next_steps(figures.deductions(m), figures.indicators(m), m.params.scheme)
    steps["place"] = range(len(steps))
    frame = figures.scores(m)[["rank", "unit", "long_name", "score"]].merge(steps, on="unit", validate="one_to_one")
    return frame.assign(
        label=[_with_unit(BY_KEY[key]) for key in frame["indicator"]],
        now=[_value(BY_KEY[row.indicator], row.value) for row in frame.itertuples()],
        goal=[_goal(BY_KEY[row.indicator], row.limit, row.reach) for row in frame.itertuples()],
        gain=[plain_points(points) for points in frame["gain"]],
    )


def _with_unit(indicator: Indicator) -> str:
    """平均办结时长（分钟）"""
    return f"{indicator.short}（{unit}）" if (unit := _unit(indicator)) else indicator.short


def _unit(indicator: Indicator) -> str:
    return {"rate": "%", "flag": ""}.get(indicator.kind, indicator.head.split("|")[-1])


def _value(indicator: Indicator, value: object) -> str:
    if indicator.kind == "flag":
        return "已开展" if value else "未开展"
    return str(value) if indicator.kind == "count" else numbers.decimal(value)


def _goal(indicator: Indicator, limit: Decimal, reach: bool) -> str:
    if indicator.kind == "flag":
        return _value(indicator, reach)
    return f"{'达到' if reach else '低于'}{plain_points(limit)}"


def _best_step(m: Month) -> dict[str, object]:
    rows = _next_steps(m)
    if rows.empty:
        return {"number": 0}
    best = rows.loc[rows["place"].idxmin()]
    return {
        "number": len(rows),
        "best": {
            "name": best["long_name"],
            "indicator": BY_KEY[best["indicator"]].short,
            "goal": best["goal"] + _unit(BY_KEY[best["indicator"]]),
            "gain": best["gain"],
            "tickets": 0 if pd.isna(best["tickets"]) else int(best["tickets"]),
        },
    }


def _worst(m: Month) -> dict[str, object]:
    """The unit with the lowest score, what cost it most, and by how many tickets if it is a rate."""
    rows = figures.scores(m)
    last = rows[(rows["rank"] == rows["rank"].max()) & (rows["lost"] > 0)]
    if last.empty:
        return {"units": []}
    unit = last["unit"].iloc[0]
    lost = _lost(m).loc[unit].sort_values(ascending=False, kind="stable")
    of = figures.indicators(m).set_index(["unit", "indicator"]).loc[(unit, lost.index[0])]
    return {
        "units": last["long_name"].tolist(),
        "lost": plain_points(last["lost"].iloc[0]),
        "indicator": BY_KEY[lost.index[0]].short,
        "points": plain_points(lost.iloc[0]),
        "tickets": int(of["denominator"] - of["numerator"]) if of["kind"] == "rate" else 0,
        "only": int((lost > 0).sum()) == 1,
    }


def _lead(m: Month) -> dict[str, object]:
    lost = _lost(m)
    return {
        "number": len(lost.columns),
        "others": len(INDICATORS) - len(lost.columns),
        "units": len(m.units),
        "lost": [{"name": BY_KEY[key].short, "points": plain_points(_sum(lost[key]))} for key in lost],
    }


def _short_lead(m: Month) -> Sentence:
    return Sentence(shortened(str(from_template("scoring_lead", _lead)(m))), "lead")


TABLES: dict[str, Callable[..., Table]] = {
    "points_lost": points_lost,
    "unsubmitted": unsubmitted,
    "next_steps": next_steps,
}
SENTENCES: dict[str, Callable[..., Sentence]] = {
    "scoring_lead": _short_lead,
    "worst_unit": from_template("worst_unit", _worst),
    "unsubmitted": from_template("unsubmitted", _not_seen),
    "next_steps": from_template("next_steps", _best_step),
}
