"""What stands around the figures: any frame as a table, charts in house style, and the page's own lines."""

from hotline_lib.present._chart import show
from hotline_lib.present._own import bars, heat, keep, lines, style, table
from hotline_lib.present._page import caption, provenance
from hotline_lib.present._sources import explain, sources

__all__ = [
    "bars", "caption", "explain", "heat", "keep", "lines", "provenance", "show", "sources", "style", "table",
]  # fmt: skip
