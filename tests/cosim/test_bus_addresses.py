# SPDX-License-Identifier: Apache-2.0
"""A device whose bus addresses are not physical ones, on the RTL: dma-ranges over RAM itself, and an IOMMU.

The memory port's C++ side knows physical addresses only, and served such bursts from the wrong place.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = '''
from dmasan.device.driver import DmaEngine
from dmasan.events import Direction
from dmasan.linux.dma_device import DmaRange
from dmasan.linux.iommu import Iommu
from dmasan.scenarios.frame import copy

SIZE = 4096 + 192


async def turn(soc, fill):
    """One copy through streaming mappings, the driver's ring included; returns the bursts that C++ served."""
    before = soc.device.shared.fast_bursts if soc.device.name == "rtl" else 0
    engine = await DmaEngine.probe(soc)
    source, target = await soc.kernel.kmalloc(SIZE), await soc.kernel.kmalloc(SIZE)
    await soc.cpu().fill(source, SIZE, fill)
    here = await soc.dma.map_single(source, SIZE, Direction.TO_DEVICE)
    there = await soc.dma.map_single(target, SIZE, Direction.FROM_DEVICE)
    assert not soc.dma.mapping_error(here) and not soc.dma.mapping_error(there)
    assert await copy(engine, there, here, SIZE) is None
    await soc.dma.unmap_single(there, SIZE, Direction.FROM_DEVICE)
    await soc.dma.unmap_single(here, SIZE, Direction.TO_DEVICE)
    assert (await soc.cpu().read(target, SIZE) == fill).all()
    await engine.remove()
    return soc.device.shared.fast_bursts - before if soc.device.name == "rtl" else 0


async def program(soc):
    device, memory = soc.dma.device, soc.machine.memory
    rtl = soc.device.name == "rtl"
    assert (await turn(soc, 0x11) > 0) is rtl
    device.ranges = (DmaRange(memory.base, memory.base + (4 << 20), memory.size),)
    assert await turn(soc, 0x22) == 0
    device.ranges, device.iommu = (), Iommu(soc.kernel, device.name)
    assert await turn(soc, 0x33) == 0
    device.iommu = None
    assert (await turn(soc, 0x44) > 0) is rtl
'''


@pytest.mark.parametrize("backend", ["model", pytest.param("rtl", marks=[pytest.mark.cosim, pytest.mark.timeout(400)])])
def test_every_view_of_memory_is_served(backend: str, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(PROGRAM)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "DMASAN_CACHE": os.environ.get("DMASAN_CACHE", str(ROOT / "build" / "cache")),
    }
    knobs = ("ram_mib=16", "lowmem_mib=12", "cma_mib=2", "processes=1", "shared_override=true")
    settings = [text for knob in knobs for text in ("--set", knob)]
    command = [sys.executable, "-m", "cocotbext.dmasan.cli", "run", str(tmp_path / "own.py"), "--backend", backend]
    done = subprocess.run(
        [*command, "--schedule", "benign", *settings], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=390
    )
    assert done.returncode == 0, done.stdout + done.stderr
