"""A check finds in seconds what would stop or weaken a run, all of it at once."""

import datetime as dt
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest
from support import ROOT
from test_tickets import tickets, write

from hotline_lib.new_month import new_month
from hotline_lib.params import load_params
from hotline_lib.readiness import check, told
from hotline_lib.tickets import rules
from hotline_lib.tickets.quality import data_quality
from hotline_lib.tickets.read import read_month

MONTH = "2024-09"


@pytest.fixture
def desk(own_params, tmp_path):
    """Parameters and notebooks that may be broken; no tickets yet."""
    (tmp_path / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "01_overview.ipynb", tmp_path / "notebooks")
    return replace(own_params, root=tmp_path, data=tmp_path / "data")


def test_a_month_with_everything_is_ready(september):
    found = check(MONTH, september)
    assert found.exit_code == 0 and not found.stops
    assert any("243,909 件" in line and "模拟工单" in line for line in found.ready)
    assert found.coverage.sentences == [] and "没有发现缺漏" in told(found)
    assert "可以运行" in told(found)


def test_everything_that_would_stop_a_run_is_told_at_once(desk):
    write(desk, tickets({}, {"unit": "沈阳中心"}))
    write(desk, tickets({"accepted_at": "2024-08-01", "domain": "水路运输"}), "2024-08")
    (desk.data / "spot_checks").mkdir()
    desk.spot_checks(MONTH).write_text("ticket_id,unit\n", encoding="utf-8")
    desk.spot_checks("2024-08").write_text("ticket_id,drawn\n", encoding="utf-8")
    (desk.root / "notebooks" / "02_broken.ipynb").write_text("{", encoding="utf-8")
    calendar = desk.params / "calendar.yaml"
    calendar.write_text(calendar.read_text(encoding="utf-8").split("2024:")[0], encoding="utf-8")
    found = check(MONTH, desk)
    assert found.exit_code == 1
    for words in (
        "沈阳中心",
        "水路运输",
        "spot_checks/2024-09.csv",
        "spot_checks/2024-08.csv",
        "02_broken.ipynb",
        "calendar.yaml：没有 2024 年",
    ):
        assert any(words in stop for stop in found.stops), words


def test_what_weakens_a_run_does_not_stop_it(desk):
    write(desk, tickets({}, {"closed_at": None, "submitted_at": None}))
    found = check(MONTH, desk)
    assert found.exit_code == 0
    for words in ("1件工单尚未办结", "附件1不完整", "环比印为 —", "同比印为 —", "没有抽检"):
        assert any(words in line for line in found.weakens), words


def test_missing_tickets_weaken_a_run_and_do_not_stop_it(desk):
    write(desk, tickets(*[{"accepted_at": f"2024-09-{day:02d}"} for day in range(1, 13)]))
    found = check(MONTH, desk)
    assert found.exit_code == 0
    lines = told(found).splitlines()
    section = lines[next(at for at, line in enumerate(lines) if line.startswith("工单是否齐全（缺了会减弱")) :]
    assert "15 个单位中 1 个有工单" in section[1]
    assert "没有一件工单的单位：省交投；大连" in section[2]
    assert "受理时间都是 00:00:00：沈阳 12 件" in "".join(section[3:5])


def test_a_new_month_is_told_what_to_do_first(desk):
    found = check("2024-10", desk)
    assert any("hotline new 2024-10" in stop for stop in found.stops)
    assert any("hotline intake" in stop for stop in found.stops)
    new_month("2024-10", desk)
    found = check("2024-10", desk)
    assert not any("hotline new" in stop for stop in found.stops)
    for words in (
        "第 20 至 34 行 offline_minutes（全部单位） 待补充：断网时长",
        "行 test_calls.slow 待补充",
        "行 issued 待补充",
    ):
        assert any(words in line for line in found.weakens), words


@pytest.mark.parametrize("at_once", [4_000_000, 3, 1])
def test_the_quality_of_the_data_is_counted_by_unit(desk, monkeypatch, at_once):
    monkeypatch.setattr(rules, "_AT_ONCE", at_once)  # in one part, in three, in as many as there are tickets
    odd = [
        {},
        {"issue": None, "sub_issue": None},
        {"closed_at": "2024-09-01 07:00:00"},  # before it was accepted, and transferred
        {"unit": "大连", "closed_at": "2024-09-01 08:00:00", "transferred_at": None},  # in no time
        {"unit": "大连", "accepted_at": "2024-09-01 08:01:00"},  # a minute after the one before
        {"unit": "大连", "called_back": None},
        {
            "unit": "大连",
            "closed_at": "2024-09-21 08:00:00",
            "submitted_at": "2024-11-01 00:00:00",
            "accepted_at": "2024-09-20 08:00:00",
        },  # in the future
    ]
    write(desk, tickets(*odd))
    params = load_params(MONTH, desk.params)
    table = data_quality(read_month(MONTH, params, desk), params, dt.datetime(2024, 10, 5)).set_index("finding")
    assert list(table.columns) == ["tickets", *params.unit_names]
    found = table[["tickets", "沈阳", "大连"]].apply(tuple, axis=1).to_dict()
    assert found == {
        "「事项」未填写": (1, 1, 0),
        "「子事项」未填写": (1, 1, 0),
        "「转办时间」未填写": (1, 0, 1),
        "「差评已整改」未填写": (7, 3, 4),
        "「是否回访」未填写": (1, 0, 1),
        "办结早于受理": (1, 1, 0),
        "办结早于转办": (1, 1, 0),
        "没有即时答复而办结时长为零": (1, 0, 1),
        "时间在将来": (1, 0, 1),
        "有评价而没有回访": (1, 0, 1),
        "疑似重复（同一单位、类型、事项、子事项，一分钟内，都没有即时答复）": (3, 1, 2),
    }


def test_tickets_that_are_alike_are_seen_where_a_part_begins(desk, monkeypatch):
    monkeypatch.setattr(rules, "_AT_ONCE", 1)
    write(desk, tickets({}, {"accepted_at": "2024-09-01 08:01:00"}))  # parted just before the second
    params = load_params(MONTH, desk.params)
    table = data_quality(read_month(MONTH, params, desk), params, dt.datetime(2024, 10, 5)).set_index("finding")
    assert table.filter(like="疑似重复", axis="index")["tickets"].tolist() == [1]


def test_the_command_prints_writes_and_ends_with_its_code(desk, tmp_path):
    write(desk, tickets({}, {"unit": "大连", "issue": None, "sub_issue": None}))
    command = [sys.executable, "-m", "hotline_lib", "check", MONTH]
    folders = ["--data", str(desk.data), "--params", str(desk.params), "--output", str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([*command, *folders], capture_output=True, cwd=ROOT, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    assert "「事项」未填写：1（大连 1）" in done.stdout.decode()
    table = pd.read_csv(tmp_path / "out" / "check" / f"{MONTH}.csv", encoding="utf-8-sig")
    assert table.loc[table["项目"] == "「事项」未填写", "大连"].tolist() == [1]
    assert "没有一件工单的单位：省交投；鞍山；抚顺；本溪；丹东；锦州 等 13 个单位" in done.stdout.decode()
    assert {f"{MONTH}_coverage{end}" for end in (".csv", ".png")} < {
        each.name for each in (tmp_path / "out" / "check").iterdir()
    }
    desk.tickets(MONTH).unlink()
    done = subprocess.run([*command, *folders], capture_output=True, cwd=ROOT, timeout=120, env=environment)
    assert done.returncode == 1 and "不能运行" in done.stdout.decode()
