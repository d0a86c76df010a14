"""What was made of a month, from the process that made it to another that has opened the same month.

Both have read the same frames, or nothing is taken over. What cannot be sent (an exhibit's functions) is made again.
"""

from __future__ import annotations

import io
import pickle
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from hotline_lib.month import Base, Month
from hotline_lib.opening import frames_read
from hotline_lib.params import Params
from hotline_lib.paths import Paths

_MONTH = "the month itself"
_PARTS = (pd.DataFrame, Base, Params, Paths)


class _Sent(pickle.Pickler):
    """Things made of a month; the month, its parts and what was sent before are named only."""

    def __init__(self, file: io.BytesIO, names: dict[int, Any]):
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._names = names

    def persistent_id(self, each: object) -> Any:
        return self._names.get(id(each))


class _Taken(pickle.Unpickler):
    def __init__(self, sent: bytes, m: Month):
        super().__init__(io.BytesIO(sent))
        self._month = m

    def persistent_load(self, name: Any) -> Any:
        if name == _MONTH:
            return self._month
        return self._month.made[name] if isinstance(name, tuple) else getattr(self._month, name)


def hand_over(m: Month, file: Path) -> None:
    """Write what was made of ``m`` so far. file: in a folder that nobody else can write to."""
    names: dict[int, Any] = {id(part): name for name, part in vars(m).items() if isinstance(part, _PARTS)} | {
        id(m): _MONTH
    }
    sent = []
    for key, thing in m.made.items():
        with suppress(Exception), io.BytesIO() as to:
            _Sent(to, names).dump(thing)
            sent.append((key, to.getvalue()))
            names.setdefault(id(thing), key)
    file.write_bytes(pickle.dumps((frames_read(m.paths), sent)))


def take_over(m: Month, file: Path) -> None:
    """Take what ``hand_over`` has written. Raises OSError if it has not."""
    frames, sent = pickle.loads(file.read_bytes())
    if frames == frames_read(m.paths):
        for key, thing in sent:
            m.made[key] = _Taken(thing, m).load()
