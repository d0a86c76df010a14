"""Whether our own bulletins of many simulated months are read without a fault: python tests/benchmarks/own_months.py [SEED] [DATA]

Thirty months around the published one and six of the second province are simulated (into DATA, where what is there
already is kept; by default into a folder that is thrown away), written as Word has them, and proofread.

Seed 12328: 36 months, 9,970 figures held, none with 错 or 矛盾. The second province alone, nine months of each of the seeds 1
to 6: 54 months, none either.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from hotline_lib import open_month
from hotline_lib.deliver.word import write_word
from hotline_lib.new_month import new_month
from hotline_lib.params import load_schemes, month_span
from hotline_lib.paths import Paths, find_paths
from hotline_lib.proofread import AGAINST, WRONG, proofread
from hotline_lib.simulate.seasons import simulate_run

ROOT = Path(__file__).resolve().parents[2]
HOUSES = {"liaoning": (ROOT, "2023-05..2025-10"), "second": (ROOT / "tests" / "second_province", "2025-01..2025-06")}


def house(name: str, folder: Path) -> Paths:
    """A copy of a province's parameters and published figures, where months and tickets may be added."""
    source, here = HOUSES[name][0], folder / name
    shutil.copytree(source / "params", here / "params", dirs_exist_ok=True)
    for each in ("columns.yaml", "calendar.yaml", "wording"):
        copy = shutil.copytree if (ROOT / "params" / each).is_dir() else shutil.copy
        if not (here / "params" / each).exists():
            copy(ROOT / "params" / each, here / "params" / each)
    for each in ("published", "spot_checks"):
        if (source / "data" / each).exists():
            shutil.copytree(source / "data" / each, here / "data" / each, dirs_exist_ok=True)
    return replace(find_paths(), data=here / "data", params=here / "params", output=here / "output")


def main(seed: int = 12_328, folder: str = "") -> None:
    with tempfile.TemporaryDirectory() as scratch:
        faulty = read = held = 0
        for name, (_, span) in HOUSES.items():
            paths = house(name, Path(folder or scratch))
            months = month_span(span)
            simulate_run(months, paths, seed=seed, if_missing=True)
            for month in months:
                if not (paths.params / "months" / f"{month}.yaml").exists():
                    new_month(month, paths)
                started = time.process_time()
                document = proofread(write_word(open_month(month, paths), paths.output), load_schemes(paths.params))
                found = [(v.kind, v.place, v.text) for v in document.findings if v.kind in (WRONG, AGAINST)]
                read, held, faulty = read + 1, held + document.held, faulty + document.faulty
                print(
                    name,
                    month,
                    f"{document.held} of {len(document.figures)} held, {time.process_time() - started:.0f} s",
                    flush=True,
                )
                for line in found:
                    print("   ", *line, flush=True)
        print(f"{read} months, {held} figures held, {faulty} months with 错 or 矛盾")


if __name__ == "__main__":
    main(*[int(sys.argv[1])] if sys.argv[1:] else [], *sys.argv[2:3])
