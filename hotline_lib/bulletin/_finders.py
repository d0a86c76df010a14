"""The kinds of findings: each a rule that finds what counts tell from chance, with what to do next and the tickets to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._findings import Finding
from hotline_lib.bulletin._samples import sample
from hotline_lib.bulletin._volumes import NEARLY_ALL
from hotline_lib.bulletin._wording import cited, setting
from hotline_lib.exact import is_missing, percent
from hotline_lib.indicators import BY_KEY, INDICATORS
from hotline_lib.params import month_range
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._sentences import Cited, Figure, Sentence

if TYPE_CHECKING:
    from hotline_lib.month import Month

SURE = 0.01  # q of a change on the first page: six families of them there, so that all together seldom say what chance made
_SHORT = 1.0  # percentage points below the others: less is nothing to act on
_FAR, _SURE = 10.0, 0.001  # for a unit without peers: points below the cities together, and the p of an exact test


def sure(changes: pd.DataFrame | pd.Series) -> pd.Series | bool:
    """Of changes as ``metrics.judged`` gives them: whether the first page may say so."""
    if isinstance(changes, pd.Series):
        return not is_missing(changes["told"]) and bool(changes["told"]) and changes["q"] <= SURE
    return changes["told"].fillna(False).astype(bool) & (changes["q"] <= SURE)


def _told(
    m: Month, kind: str, figure: str, section: str, *, touches: int = 0, ids: Callable[[], list[str]] | None = None, **context: object
) -> Finding:  # fmt: skip
    """A finding in the words of params/wording/findings/KIND.j2, which says its title, its text and what to do next in turn."""
    said = (cited(m, f"findings/{kind}", context | {"saying": what}) for what in ("title", "text", "todo"))
    (title, _), (text, numbers), (todo, _) = said
    return Finding(title, Sentence(text, cited=numbers), figure, section, todo, touches, ids)


def _driver(m: Month) -> Iterator[Finding]:
    """The domain or group from which more than half of the total's change came, if the total's change is no chance."""
    total, rows = figures.total(m), figures.unit_contributions(m)
    if is_missing(total.yoy_base) or not total.yoy_base or not sure(figures.together(m, tuple(m.units["unit"]))):
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
        source = replace(source, formula=f"{part} ÷ {change} = {share}（占全部增减；{source.formula}）")
        yield _told(
            m, "driver", "图2", "totals", total=total, largest=largest_of, share=Cited(share, source) if one_way else "", others=others,
            number=len(rest), cities=bool((rest["kind"] == "city").all()), told=told, more=change > 0,
            touches=abs(change), nearly_all=one_way and 100 * abs(part) >= NEARLY_ALL * abs(change),
        )  # fmt: skip


def _shown_in(role: str) -> tuple[str, str]:
    """The figure and the section that show a business type: of those whose issues are not ranked, the table of types."""
    return {"complaint": ("图6", "complaints"), "inquiry": ("图5", "inquiries")}.get(role, ("图1", "totals"))


def _types(m: Month) -> Iterator[Finding]:
    """Complaints, if they rose or fell on last year by more than chance; then the other types, by size of change."""
    rows = figures.types(m)
    rows = rows[(rows["yoy_base"].sum() > 0) & rows["yoy_base"].notna() & (rows["role"] != "retired")]
    changes = figures.type_changes(m).reindex(rows["business_type"])
    told = sure(changes).to_numpy()
    rows = rows.assign(
        first=rows["role"] != "complaint",
        size=-(rows["tickets"] - rows["yoy_base"]).abs().astype("Int64"),
        told=pd.Series(told, index=rows.index, dtype=bool),
    )
    rows = rows[rows["told"]]
    for row in rows.sort_values(["first", "size"], kind="stable").to_dict("records"):
        issue = None
        if row["role"] in figures.RANKED_ROLES:
            issue = next(iter(figures.first_issue(m, row["role"])), None)
        of = figures.figure(row["business_type"], row, ["business_type"])
        yield _told(m, "type", *_shown_in(row["role"]), touches=-int(row["size"]), of=of, issue=issue)


def _units(m: Month) -> Iterator[Finding]:
    """The city whose tickets changed most of those that changed by more than chance, and who else did."""
    rows = figures.unit_contributions(m)
    told = sure(figures.unit_changes(m).reindex(rows["unit"])).to_numpy()
    cities = rows[(rows["kind"] == "city") & told & (rows["yoy_base"] > 0)]
    cities = cities.loc[cities["difference"].abs().sort_values(ascending=False, kind="stable").index]
    if cities.empty:
        return
    first = cities.iloc[0]
    same = cities[(cities["difference"] > 0) == (first["difference"] > 0)]
    other = cities[(cities["difference"] > 0) != (first["difference"] > 0)].sort_values("difference")
    unit = figures.figure(first["unit"], first, ["unit"])
    yield _told(
        m, "unit", "附件3", "units", touches=abs(int(first["difference"])), unit=unit, cities=int((rows["kind"] == "city").sum()),
        same=len(same), others=figures.named(other, "unit", ["unit"]), rose=bool(first["difference"] > 0),
    )  # fmt: skip


def _lost(m: Month) -> Iterator[Finding]:
    """The indicator that cost units so many points that it calls for attention, by fewest tickets or by most points."""
    lost, least = figures.lost(m), m.params.scheme.signals.attention.points
    values = figures.indicators(m).set_index(["unit", "indicator"])
    for key in sorted(lost, key=lambda each: (BY_KEY[each].kind != "rate", list(lost).index(each))):
        hit = lost[key][lost[key] >= least]
        if hit.empty:
            continue
        rows = [
            {
                "unit": unit,
                "points": hit[unit],
                "short": int(of["denominator"] - of["numerator"]) if of["kind"] == "rate" else 0,
            }
            for unit in m.units["unit"]
            if unit in hit.index and (of := values.loc[(unit, key)]) is not None
        ]
        least_lost, most_lost = (end(row["points"] for row in rows) for end in (min, max))
        yield _told(
            m, "lost", "附件1", "indicators", touches=sum(row["short"] for row in rows), ids=_behind(m, key, [row["unit"] for row in rows if row["short"]]),
            indicator=BY_KEY[key], rows=rows, units=len(m.units), least=least_lost, most=most_lost
        )  # fmt: skip


def _checked(m: Month) -> Iterator[Finding]:
    """Where the spot checks contradict the score: a unit with a good place and bad tickets, and the reverse."""
    rows = figures.spot_checks(m)
    if rows is None or not rows["problems"].sum():
        return
    contrary = rows[rows["contrary"]].assign(apart=lambda each: each["place"] - each["score_place"])
    bad = contrary[(contrary["apart"] > 0) & (contrary["problems"] > 0)].sort_values(
        "apart", ascending=False, kind="stable"
    )
    good = contrary[(contrary["apart"] < 0) & (contrary["problems"] == 0)].sort_values("apart", kind="stable")
    tied = set(rows.loc[rows["score_rank"].duplicated(keep=False), "unit"])
    found = lambda part: [
        {**row, "tied": row["unit"] in tied, "sample": sample(m, row)} for row in part.to_dict("records")
    ]
    whole = {"unit": m.params.organisation.region, **rows[["answered", "problems"]].sum()}
    yield _told(
        m, "checked", "附件2", "spot_checks", touches=int(rows["problems"].sum()), ids=lambda: [each for ids in rows["problem_ids"] for each in ids], sample=sample(m, whole), bad=found(bad.head(1)), good=found(good.head(1)), of=len(m.units), units=int((rows["problems"] > 0).sum()),
    )  # fmt: skip


def _issues(m: Month) -> Iterator[Finding]:
    """The issue that moved most on last month (on last year, if last month is not known), by more than chance."""
    for kind in ("mom", "yoy"):
        changes = figures.issue_changes(m, kind)
        if changes is None:
            continue
        told = changes[changes["significant"] & (changes["q"] <= SURE)]
        if len(told):
            days = m.days(kind)
            row = told.loc[(told["tickets"] * days[1] - told["base"] * days[0]).abs().idxmax()]
            of = figures.figure(row["issue"], {**row, f"{kind}_base": row["base"]}, ["business_type", "issue"])
            figure, section = _shown_in(m.types.set_index("business_type").loc[row["business_type"], "role"])
            figure = "热点事项" if section != "totals" else figure
            rose = bool(row["difference"] > 0)
            where = {name: row[name] for name in ("business_type", "issue")}
            at = _mostly(m, kind, where, row["difference"])
            yield _told(
                m, "issue", figure, section, touches=abs(int(row["difference"])), ids=_tickets(m, where, at) if rose else None,
                of=of, type=row["business_type"], against=kind, rose=rose, at=at,
            )  # fmt: skip
        return


def _unsubmitted(m: Month) -> Iterator[Finding]:
    """The units that left so much unsubmitted that their rates speak of the rest only: more than others do, too."""
    rows = figures.unsubmitted(m)
    told = rows["unit"].map(figures.told_unsubmitted(m))
    if told.any():
        of = lambda part: Figure("", int(part["unsubmitted"].sum()), int(part["accepted"].sum()))
        named = [
            {"name": row["unit"], "all": of(rows[rows["unit"] == row["unit"]]), "complaints": row["part"], "open": row["open"]}
            for row in rows[told].to_dict("records")
        ]  # fmt: skip
        ids = lambda: [each for unit in rows.loc[told, "unit"] for each in _left(m, unit)]
        yield _told(
            m, "unsubmitted", "一览", "overview", touches=int(rows.loc[told, "unsubmitted"].sum()), ids=ids,
            units=named, rest=None if told.all() else of(rows[~told]),
        )  # fmt: skip


def _pairs(m: Month) -> Iterator[Finding]:
    """A business type of a city that moved by more than usual beside the other cities', where the city's total did not."""
    for kind in ("mom", "yoy"):
        changes = figures.city_types(m, kind)
        if changes is None:
            continue
        by_unit = figures.units(m).set_index("unit")["yoy_significant"].fillna(False).astype(bool)
        told = changes[changes["significant"] & (changes["q"] <= SURE) & ~changes["unit"].map(by_unit)]
        complaints = told["business_type"] == m.params.catalogue.name_of("complaint")
        for row in [
            row for part in (told[complaints], told[~complaints]) for row in _largest_first(part, m.days(kind))
        ]:
            where = {name: row[name] for name in ("unit", "business_type")}
            rest = figures.units(m).set_index("unit", drop=False).loc[row["unit"]]
            of = figures.figure(row["business_type"], {**row, f"{kind}_base": row["base"]}, ["unit", "business_type"])
            yield _told(
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
            yield _told(
                m, "sub_issue", figure, section, touches=abs(int(row["difference"])), ids=_tickets(m, where, at) if rose else None,
                of=of, issue=row["issue"], type=row["business_type"], against=kind, rose=rose, at=at,
            )  # fmt: skip
        return


def _rates(m: Month) -> Iterator[Finding]:
    """The rates that are lower in some unit than in the others by more than chance and than the units usually differ.

    All rates of Annex 1, those without a rule in the scheme too; what already costs points enough to be told is not told
    again. A unit that has no peers (a provincial group) is told where it is ten points lower than the cities together.
    """
    lost, attention = figures.lost(m), m.params.scheme.signals.attention.points
    cities = set(m.units.loc[m.units["kind"] == "city", "unit"])
    for of in INDICATORS:
        if of.kind != "rate":
            continue
        own = figures.indicators(m)
        own = own[(own["indicator"] == of.key) & (own["denominator"] > 0)].set_index("unit")
        frame = figures.funnel(m, of.key)
        low = frame.loc[
            (frame["beyond"] == "low") & (100 * (frame["target"] - frame["value"]) >= _SHORT), "unit"
        ].tolist()
        low += [unit for unit in own.index if unit not in cities and _far_below(own, unit, cities)]
        low = [unit for unit in low if of.key not in lost or lost.loc[unit, of.key] < attention]
        if not low:
            continue
        rest = own.drop(low)[["numerator", "denominator"]].sum()
        rows = (
            own.loc[low]
            .assign(short=lambda each: each["denominator"] - each["numerator"])
            .sort_values("short", ascending=False)
        )
        yield _told(
            m, "rate", "附件1", "indicators", touches=int(rows["short"].sum()), ids=_behind(m, of.key, low) if of.counted else None,
            indicator=of, rows=rows.reset_index().to_dict("records"), rest=percent(rest["numerator"], rest["denominator"]),
        )  # fmt: skip


def _far_below(own: pd.DataFrame, unit: str, cities: set[str]) -> bool:
    from scipy.stats import fisher_exact

    good, n = own.loc[unit, ["numerator", "denominator"]].astype(int)
    rest = own[own.index.isin(cities)][["numerator", "denominator"]].sum().astype(int)
    if not rest["denominator"] or 100 * (rest["numerator"] / rest["denominator"] - good / n) < _FAR:
        return False
    table = [[good, n - good], [rest["numerator"], rest["denominator"] - rest["numerator"]]]
    return fisher_exact(table, alternative="less").pvalue < _SURE


def _largest_first(told: pd.DataFrame, days: tuple[int, int]) -> list[dict]:
    size = (told["tickets"] * days[1] - told["base"] * days[0]).abs()
    return told.loc[size.sort_values(ascending=False, kind="stable").index].to_dict("records")


def _mostly(m: Month, kind: str, where: Mapping[str, object], difference: int) -> dict[str, object] | None:
    """The unit from which more than half of a change came; None where none is, or the base month's tickets are not there."""
    counts = figures.base(m, kind).counts
    if counts is None or not difference:
        return None
    now, then = (_of(frame, where).groupby("unit")["tickets"].sum() for frame in (m.counts, counts))
    by_unit = now.sub(then, fill_value=0).astype(int) * (1 if difference > 0 else -1)
    first = by_unit.idxmax()
    return {"unit": first, "difference": int(by_unit[first])} if 2 * by_unit[first] > abs(int(difference)) else None


def _of(counts: pd.DataFrame, where: Mapping[str, object]) -> pd.DataFrame:
    for name, value in where.items():
        counts = counts[counts[name] == value]
    return counts


def _left(m: Month, unit: str) -> list[str]:
    """The ids of a unit's tickets that were not submitted by the end of the month."""
    rows = m.tickets({"unit": unit}, ["ticket_id", "submitted_at"])
    return rows.loc[~(rows["submitted_at"] < pd.Timestamp(month_range(m.month)[1])), "ticket_id"].tolist()


def _tickets(m: Month, where: Mapping[str, object], at: Mapping | None = None) -> Callable[[], list[str]]:
    """The ids of those tickets, of the unit that they mostly came from."""
    where = {**where, **({"unit": at["unit"]} if at else {})}
    return lambda: m.tickets(where)["ticket_id"].tolist()


def _behind(m: Month, key: str, units: list[str]) -> Callable[[], list[str]] | None:
    return (
        (lambda: [each for unit in units for each in m.behind(unit, key)["ticket_id"]])
        if units and BY_KEY[key].counted
        else None
    )


KINDS: tuple[Callable[[Month], Iterator[Finding]], ...] = (
    _unsubmitted,
    _driver,
    _types,
    _units,
    _pairs,
    _lost,
    _rates,
    _checked,
    _issues,
    _sub_issues,
)
