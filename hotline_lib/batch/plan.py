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
from hotline_lib.paths import Paths, as_folder
from hotline_lib.yaml_files import as_it_is

GIVEN_BY_RUN = ("month", "unit")  # parameters that the command itself decides
DOCUMENT = "00_bulletin"  # the whole bulletin: Word, mail, tables and ``explain`` have its parameters


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
    """One page to make: a notebook, perhaps for one unit, with all the parameters it gets.

    shared: those that it has in common with the whole bulletin, the defaults too.
    """

    notebook: Notebook
    parameters: Mapping[str, Any]
    unit: str | None = None
    shared: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Where it lies below output/MONTH, without suffix; unique within a month."""
        if self.unit is None:
            return self.notebook.name
        return f"units/{as_folder(self.unit)}/{self.notebook.name}"

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
        cells = [_cell(cell) for cell in json.loads(path.read_text(encoding="utf-8-sig"))["cells"]]
        digest, title = value_fingerprint(cells), _title(cells)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        words = f"{path.name} 不是能读的笔记本文件。请在 JupyterLab 中打开并另存，或从 git、备份中取回。"
        return Notebook(path, problem=words)

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
    wanted = list(params.unit_names if "all" in units else dict.fromkeys(params.unit(unit).name for unit in units))
    selected = _selected(notebooks, only, wanted)
    values = _values(notebooks, selected, params, parameters or {})

    reports = []
    for notebook in selected:
        own = ({"month": params.month.month} if "month" in notebook.parameters else {}) | values[notebook.name]
        shared = {name: own.get(name, of.default) for name, of in _shared(notebooks, notebook)}
        for unit in wanted if notebook.per_unit else [None]:
            reports.append(Report(notebook, own | ({"unit": unit} if unit else {}), unit, shared))
    return reports


def of_document(paths: Paths, params: Params, typed: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of ``typed`` (those of ``-p``) the whole bulletin takes, and all its parameters with that.

    Raises HotlineError as ``plan`` does.
    """
    notebooks = discover(paths.notebooks)
    document = [each for each in notebooks if each.name == DOCUMENT]
    declared = {name: of.default for each in document for name, of in _shared(notebooks, each)}
    taken = {name: value for name, value in typed.items() if name in declared}
    values = _values(notebooks, document, params, taken).get(DOCUMENT, {})
    return {name: values[name] for name in taken}, declared | values


def _shared(notebooks: Sequence[Notebook], notebook: Notebook) -> list[tuple[str, Parameter]]:
    """The parameters that a notebook declares word for word as the whole bulletin does: each has one value a month."""
    of = next((each.parameters for each in notebooks if each.name == DOCUMENT), {})
    return [
        (name, own) for name, own in notebook.parameters.items() if name not in GIVEN_BY_RUN and of.get(name) == own
    ]


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


def _values(
    notebooks: Sequence[Notebook], selected: Sequence[Notebook], params: Params, typed: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Parameters per notebook: from the month's YAML, held to all notebooks, then ``typed``: those of ``-p``, each
    for all selected notebooks that declare it. What the YAML says of a parameter of the whole bulletin holds for all that
    share it. All that is wrong is told at once."""
    known = {notebook.name: notebook for notebook in notebooks}
    place = f"params/months/{params.month.month}.yaml 的 notebooks"
    told = lambda text: text if re.fullmatch(r"\w*[a-z_]\w*", text, re.ASCII) else params.known.shown(text)
    given: list[tuple[str, Sequence[Notebook], str, Any]] = []
    problems: list[HotlineError] = []
    for name, own in params.month.notebooks.items():
        if name not in known:
            problems.append(UnknownValueError("笔记本", name, known, place, told(name)))
        elif known[name].problem is None:
            given += [(f"{place}: {name}", [known[name]], key, value) for key, value in own.items()]
    given += [("-p", selected, key, value) for key, value in typed.items()]

    values: dict[str, dict[str, Any]] = {name: {} for name in known}
    told_by: dict[str, tuple[str, Any]] = {}  # of the whole bulletin's parameters: which notebook's YAML, and what
    for where, those, key, value in given:
        declared = sorted({name for notebook in those for name in notebook.parameters} - {*GIVEN_BY_RUN})
        try:
            if key in GIVEN_BY_RUN:
                raise ParamsError(f"{where}：{key} 由命令决定，不能写在这里。")
            if key not in declared:
                raise UnknownValueError("参数", key, declared, where, told(key))
            typed_now = where == "-p"
            shown = as_it_is if typed_now else lambda text: params.known.shown(text)  # a month's file may hold anything
            for notebook in (each for each in those if key in each.parameters):
                accept = notebook.parameters[key].accept
                values[notebook.name][key] = taken = accept(value, where=where, text=typed_now, shown=shown)
                if typed_now or key not in dict(_shared(notebooks, notebook)):
                    continue
                other, before = told_by.setdefault(key, (notebook.name, taken))
                if before != taken:
                    words = f"{place}：{key} 在整份月报中只有一个值，{other} 下写的是 {shown(str(before))}，{notebook.name} 下写的是 {shown(str(taken))}"
                    raise ParamsError(f"{words}。请只留一处。")
                for each in notebooks:
                    if key in dict(_shared(notebooks, each)):
                        values[each.name][key] = taken
        except HotlineError as error:
            problems.append(error)
    if problems:
        raise problems[0] if len(problems) == 1 else ParamsError("\n".join(map(str, problems)))
    return values


def _cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    return {"type": cell["cell_type"], "source": source, "tags": cell.get("metadata", {}).get("tags", [])}


def _title(cells: Sequence[Mapping[str, Any]]) -> str:
    text = "\n".join(cell["source"] for cell in cells if cell["type"] == "markdown")
    return next(iter(re.findall(r"^#\s+(.+?)\s*$", text, re.MULTILINE)), "")


def _forgotten_tag(path: Path, cells: Sequence[Mapping[str, Any]]) -> str | None:
    """Without the tag a page would show its default month under another month's name, so it is not made."""
    for number, cell in enumerate(cells, 1):
        if cell["type"] == "code" and re.search(r"^month\s*[:=]", cell["source"], re.MULTILINE):
            return (
                f"{path.name} 第 {number} 个单元格写有 month，但没有标签 parameters。"
                "请在 JupyterLab 右侧属性栏给它加上这个标签。"
            )
    return None
