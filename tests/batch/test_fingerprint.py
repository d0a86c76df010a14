import os
import time

import pytest

from hotline_lib import fingerprint
from hotline_lib.fingerprint import file_sha256, tree_fingerprint
from hotline_lib.journal import write_whole

BIG = b"x" * (1 << 20)
OLD = 1_700_000_000


def aged(path, content, when=OLD):
    path.write_bytes(content)
    os.utime(path, (when, when))
    return path


@pytest.fixture
def later(monkeypatch):
    """What is asked is asked an hour after the files were written."""
    now = time.time_ns
    monkeypatch.setattr(fingerprint.time, "time_ns", lambda: now() + 3_600 * 10**9)


@pytest.fixture
def reads(monkeypatch):
    """The files that were read to be hashed."""
    read, digest = [], fingerprint._digest
    monkeypatch.setattr(fingerprint, "_digest", lambda path: read.append(path.name) or digest(path))
    return read


def test_a_big_file_is_read_once_until_it_changes(tmp_path, reads, later):
    tickets = aged(tmp_path / "2024-09.parquet", BIG)
    first = file_sha256(tickets, tmp_path / ".cache")
    assert file_sha256(tickets, tmp_path / ".cache") == first
    assert reads == ["2024-09.parquet"]
    aged(tickets, BIG[:-1] + b"y", OLD + 60)
    assert file_sha256(tickets, tmp_path / ".cache") != first


@pytest.mark.skipif(os.name == "nt", reason="Windows tells no time of a change that nobody can set")
@pytest.mark.parametrize("how", ["written over", "renamed over"])
def test_a_file_changed_in_place_is_noticed_even_if_size_and_time_say_nothing(tmp_path, later, how):
    tickets = aged(tmp_path / "2024-09.parquet", BIG)
    first = file_sha256(tickets, tmp_path / ".cache")
    time.sleep(0.05)  # a clock of the disk that ticks
    if how == "written over":
        aged(tickets, BIG[:-1] + b"y")
    else:
        os.replace(aged(tmp_path / "other", BIG[:-1] + b"y"), tickets)
    assert tickets.stat().st_size == len(BIG) and int(tickets.stat().st_mtime) == OLD
    assert file_sha256(tickets, tmp_path / ".cache") != first


def test_a_file_written_just_now_is_not_remembered(tmp_path, reads):
    tickets = tmp_path / "2024-09.parquet"
    tickets.write_bytes(BIG)
    file_sha256(tickets, tmp_path / ".cache")
    file_sha256(tickets, tmp_path / ".cache")
    assert len(reads) == 2


@pytest.mark.parametrize(
    "spoil", [lambda text: text[:-9], lambda text: text[:-40] + "0" * 20 + text[-20:]], ids=["torn", "altered"]
)
def test_a_memory_that_is_not_as_written_is_not_believed(tmp_path, later, spoil):
    tickets = aged(tmp_path / "2024-09.parquet", BIG)
    true = file_sha256(tickets, tmp_path / ".cache")
    (memory,) = (tmp_path / ".cache" / "sha256").iterdir()
    memory.write_text(spoil(memory.read_text().strip()), encoding="utf-8")
    assert file_sha256(tickets, tmp_path / ".cache") == true


def test_a_folder_counts_by_names_and_contents_below_it(tmp_path):
    def folder(name, **files):
        (tmp_path / name).mkdir()
        for file, content in files.items():
            (tmp_path / name / file).write_text(content)
        return file_sha256(tmp_path / name)

    assert folder("a", one="1", two="2") == folder("b", two="2", one="1", _SUCCESS="")
    assert folder("c", one="2", two="1") != folder("d", one="1", two="2")


def test_the_order_of_files_does_not_matter(tmp_path):
    files = [aged(tmp_path / name, name.encode()) for name in "ab"]
    assert tree_fingerprint(files, root=tmp_path) == tree_fingerprint(files[::-1], root=tmp_path)


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    page = tmp_path / "page.html"
    write_whole(page, "旧")

    def full_disk(source, target):
        raise OSError("no space")

    monkeypatch.setattr(os, "replace", full_disk)
    with pytest.raises(OSError):
        write_whole(page, "新")
    assert page.read_text(encoding="utf-8") == "旧"
    assert list(tmp_path.iterdir()) == [page]
