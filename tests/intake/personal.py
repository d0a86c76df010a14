"""Sixty-nine ways in which a person can stand in a cell, and how to find one again wherever it was put.

All people, numbers, plates and addresses are invented. ``text`` is what stands in the cell; ``tell`` is the part that
names somebody, which must not come out even without the words around it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    text: str
    tell: str


def _kinds(**texts: str | tuple[str, str]) -> dict[str, Kind]:
    return {
        name.replace("_", " "): Kind(*((text, text) if isinstance(text, str) else text)) for name, text in texts.items()
    }


NAMES = _kinds(
    two_characters="邹虚", three_characters="薛构之", compound_surname="慕容虚构", compound_with_one="欧阳构",
    rare_surname="亓官虚明", rarer_surname="爨虚言", surname_of_no_list="璩虚言", traditional="鄒構謙", four_characters="陈薛虚构",
    uyghur_with_a_dot="阿依虚拉·买提构", mongolian="巴特尔虚日", tibetan="扎西虚珠", transliterated="约翰虚史密斯",
    capitals="XUE GOUZHI", pinyin="Xue Goumin", initial="W构明", spaced="薛 构 平", wide_space="邹　构安", parted="邹\u200b构让",
    with_a_line_break="邹\n构敬", mister=("邹构国先生", "邹构国"), madam=("薛构兰女士", "薛构兰"), teacher=("薛老师构兰反映", "薛老师构"),
    half_masked="邹某构", verb=("邹构成投诉", "邹构成"), role_before=("投诉人邹构义", "邹构义"), label_before=("联系人:邹构礼", "邹构礼"),
    in_person=("邹构智（本人）", "邹构智"), with_sex=("邹构信/女", "邹构信"), two_people=("邹构仁、薛构勇", "邹构仁"),
    with_sex_behind=("邹构严，男", "邹构严"), driver=("驾驶员邹构诚", "邹构诚"), owner=("车主：邹构勤", "邹构勤"),
    relative=("上官构俭家属", "上官构俭"), made_by=("制表人：邹构恭", "邹构恭"),
    in_a_sentence=("司机邹构绕绕路还骂人，要求退款", "邹构绕"),
)  # fmt: skip
TELEPHONES = _kinds(
    mobile="13900010001", mobile_with_spaces="139 0001 0002", mobile_with_hyphens="139-0001-0003",
    mobile_with_slashes="139/0001/0004", mobile_full_width="１３９０００１０００５", mobile_in_words="一三九零零零一零零零六",
    mobile_with_86="+8613900010007", mobile_half_masked="139****7708", mobile_in_other_digits="١٣٩٠٠٠١٠٠٠٩",
    landline="02488010002", landline_bracketed="(024)8801-0003", landline_full_width="０２４－８８０１０００４",
    landline_without_code="88010005", landline_in_words="八八零一零零零六", service_number="400-801-0007",
    labelled=("电话13900010010", "13900010010"), extension=("88010008转801", "88010008"), last_digits=("尾号0011", "尾号0011"),
)  # fmt: skip
NUMBERS = _kinds(
    identity="210102199001010012", identity_of_old="210102900101003", identity_half_masked="21010219900101XXXX",
    identity_in_words="二一零一零二一九九零零一零一零零一四", passport="E12340015", bank_card="6222000000000016",
    plate="辽A6B017", plate_with_a_dot="辽A·D06018", plate_half_masked="辽A·06*19", mail="xugou20@example.com",
    wechat=("微信wxgou21", "wxgou21"), qq=("QQ:73500022", "73500022"),
)  # fmt: skip
PLACES = _kinds(
    address="虚和区南构街23号3单元", short_address="虚西区构华街1-2-24", village=("虚构乡构屯村邹家", "构屯村邹家")
)
PERSONAL = NAMES | TELEPHONES | NUMBERS | PLACES
_LEFT_OUT = r"[\s\-－‐-―·.()（）*/_,，]"


def bare(text: str) -> str:
    """``text`` for comparison: half-width, ordinary digits, without what stands between and cannot be seen."""
    plain = "".join(
        str(unicodedata.digit(c)) if c.isdigit() and c.isdecimal() else c
        for c in unicodedata.normalize("NFKC", text)
        if unicodedata.category(c) != "Cf"
    )
    return re.sub(_LEFT_OUT, "", plain).lower()


_TELLS = {name: (kind.tell, bare(kind.tell)) for name, kind in PERSONAL.items()}


def named(text: str, kinds: Iterable[str] = PERSONAL) -> set[str]:
    """The kinds that come out in a text, as they were written or in other letters, spaces and signs."""
    stripped = bare(text)
    return {kind for kind in kinds if _TELLS[kind][0] in text or _TELLS[kind][1] in stripped}
