"""Annex 2 and what 05 adds to it: what a sample found, how far so few tickets can be off, and the scores beside it.

A month in which nothing was drawn at random says so: its table is that sentence, its charts are nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import figures
from hotline_lib.bulletin.charts import drawn
from hotline_lib.bulletin.sentences import from_template
from hotline_lib.indicators import BY_KEY
from hotline_lib.metrics.intervals import binomial_interval
from hotline_lib.month import Month
from hotline_lib.present import numbers, sampled
from hotline_lib.present.charts import Chart
from hotline_lib.present.sentences import Sentence, shortened
from hotline_lib.present.tables import Column, Table

NOT_CHECKED = "本月没有抽检。"
_QUESTIONS = {"called_back": ("callback", "回访"), "closed": ("closure", "办结"), "satisfied": ("satisfaction", "满意")}
_REPORTED = {"transfer_callback_rate": "回访率", "complaint_satisfaction_rate": "满意率"}
_LEVEL = 0.05


def spot_checks(m: Month) -> Table | Sentence:
    """Annex 2: what re-checking closed tickets found, with what so few can say; two ids at most, then 等N个.

    A month without spot checks says so instead.
    """
    frame = figures.spot_checks(m)
    if frame is None:
        return Sentence(NOT_CHECKED)
    frame, shown = frame.copy(), []
    for question, (name, words) in _QUESTIONS.items():
        pairs = list(zip(frame[f"{question}_yes"], frame[f"{question}_of"], strict=True))
        rates = [numbers.short_percent(*pair) for pair in pairs]
        frame[f"{name}_rate"] = [None if rate == numbers.MISSING else rate for rate in rates]
        frame[f"{name}_of"] = [f"{yes}/{of}" if of else None for yes, of in pairs]
        shown.append(Column(words, f"{name}_of", "words", unit="件", group="抽检属实"))
    names = [name for name, _ in _QUESTIONS.values()]
    alike = all(frame["callback_of"].equals(frame[f"{name}_of"]) for name in names)
    reported = figures.indicators(m)
    reported = reported[reported["denominator"] > 0].pivot(index="unit", columns="indicator", values="value")
    reported = reported.reindex(columns=list(_REPORTED))
    rows = frame.join(reported, on="unit", validate="one_to_one").assign(
        ids=[";".join(ids[:2]) for ids in frame["problem_ids"]],
        listed=[_listed(*row) for row in zip(frame["problem_ids"], frame["sampled"], strict=True)],
        found=[_found(*row) for row in zip(frame["problems"], frame["sampled"], strict=True)],
        interval=[numbers.share_interval(row.low, row.high) if row.sampled else None for row in frame.itertuples()],
    )
    clean = lambda row: "" if row["problems"] else "soft"
    return Table(
        rows,
        [
            Column("名次", "rank", "rank", "rank"),
            Column("单位", "unit", "text", "unit"),
            Column("抽检数", "sampled", "count", "sampled", "件", in_page=False),
            *(Column("", f"{name}_rate", "text", f"{name}_rate", in_page=False) for name in names),
            Column("问题工单", "problems", "count", "problem_tickets", "件", in_page=False),
            Column("", "ids", "text", "problem_ticket_ids", in_page=False),
            Column("有问题", "found", "words", unit="件/抽检件", emphasis=clean),
            Column("95%区间", "interval", "words", unit="%", emphasis=clean),
            *([] if alike else shown),
            *(
                Column(
                    f"上报\n{head}", key, "rate", unit="%", title=f"{BY_KEY[key].label}（上报值）", emphasis=_full(key)
                )
                for key, head in _REPORTED.items()
            ),
            Column("考评\n名次", "score_rank", "rank"),
            Column("总分", "score", "score"),
            Column("问题工单编号", "listed", "text", emphasis=clean),
        ],
        order="按有问题的占比从低到高排",
        label="附件2 抽检情况",
        notes=[
            "有问题：回访、办结、满意中至少一项与上报不符；区间为真实问题率的精确区间（Clopper–Pearson）",
            *(["回访、办结、满意三项的抽检结果相同，合为一列"] if alike else []),
            "上报值取自附件1：回访率为转办工单的，满意率为投诉举报回访的；上报的工单均已办结",
        ],
    )


def _full(key: str) -> Callable[[dict], str]:
    return lambda row: "soft" if row[key] == 100 else ""


def _found(problems: int, sampled: int) -> str:
    """3/4; 未发现问题（0/4): four clean tickets are no 100 %."""
    if not sampled:
        return "未抽检"
    return f"{problems}/{sampled}" if problems else f"未发现问题（0/{sampled}）"


def _listed(ids: list[str], sampled: int) -> str:
    """无, or two ids at most and how many there are."""
    if not ids:
        return "无" if sampled else numbers.MISSING
    return "、".join(ids[:2]) + (f"等{len(ids)}个" if len(ids) > 2 else "")


def _found_in(m: Month) -> dict[str, object]:
    """What every sentence about the sample may name."""
    frame = figures.spot_checks(m)
    if frame is None:
        return {"sampled": 0}
    drawn_from = frame[frame["sampled"] > 0]
    order = {unit: at for at, unit in enumerate(m.units["unit"])}
    bad = drawn_from[drawn_from["problems"] > 0].sort_values("unit", key=lambda units: units.map(order))
    short = bad["unit"].tolist()
    clean = drawn_from[drawn_from["problems"] == 0]
    return {
        "sampled": int(drawn_from["sampled"].sum()),
        "problems": int(bad["problems"].sum()),
        "number": len(drawn_from),
        "least": int(drawn_from["sampled"].min()),
        "most": int(drawn_from["sampled"].max()),
        "bad": [*short[:-1], bad["long_name"].iloc[-1]] if short else [],
        "bad_cities": bool((bad["kind"] == "city").all()),
        "clean": len(clean),
        "untested": len(frame) - len(drawn_from),
        "questions": [
            f"{words}率" for key, (_, words) in _QUESTIONS.items() if (bad[f"{key}_yes"] < bad[f"{key}_of"]).any()
        ],
    }


def _note(m: Month) -> dict[str, object]:
    """How far the clean samples can be off, and whether scores and samples agree."""
    frame = figures.spot_checks(m)
    if frame is None:
        return {"sampled": 0}
    found = _found_in(m)
    whole = binomial_interval(found["problems"], found["sampled"])
    clean = frame.loc[(frame["sampled"] > 0) & (frame["problems"] == 0), "sampled"]
    related = metrics.agreement(frame)
    return found | {
        "share": numbers.share(found["problems"], found["sampled"]),
        "low": numbers.decimal(100 * whole[0], 1),
        "high": numbers.decimal(100 * whole[1], 1),
        "clean_sample": int(clean.min()) if len(clean) else 0,
        "clean_most": numbers.decimal(100 * binomial_interval(0, int(clean.min()))[1], 1) if len(clean) else "",
        "related": None if related is None else _related(*related),
    }


def _related(rho: float, p_value: float) -> dict[str, object]:
    return {
        "rho": numbers.decimal(rho),
        "p": f"p={numbers.decimal(p_value)}" if p_value >= 0.01 else "p<0.01",
        "told": p_value < _LEVEL,
        "better": rho < 0,
    }


def intervals(m: Month) -> Chart | Sentence:
    """Each unit's drawn tickets one by one, with the exact interval."""
    frame = figures.spot_checks(m)
    if frame is None:
        return Sentence("")
    most = frame.sort_values("rank", ascending=False, kind="stable").iloc[0]
    return drawn(m, "spot_checks", sampled.intervals(frame), None, **_note(m), most_found=_named(most))


def ranks(m: Month) -> Chart | Sentence:
    """Score rank against spot-check rank."""
    frame = figures.spot_checks(m)
    if frame is None:
        return Sentence("")
    apart = frame[frame["contrary"]].sort_values("score_place")
    down = apart["place"] > apart["score_place"]
    parts = {"falls": apart[down], "rises": apart[~down]}
    named = {key: [_named(row) for _, row in rows.iterrows()] for key, rows in parts.items()}
    return drawn(m, "ranks", sampled.ranks(frame), None, **_found_in(m), **named)


def _named(row: pd.Series) -> dict[str, object]:
    found = _found(row["problems"], row["sampled"])
    return {"name": row["unit"], "score": numbers.decimal(row["score"]), "found": found}


def _lead(m: Month) -> Sentence:
    return Sentence(shortened(str(from_template("spot_checks_lead", _found_in)(m))), "lead")


SENTENCES: dict[str, Callable[..., Sentence]] = {
    "spot_checks_lead": _lead,
    "spot_checks": from_template("spot_checks", _found_in),
    "spot_checks_note": from_template("spot_checks_note", _note, "table-note"),
}
CHARTS: dict[str, Callable[[Month], Chart | Sentence]] = {"spot_checks": intervals, "spot_check_ranks": ranks}
