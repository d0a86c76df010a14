"""05 after what was found: how sure, what became of last month's problems, where to look next; and what of it a unit reads."""

from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest
from support import MONTH, drawn, with_whole_months

from hotline_lib import bulletin, open_month
from hotline_lib.bulletin import _how_sure, _next_checks

HEAD = "ticket_id | unit | drawn | called_back | closed | satisfied"
ONE = "business_type | domain | issue | sub_issue | unit | tickets\n投诉举报 | 城市客运 | | | 沈阳 | 10"
BEFORE = drawn(
    HEAD
    + """
    a1 | 沈阳 | random | yes | no  | no
    a2 | 沈阳 | random | yes | yes | yes
    b1 | 大连 | random | no  | no  | no
    c1 | 鞍山 | lead   | yes | yes | no
    d1 | 抚顺 | random | yes | yes | no
    e1 | 本溪 | random | yes | yes | yes"""
)
NOW = """
    a1 | 沈阳 | lead   | yes | no  | no
    a3 | 沈阳 | random | yes | yes | no
    b1 | 大连 | lead   | yes | yes | yes
    b2 | 大连 | random | yes | yes | yes
    c1 | 鞍山 | lead   | refused | not reached | refused"""
LEADS = drawn("""
    ticket_id | unit | lead     | rank | why
    x1        | 大连 | 办得太快 | 1    | 办结用时31秒
    x2        | 大连 | 办得太快 | 2    | 办结用时32秒
    y1        | 鞍山 | 用时雷同 | 1    | 该单位有9件一秒不差
""")


@pytest.fixture(scope="module")
def m(september):
    return open_month(MONTH, september)


@pytest.fixture
def followed(month_of):
    """A month whose spot check followed one that found something."""
    made = month_of(ONE, spot_checks=HEAD + NOW)
    made.__dict__["checks_before"] = BEFORE
    return made


def by_unit(table) -> dict[str, list[str]]:
    at = [column.value for column in table.columns if column.in_page].index("unit")
    return {row[at]: row for row in table.cells()}


def test_nobody_is_printed_as_perfect_and_who_over_reports_is_named(m):
    sure = bulletin.how_sure(m)
    said = str(sure.sentence)
    for words in (
        "鞍山市、沈阳市和大连市的上报与抽检所见不符",
        "p=0.0071",
        "21.7%（95%区间12.1%至34.2%）",
        "加权占48.6%",
    ):
        assert words in said
    rows = by_unit(sure.table)
    assert rows["营口"][1:5] == ["未发现问题（0/4）", "218", "至多114", "4.6"]
    assert rows["大连"][3] == "576–2,944" and rows["大连"][-1] == "0.00–72.59"
    assert rows["大连"][6] == "0.0014" and rows["鞍山"][6] == "<0.0001" and rows["铁岭"][6] == "0.54"
    assert [row for row in rows if row in ("鞍山", "大连", "沈阳")] == ["鞍山", "大连", "沈阳"]  # the worst first
    assert not any(cell in ("100%", "100.0", "0.0") for row in rows.values() for cell in row)


def test_probabilities_print_as_many_digits_as_say_something():
    assert [_how_sure.probability(p) for p in (1, 0.186, 0.01, 0.0024, 5e-6)] == ["1.00", "0.19", "0.01", "0.0024", "<0.0001"]  # fmt: skip


def sample(*units: tuple[str, int, int]) -> str:
    """Of each unit so many drawn at random, so many of them with a no to everything."""
    answers = lambda bad: "no | no | no" if bad else "yes | yes | yes"
    rows = (f"{unit}{at} | {unit} | random | {answers(at < bad)}" for unit, n, bad in units for at in range(n))
    return "\n".join([HEAD, *rows])


def closed(**complaints: int) -> str:
    rows = (f"{unit} | complaint_24h_rate | {number} | {number}" for unit, number in complaints.items())
    return "\n".join(["unit | indicator | numerator | denominator", *rows])


def test_what_is_known_is_printed_and_what_nobody_knows_is_a_dash(month_of):
    """沈阳's complaints are known; 大连 has submitted fewer than were drawn."""
    rows = sample(("沈阳", 4, 0), ("大连", 4, 0), ("鞍山", 4, 2))
    sure = bulletin.how_sure(month_of(ONE, spot_checks=rows, rates=closed(沈阳=90, 大连=2)))
    heads = [column.head for column in sure.table.columns if column.in_page]
    assert (
        "若上报属实，\n抽到这些\n的概率" in heads
        and "不是上报属实的概率" in repr(sure.table) + sure.table._repr_html_()
    )
    told = by_unit(sure.table)
    assert told["沈阳"][2:4] == ["90", "至多46"] and told["大连"][2:4] == ["—", "—"] and told["鞍山"][2:4] == ["—", "—"]
    assert [told[unit][6] for unit in ("沈阳", "大连", "鞍山")] == ["1.00", "1.00", "0.01"]


def test_leads_change_no_estimate(month_of):
    bad = "\n".join(f"z{at} | 沈阳 | lead | no | no | no" for at in range(20))
    alone, mixed = (bulletin.how_sure(month_of(ONE, spot_checks=HEAD + NOW + more)).frame for more in ("", "\n" + bad))
    assert alone["pooled"].equals(mixed["pooled"]) and alone["fewest"].equals(mixed["fewest"])
    as_if_random = bulletin.how_sure(month_of(ONE, spot_checks=HEAD + NOW + "\n" + bad.replace("lead", "random"))).frame
    assert as_if_random["pooled"].iloc[0] != alone["pooled"].iloc[0]  # it would have


def test_no_sample_says_nothing_of_how_sure(month_of):
    for checks in (None, HEAD + "\n1 | 沈阳 | lead | no | no | no"):
        sure = bulletin.how_sure(month_of(ONE, spot_checks=checks))
        assert str(sure.sentence) == "" and sure.table._repr_html_() == ""
    nobody = bulletin.how_sure(month_of(ONE, spot_checks=HEAD + "\n1 | 沈阳 | random | refused | refused | refused"))
    assert str(nobody.sentence) == "" and by_unit(nobody.table)["沈阳"][1:] == ["未核实（0件有答复）", "97.00"]
    assert list(by_unit(nobody.table)) == ["沈阳"]  # of whom nothing was drawn Annex 2 says so


def test_a_clean_sample_and_one_that_may_be_chance_accuse_nobody(month_of):
    clean = bulletin.how_sure(month_of(ONE, spot_checks=HEAD + "\n1 | 沈阳 | random | yes | yes | yes"))
    assert str(clean.sentence).startswith("没有哪个单位能认定多报。")
    one = "\n".join(f"{at} | 沈阳 | random | yes | yes | {'no' if at == 1 else 'yes'}" for at in range(4))
    rates = closed(沈阳=90) + "\n沈阳 | complaint_satisfaction_rate | 80 | 80"
    chance = bulletin.how_sure(month_of(ONE, spot_checks=HEAD + "\n" + one, rates=rates))
    assert str(chance.sentence).startswith("还不能认定哪个单位多报") and chance.frame["complaints"].max() == 90


def test_a_unit_is_held_to_what_it_reports_itself_question_by_question(month_of):
    """It reports that it rings 40 % back, and of ten four were; nobody is accused. Who reports all is."""
    rows = "\n".join(
        f"{at} | 沈阳 | random | {'yes' if at < 4 else 'no'} | yes | {'yes' if at < 4 else 'no'}" for at in range(10)
    )
    rates = """unit | indicator | numerator | denominator
        沈阳 | complaint_24h_rate          | 400 | 400
        沈阳 | transfer_callback_rate      | {} | 400
        沈阳 | complaint_satisfaction_rate | 160 | 160"""
    says = lambda rung: bulletin.how_sure(month_of(ONE, spot_checks=HEAD + "\n" + rows, rates=rates.format(rung)))
    assert not says(160).frame["over_reports"].any() and str(says(160).sentence).count("不符") == 0
    assert says(400).frame["over_reports"].sum() == 1 and "沈阳市的上报与抽检所见不符" in str(says(400).sentence)


def test_a_census_has_no_interval_and_is_not_called_few(month_of):
    """All three complaints were looked at, and two thirds are good, as the unit itself reports."""
    rates = closed(沈阳=3) + "\n沈阳 | transfer_callback_rate | 2 | 3\n沈阳 | complaint_satisfaction_rate | 2 | 3"
    bad = "no | yes | no"
    rows = "\n".join([HEAD, *(f"{at} | 沈阳 | random | {bad if at == 0 else 'yes | yes | yes'}" for at in range(3))])
    sure = bulletin.how_sure(month_of(ONE, spot_checks=rows, rates=rates))
    assert str(sure.sentence) == (
        "没有哪个单位能认定多报：抽检所见没有超出各单位上报的和容许的5%。有问题的按抽到的工单计占33.3%（全部查过）。"
    )
    assert by_unit(sure.table)["沈阳"][1:6] == ["1/3", "3", "1", "33.3", "33.3"]
    clean = month_of(ONE, spot_checks=sample(("沈阳", 3, 0)), rates=closed(沈阳=3))
    assert by_unit(bulletin.spot_checks(clean).table)["沈阳"][2:4] == ["未发现问题（0/3）", "0.0"]
    assert by_unit(bulletin.how_sure(clean).table)["沈阳"][3] == "0"


def test_the_worse_that_chance_allows_are_named(month_of):
    """One of four bad of 400 that are all reported as good; the other unit's complaints nobody knows: no weights."""
    rows = sample(("沈阳", 4, 1), ("大连", 4, 0))
    said = str(bulletin.how_sure(month_of(ONE, spot_checks=rows, rates=closed(沈阳=400))).sentence)
    assert said.startswith("还不能认定哪个单位多报：沈阳市的抽检所见比上报差，但碰巧抽到有问题的也说得通。2个单位合计")
    assert "加权" not in said


def test_what_became_of_last_months_problems(followed):
    rows = bulletin.follow_up(followed).frame.set_index(["unit", "what"])[["before", "now", "outcome"]]
    assert rows.loc[("沈阳", "sample")].tolist() == ["1/2", "1/1", "again"]
    assert rows.loc[("沈阳", "tickets")].tolist() == ["1件", "1件仍有问题", "again"]
    assert rows.loc[("大连", "sample")].tolist() == ["1/1", "未发现问题（0/1）", "mended"]
    assert rows.loc[("大连", "tickets")].tolist() == ["1件", "1件已整改", "mended"]
    assert rows.loc[("鞍山", "tickets")].tolist() == ["1件", "1件未核实", "open"]  # rung, and nobody answered
    assert rows.loc[("抚顺", "sample")].tolist() == ["1/1", "未抽检", "open"]
    assert ("鞍山", "sample") not in rows.index and "本溪" not in rows.index.get_level_values("unit")
    said = str(bulletin.follow_up(followed).sentence)
    assert (
        "沈阳本月又发现问题，大连本月抽到的未发现问题，抚顺本月没有抽到" in said
        and "问题工单复核后仍有问题的单位：沈阳" in said
    )


def followed_by(month_of, before: str, now: str):
    made = month_of(ONE, spot_checks=HEAD + "\n" + now)
    made.__dict__["checks_before"] = drawn(HEAD + "\n" + before)
    return bulletin.follow_up(made), bulletin.follow_up(made, "沈阳")


@pytest.mark.parametrize(
    ("before", "province", "unit"),
    [
        ("a | 沈阳 | random | refused | refused | not reached", "2024年8月抽检没有得到答复，未能核实。", "沈阳市2024年8月抽检没有得到答复，未能核实。"),
        ("a | 沈阳 | lead | yes | yes | yes", "2024年8月没有随机抽检。", "沈阳市2024年8月没有随机抽检。"),
        ("a | 大连 | random | yes | yes | yes", "2024年8月抽检没有发现问题。", "沈阳市2024年8月没有随机抽检。"),
        ("a | 沈阳 | random | yes | yes | yes\nb | 大连 | random | refused | refused | refused", "2024年8月抽检有答复的1件没有发现问题。", "沈阳市2024年8月抽检没有发现问题。"),
    ],
)  # fmt: skip
def test_that_nothing_was_found_is_said_only_where_somebody_answered(month_of, before, province, unit):
    assert [str(each.sentence) for each in followed_by(month_of, before, "x | 沈阳 | random | yes | yes | yes")] == [
        province,
        unit,
    ]


def test_who_was_drawn_and_refused_was_drawn(month_of):
    bad = "a | 沈阳 | random | no | yes | no\nb | 大连 | random | no | yes | no"
    province, own = followed_by(month_of, bad, "x | 沈阳 | random | refused | refused | refused")
    assert "沈阳本月抽到的都没有答复，大连本月没有抽到。" in str(province.sentence)
    assert "本月抽到的都没有答复。" in str(own.sentence)
    assert [row[-1] for row in province.table.cells()] == ["没有答复", "未核实", "没有抽到", "未核实"]


@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        ("yes | yes | yes", "mended"), ("yes | refused | yes", "mended"), ("refused | yes | yes", "open"),
        ("yes | yes | not reached", "open"), ("yes | no | yes", "again"), ("yes | yes | no", "again"),
    ],
)  # fmt: skip
def test_a_ticket_is_mended_only_if_what_was_a_no_is_now_a_yes(month_of, now, outcome):
    found, _ = followed_by(month_of, "a | 沈阳 | random | no | yes | no", f"a | 沈阳 | lead | {now}")
    assert found.frame.set_index("what").loc["tickets", "outcome"] == outcome


def test_an_indicator_that_cannot_be_compared_is_not_called_mended(m):
    """Its rule left the scheme, or the unit has no ticket of it this month: neither is an improvement."""
    m, day = with_whole_months(m), "complaint_24h_rate"
    assert by_unit(bulletin.follow_up(m).table)["营口"][-2:] == ["失4分", "仍须关注"]
    scheme = m.params.scheme.model_copy(
        update={"rules": tuple(each for each in m.params.scheme.rules if each.indicator != day)}
    )
    but = lambda **other: with_whole_months(replace(m, **other))
    gone = bulletin.follow_up(but(params=m.params.model_copy(update={"scheme": scheme})))
    assert by_unit(gone.table)["营口"][-2:] == ["评分办法不计", "不再考核"] and "不再考核的单位：营口" in str(
        gone.sentence
    )
    rates = m.rates[~((m.rates["unit"] == "营口") & (m.rates["indicator"] == day))]
    none = bulletin.follow_up(but(rates=rates))
    assert by_unit(none.table)["营口"][-2:] == ["没有工单可算", "无从比较"] and "不再须关注" not in str(none.sentence)
    assert "没有工单可算、无从比较的是24小时办结率" in str(bulletin.follow_up(but(rates=rates), "营口").sentence)


def test_what_leads_showed_is_told_apart(followed, month_of):
    assert str(bulletin.checked_leads(followed).sentence) == ""  # all were checked again: follow_up tells it
    three = "\n1 | 沈阳 | lead | yes | no | no\n2 | 大连 | lead | yes | yes | yes\n3 | 鞍山 | lead | refused | not reached | refused"
    said = str(bulletin.checked_leads(month_of(ONE, spot_checks=HEAD + three)).sentence)
    assert said == "另按线索查了3件（不是随机抽取，不计入抽检率），有答复的2件中1件有问题：沈阳1件中1件。"
    assert str(bulletin.checked_leads(month_of(ONE)).sentence) == ""
    one = month_of(ONE, spot_checks=HEAD + "\n1 | 沈阳 | lead | yes | yes | yes")
    assert str(bulletin.checked_leads(one).sentence).endswith("不计入抽检率），未发现问题。")
    none = month_of(ONE, spot_checks=HEAD + "\n1 | 沈阳 | lead | refused | refused | refused")
    assert str(bulletin.checked_leads(none).sentence).endswith("都没有得到答复。")


def test_a_units_follow_up_is_its_own(followed):
    own = bulletin.follow_up(followed, "大连市")
    assert set(own.frame["unit"]) == {"大连"} and "本月抽到的未发现问题" in str(own.sentence)
    assert "单位" not in [column.head for column in own.table.columns]


def test_without_last_month_there_is_nothing_to_follow(month_of):
    follow_up = bulletin.follow_up(month_of(ONE))
    assert (
        str(follow_up.sentence) == "没有2024年8月的抽检记录和考评成绩，无从跟踪。"
        and follow_up.table._repr_html_() == ""
    )


def test_indicators_that_called_for_attention_are_followed(m):
    assert str(bulletin.follow_up(m).sentence) == (
        "没有2024年8月的抽检记录；缺2024年7月受理的工单，2024年8月的失分不完整，无从跟踪。"
    )
    m = with_whole_months(m)
    rows = bulletin.follow_up(m).frame
    assert set(rows["what"]) == {"points"} and "营口" in set(rows["unit"])
    assert str(bulletin.follow_up(m).sentence).startswith("没有2024年8月的抽检记录，只看失分。失分仍须关注的单位：")
    assert "仍须关注的是24小时办结率" in str(bulletin.follow_up(m, "营口").sentence)
    lower = m.params.scheme.signals.model_copy(update={"attention": m.params.scheme.signals.attention.model_copy(update={"points": Decimal(99)})})  # fmt: skip
    none = with_whole_months(
        replace(m, params=m.params.model_copy(update={"scheme": m.params.scheme.model_copy(update={"signals": lower})}))
    )
    assert "没有失分须关注的指标" in str(bulletin.follow_up(none).sentence)


def test_where_no_complaint_was_closed_there_was_nothing_to_look_for_leads_in(month_of, monkeypatch):
    for complaints, says in ((0, "本月没有报送办结的投诉举报，无从查找线索。"), (3, "没有发现线索")):
        empty = month_of(ONE, rates=closed(沈阳=complaints))
        monkeypatch.setattr(type(empty), "leads", lambda _: LEADS.head(0))
        assert says in str(bulletin.leads(empty).sentence)


def test_leads_are_told_by_kind_and_unit_and_no_verdict(m, monkeypatch):
    assert "没有发现线索" in str(bulletin.leads(m).sentence) and bulletin.leads(m).table._repr_html_() == ""
    monkeypatch.setattr(type(m), "leads", lambda _: LEADS)
    x = bulletin.leads(m)
    assert str(x.sentence).startswith("已办结的投诉举报中有3件列为线索（办得太快、用时雷同），涉及大连、鞍山2个单位。")
    assert x.table.cells() == [
        ["办得太快", "大连", "2", "x1", "办结用时31秒"],
        ["用时雷同", "鞍山", "1", "y1", "该单位有9件一秒不差"],
    ]
    assert "不是结论" in x.table._repr_html_()


def test_next_months_checks_go_where_there_is_most_to_see(m, monkeypatch):
    rows = bulletin.next_checks(m).frame.set_index("unit")
    assert rows["calls"].sum() == 60 and rows["calls"].min() == 2 and rows["calls"].idxmax() == "大连"
    assert by_unit(bulletin.next_checks(m).table)["营口"][:4] == ["营口", "2", "未发现问题（0/4）", "0"]
    said = str(bulletin.next_checks(m, "大连").sentence)
    assert said.startswith(f"下月建议抽检大连市{rows.loc['大连', 'calls']}件。") and "29件" in said
    assert "没有抽到不等于" not in said  # 13 show what 25 % have
    few = int((rows["calls"] < rows["need_25"]).sum())
    assert f"{few}个单位抽的少于看到25%须抽的件数，没有抽到不等于没有问题。" in str(bulletin.next_checks(m).sentence)
    assert "抽得少，没有抽到不等于没有问题" in str(bulletin.next_checks(m, "营口").sentence)
    assert "线索" not in said, "who is drawn from is not told of leads"
    monkeypatch.setattr(type(m), "leads", lambda _: LEADS)
    again = replace(m)  # what is made once a month is made anew
    assert _next_checks.next_checks(again).frame.set_index("unit").loc["鞍山", "leads"] == 1


def test_a_month_without_a_sample_or_complaints_still_has_a_plan(month_of):
    x = bulletin.next_checks(month_of(ONE))
    assert str(x.sentence) == "本月没有上报办结的投诉举报，下月无从抽检。" and pd.isna(x.frame["last_answered"]).all()
    assert str(bulletin.next_checks(month_of(ONE), "沈阳").sentence) == "沈阳市没有上报办结的投诉举报，下月无从抽检。"


@pytest.mark.parametrize(
    ("complaints", "said"),
    [
        ({"沈阳": 3}, "下月若抽3件，都从沈阳抽：其他单位没有上报办结的投诉举报。"),
        ({"沈阳": 2, "大连": 2}, "下月若抽4件，建议2个单位各2件。"),
        ({"沈阳": 40, "大连": 1}, "下月若抽41件，建议这样分：沈阳40件最多，其余见表。"),
        ({"沈阳": 9, "大连": 9, "鞍山": 9, "抚顺": 9, "本溪": 1}, "下月若抽37件，建议每个单位1至9件，见表。"),
    ],
)
def test_most_are_named_only_where_some_are_drawn_more_than_others(month_of, complaints, said):
    x = bulletin.next_checks(month_of(ONE, rates=closed(**complaints)))
    assert str(x.sentence) == said and "本月抽检" not in repr(x.table)


def test_who_was_drawn_this_month_and_refused_is_told_from_who_was_not(month_of):
    rows = HEAD + "\n1 | 沈阳 | random | refused | refused | refused\n2 | 大连 | random | yes | yes | yes"
    table = by_unit(bulletin.next_checks(month_of(ONE, spot_checks=rows, rates=closed(沈阳=9, 大连=9, 鞍山=9))).table)
    assert [table[unit][2] for unit in ("沈阳", "大连", "鞍山")] == [
        "未核实（0件有答复）",
        "未发现问题（0/1）",
        "未抽检",
    ]


def test_where_small_numbers_are_not_printed_a_unit_reads_none_of_it(followed):
    of = followed.params.organisation.model_copy(update={"small_numbers": 5})
    held = replace(followed, params=followed.params.model_copy(update={"organisation": of}))
    held.__dict__["checks_before"] = BEFORE
    own = bulletin.follow_up(held, "沈阳")
    assert str(own.sentence).startswith("上月的问题不列出（少于5件的数") and own.table._repr_html_() == ""
    assert str(bulletin.next_checks(held, "沈阳").sentence).startswith("下月抽检建议不列出（少于5件的数")
    assert "沈阳" in str(bulletin.follow_up(held).sentence)  # the province's page has all


def test_another_province_reads_the_same_page(province):
    m = open_month("2025-03", province)
    assert str(bulletin.how_sure(m).sentence) == "" and "没有发现线索" in str(bulletin.leads(m).sentence)
    plan = bulletin.next_checks(m).frame.set_index("unit")
    assert set(plan.index) == {"路网", "东川", "西原"} and plan["calls"].sum() == 60
    assert str(bulletin.next_checks(m, "西原").sentence).startswith("下月建议抽检西原")
    assert "2025年2月" in str(bulletin.follow_up(m).sentence)
