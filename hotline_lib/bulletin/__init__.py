"""The bulletin by name: its tables, sentences and charts, each made of one metric, its printed columns, its template.

``table(m, "units")``, ``sentence(m, "totals")``, ``chart(m, "scores")``: what the printed document shows and what a
page says around it. A new printed table is one entry in ``bulletin.tables``; a sentence is one entry in
``bulletin.sentences`` and a template in params/wording. What a page adds to the printed document stands in a module
of its own (``by_domain``, ``by_issue`` …). Options such as ``top=10`` go to whatever has a ranking.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hotline_lib.bulletin import by_domain, by_issue, by_sample, by_score, by_time
from hotline_lib.bulletin.by_issue import drill_down
from hotline_lib.bulletin.charts import CHARTS as PRINTED_CHARTS
from hotline_lib.bulletin.sentences import SENTENCES as PRINTED_SENTENCES
from hotline_lib.bulletin.tables import PRINTED, available
from hotline_lib.errors import UnknownValueError
from hotline_lib.fingerprint import write_whole

if TYPE_CHECKING:
    from hotline_lib.month import Month
    from hotline_lib.present.charts import Chart
    from hotline_lib.present.sentences import Sentence
    from hotline_lib.present.tables import Table

__all__ = ["CHARTS", "SENTENCES", "TABLES", "chart", "drill_down", "sentence", "sentences", "table", "write_tables"]

TABLES = PRINTED | by_domain.TABLES | by_issue.TABLES | by_time.TABLES | by_score.TABLES
SENTENCES = (
    PRINTED_SENTENCES
    | by_domain.SENTENCES
    | by_issue.SENTENCES
    | by_time.SENTENCES
    | by_score.SENTENCES
    | by_sample.SENTENCES
)
CHARTS = PRINTED_CHARTS | by_time.CHARTS | by_sample.CHARTS


def table(m: Month, name: str, **options: object) -> Table | Sentence:
    """A table by name; it shows itself in a notebook, and ``.frame`` holds its unrounded figures.

    Raises UnknownValueError with the names there are.
    """
    return _named("表", name, TABLES)(m, **options)


def sentence(m: Month, name: str, **options: object) -> Sentence:
    """A sentence by name, in the wording of params/wording. Some are several paragraphs (one a line)."""
    return _named("语句", name, SENTENCES)(m, **options)


def chart(m: Month, name: str) -> Chart | Sentence:
    """A chart by name, with its title, how to read it, and its text for those who cannot see it."""
    return _named("图", name, CHARTS)(m)


def sentences(m: Month, *names: str) -> list[str]:
    """The paragraphs of those sentences, in order."""
    return [line for name in names for line in str(sentence(m, name)).split("\n")]


def write_tables(m: Month, folder: Path) -> list[Path]:
    """Every printed table as FOLDER/NAME.csv, UTF-8 with BOM so that Excel opens it; returns the files.

    A month without spot checks has no such table.
    """
    files = []
    for name in available(m):
        path = folder / f"{name}.csv"
        write_whole(path, "\ufeff" + table(m, name).csv())
        files.append(path)
    return files


def _named(kind: str, name: str, known: dict) -> object:
    if name not in known:
        raise UnknownValueError(kind, name, known)
    return known[name]
