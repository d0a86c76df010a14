"""What 02 adds to section 二: domain x unit, and which domains and business types made the total move."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import figures
from hotline_lib.bulletin.sentences import from_template
from hotline_lib.exact import is_missing, percent
from hotline_lib.month import Month
from hotline_lib.present import numbers
from hotline_lib.present.sentences import Figure, Sentence, difference_words, shortened
from hotline_lib.present.tables import Column, Table

_BASES = {"yoy_base": "同比", "mom_base": "环比"}


@figures.once_a_month
def _pairs(m: Month) -> pd.DataFrame:
    return metrics.unit_domains(m.counts, m.units, figures.domains(m)["printed_domain"].tolist())


def domain_units(m: Month) -> Table:
    """Units down, printed domains across, with the sums of both."""
    frame, names = _pairs(m), figures.domains(m)["printed_domain"].tolist()
    cities = frame[frame["kind"] == "city"]
    other = {each["unit"]: each["first"].name for each in _domain_units(m)["others"]}
    grouped = len(cities) < len(frame)
    return Table(
        frame,
        [
            Column("单位", "unit", "text"),
            *(Column(name, name, unit="件", emphasis=partial(_emphasis, name, other)) for name in names),
            Column("合计", "tickets", "count", unit="件"),
        ],
        order=("省级集团单列，各市按合计排" if grouped else "按合计排") + ("；加粗为与多数市不同之处" if other else ""),
        label="各单位各领域件数",
        subtotal={**_sums(cities, names), "unit": f"其中{len(cities)}市"} if grouped and len(cities) else None,
        total={**_sums(frame, names), "unit": "总计"},
        rule_after=lambda row: row["kind"] == "group",
    )


def _emphasis(name: str, other: dict[str, str], row: dict) -> str:
    if other.get(row["unit"]) == name:
        return "bold"
    return "soft" if row[name] == 0 else ""


def _sums(frame: pd.DataFrame, names: list[str]) -> dict[str, int]:
    return frame[[*names, "tickets"]].sum().to_dict()


def _domain_units(m: Month) -> dict[str, object]:
    """Domains that one unit has alone; of the cities the commonest domain, and those where another one is."""
    frame, names = _pairs(m), figures.domains(m)["printed_domain"].tolist()
    alone = [
        {"domain": name, "count": str(frame[name].sum()), "unit": frame["unit"][frame[name].idxmax()]}
        for name in names
        if (frame[name] > 0).sum() == 1
    ]
    cities = frame[(frame["kind"] == "city") & (frame["tickets"] > 0)]
    sums = cities[names].sum()
    most = sums.idxmax()
    others = [
        {"unit": row["unit"], "first": Figure(first, row[first], row["tickets"])}
        for _, row in cities.iterrows()
        if (first := row[names].astype("int64").idxmax()) != most and row[first] > row[most]
    ]
    pooled = Figure(most, int(sums[most]), int(sums.sum()))
    return {"alone": alone, "cities": len(cities), "pooled": pooled, "others": others}


def _lead(m: Month) -> dict[str, object]:
    """The largest domain; all others together, and the two units that have most of them."""
    rows = figures.domains(m).sort_values("tickets", ascending=False, kind="stable")
    frame = _pairs(m)
    rest = (frame["tickets"] - frame[rows["printed_domain"].iloc[0]]).rename("rest")
    where = frame.assign(rest=rest).sort_values("rest", ascending=False, kind="stable").head(2)
    where = where[where["rest"] > 0]
    return {
        "first": figures.figure(rows["printed_domain"].iloc[0], rows.iloc[0]),
        "rest": Figure("", int(where["rest"].sum()), int(rest.sum())),
        "places": where["unit"].tolist(),
    }


def domain_contributions(m: Month) -> Table:
    """Which domains made the total move, against both base months."""
    return _pulls(m, figures.domains(m), "printed_domain", "业务领域")


def type_contributions(m: Month) -> Table:
    """Which business types did; one no longer in use is there, so that all add up to the total."""
    return _pulls(m, figures.types_then_and_now(m), "business_type", "业务类型")


def _known_bases(m: Month) -> list[str]:
    """The base months of which total, domains and types are known; a published one may lack a table."""
    bases, parts = figures.total(m), (figures.domains(m), figures.types_then_and_now(m))
    known = [key for key in _BASES if not is_missing(bases[key]) and bases[key] > 0]
    return [key for key in known if not any(part[key].isna().any() for part in parts)]


def _pulls(m: Month, frame: pd.DataFrame, name: str, head: str) -> Table:
    """Tickets more or less, and percentage points of the base month's total. Without a base, nothing."""
    total_row = pd.DataFrame([{**figures.total(m).to_dict(), name: "总计"}])
    rows, columns = pd.concat([frame, total_row], ignore_index=True), [Column(head, name, "text")]
    for key in _known_bases(m):
        base = int(figures.total(m)[key])
        more = (rows["tickets"] - rows[key]).astype("Int64")
        pulled = [numbers.signed(percent(each, base)) for each in more]
        rows = rows.assign(**{f"{key}_more": more.map(numbers.signed_count), f"{key}_pull": pulled})
        columns.append(Column("增减", f"{key}_more", "words", unit="件", group=_BASES[key]))
        columns.append(Column("拉动", f"{key}_pull", "words", unit="百分点", group=_BASES[key]))
    if len(columns) == 1:
        return Table(frame.iloc[:0], [])
    return Table(rows.iloc[:-1], columns, row_head=name, total=rows.iloc[-1].to_dict())


def _domain_contributions(m: Month) -> dict[str, object]:
    """The domain and the business type that moved most; all others of each together."""
    base = next(iter(_known_bases(m)), None)
    if base is None:
        return {"against": ""}
    all_, parts = figures.total(m), []
    change = int(all_["tickets"] - all_[base])
    for frame, name in ((figures.domains(m), "printed_domain"), (figures.types_then_and_now(m), "business_type")):
        more = (frame["tickets"] - frame[base]).astype("int64")
        at = more.abs().idxmax()
        points = percent(abs(more[at]), int(all_[base]))
        parts.append(
            {
                "name": frame[name][at],
                "difference": difference_words(more[at], 0),
                "pull": f"{'下拉' if more[at] < 0 else '拉动'}{numbers.decimal(points)}个百分点",
                "others": difference_words(change - more[at], 0),
            }
        )
    return {
        "against": _BASES[base],
        "difference": difference_words(all_["tickets"], all_[base]),
        "domain": parts[0],
        "type": parts[1],
    }


def _short_lead(m: Month) -> Sentence:
    return Sentence(shortened(str(from_template("domains_lead", _lead)(m))), "lead")


TABLES: dict[str, Callable[..., Table]] = {
    "domain_units": domain_units,
    "domain_contributions": domain_contributions,
    "type_contributions": type_contributions,
}
SENTENCES: dict[str, Callable[..., Sentence]] = {
    "domains_lead": _short_lead,
    "domain_units": from_template("domain_units", _domain_units),
    "domain_contributions": from_template("domain_contributions", _domain_contributions),
}
