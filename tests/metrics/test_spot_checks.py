import pytest
from support import drawn

from hotline_lib.metrics import agreement, beside_scores, spot_check_results

UNITS = drawn("unit\n甲\n乙\n丙\n丁")


def test_rates_are_over_random_tickets_answered_yes_or_no():
    rows = spot_check_results(
        drawn("""
            ticket_id | unit | drawn  | called_back | closed      | satisfied
            1         | 甲   | random | yes         | yes         | no
            2         | 甲   | random | yes         | not reached | refused
            3         | 甲   | lead   | no          | no          | no
            4         | 乙   | random | yes         | yes         | yes
            5         | 丙   | random | no          | yes         | yes
        """),
        UNITS,
    ).set_index("unit")
    assert rows.loc["甲", ["sampled", "answered", "problems"]].tolist() == [2, 2, 1]
    assert rows.loc["甲", ["closed_yes", "closed_of"]].tolist() == [1, 1]
    assert rows.loc["甲", ["satisfied_yes", "satisfied_of"]].tolist() == [0, 1]
    assert rows.loc["甲", "problem_ids"] == [1]


def test_fewest_problems_first_and_no_sample_has_no_rank():
    rows = spot_check_results(
        drawn("""
            ticket_id | unit | drawn  | called_back | closed | satisfied
            1         | 甲   | random | no          | no     | no
            2         | 乙   | random | yes         | yes    | yes
            3         | 丙   | random | yes         | yes    | yes
        """),
        UNITS,
    )
    assert rows["unit"].tolist() == ["乙", "丙", "甲", "丁"]
    assert rows["rank"].tolist()[:3] == [1, 1, 3]
    assert rows["rank"].isna().tolist() == [False, False, False, True]


def beside(scores: str, checks: str):
    """checks: ``unit``, ``rank`` of the sample, ``problems`` of ``sampled``."""
    checked = drawn(checks)
    return beside_scores(
        checked.assign(rank=checked["rank"].astype("Int64"), answered=checked["sampled"]), drawn(scores)
    )


SIX = """
unit | rank | score
甲   | 1    | 99
乙   | 1    | 99
丙   | 3    | 98
丁   | 4    | 97
戊   | 5    | 96
己   | 6    | 90
"""


def test_a_tie_alone_moves_nobody():
    rows = beside(
        SIX, "unit | rank | sampled | problems\n" + "\n".join(f"{unit} | 1 | 4 | 0" for unit in "己戊丁丙乙甲")
    )
    assert rows["unit"].tolist() == list("己戊丁丙乙甲")  # as they came
    assert rows["place"].tolist() == rows["score_place"].tolist() == [6, 5, 4, 3, 2, 1]
    assert not rows["contrary"].any()


def test_what_lies_a_third_of_the_units_apart_is_contrary():
    found = "甲 | 5 | 4 | 3\n乙 | 1 | 4 | 0\n丙 | 4 | 4 | 1\n丁 | 1 | 4 | 0\n戊 | 6 | 4 | 4\n己 | 1 | 4 | 0"
    rows = beside(SIX, f"unit | rank | sampled | problems\n{found}").set_index("unit")
    assert rows["place"].to_dict() == {"乙": 1, "丁": 2, "己": 3, "丙": 4, "甲": 5, "戊": 6}
    assert rows.index[rows["contrary"]].tolist() == [
        "甲",
        "丁",
        "己",
    ]  # 1 and 5, 4 and 2, 6 and 3; two of six are enough


def test_intervals_follow_the_size_of_the_sample_and_none_has_no_place():
    rows = beside(
        "unit | rank | score\n甲 | 1 | 99\n乙 | 2 | 98\n丙 | 3 | 97",
        "unit | rank | sampled | problems\n甲 | 1 | 4 | 0\n乙 | 2 | 60 | 13\n丙 | | 0 | 0",
    ).set_index("unit")
    assert (rows.loc["甲", "low"], rows.loc["甲", "high"]) == (0, pytest.approx(0.602, abs=5e-4))
    assert (rows.loc["乙", "low"], rows.loc["乙", "high"]) == (
        pytest.approx(0.121, abs=5e-4),
        pytest.approx(0.342, abs=5e-4),
    )
    assert (rows.loc["丙", "low"], rows.loc["丙", "high"]) == (0, 1)
    assert rows["place"].isna().tolist() == rows["score_place"].isna().tolist() == [False, False, True]


def test_nobody_reached_is_no_clean_sample():
    asked = "\n".join(f"{at} | 甲 | random | not reached | not reached | refused" for at in range(4))
    rows = spot_check_results(
        drawn(
            f"ticket_id | unit | drawn | called_back | closed | satisfied\n{asked}\n9 | 乙 | random | yes | yes | no"
        ),
        UNITS,
    ).set_index("unit")
    assert rows.loc["甲", ["sampled", "answered", "problems"]].tolist() == [4, 0, 0]
    assert rows["rank"].isna().to_dict() == {"乙": False, "甲": True, "丙": True, "丁": True}


def test_agreement_is_of_ranks_over_all_permutations_and_none_for_few_or_all_alike():
    names = list("甲乙丙丁戊己庚辛")
    scores = "unit | rank | score\n" + "\n".join(f"{name} | {at} | {99 - at}" for at, name in enumerate(names, 1))
    found = lambda bad: (
        "unit | rank | sampled | problems\n"
        + "\n".join(f"{name} | 1 | 9 | {each}" for name, each in zip(names, bad, strict=False))
    )
    tau, p = agreement(beside(scores, found(range(8))))
    assert tau == -1 and p == 2 / 40_320  # the better the score, the fewer
    assert agreement(beside(scores, found(range(7)))) is None
    assert agreement(beside(scores, found([3] * 8))) is None
    tau, p = agreement(beside(scores, found([3, 1, 4, 1, 5, 2, 6, 3])))
    assert 0.05 < p < 1
