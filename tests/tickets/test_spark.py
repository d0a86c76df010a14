"""The same month from Spark: a session of this machine, and Spark Connect; one session for all of it.

Run by ``make engines``: PySpark with its server is in an environment of its own.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import nbconvert
import pandas as pd
import psutil
import pytest
import same
import servers
import surroundings
from test_tickets import MONTH, TIMES, tickets, write

from hotline_lib.errors import TicketsError
from hotline_lib.params import load_params
from hotline_lib.tickets import source_spark, table_digest
from hotline_lib.tickets.read import find_input
from hotline_lib.tickets.scan import accepted
from hotline_lib.tickets.schema import SCHEMA

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(servers.spark_missing()), reason=servers.spark_missing() or "-"),
]
FILES = str(surroundings.september() / "tickets" / "20*.parquet") if not servers.spark_missing() else ""


@pytest.fixture(scope="module")
def session():
    """The session that the suite itself opens; the machine's clock is that of another zone."""
    os.environ |= {"HOTLINE_SPARK": "local[2]", "TZ": "America/New_York"}
    time.tzset()
    yield source_spark._backend()._session
    source_spark.forget()
    os.environ["TZ"] = "UTC"
    time.tzset()


@pytest.mark.parametrize("kind", ["timestamp_ntz", "timestamp"])
def test_september_is_the_same(session, from_files, project, tmp_path, kind):
    columns = [f"cast({c} as {kind}) as {c}" if of == "time" else c for c, (of, _) in SCHEMA.items()]
    session.read.parquet(FILES).selectExpr(*columns).createOrReplaceTempView("tickets")
    table_digest.forget()
    paths = servers.with_source(project, tmp_path, kind="spark", table="tickets", simulated=True)
    same.assert_same(from_files, same.all_of(MONTH, paths))


def test_the_printed_tables_and_sentences_are_the_same_to_the_byte(session, project, tmp_path):
    there = servers.with_source(project, tmp_path, kind="spark", path=FILES, simulated=True)
    tables, sentences = same.pages_of(MONTH, replace(project, data=surroundings.september(), output=tmp_path / "here"))
    assert (tables, sentences) == same.pages_of(MONTH, there) and tables and sentences


@pytest.fixture
def drawn(session, project, tmp_path):
    """Parquet of a few tickets that Spark reads, and how to write it."""
    paths = servers.with_source(project, tmp_path, kind="spark", path=str(tmp_path / "data" / "tickets"))

    def fill(frame: pd.DataFrame) -> None:
        write(replace(paths, data=tmp_path / "data"), frame)
        table_digest.forget()

    fill.paths = paths
    return fill


def told(paths) -> str:
    with pytest.raises(TicketsError) as caught:
        accepted(MONTH, load_params(MONTH, paths.params), paths)
    return str(caught.value)


def test_what_is_wrong_is_told_and_a_change_is_seen(drawn):
    params = load_params(MONTH, drawn.paths.params)
    drawn(tickets({}, {"rating": 4}))
    first = find_input(MONTH, params, drawn.paths).sha256
    drawn(tickets({}, {"rating": 3}))
    assert find_input(MONTH, params, drawn.paths).sha256 != first
    drawn(tickets({}, {"rating": 4}))
    assert find_input(MONTH, params, drawn.paths).sha256 == first
    drawn(tickets({}, {"unit": "沈阳分中心"}, {"rating": 6}))
    assert "2 类问题" in (said := told(drawn.paths)) and "沈阳分中心" in said
    drawn(tickets({}, {}, {"accepted_at": None}))
    assert "「受理时间」未填写：1 件" in told(drawn.paths)
    drawn(tickets({}).drop(columns="rating"))
    assert "缺少列 「满意度评价」（rating）" in told(drawn.paths)
    drawn(tickets({}).assign(accepted_at="昨天"))
    assert "「受理时间」（accepted_at）的类型是 String" in told(drawn.paths)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ({"table": "nowhere"}, "没有这张表或视图"),
        ({"table": "nowhere.tickets"}, "没有"),
        ({"path": "/nowhere"}, "没有这个位置"),
    ],
)
def test_what_is_not_there_is_told(session, project, tmp_path, source, says):
    table_digest.forget()
    assert says in told(servers.with_source(project, tmp_path, kind="spark", **source))


@pytest.mark.parametrize(
    ("place", "environment", "says"),
    [
        ("local[1]", {"PATH": "", "JAVA_HOME": ""}, "没有能用的 Java"),
        (f"sc://127.0.0.1:1/;token={servers.CANARY}", {}, "连不上 Spark"),
        (f"nowhere[{servers.CANARY}]", {}, "不是 Spark 的地址"),
    ],
    ids=["no Java", "away", "no address"],
)
def test_no_spark_is_told_in_words(project, tmp_path, place, environment, says):
    paths = servers.with_source(project, tmp_path, kind="spark", table="tickets")
    command = [sys.executable, "-m", "hotline_lib", "tables", MONTH]
    given = {**os.environ, **paths.environment(), "HOTLINE_SPARK": place, **environment}
    done = subprocess.run(command, env=given, capture_output=True, text=True, timeout=120)
    said = done.stdout + done.stderr
    assert done.returncode == 1 and says in said and "程序出错了" not in said
    assert servers.CANARY not in said
    assert not any(servers.CANARY.encode() in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_a_server_that_goes_away_in_the_middle_is_told_and_not_waited_for(project, tmp_path):
    paths = servers.with_source(project, tmp_path, kind="spark", path=str(tmp_path / "data" / "tickets"))
    write(replace(paths, data=tmp_path / "data"), tickets({}))
    script = f"""
from hotline_lib.errors import TicketsError
from hotline_lib.params import load_params
from hotline_lib.paths import find_paths
from hotline_lib.tickets.read import find_input
from hotline_lib.tickets.scan import accepted
paths = find_paths()
params = load_params("{MONTH}", paths.params)
print("there" if find_input("{MONTH}", params, paths) else "none", flush=True)
input()
try:
    accepted("{MONTH}", params, paths)
except TicketsError as error:
    print(error)
"""
    pipe = subprocess.PIPE
    with servers.spark_connect(tmp_path) as place:
        where = f"{place}/;user_id={servers.CANARY}"
        given = {**os.environ, **paths.environment(), "HOTLINE_SPARK": where}
        asks = subprocess.Popen([sys.executable, "-c", script], env=given, stdin=pipe, stdout=pipe, stderr=pipe, text=True)  # fmt: skip
        said = asks.stdout.readline()
        assert said == "there\n", asks.communicate("\n")
    said, heard = asks.communicate("\n", timeout=240)  # a loaded machine; alone it is some twenty seconds
    assert "Spark" in said and "请" in said and servers.CANARY not in said + heard and "127.0.0.1" not in said


def test_spark_connect_gives_the_same(from_files, project, tmp_path):
    """In a process of its own: one process has one kind of session."""
    paths = servers.with_source(project, tmp_path, kind="spark", path=FILES, simulated=True)
    script = """
import json, os, sys
sys.path[:0] = json.loads(sys.argv[1])
import same, pickle
from hotline_lib.paths import find_paths
pickle.dump((same.all_of("2024-09", find_paths()), same.pages_of("2024-09", find_paths())), open(sys.argv[2], "wb"))
"""
    (log := tmp_path / "found").touch()
    with servers.spark_connect(tmp_path) as place:
        given = {**os.environ, **paths.environment(), "HOTLINE_SPARK": place, "TZ": "Asia/Tokyo"}
        command = [sys.executable, "-c", script, json.dumps([str(Path(same.__file__).parent)]), str(log)]
        done = subprocess.run(command, env=given, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]
    frames, pages = pd.read_pickle(log)
    same.assert_same(from_files, frames)
    assert pages == same.pages_of(MONTH, replace(project, data=surroundings.september(), output=tmp_path / "here"))


@pytest.fixture(params=["local", "connect"])
def place(request, tmp_path):
    """Where Spark is, and how often it has been started there so far (a server once, before anybody asks)."""
    (java := tmp_path / "java" / "bin" / "java").parent.mkdir(parents=True)
    begun = tmp_path / "begun"
    begun.touch()
    java.write_text(
        f'#!/bin/sh\ncase "$*" in *launcher.Main*) echo x >> "{begun}";; esac\nexec "{os.path.realpath(str(shutil.which("java")))}" "$@"\n'
    )
    java.chmod(0o755)
    environment = {"JAVA_HOME": str(java.parents[1]), "TZ": "America/New_York"}
    with servers.spark_connect(tmp_path) if request.param == "connect" else nullcontext("local[2]") as where:
        yield {**environment, "HOTLINE_SPARK": where}, lambda: begun.read_text().count("x"), request.param == "local"


def of_java(errors: str) -> list[str]:
    """What was said but for the line that names the folders, which is ours."""
    return [line for line in errors.splitlines() if line.strip() and not re.match(r"(data|params|output)/ 指 ", line)]


def test_spark_starts_once_for_several_months_and_only_a_changed_one_is_made_again(project, tmp_path, place):
    environment, starts, local = place
    paths = servers.with_source(project, tmp_path, kind="spark", path=str(tmp_path / "data" / "tickets"))
    paths = replace(paths, data=tmp_path / "data")
    months = ("2024-08", MONTH)
    of_september = (paths.params / "months" / f"{MONTH}.yaml").read_text(encoding="utf-8")
    (paths.params / "months" / "2024-08.yaml").write_text(of_september.replace(f"month: {MONTH}", "month: 2024-08"))
    august = {name: f"2024-08-0{n} 09:00:00" for n, name in enumerate(TIMES, 1)}
    write(paths, tickets({"ticket_id": "JT2101002024080100000001"} | august), "2024-08")
    jupyter = Path(nbconvert.__file__).parents[4] / "share" / "jupyter"  # where the environment above this one has it
    given = {**os.environ, **paths.environment(), "JUPYTER_PATH": str(jupyter), **environment}

    def run(rating: int) -> tuple[list[int], int]:
        write(paths, tickets({}, {"rating": rating}))
        before = starts()
        command = [sys.executable, "-m", "hotline_lib", "run", *months, "--only", "01"]
        done = subprocess.run(command, env=given, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        assert not of_java(done.stderr), "what Java says of this machine is for nobody"
        pages = [paths.report_folder(month) / "01_overview.html" for month in months]
        return [page.stat().st_mtime_ns for page in pages], starts() - before

    made, started = run(4)
    assert started == local
    assert run(4) == (made, local), "an unchanged month is not made again"
    again, started = run(1)
    assert started == local and again[0] == made[0] and again[1] != made[1], "a change in place is noticed"


@pytest.mark.parametrize("seconds", [0, 1, 6])  # after Java was asked for: its launcher, itself, and the first question
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("place", ["local"], indirect=True)
def test_a_run_that_is_broken_off_says_so_and_leaves_nothing(project, tmp_path, place, ending, seconds):
    environment, starts, _ = place
    paths = servers.with_source(project, tmp_path, kind="spark", path=FILES)
    given = {**os.environ, **paths.environment(), **environment}
    command = [sys.executable, "-m", "hotline_lib", "run", MONTH, "--only", "01"]
    pipe = subprocess.PIPE
    asks = subprocess.Popen(command, env=given, stdout=pipe, stderr=pipe, text=True, start_new_session=True)
    while not starts():
        assert asks.poll() is None
        time.sleep(0.1)
    time.sleep(seconds)
    if ending == signal.SIGINT:
        os.killpg(asks.pid, ending)  # as a terminal does
    else:
        asks.send_signal(ending)
    _, errors = asks.communicate(timeout=60)
    assert (asks.returncode, of_java(errors)) == (1, ["已中断。已经完成的都在，重新运行会接着做其余的。"])
    assert not list(paths.output.rglob("*.html"))
    there = [each.info for each in psutil.process_iter(["name", "environ"])]
    ours = {"JAVA_HOME": environment["JAVA_HOME"]}.items()
    assert not [each for each in there if each["name"] == "java" and ours <= (each["environ"] or {}).items()]
