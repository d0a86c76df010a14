"""The same month from a real PostgreSQL server: the same figures, few questions, and every fault in our words."""

import re
import socket
import threading
from dataclasses import replace

import pandas as pd
import pytest
import same
import servers
import surroundings
from support import ROOT
from test_tickets import MONTH, tickets, write

from hotline_lib.cli import main
from hotline_lib.errors import TicketsError
from hotline_lib.opening import open_month
from hotline_lib.params import load_params
from hotline_lib.tickets import source_postgres, table_digest
from hotline_lib.tickets.read import find_input
from hotline_lib.tickets.scan import accepted
from hotline_lib.tickets.schema import SCHEMA
from hotline_lib.tickets.single import chosen_tickets

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(servers.postgres_missing()), reason=servers.postgres_missing() or "-"),
]
# as times with a zone, and with the clock of another one
INSTANTS = ", ".join(
    f"{column} AT TIME ZONE 'Asia/Shanghai' AS {column}" if kind == "time" else column
    for column, (kind, _) in SCHEMA.items()
)


@pytest.fixture(scope="module")
def server():
    with servers.postgres() as running:
        running.load("hotline.tickets", sorted((surroundings.september() / "tickets").glob("*.parquet")))
        running.execute(
            "CREATE INDEX ON hotline.tickets (accepted_at)",
            f"CREATE VIEW hotline.instants AS SELECT {INSTANTS} FROM hotline.tickets",
            "ALTER ROLE reader SET timezone = 'America/New_York'", "ALTER ROLE reader SET datestyle = 'German'",
        )  # fmt: skip
        yield running


@pytest.fixture
def asking(server, monkeypatch):
    """This process asks the server; nothing is known of it yet."""
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    source_postgres.forget(), table_digest.forget()
    yield server
    source_postgres.forget(), table_digest.forget()


@pytest.mark.parametrize("table", ["hotline.tickets", "hotline.instants"])
def test_september_is_the_same(asking, from_files, project, tmp_path, table):
    paths = servers.with_source(project, tmp_path, kind="postgres", table=table, simulated=True)
    same.assert_same(from_files, same.all_of(MONTH, paths))


def test_the_printed_tables_and_sentences_are_the_same_to_the_byte(asking, project, tmp_path):
    there = servers.with_source(project, tmp_path, kind="postgres", table="hotline.tickets", simulated=True)
    tables, sentences = same.pages_of(MONTH, replace(project, data=surroundings.september(), output=tmp_path / "here"))
    assert (tables, sentences) == same.pages_of(MONTH, there) and tables and sentences


@pytest.fixture
def drawn(asking, project, tmp_path):
    """A table of a few tickets, and the same in a file: their folders and how to fill them."""
    there = servers.with_source(project, tmp_path / "there", kind="postgres", table="hotline.drawn")
    here = replace(project, data=tmp_path / "data", output=tmp_path / "here")

    def fill(frame: pd.DataFrame) -> None:
        asking.execute("DROP TABLE IF EXISTS hotline.drawn")
        write(here, frame)
        asking.load("hotline.drawn", [here.tickets(MONTH)])
        table_digest.forget()

    fill.here, fill.there, fill.execute = here, there, asking.execute
    return fill


def told(paths) -> str:
    with pytest.raises(TicketsError) as caught:
        accepted(MONTH, load_params(MONTH, paths.params), paths)
    return str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"unit": "沈阳分中心"}, {"business_type": "投诉"}, {"issue": None}, {"domain": "高速公路"}, {"rating": 6}, {"unit": None},
        {"closed_at": None}, {"ticket_id": "JT2101002024090100000001"}, {"ticket_id": None},
    ],
    ids=str,
)  # fmt: skip
def test_a_month_is_refused_in_the_same_words(drawn, change):
    drawn(tickets({}, change))
    plain = lambda text: re.sub(r"(第 \d+ 行|工单) ", "", text).partition(" 有 ")[2]  # a table has no rows to name
    assert plain(told(drawn.there)) == plain(told(drawn.here)) != ""


def test_tickets_without_a_time_of_acceptance_are_counted_and_refused(drawn):
    drawn(tickets({}, {}, {"accepted_at": None}))
    assert "「受理时间」未填写：1 件" in told(drawn.there)


FOREIGN = {  # the ticket table as the manual's foreign system has it
    "gdbh": "ticket_id", "ds": "CASE unit WHEN '沈阳' THEN '沈阳市' ELSE unit END", "ywlx": "business_type", "ywly": "domain",
    "sx": "coalesce(issue, '')", "zsx": "coalesce(sub_issue, '')", "slsj": "accepted_at AT TIME ZONE 'Asia/Shanghai'",
    "jsdf": "CASE WHEN answered_instantly THEN '是' ELSE '否' END", "zbsj": "transferred_at", "sxsj": "due_at", "bjsj": "closed_at",
    "sfhf": "CASE WHEN called_back THEN '是' WHEN NOT called_back THEN '否' END", "pj": "rating::text",
    "cpzg": "CASE WHEN bad_rating_fixed THEN '是' WHEN NOT bad_rating_fixed THEN '否' END",
    "ycbj": "CASE WHEN resolved_first_time THEN '是' WHEN NOT resolved_first_time THEN '否' END",
    "flzq": "CASE WHEN classified_correctly THEN '是' ELSE '否' END", "fhwtg": "nullif(failed_reviews, 0)", "bssj": "submitted_at",
}  # fmt: skip


def test_the_view_of_the_manual_maps_a_foreign_schema(asking, project, tmp_path):
    manual = (ROOT / "docs" / "数据来源.md").read_text(encoding="utf-8")
    view = next(block for block in re.findall(r"```sql\n(.*?)```", manual, re.DOTALL) if "CREATE VIEW" in block)
    columns = ", ".join(f"{value} AS {name}" for name, value in FOREIGN.items())
    asking.execute(
        "CREATE SCHEMA xitong", f"CREATE TABLE xitong.gongdan AS SELECT {columns} FROM hotline.tickets WHERE accepted_at >= '2024-09-01'",
        *view.replace("hotline.tickets", "hotline.mapped").replace("yuebao", "reader").strip().rstrip(";").split(";\n"),
    )  # fmt: skip
    found = []
    for table in ("hotline.tickets", "hotline.mapped"):
        paths = servers.with_source(project, tmp_path / table, kind="postgres", table=table, simulated=True)
        found.append(accepted(MONTH, load_params(MONTH, paths.params), paths)[0])
    for name, frame in found[0].items():
        pd.testing.assert_frame_equal(frame, found[1][name], obj=name)


def digest(drawn) -> str:
    table_digest.forget()
    return find_input(MONTH, load_params(MONTH, drawn.there.params), drawn.there).sha256


def test_a_change_in_place_is_seen_in_every_column_and_so_is_its_undoing(drawn):
    drawn(tickets({}, {"rating": 4}))
    first, where = digest(drawn), "WHERE ticket_id LIKE '%1'"
    assert digest(drawn) == first
    drawn.execute("DROP TABLE IF EXISTS hotline.kept", "CREATE TABLE hotline.kept AS TABLE hotline.drawn")
    for column, (kind, _) in SCHEMA.items():
        other = {
            "time": f"coalesce({column}, '2024-09-09') + interval '1 second'",
            "bool": f"NOT coalesce({column}, false)",
            "integer": f"coalesce({column}, 0) + 1",
            "text": f"coalesce({column}, '') || '甲'",
        }[kind]
        drawn.execute(f"UPDATE hotline.drawn SET {column} = {other} {where}")
        assert digest(drawn) != first, column
        drawn.execute("TRUNCATE hotline.drawn", "INSERT INTO hotline.drawn TABLE hotline.kept")
        assert digest(drawn) == first, column
    drawn.execute("UPDATE hotline.drawn SET rating = 9 - rating")
    assert digest(drawn) != first, "two ratings that change places"


def hotline(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(each) for each in arguments])
    return ended.value.code


@pytest.fixture
def run(asking, project, tmp_path, monkeypatch):
    """Runs September from the server as an analyst would, in this process with kernels of its own."""
    paths = servers.with_source(project, tmp_path, kind="postgres", table="hotline.tickets", simulated=True)
    for name, value in paths.environment().items():
        monkeypatch.setenv(name, value)

    def go(*more: str) -> tuple[int, list[str]]:
        before = len(asking.asked())
        code = hotline("run", MONTH, "--only", "01,04", *more)
        source_postgres.forget(), table_digest.forget()  # as the end of a process would
        return code, asking.asked()[before:]

    go.paths, go.server = paths, asking
    return go


def test_a_run_opens_one_connection_and_an_unchanged_one_asks_one_question(run, capsys):
    code, asked = run()
    assert code == 0, capsys.readouterr()
    assert len({line.split("|")[1] for line in asked}) == 1, "kernels ask nothing"
    made = [
        (run.paths.report_folder(MONTH) / f"{name}.html").stat().st_mtime_ns
        for name in ("01_overview", "04_city_scoring")
    ]
    code, asked = run()
    assert code == 0 and len({line.split("|")[1] for line in asked}) == 1
    assert sum("GROUP BY" in line or "COUNT(*)" in line for line in whole(run.server, asked)) == 1
    assert made == [
        (run.paths.report_folder(MONTH) / f"{name}.html").stat().st_mtime_ns
        for name in ("01_overview", "04_city_scoring")
    ]
    run.server.execute(
        "UPDATE hotline.tickets SET rating = 1 WHERE ticket_id = (SELECT min(ticket_id) FROM hotline.tickets "
        "WHERE accepted_at >= '2024-09-01' AND rating = 5)"
    )
    run()
    assert made != [
        (run.paths.report_folder(MONTH) / f"{name}.html").stat().st_mtime_ns
        for name in ("01_overview", "04_city_scoring")
    ]


def whole(server, asked: list[str]) -> list[str]:
    """Statements with all their lines: the log breaks them."""
    text = server.log.read_text(encoding="utf-8")
    start = text.index(asked[0]) if asked else len(text)
    return [
        each
        for each in re.split(r"^(?=[^|\n]*\|\d+\|)", text[start:], flags=re.MULTILINE)
        if each.startswith("hotline|")
    ]


def test_only_sums_cross_the_wire(asking, project, tmp_path, monkeypatch):
    """Through a proxy that counts: what comes back for 700,000 tickets is a few megabytes."""
    counted = {"bytes": 0}
    listening = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_pass_on, args=(listening, asking.port, counted), daemon=True).start()
    monkeypatch.setenv("PGPORT", str(listening.getsockname()[1]))
    source_postgres.forget()
    paths = servers.with_source(project, tmp_path, kind="postgres", table="hotline.tickets", simulated=True)
    m = open_month(MONTH, paths)
    assert 100_000 < counted["bytes"] < 5_000_000
    assert m.counts["tickets"].sum() > 200_000
    listening.close()


def _pass_on(listening: socket.socket, port: int, counted: dict[str, int]) -> None:
    def pipe(source: socket.socket, target: socket.socket, back: bool) -> None:
        while piece := source.recv(1 << 16):
            counted["bytes"] += len(piece) * back
            target.sendall(piece)

    while True:
        try:
            near, _ = listening.accept()
        except OSError:
            return
        far = socket.create_connection(("127.0.0.1", port))
        for each in ((near, far, False), (far, near, True)):
            threading.Thread(target=pipe, args=each, daemon=True).start()


FAULTS = {
    "away": ({"PGPORT": "1"}, {}, [], "连不上数据库"),
    "password": ({"PGPASSWORD": servers.CANARY + "x"}, {}, [], "不接受这个用户名或口令"),
    "user": ({"PGUSER": "nobody"}, {}, [], "不接受这个用户名或口令"),
    "database": ({"PGDATABASE": "nowhere"}, {}, [], "没有这个数据库"),
    "service": ({"PGSERVICE": "nowhere"}, {}, [], "没有环境变量 PGSERVICE 所写的服务"),
    "port": ({"PGPORT": "5432x"}, {}, [], "PGPORT（1 至 65535）"),
    "table": ({}, {"table": "hotline.nowhere"}, [], "没有这张表或视图"),
    "schema": ({}, {"table": "nowhere.tickets"}, [], "没有这张表或视图"),
    "permission": ({}, {}, ["REVOKE SELECT ON hotline.spoilt FROM reader"], "没有读取的权限"),
    "column": ({}, {}, ["ALTER TABLE hotline.spoilt DROP rating"], "缺少列 「满意度评价」（rating）"),
    "time": ({}, {}, ["ALTER TABLE hotline.spoilt ALTER accepted_at TYPE text"], "「受理时间」（accepted_at）的类型是 String"),
    "number": ({}, {}, ["ALTER TABLE hotline.spoilt ALTER rating TYPE numeric USING rating + 0.5"], "不是整数"),
    "timeout": ({}, {"table": "hotline.slow", "timeout": 1}, [], "查得太久"),
}  # fmt: skip


CONNECTING = {  # what there is no connection for: words, from the driver alone
    "host": ({"PGHOST": f"{servers.CANARY}.invalid"}, "连不上数据库"),
    "silence": ({"PGPORT": "silent", "PGCONNECT_TIMEOUT": "2"}, "连不上数据库"),
    "port": ({"PGPORT": "99999999"}, "PGPORT（1 至 65535）"),
    "patience": ({"PGCONNECT_TIMEOUT": servers.CANARY}, "PGCONNECT_TIMEOUT（秒数）"),
    "no encryption": ({"PGSSLMODE": "require"}, "PGSSLMODE"),
    "no authority": ({"PGSSLMODE": "verify-full", "PGSSLROOTCERT": "/nowhere"}, "PGSSLROOTCERT"),
    "no such mode": ({"PGSSLMODE": servers.CANARY}, "有一个值不对"),
    "setting": ({"PGOPTIONS": f"-c {servers.CANARY}=1"}, "有一个值不对"),
    "zone": ({"PGTZ": "Nowhere/No"}, "有一个值不对"),
    "password": ({"PGPASSWORD": ""}, "不接受这个用户名或口令"),
    "user called as a fault is": ({"PGUSER": 'SSL error in service file'}, "不接受这个用户名或口令"),
    "another server": ({"PGTARGETSESSIONATTRS": "standby"}, "不是所要的那一台"),
    "right to connect": ({"PGDATABASE": "closed"}, "没有连接这个数据库的权限"),
    "no service": ({"PGSERVICE": "nowhere", "PGSERVICEFILE": "written"}, "没有环境变量 PGSERVICE 所写的服务"),
    "no file of services": ({"PGSERVICE": "x", "PGSERVICEFILE": "/nowhere"}, "没有环境变量 PGSERVICE 所写的服务"),
    "service half written": ({"PGSERVICE": "x", "PGSERVICEFILE": "written"}, "服务文件写得不对"),
}  # fmt: skip


@pytest.mark.parametrize("fault", CONNECTING)
def test_why_there_is_no_connection_is_told_with_what_mends_it(asking, project, tmp_path, monkeypatch, fault):
    environment, says = CONNECTING[fault]
    if fault == "right to connect":
        asking.execute("DROP DATABASE IF EXISTS closed", "CREATE DATABASE closed", "REVOKE CONNECT ON DATABASE closed FROM PUBLIC")  # fmt: skip
    (tmp_path / "services").write_text(f"[x]\nhost\n{servers.CANARY}\n", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        stands = {"written": str(tmp_path / "services"), "silent": str(silent.getsockname()[1])}
        for name, value in environment.items():
            monkeypatch.setenv(name, stands.get(value, value))
        said = told(servers.with_source(project, tmp_path, kind="postgres", table="hotline.tickets"))
    assert says in said and "请" in said
    assert not [word for word in (servers.CANARY, "reader", "127.0.0.1", "services") if word in said]


@pytest.mark.parametrize("encoding", ["GBK", "SQL_ASCII"])
def test_the_encoding_of_the_environment_changes_nothing(drawn, monkeypatch, encoding):
    drawn(tickets({}, {"unit": "沈阳分中心"}))
    monkeypatch.setenv("PGCLIENTENCODING", encoding)
    source_postgres.forget()
    assert "沈阳分中心" in told(drawn.there)


def test_a_moment_that_no_calendar_has_is_told(drawn):
    drawn(tickets({}, {}))
    drawn.execute("UPDATE hotline.drawn SET due_at = 'infinity' WHERE ticket_id LIKE '%1'")
    with pytest.raises(TicketsError, match="在转换一个值时出错"):
        chosen_tickets(MONTH, {}, ["due_at"], load_params(MONTH, drawn.there.params), drawn.there)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_in_words_and_leaves_nothing(asking, project, tmp_path, monkeypatch, capfd, fault):
    environment, source, statements, says = FAULTS[fault]
    asking.execute("DROP VIEW IF EXISTS hotline.slow", "DROP TABLE IF EXISTS hotline.spoilt",
                   "CREATE TABLE hotline.spoilt AS SELECT * FROM hotline.tickets WHERE accepted_at >= '2024-09-01' LIMIT 100", *statements)  # fmt: skip
    if fault == "timeout":
        asking.execute(
            "CREATE VIEW hotline.slow AS SELECT * FROM hotline.spoilt WHERE pg_sleep(0.05)::text IS NOT NULL"
        )
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    paths = servers.with_source(project, tmp_path, kind="postgres", **({"table": "hotline.spoilt"} | source))
    for name, value in paths.environment().items():
        monkeypatch.setenv(name, value)
    for command in (["run", MONTH], ["tables", MONTH]):
        assert hotline(*command) == 1
    out, err = capfd.readouterr()
    assert says in out + err
    assert "程序出错了" not in out + err and servers.CANARY not in out + err
    left = [file for file in paths.output.rglob("*") if file.is_file() and ".locks" not in file.parts]
    assert not [file for file in left if file.suffix in (".html", ".csv", ".parquet", ".log")], left
    assert not any(servers.CANARY.encode() in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_a_connection_lost_in_the_middle_is_told_and_the_next_one_is_new(asking, project, tmp_path):
    paths = servers.with_source(project, tmp_path, kind="postgres", table="hotline.tickets", simulated=True)
    params = load_params(MONTH, paths.params)
    assert find_input(MONTH, params, paths)
    asking.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")
    assert "连接断了" in told(paths)
    assert accepted(MONTH, params, paths)[0]["counts"]["tickets"].sum() > 200_000


def test_no_secret_is_kept_anywhere(run):
    assert run()[0] == 0
    held = [
        file for file in run.paths.output.rglob("*") if file.is_file() and servers.CANARY.encode() in file.read_bytes()
    ]
    assert not held


def test_the_other_commands_read_the_same_table(run, capsys):
    """check, tables and explain, with ids behind a figure, as from files."""
    assert hotline("check", MONTH) == 0
    said = capsys.readouterr().out
    assert "工单 hotline.tickets（2024-09）：243,909 件" in said and "疑似重复" in said
    for command in (["tables", MONTH], ["explain", MONTH, "沈阳"], ["months"]):
        assert hotline(*command) == 0, command
    assert "243,909" in capsys.readouterr().out


def test_the_suite_may_not_write(asking, project, tmp_path):
    import psycopg

    paths = servers.with_source(project, tmp_path, kind="postgres", table="hotline.tickets", simulated=True)
    find_input(MONTH, load_params(MONTH, paths.params), paths)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        source_postgres._backend(900).con.execute("CREATE TABLE t (a int)")
