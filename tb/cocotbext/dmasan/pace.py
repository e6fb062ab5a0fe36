# SPDX-License-Identifier: Apache-2.0
"""How the memory port behaves towards its master: `pace_t` of tb/hdl/dmasan_dpi_pkg.sv."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Sample(IntEnum):
    """When a read burst samples memory: with its first beat, when its address is accepted, or beat by beat."""

    AT_RESPONSE = 0
    AT_ACCEPT = 1
    PER_BEAT = 2


# Fields of pace_t from the most significant one, with their bits.
_FIELDS = (
    *(("reorder", 1), ("sample", 2), ("b_delay", 16), ("aw_hold", 8), ("w_hold", 8)),
    *((name, 8) for name in ("stall_ar", "stall_aw", "stall_w", "gap_r", "gap_b")),
)


@dataclass(frozen=True)
class Pace:
    """All zero is the fastest port.

    `reorder`: R bursts of different IDs out of order. `b_delay`: cycles that a B comes later than the port's latency.
    `aw_hold`: cycles that an AW waits for AWREADY, while write data is accepted. `w_hold`: write data is not accepted
    before so many AWs wait (or 255 cycles have passed). `stall_*`: chance per cycle, in 256, that READY is low; `gap_*`:
    that the next R beat or B is not offered yet.
    """

    reorder: bool = False
    sample: Sample = Sample.AT_RESPONSE
    b_delay: int = 0
    aw_hold: int = 0
    w_hold: int = 0
    stall_ar: int = 0
    stall_aw: int = 0
    stall_w: int = 0
    gap_r: int = 0
    gap_b: int = 0

    def word(self) -> int:
        """As the port takes it. Raises ValueError for a field that is out of its range."""
        word = 0
        for name, bits in _FIELDS:
            value = int(getattr(self, name))
            if not 0 <= value < 1 << bits:
                raise ValueError(f"pace {name}: {value} is out of range, allowed is 0 to {(1 << bits) - 1}")
            word = word << bits | value
        return word
