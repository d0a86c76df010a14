"""Exports on which a reader has died, or would fill the memory: refused in words all the same, within two gibibytes."""

from __future__ import annotations

import os
import subprocess
import sys

import cases_books as books
import pytest
from cases import expected, stored
from outcomes import Case, check_words, refused, take_whole
from remedies import save_again, unpack
from support import ROOT, one_in

_PEAK = """
import resource, sys
from hotline_lib.cli import main
try:
    main(sys.argv[1:])
finally:
    print(max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
"""


DEADLY = [
    refused("names with backslashes", books.names_with_backslashes, "a.xlsx", "XFD|1,?048,?576", remedy=save_again),
    refused("stray cell", books.stray_cell_in_the_corner, "a.xlsx", "XFD|1,?048,?576|16,?384", remedy=save_again),
    Case("boast", books.four_thousand_million_strings, says=("a.xlsx",), remedy=save_again, open=True),
    refused("cut off", books.old_workbook_cut_off, "a.xls", "损坏|不完整", remedy=unpack),
    Case("rows without end", books.rows_without_end, says=("a.ods",), remedy=unpack, open=True),
]


@pytest.mark.skipif(sys.platform == "win32", reason="resource")
@pytest.mark.parametrize("case", one_in(2, DEADLY), ids=repr)
def test_what_a_reader_dies_of_is_refused_in_words_and_does_not_cost_two_gibibytes(desk, case):
    """In a process of its own, which a reader that aborts would take with it; its peak is that of its children too."""
    made = case.make(desk.folder)
    arguments = ["intake", str(made.files[0]), "--month", "2024-09", "--data", str(desk.paths.data)]
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, *arguments, "--output", str(desk.paths.output)],
        cwd=ROOT, capture_output=True, timeout=120, env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    message, peak = done.stderr.decode(), done.stdout.split()[-1:]
    assert peak and int(peak[0]) < 2 << 20, f"{peak} KiB\n{message[:300]}"
    if case.open and done.returncode == 0:
        assert stored(desk) == expected(made.truth)
        return
    assert done.returncode == 1 and not desk.bytes(), message[:300]
    check_words(desk, case, message)
    take_whole(desk, made, case.remedy(desk, made, message))
