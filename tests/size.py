"""The size of the library in lines of code: python tests/size.py (``make lint`` prints it)."""

import ast
import io
import tokenize
from collections import Counter
from pathlib import Path

LIMIT = 10_500  # without the simulator, which no report needs
LIBRARY = Path(__file__).resolve().parent.parent / "hotline_lib"
_NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def code_lines(source: str) -> int:
    """Lines that hold code: no blank lines, comments or docstrings."""
    docstrings = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node
        ):
            docstrings |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - docstrings)


def sizes_by_room() -> Counter:
    """Lines of code by the library's modules and packages."""
    sizes: Counter = Counter()
    for path in LIBRARY.rglob("*.py"):
        room = path.relative_to(LIBRARY).parts[0].removesuffix(".py")
        sizes[room] += code_lines(path.read_text(encoding="utf-8"))
    return sizes


if __name__ == "__main__":
    sizes = sizes_by_room()
    print("  ".join(f"{name} {size}" for name, size in sizes.most_common()))
    without = sizes.total() - sizes["simulate"]
    print(f"hotline_lib: {sizes.total()} lines of code (without simulate {without}, limit {LIMIT})")
