"""Reads any bulletin and says what in it cannot be right. It knows none of our figures: exact arithmetic, params and the scheme only."""

from hotline_lib.proofread import show
from hotline_lib.proofread.against import against
from hotline_lib.proofread.document import Document, proofread
from hotline_lib.proofread.read import Block, read
from hotline_lib.proofread.verdicts import AGAINST, ALONE, BASE, FORCED, RIGHT, STRENGTH, WRONG, Verdict

__all__ = [
    "AGAINST", "ALONE", "BASE", "FORCED", "RIGHT", "STRENGTH", "WRONG", "Block", "Document", "Verdict", "against", "proofread",
    "read", "show",
]  # fmt: skip
