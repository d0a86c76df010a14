"""What a notebook keeps of its own goes into CSV, workbook and Word, and goes when the notebook keeps it no more."""

import json
import zipfile

import docx
import pandas as pd
import pytest
from support import MONTH

from hotline_lib import open_month, present
from hotline_lib.batch.written import kept_tables, tables_written


@pytest.fixture
def folder(tmp_path, september):
    m = open_month(MONTH, september)
    frame = pd.DataFrame({"issue": ["巡游出租汽车", "=1+1"], "tickets": [12, 3]})
    kept = present.keep(m, frame, "沈阳投诉", annex=True)
    output = {"output_type": "execute_result", "data": kept._repr_mimebundle_(), "metadata": {}, "execution_count": 1}
    cells = [{"cell_type": "code", "outputs": [output], "source": ""}, {"cell_type": "markdown", "source": ""}]
    (tmp_path / "01_own.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return tmp_path, m


def test_an_own_table_is_in_csv_workbook_and_word(folder):
    folder, m = folder
    files = tables_written(m, folder, kept_tables(folder))
    own = folder / "tables" / "own" / "沈阳投诉.csv"
    assert own in files
    assert own.read_text(encoding="utf-8-sig") == "事项,件数\n巡游出租汽车,12\n'=1+1,3\n"
    with zipfile.ZipFile(folder / "附表.xlsx") as book:
        assert 'name="沈阳投诉"' in book.read("xl/workbook.xml").decode()
    document = docx.Document(str(folder / "bulletin.docx"))
    words = [paragraph.text for paragraph in document.paragraphs]
    assert "附件4" in words and any(line.startswith("4.") and line.endswith("沈阳投诉") for line in words)
    assert [cell.text for cell in document.tables[-1].rows[1].cells] == ["巡游出租汽车", "12"]


def test_what_is_kept_no_more_is_taken_away(folder):
    folder, m = folder
    tables_written(m, folder, kept_tables(folder))
    (folder / "01_own.ipynb").write_text(json.dumps({"cells": []}), encoding="utf-8")
    tables_written(m, folder, kept_tables(folder))
    assert not list((folder / "tables" / "own").glob("*.csv"))
