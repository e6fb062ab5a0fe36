# SPDX-License-Identifier: Apache-2.0
"""The public names exist, are documented, and let a driver be checked in a few lines."""

from __future__ import annotations

import importlib
import inspect

import pytest

import dmasan

PUBLIC = {
    "dmasan": dmasan.__all__,
    "dmasan.sanitizer": ["Code", "Effect", "Hazard", "Sanitizer", "State", "may_return"],
    "dmasan.soc": ["HazardsFound", "Soc"],
    "dmasan.device.driver": ["DmaEngine"],
    "dmasan.schedule": [
        "Benign",
        "Move",
        "MoveKind",
        "Point",
        "RandomMoves",
        "Recorder",
        "Replay",
        "Schedule",
    ],
    "dmasan.linux.policies": ["POLICIES", "resolve", "sound"],
}


@pytest.mark.parametrize(("module", "name"), [(m, n) for m, names in PUBLIC.items() for n in names])
def test_public_name(module: str, name: str) -> None:
    thing = getattr(importlib.import_module(module), name)
    if inspect.isclass(thing) or inspect.isfunction(thing):
        assert inspect.getdoc(thing), f"{module}.{name} has no docstring"


def test_a_world_by_its_documented_names() -> None:
    soc = dmasan.Soc(
        profile="cortex-a9-pl310", policy="strict", era="v6.19", schedule="benign", seed=3, cpus=1
    )

    async def program(soc: dmasan.Soc) -> int:
        buffer = await soc.dma.alloc_coherent(4096, "ring")
        await soc.cpu(0).str_(buffer.cpu_addr, 0xC0FFEE)
        await soc.io.wmb()
        value = await soc.cpu(0).ldr(buffer.cpu_addr)
        await soc.dma.free_coherent(buffer)
        return value

    assert soc.run(program) == 0xC0FFEE
    assert soc.device.cycles >= 0
    soc.expect_clean()
    assert soc.hazards == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"profile": "z80"},
        {"policy": "hope"},
        {"era": "v1.0"},
        {"schedule": "kind"},
        {"cpus": 9},
        {"nonsense": 1},
    ],
)
def test_unknown_names_and_values_are_wrong_usage(wrong: dict[str, object]) -> None:
    with pytest.raises(dmasan.UsageError, match="allowed"):
        dmasan.Soc(**wrong)  # type: ignore[arg-type]
