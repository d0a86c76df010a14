"""Where a number comes from: every place of the bulletin that prints it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from inspect import signature
from itertools import product
from typing import TYPE_CHECKING, Any

from hotline_lib.bulletin._findings import Findings
from hotline_lib.bulletin._outline import findings, outline
from hotline_lib.bulletin._overview import overview
from hotline_lib.errors import UnknownValueError
from hotline_lib.indicators import BY_KEY
from hotline_lib.present._drill_down import DrillDown
from hotline_lib.present._sentences import Sentence
from hotline_lib.present._sources import Links, Source, explained, same_number
from hotline_lib.present._tables import Table

if TYPE_CHECKING:
    from hotline_lib.month import Month


Place = tuple[str, str, Source]  # of a page: a number's heading, words and source
Walk = Iterator[tuple[str, tuple[object, ...]]]


def explain(m: Month, printed: str, top: int = 5, *, tickets: bool = False) -> list[str]:
    """Every place of the bulletin that prints a number, else of the other pages: where, how it is made, which tickets it counts.

    printed: as it stands there, with or without unit and commas (90.10%, 219,751); a count that only stands in a formula
    (191174); or the name of a unit, for all that is printed of it. tickets: with the ids behind it.
    Raises UnknownValueError with the nearest printed number if none is the same.
    """
    page = _linked(_walk(m, top))
    unit = next((each.name for each in m.params.units if printed in each.spellings), None)
    found = _found(page.shown, printed, unit)
    found = found or _found(_linked(_elsewhere(m, top)).shown, printed, unit)
    if not found:
        raise UnknownValueError("印出的数字", printed, dict.fromkeys(words for _, words, _ in page.shown))
    lines = explained(found)
    return [f"{line}{_ids(m, each[2])}" for line, each in zip(lines, found, strict=True)] if tickets else list(lines)


def _found(shown: Sequence[Place], printed: str, unit: str | None) -> list[Place]:
    if unit:
        return [each for each in shown if unit in each[2].title.split(" · ")]
    same = {source for _, words, source in shown if same_number(printed, words)}
    found = [each for each in shown if each[2] in same]  # 减少16.58% stands as −16.58 in a table
    return found or [each for each in shown if any(same_number(printed, str(part)) for part in each[2].counts)]


def _linked(walk: Walk) -> Links:
    """Every number that those parts print, shown."""
    page = Links()
    for heading, parts in walk:
        page.place = heading
        for part in parts:
            if isinstance(part, Sentence | Table | DrillDown | Findings):
                part.html(page.link)
    return page


def _elsewhere(m: Month, top: int) -> Walk:
    """What the other pages of the month show; units' editions have their own."""
    from hotline_lib.bulletin import EXHIBITS

    choices: dict[str, list[Any]] = {"role": ["inquiry", "complaint"], "against": ["yoy", "mom"], "top": [top]}
    for make in EXHIBITS:
        options = signature(make).parameters
        if "unit" in options and options["unit"].default:  # there is no page of it without a unit
            continue
        names = [name for name in choices if name in options]
        for values in product(*(choices[name] for name in names)):
            x = make(m, **dict(zip(names, values, strict=True)))
            parts = (part for part in ("lead", "sentence", "details", "note", "table", "chart") if part in dir(x))
            yield re.split("[：。；，\n]", make.__doc__ or "")[0], tuple(getattr(x, part) for part in parts)


def _walk(m: Month, top: int) -> Walk:
    first = findings(m, top=top)
    yield first.heading, (first,)
    units_at_a_glance = overview(m)
    yield units_at_a_glance.heading, (units_at_a_glance.table,)
    for section in outline(m, top):
        yield section.heading or "概述", section.parts


_MOST_IDS = 20


def _ids(m: Month, source: Source) -> str:
    """The tickets behind a number, as far as they fit."""
    if source.rate is not None:
        ids = m.behind(*source.rate)["ticket_id"].tolist()
        what = "这些工单未达标" if BY_KEY[source.rate[1]].kind == "rate" else "这些工单计入"
    elif source.where is not None:
        ids, what = m.tickets(dict(source.where))["ticket_id"].tolist(), "这些工单计入"
    else:
        return ""
    more = f"等{len(ids)}件" if len(ids) > _MOST_IDS else f"，共{len(ids)}件"
    return f"\n  {what}：{'、'.join(ids[:_MOST_IDS])}{more}" if ids else f"\n  {what}：无"
