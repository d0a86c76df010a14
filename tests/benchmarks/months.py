"""How often a month is said to be beyond its limits where nothing changed, and how often one that rose by half is.

    python tests/benchmarks/months.py [RUNS]

Months of some 9,000 tickets a day, of which the months' own variation is 5 %: independent; each depending on the one before
(0.6); with a season of ± 15 %; both; wandering (each month where the last one was, ± 3 %). The Spring Festival takes a fifth
of January's or of February's tickets, as the years fall. The last month is any but a January. Seeded.
"""

from __future__ import annotations

import sys

import numpy as np

from hotline_lib.metrics import month_limits
from hotline_lib.params import month_before

KINDS = ("independent", "dependent", "season", "both", "wandering")
LENGTHS = (5, 8, 12, 24, 36)
FESTIVE = {year: "01" if year % 3 == 0 else "02" for year in range(2000, 2040)}


def tickets(r: np.random.Generator, kind: str, months: list[str]) -> list[int]:
    size = len(months) + 40
    noise = r.normal(0, 0.05, size)
    if kind in ("dependent", "both"):
        for at in range(1, size):
            noise[at] += 0.6 * noise[at - 1]
    if kind == "wandering":
        noise = np.cumsum(noise * 0.6)
    level = noise[-len(months) :]
    if kind in ("season", "both"):
        level = level + 0.15 * np.sin(
            2 * np.pi * (np.array([int(month[5:]) for month in months]) + r.integers(12)) / 12
        )
    festive = np.array([0.8 if FESTIVE[int(month[:4])] == month[5:] else 1.0 for month in months])
    return r.poisson(9_000 * 30 * np.exp(level) * festive).tolist()


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    print(f"{'beyond / found, of months':28}", *(f"{length:>13}" for length in LENGTHS))
    for kind in KINDS:
        r, cells = np.random.default_rng(12328), []
        for length in LENGTHS:
            beyond = found = judged = 0
            for _ in range(runs):
                last = f"{2010 + r.integers(20)}-{r.integers(2, 13):02d}"
                months = [month_before(last, back) for back in range(length - 1, -1, -1)]
                counts = tickets(r, kind, months)
                limits = month_limits(counts, months)
                if limits is None:
                    continue
                judged += 1
                beyond += bool(limits.side)
                more = month_limits([*counts[:-1], int(counts[-1] * 1.5)], months)
                found += more.side == "above"
            cells.append(f"{beyond / judged:6.3f} /{found / judged:5.2f}")
        print(f"{kind:28}", *(f"{cell:>13}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
