"""Whatever names a base month names the one that it was compared with: both, last year's, last month's, published, none."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
from support import every_exhibit, parts_of

from hotline_lib import bulletin
from hotline_lib.month import Base
from hotline_lib.present._sources import Links

HEAD = "business_type | domain | issue | sub_issue | unit | tickets\n"
NOW = (
    HEAD
    + """信息咨询 | 高速公路 | 高速公路ETC | ETC卡片办理 | 省交投 | 9000
投诉举报 | 城市客运 | 巡游出租汽车 | 拒载 | 沈阳 | 3000
意见建议 | 城市客运 | 公共汽电车 | 线路 | 大连 | 60"""
)
THEN = NOW.replace("9000", "7000").replace("3000", "2500").replace("| 60", "| 40")
BASES = {"yoy": "2023-09", "mom": "2024-08"}
NAMES = {"yoy": ("2023年9月", "同比", "上年同月"), "mom": ("2024年8月", "环比", "上月")}


def published(counts: pd.DataFrame) -> dict[tuple[str, ...], pd.DataFrame]:
    """The margins of a published month."""
    keys = (("business_type",), ("printed_domain",), ("unit",), ("unit", "business_type"))
    total = {(): pd.DataFrame({"tickets": [int(counts["tickets"].sum())]})}
    return total | {over: counts.groupby(list(over), as_index=False)["tickets"].sum() for over in keys}


@pytest.fixture
def with_bases(month_of):
    """A month with those base months, from tickets or as published."""

    def make(*known: str, source: str = "tickets", now: str = NOW, then: str = THEN):
        counts = month_of(then).counts
        of = {
            kind: Base(month, None)
            if kind not in known
            else Base(month, source, counts)
            if source == "tickets"
            else Base(month, source, None, published(counts))
            for kind, month in BASES.items()
        }
        return replace(month_of(now), last_year=of["yoy"], previous=of["mom"])

    return make


def everything(m) -> str:
    """All that is said, shown and explained of a month, by every exhibit, in findings too."""
    page, words = Links(), []
    for part in [
        bulletin.findings(m),
        *(part for unit in ("沈阳", "省交投") for x in every_exhibit(m, unit) for part in parts_of(x)),
    ]:
        words += [repr(part), *getattr(part, "below", [])]
        if callable(getattr(part, "html", None)):
            part.html(page.link)
    return "\n".join([*words, *(f"{source.formula}。{source.tickets}" for _, _, source in page.shown)])


@pytest.mark.parametrize("source", ["tickets", "published"])
@pytest.mark.parametrize("known", [("yoy",), ("mom",), ()])
def test_no_text_names_a_base_month_of_which_nothing_is_known(with_bases, known, source):
    said = everything(with_bases(*known, source=source))
    for kind, (month, change, _) in NAMES.items():
        if kind in known:
            assert re.search(rf"（{month}受理\d+件）", said), (kind, "is not compared with")
            assert re.search(rf"{change}(多|增加)", said)
        else:
            assert not re.search(rf"{month}受理|{change}(多|少|增加|减少)", said), kind


@pytest.mark.parametrize("source", ["tickets", "published"])
def test_a_contribution_names_the_month_that_it_was_compared_with(with_bases, source):
    x = bulletin.domain_contributions(with_bases("mom", source=source))
    links = Links()
    assert str(x.sentence).startswith(
        "全省环比多2520件。按领域，高速公路多2000件，拉动20.96个百分点，其余合计多520件；"
    )
    x.sentence.html(links.link)
    formulas = [each.formula for _, _, each in links.shown]
    assert formulas[:3] == [
        "12060 − 9540 = +2520件（2024年8月受理9540件）",
        "9000 − 7000 = +2000件（2024年8月受理7000件）",
        "3060 − 2540 = +520件（2024年8月受理2540件）",
    ]
