# SPDX-License-Identifier: Apache-2.0
"""The bins: mappings and what was done to them, policies, bursts on the bus, fields of the registers."""

from __future__ import annotations

from cocotbext.dmasan.coverage.group import Bin, Group
from dmasan.device import registers as reg
from dmasan.device.bits import Bits, Register
from dmasan.events import BurstKind, Direction, MappingKind
from dmasan.linux.policies import POLICIES
from dmasan.linux.policies.atomic_pool import AtomicPool
from dmasan.linux.policies.bounce import Bounce
from dmasan.linux.policies.keep_alias import KeepAlias
from dmasan.linux.policies.nomap_carveout import NomapCarveout

KINDS = tuple(kind.value for kind in (MappingKind.COHERENT, MappingKind.SINGLE, MappingKind.SG, MappingKind.NONCOHERENT))
DIRECTIONS = tuple(direction.name for direction in Direction)
ALIGNMENTS = ("whole lines", "parts of lines")
LINES = ("untouched", "loaded", "stored")  # what CPUs did to it before, through a cacheable alias, since it was mapped last
ORDERS = ("nobody", "cpu", "device", "cpu, device", "device, cpu")  # who touched it first, who after
COHERENT, BIDIRECTIONAL = MappingKind.COHERENT.value, Direction.BIDIRECTIONAL.name
LENGTHS = ("1 beat", "2 to 15 beats", "16 beats", "more beats")
# Of these coherent memory is cleared through the Non-cacheable mapping, or when the pool is made.
UNCLEARED = (KeepAlias.name, NomapCarveout.name, AtomicPool.name)
USES = ("read", "written 0", "written 1")


def groups() -> dict[str, Group]:
    """Empty groups by name."""
    return {
        group.name: group
        for group in (
            Group(
                "mappings",
                {
                    "policy": tuple(POLICIES),
                    "kind": KINDS,
                    "direction": DIRECTIONS,
                    "alignment": ALIGNMENTS,
                    "lines": LINES,
                    "order": ORDERS,
                },
                no_mapping,
            ),
            Group(
                "bursts",
                {
                    "way": ("read", "write"),
                    "kind": tuple(kind.value for kind in BurstKind),
                    "length": LENGTHS,
                    "start": ("aligned", "within a beat"),
                },
                _no_burst,
            ),
            Group("registers", {"field": tuple(fields()), "use": USES}, _no_use),
        )
    }


def no_mapping(bin: Bin) -> str:
    """Why no program in the default era can do this."""
    policy, kind, direction, _, lines, _ = bin
    if kind == COHERENT:
        return _no_coherent(policy, direction, lines)
    if kind == MappingKind.NONCOHERENT.value and lines != "stored":
        return "dma_alloc_pages clears its pages through the linear mapping"
    if policy == Bounce.name and kind in (MappingKind.SINGLE.value, MappingKind.SG.value) and lines == "untouched":
        return "swiotlb copies the buffer into its slot at every map"
    return ""


def _no_coherent(policy: str, direction: str, lines: str) -> str:
    if direction != BIDIRECTIONAL:
        return "coherent memory has no direction"
    if lines == "loaded":
        return "coherent memory comes from free pages: who reads them has written them"
    if lines == "stored" and policy == NomapCarveout.name:
        return "the carve-out has no cacheable mapping"
    if lines == "untouched" and policy not in UNCLEARED:
        return "the policy clears the memory through a cacheable mapping before it hands it out"
    return ""


def _no_burst(bin: Bin) -> str:
    way, kind, length, start = bin
    if way == "read" and kind == BurstKind.STATUS.value:
        return "a status is written only"
    if way == "write" and kind == BurstKind.DESCRIPTOR.value:
        return "a descriptor is read only"
    if kind == BurstKind.DESCRIPTOR.value and length == "1 beat":
        return "a descriptor has at least 32 bytes, the widest beat of a standard run is 8"
    if kind != BurstKind.DATA.value and (length in ("16 beats", "more beats") or start != "aligned"):
        return "descriptors and statuses are aligned and at most 8 beats"
    return ""


def fields() -> dict[str, tuple[type[Register], Bits]]:
    """Fields by register and name; channel registers count once for all channels."""
    registers = (*reg.GLOBAL_REGISTERS.values(), *reg.CHANNEL_REGISTERS.values())
    return {
        f"{register.__name__}.{name}": (register, bits)
        for register in registers
        for name, bits in vars(register).items()
        if isinstance(bits, Bits)
    }


def _no_use(bin: Bin) -> str:
    name, use = bin
    register, bits = fields()[name]
    if use != "read" and not (register.WRITABLE | register.ACTING) & bits.mask:
        return "the field cannot be written"
    return ""
