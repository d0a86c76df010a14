"""Where tickets can be: said once or by month, never with a password; and Parquet wherever it lies."""

import datetime as dt
import json
import os
import re
import sys
from contextlib import nullcontext
from dataclasses import replace
from unittest import mock

import duckdb
import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import servers
from test_tickets import MONTH, ROW, tickets, write

from hotline_lib.errors import HotlineError, ParamsError, TicketsError
from hotline_lib.params import load_params
from hotline_lib.params.source import Source
from hotline_lib.simulate.scale import enlarge
from hotline_lib.tickets import rules, source_parquet, source_postgres, source_spark, table_digest
from hotline_lib.tickets.files import marks, tickets_in
from hotline_lib.tickets.read import find_input
from hotline_lib.tickets.scan import accepted, submitted


@pytest.fixture
def said(project, tmp_path):
    """The project's parameters with that source; its folder is given too."""

    def say(as_written: object = None, **source: object):
        paths = servers.with_source(replace(project, data=tmp_path / "data"), tmp_path, as_written or source)
        table_digest.forget()
        return load_params(MONTH, paths.params), paths

    return say


SECRET_PATHS = (
    "https://host/x.parquet?sig={}", "container/x?sig={}", "s3a://me:{}@bucket/x", "abfss://c:{}@account/x", "wasbs://c@account/x;SharedAccessKey={}",
    "abfss://{}@c@account/x", "hdfs://{}@host/x", "me:{}@host/x",
)  # fmt: skip


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ({"kind": "database"}, "应为 'parquet'"),
        ({"kind": "postgres"}, "必须写明 table"),
        ({"kind": "postgres", "path": "x", "table": "t"}, "不能写 path"),
        ({"kind": "postgres", "table": "t; drop table t"}, "如 hotline.tickets"),
        ({"kind": "spark"}, "只写一个"),
        ({"kind": "spark", "table": "t", "path": "x"}, "只写一个"),
        ({"kind": "duckdb", "path": "x"}, "path（文件）和 table"),
        ({"kind": "parquet", "path": f"hdfs://me:{servers.CANARY}@host/x"}, "不能写用户名、口令"),
        ({"kind": "postgres", "table": "t", "password": servers.CANARY}, "password"),
        *(
            ({"kind": "spark", "path": path.format(servers.CANARY)}, "不能写用户名、口令、签名")
            for path in SECRET_PATHS
        ),
        ({"kind": "postgres", "table": f"postgresql://me:{servers.CANARY}@host/x"}, "如 hotline.tickets"),
        ({"kind": "postgres", f"postgresql://me:{servers.CANARY}@host/x": None}, "不认识的键"),
        ({"kind": f"password={servers.CANARY}"}, "kind"),
        (f"postgresql://me:{servers.CANARY}@host/x", "若干「键: 值」"),
        ({"kind": "postgres", "connect": f"postgresql://me:{servers.CANARY}@host/x", "table": "t"}, "connect"),
    ],
)
def test_a_source_that_cannot_be_is_refused_without_its_secret(said, source, says):
    with pytest.raises(ParamsError) as caught:
        said(source)
    assert says in str(caught.value) and servers.CANARY not in str(caught.value)


@pytest.mark.parametrize(
    "path",
    [
        "abfss://tickets@account.dfs.core.windows.net/a/month=2024-09",
        "wasb://c-1@account/x",
        "s3a://bucket/me@x",
        "/data/工单 2024",
    ],
)
def test_a_place_is_no_secret(path):
    assert Source(kind="spark", path=path).path == path


def test_a_source_is_said_once_and_a_month_may_say_its_own(said):
    params, paths = said(kind="postgres", table="hotline.tickets")
    assert params.month.source == Source(kind="postgres", table="hotline.tickets")
    assert load_params("2023-09", paths.params, need_month_file=False).month.source.kind == "postgres"
    file = paths.params / "months" / f"{MONTH}.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "source: {kind: parquet}\n", encoding="utf-8")
    assert load_params(MONTH, paths.params).month.source.in_data


SOME = tickets(
    {}, {"unit": "大连"}, {"accepted_at": "2024-09-02 10:00:00"}, {"ticket_id": "JT2101002024083100000001", "accepted_at": "2024-08-31 09:00:00"}
)  # fmt: skip


def lay(folder, how: str) -> str:
    """The tickets of SOME as somebody else keeps them; what ``path`` says of it."""
    folder.mkdir(parents=True, exist_ok=True)
    if how == "file":
        SOME.to_parquet(folder / "all.parquet", index=False)
        return str(folder / "all.parquet")
    if how == "folder":
        for number in range(len(SOME)):
            (folder / "deep").mkdir(exist_ok=True)
            SOME.iloc[[number]].to_parquet(folder / "deep" / f"{number}.parquet", index=False)
    else:
        SOME.assign(month=SOME["accepted_at"].dt.strftime("%Y-%m")).to_parquet(folder, partition_cols=["month", "unit"])
    return str(folder)


@pytest.mark.parametrize(
    "how", ["partitions", *(pytest.param(how, marks=pytest.mark.slow) for how in ("file", "folder"))]
)
def test_parquet_elsewhere_is_the_same_month(said, tmp_path, how):
    params, paths = said(kind="parquet", path=lay(tmp_path / "elsewhere", how))
    frames, found = accepted(MONTH, params, paths)
    own, ours = replace(paths, data=tmp_path / "own", output=tmp_path / "own"), SOME["accepted_at"] >= "2024-09"
    write(own, SOME[ours]), write(own, SOME[~ours], "2024-08")
    here = params.model_copy(update={"month": params.month.model_copy(update={"source": Source()})})
    late = submitted(MONTH, params, paths)
    for name, frame in (accepted(MONTH, here, own)[0] | submitted(MONTH, here, own)[0]).items():
        pd.testing.assert_frame_equal(frame, (frames | late[0])[name], obj=name)
    assert [each.month for each in late[1]] == [MONTH, "2024-08"] and MONTH in found.name
    assert find_input("2024-07", params, paths) is None


def test_only_files_that_can_hold_the_month_are_in_its_digest(said, tmp_path):
    folder = tmp_path / "elsewhere"
    params, paths = said(kind="parquet", path=lay(folder, "partitions"))
    first = {month: find_input(month, params, paths).sha256 for month in (MONTH, "2024-08")}
    (file,) = (folder / "month=2024-08").rglob("*.parquet")
    pd.read_parquet(file).assign(rating=1).drop(columns=["month", "unit"], errors="ignore").to_parquet(
        file, index=False
    )
    assert find_input(MONTH, params, paths).sha256 == first[MONTH]
    assert find_input("2024-08", params, paths).sha256 != first["2024-08"]


def test_what_is_wrong_with_parquet_elsewhere_is_told(said, tmp_path):
    params, paths = said(kind="parquet", path=str(tmp_path / "nowhere"))
    with pytest.raises(TicketsError, match="没有 Parquet 文件"):
        find_input(MONTH, params, paths)
    params, paths = said(kind="parquet", path=lay(tmp_path / "elsewhere", "folder"))
    file = tmp_path / "elsewhere" / "deep" / "0.parquet"
    pd.read_parquet(file).drop(columns="rating").to_parquet(file, index=False)
    with pytest.raises(TicketsError, match=r"0.parquet：缺少列 「满意度评价」"):
        accepted(MONTH, params, paths)
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(TicketsError, match="打不开"):
        accepted(MONTH, params, paths)


def test_times_with_a_zone_are_in_the_month_that_the_clock_in_shanghai_says(said, tmp_path):
    (folder := tmp_path / "elsewhere").mkdir()
    edge = tickets(
        {"accepted_at": "2024-09-01 00:00:00"},
        {"accepted_at": "2024-09-30 23:59:59"},
        {"accepted_at": "2024-08-31 23:59:59"},
    )
    for column in ("accepted_at", "closed_at"):
        edge[column] = edge[column].dt.tz_localize("Asia/Shanghai").dt.tz_convert("UTC")
    edge.to_parquet(folder / "all.parquet", index=False)
    params, paths = said(kind="parquet", path=str(folder))
    assert accepted(MONTH, params, paths)[0]["counts"]["tickets"].sum() == 2


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        ("accepted_at", pa.array(["2024-09-01 08:00:00"] * 4), "「受理时间」（accepted_at）的类型是 String"),
        ("accepted_at", pa.array([1, 2, 3, 4]), "「受理时间」（accepted_at）的类型是 Int64"),
        ("accepted_at", pa.array([dt.datetime.max] * 4, pa.timestamp("us", "America/Lima")), None),
        ("rating", pa.array([float("nan"), 1.0, 5.0, None], from_pandas=False), None),
        ("rating", pa.array([float("inf"), 1.0, 5.0, None]), "1 个值不是整数"),
        ("rating", pa.array([1e300, 1.5, 5.0, None]), "2 个值不是整数"),
        ("rating", pa.array([2**63 + 1, 1, 5, None], pa.uint64()), "1 个值不是整数"),
    ],
)
def test_values_of_any_kind_are_taken_or_refused_in_words(said, tmp_path, column, values, says):
    (folder := tmp_path / "elsewhere").mkdir()
    given = pa.Table.from_pandas(SOME)
    at = given.column_names.index(column)
    pq.write_table(given.set_column(at, column, values), folder / "all.parquet")
    params, paths = said(kind="parquet", path=str(folder))
    with pytest.raises(TicketsError, match=re.escape(says)) if says else nullcontext():
        if found := accepted(MONTH, params, paths):
            assert column == "rating" and found[0]["counts"]["tickets"].sum() == 3


@pytest.fixture
def table(said, tmp_path):
    """A table in a file of DuckDB's, and how to change it."""
    file = tmp_path / "hotline.ddb"

    def change(*statements: str):
        source_parquet.forget()
        with duckdb.connect(str(file)) as connection:
            connection.register("rows_", SOME)
            for statement in statements:
                connection.execute(statement)
        return said(kind="duckdb", path=str(file), table="t")

    yield change
    source_parquet.forget()


def test_tickets_without_a_time_of_acceptance_stop_the_month(table):
    params, paths = table("CREATE TABLE t AS FROM rows_", "UPDATE t SET accepted_at = NULL WHERE unit = '大连'")
    with pytest.raises(TicketsError, match="「受理时间」未填写：1 件"):
        accepted(MONTH, params, paths)


@pytest.mark.parametrize(
    "view",
    [
        "SELECT *, rating + 1 AS more FROM rows_v",
        "SELECT * REPLACE (substr(name, 1, 3)::TIMESTAMP AS closed_at) FROM rows_v",
    ],
)
def test_what_duckdb_says_of_a_view_is_told_in_our_words(table, view):
    """A column that has gone, a value that cannot be a time."""
    params, paths = table(
        f"CREATE TABLE rows_v AS SELECT *, '{servers.CANARY}' AS name FROM rows_",
        f"CREATE VIEW t AS {view}",
        *(["ALTER TABLE rows_v DROP rating"] if "more" in view else []),
    )
    with pytest.raises(TicketsError, match="请核对") as caught:
        accepted(MONTH, params, paths)
    assert servers.CANARY[:3] not in str(caught.value)


def test_a_table_is_asked_once_and_kernels_are_told(table, monkeypatch):
    params, paths = table("CREATE TABLE t AS FROM rows_")
    asked = []
    monkeypatch.setattr(table_digest, "fetch", lambda query, own=table_digest.fetch: asked.append(query) or own(query))
    found = {month: find_input(month, params, paths) for month in (MONTH, "2024-08", "2024-07", "2023-09")}
    assert len(asked) == 1 and found["2024-08"].sha256 != found[MONTH].sha256 and found["2024-07"] is None
    for name, value in table_digest.handed().items():
        monkeypatch.setenv(name, value)
    table_digest.forget(), source_parquet.forget()
    monkeypatch.setattr(source_parquet, "table", None)  # nobody is asked
    assert find_input(MONTH, params, paths) == found[MONTH] and find_input("2024-07", params, paths) is None
    assert "path" not in json.dumps([each.name for each in found.values() if each])


def test_earlier_months_are_asked_for_where_they_are_needed(table):
    params, paths = table("CREATE TABLE t AS FROM rows_", "UPDATE t SET accepted_at = '2019-01-01' WHERE unit = '大连'")
    recent = find_input(MONTH, params, paths)
    assert find_input("2019-01", params, paths) and find_input(MONTH, params, paths) == recent


def test_tickets_without_a_time_are_in_the_digest_of_each_month_whichever_is_asked_for_first(table):
    before = "UPDATE t SET accepted_at = '2019-01-01' WHERE unit = '大连'"
    undated = "INSERT INTO t SELECT * REPLACE (NULL::TIMESTAMP AS accepted_at, 'x' AS ticket_id) FROM t LIMIT 1"
    changes = [
        ("CREATE TABLE t AS FROM rows_", before, undated),
        ("UPDATE t SET rating = 2 WHERE accepted_at IS NULL",),
    ]
    digests = []
    for statements in changes:
        asked = []
        for months in ((MONTH, "2019-01"), ("2019-01", MONTH)):
            params, paths = table(*statements if not asked else ())
            asked.append({month: find_input(month, params, paths).sha256 for month in months})
        assert asked[0] == asked[1]
        digests.append(asked[0])
    assert all(digests[0][month] != digests[1][month] for month in digests[0])


@pytest.mark.parametrize(
    ("change", "says"),
    [({}, None), ({"ticket_id": "JT2101002024090100000001"}, "1 个编号"), ({"ticket_id": ROW["ticket_id"].replace("0901", "0917")}, None),
     ({"ticket_id": None}, "未填写：1 件")],
)  # fmt: skip
def test_ids_are_compared_in_parts_with_the_same_result(said, monkeypatch, change, says):
    params, paths = said(kind="parquet")
    write(
        paths,
        tickets(
            {},
            {},
            {"accepted_at": "2024-09-01 23:00:00", **change},
            {"accepted_at": "2024-09-30 23:00:00", "ticket_id": "JT2101002024093000000001"},
        ),
    )
    told = []
    for many in (1, 3, 10**9):
        monkeypatch.setattr(rules, "_AT_ONCE", many)
        try:
            told.append(
                accepted(MONTH, params, replace(paths, output=paths.output / str(many)))[0]["warnings"].to_csv()
            )
        except TicketsError as error:
            told.append(str(error))
    assert told[0] == told[1] == told[2] and (says or "warning") in told[0]


@pytest.mark.parametrize(
    ("others", "says"),
    [([{"ticket_id": "JT2101002024091700000001"}], None), ([{"ticket_id": "JT2101002024091700000001"}] * 2, "1 个编号"),
     ([{"accepted_at": None}], "「受理时间」未填写：1 件"), ([{"ticket_id": None}], "「工单编号」未填写：1 件")],
)  # fmt: skip
def test_ids_of_any_look_are_never_compared_with_all_others_of_a_large_month(said, monkeypatch, others, says):
    params, paths = said(kind="parquet")
    write(paths, tickets(*({"ticket_id": f"JT21010020240901{n:08}"} for n in range(200)), *others))
    asked = []
    monkeypatch.setattr(rules, "fetch", lambda query, own=rules.fetch: asked.append(ibis.to_sql(query)) or own(query))
    monkeypatch.setattr(rules, "_AT_ONCE", 50)  # for a GB, which is what params say
    with pytest.raises(TicketsError, match=says) if says else nullcontext():
        accepted(MONTH, params, paths)
    distinct = [query for query in asked if "DISTINCT" in query]
    assert len(distinct) >= 5 and all("WHERE" in query for query in distinct)


@pytest.mark.parametrize(("memory_gb", "parts"), [(1, 30 * 2), (0.5, 30 * 4), (40, 1)])
def test_ids_of_a_month_are_compared_in_as_many_parts_as_the_memory_needs(said, monkeypatch, memory_gb, parts):
    """Sixty to a day, thirty for each GB: a day is dealt out as well, and with memory enough all are compared at once."""
    params, paths = said(kind="parquet")
    days = range(1, 31)
    write(
        paths,
        tickets(
            *(
                {"ticket_id": f"JT210100202409{day:02}{n:08}", "accepted_at": f"2024-09-{day:02} 09:00:00"}
                for day in days
                for n in range(60)
            )
        ),
    )
    params = params.model_copy(update={"organisation": params.organisation.model_copy(update={"memory_gb": memory_gb})})
    asked = []
    monkeypatch.setattr(rules, "fetch", lambda query, own=rules.fetch: asked.append(ibis.to_sql(query)) or own(query))
    monkeypatch.setattr(rules, "_AT_ONCE", 30 if memory_gb < 2 else 60)
    accepted(MONTH, params, paths)
    assert sum("DISTINCT" in query for query in asked) == parts


def test_memory_is_what_params_say_and_what_does_not_fit_goes_beside_the_output(said):
    params, paths = said(kind="parquet")
    asked = "SELECT current_setting('memory_limit'), current_setting('temp_directory')"
    memory, spill = source_parquet.engine(params, paths).con.execute(asked).fetchone()
    assert memory == "953.6 MiB" and spill.startswith(str(paths.cache)) and paths.cache.is_dir()


@pytest.mark.parametrize(("module", "name"), [(source_postgres, "psycopg"), (source_spark, "pyspark")])
def test_without_the_extra_one_message_says_how_to_get_it(said, monkeypatch, module, name):
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    params, paths = said(kind="postgres" if name == "psycopg" else "spark", table="t")
    with pytest.raises(HotlineError, match=r'pip install -c constraints.txt -e "\.\[(postgres|spark)\]"'):
        find_input(MONTH, params, paths)


def test_a_month_many_times_over_has_fresh_ids_and_says_that_it_is_simulated(said, monkeypatch, tmp_path):
    params, paths = said(kind="parquet")
    write(
        paths,
        tickets(
            {},
            {"unit": "大连", "ticket_id": "JT2102002024090100000001"},
            {"accepted_at": "2024-09-02 01:00:00", "ticket_id": "JT2101002024090200000009"},
        ),
    )
    monkeypatch.setattr(source_parquet, "_backends", {})
    folder = enlarge(paths.tickets(MONTH), tmp_path / "large" / "2024-09.parquet", 7, 3, params, paths)
    assert [*source_parquet._backends] == [(os.getpid(), "1000MB", mock.ANY, None)]
    made = pd.concat([pd.read_parquet(file) for file in sorted(folder.iterdir())])
    assert tickets_in(folder) == 21 and made["ticket_id"].is_unique and made["ticket_id"].str.len().eq(24).all()
    assert marks(folder).simulated and marks(folder).seed == 3
    assert (
        made["accepted_at"].is_monotonic_increasing
        and (made["ticket_id"].str[8:16] == made["accepted_at"].dt.strftime("%Y%m%d")).all()
    )
