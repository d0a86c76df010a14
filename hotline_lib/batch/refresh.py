"""Re-executing the committed notebooks in place, so that nbval has outputs to hold them to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hotline_lib.batch.plan import Notebook, discover
from hotline_lib.batch.run import TIME_LIMIT, Event, cores, prepared
from hotline_lib.errors import HotlineError
from hotline_lib.fingerprint import write_whole
from hotline_lib.paths import Paths


def refresh(paths: Paths, *, jobs: int | None = None, on_event: Callable[[Event], None] | None = None) -> list[Path]:
    """Execute every notebook with its default parameters and keep its outputs in it, ready to commit.

    Outputs are kept without image bytes, clocks or anything of this computer; a second time changes nothing.
    Returns the files that changed. Raises HotlineError if notebooks fail: those stay as they were, the others
    are refreshed.
    """
    from hotline_lib.batch import clean
    from hotline_lib.batch.execute import Executed, execute, kernels

    notebooks, say = discover(paths.notebooks), on_event or (lambda event: None)
    runnable = [notebook for notebook in notebooks if notebook.problem is None]
    problems = [notebook.problem for notebook in notebooks if notebook.problem]
    say(Event("preparing"))
    for month in _months(runnable):
        prepared(month, paths)

    changed = []
    with kernels(paths.environment()) as started_by, ThreadPoolExecutor(jobs or cores() + 1) as pool:

        def executed(notebook: Notebook) -> Executed:
            return execute(notebook.path, {}, started_by=started_by, time_limit=TIME_LIMIT, inject=False)

        for notebook, result in zip(runnable, pool.map(executed, runnable), strict=True):
            if result.failure:
                problems.append(f"{notebook.path.name}：{result.failure.in_one_line}")
            else:
                text = clean.as_text(clean.strip_for_commit(result.notebook))
                if text != notebook.path.read_text(encoding="utf-8"):
                    write_whole(notebook.path, text)
                    changed.append(notebook.path)
            say(Event("finished", notebook.name, "failed" if result.failure else "made"))
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise HotlineError(
            f"有 {len(problems)} 个笔记本没有更新，仍是原样：\n{lines}\n改好后重新运行 hotline refresh。"
        )
    return changed


def _months(notebooks: Sequence[Notebook]) -> list[str]:
    """The months that the notebooks open by default: scanned once, before several kernels ask for them."""
    declared = [notebook.parameters.get("month") for notebook in notebooks]
    return sorted({month.default for month in declared if month and isinstance(month.default, str)})
