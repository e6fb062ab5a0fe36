# SPDX-License-Identifier: Apache-2.0
"""How the engine cuts a job: rows into chunks, chunks into bursts on each side."""

from __future__ import annotations

from functools import lru_cache

PAGE = 4096  # no AXI burst crosses this boundary (IHI 0022, A3.4.1)


@lru_cache(maxsize=4096)
def _pieces(offset: int, length: int, beat: int, most: int, page: int) -> tuple[tuple[int, int], ...]:
    """Bursts of `length` bytes from `offset` in a page, as (start, bytes) counted from `offset`."""
    pieces = []
    at, end = offset, offset + length
    while at < end:
        page_end = (at // page + 1) * page
        burst_end = at // beat * beat + most * beat
        stop = min(end, page_end, burst_end)
        pieces.append((at - offset, stop - at))
        at = stop
    return tuple(pieces)


def bursts(address: int, length: int, beat: int, most: int, page: int = PAGE) -> tuple[tuple[int, int], ...]:
    """The bursts of a chunk as (start, bytes) counted from `address`.

    `beat` is the bus width in bytes, `most` the longest burst in beats. The first burst starts at any byte and ends
    on a beat; none crosses a multiple of `page`, which is 4 KiB in a device without fault.
    """
    return _pieces(address % page, length, beat, most, page)


def chunk_length(anchor: int, left: int, page: int = PAGE) -> int:
    """Bytes of the next chunk of a row of which `left` bytes remain: it ends at a multiple of `page` of the side whose
    address `anchor` is (the destination; the source of a SINK)."""
    return min(left, page - anchor % page)
