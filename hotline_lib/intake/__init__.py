"""Real exports in: from the files that other systems write to months of checked tickets; nothing lost, nobody named.

reader/   other systems' files as rows of text, in a process of its own
apart     starts that process, and outlives it
reading   what that process tells: rows, problems, notes, with names as they may be shown
take      one intake from its files to the months
preview   what an intake would make of files
stage     rows on their way
offers    lines for params/ that make a value or a heading known
spot_checks  lists of drawn tickets
check     text to values, in the engine, and every cell that breaks a rule
store     new, updated or unchanged; months replaced whole, the version before kept
gone      what is stored and not in the export: voided tickets, cells that are empty again
versions  what was replaced, put back
report    what is left for the analyst in output/intake
screen    what of an export's own words may be shown
words     all that is said
"""

import importlib
from typing import Any

_PLACES = {"intake": "take", "Intake": "take", "IntakeError": "words"}
__all__ = list(_PLACES)


def __getattr__(name: str) -> Any:
    """Loads what is asked for, when it is asked for: the reader's process starts without the engine."""
    if name in _PLACES:
        return getattr(importlib.import_module(f"hotline_lib.intake.{_PLACES[name]}"), name)
    raise AttributeError(name)
