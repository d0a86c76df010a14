"""What people write: page and Word print one reading of it, and no mark of Markdown remains in one of them only."""

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_lib.deliver.word import _Bulletin
from hotline_lib.present._prose import Prose, odd

KINDS = [(True, False), (False, True), (True, True)]  # bold, emphasis
TEXT = """# 会议情况
　　一是**“三个清单”**，二是*重点*，三是***都要***。
第二段：满意率<90%且>80%，2*3*5=30，a_b_c。

1. 甲市
   - 甲一
   - 甲二
2. 乙市
3) 丙市

- 不编号

## 下一步
完。\\*不是星号\\*"""


class Page(HTMLParser):
    """The blocks of a page's text: what each is, how deep, what it says, and which of its words are bold or emphasised."""

    def __init__(self, html: str):
        super().__init__()
        self.blocks, self.open, self.counts = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        if tag == "li":
            value = dict(attributes).get("value")
            self.blocks.append(
                ["li", sum(each in ("ol", "ul") for each in self.open) - 1, f"{value}." if value else "•", []]
            )
        elif tag in ("p", "h3", "h4"):
            self.blocks.append([tag, 0, "", []])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, words):
        if words.strip() or any(each in ("p", "li", "h3", "h4") for each in self.open):
            kinds = ("strong" in self.open, "em" in self.open)
            self.blocks[-1][3] += [(letter, *kinds) for letter in words]


def of_page(prose):
    said = {"p": "BodyText", "li": "BodyText", "h3": "Heading2", "h4": "Heading3"}
    return [
        (said[tag], depth, mark + "".join(letter for letter, *_ in words), words)
        for tag, depth, mark, words in Page(prose._repr_html_()).blocks
    ]


def of_word(prose):
    made = SimpleNamespace(blocks=[])
    made._add = lambda style, *runs, more=(): made.blocks.append((style, runs, more))
    for block in prose.blocks:
        _Bulletin._prose(made, block)
    found = []
    for style, runs, more in made.blocks:
        letters = [
            (letter, bool(run.xpath("./w:rPr/w:b")), bool(run.xpath("./w:rPr/w:i")))
            for run in runs
            for letter in run.text
        ]
        found.append((style, len(more), "".join(letter for letter, *_ in letters), letters))
    return found


def assert_alike(prose):
    page, word = of_page(prose), of_word(prose)
    assert [block[:3] for block in page] == [block[:3] for block in word]
    for (*_, shown), (_, _, whole, printed) in zip(page, word, strict=True):
        assert shown == printed[len(whole) - len(shown) :]  # a mark of a list is nobody's bold


def test_a_text_is_the_same_blocks_and_words_in_page_and_word():
    assert_alike(Prose(TEXT))
    assert [(style, deep, text) for style, deep, text, _ in of_word(Prose(TEXT))] == [
        ("Heading2", 0, "会议情况"),
        ("BodyText", 0, "一是“三个清单”，二是重点，三是都要。"),
        ("BodyText", 0, "第二段：满意率<90%且>80%，2*3*5=30，a_b_c。"),
        ("BodyText", 0, "1.甲市"),
        ("BodyText", 1, "•甲一"),
        ("BodyText", 1, "•甲二"),
        ("BodyText", 0, "2.乙市"),
        ("BodyText", 0, "3.丙市"),
        ("BodyText", 0, "•不编号"),
        ("Heading3", 0, "下一步"),
        ("BodyText", 0, "完。*不是星号*"),
    ]
    letters = of_word(Prose(TEXT))[1][3]
    kept = {kind: "".join(letter for letter, *own in letters if own == list(kind)) for kind in KINDS}
    assert kept == {(True, False): "“三个清单”", (False, True): "重点", (True, True): "都要"}


MARKS = "** * _ __ # ## - 1. 2) ` ``` [a](b) ![图](x.png) <b> </b> &amp; <script> \\\\ ~~ > --- | [^1] 甲 。 “乙” a 7"
PIECES = st.sampled_from([*MARKS.split(), " ", "  ", "    ", "\t", "\n", "\n\n", "\u3000", "# ", "## ", "- ", "1. "])


@given(st.lists(PIECES, max_size=30).map("".join))
@settings(max_examples=400, derandomize=True, deadline=None)
def test_no_mark_remains_in_one_and_not_in_the_other(text):
    assert_alike(Prose(text))
    assert "".join(re.findall(r"[甲乙a7]", text)) == "".join(
        re.findall(r"[甲乙a7]", "".join(block.text for block in Prose(text).blocks))
    ) or re.search(r"\d[.)]", text)  # an item's number may gain a point, no word is lost


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("见[附件](a.docx)", "链接"),
        ("![图](a.png)", "图片"),
        ("甲<br>乙", "HTML"),
        ("<!-- 批注 -->", "HTML"),
        ("运行 `hotline`", "代码"),
        ("如下[^1]", "脚注"),
        ("| 市 | 件 |", "表格"),
        ("> 引文", "引用"),
        ("---", "分隔线"),
        ("~~删去~~", "删除线"),
        ("##标题", "后面没有空格的 #"),
        ("一是**重点，二是", "没有成对的 **"),
    ],
)
def test_what_is_not_set_is_text_in_both_and_told_with_its_line(line, what):
    assert odd(f"第一段。\n\n{line}") == [f"第 3 行：{what}"]
    assert_alike(Prose(line))
    assert [block.text for block in Prose(line).blocks] == [line]


def test_official_prose_is_not_odd():
    assert (
        odd(TEXT)
        == []
        == odd("1.甲市<乙市；“省平台”（以下简称“平台”）A>B，满意率≥90%，https://example.invalid/a_b\n　　二是*。")
    )


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2.9月11日至12日，组织培训。", "2.\u20099月11日至12日，组织培训。"),
        ("3.12328热线开通。", "3.\u200912328热线开通。"),
        ("1.2024年的安排", "1.\u20092024年的安排"),
        ("2.90%的工单", "2.90%的工单"),
        ("1.5万件", "1.5万件"),
        ("1.会议", "1.会议"),
    ],
)
def test_an_items_number_is_no_part_of_the_date_behind_it(written, shown):
    assert Prose(written).blocks[0].text == shown and shown in Prose(written)._repr_html_()
