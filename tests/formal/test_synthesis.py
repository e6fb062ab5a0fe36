# SPDX-License-Identifier: Apache-2.0
"""The engine synthesises without latches, double drivers and resets on data; the checks see each of these."""

from __future__ import annotations

import importlib
import re
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
synthesis = importlib.import_module("synthesis")
yosys = importlib.import_module("yosys")

pytestmark = [
    pytest.mark.deep,
    pytest.mark.timeout(1100),
    pytest.mark.skipif(bool(yosys.missing()), reason="Yosys and z3 are not installed: `make synthesis`"),
]


@pytest.fixture
def rtl(tmp_path: Path) -> Path:
    """A copy of rtl/ to put defects into."""
    return Path(shutil.copytree(ROOT / "rtl", tmp_path / "rtl"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} has to be in {path.name} once"
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_structure_is_clean() -> None:
    found = synthesis.structure(ROOT / "rtl")
    assert found.problems == []
    carried = {name.split(".")[-1] for name in found.data}
    assert {"mem", "spare", "out_data", "carry", "raw", "addr", "m_wdata", "m_araddr", "m_awaddr"} <= carried
    assert found.flip_flops > found.with_reset > 1000


def test_a_second_driver_is_seen(rtl: Path) -> None:
    change(
        rtl / "dma_align.sv",
        "            held <= 1'b0;\n        end",
        "            held <= 1'b0;\n            out_strb <= '0;\n        end",
    )
    with pytest.raises(yosys.ToolError, match="out_strb"):
        synthesis.structure(rtl)


def test_a_latch_is_seen(rtl: Path) -> None:
    change(
        rtl / "fifo.sv",
        "    assign ready = fill != CW'(DEPTH);",
        "    logic open;\n    always @(*) if (fill != 1) open = fill != CW'(DEPTH);\n    assign ready = open;",
    )
    assert any("latch" in problem for problem in synthesis.structure(rtl).problems)


def test_a_reset_on_data_is_seen(rtl: Path) -> None:
    change(
        rtl / "skid.sv",
        "if (in_ready) spare <= in_data;",
        "if (!rst_n) spare <= '0; else if (in_ready) spare <= in_data;",
    )
    assert "reset on data: u_rd.u_r.spare" in synthesis.structure(rtl).problems


def test_an_asynchronous_reset_is_seen(rtl: Path) -> None:
    change(
        rtl / "dma_split.sv",
        "    always_ff @(posedge clk) begin\n        if (ready) valid <= 1'b0;",
        "    always_ff @(posedge clk or negedge rst_n) if (!rst_n) begin\n            valid <= 1'b0;\n            done  <= '0;\n        end else begin\n        if (ready) valid <= 1'b0;",
    )
    change(
        rtl / "dma_split.sv",
        "        if (!rst_n) begin\n            valid <= 1'b0;\n            done  <= '0;\n        end\n    end\n    wire",
        "    end\n    wire",
    )
    problems = synthesis.structure(rtl).problems
    assert "asynchronous reset: $driver$u_rs.valid" in problems


@pytest.mark.parametrize("target", ["generic", "ecp5"])
def test_figures_of_the_documentation(target: str) -> None:
    """Within 5 %: `make synthesis` writes them anew after a change of the engine."""
    measured = getattr(synthesis, target)(ROOT / "rtl")
    page = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| {measured.target} \| (\d+) \| (\d+) \|", page, re.MULTILINE)
    assert row, f"docs/engine.md has no row for {measured.target}"
    assert int(row[1]) == pytest.approx(measured.gates, rel=0.05)
    assert int(row[2]) == pytest.approx(measured.flip_flops, rel=0.05)
