"""A unit's own edition: its figures are those of the whole month's tables, and a unit without tickets is a whole page."""

import re

import pytest
from test_edges import HEAD, ONE

from hotline_lib import bulletin, open_month
from hotline_lib.bulletin import figures
from hotline_lib.errors import UnknownValueError

MONTH = "2024-09"
TABLES = [name for name in bulletin.TABLES if name.startswith("unit_")]
SENTENCES = [name for name in bulletin.SENTENCES if name.startswith("unit_")]


@pytest.fixture(scope="module")
def month(september):
    return open_month(MONTH, september)


def whole(m, unit: str) -> str:
    parts = [bulletin.sentence(m, name, unit=unit) for name in SENTENCES]
    parts += [bulletin.table(m, name, unit=unit) for name in TABLES]
    for part in parts:
        part._repr_html_()
    bulletin.chart(m, "unit_types", unit=unit)
    text = "\n".join(map(repr, parts))
    assert not re.search(r"nan|None|NA>|，，|。。|（）", text), text
    return text


def test_every_unit_has_an_edition_whose_figures_are_the_months(month):
    volumes, scores = figures.units(month).set_index("unit"), figures.scores(month).set_index("unit")
    for unit in month.params.unit_names:
        text = whole(month, unit)
        total = bulletin.table(month, "unit_types", unit=unit)
        assert total.frame["tickets"].sum() == volumes.loc[unit, "tickets"] == total.total["tickets"]
        assert f"总分{scores.loc[unit, 'score']}分" in text
        lost = bulletin.table(month, "unit_indicators", unit=unit)
        assert lost.total["points"] == scores.loc[unit, "lost"]


def test_an_edition_tells_of_no_other_unit(month):
    text = whole(month, "沈阳")
    assert not [unit for unit in month.params.unit_names if unit != "沈阳" and unit in text]


def test_issues_stand_beside_those_of_its_peers(month):
    table = bulletin.table(month, "unit_complaints", unit="沈阳")
    first = table.frame.iloc[0]
    counts = month.counts[(month.counts["role"] == "complaint") & month.counts["unit"].isin(month.params.unit_names)]
    cities = counts[~counts["unit"].isin(["沈阳", "省交投"])]
    assert first["rest_of"] == cities["tickets"].sum()
    assert first["rest"] == cities.loc[cities["issue"] == first["issue"], "tickets"].sum()
    assert first["told"] and "▼" in table._repr_html_()
    alone = bulletin.table(month, "unit_complaints", unit="省交投")
    assert "相差" not in repr(alone)  # a class of its own has no peers


def test_the_place_is_among_peers_or_all_if_there_are_none(month):
    assert "14/14" in repr(bulletin.table(month, "unit_peers", unit="沈阳"))
    assert "1/15" in repr(bulletin.table(month, "unit_peers", unit="省交投"))


def test_the_drawn_tickets_of_the_unit_and_of_nobody_else(month):
    frame = bulletin.table(month, "unit_spot_checks", unit="鞍山").frame
    assert len(frame) == 4 and set(frame["unit"]) == {"鞍山"}
    assert bulletin.table(month, "unit_spot_checks", unit="鞍山")._repr_html_().count("strong") == 12


def test_long_names_and_aliases_are_the_same_unit(month):
    unit = month.params.unit("沈阳")
    assert whole(month, unit.long_name) == whole(month, unit.name)
    with pytest.raises(UnknownValueError, match="沈阳"):
        bulletin.table(month, "unit_types", unit="沈杨")


def test_a_unit_without_tickets_is_told_so_on_a_whole_page(month_of):
    text = whole(month_of(ONE), "阜新")
    assert "阜新市9月份没有受理工单。" in text
    assert "没有标注事项的投诉举报工单" in text and "没有抽检阜新市的工单" in text
    assert "没有受理工单" in whole(month_of(HEAD), "沈阳")


def test_another_provinces_units(province):
    m = open_month("2025-03", province)
    for unit in m.params.unit_names:
        assert unit in whole(m, unit) or m.params.unit(unit).long_name in whole(m, unit)
