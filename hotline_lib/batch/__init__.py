"""The monthly batch: which notebooks must run, running them, and what a reader then finds in output/."""

import sys

from hotline_lib.batch.run import Event, ReportResult, RunResult, alone, run_month, shared_kernels

__all__ = ["Event", "ReportResult", "RunResult", "alone", "run_month", "shared_kernels"]

# papermill imports jsonschema, which would spend 0.6 s compiling grammars of international URIs that no
# notebook needs; without this module it leaves that one format unchecked.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
