"""Every published figure comes out of the tickets, on any seed and for any province; real months are left alone."""

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from checker import differences, illegalities
from support import MONTH, ROOT, simulated
from typer.testing import CliRunner

from hotline_lib.cli import app
from hotline_lib.errors import HotlineError, PublishedError
from hotline_lib.opening import open_month
from hotline_lib.params import load_params
from hotline_lib.paths import Paths
from hotline_lib.simulate import DEFAULT_SEED, simulate
from hotline_lib.simulate.planted import problem_units
from hotline_lib.simulate.printed import read_printed

MONTHS = ("2023-09", "2024-08", "2024-09")


@pytest.fixture(scope="session", params=[pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3, 7)])
def another_seed(request, tmp_path_factory, project):
    return simulated(tmp_path_factory.mktemp("seed"), project, seed=request.param)


@pytest.fixture(scope="session")
def second_province(tmp_path_factory, project):
    """Three units, other names throughout, other last ranks, no spot checks, no errata."""
    folder = tmp_path_factory.mktemp("second")
    shutil.copytree(project.params, folder / "params", ignore=shutil.ignore_patterns("months"))
    shutil.copytree(ROOT / "tests/second_province/params", folder / "params", dirs_exist_ok=True)
    shutil.copytree(ROOT / "tests/second_province/data", folder / "data")
    return replace(project, params=folder / "params", data=folder / "data", output=folder / "output")


@pytest.fixture
def paths(second_province, tmp_path) -> Paths:
    """The second province's published month in a folder that a test may change, without tickets."""
    shutil.copytree(second_province.data / "published", tmp_path / "data" / "published")
    return replace(second_province, data=tmp_path / "data")


def test_every_published_figure_comes_out(september):
    assert differences(MONTH, september.data, september.params) == []


def test_the_tickets_are_as_tickets_must_be(september):
    assert illegalities(MONTH, september.data, september.params) == []


def test_every_published_figure_comes_out_of_other_seeds(another_seed):
    assert differences(MONTH, another_seed.data, another_seed.params) == []


def test_the_checker_notices_a_single_wrong_ticket(september, tmp_path):
    shutil.copytree(september.data, tmp_path / "data")
    path = tmp_path / "data" / "tickets" / f"{MONTH}.parquet"
    tickets = pd.read_parquet(path)
    for column, value in (("unit", "大连"), ("classified_correctly", False), ("issue", None)):
        changed = tickets.copy()
        place = changed.index[(changed["unit"] == "沈阳") & (changed["issue"] == "公共汽电车")][0]
        changed.loc[place, column] = value
        changed.to_parquet(path)
        assert differences(MONTH, tmp_path / "data", september.params), column


def test_another_province_needs_no_line_of_code(second_province):
    simulate("2025-03", second_province)
    assert differences("2025-03", second_province.data, second_province.params) == []
    assert illegalities("2025-03", second_province.data, second_province.params) == []


def test_the_command_that_follows_has_the_same_parameters(second_province, tmp_path):
    shutil.copytree(second_province.data / "published", tmp_path / "own" / "published")
    places = ["--data", str(tmp_path / "own"), "--params", str(second_province.params)]
    done = CliRunner().invoke(app, ["simulate", "2025-03", *places])
    assert f'hotline run 2025-03 --data "{places[1]}" --params "{places[3]}" --output' in done.output, done.output


def test_a_bulletin_without_changes_on_last_month(paths):
    for name in ("business_types", "domains"):
        file = paths.published("2025-03") / f"{name}.csv"
        pd.read_csv(file, dtype=str, keep_default_na=False).drop(columns="mom_pct").to_csv(file, index=False)
    simulate("2025-03", paths)
    assert differences("2025-03", paths.data, paths.params) == []


def test_spot_checked_numbers_are_tickets_of_their_day_even_the_last(paths):
    drawn = {"JT9902002025033112345678": "西原", "JT9902002025033112345679": "西原", "JT9900002025030100000040": "路网"}
    write_spot_checks(paths, drawn)
    simulate("2025-03", paths)
    assert differences("2025-03", paths.data, paths.params) == []
    assert illegalities("2025-03", paths.data, paths.params) == []
    assert set(drawn) <= set(pd.read_parquet(paths.tickets("2025-03"))["ticket_id"])


def test_patterns_are_planted_where_something_was_found_and_no_figure_changes(paths):
    write_spot_checks(paths, {"JT9901002025033112345678": "东川"}, "no")
    simulate("2025-03", paths)
    honest = pd.read_parquet(paths.tickets("2025-03"))
    simulate("2025-03", paths, plant=True)
    assert differences("2025-03", paths.data, paths.params) == []
    assert illegalities("2025-03", paths.data, paths.params) == []
    planted = pd.read_parquet(paths.tickets("2025-03"))
    sub_issues = ["unit", "issue", "sub_issue"]
    assert not planted.equals(honest) and planted[sub_issues].value_counts().equals(honest[sub_issues].value_counts())
    leads = open_month("2025-03", paths).leads()
    assert "用时雷同" in set(leads["lead"]) and set(leads["unit"]) == {"东川"}


@pytest.mark.slow
def test_patterns_change_no_figure_of_the_published_month(tmp_path, project):
    paths = simulated(tmp_path, project, plant=True)
    assert differences(MONTH, paths.data, paths.params) == []
    assert illegalities(MONTH, paths.data, paths.params) == []


def test_patterns_are_planted_month_by_month(second_province):
    places = ["--data", str(second_province.data), "--params", str(second_province.params)]
    done = CliRunner().invoke(app, ["simulate", "2025-02..2025-03", "--with-leads", *places])
    assert done.exit_code == 1 and "一次只做一个月" in str(done.exception or done.output)


@pytest.mark.parametrize(
    ("ticket_id", "message"),
    [
        ("JT9902002025040112345678", "不是 2025-03 受理的编号"),
        ("JT9902002025033212345678", "不是工单编号"),
        ("JT9901002025033112345678", "区划代码不是西原的 990200"),
    ],
)
def test_a_spot_checked_number_that_cannot_be_is_named(paths, ticket_id, message):
    write_spot_checks(paths, {ticket_id: "西原"})
    with pytest.raises(HotlineError, match=message):
        simulate("2025-03", paths)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(september, tmp_path, project):
    again = simulated(tmp_path, project)
    for month in MONTHS:
        assert again.tickets(month).read_bytes() == september.tickets(month).read_bytes()


def test_another_seed_gives_other_tickets(september, another_seed):
    for month in MONTHS:
        assert another_seed.tickets(month).read_bytes() != september.tickets(month).read_bytes()
    assert rows(another_seed.tickets(MONTH)) == rows(september.tickets(MONTH))


def test_the_files_say_that_they_are_simulated(september):
    for month in MONTHS:
        metadata = pq.read_metadata(september.tickets(month))
        assert metadata.metadata[b"hotline.simulated"] == b"true"
        assert metadata.metadata[b"hotline.seed"] == str(DEFAULT_SEED).encode()
        assert metadata.row_group(0).column(0).compression == "ZSTD"
        assert metadata.row_group(0).num_rows == 122_880


def test_in_the_printed_month_a_ticket_is_either_answered_at_once_or_transferred(september):
    tickets = pd.read_parquet(september.tickets(MONTH), columns=["answered_instantly", "transferred_at"])
    assert (tickets["answered_instantly"] == tickets["transferred_at"].isna()).all()


@pytest.mark.parametrize("real", ["2025-02", "2025-03", "2024-11", "2026-01"])
def test_nothing_is_simulated_where_a_real_month_stands(paths, real):
    paths.tickets(real).parent.mkdir(parents=True)
    pd.DataFrame({"ticket_id": ["JT1"]}).to_parquet(paths.tickets(real))
    before = paths.tickets(real).read_bytes()
    with pytest.raises(HotlineError, match=rf"有真实工单（{real}）.*--data 试用"):
        simulate("2025-03", paths)
    assert [path.name for path in paths.tickets(real).parent.iterdir()] == [f"{real}.parquet"]
    assert paths.tickets(real).read_bytes() == before


def test_a_real_month_is_enough_and_of_what_lies_in_a_database_nothing_is_simulated(paths, second_province, tmp_path):
    from hotline_lib.simulate import there_already

    assert there_already(["2025-03"], paths) is None
    simulate("2025-03", paths)
    assert there_already(["2025-03"], paths) == ""
    pd.DataFrame({"ticket_id": ["JT1"]}).to_parquet(paths.tickets("2025-03"))
    assert there_already(["2025-03"], paths) == "2025-03 有真实工单，没有生成模拟工单。"
    assert there_already(["2025-03", "2025-04"], paths) is None

    shutil.copytree(second_province.params, tmp_path / "params")
    other = replace(paths, params=tmp_path / "params", data=tmp_path / "other")
    month = other.params / "months" / "2025-03.yaml"
    month.write_text(month.read_text(encoding="utf-8") + "\nsource: {kind: postgres, table: t}\n")
    assert there_already(["2025-03"], other) == "2025-03 有真实工单，没有生成模拟工单。"
    with pytest.raises(HotlineError, match="2025-03 的工单不在 data/tickets 中"):
        simulate("2025-03", other)


def test_a_simulated_month_is_written_over(paths):
    assert simulate("2025-03", paths, seed=1) == simulate("2025-03", paths, seed=2)
    assert pq.read_metadata(paths.tickets("2025-03")).metadata[b"hotline.seed"] == b"2"


@pytest.mark.parametrize(
    ("table", "printed", "instead", "message"),
    [
        ("units.csv", "路网,70,247", "路网,71,247", "印出的件数互相矛盾"),
        ("units.csv", "51.72,1.22", "51.72,80.87", "同比互相矛盾"),
        ("business_types.csv", "建言,40,5.26", "建言,40,5.27", "建言 40 件与变化 5.27%"),
        ("indicators.csv", "西原,119.46,1.43,97.62", "西原,119.46,1.43,99.99", "附件1 中西原的各项比率"),
        ("top_issue_details.csv", "问询,班车,unit,东川,40", "问询,班车,unit,东川,400", "凑不成一张表"),
        ("top_issue_details.csv", "东川", "东州", "没有名为「东州」的单位"),
        ("domains.csv", "市内", "市里", "没有名为「市里」的业务领域"),
    ],
)
def test_figures_that_cannot_be_are_named(paths, table, printed, instead, message):
    file = paths.published("2025-03") / table
    text = file.read_text(encoding="utf-8")
    assert printed in text
    file.write_text(text.replace(printed, instead), encoding="utf-8")
    with pytest.raises(HotlineError, match=message):
        simulate("2025-03", paths)
    assert not paths.tickets("2025-03").exists()


def test_a_missing_table_is_named(paths):
    (paths.published("2025-03") / "domains.csv").unlink()
    with pytest.raises(PublishedError, match=r"缺少 data/published/2025-03/domains\.csv"):
        simulate("2025-03", paths)


def write_spot_checks(paths: Paths, drawn: dict[str, str], answer: str = "yes") -> None:
    paths.spot_checks("2025-03").parent.mkdir(parents=True)
    lines = [f"{ticket_id},{unit},random,yes,{answer},{answer}" for ticket_id, unit in drawn.items()]
    text = "\n".join(["ticket_id,unit,drawn,called_back,closed,satisfied", *lines])
    paths.spot_checks("2025-03").write_text(text, encoding="utf-8")


def rows(path: Path) -> int:
    return pq.read_metadata(path).num_rows


def test_spot_checks_in_peoples_words_are_planted_too(paths):
    write_spot_checks(paths, {})
    heads, row = "工单编号,单位,是否回访,是否办结,是否满意", "JT9901002025033112345678,东川,是,未办结,是"
    paths.spot_checks("2025-03").write_text(f"{heads}\n{row}\n", encoding="utf-8")
    assert problem_units("2025-03", load_params("2025-03", paths.params), paths) == ["东川"]
    assert read_printed("2025-03", load_params("2025-03", paths.params), paths).spot_checks["unit"].tolist() == ["东川"]


def test_checked_tickets_that_came_in_before_the_month_are_none_of_it(paths):
    write_spot_checks(paths, {"JT9901002025022812345678": "东川", "JT9901002025033112345678": "东川"})
    assert read_printed("2025-03", load_params("2025-03", paths.params), paths).spot_checks["day"].tolist() == [31]


def test_without_spot_checks_nothing_can_be_planted(paths):
    with pytest.raises(HotlineError, match=r"没有 data/spot_checks/2025-03.csv.*请去掉 --with-leads"):
        problem_units("2025-03", load_params("2025-03", paths.params), paths)
