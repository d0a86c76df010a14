"""Exhibits: one setting for sentence, table, chart and frame; columns added; numbers that know their tickets."""

import re
from dataclasses import replace
from inspect import signature

import numpy as np
import pandas as pd
import pytest
from support import MONTH, ROOT, every_exhibit, parts_of, with_whole_months

from hotline_lib import bulletin, open_month
from hotline_lib.batch.pages import DATA
from hotline_lib.bulletin import _overview
from hotline_lib.deliver.word import write_word
from hotline_lib.errors import HotlineError, ParamsError, UnknownValueError, WordingError
from hotline_lib.indicators import FROM_TICKETS
from hotline_lib.month import Base
from hotline_lib.params import load_params
from hotline_lib.present._chart import Chart
from hotline_lib.present._sources import Links, links_of

HEAD = "business_type | domain | issue | sub_issue | unit | tickets\n"
NOW = (
    HEAD
    + """投诉举报 | 城市客运 | 巡游出租汽车 | 拒载 | 沈阳 | 30
投诉举报 | 城市客运 | 公共汽电车 | 线路 | 大连 | 20
信息咨询 | 高速公路 | 高速公路ETC | ETC卡片办理 | 省交投 | 50"""
)
THEN = (
    HEAD
    + """投诉举报 | 城市客运 | 巡游出租汽车 | 拒载 | 沈阳 | 40
投诉举报 | 城市客运 | 公共汽电车 | 线路 | 大连 | 10
信息咨询 | 高速公路 | 高速公路ETC | ETC卡片办理 | 省交投 | 50"""
)


@pytest.fixture(scope="module")
def real(september):
    return open_month(MONTH, september)


@pytest.fixture
def m(month_of):
    made = month_of(NOW, last_year=THEN)
    return replace(made, previous=Base("2024-08", "tickets", month_of(THEN).counts))


def printed(exhibit) -> dict[str, list[str]]:
    return {line.name: [cell.text for cell in line.cells] for line in exhibit.table.lines()}


# Columns and order.


def test_a_base_months_column_comes_from_keys_and_filter(m):
    rows = printed(bulletin.top_issues(m, "complaint").with_column("环比"))
    assert [rows[name][-1] for name in ("巡游出租汽车", "公共汽电车")] == ["−25.00", "+100.00"]
    units = printed(bulletin.units(m).with_column("mom"))
    assert [units[name][-1] for name in ("省交投", "沈阳", "大连", "其中14市", "总计")] == [
        "0.00", "−25.00", "+100.00", "0.00", "0.00",
    ]  # fmt: skip


def test_a_change_on_a_base_that_nobody_knows_is_no_column_of_dashes_and_says_so(month_of):
    table = bulletin.units(month_of(NOW)).with_column("mom").table
    assert "mom" in table.csv().splitlines()[0] and table.shown[-1].head == "占比"
    assert table.below[-1] == "没有对比月份的数据，不列增减。"


def test_tickets_per_10000_people_stand_on_the_people_of_the_cities(m):
    rows = printed(bulletin.units(m).with_column("complaint_per_10k"))
    people = {unit.name: unit.population for unit in m.params.units}
    cities = sum(unit.population for unit in m.params.units if unit.kind == "city")
    assert rows["沈阳"][-1] == f"{30 * 10000 / people['沈阳']:.2f}"
    assert rows["总计"][-1] == rows["其中14市"][-1] == f"{50 * 10000 / cities:.2f}"


def test_a_column_of_ones_own_may_be_given_by_name(m):
    made = bulletin.units(m).with_column("buses", {"沈阳": 5, "大连": 7}, head="公交线路", unit="条")
    assert [printed(made)[name][-1] for name in ("沈阳", "大连", "锦州")] == ["5", "7", "—"]
    assert made.table.csv().splitlines()[0].endswith(",buses")


def test_another_order_is_that_of_table_and_chart_and_groups_stay_first(m):
    made = bulletin.units(m).sorted("complaint", descending=False)
    assert made.frame["unit"].iloc[0] == "省交投" and list(made.frame["unit"][-2:]) == ["大连", "沈阳"]
    assert made.table.order == "按投诉从低到高排"
    assert list(bulletin.units(m).sorted("yoy").frame["unit"][:3]) == ["省交投", "大连", "沈阳"]
    assert [
        issue.rank for issue in bulletin.top_issues(m, "complaint").sorted("tickets", descending=False).chart.issues
    ] == [2, 1]


def test_the_provinces_parameters_add_a_column_to_page_word_and_csv(m, tmp_path, own_params):
    file = own_params.params / "organisation.yaml"
    text = file.read_text(encoding="utf-8").replace(
        "more_columns: {}", "more_columns: {units: [环比, complaint_per_10k]}"
    )
    file.write_text(text, encoding="utf-8")
    wider = replace(m, params=load_params(MONTH, own_params.params))
    table = bulletin.outline(wider).units.parts[0]
    assert [column.head for column in table.shown][-2:] == ["环比", "万人投诉"]
    assert bulletin.files(wider)["units"].csv().splitlines()[0].endswith(",mom,complaint_per_10k")
    import docx

    last = docx.Document(str(write_word(wider, tmp_path))).tables[-1]
    assert "环比" in last.rows[0].cells[-2].text and last.rows[2].cells[-2].text == "−25.00"
    file.write_text(text.replace("{units: [", "{unit: ["), encoding="utf-8")
    with pytest.raises(ParamsError, match="more_columns"):
        load_params(MONTH, own_params.params)


# Where numbers come from.


def filtered(tickets: pd.DataFrame, where: dict) -> pd.DataFrame:
    for name, value in where.items():
        tickets = tickets[tickets[name].isna() if value is None else tickets[name].isin(np.atleast_1d(value))]
    return tickets


def test_every_filter_of_every_exhibit_gives_its_tickets(real):
    page = Links()
    for exhibit in every_exhibit(real, "沈阳"):
        for part in parts_of(exhibit):
            if callable(getattr(part, "html", None)):
                part.html(page.link)
    counts, wrong = {}, []
    for _, words, source in page.shown:
        found = re.match(rf"{real.label}受理(\d+)件", source.formula)
        if source.where is not None and found:
            counts[repr(sorted(source.where.items(), key=str))] = (dict(source.where), int(found[1]), words)
    everything = real.tickets({}, sorted({name for where, _, _ in counts.values() for name in where}))
    for n, (where, tickets, words) in enumerate(counts.values()):
        found = real.tickets(where) if n % 20 == 0 else filtered(everything, where)
        wrong += [(words, where)] if len(found) != tickets else []
    assert not wrong and len(counts) > 200


def test_every_page_explains_its_numbers_in_a_list_that_folds(real, september):
    m = open_month(MONTH, september)
    bulletin.units(m).table._repr_html_(), bulletin.units(m).sentence._repr_html_()
    html = links_of(m)._repr_html_()
    assert html.startswith('<details class="why"><summary>') and "<script" not in html
    assert len(links_of(m).shown) > 80
    assert links_of(real) is not links_of(m)


@pytest.mark.parametrize("unit", ["营口", "大连", "省交投"])
def test_the_tickets_behind_a_rate_are_as_many_as_are_not_good(real, unit):
    rates = real.rates.set_index(["unit", "indicator"])
    for of in FROM_TICKETS:
        numerator, denominator = rates.loc[(unit, of.key), ["numerator", "denominator"]]
        expected = {"rate": denominator - numerator, "count": numerator, "minutes": denominator}[of.kind]
        assert len(real.behind(unit, of.key)) == expected, of.key


def test_the_three_tickets_behind_one_rate(real):
    late = real.behind("营口市", "投诉举报类24小时办结率", ["ticket_id", "unit", "business_type"])
    pd.testing.assert_frame_equal(real.behind("营口", "complaint_24h_rate"), late[["ticket_id"]])  # kept and asked for
    assert len(late) == 3 and set(late["unit"]) == {"营口"} and set(late["business_type"]) == {"投诉举报"}
    with pytest.raises(UnknownValueError, match="complaint_24h_rate"):
        real.behind("营口", "complaint_24_rate")
    with pytest.raises(HotlineError, match="断网时长不是由工单算出的"):
        real.behind("营口", "offline_minutes")


def test_explain_answers_a_part_of_a_formula_a_units_name_and_ids(real):
    assert any("492 ÷ 1074 = 45.81%" in each for each in bulletin.explain(real, "45.81%"))  # of page 04
    assert any("243909 − 191174 = +52735件" in each for each in bulletin.explain(real, "191174"))
    assert all("营口" in each for each in bulletin.explain(real, "营口市"))
    (first, *_) = bulletin.explain(real, "98.62", tickets=True)
    assert "这些工单未达标：" in first and first.count("JT") == 3
    counted = bulletin.explain(real, "489", tickets=True)
    assert any("这些工单计入：" in each and "等489件" in each for each in counted)


# Own words.


def test_numbers_of_a_units_edition_name_no_command_that_would_not_find_them(real):
    options = {make: signature(make).parameters for make in bulletin.EXHIBITS}
    pages = []
    for make in (make for make in options if "unit" in options[make]):
        x = make(real, **({"role": "complaint"} if "role" in options[make] else {}), unit="沈阳")
        pages.append(
            "".join(getattr(x, part)._repr_html_() for part in ("lead", "sentence", "table") if part in dir(x))
        )
    assert len(pages) == 8 and sum("data-why" in html for html in pages) > 3
    assert not any("命令：" in html for html in pages)
    assert "命令：hotline explain 2024-09 7,548" in bulletin.units(real).table._repr_html_()


def test_a_sentence_of_ones_own_explains_itself(m):
    taxi = m.count(unit="沈阳", issue="巡游出租汽车")
    said = bulletin.say(m, "沈阳出租车{{ taxi.count }}件，占{{ taxi.share }}%，同比{{ taxi.yoy }}。", taxi=taxi)
    assert str(said) == "沈阳出租车30件，占30.00%，同比减少25.00%。"
    links = Links()
    said.html(links.link)
    assert [source.where for _, _, source in links.shown] == [{"unit": "沈阳", "issue": "巡游出租汽车"}] * 3
    with pytest.raises(WordingError, match=r"这句话.*taxi"):
        bulletin.say(m, "{{ taxis.count }}件", taxi=taxi)


def test_a_count_refuses_what_nobody_knows(m):
    assert m.count().tickets == 100 and m.count(unit=["沈阳", "大连"]).tickets == 50
    assert m.count(unit="锦州").tickets == 0
    for where, known in (({"unit": "沈杨"}, "沈阳"), ({"issue": "出租"}, "巡游出租汽车"), ({"city": "沈阳"}, "unit")):
        with pytest.raises(UnknownValueError, match=known):
            m.count(**where)


# What is gone.


_GAP = re.compile(r"[\u4e00-\u9fff，。；：、（）“”] +\S|\S +[\u4e00-\u9fff，。；：、（）“”]")
_ALLOWED = re.compile(r"^图\d ")  # the number of a figure in its alternative text


def test_no_text_has_a_space_beside_a_chinese_letter(real):
    """The gap between 汉字 and digits comes from the page's style, never from the text."""
    for x in every_exhibit(real):
        for part in parts_of(x):
            words = [getattr(part, name, "") for name in ("caption", "order", "title", "note", "alt", "text")]
            words += [*getattr(part, "below", []), *(column.head for column in getattr(part, "shown", []))]
            for line in "\n".join(map(str, words)).split("\n"):
                assert not _GAP.search(_ALLOWED.sub("", line)), line


def test_what_is_said_of_a_picture_fits_it(real):
    charts = [each.chart for each in every_exhibit(real) if "chart" in dir(each)]
    alts = {chart.alt for chart in charts if isinstance(chart, Chart)}
    assert len(alts) > 10 and {alt for alt in alts if not 35 <= len(alt) <= 90} == set()
    units, cities = bulletin.units(real), bulletin.contributions(real)
    told = units.frame["yoy_significant"].fillna(False)
    assert ("▲▼" in units.chart.note) == told.any()
    assert ("深色" in cities.chart.note) == told[units.frame["kind"] == "city"].any()


def test_what_is_written_into_a_frame_stays_with_that_exhibit(real):
    """An analyst may change the frame in his hand; what the page shows after it is that of the month."""
    for make in (bulletin.units, bulletin.overview, bulletin.domains, bulletin.scores, bulletin.spot_checks):
        x, before = make(real), make(real).frame.copy()
        x.frame["own"] = 1
        x.frame.iloc[0, x.frame.columns.get_loc("unit" if "unit" in x.frame else "printed_domain")] = "别处"
        assert "own" in x.frame
        pd.testing.assert_frame_equal(make(real).frame, before)


def test_a_sheet_says_nothing_of_a_column_that_it_leaves_out(real):
    whole = with_whole_months(real)
    for m, note in ((whole, "较上月"), (real, "缺2024年7月的工单，2024年8月的总分和名次不完整，不作比较")):
        assert note in "".join(bulletin.overview(m).table.below)
        assert note not in "".join(bulletin.on_a_sheet(m).below)
    groups = lambda m: {column.group for column in bulletin.overview(m).table.shown}
    assert "较上月" in groups(whole) - groups(real)
    assert "不作比较" in str(bulletin.score_months(real).sentence) and not str(bulletin.score_months(real).chart)


def test_a_change_against_the_month_before_tells_their_days_as_no_date(real):
    below = "".join(bulletin.business_types(real).table.below)
    assert "2024年8月有31天，2024年9月有30天，按日均计，总计环比减少8.37%。" in below
    assert "上年同月另有463件其他（已停用），" in below


def test_a_finding_whose_tickets_are_all_one_units_says_so(real):
    text = next(str(each.text) for each in bulletin.findings(real).found if "高速公路路况咨询" in str(each.text))
    assert text.endswith("占56.61%，全部由省交投受理。")


def test_every_table_of_the_analysis_has_a_name_a_file_and_what_the_pages_show(real, tmp_path):
    m, tables = real, bulletin.analysis(real)
    assert len({table.name for table in tables.values()} | {table.name for table in bulletin.files(m).values()}) == len(
        tables
    ) + len(bulletin.files(m))
    files = {file.stem: file.read_text(encoding="utf-8-sig") for file in bulletin.write_analysis(m, tmp_path)}
    assert list(files) == list(tables)
    assert all(len(files[name].splitlines()) > len(tables[name].frame) for name in tables)
    tables = [x.table for x in every_exhibit(m) if "table" in dir(x)]
    named = {table.name for table in tables if hasattr(table, "shown")} | {"要点工单"}  # which the findings lead to
    other_months = {"本年累计", "事项环比升降", "上月的问题", "下月抽检建议"}  # which need them
    assert {name for name in DATA if not name.startswith("图")} - other_months <= named


def test_nothing_is_called_by_a_string_and_nothing_printed_is_parsed_back():
    code = {path: path.read_text(encoding="utf-8") for path in (ROOT / "hotline_lib").rglob("*.py")}
    for path, text in code.items():
        assert not re.search(r"\b(TABLES|SENTENCES|CHARTS)\b|from_template|getattr\(bulletin", text), path
        assert "with_formulas" not in text, path
    shown = [text for path, text in code.items() if path.parent.name in ("present", "bulletin", "deliver", "word")]
    assert not [
        text
        for text in shown
        if re.search(r're\.\w+\([^)]*<(td|a|li|span|p)\b|startswith\((numbers\.MINUS|"[−▲▼]")', text)
    ]
    assert not [
        text
        for path, text in code.items()
        if path.parent.name == "deliver" and re.search(r"\.text\b.*float|Decimal\(", text)
    ]


def test_what_a_month_shows_twice_is_made_once(real):
    """Word and mail show one picture, the workbook and the CSV one set of tables, and a document of five ranks is that of none said."""
    charts = [part for section in bulletin.outline(real, 5) for part in section.parts if isinstance(part, Chart)]
    assert any(part is bulletin.units(real).chart for part in charts)
    assert bulletin.outline(real) is bulletin.outline(real, 5) and bulletin.analysis(real, 5) is bulletin.analysis(
        real, 5
    )
    assert _overview._rows(real) is _overview._rows(real)
