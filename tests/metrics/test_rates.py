from decimal import Decimal

from support import drawn

from hotline_lib.metrics import all_units_together, indicator_values, unsubmitted
from hotline_lib.params import MonthParams

UNITS = drawn("unit | kind | population\n省 | group | 30000\n甲 | city | 10000\n乙 | city | 20000")
MONTH = MonthParams(
    month="2024-09",
    offline_minutes={"省": 5, "甲": 0, "乙": 2},
    monthly_analysis_done={"省": True, "甲": False, "乙": True},
    data_conformity={unit: {"numerator": 9, "denominator": 10} for unit in "省甲乙"},
)
RATES = """
unit | indicator              | numerator | denominator
省   | complaint_24h_rate     | 1         | 1
甲   | complaint_24h_rate     | 1         | 2
甲   | complaint_mean_minutes | 600       | 2
乙   | complaint_mean_minutes | 60        | 1
"""


def together(month: MonthParams = MONTH):
    values = indicator_values(drawn(RATES), drawn("unit | tickets\n省 | 6\n甲 | 2\n乙 | 1"), UNITS, month)
    return all_units_together(values, UNITS).set_index("indicator")


def test_the_province_is_all_tickets_together_not_a_mean_of_units():
    rows = together()
    assert rows.loc["complaint_24h_rate", ["numerator", "denominator"]].tolist() == [2, 3]
    assert rows.loc["complaint_24h_rate", "value"] == Decimal("66.67")
    assert rows.loc["complaint_mean_minutes", "value"] == Decimal("3.67")  # 660 seconds / 3
    assert rows.loc["data_conformity_rate", "value"] == Decimal("90.00")
    assert rows.loc["offline_minutes", "value"] == 7


def test_people_of_the_cities_are_everyone():
    assert together().loc["tickets_per_10k", "value"] == Decimal("3.00")  # 9 tickets, 30,000 people


def test_a_flag_is_true_where_every_units_is():
    assert together().loc["monthly_analysis_done", "value"] is False
    done = MONTH.model_copy(update={"monthly_analysis_done": dict.fromkeys("省甲乙", True)})
    assert together(done).loc["monthly_analysis_done", "value"] is True


def test_rates_and_figures_that_nobody_has():
    rows = together(MonthParams(month="2024-09"))
    assert rows.loc["bad_review_fixed_rate", "value"] == Decimal("100.00")
    assert rows.loc["offline_minutes", "value"] is None


SUBMITTED = """
unit | accepted_month | tickets
甲   | 2024-09        | 3
甲   | 2024-08        | 4
乙   | 2024-09        | 2
乙   | 2024-09        | 3
"""


def test_unsubmitted_are_the_months_own_tickets_only():
    counts = drawn("unit | tickets\n甲 | 4\n甲 | 6\n乙 | 5")
    rows = unsubmitted(counts, drawn(SUBMITTED), "2024-09", UNITS)
    assert rows["unit"].tolist() == ["甲", "省", "乙"]  # most of its tickets first; ties by code
    assert rows["accepted"].tolist() == [10, 0, 5]
    assert rows["submitted"].tolist() == [3, 0, 5]
    assert rows["unsubmitted"].tolist() == [7, 0, 0]
    assert rows["earlier"].tolist() == [4, 0, 0]
