"""Section 三, Annex 2 and what 05 adds: what a sample found, how far so few tickets can be off, the scores beside it.

A month in which nothing was drawn at random says so: its table is that sentence, its charts are nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says, with_more
from hotline_lib.bulletin._scores import score_source
from hotline_lib.bulletin._wording import drawn, provisional, remarks
from hotline_lib.indicators import BY_KEY
from hotline_lib.metrics._intervals import binomial_interval
from hotline_lib.metrics._usual import SIGNIFICANCE_LEVEL
from hotline_lib.month import Month
from hotline_lib.present import _numbers as numbers
from hotline_lib.present import _sampled as sampled
from hotline_lib.present._cells import Column
from hotline_lib.present._chart import Chart
from hotline_lib.present._sentences import Cited, Sentence
from hotline_lib.present._sources import Source
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import RANK, SCORE, UNIT, column

_QUESTIONS = {"called_back": ("callback", "回访"), "closed": ("closure", "办结"), "satisfied": ("satisfaction", "满意")}
_REPORTED = {"transfer_callback_rate": "回访率", "complaint_satisfaction_rate": "满意率"}


def spot_checks(m: Month) -> Exhibit:
    """抽检情况（附件2）：重查随机抽取的工单，发现了什么，抽这么少能有多大把握。

    有 sentence、lead（抽检页导语）、note、table（附件2）、chart（每件一格，附95%区间）；没有抽检的月份只说没有。
    frame：metrics.beside_scores，一行一个单位：rank、unit、sampled、problems、problem_ids、KEY_yes、KEY_of、score、
    score_rank、low、high、contrary。来源：data/spot_checks/MONTH.csv。
    """
    parts = Parts(
        lead=Says("spot_checks_lead", _sample_of, "lead"),
        sentence=Says("spot_checks", _sample_of),
        note=Says("spot_checks_note", _sample_of, "table-note"),
        table=_spot_checks_table,
        chart=_intervals_chart,
    )
    return with_more(Exhibit(m, _frame(m), {"unit": "unit"}, {}, parts, _source), "spot_checks")


def score_ranks(m: Month) -> Exhibit:
    """考评名次和抽检名次并排：哪些单位总分好、抽检差，哪些相反。

    有 chart。frame：metrics.beside_scores，见 spot_checks。来源：data/spot_checks/MONTH.csv、考评。
    """
    return Exhibit(m, _frame(m), {"unit": "unit"}, {}, Parts(chart=_ranks_chart), _source)


def checked_leads(m: Month) -> Exhibit:
    """按线索查的工单查到了什么：不是随机抽取，不计入抽检率，单列。

    有 sentence；没有按线索查的，什么也不说；复查上月工单的不在内，见 follow_up。frame：metrics.spot_check_results，一行一个查过的单位。来源：data/spot_checks/MONTH.csv。
    """
    drawn_ones = m.spot_checks if m.spot_checks is not None else pd.DataFrame(columns=["ticket_id", "unit", "drawn"])
    if (before := m.checks_before) is not None:  # those checked again stand in follow_up
        bad = before.loc[(before[list(_QUESTIONS)] == "no").any(axis=1), "ticket_id"]
        drawn_ones = drawn_ones[~drawn_ones["ticket_id"].isin(bad)]
    if not (drawn_ones["drawn"] == "lead").any():
        return Exhibit(
            m, pd.DataFrame(columns=["unit", "sampled"]), _parts=Parts(sentence=Says("checked_leads", _by_lead))
        )
    rows = metrics.spot_check_results(drawn_ones, m.units, kind="lead").sort_values("code", kind="stable")
    rows = rows[rows["sampled"] > 0].drop(columns="rank").reset_index(drop=True)
    return Exhibit(m, rows, _parts=Parts(sentence=Says("checked_leads", _by_lead)))


def _by_lead(x: Exhibit) -> dict[str, Any]:
    if x.frame.empty:
        return {"number": 0}
    known = x.frame[x.frame["answered"] > 0]
    bad = known[known["problems"] > 0].to_dict("records")
    return {
        "number": int(x.frame["sampled"].sum()),
        "answered": int(known["answered"].sum()),
        "problems": int(known["problems"].sum()),
        "bad": bad,
    }


def checks_opening(m: Month) -> Exhibit:
    """对哪些单位进行了拨测抽查（第三部分首句）。有 sentence。frame：单位。来源：params/、data/spot_checks。"""
    return Exhibit(m, m.units, _parts=Parts(sentence=Says("checks_opening", _checked)))


def test_calls(m: Month) -> Exhibit:
    """拨测发现了什么（第三部分）。有 sentence。frame：单位。来源：params/months/MONTH.yaml 的 test_calls。"""
    return Exhibit(m, m.units, _parts=Parts(sentence=Says("test_calls", _test_calls)))


def quality(m: Month) -> Exhibit:
    """抽检所见的办理质量（第三部分末段）。有 sentence。frame：metrics.beside_scores。来源：抽检、月份参数的 remarks。"""
    return Exhibit(m, _frame(m), _parts=Parts(sentence=Says("quality", _quality)))


def _frame(m: Month) -> pd.DataFrame:
    found = figures.spot_checks(m)
    return pd.DataFrame() if found is None else found


def _spot_checks_table(x: Exhibit) -> Table | Sentence:
    """Annex 2, with what so few can say; two ids at most, then 等N个."""
    if x.frame.empty:
        return Sentence("没有随机抽检的记录，附件2从略。")
    frame, rates, answers = x.frame.copy(), [], []
    for question, (name, words) in _QUESTIONS.items():
        pairs = list(zip(frame[f"{question}_yes"], frame[f"{question}_of"], strict=True))
        frame[f"{name}_of"] = [f"{yes}/{of}" if of else None for yes, of in pairs]
        rates.append(Column("", (f"{question}_yes", f"{question}_of"), "percent", f"{name}_rate", in_page=False))
        answers.append(Column(words, f"{name}_of", "words", unit="件", group="抽检属实"))
    alike = all(frame[answers[0].value].equals(frame[column.value]) for column in answers)
    known = figures.indicators(x.m).query("denominator > 0").pivot(index="unit", columns="indicator", values="value")
    rows = frame.join(known.reindex(columns=list(_REPORTED)), on="unit", validate="one_to_one").assign(
        low=frame["low"].where(frame["answered"] > 0),
        ids=[";".join(ids[:2]) for ids in frame["problem_ids"]],
        listed=list(map(_listed, frame["problem_ids"], frame["answered"])),
        found=list(map(found_words, frame["problems"], frame["answered"], frame["sampled"])),
    )
    clean = lambda row: "" if row["problems"] else "soft"
    return Table(
        rows,
        [
            RANK,
            UNIT,
            column("sampled", head="抽检数", key="sampled", in_page=False),
            *rates,
            column("problems", head="问题工单", key="problem_tickets", in_page=False),
            Column("", "ids", "text", "problem_ticket_ids", in_page=False),
            Column("有问题", "found", "words", unit="件/抽检件", emphasis=clean),
            column("low", emphasis=clean),
            *([] if alike else answers),
            *(_reported(key, head) for key, head in _REPORTED.items()),
            column("score_rank", head="考评\n名次"),
            SCORE,
            Column("问题工单编号", "listed", "text", emphasis=clean),
        ],
        order="按有问题的占比从低到高排",
        label="附件2 抽检情况",
        notes=[
            "有问题：回访、办结、满意中至少一项与上报不符；区间为真实问题率的精确区间（Clopper–Pearson），不含按办结件数已不可能的值",
            *(["回访、办结、满意三项的抽检结果相同，合为一列"] if alike else []),
            f"上报值取自附件1：回访率为转办工单的，满意率为{x.m.params.catalogue.name_of('complaint')}回访的；上报的工单均已办结",
            *provisional(x.m),
        ],
    )


def _source(x: Exhibit, column: Column, row: Mapping) -> Source | None:
    """Where a figure of Annex 2 comes from: the list of drawn tickets, else what Annex 1 has."""
    if column.value == ("low", "high"):
        words = f"{row['problems']}/{row['answered']} 的95%精确区间 {column.printed(row)}%（Clopper–Pearson）"
        return (of := sample(x.m, row).source) and replace(of, formula=words)
    if column.value in ("found", *(f"{name}_of" for name, _ in _QUESTIONS.values())):
        return sample(x.m, row).source
    return score_source(x, column, row)


def sample(m: Month, row: Mapping) -> Cited:
    """4件中3件, and from which list. row: ``unit``, ``answered``, ``problems``."""
    words, file = f"{row['answered']}件中{row['problems']}件", m.paths.short(m.paths.spot_checks(m.month))
    title, tickets, counts = f"{row['unit']} · 抽检", f"{file} 中随机抽取的工单", (row["answered"], row["problems"])
    source = Source(title, tickets, f"抽检{words}有问题", counts=counts)
    return Cited(words, source, whole=True)


def _reported(key: str, head: str) -> Column:
    full = lambda row: "soft" if row[key] == 100 else ""
    return Column(f"上报\n{head}", key, "rate", unit="%", title=f"{BY_KEY[key].label}（上报值）", emphasis=full)


def found_words(problems: int, answered: int, sampled: int) -> str:
    """3/4; 未发现问题（0/4）: four clean tickets are no 100 %; 未核实 where nobody could be asked."""
    if not answered:
        return "未核实（0件有答复）" if sampled else "未抽检"
    return f"{problems}/{answered}" if problems else f"未发现问题（0/{answered}）"


def _listed(ids: list[str], answered: int) -> str:
    """无, or two ids at most and how many there are."""
    if not ids:
        return "无" if answered else numbers.MISSING
    return "、".join(ids[:2]) + (f"等{len(ids)}个" if len(ids) > 2 else "")


def _sample_of(x: Exhibit) -> dict[str, Any]:
    """What words about the sample may name: what was found, how far it can be off, and the scores beside it."""
    m, frame = x.m, figures.spot_checks(x.m)
    if frame is None:
        return {"sampled": 0, "answered": 0, "leads": m.spot_checks is not None and len(m.spot_checks) > 0}
    drawn_from = m.units[["unit"]].merge(frame[frame["sampled"] > 0], on="unit", validate="one_to_one")
    known = drawn_from[drawn_from["answered"] > 0]
    bad, clean = (known[(known["problems"] > 0) == found] for found in (True, False))
    sizes, answered = drawn_from["sampled"], int(known["answered"].sum())
    problems = int(bad["problems"].sum())
    least_clean = min(clean.loc[clean["high"] > 0, "answered"], default=0)  # a census leaves no doubt
    low, high = (numbers.decimal(100 * end, 1) for end in binomial_interval(problems, answered))
    related = metrics.agreement(frame)
    return {
        "sampled": int(sizes.sum()),
        "problems": problems,
        "answered": answered,
        "asked": len(known),
        "share": numbers.share(problems, answered) if answered else "",
        "low": low,
        "high": high,
        "number": len(drawn_from),
        "untested": len(frame) - len(drawn_from),
        "least": int(sizes.min()),
        "most": int(sizes.max()),
        "bad": [*bad["unit"][:-1], *bad["long_name"][-1:]],
        "bad_cities": bool((bad["kind"] == "city").all()),
        "questions": [
            f"{words}率" for key, (_, words) in _QUESTIONS.items() if (bad[f"{key}_yes"] < bad[f"{key}_of"]).any()
        ],
        "clean": len(clean),
        "wide": bool((known["high"] > known["low"]).any()),
        "clean_sample": int(least_clean),
        "clean_most": least_clean and numbers.decimal(100 * binomial_interval(0, int(least_clean))[1], 1),
        "related": related and {"tau": related[0], "p": related[1], "told": related[1] < SIGNIFICANCE_LEVEL},
    }


def _quality(x: Exhibit) -> dict[str, Any]:
    return {**_sample_of(x), "remarks": remarks(x.m)}


def _checked(x: Exhibit) -> dict[str, Any]:
    """Who was rung and looked at: everybody was rung, or else those of whom tickets were drawn were looked at."""
    m, checks, calls = x.m, figures.spot_checks(x.m), x.m.params.month.test_calls
    rung = calls is not None and calls.done and not calls.open
    units = m.units
    if not rung and checks is not None:
        units = units[units["unit"].isin(checks.loc[checks["sampled"] > 0, "unit"])]
    groups = units.loc[units["kind"] == "group", "long_name"].tolist()
    about = {"cities": int((units["kind"] == "city").sum()), "groups": groups, "number": len(units)}
    open_ = calls is None or bool(calls.open)
    return {"rung": rung, "calls_open": open_, "drawn": checks is not None, **about}


def _test_calls(x: Exhibit) -> dict[str, Any]:
    """What ringing the units showed: typed into the month's parameters, or recorded. Of those who are not named all is well."""
    m, calls = x.m, x.m.params.month.test_calls
    long_name = m.units.set_index("unit")["long_name"]
    named = lambda units: list(dict.fromkeys(long_name[m.params.unit(unit).name] for unit in units))
    found = {
        key: named(said) if (said := getattr(calls, key, None)) is not None else None
        for key in ("not_answered", "slow")
    }
    unseen = [unit for unit in named(calls.unseen if calls else ()) if unit not in (found["slow"] or ())]
    return {
        "done": calls is None or calls.done, **found, "unseen": unseen, "all": _together(m.units, []),
        "others": {"not_answered": _together(m.units, found["not_answered"] or []),
                   "slow": _together(m.units, [*(found["slow"] or []), *unseen])},
    }  # fmt: skip


def _together(units: pd.DataFrame, named: list[str]) -> str:
    """Those who are not named, together and as the subject of 能 or 未能: 其他地市、省交投均; of a single one its name; "" if
    nobody is left."""
    left = units[~units["long_name"].isin(named)]
    cities, groups = (left[left["kind"] == kind] for kind in ("city", "group"))
    every = "各地市" if len(cities) == (units["kind"] == "city").sum() else "其他地市"
    who = [*(cities["long_name"] if len(cities) == 1 else [every] * bool(len(cities))), *groups["unit"]]
    return "、".join(who) + "均" * (len(left) > 1)


def _intervals_chart(x: Exhibit) -> Chart | Sentence:
    """Each unit's drawn tickets one by one, with the exact interval."""
    if x.frame.empty:
        return Sentence("")
    (most,) = _named(x.frame.sort_values("rank", ascending=False, kind="stable").head(1))
    return drawn(x.m, "spot_checks", lambda: sampled.intervals(x.frame), **_sample_of(x), most_found=most)


def _ranks_chart(x: Exhibit) -> Chart | Sentence:
    """Score rank against spot-check rank."""
    if x.frame.empty:
        return Sentence("")
    apart = x.frame[x.frame["contrary"]].sort_values("score_place")
    low = apart["place"] > apart["score_place"]
    named = {"falls": _named(apart[low]), "rises": _named(apart[~low])}
    left = [unit for unit in figures.left_much(x.m) if unit in set(x.frame["unit"])]
    return drawn(x.m, "ranks", lambda: sampled.ranks(x.frame), **_sample_of(x), **named, left=left)


def _named(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return rows.assign(found=list(map(found_words, rows["problems"], rows["answered"], rows["sampled"]))).to_dict(
        "records"
    )
