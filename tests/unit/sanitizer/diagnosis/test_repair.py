# SPDX-License-Identifier: Apache-2.0
"""The repair names the edit that a driver's author would make, and it is shown to be enough."""

from __future__ import annotations

from contextlib import suppress

import pytest
from bug_stories import BUGS, Bug

from dmasan.device.transaction import DmaError
from dmasan.sanitizer import Hazard
from dmasan.sanitizer.diagnosis.edits import CLEAN, INVALIDATE, insert
from dmasan.sanitizer.diagnosis.record import Record
from dmasan.sanitizer.diagnosis.repair import Bench
from dmasan.sanitizer.diagnosis.replay import replay
from dmasan.soc import Soc

pytestmark = pytest.mark.thorough

SMALL = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1}
EXPECTED = {
    "missing clean": "insert a clean of buffer (inner cache, then outer) before bug_stories.py:",
    "missing invalidate": "insert an invalidate of buffer (outer cache, then inner) before bug_stories.py:",
    "invalidate too early": "insert an invalidate of buffer (outer cache, then inner) before bug_stories.py:",
    "dirty over DMA": "insert a clean of buffer (inner cache, then outer) before bug_stories.py:",
    "flush over DMA": "insert a clean of buffer (inner cache, then outer) before bug_stories.py:",
    "wrong direction": "map buffer DMA_FROM_DEVICE at bug_stories.py:",
    "wrong range, behind": "let the maintenance at bug_stories.py:",
    "wrong range, short": "let the maintenance at bug_stories.py:",
    "sync beside": "insert dma_sync_single_for_device(table, DMA_TO_DEVICE) before bug_stories.py:",
    "PIO into a mapping": "unmap buffer before the CPU fills it: move bug_stories.py:",
    "shared line": "give buffer lines of its own",
    "lost neighbour": "give buffer lines of its own",
    "CPU writes what the device owns": "insert dma_sync_single_for_cpu(buffer, DMA_TO_DEVICE) before bug_stories.py:",
    "CPU reads what the device owns": "insert dma_sync_single_for_cpu(buffer, DMA_FROM_DEVICE) before bug_stories.py:",
    "device uses what is unmapped": "insert dma_map_single(buffer, DMA_FROM_DEVICE) before bug_stories.py:",
    "read through a second alias": "use buffer through aliases with the same attributes only",
    "dirty in a second alias": "use buffer through aliases with the same attributes only",
    "no barrier before the doorbell": "insert wmb() (dsb and outer_sync) before the doorbell at bug_stories.py:",
    "outer cache not cleaned": "insert outer_clean_range(buffer) before bug_stories.py:",
    "outer cache behind the inner": "insert outer_inv_range(buffer) before bug_stories.py:",
    "no outer sync": "insert outer_sync() before the doorbell at bug_stories.py:",
    "live alias": "end the cacheable alias of ",
    "hardware more coherent than software": "let all of the device's accesses not snoop",
    "hardware less coherent than software": "let all of the device's accesses snoop",
    "lost CPU data": "insert a clean of buffer",
    "ring in cacheable memory": "put ring into Non-cacheable memory",
}


def found(bug: Bug) -> tuple[Soc, Hazard]:
    soc = Soc(policy=bug.policy, **{**SMALL, **bug.knobs})
    with suppress(DmaError):
        soc.run(bug.program())
    return soc, soc.hazards[0]


@pytest.mark.parametrize("name", EXPECTED)
def test_the_repair_is_what_an_author_would_do_and_is_verified(name: str) -> None:
    _, hazard = found(BUGS[name])
    assert hazard.repair is not None
    assert hazard.repair.startswith(EXPECTED[name]), hazard.repair
    assert hazard.repair_verified


def test_a_repair_that_keeps_no_rule_is_not_called_verified() -> None:
    _, hazard = found(BUGS["buffer of a former owner"])
    assert hazard.repair is not None and hazard.repair.startswith("free buffer when the device is done")
    assert not hazard.repair_verified


def test_an_edit_that_does_not_cure_or_that_breaks_something_else_is_refused() -> None:
    soc, _ = found(BUGS["missing clean"])
    core = soc.sanitizer
    (root,) = [[core._diagnosis._judge(incident)] for incident in core.log.incidents]
    record = Record(core.history)
    bench = Bench(root, record, replay(core.family))
    assert bench.prepare()
    last = float(root[0].incident.seen)
    store = next(float(t.number) for t in root[0].evidence.touches if t.operation == "store_wb")
    assert bench.cures(insert("clean in time", [store + 0.5], CLEAN))
    assert not bench.cures(insert("clean too late", [last + 0.5], CLEAN))
    assert not bench.cures(insert("clean too early", [store - 0.5], CLEAN))
    assert not bench.cures(insert("throw the data away", [store + 0.5], INVALIDATE))


def test_the_record_tells_the_stories_of_the_history() -> None:
    soc, hazard = found(BUGS["shared line"])
    history = soc.sanitizer.history
    record = Record(history)
    for address in (hazard.byte, hazard.byte + 8, hazard.address - 64):
        assert record.story(address) == list(history.of(address))
    home = hazard.address & -32
    told = {address: record.story(address) for address in range(home, home + 32)}
    cuts = record.boundaries(home, 32)
    for address in range(home, home + 32):
        start = max(cut for cut in cuts if cut <= address)
        assert [t.operation for t in told[address]] == [t.operation for t in told[start]]
