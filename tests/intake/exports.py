"""Exports as other systems write them: a few rows drawn by hand, or a whole month made messy."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pandas as pd
import xlsxwriter

LABELS = {
    "ticket_id": "工单编号", "unit": "分平台", "business_type": "业务类型", "domain": "业务领域", "issue": "事项",
    "sub_issue": "子事项", "accepted_at": "受理时间", "answered_instantly": "即时答复", "transferred_at": "转办时间",
    "due_at": "办结期限", "closed_at": "办结时间", "called_back": "是否回访", "rating": "满意度评价",
    "bad_rating_fixed": "差评已整改", "resolved_first_time": "一次办结", "classified_correctly": "分类正确",
    "failed_reviews": "复核未通过次数", "submitted_at": "报送时间",
}  # fmt: skip
ROW = {
    "ticket_id": "JT210100202409010000{:04d}", "unit": "沈阳", "business_type": "投诉举报", "domain": "城市客运",
    "issue": "巡游出租汽车", "sub_issue": "计价议价", "accepted_at": "2024-09-01 08:00:00", "answered_instantly": "否",
    "transferred_at": "2024-09-01 08:05:00", "due_at": "2024-09-06 08:00:00", "closed_at": "2024-09-02 08:00:00",
    "called_back": "是", "rating": "非常满意", "bad_rating_fixed": "", "resolved_first_time": "是",
    "classified_correctly": "是", "failed_reviews": "0", "submitted_at": "2024-09-02 09:00:00",
}  # fmt: skip


def rows(*changes: dict[str, str]) -> list[dict[str, str]]:
    """A good row per dict, numbered, with those changes."""
    return [{**ROW, "ticket_id": ROW["ticket_id"].format(n), **change} for n, change in enumerate(changes, 1)]


def table(of: list[dict[str, str]], labels: dict[str, str] = LABELS) -> list[list[str]]:
    """Header and cells of those rows."""
    return [list(labels.values()), *([row.get(column, "") for column in labels] for row in of)]


def write_csv(path: Path, cells: list[list[str]], *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(cells)
    return path


def write_xlsx(path: Path, *sheets: list[list[object]], names: tuple[str, ...] = ()) -> Path:
    """Each sheet as cells; times are written as Excel's own."""
    with xlsxwriter.Workbook(path) as book:
        time = book.add_format({"num_format": "yyyy/m/d h:mm:ss"})
        for number, cells in enumerate(sheets):
            sheet = book.add_worksheet(names[number] if names else None)
            for r, row in enumerate(cells):
                for c, cell in enumerate(row):
                    if isinstance(cell, dt.datetime):
                        sheet.write_datetime(r, c, cell, time)
                    elif isinstance(cell, str):
                        sheet.write_string(r, c, cell)
                    elif cell is not None:
                        sheet.write(r, c, cell)
    return path


_YES = [("是", "否"), ("Y", "N"), ("1", "0"), ("√", "×"), ("TRUE", "FALSE"), ("有", "没有"), (1, 0), (True, False)]
_RATINGS = [
    ["非常不满意", "不满意", "基本满意", "满意", "非常满意"],
    ["1星", "2星", "3星", "4星", "5星"],
    [1, 2, 3, 4, 5],
    ["１", "２", "３", "４", "５"],
]
_UNITS = ["{}", "{}市", "{}分中心", " {} ", "{}市分平台"]
_ALIASES = [
    {},
    {"ticket_id": "工单号", "unit": "地市", "accepted_at": "来电时间"},
    {"rating": "好差评", "closed_at": "归档时间"},
]
_EPOCH = dt.datetime(1899, 12, 30)


def _time(style: int, value: dt.datetime) -> object:
    day, clock = f"{value:%Y}-{value.month}-{value.day}", f"{value.hour}:{value:%M:%S}"
    return [
        value,
        f"{value:%Y-%m-%d %H:%M:%S}",
        f"{day.replace('-', '/')} {clock}",
        f"{value.year}年{value.month}月{value.day}日 {value.hour}时{value.minute}分{value.second}秒",
        (value - _EPOCH) / dt.timedelta(days=1),
        f"{value:%Y%m%d%H%M%S}",
        f"{value:%Y.%m.%d　%H：%M：%S}".translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}),
    ][style % 7]


def messy(tickets: pd.DataFrame, style: int) -> list[list[object]]:
    """One unit's sheet in its own style: a title, aliases, other spellings, columns that are not ours, a totals row."""
    yes, no = _YES[style % len(_YES)]
    ratings, unit = _RATINGS[style % len(_RATINGS)], _UNITS[style % len(_UNITS)]
    labels = LABELS | _ALIASES[style % len(_ALIASES)]
    columns = list(labels)[style % 5 :] + list(labels)[: style % 5]
    made = {}
    for column in columns:
        values = tickets[column]
        if column == "unit":
            spell = (lambda v: v) if values.eq("省交投").any() else unit.format
        elif column == "rating":
            spell = lambda v: ratings[int(v) - 1]
        elif column.endswith("_at"):
            spell = lambda v: _time(style, v.to_pydatetime())
        elif values.dtype == bool or column in ("called_back", "bad_rating_fixed", "resolved_first_time"):
            spell = lambda v: yes if v else no
        else:
            spell = lambda v: v.item() if hasattr(v, "item") else v
        missing = ["", None, "-", "无"][style % 4]
        made[column] = [missing if pd.isna(v) else spell(v) for v in values]
    body = [list(row) for row in zip(*made.values(), strict=True)]
    header = [*(f" {labels[column]}* " if style % 3 == 2 else labels[column] for column in columns), "诉求内容"]
    for number, row in enumerate(body):
        row.append(f"（虚构）第 {number} 件的诉求，\n“内容”不读")
    total = ["合　计", *[""] * (len(columns) - 1), len(body)]
    title = [["2024年9月工单明细"], ["制表：（虚构）"]][: style % 3]
    return [*title, header, *body, [], total] if columns[0] == "ticket_id" else [*title, header, *body]
