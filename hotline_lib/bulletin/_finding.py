"""One finding: what was found, in words, with what to do next and the tickets to look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hotline_lib.bulletin._wording import cited
from hotline_lib.present._sentences import Sentence

if TYPE_CHECKING:
    from hotline_lib.month import Month

Tickets = Callable[[], list[tuple[str, str]]]  # made when somebody asks for them


@dataclass(frozen=True)
class Finding:
    """title: what was found, short. text: the same with its numbers. figure: what shows it (图2, 附件3), and where.

    todo: what to do next, and whom to ask. touches: tickets concerned. tickets: the unit
    and the id of each, where somebody should look at them.
    """

    title: str
    text: Sentence
    figure: str
    section: str
    todo: str = ""
    touches: int = 0
    tickets: Tickets | None = None


def said(
    m: Month, kind: str, figure: str, section: str, *, touches: int = 0, ids: Tickets | None = None, **context: Any
) -> Finding:  # fmt: skip
    """A finding in the words of params/wording/findings/KIND.j2, which says its title, its text and what to do next in turn."""
    words = (cited(m, f"findings/{kind}", context | {"saying": what}) for what in ("title", "text", "todo"))
    (title, _), (text, numbers), (todo, _) = words
    return Finding(title, Sentence(text, cited=numbers), figure, section, todo, touches, ids)
