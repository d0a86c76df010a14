"""The two months that a bulletin compares with: counts from which every printed change comes out.

A printed change leaves a few integers as its base. The sums over types, domains and units must be one total; where
the printed types fall short of it, tickets of a type no longer in use fill the gap. What a base ticket was about is
borrowed from this month's tickets of the same kind.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from hotline_lib.errors import ParamsError, PublishedError
from hotline_lib.params import Params
from hotline_lib.simulate.cells import as_categories, fit, likeliness, spread
from hotline_lib.simulate.printed import Printed

Kind = Literal["yoy", "mom"]
_LABELS = {"yoy": "同比", "mom": "环比"}


def base_margins(printed: Printed, kind: Kind, params: Params, rng: np.random.Generator) -> dict[str, pd.Series]:
    """Counts of a base month that give every printed change of one kind.

    By ``role`` (retired included), printed ``domain`` and ``unit``, with equal sums.
    Where nothing is printed (units have no 环比) a count follows this month's, with some chance.
    Raises PublishedError if no counts give all changes, with the sums that disagree.
    """
    ranges = printed.changes[["tickets"]].copy()
    names = [params.catalogue.name_of(name) if over == "type" else name for over, name in ranges.index]
    ranges[["low", "high"]] = [
        base_range(*each) for each in zip(ranges["tickets"], printed.changes[kind], names, strict=True)
    ]
    ranges["guess"] = ranges["tickets"].clip(ranges["low"], ranges["high"])
    total, types, domains, units = (ranges.xs(over) for over in ("total", "type", "domain", "unit"))
    low = max(total["low"].max(), *(table["low"].sum() for table in (types, domains, units)))
    high = min(total["high"].min(), domains["high"].sum(), units["high"].sum())
    if low > high:
        sums = {"各业务类型": types.sum(), "各领域": domains.sum(), "各单位": units.sum()}
        listed = "；".join(f"{name}之和 {row['low']}–{row['high']} 件" for name, row in sums.items())
        raise PublishedError(
            f"{printed.month} 印出的{_LABELS[kind]}互相矛盾：由合计推出基期 "
            f"{total['low'].max()}–{total['high'].min()} 件；{listed}（业务类型可以少于合计）。没有一个总数同时满足。"
        )
    number = int(np.clip(domains["guess"].sum(), low, max(low, min(high, types["high"].sum()))))
    roles, by_domain = _filled(types, min(number, types["high"].sum())), _filled(domains, number)
    if number > roles.sum() and all(each.role != "retired" for each in params.catalogue.business_types):
        raise ParamsError(
            f"印出的各业务类型{_LABELS[kind]}比合计少 {number - roles.sum()} 件，只能属于已停用的业务类型；"
            "params/catalogue.yaml 的 business_types 中没有 role 为 retired 的一类，请加上。"
        )
    # units of which nothing is printed follow the domains that they answer for
    weights = likeliness(printed, params).mul(units["tickets"] * rng.lognormal(0, 0.06, len(units)), axis=0)
    follow = (weights / weights.sum() * by_domain).sum(axis=1).round().clip(units["low"], units["high"])
    free = printed.changes.xs("unit")[kind].isna()
    units = units.assign(guess=units["guess"].where(~free, follow).astype(np.int64))
    roles = pd.concat([roles, pd.Series({"retired": number - roles.sum()})])
    return {"role": roles, "domain": by_domain, "unit": _filled(units, number)}


def base_range(now: int, hundredths: float, name: str) -> tuple[int, int]:
    """The least and the greatest base from which ``now`` is a change of so many hundredths of a percent.

    name: whose figures they are. Raises PublishedError if there is no such base.
    """
    if np.isnan(hundredths):
        return 0, 100 * now  # nothing printed: any count
    # printed half away from zero: 2 x 10,000 x (now - base) / base lies within 2 x hundredths ± 1, one end included
    least, most = 20_000 + 2 * int(hundredths) - 1, 20_000 + 2 * int(hundredths) + 1
    low = max(-(-20_000 * now // most), 1)
    high = 20_000 * now // least if least > 0 else 20_000 * max(now, 1) * (most > 0)
    low += hundredths >= 0 and low * most == 20_000 * now
    high -= hundredths <= 0 and high * least == 20_000 * now
    if low > high:
        raise PublishedError(f"{name} {now} 件与变化 {hundredths / 100:.2f}% 不能同时成立：没有一个整数基数能得出它。")
    return low, high


def _filled(ranges: pd.DataFrame, total: int) -> pd.Series:
    """A count for each name within its range, near its guess, that sum to ``total``."""
    missing = total - ranges["guess"].sum()
    room = (ranges["high"] - ranges["guess"]) if missing > 0 else (ranges["guess"] - ranges["low"])
    return ranges["guess"] + np.sign(missing) * spread(abs(missing), room.to_numpy(), room.to_numpy())


def base_tickets(
    margins: dict[str, pd.Series], printed: Printed, tickets: pd.DataFrame, params: Params, rng: np.random.Generator
) -> pd.DataFrame:
    """One row a ticket of a base month, like ``tickets`` (this month's), with exactly the counts of ``margins``."""
    roles, domains, units = (margins[over] for over in ("role", "domain", "unit"))
    now = printed.cells.T.reindex(roles.index)
    now = now.fillna(now.sum()) + 0.01  # a retired type is spread like all others together
    by_unit = fit(now * rng.lognormal(0, 0.05, now.shape), roles, units, "基期各业务类型、各单位的件数")
    cells = pd.DataFrame(by_unit, roles.index, units.index).rename_axis(index="role", columns="unit").stack()
    cells = cells[cells > 0]

    printed_domain = tickets["domain"].map({each.name: each.printed for each in params.catalogue.domains})
    tickets = tickets.assign(printed_domain=printed_domain.astype(object))
    pattern = tickets.groupby(["role", "unit", "printed_domain"]).size().unstack(fill_value=0)
    of_unit = pattern.groupby("unit").sum()
    unit = cells.index.get_level_values("unit")
    pattern = pattern.reindex(cells.index).fillna(of_unit.reindex(unit).set_axis(cells.index))
    pattern = pattern.reindex(columns=domains.index).fillna(0) + 0.01 * likeliness(printed, params).loc[unit].to_numpy()
    by_domain = fit(pattern.to_numpy(), cells, domains, "基期各业务类型、各单位、各领域的件数")
    amounts = pd.DataFrame(by_domain, cells.index, domains.index).stack()

    amounts = amounts[amounts > 0]
    pools = tickets.groupby(["role", "unit", "printed_domain"]).indices
    wider = tickets.groupby("printed_domain").indices
    fashion = np.append(rng.uniform(0.7, 1.4, len(tickets["issue"].cat.categories)), 1.0)  # issues come and go
    weights = fashion[tickets["issue"].cat.codes]  # a missing issue is -1, the last

    def drawn(cell: tuple[str, str, str], number: int) -> np.ndarray:
        pool = pools.get(cell, wider.get(cell[2]))
        if pool is None:
            raise PublishedError(f"「{cell[2]}」本月没有工单，基期却有 {number} 件：不知道它们是什么事项。")
        return rng.choice(pool, number, p=weights[pool] / weights[pool].sum())

    like = tickets.iloc[np.concatenate([drawn(*each) for each in amounts.items()])]
    roles, units = (amounts.index.get_level_values(level).repeat(amounts) for level in ("role", "unit"))
    return as_categories(like.assign(role=roles, unit=units), params)
