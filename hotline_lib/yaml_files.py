"""Reading params/*.yaml, and putting what is wrong in them into words."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from hotline_lib.errors import HotlineError, ParamsError, nearest
from hotline_lib.text_files import read_text, short_name

# pydantic's error types, as an analyst would put them
_WORDS = {
    "missing": "缺少这一项",
    "invalid_key": "这个键应为文字（必要时加引号）",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "string_too_short": "不能空着",
    "finite_number": "应为有限的数",
    "recursion_loop": "引用了自己，请把内容写全",
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size", "int_from_float"), "应为整数"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "应为 true 或 false"),
    **dict.fromkeys(("string_type", "string_unicode"), "应为文字（必要时加引号）"),
    **dict.fromkeys(("decimal_type", "decimal_parsing", "float_type", "float_parsing"), "应为数"),
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
        "应为日历上有的日期，写作 2024-10-01 的样子",
    ),
    "tuple_type": "应为一列条目（每条以 - 开头）",
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "应为若干「键: 值」"),
}
# what a pattern of the models looks like
_LIKE = {r"^[1-9][0-9]{3}-(0[1-9]|1[0-2])$": "2024-09", r"^[0-9]{6}$": '"210100"（六位数字，加引号）'}
Shown = Callable[..., str]  # a text, and the few values that its place may have -> the text as a message may show it


def as_it_is(text: str, _among: Iterable[str] = ()) -> str:
    return text


_THIS = "这个键"
_OTHER = "写法不对，请对照其他月份或 git 中的这个文件改正"

# What libyaml and PyYAML (either may be in use) say of a slip, whether it is where the broken thing began, and words.
_SLIPS = (
    (r"quoted scalar.* (end of stream|document)", True, "引号没有配对：请补上或删去一个"),
    (r"escape", False, "双引号里的反斜杠要写成两个（\\\\），或改用单引号"),
    (r"',' or '[]}]|flow", True, "方括号或花括号没有配对，或各项之间缺少半角逗号：请补上"),
    (r"tag", False, "以 ! 或 = 开头的文字要加引号；不能用 << 合并，请把内容写全"),
    (r"alias|anchor", False, "以 & 或 * 开头的文字要加引号"),
    (r"another document|document start", False, "又有一行 ---：一个文件只能有一份内容，请删去这一行"),
    (r"directive|incompatible", False, "以 % 开头的文字要加引号"),
    (r"block scalar", True, "| 或 > 后面不能再写字：文字从下一行写起，并缩进"),
    (r"unhashable|mapping keys", False, "键应为文字，不能以 ?、[ 或 { 开头：请加引号"),
    (r"mapping values", False, "有两个冒号，或缩进多了。文字里有冒号时，请用引号把它括起来"),
    (r"expected ':'", True, "没有「键: 值」：冒号应为半角，后面空一格；一段话换行时，下一行要缩进"),
    (r"sequence entries are", False, "「- 」前面不能有别的：请另起一行写"),
    (r"block (collection|sequence)", False, "上面各条以「- 」开头，这一行没有：请写成一样的，并对齐"),
    (r"expected key|block mapping", False, "缩进与上面各行不一致，或引号、括号之后还有字：请对齐，或删去多余的字"),
    (r"cannot start any token", False, "以 @、`、% 等符号开头的文字要加引号"),
)
_CLUES = (
    (r"[^\"'#]*\t", "有制表符（Tab）：请换成空格"),
    (r"\s*(- *)?[^\s：:\"'#\[{]+：", "冒号是全角的：请换成半角冒号，后面空一格"),
    (r"\s*(- *)?[^\s：:\"'#\[{]+:(?=[^\s:/])", "冒号后面没有空格：请空一格"),
)
_MOST_NODES, _DEEPEST = 200_000, 50


class _Slip(yaml.constructor.ConstructorError):
    """What is wrong at a place, in our words."""

    def __init__(self, words: str, mark: yaml.Mark):
        super().__init__(None, None, words, mark)


class _OnceLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the fast one, where it was built
    """Safe YAML that refuses a key written twice: the second would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        seen: set = set()
        for key_node, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise _Slip("键应为文字，不能以 ?、[ 或 { 开头：请加引号", key_node.start_mark)
            if key in seen:
                raise _Slip(f"「{key}」写了两次：请删去一处", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            made = super().construct_object(node, deep)
        except (ValueError, AttributeError, LookupError, OverflowError):
            words = "不是数，或太长：编号请加引号"
            if node.tag.endswith(":timestamp"):
                given = f"{node.value} " if re.fullmatch(r"\d{4}-\d\d?-\d\d?", node.value) else ""
                words = f"{given}不是日历上有的日期：请改成真有的一天，写作 2024-10-01 的样子"
            raise _Slip(words, node.start_mark) from None
        if isinstance(made, int) and abs(made) >= 10**18:
            raise _Slip("整数太长：编号请加引号", node.start_mark)
        return made


def read_yaml(path: Path, name: str | None = None, shown: Shown = as_it_is) -> Any:
    """The content of one YAML file, None if it is empty. name: the file as messages call it (see ``read_text``).
    shown: what a message may show of the content.

    Raises ParamsError that names the file, and the line where it is not YAML.
    """
    name = name or short_name(path)
    try:
        text = read_text(path, name)
    except HotlineError as error:
        raise ParamsError(str(error)) from None
    try:
        return pickle.loads(_parsed(text))
    except yaml.YAMLError as error:
        row, words = _slip(error, text.split("\n"))
        told = re.sub("(?<=「).*(?=」)", lambda found: shown(found[0]), words, flags=re.DOTALL)
        raise ParamsError(f"{name} 第 {row} 行：{told}。") from None


@lru_cache(maxsize=64)
def _parsed(text: str) -> bytes:
    """The content, pickled: a run of many months reads the same few files once for each, and may change what it got."""
    _measure(text)
    return pickle.dumps(yaml.load(text, _OnceLoader))


def rows_of(path: Path) -> dict[tuple[str | int, ...], int]:
    """Where things stand in a YAML file that can be read: the way to a value (keys, places in a list) -> its row."""
    found: dict[tuple[str | int, ...], int] = {}

    def walk(node: yaml.Node | None, *way: str | int) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                found[(*way, key.value)] = key.start_mark.line + 1
                walk(value, *way, key.value)
        elif isinstance(node, yaml.SequenceNode):
            for at, value in enumerate(node.value):
                found[(*way, at)] = value.start_mark.line + 1
                walk(value, *way, at)

    walk(yaml.compose(read_text(path), _OnceLoader))
    return found


def _measure(text: str) -> None:
    """Refuses what takes for ever or breaks the parser: depth, and references that multiply or go in circles."""
    sizes: dict[str, int] = {}
    above: list[list] = [[None, 0]]  # anchor and nodes of what is open
    for event in yaml.parse(text, _OnceLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            above.append([event.anchor, 1])
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, size = above.pop()
            sizes[anchor] = size
            above[-1][1] += size
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise _Slip("以 * 开头的文字要加引号；若是引用，它指的那一段应完整地写在前面", event.start_mark)
            above[-1][1] += sizes[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            sizes[event.anchor] = 1
            above[-1][1] += 1
        if len(above) > _DEEPEST:
            raise _Slip(f"括号或缩进超过 {_DEEPEST} 层，请检查括号是否配对", event.start_mark)
        if above[-1][1] > _MOST_NODES:
            raise _Slip("内容太多，或 & 和 * 的引用成倍增长：请把内容写短", event.start_mark)


def _slip(error: yaml.YAMLError, lines: list[str]) -> tuple[int, str]:
    """The row (from 1) and what is wrong there, with the remedy."""
    mark = getattr(error, "problem_mark", None)
    at = min(mark.line, len(lines) - 1) if mark else 0
    if isinstance(error, _Slip):
        return at + 1, error.problem
    said = f"{getattr(error, 'context', '')} {getattr(error, 'problem', '')}"
    begun = min(error.context_mark.line, at) if getattr(error, "context_mark", None) else at
    before = next((each for each in range(at - 1, -1, -1) if lines[each].strip()), at)
    looked_at = [begun, at, before] if "mapping values" in said else [begun, at]
    for row in looked_at:
        for clue, words in _CLUES:
            if re.match(clue, lines[row]):
                return row + 1, words
    for pattern, at_begin, words in _SLIPS:
        if re.search(pattern, said):
            return (begun if at_begin else at) + 1, words
    return at + 1, "写法不对：请检查缩进、冒号后的空格和引号"


def explain(
    error: ValidationError, file: str, content: Any, models: Iterable[type[BaseModel]], shown: Shown = as_it_is
) -> str:
    """All that pydantic found in one file, as one Chinese message.

    models: those the file may hold; an unknown key is compared with their fields. shown: what a message may show of
    the content, which is not always a setting: somebody may have put a citizen's words in its place.
    """
    problems = [dict(each) for each in error.errors() if "literal['']" not in each["loc"]]  # "" or an address
    lines = [_line(problem, content, list(models), shown) for problem in problems]
    first = lines[:20] + ([f"……另有 {len(lines) - 20} 处"] if len(lines) > 20 else [])
    if len(first) == 1:
        return f"{file}：{first[0]}"
    return f"{file} 中有 {len(lines)} 处问题：\n" + "\n".join(f"  {line}" for line in first)


def _line(problem: dict, content: Any, models: list[type[BaseModel]], shown: Shown) -> str:
    where, kind, context = list(problem["loc"]), problem["type"], problem.get("ctx", {})
    if "source" in where:
        shown = _harmless(shown)
    fields = [field for model in models for field in model.model_fields]
    place = " ".join(step if step == _THIS else shown(step, fields) for step in _way(where, content)) or "内容"
    given = shown(str(problem["input"]), re.findall("'(.*?)'", context.get("expected", "")))
    if kind == "extra_forbidden":
        close = nearest(str(where[-1]), known := _keys_at(where, content, models))
        others = f"请改正或删去{'；还可写的有 ' if known else ''}{'、'.join(known[:12])}。"
        return f"{place} 是不认识的键。" + (f"是指「{close}」吗？" if close else others)
    if kind == "literal_error":
        return f"{place} 写的是「{given}」，应为 {context.get('expected', '').replace(' or ', ' 或 ')}。"
    if kind == "string_pattern_mismatch":
        return f"{place} 写的是「{given}」，应写作 {_LIKE.get(context['pattern'], context['pattern'])} 的样子。"
    if kind == "value_error":
        return f"{place}：{context['error']}。"
    words = kind_of(problem) or _OTHER
    if kind == "missing":
        return f"{place}：缺少这一项，请补上。"
    wrote = f"写的是「{given}」，" if not isinstance(problem["input"], (dict, list, tuple)) else ""
    return f"{place} {wrote}{words or problem['msg']}。"


def _harmless(shown: Shown) -> Shown:
    """The same of what was written where tickets are, which may be an address with a user and password."""
    return lambda text, *among: (
        shown(text, *among) if re.fullmatch(r"[\w.-]{1,40}", text) else "（不显示：其中可能有口令）"
    )


def kind_of(problem: dict) -> str:
    """What a value should have been, of one of pydantic's ``errors()``; nothing if we have no words for it."""
    return _WORDS.get(problem["type"], "").format_map(problem.get("ctx", {}))


def _way(where: list, content: Any) -> list[str]:
    """The way to a value, list entries by their name where they have one: [盘锦] population."""
    parts, here = [], content
    for step in (step for step in where if not str(step).startswith("function-")):
        if isinstance(step, int) and isinstance(here, list) and step < len(here):
            here = here[step]
            label = (
                here.get("name") or here.get("indicator") or here.get("applies_from")
                if isinstance(here, dict)
                else None
            )
            parts.append(f"[{label or f'第 {step + 1} 条'}]")
        else:
            here = here.get(step) if isinstance(here, dict) else None
            parts.append(_THIS if step == "[key]" else str(step))
    return parts


def _keys_at(where: list, content: Any, models: list[type[BaseModel]]) -> list[str]:
    """The keys that would be right beside an unknown one: those of the model that shares most of its neighbours."""
    here = content
    for step in where[:-1]:
        here = here[step] if isinstance(here, (list, dict)) else {}
    written = set(map(str, here))
    fitting = max(models, key=lambda model: len(set(model.model_fields) & written))
    return sorted(set(fitting.model_fields) - written)
