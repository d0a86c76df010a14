"""Who publishes the bulletin and who gets it: params/organisation.yaml and params/recipients.yaml."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from hotline_lib.params.models import Model
from hotline_lib.params.source import Source

# line breaks, other control characters, and marks that turn the direction of writing: a header may hold none
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
)


def one_line(text: str) -> str:
    """``text``, if it can stand in a mail's header. Raises ValueError, in words."""
    if CONTROL.search(text):
        raise ValueError(f"「{CONTROL.sub('□', text)}」含有换行或控制字符（□ 处），不能写进邮件")
    return text.strip()


def address(text: str) -> str:
    """``text``, if it is one mail address in ASCII. Raises ValueError, in words."""
    text = one_line(text)
    if not _ADDRESS.fullmatch(text) or len(text) > 254:
        raise ValueError(f"「{text}」不是邮箱地址，应像 name@example.invalid：一个 @，没有空格、逗号和中文")
    return text


def _subject(text: str) -> str:
    if not set(re.findall(r"\{(.*?)\}", one_line(text))) <= set(SUBJECT_NAMES):
        raise ValueError("花括号里只能写 " + "、".join(f"{{{name}}}" for name in SUBJECT_NAMES))
    return text


SUBJECT_NAMES = ("title", "month", "hotline", "region")  # what a mail's subject may name
Line = Annotated[str, AfterValidator(one_line)]
Address = Annotated[str, AfterValidator(address)]


class MailSettings(Model):
    """Who sends the mail, and how. name: the department if empty. user: for servers that want a login.

    The password is never written down: it comes from the environment. starttls: refuse a server that cannot encrypt.
    """

    name: Line = ""
    address: Address | Literal[""] = ""
    subject: Annotated[str, AfterValidator(_subject)] = "{title}（{month}）"
    user: Line = ""
    starttls: bool = True


class Recipient(Model):
    """One person or office that gets the mail."""

    name: Line = ""
    address: Address


class Recipients(Model):
    """params/recipients.yaml: who gets the bulletin, and who a unit's own edition."""

    bulletin: tuple[Recipient, ...] = ()
    units: dict[str, tuple[Recipient, ...]] = {}


Printed = Literal["business_types", "domains", "units", "top_issues", "indicators", "spot_checks"]


class Organisation(Model):
    """Who publishes the bulletin, in the words that its pages and mails use.

    pdf: bulletin.pdf is made too, by LibreOffice, and a mail carries it instead of the document of Word.
    small_numbers: units' own editions print no count under it; 0: all are printed.
    more_columns: columns that a printed table has besides, in page, Word, workbook and CSV: units: [mom, complaint_per_10k].
    source: where the tickets of months are that do not say so themselves. memory_gb: that taking tickets in
    and counting them from files may take.
    """

    province: str
    region: Line
    hotline: Line
    department: Line
    title: Line
    platform: str = ""
    series: str = ""
    centre: str = ""
    report_to: str = ""
    distribute_to: str = ""
    contact: str = ""
    mail: MailSettings = MailSettings()
    pdf: bool = False
    small_numbers: Annotated[int, Field(ge=0, le=1000)] = 0
    more_columns: dict[Printed, tuple[str, ...]] = {}
    source: Source = Source()
    memory_gb: Annotated[float, Field(ge=0.2, le=1024)] = 1

    @property
    def memory(self) -> str:
        """``memory_gb`` as DuckDB takes it, in whole megabytes."""
        return f"{round(self.memory_gb * 1000)}MB"
