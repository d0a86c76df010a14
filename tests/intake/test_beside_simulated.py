"""A month made with the README's words from exports, in a folder where simulated months stand: it never shows one of their
tickets, and says which months it left out."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest
from exports import LABELS
from support import ROOT

from hotline_lib import open_month
from hotline_lib.batch.manifest import read_manifest
from hotline_lib.tickets.files import real_months

pytestmark = pytest.mark.slow  # by the commands; test_kinds.py has the rule itself

LEFT = "2024-03"  # simulated beside 2025-02 and 2025-03; the base of SAME, and in the year before LATER
SAME, LATER = "2025-03", "2025-06"


class Desk:
    def __init__(self, paths):
        self.paths, self.exports = paths, paths.data.parent

    def hotline(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "hotline_lib", *arguments],
            env={**os.environ, **self.paths.environment()}, cwd=self.exports, capture_output=True, encoding="utf-8",
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert done.returncode == code and "Traceback" not in said, said
        return said

    def export(self, month: str) -> str:
        """A month as another system exports it: other tickets than the simulated ones, at other times."""
        tickets = pd.read_parquet(self.paths.root / "printed.parquet").iloc[::2].reset_index(drop=True)
        moved = (pd.Timestamp(month) - pd.Timestamp("2025-03")) + pd.Timedelta(minutes=7)
        for column in (name for name in tickets if name.endswith("_at")):
            tickets[column] = tickets[column] + moved
        tickets = tickets[tickets["accepted_at"].dt.strftime("%Y-%m") == month]
        day = tickets["accepted_at"].dt.strftime("%Y%m%d")
        number = pd.Series(range(len(tickets)), tickets.index).astype(str).str.zfill(8)
        tickets = tickets.assign(ticket_id=tickets["ticket_id"].str[:8] + day + number)
        tickets.rename(columns=LABELS).to_csv(self.exports / f"{month}导出.csv", index=False, encoding="gb18030")
        return f"{month}导出.csv"


@pytest.fixture(scope="module")
def desk(province, tmp_path_factory):
    folder = tmp_path_factory.mktemp("某省 热线")
    for name in ("data", "params"):
        shutil.copytree(getattr(province, name), folder / name)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.copy(province.tickets("2025-03"), folder / "printed.parquet")
    paths = replace(province, root=folder, data=folder / "data", params=folder / "params", output=folder / "output")
    return Desk(paths)


@pytest.fixture(scope="module", params=[SAME, LATER])
def made(request, desk):
    """The month, by the commands of the README; and what they said."""
    month = request.param
    said = [desk.hotline("new", month) if month == LATER else ""]
    export = desk.export(month)
    if month == SAME:
        refused = desk.hotline("intake", export, "--month", month, code=1)
        assert "--replace-simulated" in refused and not real_months(desk.paths)
        said.append(desk.hotline("intake", export, "--month", month, "--replace-simulated"))
    else:
        said.append(desk.hotline("intake", export, "--month", month))
    said.append(desk.hotline("check", month))
    said.append(desk.hotline("run", month, "--only", "01_overview"))
    return month, said, open_month(month, desk.paths)


def test_no_figure_has_a_simulated_ticket(made, desk):
    month, _, m = made
    assert not m.simulated and not any(source.simulated for source in m.sources)
    assert not read_manifest(desk.paths.report_folder(month)).simulated
    own = pd.read_csv(desk.exports / f"{month}导出.csv", encoding="gb18030")
    assert m.counts["tickets"].sum() == len(own)
    assert m.submissions["tickets"].sum() == own["报送时间"].astype(str).str.startswith(month).sum()
    assert m.last_year.source is None and [base.month for base in m.history] == [month]
    assert pd.read_csv(desk.paths.report_folder(month) / "tables" / "units.csv")["yoy_pct"].isna().all()


def test_the_page_and_the_check_say_what_was_left_out(made, desk):
    month, said, _ = made
    page = (desk.paths.report_folder(month) / "01_overview.html").read_text(encoding="utf-8")
    page = re.sub("</?span[^>]*>", "", page)  # what keeps a number and its unit on one line
    assert desk.paths.tickets(LEFT).exists()
    words = "2024年3月(、2025年[23]月)*只有模拟工单，不与真实工单放在一起：没有用来对比，也没有计入附件1"
    for text in (page, *said[2:]):
        assert re.search(words, text)
    assert "模拟工单" not in re.sub(words, "", page)


def test_nothing_more_is_simulated_there(made, desk):
    month = made[0]
    before = {file.name: file.read_bytes() for file in (desk.paths.data / "tickets").glob("*.parquet")}
    assert f"{month} 有真实工单，没有生成模拟工单" in desk.hotline("simulate", month, "--if-missing")  # make report
    assert desk.hotline("simulate", LEFT, "--if-missing") == ""
    for asked in ("2024-12", "2025-08", "2025-01..2025-03"):
        refused = desk.hotline("simulate", asked, "--if-missing", code=1)
        assert f"hotline simulate {asked} --data 试用" in refused and "hotline intake" in refused
    assert {file.name: file.read_bytes() for file in (desk.paths.data / "tickets").glob("*.parquet")} == before
    assert month in real_months(desk.paths)


def test_the_remedy_cures(made, desk):
    said = desk.hotline("simulate", "2025-03", "--data", "试用")
    asked = re.search(r"hotline (run 2025-03 --data .*)", said).group(1).replace('"', "").split()
    desk.hotline("tables", *asked[1:])
    assert (desk.exports / "试用" / "output" / "2025-03" / "tables" / "units.csv").exists()
