"""What became of last month's problems (05, 06): found again, mended, or open."""

from __future__ import annotations

from functools import partial

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin import _small as small
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says
from hotline_lib.bulletin._samples import found_words
from hotline_lib.bulletin._standing import points_before
from hotline_lib.bulletin._wording import provisional
from hotline_lib.indicators import BY_KEY
from hotline_lib.metrics._spot_checks import QUESTIONS
from hotline_lib.month import Month
from hotline_lib.params import label, month_before
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._cells import Column
from hotline_lib.present._sentences import Sentence
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import UNIT, column

COLUMNS = ["unit", "what", "indicator", "before", "now", "outcome"]
_OUTCOMES = {
    "sample": {"again": "又发现", "mended": "未再发现", "silent": "没有答复", "open": "没有抽到"},
    "tickets": {"again": "仍有问题", "mended": "已整改", "open": "未核实"},
    "points": {
        "again": "仍须关注", "mended": "不再须关注", "open": numbers.OPEN, "none": "无从比较", "gone": "不再考核",
    },
}  # fmt: skip


def follow_up(m: Month, unit: str = "") -> Exhibit:
    """上月的问题怎样了：上月抽检有问题的单位和工单、失分到了须关注（●）的指标，本月又发现、已整改，还是未了。

    unit：只看这个单位，不写就是全部。有 sentence、table；上月没有抽检、也没有成绩时只说没有。
    frame：一行一件事：unit、what（sample 抽检、tickets 问题工单、points 失分）、indicator、before、now、outcome（again、mended、silent 没有答复、open、
    none 本月没有工单可算、gone 规则已取消）。
    来源：上月和本月的 data/spot_checks、m.annexes。
    """
    name = m.params.unit(unit).name if unit else ""
    frame = pd.DataFrame([*_samples(m), *_points(m)], columns=COLUMNS)
    order = {each: at for at, each in enumerate(m.units["unit"])}
    frame = frame.sort_values("unit", key=lambda units: units.map(order), kind="stable", ignore_index=True)
    frame = frame[frame["unit"] == name].reset_index(drop=True) if unit else frame
    parts = Parts(sentence=Says("follow_up", partial(_told, unit=name)), table=partial(_table, unit=name))
    return Exhibit(m, frame, _parts=parts, _find=lambda x, column, row: None, edition=bool(unit))


def _samples(m: Month) -> list[tuple]:
    """Of each unit of which last month's spot check found something: what this month's found, and what became of the tickets."""
    if m.checks_before is None:
        return []
    before = metrics.spot_check_results(m.checks_before, m.units).set_index("unit")
    bad = m.checks_before[(m.checks_before[list(QUESTIONS)] == "no").any(axis=1)]
    drawn = m.spot_checks if m.spot_checks is not None else m.checks_before.iloc[:0]
    now = metrics.spot_check_results(drawn, m.units).set_index("unit")
    rows = []
    for unit in m.units["unit"]:
        if before.loc[unit, "problems"]:
            words = [found_words(*of.loc[unit, ["problems", "answered", "sampled"]]) for of in (before, now)]
            of = now.loc[unit]
            asked = "mended" if of["answered"] else "silent" if of["sampled"] else "open"
            rows.append((unit, "sample", None, *words, "again" if of["problems"] else asked))
        if len(own := bad[bad["unit"] == unit]):
            rows.append((unit, "tickets", None, *_tickets(own, drawn)))
    return rows


def _tickets(bad: pd.DataFrame, drawn: pd.DataFrame) -> tuple[str, str, str]:
    """What re-checking those tickets showed: in words last month, this month, and what became of them all.

    Mended is a ticket of which every question that was a no is now a yes, and none a no.
    """
    questions, outcomes = list(QUESTIONS), []
    for ticket in bad.drop_duplicates("ticket_id").to_dict("records"):
        now = drawn.loc[drawn["ticket_id"] == ticket["ticket_id"], questions]
        were = [each for each in questions if ticket[each] == "no"]
        mended = (now[were] == "yes").any().all()
        outcomes.append("again" if (now == "no").any(axis=None) else "mended" if mended else "open")
    told = {each: outcomes.count(each) for each in _OUTCOMES["tickets"] if each in outcomes}
    words = "，".join(f"{number}件{_OUTCOMES['tickets'][each]}" for each, number in told.items())
    return f"{len(outcomes)}件", words, next(each for each in ("again", "open", "mended") if each in told)


def _points(m: Month) -> list[tuple]:
    """Of each unit and indicator that cost so many points last month that they called for attention: what it costs now."""
    signals, before = m.params.scheme.signals, points_before(m)
    if before is None:
        return []
    before = before[before["unit"].isin(m.units["unit"])]
    rows = []
    for row in before[before["points"].map(lambda points: signals.of(points=points) == "attention")].to_dict("records"):
        name = BY_KEY[row["indicator"]].brief
        words = f"{name}失{numbers.points(row['points'])}分"
        rows.append((row["unit"], "points", row["indicator"], words, *_now(m, row["unit"], row["indicator"])))
    return rows


def _now(m: Month, unit: str, key: str) -> tuple[str, str]:
    """What an indicator costs a unit this month, in words, and what that is beside last month."""
    lost, value = figures.lost(m), figures.indicators_by_unit(m).loc[(unit, key)]
    if key not in {rule.indicator for rule in m.params.scheme.rules}:
        return "评分办法不计", "gone"
    if unit in figures.unconfirmed(m).get(key, ()):
        return numbers.OPEN, "open"
    if value["kind"] in ("rate", "minutes") and not value["denominator"]:
        return "没有工单可算", "none"
    points = lost.loc[unit, key] if key in lost and unit in lost.index else 0
    still = m.params.scheme.signals.of(points=points) == "attention"
    return f"失{numbers.points(points)}分" if points else "未失分", "again" if still else "mended"


def _found_before(m: Month, unit: str) -> dict[str, object]:
    """How many tickets last month's check drew at random (of that unit) and how many of them were answered."""
    if m.checks_before is None:
        return {"drawn": 0, "answered": 0}
    rows = metrics.spot_check_results(m.checks_before, m.units)
    rows = rows[rows["unit"] == unit] if unit else rows
    return {"drawn": int(rows["sampled"].sum()), "answered": int(rows["answered"].sum())}


def _told(x: Exhibit, unit: str) -> dict[str, object]:
    """Whose problems came again, were mended, or are open: units; of one unit the indicators."""
    m, rows = x.m, x.frame
    names = rows["unit"] if not unit else rows["indicator"].map(lambda key: BY_KEY[key].brief if key in BY_KEY else "")
    named = lambda what, outcome: list(dict.fromkeys(names[(rows["what"] == what) & (rows["outcome"] == outcome)]))
    return {
        "last": label(m.previous.month), "checked": m.checks_before is not None, "scored": points_before(m) is not None, "before": _lacking(m),
        **_found_before(m, unit), "rows": len(rows), "unit": m.params.unit(unit).long_name if unit else "", "hidden": "；".join(small.note(m)) if unit else "",
        **{f"{what}_{outcome}": named(what, outcome) for what, words in _OUTCOMES.items() for outcome in words},
    }  # fmt: skip


def _table(x: Exhibit, unit: str) -> Table | Sentence:
    if x.frame.empty or (unit and small.note(x.m)):
        return Sentence("")
    frame = x.frame.assign(result=[_OUTCOMES[row.what][row.outcome] for row in x.frame.itertuples()])
    outcome = lambda row: "strong" if row["outcome"] == "again" else "soft" if row["outcome"] == "mended" else ""
    columns = [
        *([] if unit else [UNIT]),
        column("what"),
        Column("上月", "before", "text"),
        Column("本月", "now", "text"),
        Column("结果", "result", "text", emphasis=outcome),
    ]
    notes = [
        "抽检：本月随机抽取的没有发现问题，不等于已经没有问题；已整改：上月为“否”的各项本月都查到为“是”，没有答复的不算"
    ]
    return Table(
        frame,
        columns,
        label="上月的问题",
        row_head="what" if unit else "unit",
        order="" if unit else "按区划代码排",
        notes=[*(notes if (x.frame["what"] != "points").any() else []), *provisional(x.m)],
    )


def _lacking(m: Month) -> str:
    """The month whose tickets last month's points lack: what they were is not known then."""
    whole = not m.annexes or m.annexes[-1].whole
    return "" if whole else label(month_before(m.month, 2))
