"""The parameters that a notebook declares, and whether a value given for one fits.

A notebook declares them in the cell tagged ``parameters``, one a line: ``top: int = 5  # 列出前几位（1至50）``; the
range in brackets binds a number. They are read from its text alone: no kernel, no import. papermill would inject an
unknown name or a wrong type with no more than a log line, and the page would silently show something else.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError

from hotline_lib.errors import ParamsError
from hotline_lib.yaml_files import Shown, as_it_is

_TYPES = {each.__name__: each for each in (str, int, float, bool, list, dict)}
_WORDS = {
    "str": "文字",
    "int": "整数",
    "float": "数",
    "bool": "true 或 false",
    "list": "列表，如 [甲, 乙]",
    "dict": "键值，如 {甲: 1}",
    "None": "空（null）",
}
_ANYTHING = "bool | int | float | str | None"  # declared without a type
_SAID = {"是": "true", "否": "false"}
_NUMBER = r"\s*([-−]?\d+(?:\.\d+)?)\s*"
_BOUNDS = re.compile(rf"[（(]{_NUMBER}(?:至|到|[-–—~～]|\.\.){_NUMBER}[)）]")


@dataclass(frozen=True)
class Parameter:
    """One declared parameter; ``kind`` is its annotation as written, or the type of its default.

    bounds: the least and the most that a number may be.
    """

    name: str
    kind: str
    default: Any
    help: str
    bounds: tuple[float, float] | None = None

    def accept(self, value: Any, *, where: str, text: bool = False, shown: Shown = as_it_is) -> Any:
        """``value`` as the notebook will get it; ``text``: if it is one, it was typed on a command line, and is parsed.

        shown: what a message may show of it.
        Raises ParamsError that names the place, the type and range expected and what came.
        """
        checked = _checked(self.kind)
        for candidate in _readings(value) if text and isinstance(value, str) else [value]:
            with suppress(ValidationError):
                read = checked.validate_python(candidate, strict=True)  # True is no integer, 5 is a number
                if self.allows(read):
                    return read
        kinds = re.sub(r"\[.*?\]", "", self.kind).split(" | ")
        least, most = self.bounds or (None, None)
        ranged = lambda kind: f" {least} 至 {most} 的" if self.bounds and kind in ("int", "float", "list") else ""
        expected = " 或 ".join(f"{ranged(kind)}{_WORDS.get(kind, kind)}" for kind in kinds)
        meaning = f"（{self.help}）" if self.help else ""
        raise ParamsError(f"{where}：参数 {self.name}{meaning}应为{expected}，写的是「{shown(str(value))}」。")

    def allows(self, value: Any) -> bool:
        """Whether a value, or each of a list, lies within the bounds; what is no number always does."""
        each = value if isinstance(value, list) else [value]
        numbers = [one for one in each if isinstance(one, int | float) and not isinstance(one, bool)]
        return self.bounds is None or all(self.bounds[0] <= one <= self.bounds[1] for one in numbers)


def declared_parameters(source: str) -> dict[str, Parameter]:
    """The parameters assigned in a cell's source, by name, in its order.

    Raises ParamsError if the cell is not Python, an annotation is none that can be checked, or a default lies outside
    its own bounds.
    """
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise ParamsError(f"参数单元格第 {error.lineno} 行不是有效的 Python：{error.msg}。") from None
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}
    found = {}
    for line in body:
        match line:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                kind = annotation.value if isinstance(annotation, ast.Constant) else ast.unparse(annotation)
            case ast.Assign(targets=[ast.Name(id=name)]):
                kind = None
            case _:
                continue
        default = None
        with suppress(ValueError, TypeError):
            default = ast.literal_eval(line.value) if line.value else None
        kind = str(kind or (_ANYTHING if default is None else type(default).__name__))
        try:
            _checked(kind)
        except (SyntaxError, NameError, TypeError, PydanticUserError):
            raise ParamsError(
                f"参数 {name} 的类型写作 {kind}，无法检查。可用：{'、'.join(_TYPES)}，以及 int | None 这样的组合。"
            ) from None
        comment = comments.get(line.end_lineno or 0, "")
        bounds = _BOUNDS.search(comment) if re.search(r"\b(int|float)\b", kind) else None
        ends = bounds and tuple(map(yaml.safe_load, bounds.group(1, 2)))
        words = comment.replace(bounds[0], "") if bounds else comment
        found[name] = Parameter(name, kind, default, words.strip(), ends)
        if bounds and not found[name].allows(default):
            raise ParamsError(f"参数 {name} 的默认值 {default} 不在注释所写的范围{bounds[0]}内。")
    return found


def _checked(kind: str) -> TypeAdapter:
    """What checks values against an annotation; nothing but names, brackets and | may stand in one."""
    if not re.fullmatch(r"[\w\[\], |]+", kind):
        raise TypeError(kind)
    return TypeAdapter(eval(kind, {"__builtins__": {}}, _TYPES), config=ConfigDict(allow_inf_nan=False))


def _readings(text: str) -> Iterator[Any]:
    """What a typed text can mean, as YAML would read it, itself last: ``5`` for ``int | str`` is five."""
    plain = text.strip()
    for form in (_SAID.get(plain, plain.lstrip("0") or plain), f"[{text}]", f"{{{text}}}"):  # 010 is ten, not eight
        with suppress(yaml.YAMLError):
            if not isinstance(read := yaml.safe_load(form), str):
                yield read
    yield text
