"""What tests share beside fixtures: drawn frames, and a project with simulated tickets."""

from __future__ import annotations

import inspect
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import settings
from surroundings import MONTH, ROOT, copy_printed

from hotline_lib.paths import Paths

if TYPE_CHECKING:
    from hotline_lib.bulletin import Exhibit
    from hotline_lib.month import Month

__all__ = [
    "MONTH",
    "ROOT",
    "drawn",
    "end_all",
    "every_exhibit",
    "examples",
    "one_in",
    "parts_of",
    "several",
    "simulated",
    "start",
    "with_whole_months",
    "within",
]


def examples(usual: int) -> int:
    """How many examples of hypothesis are tried where ``make test-all`` tries ``usual`` ones: fewer in ``make test``, more
    in ``make search``."""
    return max(1, usual * settings.default.max_examples // 100)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What must not take for ever: fails when what is done takes more seconds of the processor than this.

    Limits are several times of what is usual, on a machine that does a plain loop in 0.15 s; for a slower one, and for one
    that others make slow for a while, they are as many times longer as the loop takes, before or after."""
    before, begun = _pace(), time.process_time()
    yield
    took = time.process_time() - begun
    assert took < seconds or took < seconds * max(before, _pace())


def _pace() -> float:
    begun = time.process_time()
    sum(n * n for n in range(2_000_000))
    return (time.process_time() - begun) / 0.15


def one_in(number: int, cases: Iterable) -> list:
    """The cases of a rule, one in ``number`` for ``make test``; ``make test-all`` tries them all."""
    return [pytest.param(case, marks=[pytest.mark.slow] * (n % number > 0)) for n, case in enumerate(cases)]


def several(number: int, cases: Iterable[tuple]) -> list:
    """The same for cases of several parameters."""
    return [pytest.param(*case.values[0], marks=case.marks) for case in one_in(number, cases)]


_started: list[subprocess.Popen] = []


def start(arguments: list[str], **options: object) -> subprocess.Popen:
    """A process that does not outlive the test, what it says kept."""
    _started.append(subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options))
    return _started[-1]


def end_all() -> None:
    """Ends what is left of what was started."""
    while _started:
        if (process := _started.pop()).poll() is None:
            process.kill()
            process.communicate()


def drawn(text: str) -> pd.DataFrame:
    """A frame drawn as text: a header, then rows, columns parted by |. Whole numbers become int64, blanks None."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    frame = pd.DataFrame(lines[1:], columns=lines[0]).replace({"": None})
    for column in frame:
        if frame[column].notna().all() and frame[column].str.fullmatch(r"-?\d+").all():
            frame[column] = frame[column].astype("int64")
    return frame


def simulated(folder: Path, project: Paths, *, month: str = MONTH, **options: int) -> Paths:
    """A project whose data is copied to ``folder`` and whose tickets are simulated there."""
    from hotline_lib.simulate import simulate

    copy_printed(folder / "data")
    paths = replace(project, data=folder / "data", output=folder / "output")
    simulate(month, paths, **options)
    return paths


def every_exhibit(m: Month, unit: str | None = None) -> Iterator[Exhibit]:
    """Every exhibit of a month, of both ranked types and both base months. unit: whose edition; the first unit's if None."""
    from hotline_lib import bulletin

    choices = {"role": ["inquiry", "complaint"], "against": ["yoy", "mom"], "unit": [unit or m.units["unit"].iloc[0]]}
    for make in bulletin.EXHIBITS:
        names = [name for name in choices if name in inspect.signature(make).parameters]
        for values in product(*(choices[name] for name in names)):
            yield make(m, **dict(zip(names, values, strict=True)))


def parts_of(exhibit: Exhibit) -> Iterator[object]:
    """What an exhibit says and shows."""
    for name in ("lead", "sentence", "details", "note", "table", "chart"):
        if name in dir(exhibit):
            yield getattr(exhibit, name)


def with_whole_months(m: Month) -> Month:
    """The same month, as if nothing were missing from the months before it."""
    made = replace(m)
    made.__dict__["annexes"] = tuple(
        each and replace(each, whole=True) for each in m.annexes
    )  # else read when asked for
    return made
