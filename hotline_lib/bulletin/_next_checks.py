"""Where to look next (05, 06): leads among the month's complaints, and how many of whom to check next month."""

from __future__ import annotations

from functools import partial

import pandas as pd

from hotline_lib import metrics, sampling
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin import _small as small
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says
from hotline_lib.bulletin._samples import found_words
from hotline_lib.month import Month
from hotline_lib.present._cells import Column
from hotline_lib.present._sentences import Sentence
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import UNIT, column

_FIRST = 3  # units named


def leads(m: Month) -> Exhibit:
    """线索：已办结的投诉中哪些值得下次抽检，按不合常情的程度排；不是结论，也不计入抽检率。

    有 sentence、table（一行一种线索和一个单位）。frame：m.leads()，一行一件工单：ticket_id、unit、lead、rank、why。来源：本月受理的投诉。
    """
    return Exhibit(
        m, m.leads(), _parts=Parts(sentence=Says("leads", _told), table=_table), _find=lambda x, column, row: None
    )


def next_checks(m: Month, unit: str = "") -> Exhibit:
    """下月抽检建议：同样多的件数怎样分到各单位，各单位至少抽几件才看得到问题。

    unit：只说这个单位，不写就是全部。有 sentence、table（只在不分单位时）。
    frame：sampling.plan，一行一个单位：complaints、need_25、need_10、need_5、last_answered、last_problems、leads、calls、why。
    来源：本月上报的投诉、本月的抽检、线索。
    """
    frame, name = _planned(m), m.params.unit(unit).name if unit else ""
    frame = frame[frame["unit"] == name].reset_index(drop=True) if unit else frame
    parts = Parts(sentence=Says("next_checks", partial(_advised, unit=name)), table=None if unit else _plan_table)
    return Exhibit(m, frame, _parts=parts, _find=lambda x, column, row: None, edition=bool(unit))


def _told(x: Exhibit) -> dict[str, object]:
    rows = x.frame
    most = rows.drop_duplicates("ticket_id")["unit"].value_counts(sort=False)
    return {
        "closed": sum(metrics.closed_complaints(figures.indicators(x.m)).values()),
        "number": int(rows["ticket_id"].nunique()), "kinds": rows["lead"].unique().tolist(),
        "units": list(most.sort_values(ascending=False, kind="stable").index),
    }  # fmt: skip


def _table(x: Exhibit) -> Table | Sentence:
    if x.frame.empty:
        return Sentence("")
    by = x.frame.groupby(["lead", "unit"], sort=False)
    rows = by.agg(tickets=("ticket_id", "size"), why=("why", "first"), ticket_id=("ticket_id", "first")).reset_index()
    return Table(
        rows,
        [column("lead"), UNIT, column("tickets"), column("ticket_id", head="最前的一件"), column("why")],
        label="线索",
        row_head="lead",
        order="线索按类，类内按偏离偶然的程度排",
        notes=[
            "线索只说明这些工单不像偶然，不是结论：只列出偶然不会有这么多的单位（每种线索一百个月里误报不到一次），每个单位每种至多列20件",
            "按线索抽的另记，不计入抽检率",
        ],
    )


@figures.once_a_month
def _planned(m: Month) -> pd.DataFrame:
    checks = figures.spot_checks(m)
    calls = sampling.CALLS if checks is None else int(checks["sampled"].sum())
    least = sampling.FLOOR * len(m.units)
    return sampling.plan_of_month(
        m, pd.Series(metrics.closed_complaints(figures.indicators(m)), dtype="int64"), checks, calls=max(calls, least)
    )


def _advised(x: Exhibit, unit: str) -> dict[str, object]:
    rows, m = x.frame, x.m
    own = rows.iloc[0].to_dict() if unit else {}
    drawn = rows[rows["calls"] > 0]
    more = drawn[drawn["calls"] > drawn["calls"].min()]
    first = more[
        more["calls"].rank(method="max", ascending=False) <= _FIRST
    ]  # a tie at the last place names none of it
    return {
        "unit": m.params.unit(unit).long_name if unit else "", "own": own, "hidden": "；".join(small.note(m)) if unit else "", "calls": int(rows["calls"].sum()),
        "complaints": int(rows["complaints"].sum()), "drawn": drawn.to_dict("records"),
        "least": drawn["calls"].min(), "peak": drawn["calls"].max(), "few": int((drawn["calls"] < drawn["need_25"]).sum()),
        "most": first.sort_values("calls", ascending=False, kind="stable").to_dict("records"),
    }  # fmt: skip


def _plan_table(x: Exhibit) -> Table:
    checks = figures.spot_checks(x.m)
    found = (
        {}
        if checks is None
        else {row.unit: found_words(row.problems, row.answered, row.sampled) for row in checks.itertuples()}
    )
    rows = x.frame.assign(found=[found.get(unit) for unit in x.frame["unit"]])
    needs = (column(f"need_{share}", group="看到问题须抽", head=f"占{share}%") for share in (25, 10, 5))
    strong = lambda row: "bold"
    return Table(
        rows,
        [
            UNIT, column("calls", emphasis=strong), Column("本月抽检", "found", "words", unit="件/抽检件"),
            column("leads", emphasis=lambda row: "" if row["leads"] else "soft"), column("complaints"), *needs, column("why"),
        ],
        label="下月抽检建议",
        order="按区划代码排",
        total={"unit": "合计", **rows[["complaints", "leads", "calls"]].sum()},
        notes=[
            "看到问题须抽：有问题的占25%、10%、5%及以上时，至少抽这么多件才有95%的机会抽到一件（超几何）",
        ],
    )  # fmt: skip
