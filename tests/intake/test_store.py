"""Months overlap: rows go to their month of acceptance, later files win, and nothing is lost or half done."""

import json
import os

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
from exports import rows, table, write_csv

from hotline_lib.errors import HotlineError, TicketsError
from hotline_lib.intake.stage import stage
from hotline_lib.intake.versions import undo
from hotline_lib.journal import commit
from hotline_lib.opening import open_month
from hotline_lib.params import load_params
from hotline_lib.tickets.files import marks
from hotline_lib.tickets.schema import SCHEMA

AUGUST = {"accepted_at": "2024-08-31 09:00:00"}


def test_the_engine_of_an_intake_has_the_memory_that_params_say(desk):
    params = load_params("2024-09", desk.paths.params)
    small = params.model_copy(update={"organisation": params.organisation.model_copy(update={"memory_gb": 0.2})})
    asked = "SELECT current_setting('memory_limit')"
    for given, limit in ((params, "953.6 MiB"), (small, "190.7 MiB")):
        with stage(given, desk.paths) as staged:
            assert staged.con.execute(asked).fetchone() == (limit,)


def test_a_month_is_written_as_the_contract_says(desk):
    late, early = {"accepted_at": "2024-09-01 08:00:01"}, {}
    desk.take(write_csv(desk.folder / "a.csv", table(rows(late, early))))
    file = pq.ParquetFile(desk.paths.tickets("2024-09"))
    assert file.schema_arrow.names == list(SCHEMA)
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    assert desk.tickets()["accepted_at"].is_monotonic_increasing
    types = {name: str(file.schema_arrow.field(name).type) for name in ("accepted_at", "rating", "called_back")}
    assert types == {"accepted_at": "timestamp[us]", "rating": "int64", "called_back": "bool"}


def test_the_same_file_twice_changes_nothing(desk):
    file = write_csv(desk.folder / "a.csv", table(rows({}, AUGUST, {"rating": ""})))
    desk.take(file)
    before = desk.bytes()
    done = desk.take(file)
    assert done.rows == {"a.csv": {"header": 1, "unchanged": 3}}
    assert not done.stored
    assert desk.bytes() == before


def test_rows_go_to_their_month_and_an_update_replaces_its_ticket_there(desk):
    first = rows({}, {**AUGUST, "closed_at": "", "submitted_at": ""})
    desk.take(write_csv(desk.folder / "a.csv", table(first)))
    assert [len(desk.tickets(month)) for month in ("2024-08", "2024-09")] == [1, 1]
    september, old = desk.paths.tickets("2024-09").read_bytes(), desk.paths.tickets("2024-08").read_bytes()

    done = desk.take(write_csv(desk.folder / "b.csv", table(rows({}, AUGUST, {"rating": "2"}))))
    assert done.rows == {"b.csv": {"header": 1, "unchanged": 1, "updated": 1, "new": 1}}
    assert desk.tickets("2024-08")["closed_at"].notna().all()
    changes = pd.read_csv(done.folder / "changes.csv", encoding="utf-8-sig")
    assert changes["改动的列"].tolist() == ["办结时间、报送时间"]
    (kept,) = [each.before for each in done.stored if each.month == "2024-08"]
    assert (desk.paths.data.parent / kept).read_bytes() == old
    assert desk.paths.tickets("2024-09").read_bytes() != september


def test_the_later_file_wins_in_one_command_too(desk):
    one = write_csv(desk.folder / "1.csv", table(rows({"rating": "1"}, {})))
    two = write_csv(desk.folder / "2.csv", table(rows({"rating": "4"}, {})))
    done = desk.take(one, two)
    assert done.rows == {"1.csv": {"header": 1, "new": 2}, "2.csv": {"header": 1, "updated": 1, "unchanged": 1}}
    assert desk.tickets()["rating"].tolist() == [4, 5]
    assert (done.folder / "changes.csv").read_text(encoding="utf-8-sig").count("满意度评价") == 1


def test_a_new_ticket_that_comes_in_two_files_of_one_command_is_stored(desk):
    files = [write_csv(desk.folder / name, table(rows({}))) for name in ("1.csv", "2.csv")]
    assert desk.take(*files).rows == {"1.csv": {"header": 1, "new": 1}, "2.csv": {"header": 1, "unchanged": 1}}
    assert len(desk.tickets()) == 1


def test_a_ticket_whose_time_of_acceptance_is_corrected_moves_to_its_month(desk):
    desk.take(write_csv(desk.folder / "a.csv", table(rows(AUGUST, AUGUST))))
    done = desk.take(write_csv(desk.folder / "b.csv", table(rows({}))))
    assert done.rows == {"b.csv": {"header": 1, "updated": 1}}
    assert [len(desk.tickets(month)) for month in ("2024-08", "2024-09")] == [1, 1]


def test_a_month_that_loses_its_last_ticket_to_another_month_is_empty(desk):
    desk.take(write_csv(desk.folder / "a.csv", table(rows(AUGUST))))
    desk.take(write_csv(desk.folder / "b.csv", table(rows({}))))
    assert [len(desk.tickets(month)) for month in ("2024-08", "2024-09")] == [0, 1]


def test_a_few_rows_of_an_earlier_month_are_no_base_until_its_own_export_comes(desk):
    late = write_csv(desk.folder / "a.csv", table(rows({}, AUGUST)))
    assert {each.month: each.partial for each in desk.take(late).stored} == {"2024-08": True, "2024-09": False}
    assert open_month("2024-09", desk.paths).previous.source is None
    done = desk.take(write_csv(desk.folder / "b.csv", table(rows({}, AUGUST, AUGUST)[1:])), month="2024-08")
    assert {each.month: each.partial for each in done.stored} == {"2024-08": False}
    assert open_month("2024-09", desk.paths).previous.source == "tickets"
    desk.take(write_csv(desk.folder / "c.csv", table(rows({}, {**AUGUST, "rating": "1"}))))
    assert not marks(desk.paths.tickets("2024-08")).partial


def test_a_partial_month_becomes_whole_even_if_its_own_export_brings_nothing_new(desk):
    desk.take(write_csv(desk.folder / "a.csv", table(rows({}, AUGUST))))
    desk.take(write_csv(desk.folder / "b.csv", table(rows({}, AUGUST)[1:])), month="2024-08")
    assert not marks(desk.paths.tickets("2024-08")).partial


def simulate(desk, month):
    path = desk.paths.tickets(month)
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = ", ".join(f"null as {column}" for column in SCHEMA)
    duckdb.execute(f"copy (select {columns}) to '{path}' (format parquet, kv_metadata {{'hotline.simulated': 'true'}})")
    return path.read_bytes()


def test_simulated_tickets_are_never_mixed_with_real_ones(desk):
    old = {month: simulate(desk, month) for month in ("2024-08", "2024-09")}
    file = write_csv(desk.folder / "a.csv", table(rows({})))
    message = desk.refused(file)
    assert "2024-08.parquet" in message and "--replace-simulated" in message
    done = desk.take(file, replace_simulated=True)
    assert len(desk.tickets()) == 1
    assert not desk.paths.tickets("2024-08").exists()
    assert sorted(path.read_bytes() for path in (desk.paths.data / "tickets/previous").glob("*.parquet")) == sorted(
        old.values()
    )
    assert [(each.month, each.tickets) for each in done.stored] == [("2024-08", 0), ("2024-09", 1)]


def test_simulated_tickets_stay_if_nothing_real_comes(desk):
    old = simulate(desk, "2024-09")
    file = write_csv(desk.folder / "a.csv", table(rows({"rating": "6"})))
    done = desk.take(file, replace_simulated=True, accept_good=True)
    assert not done.stored and done.count("refused") == 1
    assert desk.paths.tickets("2024-09").read_bytes() == old


def test_a_month_in_a_folder_of_files_is_replaced_by_one_file(desk):
    desk.take(write_csv(desk.folder / "a.csv", table(rows({}, {}))))
    path = desk.paths.tickets("2024-09")
    file = path.rename(path.with_name("x"))
    path.mkdir()
    file.rename(path / "part.parquet")
    assert desk.take(write_csv(desk.folder / "b.csv", table(rows({}, {}, {})))).rows == {
        "b.csv": {"header": 1, "unchanged": 2, "new": 1}
    }
    assert path.is_file() and len(desk.tickets()) == 3


def test_a_month_of_files_of_which_one_lacks_a_column_is_told_apart_from_empty_cells(desk):
    desk.take(write_csv(desk.folder / "a.csv", table(rows({}, {}))))
    path = desk.paths.tickets("2024-09")
    tickets = pd.read_parquet(path)
    path.unlink()
    path.mkdir()
    tickets[:1].to_parquet(path / "a.parquet", index=False)
    tickets[1:].drop(columns="rating").to_parquet(path / "b.parquet", index=False)
    with pytest.raises(TicketsError) as caught:
        desk.take(write_csv(desk.folder / "b.csv", table(rows({}, {}, {}))))
    assert "2024-09.parquet/b.parquet：缺少列 「满意度评价」（rating）" in str(caught.value)
    assert "a.parquet" not in str(caught.value)
    tickets[1:].to_parquet(path / "b.parquet", index=False)
    assert desk.take(desk.folder / "b.csv").rows == {"b.csv": {"header": 1, "unchanged": 2, "new": 1}}


def test_a_month_without_a_column_is_refused_in_words(desk):
    desk.take(write_csv(desk.folder / "a.csv", table(rows({}))))
    path = desk.paths.tickets("2024-09")
    pd.read_parquet(path).drop(columns="due_at").to_parquet(path, index=False)
    with pytest.raises(TicketsError, match="「办结期限」"):
        desk.take(desk.folder / "a.csv")


def test_what_was_done_is_kept(desk):
    done = desk.take(write_csv(desk.folder / "a.csv", table(rows({}, AUGUST))))
    kept = json.loads((done.folder / "summary.json").read_text(encoding="utf-8"))
    assert kept["rows"] == {"a.csv": {"header": 1, "new": 2}}
    assert {each["month"]: each["tickets"] for each in kept["stored"]} == {"2024-08": 1, "2024-09": 1}
    assert sorted(desk.bytes()) == ["2024-08.parquet", "2024-09.parquet", "previous/log.jsonl"]


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_nobody_else_may_look_into_tickets_and_what_is_said_of_them(desk):
    desk.take(write_csv(desk.folder / "a.csv", table(rows({}, {}))))
    desk.take(write_csv(desk.folder / "b.csv", table(rows({}, {"rating": "2"}, {"rating": "6"}))), accept_good=True)
    open_month("2024-09", desk.paths)
    private = [desk.paths.data / "tickets", *(desk.paths.data / "tickets").rglob("*")]
    private += [desk.paths.output / "intake", *(desk.paths.output / "intake").rglob("*")]
    private += [path for folder in (desk.paths.cache / "frames").iterdir() for path in (folder, *folder.iterdir())]
    assert {"problems.csv", "refused.csv", "log.jsonl", "counts.parquet"} <= {path.name for path in private}
    for path in private:
        assert path.stat().st_mode & 0o077 == 0, path


def test_an_undo_that_ended_the_one_before_goes_back_no_further(desk, monkeypatch, capsys):
    desk.take(write_csv(desk.folder / "a.csv", table(rows({}))))
    desk.take(write_csv(desk.folder / "b.csv", table(rows({}, {}))))
    monkeypatch.setattr(commit, "_make", lambda moves: (_ for _ in ()).throw(PermissionError(13, "no", "x")))
    with pytest.raises(HotlineError, match="撤回 2024-09 的工单做到最后一步时被拒绝"):
        undo("2024-09", desk.paths)
    monkeypatch.undo()
    with pytest.raises(HotlineError, match="撤回 2024-09 的工单刚刚才补完，所以这一次没有再撤回什么"):
        undo("2024-09", desk.paths)
    assert len(desk.tickets()) == 1 and "现在已经补完" in capsys.readouterr().err
    undo("2024-09", desk.paths)
    assert not desk.paths.tickets("2024-09").exists()
