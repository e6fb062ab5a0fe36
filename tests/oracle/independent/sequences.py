# SPDX-License-Identifier: Apache-2.0
"""Random sequences of operations, and shorter ones of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from independent.explore import explorer, faults, translations, translations_after
from independent.family import Family

LONGEST = 8
"""Operations."""


NOT_WITH_COLOURS = frozenset({"sdr", "sdw"})
"""ARM926EJ-S and ARM1176JZ-S have no coherent port."""


@dataclass(frozen=True)
class Sequence:
    ops: tuple[str, ...]
    alias_live: bool = True

    def __str__(self) -> str:
        return " ".join(self.ops) + ("" if self.alias_live else "  (no cacheable alias)")


def drawn_from(family: Family) -> dict[str, bool]:
    """Names of operations that are drawn for a family, in a fixed order, and whether each returns a value."""
    return {
        name: bool(operation.values or operation.load)
        for name, operation in explorer(family).operations.items()
        if not (family.colours and name in NOT_WITH_COLOURS)
    }


def random_sequence(rng: Random, family: Family) -> Sequence:
    """A few kinds of operation make up each sequence, so that they meet; a read ends it."""
    alias_live = rng.random() < 0.9
    there = translations(alias_live)
    returns = drawn_from(family)
    reads = [name for name, value in returns.items() if value]
    few = [*rng.sample(list(returns), rng.randint(3, 7)), rng.choice(reads), rng.choice(("WB", "NC", "dw"))]
    ops = ["mix"] if family.mixes and rng.random() < 0.7 else []
    there = "mixed" if ops else there
    for _ in range(rng.randint(2, LONGEST - 1 - len(ops))):
        ops.append(rng.choice([name for name in few if not faults(name, there)] or ["dw"]))
        there = translations_after(ops[-1], there)
    ops.append(rng.choice([name for name in few if returns[name] and not faults(name, there)] or ["dr"]))
    return Sequence(tuple(ops), alias_live)


def shorter(sequence: Sequence) -> Iterator[Sequence]:
    """One operation left out, where this makes no access illegal."""
    for index in range(len(sequence.ops)):
        cut = Sequence(sequence.ops[:index] + sequence.ops[index + 1 :], sequence.alias_live)
        if legal(cut):
            yield cut


def legal(sequence: Sequence) -> bool:
    """Every cacheable access has a translation."""
    there = translations(sequence.alias_live)
    for name in sequence.ops:
        if faults(name, there):
            return False
        there = translations_after(name, there)
    return True
