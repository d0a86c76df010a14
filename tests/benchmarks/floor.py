"""The cells of a month's notebooks in one plain process: what a run would take without kernels, pages and files.

    python tests/benchmarks/floor.py NOTEBOOK…

Run by batch.py. Outputs are made as in a notebook, and thrown away.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output


def main() -> None:
    shell = InteractiveShell.instance()
    for notebook in sys.argv[1:]:
        shell.reset(new_session=False)
        for cell in json.loads(Path(notebook).read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                with capture_output():
                    result = shell.run_cell("".join(cell["source"]), store_history=False)
                result.raise_error()


if __name__ == "__main__":
    main()
