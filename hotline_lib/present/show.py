"""A chart with its words, as a notebook shows it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from hotline_lib.present import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Chart:
    """A picture with number, title, note and alternative text; shows itself in Jupyter.

    Words and picture go out as two outputs, so that a committed notebook can drop the picture and keep the words.
    """

    def __init__(self, picture: Figure | bytes, *, title: str, alt: str, note: str = "", number: int | None = None):
        self.png = picture if isinstance(picture, bytes) else style.png(picture)
        self.number, self.title, self.note, self.alt = number, title, note, alt

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in CSS px."""
        pixels = (int.from_bytes(self.png[at : at + 4], "big") for at in (16, 20))
        return tuple(round(side / style.SCALE) for side in pixels)

    @property
    def heading(self) -> str:
        return self.title if self.number is None else f"图{self.number}　{self.title}"

    def head_html(self) -> str:
        note = f'<p class="figure-note">{escape(self.note)}</p>' if self.note else ""
        return f'<div class="figure-head"><p class="figure-title">{escape(self.heading)}</p>{note}</div>'

    def __repr__(self) -> str:
        return "\n".join(words for words in (self.heading, self.note, self.alt) if words)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        width, height = self.size
        display({"text/html": self.head_html(), "text/plain": repr(self)}, raw=True)
        picture = {"alt": self.alt, "width": width, "height": height}
        display({"image/png": self.png}, metadata={"image/png": picture}, raw=True)
