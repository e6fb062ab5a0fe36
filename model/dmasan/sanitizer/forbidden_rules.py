# SPDX-License-Identifier: Apache-2.0
"""Memory whose mere access faults: regions of the secure world or of another master, closed by a firewall.

Any core may fetch from a page for which it has a cacheable translation, whether or not a program asks for it (DDI 0406C,
A3.5.3; DDI 0487, B2.7.1). So no such translation may be live while the region is forbidden.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dmasan import events as ev
from dmasan.sanitizer.buffers import runs
from dmasan.sanitizer.codes import Code
from dmasan.sanitizer.reporting import Core
from dmasan.sanitizer.rules import Handlers

_PAGE = 4096


class ForbiddenRules:
    """Which pages have a live cacheable translation, and which are forbidden: bool of shape (pages,)."""

    def __init__(self, core: Core, size: int) -> None:
        self.core = core
        self.live: NDArray[np.bool_] = np.zeros(size // _PAGE + 1, np.bool_)
        self.forbidden: NDArray[np.bool_] = np.zeros(size // _PAGE + 1, np.bool_)
        self._any = False

    def handlers(self) -> Handlers:
        return {ev.AliasChange: self._alias, ev.Firewall: self._firewall}

    def _pages(self, address: int, length: int) -> slice:
        start = address - self.core.shadow.base
        return slice(start // _PAGE, -(-(start + length) // _PAGE))

    def _alias(self, e: ev.AliasChange) -> None:
        pages = self._pages(e.address, e.length)
        self.live[pages] = e.live
        if e.live and self._any:
            self._check(e, pages)

    def _firewall(self, e: ev.Firewall) -> None:
        pages = self._pages(e.address, e.length)
        self.forbidden[pages] = e.closed
        self._any = bool(self.forbidden.any())
        if e.closed:
            self._check(e, pages)

    def _check(self, e: ev.Event, pages: slice) -> None:
        """Reports the pages that are both."""
        for start, end in runs(self.live[pages] & self.forbidden[pages]):
            address = self.core.shadow.base + (pages.start + start) * _PAGE
            text = "a cacheable translation is live for memory that faults when it is touched: a speculative read is enough"
            self.core.add(Code.SPEC_FORBIDDEN, e, text, address, (end - start) * _PAGE)
