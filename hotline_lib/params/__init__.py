"""What an analyst may change: typed models of params/*.yaml.

Everything that makes the suite one province's stands there (and in data/). ``load_params`` reads all of it for one
month and refuses, before anything runs, what a typing slip would otherwise turn into a wrong figure: each message
names the file, the key, what was expected, and the nearest known name.
"""

from hotline_lib.params.dates import Calendar, CalendarYear, first_day, label, month_before, month_range, month_span
from hotline_lib.params.load import Params, load_params, load_recipients, load_scheme, load_schemes
from hotline_lib.params.models import Catalogue, Issue, Points, Rule, Scheme, Unit, find
from hotline_lib.params.of_month import PER_UNIT, MonthParams
from hotline_lib.params.organisation import Recipient

__all__ = [
    "PER_UNIT",
    "Calendar",
    "CalendarYear",
    "Catalogue",
    "Issue",
    "MonthParams",
    "Params",
    "Points",
    "Recipient",
    "Rule",
    "Scheme",
    "Unit",
    "find",
    "first_day",
    "label",
    "load_params",
    "load_recipients",
    "load_scheme",
    "load_schemes",
    "month_before",
    "month_range",
    "month_span",
]
