# SPDX-License-Identifier: Apache-2.0
"""Set up `.venv` for the Makefile: Debian packages, virtual environment, pinned dependencies.

Run by `make` with any python3, before anything is installed: standard library only. When nothing is to do it returns
at once. Exit status: 0 ready, 2 something is missing that only the user can provide (one sentence says what).

    python3 tools/bootstrap.py [--dev] [--formal] [--debian PACKAGE:COMMAND ...]
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST, NEWEST = (3, 11), (3, 13)
STAMP = "dmasan-setup.json"
PINS = ("pyproject.toml", "requirements.lock")

# Printed by a candidate interpreter about itself; cocotb embeds the interpreter and needs the shared libpython.
ABOUT_PYTHON = """
import importlib.util, json, os, sys, sysconfig
get = sysconfig.get_config_var
folders = {get("LIBDIR"), get("LIBPL"), os.path.join(sys.base_prefix, "lib")} - {None}
names = {get("INSTSONAME"), get("LDLIBRARY")} - {None}
print(json.dumps({
    "version": sys.version_info[:2],
    "venv": all(importlib.util.find_spec(name) is not None for name in ("venv", "ensurepip")),
    "headers": os.path.isfile(os.path.join(sysconfig.get_path("include"), "Python.h")),
    "shared": any(".so" in n and os.path.exists(os.path.join(f, n)) for f in folders for n in names),
}))
"""


class SetupError(Exception):
    """Something only the user can provide is missing; the text is the sentence to print."""


@dataclass(frozen=True)
class Interpreter:
    """A python3 as the base of `.venv`: what it has of what the set-up needs."""

    path: str
    version: tuple[int, int]
    venv: bool
    headers: bool
    shared: bool

    @property
    def supported(self) -> bool:
        return OLDEST <= self.version <= NEWEST

    @property
    def complete(self) -> bool:
        return self.supported and self.venv and self.headers and self.shared


def say(text: str) -> None:
    print(f"dmasan: {text}", file=sys.stderr, flush=True)


def inspect(path: str) -> Interpreter | None:
    """What `path` says about itself, or None if it does not run."""
    try:
        done = subprocess.run(
            [path, "-I", "-c", ABOUT_PYTHON], capture_output=True, text=True, check=True, timeout=60
        )
        told = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    major, minor = told["version"]
    return Interpreter(path, (major, minor), told["venv"], told["headers"], told["shared"])


def choose_python(candidates: Iterable[str]) -> Interpreter | None:
    """The first complete candidate, else Debian's own python3, which packages can complete, else None."""
    seen = [found for path in candidates if (found := inspect(path))]
    for found in seen:
        if found.complete:
            return found
    return next((found for found in seen if found.path == "/usr/bin/python3"), None)


def candidates() -> list[str]:
    """The running interpreter first, then Debian's, then versioned names on PATH."""
    named = [shutil.which(f"python3.{minor}") for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    paths = [sys.executable, "/usr/bin/python3", *(path for path in named if path)]
    return list(dict.fromkeys(paths))


def has_headers(*names: str) -> bool:
    """True if the C++ compiler finds these headers; asks the compiler only if they are not in the usual place."""
    if all(Path("/usr/include", name).is_file() for name in names):
        return True
    text = "".join(f"#include <{name}>\n" for name in names)
    try:
        command = ["g++", "-x", "c++", "-fsyntax-only", "-"]
        return subprocess.run(command, input=text, capture_output=True, text=True).returncode == 0
    except OSError:
        return False


def has_pod_usage() -> bool:
    """The `verilator` script needs Pod::Usage, which is in Debian's `perl`, not in `perl-base`."""
    try:
        return subprocess.run(["perl", "-MPod::Usage", "-e", "1"], capture_output=True).returncode == 0
    except OSError:
        return False


def missing_packages(python: Interpreter | None, extra: Iterable[str] = ()) -> list[str]:
    """Names of the Debian packages to install; `extra` has PACKAGE:COMMAND pairs."""
    wanted: list[tuple[str, bool]] = [
        ("python3", python is not None),
        ("python3-venv", python is not None and python.venv),
        ("python3-dev", python is not None and python.headers and python.shared),
        ("g++", bool(shutil.which("g++"))),
        ("make", bool(shutil.which("make"))),
        ("perl", has_pod_usage()),
        ("ccache", bool(shutil.which("ccache"))),
        ("zlib1g-dev", has_headers("zlib.h")),
        ("liblz4-dev", has_headers("lz4.h")),
    ]
    for pair in extra:
        package, _, command = pair.partition(":")
        wanted.append((package, bool(shutil.which(command or package))))
    return [package for package, present in wanted if not present]


def run(command: list[str]) -> bool:
    """Run with output on standard error and no standard input; True if it succeeded."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr).returncode == 0


def run_apt(*arguments: str) -> bool:
    """Run apt-get without questions; dpkg's chatter is dropped, errors go to standard error."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "-y", "-qq", "-o", "Dpkg::Use-Pty=0", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment)
    return done.returncode == 0


def install_packages(packages: list[str], is_root: bool) -> None:
    """Install Debian packages as root; otherwise, or without apt-get, raise SetupError with what to type."""
    line = f"apt-get install --no-install-recommends {' '.join(packages)}"
    if not shutil.which("apt-get"):
        raise SetupError(
            f"missing: {', '.join(packages)} (Debian's names); this machine has no apt-get, install them by hand"
        )
    if not is_root:
        raise SetupError(
            f"these Debian packages are missing; install them and run make again:\n    sudo {line}"
        )
    say(f"installing from Debian: {' '.join(packages)}")
    install = ["install", "--no-install-recommends", *packages]
    has_lists = any(Path("/var/lib/apt/lists").glob("*_Packages*"))
    if has_lists and run_apt(*install):  # it fails if the lists are old; the second try has new ones
        return
    if not (run_apt("update") and run_apt(*install)):
        raise SetupError(f"Debian's packages could not be installed (see above); the command was: {line}")


def require_packages(extra: Iterable[str], is_root: bool) -> Interpreter:
    """Install what is missing and return the interpreter for `.venv`."""
    python = choose_python(candidates())
    packages = missing_packages(python, extra)
    if python is not None and not python.supported:
        packages = []  # packages would not help
    if packages:
        install_packages(packages, is_root)
        python = choose_python(candidates())
        if still := missing_packages(python, extra):
            raise SetupError(f"still missing after installing them from Debian: {', '.join(still)}")
    if python is None or not python.supported:
        found = "none" if python is None else ".".join(map(str, python.version))
        raise SetupError(
            f"Python 3.11, 3.12 or 3.13 with a shared libpython is needed; found: {found} ({sys.executable})"
        )
    return python


def digest(root: Path) -> str:
    """Hash of everything that decides what is installed."""
    text = hashlib.sha256()
    for name in PINS:
        text.update((root / name).read_bytes())
    return text.hexdigest()


@dataclass(frozen=True)
class Stamp:
    """What `.venv` was set up for; lies in it once that is complete."""

    root: str  # scripts in .venv hold this path
    base: str  # the interpreter, all links resolved
    digest: str
    dev: bool
    formal: bool = False


def base_of(root: Path) -> str:
    return os.path.realpath(root / ".venv" / "bin" / "python")


def read_stamp(root: Path) -> Stamp | None:
    """The stamp, or None if `.venv` is incomplete, was moved here or has lost its interpreter."""
    try:
        stamp = Stamp(**json.loads((root / ".venv" / STAMP).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    here = stamp.root == str(root) and stamp.base == base_of(root) and Path(stamp.base).exists()
    return stamp if here else None


def is_current(root: Path, dev: bool, formal: bool = False) -> bool:
    """True if `.venv` is complete for these pins, with the tools for tests if `dev`, for proofs if `formal`."""
    stamp = read_stamp(root)
    if stamp is None or stamp.digest != digest(root):
        return False
    return stamp.dev >= dev and stamp.formal >= formal


def make_venv(
    root: Path,
    python: Interpreter,
    dev: bool,
    runner: Callable[[list[str]], bool] = run,
    formal: bool = False,
) -> None:
    """Create or update `.venv`. The stamp goes first and comes back last: what an interruption leaves is not current.

    A `.venv` without a valid stamp may be broken in any way and is made anew.
    """
    venv, path = root / ".venv", root / ".venv" / STAMP
    old = read_stamp(root)
    path.unlink(missing_ok=True)
    if old is None or old.base != os.path.realpath(python.path):
        shutil.rmtree(venv, ignore_errors=True)
        say(f"making .venv with {python.path} (Python {python.version[0]}.{python.version[1]})")
        if not runner([python.path, "-m", "venv", str(venv)]):
            raise SetupError(f"{python.path} -m venv {venv} failed (see above)")
    dev = dev or (old is not None and old.dev)
    formal = formal or (old is not None and old.formal)
    say("installing the pinned Python packages")
    options = "--quiet --disable-pip-version-check --no-input".split()
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", *options]
    extras = ",".join(name for name, wanted in (("dev", dev), ("formal", formal)) if wanted)
    target = f"{root}[{extras}]" if extras else str(root)
    if not runner([*pip, "--constraint", str(root / "requirements.lock"), "--editable", target]):
        raise SetupError("pip could not install the Python packages (see above); run make again to retry")
    part = path.with_suffix(".part")
    part.write_text(json.dumps(asdict(Stamp(str(root), base_of(root), digest(root), dev, formal))))
    part.replace(path)


def lock(root: Path) -> object:
    """Hold `.venv.lock` until the returned file is closed, so that two makes do not set up at once."""
    handle = (root / ".venv.lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("waiting for another set-up of this checkout to end")
        fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="bootstrap.py", description="Set up .venv and what it needs from Debian."
    )
    parser.add_argument("--dev", action="store_true", help="with the tools for tests, lint and benchmarks")
    parser.add_argument("--formal", action="store_true", help="with Yosys and z3 for proofs and synthesis")
    parser.add_argument(
        "--debian", action="append", default=[], metavar="PACKAGE:COMMAND", help="one more Debian package"
    )
    chosen = parser.parse_args(arguments)
    start = time.monotonic()
    try:
        held = lock(ROOT)
        ready = Interpreter(
            str(ROOT / ".venv" / "bin" / "python"), NEWEST, venv=True, headers=True, shared=True
        )
        if is_current(ROOT, chosen.dev, chosen.formal) and not missing_packages(ready, chosen.debian):
            return 0
        python = require_packages(chosen.debian, os.geteuid() == 0)
        if not is_current(ROOT, chosen.dev, chosen.formal):
            make_venv(ROOT, python, chosen.dev, formal=chosen.formal)
        del held
    except SetupError as problem:
        say(str(problem))
        return 2
    except KeyboardInterrupt:
        say("set-up interrupted; the next make starts it again")
        return 130
    say(f"set up in {time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
