"""Exports spoilt at random, taken in, and held against an independent count of what is in them.

    python tests/search/exports.py --examples 3300 --seed 1
    python tests/search/exports.py --seed 1 --only 17,203 --keep kept     # the same again, with the files

Not part of make test. Every example follows from seed and number alone. Each is taken in by a process that may die:
then that is what is found. Exit code 1 if anything was found.
"""

from __future__ import annotations

import argparse
import json
import queue
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import run  # first: it puts the folders of the tests before this one

import bases  # isort: skip
import oracle  # isort: skip
import spoil_bytes  # isort: skip
import spoil_cells  # isort: skip

MOST_WAITED = 300  # seconds for one example, on a machine that is busy
MOST_ADDRESSED = 8 << 30
_PACKED = ("xlsx", "ods", "zip")
_MARKED = ("html", "mhtml", "spreadsheetml")


def make(seed: int, number: int, folder: Path) -> tuple[Path, str]:
    """One spoilt export, and how it was spoilt."""
    r = random.Random(f"{seed}/{number}")
    form = r.choice(list(bases.FORMS))
    cells, how = bases.grid(r), []
    families = ["cells"] * 4 + ["bits", "cuts", "both"] + ["xml"] * (3 if form.startswith((*_PACKED, *_MARKED)) else 0)
    family = r.choice(families)
    for _ in range(r.choice([1, 1, 2, 3]) if family in ("cells", "both") else 0):
        if any(cells):
            how.append(r.choice(spoil_cells.CELLS)(cells, r))
    file = bases.FORMS[form](folder, cells or [[""]])
    content = file.read_bytes()
    if family == "bits" or (family == "both" and r.random() < 0.5):
        content, more = spoil_bytes.bits(content, r)
        how.append(more)
    elif family == "cuts":
        content, more = spoil_bytes.cut(content, r)
        how.append(more)
    elif family in ("xml", "both"):
        content, more = _marked(form, content, r)
        how.append(more)
    file.write_bytes(content)
    return file, f"{form}: {'; '.join(how)}"


def _marked(form: str, content: bytes, r: random.Random) -> tuple[bytes, str]:
    if form.startswith(_PACKED):
        return spoil_bytes.in_zip(content, r)
    if form in _MARKED:
        encoding = "gb18030" if form == "html" else "utf-8"
        text, how = spoil_bytes.xml(content.decode(encoding), r)
        return text.encode(encoding, "replace"), how
    return spoil_bytes.cut(content, r)


def judge(file: Path, folder: Path) -> list[str]:
    """What is wrong with how one export was taken: as a whole, and if that is refused, with its good rows."""
    seen = oracle.count(file.name, file.read_bytes())
    found = []
    for options in ((), ("--accept-good",)):
        done = run.take([file], folder / f"taken{len(options)}", *options)
        found += [f"{fault}{' (accept good)' if options else ''}" for fault in run.faults(done)]
        if done.code == 0:
            return [*found, *_compared(seen, done, bool(options))]
    return found


def _compared(seen: oracle.Count, done: run.Done, accepted: bool) -> Iterator[str]:
    """Rows of the file that are nowhere, tickets that are not in the file, and values that are not the file's."""
    told = set(oracle.ID.findall(oracle.plain(done.told)))
    lost = [row for row in seen.rows if not set(row.ids) <= set(done.kept) and not (accepted and told & set(row.ids))]
    shown = len(set(done.told.splitlines()))  # rows told without their id: a bad id, or one in another column
    if lost and (not accepted or any(row.plain for row in lost) or len(lost) > shown):
        whole = "rows that are whole" if any(row.plain for row in lost) else "rows"
        yield f"{len(lost)} of {len(seen.rows)} {whole} lost{' (accept good)' if accepted else ''}"
    if seen.whole and (new := set(done.kept) - seen.ids()):
        yield f"{len(new)} tickets that are not in the file"
    values = seen.values()
    wrong = [each for each in done.kept if each in values and done.kept[each] != values[each]]
    if wrong:
        row, right = done.kept[wrong[0]], values[wrong[0]]
        yield f"{len(wrong)} of {len(done.kept)} with other values: {[c for c in right if row[c] != right[c]][:4]}"


def child(seed: int, numbers: Sequence[int], keep: Path | None) -> None:
    """Takes examples one after another, and writes a line of JSON before each, when it is made, and after it."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSED, MOST_ADDRESSED))
    for number in numbers:
        folder = Path(tempfile.mkdtemp())
        (folder / "in").mkdir()
        try:
            print(json.dumps({"number": number}), flush=True)
            file, how = make(seed, number, folder / "in")
            print(json.dumps({"number": number, "how": how}), flush=True)
            found = judge(file, folder)
            if keep and found:
                shutil.copy(file, keep / f"{number}_{file.name}")
            if run.peak() > run.MOST_BYTES:
                found.append(f"memory: {run.peak() >> 20} MiB")
            print(json.dumps({"number": number, "found": found}), flush=True)
            if run.peak() > run.MOST_BYTES:
                return  # the next one begins from nothing
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def search(seed: int, numbers: Sequence[int], keep: Path | None) -> Iterator[tuple[int, str, list[str]]]:
    """number, how it was spoilt, and what was found, for each example; a process that dies is begun again."""
    left = list(numbers)
    while left:
        arguments = ["--seed", str(seed), "--child", *(["--keep", str(keep)] if keep else [])]
        command = [sys.executable, __file__, *arguments, "--only", ",".join(map(str, left))]
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
            )
            lines: queue.Queue[str] = queue.Queue()
            threading.Thread(target=_forward, args=(process, lines), daemon=True).start()
            begun, how = left[0], "not begun"
            while left:
                try:
                    line = lines.get(timeout=MOST_WAITED)
                except queue.Empty:
                    process.kill()
                    line = "late"
                if not line.startswith("{"):  # it ended, or was ended
                    code = process.wait()
                    if line == "late" or code != 0 or how == "not begun":
                        errors.seek(0)
                        last = errors.read().decode("utf-8", "replace").strip().splitlines()[-1:] or [""]
                        yield begun, how, ["too late" if line == "late" else f"process died: {code} {last[0][:80]}"]
                        left.remove(begun)
                    break
                heard = json.loads(line)
                if "found" in heard:
                    left.remove(heard["number"])
                    yield heard["number"], how, heard["found"]
                else:
                    begun, how = heard["number"], heard.get("how", "being made")
            process.wait()


def _forward(process: subprocess.Popen, lines: queue.Queue[str]) -> None:
    for line in process.stdout:
        lines.put(line)
    lines.put("")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="numbers of examples, with commas")
    parser.add_argument("--keep", type=Path, help="a folder for the files on which something was found")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    numbers = [int(each) for each in given.only.split(",") if each] or range(given.examples)
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
    if given.child:
        child(given.seed, numbers, given.keep)
        return 0
    began, kinds, examples = time.monotonic(), Counter(), {}
    for number, how, found in search(given.seed, numbers, given.keep):
        for fault in found:
            kind = re.sub(r"[\d\s]+", " ", fault.partition(":")[0])
            kinds[kind] += 1
            examples.setdefault(kind, []).append(number)
        if found:
            print(f"{number}: {how}\n    " + "\n    ".join(found), flush=True)
    print(f"\n{len(numbers)} examples of seed {given.seed}, {time.monotonic() - began:.0f} seconds")
    for kind, times in kinds.most_common():
        print(f"{times:5} {kind}   e.g. --only {','.join(map(str, examples[kind][:5]))}")
    print("nothing was found" if not kinds else f"{len(kinds)} kinds of fault")
    return 1 if kinds else 0


if __name__ == "__main__":
    raise SystemExit(main())
