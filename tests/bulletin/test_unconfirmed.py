"""What nobody confirmed prints 待补充, and costs and gives no points; what somebody confirmed prints as it is."""

import csv
import email
import email.policy
import io
from dataclasses import replace

import pytest
from support import MONTH, every_exhibit, parts_of

from hotline_lib import bulletin, open_month
from hotline_lib.batch.weaknesses import warnings
from hotline_lib.deliver.workbook import write_workbook
from hotline_lib.params import PER_UNIT, MonthParams, Rule

OPEN = "待补充"
KEYS = ("monthly_analysis_done", "data_conformity_rate", "offline_minutes")
RULES = [
    {"indicator": "offline_minutes", "deduct": {"below": {1: 0}, "otherwise": 2}, "source": "published"},
    {"indicator": "data_conformity_rate", "deduct": {"at_least": {100: 0}, "otherwise": 3}, "source": "published"},
    {"indicator": "monthly_analysis_done", "deduct": {"at_least": {1: 0}, "otherwise": 5}, "source": "published"},
]


@pytest.fixture(scope="module")
def printed(september):
    return open_month(MONTH, september)


def with_month(m, rules=(), **given):
    """The month with other parameters of its own, and rules besides."""
    scheme = m.params.scheme
    scheme = scheme.model_copy(update={"rules": (*scheme.rules, *(Rule(**rule) for rule in rules))})
    own = m.params.month.model_copy(update=given)
    return replace(m, params=m.params.model_copy(update={"month": own, "scheme": scheme}))


def unfilled(m, rules=()):
    empty = MonthParams(month=m.month, remarks=None)
    return with_month(m, rules, **{key: getattr(empty, key) for key in ("test_calls", "remarks", *PER_UNIT)})


def rows_of(m) -> dict[str, dict]:
    text = bulletin.indicators(m).table.csv()
    return {row["unit"]: row for row in csv.DictReader(io.StringIO(text))}


def test_annex_one_prints_open_values_in_every_form_and_takes_no_points_for_them(printed, tmp_path):
    m = unfilled(printed, RULES)
    rows, before = rows_of(m), rows_of(printed)
    for unit, row in rows.items():
        assert [row[key] for key in KEYS] == [OPEN] * 3
        assert row["data_conformity_rate_numerator"] == row["data_conformity_rate_denominator"] == ""
        assert (row["score"], row["rank"]) == (before[unit]["score"], before[unit]["rank"])
        same = set(row) - set(KEYS) - {"data_conformity_rate_numerator", "data_conformity_rate_denominator"}
        assert {key: row[key] for key in same} == {key: before[unit][key] for key in same}
    table = bulletin.indicators(m).table
    *_, province = table.cells()
    assert [line.count(OPEN) for line in table.cells()] == [3] * 16 and province[1] == "全省"
    assert table._repr_html_().count(f">{OPEN}<") == 48
    assert any("断网时长3项待补充，暂按不失分计，总分和名次为暂计" in note for note in table.notes)


def test_a_unit_that_filled_in_is_printed_and_scored_and_the_others_are_open(printed):
    units = printed.params.unit_names
    given = {"沈阳": 12, "大连": 0}
    m = with_month(printed, RULES, offline_minutes=given)
    rows, before = rows_of(m), rows_of(printed)
    assert [rows[unit]["offline_minutes"] for unit in ("沈阳", "大连", "鞍山")] == ["12", "0", OPEN]
    lost = {unit: float(before[unit]["score"]) - float(rows[unit]["score"]) for unit in units}
    assert lost.pop("沈阳") == 2 and not any(lost.values())
    *_, province = bulletin.indicators(m).table.cells()
    assert province.count(OPEN) == 1  # a sum of two units is not all units'
    assert any("断网时长（13个单位）1项待补充" in note for note in bulletin.indicators(m).table.notes)
    matrix = bulletin.points_lost(m).table
    at = [column.value for column in matrix.columns].index("offline_minutes")
    assert {row[1]: row[at] for row in matrix.cells()} | {"沈阳": "2", "大连": "·", "鞍山": OPEN} == {
        row[1]: row[at] for row in matrix.cells()
    }


def test_confirmed_values_have_no_note_and_cost_what_the_scheme_says(printed):
    m = with_month(printed, RULES, monthly_analysis_done=printed.params.month.monthly_analysis_done | {"沈阳": False})
    assert float(rows_of(printed)["沈阳"]["score"]) - float(rows_of(m)["沈阳"]["score"]) == 5
    assert OPEN not in "".join(bulletin.indicators(m).table.notes) and OPEN not in bulletin.indicators(m).table.csv()


def test_no_page_asserts_what_nobody_said(printed):
    m = unfilled(printed, RULES)
    text = "\n".join(str(part) for exhibit in every_exhibit(m, "沈阳") for part in parts_of(exhibit))
    for claim in ("均能及时接听", "已开展", "没有拨测", "进行拨测"):
        assert claim not in text, claim
    assert str(bulletin.test_calls(m).sentence) == "1.从话务接听、工单转换方面来看，拨测情况待补充。"
    assert "，（与全国比较待补充），我省" in str(bulletin.below_threshold(m).sentence)
    assert "（抽检所见待补充）" in str(bulletin.quality(m).sentence)
    assert str(bulletin.handled(m).sentence).startswith("（办理情况待补充）")
    assert "总分为暂计" in str(bulletin.scores(m).sentence)
    own = bulletin.unit_indicators(m, "沈阳").table
    assert repr(own).count(OPEN) == 6  # the unit's value and that of all units, thrice
    assert "总分和名次为暂计" in "".join(own.notes)
    assert "总分和名次为暂计" in str(bulletin.unit_indicators(m, "沈阳").sentence)
    assert "总分和名次为暂计" in "".join(bulletin.overview(m).table.notes)
    assert "，11项没有单位失分" in "".join(bulletin.overview(printed).table.notes)
    assert "，8项没有单位失分，3项待补充，见附件1" in "".join(bulletin.overview(m).table.notes)


def test_a_page_without_a_date_of_issue_says_so(printed):
    assert str(bulletin.issued(printed)).endswith("　2024年10月14日")
    assert str(bulletin.issued(with_month(printed, issued=None))).endswith("　印发日期待补充")


def test_one_part_of_the_test_calls_may_be_known(printed):
    calls = printed.params.month.test_calls
    said = lambda **given: str(
        bulletin.test_calls(with_month(printed, test_calls=type(calls)(**given))).sentence
    ).partition("来看，")[2]
    assert said(not_answered=()) == "各地市、省交投均能及时接听电话；工单转换情况待补充。"
    assert said(slow=("沈阳",)) == "接听情况待补充；除沈阳市外，其他地市、省交投均能快速完成工单转换。"
    assert said(not_answered=(), slow=()) == "各地市、省交投均能及时接听电话、快速完成工单转换。"
    assert said(done=False) == "本月没有拨测记录。"


def test_no_advice_and_no_finding_stands_on_an_open_value(printed):
    m = unfilled(printed, RULES)
    assert not {key for keys in bulletin.what_it_takes(m).frame["indicators"] for key in keys} & set(KEYS)
    assert not [each for each in bulletin.findings(m).found if any(word in each.title for word in ("断网", "规范"))]


def test_a_published_scheme_without_such_a_rule_is_not_provisional(printed):
    m = unfilled(printed)
    rules = tuple(rule.model_copy(update={"source": "published"}) for rule in m.params.scheme.rules)
    scheme = m.params.scheme.model_copy(update={"rules": rules})
    m = replace(m, params=m.params.model_copy(update={"scheme": scheme}))
    notes = "".join(bulletin.indicators(m).table.notes)
    assert "不影响总分" in notes and "暂计" not in notes
    assert "暂计" not in str(bulletin.scores(m).sentence)


def test_nothing_of_nothing_is_an_answer_only_for_a_unit_that_submitted_nothing(printed):
    none = printed.params.month.data_conformity | {
        "沈阳": printed.params.month.data_conformity["沈阳"].model_copy(update={"numerator": 0, "denominator": 0})
    }
    assert rows_of(with_month(printed, data_conformity=none))["沈阳"]["data_conformity_rate"] == OPEN
    silent = replace(printed, rates=printed.rates[printed.rates["unit"] != "沈阳"])
    assert rows_of(with_month(silent, data_conformity=none))["沈阳"]["data_conformity_rate"] == "100.00"


def test_tables_with_open_values_can_be_kept_as_a_base(printed, published, tmp_path):
    from hotline_lib.simulate.printed import read_printed

    bulletin.write_tables(unfilled(printed), tmp_path / "tables")
    kept = (tmp_path / "tables" / "indicators.csv").read_bytes()
    assert OPEN.encode() in kept
    (published.data / "published" / MONTH / "indicators.csv").write_bytes(kept)
    assert read_printed(MONTH, printed.params, published).rates.equals(
        read_printed(MONTH, printed.params, printed.paths).rates
    )


def test_the_mail_says_that_scores_are_provisional(printed, tmp_path):
    from hotline_lib.deliver.mail import Files, write_draft

    for m, said in ((unfilled(printed), True), (printed, False)):
        letter = email.message_from_bytes(write_draft(m, tmp_path, Files()).read_bytes(), policy=email.policy.default)
        for kind in ("plain", "html"):
            assert ("总分和名次为暂计。" in letter.get_body((kind,)).get_content()) == said


def test_a_run_says_how_many_values_are_open(printed):
    assert warnings(unfilled(printed))[-1].startswith(
        "params/months/2024-09.yaml 有 8 项待补充：见 hotline check 2024-09"
    )
    assert not [each for each in warnings(printed) if "待补充" in each]


def test_the_workbook_says_so_too(printed, tmp_path):
    import zipfile

    write_workbook(unfilled(printed), tmp_path)
    with zipfile.ZipFile(tmp_path / "附表.xlsx") as book:
        assert f"<t>{OPEN}</t>" in book.read("xl/sharedStrings.xml").decode()
