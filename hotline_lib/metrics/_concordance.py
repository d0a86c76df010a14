"""Whether two orders agree: Kendall's tau with its exact p-value, ties or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import comb, prod, sqrt

import numpy as np

_MOST_STATES = 30_000  # of ties of one order partly placed


def kendall(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """Kendall's tau-b of two orders, and its two-sided p-value over all permutations.

    Exact with ties too: the numbers of concordant less discordant pairs are counted over all ways in which the tied
    values
    of one order can fall on those of the other. (Too many ways, in dozens of units with few ties: scipy's normal
    approximation.) Neither order may be all alike.
    Source: Kendall 1945, Biometrika 33; Burr 1960, Biometrika 47, for ties.
    """
    from scipy.stats import kendalltau

    pairs = [(_sign(one[i], one[j]), _sign(other[i], other[j])) for i in range(len(one)) for j in range(i)]
    observed = sum(a * b for a, b in pairs)
    tau = observed / sqrt(sum(a * a for a, _ in pairs) * sum(b * b for _, b in pairs))
    groups = [[each for _, each in sorted(Counter(order).items())] for order in (one, other)]
    rows, columns = sorted(groups, key=lambda sizes: prod(size + 1 for size in sizes))
    untied = len(rows) == len(columns) == len(one)
    if untied or prod(size + 1 for size in rows) > _MOST_STATES:
        return tau, float(kendalltau(one, other, method="exact" if untied else "asymptotic").pvalue)
    ways = _ways(tuple(rows), columns)
    far = np.abs(np.arange(len(ways)) - len(ways) // 2) >= abs(observed)
    return tau, float(ways[far].sum() / ways.sum())


def _sign(a: float, b: float) -> int:
    return (a > b) - (a < b)


def _ways(rows: tuple[int, ...], columns: list[int]) -> np.ndarray:
    """In how many ways values tied like ``rows`` fall on places tied like ``columns``, by concordant less discordant
    pairs: from as many discordant as there are pairs to as many concordant, none in the middle."""
    pairs = sum(rows) * (sum(rows) - 1) // 2
    none = np.zeros(2 * pairs + 1)
    none[pairs] = 1
    states = {rows: none}  # by the values that are left, the ways so far
    for size in columns:
        after: dict[tuple[int, ...], np.ndarray] = {}
        for left, ways in states.items():
            for taken in _taken(left, size):
                rest = tuple(have - gone for have, gone in zip(left, taken, strict=True))
                more = sum(gone * (sum(rest[row + 1 :]) - sum(rest[:row])) for row, gone in enumerate(taken) if gone)
                made = prod(map(comb, left, taken)) * np.roll(ways, more)
                after[rest] = after[rest] + made if rest in after else made
        states = after
    return states[(0,) * len(rows)]


def _taken(left: tuple[int, ...], number: int) -> Iterator[tuple[int, ...]]:
    """All ways to take so many, from each group at most what it has."""
    if not left:
        yield ()
        return
    for first in range(max(number - sum(left[1:]), 0), min(left[0], number) + 1):
        for others in _taken(left[1:], number - first):
            yield (first, *others)
