"""What a table's heads and rows announce: which columns count, share, change or rank, and which row is the total."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from hotline_lib.proofread.figures import Figure, name
from hotline_lib.proofread.numbers import COUNTED
from hotline_lib.proofread.read import Block

_CELL = re.compile(
    rf"[▲▼●○↑↓\s]*([+-]?)(\d{{1,3}}(?:,\d{{3}})+|\d+)(\.\d+)?\s*(万|亿)?\s*(%|分钟|秒|小时|天|分|{COUNTED})?[①-⑩*]?"
)
TOTAL = re.compile(r"(?:全省|全市|全国|全区|各市|各地|本月)?(?:合计|总计|共计|总和)|总数|总量")
_PART_TOTAL = re.compile(r"小计|.合计$")
_ALL = re.compile(r"全省|全市|全国|全区|全州")
_RANK = re.compile(r"名次|排名|排序|位次")
_NAMES = re.compile("类型|类别|来源|渠道|单位|地区|县区|部门|项目|名称$")
_NUMBERED = re.compile(r"序号|编号|序$|^No")


@dataclass
class Column:
    """One column: its head, what it is (count, base, share, change, rank, score, rate, other), its figures by row.

    What is said to be part of another row (其中) is in neither.
    """

    head: str
    kind: str
    basis: str = ""
    at: int = 0
    cells: dict[int, Figure] = field(default_factory=dict)
    parts: dict[int, Figure] = field(default_factory=dict)  # subtotals
    total: Figure | None = None

    @property
    def rows(self) -> list[Figure]:
        return list(self.cells.values())


@dataclass
class Table:
    """A table and its columns."""

    block: Block
    columns: list[Column]

    def of(self, *kinds: str) -> list[Column]:
        return [column for column in self.columns if column.kind in kinds]


def tables_of(block: Block) -> list[Table]:
    """The tables of a block, which may stand side by side; none if nothing in it is a number."""
    places = [at for at, row in enumerate(block.rows) if len({cell for cell in row if cell}) > 1 or len(row) == 1]
    rows = [block.rows[at] for at in places]
    width = max((len(row) for row in rows), default=0)
    numbered = sum(bool(_CELL.fullmatch(row[0])) for row in rows) > len(rows) / 2
    short = [at for at, row in enumerate(rows) if 1 < len(row) + (numbered and not _CELL.fullmatch(row[0])) < width]
    rows = [_aligned(row, width, numbered) for row in rows]
    first = next((at for at, row in enumerate(rows) if _numbers(row) >= max(1, (width - 1) // 3)), None)
    if first is None or width < 2:
        return []
    heads = ["".join(dict.fromkeys(row[at] for row in rows[:first])) for at in range(width)]
    body = _Body(block, heads, rows[first:], places[first:], {at - first for at in short if at >= first})
    is_name = lambda at: _is_name(heads[at], [row[at] for row in body.rows])
    labels = [at for at in range(width) if is_name(at)][:1]
    for at in range(labels[0] + 2, width - 1) if labels else ():
        if _beside(heads, at, labels) and is_name(at):
            labels.append(at)
    tables: list[Table] = []
    for label_at, end in zip(labels, [*labels[1:], width], strict=False):
        columns = _columns(body, label_at, range(label_at if tables else 0, end))
        if tables and [column.head for column in tables[0].columns] == [column.head for column in columns]:
            for column, more in zip(tables[0].columns, columns, strict=True):  # one table, broken in two
                column.cells |= {row + len(rows) * label_at: figure for row, figure in more.cells.items()}
        elif any(column.cells for column in columns):
            tables.append(Table(block, columns))
    for table in tables:
        _bind(table)
    return tables


def _beside(heads: list[str], at: int, labels: list[int]) -> bool:
    """Whether another table's names begin in a column: its head is that of the first names, or calls them names."""
    return heads[at] == heads[labels[0]] or bool(_NAMES.search(heads[at]))


@dataclass
class _Body:
    """What stands under the heads. places: where each row stands in its block; unsure: those that lack a cell."""

    block: Block
    heads: list[str]
    rows: list[list[str]]
    places: list[int]
    unsure: set[int]


def _columns(body: _Body, label_at: int, span: range) -> list[Column]:
    names = {at: name(row[label_at]) or row[label_at] for at, row in enumerate(body.rows)}
    raw = {at: re.sub(r"\s", "", row[label_at]) for at, row in enumerate(body.rows)}
    said = lambda at: any(TOTAL.fullmatch(re.sub(r"\s", "", body.rows[at][column])) for column in span)
    total = [at for at, label in raw.items() if TOTAL.match(label) or said(at)]
    whole = [at for at, label in raw.items() if _ALL.fullmatch(label) and at in (0, len(body.rows) - 1)]
    total = [] if body.unsure - set(total) else total or whole
    role = {at: "within" for at, label in raw.items() if re.match(r"其中|[—-]", label)}
    role |= {at: "part" for at, label in raw.items() if _PART_TOTAL.search(label) and at not in total}
    role |= dict.fromkeys(total[-1:], "total")
    return [_column(body, at, names, role) for at in span if at != label_at]


def _aligned(row: list[str], width: int, numbered: bool) -> list[str]:
    """A short row filled up: its name under the names; what cannot be told to which column it belongs is left out."""
    lead = [""] if numbered and len(row) < width and not _CELL.fullmatch(row[0]) else []
    lacking = width - len(row) - len(lead)
    kept = row if lacking <= 0 or not _numbers(row) else row[: 2 - len(lead)]
    return (lead + kept + [""] * width)[:width]


def _numbers(row: list[str]) -> int:
    return sum(bool(_CELL.fullmatch(cell)) for cell in row)


def _is_name(head: str, cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell]
    words = sum(not _CELL.fullmatch(cell) for cell in filled)
    return bool(filled) and not _RANK.search(head) and words > len(filled) / 2


def _column(body: _Body, at: int, names: dict[int, str], role: dict[int, str]) -> Column:
    head, matches = body.heads[at], {row: _CELL.fullmatch(cells[at]) for row, cells in enumerate(body.rows)}
    kind, basis = _kind(head, [match for match in matches.values() if match])
    column = Column(head, kind, basis, at)
    tens = re.search(r"万(?:件|起|次|条|人)", head) and kind in ("count", "base") and "万人" not in head
    for row, match in ((row, match) for row, match in matches.items() if match):
        text, value = body.rows[row][at], Decimal(match[1] + match[2].replace(",", "") + (match[3] or ""))
        value = -value if kind == "change" and "▼" in text and value > 0 else value
        unit = match[5] or ("%" if kind in ("share", "change") or "%" in head else "")
        scale = {"万": 10**4, "亿": 10**8}.get(match[4] or "", 10**4 if tens else 1)
        figure = Figure(text, value, unit, scale, body.block, 0, 0, kind, names[row], basis)
        figure.row, figure.column = body.places[row], at
        if role.get(row) == "total":
            column.total, figure.label = figure, "合计"
        elif role.get(row) != "within":
            (column.parts if row in role else column.cells)[row] = figure
    return column


def _kind(head: str, cells: list[re.Match]) -> tuple[str, str]:
    """(what a column is, of which change), by its head and how its cells are written: the first that holds."""
    plain = re.sub(r"\s", "", head)
    said = lambda form: re.search(form, plain) is not None
    basis = "同比" if said("同比|去年|上年") else "环比" if said("环比|上月|上期|上个月") else ""
    percent = "%" in plain or any(match[5] == "%" for match in cells)
    decimals = sum(bool(match[3]) for match in cells) > len(cells) / 3
    rules = (
        ("rank", cells and _RANK.search(plain)),
        ("other", not cells or _NUMBERED.search(plain)),
        ("points", said("百分点|(?:比重|占比|率)(?:的)?(?:变化|增减|升降)")),
        ("change", basis and said("比|增|减|降|幅|±") and (percent or decimals)),
        ("change", percent and said("增幅|增长率|降幅|增减率|变化率")),
        ("difference", basis and said("增|减|差|±")),
        ("base", basis),
        ("share", said("占比|比重|构成|所占|占总|占全|份额") or (percent and said("比例|占") and not said("率"))),
        ("score", said("得分|总分|分数|成绩|评分") or any(match[5] == "分" for match in cells)),
        ("rate", percent or said("率")),
        ("other", said("万人|时长|分钟|平均|小时|人均|区间")),
        ("other", decimals and not said("万") and not any(match[4] for match in cells)),
    )
    kind = next((kind for kind, holds in rules if holds), "count")
    return kind, basis or ("较上期" if kind == "change" else "")


def _bind(table: Table) -> None:
    """Each share and change is of a count: of the nearest column of counts to its left."""
    for column in table.of("share", "change", "base", "difference"):
        left = [each for each in table.of("count") if each.at < column.at]
        if not left:
            continue
        nearest = left[-1]
        pairs = [(figure, nearest.cells.get(row)) for row, figure in column.cells.items()]
        pairs += [(figure, nearest.parts.get(row)) for row, figure in column.parts.items()]
        for figure, count in [*pairs, (column.total, nearest.total)]:
            if figure and count:
                figure.say_of(count)
