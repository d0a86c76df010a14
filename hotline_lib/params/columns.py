"""Columns of tickets and what exports call them: params/columns.yaml, whose later entries add to earlier ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator

from hotline_lib.errors import ParamsError
from hotline_lib.params.models import Model, Spelling

# spellings: a number, a date or a yes that YAML reads as such was meant as it is written
Words = tuple[Annotated[str, BeforeValidator(lambda v: _written(v))], ...]


def _written(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float, dt.date)) else value


class Column(Model):
    """One column of the ticket table, and what exports call it.

    values: other ways to write what may stand in it: a name of params/, true, 5, and so on; ``blank``: what means
    nothing. only: a unit, or a pattern of file or sheet names; then all this holds for those exports alone.
    """

    name: str
    label: str = ""
    aliases: tuple[Spelling, ...] = ()
    values: Annotated[
        dict[str, Words],
        BeforeValidator(lambda v: {_key(k): w for k, w in v.items()} if isinstance(v, dict) else v),
    ] = {}
    only: str = ""

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.name, self.label, *self.aliases) if self.label else self.aliases


def _key(key: object) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def gathered(columns: Sequence[Column]) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """Columns with what later entries of the same name add to them, and the entries that hold for some exports only.

    Raises ParamsError for an addition to a column that no entry above it describes.
    """
    whole: dict[str, Column] = {}
    some = []
    for entry in columns:
        if entry.name not in whole and not entry.label:
            raise ParamsError(f"params/columns.yaml：「{entry.name}」没有 label。补充写法的 name 要与前面某一列相同。")
        if entry.only:
            some.append(entry)
            continue
        before = whole.get(entry.name)
        if before is None:
            whole[entry.name] = entry
            continue
        if entry.label:
            raise ParamsError(f"params/columns.yaml：列「{entry.name}」写了两次。要补充写法，后一条不写 label。")
        values = {**before.values}
        for value, words in entry.values.items():
            values[value] = (*values.get(value, ()), *words)
        aliases = (*before.aliases, *entry.aliases)
        whole[entry.name] = before.model_copy(update={"aliases": aliases, "values": values})
    return tuple(whole.values()), tuple(some)
