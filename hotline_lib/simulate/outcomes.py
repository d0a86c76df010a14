"""How each ticket was handled: flags, ratings and handling times that make up a unit's rates.

Tickets are decided on together with all that were reported in the same month by the same unit, because rates are over
these. A rate says how many are not good; who they are is drawn. Tickets of spot checks are the last to be drawn: what
was reported of them is faultless.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotline_lib.errors import PublishedError
from hotline_lib.simulate.printed import RATES
from hotline_lib.simulate.submitted import seconds_of_mean
from hotline_lib.simulate.times import DAY, FIVE_DAYS, HOUR, handling_times, least_and_most
from hotline_lib.simulate.whole import nearest_part, prints

MISSING = -1
_OVER_TRANSFERRED = ("transfer_callback_rate", "first_time_resolution_rate")
_USUAL_MEAN = 240_00  # minutes, in hundredths, where none is printed


def decide(tickets: pd.DataFrame, rates: dict[str, pd.DataFrame], exact: str, rng: np.random.Generator) -> pd.DataFrame:
    """What became of each ticket, in the same order.

    tickets: ``unit``, ``role``, ``book`` (the month it is reported in), ``pinned`` (drawn for a spot check), ``early``
        (early enough in its month to be reported late).
    rates: by book, as ``Printed.rates``. exact: the book whose rates must come out to the printed digit.

    Returns ``instant``, ``transferred``, ``classified_correctly``, ``late`` (reported after the deadline) as booleans;
    ``seconds`` (to closing), ``due`` (seconds allowed), ``failed_reviews``; and ``called_back``, ``resolved``,
    ``rating``, ``fixed``, where −1 is missing.
    Raises PublishedError for a rate that no number of tickets gives.
    """
    columns: dict[str, np.ndarray] = {}
    for (book, unit), places in tickets.groupby(["book", "unit"]).indices.items():
        group = _Group(unit, tickets.iloc[places], rates[book].loc[unit], book == exact, rng)
        for name, values in group.decided().items():
            columns.setdefault(name, np.zeros(len(tickets), dtype=values.dtype))[places] = values
    return pd.DataFrame(columns)


class _Group:
    """The tickets of one unit that are reported in one month."""

    def __init__(self, unit: str, tickets: pd.DataFrame, rates: pd.Series, exact: bool, rng: np.random.Generator):
        self.unit, self.rates, self.exact, self.rng = unit, rates, exact, rng
        self.roles = tickets["role"].astype(object).to_numpy()
        self.pinned, self.early = tickets["pinned"].to_numpy(), tickets["early"].to_numpy()
        self.size = len(tickets)

    def decided(self) -> dict[str, np.ndarray]:
        complaints, inquiries = np.flatnonzero(self.roles == "complaint"), np.flatnonzero(self.roles == "inquiry")
        others = np.flatnonzero((self.roles != "complaint") & (self.roles != "inquiry"))
        slow = self._pick(inquiries, self._bad("instant_answer_rate", len(inquiries)))
        others_on, complaints_on = self._passed_on(len(slow), len(others), len(inquiries), len(complaints))
        quick = np.setdiff1d(inquiries, slow)
        by_turn = [slow, self._pick(others, len(others)), self._pick(quick, len(quick))]
        passed_on = np.concatenate(by_turn)[:others_on]
        transferred = self._mark(passed_on) | self._mark(self._all_but(complaints, len(complaints) - complaints_on))

        called_back, rating, fixed = self._called_back(complaints, transferred)
        resolved = np.where(transferred, 1, MISSING)
        resolved[self._pick_bad("first_time_resolution_rate", np.flatnonzero(transferred))] = 0
        seconds, due = self._times(complaints, passed_on)
        return {
            "instant": ~(transferred & (self.roles != "inquiry")) & ~self._mark(slow),
            "transferred": transferred,
            "called_back": called_back,
            "resolved": resolved,
            "rating": rating,
            "fixed": fixed,
            "seconds": seconds,
            "due": due,
            "classified_correctly": ~self._mark(self._pick_bad("classification_accuracy", np.arange(self.size))),
            "late": self._mark(self._late()),
            "failed_reviews": self._failed_reviews(np.flatnonzero(transferred)),
        }

    def _passed_on(self, slow: int, others: int, inquiries: int, complaints: int) -> tuple[int, int]:
        """How many tickets other than complaints, and how many complaints, are transferred.

        Usually the inquiries not answered at once, most suggestions and all complaints; the rates over them may need
        some more or fewer.
        """
        options = self._able(np.arange(inquiries + others + 1), "other_on_time_rate")
        totals = self._able(np.arange(inquiries + others + complaints + 1), *_OVER_TRANSFERRED)
        greatest = np.searchsorted(totals, options + complaints, side="right") - 1  # not above what there is
        total = totals[greatest.clip(0)]
        not_rung = total - nearest_part(total, self.rates["transfer_callback_rate"])
        rated = self._able(np.arange(complaints + 1), "complaint_satisfaction_rate")[0]
        unrated = np.minimum(total - options, complaints - rated)  # complaints that may be among those not rung
        possible = (options <= total) & (total <= options + complaints) & (not_rung <= options + unrated)
        unusual = np.maximum(slow - options, 0) + np.maximum(options - slow - others, 0)
        far = 10 * unusual + np.abs(options - slow - 0.7 * others) + (options + complaints - total)
        best = np.argmin(np.where(possible, far, np.inf))
        return int(options[best]), int(np.clip(total[best] - options[best], 0, complaints))

    def _called_back(self, complaints: np.ndarray, transferred: np.ndarray) -> tuple[np.ndarray, ...]:
        """Who was rung, how they rated, and whether bad ratings were put right.

        Transferred tickets and complaints are rung, and some of those answered at once; about half of the others rate.
        """
        passed_on = np.flatnonzero(transferred)
        not_rung = self._bad("transfer_callback_rate", len(passed_on))
        complaints_on = np.intersect1d(complaints, passed_on)
        needed = max(not_rung - (len(passed_on) - len(complaints_on)), 0)  # complaints among those not rung
        options = np.arange(len(complaints) - needed + 1)
        number = self._nearest(options, 0.85 * len(complaints), "complaint_satisfaction_rate")
        by_turn = [self._pick(some, len(some)) for some in (complaints_on, np.setdiff1d(complaints, passed_on))]
        rated = np.concatenate(by_turn)[len(complaints) - number :]
        dissatisfied = self._pick_bad("complaint_satisfaction_rate", rated)

        called_back = np.where(transferred | (self.roles == "complaint"), 1, MISSING)
        called_back[self._pick(np.setdiff1d(passed_on, rated), not_rung)] = 0
        chance = np.where(transferred, 0.5, 0.03)
        could = np.flatnonzero((self.roles != "complaint") & (called_back != 0))
        others = could[self.rng.random(len(could)) < chance[could]]
        options = len(dissatisfied) + np.arange(len(could) + 1)
        bad = self._nearest(options, len(dissatisfied) + 0.004 * len(others), "bad_review_fixed_rate")
        badly_rated = np.concatenate([dissatisfied, self._pick(could, bad - len(dissatisfied))])

        rating = np.full(self.size, MISSING)
        for places in (rated, others):
            rating[places] = self.rng.choice([3, 4, 5], len(places), p=[0.04, 0.16, 0.80])
        rating[badly_rated] = self.rng.choice([1, 2], len(badly_rated))
        called_back[rating != MISSING] = 1
        fixed = np.where(self._mark(badly_rated), 1, MISSING)
        fixed[self._pick_bad("bad_review_fixed_rate", badly_rated)] = 0
        return called_back, rating, fixed

    def _times(self, complaints: np.ndarray, passed_on: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Seconds to closing, and seconds allowed: five days, less or more where the rate of the on-time needs it."""
        seconds = np.clip(self.rng.lognormal(np.log(150), 0.6, self.size), 20, 1_800).astype(np.int64)
        due = np.full(self.size, FIVE_DAYS)
        seconds[passed_on] = np.clip(self.rng.lognormal(np.log(20 * HOUR), 0.8, len(passed_on)), 600, FIVE_DAYS - HOUR)
        late = self._pick_bad("other_on_time_rate", passed_on)
        seconds[late] = FIVE_DAYS * self.rng.uniform(1.02, 1.4, len(late))

        number = len(complaints)
        over_day, over_five = self._bad("complaint_24h_rate", number), self._bad("complaint_5d_rate", number)
        if over_five > over_day:
            raise PublishedError(f"附件1 中{self.unit}的5日办结率低于24小时办结率，不可能。")
        mean = self.rates["mean"] if self.rates["mean"] >= 0 else _USUAL_MEAN
        slow_first = self._pick(complaints, number)
        total = seconds_of_mean(number, int(mean))
        if not self.exact:  # a unit's few tickets may not have room for the mean that another month had
            least, most = least_and_most(number, over_day, over_five)
            total = int(np.clip(total, 0.95 * least + 0.05 * most, 0.3 * least + 0.7 * most))
        seconds[slow_first] = handling_times(number, total, over_day, over_five, self.rng)
        slowest = slow_first[np.argsort(-seconds[slow_first], kind="stable")]
        late = slowest[: self._bad("complaint_on_time_rate", number)]
        due[complaints] = np.where(seconds[complaints] > FIVE_DAYS, seconds[complaints] + DAY, FIVE_DAYS)
        due[late] = np.minimum(seconds[late] * 3 // 4, FIVE_DAYS)
        return seconds, due

    def _late(self) -> np.ndarray:
        everyone = np.arange(self.size)
        number = self._bad("timely_submission_rate", self.size)
        early = np.flatnonzero(self.early)
        return self._pick(early if len(early) >= number else everyone, number)

    def _failed_reviews(self, transferred: np.ndarray) -> np.ndarray:
        failed = np.zeros(self.size, dtype=np.int64)
        failed[self._pick(transferred, round(0.004 * len(transferred)))] = 1
        failed[self._pick(np.arange(self.size), int(self.rates["failed"]))] = 2
        return failed

    def _bad(self, key: str, whole: int) -> int:
        """How many of ``whole`` are not good, so that the rate prints as it does."""
        if self.exact and not prints(whole, self.rates[key]):
            printed = f"{self.rates[key] / 100:.2f}%"
            raise PublishedError(f"附件1 中{self.unit}的{RATES[key]}印为 {printed}，{whole} 件工单得不出这个数。")
        return int(whole - nearest_part(whole, self.rates[key]))

    def _pick_bad(self, key: str, among: np.ndarray) -> np.ndarray:
        return self._pick(among, self._bad(key, len(among)))

    def _pick(self, among: np.ndarray, number: int) -> np.ndarray:
        """``number`` of ``among`` at random, those of spot checks last."""
        order = self.rng.permutation(among)
        return order[np.argsort(self.pinned[order], kind="stable")][:number]

    def _all_but(self, among: np.ndarray, number: int) -> np.ndarray:
        return np.setdiff1d(among, self._pick(among, number))

    def _able(self, options: np.ndarray, *keys: str) -> np.ndarray:
        """Those options of which each of the rates can be had; all, if none can (the rate itself then says so)."""
        ok = np.logical_and.reduce([prints(options, self.rates[key]) for key in keys])
        return options[ok] if ok.any() else options

    def _nearest(self, options: np.ndarray, wanted: float, *keys: str) -> int:
        options = self._able(options, *keys)
        return int(options[np.argmin(np.abs(options - wanted))])

    def _mark(self, places: np.ndarray) -> np.ndarray:
        marked = np.zeros(self.size, dtype=bool)
        marked[places] = True
        return marked
