"""How much of what goes wrong in a bulletin is caught: python tests/benchmarks/proofread.py [CHANGES] [RIGHT ONES]

Right bulletins are drawn at random, in four wordings, with types, domains, units, issues and sub-issues whose figures
all follow from counts. In each, one figure is changed as a hand does (a digit, two neighbours swapped, one left out or
doubled; the decimals stay as many: 20.5 for 20.54 is no error). A figure has a witness if the right bulletin was not said to print it alone (无旁证).

Seed 12328, 2,000 changes and 1,000 right bulletins, 374 s on two cores with ten processes waiting:

    right bulletins with a false alarm    0 of 1,000
    figures without a witness             10,191 of 156,138 (6.5 %): changes of small parts, which the others leave open
    changes of a figure with a witness    1,867, of which 1,859 caught (99.57 %)
    changes of a figure without           133

Missed: counts whose last digits no printed share shows (11412 and 11413 are both 30.14 %), and shares one hundredth off
that make the list add up to 100.00, which is told as 凑整.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from hotline_lib.exact import change, half_up, percent
from hotline_lib.proofread import ALONE, Document, proofread
from hotline_lib.proofread.read import blocks_of

UNITS = ["青川市", "白石市", "云岭市", "松江市", "平湖市", "临溪市", "东港市", "望海市", "金沙市"]
TYPES = ["信息咨询", "投诉举报", "意见建议"]
DOMAINS = ["高速公路", "城市客运", "道路运输", "普通公路"]
ISSUES = ["巡游出租汽车", "网络预约出租汽车", "公共汽电车", "机动车驾驶员培训", "道路货物运输"]
SUBS = ["服务态度", "议价", "绕路", "拒载", "线路调整"]


def parts(rng: random.Random, total: int, names: list[str], rest: bool = False) -> dict[str, int]:
    """A total split at random among names, the largest first; with ``rest`` some of it belongs to none."""
    weights = sorted((rng.uniform(0.05, 1) ** 2 for _ in range(len(names) + rest)), reverse=True)
    counts = [max(1, int(total * weight / sum(weights))) for weight in weights]
    counts[0] += total - sum(counts)
    return dict(zip(names, counts, strict=False))


def moved(rng: random.Random, counts: dict[str, int]) -> dict[str, int]:
    return {each: max(1, int(count * rng.uniform(0.7, 1.4))) for each, count in counts.items()}


def signed(now: int, base: int) -> str:
    return f"{change(now, base)}%"


def said(word: str, now: int, base: int) -> str:
    value = change(now, base)
    return f"{word}{'增加' if value >= 0 else '减少'}{abs(value)}%"


def bulletin(rng: random.Random) -> str:
    """A right bulletin."""
    total = rng.randrange(8_000, 300_000)
    types, domains = parts(rng, total, TYPES), parts(rng, total, DOMAINS)
    units = parts(rng, total, UNITS)
    before = {name: moved(rng, of) for name, of in (("types", types), ("domains", domains), ("units", units))}
    year = sum(before["types"].values())
    for name in ("domains", "units"):  # every partition of last year's total adds up
        first = next(iter(before[name]))
        before[name][first] += year - sum(before[name].values())
        if before[name][first] <= 0:
            return bulletin(rng)
    wording = rng.choice([usual, brackets, plain, stated])
    lines = ["一、总体情况", wording(types, total, year), table("业务类型", types, before["types"], total)]
    lines += ["二、领域分布", wording(domains, total, year), table("业务领域", domains, before["domains"], total)]
    lines += [
        "三、单位分布",
        f"业务量排名前3位的分别为：{'、'.join(f'{unit}{count}件' for unit, count in list(units.items())[:3])}。",
    ]
    lines += [table("单位", units, before["units"], total)]
    issues = parts(rng, types["投诉举报"], ISSUES, rest=True)
    listed = "；".join(
        f"{issue}问题，共受理{count}件，占比{percent(count, types['投诉举报'])}%" for issue, count in issues.items()
    )
    lines += ["四、投诉举报事项", f"投诉举报工单共{types['投诉举报']}件，其中排名前5位的事项分别为{listed}。"]
    for at, (issue, count) in enumerate(issues.items(), start=1):
        if count < 60:
            continue
        where, why = (list(parts(rng, count, names, rest=True).items())[:3] for names in (UNITS, SUBS))
        shown = [
            "、".join(f"{name}{tail}（{n}件，占比{percent(n, count)}%）" for name, n in some)
            for some, tail in ((where, ""), (why, "问题"))
        ]
        lines.append(f"{at}.{issue}。工单量排名前3位的单位为：{shown[0]}；主要反映问题为：{shown[1]}等。")
    lines += ["五、办理情况", handled(rng, types["投诉举报"])]
    return "\n\n".join(lines)


def usual(counts: dict[str, int], total: int, year: int) -> str:
    each = "、".join(counts)
    tens = "、".join(f"{half_up(count, 10_000)}万件" for count in counts.values())
    shares = "、".join(f"{percent(count, total)}%" for count in counts.values())
    return f"本月共受理业务{half_up(total, 10_000)}万件，{said('同比', total, year)}。其中，{each}分别为{tens}，分别占业务总量的{shares}。"


def brackets(counts: dict[str, int], total: int, year: int) -> str:
    listed = "、".join(f"{name}{count}件（{percent(count, total)}%）" for name, count in counts.items())
    return f"本月共受理业务{total}件，较去年同期的{year}件{said('同比', total, year)[2:]}，其中：{listed}。"


def plain(counts: dict[str, int], total: int, year: int) -> str:
    listed = "；".join(f"{name}类{count}件，占{percent(count, total)}%" for name, count in counts.items())
    return f"本月全省共受理工单{total}件，{said('同比', total, year)}。其中{listed}。"


def stated(counts: dict[str, int], total: int, year: int) -> str:
    listed = "，".join(
        f"{name}{count:,}件、占总量的{half_up(1000 * count, 10 * total, 1)}%" for name, count in counts.items()
    )
    return f"本月受理总量{total:,}件，{said('同比', total, year)}，其中{listed}。"


def handled(rng: random.Random, total: int) -> str:
    done = total - rng.randrange(0, max(1, total // 20))
    asked = done - rng.randrange(0, max(1, done // 5))
    pleased = asked - rng.randrange(0, max(1, asked // 10))
    texts = [
        f"投诉举报受理{total}件",
        f"办结{done}件，办结率{percent(done, total)}%",
        f"回访{asked}件，回访率{percent(asked, done)}%",
    ]
    return "，".join([*texts, f"满意{pleased}件，满意率{percent(pleased, asked)}%"]) + "。"


def table(head: str, counts: dict[str, int], base: dict[str, int], total: int) -> str:
    rows = [
        f"| {name} | {count} | {percent(count, total)}% | {signed(count, base[name])} |"
        for name, count in counts.items()
    ]
    whole = f"| 合计 | {total} | 100.00% | {signed(total, sum(base.values()))} |"
    return "\n".join([f"| {head} | 件数 | 占比 | 同比 |", "|---|---|---|---|", *rows, whole])


def slipped(rng: random.Random, number: str) -> str:
    """A printed number as a hand gets it wrong."""
    digits = [at for at, character in enumerate(number) if character.isdigit()]
    while True:
        at = rng.choice(digits)
        kind = rng.randrange(4)
        if kind == 0:
            other = number[:at] + str(rng.randrange(10)) + number[at + 1 :]
        elif kind == 1 and at + 1 in digits:
            other = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        elif kind == 2 and len(digits) > 1:
            other = number[:at] + number[at + 1 :]
        else:
            other = number[: at + 1] + number[at] + number[at + 1 :]
        if _value(other) not in (None, _value(number)) and _places(other) == _places(number):
            return other


def _places(text: str) -> int:
    return len(text.partition(".")[2])


def _value(text: str) -> Decimal | None:
    kept = "".join(character for character in text if character.isdigit() or character == ".")
    return Decimal(kept) if kept.strip(".") and not kept.startswith(".") and not kept.endswith(".") else None


def changed(rng: random.Random, text: str, document: Document) -> tuple[str, object]:
    """(the bulletin with one figure changed, that figure)."""
    figure = rng.choice([figure for figure in document.figures if figure.kind not in ("other", "rank")])
    number = "".join(character for character in figure.text if character.isdigit() or character in ".,")
    if figure.row < 0:
        blocks = blocks_of(text)
        block = blocks[figure.block.index]
        own = (
            block.text[: figure.start] + figure.text.replace(number, slipped(rng, number), 1) + block.text[figure.end :]
        )
        block.text = own
    else:
        blocks = blocks_of(text)
        row = blocks[figure.block.index].rows[figure.row]
        row[figure.column] = row[figure.column].replace(number, slipped(rng, number), 1)
    return blocks, figure


def main(changes: int = 2_000, right: int = 1_000, seed: int = 12_328) -> None:
    rng, missed = random.Random(seed), Counter()
    alarms, caught, witnessed, alone, all_figures, lone_figures = 0, 0, 0, 0, 0, 0
    started = time.perf_counter()
    every = max(1, changes // right)
    for at in range(right):
        text = bulletin(rng)
        document = proofread(blocks_of(text))
        counted = [f for f in document.figures if f.kind not in ("other", "rank")]
        without = [f for f in counted if (own := document.by_figure.get(id(f))) is None or own.kind == ALONE]
        all_figures, lone_figures = all_figures + len(counted), lone_figures + len(without)
        if document.findings:
            alarms += 1
            print("false alarm:", [(v.kind, v.text) for v in document.findings][:3])
            continue
        for _ in range(every if at * every < changes else 0):
            blocks, figure = changed(rng, text, document)
            lone = figure in without
            found = proofread(blocks)
            alone += lone
            witnessed += not lone
            caught += not lone and found.faulty
            if not lone and not found.faulty:
                after = (
                    "".join(b.text for b in blocks if b.index == figure.block.index)
                    or blocks[figure.block.index].rows[figure.row]
                )
                missed[figure.kind + (" table" if figure.row >= 0 else " text")] += 1
                if len(sys.argv) > 3:
                    print(
                        "missed:",
                        figure.kind,
                        figure.label,
                        figure.text,
                        "→",
                        after[:150],
                        [(v.kind, v.text[:80]) for v in found.findings],
                    )
    print(
        f"{right} right bulletins: {alarms} with a false alarm; {lone_figures} of {all_figures} figures have no witness"
    )
    print(
        f"{witnessed + alone} changes: {witnessed} with a witness, {caught} caught ({percent(caught, witnessed)} %); {alone} without"
    )
    print(f"missed: {dict(missed)}; {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
