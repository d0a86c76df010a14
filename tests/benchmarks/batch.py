"""``hotline run MONTH --force`` against the same notebooks through papermill's and nbconvert's commands, one by one.

    python tests/benchmarks/batch.py [--units]

Beside them the same cells in one plain process (floor.py). --units: the editions of all units instead; commands and
floor make one of them, and its time counts as often as there are units. Whole commands, interleaved, three rounds; the month's frames are in the cache for both.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROUNDS = 3
MONTH = "2024-09"


def timed(*commands: list[str], **environment: str) -> float:
    begun = time.perf_counter()
    for command in commands:
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})
    return time.perf_counter() - begun


def main() -> None:
    from hotline_lib.params import load_params
    from hotline_lib.paths import find_paths

    paths, units = find_paths(), "--units" in sys.argv
    every = sorted(paths.notebooks.glob("[0-9][0-9]_*.ipynb"))
    notebooks = [path for path in every if (path.stem == "06_unit") == units]
    times = len(load_params(MONTH, paths.params).unit_names) if units else 1
    bin_ = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as folder:
        run = [str(bin_ / "hotline"), "run", MONTH, "--force", "--output", f"{folder}/ours"]
        run += ["--only", "06_unit", "--unit", "all"] if units else []
        plain = []
        for notebook in notebooks:
            out = f"{folder}/{notebook.name}"
            plain.append(
                [str(bin_ / "papermill"), str(notebook), out, "-p", "month", MONTH, "--cwd", str(paths.notebooks)]
            )
            plain.append([str(bin_ / "jupyter"), "nbconvert", "--to", "html", out])
        timed(run)  # frames into the cache, bytecode onto the disk
        environment = {**paths.environment(), "HOTLINE_OUTPUT": f"{folder}/ours"}
        floor = [sys.executable, str(Path(__file__).with_name("floor.py")), *map(str, notebooks)]
        ours, others, cells = [], [], []
        for _ in range(ROUNDS):
            ours.append(timed(run))
            others.append(times * timed(*plain, **environment))
            cells.append(times * timed(floor, **environment))
        told = lambda seconds: f"{median(seconds):.1f} s ({', '.join(f'{each:.1f}' for each in seconds)})"
        a, b, c = map(median, (ours, others, cells))
        print(
            f"{len(notebooks) * times} reports: hotline run {told(ours)}  commands {told(others)}  cells {told(cells)}"
        )
        print(f"commands/run {b / a:.2f}  run/cells {a / c:.2f}")
        print(f"unchanged rerun {timed(run[:3] + run[4:]):.2f} s")


if __name__ == "__main__":
    main()
