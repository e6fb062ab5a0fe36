# SPDX-License-Identifier: Apache-2.0
"""Specimens of order between CPU and device, on the RTL."""

from __future__ import annotations

from typing import Any

from specimens import BUGGY, CORRECT

from cocotbext.dmasan.backend import RtlBackend
from dmasan.soc import Soc


async def specimen(backend: RtlBackend, name: str, latency: int) -> dict[str, Any]:
    """Runs a specimen; its hazards as (code, buffer, line), and how its bursts were served."""
    program = CORRECT[name] if name in CORRECT else BUGGY[name][0]
    soc = Soc(backend=backend, policy="strict", latency=latency, ram_mib=16, lowmem_mib=12, cma_mib=2, processes=1)
    await soc.main(program)
    backend.shared.drain()
    told = {(hazard.code.name, hazard.buffer, hazard.line) for hazard in soc.hazards}
    told |= {(c.code.name, hazard.buffer, c.site.line) for hazard in soc.hazards for c in hazard.consequences}
    return {"told": sorted(told), "fast": backend.shared.fast_bursts, "calls": backend.shared.calls}
