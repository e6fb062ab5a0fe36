# SPDX-License-Identifier: Apache-2.0
"""`dmasan run --witness N`: from latent to manifest, by a schedule in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

PROGRAM = """
from dmasan.device.driver import DmaEngine

async def program(soc):
    engine = await DmaEngine.probe(soc)
    source = await soc.dma.alloc_coherent(4096, "source")
    target = await soc.dma.alloc_coherent(4096, "target")
    await soc.cpu(0).fill(source.cpu_addr, 4096, 0x5A)
    await engine.memcpy(target.dma_handle, source.dma_handle, 4096)
    await soc.cpu(0).read(target.cpu_addr, 4096)
"""


@pytest.fixture
def own(tmp_path: Path) -> str:
    (tmp_path / "own.py").write_text(PROGRAM)
    return "own.py"


def test_a_latent_hazard_becomes_manifest_by_its_witness(dmasan, own: str) -> None:  # type: ignore[no-untyped-def]
    where = ("run", own, "--backend", "model", "--policy", "double_map", "--quiet")
    told = dmasan(*where, "--witness", "2")
    assert told.status == 1
    assert "latent[SPEC_FORBIDDEN]" in told.out and "manifest[" not in told.out
    assert "witness of hazard 2: fill l2" in told.out
    assert "replayed: manifest at " in told.out
    file = Path("build/run/witness-2.jsonl")
    again = dmasan(*where, "--schedule", f"replay:{file}")
    assert again.status == 1
    assert "manifest[SPEC_FORBIDDEN]" in again.out


@pytest.mark.parametrize(
    ("number", "sentence"),
    [("7", "no hazard of that number, allowed is 1 to 2"), ("0", "allowed is 1 and above"), ("x", "allowed is 1 and above")],
)  # fmt: skip
def test_a_number_that_is_none_is_refused(dmasan, own: str, number: str, sentence: str) -> None:  # type: ignore[no-untyped-def]
    told = dmasan("run", own, "--backend", "model", "--policy", "double_map", "--quiet", "--witness", number)
    assert told.status == 2
    assert sentence in told.refusal()
