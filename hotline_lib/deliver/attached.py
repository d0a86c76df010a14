"""What a mail carries besides its words: the bulletin in Word or as PDF, the workbook of its tables, the pages in one zip."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hotline_lib.contract import breach
from hotline_lib.deliver import workbook
from hotline_lib.errors import HotlineError

if TYPE_CHECKING:
    from hotline_lib.month import Month


_USES = {".docx": "可打印", ".pdf": "可打印", ".xlsx": "全部表格"}
_BACK = re.compile(rb"<!--back-->.*?<!--/back-->")  # to the index, which the mail does not carry


@dataclass(frozen=True)
class Files:
    """What is attached: the bulletin in Word or as PDF, if it is made, with the workbook beside it, and the pages that go into
    the zip."""

    document: Path | None = None
    pages: tuple[Path, ...] = ()


def attachments(m: Month, files: Files, unit: str | None) -> list[tuple[str, bytes]]:
    """Names as the reader sees them, and contents."""
    stem = re.sub(r'[\\/:*?"<>|]', "_", f"{m.params.organisation.title}{m.label}{unit or ''}")
    attached = []
    if files.document:
        attached.append((f"{stem}{files.document.suffix}", _read(files.document)))
        if (book := files.document.with_name(workbook.NAME)).is_file():  # the bulletin speaks of its sheets
            attached.append((f"{stem}{book.name}", _read(book)))
    if files.pages:
        data = sorted((files.pages[0].parent / "tables").rglob("*.csv"))
        attached.append((f"{stem}（网页版）.zip", _zipped(files.pages, data)))
    return attached


def use_of(name: str, files: Files) -> str:
    """What is attached, and what for; of a zip, with which page to begin."""
    use = _USES.get(name[name.rfind(".") :]) or f"解压后打开 {files.pages[0].name}"
    return f"{name}（{use}）"


def _zipped(pages: Sequence[Path], data: Sequence[Path] = ()) -> bytes:
    """The pages, and in tables/ the data that they link to."""
    folder = pages[0].parent
    members = {page.name: _page(page) for page in pages} | {
        each.relative_to(folder).as_posix(): _read(each) for each in data
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(entry, content)
    return file.getvalue()


def _page(file: Path) -> bytes:
    """A page as it lies there, which somebody may have edited since it was made."""
    content = _read(file)
    if wrong := breach(content.decode("utf-8", "replace")):
        raise HotlineError(f"{file.parent.name}/{file.name} 不能发出：{wrong}。请用 hotline run --force 重新做出来。")
    return _BACK.sub(b"", content)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        words = f"要附在邮件里的 {file.parent.name}/{file.name} 不在了。请重新运行 hotline run，把它做出来。"
        raise HotlineError(words) from None
