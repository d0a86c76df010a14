"""The first page: signals and their key, footnotes, what was left unsubmitted, what Annex 1 lacks."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from support import MONTH, drawn
from test_bases import NOW, with_bases  # noqa: F401  a fixture

from hotline_lib import bulletin, open_month
from hotline_lib.deliver.mail import Files, build
from hotline_lib.deliver.word import write_word
from hotline_lib.present._cells import Column
from hotline_lib.present._tables import Table, footnote_mark


@pytest.fixture(scope="module")
def real(september):
    return open_month(MONTH, september)


# Footnotes.


def test_every_footnote_has_a_mark_however_many_there_are():
    names = [f"第{at}家" for at in range(1, 24)]
    notes = {name: f"{name}的注" for name in names}
    table = Table(pd.DataFrame({"unit": names}), [Column("单位", "unit", "text")], footnotes=notes)
    marks = list(table.footnote_marks.values())
    assert marks[9:11] == ["⑩", "⑪"] and marks[19:] == ["⑳", "(21)", "(22)", "(23)"] and len(set(marks)) == 23
    assert table.below[-1] == "(23) 第23家的注。" and len(table.below) == 23
    html = table.html()
    assert all(f'<sup class="footnote">{mark}</sup>' in html for mark in marks)
    assert [footnote_mark(n) for n in (1, 20, 21)] == ["①", "⑳", "(21)"]


ERRATA = """
    table | key    | column  | printed | correct
    units | 省交投 | yoy_pct | 7.04    | 28.57
    units | 沈阳   | yoy_pct | 1.00    | 20.00
    units | 沈阳   | total   | 300     | 3000
    units | 大连   | yoy_pct | 2.00    | 77.00
"""


def test_an_erratum_is_told_where_the_right_figure_stands(with_bases):  # noqa: F811
    for known, said in (
        (("yoy", "mom"), {"省交投": "7.04，应为 28.57", "沈阳": "1.00，应为 20.00（勘误）；印刷本为 300，应为 3000"}),
        ((), {"沈阳": "300，应为 3000"}),
    ):
        m = replace(with_bases(*known), errata=drawn(ERRATA).astype(str))
        for table in (bulletin.units(m).table, bulletin.overview(m).table):
            assert table.footnotes == {unit: f"印刷本为 {words}（勘误）" for unit, words in said.items()}


# What Annex 1 lacks.


def words_of_mail(m) -> tuple[str, str]:
    plain, html = (part.get_content() for part in build(m, Files()).walk() if part.get_content_maintype() == "text")
    return plain, html


def test_an_incomplete_annex_1_says_so_where_it_stands(with_bases, tmp_path):  # noqa: F811
    import docx

    m = with_bases("yoy")
    lack = "没有2024年8月的工单：该月受理、本月报送的工单未计入，附件1 不完整"
    for made, told in ((replace(m, incomplete=(lack,)), True), (m, False)):
        tables = (bulletin.indicators(made), bulletin.overview(made), bulletin.points_lost(made))
        for x in (*tables, bulletin.unit_indicators(made, "沈阳")):
            assert (lack in "".join(x.table.below)) == told
        word = docx.Document(str(write_word(made, tmp_path)))
        assert any(lack in paragraph.text for paragraph in word.paragraphs) == told
        assert all((lack in body) == told for body in words_of_mail(made))


def test_a_month_without_the_tickets_of_the_month_before_is_incomplete(september, tmp_path):
    import shutil

    shutil.copytree(september.data, tmp_path / "data")
    (tmp_path / "data" / "tickets" / "2024-08.parquet").unlink()
    m = open_month(MONTH, replace(september, data=tmp_path / "data", output=tmp_path / "output"))
    assert m.incomplete and set(m.incomplete) <= set(m.warnings)
    assert "没有2024年8月的工单" in "".join(bulletin.indicators(m).table.below)
    assert open_month(MONTH, september).incomplete == ()


@pytest.mark.parametrize("known", [(), ("mom",), ("yoy",)])
def test_a_plain_mail_leaves_out_what_is_not_known(with_bases, known):  # noqa: F811
    plain, _ = words_of_mail(with_bases(*known))
    assert "—%" not in plain and "—件" not in plain and "—分" not in plain
    assert ("同比+" in plain) == ("yoy" in known)
