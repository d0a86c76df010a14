"""Ibis, imported when a query is first made: whoever reads the frames that a month has left asks no engine, and need not
wait for it."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis as ibis
elif "ibis" in sys.modules:
    ibis = sys.modules["ibis"]
else:
    _spec = importlib.util.find_spec("ibis")
    _spec.loader = importlib.util.LazyLoader(_spec.loader)
    ibis = sys.modules["ibis"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(ibis)
