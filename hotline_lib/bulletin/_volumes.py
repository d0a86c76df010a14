"""Section 一 and Annex 3: how many tickets, of which types, in which units, and what made the total move."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._columns import SHARE, by_unit, compared
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says, with_more
from hotline_lib.bulletin._wording import drawn, noted
from hotline_lib.errors import how_many
from hotline_lib.exact import is_missing, percent
from hotline_lib.month import Month
from hotline_lib.params import label
from hotline_lib.present import _charts as charts
from hotline_lib.present._chart import Chart
from hotline_lib.present._page import MONTHS_BEFORE, months_before
from hotline_lib.present._sentences import Figure, Sentence
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import UNIT, column

_MOSTLY, NEARLY_ALL = 50, 95  # percent of the total's change that comes from one domain


def business_types(m: Month) -> Exhibit:
    """业务类型（图1）：受理了多少，各类占多少，同比、环比怎样。

    有 sentence（第一部分首句）、lead（首页导语）、table、chart（图1）。
    frame：metrics.type_volumes，一行一类：business_type、role、tickets、of、share、yoy_base、yoy、mom_base、mom。
    来源：counts（按受理时间）。
    """
    parts = Parts(
        lead=Says("bulletin_lead", _totals, "lead"),
        sentence=Says("totals", _totals),
        table=lambda x: compared(x, "business_type", "type", notes=noted(m, "retired_types", **_retired_then(m))),
        chart=_types_chart,
    )
    return with_more(Exhibit(m, figures.types(m), {"business_type": "business_type"}, {}, parts), "business_types")


def _retired_then(m: Month) -> dict[str, Any]:
    """Business types that only a base month has: their ``names``, and their tickets then (``yoy``, ``mom``)."""
    volumes = figures.types_then_and_now(m)
    gone = volumes[(volumes["role"] == "retired") & (volumes["tickets"] == 0)]
    return {
        "names": "、".join(gone["business_type"]),
        **{key: int(gone[f"{key}_base"].sum()) for key in ("yoy", "mom")},
    }


def units(m: Month, *, top: int = 5) -> Exhibit:
    """各单位业务量（图2、附件3）：省级集团单列，各市按合计由多到少排列。

    top：句中列出前几位，并列的都列出。
    有 sentence、note（怎样看）、table（附件3）、chart（图2）。
    frame：metrics.unit_volumes，一行一个单位：rank、unit、kind、population、complaint、inquiry、suggestion、tickets、of、
    share、yoy_base、yoy、yoy_significant。来源：counts（按受理时间）。
    """
    parts = Parts(
        sentence=Says("units", partial(_units, top=how_many(top))),
        note=Says("units_note", _units_note),
        table=_units_table,
        chart=_units_chart,
    )
    return with_more(Exhibit(m, figures.units(m), {"unit": "unit"}, {}, parts), "units")


def contributions(m: Month, frame: pd.DataFrame | None = None) -> Exhibit:
    """增减来源：各单位比上年同月多了、少了多少件。

    有 sentence、lead（总览导语）、chart（各市增减）；没有上年同月时没有图。
    frame：metrics.contributions，units 的各列之外有 difference（件）、pull（百分点）；不写就是全部单位。来源：counts。
    """
    parts = Parts(
        lead=Says("overview_lead", _lead, "lead"),
        sentence=Says("contributions", _contributions),
        chart=_contributions_chart,
    )
    return Exhibit(m, figures.unit_contributions(m) if frame is None else frame, {"unit": "unit"}, {}, parts)


def _units_table(x: Exhibit) -> Table:
    """Annex 3, with the cities' sum and the total."""
    m, name_of = x.m, x.m.params.catalogue.name_of
    columns = [
        column("rank", head="序号", key="rank"),
        UNIT,
        *(column(role, head=name_of(role), key=role) for role in ("complaint", "inquiry", "suggestion")),
        column("tickets", head="合计", key="total"),
        SHARE,
        column("yoy", key="yoy_pct"),
    ]
    sd = m.params.scheme.signals.changes.monthly_sd
    alone = "省级集团、总计各自" if (x.frame["kind"] == "group").any() else "总计单独"
    few = f"（以前的月份不足{MONTHS_BEFORE}个，按每月{sd}%，暂定值）" * (months_before(m, "unit") < MONTHS_BEFORE)
    told = f"▲▼显著增减：各市一起判断，{alone}判断{few}；灰色为未超出通常波动"
    notes = [told] * bool(x.frame["yoy_significant"].notna().any())
    pooled = figures.pooled(m, "city"), figures.pooled(m)
    made = by_unit(x.frame, columns, *pooled, label="附件3 业务量区域分布", notes=notes)
    return made.corrected(figures.errata(m, "units"))


def _totals(x: Exhibit) -> dict[str, Any]:
    in_order = x.m.types[["business_type"]].merge(x.frame, on="business_type", validate="one_to_one")
    return {"total": figures.total(x.m), "types": x.figures(in_order)}


def _units(x: Exhibit, top: int) -> dict[str, Any]:
    rows = x.frame[(x.frame["rank"] <= top) & (x.frame["tickets"] > 0)].sort_values("rank", kind="stable")
    return {"units": x.figures(rows, "long_name"), "top": min(top, len(rows)), "total": figures.total(x.m)}


def _lead(x: Exhibit) -> dict[str, Any]:
    """The total, the domain from which most of its change came, and all cities together beside a provincial group."""
    m, driver = x.m, None
    total, domains = figures.total(m), figures.domains(m)
    change = 0 if is_missing(total.yoy_base) else total.tickets - int(total.yoy_base)
    if change and domains["yoy_base"].notna().all():
        moved = domains.set_index("printed_domain").eval("tickets - yoy_base")
        name = (moved * change).idxmax()
        part = percent(moved[name], change)
        if part is not None and part >= _MOSTLY and figures.pooled(m)["yoy_significant"]:
            driver = {"name": name, "more": change > 0, "nearly_all": NEARLY_ALL <= part <= 100}
    cities = figures.pooled(m, "city")
    return {
        "total": total,
        "driver": driver,
        "cities": x.figure(f"{cities['number']}市合计", cities) if 0 < cities["number"] < len(m.units) else None,
        "significant": cities["yoy_significant"],
        "told": figures.pooled(m)["yoy_significant"],
    }


def _contributions(x: Exhibit) -> dict[str, Any]:
    """The provincial group and the cities together; of the cities those whose change counts tell from chance."""
    rows, parts = x.frame, []
    for kind, together in (("group", "个集团合计"), ("city", "市合计")):
        names = rows.loc[rows["kind"] == kind, "long_name"].tolist()
        if names:
            name = names[0] if len(names) == 1 else f"{len(names)}{together}"
            parts.append(x.figure(name, figures.pooled(x.m, kind)))
    cities = rows[rows["kind"] == "city"]
    told = cities[cities["yoy_significant"].fillna(False)].sort_values("difference", ascending=False, kind="stable")
    return {
        "total": figures.total(x.m),
        "parts": parts,
        "more": x.figures(told[told["difference"] > 0]),
        "fewer": x.figures(told[told["difference"] < 0][::-1]),
        "others": len(cities) - len(told),
        "pairs": figures.same_tickets(x.m),
    }


def _units_note(x: Exhibit) -> dict[str, Any]:
    cities = x.frame[x.frame["kind"] == "city"]
    first = cities[cities["tickets"] > 0].head(2)
    together = Figure("", int(first["tickets"].sum()), int(cities["tickets"].sum()))
    return {"number": len(cities), "first": x.figures(first), "together": together}


def _types_chart(x: Exhibit) -> Chart:
    return drawn(x.m, "types", partial(charts.types, x.frame), 1, total=figures.total(x.m), types=x.figures())


def _units_chart(x: Exhibit) -> Chart:
    return _picture(x.m) if x.frame.equals(figures.units(x.m)) else _drawn(x)


@figures.once_a_month
def _picture(m: Month) -> Chart:
    """The month's own, which page, Word and mail show: drawn once."""
    return _drawn(Exhibit(m, figures.units(m), {"unit": "unit"}))


def _drawn(x: Exhibit) -> Chart:
    rows = x.frame
    dark, *light = (x.m.params.catalogue.of_role(role).brief for role in ("complaint", "inquiry", "suggestion"))
    return drawn(
        x.m, "units",
        partial(charts.units, rows, words=(dark, "与".join(light)), whole=x.m.params.organisation.region), 2,
        groups=x.figures(rows[rows["kind"] == "group"]),
        cities=x.figures(rows[rows["kind"] == "city"]),
        pooled=x.figure("", figures.pooled(x.m, "city")),
        marked=bool(rows["yoy_significant"].fillna(False).any()),
        complaint=x.m.params.catalogue.name_of("complaint"),
    )  # fmt: skip


def _contributions_chart(x: Exhibit) -> Chart | Sentence:
    """What each city added; nothing without a base month, when there is nothing to draw."""
    rows = x.frame
    cities = rows[rows["kind"] == "city"].sort_values("difference", ascending=False, kind="stable")
    if rows["difference"].isna().all():
        return Sentence("")
    return drawn(
        x.m, "contributions", partial(charts.contributions, rows),
        cities=x.figures(cities),
        groups=x.figures(rows[rows["kind"] == "group"]),
        up=bool((cities["difference"] > 0).any()),
        down=bool((cities["difference"] < 0).any()),
        significant=int(cities["yoy_significant"].fillna(False).sum()),
        base_label=label(x.m.last_year.month),
    )  # fmt: skip
