"""What is missing from a month is said with the next step, stands in a table and a picture, and stops nothing.

Tickets, numbers and holidays here are invented.
"""

import shutil
from dataclasses import replace
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from support import ROOT
from test_tickets import tickets, write

from hotline_lib.coverage import coverage, coverage_told
from hotline_lib.params import load_params
from hotline_lib.present._style import ACCENT
from hotline_lib.tickets.quality import cut_off

MONTH, BEFORE = "2024-09", "2024-08"
THREE = (
    "- {{code: '{code}', name: {name}, long_name: {name}市, kind: city, population: 1, population_source: invented}}\n"
)


@pytest.fixture
def desk(own_params, tmp_path):
    """Three units: 甲, 乙, 丙; no tickets yet."""
    units = [THREE.format(code=f"21010{at}", name=name) for at, name in enumerate("甲乙丙")]
    (own_params.params / "units.yaml").write_text("".join(units), encoding="utf-8")
    (own_params.params / "months" / f"{MONTH}.yaml").unlink()
    return replace(own_params, data=tmp_path / "data")


def month(first: str = "2024-09-01", days: int = 30, *, hours=range(8, 18), but=lambda unit, day: False, **a_day: int):
    """So many tickets a day of each unit, shared out over the hours; none where ``but`` says so."""
    rows = [
        {
            "unit": unit,
            "accepted_at": date + pd.Timedelta(hours=hours[n % len(hours)], minutes=1 + n // len(hours)),
            "ticket_id": "",
        }
        for date in pd.date_range(first, periods=days)
        for unit, number in a_day.items()
        if not but(unit, date.day)
        for n in range(number)
    ]
    frame = tickets({}).drop(columns=["ticket_id", "unit", "accepted_at"])
    frame = frame.loc[[0] * len(rows)].reset_index(drop=True)
    found = pd.DataFrame(rows).assign(ticket_id=[f"JT2101002024090100{n:06d}" for n in range(len(rows))])
    return pd.concat([found, frame], axis=1).astype({"accepted_at": "datetime64[us]"})


def last_month(**a_day: int):
    return month("2024-08-01", 31, **a_day)


def told(paths) -> str:
    """All sentences, without summary and places."""
    return "\n".join(coverage(MONTH, load_params(MONTH, paths.params, need_month_file=False), paths).sentences)


def table(paths) -> pd.DataFrame:
    path = paths.output / "check" / f"{MONTH}_coverage.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    return pd.read_csv(path, encoding="utf-8-sig").set_index(["单位", "月份", "来源"])


def test_a_forgotten_unit_and_half_of_another_are_told_beside_last_month(desk):
    write(desk, last_month(甲=20, 乙=30, 丙=40), BEFORE)
    write(desk, month(甲=20, 乙=30, but=lambda unit, day: unit == "乙" and day > 15))
    lines = coverage_told(MONTH, desk)
    assert 2 <= len(lines) <= 10
    assert lines[0] == "2024年9月：3 个单位中 2 个有工单，共 1,050 件（上月 2,790 件）。"
    assert "没有一件工单的单位：丙（上月 1,240 件）。" in lines[1] and "补导" in lines[1]
    assert "乙 9月16日至30日（按平时约 450 件）。" in lines[2] and "导入" in lines[2]
    assert lines[3].endswith("output/check/2024-09_coverage.csv、output/check/2024-09_coverage.png")
    assert "甲" not in "".join(lines)


def test_the_table_has_each_day_of_both_months(desk):
    write(desk, last_month(甲=20, 乙=30), BEFORE)
    write(desk, month(甲=20, 乙=30, but=lambda unit, day: unit == "乙" and day > 15))
    coverage_told(MONTH, desk)
    rows = table(desk)
    assert list(rows.columns) == ["合计", "提示", *(f"{day}日" for day in range(1, 32))]
    assert rows.loc[("乙", MONTH, "工单"), ["合计", "15日", "16日"]].tolist() == [450, 30, 0]
    assert rows.loc[("乙", BEFORE, "工单"), ["合计", "31日"]].tolist() == [930, 30]
    assert pd.isna(rows.loc[("乙", MONTH, "工单"), "31日"])
    assert rows.loc[("全部", MONTH, "工单"), ["合计", "15日", "16日"]].tolist() == [1050, 50, 20]
    assert rows["提示"].dropna().to_dict() == {
        ("乙", MONTH, "工单"): "缺 9月16日至30日（按平时约 450 件）",
        ("丙", MONTH, "工单"): "没有工单",
    }


def test_a_missing_day_is_red_in_the_picture(desk):
    def reds() -> int:
        coverage_told(MONTH, desk)
        picture = Image.open(BytesIO((desk.output / "check" / f"{MONTH}_coverage.png").read_bytes())).convert("RGB")
        red = [int(ACCENT[at : at + 2], 16) for at in (1, 3, 5)]
        return int((abs(np.asarray(picture).astype(int) - red).sum(axis=2) < 24).sum())

    write(desk, month(甲=60, 乙=60, 丙=60))
    assert reds() == 0
    write(desk, month(甲=60, 乙=60, 丙=60, but=lambda unit, day: (unit, day) == ("乙", 12)))
    assert reds() > 500


def test_nothing_is_told_of_a_whole_month(desk):
    write(desk, last_month(甲=20, 乙=3, 丙=40), BEFORE)
    write(desk, month(甲=20, 乙=3, 丙=40))
    assert told(desk) == ""
    assert "没有发现缺漏" in coverage_told(MONTH, desk)[1]


def test_without_last_month_what_the_month_itself_shows_is_told(desk):
    write(desk, month(甲=20, 乙=30, but=lambda unit, day: unit == "乙" and day > 15))
    assert "没有上月的工单或月报可比" in coverage_told(MONTH, desk)[0]
    assert "单位：丙。" in told(desk) and "乙 9月16日至30日" in told(desk)


def test_last_months_bulletin_is_compared_where_there_are_no_tickets(desk):
    folder = desk.published(BEFORE)
    folder.mkdir(parents=True)
    rows = "unit,complaint,inquiry,suggestion,total\n甲,1,2,3,600\n乙,1,2,3,900\n丙,1,2,3,4321\n"
    (folder / "units.csv").write_text(rows, encoding="utf-8")
    write(desk, month(甲=20, 乙=3))
    assert "丙（上月月报 4,321 件）" in told(desk)
    assert "相差三倍以上：乙 90 件（上月月报 900 件）。" in told(desk)
    coverage_told(MONTH, desk)
    assert table(desk).loc[("丙", BEFORE, "月报"), "合计"] == 4321


def test_last_months_bulletin_tells_of_a_unit_that_last_months_tickets_lack(desk):
    folder = desk.published(BEFORE)
    folder.mkdir(parents=True)
    (folder / "units.csv").write_text(
        "unit,complaint,inquiry,suggestion,total\n甲,0,0,0,0\n乙,0,0,0,0\n丙,1,2,3,4321\n", encoding="utf-8"
    )
    write(desk, last_month(甲=20, 乙=20), BEFORE)
    write(desk, month(甲=20, 乙=20))
    assert "丙（上月月报 4,321 件）" in told(desk)


def test_a_unit_that_had_no_tickets_last_month_either_is_no_alarm(desk):
    write(desk, last_month(甲=20, 乙=20), BEFORE)
    write(desk, month(甲=20, 乙=20))
    assert told(desk).startswith("本月、上月都没有工单的单位：丙。")
    params = load_params(MONTH, desk.params, need_month_file=False)
    assert not any(strip.told or strip.missing for strip in coverage(MONTH, params, desk).strips)


def test_an_export_made_before_the_end_of_the_month_is_told_once(desk):
    write(desk, month(days=20, 甲=40, 乙=40, 丙=40))
    assert told(desk).startswith("最后一件受理于 9月20日 17 时，此后 10 天（其中工作日 7 天）没有工单。")
    assert told(desk).count("\n") == 0 and "月底之后重新导出" in told(desk)


def test_an_export_made_on_the_last_afternoon_is_told_once(desk):
    whole = month(甲=100, 乙=100, 丙=100)
    write(desk, whole[whole["accepted_at"] < "2024-09-30 13:00"])
    assert told(desk).startswith("最后一件受理于 9月30日 12 时，按平时当天还应有约 14")
    assert told(desk).count("\n") == 0


def test_a_day_that_all_units_lack_is_told_once(desk):
    write(desk, month(甲=40, 乙=40, 丙=2, but=lambda unit, day: day == 11))
    assert told(desk).startswith("全部单位都没有工单的日子：9月11日（")
    assert told(desk).count("\n") == 0


def test_times_that_are_all_midnight_have_a_sentence_of_their_own(desk):
    whole = month(甲=20, 乙=20, 丙=2)
    midnight = whole["accepted_at"].dt.normalize()
    write(desk, whole.assign(accepted_at=midnight))
    assert told(desk).startswith("受理时间都是 00:00:00：全部 1,260 件。")
    write(desk, whole.assign(accepted_at=whole["accepted_at"].where(whole["unit"] != "丙", midnight)))
    assert told(desk).startswith("受理时间都是 00:00:00：丙 60 件。")
    some = (whole["unit"] == "甲") & (whole["accepted_at"].dt.day < 4)
    write(desk, whole.assign(accepted_at=whole["accepted_at"].where(~some, midnight)))
    assert told(desk).startswith("受理时间都是 00:00:00：甲 600 件中的 60 件。")
    assert told(desk).count("\n") == 0


def test_six_tickets_with_only_a_day_are_seen(desk):
    write(desk, tickets(*[{"unit": "甲", "accepted_at": f"2024-09-0{day}"} for day in range(1, 7)]))
    assert "受理时间都是 00:00:00：甲 6 件。" in told(desk)
    write(desk, tickets(*[{"unit": "甲", "accepted_at": f"2024-09-0{day} 08:30:00"} for day in range(1, 7)]))
    assert "00:00:00" not in told(desk)


def test_a_clock_of_twelve_hours_is_told(desk):
    write(desk, last_month(甲=20, 乙=20, 丙=20), BEFORE)
    whole = month(甲=20, 乙=20, 丙=20)
    wrong = (whole["unit"] == "乙") & (whole["accepted_at"].dt.hour > 12)
    earlier = whole["accepted_at"] - pd.Timedelta(hours=12)
    write(desk, whole.assign(accepted_at=whole["accepted_at"].where(~wrong, earlier)))
    assert "时段：乙 13 至 17 时（按上月约 300 件）。" in told(desk) and "12 小时制" in told(desk)


def test_a_volume_beyond_belief_is_told_unless_a_gap_explains_it(desk):
    write(desk, last_month(甲=20, 乙=20, 丙=20), BEFORE)
    write(desk, month(甲=5, 乙=70, 丙=20, but=lambda unit, day: unit == "丙" and day > 5))
    assert "相差三倍以上：甲 150 件（上月 620 件）；乙 2,100 件（上月 620 件）。" in told(desk)
    assert told(desk).count("丙") == 1 and "丙 9月6日至30日" in told(desk)


def test_a_month_of_a_round_number_is_told(desk):
    whole = month(甲=170, 乙=20, 丙=20)
    write(desk, pd.concat([whole[whole["unit"] == "甲"].head(5000), whole[whole["unit"] != "甲"]]))
    assert "件数正好是整数：甲 5,000 件。" in told(desk)


@pytest.mark.parametrize("rows", [5_000, 10_000, 20_000, 50_000, 65_535, 65_536, 1_000_000, 1_048_575, 1_048_576])
def test_an_export_may_have_been_cut_off_at_that_many_rows(rows):
    assert cut_off(rows)
    assert not cut_off(rows + 2)


@pytest.mark.parametrize("rows", [0, 1_000, 2_000, 4_999, 9_999, 243_909])
def test_other_numbers_of_rows_say_nothing(rows):
    assert not cut_off(rows)


def test_at_most_six_units_stand_in_a_sentence(own_params, tmp_path):
    paths = replace(own_params, data=tmp_path / "data")
    write(paths, tickets({}, {"unit": "大连"}))
    sentence = told(paths)
    assert "省交投；鞍山；抚顺；本溪；丹东；锦州 等 13 个单位。" in sentence and "营口" not in sentence


def test_simulated_tickets_are_no_base_for_real_ones(september, own_params, tmp_path):
    paths = replace(own_params, data=tmp_path / "data")
    write(paths, tickets({}))
    shutil.copy(september.tickets(BEFORE), paths.tickets(BEFORE))
    assert "没有上月的工单或月报可比" in coverage_told(MONTH, paths)[0]


def test_a_year_without_holidays_in_the_calendar_is_judged_by_weekdays(desk):
    calendar = desk.params / "calendar.yaml"
    calendar.write_text(calendar.read_text(encoding="utf-8").split("2024:")[0], encoding="utf-8")
    closed = (1, 7, 8, 14, 15, 21, 22, 28, 29)
    write(desk, month(甲=40, 乙=40, 丙=40, but=lambda unit, day: unit == "甲" and day in closed))
    assert told(desk) == ""
    write(desk, month(甲=40, 乙=40, 丙=40, but=lambda unit, day: unit == "甲" and day in (*closed, 11)))
    assert "甲 9月11日" in told(desk)


def test_a_month_without_tickets_of_its_own_has_nothing_to_tell(desk):
    assert coverage_told(MONTH, desk) == []


@pytest.mark.parametrize("which", ["september", "province"])
def test_simulated_months_of_two_provinces_lack_nothing(which, request):
    paths = request.getfixturevalue(which)
    newest = max(path.stem for path in (paths.data / "tickets").glob("*.parquet"))
    summary, nothing, _ = coverage_told(newest, paths)
    units = len(load_params(newest, paths.params).units)
    assert f"{units} 个单位中 {units} 个有工单" in summary
    assert "没有发现缺漏" in nothing


def test_the_cases_of_the_second_province_name_its_own_units(province, tmp_path):
    paths = replace(province, data=tmp_path / "data", output=tmp_path / "output")
    for month_there in ("2025-02", "2025-03"):
        there = pd.read_parquet(province.tickets(month_there))
        write(paths, there[(there["unit"] != "东川") | (there["accepted_at"] < "2025-03-01")], month_there)
    words = "\n".join(coverage_told("2025-03", paths))
    assert "没有一件工单的单位：东川（上月 " in words
    assert not any(name in words for name in load_params(MONTH, ROOT / "params").unit_names)
