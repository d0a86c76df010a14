"""The province's own score and place among all: said on the first page, in Word and mail where the month's file has them."""

from dataclasses import replace

import pytest
from support import MONTH

from hotline_lib import bulletin, open_month
from hotline_lib.deliver import mail
from hotline_lib.errors import HotlineError
from hotline_lib.new_month import new_month
from hotline_lib.params import load_params
from hotline_lib.params.of_month import National

SAID = "9月份，全国考评中辽宁省得98.10分，列第5位。"


def test_it_is_said_under_the_units_and_in_the_mail_where_the_month_has_it(september):
    m = open_month(MONTH, september)
    assert not any("全国考评" in note for note in bulletin.overview(m).table.notes)
    assert "全国考评" not in mail._context(m, None, [], None, None, "")["lead"]
    month = m.params.month.model_copy(update={"national": National(score="98.1", rank=5)})
    m = replace(m, params=m.params.model_copy(update={"month": month}))
    assert bulletin.overview(m).table.notes[1].replace("全省", "辽宁省") == SAID
    assert mail._context(m, None, [], None, None, "")["lead"].replace("全省", "辽宁省").endswith(SAID)
    assert "全国考评" not in mail._context(m, "沈阳", [], None, None, "")["lead"]


@pytest.mark.parametrize(
    "given", ["{score: -1, rank: 5}", "{score: 98.123, rank: 5}", "{score: 98, rank: 0}", "{score: 98}"]
)
def test_what_cannot_be_is_refused_by_name(own_params, given):
    file = own_params.params / "months" / f"{MONTH}.yaml"
    file.write_text(file.read_text(encoding="utf-8") + f"\nnational: {given}\n", encoding="utf-8")
    with pytest.raises(HotlineError, match="national"):
        load_params(MONTH, own_params.params)


def test_a_new_month_has_it_ready_and_unsaid(own_params):
    file = new_month("2024-10", own_params)
    assert load_params("2024-10", own_params.params).month.national is None
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("# national: ", "national: "), encoding="utf-8")
    assert load_params("2024-10", own_params.params).month.national.rank == 5
