"""Why a report was not made, in words."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from hotline_lib.errors import HotlineError, refused


class PageError(HotlineError):
    """A notebook ran to its end, but its page may not be shown. number, source: the cell whose output it is."""

    def __init__(self, message: str, number: int | None = None, source: str = ""):
        super().__init__(message)
        self.number, self.source = number, source


@dataclass(frozen=True)
class Failure:
    """``message`` is for the analyst; the rest says where, if a cell was running.

    cell_number: from 1, text cells counted, as in the notebook that the analyst has before him.
    """

    message: str
    cell_number: int | None = None
    cell_source: str = ""
    traceback: str = ""

    @classmethod
    def of(cls, error: Exception) -> Failure:
        """What went wrong in our own code, or on this computer."""
        words = f"{type(error).__name__}: {error}"
        if isinstance(error, PageError):
            return cls(str(error), error.number, error.source)
        if isinstance(error, HotlineError):
            words = str(error)
        elif isinstance(error, OSError):
            words = refused(error) or words
        return cls(words, traceback="".join(traceback.format_exception(error)))

    @property
    def in_one_line(self) -> str:
        return (f"第 {self.cell_number} 个单元格：" if self.cell_number else "") + self.message
