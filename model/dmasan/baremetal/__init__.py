# SPDX-License-Identifier: Apache-2.0
"""Software without an operating system: a flat memory map, static buffers, and the cache primitives of vendors' libraries.

There is no DMA API: nobody checks who owns a buffer, only what the bytes are. Each library is a class over one CPU.
"""

from __future__ import annotations

from dmasan.baremetal.cmsis import Cmsis
from dmasan.baremetal.memory import StaticMemory
from dmasan.baremetal.platform import BareMetal
from dmasan.baremetal.uboot import UBoot
from dmasan.baremetal.xilinx import Xilinx

__all__ = ["BareMetal", "Cmsis", "StaticMemory", "UBoot", "Xilinx"]
