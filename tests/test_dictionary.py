"""The data dictionary says what the library says, and the library says something of everything."""

import importlib.util
import inspect

from support import ROOT

from hotline_lib import bulletin, metrics, open_month, present
from hotline_lib.indicators import INDICATORS
from hotline_lib.present._vocabulary import WORDS


def written():
    spec = importlib.util.spec_from_file_location("dictionary", ROOT / "docs" / "dictionary.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_data_dictionary_is_current():
    dictionary = written()
    assert dictionary.PAGE.read_text(encoding="utf-8") == dictionary.page(), "run: make dictionary"


def test_every_frame_of_a_month_is_told_column_by_column(september):
    m = open_month("2024-09", september)
    for name, (_, columns) in written().FRAMES.items():
        found = getattr(m, name.removeprefix("m.").removesuffix("()"))
        frame = found() if callable(found) else found
        assert sorted(frame.columns) == sorted(columns), name
        assert set(columns) <= set(WORDS), name


def test_every_column_of_an_exhibit_is_in_the_vocabulary(september):
    from support import every_exhibit

    m = open_month("2024-09", september)
    places = {"measure", "own", "first", "middle", *m.domains["printed_domain"]}  # words already; a column a domain
    for exhibit in every_exhibit(m, "沈阳"):
        known = {
            name.removesuffix("_numerator").removesuffix("_denominator") for name in map(str, exhibit.frame.columns)
        }
        months = {name for name in known if name[:2] == "20"}
        assert known - set(WORDS) - places - months - {"where"} == set()


def test_everything_an_analyst_calls_explains_itself():
    for made in (
        *bulletin.EXHIBITS,
        *(getattr(present, name) for name in present.__all__),
        bulletin.say,
        bulletin.outline,
    ):
        assert inspect.getdoc(made), made
    for name in metrics.__all__:
        assert inspect.getdoc(getattr(metrics, name)), name
    for make in bulletin.EXHIBITS:
        said = inspect.getdoc(make)
        options = [name for name in inspect.signature(make).parameters if name not in ("m", "frame")]
        assert "来源：" in said and "frame：" in said, make
        assert not [name for name in options if f"{name}：" not in said], make


def test_every_indicator_says_who_is_counted_and_who_is_good():
    assert all(each.over for each in INDICATORS)
    assert all(each.good_if for each in INDICATORS if each.kind in ("rate", "minutes"))


def test_every_public_part_of_a_month_is_told():
    from hotline_lib.month import Month

    told = {*written().MEMBERS, *(name.removeprefix("m.") for name in written().FRAMES), "month", "paths", "inputs"}
    assert {name for name in dir(Month) if not name.startswith("_")} <= told
