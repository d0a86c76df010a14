"""hotline mail against real SMTP servers on loopback: who gets what, what is said, and that nobody gets it twice."""

import json
import os
import re
import shutil
from dataclasses import asdict, replace
from email import message_from_bytes, policy

import pytest
from bs4 import BeautifulSoup
from smtp import Desk, certified, hanging_up_inside, serving
from support import MONTH, several

from hotline_lib import bulletin, cli
from hotline_lib.batch import mailing
from hotline_lib.batch.inputs import basis
from hotline_lib.batch.manifest import Manifest, Record, Tables, read_manifest, write_manifest
from hotline_lib.deliver import send, workbook
from hotline_lib.deliver.ledger import Entry, Ledger, carry_over
from hotline_lib.errors import HotlineError
from hotline_lib.fingerprint import value_fingerprint
from hotline_lib.params import load_params

PEOPLE = [f"p{number}@example.invalid" for number in range(1, 5)]
RECIPIENTS = """
bulletin:
  - {name: 厅办公室, address: p1@example.invalid}
  - {name: "运输处，综合科", address: p2@example.invalid}
  - {name: "", address: p3@example.invalid}
  - {name: 某中心, address: p4@example.invalid}
units:
  沈阳: [{name: 沈阳局, address: s@example.invalid}]
  大连市: [{name: 大连局, address: d@example.invalid}, {name: 大连队, address: e@example.invalid}]
"""


class House:
    """A month whose reports are there, without having been run: pages and document are a line each."""

    def __init__(self, paths, capsys):
        self.paths, self._capsys, self.folder = paths, capsys, paths.report_folder(MONTH)

    def made(
        self, *units: str, failed: str = "", simulated: bool = False, docx: bool = True, faults: tuple[str, ...] = ()
    ) -> None:
        """As ``hotline run`` leaves it."""
        now = basis(MONTH, self.paths, load_params(MONTH, self.paths.params))[1]
        names = {"00_bulletin": None, "01_overview": None} | {f"units/{unit}/06_unit": unit for unit in units}
        reports = {
            name: Record("failed" if name == failed else "made", unit=unit, error="缺列" if name == failed else None, basis=now)
            for name, unit in names.items()
        }  # fmt: skip
        for name in names:
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / f"{name}.html").write_text(f"{name} 的网页", encoding="utf-8")
        (self.folder / "bulletin.docx").write_bytes(b"docx")
        (self.folder / workbook.NAME).write_bytes(b"xlsx")
        tables = Tables(now, ("bulletin.docx",) if docx else ())
        write_manifest(
            self.folder, Manifest(MONTH, simulated, tables=tables, reports=reports, proofs={"bulletin.docx": faults})
        )

    def mail(self, *arguments: str, port: int | None = None, ask: bool = False) -> tuple[int, str]:
        """hotline mail; gives the exit code and all that was printed."""
        sending = ["--smtp", f"127.0.0.1:{port}", *([] if ask else ["--yes"])] if port else []
        code = 0
        try:
            cli.main(["mail", MONTH, *sending, "--allow-simulated", *arguments])
        except SystemExit as end:
            code = end.code or 0
        printed = "".join(self._capsys.readouterr())
        assert "Traceback" not in printed and "程序出错" not in printed, printed
        return code, printed

    @property
    def ledger(self) -> list[dict]:
        file = self.paths.sent / f"{MONTH}.jsonl"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []

    def change(self, file: str, old: str, new: str) -> None:
        path = self.paths.params / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def kept(september, tmp_path_factory):
    """An output folder whose scanned frames serve all tests, and data with a ledger of its own."""
    folder = tmp_path_factory.mktemp("输出 文件夹")
    shutil.copytree(september.data, folder / "data", copy_function=os.link)
    return replace(september, data=folder / "data", output=folder / "output")


@pytest.fixture(scope="module")
def opened_once():
    """Opens a month once for all tests that leave its tickets and its parameters alone: what is printed of it is the same."""
    months, prepared = {}, mailing.prepared

    def open_once(month, paths):
        params = {
            str(file): file.read_bytes() for file in sorted(paths.params.rglob("*.*")) if file.name != "recipients.yaml"
        }
        known = value_fingerprint([month, str(paths), basis(month, paths, load_params(month, paths.params))[1], params])
        if known not in months:
            months[known] = prepared(month, paths)
        return months[known]

    return open_once


@pytest.fixture
def house(kept, opened_once, monkeypatch, capsys):
    paths = replace(kept, params=kept.output.parent / "params")
    shutil.rmtree(paths.params, ignore_errors=True)
    shutil.copytree(kept.params, paths.params)
    monkeypatch.setattr(mailing, "prepared", opened_once)
    (paths.params / "recipients.yaml").write_text(RECIPIENTS, encoding="utf-8")
    monkeypatch.delenv(send.PASSWORD, raising=False)
    for name, value in paths.environment().items():
        monkeypatch.setenv(name, value)
    for folder in (paths.sent, paths.report_folder(MONTH)):
        shutil.rmtree(folder, ignore_errors=True)
    made = House(paths, capsys)
    made.change("organisation.yaml", "starttls: true", "starttls: false")
    made.made()
    return made


def opened(content: bytes):
    return message_from_bytes(content, policy=policy.default)


# One copy to each.


def test_everybody_gets_one_mail_of_his_own(house):
    desk = Desk()
    with serving(desk) as port:
        code, printed = house.mail(port=port)
    assert code == 0, printed
    assert desk.to == PEOPLE
    assert desk.senders == ["hotline-12328@example.invalid"] * 4
    for (to, content), name in zip(desk.got, ["厅办公室", "运输处，综合科", "", "某中心"], strict=True):
        mail = opened(content)
        (address,) = mail["To"].addresses
        assert (address.display_name, address.addr_spec) == (name, to)
        assert mail["X-Unsent"] is None
        assert mail["Subject"] == "【模拟工单】12328热线运行情况分析（2024年9月）"
        names = [part.get_filename() for part in mail.iter_attachments()]
        assert names == [f"12328热线运行情况分析2024年9月{end}" for end in (".docx", "附表.xlsx", "（网页版）.zip")]
        assert not [other for other in PEOPLE if other != to and other.encode() in content]
        image = BeautifulSoup(mail.get_body(("html",)).get_content(), "html.parser").find("img")
        assert f"<{image['src'].removeprefix('cid:')}>" in [part["Content-ID"] for part in mail.walk()]
    assert len({opened(content)["Message-ID"] for _, content in desk.got}) == 4
    assert printed.count("250 收下了，编号 7") == 4
    assert [(each["address"], each["status"]) for each in house.ledger] == [(to, "sent") for to in PEOPLE]


def test_the_second_time_nobody_gets_anything(house):
    desk = Desk()
    with serving(desk) as port:
        house.mail(port=port)
        code, printed = house.mail(port=port)
    assert code == 0
    assert len(desk.got) == 4
    assert printed.count("已经发过") == 4 and "没有要发的邮件" in printed


def test_reports_made_again_with_the_same_figures_are_not_sent_again(house):
    desk = Desk()
    with serving(desk) as port:
        house.mail(port=port)
        house.change("scoring.yaml", "\n", "\n# 只加了一行说明\n")
        house.made()
        house.mail(port=port)
    assert len(desk.got) == 4


def test_without_a_server_it_only_shows(house):
    code, printed = house.mail()
    assert code == 0
    for words in (
        *PEOPLE,
        "厅办公室",
        "【模拟工单】12328热线运行情况分析（2024年9月）",
        ".docx",
        "（网页版）.zip",
        "--smtp",
    ):
        assert words in printed
    assert not house.ledger


@pytest.mark.parametrize(
    ("answer", "copies", "says"), [("y", 4, "发出 4 封"), ("n", 0, "什么也没有发"), ("", 0, "--yes")]
)
def test_it_asks(house, monkeypatch, answer, copies, says):
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{answer}\n" if answer else ""))
    desk = Desk()
    with serving(desk) as port:
        code, printed = house.mail(port=port, ask=True)
    assert len(desk.got) == copies
    assert says in printed and code == (0 if copies else 1)


def test_who_is_refused_is_told_and_gets_it_later(house):
    desk = Desk(refuses=("p2@example.invalid",))
    with serving(desk) as port:
        code, printed = house.mail(port=port)
        assert code == 1
        assert desk.to == ["p1@example.invalid", "p3@example.invalid", "p4@example.invalid"]
        assert re.search(r"被拒.*p2@example\.invalid.*550 no such mailbox", printed)
        assert "没有发到 1 封" in printed
        desk.refuses = ()
        code, _ = house.mail(port=port)
    assert code == 0
    assert desk.to[3:] == ["p2@example.invalid"]


def test_a_letter_refused_after_it_was_read_is_no_letter_sent(house):
    desk = Desk(says="554 looks like spam")
    with serving(desk) as port:
        code, printed = house.mail(port=port)
    assert code == 1
    assert printed.count("554 looks like spam") == 4
    assert not house.ledger and not list(house.paths.sent.glob("*.pending"))


# Connections break.


def test_a_broken_connection_is_continued_without_a_second_copy(house):
    desk = Desk(breaks_at=2)
    with serving(desk) as port:
        code, printed = house.mail(port=port)
        assert code == 1
        assert desk.to == PEOPLE[:2]
        assert "未发" in printed and "p3@example.invalid" in printed and "断开了连接" in printed
        desk.breaks_at = None
        code, _ = house.mail(port=port)
    assert code == 0
    assert desk.to == PEOPLE


def test_a_letter_whose_answer_was_lost_is_not_sent_again_unless_somebody_says_so(house):
    desk = Desk(breaks_at=1, after_data=True)
    with serving(desk) as port:
        code, printed = house.mail(port=port)
        assert code == 1
        assert re.search(r"不明.*p2@example\.invalid", printed)
        desk.breaks_at = None
        code, printed = house.mail(port=port)
        assert code == 1, "one of them may not have it"
        assert desk.to == PEOPLE
        assert "请向对方核实" in printed
        code, _ = house.mail("--to", "p2@example.invalid", "--again", "对方没有收到", port=port)
        assert code == 0
        assert desk.to == [*PEOPLE, "p2@example.invalid"]
        code, printed = house.mail(port=port)
    assert code == 0 and len(desk.got) == 5


def test_a_letter_broken_off_inside_certainly_did_not_arrive(house):
    (house.folder / "bulletin.docx").write_bytes(bytes(8_000_000))  # more than lies on the way
    with hanging_up_inside() as port:
        code, printed = house.mail(port=port)
    assert code == 1
    assert printed.count("未发") == 4
    assert not house.ledger
    desk = Desk()
    with serving(desk) as port:
        house.mail(port=port)
    assert desk.to == PEOPLE


def test_a_bulletin_that_contradicts_itself_goes_out_only_despite_it_and_the_ledger_says_why(house):
    house.made("大连", faults=("错　一、总体情况　20件 ÷ 100件 = 20%，印作 30%",))
    desk = Desk()
    with serving(desk) as port:
        code, printed = house.mail(port=port)
        assert code == 1 and not desk.got and not house.ledger
        assert "20件 ÷ 100件 = 20%，印作 30%" in printed and "--despite" in printed
        assert house.mail("--unit", "大连", port=port)[0] == 0  # no figure of its edition is in question
        code, _ = house.mail("--despite", "厅里要求按原样报送", port=port)
    assert code == 0 and desk.to[-4:] == PEOPLE
    assert [line["despite"] for line in house.ledger][-4:] == ["厅里要求按原样报送"] * 4


def test_a_run_killed_while_the_server_thinks_counts_as_unknown(house):
    plan = mailing.plan_mail(MONTH, house.paths)
    plan.ledger.begin(plan.letters[0].entry)
    desk = Desk()
    with serving(desk) as port:
        code, printed = house.mail(port=port)
    assert code == 1
    assert desk.to == PEOPLE[1:]
    assert "不清楚是否收到" in printed


def test_a_ledger_broken_off_in_its_last_line_is_mended_and_another_stops_everything(house):
    plan = mailing.plan_mail(MONTH, house.paths)
    plan.ledger.begin(plan.letters[0].entry)
    plan.ledger.end(replace(plan.letters[0].entry, status="sent"))
    plan.ledger.begin(plan.letters[1].entry)
    with plan.ledger.file.open("a", encoding="utf-8") as file:
        file.write('{"audience": "bull')
    assert [each.status for each in Ledger(plan.ledger.file).entries] == ["sent", "unknown"]
    plan.ledger.file.write_text("?\n", encoding="utf-8")
    with pytest.raises(HotlineError, match=r"2024-09\.jsonl 第 1 行"):
        Ledger(plan.ledger.file)


def test_a_ledger_whose_last_line_was_mended_by_hand_goes_on(tmp_path):
    file = tmp_path / f"{MONTH}.jsonl"
    first, second = (Entry("bulletin", to, "e1", status="sent") for to in PEOPLE[:2])
    file.write_text(json.dumps(asdict(first)), encoding="utf-8")  # an editor left the end of the line away
    ledger = Ledger(file)
    ledger.begin(second)
    ledger.end(second)
    assert [each.address for each in Ledger(file).entries] == PEOPLE[:2]


@pytest.mark.slow
def test_another_output_and_one_that_was_cleaned_send_nothing_twice(house, tmp_path, monkeypatch):
    desk = Desk()
    with serving(desk) as port:
        house.mail(port=port)
        shutil.copytree(house.folder, tmp_path / MONTH)
        code, printed = house.mail("--output", str(tmp_path), port=port)
        assert code == 0 and printed.count("已经发过") == 4
        shutil.rmtree(house.folder)
        house.made()
        assert house.mail(port=port)[0] == 0
    assert desk.to == PEOPLE
    assert not (house.paths.output / "sent").exists() and house.paths.sent.is_relative_to(house.paths.data)


def test_what_an_earlier_version_kept_beside_the_reports_is_carried_over(house):
    desk = Desk(breaks_at=2)
    with serving(desk) as port:
        house.mail(port=port)
        (kept,) = (house.paths.sent / MONTH / "tables").iterdir()
        before = {file.name: file.read_bytes() for file in kept.iterdir()}
        (house.paths.output / "sent").mkdir()
        for each in (f"{MONTH}.jsonl", MONTH):
            shutil.move(house.paths.sent / each, house.paths.output / "sent" / each)
        desk.breaks_at = None
        assert house.mail(port=port)[0] == 0
    assert desk.to == PEOPLE and len(house.ledger) == 4
    assert {file.name: file.read_bytes() for file in kept.iterdir() if file.suffix == ".csv"}.items() <= before.items()
    assert not list((house.paths.output / "sent").iterdir())


def test_two_ledgers_become_one_in_the_order_of_time(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, edition, day in ((old, "e1", "01"), (new, "e2", "02")):
        folder.mkdir()
        entry = Entry("bulletin", "p1@example.invalid", edition, "", f"2024-10-{day}T09:00:00+08:00", "sent", "250")
        (folder / f"{MONTH}.jsonl").write_text(json.dumps(asdict(entry)) + "\n", encoding="utf-8")
    for _ in range(2):
        carry_over(MONTH, old, new)
    assert [each.edition for each in Ledger(new / f"{MONTH}.jsonl").entries] == ["e1", "e2"]


def test_a_page_that_is_not_as_it_was_made_is_not_sent(house):
    house.made()
    manifest = read_manifest(house.folder)
    manifest.reports["00_bulletin"] = replace(manifest.reports["00_bulletin"], digests={".html": "0" * 64})
    write_manifest(house.folder, manifest)
    code, printed = house.mail()
    assert code == 1 and "00_bulletin.html 做好之后被改过，或已损坏" in printed and "hotline run 2024-09" in printed


@pytest.mark.slow
def test_an_edition_that_was_damaged_since_is_told_instead_of_false_corrections(house):
    desk = Desk()
    with serving(desk) as port:
        house.mail("--to", PEOPLE[0], port=port)
        (kept,) = (house.paths.sent / MONTH / "tables").iterdir()
        (kept / "units.csv").write_text("unit\n", encoding="utf-8")
        house.change("months/2024-09.yaml", "  沈阳: 0\n", "  沈阳: 240\n")
        house.made()
        code, printed = house.mail("--to", PEOPLE[0], port=port)
    assert code == 1 and len(desk.got) == 1 and "已损坏" in printed and "备份" in printed


# Encryption and login.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    if not shutil.which("openssl"):
        pytest.skip("openssl is needed for a certificate")
    return certified(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def secure(house, certificate, monkeypatch):
    house.change("organisation.yaml", "starttls: false", "starttls: true")
    house.change("organisation.yaml", 'user: ""', "user: hotline")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_name("cert.pem")))
    monkeypatch.setenv(send.PASSWORD, "right")
    return house


def test_encrypted_and_logged_in(secure, certificate):
    desk = Desk()
    with serving(desk, certificate) as port:
        code, printed = secure.mail(port=port)
    assert code == 0, printed
    assert desk.to == PEOPLE
    assert desk.logins == [(b"hotline", b"right")]
    assert "right" not in printed


def test_no_password_over_a_plain_connection(house, monkeypatch):
    house.change("organisation.yaml", 'user: ""', "user: hotline")
    monkeypatch.setenv(send.PASSWORD, "right")
    monkeypatch.setattr(send.smtplib, "SMTP", lambda *_, **__: pytest.fail("somebody was rung"))
    code, printed = house.mail("--smtp", "smtp.example.invalid:25", "--yes")
    assert code == 1 and "starttls: true" in printed and "不加密地传到" in printed and "right" not in printed
    for host in ("10.0.0.1", "127.0.0.1.example.invalid", "localhost.example.invalid", "::ffff:10.0.0.1"):
        with pytest.raises(HotlineError, match="starttls: true"):
            send.send([], send.Server(host, 25, starttls=False, user="hotline", password="right"), None)


@pytest.mark.parametrize(
    "server",
    [
        send.Server("127.0.0.9", 25, starttls=False, user="hotline"),
        send.Server("::1", 25, starttls=False, user="hotline"),
        send.Server("LOCALHOST", 25, starttls=False, user="hotline"),
        send.Server("10.0.0.1", 465, starttls=False, user="hotline"),
        send.Server("10.0.0.1", 25, user="hotline"),
        send.Server("10.0.0.1", 25, starttls=False),
    ],
    ids=str,
)
def test_a_password_that_nobody_can_hear_or_no_password_goes_out(server):
    server.refuse_plain_password()


def test_a_server_that_does_not_encrypt_gets_not_a_word(secure):
    desk = Desk()
    with serving(desk, authenticator=desk.login, auth_require_tls=False) as port:
        code, printed = secure.mail(port=port)
    assert code == 1
    assert "STARTTLS" in printed and "没有发出任何邮件" in printed
    assert not desk.senders and not desk.logins


def test_a_certificate_that_nobody_vouches_for(secure, certificate, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    desk = Desk()
    with serving(desk, certificate) as port:
        code, printed = secure.mail(port=port)
    assert code == 1
    assert "证书" in printed and not desk.logins


@pytest.mark.parametrize(("password", "says"), [("wrong", "口令"), ("", send.PASSWORD), ("口令", "中文")])
def test_a_wrong_password(secure, certificate, monkeypatch, password, says):
    monkeypatch.setenv(send.PASSWORD, password)
    desk = Desk()
    with serving(desk, certificate) as port:
        code, printed = secure.mail(port=port)
    assert code == 1
    assert says in printed
    assert not desk.got and not secure.ledger
    assert "wrong" not in printed


def test_nobody_listens(house):
    with serving(Desk()) as port:
        pass
    code, printed = house.mail(port=port)
    assert code == 1
    assert "拒绝连接" in printed


# What may not go out.


def test_simulated_tickets_go_out_only_if_somebody_says_so(house, capsys):
    desk = Desk()
    with serving(desk) as port, pytest.raises(SystemExit) as end:
        cli.main(["mail", MONTH, "--smtp", f"127.0.0.1:{port}", "--yes"])
    assert end.value.code == 1
    assert "--allow-simulated" in "".join(capsys.readouterr())
    assert not desk.got


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda house: house.made(failed="01_overview"), ["01_overview", "缺列", "不发"]),
        (lambda house: (house.folder / "manifest.json").unlink(), ["hotline run 2024-09"]),
        (lambda house: (house.folder / "bulletin.docx").unlink(), ["bulletin.docx", "hotline run"]),
        (lambda house: (house.folder / "01_overview.html").unlink(), ["01_overview.html", "hotline run"]),
        (lambda house: house.change("months/2024-09.yaml", "  沈阳: 0\n", "  沈阳: 9\n"), ["有改动", "00_bulletin"]),
        (lambda house: (house.paths.params / "recipients.yaml").unlink(), ["recipients.example.yaml"]),
        (lambda house: house.change("organisation.yaml", "address: hotline-12328@example.invalid", 'address: ""'), ["发件人"]),
        (lambda house: house.change("recipients.yaml", "p1@example.invalid", '"p1@example.invalid\\nBcc: x@y"'), ["换行"]),
    ],
    ids=["failed", "never made", "no docx", "no page", "old", "no list", "no sender", "injection"],
)  # fmt: skip
def test_what_is_not_in_order_is_not_sent(house, spoil, says):
    spoil(house)
    desk = Desk()
    with serving(desk) as port:
        code, printed = house.mail(port=port)
    assert code == 1
    assert not desk.senders
    for words in says:
        assert words in printed


@pytest.mark.parametrize("place", ["nowhere", "a b:25", "host:", "host:0", "host:99999", "h\nx:25", "host:２５"])
def test_a_server_that_is_no_address_is_wrong_usage(house, place):
    code, printed = house.mail("--smtp", place)
    assert code == 2
    assert "--smtp" in printed


def test_a_reason_cannot_break_out_of_the_mail(house):
    code, _ = house.mail("--again", "因为\nBcc: x@example.invalid")
    assert code == 2


def test_somebody_who_is_not_on_the_list(house):
    code, printed = house.mail("--to", "p9@example.invalid")
    assert code == 1
    assert "p9@example.invalid" in printed and "recipients.yaml" in printed


# Once more, and corrections.


def test_again_says_why_and_is_itself_done_once(house):
    desk = Desk(breaks_at=6)
    with serving(desk) as port:
        house.mail(port=port)
        code, _ = house.mail("--again", "附件打不开", port=port)
        assert code == 1 and desk.to == PEOPLE + PEOPLE[:2]
        desk.breaks_at = None
        code, _ = house.mail("--again", "附件打不开", port=port)
    assert code == 0
    assert desk.to == PEOPLE * 2
    first, second = opened(desk.got[0][1]), opened(desk.got[4][1])
    assert "附件打不开" in second.get_body(("plain",)).get_content()
    assert "附件打不开" in second.get_body(("html",)).get_content()
    assert first["Message-ID"] != second["Message-ID"]
    assert [each["again"] for each in house.ledger] == [""] * 4 + ["附件打不开"] * 4


def test_changed_figures_go_out_as_a_correction_that_lists_them(house):
    desk = Desk(breaks_at=4)
    with serving(desk) as port:
        house.mail("--to", "p1@example.invalid,P2@example.invalid", port=port)
        house.change("months/2024-09.yaml", "  沈阳: 0\n", "  沈阳: 240\n")
        house.made()
        desk.breaks_at = 3
        code, printed = house.mail(port=port)
        assert code == 1 and "更正：" in printed
        desk.breaks_at = None
        code, printed = house.mail(port=port)
    assert code == 0
    assert desk.to == ["p1@example.invalid", "p2@example.invalid", *PEOPLE]
    subjects = [opened(content)["Subject"].startswith("更正：") for _, content in desk.got]
    assert subjects == [False, False, True, True, False, False], "who had nothing before gets no correction"
    for _, content in desk.got[2:4]:
        words = opened(content).get_body(("plain",)).get_content()
        assert re.search(r"更正：20\d\d年.*发出的本月报有改动", words)
        assert "附件1 考评指标　沈阳　断网时长：原为 0，应为 240" in words
        assert "共1处数字有变化" in words


@pytest.fixture
def own_data(house, tmp_path, monkeypatch):
    """The house with data whose files may come and go."""
    shutil.copytree(house.paths.data, tmp_path / "data", symlinks=True)
    house.paths = replace(house.paths, data=tmp_path / "data")
    monkeypatch.setenv("HOTLINE_DATA", str(house.paths.data))
    house.made()
    return house


@pytest.mark.parametrize(
    ("thing", "unit", "gone", "back"),
    several(6, [
        ("data/spot_checks/2024-09.csv", None, "附件2 抽检情况　沈阳：不再列入（", "附件2 抽检情况　沈阳：新列入（"),
        ("data/spot_checks/2024-09.csv", "沈阳", "附件2 抽检情况　沈阳：不再列入（", "附件2 抽检情况　沈阳：新列入（"),
        ("data/tickets/2023-09.parquet", None, "沈阳　同比：原为 1.93，应为 —", "沈阳　同比：原为 —，应为 1.93"),
        ("data/tickets/2023-09.parquet", "沈阳", "沈阳　同比：原为 1.93，应为 —", "沈阳　同比：原为 —，应为 1.93"),
        ("data/tickets/2024-08.parquet", None, "环比：原为 -11.32，应为 —", "环比：原为 —，应为 -11.32"),
        ("data/tickets/2024-08.parquet", "沈阳", "附件1 考评指标　沈阳　", "附件1 考评指标　沈阳　"),
        ("params/months/2024-09/cases.md", None, "改动在文字", "改动在文字"),
    ]),
)  # fmt: skip
def test_what_disappears_after_a_mail_and_comes_back_is_corrected_twice(own_data, tmp_path, thing, unit, gone, back):
    house, desk = own_data, Desk()
    file = (house.paths.data if thing.startswith("data/") else house.paths.params).parent / thing
    made, asked = (["沈阳"], ("--unit", "沈阳")) if unit else ([], ("--to", "p1@example.invalid"))
    steps = (lambda: None, lambda: file.rename(tmp_path / "aside"), lambda: (tmp_path / "aside").rename(file))
    with serving(desk) as port:
        for step in steps:
            step()
            house.made(*made)
            code, printed = house.mail(*asked, port=port)
            assert code == 0, printed
    first, second, third = (opened(content).get_body(("plain",)).get_content() for _, content in desk.got)
    assert "有改动，以这一封为准" not in first
    assert "更正：" in second and gone in second
    assert "更正：" in third and back in third
    assert not re.search(r"[a-z]+_[a-z]+", second + third), "columns have their printed names"


def test_figures_changed_back_are_a_correction_too(house):
    desk = Desk()
    with serving(desk) as port:
        for minutes in (("0", "240"), ("240", "0")):
            house.mail("--to", "p1@example.invalid", port=port)
            house.change("months/2024-09.yaml", f"  沈阳: {minutes[0]}\n", f"  沈阳: {minutes[1]}\n")
            house.made()
        house.mail("--to", "p1@example.invalid", port=port)
    assert [opened(content)["Subject"].startswith("更正：") for _, content in desk.got] == [False, True, True]
    assert len({opened(content)["Message-ID"] for _, content in desk.got}) == 3


# Units.


def test_every_unit_gets_its_own_edition_and_no_other(house):
    house.made("沈阳", "大连")
    desk = Desk()
    with serving(desk) as port:
        code, printed = house.mail("--unit", "all", port=port)
        assert code == 0, printed
        house.mail("--unit", "大连,沈阳", port=port)
    assert sorted(desk.to) == ["d@example.invalid", "e@example.invalid", "s@example.invalid"]
    assert "营口：params/recipients.yaml 中没有收件人" in printed
    for to, content in desk.got:
        own, other = ("沈阳", "大连") if to.startswith("s") else ("大连", "沈阳")
        mail = opened(content)
        (attached,) = mail.iter_attachments()
        assert attached.get_filename() == f"12328热线运行情况分析2024年9月{own}（网页版）.zip"
        bodies = "".join(mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
        assert own in bodies and other not in bodies and other not in mail["Subject"]
    assert {each["audience"] for each in house.ledger} == {"沈阳", "大连"}


def test_a_units_correction_says_only_what_changed_for_it(house):
    house.made("沈阳", "大连")
    desk = Desk()
    with serving(desk) as port:
        house.mail("--unit", "all", port=port)
        house.change("months/2024-09.yaml", "  沈阳: 0\n", "  沈阳: 240\n")
        house.made("沈阳", "大连")
        house.mail("--unit", "all", port=port)
    after = {to: opened(content) for to, content in desk.got[3:]}
    assert list(after) == ["s@example.invalid"], "nothing that is printed of 大连 changed"
    assert after["s@example.invalid"]["Subject"].startswith("更正：")


@pytest.mark.parametrize(
    ("units", "says"),
    [
        ("沈阳", "hotline run 2024-09 --unit 沈阳"),
        ("营口", "营口"),
        ("沈羊", "沈阳"),
        ("all", "hotline run 2024-09 --unit"),
    ],
)
def test_a_unit_without_edition_or_recipient_is_told(house, units, says):
    code, printed = house.mail("--unit", units)
    assert code == 1
    assert says in printed


def test_addresses_stand_in_the_ledger_only(house):
    house.made("沈阳")
    with serving(Desk()) as port:
        house.mail(port=port)
    for file in house.paths.output.rglob("*"):
        if file.is_file() and file.suffix != ".lock":
            assert b"p1@example.invalid" not in file.read_bytes(), file


def test_who_gets_the_mail_changes_no_report(house):
    params = load_params(MONTH, house.paths.params)
    before = basis(MONTH, house.paths, params)[1]
    house.change("recipients.yaml", "p1@", "q1@")
    house.change("organisation.yaml", 'user: ""', "user: other")
    assert basis(MONTH, house.paths, load_params(MONTH, house.paths.params))[1] == before


def test_the_copy_kept_for_corrections_is_what_the_tables_say(house):
    with serving(Desk()) as port:
        house.mail(port=port)
    (folder,) = (house.paths.sent / MONTH / "tables").iterdir()
    tables = bulletin.files(mailing.prepared(MONTH, house.paths))
    assert sorted(file.stem for file in folder.glob("*.csv")) == sorted(tables)


def test_who_never_had_a_mail_is_not_told_that_it_comes_again(house):
    desk = Desk()
    with serving(desk) as port:
        house.mail("--to", "p1@example.invalid", port=port)
        house.mail("--again", "附件打不开", port=port)
    told = ["再次发送" in opened(content).get_body(("plain",)).get_content() for _, content in desk.got]
    assert told == [False, True, False, False, False]


@pytest.mark.parametrize("month", ["2024-9", "../x", "2031-01"])
def test_what_is_no_month(house, capsys, month):
    with pytest.raises(SystemExit) as end:
        cli.main(["mail", month])
    assert end.value.code == 1
    assert "2024-09" in "".join(capsys.readouterr())
    assert not (house.paths.output / "x.lock").exists()


def test_a_month_whose_parameters_changed_is_not_sent_and_one_of_a_typed_parameter_is(house):
    now = basis(MONTH, house.paths, load_params(MONTH, house.paths.params))[1]
    of = lambda top: {"reports": {"00_bulletin": Record("made", basis=now, shared={"top": top})}, "typed": {"top": top}}
    kept = Manifest(MONTH, tables=Tables(now, ("bulletin.docx",), shared={"top": 3}), **of(3))
    write_manifest(house.folder, kept)
    assert house.mail()[0] == 0
    house.change(f"months/{MONTH}.yaml", "notebooks: {}", "notebooks: {03_top_issues: {top: 7}}")
    assert house.mail()[0] == 0  # -p wins over the month's YAML, as in the run
    kept.typed = {}
    write_manifest(house.folder, kept)
    code, printed = house.mail()
    assert code == 1 and "参数或程序有改动：00_bulletin" in printed


def test_an_edition_is_told_by_what_it_lists(kept):
    m = mailing.prepared(MONTH, kept)
    assert (
        mailing.edition.fingerprint(m)
        == mailing.edition.fingerprint(m, None, 5)
        != mailing.edition.fingerprint(m, None, 3)
    )
