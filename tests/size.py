"""The size of the library in lines of code, room by room: python tests/size.py (``make lint`` prints it)."""

import ast
import io
import tokenize
from collections import Counter
from functools import cache
from pathlib import Path

# What each room may need. A room that outgrows its own says why in the commit.
LIMITS = {
    "cli": 1_012, "batch": 2_813, "deliver": 1_562, "bulletin": 3_972, "readiness": 810, "present": 2_804, "scoring": 650, "metrics": 1_305,
    "month": 434, "intake": 3_040, "simulate": 1_190, "tickets": 1_571, "params": 1_080, "foundation": 996, "journal": 274,
    "proofread": 2_297,
    "sampling": 787,
}  # fmt: skip
# modules of one room that are not a folder yet
ROOMS = {
    **dict.fromkeys(("__main__", "__init__"), "cli"),
    "indicators": "tickets",
    **dict.fromkeys(("coverage", "months", "rule_changes", "verify"), "readiness"),
    **dict.fromkeys(("beside", "handing", "opening", "ringing"), "month"),
    **dict.fromkeys(("published", "new_month"), "params"),
    **dict.fromkeys(
        (
            "contract",
            "doubts",
            "exact",
            "errors",
            "paths",
            "fingerprint",
            "masking",
            "processes",
            "yaml_files",
            "text_files",
        ),
        "foundation",
    ),
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


@cache
def sizes_by_room() -> Counter:
    """Lines of code by room."""
    sizes: Counter = Counter()
    for path in LIBRARY.rglob("*.py"):
        name = path.relative_to(LIBRARY).parts[0].removesuffix(".py")
        sizes[ROOMS.get(name, name)] += code_lines(path.read_text(encoding="utf-8"))
    return sizes


if __name__ == "__main__":
    sizes = sizes_by_room()
    print("  ".join(f"{name} {size} of {LIMITS.get(name, 0)}" for name, size in sizes.most_common()))
    print(f"hotline_lib: {sizes.total()} lines of code (without simulate {sizes.total() - sizes['simulate']})")
