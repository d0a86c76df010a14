"""What comes of an export: taken as it is, or refused in words and taken after the remedy that the words offer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cases import Made, expected, stored, told_of
from desk import Desk
from personal import named
from remedies import Remedy

# never said, whatever happens: the wrong cause, a trace, words of a library
NEVER = r"磁盘已满|程序出错|Traceback|Error\b|Exception|codec|None\b|nan\b|\{\w+\}|\\x"
_MOST_LINES = 30


@dataclass(frozen=True)
class Case:
    """One kind of export.

    notes: if it is taken, what must be said beside. says: if it is refused, what the message must hold; never: what
    it must not. remedy: what the message has the analyst do. whole: nothing may be taken, even with accept_good.
    open: whether it is taken or refused is left open; either way nothing else may come of it. lines: how many lines
    of problems there must be. options: of intake.
    """

    name: str
    make: Callable[[Path], Made]
    notes: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    remedy: Remedy | None = None
    whole: bool = False
    open: bool = False
    lines: int = 0
    options: dict[str, object] = field(default_factory=dict)

    def __repr__(self) -> str:
        return self.name


def taken(name: str, make: Callable[[Path], Made], *notes: str, **options: object) -> Case:
    return Case(name, make, notes=notes, options=options)


def refused(name: str, make: Callable[[Path], Made], *says: str, remedy: Remedy, **more: object) -> Case:
    return Case(name, make, says=says, remedy=remedy, **more)


def take_whole(desk: Desk, made: Made, options: dict[str, object]) -> list[str]:
    """Takes the files; all tickets must be there as they are. Returns the notes."""
    done = desk.take(*options.pop("files", made.files), **options)
    assert stored(desk) == expected(made.truth)
    assert done.count("new") == len(made.truth) and not done.count("refused")
    return list(done.notes)


def check_words(desk: Desk, case: Case, message: str) -> None:
    for pattern in case.says:
        assert re.search(pattern, message), f"not said: {pattern}\n{message}"
    for pattern in (NEVER, *case.never):
        assert not re.search(pattern, message), f"said: {pattern}\n{message}"
    assert not named(message) and not named(told_of(desk))
    assert len(message.splitlines()) <= _MOST_LINES, message
    assert "没有导入任何工单" in message
    told = [line for line in message.splitlines() if line.startswith("  ")]
    assert len(told) == case.lines or not case.lines, message
