"""What of an export's own words may be shown: values, headings, and the names of files and sheets."""

from __future__ import annotations

from hotline_lib.params import Params


class Screen:
    """Lets through what resembles something that params/ knows; everything else is hidden, or called by its place."""

    def __init__(self, params: Params):
        self.known = params.known

    def value(self, text: str | None) -> str:
        """A cell or a heading."""
        return self.known.shown(text)

    def file(self, name: str, number: int) -> str:
        """A file's name, with that of its member; ``number``: its place among those given, from 0."""
        return self.known.shown_name(name, f"第 {number + 1} 个文件")

    def sheet(self, title: str, number: int) -> str:
        """A sheet's name; ``number``: its place in the file, from 0."""
        return self.known.shown_name(title, f"第 {number + 1} 张表")
