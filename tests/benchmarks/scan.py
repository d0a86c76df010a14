"""A month's tickets, opened, checked, counted and hashed: ours against hand-written SQL for DuckDB, and against plain pandas.

    python tests/benchmarks/scan.py                      # 1x and 10x: 244 thousand and 2.4 million tickets
    python tests/benchmarks/scan.py --sizes 100 --rounds 2 --ways ours,sql
    python tests/benchmarks/scan.py --sizes 400 --rounds 1 --ways ours,sql,check

CPU seconds (user and system) and peak memory of whole processes, imports and all; medians of interleaved rounds. check: what
``hotline check`` asks of the tickets beside that. The tickets are simulated, so many of each, with ids of their own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

MONTH = "2024-09"

OURS = """
import sys
from dataclasses import replace
from pathlib import Path
from hotline_lib.params import load_params
from hotline_lib.paths import find_paths
from hotline_lib.tickets.scan import accepted, submitted
paths = replace(find_paths(), data=Path(sys.argv[1]), output=Path(sys.argv[2]))
params = load_params(sys.argv[3], paths.params)
frames, _ = accepted(sys.argv[3], params, paths)
submitted(sys.argv[3], params, paths)
print(frames["counts"]["tickets"].sum())
"""

CHECK = OURS.replace(
    "print(",
    """
import datetime as dt
from hotline_lib.tickets.quality import data_quality
from hotline_lib.tickets.read import read_month
data_quality(read_month(sys.argv[3], params, paths), params, dt.datetime(2024, 10, 8))
print(""",
)

SQL = """
import datetime as dt, hashlib, sys
from pathlib import Path
import duckdb
from hotline_lib.params import load_params
from hotline_lib.paths import find_paths
from hotline_lib.tickets.scan import rules_of
from hotline_lib.tickets.schema import SCHEMA
params = load_params(sys.argv[3], find_paths().params)
here = Path(sys.argv[1]) / "tickets" / f"{sys.argv[3]}.parquet"
files = sorted(here.glob("*.parquet")) if here.is_dir() else [here]
for file in files:
    with file.open("rb") as content:
        hashlib.file_digest(content, "sha256").hexdigest()
con = duckdb.connect()
con.execute("SET enable_progress_bar = false")
con.execute(f"CREATE VIEW t AS FROM read_parquet({[*map(str, files)]}, file_row_number = true)")
one = lambda condition: f"sum(CASE WHEN {condition} THEN 1 ELSE 0 END)"
keys = "business_type, domain, issue, sub_issue, unit"
counts = con.execute(f"SELECT {keys}, count(*) AS tickets FROM t GROUP BY ALL").df()
con.execute("SELECT accepted_at::DATE, hour(accepted_at), business_type, unit, count(*) FROM t GROUP BY ALL").df()
con.execute("SELECT unit, business_type, count(*) FROM t WHERE closed_at IS NULL GROUP BY ALL").df()
wrong = " OR ".join(f"(unit = '{u.name}' AND NOT starts_with(ticket_id, 'JT{u.code}'))" for u in params.units)
rules = [f"{column} IS NULL" for column, (_, may) in SCHEMA.items() if not may] + [
    "accepted_at < '2024-09-01' OR accepted_at >= '2024-10-01'", "submitted_at IS NOT NULL AND closed_at IS NULL",
    "rating < 1 OR rating > 5", "closed_at < accepted_at", "closed_at < transferred_at", "submitted_at < closed_at",
    "closed_at IS NULL", wrong, "rating IS NOT NULL AND NOT coalesce(called_back, false)",
]
con.execute(f"SELECT count(*), count(DISTINCT ticket_id), {', '.join(map(one, rules))} FROM t").fetchall()
con.execute("CREATE VIEW s AS FROM t WHERE submitted_at >= '2024-09-01' AND submitted_at < '2024-10-01'")
seconds = "epoch(closed_at)::BIGINT - epoch(accepted_at)::BIGINT"
asks, complains = "business_type = '信息咨询'", "business_type = '投诉举报'"
late = " OR ".join(
    f"(closed_at::DATE IN ({', '.join(repr(str(day)) for day in days)}) AND submitted_at < closed_at::DATE + INTERVAL {wait} DAY)"
    for wait, days in rules_of(sys.argv[3], params).deadline_days.items()
)
rates = [
    ("true", "classified_correctly"), (asks, "answered_instantly"),
    ("business_type <> '投诉举报' AND transferred_at IS NOT NULL", "closed_at <= due_at"),
    ("transferred_at IS NOT NULL", "called_back"), ("transferred_at IS NOT NULL", "resolved_first_time"),
    ("rating < 3", "bad_rating_fixed"), (complains, "closed_at <= due_at"), (complains, f"{seconds} <= 86400"),
    (complains, f"{seconds} <= 432000"), (f"{complains} AND called_back AND rating IS NOT NULL", "rating >= 3"),
    ("true", f"submitted_at < closed_at OR {late}"), ("true", "failed_reviews >= 2"),
]
sums = [one(f"({counted}) AND ({good})") for counted, good in rates] + [one(counted) for counted, _ in rates]
sums.append(f"sum(CASE WHEN {complains} THEN {seconds} ELSE 0 END)")
con.execute(f"SELECT unit, {', '.join(sums)} FROM s GROUP BY ALL").df()
con.execute(f"SELECT unit, business_type, ({seconds}) // 60 AS minute, count(*), sum({seconds}) FROM s GROUP BY ALL").df()
con.execute("SELECT unit, business_type, strftime(accepted_at, '%Y-%m'), count(*) FROM s GROUP BY ALL").df()
print(int(counts["tickets"].sum()))
"""

PANDAS = """
import hashlib, sys
from pathlib import Path
import pandas as pd
from hotline_lib.params import load_params
from hotline_lib.paths import find_paths
from hotline_lib.tickets.scan import rules_of
from hotline_lib.tickets.schema import SCHEMA
params = load_params(sys.argv[3], find_paths().params)
here = Path(sys.argv[1]) / "tickets" / f"{sys.argv[3]}.parquet"
files = sorted(here.glob("*.parquet")) if here.is_dir() else [here]
for file in files:
    with file.open("rb") as content:
        hashlib.file_digest(content, "sha256").hexdigest()
t = pd.read_parquet(here)
day, hour = t["accepted_at"].dt.normalize(), t["accepted_at"].dt.hour
counts = t.groupby(["business_type", "domain", "issue", "sub_issue", "unit"], dropna=False).size()
calendar = t.groupby([day, hour, "business_type", "unit"]).size()
still_open = t[t["closed_at"].isna()].groupby(["unit", "business_type"]).size()
code = t["unit"].map({u.name: f"JT{u.code}" for u in params.units}).astype(str)
rules = [t[column].isna() for column, (_, may) in SCHEMA.items() if not may] + [
    (t["accepted_at"] < "2024-09-01") | (t["accepted_at"] >= "2024-10-01"), t["submitted_at"].notna() & t["closed_at"].isna(),
    (t["rating"] < 1) | (t["rating"] > 5), t["closed_at"] < t["accepted_at"], t["closed_at"] < t["transferred_at"],
    t["submitted_at"] < t["closed_at"], t["closed_at"].isna(), t["ticket_id"].str[: code.str.len().max()] != code,
    t["rating"].notna() & ~t["called_back"].fillna(False).astype(bool),
]
broken = [int(rule.sum()) for rule in rules], t["ticket_id"].nunique()
s = t[(t["submitted_at"] >= "2024-09-01") & (t["submitted_at"] < "2024-10-01")]
seconds = (s["closed_at"] - s["accepted_at"]).dt.total_seconds()
closed = s["closed_at"].dt.normalize()
wait = {pd.Timestamp(each): wait for wait, days in rules_of(sys.argv[3], params).deadline_days.items() for each in days}
in_time = (s["submitted_at"] < s["closed_at"]) | (s["submitted_at"] < closed + pd.to_timedelta(closed.map(wait), unit="D"))
asks, complains, every = s["business_type"] == "信息咨询", s["business_type"] == "投诉举报", pd.Series(True, s.index)
handed, back = s["transferred_at"].notna(), s["called_back"].fillna(False).astype(bool)
flag = lambda column: s[column].fillna(False).astype(bool)
rates = [
    (every, flag("classified_correctly")), (asks, flag("answered_instantly")), (~complains & handed, s["closed_at"] <= s["due_at"]),
    (handed, back), (handed, flag("resolved_first_time")), (s["rating"] < 3, flag("bad_rating_fixed")),
    (complains, s["closed_at"] <= s["due_at"]), (complains, seconds <= 86400), (complains, seconds <= 432000),
    (complains & back & s["rating"].notna(), s["rating"] >= 3), (every, in_time), (every, s["failed_reviews"] >= 2),
]
sums = pd.DataFrame({f"{n}{part}": each for n, (counted, good) in enumerate(rates) for part, each in (("of", counted), ("", counted & good))})
rates = sums.assign(seconds=seconds.where(complains, 0)).groupby(s["unit"]).sum()
handling = seconds.groupby([s["unit"], s["business_type"], seconds // 60]).agg(["size", "sum"])
submissions = s.groupby(["unit", "business_type", s["accepted_at"].dt.to_period("M")]).size()
print(int(counts.sum()))
"""

WAYS = {"ours": OURS, "sql": SQL, "pandas": PANDAS, "check": CHECK}


def measure(way: str, data: Path) -> tuple[float, float, int]:
    """CPU seconds, peak memory in MB, tickets: of a process of its own."""
    with tempfile.TemporaryDirectory() as output:
        command = [sys.executable, "-c", WAYS[way], str(data), output, MONTH]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        answer = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{way} failed")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, int(answer.split()[-1])


def enlarged(source: Path, folder: Path, times: int) -> Path:
    """A data folder with the month's tickets, ``times`` of each. Written by another process: a child's peak begins with ours."""
    target = folder / "tickets" / f"{MONTH}.parquet"
    if target.exists():
        return folder
    target.parent.mkdir(parents=True)
    if times == 1:
        shutil.copy(source, target)
        return folder
    code = (
        "import sys; from pathlib import Path; from hotline_lib.params import load_params; from hotline_lib.paths import find_paths; "
        "from hotline_lib.simulate.scale import enlarge; paths = find_paths(); file, folder, times, month = sys.argv[1:]; "
        "enlarge(Path(file), Path(folder), int(times), 1, load_params(month, paths.params), paths)"
    )
    subprocess.run([sys.executable, "-c", code, source, target, str(times), MONTH], check=True)
    return folder


def main() -> None:
    from hotline_lib.paths import find_paths

    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="1,10")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", default="ours,sql,pandas")
    parser.add_argument("--keep", type=Path, help="where enlarged months are kept for another time")
    given = parser.parse_args()
    ways, source = given.ways.split(","), find_paths().tickets(MONTH)
    with tempfile.TemporaryDirectory() as scratch:
        for times in map(int, given.sizes.split(",")):
            data = enlarged(source, (given.keep or Path(scratch)) / f"x{times}", times)
            rounds = [{way: measure(way, data) for way in ways} for _ in range(given.rounds)]
            found = {
                way: [median(column) for column in zip(*(each[way] for each in rounds), strict=True)] for way in ways
            }
            first = found[ways[0]]
            told = [
                f"{way} {cpu:.2f} s ({cpu / first[0]:.2f}) {memory:.0f} MB" for way, (cpu, memory, _) in found.items()
            ]
            print(
                f"{times}x: {first[2]:,.0f} tickets, {given.rounds} rounds, CPU (ratio to {ways[0]}): {'  '.join(told)}",
                flush=True,
            )


if __name__ == "__main__":
    main()
