"""Ways of spoiling an export's cells, rows, header and columns. Each takes a random generator and says what it did."""

from __future__ import annotations

import random
from collections.abc import Callable

from bases import PEOPLE, Grid
from exports import LABELS

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_VALUES = [
    "", " ", "'", '"', '""', "\\", "\n", "\r\n", "\0", "\t", "=1+1", "=\"是\"", "是", "否", "大连", "沈阳中心", "6", "未评价", "0.5", "-1", "9" * 40,
    "1e400", "NaN", "inf", "NULL", "#N/A", "#REF!", "2024-09-01", "2024-13-01 08:00:00", "2023-01-01 08:00:00", "08:00", "45537.5", "昨天",
    "合计", "工单编号", "{value}", "{0}", "%s", "[red]x", "<b>x", "'); DROP TABLE raw; --", "𠮷", "\u202e是", "\ufeff是", "\u200b", "１２",
    "x" * 300, "是" * 3000, '"是', '是"', 'a"b', "a,b", "a;b", "a\tb", "沈阳\n大连", "http://example.com/a?b=c", "- name: x", "*x", "&x", "true", "True",
]  # fmt: skip


def _header(cells: Grid) -> int:
    """The row with most known names."""
    return max(range(len(cells)), key=lambda n: len(set(cells[n]) & set(LABELS.values())), default=0)


def _id_place(cells: Grid) -> int:
    row = cells[_header(cells)] if cells else []
    return row.index("工单编号") if "工单编号" in row else 0


def corrupt(cells: Grid, r: random.Random) -> str:
    row = r.choice([row for row in cells if row])
    at = r.randrange(len(row))
    row[at] = r.choice([*_VALUES, r.choice(PEOPLE), r.choice(PEOPLE)])
    return f"cell {at} is {row[at][:12]!r}"


def spell_id(cells: Grid, r: random.Random) -> str:
    at, row = _id_place(cells), r.choice([row for row in cells if row])
    if at < len(row):
        cell = row[at]
        spellings = [
            cell.lower(),
            cell.translate(_WIDE),
            f"'{cell}",
            f'="{cell}"',
            f" {cell} ",
            f"{cell}\u200b",
            cell[:-1],
        ]
        row[at] = r.choice([*spellings, f"{cell}1", f"{cell[:8]} {cell[8:]}", cell[2:]])
    return f"id is {row[at][:30]!r}" if at < len(row) else ""


def swap_in_row(cells: Grid, r: random.Random) -> str:
    row = r.choice([row for row in cells if row])
    places = [n for n in range(len(row)) if n != _id_place(cells)]
    if len(places) > 1:
        a, b = r.sample(places, 2)
        row[a], row[b] = row[b], row[a]
    return "two cells of a row exchanged"


def swap_in_column(cells: Grid, r: random.Random) -> str:
    a, b = r.choice(cells), r.choice(cells)
    if a and b:
        at = r.randrange(min(len(a), len(b)))
        a[at], b[at] = b[at], a[at]
    return "two cells of a column exchanged"


def move_row(cells: Grid, r: random.Random) -> str:
    row = cells.pop(r.randrange(len(cells)))
    cells.insert(r.randint(0, len(cells)), row)
    return "a row moved"


def copy_row(cells: Grid, r: random.Random) -> str:
    cells.insert(r.randint(0, len(cells)), [*r.choice(cells)])
    return "a row copied"


def delete_row(cells: Grid, r: random.Random) -> str:
    if len(cells) > 2:
        del cells[r.randrange(len(cells))]
    return "a row deleted"


def cut_row(cells: Grid, r: random.Random) -> str:
    row = r.choice(cells)
    del row[r.randint(0, len(row)) :]
    return "a row cut"


def insert_cell(cells: Grid, r: random.Random) -> str:
    row = r.choice(cells)
    row.insert(r.randint(0, len(row)), r.choice(_VALUES))
    return "a cell inserted"


def header_below(cells: Grid, r: random.Random) -> str:
    row = cells.pop(_header(cells))
    at = r.randint(0, len(cells))
    cells.insert(at, row)
    return f"the header in row {at + 1}"


def header_gone(cells: Grid, r: random.Random) -> str:
    del cells[_header(cells)]
    return "no header"


def head_spoilt(cells: Grid, r: random.Random) -> str:
    row = cells[_header(cells)]
    at = r.randrange(len(row)) if row else 0
    others = [
        "",
        "受理日期",
        "归档时间",
        "承办单位",
        "时间",
        "编号",
        f"{(row or ['x'])[at]}（分钟）",
        "备注",
        r.choice(PEOPLE),
        r.choice(list(LABELS.values())),
    ]
    if row:
        row[at] = r.choice(others)
    return "a head changed"


def heads_exchanged(cells: Grid, r: random.Random) -> str:
    row = cells[_header(cells)]
    if len(row) > 1:
        a, b = r.sample(range(len(row)), 2)
        row[a], row[b] = row[b], row[a]
    return "two heads exchanged"


def columns_exchanged(cells: Grid, r: random.Random) -> str:
    a, b = r.sample(range(len(LABELS)), 2)
    for row in cells:
        if len(row) > max(a, b):
            row[a], row[b] = row[b], row[a]
    return "two columns exchanged"


def second_table(cells: Grid, r: random.Random) -> str:
    """The same header again, in another order or not, with tickets of its own."""
    head = _header(cells)
    order = list(range(len(cells[head])))
    if not order:
        return "no header to repeat"
    if r.random() < 0.7:
        r.shuffle(order)
    body = [row for row in cells[head + 1 :] if len(row) >= len(order)][: r.randint(1, 5)]
    again = [[row[n] for n in order] for row in [cells[head], *body]]
    at = order.index(_id_place(cells))
    for row in again[1:]:
        row[at] = row[at].replace("20240901", "20240902")
    cells += [[] for _ in range(r.choice([0, 1, 2]))] + ([["第二张表"]] if r.random() < 0.3 else []) + again
    return "a second table below"


def quote(cells: Grid, r: random.Random) -> str:
    for _ in range(r.randint(1, 3)):
        row = r.choice([row for row in cells if row])
        at = r.randrange(len(row))
        row[at] = r.choice([f'"{row[at]}', f'{row[at]}"', f'"{row[at]}"x', f'x"{row[at]}'])
    return "quotation marks"


def people_below(cells: Grid, r: random.Random) -> str:
    cells.append([f"制表人：{r.choice(PEOPLE)}", f"审核人：{r.choice(PEOPLE)}"])
    return "people below"


def column_blank(cells: Grid, r: random.Random) -> str:
    head = _header(cells)
    at = r.randrange(max(len(cells[head]), 1))
    for row in cells[head + 1 :]:
        if at < len(row) and at != _id_place(cells) and r.random() < 0.7:
            row[at] = ""
    return "a column blank, as after merged cells"


def very_long(cells: Grid, r: random.Random) -> str:
    kind = r.choice(["cell", "row"])
    row = r.choice([row for row in cells if row])
    if kind == "cell":
        row[r.randrange(len(row))] = "长" * r.choice([9_000, 70_000])
    else:
        row += ["x"] * r.choice([300, 17_000])
    return f"a {kind} that is very long"


def times_spelled(cells: Grid, r: random.Random) -> str:
    """The times of a column as another system writes them."""
    head = _header(cells)
    at = r.randrange(max(len(cells[head]), 1))
    spelled = r.choice(["{}.000", "{}.0", "T", "/", "上午", "日", "day", "clock", "{}+08:00"])
    for row in cells[head + 1 :]:
        if at < len(row) and row[at].startswith("2024-"):
            day, _, clock = row[at].partition(" ")
            row[at] = {
                "T": f"{day}T{clock}", "/": f"{day.replace('-', '/')} {clock}", "上午": f"{day} 上午 {clock}", "day": day, "clock": clock,
                "日": f"{day.replace('-', '年', 1).replace('-', '月')}日 {clock}",
            }.get(spelled, spelled.format(row[at]))  # fmt: skip
    return f"times of a column like {spelled}"


CELLS: tuple[Callable[[Grid, random.Random], str], ...] = (
    corrupt, corrupt, corrupt, corrupt, spell_id, spell_id, swap_in_row, swap_in_column, move_row, copy_row, delete_row, cut_row, insert_cell,
    header_below, header_below, header_gone, head_spoilt, heads_exchanged, columns_exchanged, second_table, second_table, quote, quote,
    people_below, times_spelled, column_blank, very_long,
)  # fmt: skip
