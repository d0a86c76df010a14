"""The two months that a bulletin compares with: counts from which every printed change comes out.

A printed change leaves a few integers as its base. The sums over types, domains and units must be one total; where
the printed types fall short of it, tickets of a type no longer in use fill the gap. What a base ticket was about is
borrowed from this month's tickets of the same kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from hotline_lib.errors import ParamsError, PublishedError
from hotline_lib.exact import is_missing
from hotline_lib.params import Params
from hotline_lib.simulate.cells import as_categories, likeliness
from hotline_lib.simulate.printed import ROLES, Printed
from hotline_lib.simulate.whole import base_range, fit, spread

Kind = Literal["yoy", "mom"]
LABELS = {"yoy": "同比", "mom": "环比"}
_OVER = {"role": "业务类型", "domain": "业务领域", "unit": "单位"}


@dataclass(frozen=True)
class Margins:
    """Counts of one base month: by role (``retired`` included), by printed domain and by unit, with equal sums."""

    roles: pd.Series
    domains: pd.Series
    units: pd.Series


def base_margins(printed: Printed, kind: Kind, params: Params, rng: np.random.Generator) -> Margins:
    """Counts that give every printed change of one kind.

    Where nothing is printed (units have no 环比) a count follows this month's, with some chance.
    Raises PublishedError if no counts give all changes, naming the tables that disagree.
    """
    ranges = {over: _ranges(printed, over, kind) for over in _OVER}
    low, high = _total_range(printed, kind)
    bounds = {over: (int(table["low"].sum()), int(table["high"].sum())) for over, table in ranges.items()}
    for over in ("domain", "unit"):
        low, high = max(low, bounds[over][0]), min(high, bounds[over][1])
    if low > high or bounds["role"][0] > high:
        listed = "；".join(f"各{_OVER[over]}之和 {least}–{most} 件" for over, (least, most) in bounds.items())
        least, most = _total_range(printed, kind)
        raise PublishedError(
            f"{printed.month} 印出的{LABELS[kind]}互相矛盾：由合计推出基期 {least}–{most} 件；{listed}。"
            "没有一个总数同时满足。"
        )
    nearest = round(sum(table["guess"].sum() for table in ranges.values()) / len(ranges))
    total = int(np.clip(nearest, max(low, bounds["role"][0]), max(min(high, bounds["role"][1]), low)))
    roles = _filled(ranges["role"], min(total, bounds["role"][1]))
    domains = _filled(ranges["domain"], total)
    return Margins(
        roles=pd.concat([roles, pd.Series({"retired": _retired(total - roles.sum(), params, kind)})]),
        domains=domains,
        units=_filled(_guess_units(ranges["unit"], printed, domains, params, rng), total),
    )


def base_tickets(
    margins: Margins, printed: Printed, tickets: pd.DataFrame, params: Params, rng: np.random.Generator
) -> pd.DataFrame:
    """One row a ticket of a base month, like ``tickets`` (this month's), with exactly the counts of ``margins``."""
    roles, units = margins.roles[margins.roles > 0], margins.units[margins.units > 0]
    now = printed.cells.pivot(index="role", columns="unit", values="tickets").reindex(roles.index).loc[:, units.index]
    now = now.fillna(now.sum()) + 0.01  # a retired type is spread like all others together
    by_unit = fit(now * rng.lognormal(0, 0.05, now.shape), roles, units)

    domain_of = {each.name: each.printed for each in params.catalogue.domains}
    pools = _Pools(tickets.assign(printed_domain=tickets["domain"].map(domain_of)), rng)
    cells = pd.DataFrame(by_unit, index=roles.index, columns=units.index).stack()
    cells = cells[cells > 0]
    unlikely = likeliness(printed, params).loc[cells.index.get_level_values(1), margins.domains.index].to_numpy() * 0.01
    by_domain = fit(pools.pattern(cells.index, margins.domains.index) + unlikely, cells, margins.domains)
    amounts = pd.DataFrame(by_domain, index=cells.index, columns=margins.domains.index).stack()
    amounts = amounts[amounts > 0]
    like = np.concatenate([pools.draw(*cell, number) for cell, number in amounts.items()])
    about = tickets[["domain", "issue", "sub_issue"]].take(like).reset_index(drop=True)
    role, unit = (amounts.index.get_level_values(level).repeat(amounts) for level in (0, 1))
    return as_categories(about.assign(unit=unit, role=role)[["unit", "role", "domain", "issue", "sub_issue"]], params)


def _ranges(printed: Printed, over: str, kind: Kind) -> pd.DataFrame:
    """``low``, ``high``, ``guess`` by name: the counts that a base month may have."""
    now = {
        "role": printed.cells.groupby("role")["tickets"].sum().reindex(ROLES),
        "domain": printed.domains,
        "unit": printed.cells.groupby("unit", sort=False)["tickets"].sum(),
    }[over]
    changes = printed.changes[printed.changes["over"] == over].set_index("name").reindex(now.index)
    rows = [
        (*_range(int(tickets), changes.loc[name, kind], changes.loc[name, "label"]), int(tickets))
        for name, tickets in now.items()
    ]
    table = pd.DataFrame(rows, index=now.index, columns=["low", "high", "now"])
    return table.assign(guess=table["now"].clip(table["low"], table["high"]))


def _range(now: int, printed: object, name: str) -> tuple[int, int]:
    if is_missing(printed):
        return 0, 4 * now + 100  # nothing printed: any count
    return base_range(now, printed, name)


def _total_range(printed: Printed, kind: Kind) -> tuple[int, int]:
    rows = printed.changes[printed.changes["over"] == "total"]
    ranges = [_range(int(row["tickets"]), row[kind], row["label"]) for _, row in rows.iterrows()]
    ranges.append(_range(int(printed.cells["tickets"].sum()), None, ""))
    return max(low for low, _ in ranges), min(high for _, high in ranges)


def _filled(ranges: pd.DataFrame, total: int) -> pd.Series:
    """A count for each name within its range, near its guess, that sum to ``total``."""
    guess, low, high = (ranges[column].to_numpy() for column in ("guess", "low", "high"))
    missing = total - guess.sum()
    room = high - guess if missing > 0 else guess - low
    moves = spread(abs(missing), np.where(room > 0, room, 0), room)
    return pd.Series(guess + np.sign(missing) * moves, index=ranges.index)


def _guess_units(
    ranges: pd.DataFrame, printed: Printed, domains: pd.Series, params: Params, rng: np.random.Generator
) -> pd.DataFrame:
    """Units of which nothing is printed follow the domains that they answer for, with some chance."""
    free = ranges["high"] == 4 * ranges["now"] + 100
    weights = likeliness(printed, params).mul(ranges["now"] * rng.lognormal(0, 0.06, len(ranges)), axis=0)
    follow = (weights / weights.sum() * domains).sum(axis=1).round().astype(int)
    return ranges.assign(guess=ranges["guess"].where(~free, follow.clip(ranges["low"], ranges["high"])))


def _retired(number: int, params: Params, kind: Kind) -> int:
    if number and all(each.role != "retired" for each in params.catalogue.business_types):
        raise ParamsError(
            f"印出的各业务类型{LABELS[kind]}比合计少 {number} 件，只能属于已停用的业务类型；"
            "params/catalogue.yaml 的 business_types 中没有 role 为 retired 的一类，请加上。"
        )
    return number


class _Pools:
    """This month's tickets by kind, to draw from. Issues are in and out of fashion by up to a third."""

    def __init__(self, tickets: pd.DataFrame, rng: np.random.Generator):
        self.rng, self.tickets = rng, tickets
        fashion = np.append(rng.uniform(0.7, 1.4, len(tickets["issue"].cat.categories)), 1.0)
        self.weights = fashion[tickets["issue"].cat.codes]  # a missing issue is -1, the last
        self.pools = {
            keys: tickets.groupby(list(keys)).indices
            for keys in (("role", "printed_domain", "unit"), ("role", "printed_domain"), ("printed_domain",))
        }
        self.counts = tickets.groupby(["role", "unit", "printed_domain"]).size().unstack(fill_value=0)

    def pattern(self, cells: pd.MultiIndex, domains: pd.Index) -> np.ndarray:
        """This month's tickets by cell (role, unit) and domain; a role not in use follows all others together."""
        by_unit = self.counts.groupby("unit").sum()
        rows = [self.counts.loc[cell] if cell in self.counts.index else by_unit.loc[cell[1]] if cell[1] in by_unit.index
                else by_unit.sum() for cell in cells]  # fmt: skip
        return pd.DataFrame(rows).reindex(columns=domains, fill_value=0).to_numpy(dtype=float)

    def draw(self, role: str, unit: str, printed_domain: str, number: int) -> np.ndarray:
        """Places of ``number`` tickets of that role, domain and unit, or of the next wider kind that there is."""
        value = {"role": role, "printed_domain": printed_domain, "unit": unit}
        for keys, pool in self.pools.items():
            key = tuple(value[name] for name in keys)
            if (places := pool.get(key if len(key) > 1 else key[0])) is not None:
                break
        else:
            raise PublishedError(f"「{printed_domain}」本月没有工单，基期却有 {number} 件：不知道它们是什么事项。")
        upto = np.cumsum(self.weights[places])
        drawn = np.searchsorted(upto, self.rng.uniform(0, upto[-1], number), side="right").clip(max=len(upto) - 1)
        return places[drawn]
