"""A new month is one command and one small YAML that says what to fill in."""

import pytest

from hotline_lib.errors import HotlineError, ParamsError
from hotline_lib.new_month import HINTS, new_month
from hotline_lib.params import PER_UNIT, load_params


def test_the_new_month_can_be_loaded_and_says_what_to_fill_in(own_params):
    file = new_month("2024-11", own_params)
    text = file.read_text(encoding="utf-8")
    month = load_params("2024-11", own_params.params).month
    units = load_params("2024-09", own_params.params).unit_names
    assert list(month.offline_minutes) == units
    found = month.unfilled(units)
    assert set(found) == set(HINTS) - {"test_calls"}
    assert all(found[key] == tuple(units) for key in PER_UNIT)
    assert all(words in text for key, words in HINTS.items() if key in found)
    assert "照抄自 2024-09" in text


def test_a_month_whose_values_are_all_there_has_nothing_open(own_params):
    params = load_params("2024-09", own_params.params)
    assert params.month.unfilled(params.unit_names) == {}


@pytest.mark.parametrize(
    ("old", "new", "open_"),
    [
        ("  沈阳: 0\n", "", {"offline_minutes": ("沈阳",)}),
        ("  沈阳: 0\n", "  沈阳: ~\n", {"offline_minutes": ("沈阳",)}),
        ("  大连: true\n", "  大连:\n", {"monthly_analysis_done": ("大连",)}),
        ("  大连: {numerator: 1, denominator: 1}\n", "  大连: null\n", {"data_conformity": ("大连",)}),
        ("  slow: []", "  slow:", {"test_calls.slow": ()}),
        ("  slow: []", "", {"test_calls.slow": ()}),
        ("test_calls:  ", "test_calls: {done: false} #", {}),
        ("issued: 2024-10-14", "issued:", {"issued": ()}),
    ],
)
def test_what_is_left_out_or_null_is_open(own_params, old, new, open_):
    file = own_params.params / "months" / "2024-09.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    if "done" in new:
        text = text.replace("  not_answered: []\n", "").replace("  slow: []\n", "")
    file.write_text(text, encoding="utf-8")
    params = load_params("2024-09", own_params.params)
    assert params.month.unfilled(params.unit_names) == open_


def test_a_month_that_says_nothing_is_all_open(own_params):
    (own_params.params / "months" / "2024-09.yaml").write_text("month: 2024-09\noffline_minutes:\n", encoding="utf-8")
    params = load_params("2024-09", own_params.params)
    assert set(params.month.unfilled(params.unit_names)) == {"issued", "test_calls", *PER_UNIT}


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


def test_a_month_says_where_its_tickets_are_only_if_the_one_before_did_otherwise_than_all(own_params):
    earlier = own_params.params / "months" / "2024-09.yaml"
    source = lambda month: load_params(month, own_params.params).month.source
    assert "\n# source:" in new_month("2024-11", own_params).read_text(encoding="utf-8")
    text = earlier.read_text(encoding="utf-8")
    own = next(line for line in text.splitlines() if line.startswith("# source:"))
    earlier.write_text(text.replace(own, "source: {kind: postgres, table: hotline.tickets}"), encoding="utf-8")
    assert "source: {kind: postgres, table: hotline.tickets}" in new_month("2024-10", own_params).read_text(
        encoding="utf-8"
    )
    assert source("2024-10") == source("2024-09") != source("2024-11")
