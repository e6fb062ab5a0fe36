# SPDX-License-Identifier: Apache-2.0
"""What becomes possible when live translations of a page differ in shareability.

An access through a Non-shareable translation asks no other CPU, and a line need not answer one: "there might be a loss of
coherency when multiple threads of execution attempt to access a memory location" (DDI 0406C, A3.5.7, Mismatched memory
attributes). Need not, for an implementation may look it up. Coherency is guaranteed again only behind a clean and
invalidate by every CPU (the same clause), for it is enough that accesses *might* be made with different attributes, and
speculation may use any translation: so which one brought a line in does not matter, and while a private line is left
there may be others, though the translations are gone.
"""

from __future__ import annotations

from collections.abc import Iterator

from independent.family import Family
from independent.state import Copy, State, as_private, as_shared, with_line


def answers(state: State, line: int) -> Copy:
    """What an access of another CPU or of a coherent device finds in the line."""
    return None if line in state.private else state.lines[line]


def peer(state: State, family: Family, line: int) -> Copy:
    """What a Shareable access that misses in its CPU's line is answered by the other CPU's."""
    return answers(state, 1 - line) if family.coherent_pair else None


def private_moves(state: State, line: int, below: int) -> Iterator[State]:
    """A fill that asks nobody; a private line that answers like a shared one from now on, or the other way round.

    below: the version that the next level holds.
    """
    if (state.mixed or state.private) and line not in state.private:
        if state.lines[line]:
            yield as_private(state, line)
        elif state.live:
            yield as_private(with_line(state, line, (below, False)), line)
    if line in state.private:
        yield as_shared(state, line)


def private_store(state: State, line: int, version: int) -> State:
    """Allocates and dirties the line; the other CPU's stays."""
    return as_private(with_line(state, line, (version, True)), line)
