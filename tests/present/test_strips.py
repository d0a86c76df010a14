"""A day that is missing stands out of the month; what is there is drawn from 0."""

import matplotlib.colors
import pytest

from hotline_lib.present import _style as style
from hotline_lib.present._strips import Strip, strips


def columns(figure) -> dict[str, list[tuple[float, float]]]:
    """By colour: where each column begins from the left, and its height, in px."""
    found = {}
    for blocks in figure.axes[0].collections:
        corners = [path.vertices for path in blocks.get_paths()]
        if corners:
            colour = matplotlib.colors.to_hex(blocks.get_facecolor()[0]).upper()
            found[colour] = [(corner[0, 0], corner[:, 1].max() - corner[:, 1].min()) for corner in corners]
    return found


def drawn(*rows: Strip):
    return columns(strips([*rows, Strip("全部", [], "")], "9月", "8月"))


def test_a_missing_day_is_a_block_taller_than_any_day():
    found = drawn(Strip("甲", [10, 20, 0, 20], "50", missing={2}))
    ((left, height),) = found[style.ACCENT]
    assert height > max(tall for _, tall in found[style.BLUE])
    lefts = [x for x, tall in found[style.BLUE] if tall]
    assert lefts[1] < left < lefts[2]


def test_a_day_without_tickets_that_is_no_gap_stays_white():
    found = drawn(Strip("甲", [10, 0, 20], "30"))
    assert style.ACCENT not in found
    assert [tall == 0 for _, tall in found[style.BLUE]] == [False, True, False]


def test_both_months_of_a_unit_have_one_scale_from_zero():
    found = drawn(Strip("甲", [10, 20], "30", [40, 40], "80"), Strip("乙", [1, 1], "2", [1, 1], "2"))
    now, before = ([tall for _, tall in found[colour]] for colour in (style.BLUE, style.BLUE2))
    assert now[1] / now[0] == pytest.approx(2) and before[0] / now[0] == pytest.approx(4)
    assert now[2] == now[3] == before[2]


def test_the_total_of_a_unit_that_something_is_told_of_is_red():
    rows = [Strip("甲", [10], "10", told=True), Strip("乙", [11], "11"), Strip("全部", [21], "21")]
    colours = {text.get_text(): text.get_color() for text in strips(rows, "9月", "").axes[0].texts}
    assert (colours["10"], colours["11"]) == (style.ACCENT, style.INK)


def test_the_same_days_give_the_same_small_picture():
    rows = [Strip(f"{at}市", list(range(30)), "435", [9] * 31, "279", {at}) for at in range(16)]
    one, other = (style.png(strips(rows, "9月", "8月"), bare=True) for _ in range(2))
    assert one == other and len(one) < 50_000
