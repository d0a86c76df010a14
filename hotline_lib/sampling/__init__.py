"""Spot checks: how many calls to spend where, which tickets are drawn, the workbooks that checkers fill in, and what they answered.

plan       how many tickets a unit needs, and how best to spend a number of calls
"""

from hotline_lib.sampling.plan import CALLS, FLOOR, needed, plan

__all__ = ["CALLS", "FLOOR", "needed", "plan"]
