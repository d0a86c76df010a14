from decimal import Decimal

import pandas as pd
import pytest

from hotline_lib.exact import percent
from hotline_lib.present import _numbers as numbers


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (numbers.count(243909), "243,909"),
        (numbers.count(0), "0"),
        (numbers.count(pd.NA), "—"),
        (numbers.share(1, 8), "12.50"),
        (numbers.share(0, 0), "0.00"),
        (numbers.share(3, 0), "—"),
        (numbers.change(243909, 191177), "+27.58"),
        (numbers.change(9276, 11120), "−16.58"),
        (numbers.change(4, 4), "0.00"),
        (numbers.change(4, 0), "—"),
        (numbers.change(4, None), "—"),
        (numbers.decimal(Decimal("97.995")), "98.00"),
        (numbers.myriads(243909), "24.39"),
        (numbers.myriads(2487), "0.25"),
        (numbers.signed_count(-782), "−782"),
        (numbers.signed_count(2084), "+2,084"),
        (numbers.short(percent(3, 4)), "75"),
        (numbers.short(percent(3, 7)), "42.86"),
    ],
)
def test_figures_print_as_on_paper(printed, expected):
    assert printed == expected
