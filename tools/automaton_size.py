# SPDX-License-Identifier: Apache-2.0
"""How many states the sanitizer's automaton has: those that correct programs reach, and those that any program can reach.

    python tools/automaton_size.py [--complete SECONDS] [FAMILY ...]

The complete closure can take minutes and gigabytes; after SECONDS (default 0: left out) the count is printed as a lower bound.
"""

from __future__ import annotations

import argparse
import random
import time
from dataclasses import replace

import numpy as np

from dmasan.arch.family import FAMILIES, Family
from dmasan.config import choose
from dmasan.sanitizer.automaton import LIMIT, Automaton

# Correct pieces of programs, on a byte whose cacheable alias is live. L1 first on the way to the device, L2 first on the way back.
_CLEAN = ("dsb", "issue_clean", "dsb", "outer_clean", "outer_sync")
_FLUSH = ("issue_clean_invalidate", "dsb", "outer_clean_invalidate", "outer_sync")
_BELL = ("dsb", "outer_sync", "doorbell")
_DEVICE_WRITES = ("dev_write_posted", "dev_write_done", "dmb_loads")
_COHERENT = {
    "write": ("store_nc", *_BELL, "dev_read"),
    "read": (*_DEVICE_WRITES, "load_nc"),
    "both": ("store_nc", "load_nc", "store_nc", *_BELL, "dev_read", *_DEVICE_WRITES, "load_nc", "load_nc"),
}
PIECES = {
    "CPU": ("store_wb", "load_wb", "store_wb", "dmb", "load_wb"),
    "line's neighbour": ("neighbour_wb",),
    "TO_DEVICE": ("store_wb", *_CLEAN, *_BELL, "dev_read"),
    "FROM_DEVICE": (
        *("give_up", "issue_invalidate", "dsb", "outer_invalidate", "outer_sync", *_BELL, *_DEVICE_WRITES),
        *("outer_invalidate", "outer_sync", "issue_invalidate", "dsb", "load_wb"),
    ),
    "snooping": ("store_wb", "dsb", "doorbell", "snoop_read"),
} | {
    f"coherent {name}": (*_FLUSH, "alias_dead", *_FLUSH, *piece, *piece, "dsb", "outer_sync", "alias_live")
    for name, piece in _COHERENT.items()
}


def correct(family: Family, pieces: int = 3000) -> int:
    """The states that random sequences of correct pieces reach. Raises AssertionError if one of them is flagged."""
    # Of one CPU: where maintenance is local, a correct program has to pin the line. And where it does not wait for stores,
    # a correct program does.
    automaton, draw = Automaton(replace(family, broadcast=True)), random.Random(20110701)
    byte = np.zeros(1, np.uint16)
    automaton.apply("alias_live", byte)
    for _ in range(pieces):
        piece = draw.choice(list(PIECES))
        for name in PIECES[piece] if family.maintenance_waits else ("dsb", *PIECES[piece]):
            assert automaton.apply(name, byte) is None, f"{family.name}: {name} in {piece}"
    return len(automaton.states)


def complete(family: Family, seconds: float) -> str:
    """The states that any sequence of operations reaches; a lower bound if time or the table's room runs out."""
    automaton, end, done = Automaton(family), time.monotonic() + seconds, 0
    while done < len(automaton.states):
        if time.monotonic() > end or len(automaton.states) > LIMIT:
            return f"more than {len(automaton.states):,}"
        for column in automaton.columns.values():
            automaton.compute(column, done)
        done += 1
    return f"{done:,}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("family", nargs="*", default=list(FAMILIES))
    parser.add_argument("--complete", type=float, default=0, metavar="SECONDS")
    options = parser.parse_args()
    for name in options.family:
        family = FAMILIES[choose("family", name, FAMILIES)]
        line = f"{name}: correct programs reach {correct(family)} states"
        if options.complete:
            line += f", any program {complete(family, options.complete)}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
