"""The size of the library in lines of code: python tests/size.py (``make lint`` prints it)."""

import ast
import io
import tokenize
from collections import Counter
from pathlib import Path

# room: (its packages and modules, the most lines of code it may have). What follows in a comment is the aim.
ROOMS = {
    "cli": (("cli", "progress", "posting", "__main__"), 400),
    "batch": (("batch", "readiness"), 1650),  # 1,300
    "deliver": (("deliver",), 1200),  # 1,050
    "bulletin": (("bulletin",), 2370),  # 1,700
    "present": (("present",), 1980),  # 1,400
    "metrics": (("metrics",), 850),
    "month": (("month", "beside"), 280),  # 170
    "intake": (("intake",), 1400),  # 1,100
    "simulate": (("simulate",), 1000),
    "tickets": (("tickets", "audit", "cube", "indicators", "published"), 700),
    "params": (("params", "yaml_files", "new_month"), 600),
    "foundation": (("__init__", "errors", "exact", "fingerprint", "masking", "paths"), 330),
}
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
    """Lines of code by room."""
    room_of = {part: room for room, (parts, _) in ROOMS.items() for part in parts}
    sizes: Counter = Counter()
    for path in LIBRARY.rglob("*.py"):
        part = path.relative_to(LIBRARY).parts[0].removesuffix(".py")
        sizes[room_of[part]] += code_lines(path.read_text(encoding="utf-8"))
    return sizes


if __name__ == "__main__":
    sizes = sizes_by_room()
    for room, (_, limit) in ROOMS.items():
        print(f"{room:<12}{sizes[room]:>6,} of {limit:>5,}{'  over' if sizes[room] > limit else ''}")
    print(f"hotline_lib: {sizes.total():,} lines of code, without simulate {sizes.total() - sizes['simulate']:,}")
