"""Where a month's own work is done (reading it, tables, Word, mail): in forks of the warm process, which has imported what
that takes and runs beside the notebooks; here, where there is no fork. What is made is the same.
"""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline_lib.errors import HotlineError
from hotline_lib.journal import broken_off
from hotline_lib.processes import QUICK_TEXT

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from hotline_lib.batch.kernels import Kernels
    from hotline_lib.month import Month
    from hotline_lib.paths import Paths

Answer = Callable[[], Any]  # what a piece of work gave, or its error raised
Prepare = Callable[[str, "Paths"], "Month"]
_GONE = "写附表的进程意外退出（可能内存不足）。请关掉不用的程序后重新运行。"


class Gone(HotlineError):
    """The process beside this one has ended."""


class Here:
    """The month in this process. aside: the same month where nothing waits for the tables, if that is elsewhere."""

    def __init__(self, prepare: Prepare, month: str, paths: Paths):
        self._month = prepare(month, paths)
        self.aside: Here = self

    def begin(self, work: Callable[..., Any], *given: Any) -> Answer:
        """``work(month, *given)``; its answer may wait for another process."""
        done, value = _tried(work, self._month, *given)

        def answer() -> Any:
            if done:
                return value
            raise value

        return answer

    def do(self, work: Callable[..., Any], *given: Any) -> Any:
        return self.begin(work, *given)()

    def call(self, work: Callable[..., Any], *given: Any) -> Any:
        """``work(*given)``, which needs no month and much that the warm process has imported."""
        return self.aside.do(_without_month, work, *given)


class Beside(Here):
    """The month in a process that ``Kernels.beside`` forked. Work goes there by its name, and is done in that order.

    aside: another such process; this one if None.
    """

    def __init__(self, line: Connection, prepare: Prepare, month: str, paths: Paths, aside: Beside | None = None):
        self._line, self._asked, self._answers = line, 0, list[tuple[bool, Any]]()
        self.aside = aside or self
        self.do(prepare, month, paths)

    def begin(self, work: Callable[..., Any], *given: Any) -> Answer:
        number, self._asked = self._asked, self._asked + 1
        with _told():
            self._line.send((work, given))

        def answer() -> Any:
            while number >= len(self._answers):
                with _told():
                    self._answers.append(self._line.recv())
            done, value = self._answers[number]
            if done:
                return value
            raise value

        return answer


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (EOFError, OSError):
        raise Gone(_GONE) from None


def _without_month(_: Month, work: Callable[..., Any], *given: Any) -> Any:
    return work(*given)


def _tried(work: Callable[..., Any], *given: Any) -> tuple[bool, Any]:
    try:
        return True, work(*given)
    except Exception as error:
        if broken_off(error):
            raise KeyboardInterrupt from None
        return False, error


@contextmanager
def opened(prepare: Prepare, month: str, paths: Paths, kernels: Kernels | None) -> Iterator[Here]:
    """The month, read by ``prepare``. kernels: whose warm process may be forked for it; None: here.

    Raises what ``prepare`` does.
    """
    with ExitStack() as stack:
        at: Here | None = None
        if kernels and (line := kernels.beside(early=True)):
            with suppress(Gone), line:
                reading = Beside(line, prepare, month, paths)  # the engine ends with it
                found = reading.begin(_found, made := kernels.folder / f"{month}.made")
                kernels.hold(month)
                found()
                kernels.hold(month, str(made))
                if (one := kernels.beside()) and (other := kernels.beside()):
                    aside = Beside(stack.enter_context(other), prepare, month, paths)
                    at = Beside(stack.enter_context(one), prepare, month, paths, aside)
        if at is None:
            import pandas

            stack.enter_context(pandas.option_context(*QUICK_TEXT))
            at = Here(prepare, month, paths)
        yield at


def serve(line: Connection) -> None:
    """The other end: does what is asked until nobody asks any more."""
    month: Any = None
    with suppress(EOFError, OSError):
        while True:
            work, given = line.recv()
            done, value = _tried(work, *given) if month is None else _tried(work, month, *given)
            if month is None and done:
                month, value = value, None
            line.send((done, value if done else _sendable(value)))


def _sendable(error: Exception) -> Exception:
    """An error that says the same at the other end."""
    if not isinstance(error, HotlineError):
        error.add_note("".join(traceback.format_exception(error)))  # its own frames stay in this process
    with suppress(Exception):
        again = pickle.loads(pickle.dumps(error))
        if type(again) is type(error) and str(again) == str(error):
            return error
    known = isinstance(error, HotlineError)
    return HotlineError(str(error)) if known else RuntimeError(f"{type(error).__name__}: {error}")


def _found(m: Month, file: Path) -> None:
    """Finds what several of the month's pages say, beside the warm process, which still imports, and hands it over."""
    from hotline_lib.bulletin._findings import found_in
    from hotline_lib.handing import hand_over

    with suppress(Exception):  # whoever makes it again says what is wrong
        found_in(m)
        hand_over(m, file)


@dataclass(frozen=True)
class About:
    """What pages and the manifest say of the month. facts: the line under a page's title."""

    label: str
    hotline: str
    simulated: bool
    facts: tuple[str, ...]


def about(month: Month) -> About:
    return About(month.label, month.params.organisation.hotline, month.simulated, facts(month))


def facts(month: Month) -> tuple[str, ...]:
    """What the line under a page's title says: tickets, and the months compared."""
    from hotline_lib.present import _page as page

    return tuple(part for part in str(page.caption(month)).split(" · ") if part != page.SIMULATED)


def frames_read(paths: Paths) -> dict[str, str]:
    """The environment variable that holds kernels to the frames that the month was read into."""
    from hotline_lib.opening import frames_read

    return frames_read(paths)
