"""bulletin.pdf: the document of Word as LibreOffice lays it out, where that is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from hotline_lib.errors import HotlineError
from hotline_lib.journal import write_whole
from hotline_lib.present._page import SIMULATED
from hotline_lib.processes import child_environment

if TYPE_CHECKING:
    from hotline_lib.params import Params

NAME = "bulletin.pdf"
_USUAL = (
    "C:/Program Files/LibreOffice/program/soffice.exe", "C:/Program Files (x86)/LibreOffice/program/soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)  # fmt: skip
_LIMIT = 180  # seconds
_COUNTED = re.compile(
    r"(?<=[第图表])(?=\d)"
)  # LibreOffice ends a line between the two, whatever the document's settings say
_JOINER = "\u2060"
_LIST = "附件：1."
_TAKEN, _KNOWN = 2, 14  # lines of the text that go overleaf with the list, and by how many letters the first is found
_RUN = re.compile(r"<w:r>(<w:rPr>.*?</w:rPr>)?<w:t(?: [^>]*)?>")
# the empty page before an annex that begins on the other face too: without it nothing printed on both sides would stand there
_AS = 'pdf:writer_pdf_Export:{"IsSkipEmptyPages":{"type":"boolean","value":"false"}}'
MISSING = (
    "没有找到 LibreOffice，没有写 bulletin.pdf（params/organisation.yaml 的 pdf）。请安装后重新运行；"
    "或在装有它的机器上转换：soffice --headless --convert-to pdf bulletin.docx"
)


def office() -> str | None:
    """LibreOffice's command, if it is installed: in PATH, or where its installer puts it."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((each for each in _USUAL if Path(each).is_file()), None)


def lacking(params: Params) -> tuple[str, ...]:
    """What a run says where a PDF is asked for and cannot be made."""
    return (MISSING,) if params.organisation.pdf and office() is None else ()


def _for_office(document: Path, copy: Path, split_at: str = "") -> None:
    """A copy whose numbers stay with what they number (图1, 第3位), and whose lines are not justified: LibreOffice would
    leave out the stop at the end of a full one. split_at: where the text's last paragraph goes on overleaf, so that the list
    of annexes does not stand there alone."""
    with zipfile.ZipFile(document) as read, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as written:
        for name in read.namelist():
            part = read.read(name)
            if name == "word/document.xml":
                words = re.sub(r">[^<]+<", lambda found: _COUNTED.sub(_JOINER, found[0]), part.decode("utf-8"))
                part = _overleaf(words, split_at).encode("utf-8")
            if name == "word/styles.xml":
                part = part.replace(b'<w:jc w:val="both"/>', b'<w:jc w:val="left"/>')
            written.writestr(name, part)


def _overleaf(xml: str, at: str) -> str:
    """The paragraph before the list of annexes in two, the second of which begins a page with ``at``, without an indent."""
    before, _, _ = xml.partition(_LIST)
    begins = before[: before.rfind("<w:p>")].rfind("<w:p>")
    letters = rf"[\s{_JOINER}]*".join(map(re.escape, re.sub(r"\s", "", at)[:_KNOWN]))
    found = [each.start() for each in re.finditer(letters, before[begins:])] if letters else []
    if not found or xml[(cut := begins + found[-1]) - 1] == ">":
        return xml
    run = _RUN.match(xml, xml.rfind("<w:r>", begins, cut))
    opened = run[0] if run else "<w:r><w:t>"
    style = '<w:pStyle w:val="BodyText"/><w:keepNext/><w:pageBreakBefore/><w:ind w:firstLine="0" w:firstLineChars="0"/>'
    return f"{xml[:cut]}</w:t></w:r></w:p><w:p><w:pPr>{style}</w:pPr>{opened}{xml[cut:]}"


def _parted(content: bytes) -> str:
    """With which words the last lines of the text begin, where LibreOffice put the list of annexes alone on the next page: it
    does not keep a long paragraph's end with what follows it. Nothing where it stands below the text."""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    pages = [document[at].get_textpage().get_text_range().splitlines() for at in range(len(document))]
    for before, page in pairwise(pages):
        if page[:1] == [SIMULATED]:
            page = page[1:]
        if page and page[0].startswith(_LIST):
            return before[-1 - _TAKEN] if len(before) > _TAKEN + 1 else ""
    return ""


def write_pdf(document: Path) -> Path:
    """``document`` as bulletin.pdf beside it. Raises HotlineError if LibreOffice is not there or makes nothing of it."""
    command = office()
    if command is None:
        raise HotlineError(f"{MISSING}。")
    with tempfile.TemporaryDirectory() as folder:
        joined = Path(folder, document.name)
        own = (
            f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"  # one that is open elsewhere would take the job
        )
        asked = [command, own, "--headless", "--convert-to", _AS, "--outdir", folder, str(joined)]

        def converted(split_at: str = "") -> bytes:
            _for_office(document, joined, split_at)
            subprocess.run(asked, check=True, capture_output=True, timeout=_LIMIT, env=child_environment())
            return Path(folder, document.with_suffix(".pdf").name).read_bytes()

        try:
            made = converted()
            if begins := _parted(made):
                made = converted(begins)
        except (OSError, subprocess.SubprocessError, zipfile.BadZipFile):
            words = f"LibreOffice 没有把 {document.name} 转成 PDF。请用它打开这个文件，看能否另存为 PDF。"
            raise HotlineError(words) from None
    target = document.with_name(NAME)
    write_whole(target, made)
    return target
