# SPDX-License-Identifier: Apache-2.0
"""The Linux side: memory management, alias policies and the DMA API, as versions of the kernel do them on ARM32."""

from __future__ import annotations

from dmasan.linux.dma import CoherentBuffer, DmaApi
from dmasan.linux.errors import CmaBusy, DmaApiError, OutOfMemory
from dmasan.linux.io import Io
from dmasan.linux.kernel import Kernel
from dmasan.linux.layout import Layout, Zone
from dmasan.linux.policies import AUTO, POLICIES, Policy, resolve, sound

__all__ = [
    "AUTO",
    "POLICIES",
    "CmaBusy",
    "CoherentBuffer",
    "DmaApi",
    "DmaApiError",
    "Io",
    "Kernel",
    "Layout",
    "OutOfMemory",
    "Policy",
    "Zone",
    "resolve",
    "sound",
]
