"""How sure a rank is: the same month again, by chance, many times."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hotline_lib.exact import is_missing
from hotline_lib.params import Points, Rule, Scheme
from hotline_lib.scoring._points import highest, ladder

DRAWS, SEED = 4_000, 20_240_901
LEVEL = 0.9  # of the months drawn
_TOGETHER = 0.05  # who reaches the first of a band in so many of the months stands in it


def rank_intervals(
    values: pd.DataFrame,
    scores: pd.DataFrame,
    missed: pd.DataFrame,
    scheme: Scheme,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> pd.DataFrame:
    """Where each unit's rank would lie if the same work met another month's chance, and bands of units not to be told apart.

    Drawn anew: of a rate the good tickets (binomial; its probability from the unit's own tickets and what is usual among the units), of the mean its
    error (from the spread of the unit's own handling times), of the volume counting error and the usual variation of a
    month (``signals.changes.monthly_sd``); what is no count of tickets stays. One seed: the same month gives the same intervals.

    values: as ``metrics.indicator_values`` gives them. scores: as ``scores`` gives them. missed: ``unit`` and ``seconds`` of
    every complaint.
    Returns scores' rows with ``rank_low`` and ``rank_high`` (nine of ten drawn months lie between) and ``band`` (1, 2 …): a
    band holds the units that reach its first unit's score in at least one of twenty drawn months.
    """
    rng, units = np.random.default_rng(seed), scores["unit"].tolist()
    known = {(row.unit, row.indicator): row for row in values.itertuples(index=False)}
    seconds = {unit: own.dropna().to_numpy(float) for unit, own in missed.groupby("unit")["seconds"]}
    lost = np.zeros((draws, len(units)))
    for rule in scheme.rules:
        rows = [known.get((unit, rule.indicator)) for unit in units]
        prior = _prior(rows)
        drawn = np.column_stack(
            [_drawn(row, seconds.get(unit), prior, scheme, draws, rng) for unit, row in zip(units, rows, strict=True)]
        )
        lost += _lost(np.round(drawn + 1e-9, 2), rule)
    score = np.round(np.maximum(float(scheme.full_marks) - lost, float(scheme.least)) + 1e-9, 2)
    ranks = 1 + (score[:, None, :] > score[:, :, None]).sum(axis=2)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(ranks, [tail, 1 - tail], axis=0, method="nearest").astype(int)
    now = scores["rank"].to_numpy(int)
    return scores.assign(
        rank_low=np.minimum(low, now), rank_high=np.maximum(high, now), band=_bands(score) if len(units) else 0
    )


def _bands(score: np.ndarray) -> list[int]:
    bands, first = [1], 0
    for at in range(1, score.shape[1]):
        if (score[:, at] >= score[:, first]).mean() < _TOGETHER:
            first = at
        bands.append(bands[-1] + (first == at))
    return bands


def _prior(rows: list) -> tuple[float, float]:
    """How the units' own probabilities of a good ticket lie: the beta distribution under which their counts are likeliest.

    Where nearly all units are full and one is not, a full one is expected to stay so: what one unit alone would not tell.
    """
    from scipy.stats import betabinom

    counts = [
        (int(row.numerator), int(row.denominator))
        for row in rows
        if row is not None and row.kind == "rate" and row.denominator
    ]
    if not counts:
        return 0.5, 0.5
    good, n = np.array(counts).T
    mean = (good.sum() + 0.5) / (n.sum() + 1)
    return max(
        ((mean * size, (1 - mean) * size) for size in np.geomspace(0.5, 1e6, 43)),
        key=lambda shape: betabinom.logpmf(good, n, *shape).sum(),
    )


def _drawn(
    row: Any,
    seconds: np.ndarray | None,
    prior: tuple[float, float],
    scheme: Scheme,
    draws: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """The printed value in each drawn month; NaN where there is none."""
    if row is None or is_missing(row.value):
        return np.full(draws, np.nan)
    n = int(row.denominator)
    if row.kind == "rate" and n:
        good = int(row.numerator)
        return 100 * rng.binomial(n, rng.beta(good + prior[0], n - good + prior[1], draws)) / n
    if row.kind == "minutes" and seconds is not None and len(seconds) > 1:
        return np.maximum(float(row.value) + rng.normal(0, seconds.std(ddof=1) / 60 / np.sqrt(n), draws), 0)
    if row.kind == "per_10k":
        usual = 1 + rng.normal(0, float(scheme.signals.changes.monthly_sd) / 100, draws)
        return 10_000 * rng.poisson(np.maximum(int(row.numerator) * usual, 0)) / n
    if row.kind == "count":
        return rng.poisson(float(row.value) + 0.0, draws).astype(float)
    return np.full(draws, float(row.value))


def _lost(value: np.ndarray, rule: Rule) -> np.ndarray:
    """``points_lost`` over all drawn months at once."""
    form = rule.points
    if form.by_rank is not None:
        value = _places(value, form)
        places = [*sorted((float(place) + 0.5, float(points)) for place, points in form.by_rank.items())]
        limits, points = [limit for limit, _ in places], [*(each for _, each in places), float(form.otherwise)]
        made = np.array(points)[np.searchsorted(limits, value, side="right")]
    elif form.per_point_short_of is not None:
        made = np.maximum(float(form.per_point_short_of) - value, 0) * float(form.points)
    elif form.per_point_over is not None:
        made = np.maximum(value - float(form.per_point_over), 0) * float(form.points)
    else:
        steps = ladder(form)
        made = np.array([float(points) for _, points in steps])[
            np.searchsorted([float(limit) for limit, _ in steps[:-1]], value, side="right")
        ]
    if form.most is not None:
        made = np.minimum(made, float(form.most))
    lost = made if rule.deduct else float(highest(form)) - made
    return np.where(np.isnan(value), 0, lost)


def _places(value: np.ndarray, form: Points) -> np.ndarray:
    ahead = value[:, None, :] > value[:, :, None] if form.best == "high" else value[:, None, :] < value[:, :, None]
    return np.where(np.isnan(value), np.nan, 1 + ahead.sum(axis=2))
