"""What stands around the figures: numbers, sentences, tables, charts, and the page's own lines."""

from hotline_lib.present.cells import Column
from hotline_lib.present.charts import show
from hotline_lib.present.page import caption, provenance
from hotline_lib.present.sentences import Sentence
from hotline_lib.present.sources import explain, sources
from hotline_lib.present.tables import Table

__all__ = ["Column", "Sentence", "Table", "caption", "explain", "provenance", "show", "sources"]
