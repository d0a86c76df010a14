"""What another rule, or another scheme, would do to the printed scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import ValidationError

from hotline_lib.errors import ParamsError
from hotline_lib.indicators import find_indicator
from hotline_lib.metrics import indicator_values, unit_volumes
from hotline_lib.params import Points, Rule, Scheme
from hotline_lib.scoring._points import deductions, scores

if TYPE_CHECKING:
    from hotline_lib.month import Month


def what_if(m: Month, rule: Mapping[str, Any]) -> pd.DataFrame:
    """Scores and ranks if one rule of the scheme were another, beside those of the scheme as it is.

    rule: ``indicator`` (a key or a Chinese name), and how it costs points as params/scoring.yaml says it:
        ``{"indicator": "complaint_24h_rate", "at_least": {99: 0, 95: 1}, "otherwise": 3}``. It takes the place of the
        scheme's rule on that indicator, or comes besides if there is none.
    Returns what ``compare`` returns.
    Raises UnknownValueError for another indicator, ParamsError for a rule that is none.
    """
    forms = {name: value for name, value in rule.items() if name != "indicator"}
    key = find_indicator(str(rule.get("indicator", ""))).key
    try:
        made = Rule(indicator=key, deduct=Points(**forms), source="published")
    except (ValidationError, TypeError, ValueError):
        raise ParamsError(
            f"这不是一条评分规则：{dict(rule)}。写法同 params/scoring.yaml 的 deduct："
            "below、at_least、by_rank（界限或名次到分的对应，另有 otherwise）、per_point_short_of、per_point_over"
            "（另有 points）五者取一。"
        ) from None
    others = [each for each in m.params.scheme.rules if each.indicator != key]
    at = next((at for at, each in enumerate(m.params.scheme.rules) if each.indicator == key), len(others))
    return compare(m, m.params.scheme.model_copy(update={"rules": (*others[:at], made, *others[at:])}))


def compare(m: Month, then: Scheme, now: Scheme | None = None) -> pd.DataFrame:
    """Every unit's score and rank under another scheme, beside those under the scheme as it is (or another: now).

    Returns a row per unit, by the new rank: ``rank``, ``unit``, ``score``, ``rank_now``, ``score_now``, ``gained`` (points).
    """
    values = indicator_values(m.rates, unit_volumes(m.counts, m.units), m.units, m.params.month)
    new, old = (
        scores(deductions(values, scheme), m.units, values, scheme)[["rank", "unit", "score"]]
        for scheme in (then, now or m.params.scheme)
    )
    both = new.merge(old, on="unit", suffixes=("", "_now"), validate="one_to_one")
    return both.assign(gained=both["score"] - both["score_now"])[
        ["rank", "unit", "score", "rank_now", "score_now", "gained"]
    ]
