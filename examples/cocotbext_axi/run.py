# SPDX-License-Identifier: Apache-2.0
"""Builds the engine with cocotb's own runner and runs both test benches: `python examples/cocotbext_axi/run.py`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cocotb_tools.runner import get_runner

from cocotbext.dmasan import hdl, toolchain

HERE = Path(__file__).parent


def main(folder: str = "build/cocotbext_axi") -> None:
    """Raises or exits with the runner's status if a test fails."""
    os.environ.update(toolchain.find().environment)
    sources = [hdl.rtl() / line for line in (hdl.rtl() / "files.f").read_text().split() if line.endswith(".sv")]
    runner = get_runner("verilator")
    runner.build(
        sources=[hdl.rtl() / "lint.vlt", *sources],
        hdl_toplevel="dma_top",
        build_args=["--timing", "-Wno-fatal"],
        parameters={"NCH": 1},
        timescale=("1ns", "1ps"),
        build_dir=folder,
    )
    sys.path.insert(0, str(HERE))
    for name in ("test_before", "test_after"):
        runner.test(hdl_toplevel="dma_top", test_module=name, build_dir=folder, test_dir=folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
