"""Texts that people wrote are read by rule: each slip is found, and as much that only looks like one is let pass."""

from __future__ import annotations

import shutil

import pytest
from support import ROOT

from hotline_lib.doubts import doubts
from hotline_lib.params import load_params
from hotline_lib.readiness import check, told

MONTH = "2024-09"
NAMES = ("沈阳", "沈阳市", "大连", "鞍山", "抚顺", "锦州", "盘锦", "营口", "朝阳")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("提出异地办理退费和转学籍,但驾校不予退费", "第 13 字是半角「,」，应为「，」"),
        ("检查教练车39台次,处理8起", "半角「,」"),
        ("共办理35件;其中投诉3件", "半角「;」"),
        ("主要问题:服务态度", "半角「:」，应为「：」"),
        ("满意率为99%,同比上升", "半角「,」"),
        ("已全部办结.", "半角「.」，应为「。」"),
        ("沈阳(含沈抚)受理", "半角「(」，应为「（」"),
        ("已办结。。", "标点重复「。。」"),
        ("召开了“辽东南片区会", "「“」和「”」不成对"),
        ("锦州、盘锦、大连、营口、鞍山等6市交通运输局", "说有「6」，列出了 5 个（锦州、盘锦、大连、营口、鞍山）"),
        ("沈阳、大连、鞍山两市", "说有「两」，列出了 3 个"),
        ("沈阳市和大连三个单位", "说有「三」，列出了 2 个"),
        ("锦州、盘锦、大连、营口等3个市", "说有「3」，列出了 4 个"),
        ("围绕加强管理、提升质效三个方面提出要求", "说有「三」，列出了 2 个"),
        ("工作有三个方面：一是加强管理。二是提升质效。", "说有「三」，分列了 2 条"),
        ("提出两点要求：\n（一）加强管理。\n（二）提升质效。\n（三）加强宣传。", "说有「两」，分列了 3 条"),
        ("一是加强管理。二是提升质效。四是加强宣传。", "分条的序号不连续：1、2、4"),
        ("1.召开会议。\n\n2.9月11日交流。\n\n4.调解纠纷。", "分条的序号不连续：1、2、4"),
        ("存在的主要问题如下：", "说了要列，后面没有内容"),
        ("现提出以下三点要求。\n\n", "说了要列，后面没有内容"),
        ("分别为：。下一步", "「：」后面没有内容"),
        ("综合行政执法队驾维大队到场；综合行政执法队驾培大队检查", "第 23 字「培」在第 1 行第 9 字是「维」"),
    ],
)
def test_a_slip_is_found(text, words):
    found = doubts(text, NAMES)
    assert len(found) == 1 + text.count("(") and words in found[0][1], found


@pytest.mark.parametrize(
    "text",
    [
        "提出异地办理退费和转学籍，但驾校不予退费。",
        "共1,234件，占99.5%，9:30至17:30接听，见 http://example.invalid/a,b",
        "2.9月11日至12日组织了交流（共70余人）。",
        "12328热线（以下简称“12328热线”）运行平稳：受理3件；办结3件。",
        "沈阳、大连、鞍山等14市参加了会议。",
        "锦州、盘锦、大连、营口、鞍山5市交通运输局",
        "锦州、盘锦、大连、营口、鞍山等5市交通运输局",
        "沈阳、大连两市和其他12市",
        "沈阳市和大连市的5家企业",
        "围绕加强日常管理、提升工单办理质效、加强数据分析三个方面提出具体工作要求，",
        "围绕热线运行管理、队伍建设、工单办理和数据统计分析四个方面",
        "围绕管理和服务、质效、宣传等三个方面",
        "通报了运维、安全、传输等方面存在的问题，共3个问题。",
        "工作有三个方面：一是加强管理。二是提升质效。三是加强宣传。",
        "一是要强化认识。二是要加强培训。\n一是人员。二是设备。",
        "提出两点要求：\n1.加强管理。\n2.提升质效。",
        "现将有关情况汇报如下。",
        "主要问题如下：\n服务态度。",
        "北京、浙江、四川、辽宁、广西等12328热线管理单位",
        "检查驾校7校次，检查教练车39台次，处理不规范行为8起，检查企业52家。",
        "各市局、省交投集团要深刻认识；各市局、省交投集团要组织培训",
        "这是第一次、第二次和第三次检查，占三分之一。",
    ],
)
def test_what_only_looks_like_a_slip_is_let_pass(text):
    assert doubts(text, NAMES) == []


def test_the_printed_months_own_slips_are_found_and_nothing_else(project):
    params = load_params(MONTH, project.params)
    names = [spelling for unit in params.units for spelling in unit.spellings]
    read = lambda name: (project.params / "months" / MONTH / f"{name}.md").read_text(encoding="utf-8")
    assert doubts(read("opening"), names) == doubts(read("plans"), names) == []
    assert [words for _, remark in params.month.remarks for words in doubts(remark, names)] == []
    found = doubts(read("cases"), names)
    assert [line for line, _ in found] == [1, 5, 5, 5]
    assert "说有「6」，列出了 5 个" in found[0][1]
    assert sum("半角「,」" in words for _, words in found) == 2 and sum("「维」" in words for _, words in found) == 1


def test_a_check_names_file_and_place_and_quotes_nobody(own_params):
    month = own_params.params / "months"
    (month / MONTH / "opening.md").write_text("\n王小明,已回访。\n存在的问题：", encoding="utf-8")
    (month / MONTH / "plans.md").write_text("甲,乙。\n" * 12, encoding="utf-8")
    file = month / f"{MONTH}.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("quality: 存在", "quality: 现存在,"), encoding="utf-8")
    said = told(check(MONTH, own_params))
    assert f"params/months/{MONTH}/opening.md 请核对：\n" in said
    assert "第 2 行，第 4 字是半角「,」，应为「，」。" in said and "第 3 行，说了要列，后面没有内容。" in said
    assert f"params/months/{MONTH}.yaml 的 remarks.quality 请核对：\n" in said and "王小明" not in said
    assert "……共 12 处。" in said and said.count("应为「，」") == 1 + 10 + 1 + 2  # opening, plans, remarks, cases


def test_another_provinces_months_are_read_too(province, tmp_path):
    from dataclasses import replace

    shutil.copytree(province.params, tmp_path / "params")
    (tmp_path / "params" / "months" / "2025-03").mkdir(exist_ok=True)
    (tmp_path / "params" / "months" / "2025-03" / "cases.md").write_text("东川州、西原等3个单位参加", encoding="utf-8")
    said = told(check("2025-03", replace(province, root=ROOT, params=tmp_path / "params")))
    assert "说有「3」，列出了 2 个（东川州、西原）" in said
