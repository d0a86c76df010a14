"""The terminal list, the page, JSON, exit codes, and one issue against another."""

import json

import pytest
import wordings
from support import ROOT
from typer.testing import CliRunner

from hotline_lib.cli import app
from hotline_lib.proofread import AGAINST, BASE, against, proofread, show
from hotline_lib.proofread.read import blocks_of

WRONG_ONE = "5月共受理来电5120个，其中咨询3840个，占75.00%；投诉1024个，占22.00%；建议256个，占5.00%。"


def run(*arguments: object):
    return CliRunner().invoke(app, ["proofread", *map(str, arguments), "--params", str(ROOT / "params")])


@pytest.fixture
def wrong(tmp_path):
    path = tmp_path / "5月.txt"
    path.write_text(WRONG_ONE, encoding="utf-8")
    return path


def test_a_faulty_bulletin_ends_with_one_and_says_why(wrong):
    done = run(wrong)
    assert done.exit_code == 1
    assert "5月.txt：7个数，7个与别处相核" in done.output and "错1处" in done.output
    assert "投诉 1024个 ÷ 5120个（来电）= 20.00%，印作 22.00%" in done.output


def test_a_right_bulletin_ends_with_nought(tmp_path):
    (tmp_path / "a.md").write_text(wordings.PANZHIHUA, encoding="utf-8")
    done = run(tmp_path / "a.md")
    assert done.exit_code == 0
    assert "没有发现问题" in done.output


def test_what_only_has_another_base_ends_with_nought(tmp_path):
    (tmp_path / "a.md").write_text(wordings.TANGSHAN, encoding="utf-8")
    assert run(tmp_path / "a.md").exit_code == 0


def test_json_holds_every_verdict(wrong):
    found = json.loads(run(wrong, "--json").output)
    assert found["faulty"] and found["figures"] == 7
    worst = found["verdicts"][0]
    assert (worst["verdict"], worst["right"], worst["figures"][0]["printed"]) == ("错", "20.00%", "22.00%")
    assert WRONG_ONE[worst["figures"][0]["start"] : worst["figures"][0]["end"]] == "22.00%"


def test_the_page_marks_the_figure_in_place_and_has_no_script(wrong, tmp_path):
    assert run(wrong, "--html", tmp_path / "out.html").exit_code == 1
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert '占<mark class="wrong" title="错">22.00%</mark><sup><a href="#r1" id="m1">1</a></sup>；' in page
    assert '<li id="r1">' in page and "<script" not in page and "http" not in page
    assert "--accent: #B3261E" in page


def test_the_page_escapes_what_a_document_holds():
    document = proofread(blocks_of("<b>共受理</b>100件，其中投诉20件，占30%。"))
    assert "&lt;b&gt;共受理" in show.page(document, "")


def test_the_page_never_writes_over_the_document(wrong):
    done = run(wrong, "--html", wrong)
    assert done.exit_code == 1
    assert wrong.read_text(encoding="utf-8") == WRONG_ONE


def test_cells_of_a_table_are_marked():
    text, _ = wordings.FAULTY["a sum in a table"]
    page = show.page(proofread(blocks_of(text)), "")
    assert '<td><mark class="wrong" title="错">51</mark>' in page


APRIL = (
    "2024年4月\n\n共受理工单1000件。\n\n| 类别 | 件数 |\n|---|---|\n| 咨询 | 800 |\n| 投诉 | 200 |\n| 合计 | 1000 |\n"
)
MAY = (
    "2024年5月\n\n共受理工单1100件，环比增长10.00%。\n\n| 类别 | 件数 | 环比 |\n|---|---|---|\n"
    "| 咨询 | 870 | 8.75% |\n| 投诉 | 230 | {} |\n| 合计 | 1100 | 10.00% |\n"
)


def issue(text: str):
    return proofread(blocks_of(text), name=text[:7])


def test_last_month_is_the_base_of_the_changes():
    assert not against(issue(MAY.format("15.00%")), issue(APRIL)).faulty
    found = against(issue(MAY.format("16.00%")), issue(APRIL))
    assert any(
        verdict.kind == AGAINST and "2024年4月 印 200，(230 − 200) ÷ 200 = 15.00%" in verdict.text
        for verdict in found.findings
    )


def test_a_wrong_figure_that_last_month_printed_too_was_carried_over():
    before = "2024年4月\n\n共受理来电4800个，其中咨询3744个，占78.00%；投诉1056个，占22.00%。"
    found = against(issue("2024年" + WRONG_ONE), issue(before))
    carried = [verdict for verdict in found.findings if verdict.kind == BASE]
    assert [verdict.text for verdict in carried] == ["「投诉」22.00% 与 2024年4月 所印相同：疑为沿用"]


def test_a_count_of_last_month_was_carried_over_too():
    text = "2024年{}月\n\n| 类别 | 件数 | 环比 |\n|---|---|---|\n| 咨询 | 8700 | {} |\n| 投诉 | {} | 5.00% |\n| 合计 | {} | 1.00% |\n"
    found = against(issue(text.format(5, "2.00%", 2310, 11010)), issue(text.format(4, "1.00%", 2200, 10900)))
    assert "「咨询」8700 与 2024年4月 所印 8700 相同：疑为沿用" in [v.text for v in found.findings if v.kind == BASE]


def test_list_page_and_json_tell_the_same_in_the_same_order(tmp_path):
    document = proofread(ROOT / "data" / "published" / "2024-09" / "report.txt")
    page, listed = show.page(document, ""), show.lines(document)
    told = [(verdict.kind, verdict.text) for verdict in document.findings]
    numbered = [
        (line[4:].partition("　")[0], after.strip()) for line, after in zip(listed[1::2], listed[2::2], strict=True)
    ]
    assert numbered[: len(told)] == told
    assert [(row["verdict"], row["why"]) for row in show.as_json(document)["verdicts"]][: len(told)] == told
    for number in range(1, len(told) + 1):
        assert page.count(f'id="m{number}"') == page.count(f'id="r{number}"') == 1
    assert len(show.as_json(document)["remarks"]) == page.count("<li><b>文字</b>") == len(document.remarks)


def test_both_sides_of_a_contradiction_are_marked():
    page = show.page(proofread(blocks_of("共受理工单1350件，其中：咨询800件、投诉250件、建议200件。")), "")
    assert page.count('<mark class="against" title="矛盾">') == 4


def test_an_issue_of_another_month_is_no_base():
    may = issue(MAY.format("16.00%"))
    assert len(against(may, issue(APRIL.replace("4月", "2月"))).verdicts) == len(may.verdicts)


def test_one_name_for_two_things_there_is_no_base():
    other = APRIL + "\n| 领域 | 件数 |\n|---|---|\n| 投诉 | 90 |\n| 其他 | 910 |\n| 合计 | 1000 |\n"
    assert not [v for v in against(issue(MAY.format("15.00%")), issue(other)).findings if v.kind == AGAINST]
