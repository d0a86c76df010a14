from support import drawn

from hotline_lib.metrics import spot_check_results

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
    assert rows.loc["甲", ["sampled", "problems"]].tolist() == [2, 1]
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
