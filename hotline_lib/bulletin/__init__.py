"""The bulletin by name: its tables, sentences and charts, each made of one metric, its printed columns, its template.

``table(m, "units")``, ``sentence(m, "totals")``, ``chart(m, "scores")``. There is a module a topic, all of one shape:
functions that make tables; functions that give a template of params/wording its figures; functions that draw; and at
the end ``TABLES``, ``SENTENCES`` and ``CHARTS``, which name them. A new table, sentence or chart is a function and its
entry there. What topics share: ``figures`` (every frame, made once a month), ``columns`` and ``wording``.
Options such as ``top=10`` go to whatever has a ranking.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hotline_lib.bulletin import (
    by_domain,
    by_issue,
    by_month,
    by_sample,
    by_score,
    by_time,
    by_unit,
    by_volume,
    figures,
)
from hotline_lib.bulletin.by_issue import drill_down
from hotline_lib.errors import UnknownValueError
from hotline_lib.fingerprint import write_whole

if TYPE_CHECKING:
    from hotline_lib.month import Month
    from hotline_lib.present.charts import Chart
    from hotline_lib.present.sentences import Sentence
    from hotline_lib.present.tables import Table

__all__ = [
    "CHARTS",
    "SENTENCES",
    "TABLES",
    "Document",
    "chart",
    "drill_down",
    "explain",
    "sentence",
    "sentences",
    "table",
    "write_tables",
]

_TOPICS = (by_volume, by_time, by_domain, by_issue, by_score, by_sample, by_unit, by_month)
TABLES, SENTENCES, CHARTS = (
    {name: make for topic in _TOPICS for name, make in getattr(topic, kind, {}).items()}
    for kind in ("TABLES", "SENTENCES", "CHARTS")
)
# in the schema of data/published: these are written as CSV, and can be kept as the base of another month
_PRINTED = ("business_types", "domains", "units", "top_issues", "top_issue_details", "indicators", "spot_checks")


def table(m: Month, name: str, **options: object) -> Table | Sentence:
    """A table by name; it shows itself in a notebook, and ``.frame`` holds its unrounded figures.

    Raises UnknownValueError with the names there are.
    """
    return _named("表", name, TABLES)(m, **options)


def sentence(m: Month, name: str, **options: object) -> Sentence:
    """A sentence by name, in the wording of params/wording. Some are several paragraphs (one a line)."""
    return _named("语句", name, SENTENCES)(m, **options)


def chart(m: Month, name: str, **options: object) -> Chart | Sentence:
    """A chart by name, with its title, how to read it, and its text for those who cannot see it."""
    return _named("图", name, CHARTS)(m, **options)


def sentences(m: Month, *names: str) -> list[str]:
    """The paragraphs of those sentences, in order."""
    return [line for name in names for line in str(sentence(m, name)).split("\n")]


def available(m: Month) -> list[str]:
    """The printed tables that the month has what they need for: without spot checks there is no such table."""
    return [name for name in _PRINTED if name != "spot_checks" or figures.spot_checks(m) is not None]


def write_tables(m: Month, folder: Path) -> list[Path]:
    """Every printed table as FOLDER/NAME.csv, UTF-8 with BOM so that Excel opens it; returns the files."""
    files = [folder / f"{name}.csv" for name in available(m)]
    for path in files:
        write_whole(path, "\ufeff" + table(m, path.stem).csv())
    return files


def _named(kind: str, name: str, known: dict) -> object:
    if name not in known:
        raise UnknownValueError(kind, name, known)
    return known[name]


from hotline_lib.bulletin.document import Document, explain  # noqa: E402  stands on all of the above
