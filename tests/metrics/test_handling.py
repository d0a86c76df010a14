import pytest
from support import drawn

from hotline_lib import metrics
from hotline_lib.errors import UnknownValueError

HANDLING = drawn("""
    unit | business_type | minute | tickets | seconds
    甲   | 投诉          | 1      | 5       | 300
    甲   | 投诉          | 10     | 4       | 2400
    甲   | 投诉          | 60     | 1       | 3600
    乙   | 投诉          | 3      | 1       | 181
""")


def test_half_and_nine_in_ten_are_reached_at_a_whole_minute():
    first, second = metrics.handling_times(HANDLING).to_dict("records")
    assert (first["unit"], first["tickets"], first["median_minutes"], first["p90_minutes"]) == ("甲", 10, 1, 10)
    assert str(first["mean_minutes"]) == "10.50"  # 6,300 seconds of 10 tickets
    assert (second["median_minutes"], str(second["mean_minutes"])) == (3, "3.02")


def test_another_grouping_is_refused():
    with pytest.raises(UnknownValueError, match="business_type"):
        metrics.handling_times(HANDLING, "domain")
