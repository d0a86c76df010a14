"""The files of params/: what stands in one, held to its model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hotline_lib.errors import ParamsError
from hotline_lib.params.models import Model
from hotline_lib.yaml_files import Shown, as_it_is, explain, read_yaml


class Reader:
    """Reads a file of params/ as what it should be. Raises ParamsError that names file, row and key."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __call__(
        self, name: str, kind: Any, shown: Shown = as_it_is, ready: Callable[[Any], Any] = lambda content: content
    ) -> Any:
        """ready: what is done to the content before it is checked."""
        path = self.folder / name
        content = read_yaml(path, f"params/{name}", shown)
        if not isinstance(content, dict | list):
            what = "是空的" if content is None else "没有一行「键: 值」：冒号应为半角，后面空一格"
            raise ParamsError(f"params/{name} {what}。请对照其他月份或 git 中的这个文件写好。")
        content = ready(content)
        try:
            return _adapter(kind).validate_python(content)
        except ValidationError as error:
            raise ParamsError(explain(error, f"params/{name}", content, _models(), shown)) from None


@cache
def _adapter(kind: Any) -> TypeAdapter:
    return TypeAdapter(kind)


def _models() -> list[type[Model]]:
    found, new = [], [Model]
    while new:
        new = [below for model in new for below in model.__subclasses__()]
        found += new
    return found


def as_written(folder: Path, names: Iterable[str]) -> tuple[bytes | None, ...]:
    """What stands in those files, as bytes; None for one that cannot be read, of which ``Reader`` says why."""
    found: list[bytes | None] = []
    for name in names:
        try:
            found.append((folder / name).read_bytes())
        except OSError:
            found.append(None)
    return tuple(found)
