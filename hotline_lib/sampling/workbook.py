"""The workbooks that checkers fill in: a sheet a unit, answers to choose from, all else locked; and one for test calls.

No caller is named: a checker finds the ticket, by its number, in the hotline's own system.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from hotline_lib.intake.reader.headings import plain
from hotline_lib.intake.spot_checks import ANSWERS, QUESTIONS, said
from hotline_lib.journal import write_whole
from hotline_lib.month import Month
from hotline_lib.params import Params, month_range
from hotline_lib.paths import as_folder
from hotline_lib.sampling.draw import FACTS, facts
from hotline_lib.sampling.ledger import Draw, Drawn

USE, CODE, CALL, WHEN, RINGING = "顺序", "校验码", "拨测号", "拨打时间", "拨测"
RUNG = {"answered": "是否及时接听", "passed_on": "是否及时转单"}
_WIDTHS = {"ticket_id": 27, "issue": 20, "sub_issue": 20, "accepted_at": 17, "closed_at": 17}
_NOTES = {
    RINGING: "领到工作簿后，第一次到写明的时段时拨打该单位热线，在右边白色的格子里选答案，其余锁定。没有人及时接听、后一项没有看到的，选「未接通」。",
    "": "在热线系统中按工单编号找到来电人，打电话核对，在右边白色的格子里选答案，其余锁定。没有打通的，三项都选「未接通」。",
}
_GUIDE = (
    "1. 每个单位一张工作表。按工单编号在热线系统中找到来电人，逐件打电话核对。",
    "2. 是否回访、是否办结、是否满意，问的是来电人的回答，不是系统里写的。三项各选一个：是、否、未接通、拒绝。",
    "3. 没有打通的，三项都选「未接通」；接了电话、有的不肯回答，那几项选「拒绝」。",
    "4. 「候补」按次序使用：一件没有打通或全部拒答，才用一件候补；没有用到的候补留空。",
    "5. 「拨测」表：在写明的时段拨打该单位热线。没有人及时接听，后一项没有看到的，选「未接通」。",
    "6. 灰色的格子是锁定的，不要改动、排序或移到别的表。不要写来电人的姓名、电话。",
    "7. 填好后存回原来的格式（.xlsx），交回汇总的人。",
)


def use(of: Drawn) -> str:
    return f"候补{of.reserve}" if of.reserve else "抽中"


def code(cells: Sequence[str], number: str = "") -> str:
    """What shows that the locked cells of a row are as they were written: their digest. A letter first: it is no number.

    number: of the draw, as a ticket can be in two. Blanks, case and the seconds that a program shows of a time do not matter.
    Workbooks of before had no number, and every sign mattered.
    """
    told = [number, *(re.sub(r"(?<=:\d\d):00$", "", plain(cell)) for cell in cells)] if number else cells
    return "K" + hashlib.sha256("|".join(told).encode()).hexdigest()[:7].upper()


def locked(params: Params) -> dict[str, str]:
    """The columns before the answers on a unit's sheet, and their heads."""
    return {"use": USE} | {name: params.label(name) for name in ("ticket_id", "unit", *FACTS)}


def write(m: Month, draw: Draw, checkers: Sequence[str] = ()) -> dict[Path, bool]:
    """The workbooks of a draw in output/sample/: one for all, or one for each checker, who has whole units.

    The same draw gives the same bytes as long as its tickets stay what they are. Returns the files, and whether each is as it was
    written: one that is there and is not (somebody is filling it in) is left alone.
    """
    tickets = facts(m, draw).set_index("ticket_id")
    units = dict.fromkeys([*m.units["unit"], *(each.unit for each in draw.tickets)])  # one may have been renamed since
    shares = _shared(draw, list(units), checkers)
    name = as_folder(f"抽检_{draw.number}{f'_第{draw.asked.week}周' if draw.asked.week else ''}")
    written = {}
    for who, own in shares.items():
        path = m.paths.output / "sample" / (f"{name}_{as_folder(who)}.xlsx" if who else f"{name}.xlsx")
        book = _book(m, draw, own, tickets)
        written[path] = not path.exists() or path.read_bytes() == book
        if written[path]:
            write_whole(path, book, private=True)
    return written


def _shared(draw: Draw, units: Sequence[str], checkers: Sequence[str]) -> dict[str, list[str]]:
    """Who has which units: each in turn to the one with the fewest tickets so far."""
    rows = [each.unit for each in draw.tickets]
    had: dict[str, list[str]] = {who: [] for who in checkers or [""]}
    for unit in sorted((unit for unit in units if unit in rows), key=lambda unit: -rows.count(unit)):
        had[min(had, key=lambda who: sum(map(rows.count, had[who])))].append(unit)
    return {who: [unit for unit in units if unit in own] for who, own in had.items() if own}


def _book(m: Month, draw: Draw, units: Sequence[str], tickets: pd.DataFrame) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"抽检 {draw.label}", "created": month_range(m.month)[1]})
    week = f"第{draw.asked.week}周" if draw.asked.week else ""
    sheets = _Sheets(book, f"{m.label}{week}{draw.kind}" + "　模拟工单" * m.simulated, draw.number)
    sheets.guide(draw)
    heads = list(locked(m.params).values())
    answers = [said(answer, QUESTIONS[0], m.params) for answer in ANSWERS]
    asked = {m.params.label(question): answers for question in QUESTIONS}
    for unit in units:
        rows = [_facts(each, tickets) for each in draw.tickets if each.unit == unit and not each.when]
        if rows:
            sheets.add(unit, heads, rows, asked, [_WIDTHS.get(name, 9) for name in locked(m.params)])
    rows = [[each.ticket_id, each.unit, each.when] for each in draw.tickets if each.when and each.unit in units]
    if rows:
        choices = {RUNG["answered"]: answers[:2], RUNG["passed_on"]: answers[:3]}
        sheets.add(RINGING, [CALL, m.params.label("unit"), WHEN], rows, choices, [27, 12, 12])
    book.close()
    return file.getvalue()


def _facts(of: Drawn, tickets: pd.DataFrame) -> list[str]:
    known: Mapping = tickets.loc[of.ticket_id].to_dict() if of.ticket_id in tickets.index else {}
    told = [known.get(name) for name in FACTS]
    words = ["" if pd.isna(each) else f"{each:%Y-%m-%d %H:%M}" if hasattr(each, "year") else str(each) for each in told]
    return [use(of), of.ticket_id, of.unit, *words]


class _Sheets:
    """The sheets of one workbook. Every cell is text, whatever it begins with."""

    def __init__(self, book, about: str, draw: str):
        self.book, self.about, self.draw = book, about, draw
        style = lambda **more: book.add_format({"font_size": 11, "valign": "vcenter", **more})
        self.title, self.note = style(bold=True, font_size=14), style(font_color="#56606A")
        self.line = style(text_wrap=True)
        self.head = style(bold=True, border=1, text_wrap=True, align="center", bg_color="#E3E7EB")
        self.fixed = style(border=1, text_wrap=True, num_format="@", bg_color="#F3F4F6")
        self.spare = style(
            border=1, text_wrap=True, num_format="@", bg_color="#F3F4F6", font_color="#56606A", italic=True
        )
        self.open = style(border=1, align="center", num_format="@", locked=False)

    def guide(self, draw: Draw) -> None:
        sheet = self._sheet(
            "说明", f"抽检　{self.about}", f"抽取号 {draw.number}，种子 {draw.asked.seed}，{draw.asked}"
        )
        for row, line in enumerate(_GUIDE, 3):
            sheet.write_string(row, 0, line, self.line)
        sheet.set_column(0, 0, 110)
        sheet.protect()

    def add(
        self, name: str, heads: list[str], rows: list[list[str]], asked: Mapping[str, list[str]], widths: list[int]
    ) -> None:
        """A sheet of locked cells, then the answers to choose, then the code of the locked ones."""
        sheet = self._sheet(name, f"{name}　{self.about}", _NOTES.get(name, _NOTES[""]))
        for at, head in enumerate((*heads, *asked, CODE)):
            sheet.write_string(2, at, head, self.head)
        for number, cells in enumerate(rows, 3):
            sheet.set_row(number, 24)
            style = self.spare if cells[0].startswith("候补") else self.fixed
            for at, cell in enumerate((*cells, *([None] * len(asked)), code(cells, self.draw))):
                if cell is None:
                    sheet.write_blank(number, at, None, self.open)
                else:
                    sheet.write_string(number, at, cell, style)
        for at, answers in enumerate(asked.values(), len(heads)):
            told = f"请从下拉中选：{'、'.join(answers)}。"
            rule = {"validate": "list", "source": answers, "error_title": "不能这样填", "error_message": told}
            sheet.data_validation(3, at, len(rows) + 2, at, rule)
        for at, width in enumerate((*widths, *([11] * len(asked)), 10)):
            sheet.set_column(at, at, width)
        sheet.set_row(2, 24)
        sheet.freeze_panes(3, 2)
        sheet.repeat_rows(2)
        sheet.protect("", {"format_columns": True, "format_rows": True})

    def _sheet(self, name: str, title: str, note: str):
        sheet = self.book.add_worksheet(re.sub(r"[\[\]:*?/\\]", "_", name)[:31])
        sheet.write_string(0, 0, title, self.title)
        sheet.write_string(1, 0, note, self.note)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C&A　第 &P 页，共 &N 页")
        return sheet
