"""Where the wording's templates come from, and what they say of a name that there is not."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket
from jinja2.loaders import split_template_path

from hotline_lib.processes import COMPILED
from hotline_lib.text_files import read_text


def loader(folder: Path) -> jinja2.BaseLoader:
    """Templates of params/wording as people save them, in any encoding; one that was edited is read again."""
    return jinja2.FunctionLoader(partial(_source, folder))


class _Compiled(jinja2.FileSystemBytecodeCache):
    """What cannot be kept (a disk that is full) is compiled again by the next process."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def compiled() -> jinja2.BytecodeCache | None:
    """Where the processes of one run find what another has compiled; None outside a run."""
    folder = os.environ.get(COMPILED, "")
    return _Compiled(folder) if os.path.isdir(folder) else None


def named(folder: Path, file: str | None, name: str) -> str:
    """A template as an analyst finds it, whichever other includes it: params/wording/figures/days.j2."""
    return f"params/wording/{Path(file).relative_to(folder).as_posix() if file else f'{name}.j2'}"


def place(folder: Path, error: BaseException, name: str, text: str | None) -> str:
    """File and line of the template that raised: Jinja puts the template's own lines into the trace. text: what was given
    in its stead."""
    frames = reversed(traceback.extract_tb(error.__traceback__))
    file, line = next(((at.filename, at.lineno) for at in frames if at.filename.endswith(".j2")), (None, 0))
    if not line:
        return name if text is not None else named(folder, None, name)
    return f"{named(folder, file, name)} 第 {line} 行"


def near(error: Exception) -> str:
    """The words of the template that Jinja points at, if it does."""
    found = re.search(r"'(\S+?)'", str(error))
    return f"（「{found[1]}」附近）" if found else ""


class Unknown(jinja2.StrictUndefined):
    """An undefined name whose message is the name, then those there are in what it was looked for in, a line each."""

    @property
    def _undefined_message(self) -> str:
        owner = self._undefined_obj
        inside = owner if isinstance(owner, Mapping) else [key for key in dir(owner) if not key.startswith("_")]
        return "\n".join(map(str, [self._undefined_name, *([] if owner is jinja2.utils.missing else inside)]))


def _source(folder: Path, template: str) -> tuple[str, str, Callable[[], bool]] | None:
    file, name = folder.joinpath(*split_template_path(template)), f"params/wording/{template}"
    if not os.path.lexists(file):
        return None
    text = read_text(file, name)
    return text, str(file), lambda: read_text(file, name) == text
