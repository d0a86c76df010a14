"""What ``hotline mail`` sends: letters made from the reports that lie in output/MONTH, to those who have not got them.

Nothing is sent here (``deliver.send`` does). What may not go out is refused before a word of it does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING

from hotline_lib.batch.inputs import basis
from hotline_lib.batch.manifest import Manifest, digests, is_whole, read_manifest, to_attach
from hotline_lib.batch.plan import of_document
from hotline_lib.batch.proofs import refuse_faulty
from hotline_lib.batch.run import prepared
from hotline_lib.deliver import edition, mail
from hotline_lib.deliver.ledger import WHOLE, Entry, Ledger, carry_over
from hotline_lib.deliver.send import PASSWORD, Letter, Server
from hotline_lib.errors import HotlineError, UnknownValueError
from hotline_lib.journal import held
from hotline_lib.params import Params, Recipient, load_params, load_recipients
from hotline_lib.paths import Paths

if TYPE_CHECKING:
    from hotline_lib.month import Month


@dataclass(frozen=True)
class Mailing:
    """letters: what is to be sent. skipped: who gets nothing this time, and why. unknown: who may have got it: whether
    is to be asked. simulated: the tickets are."""

    letters: tuple[Letter, ...]
    skipped: tuple[str, ...]
    unknown: tuple[str, ...]
    simulated: bool
    ledger: Ledger
    params: Params


def sending(month: str, paths: Paths) -> AbstractContextManager[None]:
    """Holds the month's ledger, whatever output the reports lie in. Raises HotlineError if another command sends."""
    busy = HotlineError(f"另一次 hotline mail 正在发 {month} 的邮件，这一次什么也没有发。请等它结束后重新运行。")
    return held(paths.lock(f"sent-{month}"), busy)


def plan_mail(
    month: str,
    paths: Paths,
    *,
    units: Sequence[str] = (),
    only_to: Sequence[str] = (),
    again: str = "",
    despite: str = "",
) -> Mailing:
    """The letters of one month.

    units: whose own editions (names, or ``all`` that have recipients); none means the whole bulletin. only_to: addresses;
    the other recipients get nothing. again: why those get it once more who have it. despite: why it goes out although
    something in it cannot be right.
    Raises HotlineError if reports failed, are missing or older than what they are made from, if a file to attach is not
    there, or if somebody or something asked for is not known.
    """
    params = load_params(month, paths.params)
    if not params.organisation.mail.address:
        raise HotlineError("没有写发件人：请在 params/organisation.yaml 的 mail 中写明 address（发件人地址）。")
    audiences, unlisted = _audiences(params, units)
    only_to = [address.casefold() for address in only_to]
    _known(only_to, audiences)
    manifest = _made(month, paths, params, audiences)
    if not units and not despite:
        refuse_faulty(manifest.proofs, month)
    carry_over(month, paths.output / "sent", paths.sent)
    m, ledger = prepared(month, paths), Ledger(paths.sent / f"{month}.jsonl")
    letters, skipped, unknown = [], [f"{unit}：params/recipients.yaml 中没有收件人" for unit in unlisted], []
    for audience, people in audiences.items():
        unit, title = (None, "全省月报") if audience == WHOLE else (audience, f"{audience}分册")
        files = mail.Files(*to_attach(paths.report_folder(month), manifest, unit))
        folder, whole = paths.report_folder(month), digests(manifest)
        names = [page.relative_to(folder).as_posix() for page in files.pages]
        if spoilt := [
            name for name in names if (folder / name).exists() and not is_whole(folder / name, whole.get(name))
        ]:
            words = f"{'、'.join(spoilt)} 做好之后被改过，或已损坏。请先运行 hotline run {month}{f' --unit {unit}' if unit else ''}，再发。"
            raise HotlineError(f"{month} 的 {words}")
        if unit and not files.pages:
            raise HotlineError(f"没有 {unit} 的分册。请先运行 hotline run {month} --unit {unit}，再发。")
        post = _Post(m, paths, files, unit, manifest.tables.top, again)
        for to in people:
            if only_to and to.address.casefold() not in only_to:
                continue
            entry = Entry(audience, to.address, post.number, again, despite=despite)
            had = ledger.find(audience, to.address, post.number, again)
            who = f"{title}　{to.name} <{to.address}>"
            if had is None:
                last = ledger.last(audience, to.address)
                message, about = post.message(last), [audience, post.number, again, last.edition if last else ""]
                letters.append(
                    Letter(
                        to=to,
                        sender=params.organisation.mail.address,
                        content=mail.addressed(message, m, to, about),
                        entry=entry,
                        title=title,
                        subject=message["Subject"],
                        attached=tuple(part.get_filename() or "" for part in message.iter_attachments()),
                    )
                )
            elif had.status == "unknown":
                unknown.append(f"{who}：不清楚是否收到（{_day(had.time)}发送时{had.answer}）")
            else:
                skipped.append(f"{who}：已经发过（{_day(had.time)}）")
    return Mailing(tuple(letters), tuple(skipped), tuple(unknown), manifest.simulated or m.simulated, ledger, params)


def listed(mailing: Mailing) -> list[str]:
    """What would go to whom, in lines."""
    lines, letters = [], mailing.letters
    for title, subject, attached in dict.fromkeys((each.title, each.subject, each.attached) for each in letters):
        same = [each for each in letters if (each.title, each.subject, each.attached) == (title, subject, attached)]
        lines += [f"{title}，{len(same)} 封，每封 {len(same[0].content) / 1e6:.1f} MB", f"　主题：{subject}"]
        lines += [f"　附件：{name}" for name in attached]
        lines += [f"　收件人：{f'{each.to.name} <{each.to.address}>'.strip()}" for each in same]
    lines += [f"不发　{words}" for words in mailing.skipped]
    lines += [f"不明　{words}。请向对方核实；没有收到，就用 --to 地址 --again 原因 再发。" for words in mailing.unknown]
    return lines if letters else [*lines, "没有要发的邮件。"]


def mail_server(mailing: Mailing, host: str, port: int) -> Server:
    """The server with what organisation.yaml says of it, and the password from the environment."""
    of, password = mailing.params.organisation.mail, os.environ.get(PASSWORD, "")
    if of.user and not password:
        words = f"登录邮件服务器要口令：请设好环境变量 {PASSWORD} 再运行（口令不写在文件里，也不写在命令里）。"
        raise HotlineError(words)
    server = Server(host, port, starttls=of.starttls, user=of.user, password=password)
    server.refuse_plain_password()
    return server


class _Post:
    """The mails of one edition: one for all who got the same before, and so hear of the same changes."""

    def __init__(self, m: Month, paths: Paths, files: mail.Files, unit: str | None, top: int, again: str):
        self._m, self._files, self._unit, self._again, self._top = m, files, unit, again, top
        self.number = edition.fingerprint(m, unit, top)
        self._kept = paths.sent / m.month / "tables"
        self._messages: dict[str, EmailMessage] = {}

    def message(self, last: Entry | None) -> EmailMessage:
        """The mail for who got ``last`` before. What is printed now is kept, for the mail after this one."""
        since = last.edition if last else ""
        if since not in self._messages:
            edition.keep(self._m, self._kept / self.number, self._unit, self._top)
            correction = None
            if last and since != self.number:
                changes = edition.changes(self._m, self._kept / since, self._unit, self._top)
                correction = edition.Correction(changes, _day(last.time))
            self._messages[since] = mail.build(
                self._m, self._files, unit=self._unit, correction=correction, again=self._again if last else ""
            )
        return self._messages[since]


def _audiences(params: Params, units: Sequence[str]) -> tuple[dict[str, tuple[Recipient, ...]], list[str]]:
    """Who gets what, and the units that nobody is listed for."""
    listed = load_recipients(params)
    if not units:
        if not listed.bulletin:
            raise HotlineError("params/recipients.yaml 的 bulletin 中一个收件人也没有。")
        return {WHOLE: listed.bulletin}, []
    wanted = params.unit_names if "all" in units else list(dict.fromkeys(params.unit(unit).name for unit in units))
    unlisted = [unit for unit in wanted if not listed.units.get(unit)]
    if unlisted and ("all" not in units or unlisted == wanted):
        raise HotlineError(f"params/recipients.yaml 的 units 中没有 {'、'.join(unlisted)} 的收件人。")
    return {unit: listed.units[unit] for unit in wanted if unit not in unlisted}, unlisted


def _known(only_to: Sequence[str], audiences: Mapping[str, Sequence[Recipient]]) -> None:
    addresses = [each.address for people in audiences.values() for each in people]
    for asked in only_to:
        if asked not in map(str.casefold, addresses):
            raise UnknownValueError("收件人（--to）", asked, addresses, "params/recipients.yaml")


def _made(month: str, paths: Paths, params: Params, audiences: Mapping[str, object]) -> Manifest:
    """The manifest of a month that may go out as it lies in output/MONTH."""
    manifest, rerun = read_manifest(paths.report_folder(month)), f"请先运行 hotline run {month}"
    if not manifest.reports:
        raise HotlineError(f"还没有做 {month} 的报告。{rerun}，再发。")
    failed = [f"{name}（{each.error}）" for name, each in manifest.reports.items() if each.status == "failed"]
    failed += [f"附表（{manifest.tables.error}）"] if manifest.tables.error else []
    failed += [f"邮件草稿（{manifest.mail.error}）"] if manifest.mail.error else []
    if failed:
        raise HotlineError(f"{month} 有没做成的，不发：{'；'.join(failed)}。改好后{rerun}，再发。")
    now, shared = basis(month, paths, params)[1], of_document(paths, params, manifest.typed)[1]
    whose = {None if audience == WHOLE else audience for audience in audiences}
    old = [name for name, each in manifest.reports.items() if each.unit in whose and not each.is_current(now, shared)]
    tables = manifest.tables
    if old or tables.fingerprint != now or not tables.shared.items() <= shared.items():
        words = f"做好之后，工单、参数或程序有改动：{'、'.join(old) or '附表'}。"
        raise HotlineError(f"{month} 的报告{words}{rerun}{' --unit all' if whose != {None} else ''}，再发。")
    return manifest


def _day(time: str) -> str:
    at = datetime.fromisoformat(time)
    return f"{at.year}年{at.month}月{at.day}日{at:%H:%M}"
