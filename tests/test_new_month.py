"""A new month is one command and one small YAML that says what to fill in."""

import pytest

from hotline_lib.errors import HotlineError, ParamsError
from hotline_lib.new_month import TO_CHECK, new_month
from hotline_lib.params import load_params


def test_the_new_month_can_be_loaded_and_says_what_to_fill_in(own_params):
    file = new_month("2024-11", own_params)
    text = file.read_text(encoding="utf-8")
    month = load_params("2024-11", own_params.params).month
    assert list(month.offline_minutes) == load_params("2024-09", own_params.params).unit_names
    assert set(month.monthly_analysis_done.values()) == {True}
    assert {given.denominator for given in month.data_conformity.values()} == {0}
    assert text.count(f"{TO_CHECK}：") == 6
    assert "照抄自 2024-09" in text


def test_what_was_set_for_the_last_month_is_kept(own_params):
    last = own_params.params / "months" / "2024-09.yaml"
    text = last.read_text(encoding="utf-8").replace("notebooks: {}", "notebooks: {03_top_issues: {top: 7}}")
    last.write_text(text.replace("reach_back_months: 2", "reach_back_months: 3"), encoding="utf-8")
    new_month("2024-10", own_params)
    month = load_params("2024-10", own_params.params).month
    assert month.notebooks == {"03_top_issues": {"top": 7}}
    assert month.reach_back_months == 3


def test_a_month_that_is_there_is_not_touched(own_params):
    file = own_params.params / "months" / "2024-09.yaml"
    before = file.read_bytes()
    with pytest.raises(HotlineError, match="已经有了"):
        new_month("2024-09", own_params)
    assert file.read_bytes() == before


def test_the_first_month_of_all_starts_from_defaults(own_params):
    (own_params.params / "months" / "2024-09.yaml").unlink()
    new_month("2024-09", own_params)
    assert load_params("2024-09", own_params.params).month.reach_back_months == 2


def test_what_is_no_month_is_refused(own_params):
    with pytest.raises(ParamsError, match="不是月份"):
        new_month("2024-13", own_params)
