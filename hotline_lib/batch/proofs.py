"""The run reads its own bulletin as a reader gets it: what in the page and in Word cannot be right stops the mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline_lib.batch.plan import DOCUMENT
from hotline_lib.errors import HotlineError
from hotline_lib.params import load_schemes
from hotline_lib.paths import Paths

if TYPE_CHECKING:
    from hotline_lib.batch.manifest import Manifest
    from hotline_lib.month import Month
    from hotline_lib.proofread import Document

_FOOT = "</footer>"
Call = Callable[..., Any]
Proofs = Mapping[str, Sequence[str]]  # by file: what in it cannot be right, a line each


def page_proof(html: str, name: str, paths: Paths) -> tuple[str, tuple[str, ...]]:
    """(a page with what was held against what in its foot, what in it cannot be right)."""
    from hotline_lib.proofread import proofread, show  # slow, and an unchanged month needs none of it
    from hotline_lib.proofread.read import blocks_of_page

    document = proofread(blocks_of_page(html), load_schemes(paths.params), name)
    line = f'<p class="proof">校核本页读出的数：{escape(show.counted(document))}。</p>\n'
    items = "".join(f"<li>{escape(words)}</li>" for words in show.each(document))
    line += f'<details class="why"><summary>逐处</summary><ol>{items}</ol></details>\n' if items else ""
    before, foot, after = html.rpartition(_FOOT)
    return (before + line + foot + after if foot else html), _faults(document)


def file_proof(file: Path, paths: Paths) -> tuple[str, ...]:
    """What in a file cannot be right."""
    from hotline_lib.proofread import proofread

    return _faults(proofread(file, load_schemes(paths.params)))


def _faults(document: Document) -> tuple[str, ...]:
    from hotline_lib.proofread import AGAINST, WRONG, show

    return tuple(show.one(verdict) for verdict in document.findings if verdict.kind in (WRONG, AGAINST))


def of_page(html: str, name: str, made: Manifest, paths: Paths, call: Call) -> str:
    """The whole bulletin's page with what was held against what in its foot, its faults remembered; others as they are.

    call: calls a function (``desk``)."""
    if name != DOCUMENT:
        return html
    html, made.proofs[f"{name}.html"] = call(page_proof, html, f"{name}.html", paths)
    return html


def of_word(_: Month, folder: Path, paths: Paths) -> dict[str, tuple[str, ...]]:
    """What in the Word document of output/MONTH cannot be right, by its name."""
    from hotline_lib.deliver.word import NAME

    return {file.name: file_proof(file, paths) for file in folder.glob(NAME)}


def told(proofs: Proofs) -> tuple[str, ...]:
    """What in the bulletin cannot be right, for the end of a run."""
    return tuple(f"校核 {name}：{line}" for name, lines in proofs.items() for line in lines)


def refuse_faulty(proofs: Proofs, month: str) -> None:
    """Raises HotlineError if something cannot be right, with what and how to go on."""
    if any(proofs.values()):
        lines = "\n".join(f"  {name}　{line}" for name, lines in proofs.items() for line in lines)
        raise HotlineError(
            f"校核发现月报中有不可能都对的数，不发：\n{lines}\n"
            f"改好后重新运行 hotline run {month}；确实要发，请加 --despite 原因（记入发送记录）。"
        )
