# SPDX-License-Identifier: Apache-2.0
"""Order of the kernel versions that the model follows."""

from __future__ import annotations

from dmasan.config import ERAS


def since(era: str, first: str) -> bool:
    """True if `era` is `first` or newer; both are names of `dmasan.config.ERAS`."""
    return ERAS.index(era) >= ERAS.index(first)
