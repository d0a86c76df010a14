"""What weakens a month's reports, told when they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotline_lib.month import Month


def warnings(month: Month) -> tuple[str, ...]:
    """What weakens a month's reports: odd data, texts that nobody wrote or that hold what is no text, values that are open."""
    from hotline_lib.bulletin import remarks_unsaid, texts_missing, texts_odd, values_missing
    from hotline_lib.deliver.pdf import lacking

    of = month.params
    of_params = (*texts_missing(of), *texts_odd(of), *values_missing(of), *lacking(of))
    return (*month.warnings, *of_params, *remarks_unsaid(month))
