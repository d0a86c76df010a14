"""The bulletin: a function a subject, each of which returns an exhibit.

``units = bulletin.units(m)`` has ``units.sentence`` (the official wording), ``units.table``, ``units.chart``, and
``units.frame``, the pandas frame that ``metrics`` made and the others are made from. ``outline(m)`` is the whole document in
order. A new table or chart is a function in the module of its topic, and its name here.
"""

from hotline_lib.bulletin._analysis import analysis, write_analysis, write_unit
from hotline_lib.bulletin._domains import domain_contributions, domain_units, domains, type_contributions
from hotline_lib.bulletin._exhibit import Exhibit
from hotline_lib.bulletin._explain import explain
from hotline_lib.bulletin._fair import bands, funnel, handling, methods, needs_help, what_it_takes
from hotline_lib.bulletin._follow_up import follow_up
from hotline_lib.bulletin._how_sure import how_sure
from hotline_lib.bulletin._issues import all_top_issues, handled, issue_details, top_issues
from hotline_lib.bulletin._months import domain_months, issue_months, months, year_to_date
from hotline_lib.bulletin._movers import movers, without_issue
from hotline_lib.bulletin._next_checks import leads, next_checks
from hotline_lib.bulletin._outline import (
    Part,
    Section,
    cases,
    closing,
    files,
    findings,
    issued,
    opening,
    outline,
    plans,
    remarks_unsaid,
    texts_missing,
    texts_odd,
    title,
    to_look_at,
    values_missing,
    write_tables,
)
from hotline_lib.bulletin._overview import on_a_sheet, overview
from hotline_lib.bulletin._peers import line_withheld, unit_issues, unit_peers
from hotline_lib.bulletin._points import points_explained, unit_points
from hotline_lib.bulletin._samples import checked_leads, checks_opening, quality, score_ranks, spot_checks, test_calls
from hotline_lib.bulletin._say import say
from hotline_lib.bulletin._scores import below_threshold, indicators, points_lost, scores
from hotline_lib.bulletin._small import note as small_numbers
from hotline_lib.bulletin._standing import score_months, unit_months
from hotline_lib.bulletin._steps import possible_rates, unsubmitted
from hotline_lib.bulletin._times import days, hours
from hotline_lib.bulletin._unit import unit_indicators, unit_spot_checks, unit_types
from hotline_lib.bulletin._volumes import business_types, contributions, units
from hotline_lib.bulletin._wording import provisional

EXHIBITS = (
    business_types, units, contributions, days, hours, months, year_to_date,
    domains, domain_units, domain_contributions, type_contributions, domain_months,
    top_issues, all_top_issues, issue_details, movers, without_issue, handled, issue_months,
    scores, indicators, points_lost, points_explained, unsubmitted, possible_rates, below_threshold, needs_help, bands, what_it_takes, funnel, handling, methods,
    score_months, unit_months, spot_checks, checked_leads, how_sure, score_ranks, follow_up, leads, next_checks, checks_opening, test_calls, quality, overview,
    unit_types, unit_issues, unit_indicators, unit_points, unit_peers, unit_spot_checks,
)  # fmt: skip
__all__ = [
    "EXHIBITS", "Exhibit", "Part", "Section", *(each.__name__ for each in EXHIBITS),
    "analysis", "cases", "closing", "explain", "files", "findings", "issued", "line_withheld", "on_a_sheet", "opening", "outline", "plans", "provisional",
    "remarks_unsaid", "say", "small_numbers",
    "texts_missing", "texts_odd", "title", "to_look_at", "values_missing", "write_analysis", "write_tables", "write_unit",
]  # fmt: skip
