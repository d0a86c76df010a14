"""How often pages would call a change more than usual where nothing changed, and how often they find one that is there.

    python tests/benchmarks/claims.py [--months 500] [--only WORDS …]

Months without a true difference, under four kinds of noise: Poisson; dispersion 3 and 10 (negative binomial with that
ratio of variance to mean); Poisson with means that vary by 5 % per unit and issue. For each claim: in how many of the
months it was made at all. Seeded: the same figures every time.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd

from hotline_lib.bulletin._finders import SURE
from hotline_lib.metrics import Usual, changes, fallen, funnel, interval, issue_changes, judged, listed_level
from hotline_lib.metrics._noise import Noise

CITIES = np.array([7548, 6772, 1683, 1177, 1074, 1020, 908, 870, 655, 651, 525, 489, 485, 301])
GROUP = 219_751
ISSUES = np.concatenate([np.geomspace(90_000, 5, 72), np.geomspace(4_000, 3, 36)])
ROSE = (5, 15, 30, 80, 90)  # issues of 47,000, 12,000, 1,500, 700 and 100 tickets
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
    usual = before(r, kind, mean, names, earlier)
    like = pd.Series(["city"] * len(CITIES) + [pd.NA], names)
    now, base = (rows(drawn(r, mean * factor, kind), names) for factor in (times, 1))
    families = (slice(None, -1), slice(-1, None))  # as ``metrics.unit_volumes`` has them
    return pd.concat([judged(now.iloc[those], base.iloc[those], usual, like=like.iloc[those]) for those in families])


def before(r: np.random.Generator, kind: str, mean: np.ndarray, names: list, earlier: int) -> Usual:
    """What that many months before tell of usual variation."""
    months = {f"2023-{month:02d}": drawn(r, mean, kind) for month in range(1, earlier + 1)}
    return Usual(earlier=pd.DataFrame(months, names) if earlier else None)


def issues(r: np.random.Generator, kind: str, times: np.ndarray, earlier: int = 0) -> pd.DataFrame:
    names = [f"i{at}" for at in range(len(ISSUES))]
    roles = ["inquiry"] * 72 + ["complaint"] * 36
    usual = before(r, kind, ISSUES, pd.MultiIndex.from_arrays([roles, names]), earlier)
    now, base = (
        pd.DataFrame(
            {"business_type": roles, "role": roles, "issue": names, "tickets": drawn(r, ISSUES * factor, kind)}
        )
        for factor in (times, 1)
    )
    return issue_changes(now, base, usual)


def city_types(r: np.random.Generator, kind: str, earlier: int = 0) -> pd.DataFrame:
    """Three business types of each city, beside the same type of the others."""
    mean = np.outer(CITIES, [0.6, 0.38, 0.02]).ravel()
    names = [(f"t{at % 3}", f"u{at // 3}") for at in range(mean.size)]
    usual = before(r, kind, mean, pd.MultiIndex.from_tuples(names), earlier)
    now, base = (
        pd.DataFrame(names, columns=["business_type", "unit"]).assign(role="inquiry", tickets=drawn(r, mean, kind))
        for _ in range(2)
    )
    return changes(now, base, ["business_type", "unit"], usual)


def sub_issues(r: np.random.Generator, kind: str, earlier: int = 0) -> pd.DataFrame:
    mean = np.geomspace(3_000, 3, 180)
    names = [("t0", f"i{at // 4}", f"s{at}") for at in range(mean.size)]
    usual = before(r, kind, mean, pd.MultiIndex.from_tuples(names), earlier)
    now, base = (
        pd.DataFrame(names, columns=["business_type", "issue", "sub_issue"]).assign(role="complaint", tickets=drawn(r, mean, kind))
        for _ in range(2)
    )  # fmt: skip
    return changes(now, base, ["business_type", "issue", "sub_issue"], usual)


def alone(r: np.random.Generator, kind: str, parts: np.ndarray, rows_of: np.ndarray, earlier: int = 0) -> pd.DataFrame:
    """Sums without anything comparable: the total, the business types."""
    summed = lambda: np.bincount(rows_of, drawn(r, parts, kind)).astype(int)
    months = {f"2023-{month:02d}": summed() for month in range(1, earlier + 1)}
    now, base = (pd.Series(summed(), dtype="Int64") for _ in range(2))
    return judged(now, base, Usual(earlier=pd.DataFrame(months) if earlier else None))


def first_page(r: np.random.Generator, kind: str, earlier: int = 0) -> bool:
    """Whether the first page would say anything of a volume: six families, each as surely as it asks for."""
    parts = np.append(CITIES, GROUP).astype(float)
    sums = [
        alone(r, kind, parts, np.zeros(len(parts), int), earlier),
        alone(r, kind, ISSUES, np.arange(len(ISSUES)) % 3, earlier),
    ]
    cities = units(r, kind, np.ones(len(parts)), earlier).iloc[:-1]
    found = any(each["told"].any() for each in sums) or (cities["told"].fillna(False) & (cities["q"] <= SURE)).any()
    more = [
        city_types(r, kind, earlier),
        issues(r, kind, np.ones(len(ISSUES)), earlier),
        sub_issues(r, kind, earlier),
    ]
    return found or any((each["significant"] & (each["q"] <= SURE)).any() for each in more)


COMPLAINTS = np.array([2407, 2963, 574, 394, 218, 458, 362, 305, 214, 307, 268, 188, 264, 83])


def rates(r: np.random.Generator, dispersion: float, share: np.ndarray) -> pd.DataFrame:
    """A funnel of on-time rates. dispersion: of the cities' own rates on the scale of logits, a standard deviation."""
    logit = np.log(share / (1 - share)) + r.normal(0, dispersion, share.shape)
    good = r.binomial(COMPLAINTS, 1 / (1 + np.exp(-logit)))
    return funnel(pd.DataFrame({"unit": range(len(good)), "numerator": good, "denominator": COMPLAINTS}))


def own_rates(
    r: np.random.Generator, dispersion: float, months: int, anew: bool, falls: bool
) -> tuple[bool, bool, bool]:
    """97 % on time in so many months before; whether now some city is said to have fallen, whether city 7 (from 97 to 90 %, if
    it falls), and whether that or the funnel finds it. anew: the cities differ anew each month, not for good."""
    logit = np.log(0.97 / 0.03) + np.zeros(len(COMPLAINTS))
    own = logit if anew else logit + r.normal(0, dispersion, logit.shape)
    own[7] = logit[7]

    def month(name: str) -> pd.DataFrame:
        share = 1 / (1 + np.exp(-(own + r.normal(0, dispersion, own.shape) if anew else own)))
        share = np.where((np.arange(len(share)) == 7) & falls & (name == "now"), 0.9, share)
        rows = {"unit": range(len(share)), "numerator": r.binomial(COMPLAINTS, share), "denominator": COMPLAINTS}
        return pd.DataFrame(rows).assign(month=name, indicator="on time")

    before, now = pd.concat([month(f"{at:02d}") for at in range(months)]), month("now")
    told = fallen(now, before)["fell"].to_numpy()
    beside = funnel(now[["unit", "numerator", "denominator"]])["beyond"]
    return bool(told.any()), bool(told[7]), bool(told[7] or (len(beside) and beside.iloc[7] == "low"))


def listed_miss(r: np.random.Generator, kind: str, earlier: int = 0) -> tuple[int, int]:
    """Of the issues listed where five of them truly rose by a half: intervals that miss the true ratio, of how many."""
    times = np.where(np.isin(np.arange(len(ISSUES)), ROSE), 1.5, 1.0)
    rows = issues(r, kind, times, earlier)
    true = dict(zip([f"i{at}" for at in range(len(ISSUES))], times, strict=True))
    told, level = rows[rows["significant"]], listed_level(int(rows["significant"].sum()), len(rows))
    ends = [
        interval(x.tickets, x.base, Usual(), Noise(x.phi, x.sd, x.df, x.basis), level=level) for x in told.itertuples()
    ]
    return sum(not low <= true[name] <= high for name, (low, high) in zip(told["issue"], ends, strict=True)), len(told)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--months", type=int, default=500)
    parser.add_argument("--only", nargs="*", default=[""], help="rows whose names hold one of these words")
    given = parser.parse_args()
    months = given.months
    wanted = lambda name: any(words in name for words in given.only)
    ones, some = np.ones(len(CITIES) + 1), np.ones(len(ISSUES))
    twice = ones.copy()
    twice[6] = 2
    half_more = some.copy()
    half_more[10] = 1.5
    together = np.zeros(len(ones), int)
    found_in = lambda rows: rows.set_index("issue")["significant"]["i10"]
    print(f"{'of ' + str(months) + ' months':34}", *(f"{kind:>14}" for kind in NOISE))
    for name, claim in {
        "some city, two months": lambda r, kind: units(r, kind, ones, 0)["told"][:-1].any(),
        "some city, twelve months": lambda r, kind: units(r, kind, ones, 11)["told"][:-1].any(),
        "the group, two months": lambda r, kind: units(r, kind, ones, 0)["told"].iloc[-1],
        "the group, twelve months": lambda r, kind: units(r, kind, ones, 11)["told"].iloc[-1],
        "the total, two months": lambda r, kind: alone(r, kind, np.append(CITIES, GROUP), together)["told"].any(),
        "the total, twelve months": lambda r, kind: alone(r, kind, np.append(CITIES, GROUP), together, 11)[
            "told"
        ].any(),
        "some issue (movers), two months": lambda r, kind: issues(r, kind, some)["significant"].any(),
        "some issue (movers), twelve": lambda r, kind: issues(r, kind, some, 11)["significant"].any(),
        "any finding on volumes, two months": first_page,
        "any finding on volumes, twelve": lambda r, kind: first_page(r, kind, 11),
        "a city that doubles, two months": lambda r, kind: units(r, kind, twice, 0)["told"].iloc[6],
        "a city that doubles, twelve": lambda r, kind: units(r, kind, twice, 11)["told"].iloc[6],
        "an issue that rises by half, two": lambda r, kind: found_in(issues(r, kind, half_more)),
        "an issue that rises by half, 12": lambda r, kind: found_in(issues(r, kind, half_more, 11)),
    }.items():
        if wanted(name):
            print(f"{name:34}", *(f"{rate:14.3f}" for rate in in_all(claim, months)), flush=True)
    for name, earlier in (("two", 0), ("twelve", 11)):
        if wanted(f"listed intervals that miss, {name}"):
            r = {kind: np.random.default_rng(7) for kind in NOISE}
            missed = [[listed_miss(r[kind], kind, earlier) for _ in range(months)] for kind in NOISE]
            rate = [sum(a / max(b, 1) for a, b in each) / months for each in missed]  # the false coverage rate
            cover = [1 - sum(a for a, _ in each) / max(sum(b for _, b in each), 1) for each in missed]
            print(f"{f'listed intervals that miss, {name}':34}", *(f"{each:14.3f}" for each in rate), flush=True)
            print(f"{f'listed intervals that hold, {name}':34}", *(f"{each:14.3f}" for each in cover), flush=True)
    spread, one_low = (0, 0.1, 0.3, 0.5), np.full(len(COMPLAINTS), 0.97)
    one_low[7] = 0.9
    print(f"{'cities that differ by (logit)':34}", *(f"{each:14}" for each in spread))
    for name, share, told in (
        ("a rate: some city beyond", np.full(len(COMPLAINTS), 0.97), lambda rows: (rows["beyond"] != "").any()),
        ("on-time 97 % falls to 90 %", one_low, lambda rows: rows["beyond"].iloc[7] == "low"),
        (
            "on-time 99.9 % falls to 90 %",
            np.where(one_low == 0.9, 0.9, 0.999),
            lambda rows: rows["beyond"].iloc[7] == "low",
        ),
    ):
        if wanted(name):
            r = np.random.default_rng(11)
            found = [sum(bool(told(rates(r, each, share))) for _ in range(months)) / months for each in spread]
            print(f"{name:34}", *(f"{rate:14.3f}" for rate in found), flush=True)

    for anew, before in product((False, True), (5, 11)):
        name = f"own {before} months{', anew' if anew else ''}"
        if wanted(name):
            r = np.random.default_rng(13)
            quiet, falls = (
                [np.mean([own_rates(r, each, before, anew, falls) for _ in range(months)], axis=0) for each in spread]
                for falls in (False, True)
            )
            for what, rates_of in (("some fell", [each[0] for each in quiet]), ("97 to 90 %", [each[1] for each in falls]),
                                   ("or funnel", [each[2] for each in falls])):  # fmt: skip
                print(f"{f'{name}: {what}':34}", *(f"{rate:14.3f}" for rate in rates_of), flush=True)


def in_all(claim: Callable[[np.random.Generator, str], object], months: int) -> list[float]:
    """In how many of the months it was made, under each kind of noise."""
    made = []
    for kind in NOISE:
        r = np.random.default_rng(20_240_901)
        made.append(sum(bool(claim(r, kind)) for _ in range(months)) / months)
    return made


if __name__ == "__main__":
    main()
