"""Any bulletin in: its headings, paragraphs and tables, in the order of reading. Nothing of ours is presupposed."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

from hotline_lib.errors import HotlineError
from hotline_lib.processes import limit_memory
from hotline_lib.proofread.lines import CHAPTER, ITEM, parts_of
from hotline_lib.text_files import MOST_BYTES, read_text

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

_MOST_UNPACKED = 10 * MOST_BYTES
FORMS = (".docx", ".html", ".htm", ".txt", ".md", ".xlsx", ".pdf")
_NO_TEXT = ("script", "style", "svg", "nav", "head", "template", "button")
_LEAF = ("p", "li", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "caption", "blockquote", "pre")
# a PDF may give a radical where the character is meant
_RADICALS = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_RADICALS |= dict(zip("⺠⻅⻆⻋⻓⻔⻘⻚⻛⻜⻝⻢⻥⻦⻩⻬⻰⼾", "民见角车长门青页风飞食马鱼鸟黄齐龙户", strict=True))
_WIDTH = {ord(radical): character for radical, character in _RADICALS.items()} | {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B)} | {
    0xFF05: "%", 0xFF0E: ".", 0xFF0B: "+", 0xFF0D: "-", 0x2212: "-", 0x3000: " ", 0xA0: " ", 0xFF1A: "：",
    0xFF1B: "；", 0xFF08: "（", 0xFF09: "）", 0x28: "（", 0x29: "）", 0x3B: "；", 0x200B: " ",
}  # fmt: skip


@dataclass
class Block:
    """One paragraph, or one table (rows of cells, heads first).

    chapter: the heading it stands under; item: the numbered heading below that, if any. index: its place in the document. raw: its text as it was, before signs were made of one width.
    """

    text: str = ""
    rows: list[list[str]] = field(default_factory=list)
    chapter: str = ""
    item: str = ""
    index: int = 0
    raw: str = ""

    @property
    def place(self) -> str:
        """Where it stands, for a reader."""
        return " · ".join(part for part in (self.chapter[:24], self.item[:16]) if part) or f"第{self.index + 1}段"


def plain(text: str) -> str:
    """Text with digits, signs and brackets of one width, a character for a character, so that places stay."""
    text = re.sub(r"(?<=[０-９])，(?=[０-９]{3}(?![０-９]))", ",", text)
    text = text.translate(_WIDTH)
    return re.sub(r"(?<!\d),|,(?!\d)|,(?!\d{3,4}(?!\d))", "，", re.sub(r"(?<!\d):|:(?!\d)", "：", text))


def read(path: Path) -> list[Block]:
    """The blocks of a document: .docx, .html, .txt, .md, .xlsx, or .pdf with a text layer.

    Raises HotlineError if it is none of these, is missing, is broken, or holds no text.
    """
    if path.suffix.lower() not in FORMS:
        raise HotlineError(f"{path.name}：不认识这种文件。可校核的有：{'、'.join(FORMS)}；旧的 .doc 请先另存为 .docx。")
    if not path.is_file():
        raise HotlineError(f"找不到文件 {path.name}。请核对文件名和所在文件夹。")
    readers = {".docx": _docx, ".xlsx": _xlsx, ".pdf": _pdf, ".html": _html, ".htm": _html}
    reader = readers.get(path.suffix.lower(), _text)
    if path.stat().st_size > MOST_BYTES or _unpacked(path) > _MOST_UNPACKED:
        most = _MOST_UNPACKED >> 20
        raise HotlineError(f"{path.name} 大得不像一份月报（解开超过 {most} MB）。请核对是不是这份文件。")
    try:
        parts = _apart(reader, path) if reader in (_xlsx, _pdf) else list(reader(path))
    except HotlineError:
        raise
    except Exception as error:  # what a broken file makes its library say is no use to the reader
        why = "文件已损坏、有密码、大得内存不够，或内容与扩展名不符"
        raise HotlineError(f"{path.name} 打不开：{why}。请用原来的程序另存后再试。") from error
    blocks = _outlined(parts)
    if not blocks:
        raise HotlineError(f"{path.name} 中没有可读的文字（也许是扫描件）。请用有文字层的 PDF，或 Word 原件。")
    return blocks


def _apart(reader: Callable[[Path], Iterator[Part]], path: Path) -> list[Part]:
    """What a reader of machine code reads, in a process of its own: a broken file may take the process with it."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(1, get_context("spawn"), _silent) as pool:
        return pool.submit(_listed, reader, path).result()


def _unpacked(path: Path) -> int:
    """What a packed file (.docx, .xlsx) says that it holds, in bytes."""
    with suppress(BadZipFile, OSError), ZipFile(path) as packed:
        return sum(each.file_size for each in packed.infolist())
    return 0


def _silent() -> None:
    limit_memory()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what such a reader says of a broken file is no use to anybody


def _listed(reader: Callable[[Path], Iterator[Part]], path: Path) -> list[Part]:
    return list(reader(path))


def blocks_of(text: str) -> list[Block]:
    """The blocks of plain text."""
    return _outlined(list(parts_of(text.splitlines())))


def blocks_of_page(html: str) -> list[Block]:
    """The blocks of a page."""
    return _outlined(list(_page(html)))


Part = str | list[list[str]] | tuple[str, str]  # a paragraph, a table, or ("heading", text)


def _outlined(parts: list[Part]) -> list[Block]:
    blocks: list[Block] = []
    chapter = item = ""
    for part in parts:
        if isinstance(part, list):
            rows = [[re.sub(r"\s+", " ", plain(cell)).strip() for cell in row] for row in part]
            rows = [row for row in rows if any(row)]
            if rows:
                blocks.append(Block(rows=rows, chapter=chapter, item=item, index=len(blocks)))
            continue
        raw = (part[1] if isinstance(part, tuple) else part).strip()
        heading = isinstance(part, tuple) or raw.startswith("#")
        if not (text := plain(raw).strip()):
            continue
        short = len(text) <= 40 and not text.endswith(("。", "；"))
        numbered = ITEM.match(text)
        if (CHAPTER.match(text) and short) or (heading and not numbered):
            chapter = text = text.lstrip("# ")
            item = ""
        elif numbered:
            title = re.split(r"[。：\n]", text[numbered.end() :], maxsplit=1)[0]
            item = title if len(title) <= 24 else ""
        elif not blocks or blocks[-1].chapter != chapter:
            item = ""
        blocks.append(Block(text=text, chapter=chapter, item=item, index=len(blocks), raw=raw))
    return blocks


def _text(path: Path) -> Iterator[Part]:
    yield from parts_of(read_text(path, path.name).splitlines())


def _docx(path: Path) -> Iterator[Part]:
    from docx import Document
    from docx.table import Table

    for part in Document(str(path)).iter_inner_content():
        if isinstance(part, Table):
            yield [[cell.text for cell in row.cells] for row in part.rows]
        elif part.text.strip():
            style = (part.style and part.style.name) or ""
            yield ("heading", part.text) if style.startswith(("Heading", "标题")) else part.text


def _xlsx(path: Path) -> Iterator[Part]:
    import fastexcel

    book = fastexcel.read_excel(str(path))
    for name in book.sheet_names:
        frame = book.load_sheet(name, header_row=None, dtypes="string").to_pandas()
        yield ("heading", name)
        table: list[list[str]] = []
        for row in frame.fillna("").to_numpy().tolist():
            filled = [cell for cell in row if cell.strip()]
            if len(filled) == 1:
                yield table
                table = []
                yield filled[0]
            elif filled:
                table.append(row)
        yield table


def _pdf(path: Path) -> Iterator[Part]:
    import pypdfium2

    for page in pypdfium2.PdfDocument(path):
        yield from parts_of(_page_lines(page.get_textpage()))


def _page_lines(page: PdfTextPage) -> list[str]:
    """A page's lines from the top down; where it leaves a gap between words, three spaces."""
    text = page.get_text_range()
    boxes = [(page.get_charbox(at, loose=True), sign) for at, sign in enumerate(text) if sign.strip()]
    rows: list[tuple[float, float, list]] = []  # where a line begins and ends from below, and what stands in it
    for box, sign in sorted(boxes, key=lambda each: -(each[0][1] + each[0][3])):
        middle = (box[1] + box[3]) / 2
        if rows and rows[-1][0] < middle < rows[-1][1]:
            rows[-1][2].append((box, sign))
        else:
            rows.append((box[1], box[3], [(box, sign)]))
    return [_joined(sorted(row)) for _, _, row in rows]


def _joined(row: list[tuple]) -> str:
    line, right = "", None
    for (left, bottom, end, top), text in row:
        gap = 0 if right is None else left - right
        line += ("   " if gap > 0.8 * (top - bottom) else " " if gap > 0.2 * (top - bottom) else "") + text
        right = end
    return line


def _html(path: Path) -> Iterator[Part]:
    return _page(read_text(path, path.name))


def _page(text: str) -> Iterator[Part]:
    from lxml import html

    root = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", text))
    for gone in [*(each for tag in _NO_TEXT for each in list(root.iter(tag))), *root.find_class("proof")]:
        gone.drop_tree()  # proof: what was found the last time
    yield from _walk(root)


def _walk(element: Any) -> Iterator[Part]:
    for child in element:
        if not isinstance(child.tag, str):
            continue
        if child.tag == "table":
            yield _spread(child)
        elif child.tag in _LEAF or not len(child):
            text = re.sub(r"\s+", " ", child.text_content())
            yield ("heading", text) if child.tag in ("h1", "h2", "h3") else text
            yield from (_spread(table) for table in child.iter("table"))
        else:
            inline = all(each.tag in ("b", "i", "em", "strong", "span", "a", "sup", "mark", "br") for each in child)
            yield from [re.sub(r"\s+", " ", child.text_content())] if inline else _walk(child)


def _spread(table: Any) -> list[list[str]]:
    """A table's rows; a cell that spans several columns or rows stands in each of them."""
    grid: dict[tuple[int, int], str] = {}
    for at, row in enumerate(table.iter("tr")):
        column = 0
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            while (at, column) in grid:
                column += 1
            wide, deep = (int(cell.get(name) or 1) for name in ("colspan", "rowspan"))
            for down in range(deep):
                for right in range(wide):
                    grid[at + down, column + right] = re.sub(r"\s+", " ", cell.text_content()).strip()
            column += wide
    if not grid:
        return []
    width = 1 + max(column for _, column in grid)
    return [[grid.get((row, column), "") for column in range(width)] for row in range(1 + max(row for row, _ in grid))]
