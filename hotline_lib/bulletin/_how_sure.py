"""What 05 says of how sure a sample is: bounds for all complaints, the reported value put to the test, the score by what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from hotline_lib import metrics, scoring
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says
from hotline_lib.bulletin._samples import found_words, sample
from hotline_lib.bulletin._scores import score_source
from hotline_lib.bulletin._wording import provisional
from hotline_lib.metrics._sampling import TOLERANCE
from hotline_lib.month import Month
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._cells import Column
from hotline_lib.present._sentences import Sentence
from hotline_lib.present._sources import Source
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import UNIT, column
from hotline_lib.scoring._sampled import SAMPLED


def how_sure(m: Month) -> Exhibit:
    """抽检结果的可信程度：各单位全部投诉中有问题的可能有多少，上报能否当真，总分按抽检所见会是多少。

    有 sentence、table；没有抽检的月份都没有。只用随机抽取的工单，线索不算。
    frame：metrics.sample_bounds 和 scoring.if_sampled，一行一个单位：problems、answered、complaints、fewest、most、at_most、if_reported、
    q、over_reports、pooled、pooled_low、pooled_high、score_low、score_high。来源：data/spot_checks/MONTH.csv、上报的投诉。
    """
    frame = sampled(m)
    parts = Parts(sentence=Says("how_sure", _overall), table=_table)
    return Exhibit(m, pd.DataFrame() if frame is None else frame, {"unit": "unit"}, {}, parts, _source)


@figures.once_a_month
def sampled(m: Month) -> pd.DataFrame | None:
    """What was found, what it says of all complaints submitted, and between which scores each unit would lie by it; None
    for a month in which nothing was drawn at random."""
    if (checks := figures.spot_checks(m)) is None:
        return None
    rows = metrics.sample_bounds(checks, metrics.closed_complaints(figures.indicators(m)), _reported(m))
    return rows.merge(
        scoring.if_sampled(figures.indicators(m), rows, m.params.scheme), "left", "unit", validate="one_to_one"
    )


def _reported(m: Month) -> dict[str, dict[str, float]]:
    """By question and unit, the share of its complaints that the unit reports as good: all that are drawn as closed; as satisfied
    that share of those that it rang back."""
    rates = figures.indicators(m)[lambda rows: rows["denominator"] > 0].set_index(["indicator", "unit"])
    of = lambda key: rates.loc[key] if key in rates.index else rates.iloc[:0]
    share = {name: (of(key)["numerator"] / of(key)["denominator"]).to_dict() for key, name in SAMPLED.items()}
    rung = share["called_back"]
    share["satisfied"] = {unit: good * rung.get(unit, 1) for unit, good in share["satisfied"].items()}
    return {**share, "closed": dict.fromkeys(m.units["unit"], 1.0)}


def _overall(x: Exhibit) -> dict[str, object]:
    """Who over-reports, and the share in all complaints, as drawn and weighted."""
    if x.frame.empty:
        return {"answered": 0}
    known = x.frame[x.frame["answered"] > 0]
    shares = metrics.overall_shares(known).set_index("basis")
    words = lambda row: (
        {name: numbers.decimal(100 * row[name], 1) for name in ("share", "low", "high")}
        | {"whole": row["low"] == row["high"]}
    )
    told = known[known["over_reports"]].sort_values("if_reported", kind="stable")
    return {
        "answered": int(known["answered"].sum()), "problems": int(known["problems"].sum()), "asked": len(known),
        "held": bool(known["if_reported"].notna().any()), "beyond": known.loc[known["beyond"], "long_name"].tolist(),
        "tolerance": numbers.points(round(100 * TOLERANCE)), "told": told["long_name"].tolist(),
        "q": probability(told["q"].max()).replace("0.", "=0.", 1).replace("<=", "<") if len(told) else "",
        "drawn": words(shares.loc["drawn"]) if len(shares) else None,
        "weighted": words(shares.loc["complaints"]) if "complaints" in shares.index else None,
    }  # fmt: skip


def _table(x: Exhibit) -> Table | Sentence:
    if x.frame.empty:
        return Sentence("")
    frame = x.frame[x.frame["sampled"] > 0].copy()
    asked = frame["answered"] > 0
    frame["found"] = list(map(found_words, frame["problems"], frame["answered"], frame["sampled"]))
    frame["bounds"] = [
        _bounds(row) if told else None for row, told in zip(frame.to_dict("records"), asked, strict=True)
    ]
    frame["estimate"] = [
        numbers.decimal(100 * share, 1) if told else None for share, told in zip(frame["pooled"], asked, strict=True)
    ]
    frame["chance"] = [None if pd.isna(each) else probability(each) for each in frame["if_reported"]]
    frame["by_sample"] = [
        _scores(row) if told else None for row, told in zip(frame.to_dict("records"), asked, strict=True)
    ]
    frame["pooled_low"] = frame["pooled_low"].where(asked)
    over = lambda row: "strong" if row["over_reports"] else "soft" if not row["problems"] else ""
    clean = lambda row: "" if row["problems"] else "soft"
    rows = frame.sort_values(["rank", "complaints"], ascending=False, kind="stable", na_position="last")
    return Table(
        rows.reset_index(drop=True),
        [
            UNIT,
            Column("有问题", "found", "words", unit="件/抽检件", emphasis=clean),
            column("complaints", head="办结投诉"),
            Column("其中有问题的", "bounds", "words", unit="件，95%区间", emphasis=clean),
            Column("合并估计", "estimate", "words", unit="%", emphasis=clean),
            Column("95%区间", ("pooled_low", "pooled_high"), "interval", unit="%", emphasis=clean),
            Column("若上报属实，\n抽到这些\n的概率", "chance", "words", emphasis=over),
            column("score", unit="", head="总分"),
            Column("以抽检代替\n上报的总分", "by_sample", "words", emphasis=clean),
        ],
        label="抽检结果的可信程度",
        order="问题占比从高到低",
        notes=[
            "其中有问题的：由抽到的推全部办结的投诉（超几何，精确）；未发现问题的是单侧上界",
            "合并估计：结合各单位的抽检，抽得少的向全体靠拢（贝塔–二项，最大似然），未发现问题不等于零；区间连各单位相差多少也当作不确定"
            "（数值积分，同一单位两件的相关取均匀先验），各单位可能都一样时不窄于合在一起的精确区间",
            f"若上报属实，抽到这些的概率：回访、办结、满意各与该单位自己上报的比，另容许{round(100 * TOLERANCE)}%有问题，抽到这么多或更多有问题的"
            "概率，取最小的一项乘以项数（至多为1；GB/T 2828.4的问法）；不是上报属实的概率；加重的为多报：整张表一起校正后"
            "（Benjamini–Hochberg）不超过5%",
            "以抽检代替上报的总分：回访率、满意率用抽检所见，各项办结率乘以抽检属实的办结率，按各自95%区间的两端算总分",
            *provisional(x.m),
        ],
    )  # fmt: skip


def _bounds(row: Mapping) -> str | None:
    """2–145, 至多39; 1 where all were looked at; None where nobody knows of how many."""
    if pd.isna(row["complaints"]):
        return None
    if row["fewest"] == row["most"]:
        return numbers.count(row["most"])
    if not row["problems"]:
        return f"至多{numbers.count(row['at_most'])}"
    return f"{numbers.count(row['fewest'])}–{numbers.count(row['most'])}"


def _scores(row: Mapping) -> str:
    low, high = map(numbers.decimal, (row["score_low"], row["score_high"]))
    return low if low == high else f"{low}–{high}"


def probability(p: float) -> str:
    """0.19, 0.0005, <0.0001"""
    return "<0.0001" if p < 1e-4 else numbers.decimal(p, 2 if p >= 0.01 else 4)


def _source(x: Exhibit, column: Column, row: Mapping) -> Source | None:
    of = sample(x.m, row).source
    if column.value == "found":
        return of
    if column.value == "bounds":
        return of and replace(
            of, formula=f"{row['problems']}/{row['answered']}，抽自{row['complaints']}件 → {row['bounds']}件（超几何）"
        )
    return score_source(x, column, row) if column.value == "score" else None
