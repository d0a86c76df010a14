"""The month's findings, chosen by rule: what the first page says before anything else.

A finding is a kind (what moved the total, which type, which unit …), said in the words of params/wording/findings/KIND.j2
and chosen by the rule in its function (``_finders``, ``_shortfalls``): the largest of what counts tell from chance. Rates that speak of a part
only come first; then what touches most tickets, each kind's first before any kind's second. What chance could have made is
never one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import zip_longest
from typing import TYPE_CHECKING

import pandas as pd

from hotline_lib.bulletin import _finders as changes
from hotline_lib.bulletin import _shortfalls as shortfalls
from hotline_lib.bulletin._finding import Finding
from hotline_lib.contract import data_slot
from hotline_lib.month import Month, once_a_month
from hotline_lib.present._page import Written

if TYPE_CHECKING:
    from hotline_lib.present._sources import Links, Source

MOST = 5
NOTHING = "按规则没有需要单独说明的情况。"


@dataclass(frozen=True, repr=False)
class Findings:
    """The month's findings as the first page shows them. anchors: section -> its id in the page."""

    found: tuple[Finding, ...]
    anchors: Mapping[str, str]
    links: Links | None = None

    @property
    def heading(self) -> str:
        return "本月要点"

    @property
    def title(self) -> Written:
        """The heading, as a cell of page 00 shows it."""
        return Written(f"## {self.heading}")

    def __repr__(self) -> str:
        lines = (f"{at} {each.title}：{each.text}{each.todo}" for at, each in enumerate(self.found, start=1))
        return "\n".join(lines) if self.found else NOTHING

    def _repr_html_(self) -> str:
        return self.html(self.links.link if self.links is not None else None)

    def html(self, link: Callable[[str, Source], str] | None = None) -> str:
        """A numbered list, each with a link to what shows it. link: makes a link of a number's words and source."""
        if not self.found:
            return f'<p class="sentence">{NOTHING}</p>'
        items = "".join(
            f"<li><strong style='display:block'>{escape(each.title)}</strong><span>{each.text.inline(link)}{escape(each.todo)} "
            f'<a href="#{escape(self.anchors[each.section])}">{escape(each.figure)}</a></span></li>'
            for each in self.found
        )
        return f'<ol class="findings">{items}</ol>' + data_slot("要点工单") * any(each.tickets for each in self.found)


@once_a_month
def found_in(m: Month) -> tuple[Finding, ...]:
    """The month's findings, the most important first; none where nothing can be told from chance."""
    first, *by_kind = [list(kind(m)) for kind in (*shortfalls.KINDS, *changes.KINDS)]
    ranks = ([each for each in rank if each is not None] for rank in zip_longest(*by_kind))
    in_turn = [each for rank in ranks for each in sorted(rank, key=lambda each: -each.touches)]
    return (*first, *in_turn)[:MOST]


@once_a_month
def tickets_of(m: Month) -> pd.DataFrame:
    """What the findings ask somebody to look at: ``finding`` (its place), ``title``, ``unit``, ``ticket_id``."""
    rows = [
        (at, each.title, *ticket)
        for at, each in enumerate(found_in(m), start=1)
        for ticket in (each.tickets() if each.tickets else [])
    ]
    return pd.DataFrame(rows, columns=["finding", "title", "unit", "ticket_id"])
