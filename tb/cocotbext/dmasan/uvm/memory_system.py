# SPDX-License-Identifier: Apache-2.0
"""The component that owns the `Soc`: CPUs, caches, kernel and sanitizer around the device."""

from __future__ import annotations

from typing import Any

from pyuvm import ConfigDB, uvm_component

from cocotbext.dmasan.backend import RtlBackend
from dmasan.soc import Soc


class MemorySystem(uvm_component):
    """`CELL` of the configuration database has the arguments of `Soc` (profile, policy, era, schedule, seed, knobs)."""

    def build_phase(self) -> None:
        self.backend: RtlBackend = ConfigDB().get(self, "", "BACKEND")
        cell: dict[str, Any] = ConfigDB().get(self, "", "CELL")
        self.soc = Soc(backend=self.backend, **cell)
