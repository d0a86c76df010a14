"""The first page: signals and their key, footnotes, what was left unsubmitted, what Annex 1 lacks."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
from support import MONTH, drawn
from test_bases import NOW, with_bases  # noqa: F401  a fixture

from hotline_lib import bulletin, open_month
from hotline_lib.bulletin._unit import _overview as of_one_unit
from hotline_lib.bulletin._wording import noted
from hotline_lib.deliver.mail import Files, build
from hotline_lib.deliver.word import write_word
from hotline_lib.present import provenance
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
    assert table.below[-1] == "(23)第23家的注。" and len(table.below) == 23
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


YOY = "同比：印刷本+7.04%，应为+28.57%（勘误）"


def test_an_erratum_is_told_where_the_right_figure_stands(with_bases):  # noqa: F811
    for known, said in (
        (
            ("yoy", "mom"),
            {"省交投": [YOY], "沈阳": ["同比：印刷本+1.00%，应为+20.00%（勘误）", "{}：印刷本300，应为3,000（勘误）"]},
        ),
        ((), {"沈阳": ["{}：印刷本300，应为3,000（勘误）"]}),
    ):
        m = replace(with_bases(*known), errata=drawn(ERRATA).astype(str))
        for head, table in (("合计", bulletin.units(m).table), ("业务量", bulletin.overview(m).table)):
            assert table.footnotes == {unit: "；".join(words).format(head) for unit, words in said.items()}


# What Annex 1 lacks.


def words_of_mail(m) -> tuple[str, str]:
    plain, html = (part.get_content() for part in build(m, Files()).walk() if part.get_content_maintype() == "text")
    return plain, re.sub(r'<span style="white-space:nowrap">([^<]*)</span>', r"\1", html)


def test_an_incomplete_annex_1_says_so_where_it_stands(with_bases, tmp_path):  # noqa: F811
    import docx

    m = with_bases("yoy")
    lack = "没有2024年8月的工单：该月受理、本月报送的工单未计入，附件1不完整"
    for made, told in ((replace(m, incomplete=(lack,)), True), (m, False)):
        tables = (bulletin.indicators(made), bulletin.overview(made), bulletin.points_lost(made))
        for x in (*tables, bulletin.unit_indicators(made, "沈阳")):
            assert (lack in "".join(x.table.below)) == told
        word = docx.Document(str(write_word(made, tmp_path)))
        assert any(lack in paragraph.text for paragraph in word.paragraphs) == told
        assert all((lack in body) == told for body in words_of_mail(made))


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ({}, []), ({"full": True}, ["灰字为满值"]), ({"clean": True, "marked": True}, ["灰字为未发现、未超出通常波动的增减"]),
    ],
)  # fmt: skip
def test_the_key_of_grey_names_what_is_grey(real, there, said):
    none = dict.fromkeys(("full", "clean", "marked", "checked"), False)
    assert noted(real, "overview_key", grey=True, **(none | there)) == said


def test_a_units_page_does_not_repeat_what_others_left_open(real):
    assert "74件工单尚未办结（均为营口）" in repr(provenance(real))
    assert "尚未办结" not in repr(provenance(real, unit="沈阳")) and "74件工单尚未办结" in repr(
        provenance(real, unit="营口市")
    )


def test_too_few_open_tickets_for_a_units_edition_are_not_told(real):
    organisation = real.params.organisation.model_copy(update={"small_numbers": 75})
    held = replace(real, params=real.params.model_copy(update={"organisation": organisation}))
    assert "尚未办结" not in repr(provenance(held, unit="营口")) and "74件工单尚未办结" in repr(provenance(held))


def test_a_month_without_the_tickets_of_the_month_before_is_incomplete(september, tmp_path):
    import shutil

    shutil.copytree(september.data, tmp_path / "data")
    (tmp_path / "data" / "tickets" / "2024-08.parquet").unlink()
    m = open_month(MONTH, replace(september, data=tmp_path / "data", output=tmp_path / "output"))
    assert m.incomplete and set(m.incomplete) <= set(m.warnings)
    assert "没有2024年8月的工单" in "".join(bulletin.indicators(m).table.below)
    assert "没有2024年8月的工单" in "".join(bulletin.unsubmitted(m).table.below)  # beside its column of earlier months
    assert "其中0件为以前月份受理（以前月份的工单不全）。" in repr(provenance(m))
    assert open_month(MONTH, september).incomplete == () and "不全" not in repr(
        provenance(open_month(MONTH, september))
    )


@pytest.mark.parametrize("known", [(), ("mom",), ("yoy",)])
def test_a_plain_mail_leaves_out_what_is_not_known(with_bases, known):  # noqa: F811
    plain, _ = words_of_mail(with_bases(*known))
    assert "—%" not in plain and "—件" not in plain and "—分" not in plain
    assert ("同比+" in plain) == ("yoy" in known)


# Signals.


def test_the_key_says_of_each_sign_where_it_begins_and_ends(with_bases):  # noqa: F811
    def key(m, **signals) -> str:
        own = m.params.scheme.signals.model_copy(update=signals)
        scheme = m.params.scheme.model_copy(update={"signals": own})
        made = replace(m, params=m.params.model_copy(update={"scheme": scheme}))
        return bulletin.overview(made).table.order

    drawn_one = drawn("ticket_id | unit | drawn | called_back | closed | satisfied\n1 | 沈阳 | random | yes | no | yes")
    m = replace(with_bases("yoy"), spot_checks=drawn_one)
    now = m.params.scheme.signals
    of = lambda level, **given: getattr(now, level).model_copy(update=given)
    assert "○留意：一项指标失2分及以上、不足3分，或抽检1至2件有问题　" in key(m)
    assert "●关注：一项指标失3分及以上，或抽检3件及以上有问题，或未上报占10%及以上且多于其他单位　" in key(m)
    assert "失1分及以上、不足5分，或抽检1件有问题" in key(
        m, attention=of("attention", points=5, bad=2), notice=of("notice", points=1)
    )
    assert "留意" not in key(m, notice=now.attention)
    assert "抽检" not in key(replace(m, spot_checks=None))
    assert "▲▼" in key(m) and "▲▼" not in key(with_bases("mom"))


def test_the_signs_of_the_key_look_like_those_of_the_table(real):
    html = bulletin.overview(real).table.html()
    key, body = html[: html.index("</caption>")], html[html.index("<tbody>") :]
    for level, sign in (("attention", "●"), ("notice", "○")):
        assert f'class="mark {level}" aria-hidden="true">{sign}<' in key and f'class="mark {level}"' in body
    assert "●关" not in key
    _, mail = words_of_mail(real)
    assert mail.count('<span style="color:#B3261E">●</span>') > 5
    assert '<span style="color:#B3261E">●</span>关注：' in mail.replace("\u00a0", " ")


# What was left unsubmitted.

SUBMITTED = """
    unit   | business_type | accepted_month | tickets
    省交投 | 信息咨询      | 2024-09        | 8990
    沈阳   | 投诉举报      | 2024-09        | 1600
    大连   | 意见建议      | 2024-09        | 60
"""
OPEN = "unit | business_type | tickets\n沈阳 | 投诉举报 | 31"


def test_what_a_unit_left_unsubmitted_and_open_stands_on_the_first_page(with_bases):  # noqa: F811
    m = replace(with_bases("yoy"), submissions=drawn(SUBMITTED), still_open=drawn(OPEN))
    table = bulletin.overview(m).table
    heads = [column.head for column in table.shown]
    rows = {line.name: dict(zip(heads, line.cells, strict=True)) for line in table.lines()}
    head = "未上报\n/未办结"
    assert [rows[name][head].text for name in ("沈阳", "省交投", "全省")] == ["1,400/31", "10/0", "1,410/31"]
    assert rows["沈阳"][head].level == "attention" and not rows["省交投"][head].level
    assert rows["沈阳"]["信号"].text.startswith("● 未上报") and "未上报" not in rows["省交投"]["信号"].text
    found = bulletin.findings(m).found[0]
    assert str(found.text).startswith(
        "沈阳受理3000件，到月底1400件没有上报（46.67%，其中投诉举报1400件；1400件中尚未办结31件）"
    )
    assert found.section == "overview" and "一览" in bulletin.findings(m).anchors[found.section]
    of_unit = lambda unit: str(bulletin.unit_indicators(m, unit).sentence)
    assert "受理的3000件中，到月底有1400件（46.67%）没有上报，各率和总分只按已上报的计。" in of_unit("沈阳")
    assert "没有上报" not in of_unit("省交投")
    few = m.params.organisation.model_copy(update={"small_numbers": 1401})
    edition = replace(m, params=m.params.model_copy(update={"organisation": few}))
    left = lambda month: of_one_unit(bulletin.unit_indicators(month, "沈阳"), unit="沈阳")["left"]
    assert left(m).tickets == 1400 and left(edition) is None  # an edition prints no small number
    assert "沈阳有46.67%的工单到月底没有上报，各率和总分只按已上报的计。" in bulletin.indicators(m).table.below
    nobody_knows = bulletin.overview(replace(m, still_open=None)).table
    assert "未上报" in [column.head for column in nobody_knows.shown]
    assert "尚未办结" not in str(bulletin.findings(replace(m, still_open=None)).found[0].text)
    plain, html = words_of_mail(m)
    assert "●关注：未上报" in plain and "关注：未上报" in html


def test_open_tickets_are_counted_where_they_are(real):
    open_tickets = real.tickets({"closed_at": None}, ["unit"])["unit"].value_counts().to_dict()
    assert open_tickets and real.still_open.groupby("unit")["tickets"].sum().to_dict() == open_tickets


# Links.


def test_a_finding_leads_to_where_its_business_type_is_shown(with_bases, province):  # noqa: F811
    """An issue of each type moves most in turn: only inquiries and complaints have a section of their own."""
    from hotline_lib.bulletin import _finders as rules

    wanted = {"inquiry": "inquiries", "complaint": "complaints", "suggestion": "totals", "retired": "totals"}
    m = with_bases("yoy", "mom")
    for params in (m.params, open_month("2025-03", province).params):
        for each in params.catalogue.business_types:
            assert rules._shown_in(each.role)[1] == wanted[each.role]
    for role in ("inquiry", "complaint", "suggestion"):
        counts = m.counts.assign(tickets=m.counts["tickets"].where(m.counts["role"] != role, 90_000))
        moved = replace(m, counts=counts)
        for kind in (rules._issues, rules._types):
            told = [each for each in kind(moved) if "90000" in str(each.title) + str(each.text)]
            assert told and told[0].section == wanted[role], (kind, role)
            assert bulletin.findings(moved).anchors[told[0].section]
