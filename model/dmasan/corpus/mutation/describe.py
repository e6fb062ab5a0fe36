# SPDX-License-Identifier: Apache-2.0
"""The part of the page of the corpus that tells of mutants: the operators, and who decides what is a bug."""

from __future__ import annotations

from collections.abc import Iterator

from dmasan.corpus.mutation.judge import OTHERS
from dmasan.corpus.mutation.score import OPERATORS, RANDOM_PROGRAMS

_TEXT = """## Mutants: who decides that an edit made a bug

`dmasan corpus --mutate` puts bugs into programs that are right (the fixed variants above, and {programs} random ones on four machines)
and counts how many are reported. Many edits make no bug: a barrier that another one makes superfluous, a clean of lines that
are clean. So each mutant has to be *shown* to be a bug before it counts, and the sanitizer, which is measured, must have no
say in that. Its verdicts, its may-sets, its order between CPU and device and its rules about calls are not used; what shows a
bug is one of these:

1. *Data.* The concrete machine keeps a version with every byte of every copy. A load of the program, or a read of the device,
   that returned an older version than the last one written is wrong data. The mutant runs under `random` seed 1, and where
   that shows nothing under {others} too. A hang, or a fault behind which the
   program cannot go on, counts like data.
2. *Exhaustive search.* For one byte of each kind of story in a buffer, all interleavings of what the CPUs and what the device did
   to it (the device may do its part any time between its doorbell and the observation of its end), with every hidden move at
   every point, are tried on the relation of one byte, one configuration at a time. A read that some order makes old is a bug.
   (The record of what was done to a byte is the one that the sanitizer keeps.)
3. *Contract.* The run breaks the contract of the DMA API, decided byte by byte from calls and accesses alone, after
   `Documentation/core-api/dma-api.rst` and `dma-api-howto.rst` (v6.19): who owns a byte of a streaming mapping, what the
   device was given and in which direction, unmaps and syncs that name what is mapped. Edits that are wrong by the API whatever
   the data does (a buffer on the stack, a page too far) count when their line ran.

Ownership words are no data. A poll of a word that its program has declared may return the value before, as long as the word is
one: from its declaration until its buffer is freed. A core may satisfy that load early (DDI 0406C, A3.8.2; DDI 0487, B2.3);
the program learns "not yet", and asks again. What is read because the word has turned is judged like any data. So with
a device that polls its ring: the rest of a descriptor is data once the device has acted on it. The search, which places a
device's part behind its doorbell, leaves programs of such a device to the other two.

None of the programs that are edited shows anything, by any of the three, under any of the schedules: a test holds the judge
to that, so what a mutant shows is the edit's doing.

A mutant that shows nothing and is not reported is called *equivalent*; one that is reported all the same is *unproven* and counts
neither way; one that does not run as a program is dropped. The command prints each *survivor*, a bug that is not reported, with
what shows it to be one. What this cannot see: an error of the relation itself,
which machine, search and sanitizer share (golden outcomes, an independent oracle and a model checker are for that), and a bug that
needs other data, an old translation or another pace to go wrong: of M14, M21 and M30 no mutant is shown to be one, reported as
they are.

| operator | edits |
|---|---|
"""


def mutants() -> Iterator[str]:
    """The section, in Markdown."""
    others = ", ".join(f"`{schedule}` seed {seed}" for schedule, seed in OTHERS)
    yield _TEXT.format(programs=RANDOM_PROGRAMS, others=others)
    for name, makers in OPERATORS.items():
        yield f"| {name} | {(makers[0].__doc__ or '').partition(': ')[2]} |\n"
