"""The bulletin's sentences: for each the figures that its template in params/wording may name."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import figures
from hotline_lib.exact import is_missing, percent
from hotline_lib.indicators import BY_KEY
from hotline_lib.month import Month
from hotline_lib.present import numbers
from hotline_lib.present.sentences import Figure, Sentence, render

_NEARLY_ALL = Decimal(95)  # percent of the total's change from which one domain is 几乎全部
_MOSTLY = Decimal(50)


def words(m: Month) -> dict[str, object]:
    """What every template may name: the month's number, the province's words, and its business types by role."""
    organisation = m.params.organisation
    name_of = m.params.catalogue.name_of
    return {
        "month": int(m.month[5:]),
        "year": int(m.month[:4]),
        "region": organisation.region,
        "province": organisation.province,
        "platform": organisation.platform,
        **{role: name_of(role) for role in ("inquiry", "suggestion", "complaint")},
    }


def total(m: Month) -> Figure:
    row = figures.total(m)
    return Figure("合计", int(row["tickets"]), int(row["tickets"]), row["yoy_base"], row["mom_base"])


def _totals(m: Month) -> dict[str, object]:
    by_type = {figure.name: figure for figure in figures.named(figures.types(m), "business_type")}
    return {"total": total(m), "types": [by_type[name] for name in m.types["business_type"] if name in by_type]}


def _units(m: Month, top: int = 5) -> dict[str, object]:
    rows = figures.units(m)
    rows = rows[(rows["rank"] <= top) & (rows["tickets"] > 0)].sort_values("rank", kind="stable")
    return {"units": figures.named(rows, "long_name"), "top": min(top, len(rows))}


def _scores(m: Month, top: int = 3) -> dict[str, object]:
    rows = figures.scores(m)
    best = rows[rows["rank"] <= top]
    units = [{"name": row.long_name, "score": numbers.decimal(row.score)} for row in best.itertuples()]
    return {"units": units, "top": min(top, len(rows))}


def _domains(m: Month) -> dict[str, object]:
    rows = figures.domains(m)
    members: dict[str, list[str]] = {}
    for domain in m.params.catalogue.domains:
        members.setdefault(domain.printed, []).append(domain.name)
    grouped = [
        {"name": each.name, "share": each.share, "count": each.count, "members": members[each.name]}
        for each in figures.named(rows[rows["grouped"]], "printed_domain")
    ]
    return {"domains": figures.named(rows[~rows["grouped"]], "printed_domain"), "grouped": grouped}


def _issues(role: str) -> Callable[..., dict[str, object]]:
    def context(m: Month, top: int = 5) -> dict[str, object]:
        rows = metrics.top_issues(m.counts, role, top=top)
        row = figures.types(m).set_index("role").loc[role]
        return {
            "total": figures.figure(m.params.catalogue.name_of(role), row),
            "issues": figures.named(rows, "issue"),
            "top": min(top, len(rows)),
        }

    return context


def _details(m: Month, role: str, *, top: int = 5, inner: int = 3) -> list[dict[str, object]]:
    """Of each top issue: where it comes from and what it is about."""
    long_names = m.units.set_index("unit")["long_name"]
    details = []
    for place, issue in enumerate(metrics.top_issues(m.counts, role, top=top).itertuples(), start=1):
        where = metrics.top_units(m.counts, role, issue.issue, m.units, top=inner)
        what = metrics.sub_issue_shares(m.counts, role, issue.issue, top=inner)
        units = figures.named(where.assign(unit=where["unit"].map(long_names)), "unit")
        details.append(
            {
                "place": place,
                "issue": issue.issue,
                "single": issue.unit_count == 1,
                "units": units,
                "top_units": min(inner, len(units)),
                "sub_issues": figures.named(what, "sub_issue"),
            }
        )
    return details


def _closing_claim(m: Month) -> dict[str, object]:
    """Whether all complaints were solved in time: every on-time rate is 100.00 and no check found anything."""
    rates = figures.indicators(m).merge(m.units[["unit", "long_name"]], on="unit", validate="many_to_one")
    late = rates[(rates["indicator"] == "complaint_on_time_rate") & (rates["numerator"] < rates["denominator"])]
    checks = figures.spot_checks(m)
    found = checks[checks["problems"] > 0] if checks is not None else pd.DataFrame({"long_name": [], "problems": []})
    return {
        "late": [{"name": row.long_name, "rate": numbers.decimal(row.value)} for row in late.itertuples()],
        "found": [{"name": name} for name in found["long_name"]],
        "problems": int(found["problems"].sum()),
    }


def _lead(m: Month) -> dict[str, object]:
    rows, all_ = figures.domains(m), total(m)
    driver = None
    if not is_missing(all_.yoy_base) and (change := all_.tickets - int(all_.yoy_base)):
        parts = [(row.printed_domain, row.tickets - int(row.yoy_base)) for row in rows.itertuples()]
        name, most = max(parts, key=lambda part: part[1] * change)
        of_change = percent(most, change)
        if of_change >= _MOSTLY:
            driver = {"name": name, "more": change > 0, "nearly_all": of_change >= _NEARLY_ALL}
    return {"total": all_, "driver": driver, "cities": _cities(m)}


def _cities(m: Month) -> dict[str, object] | None:
    """All cities together, where they stand beside a provincial group."""
    cities = figures.pooled(m, "city")
    if cities["number"] in (0, len(m.units)):
        return None
    as_figure = figures.figure("地市合计", cities)
    told = cities["yoy_significant"]
    return {
        "number": cities["number"],
        "tickets": as_figure.tickets,
        "count": as_figure.count,
        "share": as_figure.share,
        "yoy": as_figure.yoy,
        "yoy_significant": not is_missing(told) and bool(told),
    }


def _contributions(m: Month) -> dict[str, object]:
    rows, all_ = figures.unit_contributions(m), total(m)
    parts = []
    for kind in ("group", "city"):
        if not len(of_kind := rows[rows["kind"] == kind]):
            continue
        row = figures.pool(of_kind)
        name = (
            of_kind["long_name"].iloc[0]
            if len(of_kind) == 1
            else f"{len(of_kind)}{'市合计' if kind == 'city' else '个集团合计'}"
        )
        each = figures.figure(name, row)
        parts.append({"name": name, "yoy_difference": each.yoy_difference, "pull": _pull(each, all_)})
    cities = rows[(rows["kind"] == "city") & rows["significant"].fillna(False)]
    cities = cities.sort_values("difference", ascending=False, kind="stable")
    return {
        "total": all_,
        "parts": parts,
        "more": figures.named(cities[cities["difference"] > 0], "unit"),
        "fewer": figures.named(cities[cities["difference"] < 0][::-1], "unit"),
        "others": int((rows["kind"] == "city").sum()) - len(cities),
    }


def _pull(part: Figure, whole: Figure) -> str:
    """拉动27.52个百分点 or 下拉0.30个百分点; empty without a base."""
    if is_missing(part.yoy_base) or is_missing(whole.yoy_base) or not whole.yoy_base:
        return ""
    difference = part.tickets - int(part.yoy_base)
    points = percent(abs(difference), int(whole.yoy_base))
    return f"{'下拉' if difference < 0 else '拉动'}{numbers.decimal(points)}个百分点"


def _units_note(m: Month) -> dict[str, object]:
    rows = figures.units(m)
    cities = _cities(m) or {"number": len(rows), "tickets": int(rows["tickets"].sum())}
    first = rows[(rows["kind"] == "city") & (rows["tickets"] > 0)].head(2)
    pair = Figure("", int(first["tickets"].sum()), int(cities["tickets"]))
    return {"cities": cities, "first": figures.named(first, "unit") if len(rows) > 2 else [], "pair": pair}


def lost_by_indicator(m: Month) -> list[tuple[str, Decimal]]:
    """Short name and points lost by all units together, most first; indicators that cost nothing are left out."""
    sums = figures.deductions(m).groupby("indicator", sort=False)["points"].agg(lambda points: sum(points, Decimal(0)))
    named = [(BY_KEY[key].short, points) for key, points in sums.items() if points > 0]
    return sorted(named, key=lambda pair: -pair[1])


def _scores_note(m: Month, top: int = 3) -> dict[str, object]:
    lost = lost_by_indicator(m)
    # the sum of printed scores' shortfalls is what a reader adds up from Annex 1
    whole = sum((m.params.scheme.full_marks - score for score in figures.scores(m)["score"]), Decimal(0))
    rest = whole - sum((points for _, points in lost[:top]), Decimal(0))
    return {
        "number": len(m.units),
        "total": numbers.decimal(whole),
        "lost": [{"name": name, "points": plain_points(points)} for name, points in lost[:top]],
        "rest": plain_points(rest) if len(lost) > top else "",
        "inferred": any(rule.source == "inferred" for rule in m.params.scheme.rules),
    }


def plain_points(points: Decimal) -> str:
    """23, 0.46: points without trailing zeros."""
    return f"{points.normalize():f}"


def from_template(
    template: str, figures_of: Callable[..., dict[str, object]], kind: str = "sentence"
) -> Callable[..., Sentence]:
    """A sentence in the words of params/wording/TEMPLATE.j2; ``figures_of`` gives what it may name beside ``words``."""

    def sentence(m: Month, **options: object) -> Sentence:
        text = render(m.params.folder / "wording", template, words(m) | figures_of(m, **options))
        return Sentence(text, kind)

    return sentence


def _detail_lines(template: str, role: str) -> Callable[..., Sentence]:
    def lines(m: Month, top: int = 5) -> Sentence:
        folder = m.params.folder / "wording"
        details = _details(m, role, top=top)
        return Sentence("\n".join(render(folder, template, words(m) | detail) for detail in details))

    return lines


SENTENCES: dict[str, Callable[..., Sentence]] = {
    "totals": from_template("totals", _totals),
    "units": from_template("units", _units),
    "scores": from_template("scores", _scores),
    "domains": from_template("domains", _domains),
    "inquiries": from_template("inquiries", _issues("inquiry")),
    "inquiry_details": _detail_lines("inquiry_detail", "inquiry"),
    "complaints": from_template("complaints", _issues("complaint")),
    "complaint_details": _detail_lines("complaint_detail", "complaint"),
    "closing_claim": from_template("closing_claim", _closing_claim),
    "overview_lead": from_template("overview_lead", _lead, "lead"),
    "contributions": from_template("contributions", _contributions),
    "units_note": from_template("units_note", _units_note),
    "scores_note": from_template("scores_note", _scores_note),
}
