"""PostgreSQL: a table or a view, asked for sums and never for all its rows, with rights to read it and nothing more.

Where it is, who asks and with which password is said by PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSERVICE or ~/.pgpass,
as for every program that speaks to PostgreSQL.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from hotline_lib.errors import TicketsError
from hotline_lib.params import Params
from hotline_lib.params.source import Source
from hotline_lib.paths import Paths
from hotline_lib.tickets.engine import ibis

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, StringValue, Table

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
_SETTING = "环境变量或服务文件中有一个值不对：请核对 PGPORT（1 至 65535）、PGCONNECT_TIMEOUT（秒数）等 PG 开头的变量。"
_REFUSED = {  # by what the driver says, names in quotes left out, while there is no connection and no SQLSTATE: the first that fits
    "SSL was required|SSL error|SSL not in use|certificate|GSSAPI|channel binding|authentication method":
        "与数据库谈不成加密或认证的方式：请核对 PGSSLMODE、PGSSLROOTCERT（或服务文件中的 sslmode 等），或问数据库管理员怎样连接。",
    r"pg_hba\.conf": "数据库没有放行这台机器、这个用户：请数据库管理员在 pg_hba.conf 中加上；只收加密连接的，把 PGSSLMODE 写作 require。",
    'password|认证失败|role "|角色': _WORDS["28"],
    'permission denied for database': "没有连接这个数据库的权限：请数据库管理员授予这个用户对它的 CONNECT。",
    "starting up|shutting down|not currently accepting|recovery|standby mode|session is":
        "数据库正在启动、停止，或不是所要的那一台（PGTARGETSESSIONATTRS）：请稍后重新运行，仍不行请联系数据库管理员。",
    'database ""|数据库 ""': _WORDS["3D"],
    "too many": _WORDS["53300"],
    'definition of service|service file "" not found':
        "没有环境变量 PGSERVICE 所写的服务：请核对 ~/.pg_service.conf（或 PGSERVICEFILE 所写的文件）。",
    "service file|LDAP":
        "服务文件写得不对：请核对 ~/.pg_service.conf（或 PGSERVICEFILE 所写的文件），一段 [名字] 之下每行一个 名称=值。",
    "invalid .*(value|number|argument)|bad value|could not match|unrecognized configuration": _SETTING,
}  # fmt: skip
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


def worded(error: Exception) -> str:
    """What went wrong, and what mends it. Nothing of what the server said: it names users and shows values."""
    if state := getattr(error, "sqlstate", None):
        found = [begin for begin in _WORDS if state.startswith(begin)]
        unknown = f"数据库不能回答（SQLSTATE {state}）：请把这个编号告诉数据库管理员。"
        return _WORDS[max(found, key=len)] if found else unknown
    kind, backend = type(error).__name__, _backends.get(os.getpid())
    if backend is None:
        return _refused(kind, str(error))
    if backend.con.closed or kind == "OperationalError":
        return _LOST
    if kind == "DataError":  # a moment that no calendar has
        return _WORDS["22"]
    return f"数据库不能回答（{kind}）：请把这个名称告诉维护程序的人。"


def _refused(kind: str, text: str) -> str:
    """Why there is no connection: before there is one, the driver says it in words only."""
    bare = re.sub(r'"[^"\n]*"', '""', text)
    found = next((words for signs, words in _REFUSED.items() if re.search(signs, bare)), None)
    return found or (_SETTING if kind == "ProgrammingError" else _AWAY)


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
    own: dict[str, Any] = {
        "client_encoding": "utf8"
    }  # whatever PGCLIENTENCODING says: of SQL_ASCII texts come as bytes
    if "PGAPPNAME" not in os.environ:
        own["application_name"] = "hotline"
    if "PGCONNECT_TIMEOUT" not in os.environ:
        own["connect_timeout"] = _PATIENCE
    connection = psycopg.connect("", autocommit=True, **own)
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        cursor.execute(f"SET statement_timeout = {timeout * 1000}")
    return ibis.postgres.from_connection(connection)
