# SPDX-License-Identifier: Apache-2.0
"""From what a client asks for to descriptors: scatterlists, interleaved templates, periods, segments. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from dmasan.device import words
from dmasan.device.descriptor import Descriptor
from dmasan.device.registers import Op

MOST_ROWS = words.ROWS.ROWS.limit + 1


@dataclass(frozen=True, slots=True)
class DataChunk:
    """`struct data_chunk` of include/linux/dmaengine.h: `size` bytes of a frame and the gap behind them on each side."""

    size: int
    source_gap: int = 0
    target_gap: int = 0


@dataclass(frozen=True, slots=True)
class InterleavedTemplate:
    """`struct dma_interleaved_template`: `frames` times the same `chunks`, from `source` and to `target`.

    A side that is not scattered (`src_sgl`, `dst_sgl` in the kernel) is contiguous: its gaps do not count.
    """

    target: int
    source: int
    frames: int
    chunks: Sequence[DataChunk]
    scatter_source: bool = True
    scatter_target: bool = True


def interleaved(template: InterleavedTemplate) -> Iterator[Descriptor]:
    """One descriptor of `frames` rows for each chunk. Raises ValueError for an empty template.

    The frame's gaps are the strides; so the bytes of a chunk move before those of the next chunk of the same frame.
    """
    if template.frames < 1 or not template.chunks or any(chunk.size < 1 for chunk in template.chunks):
        raise ValueError("an interleaved transfer has at least one frame of at least one chunk of at least one byte")
    source_steps = [c.size + (c.source_gap if template.scatter_source else 0) for c in template.chunks]
    target_steps = [c.size + (c.target_gap if template.scatter_target else 0) for c in template.chunks]
    for n, chunk in enumerate(template.chunks):
        yield from rows(
            template.target + sum(target_steps[:n]), template.source + sum(source_steps[:n]), chunk.size,
            template.frames, sum(target_steps), sum(source_steps),
        )  # fmt: skip


def rows(
    target: int, source: int, length: int, count: int, target_stride: int, source_stride: int
) -> Iterator[Descriptor]:
    """`count` rows of `length` bytes, in descriptors of as many rows as fit. Raises ValueError for no rows."""
    if count < 1:
        raise ValueError(f"{count} rows: a transfer has at least one")
    for first in range(0, count, MOST_ROWS):
        yield Descriptor(
            Op.COPY, source + first * source_stride, target + first * target_stride, length,
            min(MOST_ROWS, count - first), source_stride, target_stride,
        )  # fmt: skip


def scattered(targets: Iterable[tuple[int, int]], sources: Iterable[tuple[int, int]]) -> Iterator[Descriptor]:
    """Copies between two scatterlists of (bus address, bytes) that are cut differently.

    Raises ValueError where their lengths differ: the kernel stops at the shorter one and says nothing.
    """
    left, right = [list(entry) for entry in targets], [list(entry) for entry in sources]
    totals = sum(size for _, size in left), sum(size for _, size in right)
    if totals[0] != totals[1]:
        raise ValueError(f"the scatterlists have {totals[0]} bytes of destination and {totals[1]} of source")
    left, right = [[entry for entry in side if entry[1]][::-1] for side in (left, right)]
    while left:
        to, source = left[-1], right[-1]
        size = min(to[1], source[1])
        yield Descriptor(Op.COPY, source[0], to[0], size)
        for side, entry in ((left, to), (right, source)):
            entry[0], entry[1] = entry[0] + size, entry[1] - size
            if not entry[1]:
                side.pop()


def periods(target: int, source: int, length: int, period: int) -> tuple[Descriptor, ...]:
    """The descriptors of a cyclic transfer, each with the interrupt flag. Raises ValueError for a broken last period."""
    if period < 1 or length < period or length % period:
        raise ValueError(f"{length} bytes are no whole number of periods of {period}")
    return tuple(
        Descriptor(Op.COPY, source + at, target + at, period, irq=True) for at in range(0, length, period)
    )


def segments(descriptor: Descriptor, most: int) -> Iterator[Descriptor]:
    """`descriptor` cut into pieces of at most `most` bytes per row; one of several rows stays whole."""
    if descriptor.rows > 1 or descriptor.length <= most:
        yield descriptor
        return
    for start in range(0, descriptor.length, most):
        source = descriptor.src + start if descriptor.op != Op.FILL else 0
        size = min(most, descriptor.length - start)
        yield replace(descriptor, src=source, dst=descriptor.dst + start, length=size)
