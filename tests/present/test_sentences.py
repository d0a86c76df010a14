import pytest

from hotline_lib.errors import WordingError
from hotline_lib.present._sentences import (
    Figure,
    Sentence,
    change_words,
    difference_words,
    list_and,
    numeral,
    render_cited,
    render_parts,
    shortened,
)
from hotline_lib.present._sources import Setting


def render(folder, name, figures) -> str:
    """The text of one template."""
    return render_cited(folder, name, [figures], Setting("", "", ""))[0]


@pytest.fixture
def wording(tmp_path):
    def write(text: str, name: str = "试"):
        (tmp_path / f"{name}.j2").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_direction_follows_the_printed_figure():
    assert change_words(100_001, 100_000) == "持平"  # prints 0.00
    assert change_words(10_001, 10_000) == "增加0.01%"
    assert change_words(9, 10) == "减少10.00%"
    assert change_words(9, 0) == ""
    assert difference_words(9, 10) == "减少1件"
    assert difference_words(10, None) == ""


def test_lists_and_numerals_read_as_chinese():
    assert list_and(["甲"]) == "甲"
    assert list_and(["甲", "乙"]) == "甲和乙"
    assert list_and(["甲", "乙", "丙"]) == "甲、乙和丙"
    assert list_and([]) == ""
    assert [numeral(n) for n in (3, 10, 14, 20, 21)] == ["三", "十", "十四", "二十", "二十一"]


def test_line_breaks_of_a_template_vanish(wording):
    folder = wording("共{{ total.count }}件，\n   占{{ total.share }}%。\n")
    assert render(folder, "试", {"total": Figure("合计", 3, 8)}) == "共3件，占37.50%。"


def test_a_figure_that_does_not_exist_fails_with_file_line_and_the_nearest(wording):
    folder = wording("{# 说明 #}\n共{{ total.cuont }}件。")
    with pytest.raises(WordingError) as caught:
        render(folder, "试", {"total": Figure("合计", 3)})
    message = str(caught.value)
    assert "params/wording/试.j2 第 2 行" in message
    assert "cuont" in message
    assert "是指「count」吗" in message


@pytest.mark.parametrize(
    "template",
    [
        "{{ totl.count }}",
        "{% if totl %}有{% endif %}",
        "{% for x in totl %}{{ x }}{% endfor %}",
        "{{ totl | list_and }}",
    ],
)
def test_an_unknown_name_fails_wherever_it_stands(wording, template):
    with pytest.raises(WordingError, match=r"totl.*total"):
        render(wording(template), "试", {"total": Figure("合计", 3)})


def test_each_names_what_an_item_lacks(wording):
    with pytest.raises(WordingError, match="shere"):
        render(wording('{{ items | each("shere") | list_and }}'), "试", {"items": [Figure("甲", 1)]})


def test_a_template_that_is_no_template_says_where(wording):
    with pytest.raises(WordingError, match=r"试\.j2 第 2 行"):
        render(wording("好\n{% if %}"), "试", {})


def test_a_missing_template_is_named(tmp_path):
    with pytest.raises(WordingError, match=r"没有\.j2"):
        render(tmp_path, "没有", {})


def test_templates_cannot_reach_into_python(wording):
    with pytest.raises(WordingError):
        render(wording("{{ total.__class__.__mro__ }}"), "试", {"total": Figure("合计", 3)})


def test_parts_of_a_charts_words(wording):
    folder = wording("{# 图 #}\n标题：甲：乙\n读法：看\n长短\n\n说明：图 {{ n }}")
    assert render_parts(folder, "试", {"n": 1}) == {"标题": "甲：乙", "读法": "看长短", "说明": "图 1"}
    with pytest.raises(WordingError, match="说明"):
        render_parts(wording("标题：甲"), "试", {})


def test_a_sentence_shows_markup_as_text():
    assert Sentence("<b>甲</b>&乙")._repr_html_() == '<p class="sentence">&lt;b&gt;甲&lt;/b&gt;&amp;乙</p>'
    assert Sentence("一\n二", "lead")._repr_html_() == '<p class="lead">一</p><p class="lead">二</p>'


def test_a_lead_that_is_too_long_loses_whole_sentences_and_no_half_one():
    """增加三成，但未超出通常波动: without its second half it would say something else."""
    whole, half = "甲" * 40, "乙" * 5 + "，" + "但丙" * 5
    assert shortened(f"{whole}；{half}。") == f"{whole}。"
    assert shortened(f"{whole}，{half}。") == f"{whole}，{'乙' * 5}。"  # nothing else to cut at
    assert shortened("甲，乙；丙。") == "甲，乙；丙。"
