"""Another province, invented, with other names, types, issues, marks and units: only params/ and data/ are swapped."""

import pytest
from printed import differences
from support import ROOT, every_exhibit, parts_of

from hotline_lib import open_month
from hotline_lib.present._chart import Chart
from hotline_lib.present._sentences import Sentence

MONTH = "2025-03"


@pytest.fixture(scope="module")
def month(province):
    return open_month(MONTH, province)


def test_every_published_figure_comes_out(month, province):
    found, compared = differences(month, province.published(MONTH))
    assert compared > 200
    assert not found


def test_its_own_words_are_used(month):
    parts = [part for exhibit in every_exhibit(month, "西原") for part in parts_of(exhibit)]
    text = "\n".join(str(part) for part in parts if isinstance(part, Sentence))
    for words in ("全域共受理", "问询、申诉、建言三类业务", "云岭路网331件", "119.51分", "群众申诉工单共210件"):
        assert words in text
    for words in ("辽宁", "沈阳", "省交投", "信息咨询", "投诉举报"):
        assert words not in text


def test_pages_and_charts_are_its_own(month):
    parts = [part for exhibit in every_exhibit(month, "西原") for part in parts_of(exhibit)]
    assert not [part for part in parts if hasattr(part, "html") and "省交投" in part._repr_html_()]
    charts = [part for part in parts if isinstance(part, Chart)]
    assert len(charts) == 9  # no spot checks, too few cities for funnels, and two months, which are no course
    for chart in charts:
        assert chart.png.startswith(b"\x89PNG")
        assert "沈阳" not in chart.alt


def test_no_line_of_python_knows_a_province():
    """Names of units, domains, issues and business types of either province stand in params/ and data/ only."""
    words = ["辽宁", "沈阳", "省交投", "高速公路", "巡游出租", "云岭", "东川", "243909"]
    for path in sorted((ROOT / "hotline_lib").rglob("*.py")):
        code = _without_docstrings(path.read_text(encoding="utf-8"))
        assert not [word for word in words if word in code], path


def _without_docstrings(source: str) -> str:
    """The code as it runs: comments and docstrings, which may give examples, are left out."""
    import ast

    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
