"""How tickets were handled: flags, ratings and handling times from which every printed rate of a unit comes out.

Annex 1's rates are over the tickets submitted in the month, whenever they were accepted. How many those are, and how
many of them are not good for each rate, is one small integer problem a unit: of all numbers that print as the rates
do, the ones least unlike what would be usual. Which tickets they are is drawn; tickets of spot checks are the last to
be drawn, for what was reported of them is faultless.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotline_lib.errors import PublishedError
from hotline_lib.simulate.printed import RATES, ROLES, Printed

DAY, HOUR = 86_400, 3_600
FIVE_DAYS = 5 * DAY
MISSING = -1
_SHORTEST, _LONGEST = 30, 10 * DAY
_USUAL_MEAN = 240_00  # minutes, in hundredths, where none is printed


def submitted_numbers(printed: Printed, usual: pd.DataFrame, most: list[pd.DataFrame]) -> pd.DataFrame:
    """By unit: how many tickets of each role are submitted in the month, and how many are not good for each rate.

    usual: by unit and role, the tickets that the reporting rounds would have submitted. most: those that could be;
        limits of the list are tried in turn.
    Raises PublishedError if a unit's printed rates fit no such numbers.
    """
    found = {}
    for unit, rates in printed.rates.iterrows():
        least = pd.Series({"inquiry": 0, "suggestion": 0, "complaint": int(rates["mean"] > 0)})
        tries = (_numbers(rates, least, usual.loc[unit], limit.loc[unit], exact=True) for limit in most)
        found[unit] = next(filter(None, tries), None)
        if found[unit] is None:
            raise PublishedError(
                f"附件1 中{unit}的各项比率互相矛盾，或与附件3 的件数矛盾：没有一组整数件数能同时印成这些比率。"
            )
    return pd.DataFrame.from_dict(found, orient="index")


def _numbers(
    rates: pd.Series, least: pd.Series, usual: pd.Series, most: pd.Series, *, exact: bool
) -> dict[str, int] | None:
    """Numbers of one unit that are nearest to the usual ones; None if there are none.

    least, usual, most: tickets by role. exact: each rate prints exactly so; else as nearly as whole tickets can.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    dissatisfied = 0.85 * usual["complaint"] * (1 - rates["complaint_satisfaction_rate"] / 10_000)
    wanted = {role: float(usual[role]) for role in ROLES} | {
        "suggestions_passed_on": 0.7 * usual["suggestion"],
        "answered_and_passed_on": 0,
        "complaints_rated": 0.85 * usual["complaint"],
        "badly_rated": 0.0002 * usual.sum() + dissatisfied,
    }
    numbers = [*wanted, *RATES]
    names = [*numbers, *(f"{name} off" for name in wanted), "farthest off"]
    lower, upper, cost = pd.Series(0.0, names), pd.Series(np.inf, names), pd.Series(0.0, names)
    lower[list(ROLES)], upper[list(ROLES)], cost["farthest off"] = least, most, 3
    rows: list[tuple[dict[str, float], float]] = [  # sums of numbers times factors, and the most they may be
        ({"suggestions_passed_on": 1, "suggestion": -1}, 0),
        ({"answered_and_passed_on": 1, "instant_answer_rate": 1, "inquiry": -1}, 0),
        ({"complaints_rated": 1, "complaint": -1}, 0),
        ({"complaint_5d_rate": 1, "complaint_24h_rate": -1}, 0),
        ({"complaint_satisfaction_rate": 1, "badly_rated": -1}, 0),
        (dict.fromkeys(ROLES, -1), -rates["failed"]),
        # whoever rates was rung; there are enough who were answered at once to rate badly
        ({"complaints_rated": 1.0, "transfer_callback_rate": 1} | dict.fromkeys(RATES["transfer_callback_rate"], -1), 0),
        ({"badly_rated": 1.0, "complaint_satisfaction_rate": -1, "inquiry": -1, "suggestion": -1}
         | dict.fromkeys(RATES["other_on_time_rate"], 1), 0),
    ]  # fmt: skip
    for rate, over in RATES.items():
        bad = 1 - rates[rate] / 10_000
        # rounded half up: of n are not good at most n (bad + 1/20000), and more than n (bad - 1/20000)
        half, above, below = (1 / 20_000, 0, -1 / 20_000) if exact else (0, 0.5, 0.5)
        upper[rate] = np.inf if bad else 0
        if bad:
            rows.append(({rate: 1.0} | dict.fromkeys(over, -bad - half), above))
            rows.append(({rate: -1.0} | dict.fromkeys(over, bad - half), below))
    for name, number in wanted.items():
        rows += [({name: 1, f"{name} off": -1}, number), ({name: -1, f"{name} off": -1}, -number)]
        cost[f"{name} off"] = (1 if name in ROLES else 0.1) / (number + 1)
        if name in ROLES:
            rows.append(({f"{name} off": 1, "farthest off": -number - 1}, 0))
    sums = LinearConstraint(
        pd.DataFrame([row for row, _ in rows], columns=names).fillna(0), ub=[limit for _, limit in rows]
    )
    answer = milp(cost, integrality=cost.index.isin(numbers), bounds=Bounds(lower, upper), constraints=sums)
    return None if answer.x is None else dict(zip(names, np.rint(answer.x).astype(int).tolist(), strict=True))


def handled(tickets: pd.DataFrame, printed: Printed, numbers: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """What became of each ticket, in the same order.

    tickets: ``unit``, ``role``, ``book`` (the month it is reported in), ``pinned`` (1 if drawn for a spot check, 2 if
        also too near the month's end to take long, else 0), ``early`` (early enough in its month to be reported late).
    numbers: as ``submitted_numbers`` gives them, for the printed month; other months go much the same.

    Returns ``instant``, ``transferred``, ``classified_correctly``, ``late`` (reported after the deadline) as booleans;
    ``seconds`` (to closing), ``due`` (seconds allowed), ``failed_reviews``; and ``called_back``, ``resolved``,
    ``rating``, ``fixed``, where −1 is missing.
    """
    columns: dict[str, np.ndarray] = {}
    for (book, unit), places in tickets.groupby(["book", "unit"]).indices.items():
        group, rates, exact = tickets.iloc[places], printed.rates.loc[unit], book == printed.month
        if not exact:
            of_role = group["role"].value_counts()
            sizes = pd.Series({role: of_role[role] for role in ROLES})
            sizes["suggestion"] += of_role["retired"]
            rates = rates.copy()
            rates["mean"], rates["failed"] = min(rates["mean"] * rng.lognormal(0, 0.15), 1_200_00), 0
        found = numbers.loc[unit] if exact else _numbers(rates, sizes, sizes, sizes, exact=False)
        for name, values in _handled(group, rates, found, exact, rng).items():
            columns.setdefault(name, np.zeros(len(tickets), dtype=values.dtype))[places] = values
    return pd.DataFrame(columns)


def _handled(
    tickets: pd.DataFrame, rates: pd.Series, numbers: pd.Series, exact: bool, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """The same for the tickets of one unit that are reported in one month."""
    size, pinned = len(tickets), tickets["pinned"].to_numpy()
    complaint, inquiry = (tickets["role"] == role for role in ("complaint", "inquiry"))
    everyone, early = np.ones(size, dtype=bool), tickets["early"].to_numpy()
    if exact and early.sum() < numbers["timely_submission_rate"]:
        raise PublishedError(f"附件1 中{tickets['unit'].iloc[0]}的数据及时报送率太低，安排不出这么多迟报的工单。")

    def drawn(number: int, among: np.ndarray) -> np.ndarray:
        places = rng.permutation(np.flatnonzero(among))
        chosen = np.zeros(size, dtype=bool)
        chosen[places[np.argsort(pinned[places], kind="stable")][:number]] = True
        return chosen

    slow = drawn(numbers["instant_answer_rate"], inquiry)
    passed_on = slow | drawn(numbers["suggestions_passed_on"], ~complaint & ~inquiry)
    passed_on |= drawn(numbers["answered_and_passed_on"], inquiry & ~slow)
    transferred = passed_on | complaint

    rated = complaint & ~drawn(complaint.sum() - numbers["complaints_rated"], complaint)
    not_rung = drawn(numbers["transfer_callback_rate"], transferred & ~rated)
    dissatisfied = drawn(numbers["complaint_satisfaction_rate"], rated)
    could_rate = ~complaint & ~not_rung
    badly_rated = dissatisfied | drawn(numbers["badly_rated"] - dissatisfied.sum(), could_rate)
    rated |= badly_rated | (could_rate & (rng.random(size) < np.where(transferred, 0.5, 0.03)))
    stars = np.where(badly_rated, rng.choice([1, 2], size), rng.choice([3, 4, 5], size, p=[0.04, 0.16, 0.80]))
    failed = np.where(drawn(round(0.004 * transferred.sum()), transferred), 1, 0)
    seconds, due = _times(tickets, rates, numbers, passed_on, exact, rng)
    return {
        "instant": np.where(inquiry, ~slow, ~transferred),
        "transferred": transferred,
        "called_back": np.where(not_rung, 0, np.where(transferred | rated, 1, MISSING)),
        "resolved": np.where(transferred, ~drawn(numbers["first_time_resolution_rate"], transferred), MISSING),
        "rating": np.where(rated, stars, MISSING),
        "fixed": np.where(badly_rated, ~drawn(numbers["bad_review_fixed_rate"], badly_rated), MISSING),
        "seconds": seconds,
        "due": due,
        "classified_correctly": ~drawn(numbers["classification_accuracy"], everyone),
        "late": drawn(numbers["timely_submission_rate"], early),
        "failed_reviews": np.where(drawn(int(rates["failed"]), everyone), 2, failed),
    }


def _times(
    tickets: pd.DataFrame,
    rates: pd.Series,
    numbers: pd.Series,
    passed_on: np.ndarray,
    exact: bool,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Seconds to closing, and seconds allowed: five days, less or more where a rate of the on-time needs it."""
    size, pinned = len(tickets), tickets["pinned"].to_numpy()
    at_once = rng.lognormal(np.log(150), 0.6, size).clip(20, 1_800)
    by_others = rng.lognormal(np.log(20 * HOUR), 0.8, size).clip(600, FIVE_DAYS - HOUR)
    seconds = np.where(passed_on, by_others, at_once).astype(np.int64)
    due = np.full(size, FIVE_DAYS)
    late = rng.permutation(np.flatnonzero(passed_on))[: numbers["other_on_time_rate"]]
    seconds[late] = FIVE_DAYS * rng.uniform(1.02, 1.4, len(late))

    complaints = rng.permutation(np.flatnonzero(tickets["role"] == "complaint"))
    complaints = complaints[np.argsort(pinned[complaints], kind="stable")]  # slowest first
    number, over_day = len(complaints), numbers["complaint_24h_rate"]
    low, high = np.full(number, _SHORTEST), np.full(number, DAY)
    for over, least, most in ((over_day, DAY, FIVE_DAYS), (numbers["complaint_5d_rate"], FIVE_DAYS, _LONGEST)):
        low[:over], high[:over] = least + 1, most
    mean = _USUAL_MEAN if np.isnan(rates["mean"]) else rates["mean"]
    total = int(0.6 * number * mean + 0.5)
    if not exact or np.isnan(rates["mean"]):  # there may be no room for a usual mean, or that of another month
        total = int(np.clip(total, 0.95 * low.sum() + 0.05 * high.sum(), 0.3 * low.sum() + 0.7 * high.sum()))
    elif not low.sum() <= total <= high.sum() or abs(total - 0.6 * number * mean) > 0.3 * number:
        raise PublishedError(
            f"附件1 中{tickets['unit'].iloc[0]}的投诉举报类平均办结时长印为 {mean / 100:.2f} 分钟，"
            f"{number} 件中有 {over_day} 件超过 24 小时，得不出这个数。"
        )
    times = np.sort(handling_times(low, high, total, rng))[::-1].copy()
    rng.shuffle(times[over_day : number - (pinned == 2).sum()])
    seconds[complaints] = times
    due[complaints] = np.where(times > FIVE_DAYS, times + DAY, FIVE_DAYS)
    late = complaints[: numbers["complaint_on_time_rate"]]
    due[late] = np.minimum(seconds[late] * 3 // 4, FIVE_DAYS)
    return seconds, due


def handling_times(low: np.ndarray, high: np.ndarray, total: int, rng: np.random.Generator) -> np.ndarray:
    """Whole seconds within limits that sum to ``total``; those up to 24 hours as skewed as their mean allows."""
    fast = high <= DAY
    times = low + rng.beta(1, 3, len(low)) * (high - low)
    mean = np.clip((total - times[~fast].sum()) / max(fast.sum(), 1) / DAY, 0.001, 0.999)
    strength = max(2.2, 0.9 / mean)  # beta with a steep fall for small means, flat where the mean is near the middle
    times = np.where(fast, DAY * rng.beta(mean * strength, (1 - mean) * strength, len(low)), times).clip(low, high)
    excess = total - times.sum()
    room = high - times if excess > 0 else times - low
    times += excess * room / max(room.sum(), 1e-9)
    return np.diff(np.floor(np.cumsum(times) + 1e-4), prepend=0).astype(np.int64)
