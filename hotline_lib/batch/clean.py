"""Notebooks without what changes from run to run: clocks, absolute paths, random ids, image bytes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from itertools import count, groupby
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_CELL_FILE = re.compile(r"\S*[\\/]ipykernel_\d+[\\/]\d+\.py")  # what a warning calls the cell it is about
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
_TIMED = ("papermill", "execution", "ExecuteTime")  # cell metadata that hold clocks
_KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_LANGUAGE = {"name": "python"}
_SCREEN = ("collapsed", "scrolled")  # cell metadata that only JupyterLab's screen uses


def read_with_ids(path: Path) -> NotebookNode:
    """A notebook whose every cell has an id, the same each time; nbformat draws random ones for old files."""
    content = json.loads(path.read_text(encoding="utf-8"))
    taken: set[str] = set()
    for cell in content["cells"]:
        if cell["cell_type"] == "code":  # what a notebook written by a program may lack
            cell |= {"outputs": [], "execution_count": None}
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        wanted = cell.get("id") or hashlib.sha256(source.encode("utf-8")).hexdigest()[:8]
        again = (f"{wanted}-{number}" for number in count(2))
        cell["id"] = wanted if wanted not in taken else next(name for name in again if name not in taken)
        taken.add(cell["id"])
    about = {"kernelspec": _KERNELSPEC, "language_info": _LANGUAGE}
    content["metadata"] = {**content.get("metadata", {}), **about}
    content["nbformat_minor"] = max(5, content.get("nbformat_minor", 0))  # the version that has ids
    return nbformat.reads(json.dumps(content), as_version=4)


def plain_text(text: str) -> str:
    """Text without a terminal's colour codes."""
    return _ANSI.sub("", text)


def strip_volatile(notebook: NotebookNode, parameters: Mapping[str, Any]) -> NotebookNode:
    """The notebook without run times, paths and random ids; ``parameters`` are kept in its metadata.

    Changes the notebook in place and returns it.
    """
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    if parameters:
        notebook.metadata["papermill"] = {"parameters": dict(parameters)}
    for cell in notebook.cells:
        for key in _TIMED:
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
    notebook.metadata["kernelspec"] = _KERNELSPEC
    notebook.metadata["language_info"] = _LANGUAGE
    for cell in notebook.cells:
        for key in _SCREEN:
            cell.metadata.pop(key, None)
        if cell.cell_type != "code":
            continue
        ignored = "nbval-ignore-output" in cell.metadata.get("tags", [])
        kept = [] if ignored else map(_without_images, cell.outputs)
        cell.outputs = [output for output in kept if output is not None]
    return notebook


def as_text(notebook: NotebookNode) -> str:
    """The notebook as a file holds it: one trailing newline, Chinese as Chinese."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def _joined_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Printed text in one piece, warnings after it: how a kernel cuts it up is a matter of milliseconds."""
    joined: list[NotebookNode] = []
    for printing, run in groupby(outputs, key=lambda output: output.output_type == "stream"):
        if not printing:
            joined += run
            continue
        texts: dict[str, str] = {}
        for output in run:
            texts[output.name] = texts.get(output.name, "") + _CELL_FILE.sub("cell", output.text)
        joined += [
            nbformat.v4.new_output("stream", name=name, text=texts[name]) for name in sorted(texts, reverse=True)
        ]
    return joined


def _without_images(output: NotebookNode) -> NotebookNode | None:
    if output.output_type in ("display_data", "execute_result"):
        images = [kind for kind in output.data if kind.startswith("image/")]
        for kind in images:
            del output.data[kind]
            output.metadata.pop(kind, None)
        if images and not output.data:
            return None
    return output
