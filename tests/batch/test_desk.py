"""A month's own work in a fork of the warm process: what it gives, and what it does when that goes wrong."""

import os
import time
from functools import partial

import pytest

from hotline_lib.batch import desk, forks, kernels
from hotline_lib.errors import HotlineError
from hotline_lib.params.dates import first_day

pytestmark = pytest.mark.skipif(not forks._CAN_FORK, reason="no fork here")
FOLDER = "output"
DIES_IN_A_FORK = "import os\nif 'JPY_PARENT_PID' in os.environ: os._exit(1)"


@pytest.fixture(scope="module")
def warm():
    with kernels.kernels({"HOTLINE_SEEN": "yes"}) as started:
        yield started


def test_work_is_done_in_another_process_with_the_month_that_was_read(warm):
    with desk.opened(os.path.join, "2024-09", FOLDER, warm) as at:
        assert at.do(str.upper) == "2024-09/OUTPUT" and at.call(os.getpid) != os.getpid()
        assert at.call(os.getenv, "HOTLINE_SEEN") == "yes" and at.call(os.getcwd) == os.getcwd()


def test_answers_wait_for_whoever_asks(warm):
    with desk.opened(os.path.join, "2024-09", FOLDER, warm) as at:
        begun = time.monotonic()
        asked = [at.begin(desk._without_month, time.sleep, 0.5), at.begin(str.split, "/"), at.begin(len)]
        assert time.monotonic() - begun < 0.4, "this process goes on meanwhile"
        assert [answer() for answer in reversed(asked)] == [14, ["2024-09", "output"], None]


def test_errors_come_back_as_they_were_and_work_goes_on(warm):
    with pytest.raises(HotlineError) as here:
        first_day("2024-13")
    with desk.opened(os.path.join, "2024-09", FOLDER, warm) as at:
        with pytest.raises(type(here.value)) as there:
            at.call(first_day, "2024-13")
        assert str(there.value) == str(here.value)
        with pytest.raises(ValueError, match="2024-09/output") as bug:
            at.do(int)
        assert "Traceback" in bug.value.__notes__[0]
        with pytest.raises(FileNotFoundError) as missing:
            at.call(os.stat, "nowhere")
        assert missing.value.filename == "nowhere"
        assert at.do(len) == 14


def test_a_month_that_cannot_be_read_is_refused_with_its_own_words(warm):
    with pytest.raises(FileNotFoundError, match="nowhere"), desk.opened(os.link, "nowhere", FOLDER, warm):
        pass


def test_a_process_that_dies_is_told(warm):
    with desk.opened(os.path.join, "2024-09", FOLDER, warm) as at:
        for ask in (at.call, partial(at.do, desk._without_month)):  # two processes: neither's death is the other's
            assert ask(os.getpid) != os.getpid()
            for work, given in ((os._exit, 1), (len, "")):
                with pytest.raises(HotlineError, match="意外退出"):
                    ask(work, given)


def test_one_that_dies_while_it_reads_the_month_is_done_without(warm):
    with desk.opened(exec, DIES_IN_A_FORK, {}, warm) as at:
        assert at.call(os.getpid) == os.getpid()


def test_without_a_warm_process_the_work_is_done_here():
    with kernels.kernels({}, fork=False) as plain, desk.opened(os.path.join, "2024-09", FOLDER, plain) as at:
        assert at.call(os.getpid) == os.getpid() and at.do(len) == 14
        answer = at.begin(int)
        with pytest.raises(ValueError):
            answer()
