"""Ibis, imported when a query is first made: whoever reads the frames that a month has left asks no engine, and need not
wait for it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis as ibis
else:

    class _WhenAsked:
        """Not in ``sys.modules`` until then, as importlib's lazy modules are: IPython's kernel looks into each of those."""

        def __getattr__(self, name: str) -> Any:
            return getattr(importlib.import_module("ibis"), name)

    ibis = _WhenAsked()
