"""图5 and 图6: the most frequent issues, for each where it comes from and what it is about. HTML; on paper a picture.

Every bar is a percentage on a pale track of 100 %, so that bars and figures compare down the whole page. The layout
(three columns on a desk and on paper, one on a phone) is page.css's; what JupyterLab needs stands inline.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate

from hotline_lib.contract import data_slot
from hotline_lib.present import _numbers as numbers
from hotline_lib.present import _style as style
from hotline_lib.present._canvas import HEAD, Canvas
from hotline_lib.present._chart import Chart
from hotline_lib.present._sentences import Figure
from hotline_lib.present._sources import Links, Source
from hotline_lib.present._style import BLUE, BLUE2, HAIR, SOFT

_NO_SUB_ISSUE = "未标注子事项"


@dataclass(frozen=True)
class Issue:
    """One issue: its figure, and the parts it falls into. only: the unit that has all of it, if one has."""

    rank: int
    figure: Figure
    units: Sequence[Figure]
    sub_issues: Sequence[Figure]
    only: str = ""

    @property
    def all_told(self) -> bool:
        """Whether its sub-issues leave no ticket of it untold."""
        return sum(each.tickets for each in self.sub_issues) == self.figure.tickets


@dataclass(frozen=True, repr=False)
class DrillDown:
    """Issues with their parts. heads: over the three columns. alt: what it says, for those who hear the page.

    source: a figure and which attribute of it is printed -> where that number comes from, if that is known.
    """

    issues: Sequence[Issue]
    title: str
    heads: tuple[str, str, str]
    note: str
    alt: str
    source: Callable[[Figure, str], Source | None] = lambda figure, attribute: None
    links: Links | None = None
    number: int | None = None

    @property
    def heading(self) -> str:
        """图6　投诉举报前5位占…"""
        return self.title if self.number is None else f"图{self.number}　{self.title}"

    def __repr__(self) -> str:
        return "\n".join([self.heading, self.alt, *self.details]) if self.issues else ""

    @property
    def details(self) -> list[str]:
        """A line an issue: its count and share, where it comes from, what it is about."""
        lines = []
        for issue in self.issues:
            where = f"全部为{issue.only}" if issue.only else _listed(issue.units)
            about = _listed(issue.sub_issues) or _NO_SUB_ISSUE
            lines.append(f"{issue.rank} {_listed([issue.figure])}：{where}；{about}")
        return lines

    def _repr_html_(self) -> str:
        return self.html(self.links.link if self.links is not None else None)

    def html(self, link: Callable[[str, Source], str] | None = None) -> str:
        """link: makes a link of a number's words and source."""
        if not self.issues:
            return ""

        def linked(words: str, figure: Figure, attribute: str) -> str:
            source = self.source(figure, attribute) if link else None
            return link(words, source) if link and source else escape(words)

        heads = " ".join(f"<span>{escape(head)}</span>" for head in self.heads)
        slot = data_slot("" if self.number is None else f"图{self.number}")
        return (
            f'<figure class="drill" aria-label="{escape(self.alt)}"><figcaption><div class="figure-head">'
            f'<p class="figure-title" style="margin:0;font-weight:600">{escape(self.heading)}</p></div></figcaption>'
            f'<p class="drill-heads" aria-hidden="true" hidden>{heads}</p>'
            f"{''.join(self._issue_html(issue, linked) for issue in self.issues)}"
            f'<p class="table-note">{escape(self.note)}</p></figure>{slot}'
        )

    def _issue_html(self, issue: Issue, link: Callable[[str, Figure, str], str]) -> str:
        figure = issue.figure
        where = (
            _only(f"全部为{issue.only}") if issue.only else _parts_html(issue.units, self.heads[1], BLUE, "where", link)
        )
        subs = issue.sub_issues
        about = _parts_html(subs, self.heads[2], BLUE2, "about", link) if subs else _only(_NO_SUB_ISSUE)
        return (
            f'<div class="drill-issue"><div class="drill-name">'
            f'<p class="drill-title"><span class="rank">{issue.rank}</span> <strong>{escape(figure.name)}</strong></p>'
            f'<p class="drill-count"><strong>{link(numbers.count(figure.tickets), figure, "count")}</strong>件，'
            f"占{link(figure.share, figure, 'share')}%</p>"
            f"{_bar(figure, BLUE)}</div>{where}{about}</div>"
        )


def chart(drill: DrillDown) -> Chart:
    """The same as a picture, for Word: a bar an issue on its track, under it the first units and sub-issues.

    Its text for those who cannot see it has everything.
    """
    gap, line = 14.0, 16.0
    with style.drawing():
        canvas = Canvas(1)
        below = [
            [part for words in (_where(issue), _about(issue)) for part in _packed(canvas, words)]
            for issue in drill.issues
        ]
        tops = [0.0, *accumulate(44 + line * len(lines) for lines in below)]
        canvas = Canvas(tops[-1])
        counts = [numbers.count(issue.figure.tickets) for issue in drill.issues]
        shares_at = canvas.width - canvas.widest([f"{issue.figure.share}%" for issue in drill.issues]) - gap
        track = shares_at - canvas.widest(counts) - gap
        for at, issue in enumerate(drill.issues):
            top, share = tops[at], float(issue.figure.share) / 100
            canvas.text(0, top + 9, canvas.shorten(f"{issue.rank} {issue.figure.name}", canvas.width))
            canvas.block(0, top + 20, track, top + 32, HAIR)
            canvas.block(0, top + 20, track * share, top + 32, BLUE)
            canvas.text(shares_at, top + 26, counts[at], align="right")
            canvas.text(canvas.width, top + 26, f"{issue.figure.share}%", align="right")
            for number, words in enumerate(below[at]):
                canvas.text(0, top + 44 + line * number, canvas.shorten(words, canvas.width, HEAD), SOFT, size=HEAD)
    alt = "\n".join([drill.alt, *drill.details])
    return Chart(canvas.figure, title=drill.title, note=drill.note, alt=alt, number=drill.number)


def _packed(canvas: Canvas, words: str) -> list[str]:
    """A list of things on as many lines as it takes, none broken."""
    lines = [""]
    for part in re.split("(?<=、)", words):
        if lines[-1] and canvas.measure(lines[-1] + part, HEAD) > canvas.width:
            lines.append("")
        lines[-1] += part
    return lines


def _where(issue: Issue) -> str:
    return f"全部为{issue.only}" if issue.only else _shares(issue.units)


def _about(issue: Issue) -> str:
    return _shares(issue.sub_issues) or _NO_SUB_ISSUE


def _shares(parts: Sequence[Figure]) -> str:
    return "、".join(f"{part.name}{part.share}%" for part in parts)


def _only(words: str) -> str:
    return f'<p class="drill-only">{escape(words)}</p>'


def _parts_html(parts: Sequence[Figure], head: str, colour: str, kind: str, link: Callable) -> str:
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(part.name)}</th>'
        f'<td class="track">{_bar(part, colour)}</td>'
        f'<td class="num">{link(numbers.count(part.tickets), part, "count")}</td>'
        f'<td class="num">{link(part.share, part, "share")}</td></tr>'
        for part in parts
    )
    caption = f'<caption style="text-align:left"><span>{escape(head)}</span></caption>'
    return f'<table class="drill-parts {kind}">{caption}<tbody>{rows}</tbody></table>'


def _bar(figure: Figure, colour: str) -> str:
    """``figure``'s share of a track that is 100 %."""
    return (
        f'<div class="bar" style="min-width:64px;max-width:22em;background:{HAIR}">'
        f'<div style="width:{figure.share}%;height:9px;background:{colour}"></div></div>'
    )


def _listed(parts: Sequence[Figure]) -> str:
    return "、".join(f"{part.name}{part.count}件{part.share}%" for part in parts)
