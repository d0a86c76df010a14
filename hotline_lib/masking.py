"""What no message may show: values that could name somebody. In Python and, by the same patterns, in the engine."""

from __future__ import annotations

import re

HIDDEN = "（已隐去）"

_SURNAMES = (
    "金赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕张孔曹严华魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦昌马苗"
    "方俞任袁柳史唐费薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅卞齐康伍余元顾孟黄穆萧尹姚邵汪祁毛禹狄臧戴宋庞"
    "熊纪舒屈项祝董梁杜阮蓝闵季贾娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房缪解应宗"
    "丁宣邓郁单杭洪包诸左石崔吉龚程邢裴陆荣翁荀甄曲封储靳焦牧隗谷侯班仇仲宫宁甘厉刘景龙叶司黎蒲白尚"
    "温庄晏柴瞿阎连习艾鱼容向古易戈廖终居衡步耿满匡国文寇广欧聂晁曾沙关游简肖闫覃隋邸佟佘岳乔冷鞠丛初"
)
_PLATE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_LONG = 39  # bytes: thirteen Chinese characters; longer is free text
_DATE = r"^(19|20)\d\d[-/.年]|^(19|20)\d\d[01]\d[0-3]\d([\sT]?[0-2]\d:?[0-5]\d(:?[0-5]\d)?)?$"
# Looked for in a text as it is and without spaces, hyphens, dots and brackets. Python and the engine read the same patterns.
_ANYWHERE = (
    r"(^|\D)(86)?1[3-9]\d{9}(\D|$)|(^|\D)0\d{9,11}(\D|$)|(^|\D)(\d{17}[\dXx]|\d{15})(\D|$)"
    rf"|[{_PLATE}][A-Za-z][A-Za-z0-9]{{4,6}}|[A-Za-z]{{4,}}|@|先生|女士|小姐|师傅|[，。；！？,;!?]"
    rf"|^[{_SURNAMES}][\x{{4e00}}-\x{{9fff}}]{{1,2}}$"
    r"|^(欧阳|上官|司马|诸葛|皇甫|令狐|慕容|司徒|夏侯|尉迟)[\x{4e00}-\x{9fff}]{1,2}$"
)
_NUMBER = r"\d{7,}"  # whatever it is, unless it is a date
_TICKET = r"^JT\d{20,24}$"
_LOOSE = r"[\s\-－·.()（）]+"


def hides(text: str) -> bool:
    """Whether ``text`` could name a person, a telephone, an identity, a number plate, or is somebody's own words."""
    if re.search(_TICKET, text):
        return False
    bare = re.sub(_LOOSE, "", text)
    anywhere = re.sub(r"\\x\{(\w{4})\}", r"\\u\1", _ANYWHERE)
    number = not re.search(_DATE, text) and re.search(_NUMBER, bare)
    return bool(len(text.encode()) > _LONG or re.search(anywhere, text) or re.search(anywhere, bare) or number)


def shown(text: str | None) -> str:
    """``text`` as a message may show it. SHOWN_MACROS do the same in the engine."""
    clean = re.sub(r"[\x00-\x1f\x7f]", " ", text or "").strip()
    return HIDDEN if hides(clean) else ("'" + clean if clean[:1] in tuple("=+-@") else clean)


# The same in SQL; a cell that Excel would take for a formula is quoted.
SHOWN_MACROS = [
    r"tidy(x) AS trim(regexp_replace(x, '[\x00-\x1f\x7f]', ' ', 'g'))",
    f"bare(x) AS regexp_replace(tidy(x), '{_LOOSE}', '', 'g')",
    rf"""shown(x) AS CASE
        WHEN x IS NULL THEN ''
        WHEN regexp_matches(tidy(x), '{_TICKET}') THEN tidy(x)
        WHEN strlen(tidy(x)) > {_LONG} OR regexp_matches(tidy(x), '{_ANYWHERE}') OR regexp_matches(bare(x), '{_ANYWHERE}')
             OR (NOT regexp_matches(tidy(x), '{_DATE}') AND regexp_matches(bare(x), '{_NUMBER}')) THEN '{HIDDEN}'
        WHEN regexp_matches(tidy(x), '^[=+\-@]') THEN '''' || tidy(x)
        ELSE tidy(x) END""",
]
