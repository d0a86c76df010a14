"""Exports before they are spoilt: tickets of several kinds, with titles, blank rows, totals and people beside, in every form.

All people, numbers and tickets are invented.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from exports import LABELS, ROW, rows, table, write_csv, write_xlsx
from forms import Book, write_html, write_mhtml, write_ods, write_spreadsheetml, write_xls, write_zip
from personal import PERSONAL

Grid = list[list[str]]
PEOPLE = [kind.text for kind in PERSONAL.values()]
_UNITS = ["沈阳", "大连", "鞍山", "丹东", "朝阳", "省交投"]
_CHANGES: list[dict[str, str]] = [
    {}, {"rating": ""}, {"rating": "不满意", "bad_rating_fixed": "是"}, {"closed_at": "", "submitted_at": ""},
    {"answered_instantly": "是", "transferred_at": "", "due_at": ""}, {"issue": "", "sub_issue": ""},
    {"business_type": "信息咨询", "sub_issue": ""}, {"failed_reviews": "2"}, {"accepted_at": "2024-08-31 23:59:59"},
    {"domain": "高速公路", "issue": "高速公路ETC", "sub_issue": "收费结算"}, {"called_back": "", "resolved_first_time": "否"},
]  # fmt: skip
WORDS = {cell for change in [ROW, *_CHANGES] for cell in change.values()} | set(_UNITS)  # known names among them
_TEXTS = ["乘客称绕行", "说“不打表”", '“"”，引号', "一，\n二", "=1+1", "退款 5 元; 另议", "路口|桥下", "", "a\tb"]


def tickets(r: random.Random) -> list[dict[str, str]]:
    number = r.choice([1, 2, 3, 5, 8, 13, 21, 60])
    return rows(*({**r.choice(_CHANGES), "unit": r.choice(_UNITS)} for _ in range(number)))


def grid(r: random.Random) -> Grid:
    """A sheet's cells, whole and right: with titles above, people beside, blank rows and a total."""
    cells = table(tickets(r))
    if r.random() < 0.6:
        text = r.choice(["诉求内容", "来电人", "联系电话", "备注"])
        texts = _TEXTS if text in ("诉求内容", "备注") else PEOPLE
        front = r.random() < 0.3
        for row in cells:
            cell = text if row is cells[0] else r.choice(texts)
            row.insert(0 if front else len(row), cell)
    width = len(cells[0])
    above = [[""] * width for _ in range(r.choice([0, 0, 0, 1, 3]))]
    for row in above:
        row[0] = r.choice(["2024年9月工单明细", "", "制表：（虚构）"])
    below = [[""] * width, ["合计", str(len(cells) - 1), *[""] * (width - 2)]] if r.random() < 0.3 else []
    return [*above, *cells, *below]


def _times(cells: Grid) -> list[list[object]]:
    """Times as Excel's own, where the cells are times."""
    made: list[list[object]] = []
    for row in cells:
        made.append([_time(cell) for cell in row])
    return made


def _time(cell: str) -> object:
    try:
        return dt.datetime.strptime(cell, "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return cell


def _clean(cells: Grid) -> Grid:
    """Without what XML cannot hold."""
    return [["".join(c for c in cell if c >= " " or c in "\n\t") for cell in row] for row in cells]


def _text(encoding: str, delimiter: str) -> Callable[[Path, Grid], Path]:
    return lambda folder, cells: write_csv(folder / "a.csv", cells, encoding=encoding, delimiter=delimiter)


def _unquoted(folder: Path, cells: Grid) -> Path:
    """Without a quotation mark, however the cells are: line ends in a cell become spaces, commas Chinese."""
    flat = [[cell.replace("\n", " ").replace("\r", " ").replace(",", "，") for cell in row] for row in cells]
    (folder / "a.csv").write_text("\r\n".join(",".join(row) for row in flat), encoding="utf-8", errors="replace")
    return folder / "a.csv"


def _parquet(folder: Path, cells: Grid) -> Path:
    at = next((n for n, row in enumerate(cells) if len(set(row) & set(LABELS.values())) > 5), 0)
    width = max(len(row) for row in cells)
    names = [name or f"列{n}" for n, name in enumerate([*cells[at], *[""] * (width - len(cells[at]))])]
    names = [f"{name}{n}" if names.index(name) < n else name for n, name in enumerate(names)]
    body = [[*row, *[""] * (width - len(row))] for row in cells[at + 1 :]]
    pd.DataFrame(body, columns=names).to_parquet(folder / "a.parquet", index=False)
    return folder / "a.parquet"


def _typed(folder: Path, cells: Grid) -> Path:
    """Parquet whose columns are times, numbers and truths, where all of their cells are."""
    file = _parquet(folder, cells)
    frame = pd.read_parquet(file)
    for n, name in enumerate(frame):
        values = frame[name].replace({"": None})
        if values.map(lambda cell: cell is None or isinstance(_time(cell), dt.datetime)).all():
            frame[name] = pd.to_datetime(values).dt.tz_localize("Asia/Shanghai" if n % 2 else None)
        elif values.isin(["是", "否", None]).all():
            frame[name] = values.map({"是": True, "否": False, None: None}).astype("boolean")
        elif values.map(lambda cell: str(cell).isdigit()).all():
            frame[name] = values.astype("int64" if n % 2 else "float64")
    frame.to_parquet(file, index=False)
    return file


def _two_sheets(folder: Path, cells: Grid) -> Path:
    """The second one under the same header, or a hidden one with tickets of its own."""
    head = next((n for n, row in enumerate(cells) if "工单编号" in row), 0)
    half, hidden = max(head + 2, len(cells) // 2), len(cells) % 3 == 0
    below = [[cell.replace("20240901", "20240903") if hidden else cell for cell in row] for row in cells[half:]]
    sheets = {"九月": _clean(cells[:half]), "补充": _clean([cells[head], *below])}
    return Book(sheets, states={"补充": "hidden"} if hidden else None).save(folder / "a.xlsx")


def _joined(folder: Path, cells: Grid) -> Path:
    """Two text files after one another, as copy *.csv makes of them: each with its own letters, mark and header."""
    head = next((n for n, row in enumerate(cells) if "工单编号" in row), 0)
    half = max(head + 2, len(cells) // 2)
    encodings = [("utf-8-sig", "utf-8-sig"), ("utf-8-sig", "gb18030"), ("gb18030", "utf-8")][len(cells) % 3]
    parts = zip((cells[:half], [cells[head], *cells[half:]]), encodings, strict=True)
    content = b"".join(write_csv(folder / "x.csv", part, encoding=encoding).read_bytes() for part, encoding in parts)
    (folder / "a.csv").write_bytes(content)
    return folder / "a.csv"


def _zip(folder: Path, cells: Grid) -> Path:
    head = next((n for n, row in enumerate(cells) if "工单编号" in row), 0)
    half = max(head + 2, len(cells) // 2)
    one = write_csv(folder / "x.csv", cells[:half], encoding="gb18030").read_bytes()
    two = write_xlsx(folder / "x.xlsx", _clean([cells[head], *cells[half:]])).read_bytes()
    return write_zip(folder / "a.zip", {"沈阳/导出.csv": one, "大连/导出.xlsx": two, "说明.txt.pdf": b"%PDF"})


def _xls(folder: Path, cells: Grid) -> Path:
    return write_xls(folder / "a.xls", [[cell[:32_767] for cell in row[:256]] for row in _clean(cells)])  # its limits


def _book(**how: object) -> Callable[[Path, Grid], Path]:
    return lambda folder, cells: Book({"工单": _clean(cells)}, **how).save(folder / "a.xlsx")


FORMS: dict[str, Callable[[Path, Grid], Path]] = {
    "csv utf-8 comma": _text("utf-8", ","), "csv utf-8 mark tab": _text("utf-8-sig", "\t"),
    "csv gb18030 comma": _text("gb18030", ","), "csv gb18030 semicolon": _text("gb18030", ";"),
    "csv utf-16 tab": _text("utf-16", "\t"), "csv utf-16 comma": _text("utf-16", ","), "csv unquoted": _unquoted,
    "xlsx xlsxwriter": lambda folder, cells: write_xlsx(folder / "a.xlsx", _times(_clean(cells))),
    "xlsx shared": _book(), "xlsx inline": _book(strings="inline"), "xlsx without places": _book(places=False),
    "xlsx inline without places": _book(strings="inline", places=False), "xls": _xls,
    "html": lambda folder, cells: write_html(folder / "a.xls", cells, encoding="gb18030", charset="gb2312"),
    "mhtml": lambda folder, cells: write_mhtml(folder / "a.xls", cells),
    "spreadsheetml": lambda folder, cells: write_spreadsheetml(folder / "a.xls", _clean(cells)),
    "ods": lambda folder, cells: write_ods(folder / "a.ods", _clean(cells)), "parquet": _parquet, "parquet typed": _typed,
    "zip": _zip, "csv joined": _joined, "xlsx two sheets": _two_sheets,
}  # fmt: skip
