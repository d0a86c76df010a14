"""Throwaway notebooks in a house of their own: the runner is tested without tickets."""

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from hotline_lib.batch import Event, RunResult, desk, proofs, refresh, run
from hotline_lib.params import MonthParams, Params, Unit
from hotline_lib.params.organisation import MailSettings
from hotline_lib.paths import Paths

MONTH = "2024-09"
DECLARED = 'month: str = "2024-09"  # 报告月份'


@dataclass
class House:
    """A project with notebooks and nothing else."""

    paths: Paths
    month_notebooks: dict

    def write(self, name: str, *cells: str, declared: str = DECLARED, metadata: dict | None = None) -> Path:
        """A notebook: ``declared`` in its tagged cell, then a cell per text; # begins a Markdown cell."""
        content = [_cell(declared, 0, ["parameters"])] + [_cell(text, i, []) for i, text in enumerate(cells, 1)]
        return self.write_cells(name, content, metadata)

    def write_cells(self, name: str, cells: list[dict], metadata: dict | None = None) -> Path:
        path = self.paths.notebooks / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        book = {"cells": cells, "metadata": metadata or {}, "nbformat": 4, "nbformat_minor": 5}
        path.write_text(json.dumps(book, ensure_ascii=False), encoding="utf-8")
        return path

    def run(self, **asked) -> RunResult:
        self.events: list[Event] = []
        return run.run_month(MONTH, self.paths, on_event=self.events.append, **asked)

    @property
    def folder(self) -> Path:
        return self.paths.report_folder(MONTH)

    def page(self, name: str) -> str:
        return (self.folder / f"{name}.html").read_text(encoding="utf-8")

    @property
    def index(self) -> str:
        return (self.paths.output / "index.html").read_text(encoding="utf-8")

    def statuses(self, result: RunResult) -> dict[str, str]:
        return {report.name: report.status for report in result.reports}

    @property
    def params(self) -> Params:
        names = ("沈阳", "大连")
        units = tuple(Unit.model_construct(name=each, long_name=f"{each}分中心", aliases=()) for each in names)
        return Params.model_construct(
            folder=self.paths.params,
            units=units,
            month=MonthParams(month=MONTH, notebooks=self.month_notebooks),
            organisation=SimpleNamespace(hotline="某省12328热线", mail=MailSettings()),
        )


def _cell(source: str, number: int, tags: list[str]) -> dict:
    cell = {"id": f"cell-{number}", "metadata": {"tags": tags} if tags else {}, "source": source}
    if source.startswith("# "):
        return {"cell_type": "markdown", **cell}
    return {"cell_type": "code", **cell, "outputs": [], "execution_count": None}


@pytest.fixture
def house(tmp_path, monkeypatch) -> House:
    paths = Paths(tmp_path, tmp_path / "data", tmp_path / "params", tmp_path / "output")
    paths.params.mkdir()
    paths.notebooks.mkdir()
    house = House(paths, {})
    month = SimpleNamespace(label="2024年9月", simulated=True, params=house.params)

    def prepared(asked: str, paths: Paths) -> SimpleNamespace:
        assert asked == MONTH
        return month

    monkeypatch.setattr(run, "load_params", lambda month, folder: house.params)
    monkeypatch.setattr(run, "prepared", prepared)
    monkeypatch.setattr(refresh, "prepared", prepared)
    monkeypatch.setattr(run, "warnings", lambda month: ("提示一条",))
    monkeypatch.setattr(run, "tables_written", lambda month, folder, kept, top: [_table(folder)])
    monkeypatch.setattr(run, "remember", lambda month, paths, manifest, kept, top: manifest)
    monkeypatch.setattr(run, "data_of_unit", lambda month, report, folder: {})
    monkeypatch.setattr(run, "mail_written", lambda month, folder, manifest: _mail(folder))
    monkeypatch.setattr(proofs, "load_schemes", lambda folder: ())
    monkeypatch.setattr(desk, "facts", lambda month: ("受理3件",))
    return house


def _table(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "table.csv").write_text("unit,tickets\n", encoding="utf-8-sig")
    return folder / "table.csv"


def _mail(folder: Path) -> Path:
    (folder / "bulletin.eml").write_text("Subject: x", encoding="utf-8")
    return folder / "bulletin.eml"
