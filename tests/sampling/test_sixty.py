"""The printed month's spot checks, from the draw to the page: by hand, and by LibreOffice."""

from __future__ import annotations

import shutil
from dataclasses import replace

import office
import pandas as pd
import pytest
from checkers import HEADS
from printed import differences, paragraphs
from support import MONTH

from hotline_lib import bulletin, open_month
from hotline_lib.intake import recorded
from hotline_lib.sampling import draw as drawing

ANSWER = {"yes": "是", "no": "否"}


@pytest.fixture
def printed(project) -> pd.DataFrame:
    return pd.read_csv(project.spot_checks(MONTH), dtype=str)


def by_hand(desk, made, said, _tmp_path, _monkeypatch):
    return desk.filled(made, lambda of: "是" if of.when else said[of.ticket_id])


def by_office(desk, made, said, tmp_path, monkeypatch):
    """The workbook goes through the real program, and is read as anybody's files are: in a process of its own."""
    from hotline_lib.intake.apart import answers as apart

    if not office.works(tmp_path / "office"):
        pytest.skip("this machine has no LibreOffice with Calc")
    monkeypatch.setattr(recorded, "answers", apart)
    (book,) = desk.books(made.draw)
    cells = [
        ("拨测", each.ticket_id, dict.fromkeys(("是否及时接听", "是否及时转单"), "是"))
        if each.when
        else (each.unit, each.ticket_id, dict(zip(HEADS, said[each.ticket_id], strict=True)))
        for each in made.draw.tickets
    ]
    before = book.read_bytes()
    office.fill(book, cells, tmp_path / "office")
    assert book.read_bytes() != before
    return book


@pytest.mark.parametrize("fill", [by_hand, pytest.param(by_office, marks=pytest.mark.slow)])
def test_the_sixty_come_back_to_annex_2_and_the_sentences_of_section_three(
    desk, reported, printed, september, project, tmp_path, monkeypatch, fill
):
    sixty = reported[reported["ticket_id"].isin(printed["ticket_id"])]
    monkeypatch.setattr(drawing, "complaints", lambda m: sixty)
    made = desk.draw(per_unit=4, rings=1)
    said = {row.ticket_id: tuple(ANSWER[each] for each in row[4:]) for row in printed.itertuples()}
    taken = desk.read(fill(desk, made, said, tmp_path, monkeypatch))
    assert (taken.tickets, taken.calls, taken.problems) == (60, 15, 13)
    assert desk.listed()[list(printed.columns)].equals(printed)

    shutil.copytree(project.params, tmp_path / "params")
    file = tmp_path / "params" / "months" / f"{MONTH}.yaml"
    text = file.read_text(encoding="utf-8")
    opened = text.replace("not_answered: []", "not_answered: ~").replace("slow: []", "slow: ~")
    file.write_text(opened, encoding="utf-8")
    assert opened != text
    m = open_month(MONTH, replace(desk.paths, params=tmp_path / "params", output=september.output))
    parts = (bulletin.checks_opening, bulletin.test_calls, bulletin.below_threshold, bulletin.quality)
    ours = [str(make(m).sentence) for make in parts]
    report = (project.published(MONTH) / "report.txt").read_text(encoding="utf-8")
    slip = ("省交投集团96199共计", "省交投集团共计")
    assert ours == [each.replace(*slip) for each in paragraphs(report, "拨测抽查情况", "四、群众信息咨询")]
    found, _ = differences(m, project.published(MONTH))
    assert not [key for key in found if key[0] == "spot_checks"]
