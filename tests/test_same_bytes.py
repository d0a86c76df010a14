"""The same month gives the same bytes, whatever the order of sets, the zone, the locale, the folder it is made in and how
frames keep text."""

import json
import os
import subprocess
import sys

import pytest
from support import MONTH, ROOT

SCRIPT = """
import hashlib, json, os, pathlib, sys, pandas
pandas.set_option("mode.string_storage", os.environ["TEXT"])
sys.path.insert(0, sys.argv[1] + "/tests")
from support import every_exhibit, parts_of
from hotline_lib import bulletin, open_month
from hotline_lib.deliver.word import write_word
from hotline_lib.deliver.workbook import write_workbook

m, here = open_month(sys.argv[2]), pathlib.Path(sys.argv[3])
write_word(m, here), write_workbook(m, here), bulletin.write_tables(m, here)
found = {path.name: path.read_bytes() for path in here.iterdir()}
found["exhibits"] = "".join(str(part) for exhibit in every_exhibit(m) for part in parts_of(exhibit)).encode()
print(json.dumps({name: hashlib.sha256(found[name]).hexdigest() for name in sorted(found)}))
"""


@pytest.mark.slow
def test_the_same_month_gives_the_same_bytes_anywhere(september, tmp_path):
    made = []
    for number, changed in enumerate(
        (
            {"TZ": "Asia/Shanghai", "TEXT": "pyarrow"},
            {"TZ": "America/St_Johns", "LC_ALL": "C", "TEXT": "python"},
        )
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        own = {**september.environment(), "HOTLINE_OUTPUT": str(tmp_path / f"output{number}"), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(ROOT), MONTH, str(folder)], cwd=folder, capture_output=True, timeout=300,
            env={**os.environ, **own, **changed, "PYTHONHASHSEED": str(number + 1)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        made.append(json.loads(done.stdout))
    assert made[0] == made[1] and len(made[0]) >= 10
