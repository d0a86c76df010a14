"""A chart as it is shown: a picture with number, title, note and alternative text.

Page, Word and other pages show the same pictures: what one process of a run has drawn, the others find.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property, partial
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline_lib.journal import write_whole
from hotline_lib.present import _style as style
from hotline_lib.present._data import data_of
from hotline_lib.present._style import SOFT
from hotline_lib.processes import COMPILED

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Drawn = tuple[bytes, tuple[int, int]]  # a PNG; width and height in CSS px


class Chart:
    """A picture with number, title, note and alternative text; shows itself in Jupyter.

    picture: a figure, or what draws one: that waits until somebody looks. Words and picture go out as two outputs: a
    committed notebook keeps the words. data: the frame it is drawn from, which a run writes beside the page.
    """

    def __init__(
        self, picture: Figure | Callable[[], Figure], *, title: str, alt: str, note: str = "", number: int | None = None,
        data: pd.DataFrame | None = None,
    ):  # fmt: skip
        self._picture, self.title, self.note, self.alt, self.number = picture, title, note, alt, number
        self.data = data
        self.heading = title if number is None else f"图{number}　{title}"

    @cached_property
    def _drawn(self) -> Drawn:
        return _kept(self._picture, self._draw)

    def _draw(self) -> Drawn:
        picture = self._picture() if callable(self._picture) else self._picture
        width, height = (round(96 * side) for side in picture.get_size_inches())
        return style.png(picture), (width, height)

    @property
    def png(self) -> bytes:
        """The picture, for screen and paper."""
        return self._drawn[0]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in CSS px."""
        return self._drawn[1]

    def __repr__(self) -> str:
        return "\n".join(words for words in (self.heading, self.note, self.alt) if words)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        line = lambda of, look, words: f'<p class="{of}" style="margin:0;{look}">{escape(words)}</p>' if words else ""
        title = line("figure-title", "font-weight:600", self.heading)
        note = line("figure-note", f"color:{SOFT}", self.note)
        display({"text/html": f'<div class="figure-head">{title}{note}</div>', "text/plain": repr(self)}, raw=True)
        about = dict(zip(("alt", "width", "height"), (self.alt, *self.size), strict=True))
        own = {} if self.number is not None or self.data is None else {"data": data_of(self.data)}
        about |= own if self.number is None else {"figure": f"图{self.number}"}  # the month's own file has its data
        display({"image/png": self.png}, metadata={"image/png": about}, raw=True)


def show(figure: Figure, alt: str, *, title: str = "", note: str = "", data: pd.DataFrame | None = None) -> Chart:
    """An analyst's own figure as a chart of the page: drawn once, as it is, with a Chinese font and in few colours.

    figure: of matplotlib or seaborn (``axes.figure``). alt: what it says, for those who cannot see it. title: what it
    finds; note: how to read it. data: the frame it was drawn from, for a link to it under the chart.
    """
    from matplotlib import pyplot
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    pyplot.close(figure)  # else Jupyter shows it once more
    FigureCanvasAgg(figure)
    figure.set_dpi(96 * style.SCALE)
    return Chart(figure, title=title, alt=alt, note=note, data=data)


def _kept(picture: Any, draw: Callable[[], Drawn]) -> Drawn:
    """``draw()``, or what another process of this run got of the same.

    picture: what draws it. Only of a ``partial`` of a function of the library can be seen what it draws and from what: by
    the function's name, its arguments and matplotlib's settings, whole, a picture is found again. Two notebooks may each
    have a function of one name.
    """
    folder = Path(os.environ.get(COMPILED, "") or os.devnull)
    ours = isinstance(picture, partial) and picture.func.__module__.startswith("hotline_lib.")
    if not (ours and folder.is_dir()):
        return draw()
    try:
        import matplotlib

        settings = dict.copy(matplotlib.rcParams)
        what = pickle.dumps((picture.func, picture.args, sorted(picture.keywords.items()), settings))
    except (pickle.PicklingError, TypeError, AttributeError):
        return draw()
    file = folder / f"{sha256(what).hexdigest()}.png"
    with suppress(OSError, pickle.UnpicklingError, EOFError):
        return pickle.loads(file.read_bytes())
    drawn = draw()
    with suppress(OSError):  # a disk that is full: the next one draws it, too
        write_whole(file, pickle.dumps(drawn), flushed=False)
    return drawn
