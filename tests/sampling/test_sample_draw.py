"""Which tickets are drawn: each with the same chance, the same again, none twice in a quarter."""

import json
import re
import shutil
from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest
from checkers import Desk, here
from scipy.stats import chisquare
from support import MONTH, drawn

from hotline_lib.errors import HotlineError, UnknownValueError
from hotline_lib.intake import recorded
from hotline_lib.journal import write_whole
from hotline_lib.metrics import spot_check_results
from hotline_lib.sampling import draw as drawing
from hotline_lib.sampling import ledger
from hotline_lib.sampling.draw import choose
from hotline_lib.sampling.draw import undo as take_back
from hotline_lib.sampling.ledger import Asked

SEEDS = range(400)
TWENTY = pd.DataFrame(
    {"ticket_id": [f"T{n:02d}" for n in range(20)], "unit": "甲", "issue": list("aaaaaaaaaaaabbbbbccc")}
)


def first(tickets) -> list[str]:
    return [each.ticket_id for each in tickets if not each.reserve]


@pytest.mark.parametrize("by", ["", "issue"])
def test_every_ticket_has_the_same_chance(by):
    times = Counter(ticket for seed in SEEDS for ticket in first(choose(TWENTY, {"甲": 4}, f"{seed}|x", by=by)))
    assert chisquare([times[ticket] for ticket in TWENTY["ticket_id"]]).pvalue > 0.01
    assert sum(times.values()) == 4 * len(SEEDS)


def test_every_ticket_has_the_same_chance_to_be_the_first_reserve():
    spares = [each.ticket_id for seed in SEEDS for each in choose(TWENTY, {"甲": 4}, f"{seed}|x") if each.reserve == 1]
    times = Counter(spares)
    assert len(spares) == len(SEEDS)
    assert chisquare([times[ticket] for ticket in TWENTY["ticket_id"]]).pvalue > 0.01


def test_what_is_spread_over_a_column_has_each_value_in_its_share():
    value = TWENTY.set_index("ticket_id")["issue"]
    for seed in range(30):
        got = Counter(value[ticket] for ticket in first(choose(TWENTY, {"甲": 10}, str(seed), by="issue")))
        assert got["a"] == 6
        assert 2 <= got["b"] <= 3
        assert 1 <= got["c"] <= 2


def test_reserves_are_half_as_many_in_an_order_and_no_ticket_is_there_twice():
    tickets = choose(TWENTY, {"甲": 5}, "x")
    assert [each.reserve for each in tickets] == [0] * 5 + [1, 2, 3]
    assert len({each.ticket_id for each in tickets}) == 8


def test_a_unit_with_fewer_tickets_gives_all_it_has():
    two = TWENTY.head(2)
    assert len(choose(two, {"甲": 4}, "x")) == 2
    assert choose(two, {"乙": 4}, "x") == []
    assert len(choose(two, {"甲": 1}, "x", by="issue")) == 2  # one and its reserve


def test_leads_among_what_was_drawn_at_random_would_bias_the_estimate():
    """20 tickets, 5 of them bad, leads find 4 of these. The mean over all draws is right only if leads are kept apart."""
    bad, leads = set(TWENTY["ticket_id"][:5]), list(TWENTY["ticket_id"][:4])
    answers = ["called_back", "closed", "satisfied"]

    def share(kind: str) -> float:
        found, of = 0, 0
        for seed in range(60):
            ids = first(choose(TWENTY, {"甲": 4}, f"{seed}"))
            rows = [(i, "甲", "random") for i in ids] + [(i, "甲", kind) for i in leads if i not in ids]
            checked = pd.DataFrame(rows, columns=["ticket_id", "unit", "drawn"])
            for answer in answers:
                checked[answer] = ["no" if i in bad else "yes" for i in checked["ticket_id"]]
            result = spot_check_results(checked, pd.DataFrame({"unit": ["甲"]})).iloc[0]
            found, of = found + result["problems"], of + result["answered"]
        return found / of

    assert share("lead") == pytest.approx(0.25, abs=0.05)
    assert share("random") > 0.5


def test_four_a_unit_of_the_complaints_reported_closed(desk, reported):
    made = desk.draw()
    assert made.new
    units = reported.set_index("ticket_id")["unit"]
    assert all(units[each.ticket_id] == each.unit for each in made.draw.tickets)
    assert Counter(each.unit for each in made.draw.tickets if not each.reserve) == dict.fromkeys(
        desk.m.units["unit"], 4
    )
    assert len(made.draw.tickets) == 15 * 6


def test_the_same_again_is_the_same_draw_and_no_second_entry(desk):
    made, again = desk.draw(), desk.draw()
    assert again.draw == made.draw
    assert not again.new
    assert len(ledger.read_ledger(desk.paths)) == 1


def test_the_draw_follows_from_seed_and_tickets(desk, reported, monkeypatch):
    ids = lambda made: first(made.draw.tickets)
    made = ids(desk.draw())
    take_back(MONTH, None, desk.paths)
    assert ids(desk.draw(seed=2)) != made
    take_back(MONTH, None, desk.paths)
    assert ids(desk.draw()) == made
    take_back(MONTH, None, desk.paths)
    monkeypatch.setattr(drawing, "complaints", lambda m: reported.iloc[::-1])
    assert ids(desk.draw()) == made  # whatever the order the tickets come in
    take_back(MONTH, None, desk.paths)
    monkeypatch.setattr(drawing, "complaints", lambda m: reported.iloc[1:])
    assert ids(desk.draw()) != made


def test_another_draw_of_the_same_month_must_be_asked_for(desk):
    made = desk.draw()
    with pytest.raises(HotlineError, match=r"已经抽过（每个单位 4 件，种子 1）.*--more.*--undo"):
        desk.draw(per_unit=3)
    more = desk.draw(per_unit=3, more=True)
    assert not {each.ticket_id for each in more.draw.tickets} & {each.ticket_id for each in made.draw.tickets}


def test_more_is_always_another_one_and_the_command_without_it_gives_all_of_them_again(desk):
    one = desk.draw()
    two, three = (desk.draw(more=True) for _ in range(2))
    assert [each.new for each in (one, two, three)] == [True] * 3
    sets = [{each.ticket_id for each in made.draw.tickets} for made in (one, two, three)]
    assert len(set.union(*sets)) == sum(map(len, sets))
    again = drawing.draw(desk.m, Asked())
    assert [each.draw for each in again] == [one.draw, two.draw, three.draw]
    assert not any(each.new for each in again)
    assert len(ledger.read_ledger(desk.paths)) == 3


def test_a_ledger_of_before_is_read_and_its_draws_are_the_same_ones(desk):
    """How a draw was asked for stood in words."""
    old = {"week": None, "drawn": "random", "seed": 3, "fingerprint": "f", "time": "t", "undone": False}
    tickets = [{"ticket_id": "JT1", "unit": "沈阳", "reserve": 0, "when": ""}]
    words = {
        "共 45 件，每个单位至少 3 件，按子事项分层，拨测每个单位 2 次": Asked(
            calls=45, floor=3, seed=3, by="sub_issue", rings=2
        ),
        "每个单位 2 件": Asked(per_unit=2, seed=3),
    }
    lines = [
        json.dumps(
            {"number": f"2024-09-{n}", "month": MONTH, "asked": said, "tickets": tickets} | old, ensure_ascii=False
        )
        for n, said in enumerate(words, 1)
    ]
    lead = json.loads(lines[1]) | {"number": "2024-09-3", "drawn": "lead", "week": 2}
    write_whole(ledger.file(desk.paths), "".join(f"{line}\n" for line in [*lines, json.dumps(lead)]))
    draws = ledger.read_ledger(desk.paths)
    assert [each.asked for each in draws] == [*words.values(), Asked(week=2, per_unit=2, seed=3, leads=True)]
    assert [str(each.asked) for each in draws[:2]] == list(words)
    assert draws[0].tickets == (ledger.Drawn("JT1", "沈阳"),)
    again = drawing.draw(desk.m, Asked(per_unit=2, seed=3))
    assert [(each.draw.number, each.new) for each in again] == [("2024-09-2", False)]
    write_whole(ledger.file(desk.paths), ledger.as_text(draws))
    assert ledger.read_ledger(desk.paths) == draws


@pytest.mark.parametrize(
    ("answers", "said"),
    [("lead|no|no|no", False), ("random|refused|not reached|refused", False), ("random|refused|yes|refused", True)],
)
def test_a_plan_stands_on_what_was_answered_at_random_only(desk, project, tmp_path, answers, said):
    rows = drawn(f"ticket_id|unit|drawn|called_back|closed|satisfied\nJT2101002024080112345678|沈阳|{answers}")
    write_whole(desk.paths.spot_checks("2024-08"), rows.to_csv(index=False))
    planned, told = drawing.planned(MONTH, desk.paths, 60, 2)
    assert ("上次为 2024-08 的抽检" in told) == said
    assert ("上月没有随机抽检的答复" in told) != said
    assert planned["last_answered"].notna().any() == said


def test_nothing_is_drawn_twice_in_a_quarter(desk, reported):
    before = drawn("ticket_id|unit|drawn|called_back|closed|satisfied\n" + "|".join(
        [reported["ticket_id"][0], reported["unit"][0], "random", "yes", "yes", "yes"]
    ))  # fmt: skip
    write_whole(desk.paths.spot_checks("2024-07"), before.to_csv(index=False))
    size = int((reported["unit"] == "阜新").sum())
    made = [desk.draw(week=week, per_unit=size) for week in (1, 2)] + [desk.draw(per_unit=size)]
    ids = [each.ticket_id for each in (each for of in made for each in of.draw.tickets)]
    assert len(ids) == len(set(ids))
    assert reported["ticket_id"][0] not in ids
    assert "阜新" in made[-1].short  # what the weeks have taken is not there for the month
    assert sum(each.unit == "阜新" for of in made for each in of.draw.tickets) == size


def test_the_next_quarter_begins_anew(desk):
    made = desk.draw()
    in_quarter = lambda month: ledger.taken(ledger.quarter(month), [made.draw], desk.paths)
    assert in_quarter("2024-07") == in_quarter("2024-08") == {each.ticket_id for each in made.draw.tickets}
    assert in_quarter("2024-10") == in_quarter("2024-06") == set()
    assert ledger.quarter("2024-12") == ["2024-10", "2024-11", "2024-12"]
    assert ledger.quarter("2025-01") == ["2025-01", "2025-02", "2025-03"]


def test_a_week_has_its_own_tickets(desk, reported):
    day = reported.set_index("ticket_id")["submitted_at"].dt.day
    for week, (start, end) in drawing.WEEKS.items():
        made = desk.draw(week=week, per_unit=1)
        assert made.draw.label == f"2024-09 第{week}周"
        assert all(start <= day[each.ticket_id] <= end for each in made.draw.tickets)
    assert sum(map(len, (drawing.in_week(reported, week) for week in drawing.WEEKS))) == len(reported)


def test_calls_are_spent_as_the_plan_says(desk):
    made = desk.draw(calls=40, floor=1)
    sizes = Counter(each.unit for each in made.draw.tickets if not each.reserve)
    assert sizes.total() == 40
    assert sizes["大连"] > sizes["阜新"] >= 1


def test_more_calls_than_there_are_complaints_are_said_to_be_too_many(desk, reported, monkeypatch):
    few = reported.groupby("unit").head(3)
    monkeypatch.setattr(drawing, "complaints", lambda m: few)
    made = desk.draw(calls=len(few) + 1)
    assert made.short == ("全部单位",)
    assert sum(not each.reserve for each in made.draw.tickets) == len(few)


def test_test_calls_have_an_hour_each(desk):
    made = desk.draw(per_unit=1, rings=2)
    rung = [each for each in made.draw.tickets if each.when]
    assert len(rung) == 30
    assert all(re.fullmatch(r"周[一二三四五] (9|1[013456]) 时", each.when) for each in rung)
    assert len({each.when for each in rung}) > 10


def test_a_draw_can_be_taken_back_and_made_again(desk):
    made = desk.draw()
    assert take_back(MONTH, None, desk.paths).number == made.draw.number
    assert [each.undone for each in ledger.read_ledger(desk.paths)] == [True]  # that it was there stays to be seen
    again = desk.draw()
    assert again.new
    assert first(again.draw.tickets) == first(made.draw.tickets)


def test_what_was_read_is_not_taken_back(desk):
    made = desk.draw(per_unit=1)
    desk.read(desk.filled(made))
    with pytest.raises(HotlineError, match="已经读回 15 件的答案，不能撤回"):
        take_back(MONTH, None, desk.paths)


def test_what_is_not_there_is_not_taken_back(desk):
    with pytest.raises(HotlineError, match="2024-09 全月没有可撤回的抽取。这个月还没有抽取过"):
        take_back(MONTH, None, desk.paths)
    desk.draw(week=2, per_unit=1)
    with pytest.raises(HotlineError, match="抽过的有：2024-09 第2周；一周的要写 --week，全月的不写"):
        take_back(MONTH, None, desk.paths)
    take_back(MONTH, 2, desk.paths)  # what the message says cures it


def test_two_at_once_are_one_after_the_other(desk):
    with (
        desk.paths.area("spot_checks").opened(HotlineError("")),
        pytest.raises(HotlineError, match="另一个命令正在改动抽检"),
    ):
        desk.draw()
    assert desk.draw().new


def test_tickets_that_have_gone_since_are_named_and_stay_drawn(desk, reported, monkeypatch):
    made = desk.draw()
    lost, moved = first(made.draw.tickets)[:2]
    other = reported[reported["ticket_id"] != lost].copy()
    other.loc[other["ticket_id"] == moved, "unit"] = "大连"
    monkeypatch.setattr(drawing, "complaints", lambda m: other)
    again = desk.draw()
    assert again.gone == (lost, moved)
    assert again.draw == made.draw


def test_a_column_that_nothing_is_spread_over_names_those_there_are(desk):
    with pytest.raises(UnknownValueError, match="issue"):
        desk.draw(by="isue")
    assert desk.draw(by="issue", per_unit=1).new


def test_where_nothing_is_left_nothing_is_drawn(desk, reported, monkeypatch):
    monkeypatch.setattr(drawing, "complaints", lambda m: reported.head(0))
    with pytest.raises(HotlineError, match="没有可抽的工单"):
        desk.draw()
    assert not ledger.file(desk.paths).exists()


def test_a_line_of_the_ledger_that_cannot_be_read_stops_everything(desk):
    desk.draw(per_unit=1)
    with ledger.file(desk.paths).open("a", encoding="utf-8") as file:
        file.write("{]\n")
    with pytest.raises(HotlineError, match=r"draws\.jsonl 第 2 行读不懂.*从备份或 git 恢复"):
        desk.draw(per_unit=1)


def test_another_province_draws_fills_in_and_reads_too(province, tmp_path, monkeypatch):
    from hotline_lib import open_month

    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "tickets").symlink_to(province.data / "tickets")
    m = open_month("2025-03", replace(province, data=tmp_path / "data", output=province.output / "sample"))
    monkeypatch.setattr(recorded, "answers", here)
    desk, there = Desk(m.paths, m), drawing.complaints(m)["unit"].value_counts()
    made = desk.draw(per_unit=2, rings=1)
    sizes = Counter(each.unit for each in made.draw.tickets if not each.reserve and not each.when)
    assert sizes == {unit: min(2, n) for unit, n in there.items()}
    taken = desk.read(desk.filled(made))
    assert (taken.tickets, taken.calls) == (sizes.total(), len(m.units))
    assert open_month("2025-03", m.paths).params.month.test_calls.open == []


def test_leads_are_drawn_from_the_first_on_and_marked_apart(desk, reported, monkeypatch):
    ids = reported["ticket_id"].tolist()
    rows = [(ids[9], 1), (ids[5], 2), (ids[9], 3), ("JT0", 1), (ids[7], 4)]
    listed = pd.DataFrame(rows, columns=["ticket_id", "rank"]).assign(lead="x", why="y")
    listed["unit"] = listed["ticket_id"].map(reported.set_index("ticket_id")["unit"])
    monkeypatch.setattr(type(desk.m), "leads", lambda m: listed)
    random = desk.draw(per_unit=1)
    made = desk.draw(calls=2, leads=True)
    assert {each.ticket_id for each in made.draw.tickets} == {
        ids[9],
        ids[5],
    }  # each once, and none that was not reported
    assert made.draw.label == "2024-09（按线索）"
    assert not desk.draw(calls=2, leads=True).new
    desk.read(desk.filled(made, lambda of: "否"))
    desk.read(desk.filled(random))
    assert desk.listed()["drawn"].value_counts().to_dict() == {"random": 15, "lead": 2}
    found = spot_check_results(desk.listed(), desk.m.units)
    assert found["sampled"].sum() == 15
    assert found["problems"].sum() == 0  # what leads found is no part of the rates


def test_the_leads_of_a_unit_can_be_limited(desk, reported, monkeypatch):
    listed = reported[["ticket_id", "unit"]].assign(lead="x", why="y", rank=range(len(reported)))
    monkeypatch.setattr(type(desk.m), "leads", lambda m: listed)
    made = desk.draw(per_unit=2, leads=True)
    assert Counter(each.unit for each in made.draw.tickets) == dict.fromkeys(desk.m.units["unit"], 2)


def test_how_a_draw_was_asked_for_is_said_in_words():
    assert str(Asked(calls=30, by="issue")) == "共 30 件，每个单位至少 2 件，按事项分层"
    assert str(Asked(calls=30, leads=True, rings=1)) == "共 30 件，拨测每个单位 1 次"


def test_nothing_is_drawn_at_random_from_what_leads_were_taken_out_of(desk, reported, monkeypatch):
    """The lot would miss them, and they are the suspicious ones."""
    week_two = drawing.in_week(reported, 2)
    listed = week_two[["ticket_id", "unit"]].head(3).assign(lead="x", why="y", rank=[1, 2, 3])
    monkeypatch.setattr(type(desk.m), "leads", lambda m: listed)
    desk.draw(calls=3, leads=True)
    for week in (None, 2):
        with pytest.raises(HotlineError, match=r"已有 3 件按线索抽走.*请先撤回按线索的抽取"):
            desk.draw(week=week)
    assert desk.draw(week=3, per_unit=1).new
    take_back(MONTH, None, desk.paths)
    assert desk.draw(week=2, per_unit=1).new  # what the message says cures it
    assert desk.draw(per_unit=1).new


def test_a_month_without_tickets_is_planned_by_the_one_before(desk, project, september, tmp_path):
    shutil.copytree(project.params, tmp_path / "params")
    (tmp_path / "params" / "months" / "2024-10.yaml").write_text("month: 2024-10\n", encoding="utf-8")
    shutil.copytree(september.data / "spot_checks", desk.paths.data / "spot_checks")
    paths = replace(desk.paths, params=tmp_path / "params")
    planned, told = drawing.planned("2024-10", paths, 60, 2)
    assert told == "办结投诉为 2024-09 的；上次为 2024-09 的抽检"
    rows = planned.set_index("unit")
    assert rows.loc["沈阳", ["complaints", "last_answered", "last_problems"]].tolist() == [2407, 4, 3]
    assert "最近抽的4件中3件有问题" in rows.loc["沈阳", "why"]
    with pytest.raises(HotlineError, match="2031-01"):
        drawing.planned("2031-01", paths, 60, 2)
    broken = replace(paths, data=tmp_path / "broken")
    broken.tickets("2024-10").parent.mkdir(parents=True)
    broken.tickets("2024-10").write_bytes(b"PAR1")
    with pytest.raises(HotlineError, match=r"2024-10.*打不开"):
        drawing.planned("2024-10", broken, 60, 2)
