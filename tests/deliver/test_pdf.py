"""bulletin.pdf is made by LibreOffice, where it is found, and goes by mail instead of Word."""

import os
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
def test_what_libreoffice_makes_lies_beside_the_document(stand_in, tmp_path):
    stand_in(CONVERTS)
    with zipfile.ZipFile(tmp_path / "bulletin.docx", "w") as made:
        made.writestr("word/document.xml", '<w:t descr="图1">具体见图1，排名前3位，第2位</w:t>')
    with zipfile.ZipFile(pdf.write_pdf(tmp_path / "bulletin.docx")) as made:
        words = made.read("word/document.xml").decode("utf-8")
    assert words == '<w:t descr="图1">具体见图\u20601，排名前3位，第\u20602位</w:t>', "a number leaves what it numbers"


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
