"""A month's runs are compared with each other and with what was mailed, from tickets to the page that tells."""

import json
import shutil
from dataclasses import replace

import duckdb
import pytest
from support import MONTH

from hotline_lib import bulletin
from hotline_lib.batch import run, whole
from hotline_lib.batch.inputs import basis
from hotline_lib.batch.manifest import Manifest, Record, Tables, read_manifest, write_manifest
from hotline_lib.deliver import edition
from hotline_lib.errors import HotlineError
from hotline_lib.params import load_params


@pytest.fixture
def house(tmp_path, september, project):
    """A September of one's own, with params that may be changed."""
    shutil.copytree(september.data, tmp_path / "data")
    shutil.copytree(project.params, tmp_path / "params")
    return replace(september, data=tmp_path / "data", params=tmp_path / "params", output=tmp_path / "output")


def made(paths):
    """What a run keeps, without pages."""
    m = run.prepared(MONTH, paths)
    manifest = read_manifest(paths.report_folder(MONTH))
    manifest.inputs, digest = basis(MONTH, paths, load_params(MONTH, paths.params))
    manifest.tables = Tables(digest, shared={"top": 5})
    bulletin.write_tables(m, paths.report_folder(MONTH) / "tables")
    bulletin.write_analysis(m, paths.report_folder(MONTH) / "tables")
    manifest.reports["00_bulletin"] = Record("made", "月报", made_at="2024-10-14T09:29:00+08:00")
    whole.remember(m, paths, manifest, [], 5)
    write_manifest(paths.report_folder(MONTH), manifest)
    whole.write_pages(paths, "某省热线", MONTH)
    return m


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def sent(m, paths, status="sent"):
    number = edition.fingerprint(m)
    edition.keep(m, paths.sent / MONTH / "tables" / number)
    entry = {
        "audience": "bulletin",
        "address": "a@example.invalid",
        "edition": number,
        "time": "2024-10-14T09:30:00+08:00",
        "status": status,
    }
    with (paths.sent / f"{MONTH}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")


def test_before_a_run_and_before_a_mail_there_is_nothing_to_compare(project, tmp_path):
    paths = replace(project, output=tmp_path, data=tmp_path)
    with pytest.raises(HotlineError, match="请先运行 hotline run 2024-09"):
        whole.compare(MONTH, paths)


@pytest.mark.slow
def test_a_month_from_its_first_run_to_its_correction(house):
    m = made(house)
    diff = house.report_folder(MONTH) / "diff.html"
    words, found = whole.compare(MONTH, house)
    assert found is None and "记下的只有" in words and not diff.exists()
    with pytest.raises(HotlineError, match="还没有发过"):
        whole.compare(MONTH, house, "mail")
    sent(m, house)
    whole.sent_now(MONTH, house)
    made(house)  # nothing changed
    assert len(read_manifest(house.report_folder(MONTH)).runs) == 1 and not whole.compare(MONTH, house, "mail")[1]

    edit(house.params / "wording" / "scores.j2", "分别为", "依次为")
    made(house)
    found = whole.compare(MONTH, house)[1]
    assert found.figures == () and len(found.words) == 1
    assert found.words[0].why == ("措辞　params/wording/scores.j2",) and "依次为" in found.words[0].now

    edit(house.params / "scoring.yaml", "{at_least: {100: 0}, otherwise: 4}", "{at_least: {100: 0}, otherwise: 3}")
    made(house)
    found = whole.compare(MONTH, house)[1]
    assert {each.why for each in found.figures} == {
        ("评分规则　params/scoring.yaml 2024-09（推断） rules complaint_24h_rate deduct",)
    }
    assert ("附件1 考评指标", "营口", "总分") in {(each.table, each.row, each.column) for each in found.figures}
    assert not {each.table for each in found.figures} & {"业务类型", "附件3 业务量区域分布"}

    edit(house.params / "months" / f"{MONTH}.yaml", "  沈阳: 0", "  沈阳: 30")
    made(house)
    found = whole.compare(MONTH, house)[1]
    minutes = "月份参数　params/months/2024-09.yaml offline_minutes 沈阳：0 → 30"
    assert {each.why for each in found.figures} == {(minutes,)}

    tickets = house.tickets(MONTH)
    duckdb.execute(
        f"COPY (SELECT * FROM read_parquet('{tickets}') WHERE NOT (unit = '沈阳' AND business_type = '意见建议')) TO '{tickets}.new' (FORMAT parquet, KV_METADATA {{'hotline.simulated': 'true', 'hotline.seed': '12328'}})"
    )
    tickets.with_name(f"{tickets.name}.new").replace(tickets)
    made(house)
    found = whole.compare(MONTH, house)[1]
    assert {each.why for each in found.figures} == {("工单　data/tickets/2024-09.parquet",)}
    assert "附件3 业务量区域分布" in {each.table for each in found.figures}

    since = {each.table: each.why for each in whole.compare(MONTH, house, "mail")[1].figures}
    assert since["业务类型"] == ("工单　data/tickets/2024-09.parquet",)
    assert len(since["各单位一览"]) == 4  # a wording too: cells of the analysis may hold sentences
    assert "因为：工单" in diff.read_text(encoding="utf-8") and "diff.html" in (house.output / "index.html").read_text(
        encoding="utf-8"
    )
    first = read_manifest(house.report_folder(MONTH)).runs[0].version
    assert whole.compare(MONTH, house, first)[1].figures == whole.compare(MONTH, house, "mail")[1].figures
    with pytest.raises(HotlineError, match="没有留下版本"):
        whole.compare(MONTH, house, "nichts")

    shutil.rmtree(house.sent / MONTH / "runs")  # as an earlier version of the suite left it
    found = whole.compare(MONTH, house, "mail")[1]
    assert found.figures and {each.why for each in found.figures} == {("当时没有记下由什么做成，原因不明",)}


def test_open_values_are_counted_and_lead_to_where_they_stand(september):
    m = run.prepared(MONTH, september)
    month = m.params.month.model_copy(
        update={"issued": None, "offline_minutes": {**m.params.month.offline_minutes, "沈阳": None}}
    )
    m = replace(m, params=m.params.model_copy(update={"month": month}))
    found, confirmed = whole._open(m, 5)
    assert [(each.words, each.count) for each in found] == [("印发日期", 1), ("断网时长（沈阳）", 1)]
    assert confirmed == whole._open(run.prepared(MONTH, september), 5)[1] - 2
    assert found[1].href.startswith("00_bulletin.html#附件1") and isinstance(Manifest(MONTH, open=found).open, tuple)
