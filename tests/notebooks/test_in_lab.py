"""What an analyst meets in JupyterLab: what Tab offers, what ? answers, what an error looks like, what is shown bare."""

import ast
import json
import re
from pathlib import Path

import pytest
from support import MONTH, ROOT, one_in

from hotline_lib import bulletin, metrics, open_month, present, scoring
from hotline_lib.bulletin import Exhibit
from hotline_lib.errors import UnknownValueError

NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))


@pytest.fixture(scope="module")
def shell():
    from IPython.core.interactiveshell import InteractiveShell

    made = InteractiveShell.instance()
    yield made
    InteractiveShell.clear_instance()


@pytest.fixture(scope="module")
def month(september):
    return open_month(MONTH, september)


def completed(shell, text: str) -> set[str]:
    from IPython.core.completer import provisionalcompleter

    with provisionalcompleter():
        return {each.text for each in shell.Completer.completions(text, len(text))}


def cells(path: Path) -> list[str]:
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in found if cell["cell_type"] == "code"]


def typed(source: str) -> set[tuple[str, str]]:
    """Every name.attribute of a cell whose name is a plain chain: (bulletin, units), (units, sentence)."""
    attributes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)]
    chains = ((ast.unparse(node.value), node.attr) for node in attributes)
    return {(owner, name) for owner, name in chains if re.fullmatch(r"[\w.]+", owner)}


@pytest.mark.parametrize("path", one_in(3, NOTEBOOKS), ids=lambda path: path.stem)
def test_tab_offers_everything_that_a_notebook_types(path, shell, month):
    parameters, _, *others = cells(path)
    names = {
        "bulletin": bulletin,
        "metrics": metrics,
        "present": present,
        "scoring": scoring,
        "open_month": open_month,
        "m": month,
    }
    shell.push(names)
    exec(parameters, shell.user_ns)
    seen = 0
    for source in others:
        *lines, last = source.split("\n") if "(\n" not in source else [source]
        exec("\n".join([*lines, last]), shell.user_ns)
        for owner, name in typed(source):
            value = eval(owner, shell.user_ns)
            if type(value).__module__.startswith(("hotline_lib", "builtins")) and not isinstance(value, str | int):
                assert name in completed(shell, f"{owner}."), f"{owner}.{name}"
                seen += 1
    assert seen > 8


@pytest.mark.parametrize("room", [bulletin, metrics, present], ids=["bulletin", "metrics", "present"])
def test_tab_offers_public_names_only(room, shell):
    name = room.__name__.split(".")[-1]
    shell.push({name: room})
    offered = completed(shell, f"{name}.")
    assert set(room.__all__) == offered


def test_an_exhibit_offers_what_it_has_and_nothing_private(shell, month):
    shell.push({"units": bulletin.units(month)})
    assert {"sentence", "table", "chart", "frame", "note", "with_column", "sorted"} <= completed(shell, "units.")
    assert not [name for name in dir(bulletin.units(month)) if name.startswith("_")]
    assert "lead" not in dir(bulletin.units(month)) and "lead" in dir(bulletin.business_types(month))


def test_a_question_mark_answers_with_columns_options_and_source(shell):
    shell.push({"bulletin": bulletin})
    answer = shell.object_inspect("bulletin.units")["docstring"]
    assert "top：" in answer and "frame：" in answer and "来源：" in answer


def test_an_error_of_ours_is_the_cells_line_and_the_message(shell, month, capsys):
    shell.push({"bulletin": bulletin, "m": month})
    shell.run_cell('units = bulletin.units(m)\nunits.with_column("momm").table')
    printed = re.sub(r"\x1b\[[0-9;]*m", "", "".join(capsys.readouterr()))
    assert 'units.with_column("momm").table' in printed and "没有名为「momm」的列" in printed
    assert "hotline_lib" not in printed and "Traceback" not in printed


def test_what_is_looked_at_bare_is_short(month):
    assert max(map(len, map(repr, (month, month.history, month.previous, month.params)))) < 1000
    assert repr(month.previous) == "2024年8月（工单）"


def test_a_wrong_option_says_the_allowed_ones(month):
    with pytest.raises(UnknownValueError, match="inquiry、complaint"):
        bulletin.top_issues(month, "投诉")


def test_cells_call_and_do_not_define():
    for path in NOTEBOOKS:
        for source in cells(path):
            assert len(source.split("\n")) <= 5, (path.name, source)
            assert not re.search(r"^(def|class|for|while|if|with) |\._\w", source, flags=re.MULTILINE), source


def test_a_notebook_says_which_metric_made_what_goes_beyond_the_document():
    text = {path.stem: "\n".join(cells(path)) for path in NOTEBOOKS}
    for name, calls in {
        "01_overview": ("contributions", "side_by_side", "daily_calls", "hourly_calls"),
        "02_domains": ("side_by_side",),
        "03_top_issues": ("issue_changes",),
        "04_city_scoring": ("unsubmitted",),
    }.items():
        assert all(f"metrics.{call}(" in text[name] for call in calls), name


def test_an_exhibit_alone_shows_everything_it_has(month):
    assert isinstance(bulletin.domains(month), Exhibit)
    assert repr(bulletin.domains(month)).count("高速公路") >= 3  # sentence, table, chart
