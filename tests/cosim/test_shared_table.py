# SPDX-License-Identifier: Apache-2.0
"""C++ and Python work on one table and one shadow: what the port does to the bytes of a burst is what Python would do."""

from __future__ import annotations

import ctypes
import random
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cocotbext.dmasan.shared import Shared, State
from dmasan.arch.family import FAMILIES
from dmasan.device.burst import Burst
from dmasan.sanitizer import automaton as table
from dmasan.sanitizer.automaton import MISSING, Automaton
from dmasan.sanitizer.shadow import Shadow

HDL = Path(__file__).parents[2] / "tb" / "hdl"
BASE, SIZE, LINE, BUS = 0x8000_0000, 1 << 11, 32, 8
READ, WRITE, DONE = "dev_read", "dev_write_posted", "dev_write_done"
CPU = ("store", "store_nc", "load_wb", "load_nc", "issue_clean", "issue_invalidate", "dsb", "dmb_loads", "give_up")

pytestmark = pytest.mark.skipif(shutil.which("g++") is None, reason="needs g++")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    path = tmp_path_factory.mktemp("dpi") / "dpi.so"
    command = ["g++", "-std=c++17", "-O1", "-shared", "-fPIC", "-I", HDL, HDL / "dmasan_dpi.cpp", "-o", path]
    subprocess.run(command, check=True, timeout=120)
    found = ctypes.CDLL(str(path))
    # int, double, uint64, then shape, id, user, origin, attributes
    for name in ("dmasan_read", "dmasan_write"):
        getattr(found, name).argtypes = [ctypes.c_int, ctypes.c_double, ctypes.c_uint64] + [ctypes.c_int] * 5
    found.dmasan_write_lane.argtypes = [ctypes.c_int, ctypes.c_uint64, ctypes.c_int, ctypes.c_int, ctypes.c_ubyte]
    found.dmasan_write_done.argtypes = [ctypes.c_int, ctypes.c_double]
    return found


class Twins:
    """The same bytes twice, in one array of states: the first half is the port's, the second steps in Python alone.

    As a memory port it serves the bursts that C++ does not.
    """

    def __init__(self, library: ctypes.CDLL, family: str) -> None:
        self.automaton = Automaton(FAMILIES[family])
        self.shadow = Shadow(self.automaton, BASE, 2 * SIZE, LINE)
        self.library, self.shared = library, Shared(library)
        self.asked = 0
        columns = [self.automaton.columns[name].fast for name in (READ, WRITE, DONE)]
        data = np.zeros(SIZE, np.uint8)
        self.shared.bind(State(BASE, data, None, None, self.shadow.states[:SIZE], None, *columns), self)

    def halves(self) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
        return self.shadow.states[:SIZE], self.shadow.states[SIZE:]

    def _by_python(self, name: str, burst: Burst) -> None:
        self.asked += 1
        part = self.halves()[0][burst.address - BASE :][: burst.length]
        column = self.automaton.columns[name]
        assert (column.fast[part] == MISSING).any(), "Python was asked about what the table knows to be harmless"
        self.automaton.apply(name, part)

    def read(self, burst: Burst) -> tuple[int, NDArray[np.uint8]]:
        self._by_python(READ, burst)
        return 0, np.zeros(burst.length, np.uint8)

    def write(self, burst: Burst, data: NDArray[np.uint8], strobe: NDArray[np.bool_] | None) -> int:
        assert strobe is None and len(data) == burst.length
        self._by_python(WRITE, burst)
        return 0

    def write_done(self, burst: Burst) -> None:
        self._by_python(DONE, burst)

    def drain(self, records: NDArray[np.void]) -> None:
        assert len(records)

    def cpu(self, name: str, at: int, length: int) -> None:
        """The same in both halves; the table is renumbered where it is full."""
        for half in (0, SIZE):
            if name == "store":
                self.shadow.store(BASE + half + at, length)
            else:
                self.shadow.apply(name, BASE + half + at, length)

    def device(self, name: str, at: int, beats: int) -> None:
        """A burst of full beats through C++, and its step in Python."""
        shape = (beats - 1) | 3 << 8 | 1 << 11 | BUS << 13
        for phase in (READ,) if name == READ else (WRITE, DONE):
            before = self.asked
            if phase == READ:
                self.library.dmasan_read(0, 1.0, BASE + at, shape, 0, 0, 0, 0)
            elif phase == WRITE:
                for beat in range(beats):
                    self.library.dmasan_write_lane(0, 0, 0xFF, BUS, beat == beats - 1)
                self.library.dmasan_write(0, 1.0, BASE + at, shape, 0, 0, 0, 0)
            else:
                self.library.dmasan_write_done(0, 2.0)
            self.shared.check()
            verdict = self.automaton.apply(phase, self.halves()[1][at : at + beats * BUS])
            assert self.asked > before or verdict is None, f"{phase}: C++ passed a hazard"
            ours, pythons = self.halves()
            assert np.array_equal(ours, pythons), f"{phase} of {beats} beats at {at:#x}"


def walk(library: ctypes.CDLL, family: str, seed: int, steps: int) -> Twins:
    twins, draw = Twins(library, family), random.Random(f"{family}/{seed}")
    twins.cpu("alias_live", 0, SIZE)
    for _ in range(steps):
        at = draw.randrange(SIZE // BUS) * BUS
        beats = min(draw.choice((1, 2, 8, 16)), (SIZE - at) // BUS)
        if draw.random() < 0.5:
            twins.device(draw.choice((READ, WRITE)), at, beats)
        else:
            twins.cpu(draw.choice(CPU), at, min(draw.choice((1, 4, LINE, 4 * LINE)), SIZE - at))
    return twins


@pytest.mark.parametrize("family", ["one-level", "integrated", pytest.param("pl310", marks=pytest.mark.thorough)])
def test_the_port_steps_the_shadow_as_python_does(library: ctypes.CDLL, family: str) -> None:
    twins = walk(library, family, seed=1, steps=400)
    assert twins.asked and twins.shared.fast_bursts, "both ways must have been taken"


def test_renumbering_leaves_the_port_its_columns(library: ctypes.CDLL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "LIMIT", 60)
    twins = walk(library, "one-level", seed=2, steps=600)
    assert twins.automaton.renumbered, "the table was never full"
