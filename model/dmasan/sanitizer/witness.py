# SPDX-License-Identifier: Apache-2.0
"""A schedule that makes a latent hazard manifest: a path through the relation that ends in the stale read.

The operations that reached one byte are known, each with its point. The hidden moves of the path between them, keyed by
these points, are a schedule that any backend can replay. A lost update shows in the first read behind it.

The search prefers what the concrete machine does too: there maintenance and device writes take effect when issued, and
a fill of L1 fills L2. Where only the whole relation has a path, the moves that the machine cannot make are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dmasan.arch.family import Family
from dmasan.arch.semantics import OPERATIONS
from dmasan.sanitizer.adversary import MACHINE_MOVES
from dmasan.sanitizer.history import SEEN, History, Touch
from dmasan.sanitizer.path import find_path
from dmasan.schedule import Move, MoveKind, Point


@dataclass(frozen=True)
class Witness:
    """The hidden moves that lead to a wrong read of the byte at `address`, in order, each before the operation at its point.

    `start` is the point at which the byte's story begins; `replayable`: the concrete machine can make all of the moves.
    """

    address: int
    start: Point
    moves: tuple[tuple[Point, str], ...]
    replayable: bool

    def schedule(self, line: int) -> list[tuple[Point, Move]]:
        """The moves as a replay file holds them, on the byte's line of `line` bytes.

        What is to stay in a cache until it does harm is kept there: no other line may take its place meanwhile.
        """
        home = self.address & -line
        made = [(self.start, Move(MoveKind.KEEP, level, 0, home)) for level in ("l1", "l2")]
        for point, name in self.moves:
            if name in MACHINE_MOVES:
                kind, level = MACHINE_MOVES[name]
                made.append((point, Move(kind, level, 0, home)))
        return made


def find_witness(family: Family, address: int, touches: Sequence[Touch]) -> Witness | None:
    """A schedule under which the last of `touches`, a read, returns a stale value of the byte. None if there is none."""
    names = [touch.operation for touch in touches]
    for concrete in (True, False):
        path = find_path(family, names, concrete=concrete)
        if path is not None:
            moves = tuple((touches[link.at].point, link.name) for link in path if link.hidden)
            return Witness(address, touches[0].point, moves, concrete)
    return None


def witness_of(family: Family, history: History, address: int, seen: int) -> Witness | None:
    """The witness of what went wrong at step `seen` of `history` with the byte at `address`.

    A lost update is told by the reads of the byte that the program makes later, up to the next write; the first one that
    some schedule makes stale is its witness.
    """
    touches = list(history.of(address))
    wrong = max((n for n, touch in enumerate(touches) if touch.number <= seen), default=0)  # the access itself
    found = None
    for n, touch in enumerate(touches[wrong:], wrong):
        operation = OPERATIONS[touch.operation.removesuffix(SEEN)]
        if operation.writes and n > wrong:
            break
        if operation.reads and (witness := find_witness(family, address, touches[: n + 1])) is not None:
            if witness.replayable:
                return witness
            found = found or witness
    return found
