"""What a run writes beside the reports: CSV, workbook, Word and mail. Imports wait: an unchanged month needs none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline_lib.batch import manifest
from hotline_lib.errors import HotlineError
from hotline_lib.fingerprint import write_whole

if TYPE_CHECKING:
    from hotline_lib.month import Month

_KEPT = (
    "application/vnd.hotline.table+json"  # present._own.KEPT; importing it here would cost an unchanged month a second
)


def mail_written(month: Month, folder: Path, made: manifest.Manifest) -> Path:
    """The mail that carries the month, as a draft without recipients."""
    from hotline_lib.deliver.mail import Files, write_draft

    if made.tables.error:
        raise HotlineError("月报的附表没有写成，所以没有写邮件。")
    return write_draft(month, folder, Files(*manifest.to_attach(folder, made)))


def kept_tables(folder: Path) -> list[dict[str, Any]]:
    """What the month's notebooks keep of their own (``present.keep``), from the outputs of the executed ones."""
    kept = []
    for file in sorted(folder.glob("*.ipynb")):
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        kept += [data[_KEPT] for output in outputs if _KEPT in (data := output.get("data", {}))]
    return kept


def tables_written(month: Month, folder: Path, kept: Sequence[dict[str, Any]] = ()) -> list[Path]:
    """The printed tables as CSV, the workbook of all, and the bulletin in Word. kept: what notebooks keep of their own."""
    from hotline_lib.bulletin import write_tables
    from hotline_lib.deliver.word import write_word
    from hotline_lib.deliver.workbook import write_workbook
    from hotline_lib.present._own import unpacked

    own = [unpacked(each) for each in kept]
    files = write_tables(month, folder / "tables")
    for each in own:
        files.append(folder / "tables" / "own" / f"{each.name}.csv")
        write_whole(files[-1], "\ufeff" + each.table.csv())
    for old in set((folder / "tables" / "own").glob("*.csv")) - set(files):
        old.unlink()
    annexes = [each.table for each in own if each.annex]
    return [*files, write_workbook(month, folder, [each.table for each in own]), write_word(month, folder, annexes)]
