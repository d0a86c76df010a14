import subprocess
import sys
from types import SimpleNamespace

import pytest

from hotline_lib.batch.plan import discover, of_document, plan
from hotline_lib.errors import HotlineError, ParamsError, UnknownValueError
from hotline_lib.params import Params
from hotline_lib.paths import as_folder

UNIT = 'month: str = "2024-09"\nunit: str = "沈阳"\ntop: int = 3'
TOP = 'month: str = "2024-09"\ntop: int = 5  # 列出前几位'


def planned(house, **asked):
    return plan(house.paths, house.params, **asked)


def labels(house, **asked):
    return [report.label for report in planned(house, **asked)]


@pytest.fixture
def three(house):
    house.write("03_top_issues", "# 热点事项", declared=TOP)
    house.write("01_overview", "# 总体情况")
    house.write("06_unit", declared=UNIT)
    (house.paths.notebooks / "draft.ipynb").write_text("{}", encoding="utf-8")
    return house


def test_notebooks_are_those_with_a_number_in_their_order(three):
    found = discover(three.paths.notebooks)
    assert [notebook.name for notebook in found] == ["01_overview", "03_top_issues", "06_unit"]
    assert found[0].title == "总体情况"


def test_a_notebook_that_declares_unit_runs_only_with_units(three):
    assert labels(three) == ["01_overview", "03_top_issues"]
    assert labels(three, units=["all"])[2:] == ["06_unit（沈阳）", "06_unit（大连）"]
    assert labels(three, only=["06_unit"], units=["大连分中心"]) == ["06_unit（大连）"]
    with pytest.raises(HotlineError, match="--unit"):
        planned(three, only=["06_unit"])
    with pytest.raises(HotlineError, match="--unit"):
        planned(three, only=["01_overview"], units=["all"])


def test_a_unit_has_a_folder_of_its_own_and_its_parameters(three):
    (report,) = planned(three, only=["06"], units=["大连"], parameters={"top": "2"})
    assert report.name == "units/大连/06_unit"
    assert report.parameters == {"month": "2024-09", "unit": "大连", "top": 2}


@pytest.mark.parametrize("asked", ["03_top_issues", "03", "top_issues"])
def test_a_notebook_is_called_by_name_number_or_subject(three, asked):
    assert labels(three, only=[asked]) == ["03_top_issues"]


def test_an_unknown_notebook_or_unit_suggests_the_nearest(three):
    with pytest.raises(UnknownValueError, match="是指「01_overview」吗"):
        planned(three, only=["01_overveiw"])
    with pytest.raises(UnknownValueError, match="沈阳"):
        planned(three, units=["沈杨"])


def test_the_command_wins_over_the_month_and_the_month_over_the_notebook(three):
    assert "top" not in planned(three, only=["03"])[0].parameters  # the notebook's own default
    three.month_notebooks["03_top_issues"] = {"top": 8}
    assert planned(three, only=["03"])[0].parameters["top"] == 8
    assert planned(three, only=["03"], parameters={"top": "9"})[0].parameters["top"] == 9


def test_a_parameter_goes_to_the_notebooks_that_declare_it(three):
    by_label = {report.label: report.parameters for report in planned(three, parameters={"top": "9"})}
    assert by_label == {
        "01_overview": {"month": "2024-09"},
        "03_top_issues": {"month": "2024-09", "top": 9},
    }


def test_a_parameter_that_no_selected_notebook_declares_is_refused_with_the_nearest(three):
    with pytest.raises(UnknownValueError, match="没有名为「tpo」的参数。是指「top」吗"):
        planned(three, parameters={"tpo": "9"})
    with pytest.raises(UnknownValueError, match="没有名为「top」的参数"):
        planned(three, only=["01"], parameters={"top": "9"})


def test_the_months_yaml_is_held_to_what_its_notebook_declares(three):
    three.month_notebooks |= {"03_top_issues": {"topp": 8}, "01_overview": {"top": 3}, "02_domains": {}}
    with pytest.raises(ParamsError) as refused:
        planned(three, only=["06"], units=["all"])
    third, first, second = str(refused.value).splitlines()
    assert "notebooks: 03_top_issues" in first and "是指「top」吗" in first
    assert "notebooks: 01_overview" in second
    assert "没有名为「02_domains」的笔记本" in third


def test_month_and_unit_are_decided_by_the_command(three):
    with pytest.raises(ParamsError, match="month 由命令决定"):
        planned(three, parameters={"month": "2024-08"})
    three.month_notebooks["06_unit"] = {"unit": "大连"}
    with pytest.raises(ParamsError, match="unit 由命令决定"):
        planned(three)


def test_a_file_that_is_no_notebook_or_forgot_its_tag_is_planned_with_its_problem(three):
    (three.paths.notebooks / "07_torn.ipynb").write_text('{"cells": [', encoding="utf-8")
    cell = {"cell_type": "code", "metadata": {}, "source": ["month = '2024-09'\n", "top = 5"]}
    three.write_cells("08_untagged", [cell])
    torn, untagged = (notebook.problem for notebook in discover(three.paths.notebooks)[-2:])
    assert "07_torn.ipynb" in torn
    assert "没有标签 parameters" in untagged
    assert labels(three)[-2:] == ["07_torn", "08_untagged"]


def test_outputs_do_not_count_as_a_change_but_sources_and_tags_do(house):
    def digest(**cell):
        house.write_cells("01_a", [{"cell_type": "code", "metadata": {}, "outputs": [], **cell}])
        return discover(house.paths.notebooks)[0].digest

    plain = digest(source="x = 1")
    assert digest(source=["x = ", "1"], outputs=[{"output_type": "stream"}], execution_count=3) == plain
    assert digest(source="x = 2") != plain
    assert digest(source="x = 1", metadata={"tags": ["parameters"]}) != plain


def test_planning_imports_nothing_slow():
    code = "import sys; import hotline_lib.batch.refresh; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"papermill", "nbconvert", "nbformat", "pandas", "jupyter_client"} & set(loaded.split())


ALIKE = 'month: str = "2024-09"\ntop: int = 5  # 事项列出前几位（1至50）'


@pytest.fixture
def alike(house, monkeypatch):
    """The whole bulletin, a page and a unit's page that share its top, and a notebook whose own top means something else."""
    house.write("00_bulletin", declared=ALIKE)
    house.write("03_top_issues", declared=ALIKE)
    house.write("06_unit", declared=f'{ALIKE}\nunit: str = "沈阳"')
    monkeypatch.setattr(Params, "known", SimpleNamespace(shown=str))  # whose words would need a catalogue
    house.write("07_streets", declared='month: str = "2024-09"\ntop: int = 20  # 列出前几条路')
    return house


def tops(house, **asked):
    reports = planned(house, units=["沈阳"], **asked)
    return {report.notebook.name[:2]: report.parameters.get("top") for report in reports}


def of_document_in(house, **typed):
    return of_document(house.paths, house.params, typed)


@pytest.mark.parametrize("name", ["00_bulletin", "03_top_issues", "06_unit"])
def test_what_the_month_says_of_a_shared_parameter_holds_for_every_form(alike, name):
    alike.month_notebooks[name] = {"top": 3}
    assert tops(alike) == {"00": 3, "03": 3, "06": 3, "07": None}
    assert of_document_in(alike) == ({}, {"top": 3})
    assert of_document_in(alike, top="7", other="x") == ({"top": 7}, {"top": 7})
    assert [report.shared for report in planned(alike)] == [{"top": 3}, {"top": 3}, {}]


def test_without_a_word_all_have_the_declared_default(alike):
    assert of_document_in(alike) == ({}, {"top": 5})
    assert tops(alike) == dict.fromkeys(("00", "03", "06", "07"))


def test_a_parameter_declared_otherwise_is_the_notebooks_own(alike):
    alike.month_notebooks["07_streets"] = {"top": 40}
    assert tops(alike) == {"00": None, "03": None, "06": None, "07": 40}
    assert of_document_in(alike) == ({}, {"top": 5})


def test_two_values_of_a_shared_parameter_are_refused(alike):
    alike.month_notebooks |= {"03_top_issues": {"top": 3}, "00_bulletin": {"top": 7}}
    words = "top 在整份月报中只有一个值，03_top_issues 下写的是 3，00_bulletin 下写的是 7。请只留一处"
    with pytest.raises(ParamsError, match=words):
        planned(alike)
    alike.month_notebooks["00_bulletin"] = {"top": 3}
    assert tops(alike)["03"] == 3


@pytest.mark.parametrize("value", [0, -1, 51, True, 2.5])
def test_what_is_out_of_range_is_refused_with_the_range(alike, value):
    with pytest.raises(ParamsError, match=r"^-p：参数 top（事项列出前几位）应为 1 至 50 的整数"):
        planned(alike, only=["03"], parameters={"top": value if value is True else str(value)})
    alike.month_notebooks["03_top_issues"] = {"top": value}
    with pytest.raises(ParamsError, match=r"notebooks: 03_top_issues：.*应为 1 至 50 的整数"):
        planned(alike)


def test_a_house_without_the_whole_bulletin_shares_nothing(three):
    three.month_notebooks["03_top_issues"] = {"top": 8}
    assert of_document(three.paths, three.params, {"top": "2"}) == ({}, {})


def test_a_units_folder_is_one_on_every_system(three):
    for name, folder in {
        "..": "_",
        "a/../b": "a_.._b",
        "沈阳. ": "沈阳",
        "CON": "CON_",
        "nul.x": "nul.x_",
        "a\nb": "a_b",
    }.items():
        assert as_folder(name) == folder


@pytest.mark.parametrize(
    "content",
    [
        '{"cells": [{"cell_type": "code", "source": "x = \'\\ud800\'", "metadata": {}}]}',
        '{"cells": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"cells": [{"cell_type": "code", "source": ' + '{"a":' * 50_000 + "1" + "}" * 50_000 + "}]}",
        "\ufeffnot JSON",
        "[]",
    ],
    ids=["half a letter", "deep lists", "deep objects", "no JSON", "a list"],
)
def test_one_notebook_that_cannot_be_read_is_its_own_problem_only(three, content):
    (three.paths.notebooks / "02_odd.ipynb").write_text(content, encoding="utf-8")
    found = {notebook.name: notebook.problem for notebook in discover(three.paths.notebooks)}
    assert [name for name, problem in found.items() if problem] == ["02_odd"]
    assert "请在 JupyterLab 中打开并另存" in found["02_odd"] and "Error" not in found["02_odd"]
    assert labels(three) == ["01_overview", "02_odd", "03_top_issues"]


def test_a_notebook_saved_with_a_mark_is_read(three):
    path = three.paths.notebooks / "01_overview.ipynb"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert not discover(three.paths.notebooks)[0].problem
