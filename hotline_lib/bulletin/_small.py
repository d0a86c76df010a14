"""Small numbers that a unit's edition does not print, and what would give them away (organisation.yaml: small_numbers).

Rule: OpenSAFELY's, by which a count under the threshold is withheld, and never one alone where the sum is printed: the
next smallest go with it until those withheld make the threshold together and are not all the least that they can be.
What is made of a withheld count goes too, and rows withheld stand last, in no order that would tell. None is a zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from hotline_lib.bulletin import _figures as figures
from hotline_lib.exact import is_missing
from hotline_lib.indicators import BY_KEY
from hotline_lib.month import Month
from hotline_lib.present._cells import WITHHELD
from hotline_lib.present._sentences import Figure


def is_small(m: Month, *counts: Any) -> bool:
    """Whether one of those counts may not be printed."""
    return any(not is_missing(count) and 0 < count < m.params.organisation.small_numbers for count in counts)


def note(m: Month) -> list[str]:
    """What the page says of it; nothing if all is printed."""
    least = m.params.organisation.small_numbers
    return [f"少于{least}件的数不列出，印作{WITHHELD}；能由合计等推出它们的数也不列出"] if least else []


def rows_withheld(columns: Sequence[Sequence[int]], least: int) -> set[int] | None:
    """Which rows of a table go: those with a small number in one of the ``columns``, and as many more as hide them.

    columns: counts of all rows, each column with a printed sum; the first one's smallest rows go first. None: there are
    not enough rows, so that the sum may not be printed either.
    """
    rows = range(len(columns[0]))
    gone = {at for at in rows if any(0 < column[at] < least for column in columns)}
    others = sorted((at for at in rows if at not in gone and columns[0][at]), key=columns[0].__getitem__, reverse=True)
    while gone and not all(_hidden([column[at] for at in gone], least) for column in columns):
        if not others:
            return None
        gone.add(others.pop())
    return gone


def _hidden(counts: Sequence[int], least: int) -> bool:
    """Whether counts of which a reader knows the sum may each be one or another."""
    if not any(0 < count < least for count in counts):
        return len(counts) > 1 or not sum(counts)
    floor = 0 if 0 in counts else 1
    return len(counts) > 1 and sum(counts) >= max(least, len(counts) * floor + 1)


def without_small(m: Month, frame: pd.DataFrame, sums: Sequence[str], goes: Sequence[str]) -> pd.DataFrame | None:
    """The frame with ``goes`` withheld in the rows that may not be printed, which come last. sums: the counts that are looked
    at. None: nothing of it may be printed."""
    least = m.params.organisation.small_numbers
    known = [
        [int(value) for value in frame[name].fillna(0)] for name in sums if name in frame and frame[name].notna().any()
    ]
    gone = rows_withheld(known, least) if least and known and len(frame) else set()
    if not gone:
        return None if gone is None else frame
    made = frame.astype(dict.fromkeys([name for name in goes if name in frame], object)).reset_index(drop=True)
    made.loc[sorted(gone), [name for name in goes if name in frame]] = WITHHELD
    last = made.loc[sorted(gone)].sort_values(made.columns[made.columns.isin(["business_type", "issue"])][0])
    return pd.concat([made.drop(index=sorted(gone)), last], ignore_index=True)


def of_whole(m: Month, whole: Figure) -> Figure:
    """A unit's total without base months in which it was small."""
    bases: dict[str, Any] = {name: None for name in ("yoy_base", "mom_base") if is_small(m, getattr(whole, name))}
    return replace(whole, **bases) if bases else whole


def tells_of_few(m: Month, key: str, of: pd.Series) -> bool:
    """Whether an indicator's value is made of few tickets, or of all but few."""
    above, below = of["numerator"], of["denominator"]
    if BY_KEY[key].kind == "per_10k":
        return is_small(m, above)
    if not BY_KEY[key].counted:  # what somebody said of the unit, not its tickets
        return False
    if BY_KEY[key].kind == "count":
        return is_small(m, above)
    return is_small(m, below) or (BY_KEY[key].kind == "rate" and is_small(m, above, below - above))


def indicators_told(m: Month, unit: str) -> bool:
    """Whether the counts behind a unit's indicators may be printed: they add up to each other, so all or none."""
    own = figures.indicators_by_unit(m).loc[unit]
    return not any(tells_of_few(m, key, own.loc[key]) for key in own.index)
