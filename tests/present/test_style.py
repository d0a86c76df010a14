"""The look's tokens: contrast, one home for colours, and pictures that are small and the same each time."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import hotline_lib
from hotline_lib.errors import HotlineError
from hotline_lib.present import _style as style
from hotline_lib.present._canvas import Canvas

TEMPLATES = Path(hotline_lib.__file__).parent / "batch" / "template"


def luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        (style.INK, style.WHITE),
        (style.SOFT, style.WHITE),
        (style.ACCENT, style.WHITE),
        (style.BLUE, style.WHITE),
        (style.INK, style.TINT),
        (style.SOFT, style.TINT),
        (style.ACCENT, style.TINT),
        (style.WHITE, style.BLUE),
        (style.WHITE, style.SLATE),
        (style.WHITE, style.ACCENT),
        (style.INK, style.BLUE2),
        *[(style.INK, heat) for heat in style.HEAT[:4]],
        (style.WHITE, style.HEAT[4]),
    ],
)
def test_text_can_be_read_on_its_ground(text, ground):
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize("shape", [style.BLUE, style.BLUE2, style.SLATE, style.GREY, style.ACCENT])
def test_shapes_that_carry_meaning_stand_out_from_the_page(shape):
    assert contrast(shape, style.WHITE) >= 3


def test_each_step_of_the_heat_scale_is_darker_than_the_last():
    steps = [luminance(colour) for colour in style.HEAT]
    assert steps == sorted(steps, reverse=True)


def test_page_takes_every_colour_from_the_tokens():
    css = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", css)
    assert set(re.findall(r"var\(--([\w-]+)\)", css)) <= set(style.TOKENS)
    assert f"--ink: {style.INK};" in style.css_variables()


def test_a_character_that_the_font_lacks_is_an_error_that_names_it():
    canvas = Canvas(40)
    canvas.text(0, 20, "沈阳\ue000")
    with pytest.raises(HotlineError, match="「\ue000」"):
        style.png(canvas.figure)


def test_a_dollar_sign_in_a_name_is_a_dollar_sign():
    canvas = Canvas(40)
    canvas.text(0, 20, "A$1$ − 沈阳")
    assert style.png(canvas.figure).startswith(b"\x89PNG")


def test_a_picture_is_two_and_a_half_times_its_size_on_white_in_few_colours():
    canvas = Canvas(100)
    canvas.block(20, 20, 200, 60, style.BLUE)
    canvas.text(220, 40, "大连 6,772")
    picture = Image.open(io.BytesIO(style.png(canvas.figure)))
    assert picture.size == (1100, 250)
    assert picture.convert("RGB").getpixel((3, 3)) == (255, 255, 255)
    assert len(picture.convert("RGB").getcolors(1000)) <= 96
    assert not {"Software", "Creation Time", "Date"} & set(picture.info)


def test_drawing_leaves_matplotlib_as_it_was():
    import matplotlib
    import matplotlib.pyplot as plt

    before = dict(matplotlib.rcParams)
    with style.drawing():
        Canvas(40).text(0, 20, "沈阳")
    assert dict(matplotlib.rcParams) == before
    assert plt.get_fignums() == []


def test_what_presents_figures_is_imported_without_the_drawing_libraries():
    code = (
        "import hotline_lib.present._charts, sys; print({'matplotlib', 'seaborn', 'scipy', 'PIL'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "set()"
