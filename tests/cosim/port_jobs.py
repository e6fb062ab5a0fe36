# SPDX-License-Identifier: Apache-2.0
"""What the tests of the memory port run inside the simulator: the copier of hdl/copier.sv, on memory of their own."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocotbext.dmasan.backend import RtlBackend
from cocotbext.dmasan.pace import Pace
from cocotbext.dmasan.shared import CALL_PYTHON, State
from dmasan.config import RunError, UsageError
from dmasan.device.backend import REGISTERS_BASE
from dmasan.device.burst import DECERR, OKAY, Burst

BASE = 0x8000_0000
SOURCE, TARGET, BYTES, BEATS, GO = range(0, 20, 4)
BUSY, DONE, FAILED = 1, 2, 4


class Memory:
    """Plain memory as a port; keeps what it is told. `fail_in` names the method that raises."""

    def __init__(self, size: int, latency: int = 12, fail_in: str = "", **state: Any) -> None:
        data = np.random.default_rng(1).integers(0, 256, size, dtype=np.uint8)
        self.state = State(BASE, data, **state)
        self.latency = latency
        self.fail_in = fail_in
        self.called: list[tuple[str, Burst]] = []
        self.records: list[NDArray[np.void]] = []
        self.response = OKAY

    def connect(self, backend: RtlBackend) -> None:
        backend.connect(self.state, self, self.latency)

    def _note(self, what: str, burst: Burst | None) -> None:
        if self.fail_in == what:
            raise ZeroDivisionError(f"planted in {what}")
        if burst is not None:
            self.called.append((what, burst))

    def drain(self, records: NDArray[np.void]) -> None:
        self._note("drain", None)
        self.records.append(records)

    def read(self, burst: Burst) -> tuple[int, NDArray[np.uint8]]:
        self._note("read", burst)
        start = burst.address - BASE
        if start >= self.state.data.size:
            return DECERR, np.zeros(0, np.uint8)
        return self.response, self.state.data[start : start + burst.length]

    def write(self, burst: Burst, data: NDArray[np.uint8], strobe: NDArray[np.bool_] | None) -> int:
        self._note("write", burst)
        start = burst.address - BASE
        assert strobe is None
        if self.response == OKAY:
            self.state.data[start : start + burst.length] = data
        return self.response

    def write_done(self, burst: Burst) -> None:
        self._note("write_done", burst)

    def rows(self) -> list[tuple[int, int, int]]:
        """Phase, address and length of the bursts that were served without Python."""
        return [(int(r["phase"]), int(r["address"]), int(r["length"])) for part in self.records for r in part]


async def copy(
    backend: RtlBackend, size: int, beats: int, *, source: int = 0, target: int | None = None
) -> int:
    """Runs one copy; offsets from BASE, `size` in bytes. Returns its clock cycles."""
    begin = backend.cycles
    values = ((SOURCE, BASE + source), (TARGET, BASE + (size if target is None else target)), (BYTES, size))
    for register, value in (*values, (BEATS, beats), (GO, 0)):
        await backend.write32(REGISTERS_BASE + register, value)
    await backend.wait_irq(1e9)
    return backend.cycles - begin


async def status(backend: RtlBackend) -> int:
    return await backend.read32(REGISTERS_BASE)


async def copies(backend: RtlBackend, size: int, beats: int, latency: int) -> dict[str, Any]:
    """A copy in plain memory."""
    memory = Memory(2 * size, latency)
    memory.connect(backend)
    cycles = await copy(backend, size, beats)
    data = memory.state.data
    return {
        "equal": bool((data[size:] == data[:size]).all()),
        "cycles": cycles,
        "records": memory.rows()[:2000],
        "count": sum(map(len, memory.records)),
        "ordered": bool((np.diff(np.concatenate(memory.records)["time_ns"]) >= 0).all()),
        "called": len(memory.called),
        "status": await status(backend),
    }


async def crossing(backend: RtlBackend, size: int, beats: int, fail_in: str = "") -> dict[str, Any]:
    """A copy whose bursts may cross a page, and what the protocol checkers say of it."""
    memory = Memory(2 * size, fail_in=fail_in, always_call=bool(fail_in))
    memory.connect(backend)
    await copy(backend, size, beats)
    data = memory.state.data
    told = [[found.rule.name, found.count, found.time_ns, found.address] for found in backend.violations()]
    return {"equal": bool((data[size:] == data[:size]).all()), "violations": told}


async def shadowed(backend: RtlBackend, start: int, length: int) -> dict[str, Any]:
    """A copy of 1 KiB whose target's bytes from `start` on, `length` of them, are in a state that needs Python."""
    size, unknown = 1024, 7
    shadow = np.zeros(2 * size, np.uint16)
    columns = [np.arange(65536, dtype=np.uint16) for _ in range(3)]
    columns[0][0] = 1  # read: 0 -> 1
    columns[1][0] = 2  # write accepted: 0 -> 2
    columns[2][2] = 3  # write done: 2 -> 3
    columns[1][unknown] = CALL_PYTHON
    shadow[size + start : size + start + length] = unknown
    names = dict(zip(("column_read", "column_write", "column_done"), columns, strict=True))
    permission = np.full(2 * size, 3, np.uint8)
    memory = Memory(2 * size, shadow=shadow, permission=permission, **names)
    memory.connect(backend)
    await copy(backend, size, 16)
    data = memory.state.data
    return {
        "equal": bool((data[size:] == data[:size]).all()),
        "called": [(what, burst.address - BASE, burst.length) for what, burst in memory.called],
        "shadow": shadow.tolist(),
    }


async def forbidden(backend: RtlBackend, response: int) -> dict[str, Any]:
    """A copy to a target that the device may not write: Python decides on the response."""
    size = 256
    permission = np.full(2 * size, 3, np.uint8)
    permission[size:] = 1
    memory = Memory(2 * size, permission=permission)
    memory.response = response
    memory.connect(backend)
    await copy(backend, size, 16)
    kinds = sorted({what for what, _ in memory.called})
    return {"called": kinds, "status": await status(backend)}


async def outside(backend: RtlBackend) -> dict[str, Any]:
    """A copy from beyond the end of memory."""
    memory = Memory(1024)
    memory.connect(backend)
    await copy(backend, 256, 16, source=1 << 20, target=0)
    return {"called": [what for what, _ in memory.called], "status": await status(backend)}


async def versions(backend: RtlBackend) -> list[list[int]]:
    """Versions after two copies to the same place: at memory, and of the last write."""
    size = 256
    version, latest = np.zeros(2 * size, np.uint8), np.zeros(2 * size, np.uint8)
    Memory(2 * size, version=version, latest=latest).connect(backend)
    for _ in range(2):
        await copy(backend, size, 16)
    return [version[::size].tolist(), latest[::size].tolist()]


async def failing(backend: RtlBackend, where: str) -> None:
    """A copy whose memory raises in one of its methods."""
    memory = Memory(512, fail_in=where, always_call=where != "drain")
    memory.connect(backend)
    await copy(backend, 256, 16)


async def swallowed(backend: RtlBackend) -> str:
    """The program awaits nothing after the error: the end of the run must raise it."""
    memory = Memory(512, fail_in="read", always_call=True)
    memory.connect(backend)
    try:
        await copy(backend, 256, 16)
    except ZeroDivisionError:
        return "the program went on"
    return "no error"


async def raising(backend: RtlBackend, kind: str) -> None:
    """An error of the program itself."""
    raise {"usage": UsageError, "run": RunError, "other": KeyError}[kind]("the culprit")


async def hanging(backend: RtlBackend) -> None:
    """Does not come to an end."""
    time.sleep(60)


async def waiting(backend: RtlBackend) -> None:
    """Waits for an interrupt that does not come."""
    Memory(512).connect(backend)
    await backend.wait_irq(5000)


async def dying(backend: RtlBackend) -> None:
    """Takes the simulator down."""
    os.kill(os.getpid(), signal.SIGSEGV)


async def timing(backend: RtlBackend) -> dict[str, Any]:
    """Time and clock of a backend that does nothing else."""
    begin, cycles = backend.now_ns, backend.cycles
    await backend.advance(123.456)
    short = backend.now_ns - begin
    await backend.advance(0.0)
    await backend.advance(10_000.0)
    return {"short": short, "cycles": backend.cycles - cycles, "irq": backend.irq}


async def paced(backend: RtlBackend, pace: dict[str, int], size: int, beats: int) -> dict[str, Any]:
    """A copy from a port of this pace."""
    memory = Memory(2 * size)
    memory.connect(backend)
    backend.set_pace(Pace(**pace), 4)  # type: ignore[arg-type]
    await backend.advance(50)
    cycles, data = await copy(backend, size, beats), memory.state.data
    return {"cycles": cycles, "equal": bool((data[size:] == data[:size]).all()), "rows": memory.rows()}
