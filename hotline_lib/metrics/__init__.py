"""The figures: frames in, frames out. Counts stay whole numbers; shares and changes are unrounded floats for charts,
and beside them stand the counts they come from, because a printed digit is made from those.
"""

from hotline_lib.metrics.comparison import contributions, with_base
from hotline_lib.metrics.issues import sub_issue_shares, top_issues, top_units
from hotline_lib.metrics.rates import indicator_values
from hotline_lib.metrics.scoring import deductions, scores
from hotline_lib.metrics.spot_checks import spot_check_results
from hotline_lib.metrics.volumes import domain_volumes, total_volume, type_volumes, unit_volumes

__all__ = [
    "contributions",
    "deductions",
    "domain_volumes",
    "indicator_values",
    "scores",
    "spot_check_results",
    "sub_issue_shares",
    "top_issues",
    "top_units",
    "total_volume",
    "type_volumes",
    "unit_volumes",
    "with_base",
]
