# SPDX-License-Identifier: Apache-2.0
"""What the kernel refuses, as exceptions: a driver in Python gets an exception where C gets NULL or an error number."""

from __future__ import annotations

from dmasan.config import UsageError


class DmaApiError(UsageError):
    """A call of the DMA API that the kernel rejects, with the kernel's words where it has some."""


class OutOfMemory(UsageError):
    """-ENOMEM: no free pages of the kind that was asked for."""


class Interrupted(UsageError):
    """-EINTR: a fatal signal came while pages were migrated."""


class CmaBusy(UsageError):
    """-EBUSY from every slot of the CMA area: some page in each could not be migrated."""
