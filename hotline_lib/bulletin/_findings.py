"""The month's findings, chosen by rule: what the first page says before anything else.

A finding is a kind (what moved the total, which type, which unit …), said in the words of params/wording/findings/KIND.j2
and chosen by the rule in its function: the largest of what counts tell from chance. Kinds come in one order; each gives
its first finding before any gives a second. What chance could have made is never one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from itertools import zip_longest
from typing import TYPE_CHECKING

import pandas as pd

from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._samples import sample
from hotline_lib.bulletin._volumes import NEARLY_ALL
from hotline_lib.bulletin._wording import cited, setting
from hotline_lib.exact import is_missing
from hotline_lib.indicators import BY_KEY
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._page import Written
from hotline_lib.present._sentences import Cited, Figure, Sentence, numeral

if TYPE_CHECKING:
    from hotline_lib.month import Month
    from hotline_lib.present._sources import Links, Source

MOST = 5
NOTHING = "各项增减未超出通常波动，没有需要单独说明的情况。"


@dataclass(frozen=True)
class Finding:
    """title: what was found, short. text: the same with its numbers. figure: what shows it (图2, 附件3), and where."""

    title: str
    text: Sentence
    figure: str
    section: str


@dataclass(frozen=True, repr=False)
class Findings:
    """The month's findings as the first page shows them. anchors: section -> its id in the page."""

    found: tuple[Finding, ...]
    anchors: Mapping[str, str]
    links: Links | None = None

    @property
    def heading(self) -> str:
        """本月五点"""
        return f"本月{numeral(len(self.found))}点" if self.found else "本月要点"

    @property
    def title(self) -> Written:
        """The heading, as a cell of page 00 shows it."""
        return Written(f"## {self.heading}")

    def __repr__(self) -> str:
        lines = (f"{at} {each.title}：{each.text}" for at, each in enumerate(self.found, start=1))
        return "\n".join(lines) if self.found else NOTHING

    def _repr_html_(self) -> str:
        return self.html(self.links.link if self.links is not None else None)

    def html(self, link: Callable[[str, Source], str] | None = None) -> str:
        """A numbered list, each with a link to what shows it. link: makes a link of a number's words and source."""
        if not self.found:
            return f'<p class="sentence">{NOTHING}</p>'
        items = "".join(
            f"<li><strong>{escape(each.title)}</strong><span>{each.text.inline(link)} "
            f'<a href="#{escape(self.anchors[each.section])}">{escape(each.figure)}</a></span></li>'
            for each in self.found
        )
        return f'<ol class="findings">{items}</ol>'


def found_in(m: Month, most: int = MOST) -> list[Finding]:
    """The month's findings, the most important first; none where nothing can be told from chance."""
    by_kind = [list(kind(m)) for kind in _KINDS]
    in_turn = [each for rank in zip_longest(*by_kind) for each in rank if each is not None]
    return in_turn[:most]


def _told(m: Month, kind: str, figure: str, section: str, **context: object) -> Finding:
    """A finding in the words of params/wording/findings/KIND.j2, which says its title and its text in turn."""
    (title, _), (text, numbers) = (cited(m, f"findings/{kind}", context | {"saying": say}) for say in ("title", "text"))
    return Finding(title, Sentence(text, cited=numbers), figure, section)


def _driver(m: Month) -> Iterator[Finding]:
    """The domain or group from which more than half of the total's change came, if the total's change is no chance."""
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
        source = replace(source, formula=f"{part} ÷ {change} = {share}（占全部增减；{source.formula}）")
        yield _told(
            m, "driver", "图2", "totals", total=total, largest=largest_of, share=Cited(share, source) if one_way else "", others=others,
            number=len(rest), cities=bool((rest["kind"] == "city").all()), told=told, more=change > 0,
            nearly_all=one_way and 100 * abs(part) >= NEARLY_ALL * abs(change),
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
            issue = next(iter(figures.first_issue(m, row["role"])), None)
        of = figures.figure(row["business_type"], row, ["business_type"])
        yield _told(m, "type", *_shown_in(row["role"]), of=of, issue=issue)


def _units(m: Month) -> Iterator[Finding]:
    """The city whose tickets changed most of those that changed by more than chance, and who else did."""
    rows = figures.unit_contributions(m)
    cities = rows[(rows["kind"] == "city") & rows["yoy_significant"].fillna(False) & (rows["yoy_base"] > 0)]
    cities = cities.loc[cities["difference"].abs().sort_values(ascending=False, kind="stable").index]
    if cities.empty:
        return
    first = cities.iloc[0]
    same = cities[(cities["difference"] > 0) == (first["difference"] > 0)]
    other = cities[(cities["difference"] > 0) != (first["difference"] > 0)].sort_values("difference")
    unit = figures.figure(first["unit"], first, ["unit"])
    yield _told(
        m, "unit", "附件3", "units", unit=unit, cities=int((rows["kind"] == "city").sum()),
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
            m, "lost", "附件1", "indicators", indicator=BY_KEY[key], rows=rows, units=len(m.units), least=least_lost, most=most_lost
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
        m, "checked", "附件2", "spot_checks", sample=sample(m, whole), bad=found(bad.head(1)), good=found(good.head(1)), of=len(m.units), units=int((rows["problems"] > 0).sum()),
    )  # fmt: skip


def _issues(m: Month) -> Iterator[Finding]:
    """The issue that moved most on last month (on last year, if last month is not known), by more than chance."""
    for kind in ("mom", "yoy"):
        changes = figures.issue_changes(m, kind)
        if changes is None:
            continue
        told = changes[changes["significant"]]
        if len(told):
            days = m.days(kind)
            row = told.loc[(told["tickets"] * days[1] - told["base"] * days[0]).abs().idxmax()]
            of = figures.figure(row["issue"], {**row, f"{kind}_base": row["base"]}, ["business_type", "issue"])
            figure, section = _shown_in(m.types.set_index("business_type").loc[row["business_type"], "role"])
            figure = "热点事项" if section != "totals" else figure
            rose = bool(row["difference"] > 0)
            yield _told(m, "issue", figure, section, of=of, type=row["business_type"], against=kind, rose=rose)
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
        yield _told(m, "unsubmitted", "一览", "overview", units=named, rest=None if told.all() else of(rows[~told]))


_KINDS: tuple[Callable[[Month], Iterator[Finding]], ...] = (
    _unsubmitted,
    _driver,
    _types,
    _units,
    _lost,
    _checked,
    _issues,
)
