# SPDX-License-Identifier: Apache-2.0
"""Where the hardware sources lie, in a checkout and in an installed wheel."""

from __future__ import annotations

import os
from pathlib import Path

import dmasan
from dmasan.config import RunError

_PACKAGE = Path(dmasan.__file__).resolve().parent


def checkout() -> Path | None:
    """The root of the checkout that `dmasan` is imported from; None if it is installed from a wheel."""
    root = _PACKAGE.parent.parent
    return root if (root / "rtl").is_dir() and (root / "tb" / "hdl").is_dir() else None


def rtl() -> Path:
    """The folder of the engine's sources."""
    return _existing(root / "rtl" if (root := checkout()) else _PACKAGE / "_hdl" / "rtl")


def bench() -> Path:
    """The folder of the test bench's sources: memory port, register host, top."""
    return _existing(root / "tb" / "hdl" if (root := checkout()) else _PACKAGE / "_hdl" / "tb")


def cache() -> Path:
    """The folder of builds: $DMASAN_CACHE, else in a checkout build/cache, else the XDG cache folder."""
    if chosen := os.environ.get("DMASAN_CACHE"):
        return Path(chosen).expanduser().resolve()
    if root := checkout():
        return root / "build" / "cache"
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(xdg) if Path(xdg).is_absolute() else Path.home() / ".cache"
    return base / "dmasan"


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise RunError(f"the hardware sources are missing: there is no {folder}")
    return folder
