"""What of an export's own words may be shown: values, headings, and the names of files and sheets."""

from __future__ import annotations

from hotline_lib.params import Params


class Screen:
    """Lets through what resembles something that params/ knows; everything else is hidden, or called by its place."""

    def __init__(self, params: Params):
        self.known = params.known
        self.members: dict[int, dict[str, int]] = {}

    def value(self, text: str | None) -> str:
        """A cell or a heading."""
        return self.known.shown(text)

    def file(self, name: str, number: int) -> str:
        """A file's name, with that of its member; ``number``: its place among those given, from 0.

        Members of a .zip keep apart: one whose name may not be shown is called by the order in which it was met.
        """
        neutral = f"第 {number + 1} 个文件"
        shown, (outer, _, member) = self.known.shown_name(name, neutral), name.partition("/")
        if not member or not shown.startswith(neutral):
            return shown
        met = self.members.setdefault(number, {})
        inner = self.known.shown_name(member, f"第 {met.setdefault(member, len(met) + 1)} 个")
        digits = any(c.isdigit() for c in name)  # parts of a number may stand on both sides
        return f"{self.known.shown_name(neutral if digits else outer, neutral)}/{inner}"

    def sheet(self, title: str, number: int) -> str:
        """A sheet's name; ``number``: its place in the file, from 0."""
        return self.known.shown_name(title, f"第 {number + 1} 张表")
