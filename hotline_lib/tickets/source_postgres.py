"""PostgreSQL: a table or a view, asked for sums and never for all its rows, with rights to read it and nothing more.

Where it is, who asks and with which password is said by PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSERVICE or ~/.pgpass,
as for every program that speaks to PostgreSQL.
"""

from __future__ import annotations

import os
from typing import Any

import ibis
from ibis.expr.types import IntegerValue, StringValue, Table

from hotline_lib.errors import TicketsError
from hotline_lib.params import Params
from hotline_lib.params.source import Source
from hotline_lib.paths import Paths

_EXTRA = '没有装 PostgreSQL 的驱动。请运行：.venv/bin/python -m pip install -c constraints.txt -e ".[postgres]"'
_PATIENCE = 10  # seconds in which the server must answer; PGCONNECT_TIMEOUT says otherwise
_AWAY = "连不上数据库：请确认服务器开着，环境变量 PGHOST、PGPORT 写得对，网络通。"
_LOST = "查到一半，与数据库的连接断了（服务器重启、管理员中断或网络断开）：请稍后重新运行。"
_WORDS = {  # by the first characters of SQLSTATE
    "28": "数据库不接受这个用户名或口令：请核对 PGUSER 和 PGPASSWORD（或 ~/.pgpass、PGSERVICE）。",
    "3D": "没有这个数据库：请核对环境变量 PGDATABASE。",
    "42501": "没有读取的权限：请数据库管理员授予这个用户对它的 SELECT（以及所在 schema 的 USAGE）。",
    "42P01": "没有这张表或视图：请核对 params/ 中 source 的 table，写作 schema.表名。",
    "3F": "没有这个 schema：请核对 params/ 中 source 的 table，写作 schema.表名。",
    "53300": "数据库的连接数已满：请稍后重新运行。",
    "53": "数据库的内存或磁盘不够：请联系数据库管理员。",
    "57014": "数据库查得太久，被中断了：请给受理时间建索引，或在 params/ 的 source 中把 timeout（秒）写大些。",
    "57": _LOST,
    "58": "数据库所在的机器读写出错：请联系数据库管理员。",
    "08": _LOST,
    "22": "视图在转换一个值时出错：请核对视图的定义。",
}
_backends: dict[int, ibis.BaseBackend] = {}  # by process: a connection does not outlive a fork


def table(source: Source, params: Params, paths: Paths) -> Table:
    """The table or view, over the one connection that this process has."""
    *schema, name = (source.table or "").split(".")
    if len(schema) > 1:
        raise TicketsError(
            f"{source.table}：PostgreSQL 的表写作 schema.表名，不写数据库名（它在环境变量 PGDATABASE 中）。"
        )
    return _backend(source.timeout).table(name, database=schema[0] if schema else None)


def address(source: Source, paths: Paths) -> str:
    """Which database this is. Nothing of who asks for it."""
    info = _backend(source.timeout).con.info
    return f"{info.host}:{info.port}/{info.dbname}"


def forget() -> None:
    """Closes the connection: the next question opens another."""
    if backend := _backends.pop(os.getpid(), None):
        backend.con.close()


def hashed(text: StringValue) -> IntegerValue:
    """64 bits, the same on every server."""
    return text.hash().cast("decimal(38, 0)")


def worded(error: Exception) -> str | None:
    """What went wrong, and what mends it. Nothing of what the server said: it names users and shows values."""
    state = getattr(error, "sqlstate", None)
    if state is None:
        backend = _backends.get(os.getpid())
        if backend is not None and backend.con.broken:
            return _LOST
        return _refused(str(error)) if type(error).__name__ in ("OperationalError", "ConnectionTimeout") else None
    found = [begin for begin in _WORDS if state.startswith(begin)]
    return (
        _WORDS[max(found, key=len)] if found else f"数据库不能回答（SQLSTATE {state}）：请把这个编号告诉数据库管理员。"
    )


def _refused(text: str) -> str:
    """Why there is no connection: before there is one, the driver says it in words only."""
    for signs, begin in (
        (("password", "认证失败", "pg_hba.conf", 'role "', "角色"), "28"),
        (('database "', '数据库 "'), "3D"),
        (("too many",), "53300"),
    ):
        if any(sign in text for sign in signs):
            return _WORDS[begin]
    if "definition of service" in text or "service file" in text:
        return "没有环境变量 PGSERVICE 所写的服务：请核对 ~/.pg_service.conf。"
    return _AWAY


def _backend(timeout: int) -> ibis.BaseBackend:
    found = _backends.get(os.getpid())
    if found is None or found.con.closed:
        found = _backends[os.getpid()] = _connect(timeout)
    return found


def _connect(timeout: int) -> ibis.BaseBackend:
    try:
        import psycopg
    except ImportError:
        raise TicketsError(_EXTRA) from None
    own: dict[str, Any] = {"application_name": "hotline"} if "PGAPPNAME" not in os.environ else {}
    if "PGCONNECT_TIMEOUT" not in os.environ:
        own["connect_timeout"] = _PATIENCE
    connection = psycopg.connect("", autocommit=True, **own)
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        cursor.execute(f"SET statement_timeout = {timeout * 1000}")
    return ibis.postgres.from_connection(connection)
