# SPDX-License-Identifier: Apache-2.0
"""Maintenance that misses: it acts beside the byte, and would have cured it had it acted on it.

Beside means: on other bytes of the same object (what one access or one mapping spans), or on bytes to which it is of no
use, so that it can only have been meant for others.
"""

from __future__ import annotations

from collections.abc import Iterator

from dmasan import events as ev
from dmasan.sanitizer.diagnosis.evidence import DRAINS, MAINTENANCE, Evidence
from dmasan.sanitizer.diagnosis.replay import replay
from dmasan.sanitizer.history import History, Step, Touch

_WINDOW = 20_000  # steps that are looked through
_TRIED = 32  # calls that are tried

Numbered = tuple[int, Step]


def misaimed(e: Evidence) -> Touch | None:
    """The first operation of the call that would cure the byte if it were aimed at it; None if there is none."""
    call = misaimed_call(e)
    if not call:
        return None
    number, step = call[0]
    return Touch(step.point, step.name, step, number)


def misaimed_call(e: Evidence) -> list[Numbered]:
    """The steps of that call; empty if there is none."""
    if e.incident.rule is not None or not e.touches:
        return []
    steps = _window(e)
    for tried, call in enumerate(_calls_beside(e, steps)):
        if tried == _TRIED:
            break
        if not (_same_object(e, call[0]) or _is_useless(e, call)):
            continue
        if e.cured([name for _, name in _aimed(e, call)]):
            return call
    return []


def _window(e: Evidence) -> list[Numbered]:
    """The steps from the story's begin, or the last that are worth looking at, to the access."""
    history, last = e.history, e.touches[-1].number
    skipped = history.count - len(history.steps)
    first = max(e.touches[e.begin].number, last - _WINDOW, skipped + 1)
    steps = history.steps
    return [(number, steps[number - skipped - 1]) for number in range(first, last)]


def _calls_beside(e: Evidence, steps: list[Numbered]) -> Iterator[list[Numbered]]:
    """Runs of maintenance on one range that does not hold the byte, each with the barriers that complete it, latest first."""
    address = e.context.address
    seen: set[tuple[int, int, int]] = set()
    for place in range(len(steps) - 1, -1, -1):
        step = steps[place][1]
        if step.name not in MAINTENANCE or step.address <= address < step.address + step.length:
            continue
        first = place
        while first > 0 and _belongs(steps[first - 1][1], step):
            first -= 1
        last = place
        while last + 1 < len(steps) and _belongs(steps[last + 1][1], step):
            last += 1
        key = (first, step.address, step.length)
        if key not in seen:
            seen.add(key)
            yield [each for each in steps[first : last + 1] if _covers(each[1], step)]


def _belongs(step: Step, other: Step) -> bool:
    return step.by == other.by and step.name in (*MAINTENANCE, *DRAINS, "dmb_loads")


def _covers(step: Step, other: Step) -> bool:
    """Maintenance of the same range, or a barrier that completes it."""
    if step.name in MAINTENANCE:
        return (step.address, step.length) == (other.address, other.length)
    return step.address <= other.address < step.address + step.length


def _aimed(e: Evidence, call: list[Numbered]) -> list[tuple[float, str]]:
    """The story of the byte with the call's operations in it."""
    own = [(touch.when, touch.operation) for touch in e.touches]
    return sorted([*own, *((number, step.name) for number, step in call)], key=lambda each: each[0])


def _same_object(e: Evidence, numbered: Numbered) -> bool:
    """One access that matters here, or the byte's mapping, spans both the byte and what is maintained."""
    step = numbered[1]
    start, end = step.named[0] if step.named else step.address, step.address + step.length
    spans = [(t.step.address, t.step.length) for t in (e.writer, e.maker_touch, e.touches[-1]) if t is not None]
    if isinstance(e.context.mapping, ev.DmaMap):
        spans.append((e.context.mapping.address, e.context.mapping.length))
    return any(first <= start < first + length or first < end <= first + length for first, length in spans)


def _is_useless(e: Evidence, call: list[Numbered]) -> bool:
    """No call of the DMA API made it, and where it acts nothing goes wrong without it."""
    step = call[0][1]
    if any(
        isinstance(mark.event, ev.DmaMap | ev.DmaUnmap) and mark.event.site == step.site
        for mark in e.history.marks
    ):
        return False
    numbers = {number for number, _ in call}
    return all(
        _right_without(e.history, e, address, numbers)
        for address in (step.address, step.address + step.length // 2, step.address + step.length - 1)
    )


def _right_without(history: History, e: Evidence, address: int, numbers: set[int]) -> bool:
    """Whether the byte at `address` has no wrong outcome without these steps that it has not with them."""
    story = list(history.of(address))
    run = replay(e.family).verdicts
    with_them = run(touch.operation for touch in story)
    wrong = {touch.number for touch, verdict in zip(story, with_them, strict=True) if verdict}
    rest = [touch for touch in story if touch.number not in numbers]
    without = run(touch.operation for touch in rest)
    return all(touch.number in wrong for touch, verdict in zip(rest, without, strict=True) if verdict)
