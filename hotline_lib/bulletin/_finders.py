"""Findings on volumes: each kind a rule that finds the changes that counts tell from chance, with what to do next and the tickets
to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._finding import Finding, Tickets, said
from hotline_lib.bulletin._volumes import NEARLY_ALL
from hotline_lib.bulletin._wording import setting
from hotline_lib.exact import is_missing
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._sentences import Cited, Figure

if TYPE_CHECKING:
    from hotline_lib.month import Month

SURE = 0.01  # q of a change that is told beside its peers: four such families, so that together they seldom say what chance made


def _driver(m: Month) -> Iterator[Finding]:
    """The domain or group from which more than half of the total's change came, if the total's change is no chance. It
    concerns all tickets, so it comes before what is a part of it."""
    total, rows = figures.total(m), figures.unit_contributions(m)
    if is_missing(total.yoy_base) or not total.yoy_base or not figures.pooled(m)["yoy_significant"]:
        return
    change = total.tickets - int(total.yoy_base)
    largest = rows.loc[(rows["difference"] * (1 if change > 0 else -1)).idxmax()]
    rest = rows[rows["unit"] != largest["unit"]]
    sums = rest[["tickets", "yoy_base"]].sum()
    part = int(largest["difference"])
    others = figures.figure("", {**sums, "unit": rest["unit"].tolist()}, ["unit"])
    if 2 * part * (1 if change > 0 else -1) > abs(change):
        told = bool(figures.together(m, tuple(rest["unit"]))["told"])
        largest_of = figures.figure(largest["long_name"], largest, ["unit"])
        source = largest_of.source("yoy_difference", setting(m))
        one_way = int(rest["difference"].sum()) * (1 if change > 0 else -1) >= 0  # a share of a net change is none
        share = f"{numbers.share(part, change)}%"
        source = source and replace(source, formula=f"{part} ÷ {change} = {share}（占全部增减；{source.formula}）")
        yield said(
            m, "driver", "图2", "totals", total=total, largest=largest_of, share=Cited(share, source) if one_way else "", others=others,
            number=len(rest), cities=bool((rest["kind"] == "city").all()), told=told, more=change > 0,
            touches=total.tickets, nearly_all=one_way and 100 * abs(part) >= NEARLY_ALL * abs(change),
        )  # fmt: skip


def _shown_in(role: str) -> tuple[str, str]:
    """The figure and the section that show a business type: of those whose issues are not ranked, the table of types."""
    return {"complaint": ("图6", "complaints"), "inquiry": ("图5", "inquiries")}.get(role, ("图1", "totals"))


def _types(m: Month) -> Iterator[Finding]:
    """Complaints, if they rose or fell on last year by more than chance; then the other types, by size of change."""
    rows = figures.types(m)
    rows = rows[(rows["yoy_base"].sum() > 0) & rows["yoy_base"].notna() & (rows["role"] != "retired")]
    told = figures.type_changes(m)["told"].reindex(rows["business_type"]).fillna(False).to_numpy(dtype=bool)
    rows = rows.assign(
        first=rows["role"] != "complaint",
        size=-(rows["tickets"] - rows["yoy_base"]).abs().astype("Int64"),
        told=pd.Series(told, index=rows.index, dtype=bool),
    )
    rows = rows[rows["told"]]
    for row in rows.sort_values(["first", "size"], kind="stable").to_dict("records"):
        issue = None
        if row["role"] in figures.RANKED_ROLES:
            issue = _first_issue(m, row["role"])
        of = figures.figure(row["business_type"], row, ["business_type"])
        yield said(m, "type", *_shown_in(row["role"]), touches=-int(row["size"]), of=of, issue=issue)


def _units(m: Month) -> Iterator[Finding]:
    """The city whose tickets changed most of those marked in the table, if that is sure enough, and who else is marked."""
    rows = figures.unit_contributions(m)
    marked = (rows["kind"] == "city") & rows["yoy_significant"].fillna(False) & (rows["yoy_base"] > 0)
    cities = rows[marked].loc[rows[marked]["difference"].abs().sort_values(ascending=False, kind="stable").index]
    if cities.empty or cities["yoy_q"].iloc[0] > SURE:
        return
    first = cities.iloc[0]
    same = cities[(cities["difference"] > 0) == (first["difference"] > 0)]
    other = cities[(cities["difference"] > 0) != (first["difference"] > 0)].sort_values("difference")
    unit = figures.figure(first["unit"], first, ["unit"])
    yield said(
        m, "unit", "附件3", "units", touches=abs(int(first["difference"])), unit=unit, cities=int((rows["kind"] == "city").sum()),
        same=len(same), others=figures.named(other, "unit", ["unit"]), rose=bool(first["difference"] > 0),
    )  # fmt: skip


def _issues(m: Month) -> Iterator[Finding]:
    """The issue that moved most on last month (on last year, if last month is not known) of those that moved by more than usual,
    if that is sure enough."""
    for kind in ("mom", "yoy"):
        changes = figures.issue_changes(m, kind)
        if changes is None:
            continue
        row = next(iter(_largest_first(changes[changes["significant"]], m.days(kind))), None)
        if row and row["q"] <= SURE:
            of = figures.figure(row["issue"], {**row, f"{kind}_base": row["base"]}, ["business_type", "issue"])
            figure, section = _shown_in(m.types.set_index("business_type").loc[row["business_type"], "role"])
            figure = "热点事项" if section != "totals" else figure
            rose = bool(row["difference"] > 0)
            where = {name: row[name] for name in ("business_type", "issue")}
            at = _mostly(m, kind, where, row["difference"])
            yield said(
                m, "issue", figure, section, touches=abs(int(row["difference"])), ids=_tickets(m, where, at) if rose else None,
                of=of, type=row["business_type"], against=kind, rose=rose, at=at,
            )  # fmt: skip
        return


def _pairs(m: Month) -> Iterator[Finding]:
    """A business type of a city that moved by more than usual beside the other cities', where the city's total did not."""
    for kind in ("mom", "yoy"):
        changes = figures.city_types(m, kind)
        if changes is None:
            continue
        by_unit = figures.units(m).set_index("unit")["yoy_significant"].fillna(False).astype(bool)
        told = changes[changes["significant"] & (changes["q"] <= SURE) & ~changes["unit"].isin(by_unit.index[by_unit])]
        complaints = told["business_type"] == m.params.catalogue.name_of("complaint")
        for row in [
            row for part in (told[complaints], told[~complaints]) for row in _largest_first(part, m.days(kind))
        ]:
            where = {name: row[name] for name in ("unit", "business_type")}
            rest = figures.units(m).set_index("unit", drop=False).loc[row["unit"]]
            of = figures.figure(row["business_type"], {**row, f"{kind}_base": row["base"]}, ["unit", "business_type"])
            yield said(
                m, "pair", "附件3", "units", touches=abs(int(row["difference"])), ids=_tickets(m, where) if row["difference"] > 0 else None,
                of=of, unit=row["unit"], whole=figures.figure(row["unit"], rest, ["unit"]), against=kind, rose=bool(row["difference"] > 0),
            )  # fmt: skip
        return


def _sub_issues(m: Month) -> Iterator[Finding]:
    """The sub-issue that moved most by more than usual, inside an issue that did not."""
    keys = ["business_type", "issue", "sub_issue"]
    for kind in ("mom", "yoy"):
        changes, issues = figures.changes(m, kind, *keys), figures.issue_changes(m, kind)
        if changes is None or issues is None:
            continue
        moved = issues.loc[issues["significant"], keys[:2]].apply(tuple, axis=1).tolist()
        told = changes[
            changes["significant"] & (changes["q"] <= SURE) & ~changes[keys[:2]].apply(tuple, axis=1).isin(moved)
        ]
        for row in _largest_first(told, m.days(kind)):
            where, rose = {name: row[name] for name in keys}, bool(row["difference"] > 0)
            at = _mostly(m, kind, where, row["difference"])
            of = figures.figure(row["sub_issue"], {**row, f"{kind}_base": row["base"]}, keys)
            figure, section = _shown_in(m.types.set_index("business_type").loc[row["business_type"], "role"])
            yield said(
                m, "sub_issue", figure, section, touches=abs(int(row["difference"])), ids=_tickets(m, where, at) if rose else None,
                of=of, issue=row["issue"], type=row["business_type"], against=kind, rose=rose, at=at,
            )  # fmt: skip
        return


def _largest_first(told: pd.DataFrame, days: tuple[int, int]) -> list[dict]:
    size = (told["tickets"] * days[1] - told["base"] * days[0]).abs()
    return told.loc[size.sort_values(ascending=False, kind="stable").index].to_dict("records")


def _mostly(m: Month, kind: str, where: Mapping[str, Any], difference: int) -> dict[str, Any] | None:
    """The unit from which more than half of a change came; None where none is, or the base month's tickets are not there."""
    counts = figures.base(m, kind).counts
    if counts is None or not difference:
        return None
    now, then = (_of(frame, where).groupby("unit")["tickets"].sum() for frame in (m.counts, counts))
    by_unit = now.sub(then, fill_value=0).astype(int) * (1 if difference > 0 else -1)
    first = by_unit.idxmax()
    return {"unit": first, "difference": int(by_unit[first])} if 2 * by_unit[first] > abs(int(difference)) else None


def _of(counts: pd.DataFrame, where: Mapping[str, Any]) -> pd.DataFrame:
    for name, value in where.items():
        counts = counts[counts[name] == value]
    return counts


def _tickets(m: Month, where: Mapping[str, Any], at: Mapping | None = None) -> Tickets:
    """Those tickets, of the unit that they mostly came from."""
    where = {**where, **({"unit": at["unit"]} if at else {})}
    return lambda: [*m.tickets(where, ["unit", "ticket_id"]).itertuples(index=False, name=None)]


def _first_issue(m: Month, role: str) -> tuple[Figure, list[Figure]] | None:
    """The most frequent issue of a business type (the first of those that tie), with its first units."""
    within, top = {"business_type": m.params.catalogue.name_of(role)}, metrics.top_issues(m.counts, role, top=1)
    for row in top.to_dict("records")[:1]:
        own = {**within, "issue": row["issue"]}
        units = metrics.top_units(m.counts, role, row["issue"], m.units, top=1)
        return figures.figure(row["issue"], row, ["issue"], within), figures.named(units, "unit", ["unit"], own)
    return None


KINDS: tuple[Callable[[Month], Iterator[Finding]], ...] = (_driver, _types, _units, _pairs, _issues, _sub_issues)
