"""How long a document of forty pages takes, read and proofread: python tests/benchmarks/forty_pages.py

Right bulletins of tests/benchmarks/proofread.py, one a chapter, until there are forty pages of 900 signs, as text, as a
page and as Word has it; wall time of reading the file and of all verdicts, on two cores with ten processes waiting:

    .txt, .html, .docx    37,704 signs, 2,810 figures    2.2 to 2.3 s each, no finding
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.proofread import bulletin
from docx import Document as Word

from hotline_lib.proofread import Block, proofread
from hotline_lib.proofread.read import blocks_of

PAGES, SIGNS = 40, 900


def chapters(rng: random.Random) -> str:
    """Bulletins as chapters of one document of forty pages."""
    text = ""
    while len(text) < PAGES * SIGNS:
        number = text.count("# 第") + 1
        text += f"# 第{number}期\n\n" + bulletin(rng).replace("、总体情况", f"、第{number}期总体情况") + "\n\n"
    return text


def as_page(blocks: list[Block], path: Path) -> None:
    parts = []
    for block in blocks:
        rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in block.rows)
        parts.append(f"<table>{rows}</table>" if block.rows else f"<p>{block.text}</p>")
    path.write_text(f"<html><body>{''.join(parts)}</body></html>", encoding="utf-8")


def as_word(blocks: list[Block], path: Path) -> None:
    document = Word()
    for block in blocks:
        if block.rows:
            table = document.add_table(len(block.rows), len(block.rows[0]))
            for row, cells in zip(table.rows, block.rows, strict=True):
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
        else:
            document.add_paragraph(block.text)
    document.save(str(path))


def main(seed: int = 12_328) -> None:
    text = chapters(random.Random(seed))
    blocks = blocks_of(text)
    with tempfile.TemporaryDirectory() as folder:
        text_file, page, word = (Path(folder, "a" + form) for form in (".txt", ".html", ".docx"))
        text_file.write_text(text, encoding="utf-8")
        as_page(blocks, page)
        as_word(blocks, word)
        for path in (text_file, page, word):
            started = time.perf_counter()
            document = proofread(path)
            seconds = time.perf_counter() - started
            print(
                f"{path.suffix:6} {len(text)} signs, {len(document.figures)} figures: {seconds:.1f} s; {len(document.findings)} findings"
            )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
