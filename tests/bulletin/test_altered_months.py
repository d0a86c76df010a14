"""One true event in an otherwise printed month: what a head of department would want to hear is among the findings."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from support import MONTH

from hotline_lib import bulletin, open_month


@pytest.fixture(scope="module")
def m(september):
    return open_month(MONTH, september)


def said(m) -> str:
    return repr(bulletin.findings(m))


def times(m, factor: float, **where) -> pd.DataFrame:
    """The counts with those tickets so many times as often."""
    hit = pd.Series(True, m.counts.index)
    for name, value in where.items():
        hit &= m.counts[name] == value
    assert hit.any()
    return m.counts.assign(
        tickets=m.counts["tickets"].where(~hit, (m.counts["tickets"] * factor).round().astype("int64"))
    )


def rate(m, unit: str, **good: float):
    """The month with so many of a unit's tickets good."""
    rates = m.rates.copy()
    for key, share in good.items():
        at = (rates["unit"] == unit) & (rates["indicator"] == key)
        assert at.sum() == 1 and rates.loc[at, "denominator"].item() > 0
        rates.loc[at, "numerator"] = round(share * rates.loc[at, "denominator"].item())
    return replace(m, rates=rates)


def test_complaints_of_a_city_double_while_its_inquiries_fall(m):
    counts = times(m, 2.2, unit="丹东", role="complaint")
    counts = times(replace(m, counts=counts), 0.35, unit="丹东", role="inquiry")
    altered = said(replace(m, counts=counts))
    assert "丹东投诉举报升到" in altered and "丹东投诉举报" not in said(m)
    assert "请丹东说明原因，编号见附表“要点工单”" in altered


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        ({"complaint_satisfaction_rate": 0.6}, "锦州投诉举报类回访满意率"),
        ({"transfer_callback_rate": 0.3}, "锦州转办工单回访率"),
        ({"first_time_resolution_rate": 0.4}, "锦州一次办结率"),
        ({"timely_submission_rate": 0.55}, "锦州数据及时报送率"),
        ({"complaint_on_time_rate": 0.7}, "锦州"),
        ({"other_on_time_rate": 0.8}, "锦州非投诉举报类限时办结率"),
    ],
)
def test_a_rate_of_a_city_falls_whether_the_scheme_has_a_rule_for_it_or_not(m, rates, words):
    altered = said(rate(m, "锦州", **rates))
    assert words in altered and words not in said(m)


def test_a_rate_falls_against_its_own_months_where_units_differ(twelve):
    """Units that differ for good hide a fall of one of them from each other, not from its own months."""
    m, key = open_month(MONTH, twelve), "first_time_resolution_rate"
    share = dict(zip(m.params.unit_names, [0.995 - 0.007 * at for at in range(15)], strict=True))

    def differing(rates, low=None):
        of = rates["unit"].map(share).where(rates["unit"] != "锦州", low or 0.98)
        wanted = rates["indicator"] == key
        return rates.assign(
            numerator=rates["numerator"].where(~wanted, (of * rates["denominator"]).round().astype("int64"))
        )

    quiet = replace(m, rates=differing(m.rates))
    fallen = replace(m, rates=differing(m.rates, 0.90))
    for each in (quiet, fallen):
        each.__dict__["annexes"] = tuple(replace(annex, rates=differing(annex.rates)) for annex in m.annexes)
    assert "一次办结率" not in said(quiet)
    text = said(fallen)
    assert (
        "锦州一次办结率89.92%" in text and "自己以前11个月合计98.0" in text and "降幅超出偶然和逐月通常的变动" in text
    )
    (line,) = [line for line in text.splitlines() if "一次办结率" in line]
    assert "其余单位合计" not in line  # beside the others it is nothing
    short = replace(fallen, rates=fallen.rates)
    short.__dict__["annexes"] = fallen.annexes[-4:]
    assert "一次办结率" not in said(short)


def test_a_rate_of_the_group_falls_far_below_the_cities(m):
    assert "省交投投诉举报类回访满意率" in said(rate(m, "省交投", complaint_satisfaction_rate=0.6))
    assert "省交投投诉举报类回访满意率" not in said(rate(m, "省交投", complaint_satisfaction_rate=0.97))


def test_a_sub_issue_rises_inside_an_issue_that_does_not(m):
    rows = m.counts[(m.counts["issue"] == "巡游出租汽车") & (m.counts["role"] == "complaint")]
    hit = rows["sub_issue"] == "计价议价"
    grown = (rows.loc[hit, "tickets"] * 1.6).round().astype("int64")
    shrunk = rows.loc[~hit, "tickets"]
    left = rows["tickets"].sum() - grown.sum()
    counts = m.counts.copy()
    counts.loc[grown.index, "tickets"] = grown
    counts.loc[shrunk.index, "tickets"] = (shrunk * left / shrunk.sum()).round().astype("int64")
    altered = said(replace(m, counts=counts))
    assert "投诉举报“巡游出租汽车·计价议价”升到" in altered


def test_a_city_more_than_doubles(m):
    assert "阜新业务量同比增加" in said(replace(m, counts=times(m, 2.2, unit="阜新")))


def test_a_new_issue_is_told_with_where(m):
    row = m.counts[(m.counts["unit"] == "营口") & (m.counts["role"] == "complaint")].iloc[[0]]
    names = {"domain": "城市客运", "issue": "共享单车", "sub_issue": None, "tickets": 150}
    altered = replace(m, counts=pd.concat([m.counts, row.assign(**names)], ignore_index=True))
    assert "投诉举报“共享单车”增加最多" in said(altered) and "主要在营口（增加150件）" in said(altered)
    assert "150件，上月没有，在超出通常波动的事项中变化最大" in said(altered)  # a base of 0 has no percentage


@pytest.mark.parametrize(
    ("one", "other", "cities", "says"), [(4, 1.9, {"阜新"}, "唯一显著增加"), (5, 3, {"阜新", "本溪"}, "2个显著增加")]
)
def test_a_city_is_the_only_one_if_the_table_marks_no_other(m, one, other, cities, says):
    """Two cities change; what the first page says of them agrees with the marks of Annex 3."""
    altered = replace(m, counts=times(replace(m, counts=times(m, one, unit="阜新")), other, unit="本溪"))
    marked = {line.name for line in bulletin.units(altered).table.lines() if any(cell.mark for cell in line.cells)}
    assert marked - {None, "14市合计", "总计", "省交投"} == cities
    assert says in said(altered)


def test_an_empty_list_claims_nothing_of_changes(month_of):
    head = "business_type | domain | issue | sub_issue | unit | tickets\n"
    text = repr(bulletin.findings(month_of(head + "信息咨询 | 城市客运 | | | 沈阳 | 10")))
    assert "波动" not in text  # there is no base month


def test_what_was_left_unsubmitted_comes_first_with_its_tickets(m):
    first, *others = bulletin.findings(m).found
    assert first.title == "营口有45.81%的工单没有上报" and len(first.tickets()) == 492
    assert [each.touches for each in others] == sorted((each.touches for each in others), reverse=True) or len(
        others
    ) > 2
    table = bulletin.to_look_at(m)
    assert table.frame.groupby("finding").size().loc[1] == 492
    assert [column.head for column in table.columns] == ["要点", "标题", "单位", "工单编号"]
    ids, units = m.tickets(columns=["ticket_id", "unit"]), table.frame.set_index("ticket_id")["unit"]
    theirs = ids.drop_duplicates("ticket_id").set_index("ticket_id")["unit"]
    assert table.frame["unit"].notna().all() and units.isin(m.params.unit_names).all()
    assert (theirs.reindex(units.index).dropna() == units[units.index.isin(theirs.index)]).all()
    assert set(m.behind("营口", "complaint_24h_rate")["ticket_id"]) <= set(table.frame["ticket_id"])


def test_a_month_in_which_nothing_is_told_has_no_list(month_of):
    head = "business_type | domain | issue | sub_issue | unit | tickets\n"
    assert bulletin.to_look_at(month_of(head + "信息咨询 | 城市客运 | | | 沈阳 | 10")).frame.empty
