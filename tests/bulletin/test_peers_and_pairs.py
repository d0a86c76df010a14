"""A city beside cities, people and people, tickets that are a domain's and a unit's at once, places with their field."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from support import MONTH, every_exhibit, parts_of, with_whole_months
from test_bases import HEAD, NOW, with_bases  # noqa: F401  a fixture

from hotline_lib import bulletin, open_month
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin import _shortfalls as shortfalls
from hotline_lib.bulletin._derived import about_people
from hotline_lib.exact import half_up
from hotline_lib.present._sources import Links


@pytest.fixture(scope="module")
def real(september):
    return open_month(MONTH, september)


def row_of(table, name: str) -> dict[str, str]:
    line = next(line for line in table.lines() if line.name == name)
    return dict(zip((column.head for column in table.shown), (cell.text for cell in line.cells), strict=True))


# Peers.


def test_a_city_is_compared_with_the_cities_and_not_with_all(real, with_bases):  # noqa: F811
    table = bulletin.unit_indicators(real, "沈阳").table
    assert row_of(table, "万人工单数量")["14市合并"] == "6.17"
    assert "占14市的31.24%" in str(bulletin.unit_types(real, "沈阳").sentence)
    m = with_bases("yoy")
    cities = [unit for unit in m.params.units if unit.kind == "city"]
    table = bulletin.unit_indicators(m, "大连").table
    assert row_of(table, "万人工单数量")["14市合并"] == str(half_up(10_000 * 3060, sum(u.population for u in cities)))
    links = Links()
    table.html(links.link)
    said = [source for *_, source in links.shown if source.title == "14市 · 考评"]
    assert any(source.formula.startswith("万人工单数量 受理3060件 ÷") for source in said)
    assert not any(source.title.startswith("全省") for *_, source in links.shown)


def test_a_class_of_its_own_is_compared_with_all_and_says_over_whom(real):
    x = bulletin.unit_indicators(real, "省交投")
    assert row_of(x.table, "万人工单数量")["全省合并"] == "62.32"
    assert "占全省的90.10%" in str(bulletin.unit_types(real, "省交投").sentence)
    assert "省交投为4,257万人" in "".join(x.table.below)
    places = lambda unit: bulletin.unit_peers(real, unit).frame["measure"].tolist()
    assert "万人工单数量" in places("沈阳") and "万人工单数量" not in places("省交投")  # over other people


def test_groups_that_are_many_are_peers(real):
    """A province of groups only has nobody's people but theirs."""
    groups = tuple(unit.model_copy(update={"kind": "group"}) for unit in real.params.units)
    m = replace(real, params=real.params.model_copy(update={"units": groups}))
    assert figures.all_units_together(m, tuple(m.params.unit_names[:3])).loc["tickets_per_10k", "value"] > 0


# Two populations.


def test_wherever_tickets_stand_over_people_it_is_said_over_whose(real, province):
    note = "万人工单数量的分母：全省为14市人口之和3,914万人，省交投为4,257万人（由印出的件数和万人工单数量反推），口径不同，不能相比。"
    wider = bulletin.units(real).with_column("ticket_per_10k")
    for x in (bulletin.indicators(real), bulletin.overview(real), wider):
        assert note in x.table.below
    for x in (bulletin.units(real), bulletin.points_lost(real), bulletin.unit_indicators(real, "沈阳")):
        assert "人口之和" not in "".join(x.table.below)
    other = "".join(bulletin.indicators(open_month("2025-03", province)).table.below)
    assert "全域为2市人口之和185万人，路网为210万人，口径不同" in other
    cities = tuple(unit for unit in real.params.units if unit.kind == "city")
    alone = replace(real, params=real.params.model_copy(update={"units": cities}))
    assert figures.same_tickets(real) and about_people(alone) == []
    assert "是同一批219751件工单，上年同月分别为167102件和167143件，两者的增减不能相加。" in str(
        bulletin.contributions(real).sentence
    )


# One lot of tickets under two names.

SPREAD = f"{NOW}\n投诉举报 | 城市客运 | 巡游出租汽车 | | 大连 | 3000"


def test_a_domain_and_a_unit_of_the_same_tickets_say_so_once_where_both_move(with_bases):  # noqa: F811
    m = with_bases("yoy", now=SPREAD)
    words = "高速公路和省交投是同一批9000件工单，两者的增减不能相加。"
    assert "".join(bulletin.domains(m).table.below).count(words) == 1
    assert str(bulletin.contributions(m).sentence).count(words) == 1
    document = [part for section in bulletin.outline(m) for part in section.parts if hasattr(part, "below")]
    assert "".join(note for part in document for note in part.below).count("同一批") == 1
    links = Links()
    bulletin.contributions(m).sentence.html(links.link)
    assert {"domain": ["高速公路"], "unit": "省交投"} in [source.where for *_, source in links.shown]


@pytest.mark.parametrize(
    ("mixed", "told"),
    [
        (
            "信息咨询 | 高速公路 | | | 大连 | 900\n信息咨询 | 普通公路 | | | 省交投 | 900",
            True,
        ),  # 9000 of 9900, both ways
        ("信息咨询 | 高速公路 | | | 大连 | 1100", False),
        ("信息咨询 | 普通公路 | | | 省交投 | 1100", False),
    ],
)
def test_nearly_the_same_is_nine_tenths_both_ways(with_bases, mixed, told):  # noqa: F811
    m = with_bases("yoy", now=f"{SPREAD}\n{mixed}")
    below = "".join(bulletin.domains(m).table.below)
    assert ("高速公路的9900件和省交投的9900件中，有9000件是同一批工单" in below) == told == ("同一批" in below)


def test_nobody_is_named_without_a_pair(month_of):
    m = month_of(HEAD + "投诉举报 | 城市客运 | | | 沈阳 | 5\n投诉举报 | 城市客运 | | | 大连 | 5")
    assert figures.same_tickets(m) == [] and "同一批" not in str(bulletin.contributions(m).sentence)


# Places.


def test_every_place_names_its_field(real):
    said = [str(each.text) for each in shortfalls._checked(real)]
    whole = with_whole_months(real)
    said.append(str(bulletin.score_months(whole).sentence))  # compared only where last month is whole
    for unit in ("沈阳", "大连", "省交投", "营口"):
        said += [str(part) for x in every_exhibit(real, unit) for part in parts_of(x) if hasattr(part, "cited")]
    placed = [
        sentence
        for text in said
        for sentence in re.split("[。\n]", text)
        if re.search(r"(?<!排名前)第\d+(?!部分|位)", sentence)
    ]
    assert len(placed) >= 8
    assert all(re.search(r"\d+个单位(中|的)", sentence) for sentence in placed), placed


def test_a_units_lead_keeps_its_place_within_fifty_characters(real):
    for unit in real.params.unit_names:
        lead = str(bulletin.unit_types(real, unit).lead)
        assert len(lead) <= 51 and re.search(r"15个单位中(并列|列)第\d+位。$", lead), lead
    assert next(c.unit for c in bulletin.unit_peers(real, "沈阳").table.shown if c.head == "名次") == "/市数"
