"""Whatever names a base month names the one that it was compared with: both, last year's, last month's, published, none."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
from support import every_exhibit, one_in, parts_of

from hotline_lib import bulletin
from hotline_lib.month import Base
from hotline_lib.present._sources import Links

HEAD = "business_type | domain | issue | sub_issue | unit | tickets\n"
NOW = (
    HEAD
    + """信息咨询 | 高速公路 | 高速公路ETC | ETC卡片办理 | 省交投 | 9000
投诉举报 | 城市客运 | 巡游出租汽车 | 拒载 | 沈阳 | 3000
意见建议 | 城市客运 | 公共汽电车 | 线路 | 大连 | 60"""
)
THEN = NOW.replace("9000", "7000").replace("3000", "2500").replace("| 60", "| 40")
BASES = {"yoy": "2023-09", "mom": "2024-08"}
NAMES = {"yoy": ("2023年9月", "同比", "上年同月"), "mom": ("2024年8月", "环比", "上月")}


def published(counts: pd.DataFrame) -> dict[tuple[str, ...], pd.DataFrame]:
    """The margins of a published month."""
    keys = (("business_type",), ("printed_domain",), ("unit",), ("unit", "business_type"))
    total = {(): pd.DataFrame({"tickets": [int(counts["tickets"].sum())]})}
    return total | {over: counts.groupby(list(over), as_index=False)["tickets"].sum() for over in keys}


@pytest.fixture
def with_bases(month_of):
    """A month with those base months, from tickets or as published."""

    def make(*known: str, source: str = "tickets", now: str = NOW, then: str = THEN):
        counts = month_of(then).counts
        of = {
            kind: Base(month, None)
            if kind not in known
            else Base(month, source, counts)
            if source == "tickets"
            else Base(month, source, None, published(counts))
            for kind, month in BASES.items()
        }
        return replace(month_of(now), last_year=of["yoy"], previous=of["mom"])

    return make


def everything(m) -> str:
    """All that is said, shown and explained of a month, by every exhibit, in findings too."""
    page, words = Links(), []
    for part in [
        bulletin.findings(m),
        *(part for unit in ("沈阳", "省交投") for x in every_exhibit(m, unit) for part in parts_of(x)),
    ]:
        words += [repr(part), *getattr(part, "below", [])]
        if callable(getattr(part, "html", None)):
            part.html(page.link)
    return "\n".join([*words, *(f"{source.formula}。{source.tickets}" for _, _, source in page.shown)])


@pytest.mark.parametrize("source", one_in(2, ["tickets", "published"]))
@pytest.mark.parametrize("known", one_in(2, [("yoy",), ("mom",), ()]))
def test_no_text_names_a_base_month_of_which_nothing_is_known(with_bases, known, source):
    said = everything(with_bases(*known, source=source))
    for kind, (month, change, _) in NAMES.items():
        if kind in known:
            assert re.search(rf"（{month}受理\d+件）", said), (kind, "is not compared with")
            assert re.search(rf"{change}(多|增加)", said)
        else:
            assert not re.search(rf"{month}受理|{change}(多|少|增加|减少)", said), kind


@pytest.mark.parametrize("source", ["tickets", "published"])
def test_a_contribution_names_the_month_that_it_was_compared_with(with_bases, source):
    x = bulletin.domain_contributions(with_bases("mom", source=source))
    links = Links()
    assert str(x.sentence).startswith(
        "全省环比增加2520件（日均增加30.63%）。按领域，高速公路增加2000件，拉动20.96个百分点，其余合计增加520件；"
    )
    x.sentence.html(links.link)
    formulas = [each.formula for _, _, each in links.shown]
    assert [formulas[0], *formulas[2:4]] == [
        "12060 − 9540 = +2520件（2024年8月受理9540件）",
        "9000 − 7000 = +2000件（2024年8月受理7000件）",
        "3060 − 2540 = +520件（2024年8月受理2540件）",
    ]


# Notes and what they stand under.

NOTES = {"yoy": "无上年同月数据，不列同比", "mom": "无上月数据，不列环比", "both": "没有对比月份的数据，不列增减"}


def tables_of_change(m):
    """Every table with a column 同比 or 环比, with what stands below it; also with both columns where it may have them."""
    for unit in ("沈阳", "省交投"):
        for x in every_exhibit(m, unit):
            if "table" in dir(x):
                can = x.keys and "tickets" in x.frame and set(x.keys.values()) <= set(m.counts)
                wider = [x.with_column(name) for name in ("mom", "yoy") if can]
                yield from (made for made in (x.table, *(each.table for each in wider)) if hasattr(made, "below"))


@pytest.mark.parametrize("source", one_in(2, ["tickets", "published"]))
@pytest.mark.parametrize("known", one_in(3, [("yoy", "mom"), ("yoy",), ("mom",), ()]))
def test_a_note_says_of_a_change_of_which_nothing_is_known_what_is_so_and_of_others_nothing(with_bases, known, source):
    seen = 0
    for table in tables_of_change(with_bases(*known, source=source)):
        columns = {kind: [c for c in table.columns if c.value == ("tickets", f"{kind}_base")] for kind in BASES}
        wanted = {kind for kind, those in columns.items() if those and those[0] not in table.shown}
        for at, column in enumerate(table.shown):
            assert table.dense or not len(table.frame) or {line.cells[at].text for line in table.lines()} - {"—", ""}, (
                table.name,
                column.head,
            )
        wanted = {"both"} if len(wanted) == 2 else wanted
        below = "".join(table.below)
        assert {kind for kind, words in NOTES.items() if words in below} == wanted, (table.name, below)
        seen += bool(columns["yoy"] or columns["mom"])
    assert seen >= 10


def test_a_dash_beside_numbers_is_explained_too(with_bases):
    table = bulletin.business_types(with_bases("yoy", then=THEN.replace("| 40", "| 0"))).table
    assert "上年同月没有工单的，同比记为—" in "".join(table.below)
    assert "上年同月没有" not in "".join(bulletin.business_types(with_bases("yoy")).table.below)


@pytest.mark.parametrize("known", [("yoy", "mom"), ("yoy",), ("mom",), ()])
def test_a_chart_names_the_marks_that_it_has(with_bases, known):
    m = with_bases(*known)
    for note in (bulletin.business_types(m).chart.note, bulletin.unit_types(m, "沈阳").chart.note):
        assert {kind for kind in BASES if NAMES[kind][1] in note} == set(known)
    margins = published(m.counts)
    total = replace(m, last_year=Base("2023-09", "published", None, {(): margins[()]}))
    assert "同比" not in bulletin.domains(total).chart.note  # the base has no domains


# A change a day beside one between months of unlike length.


def test_a_change_between_months_of_unlike_length_has_the_change_a_day_beside_it(with_bases):
    m = with_bases("yoy", "mom")  # 30 days in both Septembers, 31 in August
    now, then = 12060, 9540
    daily = f"{100 * (now / 30 / (then / 31) - 1):.2f}"
    assert f"环比增加26.42%（日均增加{daily}%）" in str(bulletin.business_types(m).lead)
    assert f"环比增加20.00%（日均增加{100 * (3000 / 30 / (2500 / 31) - 1):.2f}%）" in str(
        bulletin.unit_types(m, "沈阳").sentence
    )
    for x in (bulletin.business_types(m), bulletin.domains(m), bulletin.units(m).with_column("mom")):
        assert f"2024年8月有31天，2024年9月有30天，按日均计，总计环比增加{daily}%。" in x.table.below
        assert "2023年9月" not in "".join(x.table.below)
    for x in (bulletin.domain_contributions(m), bulletin.type_contributions(m)):
        assert "按日均计" not in "".join(x.table.below)  # said above on the page, under the same total
    alone = str(bulletin.domain_contributions(with_bases("mom")).sentence)
    assert alone.startswith(f"全省环比增加2520件（日均增加{daily}%）。")
    assert "日均" not in str(bulletin.business_types(m).sentence)  # the printed sentence stays as it is
    same = replace(m, previous=replace(m.previous, month="2024-06"))
    assert "日均" not in str(bulletin.business_types(same).lead) + "".join(bulletin.business_types(same).table.below)


def test_a_leap_years_february_is_told_beside_last_years(with_bases):
    m = with_bases("yoy")
    m = replace(m, month="2024-02", last_year=replace(m.last_year, month="2023-02"))
    assert "（日均" in str(bulletin.business_types(m).lead)
    assert "2023年2月有28天，2024年2月有29天" in "".join(bulletin.units(m).table.below)


def test_the_change_a_day_explains_itself(with_bases):
    links = Links()
    bulletin.unit_types(with_bases("mom"), "沈阳").sentence.html(links.link)
    assert "(3000 ÷ 30) ÷ (2500 ÷ 31) − 1 = +24.00%（2024年8月受理2500件，31天）" in [
        s.formula for *_, s in links.shown
    ]


# What is no longer in use.


def test_the_change_of_a_type_no_longer_in_use_has_a_note(with_bases):
    old = "\n其他（已停用） | 城市客运 | 公共汽电车 | 线路 | 大连 | 400"
    m = with_bases("yoy", "mom", then=THEN + old)
    note = "其他（已停用）：已不再使用的分类"
    assert note in "".join(bulletin.type_contributions(m).table.below)
    for x in (bulletin.business_types(m), bulletin.unit_types(m, "大连"), bulletin.without_issue(m)):
        assert note not in "".join(x.table.below)
    still = with_bases("yoy", now=NOW + old, then=THEN + old)
    for x in (bulletin.business_types(still), bulletin.unit_types(still, "大连")):
        assert note in "".join(x.table.below)
