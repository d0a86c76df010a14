"""Where each unit's points went (04), and one unit's own (06): tickets behind them, what one ticket changes, the next step."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin import _small as small
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says
from hotline_lib.bulletin._scores import missing, rounded, score_source
from hotline_lib.bulletin._unit import details_told
from hotline_lib.bulletin._wording import provisional
from hotline_lib.exact import is_missing
from hotline_lib.indicators import BY_KEY
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._cells import Column
from hotline_lib.present._sentences import Sentence
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import UNIT, column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotline_lib.month import Month
    from hotline_lib.present._sources import Source

_SUM = "合计"


def points_explained(m: Month) -> Exhibit:
    """失分逐项说明：每个单位每项失了几分，几件未达标，一件之差变几分，不失这项排第几，离下一档多远。

    有 sentence、table；没有失分时没有表。frame：scoring.explained 中有失分的各行，按名次，每个单位之后有合计。
    来源：rates、月份参数、params/scoring.yaml；未达标的工单编号用 m.behind(单位, 指标)。
    """
    rows = _rows(m, m.params.unit_names)
    order = {unit: place for place, unit in enumerate(figures.scores(m)["unit"])}
    rows = rows[(rows["points"] > 0) | (rows["indicator"] == _SUM)]
    rows = rows.loc[rows["unit"].map(order).sort_values(kind="stable").index].reset_index(drop=True)
    parts = Parts(sentence=Says("points_explained", _near), table=partial(_table, units=True))
    return Exhibit(m, rows, {}, {}, parts, _source)


def unit_points(m: Month, unit: str) -> Exhibit:
    """一个单位的失分逐项说明：失分的各项，和再有一件未达标就会失分的各项。

    unit：params/units.yaml 中的名称、全称或别名。有 sentence、table；两样都没有时没有表。
    frame：scoring.explained 中本单位的这些行，失分多的在前，最后为合计。来源：rates、月份参数、params/scoring.yaml。
    """
    name = m.params.unit(unit).name
    rows = _rows(m, [name])
    near = rows["one_more"].map(lambda points: not is_missing(points) and points > 0)
    rows = rows[(rows["points"] > 0) | near | (rows["indicator"] == _SUM)].reset_index(drop=True)
    rows = rows if len(rows) > 1 and details_told(m, name) else rows.iloc[:0]
    parts = Parts(sentence=Says("unit_points", _near), table=partial(_table, units=False, unit=name))
    return Exhibit(m, rows, {}, {}, parts, _source, edition=True)


def _rows(m: Month, units: list[str]) -> pd.DataFrame:
    """``explained``, the dearest first in each unit, with what is printed, and the unit's sum after several losses."""
    explained, lost = figures.explained(m), figures.scores(m).set_index("unit")["lost"]
    names, found = m.units.set_index("unit")["long_name"], []
    for unit in units:
        own = explained[explained["unit"] == unit]
        own = own.loc[own["points"].map(float).sort_values(ascending=False, kind="stable").index]
        rows = [{**row, **_printed(row)} for row in own.to_dict("records")]
        if len([row for row in rows if row["points"] > 0]) > 1:
            rows.append({"unit": unit, "indicator": _SUM, "name": _SUM, "points": lost[unit], "shown": "", "next": ""})
        found += [{"long_name": names[unit], **row} for row in rows]
    columns = ["unit", "long_name", *explained.columns[1:], "name", "shown", "next"]
    return pd.DataFrame(found, columns=columns, dtype=object).astype({"missed": "Int64"})


def _printed(row: Mapping) -> dict[str, str | None]:
    of = BY_KEY[row["indicator"]]
    kind = "rate" if of.kind == "per_10k" else of.kind
    cell = Column("", "value", kind, words=("已开展", "未开展"), missing=missing(of.key))
    return {"name": of.short, "shown": cell.printed(row) + (of.unit if of.kind != "flag" else ""), "next": _next(row)}


def _next(row: Mapping) -> str | None:
    """低于240分钟，差13.85分钟，多得1分; nothing for the volume of calls, which no ticket mends."""
    of = BY_KEY[row["indicator"]]
    if is_missing(row["next_limit"]) or of.kind in ("per_10k", "flag"):
        return None
    limit, value = Decimal(row["next_limit"]), Decimal(row["value"])
    side = "达到" if limit > value else "低于" if of.kind == "minutes" else "降到"
    short = f"差{numbers.decimal(row['short'])}{'个百分点' if of.unit == '%' else of.unit}"
    return f"{side}{numbers.points(limit)}{of.unit}，{short}，多得{numbers.points(row['next_gain'])}分"


def _source(x: Exhibit, column: Column, row: Mapping) -> Source | None:
    if column.value != "shown" or row["indicator"] not in BY_KEY:
        return None
    key = row["indicator"]
    return score_source(x, Column("", key, "text"), {"unit": row["unit"], key: row["shown"]})


def _table(x: Exhibit, *, units: bool, unit: str = "") -> Table | Sentence:
    if x.frame.empty:
        withheld = not units and not details_told(x.m, unit)
        return Sentence(f"失分各项的件数不列出（{'；'.join(small.note(x.m))}）。" if withheld else "")
    more = ("indicator", "value", "next_limit", "short", "next_gain")
    sums = x.frame["indicator"] == _SUM  # of a unit; those of all stand in the matrix of points lost
    total = None if units or not sums.any() else {"name": _SUM, "points": x.frame.loc[sums, "points"].iloc[0]}
    return Table(
        x.frame[~sums],
        [
            *([UNIT] if units else []),
            Column("指标", "name", "text"),
            Column("指标值", "shown", "words"),
            column("points", key="points"),
            column("missed", head="未达标", key="missed"),
            column("one_less", head="少1件\n多得", key="one_less"),
            column("one_more", head="多1件\n再失", key="one_more"),
            column("rank_without", head="不失时\n名次", key="rank_without"),
            Column("下一档", "next", "text"),
            *(Column(name, name, "plain", name, in_page=False) for name in more),
        ],
        label="失分逐项说明" if units else "本单位的失分和余地",
        order="按名次排，失分多的在前" if units else "失分多的在前，其后为再有1件未达标就会失分的",
        row_head="unit" if units else "name",
        total=total,
        total_in_csv=True,
        notes=[
            "“—”：不由单件工单决定，或没有办好工单就能到的下一档；·为0分",
            "不失时名次：这一项若不失分，其他不变，在全部单位中的名次",
            *([] if units else rounded(x.m, x.frame["unit"].iloc[0])),
            *x.m.incomplete,
            *provisional(x.m),
        ],
    )  # fmt: skip


def _near(x: Exhibit) -> dict[str, Any]:
    """What hangs on one ticket: won by one less that missed, lost by one more."""
    rows = [row for row in x.frame.to_dict("records") if row["indicator"] in BY_KEY]
    lost = [row for row in rows if row["points"] > 0]
    told = lambda row, name: not is_missing(row[name]) and row[name] > 0
    won = sorted((row for row in lost if told(row, "one_less")), key=lambda row: -row["one_less"])
    risk = sorted((row for row in rows if row not in lost and told(row, "one_more")), key=lambda row: -row["one_more"])
    scores = figures.scores(x.m).set_index("unit")
    total = sum((scores.loc[unit, "lost"] for unit in dict.fromkeys(row["unit"] for row in lost)), Decimal(0))
    return {"lost": lost, "total": total, "won": won, "risk": risk, "units": len({row["unit"] for row in lost})}
