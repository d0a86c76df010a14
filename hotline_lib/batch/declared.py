"""The parameters that a notebook declares, and whether a value given for one fits.

A notebook declares them in the cell tagged ``parameters``, one a line: ``top: int = 5  # 列出前几位``. They
are read from its text alone: no kernel, no import. papermill would inject an unknown name or a wrong type
with no more than a log line, and the page would silently show something else than what was asked for.
"""

from __future__ import annotations

import ast
import io
import math
import tokenize
from dataclasses import dataclass
from typing import Any

import yaml

from hotline_lib.errors import ParamsError

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
_TRUE, _FALSE, _NULL = {"true", "yes", "1", "是"}, {"false", "no", "0", "否"}, {"", "null", "none", "~"}


@dataclass(frozen=True)
class Parameter:
    """One declared parameter; ``kind`` is its annotation as written, or the type of its default."""

    name: str
    kind: str
    default: Any
    help: str

    def accept(self, value: Any, *, where: str, text: bool = False) -> Any:
        """``value`` as the notebook will get it; ``text``: it was typed on a command line, and is parsed.

        Raises ParamsError that names the place, the type expected and what came.
        """
        annotation = ast.parse(self.kind, mode="eval").body
        for candidate in _readings(value, annotation) if text else [value]:
            if _fits(candidate, annotation):
                return candidate
        expected = " 或 ".join(_WORDS.get(name, name) for name in _alternatives(annotation))
        meaning = f"（{self.help}）" if self.help else ""
        raise ParamsError(f"{where}：参数 {self.name}{meaning}应为{expected}，写的是「{value}」。")


def declared_parameters(source: str) -> dict[str, Parameter]:
    """The parameters assigned in a cell's source, by name, in its order.

    Raises ParamsError if the cell is not Python, or an annotation is none that can be checked.
    """
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise ParamsError(f"参数单元格第 {error.lineno} 行不是有效的 Python：{error.msg}。") from None
    comments = _comments(source)
    found = {}
    for line in body:
        match line:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                kind = annotation.value if isinstance(annotation, ast.Constant) else ast.unparse(annotation)
            case ast.Assign(targets=[ast.Name(id=name)]):
                kind = None
            case _:
                continue
        default = _literal(line.value)
        kind = str(kind or (_ANYTHING if default is None else type(default).__name__))
        _check_kind(name, kind)
        found[name] = Parameter(name, kind, default, comments.get(line.end_lineno or 0, ""))
    return found


def _check_kind(name: str, kind: str) -> None:
    try:
        _fits(object(), ast.parse(kind, mode="eval").body)
    except (SyntaxError, NotImplementedError):
        known = "、".join(list(_WORDS)[:-1])
        raise ParamsError(
            f"参数 {name} 的类型写作 {kind}，无法检查。可用：{known}，以及 int | None 这样的组合。"
        ) from None


def _fits(value: Any, kind: ast.expr) -> bool:
    """Whether a value is of an annotation's type, exactly: True is no integer, 5 is a number, nan is none."""
    match kind:
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return any([_fits(value, left), _fits(value, right)])  # a list: both sides are checked for sense
        case ast.Constant(value=None):
            return value is None
        case ast.Name(id="float"):
            return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        case ast.Name(id="int"):
            return isinstance(value, int) and not isinstance(value, bool)
        case ast.Name(id="str" | "bool" | "list" | "dict" as name):
            return isinstance(value, {"str": str, "bool": bool, "list": list, "dict": dict}[name])
        case ast.Subscript(value=ast.Name(id="list"), slice=inner):
            _fits(None, inner)
            return isinstance(value, list) and all(_fits(item, inner) for item in value)
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[key, inner])):
            _fits(None, key), _fits(None, inner)
            return isinstance(value, dict) and all(
                _fits(one, key) and _fits(other, inner) for one, other in value.items()
            )
    raise NotImplementedError(ast.unparse(kind))


def _alternatives(kind: ast.expr) -> list[str]:
    if isinstance(kind, ast.BinOp):
        return _alternatives(kind.left) + _alternatives(kind.right)
    return [ast.unparse(kind.value if isinstance(kind, ast.Subscript) else kind)]


def _readings(text: str, kind: ast.expr) -> list[Any]:
    """What a typed text can mean under a type, text itself last: ``5`` for ``int | str`` is five."""
    read, lower = [], text.strip().lower()
    for name in _alternatives(kind):
        try:
            if name == "None" and lower in _NULL:
                read.append(None)
            elif name == "bool" and lower in _TRUE | _FALSE:
                read.append(lower in _TRUE)
            elif name == "int":
                read.append(int(text))
            elif name == "float":
                read.append(float(text))
            elif name == "list":
                read.append(yaml.safe_load(text if lower.startswith("[") else f"[{text}]"))
            elif name == "dict":
                read.append(yaml.safe_load(text if lower.startswith("{") else f"{{{text}}}"))
        except (ValueError, yaml.YAMLError):
            continue
    return [*read, text]


def _literal(value: ast.expr | None) -> Any:
    try:
        return ast.literal_eval(value) if value is not None else None
    except ValueError:
        return None


def _comments(source: str) -> dict[int, str]:
    """Comments by line; the cell has been parsed, so it can be tokenized."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}
