"""How units stood before: last month's scores and ranks beside this month's, and what is said where they do not compare."""

import re
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest
from support import MONTH

from hotline_lib import bulletin, open_month
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._standing import moved, notes, scores_before
from hotline_lib.params import month_span

YEAR = month_span("2023-10..2024-09")
LAST = "2024-08"


@pytest.fixture
def with_params(own_params, project_of):
    """A project of some of the twelve months with params/ that a test may break."""
    return lambda *months, **more: replace(project_of(*months, **more), params=own_params.params, output=own_params.output)  # fmt: skip


def heads(table) -> list[tuple[str, str]]:
    return [(column.group, column.head) for column in table.shown if column.group == "较上月"]


def test_last_months_scores_are_those_of_its_own_bulletin(with_params):
    paths = with_params(*YEAR)
    text = (paths.params / "months" / f"{MONTH}.yaml").read_text(encoding="utf-8")
    (paths.params / "months" / f"{LAST}.yaml").write_text(text.replace(f"month: {MONTH}", f"month: {LAST}"), encoding="utf-8")  # fmt: skip
    own = figures.scores(open_month(LAST, paths)).set_index("unit")
    before = scores_before(open_month(MONTH, paths))[LAST]
    assert before["score"].to_dict() == own["score"].to_dict()
    assert before["rank"].to_dict() == own["rank"].to_dict()


def test_movements_are_differences_of_what_is_printed(project_of):
    m = open_month(MONTH, project_of(*YEAR))
    frame, table = bulletin.score_months(m).frame.set_index("unit"), moved(m)
    assert list(scores_before(m)) == YEAR[:-1] and set(YEAR[:-1]) <= set(frame)
    for unit, row in frame.iterrows():
        places = int(row["rank_before"]) - int(row["rank"])
        words = {0: "平"}.get(places, f"升{places}" if places > 0 else f"降{-places}")
        assert table.loc[unit, "rank_mom"] == words
        assert table.loc[unit, "score_mom"] == row["score"] - row[LAST]
    for table in (bulletin.overview(m).table, bulletin.bands(m).table):
        assert heads(table) == [("较上月", "名次"), ("较上月", "总分")]
        assert "较上月的升降未判断是否出于偶然，总分未变的为灰字" in "".join(table.notes)
    up, down = ((frame["score"] > frame["score_before"]).sum(), (frame["score"] < frame["score_before"]).sum())
    said = str(bulletin.score_months(m).sentence)
    assert re.match(
        rf"和8月相比，15个单位中，{up}个总分上升，{down}个下降，{15 - up - down}个不变；名次上升最多的是", said
    )
    assert bulletin.score_months(m).chart.png.startswith(b"\x89PNG")
    assert bulletin.unit_months(m).chart.title == "各单位12个月的日均件数"


def test_a_published_annex_stands_in_for_tickets(project_of):
    paths = project_of(MONTH, published=("2024-07", LAST))
    file = paths.published(LAST) / "indicators.csv"
    printed = pd.read_csv(file, dtype=str)
    printed.loc[printed["unit"] == "营口", "score"] = "99.50"
    printed.loc[printed["unit"] == "盘锦", "score"] = ""
    printed.to_csv(file, index=False)
    m = open_month(MONTH, paths)
    rows = bulletin.score_months(m).frame.set_index("unit")
    assert rows.loc["营口", "score_before"] == Decimal("99.50") and rows.loc["营口", "rank_before"] == 1
    assert moved(m).loc["营口"].tolist() == ["降14", rows.loc["营口", "score"] - Decimal("99.50")]
    assert moved(m).loc["锦州", "rank_mom"] == "升1"
    assert moved(m).loc["盘锦"].isna().all()  # nobody knows what it had
    assert "7月和8月取自已公布的月报" in bulletin.score_months(m).chart.note


def test_a_line_begins_after_the_latest_month_without_anything_and_the_one_that_lacks_its_tickets(project_of):
    m = open_month(MONTH, project_of(*[month for month in YEAR if month != "2024-04"]))
    frame = bulletin.score_months(m).frame
    assert frame["2024-04"].isna().all() and frame["2024-03"].notna().all()
    assert bulletin.score_months(m).chart.note.startswith("6月至本月")


def test_a_line_has_a_point_for_each_of_its_months(project_of, monkeypatch):
    from hotline_lib.bulletin import _standing as standing

    drawn = []
    monkeypatch.setattr(standing.pictures, "score_lines", lambda lines, *rest, **more: drawn.append(lines) or b"")
    m = open_month(MONTH, project_of(*[month for month in YEAR if month != "2024-04"]))
    monkeypatch.setattr(standing, "drawn", lambda m, name, draw, **facts: draw())
    assert bulletin.score_months(m).chart == b""  # as drawn above
    assert all(len(line.values) == 4 and None not in line.values for line in drawn[0])


def test_scores_of_one_whole_month_make_no_line(project_of):
    m = open_month(MONTH, project_of(LAST, MONTH))
    assert not m.annexes[-1].whole and not str(bulletin.score_months(m).chart)


def test_a_first_month_has_no_movements(project_of):
    alone = open_month(MONTH, project_of(MONTH))
    assert heads(bulletin.overview(alone).table) == [] and notes(alone) == []
    assert str(bulletin.score_months(alone).sentence) == "没有8月的考评成绩，不列升降。"
    assert not str(bulletin.score_months(alone).chart) and not str(bulletin.unit_months(alone).chart)


def test_what_another_scheme_gave_is_not_compared(with_params):
    paths = with_params("2024-06", "2024-07", LAST, MONTH)
    file = paths.params / "scoring.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text + "- applies_from: 2024-09\n  name: 新办法\n  changes_from: 2024-09（推断）\n  full_marks: 120\n", encoding="utf-8"
    )  # fmt: skip
    m = open_month(MONTH, paths)
    said = "2024年8月的评分办法（2024-09（推断））与本月不同，总分和名次不作比较"
    assert notes(m) == [said] and heads(bulletin.overview(m).table) == []
    assert str(bulletin.score_months(m).sentence) == said.removeprefix("2024年") + "。"
    x = bulletin.score_months(m)
    assert x.frame[LAST].max() <= 100 < x.frame["score"].max()
    assert "7月和8月按当时另一套评分办法，高低不能与本月相比" in x.chart.note


def test_months_that_nobody_confirmed_are_named_beside_the_line(with_params):
    paths = with_params("2024-06", "2024-07", LAST, MONTH)
    file = paths.params / "scoring.yaml"
    rule = "{indicator: data_conformity_rate, deduct: {at_least: {100: 0}, otherwise: 3}, source: published}"
    file.write_text(
        file.read_text(encoding="utf-8")
        + f"- applies_from: 2024-05\n  name: 新办法\n  changes_from: 2024-09（推断）\n  rules: [{rule}]\n",
        encoding="utf-8",
    )
    m = open_month(MONTH, paths)
    assert "；7月和8月有待补充的指标，为暂计" in bulletin.score_months(m).chart.note
    assert "2024年8月有待补充的指标，为暂计" in "".join(notes(m))
    month = paths.params / "months" / f"{MONTH}.yaml"
    month.write_text(
        re.sub(r"(?ms)^data_conformity:.*?(?=^\S|\Z)", "", month.read_text(encoding="utf-8")), encoding="utf-8"
    )
    assert "；7月、8月和本月有待补充的指标，为暂计" in bulletin.score_months(open_month(MONTH, paths)).chart.note


@pytest.mark.slow
def test_an_earlier_month_that_cannot_be_scored_does_not_stop_this_one(with_params):
    paths = with_params(*YEAR)
    calendar = paths.params / "calendar.yaml"
    text = calendar.read_text(encoding="utf-8")
    calendar.write_text(text[: text.index("2023:")] + text[text.index("2024:") :], encoding="utf-8")
    m = open_month(MONTH, paths)
    assert "2023-12" not in {month for month, rows in scores_before(m).items() if len(rows)}
    assert len(scores_before(m)[LAST]) == 15


def test_rules_written_otherwise_are_the_same_rules():
    from hotline_lib.bulletin._standing import _same_rules
    from hotline_lib.params import Rule, Scheme

    def scheme(points: str) -> Scheme:
        deduct = {"per_point_short_of": 100, "points": points}
        rules = [Rule(indicator="complaint_24h_rate", deduct=deduct, source="inferred")]
        return Scheme(applies_from="2019-01", name=points, full_marks=100, rules=rules)

    assert _same_rules(scheme("0.1"), scheme("0.10")) and not _same_rules(scheme("0.1"), scheme("0.2"))
