# SPDX-License-Identifier: Apache-2.0
"""Aborts that an access takes, as typed exceptions that name VA, CPU, access and reason (DDI 0406C, B3.12)."""

from __future__ import annotations

from dmasan.config import RunError


class BusError(RunError):
    """A physical address at which nothing answers."""

    def __init__(self, address: int, reason: str = "outside the RAM") -> None:
        super().__init__(f"physical address {address:#010x}: {reason}")
        self.address = address
        self.reason = reason


class Fault(RunError):
    """An access that aborts. `access` says what was tried ("load", "store", "DCCMVAC", ...)."""

    kind = "fault"

    def __init__(self, va: int, cpu: int, access: str, reason: str) -> None:
        super().__init__(f"{self.kind}: {access} at {va:#010x} on cpu{cpu}: {reason}")
        self.va = va
        self.cpu = cpu
        self.access = access
        self.reason = reason


class TranslationFault(Fault):
    """No valid translation for the address."""

    kind = "translation fault"


class PermissionFault(Fault):
    """The translation does not allow the access."""

    kind = "permission fault"


class AccessFlagFault(Fault):
    """The descriptor's Access flag is 0, and hardware does not set it."""

    kind = "access flag fault"


class AlignmentFault(Fault):
    """An unaligned access where the architecture allows none (Device, Strongly-ordered, tables, registers)."""

    kind = "alignment fault"


class ExternalAbort(Fault):
    """The memory system answered the access with an error."""

    kind = "external abort"


class FirewallAbort(ExternalAbort):
    """An access, perhaps a speculative one, to a region that another master or world owns: the firewall answers."""

    def __init__(self, va: int, cpu: int, access: str, base: int, end: int) -> None:
        super().__init__(va, cpu, access, f"the region {base:#010x} to {end - 1:#010x} is forbidden, any access faults")
