"""How much comparable things vary by themselves: φ and τ² of many rows at once, each beside all others but itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_ROUNDS = 25
_MEDIAN = np.pi / 2  # variance of a median, in those of a mean
_ALIKE = 1e-6  # of the determinant, below which counting errors are all of one size
_WINSOR = 0.1  # of each side
_KEPT = 0.6786545589528744  # of the variance of a normal variable, after a tenth of each side has been drawn in
_TELLING = 0.4  # a variance of counting: five tickets and five, or three and a thousand
_FEWEST = 5  # changes
_BLOCK = 256  # rows that are held beside all others at a time


class Noise(NamedTuple):
    """Usual variation of a row, or of many (arrays): φ, τ, degrees of freedom (inf: known), and where it comes from."""

    phi: float | np.ndarray
    sd: float | np.ndarray
    df: float | np.ndarray
    basis: str

    def variance(self, counting: np.ndarray) -> np.ndarray:
        return self.phi * counting + self.sd**2

    def p(self, change: np.ndarray, counting: np.ndarray, more: float | np.ndarray = 0.0) -> np.ndarray:
        """Of a change against none; more: variance of what it is held against."""
        from scipy.stats import t

        return 2 * t.sf(np.abs(change) / (self.variance(counting) + more) ** 0.5, self.df)


class Fitted(NamedTuple):
    """φ and τ² as some changes gave them; inverse: of their information (φφ, φτ², τ²τ²), half their covariance."""

    phi: np.ndarray
    tau2: np.ndarray
    inverse: tuple[np.ndarray, np.ndarray, np.ndarray]
    most: float
    basis: str

    def of(self, counting: np.ndarray) -> Noise:
        """For rows with those counting errors: degrees of freedom after Satterthwaite 1946."""
        a, b, c = self.inverse
        df = (self.phi * counting + self.tau2) ** 2 / (a * counting**2 + 2 * b * counting + c)
        return Noise(self.phi, self.tau2**0.5, np.clip(df, 1.0, self.most), self.basis)


def fitted(change: np.ndarray, counting: np.ndarray, basis: str, *, groups: int = 1) -> Fitted:
    """How some changes vary: φ and τ² by iterated weighted least squares of squared residuals, which is their likelihood.

    change: logs of ratios, around none, along the last axis. counting: their variances. groups: how many means were taken off.
    The largest and smallest tenth of residuals are drawn in (winsorised, as in FunnelPlotR), and what that takes from a
    normal variable's variance is given back. φ is at least 1, τ² at least 0.
    """
    number = change.shape[-1]
    phi, tau2 = np.ones(change.shape[:-1]), np.square(change).mean(axis=-1)
    given_back = number / (number - groups) / _KEPT
    for _ in range(_ROUNDS):
        variance = phi[..., None] * counting + tau2[..., None]
        z = change / variance**0.5
        low, high = np.quantile(z, (_WINSOR, 1 - _WINSOR), axis=-1)[..., None]
        square = np.clip(z, low, high) ** 2 * given_back * variance
        weight = variance**-2
        a, b, c = ((weight * counting**power).sum(axis=-1) for power in (2, 1, 0))
        d, e = (weight * counting * square).sum(axis=-1), (weight * square).sum(axis=-1)
        both = a * c - b * b
        parted = both > _ALIKE * a * c  # else rows of one size: what varies cannot be parted
        both = np.where(parted, both, 1.0)
        alone = (e - b) / c  # τ² where φ is 1
        phi = np.where(parted, (c * d - b * e) / both, 1.0)
        tau2 = np.where(parted, (a * e - b * d) / both, alone)
        phi, tau2 = np.where(tau2 < 0, d / a, phi), np.maximum(tau2, 0.0)
        phi, tau2 = np.maximum(phi, 1.0), np.where(phi < 1, np.maximum(alone, 0.0), tau2)
    two = (phi > 1) & (tau2 > 0)
    inverse = (
        np.where(two, c / both, np.where(phi > 1, 1 / a, 0.0)),
        np.where(two, -b / both, 0.0),
        np.where(two, a / both, np.where((tau2 > 0) | (phi == 1), 1 / c, 0.0)),
    )
    return Fitted(phi[()], tau2[()], inverse, float(number - groups), basis)


class Beside(NamedTuple):
    """Each row beside the others: their ``middle``, how they vary (``noise``), and the variance of the middle (``more``)."""

    middle: np.ndarray
    noise: Noise
    more: np.ndarray


def beside(value: np.ndarray, counting: np.ndarray, own: Fitted | None = None) -> Beside:
    """Each value beside all others. counting: variances of counting. own: how they vary, if that is known otherwise than from
    the others."""
    everyone, tell = np.arange(len(value)), telling(counting)
    middles, more, phi, sd, df = np.empty((5, len(value)))
    for told in (tell, ~tell):
        for rows in np.array_split(np.flatnonzero(told), max(1, told.sum() // _BLOCK)):
            others = _but(everyone, rows)
            middles[rows] = middle(value[others], counting[others])
            if own:
                how = own
            else:
                others_tell = _but(np.flatnonzero(tell), rows) if told is tell else np.flatnonzero(tell)[None]
                how = fitted(
                    value[others_tell] - middles[rows][:, None],
                    counting[others_tell] + np.zeros((len(rows), 1)),
                    "peers",
                )
            noise = how.of(counting[rows])
            phi[rows], sd[rows], df[rows] = noise[:3]
            more[rows] = _MEDIAN / (1 / (phi[rows][:, None] * counting[others] + sd[rows][:, None] ** 2)).sum(axis=-1)
    return Beside(middles, Noise(phi, sd, df, own.basis if own else "peers"), more)


def telling(counting: np.ndarray) -> np.ndarray:
    """Which changes may say how all vary: of five tickets and more on each side, about; under it the log of what comes in
    bunches varies less than φ says. All, if hardly any is."""
    enough = counting <= _TELLING
    return enough if enough.sum() > _FEWEST else np.ones(len(counting), dtype=bool)


def _but(places: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """For each row all of those places (sorted) but its own."""
    at = np.arange(len(places) - 1)
    return places[at + (at >= np.searchsorted(places, rows)[:, None])]


def middle(change: np.ndarray, counting: np.ndarray) -> np.ndarray:
    """What changes share, along the last axis: their weighted median, to which a tenth of a variance is no weight at all."""
    order = np.argsort(change, axis=-1)
    change, counting = (np.take_along_axis(each, order, axis=-1) for each in (change, counting))
    weight = np.cumsum(1 / (counting + np.median(counting, axis=-1, keepdims=True)), axis=-1)
    at = (weight < weight[..., -1:] / 2).sum(axis=-1)
    return np.take_along_axis(change, at[..., None], axis=-1)[..., 0]
