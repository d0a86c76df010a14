"""Reading params/*.yaml, and putting what is wrong in them into words."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from hotline_lib.errors import ParamsError, nearest

# pydantic's error types, as an analyst would put them
_WORDS = {
    "missing": "缺少这一项",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "string_type": "应为文字（必要时加引号）",
    "decimal_type": "应为数",
    "decimal_parsing": "应为数",
    "date_type": "应为日期，如 2024-10-01",
    "date_from_datetime_parsing": "应为日期，如 2024-10-01",
    "date_parsing": "应为日期，如 2024-10-01",
    "date_from_datetime_inexact": "应为日期，如 2024-10-01",
    "invalid_key": "的键应为文字（必要时加引号）",
    "tuple_type": "应为一列条目（每条以 - 开头）",
    "dict_type": "应为若干「键: 值」",
    "model_type": "应为若干「键: 值」",
    "model_attributes_type": "应为若干「键: 值」",
}
Shown = Callable[..., str]  # a text, and the few values that its place may have -> the text as a message may show it
# what PyYAML and _OnceLoader quote from the file
_QUOTED = re.compile(r"(?<=「).*(?=」)|(?<=tag ').*(?=')|(?<=alias ').*(?=')|(?<=anchor ').*?(?=')", re.DOTALL)


def as_it_is(text: str, _among: Iterable[str] = ()) -> str:
    return text


class _OnceLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Safe YAML that refuses a key written twice: the second would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        seen: set = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"「{key}」写了两次", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path, shown: Shown = as_it_is) -> Any:
    """The content of one YAML file. Raises ParamsError that names the file, and the line where it is not YAML.

    shown: what a message may show of the content.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ParamsError(f"找不到 params/{path.name}（应在 {path.parent}）。") from None
    except UnicodeDecodeError:
        raise ParamsError(f"params/{path.name} 不是 UTF-8 编码。请另存为 UTF-8 后重试。") from None
    try:
        return copy.deepcopy(_parsed(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"第 {mark.line + 1} 行" if mark else "某处"
        problem = _QUOTED.sub(lambda found: shown(found[0]), getattr(error, "problem", "") or "格式不对")
        raise ParamsError(f"params/{path.name} {place}：{problem}。请检查缩进、冒号后的空格和引号。") from None


@lru_cache(maxsize=64)
def _parsed(text: str) -> Any:
    """A run of many months reads the same few files once for each."""
    return yaml.load(text, _OnceLoader)


def explain(
    error: ValidationError, file: str, content: Any, models: Iterable[type[BaseModel]], shown: Shown = as_it_is
) -> str:
    """All that pydantic found in one file, as one Chinese message.

    models: those the file may hold; an unknown key is compared with their fields. shown: what a message may show of
    the content, which is not always a setting: somebody may have put a citizen's words in its place.
    """
    lines = [_line(problem, content, list(models), shown) for problem in error.errors()]
    first = lines[:20] + ([f"……另有 {len(lines) - 20} 处"] if len(lines) > 20 else [])
    if len(first) == 1:
        return f"{file}：{first[0]}"
    return f"{file} 中有 {len(lines)} 处问题：\n" + "\n".join(f"  {line}" for line in first)


def _line(problem: dict, content: Any, models: list[type[BaseModel]], shown: Shown) -> str:
    where, kind, context = list(problem["loc"]), problem["type"], problem.get("ctx", {})
    fields = [field for model in models for field in model.model_fields]
    place = " ".join(shown(step, fields) for step in _way(where, content)) or "内容"
    given = shown(str(problem["input"]), re.findall("'(.*?)'", context.get("expected", "")))
    if kind == "extra_forbidden":
        close = nearest(str(where[-1]), _keys_at(where, content, models))
        return f"{place} 是不认识的键。" + (f"是指「{close}」吗？" if close else "")
    if kind == "literal_error":
        return f"{place} 写的是「{given}」，应为 {context.get('expected', '').replace(' or ', ' 或 ')}。"
    if kind == "string_pattern_mismatch":
        return f"{place} 写的是「{given}」，格式应为 {context['pattern']}。"
    if kind == "value_error":
        return f"{place}：{context['error']}。"
    words = _WORDS.get(kind)
    if kind == "missing":
        return f"{place}：缺少这一项。"
    wrote = f"写的是「{given}」，" if not isinstance(problem["input"], (dict, list, tuple)) else ""
    return f"{place} {wrote}{words or problem['msg']}。"


def _way(where: list, content: Any) -> list[str]:
    """The way to a value, list entries by their name where they have one: [盘锦] population."""
    parts, here = [], content
    for step in where:
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
            parts.append(str(step))
    return parts


def _keys_at(where: list, content: Any, models: list[type[BaseModel]]) -> list[str]:
    """The keys that would be right beside an unknown one: those of the model that shares most of its neighbours."""
    here = content
    for step in where[:-1]:
        here = here[step] if isinstance(here, (list, dict)) else {}
    written = set(map(str, here))
    fitting = max(models, key=lambda model: len(set(model.model_fields) & written))
    return sorted(set(fitting.model_fields) - written)
