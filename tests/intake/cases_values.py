"""Cells as people fill them in: times in every spelling, other words for known values, people in the wrong column."""

from __future__ import annotations

from pathlib import Path

from cases import THREE, Made, comma, mendable
from exports import rows, table, write_csv
from personal import PERSONAL

# spelled so: what it must become
TIMES = {
    "2024-09-01 08:05:07.123": "2024-09-01 08:05:07", "2024-09-01 08:05:07.0": "2024-09-01 08:05:07",
    "2024-09-01T08:05:07+08:00": "2024-09-01 08:05:07", "2024/9/1 上午 8:05:07": "2024-09-01 08:05:07",
    "2024/9/1 下午 12:05:07": "2024-09-01 12:05:07", "2024/9/1 8:05:07 AM": "2024-09-01 08:05:07",
    "2024年9月1日": "2024-09-01 00:00:00", "2024年9月1日8时5分": "2024-09-01 08:05:00",
    "２０２４－０９－０１　０８：０５：０７": "2024-09-01 08:05:07", "2024-09-01 08：05：07": "2024-09-01 08:05:07",
    "20240901080507": "2024-09-01 08:05:07", "20240901 080507": "2024-09-01 08:05:07", "202409010805": "2024-09-01 08:05:00",
    "45536.3369": "2024-09-01 08:05:08", "45536": "2024-09-01 00:00:00", "2024.09.01 08:05": "2024-09-01 08:05:00",
    "2024-09-01\u00a008:05:07": "2024-09-01 08:05:07", "2024-09-01  08:05:07": "2024-09-01 08:05:07",
    "2024-09-01t08:05:07": "2024-09-01 08:05:07", "'2024-09-01 08:05:07": "2024-09-01 08:05:07",
    "2024-09-01T08:05:07.000+0800": "2024-09-01 08:05:07", "2024/9/1 8:05:07 上午": "2024-09-01 08:05:07",
}  # fmt: skip
# read as that, or refused: never as something else
TIMES_IF_AT_ALL = {
    "2024-09-01 24:00:00": "2024-09-02 00:00:00", "2024/9/1 8:5": "2024-09-01 08:05:00", "2024/9/1 8:05:7": "2024-09-01 08:05:07",
    "2024-09-01 08:05:07:123": "2024-09-01 08:05:07", "2024-09-01 08:05:07,123": "2024-09-01 08:05:07",
    "2024-09-01T00:05:07Z": "2024-09-01 08:05:07", "2024-09-01T00:05:07.000Z": "2024-09-01 08:05:07",
    "2024-09-01T00:05:07+00:00": "2024-09-01 08:05:07", "2024/9/1 8:05:07 a.m.": "2024-09-01 08:05:07",
    "2024年9月1日 凌晨1:05": "2024-09-01 01:05:00", "2024年9月1日 晚上8:05": "2024-09-01 20:05:00",
    "09/01/2024 08:05:07 AM": "2024-09-01 08:05:07", "二〇二四年九月一日": "2024-09-01 00:00:00",
    "2024-09-01 星期日 08:05:07": "2024-09-01 08:05:07", "2024-09-01(周日) 08:05": "2024-09-01 08:05:00",
    "Sun Sep 01 08:05:07 CST 2024": "2024-09-01 08:05:07", "20240901080507123": "2024-09-01 08:05:07",
    "1725149107": "2024-09-01 08:05:07", "1725149107000": "2024-09-01 08:05:07", "2024.9.1 8.05": "2024-09-01 08:05:00",
    "2024/09/01/ 08:05": "2024-09-01 08:05:00", "2024–09–01 08:05:00": "2024-09-01 08:05:00",
}  # fmt: skip
# more than one time, or none
NO_TIMES = [
    "9/1/2024 8:05", "24-09-01 08:05", "09-01 08:05:07", "9月1日 8:05", "2024-09-01 08:05:07 - 2024-09-01 08:10:00", "08:05:07",
    "0000-00-00 00:00:00", "1900-01-00", "未办结", "2024-02-30 08:00:00", "2024-09-01 08:60:00", "2024-13-01 08:00:00",
]  # fmt: skip


def _at(times: list[str]) -> list[dict[str, str]]:
    return rows(*({"accepted_at": time} for time in times))


def times_that_can_be_read(folder: Path) -> Made:
    cells = table(_at(list(TIMES)))
    return Made([write_csv(folder / "a.csv", cells, encoding="utf-8-sig")], _at(list(TIMES.values())))


def times_that_cannot(folder: Path) -> Made:
    right = _at(["2024-09-01 08:00:00"] * len(NO_TIMES))
    return mendable(comma(folder, encoding="utf-8-sig"), _at(NO_TIMES), right)


def people_in_a_column(folder: Path) -> Made:
    """是否回访 holds whoever called, in every way of writing a person."""
    texts = [kind.text for kind in PERSONAL.values()]
    right = rows(*[{}] * len(texts))
    spoilt = [row | {"called_back": text} for row, text in zip(right, texts, strict=True)]
    return mendable(comma(folder, encoding="utf-8-sig"), spoilt, right)


def unit_with_its_province(folder: Path) -> Made:
    """辽宁省-沈阳市 is nearer to 沈阳 than to 辽阳."""
    return mendable(comma(folder), rows({"unit": "辽宁省-沈阳市"}, {}), rows({}, {}))


OTHER_WORDS = {
    "rating": {"5.非常满意": "非常满意", "满意（4分）": "满意", "5星好评": "非常满意"},
    "called_back": {"已回访": "是", "未回访": "否"},
    "unit": {"沈阳市交通运输局": "沈阳", "沈阳市中心": "沈阳"},
    "business_type": {"投诉/举报": "投诉举报", "投诉类": "投诉举报"},
    "domain": {"城市客运/出租车": "城市客运"},
}


def other_words(folder: Path) -> Made:
    """Known values in other words, as every system has its own."""
    spelled = [(column, word, name) for column, words in OTHER_WORDS.items() for word, name in words.items()]
    spoilt = rows(*({column: word} for column, word, _ in spelled))
    return mendable(comma(folder), spoilt, rows(*({column: name} for column, _, name in spelled)))


def new_names(folder: Path) -> Made:
    """An issue and a sub-issue that the catalogue does not have yet; the names begin like YAML's own signs."""
    changes = [{"issue": "网约车投诉", "sub_issue": ""}, {"sub_issue": "拒载: 投诉"}, {"sub_issue": "*拒载、投诉#2"}]
    return Made([write_csv(folder / "a.csv", table(rows(*changes)))], rows(*changes))


def ids_in_other_spellings(folder: Path) -> Made:
    right = rows(*[{}] * 6)
    names = [row["ticket_id"] for row in right]
    spelled = [names[0].lower(), f" {names[1]} ", f"{names[2][:8]} {names[2][8:16]} {names[2][16:]}", names[3]]
    spelled += ["".join(chr(ord(c) + 0xFEE0) for c in names[4]), f"{names[5]}\u200b"]
    spoilt = [row | {"ticket_id": spelling} for row, spelling in zip(right, spelled, strict=True)]
    return Made([write_csv(folder / "a.csv", table(spoilt), encoding="utf-8-sig")], right)


def ids_that_are_none(folder: Path) -> Made:
    """Rounded by Excel, without its letters, a digit short."""
    right = rows({}, {}, {}, {})
    broken = ["2.10100E+23", right[1]["ticket_id"][2:], right[2]["ticket_id"][:-1]]
    spoilt = [row | {"ticket_id": cell} for row, cell in zip(right, broken, strict=False)]
    return mendable(comma(folder), [*spoilt, right[3]], right)


def of_another_month(folder: Path) -> Made:
    """A year ago's tickets, named as this month's."""
    return Made([write_csv(folder / "a.csv", table(_a_year_ago(6)))], _a_year_ago(6))


def _a_year_ago(number: int) -> list[dict[str, str]]:
    made = rows(*[{}] * number)
    return [{column: cell.replace("2024-09", "2023-09") for column, cell in row.items()} for row in made]


def many_of_one_kind(folder: Path) -> Made:
    """A hundred dates that are too early, and below them three other faults."""
    right = rows(*[{}] * 103)
    spoilt = [row | {"accepted_at": f"2023-01-01 {n // 60:02}:{n % 60:02}:00"} for n, row in enumerate(right[:100])]
    others = [{"unit": "沈阳中心"}, {"rating": "好"}, {"issue": "网约车投诉"}]
    spoilt += [row | change for row, change in zip(right[100:], others, strict=True)]
    return mendable(comma(folder), spoilt, right)


def columns_named_like_people(folder: Path) -> Made:
    """Heads that begin like surnames, of columns that nobody reads."""
    cells = table(THREE)
    more = [[*cells[0], "关闭时间", "时限", "方式"], *([*row, "", "", ""] for row in cells[1:])]
    return Made([write_csv(folder / "a.csv", more)], THREE)


def not_rated(folder: Path) -> Made:
    """Words and numbers for: there is no value."""
    changes = [{"rating": "未评价"}, {"rating": "0"}, {"called_back": "无需回访"}, {"rating": "系统默认好评"}]
    blanked = [{"rating": ""}, {"rating": ""}, {"called_back": ""}, {"rating": ""}]
    return mendable(comma(folder), rows(*changes), rows(*blanked))


def invisible(folder: Path) -> Made:
    """Marks of direction and joiners from other programs, dashes and colons that only look like ours."""
    spoilt = rows(
        {"unit": "沈阳\u200e"}, {"unit": "\u202a沈阳\u202c"}, {"accepted_at": "\u202a2024-09-01 08:00:00"},
        {"accepted_at": "2024–09–01 08:00:00"}, {"accepted_at": "2024-09-01 08∶00∶00"}, {"unit": "沈阳\u2060"},
        {"unit": "沈阳\u00ad"}, {"called_back": "\ufeff是"}, {"rating": "非常\u200d满意"},
    )  # fmt: skip
    return Made([write_csv(folder / "a.csv", table(spoilt), encoding="utf-8-sig")], rows(*[{}] * len(spoilt)))


def blank_where_nothing_may_be(folder: Path) -> Made:
    changes = [{"failed_reviews": ""}, {"classified_correctly": ""}, {"answered_instantly": ""}]
    return mendable(comma(folder), rows(*changes), rows({}, {}, {}))
