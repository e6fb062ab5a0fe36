# SPDX-License-Identifier: Apache-2.0
"""The C++ side alone, called as the SystemVerilog side calls it: lanes, strobes, narrow and unaligned bursts."""

from __future__ import annotations

import ctypes
import subprocess

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from cocotbext.dmasan import hdl, toolchain
from cocotbext.dmasan.shared import Shared, State
from dmasan.config import RunError
from dmasan.device.burst import OKAY, SLVERR

pytestmark = pytest.mark.cosim
BASE, SIZE = 0x1000, 16384
FIXED, INCR = 0, 1


class Silent:
    """A port that nobody should call."""

    def drain(self, records: NDArray[np.void]) -> None:
        """Takes no note."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    toolchain.find()
    file = tmp_path_factory.mktemp("dpi") / "dmasan_dpi.so"
    command = ["c++", "-std=c++17", "-O1", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([*command, str(hdl.bench() / "dmasan_dpi.cpp"), "-o", str(file)], check=True)
    found = ctypes.CDLL(str(file))
    number, wide, real = ctypes.c_int, ctypes.c_uint64, ctypes.c_double
    burst = (number, real, wide, number, number, ctypes.c_uint32, number, number)
    found.dmasan_read.argtypes = found.dmasan_write.argtypes = burst
    found.dmasan_read_lane.restype = wide
    found.dmasan_write_lane.argtypes = (number, wide, number, number, ctypes.c_ubyte)
    found.dmasan_write_done.argtypes = (number, real)
    return found


def shape(bus: int, log2_size: int, beats: int, burst: int = INCR) -> int:
    return bus << 13 | burst << 11 | log2_size << 8 | beats - 1


def beat_lanes(address: int, size: int, beats: int, bus: int) -> list[list[tuple[int, int]]]:
    """For each beat (address, lane) of its bytes: IHI 0022, A3.4.1, transfers of an INCR burst."""
    beat_starts = [address, *(address // size * size + n * size for n in range(1, beats))]
    return [[(a, a % bus) for a in range(start, start // size * size + size)] for start in beat_starts]


shapes = st.tuples(
    st.sampled_from([4, 8, 32]), st.integers(0, 5), st.integers(1, 16), st.integers(0, 4095)
).filter(lambda s: 1 << s[1] <= s[0])


@given(shapes)
def test_reads_put_each_byte_on_its_lane(library: ctypes.CDLL, drawn: tuple[int, int, int, int]) -> None:
    bus, log2_size, beats, start = drawn
    data = np.random.default_rng(2).integers(0, 256, SIZE, dtype=np.uint8)
    shared = Shared(library)
    shared.bind(State(BASE, data), Silent())  # type: ignore[arg-type]
    address = BASE + start
    assert library.dmasan_read(0, 1.0, address, shape(bus, log2_size, beats), 0, 0, 0, 3) == OKAY
    width = min(bus, 8)
    for beat, lanes in enumerate(beat_lanes(address, 1 << log2_size, beats, bus)):
        words = [library.dmasan_read_lane(0, beat * bus + lane * 8) for lane in range(max(bus // 8, 1))]
        on_bus = b"".join(word.to_bytes(8, "little")[:width] for word in words)
        assert all(on_bus[lane] == data[at - BASE] for at, lane in lanes)
    shared.check()


@given(shapes, st.integers(0, 2**32 - 1))
def test_writes_take_each_strobed_byte_from_its_lane(
    library: ctypes.CDLL, drawn: tuple[int, int, int, int], seed: int
) -> None:
    bus, log2_size, beats, start = drawn
    draw = np.random.default_rng(seed)
    data, expected = np.zeros(SIZE, np.uint8), np.zeros(SIZE, np.uint8)
    shadow, done = np.zeros(SIZE, np.uint16), np.zeros(SIZE, np.uint16)
    columns = {f"column_{name}": np.zeros(65536, np.uint16) for name in ("read", "write", "done")}
    columns["column_write"][0], columns["column_done"][5] = 5, 6
    shared = Shared(library)
    shared.bind(State(BASE, data, shadow=shadow, **columns), Silent())  # type: ignore[arg-type]
    address = BASE + start
    width = min(bus, 8)
    for beat, lanes in enumerate(beat_lanes(address, 1 << log2_size, beats, bus)):
        content, strobe = draw.integers(0, 256, bus, dtype=np.uint8), np.zeros(bus, np.bool_)
        for at, lane in lanes:
            strobe[lane] = draw.random() < 0.8
            if strobe[lane]:
                expected[at - BASE], done[at - BASE] = content[lane], 6
        for offset in range(0, bus, width):
            word = int.from_bytes(content[offset : offset + width].tobytes(), "little")
            bits = int(np.packbits(strobe[offset : offset + width], bitorder="little")[0])
            last = beat == beats - 1 and offset + width == bus
            library.dmasan_write_lane(0, word, bits, width, last)
    assert library.dmasan_write(0, 1.0, address, shape(bus, log2_size, beats), 0, 0, 0, 3) == OKAY
    library.dmasan_write_done(0, 2.0)
    shared.check()
    assert np.array_equal(data, expected)
    assert np.array_equal(shadow, done)


def test_what_is_not_served_is_refused_by_name(library: ctypes.CDLL) -> None:
    """Last: a fault stays."""
    shared = Shared(library)
    shared.bind(State(BASE, np.zeros(SIZE, np.uint8)), Silent())  # type: ignore[arg-type]
    assert library.dmasan_read(0, 1.0, BASE, shape(8, 3, 4, FIXED), 0, 0, 0, 3) == SLVERR
    with pytest.raises(RunError, match="burst at 0x1000: AxBURST is FIXED"):
        shared.check()
