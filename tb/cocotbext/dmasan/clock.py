# SPDX-License-Identifier: Apache-2.0
"""The clock that the simulator's main program drives (tb/hdl/sim_main.cpp).

It is several times as fast as `cocotb.clock.Clock`, which goes through VPI at each edge. cocotb's triggers see it as
any other signal, and `Clock` itself still works in such a simulator, for as long as this one is not started.
"""

from __future__ import annotations

import ctypes

from cocotb.utils import get_sim_steps

from dmasan.config import RunError


def start_clock(period_ns: float) -> None:
    """Starts the design's clock with `period_ns` ns per cycle; the first edge is half a period from now."""
    half = get_sim_steps(period_ns / 2, "ns", round_mode="round")
    if half < 1:
        raise RunError(f"a clock period of {period_ns:g} ns is less than two steps of the simulator")
    try:
        start = ctypes.CDLL(None).dmasan_clock_start
    except AttributeError:
        raise RunError("the simulator was built with another main program than sim_main.cpp") from None
    start.argtypes, start.restype = (ctypes.c_uint64,), None
    start(half)


def clock_cycles() -> int:
    """Cycles of the clock so far; it is gated while the design is quiet."""
    edges = ctypes.CDLL(None).dmasan_clock_edges
    edges.argtypes, edges.restype = (), ctypes.c_uint64
    return int(edges()) // 2
