"""The figures: frames in, frames out. Counts stay whole numbers; shares and changes are unrounded floats for charts,
and beside them stand the counts they come from, because a printed digit is made from those.
"""

from hotline_lib.metrics._calendar_pattern import daily_calls, day_kinds, hourly_calls
from hotline_lib.metrics._comparison import contributions, with_base
from hotline_lib.metrics._concordance import kendall
from hotline_lib.metrics._funnels import binomial_limits, funnel, poisson_limits
from hotline_lib.metrics._handling import handling_times
from hotline_lib.metrics._issues import beside_peers, sub_issue_shares, top_issues, top_units, without_issue
from hotline_lib.metrics._missing import day_grid, missing_days, silent_hours, volume_jumps
from hotline_lib.metrics._movers import changes, issue_changes, movers
from hotline_lib.metrics._noise import Noise
from hotline_lib.metrics._own_months import fallen
from hotline_lib.metrics._pooling import pooled_intervals, pooling
from hotline_lib.metrics._rates import (
    all_units_together,
    incomplete,
    indicator_values,
    possible_rates,
    unconfirmed,
    unsubmitted,
)
from hotline_lib.metrics._sampling import (
    hypergeometric_interval,
    if_reported,
    overall_shares,
    sample_bounds,
)
from hotline_lib.metrics._spot_checks import agreement, beside_scores, closed_complaints, spot_check_results
from hotline_lib.metrics._trends import MonthLimits, a_day, month_limits, side_by_side, xmr, year_to_date
from hotline_lib.metrics._usual import Usual, interval, judged, listed_level, usual
from hotline_lib.metrics._volumes import (
    domain_volumes,
    same_tickets,
    total_volume,
    type_volumes,
    unit_domains,
    unit_volumes,
)

__all__ = [
    "MonthLimits",
    "Noise",
    "Usual",
    "a_day",
    "agreement",
    "all_units_together",
    "beside_peers",
    "beside_scores",
    "binomial_limits",
    "changes",
    "closed_complaints",
    "contributions",
    "daily_calls",
    "day_grid",
    "day_kinds",
    "domain_volumes",
    "fallen",
    "funnel",
    "handling_times",
    "hourly_calls",
    "hypergeometric_interval",
    "if_reported",
    "incomplete",
    "indicator_values",
    "interval",
    "issue_changes",
    "judged",
    "kendall",
    "listed_level",
    "missing_days",
    "month_limits",
    "movers",
    "overall_shares",
    "poisson_limits",
    "pooled_intervals",
    "pooling",
    "possible_rates",
    "same_tickets",
    "sample_bounds",
    "side_by_side",
    "silent_hours",
    "spot_check_results",
    "sub_issue_shares",
    "top_issues",
    "top_units",
    "total_volume",
    "type_volumes",
    "unconfirmed",
    "unit_domains",
    "unit_volumes",
    "unsubmitted",
    "usual",
    "volume_jumps",
    "with_base",
    "without_issue",
    "xmr",
    "year_to_date",
]
