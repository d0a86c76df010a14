"""The whole bulletin in order: one list of sections that hold what is shown. Page 00, Word, mail, editions and
``explain`` walk it; ``files`` are the tables of it that are kept as CSV and in the workbook.

What people write stands in params/months/MONTH/NAME.md.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from hotline_lib.bulletin import _samples as samples
from hotline_lib.bulletin import _scores as by_score
from hotline_lib.bulletin._domains import domains
from hotline_lib.bulletin._findings import Findings, found_in, tickets_of
from hotline_lib.bulletin._issues import all_top_issues, handled, issue_details, top_issues
from hotline_lib.bulletin._overview import overview
from hotline_lib.bulletin._volumes import business_types, units
from hotline_lib.errors import UnknownValueError
from hotline_lib.journal import write_whole
from hotline_lib.month import Month, once_a_month
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._cells import Column
from hotline_lib.present._chart import Chart
from hotline_lib.present._drill_down import DrillDown
from hotline_lib.present._page import Shown, Written, anchor
from hotline_lib.present._prose import Prose, marked, odd
from hotline_lib.present._sentences import Sentence
from hotline_lib.present._sources import links_of
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import column
from hotline_lib.text_files import read_text

if TYPE_CHECKING:
    from hotline_lib.params import Params

TEXTS = {"opening": "开头", "cases": "第六部分", "plans": "第七部分"}  # by people; what each is called
Part = Sentence | Table | Chart | DrillDown | Prose


@dataclass(frozen=True)
class Section:
    """heading: as printed; none for the opening. landscape: on paper it has a sheet of its own, turned."""

    name: str
    heading: str
    parts: tuple[Part, ...]
    landscape: bool = False

    @property
    def title(self) -> Written:
        """The heading, as a cell of page 00 shows it."""
        return Written(f"## {self.heading or '概述'}")


class Outline(tuple[Section, ...]):
    """The sections in order, each also by its name: ``outline.totals``."""

    def __getattr__(self, name: str) -> Section:
        for section in self:
            if section.name == name:
                return section
        if name.startswith("_"):
            raise AttributeError(name)
        raise UnknownValueError("章节", name, [section.name for section in self])

    def __dir__(self) -> list[str]:
        return [section.name for section in self]

    def __repr__(self) -> str:
        return "\n".join(f"{section.name}　{section.heading or '概述'}" for section in self)


def outline(m: Month, top: int = 5) -> Outline:
    """月报的目录：按印刷的次序，一节一项，每节有 title 和 parts（句、表、图）。

    top：第四、五部分列出前几位事项。
    """
    return _outline(m, top)


@once_a_month
def _outline(m: Month, top: int) -> Outline:
    complaint = m.params.catalogue.name_of("complaint")
    month, platform = f"{int(m.month[5:])}月份", m.params.organisation.platform
    types, by_unit, scores, areas = business_types(m), units(m), by_score.scores(m), domains(m)
    return Outline(
        (
            Section("opening", "", (opening(m),)),
            Section(
                "totals",
                "一、总体情况",
                (
                    types.sentence,
                    types.table,
                    types.chart,
                    by_unit.sentence,
                    by_unit.chart,
                    scores.sentence,
                    scores.chart,
                ),
            ),
            Section("domains", "二、业务分布情况", (areas.sentence, areas.table, areas.chart)),
            Section(
                "checks",
                "三、拨测抽查情况",
                (
                    samples.checks_opening(m).sentence,
                    samples.test_calls(m).sentence,
                    by_score.below_threshold(m).sentence,
                    samples.quality(m).sentence,
                ),
            ),
            _ranked(m, "inquiries", "四", "inquiry", top),
            _ranked(m, "complaints", "五", "complaint", top, handled(m).sentence),
            Section("cases", "六、典型案例及先进做法", (cases(m),)),
            Section("plans", "七、下一步工作安排", (plans(m),)),
            Section(
                "indicators",
                f"附件1　{month}{platform}电话系统运行服务质量月度考评指标项表",
                (by_score.indicators(m).table,),
                landscape=True,
            ),
            Section(
                "spot_checks",
                f"附件2　{month}{complaint}类工单报送回访率、办结率和满意率抽检情况统计表",
                (samples.spot_checks(m).table,),
            ),
            Section("units", f"附件3　{month}{platform}电话业务量区域分布", (by_unit.table,)),
        )
    )


def _ranked(m: Month, name: str, number: str, role: str, top: int, *more: Part) -> Section:
    """Section 四 or 五: a business type's most frequent issues."""
    issues = top_issues(m, role, top=top)
    ranks = min(top, len(issues.frame))
    heading = f"{number}、群众{m.params.catalogue.name_of(role)}排名{f'前{ranks}位' if ranks else '靠前'}的事项"
    return Section(name, heading, (issues.sentence, issues.chart, issues.details, *more))


@once_a_month
def files(m: Month, top: int = 5) -> Mapping[str, Table]:
    """The tables that are kept, in the schema of data/published, by the name of their CSV: they can be the base of another
    month. top: ranks of issues. Without spot checks there is no such table."""
    made = {
        "business_types": business_types(m),
        "domains": domains(m),
        "units": units(m),
        "top_issues": all_top_issues(m, top=top),
        "top_issue_details": issue_details(m, top=top),
        "indicators": by_score.indicators(m),
        "spot_checks": samples.spot_checks(m),
    }
    return MappingProxyType({name: table for name, x in made.items() if isinstance(table := x.table, Table)})


def to_look_at(m: Month) -> Table:
    """要点工单：本月要点请有关单位查看的工单，一行一件：要点的序号、标题、单位、工单编号。"""
    columns = [Column("要点", "finding", "plain", "finding"), Column("标题", "title", "text", "title")]
    columns += [column(name, key=name) for name in ("unit", "ticket_id")]
    return Table(tickets_of(m), columns, label="要点工单", row_head="ticket_id")


def write_tables(m: Month, folder: Path, top: int = 5) -> list[Path]:
    """Every kept table, and the tickets to look at (findings.csv), as FOLDER/NAME.csv, UTF-8 with BOM so that Excel opens it; returns the files."""
    written = []
    ids = to_look_at(m)
    for name, table in {**files(m, top), **({"findings": ids} if len(ids.frame) else {})}.items():
        written.append(folder / f"{name}.csv")
        write_whole(written[-1], "\ufeff" + table.csv())
    return written


# What stands on page 00 besides.


def title(m: Month) -> Written:
    """月报的标题，代替笔记本的标题。"""
    return Written(f"# {m.params.organisation.title}")


def issued(m: Month) -> Sentence:
    """谁编的、什么时候发的。"""
    of, date = m.params.organisation, m.params.month.issued
    return Sentence(f"{of.department}　{numbers.day(date) if date else f'印发日期{numbers.OPEN}'}", "caption")


def findings(m: Month, *, top: int = 5) -> Findings:
    """本月要点（首页）：按规则挑出的至多五条发现，每条链到能看到它的地方。

    top：第四、五部分列出前几位事项（决定链到哪个标题）。有 title，单独一行就显示全部。
    """
    anchors = {section.name: anchor(section.heading or "概述") for section in outline(m, top)}
    anchors["overview"] = anchor(overview(m).heading)
    return Findings(found_in(m), anchors, links_of(m))


def opening(m: Month) -> Prose | Sentence:
    """月报开头，由人撰写：params/months/MONTH/opening.md；没有写时说待补充。"""
    return _text(m, "opening")


def cases(m: Month) -> Prose | Sentence:
    """第六部分，由人撰写：params/months/MONTH/cases.md；没有写时说待补充。"""
    return _text(m, "cases")


def plans(m: Month) -> Prose | Sentence:
    """第七部分，由人撰写：params/months/MONTH/plans.md；没有写时说待补充。"""
    return _text(m, "plans")


def closing(m: Month) -> Shown:
    """报送、分送谁，由谁联系。"""
    of = m.params.organisation
    lines = [f"{head}：{words}" for head, words in (("报送", of.report_to), ("分送", of.distribute_to)) if words]
    lines += [of.contact] if of.contact else []
    return Shown("".join(f'<p class="closing">{escape(line)}</p>' for line in lines), "\n".join(lines))


def _text(m: Month, name: str) -> Prose | Sentence:
    words = text(m.params, name)
    return Sentence(_gap(m.params, name), "gap") if words is None else Prose(words)


def text(params: Params, name: str) -> str | None:
    """What people wrote in params/months/MONTH/NAME.md; None if there is no such file, or nothing in it."""
    inside = f"months/{params.month.month}/{name}.md"
    file = params.folder / inside
    return (read_text(file, f"params/{inside}").rstrip() or None) if os.path.lexists(file) else None


def _gap(params: Params, name: str) -> str:
    """What stands in place of a text that nobody wrote."""
    return f"待补充：{TEXTS[name]}由人撰写，请写在 params/months/{params.month.month}/{name}.md"


def texts_missing(params: Params) -> list[str]:
    """The texts that nobody wrote, in words."""
    return [_gap(params, name) for name in TEXTS if text(params, name) is None]


def texts_odd(params: Params) -> list[str]:
    """What of the texts page and Word print as it stands, marks and all, in words: links, pictures, tables; of a remark, which
    stands inside a sentence, any mark."""
    month = f"params/months/{params.month.month}"
    lines = [(f"{month}/{name}.md", odd(text(params, name) or "")) for name in TEXTS]
    remarks = [
        f"{month}.yaml 的 remarks.{name}：Markdown 记号" for name, words in params.month.remarks if marked(words or "")
    ]
    found = [*(f"{file} {each}" for file, of_file in lines for each in of_file), *remarks]
    return [f"{each}（网页和 Word 都照原样印成文字，请改写或删去）" for each in found]


def remarks_unsaid(m: Month) -> list[str]:
    """The remarks that stand in no sentence of the month, because what they speak of did not happen, in words."""
    said = "".join(str(part) for section in outline(m) for part in section.parts if isinstance(part, Sentence))
    given = [name for name, words in m.params.month.remarks if words and words.strip() not in said]
    return [f"params/months/{m.month}.yaml 的 remarks.{name} 没有印出：本月的数字里没有它要说的情况" for name in given]


def values_missing(params: Params) -> list[str]:
    """How many values of the month's file nobody confirmed, in words; nothing if all are there."""
    month, number = params.month.month, len(params.month.unfilled(params.unit_names))
    return [f"params/months/{month}.yaml 有 {number} 项待补充：见 hotline check {month}"] * bool(number)
