from decimal import Decimal
from fractions import Fraction

import pytest
from support import drawn

from hotline_lib.errors import UnknownValueError
from hotline_lib.metrics import beside_peers, sub_issue_shares, top_issues, top_units


def test_sub_issue_share_stands_on_the_whole_issue():
    counts = drawn("""
        business_type | issue        | sub_issue | unit | tickets
        投诉举报       | 巡游出租汽车 | 计价议价   | 大连 | 3
        投诉举报       | 巡游出租汽车 | 拒载       | 沈阳 | 1
        投诉举报       | 巡游出租汽车 |           | 沈阳 | 4
        信息咨询       | 巡游出租汽车 | 计价议价   | 大连 | 9
    """)
    shares = sub_issue_shares(counts, "投诉举报", "巡游出租汽车")
    assert shares["sub_issue"].tolist() == ["计价议价", "拒载"]
    assert shares["share"].tolist() == [3 / 8, 1 / 8]


COUNTS = drawn("""
    business_type | role      | domain | issue | sub_issue | unit | tickets
    投诉          | complaint | 路     | 甲事  | 一        | 东   | 5
    投诉          | complaint | 路     | 乙事  | 一        | 东   | 3
    投诉          | complaint | 路     | 乙事  | 二        | 西   | 2
    投诉          | complaint | 路     | 丙事  |           | 西   | 2
    投诉          | complaint | 路     | 丁事  |           | 西   | 2
    投诉          | complaint | 路     |       |           | 西   | 90
    咨询          | inquiry   | 路     | 丁事  |           | 西   | 70
""")


def test_missing_issues_never_rank_but_count_in_the_whole():
    rows = top_issues(COUNTS, "complaint", top=1)
    assert rows["issue"].tolist() == ["乙事", "甲事"]  # five each: a tie at the last place keeps both
    assert rows["of"].tolist() == [104, 104]


def test_a_tie_at_the_last_place_keeps_all():
    rows = top_issues(COUNTS, "complaint", top=3)
    assert rows["rank"].tolist() == [1, 1, 3, 3]
    assert len(top_issues(COUNTS, "complaint", top=2)) == 2


def test_unit_count_tells_single_unit_issues():
    rows = top_issues(COUNTS, "complaint").set_index("issue")
    assert rows["unit_count"].to_dict() == {"甲事": 1, "乙事": 2, "丙事": 1, "丁事": 1}


def test_units_of_an_issue_by_tickets_then_division_code():
    units = drawn("unit\n西\n东")
    rows = top_units(COUNTS, "complaint", "乙事", units)
    assert rows["unit"].tolist() == ["东", "西"]
    assert rows["share"].tolist() == [3 / 5, 2 / 5]


def test_a_type_may_be_called_by_its_name_or_its_role():
    assert top_issues(COUNTS, "投诉").equals(top_issues(COUNTS, "complaint"))


def test_a_type_without_tickets_gives_an_empty_ranking():
    rows = top_issues(COUNTS, "suggestion")
    assert rows.empty
    assert "issue" in rows.columns


def test_a_wrong_issue_suggests_the_right_one():
    with pytest.raises(UnknownValueError, match="甲事") as caught:
        sub_issue_shares(COUNTS, "complaint", "甲事项")
    assert caught.value.known == ["丁事", "丙事", "乙事", "甲事"]


def test_a_wrong_type_is_refused():
    with pytest.raises(UnknownValueError):
        top_issues(COUNTS, "表扬")


def test_shares_beside_peers_are_exact_and_told_from_chance():
    own = COUNTS.assign(unit="甲")
    peers = COUNTS.assign(unit="乙", tickets=COUNTS["tickets"] * 3)
    alike = beside_peers(own, peers, "complaint")
    assert set(alike["more"]) == {Decimal("0.00")} and not alike["told"].any()
    assert (alike["rest"] == 3 * alike["tickets"]).all()
    nobody = beside_peers(own, peers.iloc[:0], "complaint")
    assert nobody["rest_of"].eq(0).all() and nobody["more"].isna().all() and not nobody["told"].any()
    first = alike["issue"].iloc[0]
    fewer = beside_peers(own, peers[peers["issue"] != first], "complaint").set_index("issue")
    rest_of = int(fewer["rest_of"].iloc[0])
    for issue, row in fewer.iterrows():
        exact = Fraction(100 * int(row["tickets"]), int(row["of"])) - Fraction(100 * int(row["rest"]), rest_of)
        assert abs(Fraction(row["more"]) - exact) <= Fraction(1, 200), issue
