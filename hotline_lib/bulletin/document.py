"""The whole bulletin in order: one document, shown as a page (notebooks/00_bulletin.ipynb) and as Word (deliver.word).

``outline(m)`` says what stands where: sections with their headings, and parts by kind and name. What people write
(``text``) stands in params/months/MONTH/NAME.md.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Literal

from hotline_lib import bulletin
from hotline_lib.bulletin import findings, overview
from hotline_lib.bulletin.by_issue import top_of
from hotline_lib.errors import UnknownValueError
from hotline_lib.present.page import Shown, Written, anchor
from hotline_lib.present.sentences import Sentence
from hotline_lib.present.sources import Links, explained, same_number
from hotline_lib.text_files import read_text

if TYPE_CHECKING:
    from hotline_lib.month import Month
    from hotline_lib.params import Params
    from hotline_lib.present.charts import Chart
    from hotline_lib.present.drill_down import DrillDown
    from hotline_lib.present.tables import Table

Kind = Literal["text", "sentence", "table", "chart", "drill_down"]
TEXTS = {"opening": "开头", "cases": "第六部分", "plans": "第七部分"}  # by people; what each is called


@dataclass(frozen=True)
class Part:
    """One thing in a section: ``kind`` and ``name`` as ``bulletin.sentence``, ``table`` … take them, with options."""

    kind: Kind
    name: str
    options: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """heading: as printed; none for the opening. landscape: on paper it has a sheet of its own, turned."""

    name: str
    heading: str
    parts: tuple[Part, ...]
    landscape: bool = False


def outline(m: Month, top: int = 5) -> list[Section]:
    """The document of a month, in the order of the printed one. top: ranks of issues."""
    complaint = m.params.catalogue.name_of("complaint")
    month, platform = f"{int(m.month[5:])}月份", m.params.organisation.platform
    return [
        Section("opening", "", (Part("text", "opening"),)),
        Section(
            "totals",
            "一、总体情况",
            (
                Part("sentence", "totals"),
                Part("table", "business_types"),
                Part("chart", "types"),
                Part("sentence", "units"),
                Part("chart", "units"),
                Part("sentence", "scores"),
                Part("chart", "scores"),
            ),
        ),
        Section(
            "domains",
            "二、业务分布情况",
            (Part("sentence", "domains"), Part("table", "domains"), Part("chart", "domains")),
        ),
        Section(
            "checks",
            "三、拨测抽查情况",
            tuple(Part("sentence", name) for name in ("checks_opening", "test_calls", "below_threshold", "quality")),
        ),
        _ranked(m, "inquiries", "四", "inquiry", top),
        _ranked(m, "complaints", "五", "complaint", top, Part("sentence", "handled")),
        Section("cases", "六、典型案例及先进做法", (Part("text", "cases"),)),
        Section("plans", "七、下一步工作安排", (Part("text", "plans"),)),
        Section(
            "indicators",
            f"附件1　{month}{platform}电话系统运行服务质量月度考评指标项表",
            (Part("table", "indicators"),),
            landscape=True,
        ),
        Section(
            "spot_checks",
            f"附件2　{month}{complaint}类工单报送回访率、办结率和满意率抽检情况统计表",
            (Part("table", "spot_checks"),),
        ),
        Section("units", f"附件3　{month}{platform}电话业务量区域分布", (Part("table", "units"),)),
    ]


def _ranked(m: Month, name: str, number: str, role: str, top: int, *more: Part) -> Section:
    """Section 四 or 五: a business type's most frequent issues."""
    ranks = top_of(m, role, top)
    heading = f"{number}、群众{m.params.catalogue.name_of(role)}排名{f'前{ranks}位' if ranks else '靠前'}的事项"
    parts = (("sentence", name), ("drill_down", role), ("sentence", f"{role}_details"))
    return Section(name, heading, (*(Part(kind, of, {"top": top}) for kind, of in parts), *more))


class Document:
    """The bulletin as a page: what it shows links every number to the list of sources at the end, ``sources``.

    Numbers are linked in the order in which they are shown, so a notebook may show more, less, or otherwise.
    """

    def __init__(self, m: Month, top: int = 5):
        self.m, self.sources = m, Links()
        self._findings = findings.findings(m)
        self._headings = {"findings": findings.heading(self._findings), "overview": overview.heading(m)}
        self._headings |= {"sources": "数字的来源"}
        self._headings |= {section.name: section.heading or "概述" for section in outline(m, top)}

    def title(self) -> Written:
        """The bulletin's title in place of the notebook's."""
        return Written(f"# {self.m.params.organisation.title}")

    def issued(self) -> Sentence:
        """Who made it, and when."""
        of, date = self.m.params.organisation, self.m.params.month.issued
        return Sentence(f"{of.department}　{day(date)}" if date else of.department, "caption")

    def heading(self, name: str) -> Written:
        """A section's heading; what is shown from here on stands in that section."""
        if name not in self._headings:
            raise UnknownValueError("章节", name, self._headings)
        self.sources.place = self._headings[name]
        return Written(f"## {self.sources.place}")

    def findings(self) -> Shown:
        """The month's findings, each with a link to what shows it."""
        anchors = {name: anchor(heading) for name, heading in self._headings.items()}
        words = "\n".join(f"{at} {each.title}：{each.text}" for at, each in enumerate(self._findings, start=1))
        html = findings.findings_html(self._findings, anchors, self.sources.link)
        return Shown(html, words or findings.NOTHING)

    def overview(self) -> Shown:
        """All units on one table, with signals."""
        return self._linked(overview.overview(self.m))

    def text(self, name: str) -> Written | Sentence:
        """What people wrote, or that they did not."""
        words = text(self.m.params, name)
        return Sentence(gap(self.m.params, name), "gap") if words is None else Written(words)

    def sentence(self, name: str, **options: object) -> Shown:
        return self._linked(bulletin.sentence(self.m, name, **options))

    def table(self, name: str, **options: object) -> Shown:
        return self._linked(bulletin.table(self.m, name, **options))

    def drill_down(self, role: str, **options: object) -> Shown:
        return self._linked(bulletin.drill_down(self.m, role, **options))

    def chart(self, name: str) -> Chart:
        return bulletin.chart(self.m, name)

    def _linked(self, made: Sentence | Table | DrillDown) -> Shown:
        return Shown(made.html(self.sources.link), repr(made))

    def closing(self) -> Shown:
        """To whom it goes."""
        lines = closing_lines(self.m)
        return Shown("".join(f'<p class="closing">{escape(line)}</p>' for line in lines), "\n".join(lines))


def explain(m: Month, printed: str, top: int = 5) -> list[str]:
    """Every place of the bulletin that prints a number: where, how it is made, which tickets it counts.

    printed: as it stands there, with or without unit and commas: 90.10%, 219,751. Raises UnknownValueError with the
    nearest printed number if none is the same.
    """
    page = Document(m, top)
    page.heading("findings")
    page.findings()
    page.heading("overview")
    page.overview()
    for section in outline(m, top):
        page.heading(section.name)
        for part in section.parts:
            if part.kind != "chart":
                getattr(page, part.kind)(part.name, **part.options)
    same = {source for _, words, source in page.sources.shown if same_number(printed, words)}
    found = [each for each in page.sources.shown if each[2] in same]  # 减少16.58% stands as −16.58 in a table
    if not found:
        raise UnknownValueError("印出的数字", printed, dict.fromkeys(words for _, words, _ in page.sources.shown))
    return list(explained(found))


def text(params: Params, name: str) -> str | None:
    """What people wrote in params/months/MONTH/NAME.md; None if there is no such file, or nothing in it."""
    inside = f"months/{params.month.month}/{name}.md"
    file = params.folder / inside
    return (read_text(file, f"params/{inside}").strip() or None) if os.path.lexists(file) else None


def gap(params: Params, name: str) -> str:
    """What stands in place of a text that nobody wrote."""
    return f"待补充：{TEXTS[name]}由人撰写，请写在 params/months/{params.month.month}/{name}.md"


def texts_missing(params: Params) -> list[str]:
    """The texts that nobody wrote, in words."""
    return [gap(params, name) for name in TEXTS if text(params, name) is None]


def day(date: dt.date) -> str:
    """2024年10月14日"""
    return f"{date.year}年{date.month}月{date.day}日"


def closing_lines(m: Month) -> list[str]:
    """The lines below the annexes: to whom the bulletin goes, and who made it."""
    of = m.params.organisation
    lines = [("报送", of.report_to), ("分送", of.distribute_to)]
    return [f"{head}：{words}" for head, words in lines if words] + ([of.contact] if of.contact else [])
