"""Spot checks: how many calls to spend where, which tickets are drawn, the workbooks that checkers fill in, and what they answered.

    plan       how many tickets a unit needs, and how best to spend a number of calls
    draw       which tickets: the same for the same seed and tickets, none twice in a quarter
    ledger     data/spot_checks/draws.jsonl: what was drawn
    workbook   what a checker fills in
    answers    read back, whole or not at all, into data/spot_checks/MONTH.csv

``draw``, ``write`` and ``read`` are imported from their modules, which need the tickets; a plan needs frames only.
"""

from hotline_lib.sampling.plan import CALLS, FLOOR, needed, plan, plan_of_month

__all__ = ["CALLS", "FLOOR", "needed", "plan", "plan_of_month"]
