"""Intake of a month's workbook against pandas.read_excel with openpyxl: rows a second and peak memory.

    python tests/benchmarks/intake.py [--big]

Each way runs in a process of its own, imports counted; intake also checks, compares and stores every row, pandas only
reads. --big: also ten million rows of text (2.4 GB in the temporary folder).
"""

from __future__ import annotations

import datetime as dt
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
import json, resource, sys, time
begun = time.perf_counter()
from dataclasses import replace
from pathlib import Path
from hotline_lib.intake import intake
from hotline_lib.paths import find_paths
home = Path(sys.argv[2])
paths = replace(find_paths(), data=home / "data", output=home / "output")
done = intake([Path(sys.argv[1])], "2024-09", paths)
reader = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(json.dumps([time.perf_counter() - begun, done.count("new"), reader]))
"""

PANDAS = """
import json, sys, time
begun = time.perf_counter()
import pandas as pd
frame = pd.read_excel(sys.argv[1], engine="openpyxl")
print(json.dumps([time.perf_counter() - begun, len(frame)]))
"""

WORKBOOK = """
import sys, datetime as dt
import pyarrow.parquet as pq, xlsxwriter
tickets = pq.read_table(sys.argv[1])
labels = dict(line.split("=") for line in sys.argv[3:])
with xlsxwriter.Workbook(sys.argv[2], {"constant_memory": True}) as book:
    sheet, time = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.write_row(0, 0, [labels[name] for name in tickets.column_names])
    row = 0
    for batch in tickets.to_batches():
        for cells in zip(*(column.to_pylist() for column in batch.columns)):
            row += 1
            for place, cell in enumerate(cells):
                if isinstance(cell, dt.datetime):
                    sheet.write_datetime(row, place, cell, time)
                elif isinstance(cell, bool):
                    sheet.write_string(row, place, "是" if cell else "否")
                elif cell is not None:
                    sheet.write(row, place, cell)
"""

TEXT = """
import sys
import duckdb
labels = dict(line.split("=") for line in sys.argv[3:])
cells = ", ".join(f'{name} as "{label}"' for name, label in labels.items() if name != "ticket_id")
duckdb.execute(f\"\"\"
    copy (select ticket_id[:16] || lpad((row_number() over ())::varchar, 8, '0') as "{labels['ticket_id']}", {cells}
          from read_parquet('{sys.argv[1]}'), range(41)) to '{sys.argv[2]}' (header)\"\"\")
"""


def python(code: str, *arguments: str) -> None:
    """In a process of its own: a child's peak begins with its parent's size."""
    subprocess.run([sys.executable, "-c", code, *arguments], check=True)


def measure(code: str, *arguments: str) -> tuple[float, float, int]:
    """Seconds, peak memory in MB (of all its processes together at the most), rows."""
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)
    answer = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0
    seconds, rows, *reader = json.loads(answer.splitlines()[-1])
    return seconds, used.ru_maxrss / 1024 + sum(reader), rows


def told(name: str, rounds: list[tuple[float, float, int]]) -> float:
    seconds, memory, rows = (median(column) for column in zip(*rounds, strict=True))
    print(f"{name:24} {rows:>12,.0f} rows  {seconds:7.2f} s  {rows / seconds:>9,.0f} rows/s  {memory:6,.0f} MB")
    return seconds


def main() -> None:
    from hotline_lib.params import load_params
    from hotline_lib.paths import find_paths
    from hotline_lib.tickets.schema import SCHEMA

    paths = find_paths()
    source = str(paths.tickets(MONTH))
    columns = load_params(MONTH, paths.params).columns
    labels = [f"{column.name}={column.label}" for column in columns if column.name in SCHEMA]
    print(f"{dt.date.today()}  {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        workbook = str(Path(folder, "month.xlsx"))
        python(WORKBOOK, source, workbook, *labels)
        ours, theirs = [], []
        for number in range(ROUNDS):
            ours.append(measure(OURS, workbook, f"{folder}/{number}"))
            theirs.append(measure(PANDAS, workbook))
        ratio = told("pandas, openpyxl", theirs) / told("intake, .xlsx", ours)
        print(f"intake is {ratio:.1f} times as fast")
        if "--big" in sys.argv:
            text = str(Path(folder, "big.csv"))
            python(TEXT, source, text, *labels)
            print(f"{Path(text).stat().st_size / 1e9:.1f} GB of text")
            told("intake, .csv", [measure(OURS, text, f"{folder}/big")])


if __name__ == "__main__":
    main()
