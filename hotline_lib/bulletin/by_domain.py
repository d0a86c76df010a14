"""Section 二 and what 02 adds to it: domain x unit, and which domains and business types made the total move."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial

import pandas as pd

from hotline_lib.bulletin import figures
from hotline_lib.bulletin.columns import UNIT, by_unit, compared
from hotline_lib.bulletin.wording import drawn, from_template
from hotline_lib.exact import is_missing, percent
from hotline_lib.month import Month
from hotline_lib.present import charts
from hotline_lib.present.cells import Column
from hotline_lib.present.charts import Chart
from hotline_lib.present.sentences import Figure
from hotline_lib.present.tables import Table

_BASES = {"yoy_base": "同比", "mom_base": "环比"}


def domains(m: Month) -> Table:
    """图4's table: domains, the small ones in one row."""
    return compared(m, figures.domains(m), "printed_domain", "业务领域", "domain", "domain")


def domain_units(m: Month) -> Table:
    """Units down, printed domains across, with the sums of both."""
    frame, names = figures.unit_domains(m), figures.domains(m)["printed_domain"].tolist()
    other = {each["unit"]: each["first"].name for each in _domain_units(m)["others"]}

    def emphasis(name: str, row: dict) -> str:
        return "bold" if other.get(row["unit"]) == name else "soft" if row[name] == 0 else ""

    columns = [Column(name, name, unit="件", emphasis=partial(emphasis, name)) for name in names]
    columns = [UNIT, *columns, Column("合计", "tickets", unit="件")]
    cities, whole = (rows[[*names, "tickets"]].sum() for rows in (frame[frame["kind"] == "city"], frame))
    also = "；加粗为与多数市不同之处" if other else ""
    return by_unit(frame, columns, cities, whole, also, label="各单位各领域件数")


def contributions(m: Month, part: str) -> Table:
    """Which domains (or types) made the total move: tickets more or less, and percentage points of the base's total.

    Against both base months; without a base, nothing.
    """
    total, (frame, name, head) = figures.total(m), _parts(m)[part]
    rows = pd.concat([frame, pd.DataFrame([{**asdict(total), name: total.name}])], ignore_index=True)
    columns = []
    for key in _known_bases(m):
        rows[f"{key}_more"] = more = (rows["tickets"] - rows[key]).astype("Int64")
        rows[f"{key}_pull"] = [percent(each, getattr(total, key)) for each in more]
        columns.append(Column("增减", f"{key}_more", "difference", unit="件", group=_BASES[key]))
        columns.append(Column("拉动", f"{key}_pull", "pull", unit="百分点", group=_BASES[key]))
    shown = [Column(head, name, "text"), *columns] if columns else []
    return Table(rows[:-1], shown, row_head=name, total=rows.iloc[-1].to_dict())


def _parts(m: Month) -> dict[str, tuple[pd.DataFrame, str, str]]:
    """What the total falls into, types no longer in use included; for each its rows, their names' column and head."""
    return {
        "domain": (figures.domains(m), "printed_domain", "业务领域"),
        "type": (figures.types_then_and_now(m), "business_type", "业务类型"),
    }


def _known_bases(m: Month) -> list[str]:
    """The base months of which total, domains and types are known; a published one may lack a table."""
    total, parts = figures.total(m), _parts(m).values()
    known = [key for key in _BASES if not is_missing(base := getattr(total, key)) and base > 0]
    return [key for key in known if not any(frame[key].isna().any() for frame, *_ in parts)]


def _domains(m: Month) -> dict[str, object]:
    rows = figures.domains(m)
    grouped = [
        {"total": each, "members": each.where["domain"]}
        for each in figures.named(rows[rows["grouped"]], "printed_domain", ["domain"])
    ]
    return {"domains": figures.named(rows[~rows["grouped"]], "printed_domain", ["domain"]), "grouped": grouped}


def _lead(m: Month) -> dict[str, object]:
    """The largest domain; all others together, and the two units that have most of them."""
    first = max(figures.named(figures.domains(m), "printed_domain"), key=lambda each: each.tickets)
    units = figures.unit_domains(m).set_index("unit")
    rest = units["tickets"] - units[first.name]
    where = rest[rest > 0].sort_values(ascending=False, kind="stable").head(2)
    return {"first": first, "rest": Figure("", int(where.sum()), int(rest.sum())), "places": where.index.tolist()}


def _domain_units(m: Month) -> dict[str, object]:
    """Domains that one unit has alone; of the cities the commonest domain, and those where another one is."""
    frame, names = figures.unit_domains(m), figures.domains(m)["printed_domain"].tolist()
    alone = [
        {"domain": name, "count": int(frame[name].sum()), "unit": frame["unit"][frame[name].idxmax()]}
        for name in names
        if (frame[name] > 0).sum() == 1
    ]
    cities = frame[(frame["kind"] == "city") & (frame["tickets"] > 0)]
    sums = cities[names].sum()
    most = sums.idxmax()
    firsts = cities[names].idxmax(axis=1)
    others = [
        {"unit": row["unit"], "first": Figure(first, row[first], row["tickets"])}
        for row, first in zip(cities.to_dict("records"), firsts, strict=True)
        if row[first] > row[most]
    ]
    return {"alone": alone, "cities": len(cities), "pooled": Figure(most, sums[most], sums.sum()), "others": others}


def _contributions(m: Month) -> dict[str, object]:
    """The domain and the business type that moved most, and all others of each together, against one base month."""
    key = next(iter(_known_bases(m)), None)
    if key is None:
        return {"against": ""}
    total, context = replace(figures.total(m), yoy_base=getattr(figures.total(m), key)), {}
    for part, (frame, name, _) in _parts(m).items():
        row = frame.loc[(frame["tickets"] - frame[key]).abs().idxmax()]
        most = Figure(row[name], row["tickets"], yoy_base=row[key])
        others = Figure("", total.tickets - most.tickets, yoy_base=total.yoy_base - most.yoy_base)
        context[part] = {"most": most, "others": others}
    return {"against": _BASES[key], "total": total, **context}


def domains_chart(m: Month) -> Chart:
    """图4"""
    rows = figures.domains(m)
    picture, parts = charts.types(rows, name="printed_domain"), figures.named(rows, "printed_domain")
    return drawn(m, "domains", picture, 4, total=figures.total(m), domains=parts)


TABLES = {
    "domains": domains,
    "domain_units": domain_units,
    "domain_contributions": partial(contributions, part="domain"),
    "type_contributions": partial(contributions, part="type"),
}
SENTENCES = {
    "domains_lead": from_template("domains_lead", _lead, "lead"),
    "domains": from_template("domains", _domains),
    "domain_units": from_template("domain_units", _domain_units),
    "domain_contributions": from_template("domain_contributions", _contributions),
}
CHARTS = {"domains": domains_chart}
