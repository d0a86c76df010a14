"""Annex 2: what re-checking closed tickets found. A problem ticket is one with a no."""

from __future__ import annotations

import pandas as pd

from hotline_lib.exact import competition_rank, half_up

QUESTIONS = ("called_back", "closed", "satisfied")


def spot_check_results(drawn: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """A row per unit: what its randomly drawn tickets showed, fewest problems first.

    drawn: a row per ticket: ``ticket_id``, ``unit``, ``drawn`` (random | lead), and ``called_back``, ``closed``,
    ``satisfied`` (yes | no | not reached | refused). Leads were not drawn at random, so they do not count here.
    units: ``unit`` …, whose order decides ties (division codes).

    Returns ``rank`` (competition, by the share of problem tickets; missing without a sample), the columns of
    ``units``, ``sampled``, for each question ``{question}_yes`` and ``{question}_of`` (answered yes or no),
    ``problems`` (tickets with a no) and ``problem_ids`` (a list, in the order of the file).
    """
    random = drawn[drawn["drawn"] == "random"]
    rows = []
    for unit in units["unit"]:
        own = random[random["unit"] == unit]
        bad = own[(own[list(QUESTIONS)] == "no").any(axis=1)]
        row = {"unit": unit, "sampled": len(own), "problems": len(bad), "problem_ids": bad["ticket_id"].tolist()}
        for question in QUESTIONS:
            row[f"{question}_yes"] = int((own[question] == "yes").sum())
            row[f"{question}_of"] = int(own[question].isin(["yes", "no"]).sum())
        rows.append(row)
    table = units.merge(pd.DataFrame(rows), on="unit", validate="one_to_one")
    # exact to far more digits than any two samples can differ in
    share = [half_up(row.problems, row.sampled, 12) if row.sampled else None for row in table.itertuples()]
    ranks = iter(competition_rank([each for each in share if each is not None], descending=False))
    table.insert(0, "rank", pd.array([pd.NA if each is None else next(ranks) for each in share], dtype="Int64"))
    return table.sort_values("rank", kind="stable", na_position="last", ignore_index=True)
