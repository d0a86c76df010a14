"""What 03 adds to the issues: what rose and fell, and how many tickets have no issue."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says, source_of, where_of
from hotline_lib.bulletin._issues import _ISSUE, _TYPE, known
from hotline_lib.errors import how_many
from hotline_lib.month import Month
from hotline_lib.params import label
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._changes import difference_words
from hotline_lib.present._sentences import Figure
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import column

_AGAINST = {"yoy": "上年同月", "mom": "上月"}


def movers(m: Month, against: str = "yoy", changes: pd.DataFrame | None = None, *, top: int = 5) -> Exhibit:
    """显著升降的事项：先列增加、后列减少，各取变化最大的几项，附95%区间；未超出通常波动的不列。

    against："yoy"（比上年同月）或 "mom"（比上月）。changes：metrics.issue_changes，不写就是全部事项。top：增、减各列前几位，并列的都列出。
    有 sentence、table；没有那个月的工单时没有表。
    frame：metrics.movers，一行一个事项：business_type、issue、tickets、base、difference、rose、rank、low、high。
    来源：counts 和对比月份的 counts。
    """
    known("对比", against, _AGAINST)
    of_all = figures.issue_changes(m, against)
    changes = of_all if changes is None else changes
    whole = changes is not None and of_all is not None and changes.equals(of_all)
    told = changes is not None and changes["significant"].any()
    usual = metrics.usual(m, against, "business_type", "issue")
    frame = metrics.movers(changes, usual, top=top) if told else pd.DataFrame()
    parts = Parts(
        sentence=Says("movers", partial(_movers, kind=against, changes=changes)),
        table=partial(_movers_table, kind=against, top=how_many(top), whole=whole),
    )
    keys = {"business_type": "business_type", "issue": "issue"}
    return Exhibit(m, frame, keys, {}, parts, partial(_of_mover, kind=against))


def without_issue(m: Month) -> Exhibit:
    """没有标注事项的工单：各业务类型有多少件，占该类多少。

    有 sentence、table。frame：metrics.without_issue：business_type、role、tickets、of、share。来源：counts。
    """
    parts = Parts(sentence=Says("without_issue", _without_issue), table=_without_issue_table)
    frame = metrics.without_issue(m.counts, m.types)
    return Exhibit(m, frame, {"business_type": "business_type"}, {}, parts, _of_missing)


def _order(rose: pd.Series, top: int) -> str:
    """How the rows stand, of which there may be one, or only rises."""
    falls = len(rose) - int(rose.sum())
    both = "先列增加、后列减少" if 0 < falls < len(rose) else "按增减的大小排" if len(rose) > 1 else ""
    return "，".join(filter(None, [both, f"各取变化最大的{top}项" if max(falls, len(rose) - falls) >= top > 1 else ""]))


def _movers_table(x: Exhibit, kind: str, top: int, whole: bool) -> Table:
    """Each with its exact interval; empty without the base month's tickets."""
    if x.frame.empty:
        return Table(x.frame, [])
    rows, days = x.frame, x.m.days(kind)
    rows = rows.assign(
        daily_now=rows["tickets"] * days[1],
        daily_base=rows["base"] * days[0],
        ends_rises=rows["rose"] & ~rows["rose"].shift(-1, fill_value=True),
    )
    uneven, base_head = days[0] != days[1], _AGAINST[kind]
    notes = ["区间计入计数误差和事项通常的波动，所列区间约95%包含真实值；未超出通常波动的事项不列"]
    if uneven:
        notes.append(f"两个月长短不同（{days[0]}天、{days[1]}天），是否显著和区间按日均件数计")
    if (rows["base"] == 0).any():
        notes.append(f"{base_head}没有的事项，增减%记为—")
    return Table(
        rows,
        [
            _ISSUE,
            _TYPE,
            column("tickets", head="本月"),
            column("base", head=base_head),
            column("difference"),
            column("yoy", head="增减", value=("tickets", "base"), significant=None),
            *([column("yoy", head="日均增减", value=("daily_now", "daily_base"), significant=None)] if uneven else []),
            column("low", head="日均95%区间" if uneven else "95%区间", kind="change_interval"),
        ],
        caption=f"与{label(figures.base(x.m, kind).month)}比",
        order=_order(rows["rose"], top),
        label=f"事项{'同比' if kind == 'yoy' else '环比'}升降" if whole else "",
        row_head="issue",
        rule_after=lambda row: row["ends_rises"],
        notes=notes,
    )


def _of_mover(x: Exhibit, column, row, kind: str):
    """This month's tickets, and the change against the base month."""
    base = {f"{kind}_base": row["base"]}
    attribute = {"tickets": "count", "difference": f"{kind}_difference", ("tickets", "base"): kind}.get(column.value)
    return attribute and source_of(x, attribute, where_of(x, row), tickets=row["tickets"], **base)


def _without_issue_table(x: Exhibit) -> Table:
    sums = x.frame[["tickets", "of"]].sum()
    return Table(
        x.frame,
        [_TYPE, column("of", head="全部"), column("tickets", head="未标注事项"), column("share", head="占该类")],
        label="未标注事项的工单",
        caption="各业务类型未标注的工单",
        row_head="business_type",
        total={"business_type": figures.TOTAL, "where": {}, **sums} if len(x.frame) else None,
    )


def _of_missing(x: Exhibit, column, row):
    """Tickets without an issue, of all of the type."""
    where = where_of(x, row)
    if column.value == "of":
        return source_of(x, "count", where, tickets=row["of"])
    attribute = "share" if column.value == ("tickets", "of") else "count"
    return source_of(x, attribute, {**where, "issue": None}, tickets=row["tickets"], of=row["of"], of_where=where)


def _movers(x: Exhibit, kind: str, changes: pd.DataFrame | None) -> dict[str, Any]:
    m = x.m
    context = {"base": label(figures.base(m, kind).month), "known": changes is not None}
    if changes is None:
        return context
    told, days = changes.loc[changes["significant"], "difference"], m.days(kind)
    rows = metrics.movers(changes, metrics.usual(m, kind, "business_type", "issue"), top=1)
    most = rows.assign(
        difference=list(map(difference_words, rows["tickets"], rows["base"])),
        change=[
            numbers.change(now, base) if base else "" for now, base in zip(rows["tickets"], rows["base"], strict=True)
        ],
        interval=[numbers.change_interval(*ends, "%") for ends in zip(rows["low"], rows["high"], strict=True)],
    ).to_dict("records")
    up, down = int((told > 0).sum()), int((told < 0).sum())
    return context | {"number": len(changes), "up": up, "down": down, "daily": days[0] != days[1], "most": most}


def _without_issue(x: Exhibit) -> dict[str, Any]:
    rows = x.frame
    lacking = figures.named(rows[rows["tickets"] > 0].sort_values("tickets", ascending=False), "business_type")
    return {"total": Figure("", rows["tickets"].sum(), rows["of"].sum()), "types": lacking}
