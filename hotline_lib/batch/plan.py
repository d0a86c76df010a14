"""What a run has to make: which notebooks, for which units, with which parameters.

All of it is decided, and refused if need be, from text alone: no kernel is started, nothing slow imported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hotline_lib.batch.declared import Parameter, declared_parameters
from hotline_lib.errors import HotlineError, ParamsError, UnknownValueError
from hotline_lib.fingerprint import value_fingerprint
from hotline_lib.params import Params
from hotline_lib.paths import Paths

GIVEN_BY_RUN = ("month", "unit")  # parameters that the command itself decides


@dataclass(frozen=True)
class Notebook:
    """One notebook file, as far as it can be known without running it.

    digest: of its cells without their outputs. problem: why it cannot be run, in words; its page will say so.
    """

    path: Path
    title: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    digest: str = ""
    problem: str | None = None

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def per_unit(self) -> bool:
        return "unit" in self.parameters


@dataclass(frozen=True)
class Report:
    """One page to make: a notebook, for one month and perhaps one unit, with all the parameters it gets."""

    notebook: Notebook
    month: str
    parameters: Mapping[str, Any]
    unit: str | None = None

    @property
    def name(self) -> str:
        """Where it lies below output/MONTH, without suffix; unique within a month."""
        if self.unit is None:
            return self.notebook.name
        folder = re.sub(r'[\\/:*?"<>|]', "_", self.unit)
        return f"units/{folder}/{self.notebook.name}"

    @property
    def label(self) -> str:
        """What an analyst calls it."""
        return self.notebook.name + (f"（{self.unit}）" if self.unit else "")


def discover(folder: Path) -> list[Notebook]:
    """The notebooks of a folder, in order. A file that cannot be read is there too, with its problem."""
    return [read_notebook(path) for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))]


def read_notebook(path: Path) -> Notebook:
    """One notebook's title, declared parameters and digest."""
    try:
        cells = [_cell(cell) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        words = f"{path.name} 不是能读的笔记本文件：{error}。请在 JupyterLab 中打开并另存。"
        return Notebook(path, problem=words)

    digest, title = value_fingerprint(cells), _title(cells)
    declaring = [cell["source"] for cell in cells if cell["type"] == "code" and "parameters" in cell["tags"]]
    if not declaring:
        return Notebook(path, title, digest=digest, problem=_forgotten_tag(path, cells))
    try:
        return Notebook(path, title, declared_parameters(declaring[0]), digest)
    except ParamsError as error:
        return Notebook(path, title, digest=digest, problem=f"{path.name}：{error}")


def plan(
    paths: Paths,
    params: Params,
    *,
    only: Sequence[str] = (),
    units: Sequence[str] = (),
    parameters: Mapping[str, Any] | None = None,
) -> list[Report]:
    """The reports of one month that were asked for, with their parameters checked.

    only: notebooks by name (``03_top_issues``, ``03`` or ``top_issues``); empty means all. units: names or
    aliases, or ``all``; without them notebooks that declare ``unit`` stay out. parameters: those of ``-p``,
    texts or values; they win over the month's YAML.
    Raises HotlineError for an unknown notebook, unit or parameter, or a value of the wrong type.
    """
    notebooks = discover(paths.notebooks)
    if not notebooks:
        raise HotlineError(f"{paths.short(paths.notebooks)} 中没有笔记本（文件名应像 01_overview.ipynb）。")
    wanted = _unit_names(units, params)
    selected = _selected(notebooks, only, wanted)
    from_month = _month_values(notebooks, params)
    from_command = _command_values(selected, parameters or {})

    reports = []
    for notebook in selected:
        values = from_month.get(notebook.name, {}) | from_command.get(notebook.name, {})
        if "month" in notebook.parameters:
            values = {"month": params.month.month, **values}
        if notebook.per_unit:
            each = [Report(notebook, params.month.month, values | {"unit": unit}, unit) for unit in wanted]
            reports += each
        else:
            reports.append(Report(notebook, params.month.month, values))
    return reports


def _selected(notebooks: Sequence[Notebook], only: Sequence[str], units: Sequence[str]) -> list[Notebook]:
    chosen = []
    for asked in only:
        number_or_subject = [nb for nb in notebooks if asked in (nb.name, *nb.name.split("_", 1))]
        if not number_or_subject:
            raise UnknownValueError("笔记本", asked, [nb.name for nb in notebooks], "notebooks/")
        chosen += number_or_subject
    for notebook in chosen:
        if notebook.per_unit and not units:
            raise HotlineError(f"{notebook.name} 按单位生成，请写明单位，例如 --unit all（全部单位）。")
    if units and not any(nb.per_unit for nb in chosen or notebooks):
        raise HotlineError(
            "写了 --unit，但所选的笔记本都没有声明参数 unit。请去掉 --unit，或在 --only 中加上这样的笔记本。"
        )
    return [nb for nb in notebooks if (nb in chosen or not chosen) and (units or not nb.per_unit)]


def _unit_names(units: Sequence[str], params: Params) -> list[str]:
    if "all" in units:
        return list(params.unit_names)
    return list(dict.fromkeys(params.unit(unit).name for unit in units))


def _month_values(notebooks: Sequence[Notebook], params: Params) -> dict[str, dict[str, Any]]:
    """Parameters per notebook from the month's YAML. Checked for all notebooks, whatever was selected."""
    known = {nb.name: nb for nb in notebooks}
    place = f"params/months/{params.month.month}.yaml"
    values: dict[str, dict[str, Any]] = {}
    problems: list[HotlineError] = []
    for name, given in params.month.notebooks.items():
        if name not in known:
            problems.append(UnknownValueError("笔记本", name, known, f"{place} 的 notebooks"))
        elif known[name].problem is None:
            where = f"{place} 的 notebooks: {name}"
            values[name], wrong = _accepted(known[name], given, where=where, text=False)
            problems += wrong
    _raise(problems)
    return values


def _command_values(selected: Sequence[Notebook], given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Parameters per notebook from the command line: each goes to all selected notebooks that declare it."""
    declared = sorted({name for nb in selected for name in nb.parameters} - set(GIVEN_BY_RUN))
    problems: list[HotlineError] = []
    for name in given:
        if name in GIVEN_BY_RUN:
            problems.append(ParamsError(f"-p {name}：{name} 由命令决定，不能用 -p 给出。"))
        elif name not in declared:
            problems.append(UnknownValueError("参数", name, declared, "-p"))
    values: dict[str, dict[str, Any]] = {}
    for notebook in selected:
        own = {name: given[name] for name in given if name in declared and name in notebook.parameters}
        values[notebook.name], wrong = _accepted(notebook, own, where=f"-p（{notebook.name}）", text=True)
        problems += wrong
    _raise(problems)
    return values


def _accepted(
    notebook: Notebook, given: Mapping[str, Any], *, where: str, text: bool
) -> tuple[dict[str, Any], list[HotlineError]]:
    values: dict[str, Any] = {}
    problems: list[HotlineError] = []
    own = [name for name in notebook.parameters if name not in GIVEN_BY_RUN]
    for name, value in given.items():
        try:
            if name in GIVEN_BY_RUN:
                raise ParamsError(f"{where}：{name} 由命令决定，不能写在这里。")
            if name not in own:
                raise UnknownValueError("参数", name, own, where)
            values[name] = notebook.parameters[name].accept(value, where=where, text=text and isinstance(value, str))
        except HotlineError as error:
            problems.append(error)
    return values, problems


def _raise(problems: Sequence[HotlineError]) -> None:
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise ParamsError("\n".join(str(problem) for problem in problems))


def _cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    return {"type": cell["cell_type"], "source": source, "tags": cell.get("metadata", {}).get("tags", [])}


def _title(cells: Sequence[Mapping[str, Any]]) -> str:
    heading = re.compile(r"^#\s+(.+?)\s*$", re.MULTILINE)
    found = (heading.search(cell["source"]) for cell in cells if cell["type"] == "markdown")
    return next((match.group(1) for match in found if match), "")


def _forgotten_tag(path: Path, cells: Sequence[Mapping[str, Any]]) -> str | None:
    """Without the tag a page would show its default month under another month's name, so it is not made."""
    for number, cell in enumerate(cells, 1):
        if cell["type"] == "code" and re.search(r"^month\s*[:=]", cell["source"], re.MULTILINE):
            return (
                f"{path.name} 第 {number} 个单元格写有 month，但没有标签 parameters。"
                "请在 JupyterLab 右侧属性栏给它加上这个标签。"
            )
    return None
