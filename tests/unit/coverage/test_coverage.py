# SPDX-License-Identifier: Apache-2.0
"""Functional coverage: bins, merging, what events fill; and the reader of Verilator's file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cocotbext.dmasan.coverage import Group, Observer, groups
from cocotbext.dmasan.coverage import rtl as verilated
from dmasan.device.driver import DmaEngine
from dmasan.events import Direction
from dmasan.soc import Soc


def two() -> Group:
    return Group("g", {"a": ("x", "y"), "b": ("1", "2")}, lambda bin: "never" if bin == ("y", "2") else "")


def test_bins_that_are_missing_or_cannot_be_reached() -> None:
    group = two()
    group.sample("x", "1")
    assert group.missing() == [("x", "2"), ("y", "1")]
    assert group.reasons() == {"never": 1}
    assert group.percent == pytest.approx(100 / 3)
    with pytest.raises(ValueError, match=r"coverage g.b: '3' is none of 1, 2"):
        group.sample("x", "3")


def test_a_hit_that_is_listed_as_unreachable_is_told() -> None:
    group = two()
    group.sample("y", "2")
    assert group.contradictions() == [("y", "2")]


def test_runs_merge() -> None:
    one, other = two(), two()
    one.sample("x", "1")
    other.sample("x", "1")
    other.sample("y", "1")
    one.merge(other.to_json())
    assert one.hits == {("x", "1"): 2, ("y", "1"): 1}
    with pytest.raises(ValueError, match="points of the two runs differ"):
        one.merge(Group("g", {"a": ("x",)}).to_json())


async def program(soc: Soc) -> None:
    """A buffer that was written, mapped, read by the device, and read by the CPU after its unmapping."""
    engine, buffer = await DmaEngine.probe(soc), await soc.kernel.kmalloc(256, "buffer")
    target = await soc.dma.alloc_coherent(256, "target")
    await soc.cpu().fill(buffer, 256, 1)
    handle = await soc.dma.map_single(buffer, 256, Direction.TO_DEVICE, "buffer")
    await engine.memcpy(target.dma_handle, handle, 256)
    await soc.dma.unmap_single(handle, 256, Direction.TO_DEVICE)
    await soc.cpu().read(target.cpu_addr, 256)
    await engine.remove()


def test_events_of_a_program_fill_the_bins() -> None:
    soc, found = Soc(policy="strict", ram_mib=16, lowmem_mib=12, cma_mib=2, processes=1), groups()
    observer = Observer(soc, found)
    soc.bus.subscribe(observer)
    soc.run(program)
    observer.finish()
    mappings = found["mappings"].hits
    single = ("strict", "single", "TO_DEVICE", "whole lines", "stored", "device")
    assert [bin for bin in mappings if bin[1] == "single"] == [single]
    assert ("strict", "coherent", "BIDIRECTIONAL", "whole lines", "stored", "device, cpu") in mappings
    assert found["bursts"].hits["read", "data", "16 beats", "aligned"] == 2
    assert found["registers"].hits["CH_TAIL.INDEX", "written 1"] == 1
    assert not any(group.contradictions() for group in found.values())


def test_coverage_dat_is_read_and_summed(tmp_path: Path) -> None:
    def point(kind: str, line: int, count: int) -> str:
        return f"C '\x01f\x02/x/rtl/a.sv\x01l\x02{line}\x01page\x02v_{kind}/a\x01o\x02block' {count}\n"

    header = "# SystemC::Coverage-3\n"
    files = [tmp_path / "one.dat", tmp_path / "two.dat"]
    files[0].write_text(header + point("line", 1, 0) + point("line", 2, 3) + point("toggle", 1, 0), encoding="latin-1")
    files[1].write_text(header + point("line", 1, 1) + point("toggle", 1, 0), encoding="latin-1")
    assert verilated.totals(verilated.read(files[:1])) == {"line": (1, 2), "toggle": (0, 1)}
    assert verilated.totals(verilated.read(files)) == {"line": (2, 2), "toggle": (0, 1)}
    assert verilated.totals(verilated.read(files), "/tb/") == {}
    assert np.sum(list(verilated.read(files).values())) == 4
