"""Where the tickets are: said in a month's YAML, or once for all months in organisation.yaml."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field

from hotline_lib.params.models import Model

Kind = Literal["parquet", "duckdb", "postgres", "spark"]
_TAKES = {"parquet": {"path"}, "duckdb": {"path", "table"}, "postgres": {"table"}, "spark": {"path", "table"}}
_NEEDS = {
    "duckdb": "kind 为 duckdb 时必须写明 path（文件）和 table（表名）",
    "postgres": "kind 为 postgres 时必须写明 table（表或视图，如 hotline.tickets）",
    "spark": "kind 为 spark 时必须写明 table（表或视图）或 path（Parquet 的位置），只写一个",
}
_NAME = r"[^\s.\"'`;:/?@=&]+"  # of a table, a schema, a catalogue: nothing that an address or its secret has
_SECRET = "path 中不能写用户名、口令、签名等（@ 之前、? 或 ; 之后的内容）：请放进环境变量或引擎自己的配置文件"
_CONTAINER = re.compile(r"(abfss?|wasbs?)://[a-z0-9$-]+@[^@/]*(/|$)")  # Azure's way to say where, not who


def _holds_secret(path: str) -> bool:
    """Whether a path says who asks: a user before the host, or a query (a signature, a token) behind."""
    user = re.match(r"[^/]*://[^/]*@", path) and not _CONTAINER.match(path)
    return bool(user or re.search(r"[?;]|:[^/\\]*@", path))


class Source(Model):
    """Where tickets are: Parquet under data/tickets by default, else one table of all months.

    path: Parquet, a file, a folder or a folder of partitions; or DuckDB's file. table: NAME, SCHEMA.NAME or
    CATALOG.SCHEMA.NAME, of a table or a view. simulated: its tickets are; no table says so of itself.
    timeout: seconds that one question may take.
    No address, user or password: they come from the environment or from the engine's own files.
    """

    kind: Kind = "parquet"
    path: Annotated[str, Field(min_length=1)] | None = None
    table: Annotated[str, Field(min_length=1)] | None = None
    simulated: bool = False
    timeout: int = Field(default=900, ge=1, le=86_400)

    def model_post_init(self, _context: Any) -> None:
        if self.kind not in _TAKES:
            raise ValueError("没有这种 kind")
        given = {name for name in ("path", "table") if getattr(self, name)}
        if more := sorted(given - _TAKES[self.kind]):
            raise ValueError(f"kind 为 {self.kind} 时不能写 {'、'.join(more)}")
        least = 0 if self.kind == "parquet" else 2 if self.kind == "duckdb" else 1
        if len(given) < least or (self.kind == "spark" and len(given) > 1):
            raise ValueError(_NEEDS[self.kind])
        if self.table and not re.fullmatch(rf"{_NAME}(\.{_NAME}){{0,2}}", self.table):
            raise ValueError("table 应是表或视图的名称，如 hotline.tickets")
        if self.path and _holds_secret(self.path):
            raise ValueError(_SECRET)

    @property
    def in_data(self) -> bool:
        """Whether months are files under data/tickets, which intake, simulate and undo know how to change."""
        return self.kind == "parquet" and self.path is None

    @property
    def called(self) -> str:
        """What a report names as the source."""
        return self.table or (self.path or "").rstrip("/\\").replace("\\", "/").rpartition("/")[2]
