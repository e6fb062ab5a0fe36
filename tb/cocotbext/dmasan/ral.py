# SPDX-License-Identifier: Apache-2.0
"""The engine's registers as a pyuvm register model, generated from rtl/dma.rdl (rtl/gen/dma_ral.py)."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

from pyuvm import uvm_reg_block

from cocotbext.dmasan import hdl

MODULE = "dmasan_generated_ral"


def register_model(name: str = "dma") -> Any:
    """A built and locked `uvm_reg_block`: registers by name (`block.CTRL`), those of channel n in `block.ch[n]`.

    It has the channels that rtl/gen was generated for. Its map `block.get_default_map()` still needs a sequencer and
    an adapter before registers can be read and written; offsets are in bytes from the device's first register.
    """
    if MODULE not in sys.modules:
        path = hdl.rtl() / "gen" / "dma_ral.py"
        found = importlib.util.spec_from_file_location(MODULE, path)
        assert found is not None and found.loader is not None
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        sys.modules[MODULE] = module
    block: uvm_reg_block = sys.modules[MODULE].dma(name)
    block.build()
    block.lock_model()
    return block
