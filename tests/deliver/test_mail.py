"""bulletin.eml, read back with Python's own reader of mail, as a client would."""

import io
import re
import zipfile
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from bs4 import BeautifulSoup, NavigableString
from support import MONTH

from hotline_lib import bulletin, open_month
from hotline_lib.deliver import edition
from hotline_lib.deliver.mail import Files, addressed, build, write_draft
from hotline_lib.errors import HotlineError, ParamsError
from hotline_lib.journal import DIGESTS
from hotline_lib.month import Base
from hotline_lib.params import MonthParams, Recipient, load_params, load_recipients
from hotline_lib.params.organisation import MailSettings


@pytest.fixture(scope="module")
def month(september):
    return open_month(MONTH, september)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    for name in ("bulletin.docx", "00_bulletin.html", "01_overview.html"):
        (folder / name).write_text(f"这是 {name}", encoding="utf-8")
    return Files(folder / "bulletin.docx", (folder / "00_bulletin.html", folder / "01_overview.html"))


@pytest.fixture(scope="module")
def draft(month, files, tmp_path_factory):
    return write_draft(month, tmp_path_factory.mktemp("draft"), files).read_bytes()


def opened(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def html(message: EmailMessage) -> str:
    """The body without what keeps a number at its unit."""
    body = message.get_body(("html",)).get_content()
    return re.sub(r'<span style="white-space:nowrap">([^<]*)</span>', r"\1", body)


def text(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content()


def organised(month, **changed):
    """The month of another organisation."""
    of = month.params.organisation.model_copy(update=changed)
    return replace(month, params=month.params.model_copy(update={"organisation": of}))


def test_it_opens_as_a_draft_without_recipients(draft):
    mail = opened(draft)
    assert mail["X-Unsent"] == "1"
    assert mail["To"] is mail["Cc"] is mail["Bcc"] is None
    assert mail["From"].addresses[0].display_name == "辽宁省交通运输厅运输处"
    assert mail["From"].addresses[0].domain.endswith(".invalid")
    assert mail["Subject"] == "【模拟工单】12328热线运行情况分析（2024年9月）"
    assert mail["Date"].datetime.isoformat() == "2024-10-14T09:00:00+08:00"
    assert not mail.defects
    assert not [part.defects for part in mail.walk() if part.defects]


def test_it_is_plain_ascii_with_short_lines(draft):
    draft.decode("ascii")
    assert max(map(len, draft.split(b"\r\n"))) < 998
    assert b"\n" not in draft.replace(b"\r\n", b"")


def test_the_first_page_and_key_tables_stand_in_both_bodies(draft, month):
    mail = opened(draft)
    seen = BeautifulSoup(html(mail), "html.parser").get_text()
    for body in (seen, text(mail)):
        assert "【模拟工单】" in body
        assert str(bulletin.business_types(month).lead) in body
        for found in bulletin.findings(month).found:
            assert found.title in body
            assert str(found.text) in body
        for unit in month.units["unit"]:
            assert unit in body
        for words in (
            "232,146",
            "219,751",
            "90.46",
            "13/60",
            "关注：办结时长、抽检",
            "−31.72",
            "省交投同比：印刷本+7.04%，应为+31.47%（勘误）",
        ):
            assert words in body
    assert next(mail.get_payload()[0].iter_parts()).get_content_type() == "text/plain"


def test_nothing_in_the_body_needs_a_good_client(draft):
    body = html(opened(draft))
    assert len(body.encode()) < 100_000
    for forbidden in ("<style", "<link", "<script", "<svg", "data:", "class=", "http:", "https:", "flex", "grid-"):
        assert forbidden not in body
    for cell in BeautifulSoup(body, "html.parser").find_all(["td", "th", "p", "h1", "h2"]):
        own = [each for each in cell.find_all(string=True, recursive=False) if type(each) is NavigableString]
        if "".join(own).strip():
            assert "font-family" in cell["style"] and "color" in cell["style"], cell


def test_its_picture_resolves_and_says_in_words_what_it_shows(draft):
    mail = opened(draft)
    image = BeautifulSoup(html(mail), "html.parser").find("img")
    parts = {part["Content-ID"]: part for part in mail.walk() if part["Content-ID"]}
    part = parts[f"<{image['src'].removeprefix('cid:')}>"]
    assert part.get_content_type() == "image/png"
    assert part.get_content().startswith(b"\x89PNG")
    assert "省交投" in image["alt"]


def test_the_bulletin_is_attached_under_chinese_names(draft, files):
    document, pages = opened(draft).iter_attachments()
    assert document.get_filename() == "12328热线运行情况分析2024年9月.docx"
    assert document.get_content() == files.document.read_bytes()
    assert pages.get_filename() == "12328热线运行情况分析2024年9月（网页版）.zip"
    assert re.search(rb"filename\*0?\*?=utf-8''", draft), "by RFC 2231"
    with zipfile.ZipFile(io.BytesIO(pages.get_content())) as archive:
        assert archive.namelist()[:2] == ["00_bulletin.html", "01_overview.html"]
        assert archive.read("01_overview.html").decode() == "这是 01_overview.html"
    for name in (document.get_filename(), pages.get_filename()):
        assert name in text(opened(draft))


def test_the_workbook_that_the_findings_speak_of_goes_with_the_bulletin(month, tmp_path):
    """“编号见附表“要点工单””: a reader of the mail has to find it. A unit's edition carries its own pages alone."""
    for name in ("bulletin.docx", "附表.xlsx", "00_bulletin.html"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    files = Files(tmp_path / "bulletin.docx", (tmp_path / "00_bulletin.html",))
    mail = build(month, files)
    book = list(mail.iter_attachments())[1]
    assert book.get_filename() == "12328热线运行情况分析2024年9月附表.xlsx" and book.get_content_subtype().endswith(
        "sheet"
    )
    assert book.get_content() == "附表.xlsx".encode() and "附表“要点工单”" in text(mail)
    assert (
        "附表.xlsx（全部表格）；12328热线运行情况分析2024年9月（网页版）.zip（解压后打开 00_bulletin.html）。"
        in text(mail)
    )
    own = build(month, Files(None, files.pages), unit="沈阳")
    assert [part.get_filename()[-4:] for part in own.iter_attachments()] == [".zip"]


def test_the_same_month_gives_the_same_bytes(draft, month, files, tmp_path):
    assert write_draft(month, tmp_path, files).read_bytes() == draft


def test_a_file_that_should_be_there_and_is_not_is_named(month, files, tmp_path):
    with pytest.raises(HotlineError, match=r"bulletin\.docx 不在了.*hotline run"):
        write_draft(month, tmp_path, replace(files, document=tmp_path / "bulletin.docx"))
    assert not list(tmp_path.iterdir())


def test_without_attachments_there_is_still_a_mail(month, tmp_path):
    mail = opened(write_draft(month, tmp_path, Files()).read_bytes())
    assert not list(mail.iter_attachments())
    assert "附件" not in text(mail).split("▲▼")[1]


def test_a_month_with_nothing_to_compare_and_no_spot_checks(month):
    bare = replace(month, spot_checks=None, last_year=Base("2023-09", None), previous=Base("2024-08", None))
    mail = build(bare, Files())
    assert "抽检问题" not in html(mail) + text(mail)
    assert "沈阳" in html(mail)
    assert ">—<" not in html(mail) and "同比" not in html(mail), "a column of — says nothing"


def test_what_is_open_is_said_before_anything_that_it_concerns(month):
    assert "待补充" not in html(build(month, Files(None, ())))
    own = MonthParams(month=month.month, remarks=None)
    new = replace(month, params=month.params.model_copy(update={"month": own}))
    message = build(new, Files(None, ()))
    for body in (html(message), text(message)):
        said = "本期月报尚有待补充的内容，文中已标出。"
        assert body.index(said) < body.index("总分和名次为暂计。") < body.index("本月要点") and "印发日期待补充" in body


def test_without_a_sender_it_is_a_draft_all_the_same(month, tmp_path):
    mail = opened(write_draft(organised(month, mail=MailSettings()), tmp_path, Files()).read_bytes())
    assert mail["From"] is None
    assert mail["X-Unsent"] == "1" and mail["Subject"].endswith("12328热线运行情况分析（2024年9月）")


def test_names_are_escaped(month):
    body = html(build(organised(month, title="<script>月报&", hotline="<b>"), Files()))
    assert "<script>" not in body
    assert "&lt;script&gt;月报&amp;" in body


def test_a_units_edition_says_nothing_of_another(month, files):
    mail = build(month, replace(files, document=None), unit="沈阳")
    assert mail["Subject"].endswith("　沈阳")
    assert [part.get_filename() for part in mail.iter_attachments()] == [
        "12328热线运行情况分析2024年9月沈阳（网页版）.zip"
    ]
    for body in (html(mail), text(mail)):
        assert "7,548" in body and "●" in body
        assert not [unit for unit in month.units["unit"] if unit != "沈阳" and unit in body]
    assert not [part for part in mail.walk() if part.get_content_maintype() == "image"]


def test_marks_and_units_stand_beside_their_number(month):
    said = text(build(month, Files()))
    assert "同比▲+27.58%" in said and "抽检问题3/4件" in said and "抽检问题未发现\r\n" in said
    assert "▲+27.58" in html(build(month, Files()))


def test_no_line_ends_between_a_number_and_its_unit(month):
    body = build(month, Files()).get_body(("html",)).get_content()
    for last in ("4件", "9万件", "第14位"):
        assert f'<span style="white-space:nowrap">{last}</span>' in body, last


def test_what_is_grey_in_the_mail_is_said_under_it_and_nothing_else(month):
    """As text nothing is grey; a unit's own line has what it has."""
    mail = build(month, Files())
    assert "灰字为未超出通常波动的增减、未发现问题。" in html(mail) and "灰字" not in text(mail)
    own = {unit: html(build(month, Files(), unit=unit)) for unit in ("沈阳", "营口")}
    assert "灰字为未超出通常波动的增减。" in own["沈阳"]  # three of four drawn are bad
    assert "灰字为未超出通常波动的增减、未发现问题。" in own["营口"]
    nothing = replace(month, last_year=Base("2023-09", None), spot_checks=None)
    assert "灰字" not in html(build(nothing, Files()))


def test_small_numbers_stay_out_of_a_units_mail_and_its_corrections(month, tmp_path):
    before = text(build(month, Files(), unit="沈阳"))
    held = organised(month, small_numbers=10)
    mail = build(held, Files(), unit="沈阳")
    for body in (html(mail), text(mail)):
        assert "少于10件的数不列出" in body and "＊" in body and "7,548" in body
    found = re.search(r"抽检问题(\d+/\d+)", before)[1]
    assert found not in text(mail) and found not in html(mail)
    assert re.search("^　　[●○]", before, re.MULTILINE) and not re.search("^　　[●○]", text(mail), re.MULTILINE)
    assert "不列出" not in text(build(held, Files()))  # the whole bulletin stays in the house
    edition.keep(month, tmp_path, "沈阳")
    kept = tmp_path / "indicators.csv"
    lines = kept.read_text(encoding="utf-8-sig").replace(",100.00", ",99.00", 1)
    kept.write_text(lines, encoding="utf-8-sig")
    (tmp_path / DIGESTS).unlink()  # as an earlier version of the suite kept them
    changed = edition.changes(held, tmp_path, "沈阳")
    assert changed and all(line.endswith("有改动") for line in changed)
    assert "原为 99.00，应为 100.00" in edition.changes(month, tmp_path, "沈阳")[0]


def test_a_correction_heads_subject_and_body_and_lists_the_figures(month):
    lines = ("附件3　沈阳　合计：原为 7548，应为 7549",)
    mail = build(month, Files(), correction=edition.Correction(lines, "2024年10月14日"), again="附件传错了")
    assert mail["Subject"].startswith("更正：")
    for body in (html(mail), text(mail)):
        assert "更正：2024年10月14日发出的本月报有改动" in body
        assert lines[0] in body and "共1处" in body and "再次发送：附件传错了" in body


def test_a_long_list_of_changes_is_attached_whole(month):
    lines = tuple(f"附件1　沈阳　第{number}项" for number in range(1, 2001))
    mail = build(month, Files(), correction=edition.Correction(lines, "2024年10月14日"))
    assert len(html(mail).encode()) < 100_000
    assert "第100项" in text(mail) and "第101项" not in text(mail)
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "更正的数字.txt"
    assert "第2000项" in attached.get_content()


# Nothing that comes from a file gets into a header, or past it.


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('subject: "{title}（{month}）"', 'subject: "月报\\nBcc: x@example.invalid"', ["mail subject", "换行"]),
        ('subject: "{title}（{month}）"', 'subject: "{titel}"', ["mail subject", "{title}"]),
        (
            "address: hotline-12328@example.invalid",
            'address: "a@example.invalid\\r\\nBcc: b@x"',
            ["mail address", "换行"],
        ),
        ("address: hotline-12328@example.invalid", "address: a@b@example.invalid", ["a@b@example.invalid", "一个 @"]),
        ("title: 12328热线运行情况分析", 'title: "12328\\nBcc: x@example.invalid"', ["title", "换行"]),
        ('  name: ""  ', '  nam: ""  ', ["mail nam", "name"]),
        ("starttls: true", "starttls: 要", ["mail starttls", "true"]),
    ],
)
def test_a_slip_in_the_organisation_is_named(own_params, old, new, says):
    file = own_params.params / "organisation.yaml"
    content = file.read_text(encoding="utf-8")
    assert old in content
    file.write_text(content.replace(old, new), encoding="utf-8")
    with pytest.raises(ParamsError) as caught:
        load_params(MONTH, own_params.params)
    for words in ("organisation.yaml", *says):
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('bulletin: [{name: "处\\nBcc: x@y", address: a@example.invalid}]', ["bulletin", "name", "换行"]),
        ('bulletin: [{name: 处, address: "a@example.invalid\\nBcc: b@y"}]', ["bulletin", "address", "换行"]),
        ('bulletin: [{name: 处, address: "a@example.invalid, b@example.invalid"}]', ["address", "一个 @"]),
        ('bulletin: [{name: 处, address: "<a@example.invalid>"}]', ["address", "不是邮箱地址"]),
        ("bulletin: [{name: 处, address: 处@example.invalid}]", ["address", "中文"]),
        ("bulletin: [{name: 处}]", ["address", "缺少"]),
        ("bulletin: [{address: a@example.invalid}, {address: A@example.invalid}]", ["a@example.invalid", "两次"]),
        ("bulletin: a@example.invalid", ["bulletin", "一列条目"]),
        ("units: {沈羊: [{address: a@example.invalid}]}", ["沈羊", "沈阳"]),
        ("units: {沈阳: [], 沈阳市: []}", ["两次"]),
        ("{buletin: [], units: {}}", ["buletin", "bulletin"]),
    ],
)
def test_a_slip_in_the_recipients_is_named(own_params, content, says):
    (own_params.params / "recipients.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(HotlineError) as caught:
        load_recipients(load_params(MONTH, own_params.params))
    for words in says:
        assert words in str(caught.value)


def test_without_a_list_of_recipients_the_example_is_named_and_loads(own_params):
    params = load_params(MONTH, own_params.params)
    (own_params.params / "recipients.yaml").unlink(missing_ok=True)
    with pytest.raises(ParamsError, match=r"recipients\.example\.yaml"):
        load_recipients(params)
    (own_params.params / "recipients.example.yaml").rename(own_params.params / "recipients.yaml")
    found = load_recipients(params)
    everybody = [*found.bulletin, *(each for people in found.units.values() for each in people)]
    assert everybody and all(each.address.endswith(".invalid") for each in everybody)


@pytest.mark.parametrize("name", ["张某，李某", '某"处"', "a, b <c@example.invalid>", "处" * 60, "O'Neil; x", ""])
def test_a_name_stays_one_name_whatever_is_in_it(month, name):
    mail = opened(addressed(build(month, Files()), month, Recipient(name=name, address="a@example.invalid"), []))
    (address,) = mail["To"].addresses
    bare = lambda words: words.replace(" ", "")  # Python's reader puts spaces where a long name is folded
    assert (bare(address.display_name), address.addr_spec) == (bare(name), "a@example.invalid")
    assert mail["X-Unsent"] is None
    assert not mail.defects


def test_a_page_that_somebody_edited_does_not_go_out(month, files, tmp_path):
    page = tmp_path / "00_bulletin.html"
    page.write_text("<!DOCTYPE html><p>好</p><script src=x></script>", encoding="utf-8")
    with pytest.raises(HotlineError, match=r"00_bulletin.html 不能发出：有.*<script>.*--force"):
        build(month, Files(files.document, (page,)))


def test_a_body_that_would_run_something_does_not_go_out(month, monkeypatch):
    from hotline_lib.deliver import mail

    monkeypatch.setattr(mail, "_template", lambda: mail.jinja2.Template("<p onclick='1'>{{ title }}</p>"))
    with pytest.raises(HotlineError, match="邮件正文不能发出：网页元素 <p> 带有会运行的属性 onclick"):
        build(month, Files())
