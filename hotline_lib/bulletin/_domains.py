"""Section 二 and what 02 adds to it: domain x unit, and which domains and business types made the total move."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from typing import Any

import pandas as pd

from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._columns import by_unit, compared
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says, source_of, where_of, with_more
from hotline_lib.bulletin._wording import drawn, noted
from hotline_lib.exact import is_missing, percent
from hotline_lib.month import Month
from hotline_lib.present import _charts as charts
from hotline_lib.present._chart import Chart
from hotline_lib.present._sentences import Figure
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import UNIT, column

_BASES = {"yoy_base": "同比", "mom_base": "环比"}


def domains(m: Month) -> Exhibit:
    """业务领域（图4）：受理了多少，各领域占多少，同比、环比怎样；小的几个领域合为一行。

    有 sentence（第二部分）、lead、table、chart（图4）。
    frame：metrics.domain_volumes，一行一个领域：printed_domain、domain（所含领域）、grouped、tickets、of、share、yoy_base、
    yoy、mom_base、mom。来源：counts（按受理时间）。
    """
    parts = Parts(
        lead=Says("domains_lead", _lead, "lead"),
        sentence=Says("domains", _domains),
        table=lambda x: compared(
            x, "printed_domain", "domain", notes=noted(m, "same_tickets", pairs=figures.same_tickets(m))
        ),
        chart=_domains_chart,
    )
    return with_more(Exhibit(m, figures.domains(m), {"domain": "domain"}, {}, parts), "domains")


def domain_units(m: Month) -> Exhibit:
    """领域与单位：各单位各领域的件数。

    有 sentence、table。frame：metrics.unit_domains，一行一个单位，各领域一列，tickets 为合计。来源：counts。
    """
    parts = Parts(sentence=Says("domain_units", _domain_units), table=_domain_units_table)
    return Exhibit(m, figures.unit_domains(m), {"unit": "unit"}, {}, parts, _find=_of_pair)


def domain_contributions(m: Month) -> Exhibit:
    """总量的增减来自哪些领域（业务类型见 type_contributions）：件数多少，拉动总量几个百分点。

    有 sentence、table；没有对比月份时没有表。frame：metrics.domain_volumes。来源：counts 和对比月份。
    """
    parts = Parts(sentence=Says("domain_contributions", _contributions), table=_contributions_table)
    return Exhibit(m, figures.domains(m), {"domain": "domain"}, {}, parts, _of_change)


def type_contributions(m: Month) -> Exhibit:
    """总量的增减来自哪些业务类型，已停用的也在内：件数多少，拉动总量几个百分点。

    有 table；没有对比月份时没有表。frame：metrics.type_volumes。来源：counts 和对比月份。
    """
    parts = Parts(table=_contributions_table)
    return Exhibit(m, figures.types_then_and_now(m), {"business_type": "business_type"}, {}, parts, _of_change)


def _domain_units_table(x: Exhibit) -> Table:
    """Units down, printed domains across, with the sums of both."""
    frame, names = x.frame, figures.domains(x.m)["printed_domain"].tolist()
    other = {each["unit"]: each["first"].name for each in _domain_units(x)["others"]}

    def emphasis(name: str, row: dict) -> str:
        return "bold" if other.get(row["unit"]) == name else "soft" if row[name] == 0 else ""

    columns = [column("tickets", head=name, value=name, emphasis=partial(emphasis, name)) for name in names]
    columns = [UNIT, *columns, column("tickets", head="合计")]
    cities, whole = (rows[[*names, "tickets"]].sum() for rows in (frame[frame["kind"] == "city"], frame))
    also = "；加粗为与多数市不同之处" if other else ""
    where = {"unit": frame.loc[frame["kind"] == "city", "unit"].tolist()}
    return by_unit(frame, columns, {**cities, "where": where}, {**whole, "where": {}}, also, label="各单位各领域件数")


def _of_pair(x: Exhibit, column, row):
    """Where a number of one unit and one printed domain comes from."""
    members = figures.domains(x.m).set_index("printed_domain")["domain"]
    if column.value not in members.index and column.value != "tickets":
        return None
    domain = {"domain": members[column.value]} if column.value in members.index else {}
    return source_of(x, "count", {**where_of(x, row), **domain}, tickets=row[column.value])


def _contributions_table(x: Exhibit) -> Table:
    """Tickets more or less, and percentage points of the base's total, against both base months; without a base, nothing."""
    total, name = figures.total(x.m), "printed_domain" if "printed_domain" in x.frame else "business_type"
    rows = pd.concat([x.frame, pd.DataFrame([{**asdict(total), name: total.name}])], ignore_index=True)
    columns = []
    for key in _known_bases(x.m):
        rows[f"{key}_more"] = more = (rows["tickets"] - rows[key]).astype("Int64")
        rows[f"{key}_pull"] = [percent(each, getattr(total, key)) for each in more]
        columns.append(column("difference", value=f"{key}_more", group=_BASES[key]))
        columns.append(column("pull", value=f"{key}_pull", group=_BASES[key]))
    shown = [column(name), *columns] if columns else []
    words = "各领域增减" if name == "printed_domain" else "各业务类型增减"
    return Table(rows[:-1], shown, label=words, caption=words, row_head=name, total=rows.iloc[-1].to_dict())


def _of_change(x: Exhibit, column, row):
    """A change in tickets, and the same in percent of the total's base."""
    key = str(column.value).removesuffix("_more").removesuffix("_pull")
    if key not in _BASES:
        return None
    attribute = f"{key.removesuffix('_base')}_difference"
    source = source_of(x, attribute, where_of(x, row), tickets=row["tickets"], **{key: row[key]})
    if source is None or str(column.value).endswith("_more"):
        return source
    base, more = int(getattr(figures.total(x.m), key)), int(row[column.value.replace("_pull", "_more")])
    formula = f"{more} ÷ {base} = {column.printed(row)}个百分点（分母：全部工单的{_BASES[key]}基数；{source.formula}）"
    return replace(source, formula=formula.replace("-", "−"))


def _parts(m: Month) -> dict[str, tuple[pd.DataFrame, str]]:
    """What the total falls into, types no longer in use included; for each its rows and their names' column."""
    return {
        "domain": (figures.domains(m), "printed_domain"),
        "type": (figures.types_then_and_now(m), "business_type"),
    }


def _known_bases(m: Month) -> list[str]:
    """The base months of which total, domains and types are known; a published one may lack a table."""
    total, parts = figures.total(m), _parts(m).values()
    known = [key for key in _BASES if not is_missing(base := getattr(total, key)) and base > 0]
    return [key for key in known if not any(frame[key].isna().any() for frame, _ in parts)]


def _domains(x: Exhibit) -> dict[str, Any]:
    rows = x.frame
    grouped = [
        {"total": each, "members": (each.where or {})["domain"]}
        for each in x.figures(rows[rows["grouped"]], "printed_domain")
    ]
    return {"domains": x.figures(rows[~rows["grouped"]], "printed_domain"), "grouped": grouped}


def _lead(x: Exhibit) -> dict[str, Any]:
    """The largest domain; all others together, and the two units that have most of them."""
    first = max(x.figures(name="printed_domain"), key=lambda each: each.tickets)
    units = figures.unit_domains(x.m).set_index("unit")
    rest = units["tickets"] - units[first.name]
    where = rest[rest > 0].sort_values(ascending=False, kind="stable").head(2)
    return {"first": first, "rest": Figure("", int(where.sum()), int(rest.sum())), "places": where.index.tolist()}


def _domain_units(x: Exhibit) -> dict[str, Any]:
    """Domains that one unit has alone; of the cities the commonest domain, and those where another one is."""
    frame, names = x.frame, figures.domains(x.m)["printed_domain"].tolist()
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


def _contributions(x: Exhibit) -> dict[str, Any]:
    """The domain and the business type that moved most, and all others of each together, against one base month."""
    m = x.m
    key = next(iter(_known_bases(m)), None)
    if key is None:
        return {"against": "", "known": bool(figures.total(m).yoy or figures.total(m).mom)}
    only = lambda figure: replace(figure, **{each: None for each in _BASES if each != key})
    total, context = only(figures.total(m)), {}
    for part, (frame, name) in _parts(m).items():
        column = "domain" if "domain" in frame else name
        row = frame.loc[(frame["tickets"] - frame[key]).abs().idxmax()]
        rest = frame[frame[name] != row[name]]
        listed = [each for value in rest[column] for each in (value if isinstance(value, list) else [value])]
        most = only(figures.figure(row[name], row, [column]))
        others = {"tickets": total.tickets - most.tickets, key: total.base - most.base, column: listed}
        context[part] = {"most": most, "others": figures.figure("", others, [column])}
    return {"against": _BASES[key], "total": total, **context}


def _domains_chart(x: Exhibit) -> Chart:
    picture = partial(charts.types, x.frame, name="printed_domain")
    parts = x.figures(name="printed_domain")
    return drawn(x.m, "domains", picture, 4, total=figures.total(x.m), domains=parts)
