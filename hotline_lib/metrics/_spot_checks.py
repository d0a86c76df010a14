"""Annex 2: what re-checking closed tickets found. A problem ticket is one with a no."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from hotline_lib.exact import competition_rank, half_up
from hotline_lib.metrics._concordance import kendall
from hotline_lib.metrics._intervals import share_interval

LEAST_UNITS = 8  # below, ranks say nothing of one another
QUESTIONS = ("called_back", "closed", "satisfied")


def spot_check_results(drawn: pd.DataFrame, units: pd.DataFrame, *, kind: str = "random") -> pd.DataFrame:
    """A row per unit: what its randomly drawn tickets showed, fewest problems first.

    drawn: a row per ticket: ``ticket_id``, ``unit``, ``drawn`` (random | lead), and ``called_back``, ``closed``,
    ``satisfied`` (yes | no | not reached | refused). units: ``unit`` …, whose order decides ties (division codes).
    kind: which tickets count. Leads were not drawn at random: what they show (``"lead"``) is no rate of anything.

    Returns ``rank`` (competition, by the share of problem tickets among those answered; missing where nobody answered),
    the columns of ``units``, ``sampled``, ``answered`` (tickets with a yes or no to at least one question), for each
    question ``{question}_yes`` and ``{question}_of`` (answered yes or no),
    ``problems`` (tickets with a no) and ``problem_ids`` (a list, in the order of the file).
    """
    drawn = drawn[drawn["drawn"] == kind]
    rows = []
    for unit in units["unit"]:
        own = drawn[drawn["unit"] == unit]
        bad = own[(own[list(QUESTIONS)] == "no").any(axis=1)]
        answered = int(own[list(QUESTIONS)].isin(["yes", "no"]).any(axis=1).sum())
        row = {
            "unit": unit,
            "sampled": len(own),
            "answered": answered,
            "problems": len(bad),
            "problem_ids": bad["ticket_id"].tolist(),
        }
        for question in QUESTIONS:
            row[f"{question}_yes"] = int((own[question] == "yes").sum())
            row[f"{question}_of"] = int(own[question].isin(["yes", "no"]).sum())
        rows.append(row)
    table = units.merge(pd.DataFrame(rows), on="unit", validate="one_to_one")
    # exact to far more digits than any two samples can differ in
    share = [half_up(row.problems, row.answered, 12) if row.answered else None for row in table.itertuples()]
    ranks = iter(competition_rank([each for each in share if each is not None], descending=False))
    table.insert(0, "rank", pd.array([pd.NA if each is None else next(ranks) for each in share], dtype="Int64"))
    return table.sort_values("rank", kind="stable", na_position="last", ignore_index=True)


def closed_complaints(values: pd.DataFrame) -> dict[str, int]:
    """By unit, how many closed complaints it has submitted: those that a spot check is drawn from.

    values: as ``indicator_values`` gives them.
    """
    rows = values[values["indicator"] == "complaint_24h_rate"].dropna(subset="denominator")
    return dict(zip(rows["unit"], rows["denominator"].astype(int), strict=True))


def drawn_from(complaints: Mapping[str, int], unit: str, drawn: int) -> int | None:
    """How many closed complaints a unit's sample was drawn from; None where nobody knows: none is given, or fewer than drawn."""
    of = complaints.get(unit)
    return None if of is None or of < drawn else int(of)


def beside_scores(checks: pd.DataFrame, scores: pd.DataFrame, values: pd.DataFrame | None = None) -> pd.DataFrame:
    """What sampling found beside what the score says, and how far so few tickets can be off.

    checks: as ``spot_check_results`` gives them. scores: ``unit``, ``rank``, ``score``. values: as
    ``indicator_values`` gives them, for how many closed complaints there are (``drawn_from``); None if nobody knows.
    Returns the rows of ``checks``, inside a rank by score, high to low, with ``score``, ``score_rank``, ``low`` and
    ``high`` (exact 95 % interval of the share of problem tickets, 0 to 1: ``share_interval``), ``score_place`` and ``place`` (1, 2, 3 …
    over the units of which anybody answered: ties spread out by score, so that a tie alone moves nobody; missing without an
    answer), and ``contrary``: the two places are a third of those units or more apart, and at least two.
    """
    scored = scores[["unit", "score", "rank"]].rename(columns={"rank": "score_rank"}).assign(order=range(len(scores)))
    table = checks.merge(scored, on="unit", validate="one_to_one")
    complaints = {} if values is None else closed_complaints(values)
    bounds = [
        share_interval(row.problems, row.answered, drawn_from(complaints, row.unit, row.sampled))
        for row in table.itertuples()
    ]
    table["low"], table["high"] = ([bound[side] for bound in bounds] for side in (0, 1))
    sampled = table[table["answered"] > 0]
    by_score, by_found = sampled.sort_values("order"), sampled.sort_values(["rank", "order"])
    for name, ordered in (("score_place", by_score), ("place", by_found)):
        table[name] = pd.Series(range(1, len(ordered) + 1), index=ordered.index, dtype="Int64")
    apart = (table["place"] - table["score_place"]).abs().fillna(0)
    return table.drop(columns="order").assign(contrary=(apart >= max(2, len(sampled) / 3)).astype(bool))


def agreement(table: pd.DataFrame) -> tuple[float, float] | None:
    """Kendall's tau of score and share of problem tickets over the units with an answer, and its exact p-value (``kendall``).

    table: as ``beside_scores`` gives it. None where there are fewer than eight units or one side is all alike.
    """
    known = table[table["answered"] > 0]
    score, share = (
        known["score"].astype(float),
        [Fraction(int(row.problems), int(row.answered)) for row in known.itertuples()],
    )
    if len(known) < LEAST_UNITS or score.nunique() == 1 or len(set(share)) == 1:
        return None
    return kendall(score.tolist(), list(map(float, share)))
