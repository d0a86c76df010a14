"""What a file really is, whatever its name says, and whether it is safe to open.

Everything is told from the bytes: exports come as .xls that are web pages, as .xlsx that are encrypted, as .zip that
would fill the disk. Nothing is ever unpacked to disk: a member of a .zip is read from where it is.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hotline_lib.intake.reader.grid import FileProblem, Note

MB = 1 << 20
MOST_MEMBERS = 1000
MOST_BYTES = {"zip": 16_000 * MB, "book": 4_000 * MB}  # unpacked: ten million rows of text; a million rows of XML
_MOST_RATIO = 250  # honest tables pack 5 to 40 times
_SMALL = 16 * MB  # below this any ratio is harmless
_BOOKS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".et", ".ods")
_TABLES = (*_BOOKS, ".csv", ".txt", ".tsv", ".parquet", ".htm", ".html", ".xml")
_STREAMED = (".csv", ".txt", ".tsv")
_HEAD = 1 << 16
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError)


@dataclass(frozen=True)
class Export:
    """One file that holds tables, alone or inside a .zip.

    kind: book, html, mhtml, xml, text or parquet. size: in bytes. encoding: of text, where its bytes tell it at once.
    """

    name: str
    kind: str
    size: int
    open: Callable[[], IO[bytes]]
    encoding: str = ""


def find_exports(path: Path, note: Callable[[Note], None]) -> Iterator[Export]:
    """The tables of one file the analyst named. note: told the members of a .zip that are no tables.

    Raises FileProblem for what cannot be read, is not safe to, or changed while it was read.
    """
    if path.name.startswith("~$"):
        raise FileProblem("file/lock", path.name)
    try:
        before = path.stat()
        if path.is_dir():
            raise FileProblem("file/folder", path.name)
        if not stat.S_ISREG(before.st_mode):
            raise FileProblem("file/special", path.name)
        yield from _exports(Export(path.name, "", before.st_size, lambda: path.open("rb")), note, nested=False)
        after = path.stat()
    except FileNotFoundError:
        raise FileProblem("file/none", path.name) from None
    except PermissionError:
        raise FileProblem("file/permission", path.name) from None
    except OSError:
        raise FileProblem("file/unreadable", path.name) from None
    if (before.st_size, before.st_mtime_ns, before.st_ino) != (after.st_size, after.st_mtime_ns, after.st_ino):
        raise FileProblem("file/changed", path.name)


def _exports(export: Export, note: Callable[[Note], None], *, nested: bool) -> Iterator[Export]:
    with export.open() as stream:
        head = stream.read(_HEAD)
    kind, encoding = told_by(head)
    if kind == "zip":
        yield from _packed(export, note, nested=nested)
    elif kind == "locked":
        with export.open() as stream:
            if "EncryptedPackage".encode("utf-16-le") in stream.read():
                raise FileProblem("file/password", export.name)
        yield Export(export.name, "book", export.size, export.open)
    elif kind in ("empty", "unknown"):
        raise FileProblem(f"file/{kind}", export.name)
    else:
        yield Export(export.name, kind, export.size, export.open, encoding)


def told_by(head: bytes) -> tuple[str, str]:
    """The kind that the first bytes tell, and the encoding where they tell it at once."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip", ""
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "locked", ""
    if head.startswith(b"PAR1"):
        return "parquet", ""
    if head.startswith(
        (b"%PDF", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"{\\rtf", b"SQLite")
    ):
        return "unknown", ""
    encoding = _wide(head)
    text = head.decode(encoding or "latin-1", "replace").lstrip("\ufeff\xef\xbb\xbf \t\r\n\0")
    if not text.strip("\0\r\n\t ,;"):
        return "empty", ""
    start = text[:4096].lower()
    if start.startswith("mime-version:") or re.match(r"(from|content-type|message-id|date|subject):.*\nmime", start):
        return "mhtml", encoding
    if start.startswith("<"):
        return (
            "xml" if "schemas-microsoft-com:office:spreadsheet" in start and "<html" not in start else "html"
        ), encoding
    if re.match(r'[{\[]\s*["{\[\]}]', start) or (not encoding and _binary(head)):
        return "unknown", ""
    return "text", encoding


def _wide(head: bytes) -> str:
    """The encoding of text in two bytes a character, with a byte order mark or without; "" for any other."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    pairs = len(head) // 2
    if not pairs or b"\0" not in head:
        return ""
    for encoding, ascii_zero in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if ascii_zero.count(0) > pairs / 8 and ascii_zero.count(0) > 0.95 * head.count(0):
            return encoding
    return ""


def _binary(head: bytes) -> bool:
    """Whether there is more than a slip of what text never holds."""
    strange = sum(head.count(code) for code in (*range(9), *range(14, 27), *range(28, 32)))
    return strange > 2 + len(head) / 200


def _packed(export: Export, note: Callable[[Note], None], *, nested: bool) -> Iterator[Export]:
    """A workbook, which is a zip with a table of contents, or the tables inside a .zip."""
    try:
        with export.open() as stream, zipfile.ZipFile(stream) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except _UNREADABLE:
        raise FileProblem("file/damaged", export.name) from None
    names = {member.filename.lower().replace("\\", "/") for member in members}
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise FileProblem("file/unknown", export.name)
    book = any(name.startswith("xl/") for name in names) or {"mimetype", "content.xml"} <= names
    _refuse_bomb(export.name, members, MOST_BYTES["book" if book else "zip"], book=book)
    if book:
        yield Export(export.name, "book", export.size, export.open)
        return
    if nested:
        raise FileProblem("file/nested", export.name)
    for member in members:
        path = _file_name(member)
        name, last = f"{export.name}/{path}", path.rpartition("/")[2]
        if last.startswith((".", "~$")) or "__MACOSX" in member.filename:
            continue
        if not name.lower().endswith((*_TABLES, ".zip")):
            note(Note("member", name))
            continue
        yield from _exports(Export(name, "", member.file_size, _opener(export, member)), note, nested=True)


def _opener(export: Export, member: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    """Opens a member in place. A spreadsheet needs to jump about in its file, so a small member is read whole."""

    def open_member() -> IO[bytes]:
        try:
            archive = zipfile.ZipFile(export.open())  # lives as long as the member's stream
            stream = archive.open(member)
            return stream if member.filename.lower().endswith(_STREAMED) else io.BytesIO(stream.read())
        except _UNREADABLE:
            raise FileProblem("file/damaged", export.name) from None

    return open_member


def _file_name(member: zipfile.ZipInfo) -> str:
    """With its folders, but never a way out of them; Windows in China writes names in GB18030 and does not say so."""
    name = member.filename
    if not member.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("gb18030")
    return "/".join(part for part in name.replace("\\", "/").split("/") if part not in ("", ".", ".."))


def _refuse_bomb(name: str, members: list[zipfile.ZipInfo], most: int, *, book: bool) -> None:
    if any(member.flag_bits & 1 for member in members):
        raise FileProblem("file/password" if book else "zip/password", name)
    too_dense = any(m.file_size > _SMALL and m.file_size > _MOST_RATIO * m.compress_size for m in members)
    if too_dense or len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > most:
        raise FileProblem("file/bomb", name)


def unpacked(stream: IO[bytes], member: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """A member's content in pieces, never more than the zip says it is: what unpacks it later trusts what it says."""
    size = 0
    for piece in _inflated(stream, member):
        size += len(piece)
        if size > member.file_size:
            raise FileProblem("file/bomb", name)
        yield piece


def _inflated(stream: IO[bytes], member: zipfile.ZipInfo) -> Iterator[bytes]:
    stream.seek(member.header_offset)
    header = stream.read(30)
    lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    stream.seek(member.header_offset + 30 + lengths)
    inflate, left = zlib.decompressobj(-15), member.compress_size
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError
    while left > 0 and (packed := stream.read(min(left, 1 << 18))):
        left -= len(packed)
        while packed:
            if member.compress_type == zipfile.ZIP_STORED:
                piece, packed = packed, b""
            else:
                piece = inflate.decompress(packed, 4 * MB)
                packed = inflate.unconsumed_tail
            if piece:
                yield piece
