"""A unit beside its peers: its issues, and its place by score, volume, time and sample."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from statistics import median

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin import _small as small
from hotline_lib.bulletin._exhibit import Exhibit, Parts
from hotline_lib.exact import competition_rank, percent
from hotline_lib.indicators import BY_KEY
from hotline_lib.month import Month
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._cells import WITHHELD, Column, is_withheld
from hotline_lib.present._sentences import Figure, Sentence
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import column


def unit_issues(m: Month, role: str, unit: str, *, top: int = 5) -> Exhibit:
    """一个单位的热点事项，和同类单位合计的占比相比；▲▼ 为相差显著。

    role："inquiry"（咨询）或 "complaint"（投诉）。unit：单位。top：列出前几位，并列的都列出。
    有 table。frame：metrics.beside_peers：rank、issue、tickets、of、rest、rest_of、more（百分点）、told。
    来源：counts（按受理时间）。
    """
    name, others = m.params.unit(unit).name, _peers(m, unit)
    frame = metrics.beside_peers(_counts(m, name), m.counts[m.counts["unit"].isin(others)], role, top=top)
    within = {"unit": name, "business_type": m.params.catalogue.name_of(role)}
    return Exhibit(
        m, frame, {"issue": "issue"}, within, Parts(table=partial(_issues_table, others=others)), edition=True
    )


def unit_peers(m: Month, unit: str) -> Exhibit:
    """一个单位在同类单位中的位置（同类太少时在全部单位中）：总分、业务量、时长、抽检，旁边是第1位和中间的值。

    unit：单位。有 table。frame：measure（项目）、own（本单位）、place（名次/单位数）、first（第1位）、middle（中位数）；省级集团与各市人口口径不同，
    一起比时没有万人工单数量。
    来源：counts、rates、抽检。
    """
    name = m.params.unit(unit).name
    return Exhibit(m, _places(m, name), _parts=Parts(table=partial(_peers_table, unit=name)), edition=True)


def _counts(m: Month, unit: str) -> pd.DataFrame:
    return m.counts[m.counts["unit"] == unit]


def _issues_table(x: Exhibit, others: list[str]) -> Table | Sentence:
    """The unit's most frequent issues of a business type, beside their share in its peers together."""
    m, rows, type_name = x.m, x.frame, x.within["business_type"]
    if rows.empty:
        return Sentence(f"{m.params.unit(x.within['unit']).long_name}本月没有标注事项的{type_name}工单。")
    told = small.without_small(m, rows, ("tickets",), ("rank", "tickets", "more", "told"))
    if told is None:
        return Sentence(f"{type_name}各事项的件数不列出（{'；'.join(small.note(m))}）。")
    rows, shares = told, [column("share", head=f"占本单位\n{type_name}")]
    whose = f"其他{len(others)}市" if _are_cities(m, others) else "其他单位"
    beside = rows["rest_of"].iloc[0] > 0
    if not _type_told(m, x.within["unit"], type_name):  # a share would tell the whole that it is a part of
        shares, beside = [], False
    beside_columns = [column("share", head=f"{whose}\n占比", value=("rest", "rest_of")), column("more")]
    return Table(
        rows,
        [
            column("rank"),
            column("issue"),
            column("tickets"),
            *shares,
            *(beside_columns if beside else []),
        ],
        caption=type_name,
        order="按件数排",
        row_head="issue",
        notes=[*(["▲▼占比相差显著"] if beside else []), *small.note(m)],
    )


def _type_told(m: Month, unit: str, business_type: str) -> bool:
    """Whether a unit's tickets of a business type may be printed."""
    rows = types_told(m, unit)
    return rows is not None and not rows.loc[rows["business_type"] == business_type, "tickets"].map(is_withheld).any()


def _peers(m: Month, unit: str) -> list[str]:
    """The other units of its kind; nobody, if it is a kind of its own."""
    me = m.params.unit(unit)
    return [each.name for each in m.params.units if each.kind == me.kind and each.name != me.name]


def _are_cities(m: Month, names: Iterable[str]) -> bool:
    return all(m.params.unit(name).kind == "city" for name in names)


def _halves(value: int) -> str:
    """A count, or what lies between two."""
    return numbers.count(value) + (".5" if value % 1 else "")


def _of(number: int) -> Callable[[Decimal], str]:
    """A share in percent of that many tickets as 3/4."""
    return lambda share: f"{numbers.points(Decimal(round(share * number / 50)) / 2)}/{number}"  # 1.5 in the middle


def _places(m: Month, unit: str) -> pd.DataFrame:
    """Measures, with the unit's place among units of its kind, and the best and the middle of them."""
    me, kind = m.params.unit(unit), compared_with(m, unit)
    scores = figures.scores(m).set_index("unit")["score"]
    values = figures.indicators(m).pivot(index="unit", columns="indicator", values="value")
    checks = figures.spot_checks(m)
    minutes = f"{m.params.catalogue.name_of('complaint')}类平均办结时长（分钟）"
    per_people = BY_KEY["tickets_per_10k"].label
    measures: list[tuple[str, pd.Series, bool, Callable[..., str]]] = [
        ("总分", scores, True, numbers.decimal),
        ("业务量（件）", figures.units(m).set_index("unit")["tickets"], True, _halves),
        (per_people, values["tickets_per_10k"], True, numbers.decimal),
        (minutes, values["complaint_mean_minutes"], False, numbers.decimal),
    ]
    if checks is not None and (checks["answered"] > 0).any():
        drawn_from = checks[checks["answered"] > 0].set_index("unit")
        bad = [percent(*each) for each in zip(drawn_from["problems"], drawn_from["answered"], strict=True)]
        alike = drawn_from["answered"].nunique() == 1
        head = "抽检有问题（件/抽检件）" if alike else "抽检有问题（%）"
        printed = _of(drawn_from["answered"].iloc[0]) if alike else numbers.decimal
        measures.append((head, pd.Series(bad, index=drawn_from.index), False, printed))
    hidden, rows = _places_withheld(m, me.name, [name for name, *_ in measures]), []
    # a group's people are not those of the cities
    same_people = m.units.set_index("unit").loc[list(kind), "kind"].nunique() == 1
    for name, of, most_first, printed in measures:
        known = of.reindex(kind).dropna()
        if me.name in known.index and (same_people or name != per_people):
            ranks = dict(zip(known.index, competition_rank(list(known), descending=most_first), strict=True))
            ordered = sorted(known, reverse=most_first)
            own, first, middle = map(printed, (known[me.name], ordered[0], median(ordered)))
            told = (WITHHELD, WITHHELD) if name in hidden else (own, f"{ranks[me.name]}/{len(known)}")
            rows.append((name, *told, first, middle))
    return pd.DataFrame(rows, columns=["measure", "own", "place", "first", "middle"])


def _places_withheld(m: Month, unit: str, measures: list[str]) -> set[str]:
    """The measures that tell of few tickets: neither the unit's own value nor its place may be printed."""
    own = figures.indicators_by_unit(m).loc[unit]
    few = [False, types_told(m, unit) is None, small.tells_of_few(m, "tickets_per_10k", own.loc["tickets_per_10k"])]
    few[2] |= few[1]
    few.append(small.tells_of_few(m, "complaint_mean_minutes", own.loc["complaint_mean_minutes"]))
    few.append(_few_checked(m, unit))
    return {name for name, hide in zip(measures, few, strict=False) if hide}


def _few_checked(m: Month, unit: str) -> bool:
    checks = figures.spot_checks(m)
    if checks is None or unit not in set(checks["unit"]):
        return False
    of = checks.set_index("unit").loc[unit]
    return small.is_small(m, of["answered"], of["problems"], of["answered"] - of["problems"])


def line_withheld(m: Month, unit: str) -> set[object]:
    """What of the unit's line in the overview may not leave the house in a mail to it: values of its columns."""
    whole, hidden = total_of(m, unit), set()
    if types_told(m, unit) is None:
        hidden |= {"tickets", ("tickets", "yoy_base")}
    if whole.yoy_base is None:
        hidden.add(("tickets", "yoy_base"))
    return hidden | ({"found", "signals"} if _few_checked(m, unit) else set())


def compared_with(m: Month, unit: str) -> tuple[str, ...]:
    """The units of its kind, itself among them; all of them if these are too few."""
    others = _peers(m, unit)
    return (m.params.unit(unit).name, *others) if len(others) >= 2 else tuple(m.params.unit_names)


def whose(m: Month, names: tuple[str, ...]) -> str:
    """14市, or 全省 for all units."""
    if len(names) == len(m.units):
        return m.params.organisation.region
    return f"{len(names)}{'市' if _are_cities(m, names) else '个单位'}"


def types_of(m: Month, unit: str) -> pd.DataFrame:
    """Business types of one unit with its own base months, as far as those know units by type."""
    name, bases = unit, {}
    for kind in ("yoy", "mom"):
        rows = figures.base(m, kind).by("unit", "business_type")
        kept = getattr(total_of(m, name), f"{kind}_base") is not None
        bases[kind] = rows[rows["unit"] == name][["business_type", "tickets"]] if rows is not None and kept else None
    rows = metrics.type_volumes(_counts(m, name), m.types, **bases)
    return rows[(rows["role"] != "retired") | (rows["tickets"] > 0)].reset_index(drop=True)


def total_of(m: Month, unit: str) -> Figure:
    """All tickets of the unit as a part of those of its peers, with its bases."""
    name, peers = m.params.unit(unit).name, compared_with(m, unit)
    by_unit = (figures.base(m, kind).by("unit") for kind in ("yoy", "mom"))
    own = (None if rows is None else int(rows.loc[rows["unit"] == name, "tickets"].sum()) for rows in by_unit)
    yoy_base, mom_base = own
    tickets = int(_counts(m, name)["tickets"].sum())
    long_name = m.params.unit(name).long_name
    of = int(m.counts.loc[m.counts["unit"].isin(peers), "tickets"].sum())
    of_where = {} if len(peers) == len(m.units) else {"unit": list(peers)}
    return small.of_whole(m, Figure(long_name, tickets, of, yoy_base, mom_base, {"unit": name}, of_where))


def types_told(m: Month, unit: str) -> pd.DataFrame | None:
    """The rows of ``types_of`` as its edition may print them; None: not even their sum."""
    if small.is_small(m, total_of(m, unit).tickets):
        return None
    return small.without_small(m, types_of(m, unit), ("tickets", "yoy_base", "mom_base"), ("tickets",))


def all_types_told(m: Month, unit: str) -> bool:
    """Whether all of a unit's types may be printed."""
    rows = types_told(m, unit)
    return rows is not None and not rows["tickets"].map(is_withheld).any()


def _peers_table(x: Exhibit, unit: str) -> Table:
    m, kind = x.m, compared_with(x.m, unit)
    each = "市" if _are_cities(m, kind) else "单位"
    columns = [
        Column("项目", "measure", "text"), Column("本单位", "own", "words"),
        Column("名次", "place", "words", unit=f"/{each}数"), Column("第1位", "first", "words"), Column("中位数", "middle", "words"),
    ]  # fmt: skip
    order = f"在{len(kind)}个{each}中；总分、件数从高到低，时长、问题从低到高"
    return Table(x.frame, columns, label="名次", order=order, row_head="measure")
