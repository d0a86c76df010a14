"""All months at a glance: every cell is what lies in the folders, and nothing is changed by looking."""

import json
import os
import shutil
from dataclasses import replace

import pytest
from support import ROOT, within
from test_cli import hotline
from test_tickets import tickets, write

from hotline_lib.batch.manifest import Manifest, Record, Tables, write_manifest
from hotline_lib.errors import HotlineError
from hotline_lib.fingerprint import file_sha256
from hotline_lib.months import overview, version_lines
from hotline_lib.new_month import new_month
from hotline_lib.params import load_params
from hotline_lib.tickets.files import kept_as

MONTH = "2024-09"


@pytest.fixture
def desk(own_params, tmp_path):
    return replace(own_params, root=tmp_path, data=tmp_path / "data")


def state(paths, month: str = MONTH) -> dict[str, str]:
    (found,) = [each for each in overview(paths) if each["月份"] == month]
    return found


def mark(paths, month: str, **marks: str) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(paths.tickets(month))
    said = {f"hotline.{name}": value for name, value in marks.items()}
    pq.write_table(table.replace_schema_metadata(said), paths.tickets(month))


def test_months_are_found_wherever_something_of_them_lies(desk):
    for month in ("2024-01", "2024-02"):
        write(desk, tickets({}), month)
    (desk.published("2024-03")).mkdir(parents=True)
    desk.spot_checks("2024-04").parent.mkdir()
    desk.spot_checks("2024-04").write_text("ticket_id\na\n\nb\n", encoding="utf-8")
    write_manifest(desk.report_folder("2024-05"), Manifest("2024-05"))
    (desk.output / "sent").mkdir()
    (desk.output / "sent" / "2024-06.jsonl").touch()
    kept_as("2024-07", "0" * 12, desk).parent.mkdir()
    kept_as("2024-07", "0" * 12, desk).touch()
    (desk.output / "intake" / "2024-08_20241008-090000").mkdir(parents=True)
    found = {each["月份"]: each for each in overview(desk)}
    assert list(found) == ["2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "2024-06", "2024-07", MONTH]
    assert found["2024-03"]["印刷表"] == "有" and found["2024-04"]["抽检"] == "2 件"
    assert found["2024-07"]["旧版"] == "1 个" and found["2024-07"]["工单"] == "—"
    assert found[MONTH]["参数"] == "已填" and found["2024-01"]["参数"] == "—"


def test_tickets_units_and_source(desk):
    write(desk, tickets({}, {"unit": "大连"}, {}))
    units = len(load_params(MONTH, desk.params).units)
    assert [state(desk)[head] for head in ("工单", "单位", "来源")] == ["3", f"2/{units}", "真实"]
    mark(desk, MONTH, simulated="true")
    assert state(desk)["来源"] == "模拟"
    mark(desk, MONTH, partial="true")
    assert state(desk)["来源"] == "不完整"
    desk.tickets(MONTH).write_bytes(b"PAR1 broken")
    assert state(desk)["工单"] == "打不开"


def test_a_folder_of_files_and_a_database(desk):
    folder = desk.tickets(MONTH)
    folder.mkdir(parents=True)
    tickets({}, {}).to_parquet(folder / "a.parquet", index=False)
    tickets({"unit": "大连"}).to_parquet(folder / "b.parquet", index=False)
    found = state(desk)
    assert found["工单"] == "3" and found["单位"].startswith("2/") and found["来源"] == "真实（文件夹）"
    file = desk.params / "months" / f"{MONTH}.yaml"
    text = file.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("# source:"))
    file.write_text(text.replace(line, "source: {kind: postgres, table: t}"), encoding="utf-8")
    assert state(desk)["来源"] == "数据库"


def test_reports_and_what_lies_beside_them(desk):
    write(desk, tickets({}))
    name = "data/tickets/2024-09.parquet"
    manifest = Manifest(MONTH, inputs={name: file_sha256(desk.tickets(MONTH))})
    manifest.reports = {"a": Record("made"), "b": Record("made"), "units/c/d": Record("failed", unit="c")}
    write_manifest(desk.report_folder(MONTH), manifest)
    assert state(desk)["报告"] == "2/3，失败 1" and state(desk)["附件"] == "—"
    manifest.tables, manifest.mail = Tables(files=("附表.xlsx", "bulletin.docx")), Tables(files=("bulletin.eml",))
    del manifest.reports["units/c/d"]
    write_manifest(desk.report_folder(MONTH), manifest)
    assert state(desk)["报告"] == "2/2" and state(desk)["附件"] == "Word 邮件"
    write(desk, tickets({}, {}))
    assert state(desk)["报告"] == "2/2，旧于工单"


def test_who_has_the_bulletin_is_counted_once_and_a_mail_under_way_is_left_alone(desk):
    sent = desk.sent / f"{MONTH}.jsonl"
    sent.parent.mkdir(parents=True)
    entries = [  # invented addresses
        {"audience": "bulletin", "address": "a@example.invalid", "status": "unknown", "time": "2024-10-08T09:00:00+08:00"},
        {"audience": "bulletin", "address": "A@example.invalid", "status": "sent", "time": "2024-10-09T09:00:00+08:00"},
        {"audience": "沈阳", "address": "a@example.invalid", "status": "sent", "time": "2024-10-10T09:00:00+08:00"},
        {"audience": "bulletin", "address": "b@example.invalid", "status": "unknown", "time": "2024-10-09T09:00:00+08:00"},
    ]  # fmt: skip
    sent.write_text("".join(json.dumps({"edition": "x", **each}) + "\n" for each in entries), encoding="utf-8")
    pending = sent.with_suffix(".pending")
    pending.write_text(json.dumps({"edition": "x", **entries[0]}), encoding="utf-8")
    assert state(desk)["已发"] == "2 封（10-10），不明 1"
    assert pending.exists()
    sent.write_text("{", encoding="utf-8")
    assert state(desk)["已发"] == "记录读不懂"


def test_values_that_nobody_confirmed_are_counted(desk):
    file = new_month("2024-10", desk)
    assert state(desk, "2024-10")["参数"] == "待补充 10"
    file.write_text(file.read_text(encoding="utf-8"), encoding="gb18030")  # as Notepad may save it
    assert state(desk, "2024-10")["参数"] == "待补充 10"
    file.write_text("month: 2024-11\n", encoding="utf-8")
    assert state(desk, "2024-10")["参数"] == "有误，见 check"


def test_the_versions_of_a_month_as_lines(desk):
    assert version_lines(MONTH, desk)[0].startswith("2024-09 没有工单，也没有留存的版本")
    write(desk, tickets({}, {}))
    old = file_sha256(desk.tickets(MONTH))
    kept_as(MONTH, old[:12], desk).parent.mkdir()
    desk.tickets(MONTH).rename(kept_as(MONTH, old[:12], desk))
    write(desk, tickets({}))
    record = desk.output / "intake" / "2024-09_20241008-090000"
    record.mkdir(parents=True)
    stored = [{"month": "2024-08", "sha256": "x"}, {"month": MONTH, "sha256": old}]
    (record / "summary.json").write_text(json.dumps({"rows": {"a.csv": {}}, "stored": stored}), encoding="utf-8")
    (record.with_name("broken")).mkdir()
    (record.with_name("broken") / "summary.json").write_text("[", encoding="utf-8")
    _, current, before, remedy = version_lines(MONTH, desk)
    assert current.startswith(f"* {file_sha256(desk.tickets(MONTH))[:12]}") and current.endswith("1 件")
    assert before.startswith(f"  {old[:12]}")
    assert before.endswith("2 件　a.csv（output/intake/2024-09_20241008-090000）")
    assert "hotline intake --undo 版本号 --month 2024-09" in remedy
    with pytest.raises(HotlineError, match="不是月份"):
        version_lines("2024-9", desk)


def test_two_years_are_told_in_a_moment(desk, september):
    years = [f"{year}-{month:02d}" for year in (2022, 2023) for month in range(1, 13)]
    desk.tickets(MONTH).parent.mkdir(parents=True)
    copy = shutil.copyfile(
        september.tickets(MONTH), desk.data / "copy"
    )  # of our own, on this disk: others may not be linked
    for month in years:
        os.link(copy, desk.tickets(month))
        new_month(month, desk)
    overview(desk)  # imports
    with within(2):
        assert [each["工单"] for each in overview(desk)] == ["243,909"] * 24 + ["—"]


def test_the_command_prints_a_line_a_month_and_the_versions_of_one(september, tmp_path):
    folders = ("--data", str(september.data), "--output", str(tmp_path / "output"))
    done = hotline("months", *folders)
    assert done.returncode == 0, done.stderr
    head, *lines = done.stdout.splitlines()
    assert head.split()[:3] == ["月份", "工单", "单位"]
    assert [line.split()[:4] for line in lines][-1] == [MONTH, "243,909", "15/15", "模拟"]
    done = hotline("months", MONTH, *folders)
    assert done.returncode == 0 and "243,909 件，模拟工单" in done.stdout


def test_an_empty_project_says_how_to_begin(tmp_path):
    empty = tmp_path / "params"
    (empty / "months").mkdir(parents=True)
    done = hotline("months", "--data", str(tmp_path), "--output", str(tmp_path), "--params", str(empty), cwd=ROOT)
    assert done.returncode == 0 and "hotline new" in done.stdout
