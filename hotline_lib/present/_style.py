"""The tokens of the look, shared by charts and pages, and the canvas on which charts are drawn.

Colours are said once, here: charts use the constants, pages get them as CSS variables (``css_variables``).
matplotlib and seaborn are imported when something is drawn, so that importing this module costs nothing.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline_lib.errors import HotlineError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WHITE = "#FFFFFF"
INK = "#1B2127"  # text, table numbers, the rule under a table's head and above its total
SOFT = "#56606A"  # notes, heads, units, what is full, clean or not significant
ACCENT = "#B3261E"  # look here
BLUE = "#1F5582"  # data, links
BLUE2 = "#6A97BD"  # second part of a bar, changes that are not significant
SLATE = "#68737D"  # the unit that is context
GREY = "#87919B"  # zero lines, hollow markers
RULE = "#D5DADF"  # between blocks
HAIR = "#E8ECEF"  # between rows, bar tracks
TINT = "#FBEDEA"  # ground of a cell with a signal
HEAT = ("#FCF1EE", "#F8DDD6", "#F0B9AC", "#E79C8C", "#B3261E")  # points lost: under 1, 1, 2, 3, 4 and more

TOKENS = {
    "white": WHITE, "ink": INK, "soft": SOFT, "accent": ACCENT, "blue": BLUE, "blue2": BLUE2, "slate": SLATE,
    "grey": GREY, "rule": RULE, "hair": HAIR, "tint": TINT,
    **{f"heat{step}": colour for step, colour in enumerate(HEAT, start=1)},
}  # fmt: skip

CHART_WIDTH = 440  # CSS px: two stand side by side on a desk, one loses a fifth on a phone
SCALE = 2.5  # picture pixels per CSS px
COLOURS = 64
FONT_FILE = "NotoSansSC-Regular.ttf"


def css_variables() -> str:
    """The tokens as CSS custom properties: ``--ink: #1B2127; …``."""
    return " ".join(f"--{name}: {colour};" for name, colour in TOKENS.items())


@cache
def font_family() -> str:
    """Registers the packaged Chinese font with matplotlib and returns its family name.

    zhplot only carries the file: importing it would change global settings.
    """
    from matplotlib import font_manager

    carrier = find_spec("zhplot")
    assert carrier is not None and carrier.origin is not None  # a dependency
    path = Path(carrier.origin).parent / "fonts" / FONT_FILE
    font_manager.fontManager.addfont(path)
    return font_manager.get_font(path).family_name


@cache
def _settings(bare: bool) -> dict:
    # The font comes after seaborn's style, which sets one of its own.
    fonts = {
        "font.family": [font_family()],
        "font.sans-serif": [font_family()],
    }  # the second for figures made elsewhere
    if bare:
        return fonts
    import seaborn

    return {**seaborn.axes_style("white"), **seaborn.plotting_context("notebook"), **fonts}


def everywhere() -> None:
    """The look's font, colours and layout for every figure that is drawn from now on."""
    import matplotlib
    from cycler import cycler

    cycle = cycler(color=[BLUE, BLUE2, SLATE, ACCENT, GREY])
    look: dict[Any, Any] = {"axes.prop_cycle": cycle, "axes.edgecolor": GREY, "axes.labelcolor": SOFT, "text.color": INK,
            "xtick.color": SOFT, "ytick.color": SOFT, "axes.spines.top": False, "axes.spines.right": False,
            "axes.unicode_minus": True, "figure.constrained_layout.use": True, "image.cmap": "Blues"}  # fmt: skip
    matplotlib.rcParams.update(
        {
            **_settings(False),
            **look,
            "figure.figsize": (CHART_WIDTH / 96, 3),
            "font.size": 9,
            "axes.labelsize": 9,
            "axes.titlesize": 10,
            "xtick.labelsize": 8.5,
            "ytick.labelsize": 8.5,
        }
    )


@contextmanager
def drawing(*, bare: bool = False) -> Iterator[None]:
    """Draw with the look's settings; a character that the font lacks is an error, not an empty box.

    bare: without seaborn, whose import takes a second that a command's small picture, which has no axes, can spare.
    """
    import matplotlib

    with matplotlib.rc_context(_settings(bare)), warnings.catch_warnings():
        warnings.filterwarnings("error", message=r"Glyph \d+")
        try:
            yield
        except UserWarning as warning:
            code = re.search(r"Glyph (\d+)", str(warning))
            if code is None:
                raise
            raise HotlineError(
                f"作图字体中没有「{chr(int(code[1]))}」这个字，图中无法显示。请检查 params/ 中的名称。"
            ) from warning


def png(figure: Figure, *, bare: bool = False) -> bytes:
    """The figure as PNG with few colours; the same figure gives the same bytes. bare: as for ``drawing``."""
    from PIL import Image

    canvas: Any = figure.canvas  # of Agg, which has its pixels
    with drawing(bare=bare):
        canvas.draw()
    picture = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba())
    reduced = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette = reduced.getpalette() or []
    shades = [palette[at : at + 3] for at in range(0, len(palette), 3)]
    # quantising may leave the ground a shade off; anything lighter than 252 is white
    reduced.putpalette([channel for shade in shades for channel in ([255] * 3 if min(shade) >= 252 else shade)])
    file = BytesIO()
    reduced.save(file, "PNG")  # optimize takes seven times as long for a tenth of the bytes
    return file.getvalue()
