import pandas as pd

from hotline_lib.metrics._comparison import significant


def test_the_bulletins_own_examples():
    """大连 6772 against 4688 and 辽阳 485 against 602 are changes; 阜新 301 against 259 (p 0.083) is not."""
    now = pd.Series([6772, 485, 301])
    base = pd.Series([4688, 602, 259], dtype="Int64")
    assert significant(now, base).tolist() == [True, True, False]


def test_two_to_six_is_not_a_change():
    assert significant(pd.Series([6]), pd.Series([2], dtype="Int64")).tolist() == [False]


def test_no_base_is_neither():
    answer = significant(pd.Series([5, 0]), pd.Series([pd.NA, 0], dtype="Int64"))
    assert pd.isna(answer[0])
    assert not answer[1]


def test_longer_months_have_more_tickets():
    now, base = pd.Series([3100]), pd.Series([3000], dtype="Int64")
    assert not significant(now, base, exposure=(31, 30))[0]


def test_many_comparisons_ask_for_more():
    """One p of 0.04 alone is significant; among fourteen that are not, it is not."""
    one = significant(pd.Series([123]), pd.Series([93], dtype="Int64"))
    many = significant(pd.Series([123] + [100] * 14), pd.Series([93] + [100] * 14, dtype="Int64"))
    assert one[0]
    assert not many.any()
