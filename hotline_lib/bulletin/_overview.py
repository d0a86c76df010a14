"""All units on one table with signals: rank, volume, the indicators that cost most, what spot checks found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._exhibit import Exhibit, Parts, volume_source
from hotline_lib.bulletin._scores import missing, score_source
from hotline_lib.bulletin._standing import moved, moved_columns, notes
from hotline_lib.bulletin._wording import noted, provisional
from hotline_lib.exact import is_missing
from hotline_lib.indicators import BY_KEY, INDICATORS, Indicator
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._cells import Column
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import RANK, SCORE, UNIT, column

if TYPE_CHECKING:
    from hotline_lib.month import Month

_SHOWN_INDICATORS = 4  # those that cost all units together most; one less where movements take the room


def overview(m: Month) -> Exhibit:
    """各单位一览（首页）：名次、总分、业务量、失分最多的几项指标、抽检发现，● 关注、○ 留意。

    有 title、table。frame：一行一个单位，metrics.scores 与 unit_volumes 的列，加各项指标、signals。
    来源：counts、rates、抽检；信号的界限在 params/scoring.yaml。
    """
    find = lambda x, column, row: volume_source(x, column, row) or score_source(x, column, row)
    return Exhibit(m, _rows(m), {"unit": "unit"}, {}, Parts(heading=f"{len(m.units)}个单位一览", table=_table), find)


def on_a_sheet(m: Month) -> Table:
    """The table of ``overview`` without the month before, for which a sheet of Word has no room, and without what its notes
    say of that."""
    table = overview(m).table
    assert isinstance(table, Table)  # every month has its units
    columns, told = [each for each in table.columns if not each.group], notes(m)
    return replace(table, columns=columns, notes=[each for each in table.notes if each not in told])


def _table(x: Exhibit) -> Table:
    m, rows, lost = x.m, x.frame, figures.lost(x.m)
    signals, checked, total = m.params.scheme.signals, figures.spot_checks(m) is not None, figures.pooled(m)
    head = "未上报" if m.still_open is None else "未上报\n/未办结"
    left = Column(head, "left", "words", unit="件", signal=lambda row: "attention" if row["told"] else "")
    columns = [
        UNIT,
        Column("信号", "signals", "signals"),
        RANK,
        SCORE,
        *moved_columns(m),
        column("tickets", head="业务量", key="total"),
        column("yoy", key="yoy_pct"),
        column("complaint", head=m.params.catalogue.name_of("complaint"), key="complaint"),
        *([left] if rows["unsubmitted"].any() else []),
        *(_indicator(m, each) for each in INDICATORS if each.key in list(lost)[: _shown(m)]),
    ]
    if checked:
        bad = lambda row: signals.of(bad=row["problems"])
        clean = lambda row: "" if row["problems"] else "soft"
        columns.append(Column("抽检问题", "found", "words", unit="件/抽检件", signal=bad, emphasis=clean))
    rates = [
        each.value
        for each in columns
        if each.kind == "rate" and each.value in BY_KEY and BY_KEY[each.value].kind == "rate"
    ]
    told = {"checked": checked, "marked": rows["yoy_significant"].notna().any(), **dict(signals)}
    told |= {"full": (rows[rates] == 100).any(axis=None), "clean": checked and (rows["problems"] == 0).any()}
    (signs,), grey = (noted(m, "overview_key", grey=each, **told) for each in (False, True))
    made = Table(
        rows,
        columns,
        label="各单位一览",
        order=signs,
        total={
            **total, **figures.all_units_together(m)["value"], "lost": {}, "unit": m.params.organisation.region, "signals": None, "found": _pooled_found(rows) if checked else None,
            "left": _left(rows[["unsubmitted", "open"]].sum(skipna=False)),
        },
        rule_after=lambda row: row["kind"] == "group",
        notes=[*grey, *national(m), *_note(m), *notes(m), *m.incomplete, *provisional(m)],
    )  # fmt: skip
    return made.corrected(figures.errata(m, "units"))


def national(m: Month) -> list[str]:
    """The sentence on the province's own score and place among all, if the month's file has them."""
    of = m.params.month.national
    return noted(m, "national", score=of.score, rank=of.rank) if of else []


def _shown(m: Month) -> int:
    return _SHOWN_INDICATORS - bool(moved_columns(m))


def _indicator(m: Month, each: Indicator) -> Column:
    """An indicator's column, its signal from the points that it cost the unit."""
    is_rate, signals = each.kind == "rate", m.params.scheme.signals
    head = each.brief.replace("办结", "\n办结")
    level = lambda row: signals.of(points=row["lost"].get(each.key, 0))
    full = lambda row: "soft" if is_rate and row[each.key] == 100 else ""
    kind = "rate" if each.kind == "per_10k" else each.kind
    more: dict[str, Any]
    more = {"unit": each.unit, "title": each.label, "missing": missing(each.key), "words": ("已开展", "未开展")}
    return Column(head, each.key, kind, signal=level, emphasis=full, **more)


@figures.once_a_month
def _rows(m: Month) -> pd.DataFrame:
    """Units: groups first, then by rank, inside a rank by tickets."""
    lost, checks = figures.lost(m), figures.spot_checks(m)
    values = figures.indicators(m).pivot(index="unit", columns="indicator", values="value")
    volumes = figures.units(m).drop(columns=["rank", "long_name", "kind", "code", "population"])
    rows = figures.scores(m)[["rank", "unit", "kind", "score"]].merge(volumes, on="unit", validate="one_to_one")
    rows = rows.join(values, on="unit", validate="one_to_one")
    rows = rows.join(moved(m), on="unit", validate="one_to_one")
    left = figures.unsubmitted(m).set_index("unit")[["unsubmitted", "open"]]
    left = left.assign(told=figures.told_unsubmitted(m), left=[_left(row) for row in left.to_dict("records")])
    rows = rows.join(left, on="unit", validate="one_to_one")
    rows["lost"] = [lost.loc[unit].to_dict() if len(lost.columns) else {} for unit in rows["unit"]]
    if checks is not None:
        own = checks[["unit", "problems", "answered", "sampled"]]
        rows = rows.merge(own, on="unit", validate="one_to_one")
        rows["found"] = [_found(row.problems, row.answered, row.sampled) for row in rows.itertuples()]
    rows["signals"] = [_signals(m, row) for row in rows.to_dict("records")]
    rows = rows.sort_values(["rank", "tickets"], ascending=[True, False], kind="stable")
    return rows.sort_values("kind", key=lambda kinds: kinds != "group", kind="stable", ignore_index=True)


def _left(row: Mapping) -> str:
    """492/74: not submitted, and of these not even closed."""
    return "/".join(numbers.count(row[name]) for name in ("unsubmitted", "open") if not is_missing(row[name]))


def _found(problems: int, answered: int, sampled: int) -> str | None:
    if not answered:
        return "未核实" if sampled else None
    return f"{problems}/{answered}" if problems else "未发现"


def _pooled_found(rows: pd.DataFrame) -> str:
    return f"{rows['problems'].sum()}/{rows['answered'].sum()}"


def _signals(m: Month, row: dict) -> list[tuple[str, str]]:
    """A unit's signals (level, word), those that call for attention first, by points."""
    of, signals = m.params.scheme.signals, []
    for key, points in sorted(row["lost"].items(), key=lambda each: -each[1]):
        signals.append((of.of(points=points), BY_KEY[key].word))
    signals.append((of.of(bad=row.get("problems", 0)), "抽检"))
    signals.insert(0, ("attention" if row["told"] else "", "未上报"))
    told = [each for each in signals if each[0]]
    return sorted(told, key=lambda each: each[0] != "attention")


def _note(m: Month) -> list[str]:
    groups, lost = m.units[m.units["kind"] == "group"], figures.lost(m)
    return noted(
        m, "overview_note", groups=[] if len(groups) == len(m.units) else groups["unit"].tolist(),
        rest=len(INDICATORS) - min(_shown(m), len(lost.columns)), unknown=len(set(figures.unconfirmed(m)) - set(list(lost)[: _shown(m)])),
        unspoilt=len(INDICATORS) - len(set(lost) | set(figures.unconfirmed(m))),
    )  # fmt: skip
