"""How each ticket was handled: flags, ratings and handling times that make up a unit's rates.

Tickets are decided on together with all that were reported in the same month by the same unit, because rates are over
these. A rate says how many are not good; who they are is drawn. Tickets of spot checks are the last to be drawn: what
was reported of them is faultless.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotline_lib.errors import PublishedError
from hotline_lib.simulate.submitted import seconds_of_mean
from hotline_lib.simulate.times import DAY, FIVE_DAYS, HOUR, handling_times
from hotline_lib.simulate.whole import nearest_part, prints

MISSING = -1
_LABELS = {
    "classification_accuracy": "工单分类正确率", "instant_answer_rate": "即时答复率", "other_on_time_rate": "非投诉举报类限时办结率",
    "transfer_callback_rate": "转办工单回访率", "first_time_resolution_rate": "一次办结率", "bad_review_fixed_rate": "差评整改率",
    "complaint_on_time_rate": "投诉举报类限时办结率", "complaint_24h_rate": "24小时办结率", "complaint_5d_rate": "5日办结率",
    "complaint_satisfaction_rate": "投诉举报类回访满意率", "timely_submission_rate": "数据及时报送率",
}  # fmt: skip
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
    found = pd.DataFrame(
        {name: np.full(len(tickets), MISSING, dtype=np.int64) for name in ("called_back", "resolved", "rating", "fixed")}
        | {name: np.zeros(len(tickets), dtype=np.int64) for name in ("seconds", "due", "failed_reviews")}
        | {name: np.zeros(len(tickets), dtype=bool) for name in ("instant", "transferred", "late")}
        | {"classified_correctly": np.ones(len(tickets), dtype=bool)}
    )
    columns = {name: found[name].to_numpy(copy=True) for name in found}
    roles = tickets["role"].to_numpy(dtype=object)
    pinned, early = tickets["pinned"].to_numpy(), tickets["early"].to_numpy()
    for (book, unit), places in tickets.groupby(["book", "unit"]).indices.items():
        group = _Group(unit, roles[places], pinned[places], early[places], rates[book].loc[unit], book == exact, rng)
        for name, values in group.decided().items():
            columns[name][places] = values
    return pd.DataFrame(columns)


class _Group:
    """The tickets of one unit that are reported in one month."""

    def __init__(self, unit: str, roles, pinned, early, rates: pd.Series, exact: bool, rng: np.random.Generator):
        self.unit, self.roles, self.pinned, self.early = unit, roles, pinned, early
        self.rates, self.exact, self.rng = rates, exact, rng
        self.size = len(roles)

    def decided(self) -> dict[str, np.ndarray]:
        complaints, inquiries = np.flatnonzero(self.roles == "complaint"), np.flatnonzero(self.roles == "inquiry")
        others = np.flatnonzero((self.roles != "complaint") & (self.roles != "inquiry"))
        slow = self._pick(inquiries, self._bad("instant_answer_rate", len(inquiries)))
        passed_on = self._passed_on(slow, others)
        complaints_on = self._complaints_passed_on(complaints, len(passed_on))
        transferred = self._mark(np.concatenate([passed_on, complaints_on]))

        called_back = np.where(transferred | (self.roles == "complaint"), 1, MISSING)
        called_back[self._pick_bad("transfer_callback_rate", np.flatnonzero(transferred))] = 0
        resolved = np.where(transferred, 1, MISSING)
        resolved[self._pick_bad("first_time_resolution_rate", np.flatnonzero(transferred))] = 0
        rating, fixed, also_called = self._ratings(called_back, complaints, transferred)
        called_back[also_called] = 1
        seconds, due = self._times(complaints, passed_on, transferred)
        return {
            "instant": ~transferred,
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

    def _passed_on(self, slow: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Tickets other than complaints that are transferred: the slow inquiries and most suggestions."""
        number = self._nearest(len(slow) + np.arange(len(others) + 1), len(slow) + 0.7 * len(others), "other_on_time_rate")
        return np.concatenate([slow, self._pick(others, number - len(slow))])

    def _complaints_passed_on(self, complaints: np.ndarray, others_on: int) -> np.ndarray:
        """All complaints are, unless the rates over all transferred tickets need fewer."""
        keys = ("transfer_callback_rate", "first_time_resolution_rate")
        number = self._nearest(others_on + np.arange(len(complaints) + 1), others_on + len(complaints), *keys) - others_on
        return self._all_but(complaints, len(complaints) - number)

    def _ratings(self, called_back, complaints, transferred) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Ratings, whether bad ones were put right, and the tickets answered at once that were rung nevertheless."""
        asked = complaints[called_back[complaints] == 1]
        number = self._nearest(np.arange(len(asked) + 1), 0.85 * len(asked), "complaint_satisfaction_rate")
        rated = self._all_but(asked, len(asked) - number)
        dissatisfied = self._pick_bad("complaint_satisfaction_rate", rated)

        chance = self.rng.random(self.size)
        other = self.roles != "complaint"
        also_called = np.flatnonzero(other & ~transferred & (chance < 0.03))
        others = np.concatenate([np.flatnonzero(other & (called_back == 1) & (chance < 0.5)), also_called])
        options = len(dissatisfied) + np.arange(len(others) + 1)
        bad_number = self._nearest(options, len(dissatisfied) + 0.004 * len(others), "bad_review_fixed_rate")
        bad = np.concatenate([dissatisfied, self._pick(others, bad_number - len(dissatisfied))])

        rating = np.full(self.size, MISSING)
        for places in (rated, others):
            rating[places] = self.rng.choice([3, 4, 5], len(places), p=[0.04, 0.16, 0.80])
        rating[bad] = self.rng.choice([1, 2], len(bad))
        fixed = np.full(self.size, MISSING)
        fixed[bad] = 1
        fixed[self._pick_bad("bad_review_fixed_rate", bad)] = 0
        return rating, fixed, also_called

    def _times(self, complaints, passed_on, transferred) -> tuple[np.ndarray, np.ndarray]:
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
        if not self.exact:  # a unit with few tickets may not have room for the mean that another month had
            total = int(np.clip(total, over_day * DAY + over_five * 5 * DAY + number * 60, (number - over_day / 2) * DAY))
        seconds[slow_first] = handling_times(number, total, over_day, over_five, self.rng)
        late = slow_first[np.argsort(-seconds[slow_first], kind="stable")[: self._bad("complaint_on_time_rate", number)]]
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
            raise PublishedError(f"附件1 中{self.unit}的{_LABELS[key]}印为 {self.rates[key] / 100:.2f}%，{whole} 件工单得不出这个数。")
        return int(whole - nearest_part(whole, self.rates[key]))

    def _pick_bad(self, key: str, among: np.ndarray) -> np.ndarray:
        return self._pick(among, self._bad(key, len(among)))

    def _pick(self, among: np.ndarray, number: int) -> np.ndarray:
        """``number`` of ``among`` at random, those of spot checks last."""
        order = self.rng.permutation(among)
        return order[np.argsort(self.pinned[order], kind="stable")][:number]

    def _all_but(self, among: np.ndarray, number: int) -> np.ndarray:
        return np.setdiff1d(among, self._pick(among, number))

    def _nearest(self, options: np.ndarray, wanted: float, *keys: str) -> int:
        """The option nearest to ``wanted`` of which each of the rates can be had; any, if none can."""
        ok = np.logical_and.reduce([prints(options, self.rates[key]) for key in keys])
        options = options[ok] if ok.any() else options
        return int(options[np.argmin(np.abs(options - wanted))])

    def _mark(self, places: np.ndarray) -> np.ndarray:
        marked = np.zeros(self.size, dtype=bool)
        marked[places] = True
        return marked
