"""Section 一 and Annex 3: how many tickets, of which types, in which units, and what made the total move."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from hotline_lib.bulletin import figures
from hotline_lib.bulletin.columns import NO_BASE, SHARE, UNIT, by_unit, compared, volume_source
from hotline_lib.bulletin.wording import drawn, from_template
from hotline_lib.exact import is_missing, percent
from hotline_lib.month import Month, label
from hotline_lib.present import charts
from hotline_lib.present.cells import Column
from hotline_lib.present.charts import Chart
from hotline_lib.present.sentences import Figure, Sentence
from hotline_lib.present.tables import Table

_MOSTLY, NEARLY_ALL = 50, 95  # percent of the total's change that comes from one domain


def business_types(m: Month) -> Table:
    """图1's table: business types with share, yoy and mom."""
    return compared(m, figures.types(m), "business_type", "业务类型", "type", "business_type")


def units(m: Month) -> Table:
    """Annex 3: units by volume, groups first, with the cities' sum and the total."""
    frame, name_of = figures.units(m), m.params.catalogue.name_of
    wrong = [(row["key"], row["printed"], row["correct"]) for row in figures.errata(m, "units")]
    columns = [
        Column("序号", "rank", "rank", "rank"),
        UNIT,
        *(Column(name_of(role), role, "count", role, "件") for role in ("complaint", "inquiry", "suggestion")),
        Column("合计", "tickets", "count", "total", "件"),
        SHARE,
        Column("同比", ("tickets", "yoy_base"), "change", "yoy_pct", "%", significant="yoy_significant"),
    ]
    return by_unit(
        frame, columns, figures.pooled(m, "city"), figures.pooled(m),
        label="附件3 业务量区域分布",
        footnotes={unit: f"印刷本为 {printed}，应为 {correct}（勘误）" for unit, printed, correct in wrong},
        notes=["▲▼ 显著增减；灰色为不显著"] if frame["yoy_significant"].notna().any() else [NO_BASE],
        source=volume_source(m, partial(tickets_of, m)),
    )  # fmt: skip


def tickets_of(m: Month, row: Mapping) -> dict[str, object]:
    """The filter of a row of Annex 3: a unit's, the cities' or all tickets."""
    if row["unit"] in m.params.unit_names:
        return {"unit": row["unit"]}
    return (
        {}
        if row["unit"] in (figures.TOTAL, m.params.organisation.region)
        else {"unit": figures.pooled(m, "city")["unit"]}
    )


def _totals(m: Month) -> dict[str, object]:
    in_order = m.types[["business_type"]].merge(figures.types(m), on="business_type", validate="one_to_one")
    return {"total": figures.total(m), "types": figures.named(in_order, "business_type", ["business_type"])}


def _units(m: Month, top: int = 5) -> dict[str, object]:
    rows = figures.units(m)
    rows = rows[(rows["rank"] <= top) & (rows["tickets"] > 0)].sort_values("rank", kind="stable")
    return {"units": figures.named(rows, "long_name", ["unit"]), "top": min(top, len(rows))}


def _lead(m: Month) -> dict[str, object]:
    """The total, the domain from which most of its change came, and all cities together beside a provincial group."""
    total, domains, driver = figures.total(m), figures.domains(m), None
    change = 0 if is_missing(total.yoy_base) else total.tickets - int(total.yoy_base)
    if change and domains["yoy_base"].notna().all():
        moved = domains.set_index("printed_domain").eval("tickets - yoy_base")
        name = (moved * change).idxmax()
        if (part := percent(moved[name], change)) >= _MOSTLY:
            driver = {"name": name, "more": change > 0, "nearly_all": part >= NEARLY_ALL}
    cities = figures.pooled(m, "city")
    return {
        "total": total,
        "driver": driver,
        "cities": figures.figure(f"{cities['number']}市合计", cities, ["unit"])
        if 0 < cities["number"] < len(m.units)
        else None,
        "significant": cities["yoy_significant"],
    }


def _contributions(m: Month) -> dict[str, object]:
    """The provincial group and the cities together; of the cities those whose change counts tell from chance."""
    rows, parts = figures.unit_contributions(m), []
    for kind, together in (("group", "个集团合计"), ("city", "市合计")):
        names = rows.loc[rows["kind"] == kind, "long_name"].tolist()
        if names:
            name = names[0] if len(names) == 1 else f"{len(names)}{together}"
            parts.append(figures.figure(name, figures.pooled(m, kind), ["unit"]))
    cities = rows[rows["kind"] == "city"]
    told = cities[cities["significant"].fillna(False)].sort_values("difference", ascending=False, kind="stable")
    return {
        "total": figures.total(m),
        "parts": parts,
        "more": figures.named(told[told["difference"] > 0], "unit"),
        "fewer": figures.named(told[told["difference"] < 0][::-1], "unit"),
        "others": len(cities) - len(told),
    }


def _units_note(m: Month) -> dict[str, object]:
    cities = figures.units(m).query("kind == 'city'")
    first = cities[cities["tickets"] > 0].head(2)
    together = Figure("", int(first["tickets"].sum()), int(cities["tickets"].sum()))
    return {"number": len(cities), "first": figures.named(first, "unit"), "together": together}


def types_chart(m: Month) -> Chart:
    """图1"""
    rows = figures.types(m)
    parts = figures.named(rows, "business_type")
    return drawn(m, "types", charts.types(rows), 1, total=figures.total(m), types=parts)


def units_chart(m: Month) -> Chart:
    """图2"""
    rows = figures.units(m)
    dark, *light = (m.params.catalogue.of_role(role).brief for role in ("complaint", "inquiry", "suggestion"))
    return drawn(
        m, "units", charts.units(rows, words=(dark, "与".join(light)), whole=m.params.organisation.region), 2,
        groups=figures.named(rows[rows["kind"] == "group"], "unit"),
        cities=figures.named(rows[rows["kind"] == "city"], "unit"),
        pooled=figures.figure("", figures.pooled(m, "city")),
    )  # fmt: skip


def contributions_chart(m: Month) -> Chart | Sentence:
    """What each city added; nothing without a base month, when there is nothing to draw."""
    rows = figures.unit_contributions(m)
    cities = rows[rows["kind"] == "city"].sort_values("difference", ascending=False, kind="stable")
    if rows["difference"].isna().all():
        return Sentence("")
    return drawn(
        m, "contributions", charts.contributions(rows),
        cities=figures.named(cities, "unit"),
        groups=figures.named(rows[rows["kind"] == "group"], "unit"),
        up=bool((cities["difference"] > 0).any()),
        down=bool((cities["difference"] < 0).any()),
        significant=int(cities["significant"].fillna(False).sum()),
        base_label=label(m.last_year.month),
    )  # fmt: skip


TABLES = {"business_types": business_types, "units": units}
SENTENCES = {
    "bulletin_lead": from_template("bulletin_lead", _totals, "lead"),
    "overview_lead": from_template("overview_lead", _lead, "lead"),
    "totals": from_template("totals", _totals),
    "contributions": from_template("contributions", _contributions),
    "units": from_template("units", _units),
    "units_note": from_template("units_note", _units_note),
}
CHARTS = {"types": types_chart, "contributions": contributions_chart, "units": units_chart}
