"""Spark: a table, a view or Parquet where Spark finds it, in a session of this machine or over Spark Connect.

HOTLINE_SPARK says where: sc://HOST:15002 (Spark Connect; a token may follow), or local[2] (a session on this machine, which needs
Java). The session's clock is set to Shanghai: Spark's TIMESTAMP is an instant, and its wall time is the session's.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import subprocess
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

import psutil

from hotline_lib.errors import TicketsError
from hotline_lib.params import Params
from hotline_lib.params.source import Source
from hotline_lib.paths import Paths
from hotline_lib.tickets.engine import ibis

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, StringValue, Table

_EXTRA = (
    '没有装 Spark 的客户端。请运行：.venv/bin/python -m pip install -c constraints.txt -e ".[spark]"；'
    "在本机启动 Spark（local[2]）要装的见 docs/数据来源.md。"
)
_LOCAL = {  # a small session that starts soon and is asked by nobody else
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.shuffle.partitions": "8",
    "spark.log.level": "OFF",
}
_NO_JAVA = "这台机器上没有能用的 Java，Spark 起不来：请装 Java 17 或更新的，或把 HOTLINE_SPARK 写成 Spark Connect 的地址 sc://…。"
_AWAY = "连不上 Spark：请确认 Spark Connect 服务开着，环境变量 HOTLINE_SPARK 写得对（sc://主机:15002），网络通。"
_LOST = "查到一半，与 Spark 的连接断了：请稍后重新运行。"
_DENIED = "Spark 不接受这个身份，或没有读取的权限：请核对 HOTLINE_SPARK 中的 token，或请管理员授权。"
_NO_ADDRESS = "环境变量 HOTLINE_SPARK 不是 Spark 的地址：应像 sc://主机:15002 或 local[2]。"
_ADDRESS = re.compile(r"local(\[(\d+|\*)\])?|(sc|spark|k8s)://.+|yarn")
_WORDS = {  # by what Spark calls its errors, or gRPC its own
    "JAVA_GATEWAY_EXITED": _NO_JAVA,
    "UnsupportedClassVersionError": _NO_JAVA,
    "TABLE_OR_VIEW_NOT_FOUND": "没有这张表或视图：请核对 params/ 中 source 的 table。",
    "SCHEMA_NOT_FOUND": "没有这个库：请核对 params/ 中 source 的 table，写作 库.表名。",
    "PATH_NOT_FOUND": "没有这个位置：请核对 params/ 中 source 的 path。",
    "UNABLE_TO_INFER_SCHEMA": "那里没有 Parquet 文件：请核对 params/ 中 source 的 path。",
    "FAILED_READ_FILE": "有文件读不出来，可能已损坏或正在写：请核对后重新运行。",
    "CANNOT_READ_FILE": "有文件读不出来，可能已损坏或正在写：请核对后重新运行。",
    "INSUFFICIENT_PERMISSIONS": _DENIED,
    "UNAUTHENTICATED": _DENIED,
    "PERMISSION_DENIED": _DENIED,
    "DEADLINE_EXCEEDED": "Spark 查得太久，被中断了：请稍后重新运行。",
    "OPERATION_CANCELED": "Spark 的查询被中断了：请稍后重新运行。",
    "SESSION_CLOSED": _LOST,
    "INVALID_HANDLE": _LOST,
    "UNAVAILABLE": _AWAY,
    "INVALID_CONNECT_URL": _NO_ADDRESS,
    "CAST_INVALID_INPUT": "视图在转换一个值时出错：请核对视图的定义。",
    "Py4JNetworkError": _LOST,
    "Connection refused": _LOST,
}
_PATIENCE = 10  # seconds in which a server must answer
_TRIES = 5  # of a question, some twenty seconds in all: a server that has gone would be waited for ten minutes
_backends: dict[int, ibis.BaseBackend] = {}  # by process


def table(source: Source, params: Params, paths: Paths) -> Table:
    """The table, the view, or the Parquet at a place that Spark knows."""
    backend = _backend()
    if source.path:
        return backend.read_parquet(source.path)
    *before, name = (source.table or "").split(".")
    return backend.table(name, database=(tuple(before) if len(before) > 1 else before[0]) if before else None)


def address(source: Source, paths: Paths) -> str:
    """Which Spark this is, without what may follow the address (token, user)."""
    place = re.split("[;?]", _place())[0]
    return "" if place.startswith("local") else place.rpartition("@")[2]


def forget() -> None:
    """Lets go of the session: the next question starts another."""
    if backend := _backends.pop(os.getpid(), None):
        with warnings.catch_warnings(), suppress(Exception):  # it may be dead already; whatever says so has been told
            warnings.simplefilter("ignore")
            backend.disconnect()


def hashed(text: StringValue) -> IntegerValue:
    """64 bits: Spark's hash() has 32."""
    return _xxhash64()(text).cast("decimal(38, 0)")


@cache
def _xxhash64() -> Callable[[StringValue], IntegerValue]:
    @ibis.udf.scalar.builtin(name="xxhash64")
    def number(text: str) -> int: ...  # type: ignore[empty-body]

    return number


def worded(error: Exception) -> str | None:
    """What went wrong, and what mends it. Nothing of what Spark said: it shows values, and addresses with their tokens."""
    name = getattr(error, "getCondition", lambda: None)() or ""
    text = f"{name} {type(error).__name__} {error}"
    words = next((words for sign, words in _WORDS.items() if sign in text), None)
    return words or f"Spark 不能回答（{name or type(error).__name__}）：请把这个编号告诉管理 Spark 的人。"


def _place() -> str:
    return os.environ.get("HOTLINE_SPARK") or os.environ.get("SPARK_REMOTE") or "local[*]"


def _backend() -> ibis.BaseBackend:
    if os.getpid() not in _backends:
        _backends[os.getpid()] = _connect(_place())
    return _backends[os.getpid()]


def _knock(place: str) -> None:
    """Whether anybody is there: the client itself would try for ten minutes."""
    host, _, port = place.removeprefix("sc://").partition("/")[0].partition(";")[0].rpartition("@")[2].partition(":")
    try:
        socket.create_connection((host, int(port or 15002)), timeout=_PATIENCE).close()
    except (OSError, ValueError):
        raise TicketsError(f"工单来源（Spark）：{_AWAY}") from None


def _start(place: str) -> None:
    """Java, before anything else starts it: what it says of this machine (its name, its address) nobody is shown."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway

    if not SparkContext._gateway:
        conf = SparkConf(loadDefaults=False).setMaster(place).setAll([*_LOCAL.items()])
        before = psutil.Process().children(recursive=True)
        try:
            gateway = launch_gateway(conf, {"stderr": subprocess.DEVNULL})
        except BaseException:  # Java that is broken off while it starts would never end
            for each in set(psutil.Process().children(recursive=True)).difference(before):
                with suppress(psutil.Error):
                    each.kill()
            raise
        SparkContext._ensure_initialized(gateway=gateway)


def _connect(place: str) -> ibis.BaseBackend:
    if not _ADDRESS.fullmatch(place):
        raise TicketsError(_NO_ADDRESS)
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise TicketsError(_EXTRA) from None
    # the first two print queries, with values; Py4J, when Ctrl-C breaks off a question, pages of traceback before our own
    # word for it, by its own logger and, from another place, by that of all
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger", "py4j"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    logging.getLogger().addFilter(lambda record: "py4j" not in record.pathname)
    builder = SparkSession.builder.appName("hotline")
    (_knock if (remote := place.startswith("sc://")) else _start)(place)
    builder = builder.remote(place) if remote else builder.master(place).config(map=_LOCAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session = builder.getOrCreate()
        if remote:
            from pyspark.sql.connect.client.retries import DefaultPolicy

            session.client.set_retry_policies([DefaultPolicy(max_retries=_TRIES)])
        backend = ibis.pyspark.connect(session)
    # Ibis has set it to UTC: eight hours off, and no error
    session.conf.set("spark.sql.session.timeZone", "Asia/Shanghai")
    return backend
