# SPDX-License-Identifier: Apache-2.0
"""In which cells a correct driver can get no wrong value: what the runs are held against."""

from __future__ import annotations

from dmasan.arch.profile import find_profile
from dmasan.config import ERAS, Cell, UsageError, choose
from dmasan.linux.policies.choice import kernel_choice
from dmasan.linux.policies.registry import resolve

# Where a clean line of the buffer can be left in, or brought into, the caches when alloc has returned.
_RESIDUE = {
    "double_map": "the linear mapping stays cacheable, and lines are filled through it at any time",
    "keep_alias": "the linear mapping stays cacheable, and lines are filled through it at any time",
    "unmap_linear": "lines filled between the flush and the TLB invalidation survive",
    "remap_in_place": "lines filled between the flush and the TLB invalidation survive",
    "both": "lines filled through the kmap mapping, or before the TLB invalidation, survive",
    "highmem_only": "lines filled through the kmap mapping after its flush survive",
}

_FROM_HIGHMEM = ("highmem_only", "both")
_BASED = ("bounce", "atomic_pool")  # their coherent memory is that of the kernel's own choice


def sound(cell: Cell) -> bool | str:
    """True if `cell` is sound, else the reason. Raises UsageError for an unknown policy, profile or era, and for a
    profile without an MMU, on which the kernel does not run.

    A clean line harms a correct driver only where Non-cacheable accesses hit it: in a PL310 without shared override.
    """
    choose("era", cell.era, ERAS)
    profile = find_profile(cell.profile)
    if profile.translation == "regions":
        raise UsageError(f"profile {cell.profile} has no MMU: the kernel does not run on it, in no cell")
    name = resolve(cell.policy, cell.profile, cell.era, cell.knobs)
    if name in _BASED:
        name = kernel_choice(cell).name
    if name in _FROM_HIGHMEM and cell.era == "v3.5":
        return "highmem pages are neither cleared nor flushed, and their former owner's dirty lines go over the buffer"
    if profile.outer and profile.l2_content == "victim":
        return "between the kernel's invalidates of L2 and of L1 a clean line may move from L1 into the exclusive L2"
    reason = _RESIDUE.get(name)
    if reason is None or not profile.outer or cell.knobs.shared_override:
        return True
    return f"{reason}, and non-cacheable reads hit them in the PL310 (shared override off)"
