"""What an analyst does after a refusal: exactly what the message says, no more. Then the files go in again."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cases import Made, problem_rows
from desk import Desk
from exports import LABELS, table, write_csv, write_xlsx

Again = dict[str, object]  # options of the next intake; "files" where other files are named
Remedy = Callable[[Desk, Made, str], Again]


def correct(desk: Desk, made: Made, message: str) -> Again:
    """Puts the right text into every cell that problems.csv names, by row and column, and into no other."""
    assert "problems.csv" in message
    cells = [[*row] for row in made.cells]
    (head,) = [row for row in made.right if next(iter(LABELS.values())) in row][:1]
    for problem in problem_rows(desk):
        if not problem["行"]:
            continue
        row = int(problem["行"]) - 1
        if problem["列"] in head and row < len(cells) and len(cells[row]) == len(made.right[row]):
            cells[row][head.index(problem["列"])] = made.right[row][head.index(problem["列"])]
        else:  # the row as a whole is at fault
            cells[row] = [*made.right[row]]
    return {"files": [made.save(cells)]}


def rows_told(message: str) -> list[int]:
    return [int(number) for number in re.findall(r"第 (\d+) 行", message)]


def take_out_quotes(desk: Desk, made: Made, message: str) -> Again:
    """Takes the quotation marks out of the lines that the message names."""
    told = set(rows_told(message))
    cells = [made.right[n] if n + 1 in told else row for n, row in enumerate(made.cells)]
    return {"files": [made.save(cells)]}


def save_again(desk: Desk, made: Made, message: str) -> Again:
    """Opens the file in Excel and saves it as .xlsx: the tickets that are in it, nothing else."""
    assert ".xlsx" in message
    return {"files": [write_xlsx(desk.folder / "saved.xlsx", table(made.truth))]}


def write_right(desk: Desk, made: Made, message: str) -> Again:
    """Mends the table as a whole where the message says how: the header on top, the rest below."""
    return {"files": [made.save(made.right)]}


def leave_out(name: str) -> Remedy:
    """Does not name that file any more."""

    def remedy(desk: Desk, made: Made, message: str) -> Again:
        return {"files": [file for file in made.files if file.name != name]}

    return remedy


def unpack(desk: Desk, made: Made, message: str) -> Again:
    return {"files": [write_csv(desk.folder / "unpacked.csv", table(made.truth))]}


def option(name: str, given: str, value: object) -> Remedy:
    """Adds the option that the message offers."""

    def remedy(desk: Desk, made: Made, message: str) -> Again:
        assert given in message, message
        return {name: value}

    return remedy


def other_month(desk: Desk, made: Made, message: str) -> Again:
    """Names with --month the month that the tickets are of: the examples in the message say which."""
    assert "--month" in message
    return {"month": re.findall(r"(20\d\d-\d\d)-\d\d", message)[0]}


_OFFER = r"在 params/(?P<file>columns|catalogue)\.yaml (?:末尾|的 (?P<list>\w+) 下面)加一行：(?P<line> *- \{.*?\})(?=[；。）]|$)"


def paste(keys: dict[str, str] | None = None) -> Remedy:
    """Pastes into a copy of params/ a line of YAML for every problem that offers one, as it stands, and takes the file
    again.

    keys: for a value that only the analyst can judge: the value -> what it means (5, true, blank …); otherwise the
    first line that is offered for a problem is taken.
    """

    def remedy(desk: Desk, made: Made, message: str) -> Again:
        assert re.search(_OFFER, message), f"no line of YAML was offered:\n{message}"
        folder = desk.folder / "params"
        shutil.copytree(desk.paths.params, folder)
        desk.paths = replace(desk.paths, params=folder)
        for value, told in dict.fromkeys((problem["值"], problem["改法"]) for problem in problem_rows(desk)):
            offers = list(re.finditer(_OFFER, told))
            if offers:
                meant = (keys or {}).get(value.removeprefix("'"))
                _append(_chosen(offers, meant), meant, folder)
        return {}

    return remedy


def _chosen(offers: list[re.Match], meant: str | None) -> re.Match:
    """The line that says what is meant; a new name is never mistaken for another spelling."""
    fitting = [offer for offer in offers if meant and f"{{{meant}: [" in offer["line"]]
    new = [offer for offer in offers if meant == "new" and "values" not in offer["line"]]
    return [*fitting, *new, *offers][0]


def _append(offer: re.Match, meant: str | None, folder: Path) -> None:
    file, line = folder / f"{offer['file']}.yaml", offer["line"]
    if meant and meant not in ("blank", "new"):  # 按实际写
        line = re.sub(r"values: \{\w+:", f"values: {{{meant}:", line)
    text = file.read_text(encoding="utf-8")
    if offer["list"]:
        text = re.sub(rf"(?m)^  {offer['list']}:$", lambda found: f"{found[0]}\n{line}", text, count=1)
    elif line not in text.splitlines():
        text = f"{text.rstrip()}\n{line}\n"
    file.write_text(text, encoding="utf-8")
