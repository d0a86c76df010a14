"""Names that may stand for one thing only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hotline_lib.errors import ParamsError
from hotline_lib.params.columns import Column
from hotline_lib.params.models import Named


def once(file: str, what: str, entries: Sequence[Named], of: Callable[[Any], str]) -> None:
    """No two entries with the same of what there is one each."""
    owner: dict[str, str] = {}
    for entry in entries:
        if (before := owner.setdefault(of(entry), entry.name)) != entry.name:
            raise ParamsError(f"{file}：「{before}」和「{entry.name}」的{what}相同（{of(entry)}），请改正其中一个。")


def unique(file: str, kind: str, entries: Sequence[Named | Column]) -> None:
    owner: dict[str, str] = {}
    for entry in entries:
        for spelling in dict.fromkeys(entry.spellings):
            if spelling in owner:
                raise ParamsError(
                    f"{file}：{kind}「{spelling}」既指「{owner[spelling]}」又指「{entry.name}」，只能留一处。"
                )
            owner[spelling] = entry.name
