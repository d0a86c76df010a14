"""Text files as systems and people leave them: marks that protect, quotes that do not pair, bytes that are no letters."""

from __future__ import annotations

from pathlib import Path

from cases import THREE, Made, Row, comma, lines, mendable, with_text
from exports import rows, table, write_csv

FORTY = rows(*[{}] * 40)


def equals_quotes(folder: Path) -> Made:
    """="…" around every cell, so that Excel leaves ids and dates alone; the header is bare."""
    cells = table(THREE)
    marked = [cells[0], *([f'="{cell}"' if cell else "" for cell in row] for row in cells[1:])]
    file = folder / "a.csv"
    file.write_bytes("\r\n".join(lines(marked)).encode("gb18030"))
    return Made([file], THREE)


def apostrophes(folder: Path) -> Made:
    cells = table(THREE)
    marked = [cells[0], *([f"'{cell}" if cell else "" for cell in row] for row in cells[1:])]
    return Made([write_csv(folder / "a.csv", marked, encoding="utf-8-sig")], THREE)


def apostrophe_before_the_id(folder: Path) -> Made:
    cells = table(THREE)
    marked = [cells[0], *([f"'{row[0]}", *row[1:]] for row in cells[1:])]
    return Made([write_csv(folder / "a.csv", marked, encoding="utf-8-sig")], THREE)


def _unquoted(folder: Path, cells: list[list[str]], truth: list[Row], encoding: str) -> Made:
    def save(again: list[list[str]]) -> Path:
        file = folder / "a.csv"
        file.write_bytes("".join(f"{line}\r\n" for line in lines(again)).encode(encoding))
        return file

    right = [[cell.replace('"', "") for cell in row] for row in cells]
    return Made([save(cells)], truth, cells, right, save)


def quote_that_swallows(folder: Path) -> Made:
    """A free text begins with a quotation mark that nobody doubled, another ends with one fifteen tickets below."""
    texts = ["乘客称车辆绕行"] * 40
    texts[4], texts[19] = '"禁止吸烟标志下吸烟', '司机说不打表"'
    return _unquoted(folder, with_text(FORTY, texts), FORTY, "utf-8-sig")


def quote_without_an_end(folder: Path) -> Made:
    texts = ["乘客称车辆绕行"] * 40
    texts[4] = '"禁止吸烟标志下吸烟'
    return _unquoted(folder, with_text(FORTY, texts), FORTY, "utf-8-sig")


def quotes_in_a_first_column(folder: Path) -> Made:
    """The free text stands before the id: one begins with a mark, another forty rows below ends with one."""
    many = rows(*[{}] * 300)
    cells = [["诉求标题", *table(many)[0]], *(["绕行", *row] for row in table(many)[1:])]
    cells[50][0], cells[90][0] = '"代驾', '绕行"'
    return _unquoted(folder, cells, many, "gb18030")


def quoted_line_break(folder: Path) -> Made:
    """Properly quoted line breaks and marks in free text are nobody's fault, even where a line begins like a ticket's."""
    texts = ["一，\n“二”", '说"绕行"\r\n又说', "另见\n工单 JT"]
    return Made([write_csv(folder / "a.csv", with_text(THREE, texts))], THREE)


def _bytes(folder: Path, encoding: str, spoil: bytes, *, mark: bytes = b"") -> Made:
    """Free text in which each ~ became those bytes, as they stand."""
    cells = with_text(THREE, ["乘客称司机索要 ~5", "乘客称绕行~", "乘客称绕行"])
    content = "".join(f"{line}\r\n" for line in lines(cells)).encode(encoding).replace(b"~", spoil)
    (folder / "a.csv").write_bytes(mark + content)
    return Made([folder / "a.csv"], THREE)


def euro_of_cp936(folder: Path) -> Made:
    return _bytes(folder, "gb18030", b"\x80")


def half_a_character_gbk(folder: Path) -> Made:
    return _bytes(folder, "gb18030", "行".encode("gb18030")[:1])


def half_a_character_utf_8(folder: Path) -> Made:
    return _bytes(folder, "utf-8", "行".encode()[:2])


def zero_byte(folder: Path) -> Made:
    return _bytes(folder, "utf-8", b"\0", mark=b"\xef\xbb\xbf")


def broken_byte_where_we_read(folder: Path) -> Made:
    """The same, but in a unit's name: that row is at fault, and told."""

    def save(cells: list[list[str]]) -> Path:
        file = folder / "a.csv"
        content = "".join(f"{line}\r\n" for line in lines(cells)).encode("gb18030")
        file.write_bytes(content.replace(b"~", "连".encode("gb18030")[:1]))
        return file

    spoilt = [THREE[0], THREE[1] | {"unit": "大~"}, THREE[2]]
    return mendable(save, spoilt, THREE)


def commas_left_over(folder: Path) -> Made:
    """Some rows end in one or two commas more."""
    said = lines(table(THREE))
    (folder / "a.csv").write_text("\r\n".join([said[0], said[1] + ",", said[2], said[3] + ",,"]), encoding="utf-8-sig")
    return Made([folder / "a.csv"], THREE)


def commas_left_out(folder: Path) -> Made:
    """A row without its last cell, which is blank (a still open ticket, not submitted)."""
    said = lines(table(THREE))
    assert said[3].endswith(",")
    (folder / "a.csv").write_text("\r\n".join([*said[:3], said[3][:-1]]) + "\r\n", encoding="utf-8-sig")
    return Made([folder / "a.csv"], THREE)


def row_cut_short(folder: Path) -> Made:
    """A row that ends before a cell that must be filled."""

    def save(cells: list[list[str]]) -> Path:
        return write_csv(folder / "a.csv", cells)

    cells = table(THREE)
    return Made(
        [save([*cells[:2], cells[2][:14], cells[3]])], THREE, [*cells[:2], cells[2][:14], cells[3]], cells, save
    )


def utf_16_without_a_mark(folder: Path) -> Made:
    text = "".join(f"{line}\r\n" for line in lines(table(THREE), delimiter="\t"))
    (folder / "a.csv").write_bytes(text.encode("utf-16-le"))
    return Made([folder / "a.csv"], THREE)


def header_below_some_tickets(folder: Path) -> Made:
    """The header in row 4 of 7, as after sorting with the header in."""
    save, cells = comma(folder), table([*THREE, *rows({}, {}, {}, {}, {}, {})[3:]])
    sorted_in = [*cells[1:4], cells[0], *cells[4:]]
    truth = [*THREE, *rows({}, {}, {}, {}, {}, {})[3:]]
    return Made([save(sorted_in)], truth, sorted_in, cells, save)


def header_below_all_tickets(folder: Path) -> Made:
    save, cells = comma(folder), table(THREE)
    sorted_in = [*cells[1:], cells[0]]
    return Made([save(sorted_in)], THREE, sorted_in, cells, save)


def day_and_clock_apart(folder: Path) -> Made:
    """受理日期 holds the day and 受理时间 the clock."""
    cells = table(THREE)
    at = cells[0].index("受理时间")
    apart = [["受理日期", *cells[0]]]
    for row in cells[1:]:
        day, clock = row[at].split(" ")
        apart.append([day, *row[:at], clock, *row[at + 1 :]])
    return Made([write_csv(folder / "a.csv", apart)], THREE)


def only_the_day(folder: Path) -> Made:
    """受理日期 without any clock: every ticket seems to come at midnight."""
    cells = table(THREE)
    at = cells[0].index("受理时间")
    cells[0][at] = "受理日期"
    for row in cells[1:]:
        row[at] = row[at].split(" ")[0]
    return Made([write_csv(folder / "a.csv", cells)], [row | {"accepted_at": "2024-09-01 00:00:00"} for row in THREE])


def all_midnight(folder: Path) -> Made:
    """Every time is a day without a clock."""
    day = {"accepted_at": "2024-09-01", "transferred_at": "2024-09-01", "due_at": "2024-09-06"}
    day |= {"closed_at": "2024-09-02", "submitted_at": "2024-09-02"}
    truth = rows(*[{column: f"{cell} 00:00:00" for column, cell in day.items()}] * 6)
    return Made([write_csv(folder / "a.csv", table(rows(*[day] * 6)))], truth)
