# SPDX-License-Identifier: Apache-2.0
"""The proofs of rtl/formal hold, and each of them fails on modules with a seeded defect."""

from __future__ import annotations

import importlib
import re
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
formal = importlib.import_module("formal")
yosys = importlib.import_module("yosys")

installed = pytest.mark.skipif(bool(yosys.missing()), reason="Yosys and z3 are not installed: `make formal`")

DEFECTS = [  # module, parameters, the line's text, its defective text, a property that must fail
    ("fifo", "DEPTH=5 CREDIT=0", "p == PW'(DEPTH - 1) ? '0 : p + 1'b1", "p + 1'b1", "pointers_agree"),
    ("fifo", "DEPTH=3 CREDIT=0", "fill != CW'(DEPTH)", "fill != CW'(DEPTH - 1)", "ready_is_room"),
    ("fifo", "DEPTH=5 CREDIT=1", "space - take + CW'(pop)", "space - CW'(take != 0) + CW'(pop)", "credit_sum"),
    ("fifo", "DEPTH=3 CREDIT=1", "space - take + CW'(pop)", "space - take + CW'(1)", "credit_sum"),
    ("fifo", "DEPTH=5 CREDIT=1", "if (push) mem[wp]", "if (push && !pop) mem[wp]", "word_kept"),
    ("fifo", "DEPTH=5 CREDIT=1", "fill + CW'(push) - CW'(pop)", "fill + CW'(push && !pop)", "fill_counts"),
    ("skid", "", "held ? spare : in_data", "in_data", "word_kept"),
    ("skid", "", "if (in_ready) spare", "spare", "word_kept"),
    ("skid", "", "out_valid <= held || in_valid", "out_valid <= in_valid", "valid_counts"),
    ("skid", "", "if (!out_valid || out_ready) out_data", "out_data", "stable_output"),
    ("dma_split", "DATA_W=64", "(CHUNK_W+1)'(4096) -", "(CHUNK_W+1)'(8192) -", "within_4k"),
    ("dma_split", "DATA_W=64", "(chunk.max_len) + 1'b1)", "(chunk.max_len) + 2'd2)", "max_burst"),
    ("dma_split", "DATA_W=64", "<< SH) - (CHUNK_W+1)'(a[SH-1:0])", "<< SH)", "max_burst"),
    ("dma_split", "DATA_W=64", "n = to_limit[CHUNK_W-1:0]", "n = to_limit[CHUNK_W-1:0] - 1'b1", "as_long_as_can"),
    ("dma_split", "DATA_W=64", "(n) - 1'b1) >> SH", "(n)) >> SH", "beats_of_bytes"),
    ("dma_split", "DATA_W=64", "'0 : done + n", "'0 : n", "cut_so_far"),
    ("dma_split", "DATA_W=64", "if (cut_off) done <= '0;", "", "cut_so_far"),
    ("dma_split", "DATA_W=64", "ends  = n == remaining", "ends  = n == remaining || n == to_page[12:0]", "last_is_rest"),
    ("dma_split", "DATA_W=64", "&& !cut_off;", ";", "next_at_once"),
    ("dma_split", "DATA_W=64", "if (load) begin\n            addr", "if (chunk_valid) begin\n            addr", "stable_burst"),
]  # fmt: skip


def proof_of(module: str, parameters: str) -> formal.Proof:
    pairs = tuple((name, int(value)) for name, value in (each.split("=") for each in parameters.split()))
    return formal.Proof(module, 9 if module == "fifo" else 6, pairs)


@pytest.mark.deep
@pytest.mark.timeout(900)
@installed
@pytest.mark.parametrize("proof", formal.PROOFS, ids=lambda proof: proof.name)
def test_properties_hold_at_every_time(proof: formal.Proof, tmp_path: Path) -> None:
    outcome = formal.prove(proof, ROOT / "rtl", tmp_path)
    assert outcome.proved, outcome


@pytest.mark.deep
@pytest.mark.timeout(900)
@installed
@pytest.mark.parametrize(("module", "parameters", "right", "wrong", "label"), DEFECTS)
def test_a_seeded_defect_breaks_the_proof(
    module: str, parameters: str, right: str, wrong: str, label: str, tmp_path: Path
) -> None:
    rtl = tmp_path / "rtl"
    rtl.mkdir()
    for path in (ROOT / "rtl").glob("*.sv"):
        shutil.copy(path, rtl)
    source = rtl / f"{module}.sv"
    text = source.read_text(encoding="utf-8")
    assert text.count(right) == 1, f"{right!r} has to be in {module}.sv once"
    source.write_text(text.replace(right, wrong), encoding="utf-8")

    proof = proof_of(module, parameters)
    failed = formal.bounded(proof, formal.translate(proof, rtl, tmp_path))
    assert label in failed


def test_defects_cover_every_module() -> None:
    assert {module for module, *_ in DEFECTS} == {proof.module for proof in formal.PROOFS}


@pytest.mark.parametrize("module", sorted({proof.module for proof in formal.PROOFS}))
def test_each_property_is_in_the_documentation_with_its_depth(module: str) -> None:
    page = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")
    section = page.split(f"### `{module}`\n")[1].split("\n## ")[0].split("\n### ")[0]
    names = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert names == [*formal.labels(module, "assert")]
    assert len(names) >= 9
    for proof in formal.PROOFS:
        if proof.module == module:
            parameters = ", ".join(f"{name} {value}" for name, value in proof.parameters) or "defaults"
            assert f"| {parameters} | {proof.depth} |" in section
