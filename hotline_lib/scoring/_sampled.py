"""The score if what a spot check found stood in place of what was reported."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from hotline_lib.exact import is_missing, round_half_up
from hotline_lib.metrics._intervals import share_interval
from hotline_lib.params import Scheme
from hotline_lib.scoring._points import deductions, lost_by_unit, printed_score

# indicator: the question that re-checks it; a ticket that was not really closed was closed in no time
SAMPLED = {"transfer_callback_rate": "called_back", "complaint_satisfaction_rate": "satisfied"}
_OF_CLOSED = ("complaint_on_time_rate", "complaint_24h_rate", "complaint_5d_rate")


def if_sampled(indicators: pd.DataFrame, checks: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """Between which scores each unit would lie if sampled rates replaced the reported ones.

    Replaced: call-back and satisfaction by the share answered yes, the rates of closing in time by themselves times the share
    really closed; each by both ends of its exact 95 % interval (``share_interval``), all at once. Other units stay as they report.
    indicators: as ``metrics.indicator_values`` gives them. checks: ``unit``, ``{question}_yes``, ``{question}_of``; ``complaints`` where it is known of how many.
    Returns a row per row of ``checks`` with an answer: ``unit``, ``score_low``, ``score_high`` (printed scores).
    """
    rows = []
    for check in checks[checks["answered"] > 0].to_dict("records"):
        ends = []
        for end in (0, 1):
            values = _replaced(indicators, check, end)
            ends.append(printed_score(lost_by_unit(deductions(values, scheme, check["unit"]))[check["unit"]], scheme))
        rows.append((check["unit"], min(ends), max(ends)))
    return pd.DataFrame(rows, columns=["unit", "score_low", "score_high"])


def _replaced(indicators: pd.DataFrame, check: dict, end: int) -> pd.DataFrame:
    """The indicators with the unit's sampled ones at the low (0) or high (1) end of their intervals."""

    whole = None if is_missing(check.get("complaints")) else int(check["complaints"])

    def share(question: str) -> Decimal | None:
        yes, of = int(check[f"{question}_yes"]), int(check[f"{question}_of"])
        return Decimal(share_interval(yes, of, whole)[end]) if of else None

    known = {key: share(question) for key, question in SAMPLED.items()} | dict.fromkeys(_OF_CLOSED, share("closed"))
    own = indicators["unit"] == check["unit"]
    made = indicators["value"].astype(object).copy()
    for at, key in indicators.loc[own & indicators["indicator"].isin(known), "indicator"].items():
        part = known[key]
        if part is not None and not is_missing(made[at]):
            made[at] = round_half_up(part * (100 if key in SAMPLED else Decimal(made[at])))
    return indicators.assign(value=made)
