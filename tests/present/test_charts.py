"""Charts draw what the frame says, from 0, and no two words in a picture meet, whatever a month brings."""

from decimal import Decimal
from functools import partial
from io import BytesIO
from itertools import combinations

import matplotlib.colors
import pandas as pd
import pytest
from PIL import Image

from hotline_lib.metrics import beside_scores
from hotline_lib.metrics import funnel as funnel_of
from hotline_lib.present import _chart as of_chart
from hotline_lib.present import _charts as charts
from hotline_lib.present import _fair as fair
from hotline_lib.present import _months as months
from hotline_lib.present import _patterns as patterns
from hotline_lib.present import _sampled as sampled_charts
from hotline_lib.present import _strips as strips
from hotline_lib.present import _style as style
from hotline_lib.present._chart import Chart, show
from hotline_lib.processes import COMPILED

UNITS = """省交投 479 217476 1796 167146 1
沈阳 2294 5025 229 7405 0
大连 2843 3614 315 4688 1
锦州 553 1089 41 2465 1
葫芦岛 375 789 13 1169 0
营口 402 654 18 1478 1
鞍山 441 575 4 1446 1
丹东 343 547 18 866 0
盘锦 287 580 3 1005 1
抚顺 200 454 1 701 0
朝阳 296 345 10 720 0
铁岭 259 236 30 692 1
本溪 181 307 1 535 0
辽阳 246 239 0 602 1
阜新 77 216 8 259 0"""
DEDUCTIONS = """盘锦 办结时长 1
锦州 万人工单 1
葫芦岛 万人工单 1
省交投 办结时长 2
大连 分类正确率 0.005 办结时长 2
抚顺 万人工单 1 办结时长 1
辽阳 万人工单 2 分类正确率 0.29
沈阳 办结时长 3
丹东 万人工单 1 办结时长 2
铁岭 万人工单 2 办结时长 1
本溪 万人工单 2 办结时长 2
鞍山 万人工单 2 办结时长 3
阜新 万人工单 3 办结时长 3
朝阳 万人工单 2 24小时办结率 4 办结时长 1
营口 万人工单 1 分类正确率 0.08 限时办结率 0.46 24小时办结率 4 5日办结率 2 办结时长 2"""


def september_units() -> pd.DataFrame:
    rows = [line.split() for line in UNITS.splitlines()]
    return units([(name, *map(int, numbers)) for name, *numbers in rows], group=["省交投"])


def units(rows: list[tuple], group: list[str] = ()) -> pd.DataFrame:
    """name, complaint, inquiry, suggestion, base (or None), significant (or None)."""
    frame = pd.DataFrame(rows, columns=["unit", "complaint", "inquiry", "suggestion", "yoy_base", "yoy_significant"])
    frame["kind"] = ["group" if unit in group else "city" for unit in frame["unit"]]
    frame["tickets"] = frame[["complaint", "inquiry", "suggestion"]].sum(axis=1)
    frame["of"] = frame["tickets"].sum()
    frame["yoy_base"] = frame["yoy_base"].astype("Int64")
    frame["yoy_significant"] = frame["yoy_significant"].astype("boolean")
    return frame


def contributions(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(difference=frame["tickets"] - frame["yoy_base"], significant=frame["yoy_significant"])


def types(*rows: tuple) -> pd.DataFrame:
    """name, tickets, yoy_base, mom_base."""
    frame = pd.DataFrame(rows, columns=["business_type", "tickets", "yoy_base", "mom_base"])
    return frame.assign(of=frame["tickets"].sum()).astype({"yoy_base": "Int64", "mom_base": "Int64"})


SEPTEMBER_TYPES = types(
    ("信息咨询", 232146, 178270, 260311), ("投诉举报", 9276, 11120, 11827), ("意见建议", 2487, 1312, 2925)
)


def deductions(text: str) -> pd.DataFrame:
    rows = []
    for line in text.splitlines():
        unit, *lost = line.split()
        rows += [(unit, label, Decimal(points)) for label, points in zip(lost[::2], lost[1::2], strict=True)]
    return pd.DataFrame(rows, columns=["unit", "label", "points"])


def scored(lost: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    sums = lost.groupby("unit")["points"].sum()
    frame = pd.DataFrame({"unit": names, "lost": [sums.get(name, Decimal(0)) for name in names]})
    frame["score"] = 100 - frame["lost"]
    return frame.assign(rank=[1 + sum(other < mine for other in frame["lost"]) for mine in frame["lost"]])


def similar(count: int, name: str = "某{}市") -> pd.DataFrame:
    return units([(name.format(n), 300 + n, 700, 20, 1000 - 3 * n, n % 2) for n in range(count)])


def no_base(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(
        yoy_base=pd.array([pd.NA] * len(frame), dtype="Int64"),
        yoy_significant=pd.array([pd.NA] * len(frame), dtype="boolean"),
    )


LONG = similar(5, "第{}区高速公路运营管理有限责任公司（省界收费站）")
UNIT_FRAMES = {
    "september": september_units(),
    "three": units([("甲", 1, 2, 3, 5, 0), ("乙", 0, 1, 0, 4, 0), ("丙", 0, 0, 0, 0, 0)]),
    "thirty alike": similar(30),
    "no base": no_base(september_units()),
    "no tickets": units([(name, 0, 0, 0, 0, 0) for name in "甲乙丙丁"], group=["甲"]),
    "one has all": units([("甲", 12_000_000, 90_000_000, 7, 1, 1), ("乙", 0, 0, 0, 9, 1)], group=["甲"]),
    "city has all": units([("甲", 0, 0, 0, 9, 1), ("乙", 12_000_000, 90_000_000, 7, 1, 1)], group=["甲"]),
    "only a group": units([("甲", 5, 6, 7, 9, 1)], group=["甲"]),
    "two groups": units([("甲", 5, 600, 7, 9, 1), ("丁", 5, 60, 7, 9, 1), ("乙", 5, 6, 7, 9, 1)], group=["甲", "丁"]),
    "long names": LONG,
    "ninefold": units([("甲", 900, 91, 9, 100, 1), ("乙", 100, 10, 1, 110, 0), ("丙", 1, 1, 1, 3000, 1)]),
}
TYPE_FRAMES = {
    "september": SEPTEMBER_TYPES,
    "single": types(("信息咨询", 10, 5, 20)),
    "no base": types(("信息咨询", 232146, None, None), ("投诉举报", 9276, None, None)),
    "some base": types(("信息咨询", 232146, None, 200000), ("投诉举报", 9276, 0, None)),
    "no tickets": types(("信息咨询", 0, 0, 0), ("投诉举报", 0, 5, 0)),
    "ninefold": types(("信息咨询", 10000, 1000, 990), ("投诉举报", 10, 5000, 7000), ("意见建议", 8000, 7999, 8001)),
    "only down": types(("信息咨询", 100, 1000, 990), ("投诉举报", 10, 5000, 7000)),
    "halves": types(("信息咨询", 1_200_000, 1_000_000, 990_000), ("投诉举报", 640_000, 5000, 7000)),
    "no change": types(("信息咨询", 100, 100, 100)),
    "eight long": types(*[(f"公路、水路、民航、铁路和邮政等第{n}领域", 1000 - n, 900 + n, 1100) for n in range(8)]),
}
SEPTEMBER_LOST = deductions(DEDUCTIONS)
LOST = {
    "september": SEPTEMBER_LOST,
    "slivers": deductions("甲 分类正确率 0.01 即时答复率 0.02\n乙 分类正确率 30"),
    "thirty": deductions("\n".join(f"某{n}市 一次办结率 {n} 差评整改率 1.5" for n in range(1, 31))),
    "long names": deductions("\n".join(f"{unit} 五日内办结率指标 2" for unit in LONG["unit"])),
}
SCORE_FRAMES = {name: (scored(lost, [*lost["unit"].unique()]), lost) for name, lost in LOST.items()}
SCORE_FRAMES["nothing lost"] = (scored(SEPTEMBER_LOST[:0], ["甲", "乙"]), SEPTEMBER_LOST[:0])

NAMES = UNITS.split()[::6]


def sampled(units: list[str], problems: list[int], drawn: list[int]) -> pd.DataFrame:
    """Units in the order of their score, each with a sample."""
    frame = pd.DataFrame(
        {"unit": units, "problems": problems, "sampled": drawn, "answered": drawn, "code": range(len(units))}
    )
    share = frame["problems"] / frame["sampled"].where(frame["sampled"] > 0)
    frame["rank"] = share.rank(method="min").astype("Int64")
    scores = pd.DataFrame({"unit": units, "score": [Decimal(100 - n) for n in range(len(units))]})
    return beside_scores(frame, scores.assign(rank=range(1, len(units) + 1)))


MANY = [f"某{n}市" for n in range(30)]
SAMPLES = {
    "september": sampled(NAMES, [0, 0, 0, 0, 3, 0, 0, 3, 0, 1, 1, 4, 1, 0, 0], [4] * 15),
    "three": sampled(["甲", "乙", "丙"], [0, 1, 0], [4, 4, 4]),
    "all clean": sampled(NAMES, [0] * 15, [4] * 15),
    "all bad": sampled(NAMES, [4] * 15, [4] * 15),
    "thirty": sampled(MANY, [n % 9 for n in range(30)], [8] * 30),
    "thirty ranks": sampled(MANY, list(range(30)), [30] * 30),
    "other sizes": sampled(["甲", "乙", "丙", "丁"], [0, 1, 2, 9], [1, 10, 4, 9]),
    "large": sampled(["甲", "乙"], [120, 0], [1200, 1400]),
    "one has none": sampled(["甲", "乙", "丙"], [0, 0, 2], [4, 0, 4]),
    "one alone": sampled(["甲"], [0], [4]),
    "long names": sampled(list(LONG["unit"]), [0, 3, 1, 2, 0], [10] * 5),
}
COLUMNS = {
    "month": ([7561, 7703, 11220, *range(7000, 7027)], ["1日", *[""] * 8, "10日", *[""] * 19, "30日"]),
    "peak at the edge": ([90000, *[5] * 23], ["0时", *[""] * 22, "23时"]),
    "peak at the end": ([*[5] * 23, 1_234_567], ["0时", *[""] * 22, "23时"]),
    "one call": ([0, 1, 0], ["甲", "乙", "丙"]),
    "nothing": ([0, 0], ["甲", "乙"]),
}

TWELVE = ["10月", "11月", "12月", *[f"{n}月" for n in range(1, 10)]]
YEARS = ["2023年", "", "", "2024年", *[""] * 8]


def levels(*values: int, low: int = 0, high: int = 0, years: list[str] = YEARS, red: tuple[int, ...] = ()):
    """The words of a chart of months; without ``high`` it has no lines."""
    number, middle = len(values), (low + high) / 2
    lines = [months.Level(high, f"上限 {high:,}"), months.Level(middle, f"平均 {middle:,.0f}", True)]
    lines = [*lines, months.Level(low, f"下限 {low:,}")] if high else []
    outside = [at in red for at in range(number)]
    words = [f"{value:,}" for value in values]
    return months.levels(values, words, TWELVE[-number:], years[:number], lines=lines, outside=outside)


LEVELS = {
    "a year": ((7304, 5844, 6116, 6607, 8689, 6637, 7229, 8016, 7803, 8323, 8873, 8130), {"low": 5103, "high": 9825}),
    "limits near each other": (
        (100, 101, 100, 101, 100, 100),
        {"low": 99, "high": 102, "years": ["2024年", *[""] * 5]},
    ),
    "two outside beside each other": (
        (1000,) * 10 + (2000, 2010),
        {"low": 900, "high": 1100, "red": (10, 11), "years": ["2023年", "2024年", *[""] * 10]},
    ),
    "all outside": ((90_000, 1_234_567) * 6, {"low": 300_000, "high": 300_001, "red": tuple(range(12))}),
    "four": ((8, 9, 7, 8), {"years": ["2024年", "", "", ""]}),
    "two": ((8873, 8130), {"years": ["2023年", "2024年"]}),
    "nothing": ((0,) * 12, {}),
}


def panel(name: str, *values: int) -> months.Panel:
    return months.Panel(name, values, f"{values[-1]:,}", f"2023年10月 {max(values):,}")


PANELS = {
    "four": [panel("高速公路", *range(7000, 7012)), panel("城市客运", *[500] * 12), *[panel("道路", *[0] * 12)] * 2],
    "two months": [panel("甲", 9, 7), panel("乙", 7, 9), panel("丙", 0, 1)],
    "peak at the left": [panel("公路、水路、民航、铁路和邮政等第一领域", 9_999_999, *[5] * 11)],
    "peak at the right": [panel("甲", *[5] * 10, 9_999_999, 5)],
}


def strip(
    name: str, now: list[int], before: list[int] = (), missing: range = range(0), total: str = ""
) -> strips.Strip:
    """A unit's days; the last month's total as tickets, or as ``total`` where only the bulletin knows it."""
    return strips.Strip(
        name, now, f"{sum(now):,}", before, f"{sum(before):,}" if before else total, missing, any(missing)
    )


STRIPS = {
    "september": (
        [strip(name, [30] * 30, [40] * 31, range(15, 30)) for name in [*NAMES, "全部"]],
        "9月", "8月",
    ),
    "no last month": ([strip("甲", [0] * 28, missing=range(28)), strip("全部", [0] * 28)], "2月", ""),
    "its bulletin": ([strip("甲", [5] * 31, total="7"), strip("全部", [5] * 31, total="12,345,678")], "12月", "11月月报"),
    "long names": ([strip(unit, [9_999_999] * 31, [8] * 31) for unit in [*LONG["unit"], "全部"]], "10月", "9月"),
    "thirty": ([strip(name, [n] * 31, [1] * 30) for n, name in enumerate(MANY)], "10月", "9月"),
}  # fmt: skip


def rates(*rows: tuple[str, int, int]) -> pd.DataFrame:
    return funnel_of(pd.DataFrame(rows, columns=["unit", "numerator", "denominator"]))


FUNNELS = {
    "apart": rates(("甲", 90, 100), ("乙", 190, 200), ("丙", 270, 300), ("丁", 390, 400), ("戊", 410, 500)),
    "nearly full": rates(*[(name, n - (n == 218) * 40, n) for name, n in zip(NAMES, range(200, 230, 2), strict=True)]),
    "long names": rates(*[(name, 90 + at, 100) for at, name in enumerate(LONG["unit"])]),
    "thirty": rates(*[(name, 90 + at % 9, 100 + 40 * at) for at, name in enumerate(MANY)]),
}

PICTURES = [
    *[
        pytest.param(
            partial(fair.funnel, head="24小时办结率（%）", size="计入的工单", factor=100),
            (frame,),
            id=f"funnel: {name}",
        )
        for name, frame in FUNNELS.items()
    ],
    *[pytest.param(strips.strips, shown, id=f"strips: {name}") for name, shown in STRIPS.items()],
    *[pytest.param(sampled_charts.intervals, (frame,), id=f"intervals: {name}") for name, frame in SAMPLES.items()],
    *[pytest.param(sampled_charts.ranks, (frame,), id=f"ranks: {name}") for name, frame in SAMPLES.items()],
    *[pytest.param(lambda v, o: levels(*v, **o), each, id=f"months: {name}") for name, each in LEVELS.items()],
    *[
        pytest.param(
            lambda parts, c: months.panels(parts, ["2023年10月", *TWELVE[1:]][: len(parts[0].values)], common=c),
            (parts, common),
            id=f"panels: {name}, {common}",
        )
        for name, parts in PANELS.items()
        for common in (True, False)
    ],
    *[pytest.param(patterns.columns, shown, id=f"columns: {name}") for name, shown in COLUMNS.items()],
    *[pytest.param(charts.units, (frame,), id=f"units: {name}") for name, frame in UNIT_FRAMES.items()],
    *[
        pytest.param(charts.contributions, (contributions(frame),), id=f"contributions: {name}")
        for name, frame in UNIT_FRAMES.items()
    ],
    *[pytest.param(charts.types, (frame,), id=f"types: {name}") for name, frame in TYPE_FRAMES.items()],
    *[pytest.param(charts.scores, frames, id=f"scores: {name}") for name, frames in SCORE_FRAMES.items()],
]


def words_of(figure) -> list:
    return [text for axes in figure.axes for text in axes.texts if text.get_text().strip()]


def said(figure) -> list[str]:
    return [text.get_text() for text in words_of(figure)]


def box_of(text):
    text.set_bbox(None)  # the white ground behind words may touch
    return text.get_window_extent()


@pytest.mark.parametrize(("draw", "frames"), PICTURES)
def test_no_two_words_meet_and_none_leaves_the_picture(draw, frames):
    figure = draw(*frames)
    with style.drawing():
        figure.canvas.draw()
    boxes = [(text.get_text(), box_of(text)) for text in words_of(figure)]
    width, height = figure.canvas.get_width_height()
    outside = [words for words, box in boxes if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1]
    meeting = [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5
    ]
    assert (outside, meeting) == ([], [])


@pytest.mark.parametrize(("draw", "frames"), PICTURES)
def test_no_word_is_smaller_than_the_floor(draw, frames):
    assert min(text.get_fontsize() for text in words_of(draw(*frames))) >= 11.5 * 0.75


@pytest.mark.parametrize(
    ("draw", "frames"), [(charts.units, (september_units(),)), (charts.scores, SCORE_FRAMES["september"])]
)
def test_the_same_frame_gives_the_same_small_picture(draw, frames):
    first, second = style.png(draw(*frames)), style.png(draw(*frames))
    assert first == second
    assert len(first) <= 50_000


def test_what_was_found_is_printed_once_a_unit_most_problems_first():
    words = said(sampled_charts.intervals(SAMPLES["september"]))
    assert [word for word in words if "/4" in word or word == "未发现"] == [
        "4/4",
        "3/4",
        "3/4",
        *["1/4"] * 3,
        *["未发现"] * 9,
    ]
    assert "样本合计 13/60" in words
    assert "抽检4件" in words
    assert said(sampled_charts.intervals(SAMPLES["one has none"])).count("未抽检") == 1


def test_of_a_funnel_who_stands_out_is_named_and_of_the_others_whose_name_has_room():
    named = lambda kind: [
        word for word in said(fair.funnel(FUNNELS[kind], head="率", size="工单")) if word in set(FUNNELS[kind]["unit"])
    ]
    assert sorted(named("apart")) == sorted(FUNNELS["apart"]["unit"])
    beyond = FUNNELS["nearly full"].set_index("denominator").loc[218]
    assert beyond["beyond"] == "low" and named("nearly full")[0] == beyond["unit"]
    assert 1 < len(named("nearly full")) < len(NAMES)


def test_a_large_sample_is_not_drawn_ticket_by_ticket():
    assert "抽检" not in "".join(said(sampled_charts.intervals(SAMPLES["large"])))


def test_only_ranks_that_contradict_each_other_are_coloured():
    colours = {text.get_text(): text.get_color() for text in words_of(sampled_charts.ranks(SAMPLES["september"]))}
    named = {colour: {name for name in NAMES if colours[name] == colour} for colour in (style.ACCENT, style.BLUE)}
    assert named == {style.ACCENT: {NAMES[4], NAMES[7]}, style.BLUE: {NAMES[13], NAMES[14]}}
    alike = words_of(sampled_charts.ranks(SAMPLES["all clean"]))
    assert not {text.get_color() for text in alike} & {style.ACCENT, style.BLUE}


def test_the_highest_column_has_its_value():
    assert "16日 11,220" in said(patterns.columns([5, 11220], ["", ""], peak="16日"))
    assert "10,000" in said(patterns.columns([5, 11220], ["", ""]))
    assert said(patterns.columns([0, 0], ["", ""])) == ["0"]


def test_this_month_is_dark_what_is_outside_red_and_has_its_value():
    figure = levels(*[1000] * 10, 2000, 1000, low=900, high=1100, red=(10,))
    patches = figure.axes[0].patches
    red, dark, light = ([each] for each in (style.ACCENT, style.BLUE, style.BLUE2))
    assert [matplotlib.colors.to_hex(patch.get_facecolor()).upper() for patch in patches] == light * 10 + red + dark
    assert {"上限 1,100", "平均 1,000", "下限 900", "2,000"} <= set(said(figure))


def test_panels_have_one_scale_or_each_its_own():
    def heights(common: bool) -> list[float]:
        figure = months.panels([panel("甲", 100, 50), panel("乙", 10, 5)], ["8月", "9月"], common=common)
        ends = [patch.get_xy()[:, 1] for patch in figure.axes[0].patches]
        return [round(float(max(y) - min(y)), 3) for y in ends]

    one, own = heights(True), heights(False)
    assert one[2] == pytest.approx(one[0] / 10) and own[2] == own[0] == one[0]


def test_bars_of_units_begin_at_zero_and_are_as_long_as_their_tickets():
    figure = charts.units(similar(3))
    _layer, bars = figure.axes
    assert bars.get_xlim() == (0, 1022)
    assert [patch.get_x() for patch in bars.patches] == [0] * 6
    assert [patch.get_width() for patch in bars.patches] == [1020, 1021, 1022, 300, 301, 302]


def test_units_are_drawn_in_the_order_of_the_table():
    names = set(september_units()["unit"])
    assert [words for words in said(charts.units(september_units())) if words in names] == SEPTEMBER_ORDER


SEPTEMBER_ORDER = [line.split()[0] for line in UNITS.splitlines()][1:]


def test_the_group_is_context_and_the_cities_are_opened():
    words = said(charts.units(september_units(), whole="全省"))
    assert "全省 243,909 件" in words
    assert "省交投  219,751  90.10%" in words
    assert "14市  24,158  9.90%" in words
    assert "放大：14市" in words


def test_without_a_group_there_is_nothing_to_open():
    assert not any("放大" in words for words in said(charts.units(similar(3))))


def test_only_changes_that_counts_tell_from_chance_have_a_mark():
    words = said(charts.units(september_units()))
    assert (words.count("▲"), words.count("▼")) == (1, 6)
    assert words.count("▲") + words.count("▼") == september_units()["yoy_significant"][1:].sum()


def test_contributions_are_of_cities_most_gained_first():
    names = set(september_units()["unit"])
    shown = [words for words in said(charts.contributions(contributions(september_units()))) if words in names]
    assert "省交投" not in shown
    assert (shown[0], shown[-1]) == ("大连", "锦州")


def test_changes_of_which_none_is_known_are_left_out_and_one_that_is_missing_prints_a_dash():
    assert not {"—", "同比（%）"} & set(said(charts.units(no_base(similar(3)))))
    some = similar(3)
    some.loc[0, "yoy_base"] = None
    assert said(charts.units(some)).count("—") == 1
    assert said(charts.contributions(contributions(no_base(similar(3))))).count("—") == 3
    assert said(charts.types(TYPE_FRAMES["some base"])).count("—") == 1
    assert "增减（%）" not in said(charts.types(TYPE_FRAMES["no base"]))


def test_changes_of_types_are_printed_as_the_table_prints_them():
    words = said(charts.types(SEPTEMBER_TYPES))
    assert "同比 +30.22" in words
    assert "环比 −10.82" in words
    assert "232,146  95.18%" in words


def test_lost_points_of_one_kind_stand_together_and_call_for_attention():
    words = said(charts.scores(*SCORE_FRAMES["september"]))
    assert "限时、24小时、5日办结率 6.46" in words
    assert "24小时办结率 4" in words
    assert "其中分类正确率 0.29" in words
    red = [
        patch for axes in charts.scores(*SCORE_FRAMES["september"]).axes for patch in axes.patches
        if patch.get_facecolor()[:3] == pytest.approx((0xB3 / 255, 0x26 / 255, 0x1E / 255))
    ]  # fmt: skip
    assert len(red) == 2


def test_an_indicator_whose_bars_are_too_short_is_named_above_them():
    lost = deductions("甲 分类正确率 0.5\n乙 一次办结率 30 分类正确率 1")
    words = said(charts.scores(scored(lost, ["甲", "乙"]), lost))
    assert "分类正确率" in words
    assert "一次办结率 30" in words


def test_chart_goes_out_as_words_then_picture(capsys, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **options: shown.append((data, options)))
    chart = Chart(charts.types(SEPTEMBER_TYPES), number=1, title="咨询<增>", note="读法", alt='图1 业务类型："三类"')
    chart._ipython_display_()
    (words, _), (picture, options) = shown
    assert words["text/html"] == (
        '<div class="figure-head"><p class="figure-title" style="margin:0;font-weight:600">图1　咨询&lt;增&gt;</p>'
        '<p class="figure-note" style="margin:0;color:#56606A">读法</p></div>'
    )
    assert "object at" not in words["text/plain"]
    assert set(picture) == {"image/png"}
    width, height = chart.size
    about = {"alt": '图1 业务类型："三类"', "width": width, "height": height, "figure": "图1"}
    assert options["metadata"] == {"image/png": about}
    assert width == 440


def test_an_analysts_own_figure_goes_into_the_page():
    import seaborn
    from matplotlib import pyplot

    axes = seaborn.barplot(x=["沈阳", "大连"], y=[3, 5])
    axes.set_title("受理件数")
    chart = show(axes.figure, "沈阳3件，大连5件")
    assert not pyplot.get_fignums(), "Jupyter would show it twice"
    picture = Image.open(BytesIO(chart.png))
    assert picture.format == "PNG" and picture.mode == "P"
    assert picture.width == pytest.approx(chart.size[0] * style.SCALE, abs=2)
    assert chart.alt == "沈阳3件，大连5件" and repr(chart) == "沈阳3件，大连5件"


@pytest.fixture
def drawings(monkeypatch, tmp_path):
    """What was really drawn, in processes of a run that keep pictures for each other."""
    drawn, png = [], style.png
    monkeypatch.setenv(COMPILED, str(tmp_path))
    monkeypatch.setattr(of_chart.style, "png", lambda figure: drawn.append(figure) or png(figure))
    return drawn


def test_the_processes_of_a_run_draw_a_picture_once(drawings, monkeypatch):
    alike = lambda frame=SEPTEMBER_TYPES, **more: Chart(partial(charts.types, frame.copy(), **more), title="", alt="")
    first, again = alike(), alike()
    assert (first.png, first.size) == (again.png, again.size) and len(drawings) == 1
    more = SEPTEMBER_TYPES.assign(tickets=SEPTEMBER_TYPES["tickets"] + 1)
    renamed = SEPTEMBER_TYPES.rename(columns={"business_type": "domain"})
    others = [alike(more), alike(renamed, name="domain")]
    assert len({first.png, *(chart.png for chart in others)}) >= 2 and len(drawings) == 3
    with matplotlib.rc_context({"lines.linewidth": 9}):  # a notebook may set what all that it draws looks like
        assert alike().png and len(drawings) == 4
    monkeypatch.delenv(COMPILED)
    assert alike().png == first.png and len(drawings) == 5, "outside a run nothing is kept"


@pytest.mark.parametrize("spoilt", [b"", b"PNG", b"\x80\x04."])
def test_a_kept_picture_that_is_spoilt_is_drawn_again(drawings, tmp_path, spoilt):
    chart = Chart(partial(charts.types, SEPTEMBER_TYPES), title="", alt="")
    whole = chart.png
    (file,) = tmp_path.iterdir()
    file.write_bytes(spoilt)
    assert Chart(partial(charts.types, SEPTEMBER_TYPES), title="", alt="").png == whole and len(drawings) == 2


def test_what_cannot_be_told_apart_is_drawn_each_time(drawings, tmp_path):
    unknown = partial(charts.types, SEPTEMBER_TYPES.assign(own=[lambda: None] * len(SEPTEMBER_TYPES)))
    for picture in (lambda: charts.types(SEPTEMBER_TYPES), partial(_of_a_notebook, SEPTEMBER_TYPES), unknown):
        assert Chart(picture, title="", alt="").png
    assert len(drawings) == 3 and not list(tmp_path.iterdir())


def _of_a_notebook(rows: pd.DataFrame):
    """Another notebook may have another function of this name."""
    return charts.types(rows)
