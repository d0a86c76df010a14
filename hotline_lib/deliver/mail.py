"""bulletin.eml: the month's first page and key tables in a mail, legible in the worst client, the bulletin attached.

``write_draft`` leaves a draft that Outlook opens for sending (X-Unsent); ``build`` makes the same mail for
``hotline mail``, which addresses it with ``addressed``. The same month and files give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup, escape

from hotline_lib import bulletin
from hotline_lib.bulletin._overview import national
from hotline_lib.contract import breach
from hotline_lib.deliver.attached import Files, attachments, use_of
from hotline_lib.errors import HotlineError
from hotline_lib.fingerprint import value_fingerprint
from hotline_lib.journal import write_whole
from hotline_lib.params import Recipient, month_range
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._cells import SIGNALS, WITHHELD, Cell
from hotline_lib.present._chart import Chart
from hotline_lib.present._page import NO_REAL_CALL
from hotline_lib.present._tables import Table

if TYPE_CHECKING:
    from hotline_lib.deliver.edition import Correction
    from hotline_lib.month import Month
    from hotline_lib.present._cells import Column, Line
    from hotline_lib.present._tables import Table

NAME = "bulletin.eml"
SIMULATED = "【模拟工单】"
_SHOWN = ("rank", "unit", "score", "tickets", ("tickets", "yoy_base"), "found")  # of the overview's columns
_GREY = {
    ("tickets", "yoy_base"): "未超出通常波动的增减",
    "found": "未发现问题",
}  # what they stand for where they are grey
_NOTHING = ("", numbers.MISSING)  # the clause is left out
_MOST_UNITS = 80  # more would make the body too long for clients that cut it at 100 KB
_UNIT = re.compile(r"第\d+[\u4e00-\u9fff]?|\d(?:万件|[\u4e00-\u9fff])")
_ZONE = dt.timezone(dt.timedelta(hours=8))
_OFFICE = "vnd.openxmlformats-officedocument."
_KINDS = {".docx": f"{_OFFICE}wordprocessingml.document", ".xlsx": f"{_OFFICE}spreadsheetml.sheet", ".pdf": "pdf"}


def write_draft(m: Month, folder: Path, files: Files) -> Path:
    """The mail without recipients as FOLDER/bulletin.eml. Raises HotlineError if a file to attach is not there."""
    issued = m.params.month.issued
    at = dt.datetime.combine(issued, dt.time(9)) if issued else month_range(m.month)[1]
    headers = {"X-Unsent": "1", **_sender(m), "Date": format_datetime(at.replace(tzinfo=_ZONE))}
    write_whole(folder / NAME, _headed(build(m, files), headers, [m.month], m))
    return folder / NAME


def addressed(message: EmailMessage, m: Month, to: Recipient, about: Sequence[str]) -> bytes:
    """The mail for one recipient, as it goes to the server. about: what its Message-ID is made from."""
    name = Address(to.name, addr_spec=to.address)
    headers = {**_sender(m), "To": name, "Date": format_datetime(dt.datetime.now().astimezone())}
    return _headed(message, headers, [to.address.casefold(), *about], m)


def _sender(m: Month) -> dict[str, Address]:
    """From; nothing where organisation.yaml has no address: the mail client then puts its own."""
    of = m.params.organisation
    return {"From": Address(of.mail.name or of.department, addr_spec=of.mail.address)} if of.mail.address else {}


def _headed(message: EmailMessage, headers: dict[str, Any], about: Sequence[str], m: Month) -> bytes:
    """The message with more headers; what must be unique is made from what it holds: the same mail, the same bytes."""
    leaves = [part.get_payload() for part in message.walk() if not part.is_multipart()]
    digest = value_fingerprint([*about, message["Subject"], leaves])
    domain = m.params.organisation.mail.address.partition("@")[2] or "hotline.invalid"
    whole = EmailMessage(policy=policy.SMTP)
    for name, value in {**headers, "Message-ID": f"<{digest[:32]}@{domain}>", **dict(message.items())}.items():
        whole[name] = value
    whole.set_payload(message.get_payload())
    for number, part in enumerate(part for part in whole.walk() if part.is_multipart()):
        part.set_boundary(f"=_{digest[32:56]}_{number}")
    return whole.as_bytes()


def build(
    m: Month, files: Files, *, unit: str | None = None, correction: Correction | None = None, again: str = ""
) -> EmailMessage:
    """Subject, bodies and attachments; no sender, no recipient.

    unit: its own edition, with its line of the overview only. correction: what changed since the last mail.
    again: why it is sent once more. Raises HotlineError if a file to attach is not there.
    """
    picture = None if unit else bulletin.units(m).chart
    attached = attachments(m, files, unit)
    context = _context(m, unit, [use_of(name, files) for name, _ in attached], picture, correction, again)
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = context["subject"]
    message.set_content(_plain(context), cte="base64")
    body = _template().render(context)
    if wrong := breach(body, mail=True):
        raise HotlineError(f"邮件正文不能发出：{wrong}。")
    message.add_alternative(body, subtype="html", cte="base64")
    if context["picture"]:
        html = message.get_body(("html",))
        assert isinstance(html, EmailMessage) and isinstance(picture, Chart)  # just added; what there is a picture of
        cid = f"<{context['picture']['cid']}>"
        html.add_related(picture.png, "image", "png", cid=cid, disposition="inline", filename="units.png")
    for name, content in attached:
        kind = _KINDS.get(name[name.rfind(".") :], "zip")
        message.add_attachment(content, "application", kind, filename=name)
    if correction and len(correction.lines) > correction.MOST:
        everything = "\ufeff" + "\n".join(correction.lines) + "\n"
        message.add_attachment(everything, subtype="plain", filename="更正的数字.txt", cte="base64")
    return message


def subject(m: Month, unit: str | None = None, correction: Correction | None = None) -> str:
    """更正：【模拟工单】12328热线运行情况分析（2024年9月）"""
    of = m.params.organisation
    words = of.mail.subject
    for name, value in {"title": of.title, "month": m.label, "hotline": of.hotline, "region": of.region}.items():
        words = words.replace(f"{{{name}}}", value)
    words += f"　{unit}" if unit else ""
    return f"{'更正：' if correction else ''}{SIMULATED if m.simulated else ''}{words}"


# the body: first as plain values, which both the HTML and the text are made from
def _context(
    m: Month, unit: str | None, attached: Sequence[str], picture: Any, correction: Correction | None, again: str
) -> dict[str, Any]:
    of, overview, types = m.params.organisation, bulletin.overview(m), bulletin.business_types(m)
    units, found = overview.table, bulletin.findings(m)
    assert isinstance(units, Table) and isinstance(types.table, Table)  # every month has them
    date = m.params.month.issued
    sent_by = "　".join(
        filter(None, [of.department, numbers.day(date) if date else f"印发日期{numbers.OPEN}", of.contact])
    )
    hidden = bulletin.small_numbers(m) if unit else []
    many = len(units.frame) > _MOST_UNITS and not unit
    return {
        "subject": subject(m, unit, correction),
        "hotline": of.hotline,
        "simulated": SIMULATED if m.simulated else "",
        "title": of.title,
        "about": m.label + (f"　{unit}" if unit else ""),
        "again": again,
        "correction": correction,
        "lead": "".join([str(types.lead), *([] if unit else national(m))]),
        "open": _open(m) if not unit else "",
        "findings": {"heading": found.heading, "found": found.found} if found.found and not unit else None,
        "types": None if unit else {"heading": types.table.caption, **_grid(types.table)},
        "picture": _picture(picture),
        "units": _units(units, unit or overview.heading, unit, bulletin.line_withheld(m, unit) if unit else ())
        | {"notes": [f"{words}。" for words in (*m.incomplete, *(bulletin.provisional(m) if unit else ()))]},
        "notes": [
            *([f"附件：{'；'.join(attached)}。"] if attached else []),
            *([f"表中列出前{_MOST_UNITS}个单位，其余见附件。"] if many else []),
            *(f"{words}。" for words in (units.named_footnotes(unit) if not hidden else ())),
            *(f"{words}。" for words in hidden),
            *([f"{NO_REAL_CALL}。"] if m.simulated else []),
        ],
        "sender": f"{sent_by}　内容有误请回复本邮件。",
    }


def _open(m: Month) -> str:
    """That something of the bulletin is open, said before anything that it concerns; nothing if all is confirmed."""
    if not (bulletin.values_missing(m.params) or bulletin.texts_missing(m.params)):
        return ""
    return "".join(
        f"{words}。" for words in (f"本期月报尚有{numbers.OPEN}的内容，文中已标出", *bulletin.provisional(m))
    )


def _picture(chart: Any) -> dict[str, Any] | None:
    if not hasattr(chart, "png"):  # a month without anything to draw says so in a sentence
        return None
    words = {"heading": chart.heading, "note": chart.note, "alt": chart.alt}
    return {"cid": "units@hotline.invalid", "width": chart.size[0], **words}


def _units(table: Table, heading: str, unit: str | None, hidden: Collection[object]) -> dict[str, Any]:
    columns = {column.value: column for column in table.columns}
    shown = [columns[value] for value in _SHOWN if value in columns]
    below = zip(*(line.cells for line in table.lines(shown)), strict=True)
    empty = [all(cell.text in _NOTHING for cell in those) for those in below]
    shown = [column for column, nothing in zip(shown, empty, strict=True) if not nothing]  # no column of —
    key = table.order.replace(" ", "\u00a0")  # a sign stays beside its word
    return {"heading": heading, "key": key, **_grid(table, shown, unit, hidden)}


def _grid(
    table: Table, columns: Sequence[Column] | None = None, only: str | None = None, hidden: Collection[object] = ()
) -> dict[str, Any]:
    """A table as plain values: what stands in each cell and how, and a unit's signals on a line of their own.

    hidden: the columns of ``only``'s line that may not be printed, by their values.
    """
    lines = [_withheld(line, hidden) for line in table.lines(columns)]
    rows = [line for line in lines if not line.is_foot and only in (None, line.name)][:_MOST_UNITS]
    foot = [line for line in lines if line.is_foot] if len(rows) > 1 else []
    soft = {cell.column.value for line in (*rows, *foot) for cell in line.cells if "soft" in cell.tones}
    return {
        "grey": "、".join(words for value, words in _GREY.items() if value in soft),
        "columns": [{"head": column.head, "unit": column.unit, **_place(column)} for column in columns or table.shown],
        "lines": [
            {
                "cells": [_cell(cell) for cell in line.cells],
                "name": next(cell.text for cell in line.cells if cell.column.value == table.row_head),
                "told": [
                    cell for cell in line.cells if cell.column.value != table.row_head and cell.text not in _NOTHING
                ],
                "signals": _signals(line.row.get("signals") or ()),
                "border": "#87919B" if line.ruled else "#E8ECEF",
                "total": line.is_foot,
            }
            for line in [*rows, *foot]
        ],
    }


def _withheld(line: Line, hidden: Collection[object]) -> Line:
    if not hidden or line.is_foot:
        return line
    cells = [Cell(each.column, WITHHELD, str(WITHHELD)) if each.column.value in hidden else each for each in line.cells]
    row = {name: value for name, value in line.row.items() if name not in hidden}
    return replace(line, cells=tuple(cells), row=row)


def _cell(cell: Cell) -> dict[str, Any]:
    """What stands in a cell; soft: in grey. What is printed and how is the first page's."""
    place = _place(cell.column)
    return {"words": f"{cell.mark}{cell.text}", "soft": place["narrow"] or "soft" in cell.tones, **place}


def _place(column: Column) -> dict[str, Any]:
    return {"align": "left" if column.kind in ("text", "rank") else "right", "narrow": column.kind == "rank"}


def _signals(signals: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """●关注：时长、抽检; ○留意：万人工单"""
    words = {level: [word for each, word in signals if each == level] for level in SIGNALS}
    return [
        {"level": level, "sign": SIGNALS[level][0], "words": f"{SIGNALS[level][1]}：{'、'.join(those)}"}
        for level, those in words.items()
        if those
    ]


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["whole"] = _whole
    return environment.get_template("mail.html.j2")


def _whole(words: str) -> Markup:
    """Words of which no line ends between a number's last digit and its unit."""
    return Markup(_UNIT.sub(r'<span style="white-space:nowrap">\g<0></span>', str(escape(words))))


def _plain(of: dict[str, Any]) -> str:
    """The body for clients that show text only: nothing in columns, since letters there have any width."""
    lines = [of["hotline"], f"{of['title']}　{of['about']}{of['simulated']}", ""]
    if of["again"]:
        lines += [f"再次发送：{of['again']}", ""]
    if of["correction"]:
        lines += [of["correction"].heading, *of["correction"].shown, of["correction"].rest, ""]
    lines += [of["lead"], "", *([of["open"], ""] if of["open"] else [])]
    if of["findings"]:
        lines.append(of["findings"]["heading"])
        for number, each in enumerate(of["findings"]["found"], start=1):
            lines.append(f"{number}. {each.title}。{each.text}{each.todo}")
        lines.append("")
    for grid in filter(None, (of["types"], of["units"])):
        lines.append(grid["heading"])
        for line in grid["lines"]:
            lines.append(f"{line['name']}：{'，'.join(map(_told, line['told']))}")
            if line["signals"]:
                lines.append("　　" + "　".join(each["sign"] + each["words"] for each in line["signals"]))
        lines += [*filter(None, [grid.get("key")]), *grid.get("notes", ()), ""]
    return "\n".join([*lines, *of["notes"], "", of["sender"]]) + "\n"


def _told(cell: Cell) -> str:
    head, unit = cell.column.head.removesuffix("件数"), cell.column.unit  # 9,276件 says it
    unit = "件" if unit.startswith("件/") and cell.text[-1:].isdigit() else unit  # 抽检问题3/4件
    return f"{head}{cell.mark}{cell.text}{unit if unit in ('件', '%') else ''}"
