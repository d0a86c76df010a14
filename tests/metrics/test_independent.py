"""Intervals, limits and tests against statsmodels, and against formulas written out, to nine digits."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f, hypergeom, kendalltau, t
from statsmodels.api import WLS
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson, test_poisson_2indep

from hotline_lib.metrics import (
    Noise,
    Usual,
    agreement,
    beside_peers,
    binomial_limits,
    funnel,
    incomplete,
    interval,
    judged,
    listed_level,
    poisson_limits,
    sample_bounds,
)
from hotline_lib.metrics._intervals import binomial_interval, ratio_interval
from hotline_lib.metrics._noise import fitted
from hotline_lib.metrics._usual import _exact

test_poisson_2indep.__test__ = False  # a function of statsmodels, no test of ours
COUNTS = [(0, 4), (1, 4), (4, 4), (0, 10), (13, 60), (65, 100), (1, 100), (215, 218), (8_000, 10_000)]
PAIRS = [(60, 30), (301, 259), (5, 0), (0, 5), (1, 1), (6_772, 4_688), (219_751, 167_143)]
DAYS = [(1, 1), (31, 30), (29, 28)]
near = lambda value: pytest.approx(value, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("level", [0.95, 0.998])
def test_clopper_pearson(level):
    for good, n in COUNTS:
        assert binomial_interval(good, n, level=level) == near(proportion_confint(good, n, 1 - level, method="beta"))


@pytest.mark.filterwarnings("ignore:divide by zero")  # statsmodels, of a base of 0
@pytest.mark.parametrize("days", DAYS)
def test_the_ratio_of_two_counts(days):
    """Through F, as Garwood's interval of a ratio is printed; the test is its other side."""
    for now, base in PAIRS:
        low = 0.0 if not now else now / (base + 1) / f.ppf(0.975, 2 * (base + 1), 2 * now)
        high = math.inf if not base else (now + 1) / base * f.ppf(0.975, 2 * (now + 1), 2 * base)
        scale = days[1] / days[0]
        assert ratio_interval(now, base, exposure=days) == near((low * scale, high * scale))
        sides = [
            test_poisson_2indep(now, days[0], base, days[1], method="exact-cond", alternative=side).pvalue
            for side in ("larger", "smaller")
        ]
        assert _exact(now, base, days) == near(min(1.0, 2 * min(sides)))


def test_r_exactci_through_statsmodels():
    p = test_poisson_2indep(60, 51477.5, 30, 54308.7, method="exact-cond").pvalue
    assert p == near(0.000675182658686321)


@pytest.mark.parametrize("level", [0.95, 0.998])
def test_funnel_limits(level):
    expected = np.array([0.7, 15.0, 20.0, 30.0, 4_000.0])
    low, high = confint_poisson(expected, 1, method="exact-c", alpha=1 - level)
    assert poisson_limits(expected, level) == (near(low / expected), near(high / expected))
    n, target = np.array([7, 83, 218]), 0.97
    for size, *ends in zip(n, *binomial_limits(n.astype(float), target, level), strict=True):
        mass = [math.comb(size, k) * target**k * (1 - target) ** (size - k) for k in range(size + 1)]
        for end, tail in zip(ends, ((1 - level) / 2, (1 + level) / 2), strict=True):
            below = np.cumsum(mass)
            k = int(np.searchsorted(below, tail))
            assert end == pytest.approx(np.clip((k - (below[k] - tail) / mass[k]) / size, 0, 1), rel=1e-9, abs=1e-12)


def family() -> tuple[pd.DataFrame, pd.Series, pd.Series, Usual]:
    r = np.random.default_rng(1)
    base = pd.Series(r.poisson(np.geomspace(5_000, 20, 24)), dtype="Int64")
    now = pd.Series(r.poisson(base.to_numpy(float) * np.repeat([1, 2.5], [20, 4])), dtype="Int64")
    usual = Usual((31, 30))
    return judged(now, base, usual, like=pd.Series("all", now.index)), now, base, usual


def test_q_values_and_the_level_of_what_is_listed():
    found, *_ = family()
    assert found["q"].tolist() == near(multipletests(found["p"], method="fdr_bh")[1])
    told = multipletests(found["p"], alpha=0.05, method="fdr_bh")[0]
    assert listed_level(int(told.sum()), len(told)) == near(1 - 0.05 * told.sum() / len(told))


def test_intervals_of_what_is_listed():
    """At that level, on the scale of logs, and never narrower than what counting alone leaves."""
    found, now, base, usual = family()
    level = listed_level(int(found["told"].sum()), len(found))
    assert found["told"].sum() >= 2
    for at in found.index[found["told"].astype(bool)]:
        n, b, row = int(now[at]), int(base[at]), found.loc[at]
        share = proportion_confint(n, n + b, 1 - level, method="beta")
        counted = [30 / 31 * each / (1 - each) for each in share]
        reach = t.ppf((1 + level) / 2, row["df"]) * math.sqrt(
            row["phi"] * (1 / (n + 0.5) + 1 / (b + 0.5)) + row["sd"] ** 2
        )
        middle = (n + 0.5) / (b + 0.5) * 30 / 31
        wide = middle * math.exp(-reach), middle * math.exp(reach)
        ends = min(counted[0], wide[0]), max(counted[1], wide[1])
        assert interval(n, b, usual, Noise(row["phi"], row["sd"], row["df"], row["basis"]), level=level) == near(ends)


def test_usual_variation_is_a_fixed_point_of_weighted_least_squares():
    r = np.random.default_rng(4)
    counting = 2 / np.geomspace(5, 20_000, 400)
    change = r.normal(0, np.sqrt(3 * counting + 0.06**2))
    found = fitted(change, counting, "peers", groups=0)
    variance = found.phi * counting + found.tau2
    z = change / np.sqrt(variance)
    low, high = np.quantile(z, (0.1, 0.9))
    cut = norm_cut()
    square = np.clip(z, low, high) ** 2 / cut * variance
    again = WLS(square, np.column_stack([counting, np.ones_like(counting)]), weights=variance**-2).fit()
    assert again.params == pytest.approx([found.phi, found.tau2], rel=1e-5)
    assert 2 < found.phi < 4.5 and 0.04 < found.tau2**0.5 < 0.08


def norm_cut() -> float:
    """The variance of a normal variable drawn in at its outer tenths, by numbers."""
    from scipy.integrate import quad
    from scipy.stats import norm

    z = norm.ppf(0.9)
    return quad(lambda x: x * x * norm.pdf(x), -z, z)[0] + 0.2 * z * z


def fisher(a: int, b: int, c: int, d: int) -> float:
    """Two-sided, by adding up what is no likelier."""
    law = hypergeom(a + b + c + d, a + b, a + c)
    chances = law.pmf(np.arange(min(a + b, a + c) + 1))
    return float(chances[chances <= law.pmf(a) * (1 + 1e-7)].sum())


def test_two_proportions_by_fisher():
    """280 of 500 against 4,000 of 8,000: p 0.0098, told; and whatever else the funnel, the peers and the unsubmitted tell."""
    assert fisher(280, 220, 4_000, 4_000) == pytest.approx(0.0098, abs=5e-5)
    counts = pd.DataFrame(
        {"business_type": "投诉", "domain": "客运", "issue": ["甲", "乙"], "unit": "沈阳", "tickets": [280, 220]}
    )
    peers = counts.assign(tickets=[4_000, 4_000])
    told = beside_peers(counts, peers, "投诉")["told"]
    assert told.tolist() == [fisher(280, 220, 4_000, 4_000) <= 0.05] * 2 == [True, True]
    left = pd.DataFrame({"unit": [*"甲乙丙丁"], "unsubmitted": [12, 9, 1, 0], "accepted": [80, 90, 100, 90]})
    whole = left[["unsubmitted", "accepted"]].sum()
    p = []
    for row in left.itertuples():
        law = hypergeom(whole["accepted"], whole["unsubmitted"], row.accepted)
        p.append(float(law.sf(row.unsubmitted - 1)))
    told = multipletests(p, method="fdr_bh")[1] <= 0.05
    assert incomplete(left, least=0.1).tolist() == (told & (left["unsubmitted"] / left["accepted"] >= 0.1)).tolist()


def test_a_funnel_of_alike_units_tells_by_fisher_and_its_limits():
    frame = pd.DataFrame({"unit": range(10), "numerator": [97] * 9 + [80], "denominator": [100] * 10})
    found = funnel(frame)
    p = fisher(80, 20, 97 * 9, 27)
    assert p < 0.001 and found["beyond"].tolist() == [""] * 9 + ["low"]


def test_rank_correlation():
    table = pd.DataFrame(
        {"answered": 4, "problems": [0, 1, 2, 4, 0, 3, 1, 0, 2], "score": [99, 98, 97, 90, 99, 95, 96, 98.5, 94]}
    )
    assert agreement(table)[0] == near(kendalltau(table["score"], table["problems"]).statistic)


def test_who_over_reports_is_told_after_all_were_looked_at():
    rows = pd.DataFrame({"unit": [*"甲乙丙丁戊己"], "answered": [4, 4, 6, 10, 4, 60], "problems": [4, 3, 2, 1, 0, 13]})
    complaints = dict(zip("甲乙丙丁戊己", [441, 2407, 181, 77, 83, 5000], strict=True))
    rows = rows.assign(satisfied_of=rows["answered"], satisfied_yes=rows["answered"] - rows["problems"])
    made = sample_bounds(rows, complaints, {"satisfied": dict.fromkeys("甲乙丁戊己", 1.0) | {"丙": 0.98}})
    shares = [0.05, 0.05, 0.07, 0.05, 0.05, 0.05]
    p = [
        hypergeom(of, math.floor(share * of), n).sf(x - 1)
        for of, share, n, x in zip(complaints.values(), shares, rows["answered"], rows["problems"], strict=True)
    ]
    assert made["if_reported"].tolist() == near(p)
    told, q, *_ = multipletests(p, method="fdr_bh")
    assert made["q"].tolist() == near(q) and made["over_reports"].tolist() == told.tolist()
