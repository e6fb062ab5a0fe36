# SPDX-License-Identifier: Apache-2.0
"""Places in driver programs, and the one that runs now."""

from __future__ import annotations

import linecache
import sys
import sysconfig
from types import FrameType
from typing import NamedTuple


class Site(NamedTuple):
    """A place in a driver program."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def short(self) -> str:
        """For a sentence: the file's name without its folders, and the line."""
        name = self.file.replace("\\", "/").rpartition("/")[2]
        return f"{name}:{self.line}" if self.line else "an unknown place"


NOWHERE = Site("", 0)


def source_line(file: str, line: int) -> str:
    """A line of a file as it is now, without its end; "" if it cannot be read."""
    linecache.checkcache(file)  # a name without its folder may be another file by now
    return linecache.getline(file, line).rstrip("\n")


_PROGRAMS = ("scenarios/", "corpus/cases/")
_LIBRARY = sysconfig.get_path("stdlib").replace("\\", "/") + "/"
_PACKAGE = __file__.replace("\\", "/").rpartition("/")[0] + "/"
_SHIPPED = ("/cocotbext/dmasan/attach/coherence_scenarios.py", "/cocotbext/dmasan/uvm/sequences.py")
_BENCH = ("/cocotbext/dmasan/", "/site-packages/cocotb/", "/site-packages/pyuvm/")
# By file (code objects of two files may be equal): the places met in a driver program, by line; None for other code.
_places: dict[str, dict[int, Site] | None] = {}


def _belongs_to_program(file: str) -> bool:
    """True for code outside dmasan and the standard library, and for the driver programs that dmasan ships."""
    path = file.replace("\\", "/")
    if path.startswith((_LIBRARY, "<frozen ")) and "/site-packages/" not in path:
        verdict = False
    elif path.startswith(_PACKAGE):  # not any folder of that name: a checkout may be called dmasan too
        verdict = path[len(_PACKAGE) :].startswith(_PROGRAMS)
    else:
        verdict = path.endswith(_SHIPPED) or not any(part in path for part in _BENCH)
    return verdict


def call_site() -> Site:
    """The innermost line of the driver program on the call stack (through awaits too)."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        try:
            places = _places[file]
        except KeyError:
            places = _places[file] = {} if _belongs_to_program(file) else None
        if places is not None:
            line = frame.f_lineno
            site = places.get(line)
            if site is None:
                site = places[line] = Site(file, line)
            return site
        frame = frame.f_back
    return NOWHERE
