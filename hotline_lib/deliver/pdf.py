"""bulletin.pdf: the document of Word as LibreOffice lays it out, where that is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from hotline_lib.errors import HotlineError
from hotline_lib.journal import write_whole
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


def _join(document: Path, copy: Path) -> None:
    """A copy whose numbers stay with what they number: 图1, 第3位."""
    with zipfile.ZipFile(document) as read, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as written:
        for name in read.namelist():
            part = read.read(name)
            if name == "word/document.xml":
                words = re.sub(r">[^<]+<", lambda found: _COUNTED.sub(_JOINER, found[0]), part.decode("utf-8"))
                part = words.encode("utf-8")
            written.writestr(name, part)


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
        asked = [command, own, "--headless", "--convert-to", "pdf", "--outdir", folder, str(joined)]
        try:
            _join(document, joined)
            subprocess.run(asked, check=True, capture_output=True, timeout=_LIMIT, env=child_environment())
            made = Path(folder, document.with_suffix(".pdf").name).read_bytes()
        except (OSError, subprocess.SubprocessError, zipfile.BadZipFile):
            words = f"LibreOffice 没有把 {document.name} 转成 PDF。请用它打开这个文件，看能否另存为 PDF。"
            raise HotlineError(words) from None
    target = document.with_name(NAME)
    write_whole(target, made)
    return target
