# SPDX-License-Identifier: Apache-2.0
"""A pyuvm environment around the engine: agents, a memory system that owns the `Soc`, scoreboard, sequences.

Reading order: `items`, `register_agent`, `memory_agent`, `interrupt_agent`, `memory_system`, `scoreboard`, `env`,
`register_sequences`, `sequences`. A test derives from `DmasanTest` and runs by `run_uvm_test` as a job of `simulate.run_job`.
"""

from cocotbext.dmasan.uvm.base_test import DmasanTest, run_uvm_test
from cocotbext.dmasan.uvm.env import DmasanEnv

__all__ = ["DmasanEnv", "DmasanTest", "run_uvm_test"]
