"""What an analyst does after a refusal: exactly what the message says, no more. Then the files go in again."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import yaml
from cases import Made, problem_rows
from desk import Desk
from exports import LABELS, table, write_csv, write_xlsx

Again = dict[str, object]  # options of the next intake; "files" where other files are named
Remedy = Callable[[Desk, Made, str], Again]

# where a line of YAML goes, and the line itself; group names say what is to be done with it
_OFFERS = (
    r"params/(?P<file>units|catalogue|columns)\.yaml 的「(?P<owner>[^」]+)」(?:下|里|中)?的? ?(?P<key>aliases|values)?"
    r"[^「\[{]*?(?P<yaml>(?:aliases|blank|true|false|[1-5]): \[[^\]]*\])",
    r"params/catalogue\.yaml 的「(?P<issue>[^」]+)」的 sub_issues 下加一行：(?P<entry>- \{.*?\})(?=[。；]|$)",
    r"params/(?P<into>units|catalogue)\.yaml 的 (?P<list>issues|domains|business_types) 下加一行：(?P<new>- \{.*?\})(?=[。；]|$)",
)


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


def paste(keys: dict[str, str] | None = None) -> Remedy:
    """Pastes into a copy of params/ every line of YAML that the message offers, then runs the command again.

    keys: for a value of a column that only the analyst can judge: the value -> the key of ``values`` it belongs to
    (5, true, blank …), where the message leaves that open.
    """

    def remedy(desk: Desk, made: Made, message: str) -> Again:
        folder = desk.folder / "params"
        shutil.copytree(desk.paths.params, folder)
        desk.paths = replace(desk.paths, params=folder)
        offers = [*message.splitlines(), *(problem["改法"] for problem in problem_rows(desk))]  # it shows two a rule
        pasted = [_paste(line, folder, keys or {}) for line in dict.fromkeys(offers)]
        assert any(pasted[: len(message.splitlines())]), f"no line of YAML was offered:\n{message}"
        return {}

    return remedy


def _paste(line: str, folder: Path, keys: dict[str, str]) -> bool:
    for pattern in _OFFERS:
        if found := re.search(pattern, line):
            _apply(found.groupdict(), folder)
            return True
    if found := re.search(r"params/columns\.yaml 的「([^」]+)」的 values .*?加上 (\S+?)。?$", line):
        label, word = found[1], yaml.safe_load(found[2])  # the key is for the analyst to choose
        _apply({"file": "columns", "owner": label, "yaml": f'{keys[str(word)]}: ["{word}"]', "key": "values"}, folder)
        return True
    return False


def _apply(offer: dict[str, str | None], folder: Path) -> None:
    """One offered line, which must be YAML as it stands, into its file."""
    file = folder / f"{offer.get('file') or 'catalogue'}.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    entries = list(_entries(content))
    if offer.get("entry"):
        (issue,) = [each for each in entries if each.get("name") == offer["issue"] and "domain" in each]
        _add(issue.setdefault("sub_issues", []), yaml.safe_load(offer["entry"]))
    elif offer.get("new"):
        _add(content[-1][offer["list"]], yaml.safe_load(offer["new"]))
    else:
        (owner,) = [each for each in entries if offer["owner"] in (each.get("name"), each.get("label"))][:1]
        for key, words in yaml.safe_load(offer["yaml"]).items():
            if key == "aliases":
                _add(owner.setdefault(key, []), words)
            else:
                before = owner.get("values", {})  # several columns may share it
                owner["values"] = before | {key: list(dict.fromkeys([*before.get(key, []), *words]))}
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _add(to: list, new: list) -> None:
    to.extend(each for each in new if each not in to)


def _entries(content: object) -> list[dict]:
    """Every mapping in a YAML file, however deep."""
    if isinstance(content, dict):
        return [content, *(entry for each in content.values() for entry in _entries(each))]
    return [entry for each in content for entry in _entries(each)] if isinstance(content, list) else []
