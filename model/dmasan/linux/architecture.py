# SPDX-License-Identifier: Apache-2.0
"""Which of the kernel's architecture directories a profile runs: it decides the cache operations of the DMA API."""

from __future__ import annotations

from enum import Enum

from dmasan.arch.profile import Profile


class Architecture(Enum):
    """The value is the source of the cache operations."""

    ARMV5 = "arch/arm/mm/proc-arm926.S"
    ARMV6 = "arch/arm/mm/cache-v6.S"
    ARMV7 = "arch/arm/mm/cache-v7.S"
    ARM64 = "arch/arm64/mm/cache.S"


_BY_PREFIX = {"ARMv5": Architecture.ARMV5, "ARMv6": Architecture.ARMV6, "ARMv8": Architecture.ARM64}


def architecture_of(profile: Profile) -> Architecture:
    """The kernel that runs on `profile`: ARMv8-A has arm64 here, though a 32-bit kernel would run on it too."""
    return _BY_PREFIX.get(profile.architecture[:5], Architecture.ARMV7)
