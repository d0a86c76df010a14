import subprocess
import sys

import nbformat
import pytest

from hotline_lib.batch import clean
from hotline_lib.batch.refresh import refresh
from hotline_lib.errors import HotlineError

PICTURE = """
from IPython.display import display
import base64
dot = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
display({"text/html": "<b>图1</b>"}, raw=True)
display({"image/png": dot}, metadata={"image/png": {"alt": "一点"}}, raw=True)
"""


def test_refreshed_notebooks_hold_words_and_no_clock_image_or_path(house):
    mine = {"kernelspec": {"name": "mine", "display_name": ""}, "widgets": {}}
    path = house.write("01_a", PICTURE, "month", metadata=mine)
    book = nbformat.read(path, as_version=4)
    new_cell = nbformat.v4.new_code_cell
    book.cells += [
        new_cell("import time; time.time()", metadata={"tags": ["nbval-ignore-output"]}),
        new_cell("print('末')", metadata={"scrolled": True}),
    ]
    nbformat.write(book, path)

    assert refresh(house.paths) == [path]
    text = path.read_text(encoding="utf-8")
    book = nbformat.reads(text, as_version=4)
    nbformat.validate(book)
    assert [[output.output_type for output in cell.outputs] for cell in book.cells] == [
        [],
        ["display_data"],
        ["execute_result"],
        [],
        ["stream"],
    ]
    assert book.cells[2].outputs[0].data == {"text/plain": "'2024-09'"}
    assert [cell.execution_count for cell in book.cells] == [1, 2, 3, 4, 5]  # nbval asks for them
    assert "iVBOR" not in str([cell.outputs for cell in book.cells])
    assert "papermill" not in text and "scrolled" not in text and str(house.paths.root) not in text
    assert text.endswith("}\n") and not text.endswith("\n\n")
    assert dict(book.metadata) == {"kernelspec": clean._KERNELSPEC, "language_info": {"name": "python"}}

    assert refresh(house.paths) == []  # a second time changes nothing
    assert path.read_text(encoding="utf-8") == text


def test_a_notebook_that_fails_stays_as_it_was_and_the_others_are_refreshed(house):
    good = house.write("01_a", "1 + 1")
    bad = house.write("02_b", "1/0")
    before = bad.read_bytes()
    with pytest.raises(HotlineError, match=r"02_b\.ipynb：第 2 个单元格：ZeroDivisionError: division by zero"):
        refresh(house.paths)
    assert bad.read_bytes() == before
    assert "'text/plain': '2'" in str(nbformat.read(good, as_version=4).cells[1].outputs)


@pytest.mark.slow  # make test runs nbval on the notebooks themselves
def test_nbval_holds_refreshed_notebooks_to_their_words(house, tmp_path):
    pytest.importorskip("nbval")
    path = house.write("01_a", PICTURE, "month")
    refresh(house.paths)

    def compare():
        command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", str(path)]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    held = compare()
    assert held.returncode == 0, held.stdout
    book = nbformat.read(path, as_version=4)
    book.cells[1].outputs[0].data["text/html"] = "<b>图2</b>"
    nbformat.write(book, path)
    assert compare().returncode == 1
