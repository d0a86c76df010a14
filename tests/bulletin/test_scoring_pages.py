"""04 and 05, and 01's calls: true sentences for the printed month, for other samples, other schemes, and no sample."""

from dataclasses import replace

import pandas as pd
import pytest
from support import MONTH, drawn

from hotline_lib import bulletin, open_month
from hotline_lib.beside import read_spot_checks
from hotline_lib.bulletin import _figures as figures
from hotline_lib.errors import UnknownValueError
from hotline_lib.exact import half_up

HEAD = "business_type | domain | issue | sub_issue | unit | tickets\n"
ONE = HEAD + "信息咨询 | 城市客运 | | | 沈阳 | 10"
DRAWN = "ticket_id | unit | drawn | called_back | closed | satisfied\n"


@pytest.fixture(scope="module")
def m(september):
    return open_month(MONTH, september)


def cells(m, name: str) -> dict[str, list[str]]:
    """A table's printed rows by unit."""
    table = getattr(bulletin, name)(m).table
    at = [column.value for column in table.columns if column.in_page].index("unit")
    return {row[at]: row for row in table.cells()}


def sample(*tickets: tuple[str, int, int]) -> str:
    """unit, drawn, bad."""
    rows = [(unit, n < bad) for unit, of, bad in tickets for n in range(of)]
    return DRAWN + "\n".join(
        f"t{at} | {unit} | random | {answer} | {answer} | {answer}"
        for at, (unit, bad) in enumerate(rows)
        for answer in ["no" if bad else "yes"]
    )


def test_leads_have_a_number_and_at_most_fifty_characters(m):
    for make in (bulletin.contributions, bulletin.domains, bulletin.scores, bulletin.spot_checks):
        lead = str(make(m).lead)
        assert any(letter.isdigit() for letter in lead)
        assert len(lead.rstrip("。")) <= 50
    assert len(str(bulletin.top_issues(m, "complaint").lead)) <= 51
    assert str(bulletin.scores(m).lead) == (
        "15个单位的差距来自6项指标，其余11项均未失分；平均办结时长失23分，万人工单数量失18分。"
    )


def test_points_lost_are_ordered_and_add_up_both_ways(m):
    table = bulletin.points_lost(m).table
    rows = cells(m, "points_lost")
    assert rows["营口"] == ["15", "营口", "2", "1", "4", "2", "0.46", "0.08", "9.54", "90.46"]
    assert rows["合计"] == ["", "合计", "23", "18", "8", "2", "0.46", "0.375", "51.83", ""]
    html = table._repr_html_()
    assert html.count("heat5") == 2  # 朝阳 and 营口: four points for 24 hours
    assert "大连的各项失分之和" in html


def test_the_worst_unit_is_named_with_what_cost_it_most_and_how_few_tickets_that_was(m):
    assert str(bulletin.points_lost(m).sentence) == "营口市得分最低，失9.54分，其中24小时办结率失4分（3件未达标）。"


def test_points_are_explained_one_by_one(m):
    x = bulletin.points_explained(m)
    scores = figures.scores(m).set_index("unit")
    rows = x.frame[x.frame["indicator"] != "合计"]
    for unit, own in rows.groupby("unit"):
        assert (
            half_up(1000 * sum(own["points"]), 1000) == half_up(1000 * scores.loc[unit, "lost"], 1000) or unit == "大连"
        )
        for row in own[own["missed"].notna()].itertuples():
            assert len(m.behind(unit, row.indicator)) == row.missed
    sums = x.frame[x.frame["indicator"] == "合计"].set_index("unit")["points"]
    assert sums["营口"] == scores.loc["营口", "lost"] and "盘锦" not in sums  # one loss is its own sum
    printed = {(row[0], row[1]): row[2:] for row in x.table.cells()}
    assert printed["朝阳", "24小时办结率"] == ["99.67%", "4", "1", "4", "·", "8", "达到100%，差0.33个百分点，多得4分"]
    assert printed["盘锦", "平均办结时长"][-1] == "低于60分钟，差174.41分钟，多得1分"
    assert printed["锦州", "万人工单数量"][-1] == "—"  # never more calls as advice
    assert "未达标的再少1件就能多得分的：朝阳市24小时办结率1件未达标，少1件多得4分；" in str(x.sentence)
    assert "m.behind" not in "".join(x.table.notes) and x.table.csv().startswith(
        "unit,points,missed,one_less,one_more,"
    )


def test_a_unit_sees_its_own_points_and_what_would_cost_some(m):
    x = bulletin.unit_points(m, "盘锦市")
    assert [row[0] for row in x.table.cells()] == [
        "平均办结时长",
        "工单分类正确率",
        "限时办结率",
        "24小时办结率",
        "5日办结率",
    ]
    assert str(x.sentence).startswith("4项现在不失分，但再有1件未达标就会失分：24小时办结率失4分，5日办结率失2分")
    own = bulletin.unit_points(m, "营口")
    assert own.table.cells()[-1][:3] == ["合计", "", "9.54"]
    assert "5日办结率1件未达标，少1件多得2分" in str(own.sentence)


def test_a_unit_without_tickets_has_no_points_to_explain(month_of):
    x = bulletin.unit_points(month_of(ONE), "阜新")
    assert "万人工单数量" in str(x.table) or not str(x.table)


def test_the_province_has_a_line_of_its_own_on_the_page_and_none_in_the_csv(m):
    table = bulletin.indicators(m).table
    *_, last = table.cells()
    assert last[:3] == ["", "全省", ""]
    rates = m.rates[m.rates["indicator"] == "complaint_24h_rate"]
    assert rates["denominator"].sum() - rates["numerator"].sum() == 4  # of 朝阳 1, of 营口 3
    at = [column.value for column in table.columns if column.in_page].index("complaint_24h_rate")
    assert last[at] == "99.96"
    assert "全省" not in table.csv()
    assert len(table.csv().splitlines()) == 16


def test_one_units_rates_do_not_see_two_fifths_of_its_tickets(m):
    rows = cells(m, "unsubmitted")
    accepted, submitted, unsubmitted = (int(cell.replace(",", "")) for cell in rows["营口"][1:4])
    assert (accepted, accepted - submitted) == (1074, unsubmitted)
    assert 40 <= float(rows["营口"][4]) <= 50
    assert next(iter(rows)) == "营口"
    assert max(float(row[4]) for unit, row in rows.items() if unit != "营口") < 3
    assert "营口市占比最高，受理1074件" in str(bulletin.unsubmitted(m).sentence)


def test_what_rates_could_be_with_what_was_not_submitted(m):
    x = bulletin.possible_rates(m)
    assert set(x.frame["unit"]) == {"营口"}
    row = x.frame.set_index("indicator").loc["complaint_24h_rate"]
    left = int(figures.unsubmitted(m).set_index("unit").loc["营口", "part"])
    assert row["worst"] == half_up(100 * 215, 218 + left) and row["best"] == half_up(100 * (215 + left), 218 + left)
    assert row["worst"] < row["value"] <= row["best"]
    assert f"未上报的{left}件若全不合格为" in str(x.sentence)


def test_who_needs_help_and_with_what(m):
    rows = cells(m, "needs_help")
    assert list(rows) == ["营口", "朝阳", "阜新", "鞍山", "沈阳", "大连"]  # the last first
    assert rows["营口"][2].startswith("未上报492件，占45.81%") and "24小时办结率失4分（3件未达标）" in rows["营口"][2]
    assert rows["朝阳"][3:] == ["1", "照常办好，24小时办结率多得4分"]
    assert rows["大连"][2:] == ["抽检4件，3件有问题", "", "—"] or rows["大连"][3] in ("", "—")
    said = str(bulletin.needs_help(m).sentence)
    assert said.startswith("15个单位中，营口市、朝阳市、阜新市、鞍山市、沈阳市、大连市需要帮助。营口市：未上报492件")
    assert "朝阳市：24小时办结率失4分（1件未达标）；如有1件照常办好，24小时办结率多得4分。" in said


def test_bands_and_how_sure_ranks_are(m):
    rows = cells(m, "bands")
    assert [rows[unit][0] for unit in ("盘锦", "本溪", "鞍山", "营口")] == ["1", "1", "2", "2"]
    assert rows["锦州"][2:4] == ["1", "99.00"]
    for row in rows.values():
        low, high = map(int, row[4].split("–"))
        assert low <= int(row[2]) <= high
    assert "分为两档" in str(bulletin.bands(m).sentence)
    assert bulletin.bands(m).chart.png.startswith(b"\x89PNG")


def test_what_a_point_takes(m):
    x = bulletin.what_it_takes(m)
    assert "营口市如有1件工单照常办好，限时办结率、5日办结率可多得2.46分；朝阳市如有1件工单" in str(x.sentence)
    assert "万人工单数量" not in str(x.table) and "多受理工单、断网时长等不是办好工单，不列" in "".join(x.table.notes)
    rows = [row for row in x.table.cells() if row[0] == "铁岭"]
    assert [row[2] for row in rows] == ["多得1分、进位"]  # one row for what wins both
    ids = set(m.behind("营口", "complaint_24h_rate")["ticket_id"])
    (line,) = [
        line for line in x.table.csv().splitlines() if line.startswith("营口") and "24小时办结率、5日办结率" in line
    ]
    assert set(line.split(",")[-1].split()) == ids


def test_funnels_tell_who_stands_out(m):
    assert (
        str(bulletin.funnel(m, "complaint_24h_rate").sentence)
        == "14个市中，营口24小时办结率明显偏低，其余未超出偶然波动范围。"
    )
    assert "各有高低，都未超出各市之间通常的差别" in str(bulletin.funnel(m).sentence)
    assert "省交投" not in set(bulletin.funnel(m, "tickets").frame["unit"])
    full = bulletin.funnel(m, "bad_review_fixed_rate")
    assert (
        str(full.sentence) == "可比差评整改率的市只有2个，不足5个，看不出谁明显偏高或偏低。"
        and not str(full.chart)
        and not str(full.table)
    )
    with pytest.raises(UnknownValueError, match="没有名为"):
        bulletin.funnel(m, "complaint_mean_minutes")


def test_a_funnel_of_nothing_says_why(m):
    """Few cities are not cities that are all alike, nor are rates at 0 or full rates without a ticket."""
    said = lambda month, *of: str(bulletin.funnel(month, *of).sentence)
    two = m.params.model_copy(update={"units": m.params.units[:3]})
    assert said(replace(m, params=two)) == "可比万人投诉的市只有2个，不足5个，看不出谁明显偏高或偏低。"
    assert said(m, "complaint_satisfaction_rate") == "回访满意率各市都为0或都满，没有可比的差别。"
    quiet = replace(m, counts=m.counts[m.counts["role"] != "complaint"])
    assert said(quiet) == "万人投诉各市都为0，没有可比的差别。"


def test_a_picture_calls_complaints_what_the_province_calls_them(m):
    catalogue = m.params.catalogue
    types = [
        each.model_copy(update={"name": "申诉"}) if each.role == "complaint" else each
        for each in catalogue.business_types
    ]
    params = m.params.model_copy(update={"catalogue": catalogue.model_copy(update={"business_types": tuple(types)})})
    counts = m.counts.assign(business_type=m.counts["business_type"].replace("投诉举报", "申诉"))
    chart = bulletin.units(replace(m, params=params, counts=counts)).chart
    assert "深色为申诉" in repr(chart) and "深色为投诉举报" not in repr(chart)


def test_times_say_what_the_mean_hides(m):
    rows = cells(m, "handling")
    assert rows["营口"][1:3] == ["218", "453.47"] and rows["营口"][6:] == ["98.62", "99.54"]  # as Annex 1 has them
    assert float(rows["沈阳"][6]) == 100
    assert str(bulletin.handling(m).sentence)


def test_section_three_reads_as_printed(m):
    assert str(bulletin.spot_checks(m).sentence).endswith(
        "部分地市存在“报送回访率、办结率和满意率与实际情况不一致”的问题，如沈阳、大连、鞍山、本溪、阜新、铁岭市（详见附件2）。"
    )
    assert str(bulletin.spot_checks(m).lead) == (
        "抽检60件，13件与上报不符，涉及6个单位；其余9个单位未发现问题，但各抽4件不足以证明没有问题。"
    )
    note = str(bulletin.spot_checks(m).note)
    for words in ("高到60.2%", "−0.25（15个单位，精确检验p=0.27），看不出两者有关"):
        assert words in note


def test_nobody_is_called_full_for_four_clean_tickets(m):
    rows = cells(m, "spot_checks")
    assert rows["营口"][2:4] == ["未发现问题（0/4）", "0.0–60.2"]
    assert rows["沈阳"][2:4] == ["3/4", "19.4–99.4"]
    assert rows["沈阳"][-1] == "JT2101002024091251871581、JT2101002024091451873122等3个"
    assert rows["营口"][4:6] == ["100.00", "100.00"]  # what it reported
    assert "回访" not in "".join(c.group for c in bulletin.spot_checks(m).table.columns)  # three columns that are one


def test_ranks_that_contradict_each_other_are_named(m):
    alt = bulletin.score_ranks(m).chart.alt
    for words in ("大连总分98.00，抽检3/4", "沈阳总分97.00，抽检3/4", "朝阳总分93.00，抽检未发现问题（0/4）"):
        assert words in alt
    frame = bulletin.score_ranks(m).frame
    assert frame.loc[frame["contrary"], "unit"].tolist() == ["朝阳", "沈阳", "大连"]


def test_a_score_that_speaks_of_half_the_tickets_is_held_against_no_sample(m):
    """营口 left 46 % unsubmitted and is last: that its four drawn tickets were good contradicts nothing."""
    assert bulletin.score_ranks(m).chart.note.endswith("；营口未上报多，不作对照")
    assert "营口总分" not in bulletin.score_ranks(m).chart.alt
    (told,) = (str(each.text) for each in bulletin.findings(m).found if "抽检" in str(each.title))
    assert "朝阳列第14位，4件未发现问题" in told
    assert "营口" not in told


def test_a_month_without_spot_checks_says_so_and_shows_nothing(month_of, m):
    leads_only = DRAWN + "1 | 沈阳 | lead | no | no | no"
    for empty, said in (
        (month_of(ONE), "没有抽检记录"),
        (month_of(ONE, spot_checks=leads_only), "没有随机抽检，只复查了线索"),
        (replace(m, spot_checks=None), "没有抽检记录"),
    ):
        assert str(bulletin.spot_checks(empty).lead) == f"9月份{said}。"
        assert "未经核实" in str(bulletin.spot_checks(empty).sentence)
        assert str(bulletin.spot_checks(empty).note) == ""
        assert (
            bulletin.spot_checks(empty).table._repr_html_() == '<p class="sentence">没有随机抽检的记录，附件2从略。</p>'
        )
        for make in (bulletin.spot_checks, bulletin.score_ranks):
            assert make(empty).chart._repr_html_() == ""


def test_samples_of_other_sizes_and_a_unit_without_one(month_of):
    m = month_of(ONE, spot_checks=sample(("沈阳", 12, 1), ("大连", 3, 0), ("省交投", 5, 2)))
    assert str(bulletin.spot_checks(m).sentence) == (
        "9月份共抽检工单20件，3个单位每个3至12件，另有12个单位没有抽检。"
        "部分单位存在“报送回访率、办结率和满意率与实际情况不一致”的问题，如省交投、沈阳市（详见附件2）。"
    )
    rows = cells(m, "spot_checks")
    assert rows["大连"][2:4] == ["未发现问题（0/3）", "0.0–70.8"]
    assert rows["鞍山"][:4] == ["—", "鞍山", "未抽检", "—"]
    assert rows["鞍山"][-1] == "—"
    assert "高到70.8%" in str(bulletin.spot_checks(m).note)
    assert bulletin.spot_checks(m).chart.note.startswith("线为")  # a larger sample is not drawn ticket by ticket


def test_words_of_a_sample_that_was_refused_in_part_or_as_a_whole(month_of):
    m = month_of(ONE, spot_checks=DRAWN + "t1 | 沈阳 | random | refused | refused | refused")
    shown = bulletin.spot_checks(m)
    assert str(shown.lead) == "抽检1件，都没有得到答复，未能核实。"
    assert shown.chart.title.startswith("抽检的都没有得到答复") and "未发现" not in shown.chart.title + shown.chart.alt
    m = month_of(
        ONE,
        spot_checks=DRAWN + "t1 | 沈阳 | random | yes | yes | yes\nt2 | 沈阳 | random | refused | refused | refused",
    )
    shown = bulletin.spot_checks(m)
    assert str(shown.lead) == "抽检2件，有答复的1件，均未发现问题；每个单位抽2件，不足以证明没有问题。"
    assert "有答复的均未发现问题" in shown.chart.title


def test_questions_answered_differently_have_columns_of_their_own(month_of):
    m = month_of(
        ONE, spot_checks=DRAWN + "t1 | 沈阳 | random | yes | yes | no\nt2 | 沈阳 | random | yes | refused | yes"
    )
    assert cells(m, "spot_checks")["沈阳"][2:7] == ["1/2", "1.3–98.7", "2/2", "1/1", "1/2"]
    assert "“报送满意率与实际情况不一致”" in str(bulletin.spot_checks(m).sentence)


@pytest.mark.parametrize(("bad", "said"), [(0, "均未发现问题；每个单位抽4件"), (4, "8件与上报不符，涉及2个单位。")])
def test_all_clean_and_all_bad(month_of, bad, said):
    m = month_of(ONE, spot_checks=sample(("沈阳", 4, bad), ("大连", 4, bad)))
    assert said in str(bulletin.spot_checks(m).lead)
    assert "等级相关" not in str(bulletin.spot_checks(m).note)
    assert len(str(bulletin.spot_checks(m).lead)) <= 50


def test_nothing_lost_and_nothing_to_win(month_of, project):
    m = month_of(HEAD)
    rules = m.params.scheme.model_copy(update={"rules": m.params.scheme.rules[2:]})
    m, missed = replace(m, params=m.params.model_copy(update={"scheme": rules})), m.missed
    m.__dict__["missed"] = missed
    assert str(bulletin.scores(m).lead) == "15个单位均未失分。"
    assert str(bulletin.points_lost(m).sentence) == "各单位均未失分。"
    assert str(bulletin.what_it_takes(m).sentence) == "没有单位能靠办好四分之一以内的工单多得1分。"
    assert not str(bulletin.what_it_takes(m).table)  # no heads over nothing
    assert str(bulletin.points_explained(m).sentence) == "各单位均未失分。" and not str(
        bulletin.points_explained(m).table
    )
    assert "指标都没有单位失分" in "".join(bulletin.overview(m).table.notes)
    assert str(bulletin.needs_help(m).sentence) == "没有单位的失分、未上报或抽检达到须关注的程度。"
    assert str(bulletin.bands(m).sentence).startswith("15个单位的得分分不出档次")
    assert str(bulletin.handling(m).sentence) == "9月份没有上报投诉举报工单。"
    assert bulletin.points_lost(m).table.cells()[0][-1] == "100.00"


def test_units_that_share_the_last_rank_are_all_named(month_of):
    assert str(bulletin.points_lost(month_of(HEAD)).sentence).endswith("葫芦岛市得分最低，各失3分。")


def test_calls_by_day_and_hour(m):
    daily = m.calendar.groupby("date")["tickets"].sum()
    most = daily.idxmax()
    assert f"{most.day}日（法定节假日）最多，为{daily.max()}件" in str(bulletin.days(m).sentence)
    assert str(bulletin.days(m).sentence).startswith("9月份日均受理8130件，")  # 243909 / 30
    rows = bulletin.days(m).table.cells()
    assert [row[:2] for row in rows] == [
        ["工作日", "19"], ["调休上班日", "2"], ["双休日", "6"], ["法定节假日", "3"], ["合计", "30"]
    ]  # fmt: skip
    assert rows[-1][2:] == ["243,909", "8,130"]


def test_calls_of_one_day_by_hand(month_of):
    calls = drawn(
        "date | hour | business_type | unit | tickets\n2024-09-14 | 9 | a | 沈阳 | 30\n2024-09-14 | 23 | a | 沈阳 | 10"
    )
    m = replace(month_of(ONE), calendar=calls.assign(date=pd.to_datetime(calls["date"])))
    assert str(bulletin.days(m).sentence) == (
        "9月份日均受理1件，14日（调休上班日）最多，为40件；一天中9时至10时最多，占75.00%。"
        "工作日（含调休上班日）日均2件，休息日日均0件，休息日每天少2件。"
    )
    assert bulletin.days(m).chart.title == "14日最多，为40件"
    assert str(bulletin.days(month_of(ONE)).sentence) == "9月份没有受理工单。"


def test_the_months_file_is_what_is_drawn(m, september):
    assert read_spot_checks(MONTH, m.params, september).equals(m.spot_checks)


def few(m, *units: str):
    """The month of a province of those units only."""
    kept = tuple(unit for unit in m.params.units if unit.name in units)
    own = {
        name: getattr(m, name)[getattr(m, name)["unit"].isin(units)]
        for name in ("counts", "rates", "submissions", "handling")
    }
    made = replace(m, params=m.params.model_copy(update={"units": kept}), spot_checks=None, **own)
    made.__dict__["missed"] = m.missed[m.missed["unit"].isin(units)]
    return made


def test_a_province_of_three_units_and_of_one(m):
    three = few(m, "沈阳", "鞍山", "阜新")
    assert str(bulletin.needs_help(three).sentence).startswith("3个单位都需要帮助：阜新市、鞍山市、沈阳市。阜新市：")
    lost = next(each for each in bulletin.findings(three).found if "办结时长" in str(each.text))
    assert str(lost.text).startswith("投诉举报类平均办结时长：沈阳661.31分钟、鞍山539.85分钟、阜新648.49分钟。")
    one = few(m, "沈阳")
    assert str(bulletin.needs_help(one).sentence).startswith("沈阳市需要帮助。")
    assert str(bulletin.bands(one).sentence) == "只有一个单位，不分档。"
    assert str(bulletin.scores(one).note).startswith("1个单位共失3.00分，全部在平均办结时长。")


def test_a_loss_is_said_as_one_value(m):
    """A single loss of 1.038 points is 1.04 in the score; the table says why its parts do not add up."""
    rates = m.rates.copy()
    own = (rates["unit"] == "盘锦") & (rates["indicator"] == "classification_accuracy")
    good = rates.loc[own, "denominator"].iloc[0]
    rates.loc[own, "numerator"] = good - 1
    one = replace(m, rates=rates)
    scheme = m.params.scheme
    rule = next(rule for rule in scheme.rules if rule.indicator == "classification_accuracy")
    steep = rule.model_copy(update={"deduct": rule.deduct.model_copy(update={"points": 9 * rule.deduct.points})})
    one = replace(one, params=m.params.model_copy(update={"scheme": scheme.model_copy(update={"rules": (steep,)})}))
    said = str(bulletin.unit_indicators(one, "盘锦").sentence)
    lost = figures.scores(one).set_index("unit").loc["盘锦", "lost"]
    exact = figures.lost(one).loc["盘锦"].sum()
    assert lost != exact and str(exact) not in said and f"共失{lost}分，全部在工单分类正确率。" in said
    assert "盘锦的各项失分之和因此与合计略有出入" in "".join(bulletin.unit_indicators(one, "盘锦").table.notes)


def test_page_04_speaks_of_complaints_as_the_province_does(province):
    paths = province
    other = open_month("2025-03", paths)
    said = [
        str(bulletin.methods(other).sentence),
        *bulletin.what_it_takes(other).table.notes,
        str(bulletin.handling(other).sentence),
    ]
    said += [str(bulletin.unit_peers(other, other.params.unit_names[0]).table)]
    assert "申诉" in "".join(said) and not [words for words in said if "投诉" in words]
