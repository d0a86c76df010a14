"""What was made of a month goes to another process that has opened the same one, and is what it would have made itself."""

import pickle

import pandas as pd
import pytest
from support import MONTH

from hotline_lib import bulletin, handing
from hotline_lib.bulletin import _figures as figures
from hotline_lib.opening import _opened, prepare


@pytest.fixture
def months(september):
    """The month with all that its first page says made, and the same month as another process opens it."""
    m = prepare(MONTH, september)
    bulletin.findings(m)
    return m, _opened(MONTH, september)


def same(one: object, other: object) -> bool:
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other)
        return True
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return repr(one) == repr(other)


def test_what_is_taken_over_is_what_would_be_made(months, tmp_path):
    m, other = months
    handing.hand_over(m, tmp_path / "made")
    handing.take_over(other, tmp_path / "made")
    assert len(other.made) > 30
    taken = dict(other.made)
    own = _opened(MONTH, m.paths)
    bulletin.findings(own)
    for key, thing in taken.items():
        assert same(own.made[key], thing), key
    assert bulletin.findings(other)._repr_html_() == bulletin.findings(own)._repr_html_()
    assert all(other.made[key] is thing for key, thing in taken.items()), "nothing that was taken is made again"
    assert other.made[next(key for key in taken if key[1] == "total")].tickets == m.counts["tickets"].sum()


def test_parts_of_the_month_are_those_of_the_one_who_takes(months, tmp_path):
    m, other = months
    m.made["own",] = {"counts": m.counts, "m": m, "before": m.previous, "none": None}
    handing.hand_over(m, tmp_path / "made")
    handing.take_over(other, tmp_path / "made")
    there = other.made["own",]
    assert there["m"] is other and there["counts"] is other.counts and there["before"] is other.previous
    assert there["none"] is None


def test_what_cannot_be_sent_is_left_out_alone(months, tmp_path):
    m, other = months
    m.made.clear()
    m.made.update({("a",): lambda: 1, ("b",): (shared := [2]), ("c",): {"again": shared}})
    handing.hand_over(m, tmp_path / "made")
    handing.take_over(other, tmp_path / "made")
    assert other.made == {("b",): [2], ("c",): {"again": [2]}}
    assert other.made["c",]["again"] is other.made["b",]


def test_of_other_frames_nothing_is_taken(months, tmp_path):
    m, other = months
    handing.hand_over(m, file := tmp_path / "made")
    frames, sent = pickle.loads(file.read_bytes())
    file.write_bytes(pickle.dumps(({**frames, "more": "1"}, sent)))
    handing.take_over(other, file)
    assert not other.made


def test_a_figure_is_made_once_a_month_and_for_each_of_what_it_is_asked_for(months):
    m, other = months
    made = []

    @figures.once_a_month
    def asked(m, *given, **named):
        made.append((m, given, named))
        return len(made)

    assert [asked(m), asked(m), asked(m, 1), asked(m, of=1), asked(m, of=1), asked(other)] == [1, 1, 2, 3, 3, 4]
