"""Holds the wheels of a bundle to requirements.lock, and writes what its first start holds them to: wheels.lock.

python bundle/hashes.py FOLDER: FOLDER/wheels are the wheels. Ends with exit code 1, and names the file, for a wheel that
requirements.lock does not know: somebody changed it, or another source gave it.
"""

import hashlib
import re
import sys
from pathlib import Path


def known(lock: str) -> dict[tuple[str, str], set[str]]:
    """Name and version -> the SHA-256 of all its files, from a requirements file with hashes."""
    found: dict[tuple[str, str], set[str]] = {}
    for block in re.split(r"\n(?=\S)", lock):
        if pin := re.match(r"([\w.-]+)==([\w.!+-]+)", block):
            found[one_name(pin[1]), pin[2]] = set(re.findall("--hash=sha256:([0-9a-f]{64})", block))
    return found


def one_name(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub("[-_.]+", "-", name).lower()


def held(wheels: Path, lock: str) -> tuple[list[str], list[str]]:
    """The lines of wheels.lock, and what is wrong."""
    lines, wrong, of = [], [], known(lock)
    for wheel in sorted(wheels.iterdir()):
        name, version = wheel.name.split("-")[:2]
        if one_name(name) == "hotline-suite":
            wheel.unlink()  # the project lies beside it, as source
            continue
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lines.append(f"{name}=={version} --hash=sha256:{digest}")
        if digest not in of.get((one_name(name), version), ()):
            wrong.append(f"{wheel.name} 与 requirements.lock 不符：请换回原来的包来源，或核实后运行 make lock。")
    return lines, wrong


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    lock = Path(__file__).resolve().parent.parent / "requirements.lock"
    lines, wrong = held(folder / "wheels", lock.read_text(encoding="utf-8"))
    if wrong:
        sys.exit("\n".join(wrong))
    (folder / "wheels.lock").write_text("\n".join(lines) + "\n", encoding="utf-8")
