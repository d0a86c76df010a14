"""Killed before or after any change of a file's name, intake, undo, simulate and spot checks end in one of two states;
two at once do one after the other, or say that they did nothing."""

import shutil
from pathlib import Path

import crashing
import pandas as pd
import pytest
from crashing import KILLED, Forge, content, left
from exports import rows, table, write_csv
from support import ROOT, one_in

from hotline_lib.fingerprint import file_sha256
from hotline_lib.tickets.files import marks

AUGUST, JULY = ({"accepted_at": f"2024-{month}-09 09:00:00"} for month in ("08", "07"))
ONE_IN = 40


@pytest.fixture(scope="module")
def forge():
    with Forge() as forge:
        yield forge


def done(answer: dict) -> bool:
    """Whether a work came to its end; False if it was killed."""
    assert answer["code"] in (0, KILLED), answer
    return answer["code"] == 0


class Case:
    """A state of data/, and a work that changes it."""

    def __init__(self, folder: Path, forge: Forge):
        self.folder, self.forge, self.files = folder, forge, folder / "in"
        self.files.mkdir()
        self.before = folder / "before"
        self.paths = crashing.folders(ROOT, self.before)
        self.work: dict = {}

    def export(self, *changes: dict, name: str = "a.csv") -> str:
        return str(write_csv(self.files / name, table(rows(*changes))))

    def prepare(self, do: str, **work: object) -> None:
        assert done(*self.forge.run({"do": do, "paths": self.paths, **work}))

    def sort_into_folder(self, month: str = "2024-09") -> None:
        path = Path(self.paths["data"], "tickets", f"{month}.parquet")
        file = path.rename(path.with_name("x"))
        path.mkdir()
        file.rename(path / "part.parquet")

    def copy(self, name: str) -> dict[str, str]:
        if self.before.exists():
            shutil.copytree(self.before, self.folder / name)
        return crashing.folders(ROOT, self.folder / name)

    def killed_everywhere(self, *, every: int) -> int:
        """Kills the work at each point, one in ``every``; gives how many there are. What comes next ends it: the tickets are
        as they were or as they will be, and the work done again makes them so, with nothing left beside."""
        whole = self.copy("whole")
        (answer,) = self.forge.run({"paths": whole, **self.work})
        assert done(answer)
        states = [content(self.paths) if self.before.exists() else {}, content(whole)]
        assert states[0] != states[1] and not left(whole)
        for point in range(1 + answer["points"] // 3 % every, answer["points"] + 1, every):
            here = self.copy(f"at {point}")
            assert not done(*self.forge.run({"paths": here, "point": point, **self.work})), point
            assert done(*self.forge.run({"do": "recover", "paths": here})), point
            assert content(here) in states, point
            assert not left({"data": here["data"], "output": here["data"]}), point
            if content(here) != states[1] or self.work["do"] != "undo":
                assert done(*self.forge.run({"paths": here, **self.work})), point
            assert content(here) == states[1], point
            assert not left(here), point
            shutil.rmtree(self.folder / f"at {point}")
        return answer["points"]


def first_intake(case: Case) -> None:
    case.work = {"do": "intake", "files": [case.export({}, AUGUST, JULY)]}


def replacing_intake(case: Case) -> None:
    case.prepare("intake", files=[case.export({}, AUGUST)])
    case.work = {"do": "intake", "files": [case.export({"rating": "2"}, {**AUGUST, "rating": "1"}, {})]}


def intake_over_a_folder(case: Case) -> None:
    case.prepare("intake", files=[case.export({}, AUGUST)])
    case.sort_into_folder()
    case.work = {"do": "intake", "files": [case.export({"rating": "2"}, {**AUGUST, "rating": "1"}, {})]}


def intake_in_place_of_simulated(case: Case) -> None:
    case.prepare("simulate", made=str(made_up(case)), months=["2024-07", "2024-08", "2024-09"])
    case.work = {"do": "intake", "files": [case.export({}, {})], "replace_simulated": True}


def undo_of_one(case: Case) -> None:
    case.prepare("intake", files=[case.export({}, AUGUST)])
    case.prepare("intake", files=[case.export({"rating": "2"}, {**AUGUST, "rating": "1"}, {})])
    case.work = {"do": "undo"}


def undo_to_a_folder(case: Case) -> None:
    case.prepare("intake", files=[case.export({}, AUGUST)])
    case.sort_into_folder()
    case.prepare("intake", files=[case.export({"rating": "2"}, {})])
    case.work = {"do": "undo"}


def undo_of_the_first(case: Case) -> None:
    case.prepare("intake", files=[case.export({}, AUGUST)])
    case.work = {"do": "undo"}


def simulation(case: Case) -> None:
    case.prepare("simulate", made=str(made_up(case)), months=["2024-07", "2024-08"])
    case.work = {"do": "simulate", "made": str(made_up(case, "13")), "months": ["2023-09", "2024-08", "2024-09"]}


def spot_checks(case: Case) -> None:
    case.prepare("spot_checks", ids=["JT21010020240901000001"])
    case.work = {"do": "spot_checks", "ids": ["JT21010020240901000002"]}


def lot(case: Case) -> None:
    case.prepare("lot", ids=["JT2101002024090100000001"])
    case.work = {"do": "lot", "ids": ["JT2101002024090100000002"]}


def read_back(case: Case) -> None:
    for each in ("1", "2"):
        case.prepare("lot", ids=[f"JT210100202409010000000{each}"])
    case.prepare("read_back", ids=["JT2101002024090100000001"])
    case.work = {"do": "read_back", "ids": ["JT2101002024090100000002"]}


def made_up(case: Case, seed: str = "12") -> Path:
    """A month of simulated tickets: none, but it says so."""
    import duckdb

    from hotline_lib.tickets.schema import SCHEMA

    path = case.files / f"made{seed}.parquet"
    columns = ", ".join(f"null as {column}" for column in SCHEMA)
    marks = f"{{'hotline.simulated': 'true', 'hotline.seed': '{seed}'}}"
    duckdb.execute(f"copy (select {columns}) to '{path}' (format parquet, kv_metadata {marks})")
    return path


CASES = (
    first_intake, replacing_intake, intake_over_a_folder, intake_in_place_of_simulated, undo_of_one, undo_to_a_folder,
    undo_of_the_first, simulation, spot_checks, lot, read_back,
)  # fmt: skip


@pytest.mark.parametrize(
    ("make", "every"),
    [
        *((make, ONE_IN) for make in (replacing_intake, undo_of_one, simulation, spot_checks, read_back)),
        *(pytest.param(make, 1, marks=pytest.mark.slow) for make in CASES),
    ],
    ids=lambda value: value.__name__ if callable(value) else f"one in {value}",
)
def test_killed_at_any_point_it_ends_in_one_of_two_states(forge, tmp_path, make, every):
    case = Case(tmp_path, forge)
    make(case)
    assert case.killed_everywhere(every=every) > 20


# two at once

TRUE = (
    "正在进行",
    "刚刚才补完",
    "真实工单",
    "--replace-simulated",
    "没有可以撤回的",
)  # all that one of two may be refused for


def tickets(paths: dict) -> dict[str, set[str]]:
    """By month the ids that are stored; {"simulated"} if they are."""
    found = {}
    for file in sorted(Path(paths["data"], "tickets").glob("*.parquet")):
        ids = pd.read_parquet(file)["ticket_id"]
        found[file.stem] = {"simulated"} if marks(file).simulated else set(ids)
    return found


@pytest.mark.parametrize("number", one_in(12, range(36)))
def test_two_intakes_at_once(forge, tmp_path, number):
    """Who says that it took its rows has taken them, and nobody takes half of them."""
    case = Case(tmp_path, forge)
    ids = [f"JT21010020240901{n:08d}" for n in range(4)]
    files = [case.export({"ticket_id": ids[n]}, {**AUGUST, "ticket_id": ids[n + 2]}, name=f"{n}.csv") for n in range(2)]
    works = [{"do": "intake", "paths": case.paths, "files": [file]} for file in files]
    works[number % 2]["after"] = number // 2 * 0.02
    for n, answer in enumerate(forge.run(*works)):
        assert answer["code"] == 0 or any(each in answer["said"] for each in TRUE), answer
        there = tickets(case.paths)
        for month, each in (("2024-09", ids[n]), ("2024-08", ids[n + 2])):
            assert (each in there.get(month, ())) is (answer["code"] == 0)
    assert not left(case.paths)
    for file in files:
        case.prepare("intake", files=[file])
    assert tickets(case.paths) == {"2024-08": set(ids[2:]), "2024-09": set(ids[:2])}


@pytest.mark.parametrize("number", one_in(12, range(24)))
def test_an_intake_and_a_simulation_at_once_never_mix(forge, tmp_path, number):
    case = Case(tmp_path, forge)
    works = [
        {"do": "intake", "paths": case.paths, "files": [case.export({}, AUGUST)]},
        {
            "do": "simulate",
            "paths": case.paths,
            "made": str(made_up(case)),
            "months": ["2023-09", "2024-08", "2024-09"],
        },
    ]
    works[number % 2]["after"] = number // 2 * 0.04
    answers = forge.run(*works)
    for answer in answers:
        assert answer["code"] == 0 or any(each in answer["said"] for each in TRUE), answer
    there = tickets(case.paths)
    assert {"simulated"} not in there.values() or set(map(frozenset, there.values())) == {frozenset(["simulated"])}
    assert len(there) == (2 if answers[0]["code"] == 0 else 3) and not left(case.paths)


@pytest.mark.parametrize("number", one_in(12, range(24)))
def test_an_intake_and_an_undo_at_once(forge, tmp_path, number):
    case = Case(tmp_path, forge)
    case.prepare("intake", files=[case.export({}, AUGUST)])
    case.prepare("intake", files=[case.export({"rating": "2"}, {**AUGUST, "rating": "1"}, name="b.csv")])
    works = [
        {"do": "intake", "paths": case.paths, "files": [case.export({"rating": "3"}, {}, {}, name="c.csv")]},
        {"do": "undo", "paths": case.paths},
    ]
    works[number % 2]["after"] = number // 2 * 0.03
    answers = forge.run(*works)
    for answer in answers:
        assert answer["code"] == 0 or any(each in answer["said"] for each in TRUE), answer
    log = content(case.paths)["tickets/previous/log.jsonl"]
    assert [what for what, _ in log[2:]].count("intake") == (answers[0]["code"] == 0)
    assert [what for what, _ in log[2:]].count("undo") == (answers[1]["code"] == 0)
    for month, file in (
        (each, Path(case.paths["data"], "tickets", f"{each}.parquet")) for each in ("2024-08", "2024-09")
    ):
        last = next(months[month][1] for _, months in reversed(log) if month in months)
        assert file_sha256(file).startswith(last), "the log says what lies there"
    assert not left(case.paths)
