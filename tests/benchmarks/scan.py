"""The month's frames from Parquet against plain pandas, at one and at ten months' size: time and peak memory.

    python tests/benchmarks/scan.py

Each way runs in a process of its own, interleaved, three rounds; imports are counted, as an analyst waits for them too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

ROUNDS = 3
MONTH = "2024-09"

OURS = """
import json, sys, time
begun = time.perf_counter()
from dataclasses import replace
from pathlib import Path
from hotline_lib.tickets.scan import _handling, _rates, _rules, _submissions, frame
from hotline_lib.params import load_params
from hotline_lib.paths import find_paths
from hotline_lib.tickets.schema import KEYS
from hotline_lib.tickets.read import read_month
import ibis
paths = replace(find_paths(), data=Path(sys.argv[1]))
params = load_params(sys.argv[2], paths.params)
tickets = read_month(sys.argv[2], params, paths)
counts = frame(tickets.group_by(*KEYS).aggregate(tickets=tickets.count()), KEYS)
ours = tickets.filter(tickets.submitted_at.notnull())
rates, handling, submissions = _rates(ours, _rules(sys.argv[2], params)), _handling(ours), _submissions(ours)
print(json.dumps([time.perf_counter() - begun, int(counts.tickets.sum())]))
"""

PLAIN = """
import json, sys, time
begun = time.perf_counter()
import pandas as pd
t = pd.read_parquet(f"{sys.argv[1]}/tickets/{sys.argv[2]}.parquet")
counts = t.groupby(["business_type", "domain", "issue", "sub_issue", "unit"], dropna=False).size()
s = t[t["submitted_at"].notna()]
seconds = (s["closed_at"] - s["accepted_at"]).dt.total_seconds()
s = s.assign(seconds=seconds, minute=seconds // 60, day1=seconds <= 86400, day5=seconds <= 432000,
             in_time=s["closed_at"] <= s["due_at"], bad=s["rating"] < 3, month=s["accepted_at"].dt.to_period("M"))
rates = s.groupby(["unit", "business_type"])[
    ["classified_correctly", "answered_instantly", "called_back", "resolved_first_time", "day1", "day5",
     "in_time", "bad", "seconds"]
].sum()
handling = s.groupby(["unit", "business_type", "minute"])["seconds"].agg(["size", "sum"])
submissions = s.groupby(["unit", "business_type", "month"]).size()
print(json.dumps([time.perf_counter() - begun, int(counts.sum())]))
"""


def measure(code: str, data: Path) -> tuple[float, float, int]:
    """Seconds, peak memory in MB, tickets."""
    process = subprocess.Popen([sys.executable, "-c", code, str(data), MONTH], stdout=subprocess.PIPE, text=True)
    answer = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0
    seconds, tickets = json.loads(answer.splitlines()[-1])
    return seconds, used.ru_maxrss / 1024, tickets


def enlarged(source: Path, folder: Path, times: int) -> Path:
    """The month's tickets, several times over, each copy with ids of its own."""
    target = folder / "tickets" / f"{MONTH}.parquet"
    target.parent.mkdir(parents=True)
    query = (
        f"copy (select * replace (ticket_id || '-' || copy as ticket_id) from read_parquet('{source}'), "
        f"(select unnest(range({times})) as copy) order by accepted_at) to '{target}' "
        "(format parquet, compression zstd, row_group_size 122880)"
    )
    # in a process of its own: a child's peak begins with its parent's size
    subprocess.run([sys.executable, "-c", "import duckdb, sys; duckdb.execute(sys.argv[1])", query], check=True)
    return folder


def main() -> None:
    from hotline_lib.paths import find_paths

    source = find_paths().tickets(MONTH)
    with tempfile.TemporaryDirectory() as folder:
        for name, data in {"1x": find_paths().data, "10x": enlarged(source, Path(folder) / "ten", 10)}.items():
            ours, plain = [], []
            for _ in range(ROUNDS):
                ours.append(measure(OURS, data))
                plain.append(measure(PLAIN, data))
            (a, m, n), (b, k, _) = ([median(column) for column in zip(*rows, strict=True)] for rows in (ours, plain))
            print(f"{name}: {n:,.0f} tickets  scan {a:.2f} s {m:.0f} MB  pandas {b:.2f} s {k:.0f} MB  "
                  f"pandas/scan time {b / a:.2f}  memory {k / m:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
