"""A published table is a base only if every name is one of params, the sums are the total, and no row is left out."""

from dataclasses import replace

import pandas as pd
import pytest
from support import MONTH

from hotline_lib import bulletin, open_month
from hotline_lib.errors import HotlineError
from hotline_lib.params import load_params
from hotline_lib.published import margins, tables
from hotline_lib.simulate.printed import read_printed


@pytest.fixture
def change(published):
    """Changes one table of the published month; gives what is then said of it."""

    def changed(name: str, old: str, new: str, times: int = 1) -> str:
        file = published.published(MONTH) / f"{name}.csv"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, times), encoding="utf-8")
        with pytest.raises(HotlineError) as caught:
            margins(MONTH, load_params(MONTH, published.params), published)
        return str(caught.value)

    return changed


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("business_types", "信息咨询,", "信息谘询,", "business_types.csv 第 3 行 type：没有名为「信息谘询」的业务类型。是指「信息咨询」吗"),
        ("domains", "城市客运", "城市客云", "domains.csv 第 3 行 domain：没有名为「城市客云」的业务领域。是指「城市客运」吗"),
        ("domains", "普通公路等领域", "民航", "domains.csv 第 5 行 domain：没有名为「民航」的业务领域"),
        ("units", "辽阳,", "辽养,", "units.csv 第 15 行 unit：没有名为「辽养」的单位。是指「辽阳」吗"),
        ("indicators", "锦州,", "绵州,", "indicators.csv 第 3 行 unit：没有名为「绵州」的单位。是指「锦州」吗"),
        ("indicators", "complaint_24h_rate", "complaint_24_rate", "indicators.csv 第 1 行：没有名为「complaint_24_rate」的列"),
        ("spot_checks", "抚顺,", "抚训,", "spot_checks.csv 第 3 行 unit：没有名为「抚训」的单位。是指「抚顺」吗"),
        ("top_issues", "高速公路ETC", "高速公路EPC", "top_issues.csv 第 3 行 issue：没有名为「高速公路EPC」的事项"),
        ("top_issues", "信息咨询,1", "咨询类,1", "top_issues.csv 第 2 行 type：没有名为「咨询类」的业务类型"),
        ("top_issue_details", "ETC卡片办理", "ETC卡片代理", "top_issue_details.csv 第 2 行 name：没有名为「ETC卡片代理」的子事项"),
        ("top_issue_details", "sub_issue", "subissue", "top_issue_details.csv 第 2 行 breakdown：没有名为「subissue」的分法"),
        ("errata", "units,省交投", "unit,省交投", "errata.csv 第 15 行 table：没有名为「unit」的表。是指「units」吗"),
        ("errata", "省交投,yoy_pct", "省交投,yoy_ptc", "errata.csv 第 15 行 column：没有名为「yoy_ptc」的列"),
        ("errata", "units,省交投", "units,省交头", "errata.csv 第 15 行 key：units.csv 中没有「省交头」"),
    ],
)  # fmt: skip
def test_a_name_that_nobody_has_is_refused_with_file_row_and_column(change, name, old, new, says):
    said = change(name, old, new)
    assert f"data/published/2024-09/{says}" in said
    if "没有名为" in says and "的列" not in says and "的表" not in says:
        assert "aliases" in said


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("domains", "城市客运,15479,3.12,-20.73\n", "", "domains.csv 各行之和 228430 件，总计 243909 件"),
        ("domains", "道路运输,4637", "道路运输,4673", "domains.csv 各行之和 243945 件，总计 243909 件"),
        ("domains", "总计,243909", "总计,243910", "data/published/2024-09/domains.csv 243910 件"),
        ("business_types", "投诉举报,9276", "投诉举报,9376", "business_types.csv 各行之和 244009 件，总计 243909 件"),
        ("business_types", "投诉举报,9276,-16.58,-21.57\n", "", "business_types.csv 缺少投诉举报：请补上，确实没有工单的写 0"),
        ("units", "15,阜新,77,216,8,301,0.12,16.22\n", "", "units.csv 243608 件"),
        ("units", "77,216,8,301", "77,218,8,301", "units.csv 第 16 行 total：「301」少于三类业务之和"),
    ],
)  # fmt: skip
def test_sums_are_the_total_and_no_row_left_out_is_a_base_of_nothing(change, name, old, new, says):
    assert says in change(name, old, new)


def test_a_table_alone_must_name_everybody(published):
    folder = published.published(MONTH)
    for file in folder.glob("*.csv"):
        if file.stem not in ("units", "errata"):
            file.unlink()
    params = load_params(MONTH, published.params)
    assert len(margins(MONTH, params, published)["unit",]) == len(params.units)
    text = (folder / "units.csv").read_text(encoding="utf-8")
    (folder / "units.csv").write_text(text.replace("15,阜新,77,216,8,301,0.12,16.22\n", ""), encoding="utf-8")
    with pytest.raises(HotlineError, match=r"units\.csv 缺少阜新：请补上，确实没有工单的写 0"):
        margins(MONTH, params, published)
    with (folder / "units.csv").open("a", encoding="utf-8") as file:
        file.write("15,阜新,0,0,0,0,0.00,—\n")  # the remedy
    assert margins(MONTH, params, published)["unit",].set_index("unit")["tickets"]["阜新"] == 0


def test_an_alias_is_the_name_and_a_wrong_figure_is_put_right(published):
    folder, params = published.published(MONTH), load_params(MONTH, published.params)
    before, whole = margins(MONTH, params, published), tables(MONTH, params, published)
    for name, old, new in (("units", "沈阳,", "沈阳市,"), ("top_issue_details", "unit,大连,", "unit,大连市,")):
        text = (folder / f"{name}.csv").read_text(encoding="utf-8")
        assert old in text
        (folder / f"{name}.csv").write_text(text.replace(old, new), encoding="utf-8")
    domains = folder / "domains.csv"
    domains.write_text(
        domains.read_text(encoding="utf-8").replace("城市客运,15479", "城市客运,15497"), encoding="utf-8"
    )
    with (folder / "errata.csv").open("a", encoding="utf-8") as file:  # the remedy that the message names
        file.write("domains,城市客运,count,15497,15479,印错\n")
    for over, frame in margins(MONTH, params, published).items():
        pd.testing.assert_frame_equal(frame, before[over])
    again = tables(MONTH, params, published)
    assert again["top_issue_details"]["name"].tolist() == whole["top_issue_details"]["name"].tolist()
    assert read_printed(MONTH, params, published).domains.sum() == 243_909


def test_the_key_of_an_erratum_has_the_names_of_params(published):
    folder, params = published.published(MONTH), load_params(MONTH, published.params)
    for name in ("units", "errata"):
        file = folder / f"{name}.csv"
        text = file.read_text(encoding="utf-8")
        long = next(unit.long_name for unit in params.units if unit.name == "省交投")
        file.write_text(text.replace("省交投,", f"{long},"), encoding="utf-8")
    errata = tables(MONTH, params, published)["errata"]
    assert errata.loc[errata["table"] == "units", "key"].tolist() == ["省交投"]


def test_a_finished_months_tables_are_its_base(september, tmp_path):
    m, own = open_month(MONTH, september), replace(september, data=tmp_path)
    bulletin.write_tables(m, own.published(MONTH))
    found = margins(MONTH, m.params, own)
    assert found[()]["tickets"].item() == m.counts["tickets"].sum()
    for key in ("unit", "printed_domain", "business_type"):
        counted = m.counts.groupby(key)["tickets"].sum().to_dict()
        assert {name: n for name, n in found[key,].set_index(key)["tickets"].items() if n} == counted
