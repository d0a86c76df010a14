"""What a run writes beside the reports: CSV, workbook, Word and mail. Imports wait: an unchanged month needs none."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hotline_lib.batch import manifest
from hotline_lib.batch.plan import of_document
from hotline_lib.errors import HotlineError
from hotline_lib.journal import write_whole

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from hotline_lib.batch.plan import Report
    from hotline_lib.month import Month
    from hotline_lib.params import Params
    from hotline_lib.paths import Paths

_KEPT = (
    "application/vnd.hotline.table+json"  # present._own.KEPT; importing it here would cost an unchanged month a second
)


def mail_written(month: Month, folder: Path, made: manifest.Manifest) -> Path:
    """The mail that carries the month, as a draft without recipients."""
    from hotline_lib.deliver.mail import Files, write_draft

    if made.tables.error:
        raise HotlineError("月报的附表没有写成，所以没有写邮件。")
    return write_draft(month, folder, Files(*manifest.to_attach(folder, made)))


def top_of(month: str, paths: Paths, params: Params) -> int:
    """Ranks of issues in the whole bulletin, as the last run's ``-p`` and the month's YAML have it."""
    typed = manifest.read_manifest(paths.report_folder(month)).typed
    return manifest.Tables(shared=of_document(paths, params, typed)[1]).top


def only_tables(m: Month, paths: Paths) -> list[Path]:
    """The printed tables as CSV, without anything else; a run that would say something else makes them again."""
    from hotline_lib.bulletin import write_tables

    folder, top = paths.report_folder(m.month), top_of(m.month, paths, m.params)
    made = manifest.read_manifest(folder)
    if made.tables.files and made.tables.top != top:
        made.tables = manifest.Tables()
        manifest.write_manifest(folder, made)
    return write_tables(m, folder / "tables", top)


def kept_tables(folder: Path) -> list[dict[str, Any]]:
    """What the month's notebooks keep of their own (``present.keep``), from the outputs of the executed ones."""
    kept = []
    for file in sorted(folder.glob("*.ipynb")):
        try:
            cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        except (ValueError, KeyError, TypeError):
            continue  # damaged: it is made again
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        kept += [data[_KEPT] for output in outputs if _KEPT in (data := output.get("data", {}))]
    return kept


def data_of_unit(month: Month, report: Report, folder: Path) -> dict[str, str]:
    """Writes the tables of a unit's edition beside its page; where they lie, seen from it, by their names."""
    from hotline_lib.bulletin import write_unit

    place = (folder / report.name).parent
    values = {name: of.default for name, of in report.notebook.parameters.items()} | dict(report.parameters)
    assert report.unit is not None  # of a unit's edition
    files = write_unit(month, report.unit, place / "tables", int(values.get("top", 5)))
    return {name: file.relative_to(place).as_posix() for name, file in files.items()}


def data_of_charts(notebook: NotebookNode, report: Report, folder: Path) -> NotebookNode:
    """Writes what a page's charts, and tables of no file of the month, are made from beside the page. The notebook, which is returned, has the
    places then, seen from the page, where it had the data."""
    place, name = (folder / report.name).parent / "tables" / "charts", Path(report.name).name
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    own = [about for output in outputs for about in output.get("metadata", {}).values() if isinstance(about, dict)]
    files: list[Path] = []
    for about in (each for each in own if "data" in each):
        files.append(place / f"{name}-{len(files) + 1}.csv")
        write_whole(files[-1], "\ufeff" + str(about["data"]))
        about["data"] = quote(f"tables/charts/{files[-1].name}")
    for output in outputs:
        if (kept := output.get("data", {}).get(_KEPT)) and not report.unit:  # which ``tables_written`` writes
            output["metadata"]["text/html"] = {"data": quote(f"tables/own/{kept['name']}.csv")}
    for old in set(place.glob(f"{escape(name)}-*.csv")) - set(files):
        old.unlink()
    return notebook


def units_in(folder: Path) -> list[str]:
    """The units of output/MONTH in the order of annex 3; none where it is not there."""
    try:
        return [
            row["unit"]
            for row in csv.DictReader((folder / "tables" / "units.csv").read_text(encoding="utf-8-sig").splitlines())
        ]
    except (OSError, KeyError):
        return []


def tables_written(month: Month, folder: Path, kept: Sequence[dict[str, Any]] = (), top: int = 5) -> list[Path]:
    """The printed tables as CSV, the workbook of all, and the bulletin in Word, and as PDF if that is asked for.

    kept: what notebooks keep of their own. top: ranks of issues.
    """
    from hotline_lib.bulletin import write_analysis, write_tables
    from hotline_lib.deliver import pdf
    from hotline_lib.deliver.word import write_word
    from hotline_lib.deliver.workbook import write_workbook
    from hotline_lib.present._own import unpacked

    own = [unpacked(each) for each in kept]
    files = [*write_tables(month, folder / "tables", top), *write_analysis(month, folder / "tables", top)]
    for each in own:
        files.append(folder / "tables" / "own" / f"{each.name}.csv")
        write_whole(files[-1], "\ufeff" + each.table.csv())
    for old in {each for own in ("own", "analysis") for each in (folder / "tables" / own).glob("*.csv")} - set(files):
        old.unlink()
    annexes = [each.table for each in own if each.annex]
    book = write_workbook(month, folder, [each.table for each in own], top)
    document = write_word(month, folder, annexes, top)
    if month.params.organisation.pdf and pdf.office():
        return [*files, book, document, pdf.write_pdf(document)]
    (folder / pdf.NAME).unlink(missing_ok=True)  # of another document
    return [*files, book, document]
