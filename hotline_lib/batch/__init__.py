"""The monthly batch: which notebooks must run, running them, and what a reader then finds in output/."""

import importlib
import sys
from typing import Any

_PLACES = {
    "shared_kernels": "forks",
    **dict.fromkeys(("Event", "ReportResult", "RunResult", "alone", "run_month"), "run"),
}
__all__ = list(_PLACES)

# papermill imports jsonschema, which would spend 0.6 s compiling grammars of international URIs that no
# notebook needs; without this module it leaves that one format unchecked.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def __getattr__(name: str) -> Any:
    """Loads what is asked for, when it is asked for: the warm process is started before a run's own imports."""
    if name in _PLACES:
        return getattr(importlib.import_module(f"hotline_lib.batch.{_PLACES[name]}"), name)
    raise AttributeError(name)
