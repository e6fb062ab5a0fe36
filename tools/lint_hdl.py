# SPDX-License-Identifier: Apache-2.0
"""Run `verilator --lint-only -Wall` on every root module of rtl/ and tb/hdl/; a warning is an error.

A root is a module that no other one instantiates. Waivers for generated files are in `*.vlt` beside them.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

from cocotbext.dmasan import toolchain
from dmasan.config import UsageError

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("rtl", "tb/hdl", "examples")
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
DECLARATION = re.compile(r"^\s*(module|interface|package)\s+(?:automatic\s+)?(\w+)", re.MULTILINE)
LABEL = re.compile(r"\bend(?:module|interface|package)\s*:\s*\w+")


@dataclass(frozen=True)
class Source:
    """A file with the modules and packages that it declares, and all other words in it."""

    path: Path
    modules: tuple[str, ...]
    packages: tuple[str, ...]
    words: frozenset[str]


def read(path: Path) -> Source:
    text = COMMENT.sub(" ", path.read_text())
    declared = DECLARATION.findall(text)
    return Source(
        path,
        tuple(name for kind, name in declared if kind != "package"),
        tuple(name for kind, name in declared if kind == "package"),
        frozenset(re.findall(r"\w+", LABEL.sub(" ", DECLARATION.sub(" ", text)))),
    )


def sources(root: Path) -> list[Source]:
    paths = [path for folder in FOLDERS for end in ("*.sv", "*.v") for path in (root / folder).rglob(end)]
    return [read(path) for path in sorted(paths)]


def waivers(root: Path) -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.vlt"))


def root_modules(files: list[Source]) -> list[str]:
    """Modules that no file names but to declare them."""
    used = frozenset[str]().union(*(file.words for file in files))
    return [name for file in files for name in file.modules if name not in used]


def closure(top: str, files: list[Source]) -> list[Path]:
    """The files that `top` needs: each after those whose packages it names."""
    owner = {name: file for file in files for name in (*file.modules, *file.packages)}
    found: list[Source] = []
    queue = [owner[top]]
    while queue:
        file = queue.pop()
        if file not in found:
            found.append(file)
            queue += [owner[word] for word in sorted(file.words & owner.keys())]
    uses = {
        file.path: {
            other.path for other in found if other is not file and file.words.intersection(other.packages)
        }
        for file in found
    }
    return list(TopologicalSorter(uses).static_order())


def main() -> int:
    files = sources(ROOT)
    if not files:
        print("lint_hdl: no module in rtl/ or tb/hdl/", file=sys.stderr)
        return 2
    try:
        tools = toolchain.find()
    except UsageError as problem:
        print(f"lint_hdl: {problem}", file=sys.stderr)
        return 2
    options = ["--lint-only", "-Wall", "--timing", *(f"-I{ROOT / folder}" for folder in FOLDERS)]
    roots, failed = root_modules(files), []
    for top in roots:
        paths = [*waivers(ROOT), *closure(top, files)]
        command = [str(tools.verilator), *options, "--top-module", top, *map(str, paths)]
        if subprocess.run(command, env=tools.environment).returncode != 0:
            failed.append(top)
    state = f"failed for {', '.join(failed)}" if failed else "clean"
    print(f"verilator --lint-only -Wall: {len(files)} files, roots {', '.join(roots)}: {state}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
