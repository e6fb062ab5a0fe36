# SPDX-License-Identifier: Apache-2.0
"""One driver program through either door: the memory port, or cocotbext-axi's AxiSlave with a MemoryTarget."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

from cocotbext.dmasan.backend import RtlBackend
from cocotbext.dmasan.target import MemoryTarget
from dmasan import events as ev
from dmasan.soc import Soc

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "cocotbext_axi"))


async def through(backend: RtlBackend, door: str, syncs: bool) -> dict[str, Any]:
    """Beats (direction, address) in their order per direction, and hazards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from test_after import program

        soc = Soc(policy="strict", backend=backend)
        target = _slave(backend, soc) if door == "target" else None
        backend.shared.set_always_call(True)
        beats: dict[str, list[int]] = {"read": [], "write": []}
        soc.bus.subscribe(lambda event: _note(event, beats))
        await soc.boot()
        equal = await program(soc, syncs=syncs)
        if target is not None:
            target.check()
    hazards = [
        [h.code.name, h.effect.name, h.state.value, h.buffer, h.start, h.length, h.site.line, h.repair] for h in soc.hazards
    ]
    return {"equal": equal, "beats": beats, "hazards": hazards}


def _slave(backend: RtlBackend, soc: Soc) -> MemoryTarget:
    from cocotbext.axi import AxiBus, AxiSlave

    target, dut = MemoryTarget(soc), backend.dut
    AxiSlave(AxiBus.from_prefix(dut, "m_axi"), dut.clk, dut.rst_n, target=target, reset_active_level=False)
    return target


def _note(event: ev.Event, beats: dict[str, list[int]]) -> None:
    if isinstance(event, ev.DeviceRead):
        beats["read"] += range(event.address, event.address + event.length, 8)
    elif isinstance(event, ev.DeviceWrite) and not event.done:
        beats["write"] += range(event.address, event.address + event.length, 8)
