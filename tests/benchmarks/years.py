"""Twelve months of all notebooks: seconds per report, peak memory of the runner, and what an unchanged rerun costs.

    python tests/benchmarks/years.py

The months are simulated into a temporary folder; three rounds, whole commands.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROUNDS = 3
SPAN, PUBLISHED = "2023-10..2024-09", "2024-09"


def measured(command: list[str], **environment: str) -> tuple[float, float, float, str]:
    """Seconds, seconds of CPU, peak memory in MB (of the largest process), and what it said."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, said
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said


def main() -> None:
    from hotline_lib.params import month_span
    from hotline_lib.paths import find_paths

    paths, hotline = find_paths(), str(Path(sys.executable).parent / "hotline")
    with tempfile.TemporaryDirectory() as folder:
        params, data, output = (str(Path(folder, name)) for name in ("params", "data", "output"))
        shutil.copytree(paths.params, params)
        for name in ("published", "spot_checks"):
            shutil.copytree(paths.data / name, Path(data, name))
        text = (paths.params / "months" / f"{PUBLISHED}.yaml").read_text(encoding="utf-8")
        for month in month_span(SPAN)[:-1]:
            own = re.sub(r"^issued:.*$", "", text.replace(f"month: {PUBLISHED}", f"month: {month}"), flags=re.M)
            Path(params, "months", f"{month}.yaml").write_text(own, encoding="utf-8")
        places = ["--data", data, "--params", params]
        seconds, *_ = measured([hotline, "simulate", SPAN, *places])
        print(f"simulating {SPAN}: {seconds:.1f} s")
        run = [hotline, "run", SPAN, *places, "--output", output]
        rounds, again = [], []
        for _ in range(ROUNDS):
            rounds.append(measured([*run, "--force"]))
            again.append(measured(run))
        reports = sum(int(number) for number in re.findall(r"：(\d+) 份报告可用", rounds[0][3]))
        wall, _, memory = (median(each[at] for each in rounds) for at in range(3))
        print(f"{reports} reports: {wall:.1f} s, {wall / reports:.2f} s a report, peak {memory:.0f} MB")
        print(
            f"unchanged rerun: {median(each[0] for each in again):.2f} s, {median(each[1] for each in again):.2f} s CPU"
        )


if __name__ == "__main__":
    main()
