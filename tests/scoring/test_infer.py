"""Which rules fit printed scores: the twenty of September, and a scheme that more months find again."""

from __future__ import annotations

import csv
import shutil
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from support import ROOT
from typer.testing import CliRunner

from hotline_lib.cli import app
from hotline_lib.errors import HotlineError
from hotline_lib.params import Rule, Scheme, load_params
from hotline_lib.scoring import in_words, infer, points_lost, printed_score

MINUTES, PER_10K = "complaint_mean_minutes", "tickets_per_10k"


def printed() -> pd.DataFrame:
    with (ROOT / "data/published/2024-09/indicators.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    numbers = set(rows[0]) - {"unit", "rank", "monthly_analysis_done"}
    return pd.DataFrame(
        [{key: Decimal(value) if key in numbers else value for key, value in row.items()} for row in rows]
    )


def cuts(found: pd.DataFrame, indicator: str) -> list[tuple[float, float]]:
    """From the lowest to the highest place of each limit over all sets."""
    own = found[found["indicator"] == indicator].groupby("step")
    return [(float(rows["above"].min()), float(rows["up_to"].max())) for _, rows in own]


def test_twenty_rule_sets_give_the_scores_of_september():
    """As FACTS has them: worked out from the printed Annex 1 by an independent search."""
    scheme = load_params("2024-09", ROOT / "params").scheme
    found = infer({"2024-09": printed()}, scheme)
    assert found["set"].nunique() == 20
    assert cuts(found, MINUTES) == [(45.74, 208.53), (234.41, 299.7), (372.91, 539.85)]
    assert cuts(found, PER_10K) == [(6.80, 6.82), (3.83, 4.49), (1.95, 3.22)]
    pairs = found[found["indicator"].isin(["complaint_24h_rate", "complaint_5d_rate"])]
    pairs = pairs.groupby("set")["points"].agg(lambda points: tuple(int(each) for each in points))
    assert pairs.value_counts().to_dict() == {(4, 2): 6, (4, 1): 6, (3, 3): 2, (5, 1): 2, (3, 2): 2, (5, 0): 2}
    assert not found["indicator"].isin(["instant_answer_rate", "classification_accuracy"]).any()


def test_a_rule_set_in_words_gives_limits_not_values():
    """朝阳 has 99.67 % and loses 4 points; nobody loses any at 100."""
    scheme = load_params("2024-09", ROOT / "params").scheme
    lines = [line for line in in_words(infer({"2024-09": printed()}, scheme), scheme) if "；" in line]
    assert len(lines) == 20 and all("24小时办结率界限为100，越过后共失" in line for line in lines)


def test_the_same_month_twice_says_no_more_and_a_contradiction_says_nothing():
    scheme, month = load_params("2024-09", ROOT / "params").scheme, printed()
    assert infer({"a": month, "b": month}, scheme).equals(infer({"a": month}, scheme))
    wrong = month.assign(score=[month["score"][0] - 50, *month["score"][1:]])
    assert infer({"a": month, "b": wrong}, scheme).empty


def test_more_months_narrow_what_is_left_and_keep_the_truth():
    truth = Scheme(
        applies_from="2019-01",
        name="真",
        full_marks=100,
        rules=[
            Rule(indicator=MINUTES, deduct={"below": {75: 0, 300: 2}, "otherwise": 5}, source="published"),
            Rule(indicator=PER_10K, deduct={"at_least": {"6.5": 0, 3: 1}, "otherwise": 4}, source="published"),
            Rule(indicator="complaint_24h_rate", award={"at_least": {100: 7}}, source="published"),
        ],
    )
    rng = np.random.default_rng(3)
    months, widths = {}, []
    for n in range(4):
        rows = pd.DataFrame(
            {
                "unit": [f"甲{k}" for k in range(12)],
                MINUTES: [Decimal(int(v)) / 100 for v in rng.integers(2000, 60000, 12)],
                PER_10K: [Decimal(int(v)) / 100 for v in rng.integers(100, 900, 12)],
                "complaint_24h_rate": [Decimal(v) for v in rng.choice(["100.00", "99.50"], 12)],
            }
        )
        lost = [
            sum((points_lost(row[r.indicator], r) for r in truth.rules), Decimal(0)) for row in rows.to_dict("records")
        ]
        months[f"m{n}"] = rows.assign(score=[printed_score(each, truth) for each in lost])
        found = infer(months, truth)
        rows_of = found[found["indicator"] == MINUTES]
        for limit, step in ((75, 1), (300, 2)):  # the true limit is inside some set's interval, always
            own = rows_of[rows_of["step"] == step]
            assert ((own["above"] < limit) & (limit <= own["up_to"])).any()
        first = rows_of[rows_of["step"] == 1]
        widths.append(float(first["up_to"].max() - first["above"].min()))
        assert set(found.loc[found["indicator"] == "complaint_24h_rate", "points"]) == {Decimal(7)}
    assert widths == sorted(widths, reverse=True) and widths[-1] < widths[0]


def test_two_rules_on_one_indicator_are_not_told_apart():
    scheme = load_params("2024-09", ROOT / "params").scheme
    twice = scheme.model_copy(update={"rules": (*scheme.rules, scheme.rules[0])})
    with pytest.raises(HotlineError, match="两条规则"):
        infer({"a": printed()}, twice)


def test_months_may_be_given_as_a_span(tmp_path):
    data = tmp_path / "data"
    for month in ("2024-08", "2024-09"):
        shutil.copytree(ROOT / "data/published/2024-09", data / "published" / month)
    asked = lambda *months: CliRunner().invoke(app, ["scheme", "infer", *months, "--data", str(data), "--params", str(ROOT / "params")])  # fmt: skip
    span, each = asked("2024-08..2024-09"), asked("2024-09", "2024-08")
    assert span.exit_code == 0 and span.output == each.output and "20" in span.output
