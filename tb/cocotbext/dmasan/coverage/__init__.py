# SPDX-License-Identifier: Apache-2.0
"""Functional coverage of what matters here, as JSON that merges over runs, and Verilator's of the RTL.

`groups` has the bins, `observer` fills them from a SoC's events, `rtl` reads coverage.dat.
"""

from cocotbext.dmasan.coverage.group import Group
from cocotbext.dmasan.coverage.groups import groups
from cocotbext.dmasan.coverage.observer import Observer

__all__ = ["Group", "Observer", "groups"]
