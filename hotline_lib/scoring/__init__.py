"""A scheme of scoring as data: points, scores and ranks; explained; what it takes; inferred. Values and a scheme in, points out."""

from hotline_lib.scoring._chances import rank_intervals
from hotline_lib.scoring._explained import explained
from hotline_lib.scoring._infer import in_words, infer
from hotline_lib.scoring._points import deductions, ladder, points_lost, printed_score, scores
from hotline_lib.scoring._sampled import if_sampled
from hotline_lib.scoring._takes import takes
from hotline_lib.scoring._what_if import compare, what_if

__all__ = [
    "compare",
    "deductions",
    "explained",
    "if_sampled",
    "in_words",
    "infer",
    "ladder",
    "points_lost",
    "printed_score",
    "rank_intervals",
    "scores",
    "takes",
    "what_if",
]
