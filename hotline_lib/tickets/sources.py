"""Wherever tickets are: one way to ask for the table, and one to say what went wrong."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

import pandas as pd

from hotline_lib.errors import HotlineError, TicketsError
from hotline_lib.params import Params
from hotline_lib.params.source import Source
from hotline_lib.paths import Paths
from hotline_lib.tickets.engine import ibis

if TYPE_CHECKING:
    from ibis.expr.types import Table

_MODULES = {"parquet": "parquet", "duckdb": "parquet", "postgres": "postgres", "spark": "spark"}
_DRIVERS = {  # the package that an error comes from, and whose it is
    "duckdb": "parquet", "_duckdb": "parquet", "psycopg": "postgres", "pyspark": "spark", "py4j": "spark", "grpc": "spark",
}  # fmt: skip
_NAMES = {"parquet": "DuckDB", "postgres": "PostgreSQL", "spark": "Spark"}
_NO_TABLE = "没有这张表或视图，或没有看到它的权限：请核对 params/ 中 source 的 table。"


def of(source: Source) -> ModuleType:
    """The module of a source: table, address, hashed, worded, forget."""
    return import_module(f"hotline_lib.tickets.source_{_MODULES[source.kind]}")


def whole_table(source: Source, params: Params, paths: Paths) -> Table:
    """The table of all months. Raises TicketsError if there is none, or no way to it."""
    with asking():
        return of(source).table(source, params, paths)


def fetch(query: ibis.Expr) -> pd.DataFrame:
    """The rows of a query. Raises TicketsError, in words, if the engine cannot answer."""
    with asking(), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # Ibis 12 asks pandas 3 and DuckDB 1.5 for what they will drop
        warnings.simplefilter("ignore", FutureWarning)  # and PySpark says of pandas 3 what it does not know yet
        warnings.filterwarnings("ignore", "toPandas attempted Arrow", UserWarning)  # it shows values
        return query.to_pandas()


@contextmanager
def asking() -> Iterator[None]:
    """Whatever an engine says inside is said in our words: its own may show values, users and addresses."""
    try:
        yield
    except HotlineError:
        raise
    except ibis.common.exceptions.TableNotFound:
        raise TicketsError(f"工单来源：{_NO_TABLE}") from None
    except Exception as error:
        whose = _DRIVERS.get(type(error).__module__.partition(".")[0])
        module = import_module(f"hotline_lib.tickets.source_{whose}") if whose else None
        words = module.worded(error) if module else None
        if not (whose and module and words):
            raise
        module.forget()
        raise TicketsError(f"工单来源（{_NAMES[whose]}）：{words}") from None
