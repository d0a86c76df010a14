"""How far a figure from few tickets can be off: exact intervals."""

from __future__ import annotations


def binomial_interval(successes: float, trials: float, *, level: float = 0.95) -> tuple[float, float]:
    """The exact (Clopper-Pearson) interval of a proportion, 0 to 1; (0, 1) for no trials.

    Sizes need not be whole: an effective sample's are not.
    Source: Clopper and Pearson 1934, through the quantiles of the beta distribution.
    """
    from scipy.special import betaincinv

    missed = trials - successes
    low = float(betaincinv(successes, missed + 1, (1 - level) / 2)) if successes > 0 else 0.0
    return low, float(betaincinv(successes + 1, missed, (1 + level) / 2)) if missed > 0 else 1.0


def share_interval(found: int, drawn: int, of: int | None = None) -> tuple[float, float]:
    """The exact 95 % interval of the share of ``of`` tickets of which ``found`` of ``drawn`` are, 0 to 1.

    Clopper and Pearson's, and nothing that is no longer possible: a census is a point. of: None where nobody knows.
    """
    low, high = binomial_interval(found, drawn)
    return (low, high) if not of else (max(low, found / of), min(high, (found + of - drawn) / of))


def ratio_interval(
    now: int, base: int, *, exposure: tuple[float, float] = (1, 1), level: float = 0.95
) -> tuple[float, float]:
    """The exact interval of the ratio of two Poisson rates, now over base; (0, inf) if both counts are 0.

    exposure: the length of the two periods, in the same unit. A change of +44.5 % is a ratio of 1.445.
    Source: given their sum the counts split binomially; the interval of that proportion is turned into one of the
    ratio (Przyborowski and Wilenski 1940).
    """
    low, high = binomial_interval(now, now + base, level=level)
    scale = exposure[1] / exposure[0]
    return scale * low / (1 - low) if low < 1 else float("inf"), scale * high / (1 - high) if high < 1 else float("inf")
