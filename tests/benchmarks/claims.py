"""How often pages would call a change more than usual where nothing changed, and how often they find one that is there.

    python tests/benchmarks/claims.py [--months 500]

Months without a true difference, under four kinds of noise: Poisson; dispersion 3 and 10 (negative binomial with that
ratio of variance to mean); Poisson with means that vary by 5 % per unit and issue. For each claim: in how many of the
months it was made at all. Seeded: the same figures every time.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from hotline_lib.metrics import Usual, issue_changes, judged

CITIES = np.array([7548, 6772, 1683, 1177, 1074, 1020, 908, 870, 655, 651, 525, 489, 485, 301])
GROUP = 219_751
ISSUES = np.concatenate([np.geomspace(90_000, 5, 72), np.geomspace(4_000, 3, 36)])
NOISE = {"Poisson": (1, 0), "dispersion 3": (3, 0), "dispersion 10": (10, 0), "sd 5 %": (1, 0.05)}


def drawn(r: np.random.Generator, mean: np.ndarray, kind: str) -> np.ndarray:
    dispersion, sd = NOISE[kind]
    mean = mean * np.exp(r.normal(0, sd, mean.shape)) if sd else mean
    return r.poisson(mean) if dispersion == 1 else r.negative_binomial(mean / (dispersion - 1), 1 / dispersion)


def rows(tickets: np.ndarray, names: list[str]) -> pd.Series:
    return pd.Series(tickets, names, dtype="Int64")


def units(r: np.random.Generator, kind: str, times: np.ndarray, earlier: int) -> pd.DataFrame:
    """One table of cities and the group: their means times ``times`` now; with that many months before."""
    names = [f"u{at}" for at in range(len(CITIES))] + ["group"]
    mean = np.append(CITIES, GROUP).astype(float)
    before = {f"2023-{month:02d}": drawn(r, mean, kind) for month in range(1, earlier + 1)}
    usual = Usual(earlier=pd.DataFrame(before, names) if earlier else None)
    like = pd.Series(["city"] * len(CITIES) + [pd.NA], names)
    now, base = (rows(drawn(r, mean * factor, kind), names) for factor in (times, 1))
    return judged(now, base, usual, like=like)


def issues(r: np.random.Generator, kind: str, times: np.ndarray) -> pd.DataFrame:
    names = [f"i{at}" for at in range(len(ISSUES))]
    roles = ["inquiry"] * 72 + ["complaint"] * 36
    now, base = (
        pd.DataFrame(
            {"business_type": roles, "role": roles, "issue": names, "tickets": drawn(r, ISSUES * factor, kind)}
        )
        for factor in (times, 1)
    )
    return issue_changes(now, base)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--months", type=int, default=500)
    months = parser.parse_args().months
    ones, some = np.ones(len(CITIES) + 1), np.ones(len(ISSUES))
    twice = ones.copy()
    twice[6] = 2
    half_more = some.copy()
    half_more[10] = 1.5
    print(f"{'of ' + str(months) + ' months':34}", *(f"{kind:>14}" for kind in NOISE))
    for name, claim in {
        "some city, two months": lambda r, kind: units(r, kind, ones, 0)["told"][:-1].any(),
        "some city, twelve months": lambda r, kind: units(r, kind, ones, 11)["told"][:-1].any(),
        "the group, two months": lambda r, kind: units(r, kind, ones, 0)["told"].iloc[-1],
        "the group, twelve months": lambda r, kind: units(r, kind, ones, 11)["told"].iloc[-1],
        "some issue": lambda r, kind: issues(r, kind, some)["significant"].any(),
        "a city that doubles, two months": lambda r, kind: units(r, kind, twice, 0)["told"].iloc[6],
        "a city that doubles, twelve": lambda r, kind: units(r, kind, twice, 11)["told"].iloc[6],
        "an issue that rises by half": lambda r, kind: issues(r, kind, half_more).set_index("issue")["significant"][
            "i10"
        ],
    }.items():
        rates = []
        for kind in NOISE:
            r = np.random.default_rng(20_240_901)
            rates.append(sum(bool(claim(r, kind)) for _ in range(months)) / months)
        print(f"{name:34}", *(f"{rate:14.3f}" for rate in rates), flush=True)


if __name__ == "__main__":
    main()
