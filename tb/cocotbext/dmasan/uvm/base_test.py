# SPDX-License-Identifier: Apache-2.0
"""The base of tests in this environment, and the job that runs one."""

from __future__ import annotations

from typing import Any

from pyuvm import ConfigDB, uvm_root, uvm_test

from cocotbext.dmasan.backend import RtlBackend
from cocotbext.dmasan.uvm.env import DmasanEnv
from dmasan.config import RunError


class DmasanTest(uvm_test):
    """`cell` are the arguments of the `Soc`. A test overrides `main`; factory overrides go into `overrides`."""

    cell: dict[str, Any] = {"policy": "strict"}  # noqa: RUF012 (replaced by subclasses, never changed)
    told: dict[str, Any] = {}  # noqa: RUF012
    backend: RtlBackend

    def overrides(self) -> None:
        """Called before anything is built."""

    def build_phase(self) -> None:
        ConfigDB().set(None, "*", "BACKEND", type(self).backend)
        ConfigDB().set(None, "*", "CELL", self.cell)
        self.overrides()
        self.env = DmasanEnv.create("env", self)

    async def run_phase(self) -> None:
        self.raise_objection()
        await self.main()
        self.backend.finish()
        self.drop_objection()

    async def main(self) -> None:
        raise NotImplementedError


async def run_uvm_test(backend: RtlBackend, module: str, name: str) -> dict[str, Any]:
    """Runs the test class `name` of `module`; what it put into `told`. Raises RunError for a check that failed."""
    import importlib

    cls: type[DmasanTest] = getattr(importlib.import_module(module), name)
    cls.backend = backend
    cls.told = {}
    try:
        await uvm_root().run_test(cls)
    except AssertionError as error:
        raise RunError(f"{name}: {error}") from error
    return cls.told
