"""What a file really is, whatever its name says, and whether it is safe to open.

Everything is told from the bytes: exports come as .xls that are web pages, as .xlsx that are encrypted, as .zip that
would fill the disk. Nothing is ever unpacked to disk: a member of a .zip is read from where it is.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from hotline_lib.intake.words import FileProblem

_MB = 1 << 20
MOST_MEMBERS = 1000
MOST_BYTES = {"zip": 16_000 * _MB, "xlsx": 4_000 * _MB}  # unpacked: ten million rows of text; a million rows of XML
_MOST_RATIO = 250  # honest tables pack 5 to 40 times
_SMALL = 16 * _MB  # below this any ratio is harmless
_TABLES = (".xlsx", ".xls", ".xlsm", ".xlsb", ".csv", ".txt", ".tsv", ".parquet")


@dataclass(frozen=True)
class Export:
    """One file that holds tables, alone or inside a .zip. kind: excel, csv or parquet. size: in bytes."""

    name: str
    kind: str
    size: int
    open: Callable[[], BinaryIO]


def find_exports(path: Path, skipped: Callable[[str], None]) -> Iterator[Export]:
    """The tables of one file the analyst named. skipped: told the members of a .zip that are no tables.

    Raises FileProblem in words for what cannot be read or is not safe to.
    """
    try:
        size = path.stat().st_size
        yield from _exports(Export(path.name, "", size, lambda: path.open("rb")), skipped, nested=False)
    except FileNotFoundError:
        raise FileProblem("file/none", path.name) from None
    except IsADirectoryError:
        raise FileProblem("file/folder", path.name) from None
    except PermissionError:
        raise FileProblem("file/permission", path.name) from None


def _exports(export: Export, skipped: Callable[[str], None], *, nested: bool) -> Iterator[Export]:
    with export.open() as stream:
        head = stream.read(4096)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _packed(export, skipped, nested=nested)
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        with export.open() as stream:
            if "EncryptedPackage".encode("utf-16-le") in stream.read():
                raise FileProblem("file/password", export.name)
        yield Export(export.name, "excel", export.size, export.open)
    elif head.startswith(b"PAR1"):
        yield Export(export.name, "parquet", export.size, export.open)
    elif not head.strip(b"\xef\xbb\xbf\r\n\t ,;\0"):
        raise FileProblem("file/empty", export.name)
    elif head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"<"):
        raise FileProblem("file/html", export.name)
    elif b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileProblem("file/unknown", export.name)
    else:
        yield Export(export.name, "csv", export.size, export.open)


def _packed(export: Export, skipped: Callable[[str], None], *, nested: bool) -> Iterator[Export]:
    """An .xlsx, which is a zip with a table of contents, or the tables inside a .zip."""
    try:
        with export.open() as stream, zipfile.ZipFile(stream) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            workbook = "[Content_Types].xml" in archive.namelist()
            _refuse_bomb(export.name, members, MOST_BYTES["xlsx" if workbook else "zip"])
            if workbook:
                _refuse_hidden_bomb(export.name, stream, members)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError):
        raise FileProblem("file/damaged", export.name) from None
    if workbook:
        yield Export(export.name, "excel", export.size, export.open)
        return
    if nested:
        raise FileProblem("file/nested", export.name)
    for member in members:
        name = f"{export.name}/{_file_name(member)}"
        if _file_name(member).startswith((".", "~$")) or "__MACOSX" in member.filename:
            continue
        if not name.lower().endswith((*_TABLES, ".zip")):
            skipped(name)
            continue
        yield from _exports(Export(name, "", member.file_size, _opener(export, member)), skipped, nested=True)


def _opener(export: Export, member: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    """Opens a member in place. A spreadsheet needs to jump about in its file, so a small member is read whole."""

    def open_member() -> BinaryIO:
        try:
            archive = zipfile.ZipFile(export.open())  # lives as long as the member's stream
            stream = archive.open(member)
            return stream if member.filename.lower().endswith((".csv", ".txt", ".tsv")) else io.BytesIO(stream.read())
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
            raise FileProblem("file/damaged", export.name) from None

    return open_member


def _file_name(member: zipfile.ZipInfo) -> str:
    """Without its folders; Windows in China writes names in GB18030 and does not say so."""
    name = member.filename
    if not member.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("gb18030")
    return name.replace("\\", "/").rpartition("/")[2]


def _refuse_bomb(name: str, members: list[zipfile.ZipInfo], most: int) -> None:
    if any(member.flag_bits & 1 for member in members):
        raise FileProblem("file/password", name)
    too_dense = any(m.file_size > _SMALL and m.file_size > _MOST_RATIO * m.compress_size for m in members)
    if too_dense or len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > most:
        raise FileProblem("file/bomb", name)


def _refuse_hidden_bomb(name: str, stream: BinaryIO, members: list[zipfile.ZipInfo]) -> None:
    """A workbook's XML is unpacked by code that trusts what the zip says of itself, so it is unpacked once before:
    no member may be bigger than it claims, and none may define entities."""
    for member in members:
        size, start = 0, b""
        for piece in _unpacked(stream, member):
            size += len(piece)
            start = start or piece[: 1 << 16]
            if size > member.file_size:
                raise FileProblem("file/bomb", name)
        if b"<!DOCTYPE" in start.replace(b"\0", b"").upper():
            raise FileProblem("file/entities", name)


def _unpacked(stream: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    stream.seek(member.header_offset)
    header = stream.read(30)
    stream.seek(
        member.header_offset + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    )
    left, inflate = member.compress_size, zlib.decompressobj(-15)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError
    while left > 0 and (packed := stream.read(min(left, 1 << 18))):
        left -= len(packed)
        while packed:
            if member.compress_type == zipfile.ZIP_STORED:
                piece, packed = packed, b""
            else:
                piece = inflate.decompress(packed, 4 * _MB)
                packed = inflate.unconsumed_tail
            if piece:
                yield piece
