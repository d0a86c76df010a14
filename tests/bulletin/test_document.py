"""The bulletin as a document: every number knows where it comes from, and odd months read properly."""

import json
import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pytest
from test_edges import HEAD, ISSUES, ONE

from hotline_lib import bulletin, open_month, present
from hotline_lib.bulletin import _finders as rules
from hotline_lib.bulletin import _findings as findings
from hotline_lib.errors import UnknownValueError
from hotline_lib.month import Base
from hotline_lib.present._sentences import Sentence
from hotline_lib.present._sources import Links, same_number

MONTH = "2024-09"


@pytest.fixture(scope="module")
def month(september):
    return open_month(MONTH, september)


def linked(part: object) -> bool:
    return hasattr(part, "html") and callable(part.html)


def whole(m, top: int = 5) -> Links:
    """Everything that the bulletin shows, shown."""
    page = Links()
    parts = [bulletin.findings(m, top=top), bulletin.overview(m).table]
    for part in [*parts, *(part for section in bulletin.outline(m, top) for part in section.parts)]:
        if linked(part):
            part.html(page.link)
    return page


@pytest.fixture(scope="module")
def shown(month):
    return whole(month).shown


# What the notebook shows is what the document says.


def test_the_notebook_shows_the_outline_in_its_order(month, project):
    """Page 00, cell by cell: title, first page, every section with its parts, the closing, the sources."""
    cells = json.loads((project.notebooks / "00_bulletin.ipynb").read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    names = {"m": month, "top": 5, "bulletin": bulletin, "present": present}
    seen = []
    for source in sources[2:-1]:  # after the parameters and the opening of the month; before the provenance
        *lines, last = source.split("\n")
        exec("\n".join(lines), names)
        seen.append(repr(eval(last, names)))
    expected = [repr(part) for section in bulletin.outline(month) for part in (section.title, *section.parts)]
    begun = seen.index(repr(bulletin.outline(month).opening.title))
    assert seen[begun : begun + len(expected)] == expected
    first = bulletin.findings(month), bulletin.overview(month)
    assert seen[:begun] == [
        *(repr(make(month)) for make in (bulletin.title, bulletin.issued)), repr(bulletin.business_types(month).lead),
        repr(first[0].title), repr(first[0]), repr(first[1].title), repr(first[1].table),
        *(repr(make(month).chart) for make in (bulletin.score_months, bulletin.unit_months)),
    ]  # fmt: skip
    assert seen[begun + len(expected)] == repr(bulletin.closing(month))
    assert len(seen) == begun + len(expected) + 2  # and the list of sources


# Every number explains itself.


def test_every_formula_gives_the_number_that_is_printed(shown):
    seen = set()
    for _, _, source in shown:
        for left, right in re.findall(r"([\d()−+÷×. 件秒人]+) = ([+−]?[\d.]+)", source.formula):
            terms = re.sub("[件秒人]", "", left).replace("−", "-").replace("÷", "/").replace("×", "*").strip()
            if not re.search(r"[-/*]", terms):
                continue
            per = Decimal(100) if re.search(rf"{re.escape(right)}%", source.formula) else Decimal(1)
            exact = per * eval(re.sub(r"\d+(\.\d+)?", lambda number: f"Decimal({number[0]!r})", terms))
            places = len(right.partition(".")[2])
            rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
            assert rounded == Decimal(right.replace("−", "-")), source.formula
            seen.add(source.formula)
    assert len(seen) > 300


def test_a_number_stands_in_its_own_formula(shown):
    """The printed words, without unit, sign and comma, are in the formula behind them."""
    lacking = [
        (words, source.formula)
        for _, words, source in shown
        if re.sub(r"[^\d.]", "", words) and re.sub(r"[^\d.至/–−+]", "", words).strip("+−") not in re.sub(",", "", source.formula)
        and "没有这样的工单" not in source.formula and "未发现" not in words and "/" not in words and not re.search("至|件中", words)
    ]  # fmt: skip
    assert not lacking


def test_the_filter_of_a_source_gives_its_tickets(month, shown):
    """hotline explain says which filter; the tickets that it lets through are as many as the formula has."""
    column_of = {column.label: column.name for column in month.params.columns}
    counted = {}
    for _, _, source in shown:
        found = re.fullmatch(r"2024年9月受理的工单，(.*)", source.tickets)
        count = re.match(r"2024年9月受理(\d+)件", source.formula)
        if found and count:
            counted[found[1]] = int(count[1])
    assert len(counted) > 80
    for words, tickets in list(counted.items()):
        where = {}
        for part in [] if words == "全部工单" else words.split("，"):
            label, _, value = part.partition("=")
            where[column_of[label]] = value.split("、") if column_of[label] in ("unit", "domain") else value
        assert len(month.tickets(where)) == tickets, words


NOT_FIGURES = (
    r"9月份|12328|前\d+位|图\d|附件\d|第\d部分|24小时|5日|^\d\.|\d+个地市|共计\d+个分平台|95%区间|14市|\d+个单位|\d+市"
)


def test_every_number_in_the_generated_text_is_a_link(month):
    page = Links()
    for section in bulletin.outline(month):
        for part in section.parts:
            if isinstance(part, Sentence):
                html = part.html(page.link)
                for line in re.findall(r"<p[^>]*>(.*?)</p>", html):
                    rest = re.sub(r'<a class="n".*?</a>', "", line)
                    left = re.sub(r"限时办结率99.54%|共13件|\d、", "", re.sub(NOT_FIGURES, "", rest))
                    assert not re.search(r"\d", left), (section.name, left)


def test_links_lead_to_the_list_and_back(month):
    page = whole(month)
    html = page._repr_html_()
    places = re.findall(r'href="#(n\d+)"', html)
    assert sorted(places, key=lambda place: int(place[1:])) == [f"n{at + 1}" for at in range(len(page.shown))]
    lines = re.findall(r'<li id="(s\d+)">', html)
    assert lines == [f"s{at + 1}" for at in range(len(lines))]


def test_explain_names_every_place(month):
    found = bulletin.explain(month, "90.10%")
    assert len(found) == 3
    assert all("219751 ÷ 243909 = 90.10%" in each for each in found)
    assert found[0].startswith("二、业务分布情况") and found[2].startswith("附件3")
    assert any("= 99.99%" in each for each in bulletin.explain(month, "99.99"))
    with pytest.raises(UnknownValueError, match=r"90\.10%"):
        bulletin.explain(month, "91.10%")


def test_explain_names_a_number_that_a_table_prints_with_its_sign(month):
    """减少10.82% in a sentence is −10.82 in the table: one figure, all its places."""
    found = bulletin.explain(month, "10.82%")
    assert any("　10.82%" in each for each in found) and any("　−10.82" in each for each in found)


def test_a_link_leads_to_its_formula_and_carries_it_on_the_page(month):
    links = Links()
    page = bulletin.business_types(month).sentence.html(links.link) + links._repr_html_()
    place, why = re.search(r'href="#(s[\d-]+)" data-why="([^"]*)">27.58%', page).groups()
    assert re.search(rf'<span id="{place}">([^<]*)</span>', page)[1] == why.partition("&#10;")[0].removeprefix("算式：")
    assert "÷ 191174 = +27.58%" in why and why.endswith("2024年9月受理的工单，全部工单")
    assert 'data-why=""' not in page


def test_explain_in_a_notebook_takes_what_is_shown(month):
    assert "计价议价" in repr(present.explain(bulletin.top_issues(month, "complaint").chart))
    assert "(243909 −" in repr(present.explain(bulletin.business_types(month).sentence))
    assert "219751 ÷ 243909 = 90.10%" in repr(present.explain(bulletin.units(month).table))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("90.10%", "90.10", True), ("219,751", "219751件", True), ("+31.47", "31.47%", True), ("−16.58", "减少16.58%", True),
     ("−16.58", "16.58", False), ("3/4", "34", False), ("1", "10", False), ("件", "分", False)],
)  # fmt: skip
def test_the_same_number(one, other, same):
    assert same_number(one, other) is same


# Findings.


def test_the_findings_of_september(month):
    found = bulletin.findings(month).found
    assert [each.title for each in found] == [
        "营口有45.81%的工单没有上报",
        "增量几乎全部来自省交投集团",
        "信息咨询同比增加30.22%",
        "抽检发现6个单位有问题",
        "营口3件、朝阳1件超24小时办结，各失4分",
    ]
    text = "".join(str(each.text) for each in found)
    assert not any(word in text for word in ("偶然", "不显著", "nan", "总分看不见"))
    assert [(each.title, str(each.text)) for each in bulletin.findings(month).found] == [
        (each.title, str(each.text)) for each in found
    ]
    assert {each.section for each in found} <= {section.name for section in bulletin.outline(month)} | {"overview"}


def test_a_change_that_chance_could_have_made_is_no_finding(month_of):
    cities = ["沈阳", "大连", "锦州"]
    now = HEAD + "\n".join(
        f"投诉举报 | 城市客运 | 巡游出租汽车 | | {unit} | {n}" for unit, n in zip(cities, (105, 98, 103), strict=True)
    )
    then = HEAD + "\n".join(f"投诉举报 | 城市客运 | 巡游出租汽车 | | {unit} | 100" for unit in cities)
    m = month_of(now, last_year=then)
    assert not [each for kind in (rules._driver, rules._types, rules._units, rules._issues) for each in kind(m)]
    then = then.replace("大连 | 100", "大连 | 300")
    assert [each.title for each in rules._units(month_of(now, last_year=then))] == ["大连业务量同比减少202件"]


def test_a_month_with_nothing_to_say_says_so():
    assert findings.NOTHING in findings.Findings((), {})._repr_html_()


# Signals.


def test_signals_follow_the_thresholds_of_the_scheme(month):
    table = bulletin.overview(month).table
    signals = table.frame.set_index("unit")["signals"]
    assert signals["阜新"] == [("attention", "办结时长"), ("attention", "万人工单"), ("notice", "抽检")]
    assert signals["盘锦"] == []
    assert "关注：一项指标失3分及以上，或抽检3件及以上有问题" in table.order
    scheme = month.params.scheme
    lenient = scheme.signals.model_copy(
        update={
            "attention": scheme.signals.attention.model_copy(update={"points": 9, "bad": 9}),
            "unsubmitted": 90,
        }
    )
    params = month.params.model_copy(update={"scheme": scheme.model_copy(update={"signals": lenient})})
    relaxed = bulletin.overview(replace(month, params=params)).table
    assert not [level for own in relaxed.frame["signals"] for level, _ in own if level == "attention"]
    assert "失9分及以上" in relaxed.order


def test_a_signal_has_its_word_for_those_who_hear_the_page(month):
    html = bulletin.overview(month).table._repr_html_()
    assert html.count('aria-label="关注"') > 10 and html.count('aria-label="留意"') > 10


# Months that are not like the printed one.


def reads_properly(m) -> str:
    """The whole text, after a look for what no reader should meet."""
    lines = [repr(bulletin.findings(m)), repr(bulletin.overview(m).table)]
    for section in bulletin.outline(m):
        lines.append(repr(section.title))
        lines += [repr(part) for part in section.parts if section.name not in ("opening", "cases", "plans")]
    text = "\n".join(lines)
    for wrong in (
        "None",
        "nan",
        "NaN",
        "<NA>",
        "{{",
        "，，",
        "、、",
        "。。",
        "，。",
        "、。",
        "：。",
        "（）",
        "；。",
        "—%",
        "前0位",
        "、）",
    ):
        assert wrong not in text, (wrong, text[max(0, text.index(wrong) - 60) : text.index(wrong) + 20])
    whole(m)._repr_html_()
    return text


@pytest.mark.parametrize(
    "counts",
    [
        ONE,
        HEAD,
        HEAD + "信息咨询 | 城市客运 | 巡游出租汽车 | 财物遗失 | 沈阳 | 3",
        HEAD + "\n".join(f"投诉举报 | 城市客运 | {issue} | | 沈阳 | {n}" for issue, n in ISSUES),
        HEAD + "意见建议 | 城市客运 | | | 沈阳 | 3",
    ],
    ids=["one unit has everything", "no ticket", "no complaint", "a tie at place five", "no inquiry, no complaint"],
)
def test_odd_months_read_properly(month_of, counts):
    reads_properly(month_of(counts))
    reads_properly(month_of(counts, last_year=ONE))
    clean = "ticket_id | unit | drawn | called_back | closed | satisfied\nx | 沈阳 | random | yes | yes | yes"
    reads_properly(month_of(counts, spot_checks=clean))


def test_a_tie_at_place_five_keeps_six_and_the_heading_says_five(month_of):
    counts = HEAD + "\n".join(f"投诉举报 | 城市客运 | {issue} | | 沈阳 | {n}" for issue, n in ISSUES)
    m = month_of(counts)
    assert "五、群众投诉举报排名前5位的事项" in reads_properly(m)
    assert "四、群众信息咨询排名靠前的事项" in reads_properly(m)  # there is none


def test_the_real_month_without_base_months(month):
    bare = replace(month, last_year=Base("2023-09", None), previous=Base("2024-08", None))
    text = reads_properly(bare)
    assert "同比" not in re.sub(r"同比  ?%", "", text).replace("没有上年同月", "") or "同比—" not in text
    assert "▲" not in text


def test_the_second_province_reads_properly(province):
    text = reads_properly(open_month("2025-03", province))
    assert "没有拨测和抽检的记录" in text and "进行拨测抽查" not in text
    assert not [words for words in ("辽宁", "沈阳", "省交投", "12328") if words in text]


def test_texts_that_nobody_wrote_are_seen(month, tmp_path):
    params = month.params.model_copy(update={"folder": tmp_path})
    m = replace(month, params=params)
    assert [each.split("：")[0] for each in bulletin.texts_missing(params)] == ["待补充"] * 3
    (tmp_path / "months" / MONTH).mkdir(parents=True)
    (tmp_path / "months" / MONTH / "cases.md").write_text("\ufeff1.<b>某市</b>的做法。\n", encoding="utf-8")
    assert str(bulletin.cases(m)) == "1.<b>某市</b>的做法。"
    assert str(bulletin.plans(m)).startswith("待补充：第七部分由人撰写")
    assert len(bulletin.texts_missing(params)) == 2
    assert [each.split("（")[0] for each in bulletin.texts_odd(params)] == [
        "params/months/2024-09/cases.md 第 1 行：HTML"
    ]
    assert "<b>" not in bulletin.cases(m)._repr_html_()


def test_a_remark_with_marks_or_without_a_sentence_is_told(month):
    remarks = type(month.params.month.remarks)

    def told(**given) -> tuple[list[str], list[str]]:
        own = month.params.month.model_copy(update={"remarks": remarks(**given)})
        m = replace(month, params=month.params.model_copy(update={"month": own}))
        return bulletin.texts_odd(m.params), bulletin.remarks_unsaid(m)

    assert told(national="与全国相比，", quality="1.5 倍的_单位_，") == ([], [])
    for words in ("**明显**偏低，", "见[附件](a)，", "# 一"):
        assert told(national=words)[0] == [
            "params/months/2024-09.yaml 的 remarks.national：Markdown 记号（网页和 Word 都照原样印成文字，请改写或删去）"
        ]
    unsaid = replace(month, rates=month.rates.assign(numerator=month.rates["denominator"]))
    own = unsaid.params.month.model_copy(update={"remarks": remarks(consequence="影响排名，")})
    unsaid = replace(unsaid, params=unsaid.params.model_copy(update={"month": own}))
    assert ["remarks.consequence 没有印出" in each for each in bulletin.remarks_unsaid(unsaid)] == [True]


def test_test_calls_and_remarks_come_from_the_months_file(month):
    def told(name: str, **given) -> str:
        own = month.params.month.model_copy(update=given)
        m = replace(month, params=month.params.model_copy(update={"month": own}))
        return str(getattr(bulletin, name)(m).sentence)

    calls = type(month.params.month.test_calls)
    assert told("test_calls", test_calls=calls(done=False)).endswith("本月没有拨测记录。")
    assert "运行情况进行抽检，" in told("checks_opening", test_calls=calls(done=False))  # tickets were drawn
    assert "运行情况进行抽检（拨测情况待补充），" in told("checks_opening", test_calls=None)
    assert "除沈阳市、大连市外，其他地市、省交投均能及时接听电话；各地市、省交投均能快速完成工单转换" in told(
        "test_calls", test_calls=calls(not_answered=("沈阳", "大连"), slow=())
    )
    remarks = type(month.params.month.remarks)()
    assert told("below_threshold", remarks=remarks) == (
        "2.从考核指标实现方面来看，我省个别地市出现“投诉举报类工单24小时办结率偏低”的情况，如营口、朝阳市（详见附件1）。"
    )
    assert told("handled", remarks=remarks).startswith("据各单位上报，除营口市")
    for typed in ("已全部转办，", "已全部转办。", " 已全部转办 ", "已全部转办,", "已全部转办"):
        whole = type(remarks)(consequence=typed, handling=typed, quality=typed, national=typed)
        assert told("handled", remarks=whole).startswith("已全部转办，据各单位上报，"), typed
        assert "“投诉举报类工单24小时办结率偏低”的情况，已全部转办，如营口、朝阳市" in told(
            "below_threshold", remarks=whole
        )
        assert "来看，已全部转办，我省" in told("below_threshold", remarks=whole)
    assert told("handled", remarks=type(remarks)(handling=" ")).startswith("据各单位上报")
    assert told("handled", remarks=type(remarks)(handling="转办如下：")).startswith("转办如下：据各单位上报")


def test_test_calls_name_a_unit_once_and_say_when_it_was_everybody(month):
    calls, every = type(month.params.month.test_calls), tuple(unit.name for unit in month.params.units)
    long = month.params.unit

    def said(units=month.params.units, **given) -> str:
        own = month.params.month.model_copy(update={"test_calls": calls(**given)})
        m = replace(month, params=month.params.model_copy(update={"month": own, "units": units}))
        return str(bulletin.test_calls(m).sentence).partition("来看，")[2]

    assert said(not_answered=("大连", "大连市"), slow=()).startswith("除大连市外，")
    everybody, cities = "各地市、省交投均", [unit.name for unit in month.params.units if unit.kind == "city"]
    group = next(unit for unit in month.params.units if unit.kind == "group")
    assert said(not_answered=every, slow=()) == f"{everybody}未能及时接听电话；{everybody}能快速完成工单转换。"
    assert said(not_answered=(), slow=every) == f"{everybody}能及时接听电话；{everybody}未能快速完成工单转换。"
    assert said(not_answered=every, slow=every) == f"{everybody}未能及时接听电话；{everybody}未能快速完成工单转换。"
    assert said(not_answered=(group.name,), slow=cities).startswith(
        f"除{group.long_name}外，各地市均能及时接听电话；除"
    )
    assert said(not_answered=(), slow=cities).endswith(f"外，{group.name}能快速完成工单转换。")
    assert said(not_answered=(), slow=(group.name, *cities[1:])).endswith(
        f"外，{long(cities[0]).long_name}能快速完成工单转换。"
    )


def test_test_calls_that_were_not_reached_are_neither_fast_nor_slow(month):
    calls, every = type(month.params.month.test_calls), tuple(unit.name for unit in month.params.units)

    def said(units=month.params.units, **given) -> str:
        own = month.params.month.model_copy(update={"test_calls": calls(**given)})
        m = replace(month, params=month.params.model_copy(update={"month": own, "units": units}))
        return str(bulletin.test_calls(m).sentence).partition("；")[2]

    one = ("沈阳",)
    assert said(not_answered=one, slow=(), unseen=one) == (
        "除沈阳市外，其他地市、省交投均能快速完成工单转换（沈阳市没有打通，看不出快慢）。"
    )
    assert said(not_answered=one, slow=("大连",), unseen=one).startswith("除大连市、沈阳市外，其他地市、省交投均能")
    assert said(not_answered=every, slow=(), unseen=every) == "各地市、省交投均没有打通，看不出工单转换快慢。"
    assert said(not_answered=every, slow=one, unseen=[unit for unit in every if unit not in one]).startswith(
        "沈阳市未能快速完成工单转换，"
    )
    alone = tuple(unit for unit in month.params.units if unit.name in one)
    assert said(alone, not_answered=(), slow=one) == "沈阳市未能快速完成工单转换。"
    assert said(alone, not_answered=one, slow=(), unseen=one) == "沈阳市没有打通，看不出工单转换快慢。"


def test_frames_are_not_changed_by_showing_them(month):
    before = bulletin.overview(month).frame.copy()
    whole(month)
    pd.testing.assert_frame_equal(
        bulletin.overview(month).frame.drop(columns=["lost", "signals"]), before.drop(columns=["lost", "signals"])
    )
