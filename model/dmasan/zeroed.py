# SPDX-License-Identifier: Apache-2.0
"""Large arrays that begin as zeros and are touched here and there: RAM, and what is kept of each of its bytes."""

from __future__ import annotations

import gc
import mmap
import weakref
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Item = TypeVar("Item", bound=np.generic)


@dataclass
class Held:
    """Bytes of dense arrays that are not freed yet, and at how many of them garbage is looked for.

    The parts of a machine and of its sanitizer know each other, so that only the collector of cycles frees them. It goes
    by the number of objects, of which a world has few for its size: without this dozens of dead worlds wait for it.
    """

    least: int
    bytes: int = 0
    limit: int = 0

    def add(self, size: int) -> None:
        if self.bytes + size > max(self.limit, self.least) and gc.isenabled():
            gc.collect()
            self.limit = 2 * self.bytes  # where all of it is in use, there is no point in looking again soon
        self.bytes += size

    def remove(self, size: int) -> None:
        self.bytes -= size


held = Held(1 << 30)


def zeroed(count: int, kind: type[Item], *, dense: bool = False) -> NDArray[Item]:
    """`count` zeros on pages of their own. A page costs nothing until it is touched, and all go back when the array does.

    What numpy allocates comes from the C library's heap, once such blocks have been freed: it is cleared at once there,
    and the holes that it leaves between smaller blocks stay with the process. `dense`: most of it will be touched, so
    that large pages are taken where the system has them, and dead ones are not left to wait.
    """
    size = count * np.dtype(kind).itemsize
    if dense:
        held.add(size)
    # Private: what is shared has no large pages, and costs twice as much to touch.
    pages = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if dense:
        weakref.finalize(pages, held.remove, size).atexit = False
        with suppress(AttributeError, OSError):  # Python or a kernel without them
            pages.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(pages, kind)
