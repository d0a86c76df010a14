"""How often a lead names an honest unit, and how often it names one in which its pattern was planted.

    python tests/benchmarks/leads.py [--seeds 20] [--month 2024-09]

Months are simulated (a few seconds each) without patterns and with them in the units in which the spot check found something. Seeded: the same figures every time.
What is printed stands in the docstrings of ``hotline_lib`` leads.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import ibis
import pandas as pd

from hotline_lib.params import load_params
from hotline_lib.paths import Paths, find_paths
from hotline_lib.simulate import simulate
from hotline_lib.simulate.planted import problem_units
from hotline_lib.tickets.leads import LEADS, find_leads


def named(month: str, paths: Paths, seed: int, plant: bool) -> pd.DataFrame:
    """The leads of a simulated month: ``unit``, ``lead``, ``listed``."""
    with tempfile.TemporaryDirectory() as folder:
        own = replace(paths, data=Path(folder), output=Path(folder, "output"))
        for name in ("published", "spot_checks"):
            shutil.copytree(paths.data / name, own.data / name)
        *_, file = simulate(month, own, seed=seed, plant=plant)
        params = load_params(month, paths.params)
        rows = find_leads(
            ibis.duckdb.connect().read_parquet(file), params.catalogue.name_of("complaint"), pd.Period(month).days_in_month
        )  # fmt: skip
    return rows.groupby(["unit", "lead"], as_index=False).agg(listed=("ticket_id", "size")).assign(seed=seed)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--month", default="2024-09")
    given = parser.parse_args()
    paths = find_paths()
    params = load_params(given.month, paths.params)
    bad, seeds = problem_units(given.month, params, paths), range(1, given.seeds + 1)
    honest, planted = (pd.concat([named(given.month, paths, seed, plant) for seed in seeds]) for plant in (False, True))
    units = len(params.units)
    print(f"{given.seeds} seeds, {units} units, patterns in {'、'.join(bad)}")
    for label in LEADS.values():
        false, found = (rows[rows["lead"] == label] for rows in (honest, planted))
        hits = found[found["unit"].isin(bad)]
        by_unit = "  ".join(f"{unit} {(hits['unit'] == unit).sum()}" for unit in bad)
        print(
            f"{label}: honest units named {len(false)} of {units * len(seeds)} (months {false['seed'].nunique()} of {len(seeds)}); "
            f"planted units named {len(hits)} of {len(bad) * len(seeds)} ({by_unit}); others {len(found) - len(hits)}",
            flush=True,
        )


if __name__ == "__main__":
    main()
