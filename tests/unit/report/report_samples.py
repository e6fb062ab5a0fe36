# SPDX-License-Identifier: Apache-2.0
"""Small results for the tests of the reports."""

from __future__ import annotations

from dmasan.events import Site
from dmasan.report.results import Comparison, Cost, Finding, HazardCount, Row, Run, Simulated
from dmasan.sanitizer import Code, Effect, Hazard, State
from dmasan.sanitizer.hazards import Consequence, Repair

COST = Cost(1248, 12, 60, 8, 624, 126_843, 126_843, 1240, 16 << 20)
WRITER = Site(__file__, 1)
SIM = Simulated(123_456, 2.5, 811_800)


def hazard(number: int = 1, state: State = State.MANIFEST, writer: Site = WRITER) -> Hazard:
    return Hazard(
        id=number,
        code=Code.MISSING_CLEAN,
        effect=Effect.STALE_DEVICE_READ,
        state=state,
        site=Site(__file__, 3),
        writer=writer,
        culprit="policy double_map",
        buffer="source",
        address=0x8100_0010,
        start=16,
        length=64,
        wrong=48,
        manifest_bytes=48 if state is State.MANIFEST else 0,
        alias="device",
        copies="L2 dirty stale, memory latest",
        time_ns=1234.5,
        step="zero through the linear map",
        because="no clean comes between the store and the read",
        consequences=(Consequence(Code.MISSING_INV, Effect.STALE_CPU_READ, Site(__file__, 5)),),
        find_repair=lambda: Repair("insert dma_sync_single_for_device(...)", verified=True),
    )


def run(*hazards: Hazard) -> Run:
    cell = {"policy": "double_map", "profile": "cortex-a9-pl310", "era": "v6.19", "knobs": {"cpus": 2}}
    findings = tuple(Finding.of(each, 32) for each in hazards)
    return Run("frame", cell, 1, "adversarial", "model", findings, ("a note",), None, COST, SIM)


def row(policy: str, override: bool | None, verdict: str, *hazards: HazardCount, wrong: int = 0) -> Row:
    return Row(
        policy, "cortex-a9-pl310", "v6.19", override, verdict, None, hazards, (), wrong, ("c.png",), COST, SIM
    )


def comparison() -> Comparison:
    rows = (
        row(
            "remap_in_place",
            False,
            "manifest",
            HazardCount("MISSING_CLEAN", 12, 3),
            HazardCount("DIRTY_OVER_DMA", 2, 1),
            wrong=405_900,
        ),
        row("strict", True, "clean"),
        Row("highmem_only", "cortex-a9-pl310", "v6.19", None, "not_applicable", "there is no highmem"),
    )
    return Comparison("picture.png", 405_900, "adversarial", 1, "rtl", rows)
