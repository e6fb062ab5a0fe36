# SPDX-License-Identifier: Apache-2.0
"""Whether a byte can go wrong, decided exhaustively: every interleaving of CPU and device, every hidden move.

The story of a byte is split into what the CPUs and what the device did. The device may do its part at any time between the
doorbell that started it and the observation of its end; within its part it keeps its order, and so do the CPUs. All states
(how far each side is, one configuration of the byte's copies) that can be reached are visited. No may-sets, no verdicts,
no happens-before rule of the sanitizer is used: only the relation, one configuration at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dmasan.arch.configuration import RESET, STALE, Config
from dmasan.arch.family import Family
from dmasan.arch.semantics import OPERATIONS, closure
from dmasan.corpus.mutation.words import mask, words_of
from dmasan.events import Interrupt, MmioRead, MmioWrite, Site
from dmasan.sanitizer import Sanitizer
from dmasan.sanitizer.diagnosis.record import Record
from dmasan.sanitizer.history import SEEN, Touch
from dmasan.sanitizer.path import outcomes_of

Wrong = set[tuple[Site, str]]  # a read that may return an old value: the line of the program, the operation

_STATES = 60_000  # of one byte
_BYTES = 24  # of one run, each with a story of its own


@dataclass(frozen=True)
class Story:
    """What CPUs and device do to a byte. `begins`: how far the CPUs are when each step of the device may come; `needs`: how
    far the device must be when each step of the CPUs comes."""

    cpu: tuple[Touch, ...]
    device: tuple[Touch, ...]
    begins: tuple[int, ...]
    needs: tuple[int, ...]


def wrong_reads(sanitizer: Sanitizer) -> Wrong:
    """The reads of a run that some order of events makes wrong, over bytes of all buffers that differ in their story."""
    record = Record(sanitizer.history)
    started, observed = _order(record, sanitizer)
    words = words_of((mark.after, mark.event) for mark in record.marks)
    found: Wrong = set()
    for address in _bytes(record, sanitizer):
        polls = frozenset(t.number for t in record.story(address) if mask(words, t.number, address, 1)[0])
        found |= reads_of(sanitizer.family, story_of(record.story(address), started, observed), polls)
    return found


def _bytes(record: Record, sanitizer: Sanitizer) -> Iterator[int]:
    seen: set[tuple[tuple[str, Site], ...]] = set()
    for mapping in (*sanitizer.buffers.past, *sanitizer.buffers.live):
        if not sanitizer.buffers.holds(mapping.address, mapping.length):
            continue
        first = mapping.address & -record.line
        for address in record.boundaries(first, mapping.end - first):
            signature = tuple((touch.operation, touch.step.site) for touch in record.story(address))
            if signature not in seen and len(seen) < _BYTES:
                seen.add(signature)
                yield address


def _order(record: Record, sanitizer: Sanitizer) -> tuple[list[int], list[int]]:
    """After how many steps there were doorbells, and after how many the CPU saw what the device had done."""
    registers = type(sanitizer.order.registers)()
    started: list[int] = []
    observed = [record.first + k - 1 for k, step in enumerate(record.steps) if step.by == "seen"]
    for mark in record.marks:
        event = mark.event
        if isinstance(event, MmioWrite) and registers.started(event.address, event.value) is not None:
            started.append(_behind(record, mark.after))
        elif isinstance(event, Interrupt):
            observed.append(mark.after)
        elif isinstance(event, MmioRead) and registers.observed(event.address, event.value) is not None:
            observed.append(mark.after)
    return started, sorted(observed)


def _behind(record: Record, after: int) -> int:
    """The last step of a register write whose mark is behind step `after`: a device starts when the write has arrived."""
    number = after
    while number + 1 < record.first + len(record.steps) and record.steps[number + 1 - record.first].name == "doorbell":
        number += 1
    return number


def story_of(touches: Sequence[Touch], started: Sequence[int], observed: Sequence[int]) -> Story:
    """The story of a byte as two sequences."""
    cpu = tuple(touch for touch in touches if touch.step.by != "device")
    device = tuple(touch for touch in touches if touch.step.by == "device")
    begins, ends = [], []
    for touch in device:
        bell = max((after for after in started if after < touch.number), default=0)
        begins.append(sum(each.number <= bell for each in cpu))
        end = min((after for after in observed if after >= touch.number), default=None)
        ends.append(len(cpu) + 1 if end is None else sum(each.number <= end for each in cpu))
    needs = tuple(sum(end <= i for end in ends) for i in range(len(cpu)))
    return Story(cpu, device, tuple(begins), needs)


def reads_of(family: Family, story: Story, polls: frozenset[int] = frozenset()) -> Wrong:
    """The reads of a story that return a stale value in some order; nothing where there are too many states.

    `polls`: the steps at which the byte belonged to an ownership word.
    """
    start = [(0, 0, config) for config in closure(family, (RESET,))]
    seen: set[tuple[int, int, Config]] = set(start)
    todo = list(start)
    wrong: Wrong = set()
    while todo:
        i, j, config = todo.pop()
        for touch, after in _next(story, i, j):
            for result, value in outcomes_of(family, touch.operation, config):
                if value == STALE and touch.number not in polls and touch.operation.removesuffix(SEEN) in OPERATIONS:
                    wrong.add((touch.step.site, touch.operation))
                for closed in closure(family, (result,)):
                    state = (*after, closed)
                    if state not in seen:
                        seen.add(state)
                        todo.append(state)
        if len(seen) > _STATES:
            return set()
    return wrong


def _next(story: Story, i: int, j: int) -> Iterator[tuple[Touch, tuple[int, int]]]:
    if i < len(story.cpu) and j >= story.needs[i]:
        yield story.cpu[i], (i + 1, j)
    if j < len(story.device) and i >= story.begins[j]:
        yield story.device[j], (i, j + 1)
