# SPDX-License-Identifier: Apache-2.0
"""Descriptions of designs for the tests, as TOML text, and what a run of `dmasan attach` told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cocotbext.dmasan import cli

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
STREAM_DMA = EXAMPLES / "stream_dma" / "stream_dma.toml"
ENGINE = EXAMPLES / "attach_engine" / "engine.toml"
SOURCES = f'sources = ["{EXAMPLES}/stream_dma/stream_dma.v", "{HERE}/variants.v"]'

SPLIT = f"""
[design]
top = "split_copy"
{SOURCES}
clock = "clk"
reset = "rst_n"
interrupt = "done"

[[memory]]
prefix = "wr_"

[[memory]]
prefix = "rd_"

[stream]
descriptor = "d_"
descriptor_fields = ["src", "dst", "len"]
status = "s_"
status_fields = ["code"]

[driver]
class = "{HERE}/variants.py:SplitCopy"
"""

AXI3 = f"""
[design]
top = "axi3_copy"
{SOURCES}
clock = "aclk"
reset = "areset"
reset_active = "high"

[[memory]]
prefix = "m_"
protocol = "axi3"
data_width = 32

[bus]
base = 0x10000000

[stream]
descriptor = "s_t"
descriptor_fields = ["data"]
status = "m_t"
status_fields = ["data"]

[driver]
class = "{HERE}/variants.py:Axi3Copy"
"""

OVER_READ = f"""
[design]
top = "over_read_copy"
sources = ["{EXAMPLES}/stream_dma/stream_dma.v", "{HERE}/over_read.v"]
clock = "clk"
reset = "rst_n"
over_read = 64

[[memory]]
prefix = "m_"

[stream]
descriptor = "d_"
descriptor_fields = ["src", "dst", "len"]
status = "s_"
status_fields = ["code"]

[driver]
class = "{HERE}/variants.py:OverReadCopy"
"""

TWO_CLOCKS = f"""
[design]
top = "two_clock_copy"
sources = ["{EXAMPLES}/stream_dma/stream_dma.v", "{HERE}/two_clocks.v"]
clock = "clk"
reset = "rst_n"

[[memory]]
prefix = "m_"

[registers]
prefix = "s_"
clock = "pclk"
clock_ns = 23.0
reset = "presetn"

[driver]
class = "{HERE}/variants.py:TwoClockCopy"
"""


def with_fault(name: str, folder: Path) -> Path:
    """The description of stream_dma with one of its faults planted."""
    text = STREAM_DMA.read_text(encoding="utf-8")
    for file in ("stream_dma.v", "stream_dma.py"):
        text = text.replace(f'"{file}', f'"{STREAM_DMA.parent}/{file}')
    text = text.replace("DATA_W = 64 }", f"DATA_W = 64, {name} = 1 }}")
    assert name in text
    return written(text, folder)


def written(text: str, folder: Path) -> Path:
    path = folder / "design.toml"
    path.write_text(text, encoding="utf-8")
    return path


def attach(path: Path, out: Path, scenarios: Sequence[str] = (), *more: str) -> tuple[int, dict[str, Any]]:
    """Status and document of a run."""
    chosen = [word for name in scenarios for word in ("--scenario", name)]
    status = cli.main(["attach", str(path), "--quiet", "--out", str(out), *chosen, *more])
    file = out / "attach.json"
    return status, json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def rules(document: dict[str, Any]) -> dict[str, set[str]]:
    """What was found, by scenario: rules and hazard codes."""
    return {
        each["name"]: {f["rule"] for f in each["found"]} | {h["code"] for h in each["hazards"]}
        for each in document["scenarios"]
        if each["outcome"] == "found"
    }
