"""Templates that come to an end, and make nothing too large for this computer, whatever somebody wrote into them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from jinja2 import nodes
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer

_MOST_ROUNDS = 100_000  # of all loops of one text
_LARGEST = 2_000_000  # characters, entries, or a number that a text or a list may be made with
# whatever makes something longer by a number that it is given; other functions may be given any number of tickets
_GROWING = frozenset(
    ["*", "batch", "center", "do_batch", "do_center", "do_indent", "do_replace", "do_slice", "do_wordwrap", "expandtabs", "format",
     "do_format", "indent", "join", "do_join", "ljust", "range", "replace", "rjust", "zfill"]
)  # fmt: skip
_rounds: ContextVar[Iterator[int]] = ContextVar("rounds")


class EndlessError(Exception):
    """A template that would not come to an end; line: of the loop."""

    def __init__(self, line: int):
        super().__init__(line)
        self.line = line


@contextmanager
def counting() -> Iterator[None]:
    """The rounds of one text are counted."""
    before = _rounds.set(iter(range(_MOST_ROUNDS)))
    try:
        yield
    finally:
        _rounds.reset(before)


class Bounded(SandboxedEnvironment):
    """Each round of a loop is counted, and whatever is called, joined, added or multiplied has a size."""

    intercepted_binops = frozenset(["+", "*", "**", "%"])

    def __init__(self, **options: Any):
        super().__init__(**options)
        self.globals |= {"_round": _round, "_joined": _joined}
        self.filters = {name: _sized(made) for name, made in self.filters.items()}

    def _generate(self, source: nodes.Template, *arguments: Any, **more: Any) -> str:
        return super()._generate(_Counted(self).visit(source), *arguments, **more)

    def call(self, context: Context, called: Any, *arguments: Any, **more: Any) -> Any:
        _check(getattr(called, "__name__", ""), getattr(called, "__self__", 1), *arguments, *more.values())
        return super().call(context, called, *arguments, **more)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        made = super().wrap_str_format(value)
        if made is None:
            return None

        def checked(*arguments: Any, **more: Any) -> str:
            _check("format", value.__self__, *arguments, *more.values())
            return made(*arguments, **more)

        return checked

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" and abs(right) > 99:
            raise OverflowError
        if operator == "%" and isinstance(left, str):
            _check("format", left, right)
        elif operator != "+":
            _check(operator, left, right) if _is_made(left) or _is_made(right) else _check("", left)
        elif _is_made(left) and _is_made(right) and len(left) + len(right) > _LARGEST:
            raise OverflowError
        return super().call_binop(context, operator, left, right)


class _Counted(NodeTransformer):
    """Has every loop count its rounds, and ``~`` look at what it joins."""

    def __init__(self, environment: Bounded):
        self._environment = environment

    def visit_For(self, node: nodes.For) -> nodes.For:
        self.generic_visit(node)
        node.body.insert(0, self._made(nodes.ExprStmt(self._call("_round", [nodes.Const(node.lineno)])), node))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Call:
        self.generic_visit(node)
        return self._made(self._call("_joined", node.nodes), node)

    def _call(self, name: str, arguments: list[nodes.Expr]) -> nodes.Call:
        return nodes.Call(nodes.Name(name, "load"), arguments, [], None, None)

    def _made(self, made: Any, of: nodes.Node) -> Any:
        return made.set_lineno(of.lineno).set_environment(self._environment)


def _round(line: int) -> None:
    if next(_rounds.get(), None) is None:
        raise EndlessError(line)


def _joined(*parts: object) -> str:
    texts = list(map(str, parts))
    if sum(map(len, texts)) > _LARGEST:
        raise OverflowError
    return "".join(texts)


def _sized(made: Callable) -> Callable:
    @wraps(made)
    def checked(*arguments: Any, **more: Any) -> Any:
        _check(made.__name__, *arguments, *more.values())
        return made(*arguments, **more)

    return checked


def _is_made(value: object) -> bool:
    return isinstance(value, str | list | tuple)


def _check(name: str, *given: Any) -> None:
    """Raises OverflowError for what could make something too large of what it is given."""
    sizes = [len(each) if _is_made(each) else abs(each) for each in given if _is_made(each) or isinstance(each, int)]
    makes = name == "range" or (name in _GROWING and any(map(_is_made, given)))
    if name == "do_round" and max(map(abs, given[1:2]), default=0) > 99:
        raise OverflowError
    if (makes and math.prod(max(1, size) for size in sizes) > _LARGEST) or max(sizes, default=0) > 10**18:
        raise OverflowError
    if "format" in name and any(isinstance(each, str) and re.search(r"\d{5}", each) for each in given):
        raise OverflowError
