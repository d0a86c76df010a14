"""What resembles nothing known is never shown, and what is known always is.

All names, numbers, plates and addresses here are invented.
"""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_tickets import refusal, tickets

from hotline_lib import masking
from hotline_lib.batch.declared import declared_parameters
from hotline_lib.errors import HotlineError, ParamsError, UnknownValueError, hiding
from hotline_lib.masking import HIDDEN, Known, personal
from hotline_lib.month import read_spot_checks
from hotline_lib.params import load_params
from hotline_lib.readiness import check

MONTH = "2024-09"
NEUTRAL = "第 3 个文件"

PERSONAL = {
    "name of two characters": "李雷 张伟 黄河 江山 高明 安东 方正 时光 全通 水生 明亮 单雄",
    "name of three": "王小明 刘德全 韩梅梅 沈阳生 周报国 路遥知 计小平 关闭月 时建国 平安康",
    "name of four": "欧阳丹丹 诸葛孔明 司徒建国 上官婉儿 东方不败 张王小明",
    "name with a rare surname": "邸大伟 佘小妹 逄涛 仝小林 妫静 亓明 郏华 隗有福 禤国维 乜小红 尉迟敬 赫连勃",
    "name with spaces inside": "李 雷|王  小 明|王　小　明|欧 阳 丹 丹",
    "name with invisible characters": "王\u200b小\u200b明|\u202e王小明|李\ufeff雷|王\u00ad小明",
    "name of a minority": "阿卜杜拉·买买提 卓玛次仁 乌兰图雅 迪丽热巴·迪力木拉提 阿依古丽‧吐尔逊 扎西•多吉",
    "name in traditional characters": "王曉明 歐陽娜娜 張偉 劉德華 瀋陽生 葉問",
    "name in rare characters": "王䶮 李㛃 张𬭎 赵㵑",
    "foreign name in Chinese": "约翰·史密斯 玛丽 伊万诺夫 山田太郎 金正日",
    "English name": "John Smith|Mary|J. Smith|Smith, John|Romain|Ivan Petrov",
    "pinyin": "Wang Xiaoming|WANG XM|zhangsan|LiLei|li-lei|ouyang dandan|Wáng Xiǎomíng",
    "initials": "W小明|WXM|W.X.M|L.L.",
    "kana and hangul": "たなか カタカナ 김철수 이영희",
    "Cyrillic and Greek look-alikes": "Иван Аlех Ρetros",
    "somebody": "王某 王某某 刘×× 李** 张XX 赵□□ 沈阳张某 沈阳市民赵某",
    "Mr and Mrs": "王先生 李女士 张小姐 刘师傅 王老师 李大爷 赵主任 孙阿姨 老王 小李 阿强",
    "name before a known word": "王小明投诉 李雷举报 欧阳丹丹回访 张伟高速公路路况咨询 李雷沈阳 沈某出租汽车",
    "name after a known word": "沈阳王小明 投诉李雷 回访欧阳丹丹 高速公路路况咨询张三 出租汽车司机刘某 机动车驾驶员培训李雷",
    "name between known words": "沈阳李雷投诉 大连王小明分中心 普通货物运输李雷服务质量",
    "name after a heading": "联系人:李雷 制表人：王小明 来电人张三 审核人:欧阳丹丹 姓名王五 负责人—赵六 投诉人王小明 经办人李 投诉人:沈阳生",
    "name with a remark": "李雷（本人）|李雷/女|张三丰，男|王小明(家属)|欧阳丹丹家属",
    "several names": "王小明、李雷|张三,李四|王五和赵六|王小明;李雷",
    "name with a date": "王小明2024-09-01|李雷 20240901|张伟9月2日",
    "mobile": "13900001234 15900001234 19900001234 17712345678",
    "mobile in full width": "１３９００００１２３４ １３９-００００-１２３４ １３９　００００　１２３４",
    "mobile in Chinese numerals": "一三九〇〇〇〇一二三四 一三九零零零零一二三四 幺三九零零零零幺二三四 壹叁玖零零零零壹贰叁肆",
    "mobile in other digits": "١٣٩٠٠٠٠١٢٣٤ 𝟏𝟑𝟗𝟎𝟎𝟎𝟎𝟏𝟐𝟑𝟒 ①③⑨⓪⓪⓪⓪①②③④ 1️⃣3️⃣9️⃣",
    "mobile with spaces": "139 0000 1234|1 3 9 0 0 0 0 1 2 3 4|139\u00a00000\u20091234|139\u200b0000\u200b1234|139\t0000\t1234",
    "mobile with hyphens": "139-20240902 024-20240902 139-0000-1234 139—0000—1234 139－0000－1234 139_0000_1234 139~0000~1234",
    "mobile with dots": "139.0000.1234 139·0000·1234 139。0000。1234 139、0000、1234",
    "mobile with slashes": "139/0000/1234 139\\0000\\1234 139／0000／1234",
    "mobile in brackets": "(139)00001234 139(0000)1234 （139）0000-1234 [139]00001234 【139】0000—1234",
    "mobile with country code": "+8613900001234|86-139-0000-1234|0086139-00001234|+86 139 0000 1234|＋86.139.0000.1234",
    "mobile with a label": "电话13900001234 手机:13900001234 联系电话：139-0000-1234 Tel13900001234 ☎13900001234",
    "mobile with known words": "沈阳13900001234 投诉139-0000-1234 13900001234分中心 回访13900001234次",
    "mobile after a date": "20240902_18091842731|20240902_1809184273'1|20240902_180918427'31|2024-09-02 13900001234|20240902 139 0000 1234|9月2日13900001234|2024年9月13900001234",
    "landline in other pieces": "50951.619 43863.58 6.205.810 8.8.1-7.6.64 53987.322",
    "mobile as a fraction": "0.13900001234 45537.13900001234 1.3900001234E+10 1.39E+10 13900001234.0",
    "mobile in pieces": "13-90-00-01-23-4 1390-0001-234 139:00:00:1234 1390年0001月234",
    "mobile with mask": "139****1234 139xxxx1234 139＊＊＊＊1234 1390000**** 尾号1234",
    "landline": "88881234|8888-1234|8888 1234|2388.1234|7654321",
    "landline with area code": "024-88881234 (024)8888-1234 02488881234 （０２４）８８８８－１２３４ 0411/8888/1234 024·88881234",
    "landline with extension": "024-88881234转8001 88881234-8001 8888-1234#801",
    "800 and 400 numbers": "400-888-1234 800-810-1234 4008881234 95588123",
    "identity number": "210102199001011239 21010219900101123X 210102198001010017",
    "identity number spelled": "210102 19900101 123x|２１０１０２１９９００１０１１２３９|210102-19900101-1239|二一〇一〇二一九九〇〇一〇一一二三九",
    "identity number masked": "210102********1239 21010219900101XXXX 2101021990****123X",
    "identity number of a child": "210100200501011234|210102200501011239|210100-20050101-1234|210100 20050101 1234|2101002005010112",
    "identity number of 15": "210102900101123 210102-900101-123",
    "date of birth": "1990-01-01 1990年1月1日 19900101 1985.12.31 1990/1/1 900101 一九九〇年一月一日",
    "date of birth with a name": "王小明1990-01-01 李雷(1990年生) 张伟19900101",
    "passport": "E12345678 G12345678 EA1234567 护照E12345678",
    "permit of Hong Kong, Macau, Taiwan": "H1234567890 M12345678 HA1234567 00012345",
    "driver's licence": "驾驶证210102199001011239 档案编号210100123456 210100123456",
    "military and police ids": "军字第1234567号 警号012345 南字第12345678号",
    "plate": "辽A12345|辽A·12345|辽A-1234挂|辽a12345|辽Ａ１２３４５|辽 A 123 45|A12345",
    "plate of a new kind": "辽AD12345 辽A·D12345 辽AF1234D 沪AA12345",
    "plate of police, trailer, coach": "辽A1234警 辽A1234学 辽A1234挂 使014578 WJ辽1234D A1234",
    "plate with known words": "沈阳辽A12345 出租汽车辽AT1234 A1234投诉 投诉A·1234 沈阳A-1234",
    "plate masked": "辽A·12*45 辽A***45 辽A12**5",
    "bank card": "6222021234567890123|6222 0212 3456 7890|4367-4212-3456-7890|６２２２０２１２３４５６７８９０",
    "QQ": "QQ:123456 QQ12345678 扣扣1234567 q号123456 1234567890",
    "WeChat": "微信wx12ab wxid_a1b2c3d4 微信号：lilei_1990 vx:lilei88 V信13900001234",
    "Alipay and Weibo": "支付宝lilei@x.cn @王小明 @lilei 抖音号lilei123",
    "mail": "lilei@example.com li.lei@x.cn ｌｉｌｅｉ＠example.com lilei#example.com lilei(at)x.cn",
    "URL": "http://example.com/lilei https://x.cn/u/13900001234 www.lilei.cn example.com/王小明",
    "address": "和平区南京街18号3单元 铁西区兴华街1-2-3 沈阳市和平区三好街88号 浑南区某小区5栋2单元301",
    "short address": "三好街 兴华街1号 南京街 5栋301 3单元2楼 南湖小区 万达广场 北站东门 2号楼 十里河",
    "village": "李家村 王家屯 张家堡子 沙河镇 沈阳李家屯 大东沟",
    "building with known words": "沈阳3栋2单元 大连市1号楼 沈阳18号楼301室",
    "postcode with house": "110000 18号|110003和平区|110000",
    "coordinates": "41.8057,123.4315 N41.8057 41°48′ 123.431472",
    "taxi certificate": "从业资格证210102199001011239 服务监督卡012345 监督卡号123456 工号8001 车号1234 坐席12",
    "licence of a company": "91210100MA0XXXXX1X 912101001234567890 辽交运管许可字210100001234号",
    "company": "沈阳虚构出租汽车有限公司 某某客运集团 大连某某物流 虚构运输公司 辽宁虚构集团",
    "shop": "李记包子铺 老王修车 小明超市 沈阳老王汽修",
    "case": "司机态度恶劣，拒载|因为绕路要求退钱|乘客反映司机骂人|打了三次都不通!|我要举报！",
    "long case": "市民来电反映昨天晚上在火车站打车，出租汽车司机绕路、拒载并且骂人，要求处理并且回复。",
    "age, sex, kin": "35岁 男，35 女/42岁 孕妇 张伟父亲 残疾人",
    "illness": "精神病患者 高血压 癌症晚期",
    "JT and telephone": "JT13900001234 JT-139-0000-1234 jt13900001234 JT02488881234 JT139000012341390000123",
    "JT and identity number": "JT210102199001011239 JT21010219900101123X JT210100200501011234",
    "JT of an unknown division": "JT9999992024090100000001 JT1101012024090100000001",
    "JT and no date": "JT2101001390000123400001 JT2101008888123400000001 JT2101000000000000000000",
    "JT and a name": "JT2101002024090100000001王小明 王小明JT2101002024090100000001",
    "hex": "e78e8be5b08fe6988e 0x31333930 \\u738b\\u5c0f\\u660e %E7%8E%8B",
    "base64": "546L5bCP5piO MTM5MDAwMDEyMzQ= 5p2O6Zu3",
    "HTML": "<b>王小明</b> &#29579;&#23567;&#26126; <b>13900001234</b> <p>沈阳 <script>1</script>",
    "formula": '=HYPERLINK("http://x.cn?"&A1) =cmd|1 +8613900001234 @SUM(A1)',
    "UUID and hash": "550e8400-e29b-41d4-a716-446655440000 d41d8cd98f00b204e9800998ecf8427e",
    "device and network": "866123041234567 192.168.100.200 00:1B:44:11:3A:B7",
    "milliseconds that begin as a mobile does": "1725149107000 1390000123400",
    "emoji": "王小明😀 📞13900001234 👨李雷",
    "a slip that is another word": "沈样 大莲 投拆",
    "a name in place of a slip": "巡游出租汽车王 王投诉举报 张沈阳分中心 投诉举报李雷 王阳分中心 铁丽市分平台 曾新分平台",
}  # fmt: skip


def spellings(kind: str) -> list[str]:
    text = PERSONAL[kind]
    return text.split("|" if "|" in text and kind != "formula" else " ")  # =cmd|…


@pytest.fixture(scope="module")
def params(project):
    return load_params(MONTH, project.params)


@pytest.fixture(scope="module")
def known(params) -> Known:
    return params.known


def test_there_are_many_kinds_of_personal_data():
    assert len(PERSONAL) >= 69 and sum(len(spellings(kind)) for kind in PERSONAL) > 300


@pytest.mark.parametrize("kind", PERSONAL)
def test_nothing_personal_is_shown(known, kind):
    out = {text: known.shown(text) for text in spellings(kind)}
    assert out == dict.fromkeys(out, HIDDEN)


@pytest.mark.parametrize("kind", PERSONAL)
def test_no_name_of_a_file_or_sheet_shows_anything_personal(known, kind):
    for text in spellings(kind):
        assert known.shown_name(f"{text}.xlsx", NEUTRAL) == f"{NEUTRAL}.xlsx"
        assert known.shown_name(f"沈阳/{text}/工单.CSV", NEUTRAL) == f"{NEUTRAL}.csv"
        assert known.shown_name(f"工单_{text}", "第 2 张表") == "第 2 张表"


def listed(text: str) -> list[str]:
    return text.strip("\n").replace("\n", "|").split("|")


TIMES = listed("""
2024-09-02 09:15:00|2024-09-02T09:15:00.000+0800|2024-09-02t09:15|2024-9-2 9:5|2024/9/2|2024.9.2 9.05|2024_09_02|2024年9月2日
2024年9月2日9时15分07秒|2024年9月2日上午9:15|2024/9/2 下午 1:05:07|2024/9/2 9:15:07 a.m.|2024年9月2日 晚上8:05|2024-09-02 星期一 09:15
2024-09-02(周一) 09:15|２０２４－０９－０２　０９：１５：００|20240902|202409|202409020915|20240902 091500|20240902091500|45537|45537.385416667
09/02/2024 09:15:00 AM|24-09-02 09:15|09-02 09:15:00|9月2日 8:05|09:15|2024-09-02 09:15:00 - 2024-09-03 10:00:00|Sun Sep 01 08:05:07 CST 2024
二〇二四年九月二日|2024-13-02 09:15|2024-02-30|2024-09-02 25:00|2024-09-02 08:60:00|20241302091500|0000-00-00 00:00:00|1899-12-30|1900-01-00
'2024-09-02 09:15:00|2024年9月|2024-09|9月|九月|2024年1-9月|9月1日-15日|45537.375|9.1-9.15|2024-09-01至2024-09-30|2024年第3季度
""")
NUMBERS = listed("""
0|5|-5|1.5|4.50|12.5%|1,234|３|第3页|共3条|3件|１次|（3）|（二）|第十二批|2.10100E+23
""")
IDS = listed("""
JT2101002024090100000001|jt2101002024090100000001|ＪＴ2101002024090100000001|JT21010020240901000000012|JT210100202409010000001|2101002024090100000001|="JT2101002024090100000001"|'JT2101002024090100000001|JT210100-20240901-00000001
""")
VARIANTS = listed("""
{province}-{city}市|{province}{city}市|{city}|{city}市|{city}分中心|{city}市12328分中心|{city}热线|{city}市交通运输局|{city}（{code}）|{code}|{city}工单
 {city} |{city}、{city}市|{city}>{issue}>{sub}|{domain}/{issue}|{issue}类|{issue}（{sub}）|{type}类|{type}率|未{type}|{type}/{type}|【{type}】
5.非常满意|满意（4分）|5星好评|系统默认好评|未评价|不满意|已回访|未回访|无需回访|好|是|TRUE|1次|投诉/举报|#N/A|#DIV/0!|错误
关闭时间|时限|方式|受理时间*|办结时长（分钟）|满意度(%)|来电人|联系电话|身份证号：|诉求内容|是否超时|本月合计|导出时间：2024-10-08 09:00:00
填报单位（盖章）：{city}市12328分中心|共 3 条记录，第 1 页/共 1 页|{slip}|沈阳市分中新
""")
FILES = listed("""
{city}_上半月.xlsx|{city}.csv|工单20240901-20240930.csv|202408-202409.xlsx|{city}市2024年9月工单明细.XLSX|工单导出_20240930.csv|工单 - 副本 (2).xls|~$工单.xlsx|a.csv|新建 Microsoft Excel 工作表.xlsx
九月.zip/{city}.csv|2024-09.zip/{city}/导出 (1).csv|refused.csv|12328热线工单明细导出20241008090000.xlsx|附件1：{city}工单.xlsx
""")
SHEETS = listed("""
Sheet1|Sheet1 (2)|工作表1|表格|{city}|{city}市|{city}1|{city}（二）|2024年9月|9月工单|上半月|汇总|{type}
""")


@pytest.fixture(scope="module")
def filled(params):
    """A template with the names of every unit, and of issues, types and domains in turn."""
    catalogue = params.catalogue
    issues = [issue for issue in catalogue.issues if issue.sub_issues]
    slip = catalogue.issues[0].name
    names = [
        {
            "province": params.organisation.province, "city": unit.name, "code": unit.code,
            "issue": issues[n].name, "sub": issues[n].sub_issues[0].name, "domain": issues[n].domain,
            "type": catalogue.business_types[n % 3].name, "slip": f"{slip[:2]}误{slip[3:]}",
        }
        for n, unit in enumerate(params.units)
    ]  # fmt: skip
    return lambda templates: [template.format(**each) for template in templates for each in names]


def test_all_words_of_params_are_shown(known, params):
    catalogue = params.catalogue
    entries = [
        *params.units,
        *catalogue.business_types,
        *catalogue.domains,
        *catalogue.issues,
        *params.columns,
        *params.columns_only,
    ]
    entries += [sub for issue in catalogue.issues for sub in issue.sub_issues]
    words = {word for entry in entries for word in entry.spellings}
    words |= {word for column in params.columns for values in column.values.values() for word in values}
    assert len(words) > 400
    assert {word for word in words if known.shown(word) != word} == set()


def unquoted(shown: str) -> str:
    return shown.removeprefix("'")


@pytest.mark.parametrize("texts", [TIMES, NUMBERS, IDS], ids=["times", "numbers", "ids"])
def test_times_short_numbers_and_ids_are_shown(known, texts):
    assert [text for text in texts if unquoted(known.shown(text)) != unquoted(text)] == []


def test_usual_variants_of_known_words_are_shown(known, filled):
    assert [text for text in filled(VARIANTS) if known.shown(text) != text.strip()] == []


def test_usual_names_of_files_and_sheets_are_shown(known, filled):
    for template in FILES + SHEETS:
        assert [name for name in filled([template]) if known.shown_name(name, NEUTRAL) != name] == []


def test_heads_and_sheets_of_other_systems_are_named_but_not_a_district_that_params_lacks(known):
    assert known.shown_name("沈阳", "第 1 张表") == "沈阳" and known.shown_name("马尾区", "第 2 张表") == "第 2 张表"
    assert [known.shown(head) for head in ("关闭时间", "时限", "方式")] == ["关闭时间", "时限", "方式"]


def test_what_excel_takes_for_a_formula_is_quoted(known):
    for sign in "=+-@＝＋－＠":
        text = known.shown(f"{sign}沈阳")
        assert text in (f"'{sign}沈阳", HIDDEN)
        assert known.shown_name(f"{sign}沈阳.csv", NEUTRAL) in (f"'{sign}沈阳.csv", f"{NEUTRAL}.csv")
    assert known.shown("=沈阳") == "'=沈阳" and known.shown("\t=沈阳\r\n") == "'=沈阳" and known.shown("－5") == "'－5"
    assert known.shown("沈阳\x1b\u202e\n大连\x00") == "沈阳 大连"
    assert known.shown(None) == known.shown("") == ""


def test_a_slip_is_shown_where_few_values_are_allowed(known):
    answers = ["yes", "no", "not reached", "refused"]
    assert known.shown("not reach", answers) == "not reach" and known.shown("yess", answers) == "yess"
    assert known.shown("lilei", answers) == known.shown("13900001234", answers) == HIDDEN


def test_slips_of_known_words_are_of_one_character_in_four_or_more():
    known = Known(["投诉举报", "沈阳", "铁路"])
    assert [known.resembles(text) for text in ("投诉举抱", "投拆举报", "投诉报举", "投诉诉举报")] == [True] * 4
    assert not any(
        known.resembles(text) for text in ("投拆举抱", "沈样", "投诉举", "王投诉举报", "投诉举报王", "王三举报")
    )


SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟"
    "汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文关安平全单明计水铁路车"
)
COMPOUND = ("欧阳", "上官", "司马", "诸葛", "皇甫", "令狐", "慕容", "司徒", "夏侯", "尉迟", "东方", "公孙")
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红建国文辉力鹏飞林海燕云波斌宇浩凯俊健新春梅兰凤玲珍莉荣琴晶"
    "晓雪倩婷欣怡佳嘉琪雨轩子涵梓博睿泽豪瑞思远志成龙东阳峰山川江河石金银铜宝贵福禄寿喜庆祥和安宁康乐永恒久小一三家兴旺"
    "长生光亮正义德才学礼忠信仁孝廉政民主自由天地日月星辰风雷电火水木土春夏秋冬南北西中心意满良善美好优"
)


def test_no_word_of_exports_is_a_name():
    """The words that may stand beside others; real words that begin as a surname are no names by their other part."""
    for word in masking._WORDS.split():
        is_name = word[0] in SURNAMES and len(word) <= 3 and all(c in GIVEN for c in word[1:])
        assert not is_name and not word.startswith(COMPOUND), word
        assert len(word) > 1
    assert not set(masking._BEFORE + masking._AFTER) & set(SURNAMES + GIVEN)


@st.composite
def names(draw) -> str:
    surname = draw(st.sampled_from([*SURNAMES, *COMPOUND]))
    return surname + draw(st.text(st.sampled_from(GIVEN), min_size=1, max_size=2))


@given(name=names(), word=st.data())
def test_a_name_is_hidden_alone_and_beside_known_words(known, params, name, word):
    words = [*masking._WORDS.split(), *params.unit_names, *(issue.name for issue in params.catalogue.issues)]
    if name not in words:
        assert known.shown(name) == HIDDEN
        beside, between = word.draw(st.sampled_from(words)), word.draw(st.sampled_from(["", " ", "-", "：", "（", "_"]))
        assert known.shown(beside + between + name) == known.shown(name + between + beside) == HIDDEN


WRITTEN = [
    "0123456789",
    "０１２３４５６７８９",
    "〇一二三四五六七八九",
    "零壹贰叁肆伍陆柒捌玖",
    "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
    "٠١٢٣٤٥٦٧٨٩",
]


@given(
    number=st.from_regex(r"1[3-9][0-9]{9}|0[1-9][0-9]{8,10}|[3-8][0-9]{6,7}|[1-6][0-9]{5}19[0-9]{2}[01][0-9][0-3][0-9]{5}", fullmatch=True),
    digits=st.sampled_from(WRITTEN),
    gaps=st.lists(st.sampled_from(["", "", "", " ", "-", ".", "/", "·", "\u200b", "—", "(", "）", "_"]), min_size=20, max_size=20),
    beside=st.sampled_from(["", "沈阳", "工单", "2024-09-02 ", "9月", "JT", "电话", "+86", "投诉："]),
)  # fmt: skip
def test_a_telephone_or_identity_number_is_hidden_however_it_is_written(known, number, digits, gaps, beside):
    text = "".join(digits[int(d)] + gap for d, gap in zip(number, gaps, strict=False))
    assert known.shown(beside + text) == known.shown(text + beside) == HIDDEN
    assert known.shown_name(f"{beside}{text}.csv", NEUTRAL) == f"{NEUTRAL}.csv"


def distance(a: str, b: str) -> int:
    """Characters to exchange, leave out, put in, or swap with the next, to make ``b`` of ``a``."""
    rows = [list(range(len(b) + 1))]
    for i in range(1, len(a) + 1):
        row = [i]
        for j in range(1, len(b) + 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a[i - 1] != b[j - 1])))
            if i > 1 and j > 1 and a[i - 2 : i] == b[j - 2 : j][::-1]:
                row[-1] = min(row[-1], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


@given(st.data())
def test_whatever_is_shown_is_made_of_what_is_known(known, params, data):
    """An oracle of its own: cut known words out of what is shown; what is left are few digits, dates and marks."""
    catalogue = params.catalogue
    words = [
        *params.unit_names,
        "分中心",
        "工单",
        "导出",
        "非常满意",
        *(i.name for i in catalogue.issues),
        "省交投集团96199",
        "12328",
    ]
    piece = st.one_of(
        st.sampled_from(words), st.sampled_from([*"张王明国市省年月日已第-_（ ：件"]), st.from_regex(r"[0-9]{1,6}", fullmatch=True),
        st.sampled_from(["2024-09-02", "20240902", "9月2日", "13900001234", "210100", "A", "ab"]),
    )  # fmt: skip
    text = "".join(data.draw(st.lists(piece, max_size=5)))
    if known.shown(text) == HIDDEN:
        return
    core = text.strip("-_（ ：")
    if any(distance(core, word) <= 1 for word in words if len(word) >= 4):
        return
    rest = re.sub(r"20\d{4}(\d\d)?|20\d\d-\d+-\d+|20\d\d年|\d{1,2}月(\d{1,2}日)?", "", text)
    for word in [*sorted(words, key=len, reverse=True), params.units[1].code]:
        rest = rest.replace(word, "")
    assert not set(rest) - set("0123456789市省已第-_（ ：件月日A"), rest
    assert sum(c.isdigit() for c in rest) <= 6  # a serial of Excel, or a compact month that no date is
    assert not re.search(r"[A-Za-z]{2}", rest)


def test_a_month_of_tickets_put_in_place_by_hand_names_nobody(own):
    kinds = ("name of three", "mobile", "mobile with mask", "identity number", "address", "mail", "case")
    texts = [text for kind in kinds for text in spellings(kind)]
    columns = ("unit", "business_type", "domain", "issue", "sub_issue")
    odd = [{column: text} for column in columns for text in texts]
    message = refusal(own, tickets({}, *odd, *({"ticket_id": text, "unit": None} for text in texts * 2)))
    assert [text for text in texts if text in message] == []
    assert message.count(HIDDEN) == len(columns) + 3 + 3  # a value of each column; three ids without unit, three twice
    assert (
        f"「分平台」的值「{HIDDEN}」等 {len(texts)} 种不在 params/units.yaml 中：{len(texts)} 件，例如 第 2 行"
        in message
    )


@pytest.fixture
def own(own_params, tmp_path):
    """A project with folders of its own."""
    return replace(own_params, root=tmp_path, data=tmp_path / "data")


PEOPLE = ("王小明", "13900001234", "wangxiaoming", "李雷")
MONTH_FILES = {
    "a value": ("  沈阳: 0\n", "  沈阳: {}\n", "应为整数"),
    "a unit": ("  沈阳: 0\n", "  {}: 0\n", "offline_minutes"),
    "a key beside a unit": ("  沈阳: 0\n", "  沈阳: 0\n  {0}: 1\n  {0}: 2\n", "写了两次"),
    "a key": ("reach_back_months: 2", "{}: 2", "键"),
    "a key of a key": ("reach_back_months: 2", "source: {{{}: 1, kind: parquet}}", "键"),
    "one of few values": ("reach_back_months: 2", "source: {{kind: {}}}", "应为 'parquet'"),
    "the month": ("month: 2024-09\n", 'month: "{}"\n', "应写作"),
    "a day": ("issued: 2024-10-14", 'issued: "{}"', "应为日历上有的日期"),
    "a list": ("not_answered: []", "not_answered: [{}]", "test_calls"),
    "a list instead of a value": ("reach_back_months: 2", "reach_back_months: [{}]", "应为整数"),
    "a yes or no": ("  大连: true", "  大连: {}", "应为 true 或 false"),
    "a numerator": ("  大连: {numerator: 1,", "  大连: {{numerator: {},", "应为整数"),
    "a tag": ("  沈阳: 0\n", "  沈阳: !{} 0\n", "第"),
    "an alias": ("  沈阳: 0\n", "  沈阳: *{}\n", "第"),
    "a notebook": ("notebooks: {}", "notebooks: {{{}: 5}}", "应为若干"),
}


@pytest.mark.parametrize("place", MONTH_FILES)
def test_what_somebody_wrote_into_a_month_is_not_told(own_params, place):
    old, new, says = MONTH_FILES[place]
    file = own_params.params / "months" / f"{MONTH}.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    for person in PEOPLE:
        file.write_text(text.replace(old, new.format(person), 1), encoding="utf-8")
        if person.isdigit() and place in ("a value", "a numerator"):
            continue  # a number where a number belongs
        with pytest.raises(HotlineError, match=MONTH) as caught:
            load_params(MONTH, own_params.params)
        assert person not in str(caught.value) and says in str(caught.value), str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  沈阳: 0\n", "  沈阳: 无\n", "offline_minutes 沈阳 写的是「无」，应为整数"),
        ("  沈阳: 0\n", "  沈阳: 2024-09-02\n", "写的是「2024-09-02」"),
        ("offline_minutes:  ", "offline_minute:  ", "offline_minute 是不认识的键。是指「offline_minutes」吗"),
        ("reach_back_months: 2", "source: {kind: parquett}", "写的是「parquett」"),
        (
            "not_answered: []",
            "not_answered: [沈阳分中新]",
            "没有名为「沈阳分中新」的单位（test_calls）。是指「沈阳」吗",
        ),
        ("not_answered: []", "not_answered: [沈杨]", f"没有名为「{HIDDEN}」的单位（test_calls）。是指「沈阳」吗"),
        ("  大连: 0\n", "  沈阳: 0\n", "「沈阳」写了两次"),
    ],
)
def test_a_slip_in_a_month_is_told(own_params, old, new, says):
    file = own_params.params / "months" / f"{MONTH}.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(HotlineError) as caught:
        load_params(MONTH, own_params.params)
    assert says in str(caught.value)


def test_a_parameter_of_a_notebook_that_came_from_a_file_is_hidden_and_a_typed_one_is_not(known):
    top = declared_parameters("top: int = 5")["top"]
    for shown, says in ((known.shown, HIDDEN), (None, "王小明")):
        with pytest.raises(ParamsError, match=f"写的是「{says}」"):
            top.accept("王小明", where="x", **({"shown": shown} if shown else {}))


def test_an_unknown_name_from_a_file_still_gets_its_hint(known):
    with pytest.raises(UnknownValueError) as caught, hiding(known.shown):
        raise UnknownValueError("单位", "沈杨", ["沈阳", "大连"], "a.csv")
    assert str(caught.value) == f"a.csv：没有名为「{HIDDEN}」的单位。是指「沈阳」吗？" and caught.value.value == HIDDEN


SPOT_CHECKS = "ticket_id,unit,drawn,called_back,closed,satisfied,备注\n"
GOOD = "JT2101002024090100000001,沈阳,random,yes,yes,no,王小明 13900001234\n"


@pytest.fixture
def spot_checks(own, params):
    def read(text: str):
        own.spot_checks(MONTH).parent.mkdir(parents=True, exist_ok=True)
        own.spot_checks(MONTH).write_text(SPOT_CHECKS + text, encoding="utf-8")
        return read_spot_checks(MONTH, params, own)

    return read


def test_only_known_columns_of_spot_checks_are_held(spot_checks):
    assert list(spot_checks(GOOD).columns) == SPOT_CHECKS.strip().split(",")[:-1]


@pytest.mark.parametrize("kind", PERSONAL)
def test_no_spot_check_tells_of_anybody(spot_checks, kind):
    for text in spellings(kind):
        if "," in text or '"' in text:
            continue
        if not re.fullmatch(
            r"JT[0-9]{6}20240901[0-9]{8}", text
        ):  # it is the id of a ticket, though of another province
            with pytest.raises(HotlineError) as caught:
                spot_checks(f"{GOOD}{text},沈阳,random,yes,yes,no,\n")
            assert f"第 3 行「工单编号」：「{HIDDEN}」不是工单编号" in str(caught.value)
        for row in (
            f"JT2101002024090100000002,{text},random,yes,yes,no,",
            f"JT2101002024090100000002,沈阳,{text},yes,yes,no,",
        ):
            with pytest.raises(HotlineError) as caught:
                spot_checks(f"{GOOD}{row}\n")
            assert text not in str(caught.value) and "第 3 行" in str(caught.value)


def test_a_slip_in_a_spot_check_is_told(spot_checks):
    for old, new, says in (
        ("yes", "yess", "第 2 行「是否回访」：「yess」不能用。是指「yes」吗"),
        ("沈阳", "沈阳分中心局", "第 2 行「分平台」：「沈阳分中心局」不能用。是指「沈阳分中心」吗"),
        ("0000001,", "000001,", "第 2 行「工单编号」：「JT210100202409010000001」不是工单编号"),
        (GOOD, GOOD * 2, "第 3 行「工单编号」：JT2101002024090100000001 出现了两次"),
    ):
        with pytest.raises(HotlineError) as caught:
            spot_checks(GOOD.replace(old, new, 1))
        assert says in str(caught.value)


WARNED = {
    "mobile", "mobile in full width", "mobile in Chinese numerals", "mobile with hyphens", "mobile with dots", "mobile with slashes",
    "mobile with a label", "mobile after a date", "landline with area code", "identity number", "identity number masked",
    "identity number of 15", "JT and identity number", "mobile with known words",
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(WARNED))
def test_a_line_with_a_telephone_or_identity_number_is_found(kind):
    for text in spellings(kind):
        if not text.startswith(("139~", "210102-", "139、", "139—", "139。", "壹", "20240902_")):
            assert personal(f"# 第六部分\n\n市民反映（{text}）出租汽车绕路。\n") == [3], text


@pytest.mark.parametrize(
    "text",
    [
        "9月份共受理243909件，同比增长27.58%，其中12328热线、省交投集团96199。", "2024-09-01 至 2024-09-30，2024年9月11日至12日",
        "JT2101002024090100000001、JT2101002024091436322149", "退还1500元，动用38人次，检查39台次，人口42570000人",
        "population: 42570000", "0.00 100.00 2023-09 2024-09 12345 省12328热线服务中心", "13.5万件，15. 2024-09-11 召开会议",
    ],
)  # fmt: skip
def test_figures_dates_and_ticket_ids_are_no_telephones(text):
    assert personal(text) == []


def test_check_names_file_and_line_of_what_could_be_a_telephone_but_not_the_number(own):
    texts = own.params / "months" / MONTH
    (texts / "cases.md").write_text("\n第一例。\n联系电话：１３９００００１２３４\n", encoding="utf-8")
    file = own.params / "months" / f"{MONTH}.yaml"
    lines = file.read_text(encoding="utf-8").replace("quality: ", "quality: 投诉人21010219900101123X，").splitlines()
    file.write_text("\n".join(lines), encoding="utf-8")
    number = next(n for n, line in enumerate(lines, 1) if "123X" in line)
    said = [line for line in check(MONTH, own).weakens if "电话" in line]
    assert [line.partition("行")[0] for line in said] == [
        f"params/months/{MONTH}.yaml 第 {number} ",
        f"params/months/{MONTH}/cases.md 第 3 ",
    ]
    assert not any("139" in line or "１３９" in line or "2101" in line for line in said)


def test_the_project_warns_of_nothing(project):
    texts = [*(project.params / "months").rglob("*.md"), *(project.params / "months").glob("*.yaml")]
    assert texts and [path.name for path in texts if personal(path.read_text(encoding="utf-8"))] == []
