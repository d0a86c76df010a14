"""An analyst's own frames in house style: printed by the vocabulary, drawn, kept, and found again."""

import json
from decimal import Decimal

import pandas as pd
import pytest
from support import drawn

from hotline_lib import present
from hotline_lib.errors import HotlineError, UnknownValueError
from hotline_lib.present._own import _packed, unpacked
from hotline_lib.present._style import font_family
from hotline_lib.present._vocabulary import WORDS

VOLUMES = drawn("unit | tickets | of | yoy_base | 班次\n甲 | 1200 | 1600 | 1000 | 7\n乙 | 400 | 1600 | 0 | 9")


def test_a_known_column_prints_from_its_counts_and_an_unknown_one_as_it_is():
    shown = present.table(VOLUMES.assign(share=0.0, yoy=0.0, 比=[0.25, 1.5]), caption="业务量")
    assert [column.head for column in shown.shown] == ["单位", "件数", "班次", "占比", "同比", "比"]
    assert shown.cells() == [["甲", "1,200", "7", "75.00", "+20.00", "0.25"], ["乙", "400", "9", "25.00", "—", "1.5"]]


def test_a_share_without_its_counts_is_not_made_up():
    assert present.table(pd.DataFrame({"unit": ["甲"], "share": [0.125]})).cells() == [["甲", "0.125"]]


def test_columns_may_be_chosen_helpers_included():
    assert present.table(VOLUMES, ["unit", "yoy_base", "yoy"]).cells()[0] == ["甲", "1,000", "+20.00"]
    with pytest.raises(UnknownValueError, match="tickets"):
        present.table(VOLUMES, ["ticket"])


def test_a_word_says_what_it_means_and_how_it_prints_once():
    assert len({(word.head, word.long) for word in WORDS.values() if not word.helper and word.head == "占比"}) == 1
    assert all(word.meaning and word.head for word in WORDS.values())


def test_heat_is_darkest_at_the_largest_and_soft_at_nothing():
    frame = pd.DataFrame({"甲": [0, 1], "乙": [5, 10]}, index=pd.Index(["a", "b"], name="issue"))
    html = present.heat(frame)._repr_html_()
    assert html.count("heat5") == 1 and html.count("num soft") == 1 and "background-color:#B3261E" in html


def test_bars_and_lines_say_what_they_show_and_are_drawn():
    chart = present.bars(VOLUMES, "unit", "tickets", title="甲最多")
    assert chart.alt == "横条图，2项：甲1,200、乙400。" and chart.png.startswith(b"\x89PNG")
    lines = present.lines(VOLUMES, "unit", ["tickets", "班次"])
    assert lines.alt == "折线图，甲至乙：件数 400，班次 9。" and lines.png.startswith(b"\x89PNG")
    with pytest.raises(UnknownValueError, match="tickets"):
        present.bars(VOLUMES, "unit", "tikets")
    assert present.bars(VOLUMES[:0], "unit", "tickets").png


def test_what_is_kept_comes_back_from_the_outputs_as_it_was():
    frame = pd.DataFrame({"unit": ["甲", "=乙"], "score": [Decimal("98.5"), None], "tickets": [3, 4], "of": [7, 7]})
    kept = present.keep(None, frame.assign(share=0.5), "我的表", annex=True)
    again = unpacked(json.loads(json.dumps(_packed(kept))))
    assert again.table.cells() == kept.table.cells() == [["甲", "98.50", "3", "42.86"], ["=乙", "—", "4", "57.14"]]
    assert again.table.csv() == kept.table.csv() == "单位,总分,件数,占比\n甲,98.50,3,42.86\n'=乙,,4,57.14\n"
    assert again.annex and again.name == "我的表"
    with pytest.raises(HotlineError, match="文件名"):
        present.keep(None, frame, "a/b")


def test_figures_drawn_elsewhere_take_the_look_when_asked():
    import matplotlib

    with matplotlib.rc_context():
        present.style()
        assert matplotlib.rcParams["font.family"] == [font_family()] and not matplotlib.rcParams["axes.spines.top"]
