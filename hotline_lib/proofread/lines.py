"""Lines of plain text, or of a page, made into paragraphs and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

CHAPTER = re.compile(r"(?:[一二三四五六七八九十]+、|第[一二三四五六七八九十]+[章节部]|附件\s*\d*|附表\s*\d*|#+\s)")
ITEM = re.compile(r"(?:[((][一二三四五六七八九十]+[))]|[((]?\d{1,2}[))]|\d{1,2}[.．、](?!\d))\s*")
_FULL_END = tuple("。：:！？!?")


def parts_of(lines: list[str]) -> Iterator[str | list[list[str]]]:
    """Paragraphs and tables of plain text: cells between bars or tabs, or a cell a line, each after a tab."""
    rows: list[list[str]] = []
    paragraph, fresh = "", True
    for at, line in enumerate(lines):
        if re.fullmatch(r"[\s|:-]*-[\s|:-]*", line) and "|" in line:  # the line under the heads of a Markdown table
            continue
        following = next((each for each in lines[at + 1 :] if each.strip()), "")
        cells = _cells(line) or _spaced(line, following)
        broken_head = rows and not cells and line.strip() and len(line.strip()) <= 6 and following.startswith("\t")
        if broken_head and rows[-1]:  # a head cut by a line break inside its cell
            rows[-1][-1] += line.strip()
            fresh = False
        elif cells:
            yield from [paragraph] if paragraph else []
            paragraph = ""
            single = len(cells) == 1 and line.startswith("\t")
            if single and rows and not fresh:
                rows[-1].append(cells[0])
            elif any(cells):
                rows.append(cells)
            fresh = not single
        elif not line.strip():
            fresh = not (rows and following and not _cells(following) and len(following.strip()) <= 6)
            yield from [paragraph] if paragraph else []
            paragraph = ""
        else:
            if rows:
                yield rows
            rows = []
            heading = CHAPTER.match(line.strip()) or ITEM.match(line.strip())
            if paragraph and (heading or paragraph.rstrip().endswith(_FULL_END) or len(paragraph) < 16):
                yield paragraph
                paragraph = ""
            paragraph += line.strip()
    yield from [part for part in (paragraph, rows) if part]


def _cells(line: str) -> list[str]:
    stripped = line.strip()
    if stripped.startswith("|") and stripped.endswith("|") and len(stripped) > 2:
        return [cell.strip() for cell in stripped[1:-1].split("|")]
    if line.startswith("\t") and "\t" not in stripped:
        return [stripped]
    if stripped.count("\t") >= 1:
        return [cell.strip() for cell in line.strip("\n").split("\t")][0 if line[0] != "\t" else 1 :]
    spaced = [cell for cell in re.split(r" {2,}|　{2,}", stripped) if cell]
    numbers = sum(bool(re.search(r"\d", cell)) for cell in spaced)
    return spaced if len(spaced) >= 3 and max(map(len, spaced)) < 30 and numbers >= 2 else []


def _spaced(line: str, following: str) -> list[str]:
    """The heads of a table whose columns are parted by spaces only: as many as the row below has."""
    heads = re.split(r" {3,}", line.strip())
    return heads if len(heads) > 2 and len(heads) == len(_cells(following)) else []
