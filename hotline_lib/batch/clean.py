"""Notebooks without what changes from run to run: clocks, absolute paths, random ids, image bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_output

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_CELL_FILE = re.compile(r"\S*[\\/]ipykernel_\d+[\\/]\d+\.py")  # what a warning calls the cell it is about
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
_UNSTEADY = ("papermill", "execution", "ExecuteTime", "collapsed", "scrolled")  # cell metadata: clocks, a screen
_KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def read_with_ids(path: Path) -> NotebookNode:
    """A notebook whose every cell has an id, the same each time; nbformat draws random ones for old files."""
    content = json.loads(path.read_text(encoding="utf-8-sig"))
    taken: set[str] = set()
    for number, cell in enumerate(content["cells"], 1):
        if cell["cell_type"] == "code":  # what a notebook written by a program may lack
            cell |= {"outputs": [], "execution_count": None}
        if cell.get("id", "") in taken | {""}:
            cell["id"] = f"cell-{number}"
        taken.add(cell["id"])
    content["metadata"] = {**content.get("metadata", {}), "kernelspec": _KERNELSPEC}
    content["nbformat_minor"] = max(5, content.get("nbformat_minor", 0))  # the version that has ids
    return nbformat.reads(json.dumps(content), as_version=4)


def numbered(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """The cells with their numbers from 1, as in the notebook that the analyst has: what was injected is not in it."""
    number = 0
    for cell in notebook.cells:
        number += "injected-parameters" not in cell.metadata.get("tags", [])
        yield number, cell


def plain_text(text: str) -> str:
    """Text without a terminal's colour codes."""
    return _ANSI.sub("", text)


def strip_volatile(notebook: NotebookNode, parameters: Mapping[str, Any]) -> NotebookNode:
    """The notebook without run times, paths and random ids; ``parameters`` are kept in its metadata.

    Changes the notebook in place and returns it.
    """
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    if parameters:
        notebook.metadata["papermill"] = {"parameters": dict(parameters)}
    for cell in notebook.cells:
        for key in _UNSTEADY:
            cell.metadata.pop(key, None)
        if not cell.metadata.get("tags"):
            cell.metadata.pop("tags", None)
        elif "injected-parameters" in cell.metadata.tags:
            cell["id"] = "injected-parameters"
        if cell.cell_type == "code":
            cell.outputs = _joined_streams(cell.outputs)
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.traceback = [_ADDRESS.sub("0x…", plain_text(line)) for line in output.traceback]
    return notebook


def strip_for_commit(notebook: NotebookNode) -> NotebookNode:
    """The notebook as it is committed: words and tables to compare, no image bytes, nothing of this computer.

    Outputs of cells tagged nbval-ignore-output go too: nothing holds them to anything.
    Changes the notebook in place and returns it.
    """
    strip_volatile(notebook, {})
    for cell in notebook.cells:
        if cell.cell_type == "code":
            ignored = "nbval-ignore-output" in cell.metadata.get("tags", [])
            cell.outputs = [] if ignored else [output for output in cell.outputs if _without_images(output)]
            for output in cell.outputs:
                output.get("metadata", {}).pop("text/html", None)  # data that a run writes beside the page
    return notebook


def as_text(notebook: NotebookNode) -> str:
    """The notebook as a file holds it: one trailing newline, Chinese as Chinese."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def _joined_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Printed text in one piece, warnings after it: how a kernel cuts it up is a matter of milliseconds."""
    joined: list[NotebookNode] = []
    for printing, run in groupby(outputs, key=lambda output: output.output_type == "stream"):
        if printing:
            by_name = groupby(sorted(run, key=lambda output: output.name, reverse=True), key=lambda output: output.name)
            texts = {name: "".join(output.text for output in those) for name, those in by_name}
            joined += [new_output("stream", name=name, text=_CELL_FILE.sub("cell", texts[name])) for name in texts]
        else:
            joined += run
    return joined


def _without_images(output: NotebookNode) -> bool:
    """Takes the image bytes out; returns whether anything is left."""
    for kind in [kind for kind in output.get("data", {}) if kind.startswith("image/")]:
        del output.data[kind]
        output.metadata.pop(kind, None)
    return bool(output.get("data", True))
