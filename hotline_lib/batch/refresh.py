"""Re-executing the committed notebooks in place, so that nbval has outputs to hold them to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hotline_lib.batch.plan import Report, discover
from hotline_lib.batch.run import Event, prepared
from hotline_lib.errors import HotlineError
from hotline_lib.journal import write_whole
from hotline_lib.paths import Paths


def refresh(
    paths: Paths, *, jobs: int | None = None, on_event: Callable[[Event], None] = lambda event: None
) -> list[Path]:
    """Execute every notebook with its default parameters and keep its outputs in it, ready to commit.

    Outputs are kept without image bytes, clocks or anything of this computer; a second time changes nothing.
    Returns the files that changed. Raises HotlineError if notebooks fail: those stay as they were, the others
    are refreshed.
    """
    from hotline_lib.batch import clean
    from hotline_lib.batch.execute import executing

    found = [*discover(paths.notebooks), *discover(paths.notebooks / "examples")]
    reports = [Report(notebook, {}) for notebook in found]
    on_event(Event("preparing"))
    months = {month.default for report in reports if (month := report.notebook.parameters.get("month"))}
    for month in sorted(months - {None}):  # scanned once, before several kernels ask for them; "": the newest there is
        prepared(month, paths)

    changed, problems = [], []
    on_start = lambda report: on_event(Event("started", report.label))
    with executing(reports, paths, jobs=jobs, on_start=on_start) as finished:
        for report, result in finished:
            path = report.notebook.path
            if result.failure:
                problems.append(report.notebook.problem or f"{path.name}：{result.failure.in_one_line}")
            elif result.notebook is not None:
                text = clean.as_text(clean.strip_for_commit(result.notebook))
                if text != path.read_text(encoding="utf-8"):
                    write_whole(path, text)
                    changed.append(path)
            on_event(Event("finished", report.label, "failed" if result.failure else "made"))
    if problems:
        lines = "".join(f"\n  {problem}" for problem in sorted(problems))
        raise HotlineError(f"有 {len(problems)} 个笔记本没有更新，仍是原样：{lines}\n改好后重新运行 hotline refresh。")
    return sorted(changed)
