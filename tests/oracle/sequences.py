# SPDX-License-Identifier: Apache-2.0
"""Seeded random sequences of operations on one byte, weighted so that something can be seen."""

from __future__ import annotations

import random
from dataclasses import dataclass

from byte_machine import NEED_LIVE_ALIAS, READS, Machine

LONGEST = 8
"""Operations in one sequence, at most."""

WEIGHTS: dict[str, dict[str, int]] = {
    "cpu stores": {"WB": 10, "NC": 10},
    "cpu loads": {"rWB": 7, "rNC": 6},
    "maintenance": {"cl": 5, "iv": 5, "ci": 4, "clx": 3, "ivx": 3, "cix": 2},
    "barriers": {"dsb": 7, "dmb": 4, "bell": 2},
    "device": {"dw": 6, "dwx": 4, "db": 3, "dr": 9},
    "snooping device": {"sdr": 4, "sdw": 3},
    "alias": {"um": 3},
}
OUTER = {"cl2": 4, "iv2": 4, "ci2": 3, "osync": 5}
"""Operations of the outer cache; families without one get them now and then: there they do nothing."""
OTHERS = {"oWB": 2, "oNC": 3, "orWB": 3, "orNC": 3, "ocl": 2, "oiv": 1, "oci": 1}
ORDER = {"rmb": 5, "dmbst": 3}
WRITE_THROUGH = {"WT": 6, "rWT": 5}
COLOURS = {"yWB": 8, "yrWB": 6, "ycl": 4, "yiv": 4, "yci": 4, "yclx": 2, "yivx": 2, "ycix": 2}
SNOOPING = ("sdr", "sdw")


@dataclass(frozen=True)
class Sequence:
    """One program on one byte; `alias_live` says whether the cacheable alias is live at its start."""

    ops: tuple[str, ...]
    alias_live: bool

    def __str__(self) -> str:
        return " ".join(self.ops) + ("" if self.alias_live else "   (alias dead from the start)")


def weights(machine: Machine) -> dict[str, int]:
    """Operation -> weight, flat."""
    flat = {op: weight for group in WEIGHTS.values() for op, weight in group.items()}
    flat |= OTHERS | ORDER | {"walk": 2} | (OUTER if machine.outer else dict.fromkeys(OUTER, 1))
    flat |= WRITE_THROUGH if machine.write_through else dict.fromkeys(WRITE_THROUGH, 1)
    if machine.colours:
        return {op: weight for op, weight in (flat | COLOURS).items() if op not in SNOOPING and op not in OTHERS}
    return flat


def legal(ops: tuple[str, ...], alias_live: bool) -> bool:
    """At least one read, and no cacheable access through a dead alias (it would fault)."""
    for op in ops:
        if op in NEED_LIVE_ALIAS and not alias_live:
            return False
        alias_live = alias_live and op != "um"
    return any(op in READS for op in ops)


def random_sequence(rng: random.Random, machine: Machine) -> Sequence:
    """Two to LONGEST operations, long ones more often, the last of them a read."""
    flat = weights(machine)
    while True:
        alias_live = rng.random() < 0.92
        length = max(rng.randint(2, LONGEST), rng.randint(2, LONGEST))
        ops = rng.choices(list(flat), list(flat.values()), k=length)
        if ops[-1] not in READS:
            ops[-1] = rng.choice([op for op in ("dr", "dr", "rWB", "rNC", "sdr") if op in flat])
        if legal(tuple(ops), alias_live):
            return Sequence(tuple(ops), alias_live)


def shorter(sequence: Sequence) -> list[Sequence]:
    """The legal sequences that leave out one operation."""
    ops = sequence.ops
    candidates = [ops[:place] + ops[place + 1 :] for place in range(len(ops))]
    return [Sequence(cut, sequence.alias_live) for cut in candidates if legal(cut, sequence.alias_live)]
