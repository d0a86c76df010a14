"""Sending letters through one SMTP server, one after the other, and what came of each.

A letter goes to one recipient. Whether the server has it is always known, but for one moment: between the last line of
a letter and the server's answer. A letter lost there counts as unknown, and is not sent again unless somebody says so.
"""

from __future__ import annotations

import ipaddress
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Literal

from hotline_lib.deliver.ledger import UNANSWERED, Entry, Ledger
from hotline_lib.errors import HotlineError
from hotline_lib.params import Recipient
from hotline_lib.params.organisation import CONTROL
from hotline_lib.processes import MAIL_PASSWORD as PASSWORD

TIMEOUT = 120  # seconds for an answer; a server may look for viruses meanwhile
_TLS_PORT = 465  # encrypted from the first byte
_CLOSING = 421  # the server says goodbye
_LONGEST = 200  # characters of a server's answer


@dataclass(frozen=True)
class Server:
    """Where to send. starttls: refuse a server that does not encrypt. user: empty for a server without login."""

    host: str
    port: int
    starttls: bool = True
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def told(self) -> str:
        return f"{self.host}:{self.port}（{'加密' if self._safe else '不加密'}{f'，用户 {self.user}' if self.user else ''}）"

    @property
    def _safe(self) -> bool:
        return self.starttls or self.port == _TLS_PORT

    def refuse_plain_password(self) -> None:
        """Raises HotlineError if the password would go over a network that anybody may listen to."""
        if self.user and not self._safe and not _is_here(self.host):
            raise HotlineError(
                f"没有发出任何邮件：用户 {self.user} 的口令会不加密地传到 {self.host}。"
                f"请在 params/organisation.yaml 的 mail 中写 starttls: true，或用 {_TLS_PORT} 端口；"
                "服务器不要登录时，请删去 user。"
            )


@dataclass(frozen=True)
class Letter:
    """One mail to one recipient. entry: what the ledger will say of it. title, subject, attached: for the screen."""

    to: Recipient
    sender: str
    content: bytes = field(repr=False)
    entry: Entry
    title: str = ""
    subject: str = ""
    attached: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """status: sent; refused (the server said no); unknown (it broke off before it answered); unsent (never tried)."""

    letter: Letter
    status: Literal["sent", "refused", "unknown", "unsent"]
    answer: str


def send(
    letters: Sequence[Letter], server: Server, ledger: Ledger, on_outcome: Callable[[Outcome], None] = lambda _: None
) -> list[Outcome]:
    """Send letters in their order; a refused one does not stop the others, a broken connection does.

    Every outcome is told at once, every accepted letter written down before the next. Raises HotlineError, with nothing
    sent, if the server cannot be reached, does not encrypt where it must, or does not know the user or password.
    """
    outcomes: list[Outcome] = []

    def told(outcome: Outcome) -> None:
        outcomes.append(outcome)
        on_outcome(outcome)

    with _connected(server) as smtp:
        for at, letter in enumerate(letters):
            try:
                outcome = _sent(smtp, letter, ledger)
            except (smtplib.SMTPException, OSError) as error:
                for rest in letters[at:]:
                    told(Outcome(rest, "unsent", _words(error)))
                break
            told(outcome)
    return outcomes


def _sent(smtp: smtplib.SMTP, letter: Letter, ledger: Ledger) -> Outcome:
    """One letter. Raises SMTPException or OSError if the connection broke while the server certainly had nothing."""
    for command in (f"MAIL FROM:<{letter.sender}>", f"RCPT TO:<{letter.to.address}>", "DATA"):
        code, answer = smtp.docmd(command)
        if code == _CLOSING:
            raise smtplib.SMTPResponseException(code, answer)
        if code not in (250, 251, 252, 354):
            with suppress(smtplib.SMTPException):  # if the connection is gone, the next letter finds out
                smtp.rset()
            return Outcome(letter, "refused", _said(code, answer))
    smtp.send(re.sub(rb"(?m)^\.", b"..", letter.content))  # without the dot that ends it, it is no mail yet
    ledger.begin(letter.entry)
    try:
        smtp.send(b".\r\n")
    except (smtplib.SMTPException, OSError):
        ledger.forget()
        raise
    try:
        code, answer = smtp.getreply()
    except (smtplib.SMTPException, OSError):
        ledger.end(replace(letter.entry, status="unknown", answer=UNANSWERED))
        return Outcome(letter, "unknown", UNANSWERED)
    if code != 250:
        ledger.forget()
        return Outcome(letter, "refused", _said(code, answer))
    ledger.end(replace(letter.entry, status="sent", answer=_said(code, answer)))
    return Outcome(letter, "sent", _said(code, answer))


def _is_here(host: str) -> bool:
    """Whether a host is this machine: what is sent there leaves no wire."""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host.rstrip(".").lower() == "localhost"


@contextmanager
def _connected(server: Server) -> Iterator[smtplib.SMTP]:
    """A connection, encrypted and logged in as is asked for; closed at the end however it ends."""
    server.refuse_plain_password()
    smtp = None
    try:
        smtp = _opened(server)
        if server.user:
            smtp.login(server.user, server.password)
        else:
            smtp.ehlo_or_helo_if_needed()
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        if smtp is not None:
            smtp.close()
        raise HotlineError(f"没有发出任何邮件：{server.host}:{server.port} {_words(error)}。") from None
    try:
        yield smtp
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()
    finally:
        smtp.close()


def _opened(server: Server) -> smtplib.SMTP:
    secure = ssl.create_default_context()
    if server.port == _TLS_PORT:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=secure)
    smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        if server.starttls:
            smtp.ehlo_or_helo_if_needed()
            smtp.starttls(context=secure)  # raises if the server does not offer it: no word goes out unencrypted
    except BaseException:
        smtp.close()
        raise
    return smtp


def _words(error: Exception) -> str:
    """What went wrong between here and the server, in words."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"不认这个用户名或口令（口令取自环境变量 {PASSWORD}）：{_said(error.smtp_code, error.smtp_error)}"
        case smtplib.SMTPNotSupportedError():
            if "STARTTLS" in str(error):
                return "不支持加密（STARTTLS），而 params/organisation.yaml 的 mail 要求 starttls: true"
            return "不接受登录，而 params/organisation.yaml 的 mail 写了 user"
        case smtplib.SMTPServerDisconnected():
            return "断开了连接"
        case smtplib.SMTPResponseException():
            return f"拒绝服务：{_said(error.smtp_code, error.smtp_error)}"
        case ssl.SSLCertVerificationError():
            return "的证书不可信。单位自己的证书，请把根证书文件写进环境变量 SSL_CERT_FILE"
        case ssl.SSLError():
            return "加密连接没有建成"
        case ConnectionRefusedError():
            return "拒绝连接，请核对地址和端口"
        case socket.gaierror():
            return "这个地址找不到，请核对"
        case TimeoutError():
            return "没有答复"
        case UnicodeError():
            return f"的用户名或口令（环境变量 {PASSWORD}）含有中文等字符，服务器读不了"
        case _:
            return f"连不上或没有谈妥：{CONTROL.sub(' ', str(error))[:_LONGEST]}"


def _said(code: int, answer: bytes | str) -> str:
    """What the server said, on one line."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return CONTROL.sub(" ", f"{code} {text}")[:_LONGEST]
