"""Whole numbers behind printed figures: which counts fit a printed change or rate, and how to spread counts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from hotline_lib.errors import PublishedError
from hotline_lib.exact import change, percent

_BEYOND_PRINT = 20_001  # a base more than 20,000 times the count prints as −100.00, like any greater one
_FITTING_ROUNDS = 300


def base_range(now: int, printed: Decimal, name: str = "") -> tuple[int, int]:
    """The least and the greatest base from which ``now`` is a change of ``printed`` percent.

    name: whose figures they are. Raises PublishedError if there is no such base.
    """
    bases = range(1, max(now, 1) * _BEYOND_PRINT)

    def fall(base: int) -> Decimal:  # a greater base never gives a greater change
        return -change(now, base)

    first, after = bisect_left(bases, -printed, key=fall), bisect_right(bases, -printed, key=fall)
    if first == after:
        raise PublishedError(f"{name} {now} 件与变化 {printed}% 不能同时成立：没有一个整数基数能得出它。")
    return bases[first], bases[after - 1]


def greatest_whole(part: int, printed: Decimal) -> int:
    """The greatest whole of which ``part`` prints as ``printed`` percent; 0 if there is none."""
    wholes = range(max(part, 1), max(part, 1) * _BEYOND_PRINT)
    place = bisect_right(wholes, -printed, key=lambda whole: -percent(part, whole))
    return wholes[place - 1] if place and percent(part, wholes[place - 1]) == printed else 0


def nearest_part(whole: np.ndarray | int, hundredths: int) -> np.ndarray | int:
    """The part of ``whole`` nearest to a printed rate, in hundredths of a percent (9967 is 99.67 %).

    A tie goes down, because the printed figure was rounded up.
    """
    return (2 * whole * hundredths + 9_999) // 20_000


def prints(whole: np.ndarray | int, hundredths: int) -> np.ndarray | bool:
    """Whether some part of ``whole`` prints as that rate, half up; over nobody only 100.00 does."""
    rounded = (20_000 * nearest_part(whole, hundredths) + whole) // (2 * np.maximum(whole, 1))
    return np.where(np.equal(whole, 0), hundredths == 10_000, rounded == hundredths)


def spread(total: int, weights: Sequence[float], limits: Sequence[float] | None = None) -> np.ndarray:
    """``total`` in whole numbers in proportion to ``weights``, none above its limit; what does not fit is left out."""
    weights = np.asarray(weights, dtype=float)
    limits = np.full(len(weights), np.inf) if limits is None else np.floor(np.asarray(limits, dtype=float))
    limits = np.where(weights > 0, limits, 0)
    total = int(min(total, limits.sum()))
    share = np.zeros(len(weights))
    while (left := total - share.sum()) > 1e-6:
        free = np.where(share < limits, weights, 0)
        share = np.minimum(share + left * free / free.sum(), limits)
    whole = np.floor(share + 1e-9)
    for place in np.argsort(whole - share, kind="stable"):  # largest remainders first
        if whole.sum() < total and whole[place] < limits[place]:
            whole[place] += 1
    return whole.astype(np.int64)


def fit(
    prior: np.ndarray,
    rows: Sequence[int],
    columns: Sequence[int],
    *,
    lower: np.ndarray | float = 0,
    upper: np.ndarray | float = np.inf,
    names: tuple[Sequence[str], Sequence[str]] | None = None,
) -> np.ndarray:
    """A table of whole numbers with these row and column sums, as near to the pattern of ``prior`` as they allow.

    prior: rows x columns, positive where tickets may be. lower, upper: limits of each cell.
    names: what the rows and the columns are, for the error.

    Proportional fitting gives the fractions, an integral transport problem rounds them.
    Raises PublishedError, naming the sums that cannot hold together.
    """
    prior = np.asarray(prior, dtype=float)
    rows, columns = np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64)
    lower, upper = (np.broadcast_to(np.asarray(limit, dtype=float), prior.shape) for limit in (lower, upper))
    return _round(_proportional(prior, rows, columns, lower, upper), rows, columns, lower, upper, names)


def _proportional(
    prior: np.ndarray, rows: np.ndarray, columns: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> np.ndarray:
    """Cells with those sums and limits, in proportion to ``prior``: rows and columns scaled in turn."""
    table = np.clip(prior, lower, upper)
    for _ in range(_FITTING_ROUNDS):
        table = _scaled(table, rows[:, None], 1, lower, upper)
        table = _scaled(table, columns[None, :], 0, lower, upper)
        if np.abs(table.sum(axis=1) - rows).max() < 1e-3:
            break
    return table


def _scaled(table: np.ndarray, sums: np.ndarray, axis: int, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Cells that are not fixed, scaled along ``axis`` to what the sums leave for them."""
    fixed = np.where(lower == upper, table, 0)
    free = table - fixed
    have = free.sum(axis=axis, keepdims=True)
    wanted = np.maximum(sums - fixed.sum(axis=axis, keepdims=True), 0)
    factor = np.divide(wanted, have, out=np.zeros_like(have), where=have > 0)
    return np.clip(fixed + free * factor, lower, upper)


def _round(
    target: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    names: tuple[Sequence[str], Sequence[str]] | None,
) -> np.ndarray:
    """Whole numbers near ``target`` with exact sums: a transport problem, whose corners are whole.

    Each cell starts from its floor. Going up to the ceiling is the cheaper the larger the fraction; going further, or
    down, costs 2 a ticket. A sum may be missed at a price that nothing else reaches: then the figures contradict.
    """
    from scipy.optimize import linprog
    from scipy.sparse import hstack, identity, kron, vstack

    height, width = target.shape
    cells, sums = height * width, height + width
    start = np.clip(np.floor(target), lower, upper).ravel()
    room_up, room_down = upper.ravel() - start, start - lower.ravel()
    adds = vstack([kron(identity(height), np.ones((1, width))), kron(np.ones((1, height)), identity(width))])
    up, further, down, short, over = cells, cells, cells, sums, sums
    price = [1 - (target.ravel() - start).clip(0, 1), np.full(further + down, 2.0), np.full(short + over, 1e4)]
    room = [np.minimum(room_up, 1), np.maximum(room_up - 1, 0), room_down, np.full(short + over, np.inf)]
    answer = linprog(
        np.concatenate(price),
        A_eq=hstack([adds, adds, -adds, identity(sums), -identity(sums)]),
        b_eq=np.concatenate([rows, columns]) - adds @ start,
        bounds=np.column_stack([np.zeros(3 * cells + 2 * sums), np.concatenate(room)]),
        method="highs-ds",
    )
    moves = np.rint(answer.x).astype(np.int64)
    first, more, less, missing, spare = np.split(moves, np.cumsum([up, further, down, short]))
    if (wrong := missing + spare).any():
        labels = [*names[0], *names[1]] if names else [f"第 {i + 1} 个合计" for i in range(sums)]
        listed = "、".join(label for label, amount in zip(labels, wrong, strict=True) if amount)
        raise PublishedError(f"印出的件数互相矛盾，凑不成一张表：{listed}。")
    return (start.astype(np.int64) + first + more - less).reshape(height, width)
