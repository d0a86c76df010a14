"""One intake on its way: files in, months of tickets out, and everything that is to be told at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline_lib.errors import BrokenOff, HotlineError
from hotline_lib.intake import apart
from hotline_lib.journal import broken_off
from hotline_lib.paths import Paths

if TYPE_CHECKING:
    from hotline_lib.intake.store import Stored


Say = Callable[[str, float | None], None]


@dataclass(frozen=True)
class Options:
    """What the analyst says of the files. accept_good: take the rows without a problem, and keep the others in
    refused.csv. sheets: read only these. unit: of all rows of files without such a column. replace_units: units of whose
    tickets accepted in the month the files are the whole truth. confirmed: even if many others are voided."""

    accept_good: bool = False
    replace_simulated: bool = False
    sheets: tuple[str, ...] = ()
    unit: str = ""
    replace_units: tuple[str, ...] = ()
    confirmed: bool = False


@dataclass(frozen=True)
class Intake:
    """What came of an intake.

    rows: by file or sheet, how many rows were new, updated, unchanged, refused, or a title, header, total or blank
    line; they add up to the rows of the sheet. stored: the months that changed. notes: what is to be said besides.
    folder: in output/intake. voided: by unit, tickets that were there, are in no file, and were taken out as asked.
    """

    month: str
    rows: dict[str, dict[str, int]]
    stored: list[Stored]
    notes: list[str]
    folder: Path
    voided: dict[str, int] = field(default_factory=dict)

    def count(self, *became: str) -> int:
        return sum(number for of_file in self.rows.values() for each, number in of_file.items() if each in became)


def intake(
    files: Sequence[Path],
    month: str,
    paths: Paths,
    *,
    accept_good: bool = False,
    replace_simulated: bool = False,
    sheets: Sequence[str] = (),
    unit: str = "",
    replace_units: Sequence[str] = (),
    confirmed: bool = False,
    on_step: Say | None = None,
) -> Intake:
    """Take tickets from exports into data/tickets, by month of acceptance.

    files: in the order in which they were exported: of two versions of a ticket the later file's stands. month: the
    bulletin's; its own tickets and those of the months it reaches back to are taken. For the other options see
    ``Options``. on_step: told what is being done, and how much of it is (0 to 1; None: nobody knows).

    Raises IntakeError in words, with nothing taken, for every problem at once, and for what the computer refuses.
    """
    options = Options(accept_good, replace_simulated, tuple(sheets), unit, tuple(replace_units), confirmed)
    with apart.started():  # the reader gets ready while the engine is loaded
        from hotline_lib.intake.settle import settled

        return in_words(lambda: settled(files, month, options, paths, on_step or (lambda *_: None)))


def in_words(work: Callable[[], Any]) -> Any:
    """What ``work`` gives; whatever the computer refuses meanwhile is an IntakeError."""
    import duckdb

    from hotline_lib.intake import words
    from hotline_lib.intake.words import IntakeError

    try:
        return work()
    except HotlineError:
        raise
    except (MemoryError, duckdb.OutOfMemoryException):
        raise IntakeError(words.MEMORY) from None
    except (OSError, duckdb.IOException, duckdb.FatalException):
        raise IntakeError(words.cannot_write("data/tickets 或 output/intake")) from None
    except (Exception, KeyboardInterrupt) as error:
        if broken_off(error):
            raise BrokenOff(words.INTERRUPTED) from None
        # a bug of ours: the log gets the trace, but not the words, which may quote a cell
        raise RuntimeError(type(error).__name__).with_traceback(error.__traceback__) from None
