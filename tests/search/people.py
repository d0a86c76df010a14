"""Every kind of person, alone, in every column and in every other place of an export: none may be shown or stored.

    python tests/search/people.py
    python tests/search/people.py --kinds "mobile,plate" --places "unit,sheet titles"

The tests put all kinds into one file, of which a message shows a few; here each comes by itself, so that each would be
shown. Not part of make test. Exit code 1 if anybody came out. All people are invented.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import run  # first: it puts the folders of the tests before this one

from exports import LABELS, rows, table, write_csv  # isort: skip
from personal import PERSONAL, named  # isort: skip
from places import PLACES  # isort: skip

Make = Callable[[Path, str], list[Path]]


def column(name: str) -> Make:
    def make(folder: Path, text: str) -> list[Path]:
        return [write_csv(folder / "a.csv", table(rows({}, {name: text})))]

    return make


def other(place: Callable, wrong: bool) -> Make:
    return lambda folder, text: place(folder, [text], wrong)


def everywhere() -> dict[str, Make]:
    found = {name: column(name) for name in LABELS}
    for place in PLACES:
        for wrong in (False, True):
            found[f"{place.__name__.replace('_', ' ')}{', wrong' if wrong else ''}"] = other(place, wrong)
    return found


def faults(make: Make, text: str) -> Iterator[str]:
    """What came out of one intake, and of one with --accept-good."""
    for options in ((), ("--accept-good",)):
        folder = Path(tempfile.mkdtemp())
        (folder / "in").mkdir()
        try:
            done = run.take(make(folder / "in", text), folder / "taken", *options)
            where = {"shown": done.said, "stored": done.left()}
            yield from (f"{how}{' (accept good)' if options else ''}" for how, all_of in where.items() if named(all_of))
            yield from (f"said {word}" for word in ("程序出错", "磁盘已满", "Traceback") if word in done.said)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", default="", help="only these, with commas")
    parser.add_argument("--places", default="", help="only these, with commas")
    given = parser.parse_args()
    kinds = [each.strip() for each in given.kinds.split(",") if each.strip()] or list(PERSONAL)
    places = everywhere()
    wanted = [each.strip() for each in given.places.split(",") if each.strip()]
    places = {name: make for name, make in places.items() if not wanted or name in wanted}
    began, found = time.monotonic(), 0
    for name, make in places.items():
        out = {kind: each for kind in kinds if (each := list(dict.fromkeys(faults(make, PERSONAL[kind].text))))}
        found += len(out)
        for kind, each in out.items():
            print(f"{name}: {kind}: {', '.join(each)}", flush=True)
    tried = f"{len(kinds)} kinds of people in {len(places)} places, {time.monotonic() - began:.0f} seconds"
    print(f"\n{tried}: {found} came out" if found else f"\n{tried}: nobody came out")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
