"""Whether two orders agree: Kendall's tau with its exact p-value, ties or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import product
from math import comb, prod, sqrt

_MOST_STATES = 100_000  # of ties of one order partly placed


def kendall(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """Kendall's tau-b of two orders, and its two-sided p-value over all permutations.

    Exact with ties too: the numbers of concordant less discordant pairs are counted over all ways in which the tied values of one
    order can fall on those of the other. (Too many ways, in dozens of units with few ties: scipy's normal approximation.) Neither order may be all alike.
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
    ways = _ways(tuple(rows), tuple(columns))
    return tau, sum(n for s, n in ways.items() if abs(s) >= abs(observed)) / sum(ways.values())


def _sign(a: float, b: float) -> int:
    return (a > b) - (a < b)


def _ways(rows: tuple[int, ...], columns: tuple[int, ...]) -> Counter:
    """By concordant less discordant pairs, in how many ways values tied like ``rows`` fall on places tied like ``columns``."""

    @cache
    def after(at: int, left: tuple[int, ...]) -> Counter:
        if at == len(columns):
            return Counter({0: 1})
        found: Counter = Counter()
        for taken in product(*(range(min(size, columns[at]) + 1) for size in left)):
            if sum(taken) != columns[at]:
                continue
            rest = tuple(size - gone for size, gone in zip(left, taken, strict=True))
            pairs = sum(gone * (sum(rest[row + 1 :]) - sum(rest[:row])) for row, gone in enumerate(taken))
            ways = prod(map(comb, left, taken))
            for s, n in after(at + 1, rest).items():
                found[s + pairs] += ways * n
        return found

    return after(0, rows)
