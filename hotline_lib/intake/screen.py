"""What of an export's own words may be shown: values, headings, and the names of files and sheets."""

from __future__ import annotations

from hotline_lib.masking import HIDDEN, shown
from hotline_lib.params import Params


class Screen:
    """Lets through what resembles something that params/ knows; everything else is hidden."""

    def __init__(self, params: Params):
        self.params = params

    def value(self, text: str | None) -> str:
        return shown(text)

    def heading(self, name: str) -> str:
        return shown(name)

    def file(self, name: str, number: int) -> str:
        """A file's name, with that of its member; ``number``: its place among those given, from 0."""
        return name

    def sheet(self, title: str, number: int) -> str:
        return title if shown(title) != HIDDEN else f"第 {number + 1} 张表"
