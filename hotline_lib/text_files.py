"""Reading what people write with Notepad or Excel, in whatever encoding they saved it; words for what is no text.

A message names the file as an analyst finds it (params/months/2024-11.yaml), the row, and what mends it; it never
repeats what stands there.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hotline_lib.errors import HotlineError

if TYPE_CHECKING:
    import pandas as pd

MOST_BYTES = 32 << 20  # nobody writes more by hand
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_REALLY = (
    (rb"PK\x03\x04.*xl/", "Excel 文件"),
    (rb"PK\x03\x04.*word/", "Word 文件"),
    (rb"PK\x03\x04|\xd0\xcf\x11\xe0|%PDF|PAR1|\x89PNG|\xff\xd8\xff|GIF8", "Excel、Word、PDF、图片、压缩包之类"),
)
_CONTROL = re.compile("[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_RESAVE = "请用记事本打开，{}另存为 UTF-8 编码"
_AS_CSV = "请在 Excel 中打开它，另存为「CSV UTF-8（逗号分隔）」"


def read_text(path: Path, name: str | None = None) -> str:
    r"""What a text file says: UTF-8, GB18030, or UTF-16 and UTF-32 with their marks; lines end with \n, no mark is left.

    name: the file as messages call it; by default from ``params``, ``data`` or ``output`` on.
    Raises HotlineError, in words, for what is missing, cannot be read, is no text, or has a broken character.
    """
    name = name or short_name(path)
    data = _bytes(path, name)
    for pattern, kind in _REALLY:
        if re.match(pattern, data, re.DOTALL):
            remedy = _AS_CSV if path.suffix.lower() == ".csv" else "请把内容写在文字文件中，用记事本另存为 UTF-8 编码"
            raise HotlineError(f"{name} 其实是 {kind}，不是文字：{remedy}。")
    encoding = _encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        row = _plain(data[: error.start].decode(encoding, "ignore")).count("\n") + 1
        which = {"utf-8": "UTF-8", "gb18030": "UTF-8，也不是 GB18030"}.get(encoding, encoding.upper())
        remedy = _RESAVE.format("改好这一行，")
        raise HotlineError(f"{name} 第 {row} 行有坏的字符，不是完整的 {which}：{remedy}。") from None
    text = _plain(text)
    if found := _CONTROL.search(text):
        row = text.count("\n", 0, found.start()) + 1
        raise HotlineError(f"{name} 第 {row} 行有看不见的控制字符，或不是文字：{_RESAVE.format('重打这一行，')}。")
    return text


def read_table(path: Path, name: str | None = None, *, columns: Sequence[str] = ()) -> pd.DataFrame:
    """A CSV as people write it: any encoding of ``read_text``, cells parted by comma, semicolon or tab.

    columns: those that must be there.
    Returns text, blanks at both ends of a cell removed, empty cells as "". The index is the row as a spreadsheet
    counts it, from 2 on; blank rows are left out. ``attrs["file"]``: ``name``.
    Raises HotlineError, in words, for what is no such table, and for the first row that does not fit its header.
    """
    import pandas as pd  # who only reads YAML need not wait for it

    name = name or short_name(path)
    text = read_text(path, name)
    if text.lstrip().startswith("<"):
        raise HotlineError(f"{name} 其实是网页，不是 CSV：{_AS_CSV}。")
    header, *rows = _rows(text, name)
    while header and not header[-1]:
        header.pop()
    missing = [column for column in columns if column not in header]
    if len(header) < 2 or missing:
        what = f"缺少列 {'、'.join(missing)}" if 0 < len(missing) < len(columns) else "不是表头" if header else "空着"
        remedy = f"应为表头 {','.join(columns)}".rstrip()
        raise HotlineError(f"{name} 第 1 行{what}：{remedy}，各列之间用半角逗号，上面没有标题。请补上。")
    for at, head in enumerate(header):
        if not head or head in header[:at]:
            raise HotlineError(
                f"{name} 第 1 行第 {at + 1} 列{'与前面的一列同名' if head else '没有列名'}：请改好列名。"
            )
    kept = {}
    for row, cells in enumerate(rows, 2):
        while len(cells) > len(header) and not cells[-1]:
            cells.pop()
        if any(cells) and len(cells) != len(header):
            raise HotlineError(
                f"{name} 第 {row} 行有 {len(cells)} 格，表头有 {len(header)} 列：请看是多了还是少了逗号；"
                "格子里有逗号时，这一格要用半角双引号括起来。"
            )
        if any(cells):
            kept[row] = cells
    table = pd.DataFrame(list(kept.values()), index=list(kept), columns=header, dtype="str")
    table.attrs["file"] = name
    return table


def short_name(path: Path) -> str:
    """A file as an analyst knows it: from the last folder called params, data or output on; else its bare name."""
    parts = path.parts
    known = [at for at, part in enumerate(parts[:-1]) if part in ("params", "data", "output")]
    return "/".join(parts[known[-1] :]) if known else path.name


def _bytes(path: Path, name: str) -> bytes:
    try:
        if path.is_symlink() and not path.exists():
            raise HotlineError(f"{name} 是快捷链接，它指向的文件已经不在：请换成文件本身。")
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise HotlineError(f"{name} 是文件夹或别的东西，应为文件：请把它移走，换成文字文件。")
        if path.stat().st_size > MOST_BYTES:
            raise HotlineError(f"{name} 超过 {MOST_BYTES >> 20} MB，不像是人写的：请看是否放错了文件。")
        return path.read_bytes()
    except FileNotFoundError:
        raise HotlineError(f"找不到 {name}：请检查文件名和所在的文件夹，或从备份中取回。") from None
    except OSError:
        raise HotlineError(f"读不出 {name}：请关闭正在使用它的程序，确认有读取权限、磁盘和网络正常。") from None


def _encoding(data: bytes) -> str:
    """Told by the mark, else UTF-8 if it is that, or would be but for a few broken characters, else GB18030."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    with suppress(UnicodeDecodeError):
        data.decode("utf-8")
        return "utf-8"
    lenient = data.decode("utf-8", "replace")
    chinese = sum(letter >= "\u0800" for letter in lenient)  # three bytes each: GB18030 seldom looks like it
    return "utf-8" if chinese > 2 * lenient.count("\ufffd") else "gb18030"


def _plain(text: str) -> str:
    r"""Without byte order marks, each line ending with \n. Word's own line break comes as \v."""
    text = text.replace("\ufeff", "").removesuffix("\x1a")
    return re.sub("\r\n|[\r\v\f\x85\u2028\u2029]", "\n", text)


def _rows(text: str, name: str) -> list[list[str]]:
    """Cells by row, the header first."""
    head = text.partition("\n")[0]
    rows: list[list[str]] = []
    try:
        for cells in csv.reader(io.StringIO(text), delimiter=max(",;\t", key=head.count), strict=True):
            if any("\n" in cell for cell in cells):  # a stray quote swallows the rows below it
                raise csv.Error
            rows.append([cell.strip() for cell in cells])
    except csv.Error:
        raise HotlineError(
            f"{name} 第 {len(rows) + 1} 行：半角双引号没有配对，或格子里有换行。请补上或删去引号，把一格写在一行里。"
        ) from None
    return rows or [[]]
