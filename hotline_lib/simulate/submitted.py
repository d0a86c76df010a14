"""How many tickets of each unit and role are submitted in the month.

Annex 1's rates are over the tickets submitted in the month, whenever they were accepted. A printed rate below 100.00
leaves few sizes of that set: of them the ones nearest to what the reporting rounds would give are taken.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotline_lib.errors import PublishedError
from hotline_lib.simulate.printed import ROLES, Printed
from hotline_lib.simulate.times import least_and_most
from hotline_lib.simulate.whole import nearest_part, prints

_COMPLAINT_RATES = ("complaint_on_time_rate", "complaint_24h_rate", "complaint_5d_rate")
_TRIED = 1_500  # sizes of each kind that are tried, nearest first
_TRIED_PAIRS = 400_000


def submitted_counts(printed: Printed, usual: pd.DataFrame) -> pd.DataFrame:
    """``own`` (accepted in the month) and ``carried`` (accepted before it) submitted in the month, by unit and role.

    usual: by unit and role: ``accepted`` in the month, ``unsent`` of them at its end, ``carried`` from the month before
        as the rounds would have it, ``carried_most``, how many easily could be, and ``before``, all of that month.
    Raises PublishedError if a unit's printed rates fit no such numbers.
    """
    found = []
    for unit, rates in printed.rates.iterrows():
        here = usual.loc[unit].reindex(ROLES, fill_value=0)
        wanted = here["accepted"] + here["carried"] - here["unsent"]
        for many in (here["carried_most"], 3 * here["carried_most"]):  # the second only where the figures insist
            sizes = _nearest_sizes(rates, wanted, here["accepted"] + np.minimum(many, here["before"]))
            if sizes is not None:
                break
        else:
            raise PublishedError(
                f"附件1 中{unit}的各项比率互相矛盾，或与附件3 的件数矛盾：没有一组整数件数能同时印成这些比率。"
            )
        carried = np.maximum(np.minimum(here["carried"], sizes), sizes - here["accepted"])
        found.append(pd.DataFrame({"unit": unit, "role": ROLES, "own": sizes - carried, "carried": carried}))
    return pd.concat(found).set_index(["unit", "role"])


def seconds_of_mean(number: np.ndarray | int, hundredths: int) -> np.ndarray | int:
    """The whole seconds nearest to ``number`` tickets at a printed mean, in hundredths of a minute."""
    return (6 * number * hundredths + 4) // 10


def _has_mean(number: np.ndarray, rates: pd.Series) -> np.ndarray:
    """Whether that many complaints can have the printed mean, with as many slow ones as the rates say."""
    if rates["mean"] < 0:
        return np.ones(len(number), dtype=bool)
    seconds, tickets = seconds_of_mean(number, rates["mean"]), np.maximum(number, 1)
    over_day, over_five = (
        number - nearest_part(number, rates[key]) for key in ("complaint_24h_rate", "complaint_5d_rate")
    )
    least, most = least_and_most(number, over_day, over_five)
    prints_it = (200 * seconds + 60 * tickets) // (120 * tickets) == rates["mean"]
    return (number > 0) & prints_it & (least <= seconds) & (seconds <= most)


def _nearest_sizes(rates: pd.Series, wanted: pd.Series, most: pd.Series) -> pd.Series | None:
    """Tickets submitted by role, as near as can be to ``wanted`` in proportion, of which every rate can be had."""
    satisfied = np.logical_or.accumulate(prints(np.arange(most["complaint"] + 1), rates["complaint_satisfaction_rate"]))
    complaints = _nearest(
        lambda n: np.logical_and.reduce(
            [satisfied[n], _has_mean(n, rates), *(prints(n, rates[key]) for key in _COMPLAINT_RATES)]
        ),
        wanted["complaint"],
        most["complaint"],
    )
    totals = _nearest(
        lambda n: prints(n, rates["classification_accuracy"]) & prints(n, rates["timely_submission_rate"]),
        wanted.sum(),
        most.sum(),
    )
    able = np.arange(most["inquiry"] + 1)
    able = able[prints(able, rates["instant_answer_rate"])]
    if not (len(complaints) and len(totals) and len(able)):
        return None
    complaint = complaints[None, : max(_TRIED_PAIRS // len(totals), 20)]
    others = totals[:, None] - complaint
    ratio = wanted["inquiry"] / max(wanted["inquiry"] + wanted["suggestion"], 1)
    inquiry = _closest(able, others * ratio)
    suggestion = others - inquiry
    fits = (suggestion >= 0) & (suggestion <= most["suggestion"])

    # The inquiries not answered at once are transferred, suggestions and complaints may be; only if no such number
    # prints the rates over the transferred, others are.
    numbers = np.arange(most.sum() + 1)
    over_others = prints(numbers, rates["other_on_time_rate"])
    over_all = prints(numbers, rates["transfer_callback_rate"]) & prints(numbers, rates["first_time_resolution_rate"])
    slow = inquiry - nearest_part(inquiry, rates["instant_answer_rate"])
    usual = _some(slow, slow + suggestion, over_others) & _some(slow, slow + suggestion + complaint, over_all)
    if (fits & usual).any():
        fits &= usual
    else:
        fits &= _some(0 * others, others, over_others) & _some(0 * others, others + complaint, over_all)
    if not fits.any():
        return None
    far = sum(
        (size - wanted[role]) ** 2 / (wanted[role] + 1)
        for role, size in (("complaint", complaint), ("inquiry", inquiry), ("suggestion", suggestion))
    )
    place = np.unravel_index(np.argmin(np.where(fits, far, np.inf)), fits.shape)
    sizes = {"inquiry": inquiry[place], "suggestion": suggestion[place], "complaint": complaint[0, place[1]]}
    return pd.Series(sizes).reindex(ROLES)


def _nearest(ok, wanted: int, most: int) -> np.ndarray:
    numbers = np.arange(most + 1)
    numbers = numbers[ok(numbers)]
    return numbers[np.argsort(np.abs(numbers - wanted), kind="stable")[:_TRIED]]


def _some(first: np.ndarray, last: np.ndarray, ok: np.ndarray) -> np.ndarray:
    """Whether a number from ``first`` to ``last`` is ok."""
    upto = np.concatenate([[0], np.cumsum(ok)])
    return upto[(last + 1).clip(0, len(ok))] > upto[first.clip(0, len(ok))]


def _closest(able: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The entry of ``able`` (rising) nearest to each wanted number."""
    after = np.searchsorted(able, wanted).clip(0, len(able) - 1)
    before = (after - 1).clip(0)
    return np.where(wanted - able[before] <= able[after] - wanted, able[before], able[after])
