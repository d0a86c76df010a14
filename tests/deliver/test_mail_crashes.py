"""Killed before or after any change of a file's name, or sent twice at once: nobody gets a mail twice, nobody is forgotten."""

import json
import shutil
from pathlib import Path

import crashing
import pytest
from crashing import KILLED, MONTH, Forge, left
from smtp import Desk, serving
from support import ROOT, one_in

PEOPLE = [f"p{number}@example.invalid" for number in range(1, 5)]
OLD = {"audience": "bulletin", "edition": "e2", "time": "2024-10-08T09:00:00+08:00", "status": "sent", "answer": "250"}


@pytest.fixture(scope="module")
def forge():
    with Forge() as forge:
        yield forge


def had_before(output: Path, *people: str) -> None:
    """What an earlier version of the suite left in output/sent."""
    (output / "sent" / MONTH / "tables" / "e1").mkdir(parents=True)
    (output / "sent" / MONTH / "tables" / "e1" / "units.csv").write_text("unit\n", encoding="utf-8")
    lines = (json.dumps({**OLD, "address": each}) + "\n" for each in people)
    (output / "sent" / f"{MONTH}.jsonl").write_text("".join(lines), encoding="utf-8")


def known(paths: dict) -> dict[str, str]:
    lines = Path(paths["data"], "sent", f"{MONTH}.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    assert len({each["address"] for each in entries}) == len(entries)
    return {each["address"]: each["status"] for each in entries}


def right(desk: Desk, paths: dict) -> None:
    """Everybody has it once, or is known to be unclear; who had it before gets nothing."""
    ledger = known(paths)
    assert set(ledger) == set(PEOPLE)
    for to in PEOPLE:
        copies = desk.to.count(to)
        assert copies <= 1 and (copies == (to != PEOPLE[0]) or ledger[to] == "unknown"), (to, ledger)
    assert not left(paths) and not list(Path(paths["data"], "sent").glob("*.pending"))
    assert Path(paths["data"], "sent", MONTH, "tables", "e1", "units.csv").exists()
    assert not list(Path(paths["output"], "sent").rglob("*.*"))


@pytest.mark.parametrize("every", [20, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_at_any_point_nobody_gets_it_twice(forge, tmp_path, every):
    points, point = 1, 0
    while point < points:
        desk, here = Desk(), tmp_path / str(point)
        paths = crashing.folders(ROOT, here)
        had_before(here / "output", PEOPLE[0])
        with serving(desk) as port:
            work = {"do": "mail", "paths": paths, "port": port, "people": PEOPLE}
            (answer,) = forge.run({**work, "point": point})
            if point == 0:
                points = answer["points"]
                right(desk, paths)
            else:
                assert answer["code"] == KILLED, (point, answer)
                for _ in range(2):
                    (again,) = forge.run(work)
                    assert again["code"] == 0, (point, again)
                right(desk, paths)
        point += every if point else 1
        shutil.rmtree(here)
    assert points > 60


@pytest.mark.parametrize("number", one_in(12, range(36)))
def test_two_mails_at_once_from_two_outputs(forge, tmp_path, number):
    """Another --output, or one that was cleaned in between: the ledger and its lock lie with the data."""
    desk, one = Desk(), crashing.folders(ROOT, tmp_path)
    other = one | {"output": str(tmp_path / "elsewhere")}
    had_before(tmp_path / "output", PEOPLE[0])
    with serving(desk) as port:
        works = [{"do": "mail", "paths": each, "port": port, "people": PEOPLE[1:]} for each in (one, other)]
        works[number % 2]["after"] = number // 2 * 0.01
        for answer in forge.run(*works):
            assert answer["code"] == 0 or "正在发" in answer["said"], answer
        shutil.rmtree(one["output"])
        (answer,) = forge.run({"do": "mail", "paths": one, "port": port, "people": PEOPLE[1:]})
    assert answer["code"] == 0 and sorted(desk.to) == PEOPLE[1:]
