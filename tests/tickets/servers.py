"""A PostgreSQL server of the tests' own, and where Spark is: what tests of other engines start, or are skipped for."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import yaml

from hotline_lib.paths import Paths
from hotline_lib.tickets.schema import SCHEMA

CANARY = "S3cret-canary-口令"  # invented; no message, file or log may ever show it
TYPES = {"text": "text", "time": "timestamp", "bool": "boolean", "integer": "integer"}
COLUMNS = ", ".join(f"{column} {TYPES[kind]}" for column, (kind, _) in SCHEMA.items())
_PATIENCE = 30  # seconds in which a server must come up


def postgres_missing() -> str:
    """Why no PostgreSQL can be started here; nothing if one can."""
    if not find_spec("psycopg"):
        return "needs the extra [postgres]: pip install -e '.[postgres]'"
    return "" if _program("postgres") else "needs PostgreSQL's server: initdb and postgres (apt-get install postgresql)"


def spark_missing() -> str:
    """Why no Spark can be started here; nothing if one can."""
    if not find_spec("pyspark") or not find_spec("py4j"):
        return "needs PySpark with its server, in an environment of its own: make engines"
    return "" if shutil.which("java") else "needs Java 17 (apt-get install openjdk-17-jre-headless)"


def _program(name: str) -> str | None:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name) or next((str(place / name) for place in places if (place / name).exists()), None)


@dataclass
class Postgres:
    """A running server: on loopback, with a port and a folder of its own; two roles with the canary as password."""

    port: int
    process: subprocess.Popen
    log: Path

    def environment(self, user: str = "reader", password: str = CANARY, **more: str) -> dict[str, str]:
        """What tells a program of PostgreSQL's where it is and who asks."""
        here = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGDATABASE": "postgres"}
        return {**here, "PGUSER": user, "PGPASSWORD": password, **more}

    def connect(self):
        import psycopg

        return psycopg.connect(
            host="127.0.0.1", port=self.port, dbname="postgres", user="owner", password=CANARY, autocommit=True
        )

    def execute(self, *statements: str) -> list[tuple]:
        """As the owner; the rows of the last statement."""
        with self.connect() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def asked(self) -> list[str]:
        """What the suite has asked and which connections it has opened since the server came up, a line each."""
        return [line for line in self.log.read_text(encoding="utf-8").splitlines() if line.startswith("hotline|")]

    def load(self, table: str, files: list[Path]) -> None:
        """A table of tickets from Parquet."""
        import duckdb

        self.execute(f"CREATE TABLE {table} ({COLUMNS})")
        columns = ", ".join(SCHEMA)
        with tempfile.TemporaryDirectory() as folder, self.connect() as connection, connection.cursor() as cursor:
            file = Path(folder) / "tickets.csv"
            duckdb.execute(
                f"COPY (SELECT {columns} FROM read_parquet({[*map(str, files)]})) TO '{file}' (HEADER false)"
            )
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)") as copy, file.open("rb") as rows:
                while piece := rows.read(1 << 20):
                    copy.write(piece)
            cursor.execute(f"ANALYZE {table}")


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server that lives as long as the block. Root may not run one: then it is run by nobody."""
    folder = Path(tempfile.mkdtemp(prefix="hotline-postgres-"))
    other = {"user": "nobody", "group": "nogroup"} if hasattr(os, "geteuid") and os.geteuid() == 0 else {}
    if other:
        shutil.chown(folder, "nobody", "nogroup")
    (word := folder / "word").write_text(CANARY, encoding="utf-8")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **other}
    if other:
        shutil.chown(word, "nobody", "nogroup")
    made = [_program("initdb"), "-D", folder / "data", "-U", "owner", "-A", "scram-sha-256", f"--pwfile={word}"]
    subprocess.run([*made, "-E", "UTF8", "--locale=C", "--no-sync"], check=True, **quiet)
    port = _free_port()
    settings = {"listen_addresses": "127.0.0.1", "port": port, "fsync": "off", "unix_socket_directories": folder,
                "log_connections": "on", "log_line_prefix": "%a|%p|", "max_connections": 20}  # fmt: skip
    given = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    log = (folder / "log").open("wb")
    process = subprocess.Popen([_program("postgres"), "-D", folder / "data", *given], **{**quiet, "stderr": log})
    server = Postgres(port, process, folder / "log")
    try:
        _until_up(server)
        server.execute(
            f"CREATE ROLE reader LOGIN PASSWORD '{CANARY}'", "ALTER ROLE reader SET log_statement = 'all'",
            "CREATE SCHEMA hotline", "GRANT USAGE ON SCHEMA hotline TO reader",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA hotline GRANT SELECT ON TABLES TO reader",
        )  # fmt: skip
        yield server
    finally:
        process.send_signal(2)  # a fast shutdown
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _until_up(server: Postgres) -> None:
    import psycopg

    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return server.connect().close()
        except psycopg.OperationalError:
            if server.process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.1)


@contextmanager
def spark_connect(folder: Path) -> Iterator[str]:
    """A server of Spark Connect on loopback; gives its address."""
    import pyspark

    port = _free_port()
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    settings = {"spark.connect.grpc.binding.port": port, "spark.connect.grpc.binding.address": "127.0.0.1",
                "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false",
                "spark.sql.shuffle.partitions": 8}  # fmt: skip
    given = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    command = [
        submit,
        "--master",
        "local[2]",
        "--class",
        "org.apache.spark.sql.connect.service.SparkConnectServer",
        *given,
        "spark-internal",
    ]
    with (folder / "connect.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, start_new_session=True)
        try:
            end = time.monotonic() + 4 * _PATIENCE
            while True:
                with suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                assert process.poll() is None and time.monotonic() < end, (folder / "connect.log").read_text()[-3000:]
                time.sleep(0.3)
            yield f"sc://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(_PATIENCE)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def with_source(project: Paths, folder: Path, as_written: object = None, **source: object) -> Paths:
    """The project with its params/ copied to ``folder``, where organisation.yaml says that all tickets are at that source."""
    shutil.copytree(project.params, folder / "params", dirs_exist_ok=True)
    file = folder / "params" / "organisation.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8")) | {"source": as_written or source}
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return replace(project, params=folder / "params", output=folder / "output")
