"""The months up to this one: how far they reach, what is said of one, two, five and twelve, and the year so far."""

from dataclasses import replace

import pandas as pd
import pytest
from support import MONTH

from hotline_lib import bulletin, open_month
from hotline_lib.batch.inputs import basis
from hotline_lib.month import Base
from hotline_lib.opening import prepare
from hotline_lib.params import load_params, month_before, month_span
from hotline_lib.present._sentences import Sentence

MAKERS = (bulletin.months, bulletin.domain_months, bulletin.issue_months)
YEAR = month_span("2023-10..2024-09")


@pytest.fixture
def month_with(project_of):
    return lambda *months, **more: open_month(MONTH, project_of(*months, **more))


def said(m) -> str:
    """All words about the months: sentences, and what stands around the charts."""
    return "\n".join([*(str(make(m).sentence) for make in MAKERS), *map(repr, charts(m))])


def charts(m) -> list:
    return [make(m).chart for make in MAKERS]


def history(m) -> list[tuple[str, str]]:
    return [(base.month, base.source) for base in m.history]


def test_history_is_read_when_asked_for_and_ends_with_the_month(month_with):
    m = month_with(*YEAR)
    assert not {"history", "year_before"} & set(vars(m))
    assert [base.month for base in m.history] == YEAR
    assert m.history[-2] is m.previous


def test_the_sources_do_not_depend_on_what_was_looked_at_before(month_with):
    months = (*YEAR, "2023-09")
    asked_first = month_with(*months)
    said_first = [source.month for source in asked_first.sources]
    m = open_month(MONTH, asked_first.paths)
    assert m.history and m.year_before == ()  # looked at, in whatever order
    assert [source.month for source in m.sources] == said_first == ["2024-09", *YEAR[-2::-1], "2023-09"]


def test_history_begins_after_the_latest_gap(month_with):
    m = month_with(*[month for month in YEAR if month != "2024-04"])
    assert [base.month for base in m.history] == month_span("2024-05..2024-09")


def test_a_published_month_stands_in_where_there_are_no_tickets(month_with):
    m = month_with("2024-09", "2024-08", "2024-06", "2024-05", "2024-04", published=("2024-07",))
    assert history(m)[2:4] == [("2024-06", "tickets"), ("2024-07", "published")]
    assert "7月取自已公布的月报" in bulletin.months(m).chart.note
    assert "试用控制限" in str(bulletin.months(m).sentence)
    # its tables have no issues but the commonest: the months of issues begin after it
    assert str(bulletin.issue_months(m).sentence) == ""
    assert list(bulletin.issue_months(m).frame) == ["2024-08", "2024-09"]


def test_a_real_month_never_looks_back_on_simulated_ones(project_of):
    paths = project_of(*YEAR[:-1])
    import pyarrow.parquet as pq

    table = pq.read_table(paths.tickets("2024-08").parent.parent / "tickets" / "2024-08.parquet")
    moved = table.set_column(
        table.schema.get_field_index("accepted_at"), "accepted_at",
        [pd.Series(table["accepted_at"].to_pandas().clip(upper=pd.Timestamp("2024-08-30")) + pd.Timedelta(days=31)).to_numpy()],
    )  # fmt: skip
    pq.write_table(moved.slice(0, 2000).replace_schema_metadata({}), paths.tickets(MONTH))
    m = open_month(MONTH, paths)
    assert not m.inputs[0].simulated
    assert history(m) == [(MONTH, "tickets")]


def test_a_report_depends_on_every_month_that_it_may_show(twelve):
    params = load_params(MONTH, twelve.params)
    seen = {name[-15:-8] for name in basis(MONTH, twelve, params)[0] if name.endswith(".parquet")}
    assert seen == {"2023-09", *YEAR}
    far = replace(twelve, data=twelve.data.parent / "far")
    for month in (month_before(MONTH, 35), month_before(MONTH, 36)):
        far.tickets(month).parent.mkdir(parents=True, exist_ok=True)
        far.tickets(month).write_bytes(b"")
    files, _ = basis(MONTH, far, params)
    assert [name for name in files if name.endswith(".parquet")] == ["data/tickets/2021-10.parquet"]


def test_one_month_shows_nothing(month_with):
    m = month_with(MONTH)
    assert said(m).strip() == ""
    assert all(isinstance(chart, Sentence) and chart._repr_html_() == "" for chart in charts(m))
    assert bulletin.year_to_date(m).table._repr_html_() == ""


def test_two_months_are_a_comparison_and_no_course(month_with):
    m = month_with(*YEAR[-2:])
    assert said(m).strip() == ""
    assert not str(bulletin.unit_months(m).chart) and not str(bulletin.score_months(m).chart)
    assert bulletin.year_to_date(m).table._repr_html_() == ""


def test_three_months_are_a_course(month_with):
    m = month_with(*YEAR[-3:])
    assert "7月至9月的3个月中，日均受理最多的是" in str(bulletin.months(m).sentence)
    assert all(chart.png.startswith(b"\x89PNG") for chart in charts(m))
    assert bulletin.unit_months(m).chart.title == "各单位3个月的日均件数"
    assert bulletin.year_to_date(m).table.below == ["1月至9月的数据不全，不作累计。"]


def test_four_months_have_no_limits(month_with):
    m = month_with(*YEAR[-4:])
    assert "不足5个月，不计算控制限" in str(bulletin.months(m).sentence)
    assert "不足5个月，不画控制限" in bulletin.months(m).chart.note
    assert "趋势" not in said(m) and "试用" not in said(m)


@pytest.mark.parametrize("number", [5, 11])
def test_from_five_months_limits_are_on_trial(month_with, number):
    m = month_with(*YEAR[-number:])
    for make in MAKERS:
        assert "试用控制限" in str(make(m).sentence) and "不足12个月" in str(make(m).sentence)
    assert "试用控制限" in bulletin.months(m).chart.note
    assert "趋势" not in said(m)


def test_twelve_months_have_limits(month_with):
    m = month_with(*YEAR)
    assert "2023年10月至2024年9月的12个月中" in str(bulletin.months(m).sentence)
    assert "试用" not in said(m) and "控制限" in said(m) and "没有扣除季节" in said(m)
    assert all(30 <= len(chart.alt) <= 130 for chart in charts(m))
    assert "各图尺度不同" in bulletin.domain_months(m).chart.note


def paced(month_of, *pace: int, months: list[str] = YEAR):
    """A month whose history has so many complaints a day, this month last."""
    head = "business_type | domain | issue | sub_issue | unit | tickets\n"
    m = month_of(head + "投诉举报 | 城市客运 | 巡游出租汽车 | | 沈阳 | 1")
    months = months[-len(pace) :]
    counts = [
        m.counts.assign(tickets=each * pd.Period(month).days_in_month) for month, each in zip(months, pace, strict=True)
    ]
    m = replace(m, month=months[-1], counts=counts[-1])
    m.__dict__["long_history"] = tuple(Base(month, "tickets", each) for month, each in zip(months, counts, strict=True))
    m.__dict__["history"] = m.long_history[-12:]
    return m


def test_a_january_waits_for_its_february(month_of):
    pace = [100, 101] * 5
    m = paced(month_of, *pace, 190, months=month_span("2023-03..2024-01"))
    text = str(bulletin.months(m).sentence)
    assert "1月与2月合起来判断，本月不单独判断" in text and "不足" not in text and "上限" not in text
    assert "不画控制限" in bulletin.months(m).chart.note
    m = paced(month_of, *pace, 140, 58, months=month_span("2023-03..2024-02"))
    text = str(bulletin.months(m).sentence)
    assert "1、2月合计为100件（春节在两月间移动），在限内。" in text
    assert "1、2月合计都在限内" in str(bulletin.issue_months(m).sentence)
    assert "1、2月合为一期，不画控制限" in bulletin.months(m).chart.note
    m = paced(month_of, *pace, 140, 140, months=month_span("2023-03..2024-02"))
    assert bulletin.months(m).chart.title == "1、2月合计日均140件，高于上限"


def test_from_24_months_limits_are_without_the_season(month_of):
    year = [100, 100, 104, 98, 103, 99, 101, 102, 160, 100, 97, 101]
    months = month_span("2022-10..2024-09")
    pace = [year[int(month[5:]) - 1] + at % 3 for at, month in enumerate(months)]
    m = paced(month_of, *pace, months=months)
    text = str(bulletin.months(m).sentence)
    assert "2023年10月至2024年9月的12个月中，按以前各月与上年同月之比" in text
    assert "在限内。" in text and "控制限已扣除季节" in text and "没有扣除季节" not in text
    assert "已扣除季节" in bulletin.months(m).chart.note and len(bulletin.months(m).frame.columns) == 24
    assert bulletin.months(m).chart.png.startswith(b"\x89PNG")
    assert "控制限已扣除季节" in str(bulletin.issue_months(m).sentence)


def test_this_month_is_judged_by_the_months_before_it(month_of):
    m = paced(month_of, *[10, 14] * 4, 10, 14, 60)
    text = str(bulletin.months(m).sentence)
    assert "由它们算得的试用控制限为" in text and "本月为60.0件，高于上限。" in text
    assert bulletin.months(m).chart.title == "本月日均60.0件，高于上限"
    assert bulletin.issue_months(m).chart.title == "巡游出租汽车本月高于试用控制限的上限"
    assert "红色为本月超出试用控制限" in bulletin.issue_months(m).chart.note
    assert "各图同一尺度" in bulletin.issue_months(m).chart.note


@pytest.mark.parametrize(
    ("pace", "told"),
    [((100, 101, 99, 100, 160), "高于上限。"), ((100, 110, 100, 110, 200), "高于上限。"), ((100, 110, 100, 110, 106), "在限内。"),
     (([10, 14] * 4 + [10, 60, 10]), "在限内。")],
)  # fmt: skip
def test_what_this_month_is_said_to_be(month_of, pace, told):
    text = str(bulletin.months(paced(month_of, *pace)).sentence)
    assert told in text and "波动" not in text and "连续" not in text


def test_the_year_so_far_with_and_without_last_year(month_with):
    m = month_with(*YEAR[3:])
    table = bulletin.year_to_date(m).table
    assert [column.head for column in table.columns] == ["业务类型", "本月", "1月至9月累计", "累计同比"]
    assert table.total["to_date"] == sum(int(base.by()["tickets"].iloc[0]) for base in m.history)
    assert table.total["tickets"] == 243909
    assert "没有上年1月至9月每个月的数据" in table.below[0] and "累计同比" not in repr(table)


def test_the_change_of_the_year_so_far_needs_every_month_of_last_year(month_of):
    head = "business_type | domain | issue | sub_issue | unit | tickets\n"
    m = month_of(head + "投诉举报 | 城市客运 | | | 沈阳 | 30")
    months = [Base(month, "tickets", m.counts) for month in month_span("2024-01..2024-08")]
    m.__dict__["history"] = (*months, m.history[-1])
    last = pd.DataFrame({"business_type": ["投诉举报", "信息咨询"], "tickets": [20, 5]})
    known = Base("2023-01", "published", None, {("business_type",): last})
    m.__dict__["year_before"] = tuple(replace(known, month=month) for month in month_span("2023-01..2023-09"))
    assert bulletin.year_to_date(m).table.cells() == [
        ["投诉举报", "30", "270", "+50.00"],
        ["信息咨询", "0", "0", "−100.00"],
        ["总计", "30", "270", "+20.00"],
    ]
    m.__dict__["year_before"] = ()
    assert [cells[-1] for cells in bulletin.year_to_date(m).table.cells()] == ["270", "270"]


def test_preparing_a_month_scans_what_its_notebooks_read(project_of):
    assert {"history", "long_history", "year_before", "annexes"} <= set(vars(prepare(MONTH, project_of(*YEAR))))
