"""A new block of scoring rules says what it changes, keeps all else, and what it does to each unit's score is told."""

import re
import shutil
from dataclasses import replace

import pytest
from support import MONTH, ROOT
from typer.testing import CliRunner

from hotline_lib.cli import app
from hotline_lib.errors import ParamsError
from hotline_lib.params import load_params
from hotline_lib.readiness import check, told
from hotline_lib.rule_changes import SETTINGS, _flat, lost_rules, scheme_changes

A = "2024-09（推断）"
LESS_STRICT = "{indicator: complaint_24h_rate, deduct: {at_least: {100: 0, 99: 2}, otherwise: 4}, source: published}"


def block(begin: str, name: str, *lines: str) -> str:
    return "\n".join([f"- applies_from: {begin}", f"  name: {name}", *(f"  {line}" for line in lines)]) + "\n"


@pytest.fixture
def desk(own_params, september):
    """The real month's tickets, with params/ of its own; ``add`` puts blocks at the end of scoring.yaml."""
    paths = replace(own_params, data=september.data)

    def add(*blocks: str):
        file = paths.params / "scoring.yaml"
        file.write_text(file.read_text(encoding="utf-8") + "\n" + "".join(blocks), encoding="utf-8")
        return paths

    return add


def costs(scheme) -> dict[str, object]:
    return {rule.indicator: rule.deduct for rule in scheme.rules}


def test_the_readmes_recipe_changes_what_it_says_and_nothing_else(desk):
    recipe = re.search(
        r"```yaml\n(- applies_from: .*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    paths = desk(recipe[1])
    shutil.copy(paths.params / "months" / "2024-09.yaml", paths.params / "months" / "2024-10.yaml")
    file = paths.params / "months" / "2024-10.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("month: 2024-09", "month: 2024-10"), encoding="utf-8")
    then, now = (load_params(month, paths.params).scheme for month in (MONTH, "2024-10"))
    before, after = costs(then), costs(now)
    assert set(before) - set(after) == {"classification_accuracy"}
    assert set(after) - set(before) == {"offline_minutes"}
    assert {key for key in before.keys() & after.keys() if before[key] != after[key]} == {"complaint_24h_rate"}
    assert [key for key in before if key in after] == list(after)[:-1]  # in their places
    assert now.full_marks == then.full_marks
    assert now.signals == then.signals.model_copy(update={"unsubmitted": now.signals.unsubmitted})
    assert now.signals.unsubmitted == 15


def test_a_chain_of_changes_and_settings_inside_settings(desk):
    paths = desk(
        block("2024-03", "乙", f"changes_from: {A}", "full_marks: 120", "signals: {attention: {points: 4}}"),
        block("2024-06", "丙", "changes_from: 乙", "drop: [complaint_5d_rate]", "signals: {notice: {bad: 2}}"),
        block("2024-09", "丁", "changes_from: 丙", f"rules: [{LESS_STRICT}]"),
    )
    scheme, first = (
        load_params(MONTH, paths.params).scheme,
        load_params("2024-01", paths.params, need_month_file=False).scheme,
    )
    assert scheme.name == "丁" and scheme.full_marks == 120
    assert "complaint_5d_rate" not in costs(scheme) and len(scheme.rules) == len(first.rules) - 1
    assert costs(scheme)["complaint_24h_rate"].otherwise == 4 and len(costs(scheme)["complaint_24h_rate"].at_least) == 2
    assert (scheme.signals.attention.points, scheme.signals.attention.bad) == (4, first.signals.attention.bad)
    assert (scheme.signals.notice.points, scheme.signals.notice.bad) == (first.signals.notice.points, 2)
    assert load_params(MONTH, paths.params).scheme_before.name == "丙"


def test_the_order_of_the_file_does_not_matter(desk):
    paths = desk(
        block("2024-09", "丙", "changes_from: 乙", f"rules: [{LESS_STRICT}]"),
        block("2024-03", "乙", f"changes_from: {A}", "drop: [complaint_5d_rate]"),
    )
    assert "complaint_5d_rate" not in costs(load_params(MONTH, paths.params).scheme)


@pytest.mark.parametrize(
    ("blocks", "says"),
    [
        ([("2024-10", "乙", "changes_from: 2024-09(推断)", "drop: [complaint_5d_rate]")], ["changes_from", "没有这样一段", f"是指「{A}」吗"]),
        ([("2024-10", "乙", "changes_from: 乙", "drop: [complaint_5d_rate]")], ["changes_from 写的是「乙」", "不能写自己"]),
        (
            [("2024-10", "乙", "changes_from: 丙", "full_marks: 90"), ("2024-11", "丙", "changes_from: 乙", "full_marks: 80")],
            ["changes_from 写的是「丙」", "互相引用"],
        ),
        ([("2018-10", "乙", f"changes_from: {A}", "full_marks: 90")], ["不早于这一段"]),
        ([("2024-10", "乙", "changes_from:", "full_marks: 90")], ["changes_from", "没有这样一段"]),
        ([("2024-10", A, f"changes_from: {A}", "full_marks: 90")], ["不止一段", "各不相同"]),
        ([("2024-10", "乙", f"changes_from: {A}", "drop: [complaint_5_rate]")], ["drop", "complaint_5_rate", "是指「complaint_5d_rate」吗"]),
        ([("2024-10", "乙", f"changes_from: {A}", "drop: [offline_minutes]")], ["drop", "offline_minutes", "没有规则"]),
        ([("2024-10", "乙", f"changes_from: {A}", "drop: complaint_5d_rate")], ["drop", "应为一列指标"]),
        ([("2024-10", "乙", f"changes_from: {A}", f"rules: [{LESS_STRICT}]", "drop: [complaint_24h_rate]")], ["只能留一处"]),
        ([("2024-10", "乙", "drop: [complaint_5d_rate]", "full_marks: 90", f"rules: [{LESS_STRICT}]")], ["drop", "只能和 changes_from 一起写"]),
    ],
    ids=["unknown", "itself", "a circle", "a later one", "nothing", "one of two", "drop a misspelt one", "drop what is not there",
         "drop no list", "drop and change", "drop alone"],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_its_row(desk, blocks, says):
    paths = desk(*(block(*each) for each in blocks))
    with pytest.raises(ParamsError, match=r"^params/scoring\.yaml 第 \d+ 行：\[") as caught:
        load_params(MONTH, paths.params)
    row = int(re.search(r"第 (\d+) 行", str(caught.value))[1])
    line = (paths.params / "scoring.yaml").read_text(encoding="utf-8").splitlines()[row - 1]
    assert line.strip().startswith(("changes_from", "drop"))
    for words in says:
        assert words in str(caught.value), str(caught.value)


@pytest.mark.parametrize("more", [(), (f"rules: [{LESS_STRICT.replace(', 99: 2', '')}]",), ("full_marks: 100.0",)])
def test_a_block_that_changes_nothing_is_refused(desk, more):
    text = [line.replace("source: published", "source: inferred, evidence: 朝阳 99.67、营口 98.62 各扣 4, freedom: "
            "'与 5 日办结率的扣分可为 (4,2)、(3,3)、(5,1)、(4,1)、(3,2)、(5,0)'") for line in more]  # fmt: skip
    paths = desk(block("2024-10", "乙", f"changes_from: {A}", *text))
    with pytest.raises(ParamsError, match="没有不同"):
        load_params(MONTH, paths.params)


def test_two_blocks_from_the_same_month_are_refused(desk):
    paths = desk(
        block("2024-10", "乙", f"changes_from: {A}", "full_marks: 90"),
        block("2024-10", "丙", f"changes_from: {A}", "full_marks: 80"),
    )
    with pytest.raises(ParamsError, match="2 段都写着 applies_from: 2024-10"):
        load_params(MONTH, paths.params)


def test_points_that_were_forgotten_are_asked_for(desk):
    paths = desk(
        block(
            "2024-10",
            "乙",
            f"changes_from: {A}",
            "rules: [{indicator: complaint_24h_rate, deduct: {per_point_short_of: 100}, source: published}]",
        )
    )
    with pytest.raises(ParamsError, match=r"complaint_24h_rate.*还要写 points"):
        load_params(MONTH, paths.params)


CHANGED = block("2024-09", "乙", f"changes_from: {A}", f"rules: [{LESS_STRICT}, {{indicator: offline_minutes, deduct: {{below: {{1: 0}}, otherwise: 2}}, source: published}}]",
                "drop: [classification_accuracy]", "signals: {unsubmitted: 15}")  # fmt: skip


def test_what_a_new_block_changes_is_told_rule_by_rule_and_unit_by_unit(desk):
    paths = desk(CHANGED)
    lines = scheme_changes(load_params(MONTH, paths.params), paths)
    assert lines == [
        f"评分办法「乙」自 2024-09 起执行，与「{A}」相比：",
        "新增　断网时长：低于1分钟不扣分，其余扣2分",
        "取消　工单分类正确率：低于100%的，每差1个百分点扣0.5分",
        "改动　投诉举报类24小时办结率：达到100%不扣分，其余扣4分 → 达到100%不扣分，达到99%扣2分，其余扣4分",
        "改动　● 关注，未上报占比（%）：10 → 15",
        "辽阳　97.71 分 → 98.00 分，第 7 → 第 4",
        "朝阳　93.00 分 → 95.00 分，第 14 → 第 12",
        "阜新　94.00 分 → 94.00 分，第 13 → 第 14",
        "营口　90.46 分 → 90.54 分，仍为第 15",
        "其余 11 个单位不变",
    ]
    assert lost_rules(load_params(MONTH, paths.params)) == ""


def test_the_first_month_of_a_block_tells_and_the_next_does_not(desk):
    paths = desk(block("2024-08", "乙", f"changes_from: {A}", "full_marks: 120"))
    params = load_params(MONTH, paths.params)
    assert scheme_changes(params, paths)  # nobody made a bulletin of August
    (paths.params / "months" / "2024-08.yaml").write_text("month: 2024-08\n", encoding="utf-8")
    assert scheme_changes(params, paths) == []


def test_a_block_that_replaces_all_rules_is_warned_of(desk):
    paths = desk(block("2024-09", "乙", "full_marks: 100", f"rules: [{LESS_STRICT}]"))
    found = check(MONTH, paths)
    warning = next(line for line in found.weakens if "没有写 changes_from" in line)
    assert "少了 6 项指标的规则：投诉举报类平均办结时长、" in warning
    assert f"changes_from: {A}" in warning and "drop: [complaint_mean_minutes, " in warning
    assert found.exit_code == 0 and warning in told(found)
    assert any(line.startswith("营口　90.46 分 → 96.00 分") for line in found.rules)
    assert all(line in told(found) for line in found.rules)


def test_a_month_under_one_block_has_nothing_to_tell(desk):
    paths = desk("")
    found = check(MONTH, paths)
    assert found.rules == [] and not any("changes_from" in line for line in found.weakens)


def test_a_month_without_tickets_tells_of_the_rules_alone(desk, tmp_path):
    paths = replace(desk(CHANGED), data=tmp_path / "data")
    lines = scheme_changes(load_params(MONTH, paths.params), paths)
    assert "新增　断网时长：低于1分钟不扣分，其余扣2分" in lines and "算不出" in lines[-1]


def test_a_rule_on_no_indicator_is_found_by_check(desk):
    paths = desk(
        block(
            "2024-09",
            "乙",
            f"changes_from: {A}",
            "rules: [{indicator: complaint_24_rate, deduct: {at_least: {1: 0}}, source: published}]",
        )
    )
    assert any("complaint_24_rate" in line and "complaint_24h_rate" in line for line in check(MONTH, paths).stops)


@pytest.mark.slow  # check says the same in make test
def test_run_says_it_too(desk, tmp_path):
    paths = desk(CHANGED)
    folders = ["--data", str(paths.data), "--params", str(paths.params), "--output", str(tmp_path / "out")]
    done = CliRunner().invoke(app, ["run", MONTH, "--only", "04", *folders])
    assert done.exit_code == 0, done.output
    assert f"评分办法「乙」自 2024-09 起执行，与「{A}」相比：" in done.output
    assert "朝阳　93.00 分 → 95.00 分，第 14 → 第 12" in done.output and "其余 11 个单位不变" in done.output


def test_every_setting_of_a_scheme_has_a_name_for_people(project):
    scheme = load_params(MONTH, project.params).scheme
    assert set(_flat(scheme.model_dump(include={"full_marks", "least", "signals"}))) == set(SETTINGS)
