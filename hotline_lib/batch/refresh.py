"""Re-executing the committed notebooks in place, so that nbval has outputs to hold them to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hotline_lib.batch.plan import discover
from hotline_lib.batch.run import TIME_LIMIT, Event, prepared
from hotline_lib.errors import HotlineError
from hotline_lib.fingerprint import write_whole
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

    notebooks = {notebook.path: notebook for notebook in discover(paths.notebooks)}
    on_event(Event("preparing"))
    months = {month.default for notebook in notebooks.values() if (month := notebook.parameters.get("month"))}
    for month in sorted(filter(None, months)):  # scanned once, before several kernels ask for them
        prepared(month, paths)

    changed, problems = [], []
    work = {path: (notebook, {}) for path, notebook in notebooks.items()}
    with executing(
        work, paths.environment(), jobs=jobs, time_limit=TIME_LIMIT,
        on_start=lambda path: on_event(Event("started", path.stem)),
    ) as finished:  # fmt: skip
        for path, result in finished:
            if result.failure:
                problems.append(notebooks[path].problem or f"{path.name}：{result.failure.in_one_line}")
            else:
                text = clean.as_text(clean.strip_for_commit(result.notebook))
                if text != path.read_text(encoding="utf-8"):
                    write_whole(path, text)
                    changed.append(path)
            on_event(Event("finished", path.stem, "failed" if result.failure else "made"))
    if problems:
        lines = "".join(f"\n  {problem}" for problem in sorted(problems))
        raise HotlineError(f"有 {len(problems)} 个笔记本没有更新，仍是原样：{lines}\n改好后重新运行 hotline refresh。")
    return sorted(changed)
