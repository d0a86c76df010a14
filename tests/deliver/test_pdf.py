"""bulletin.pdf is made by LibreOffice, where it is found, and goes by mail instead of Word."""

import os
import re
import shutil
import zipfile
from dataclasses import replace

import pytest
from support import MONTH

from hotline_lib import open_month
from hotline_lib.batch.manifest import Manifest, Tables, to_attach
from hotline_lib.batch.weaknesses import warnings
from hotline_lib.deliver import pdf
from hotline_lib.deliver.attached import Files, attachments
from hotline_lib.errors import HotlineError

needs_shell = pytest.mark.skipif(os.name == "nt", reason="stands in for LibreOffice with a shell script")
CONVERTS = """#!/bin/sh
while [ "$1" != --outdir ]; do shift; done
cp "$3" "$2/bulletin.pdf"
"""


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    def make(script: str) -> None:
        file = tmp_path / "soffice"
        file.write_text(script)
        file.chmod(0o755)
        monkeypatch.setattr(pdf.shutil, "which", lambda name: str(file) if name == "soffice" else shutil.which(name))

    return make


@needs_shell
def test_what_libreoffice_makes_lies_beside_the_document(stand_in, tmp_path, monkeypatch):
    stand_in(CONVERTS)
    monkeypatch.setattr(pdf, "_parted", lambda _: "")  # what the stand-in makes is no PDF
    with zipfile.ZipFile(tmp_path / "bulletin.docx", "w") as made:
        made.writestr("word/styles.xml", '<w:jc w:val="both"/>')
        made.writestr("word/document.xml", '<w:t descr="图1">具体见图1，排名前3位，第2位</w:t>')
    with zipfile.ZipFile(pdf.write_pdf(tmp_path / "bulletin.docx")) as made:
        words = made.read("word/document.xml").decode("utf-8")
        assert made.read("word/styles.xml") == b'<w:jc w:val="left"/>', "LibreOffice would lose stops"
    assert words == '<w:t descr="图1">具体见图\u20601，排名前3位，第\u20602位</w:t>', "a number leaves what it numbers"


TEXT = "<w:p><w:pPr/><w:r><w:rPr/><w:t>{}</w:t></w:r></w:p><w:p><w:pPr/><w:r><w:t>附件：1.</w:t></w:r></w:p>"


def test_the_end_of_a_long_paragraph_goes_overleaf_with_the_list_of_annexes():
    made = pdf._overleaf(TEXT.format("说起12328热线，再说12328热线有用。"), "12328 热线有用")
    first, second, listed = made.split("<w:p>")[1:]
    assert "说起12328热线，再说</w:t></w:r></w:p>" in first and ">12328热线有用。</w:t>" in second
    assert "<w:pageBreakBefore/>" in second and 'w:firstLine="0"' in second and "附件：1." in listed
    for at in ("", "没有这句话", "说起12328"):  # a whole paragraph is not parted
        assert pdf._overleaf(TEXT.format("说起12328热线。"), at) == TEXT.format("说起12328热线。")


@pytest.mark.slow
@pytest.mark.skipif(pdf.office() is None, reason="LibreOffice is not installed")
def test_on_paper_nothing_is_lost_and_the_imprint_stands_on_the_last_even_page(september, tmp_path):
    """What LibreOffice did to September: stops at the ends of full lines were not there, the list of annexes stood alone, an
    empty page was left out so that all after it changed faces, and the imprint stood on the page's number."""
    import pypdfium2
    from docx import Document

    from hotline_lib.deliver.word import write_word

    file = write_word(open_month(MONTH, september), tmp_path)
    document = pypdfium2.PdfDocument(pdf.write_pdf(file))
    pages = [document[at].get_textpage().get_text_range() for at in range(len(document))]
    bare = lambda words: re.sub("[\\s\u2060\ufffe]|模拟工单\r|— \\d+ —", "", words)
    whole = bare("".join(pages))
    for paragraph in Document(str(file)).paragraphs:
        if paragraph.style.name == "Body Text":
            assert bare(paragraph.text) in whole
    (listed,) = (words.splitlines() for words in pages if "附件：1." in words)
    assert not listed[0].startswith("附件：") and not listed[1].startswith("附件：")
    numbers = [int(found[1]) if (found := re.search(r"— (\d+) —", words)) else None for words in pages]
    assert all(number in (at, None) for at, number in enumerate(numbers, 1)) and numbers[-1] and numbers[-1] % 2 == 0
    lines = [each.get_bounds() for each in document[len(document) - 1].get_objects() if each.type == 2]
    assert min(low for _, low, *_ in lines) > (297 - 37 - 225 - 1) / 25.4 * 72, "below the type area stands the number"


@needs_shell
def test_a_failed_conversion_is_said(stand_in, tmp_path):
    stand_in("#!/bin/sh\nexit 3\n")
    zipfile.ZipFile(tmp_path / "bulletin.docx", "w").close()
    with pytest.raises(HotlineError, match=r"没有把 bulletin\.docx 转成 PDF"):
        pdf.write_pdf(tmp_path / "bulletin.docx")


def test_where_it_is_not_installed_a_run_says_so_with_the_command(september, monkeypatch):
    monkeypatch.setattr(pdf, "office", lambda: None)
    m = open_month(MONTH, september)
    assert pdf.MISSING not in warnings(m)
    organisation = m.params.organisation.model_copy(update={"pdf": True})
    asked = replace(m, params=m.params.model_copy(update={"organisation": organisation}))
    assert pdf.MISSING in warnings(asked) and "soffice --headless --convert-to pdf" in pdf.MISSING


def test_a_mail_carries_it_instead_of_word(september, tmp_path):
    (tmp_path / "bulletin.pdf").write_bytes(b"%PDF")
    for files, wanted in ((("bulletin.docx", "bulletin.pdf"), "bulletin.pdf"), (("bulletin.docx",), "bulletin.docx")):
        document, _ = to_attach(tmp_path, Manifest(MONTH, tables=Tables(files=files)))
        assert document == tmp_path / wanted
    ((name, content),) = attachments(open_month(MONTH, september), Files(tmp_path / "bulletin.pdf"), None)
    assert name == "12328热线运行情况分析2024年9月.pdf" and content == b"%PDF"
