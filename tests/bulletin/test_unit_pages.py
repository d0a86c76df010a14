"""A unit's own edition: its figures are those of the whole month's tables, and a unit without tickets is a whole page."""

import re
from decimal import Decimal

import pytest
from support import ROOT, one_in, parts_of
from test_edges import HEAD, ONE

from hotline_lib import bulletin, open_month
from hotline_lib.errors import UnknownValueError
from hotline_lib.params import load_params
from hotline_lib.present._chart import Chart

MONTH = "2024-09"


@pytest.fixture(scope="module")
def month(september):
    return open_month(MONTH, september)


def whole(m, unit: str) -> str:
    makers = (bulletin.unit_types, bulletin.unit_indicators, bulletin.unit_peers, bulletin.unit_spot_checks)
    exhibits = [make(m, unit) for make in makers]
    exhibits += [bulletin.unit_issues(m, role, unit) for role in ("inquiry", "complaint")]
    parts = [part for exhibit in exhibits for part in parts_of(exhibit)]
    for part in parts:
        if not isinstance(part, Chart):
            part._repr_html_()
    text = "\n".join(map(repr, parts))
    assert not re.search(r"nan|None|NA>|，，|。。|（）", text), text
    return text


@pytest.mark.parametrize("unit", one_in(5, load_params(MONTH, ROOT / "params").unit_names))
def test_every_unit_has_an_edition_whose_figures_are_the_months(month, unit):
    volumes, scores = bulletin.units(month).frame.set_index("unit"), bulletin.scores(month).frame.set_index("unit")
    text = whole(month, unit)
    total = bulletin.unit_types(month, unit=unit).table
    assert total.frame["tickets"].sum() == volumes.loc[unit, "tickets"] == total.total["tickets"]
    assert f"总分{scores.loc[unit, 'score']}分" in text
    lost = bulletin.unit_indicators(month, unit=unit).table
    assert lost.total["points"] == scores.loc[unit, "lost"]


def test_an_edition_tells_of_no_other_unit(month):
    text = whole(month, "沈阳")
    assert not [unit for unit in month.params.unit_names if unit != "沈阳" and unit in text]


def test_issues_stand_beside_those_of_its_peers(month):
    table = bulletin.unit_issues(month, "complaint", unit="沈阳").table
    first = table.frame.iloc[0]
    counts = month.counts[(month.counts["role"] == "complaint") & month.counts["unit"].isin(month.params.unit_names)]
    cities = counts[~counts["unit"].isin(["沈阳", "省交投"])]
    assert first["rest_of"] == cities["tickets"].sum()
    assert first["rest"] == cities.loc[cities["issue"] == first["issue"], "tickets"].sum()
    assert first["told"] and "▼" in table._repr_html_()
    alone = bulletin.unit_issues(month, "complaint", unit="省交投").table
    assert "相差" not in repr(alone)  # a class of its own has no peers


def test_the_place_is_among_peers_or_all_if_there_are_none(month):
    assert "14/14" in repr(bulletin.unit_peers(month, unit="沈阳").table)
    assert "1/15" in repr(bulletin.unit_peers(month, unit="省交投").table)
    cities = month.counts[month.counts["unit"] != "省交投"].groupby("unit")["tickets"].sum()
    frame = bulletin.unit_peers(month, unit="沈阳").frame.set_index("measure")
    assert Decimal(frame.at["业务量（件）", "middle"].replace(",", "")) == Decimal(
        float(cities.median())
    )  # of 14 cities


def test_the_drawn_tickets_of_the_unit_and_of_nobody_else(month):
    frame = bulletin.unit_spot_checks(month, unit="鞍山").table.frame
    assert len(frame) == 4 and set(frame["unit"]) == {"鞍山"}
    assert bulletin.unit_spot_checks(month, unit="鞍山").table._repr_html_().count("strong") == 12


def test_long_names_and_aliases_are_the_same_unit(month):
    unit = month.params.unit("沈阳")
    assert whole(month, unit.long_name) == whole(month, unit.name)
    with pytest.raises(UnknownValueError, match="沈阳"):
        bulletin.unit_types(month, unit="沈杨")


def test_a_unit_without_tickets_is_told_so_on_a_whole_page(month_of):
    text = whole(month_of(ONE), "阜新")
    assert "阜新市9月份没有受理工单。" in text
    assert "没有标注事项的投诉举报工单" in text and "没有阜新市本月的抽检记录" in text
    assert "没有受理工单" in whole(month_of(HEAD), "沈阳")


def test_another_provinces_units(province):
    m = open_month("2025-03", province)
    for unit in m.params.unit_names:
        assert unit in whole(m, unit) or m.params.unit(unit).long_name in whole(m, unit)


def test_the_first_line_of_a_unit_that_left_much_says_what_its_score_stands_on(month):
    lead = str(bulletin.unit_types(month, unit="营口").lead)
    assert "；按已上报的计90.46分，15个单位中列第15位。" in lead and len(lead) <= 50
    assert "已上报" not in str(bulletin.unit_types(month, unit="沈阳").lead)
