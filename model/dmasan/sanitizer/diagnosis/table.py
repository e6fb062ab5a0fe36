# SPDX-License-Identifier: Apache-2.0
"""The ordered table of the diagnosis: the first row whose condition holds gives an incident its code.

Rules about calls and ownership come first, then translations, then the question whose copy is wrong, from the most
particular cause to the plain maintenance codes. The order is what makes one root one code: of several incidents with the
same offending copy the one in the highest row names the root, the others are its consequences.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dmasan.events import Direction
from dmasan.sanitizer.codes import Code, Effect
from dmasan.sanitizer.diagnosis import conditions as has
from dmasan.sanitizer.diagnosis.evidence import Evidence

FROM = Direction.FROM_DEVICE


@dataclass(frozen=True)
class Row:
    """`condition` says in words what `holds` computes; `because` is the sentence of a report (fields: see `words`)."""

    code: Code
    condition: str
    holds: Callable[[Evidence], bool]
    because: str


def _rule(code: Code, condition: str) -> Row:
    """A row for a broken rule: the rule itself says how it was broken."""
    return Row(code, condition, lambda e: e.rule(code), "")


TABLE = (
    # Rules about calls, and direction as observed. What breaks them for a more particular reason comes first.
    Row(
        Code.CMA_LIFETIME,
        "a page goes to a new owner while a mapping of it is alive or the device is at work in it",
        has.page_is_somebody_elses,
        "the page was freed while it was the device's, and given to someone else",
    ),
    Row(
        Code.BOUNCE_SYNC,
        "a sync names memory that is not mapped, from which the CPU has copied into a buffer that is",
        has.original_is_synced,
        "the sync acts on the memory that was copied from, not on the copy that the device uses",
    ),
    _rule(Code.MAP_BALANCE, "a map, unmap or free does not match the others"),
    _rule(Code.DMA_ADDR, "an address, length or boundary is beyond what the device or RAM has"),
    _rule(Code.BAD_MEM, "the mapped memory is none that can be mapped for DMA"),
    _rule(Code.BOUNCE_SYNC, "a bounce buffer was used without its copy"),
    _rule(Code.WRONG_DIR, "the device was seen to do what the mapping's direction excludes, or calls disagree about it"),
    # Ownership.
    Row(
        Code.LOST_CPU_DATA,
        "the CPU fills a buffer mapped FROM_DEVICE that the device never touches: its unmap discards what was written",
        has.device_never_came,
        "the device never touches the buffer, and unmapping it discards what the CPU writes here",
    ),
    Row(
        Code.WRONG_RANGE,
        "the CPU touches bytes that a sync should have taken back, but it acted on others of the mapping",
        has.sync_misses_the_access,
        "the sync_for_cpu before this acts on other bytes of the mapping",
    ),
    Row(
        Code.NO_RMB,
        "the CPU loads coherent memory that the device is at work in, and then the ownership word that would have told",
        has.loads_before_the_word,
        "the load comes before that of the ownership word that says that the data is there",
    ),
    _rule(Code.CPU_WR_OWNED, "the CPU stores to bytes that the device owns"),
    _rule(Code.CPU_RD_OWNED, "the CPU loads bytes that the device owns and may write"),
    Row(
        Code.TLB_BBM,
        "the device comes through a translation that the IOMMU no longer has, and its TLB was not told",
        lambda e: e.rule(Code.DEV_UNMAPPED) and e.context.untranslated,
        "the IOMMU's entry is gone, but its TLB was not invalidated: the device still gets there",
    ),
    Row(
        Code.WRONG_RANGE,
        "the device touches bytes that a sync should have handed over, but it acted on others of the mapping",
        has.sync_acts_beside,
        "the sync_for_device before this acts on other bytes of the mapping",
    ),
    Row(
        Code.INV_TOO_EARLY,
        "a sync_for_cpu comes before the device is done with what it writes",
        has.synced_too_soon,
        "the sync_for_cpu invalidates while the device is still at work: speculation may fill the lines before it is done",
    ),
    Row(
        Code.DIRTY_OVER_DMA,
        "the device fills a mapped buffer that a sync gave to the CPU, which has stored to it since",
        lambda e: has.not_handed_back(e) and e.context.mapping is not None and e.context.mapping.direction is FROM,
        "the CPU has stored to the buffer since its sync_for_cpu, and no sync_for_device followed: the lines are dirty",
    ),
    Row(
        Code.MISSING_CLEAN,
        "the device comes to a mapped buffer that a sync, or its allocation, gave to the CPU, which has stored to it since",
        has.not_handed_back,
        "the CPU has stored to the buffer since it was its own, and no sync_for_device followed",
    ),
    _rule(Code.DEV_UNMAPPED, "the device touches bytes that no live mapping gives it"),
    # Translations.
    _rule(Code.TLB_BBM, "a stale translation was or may be used"),
    # Other rules, as their checks name them.
    Row(Code.CMA_LIFETIME, "a rule about the life of pages is broken", lambda e: e.rule(Code.CMA_LIFETIME), ""),
    _rule(Code.COH_CFG, "snoop attributes contradict the device's description"),
    _rule(Code.ALIAS_ATTR, "the driver makes a second mapping with conflicting attributes"),
    _rule(Code.SPEC_FORBIDDEN, "a speculative access may reach memory that must not be accessed"),
    _rule(Code.VALIAS, "maintenance acts on another virtual alias than the one that was used"),
    _rule(Code.RING_CACHED, "a ring is in cacheable memory"),
    _rule(Code.SHARED_LINE, "a mapping shares a line with other data"),
    _rule(Code.OUTER_MAINT, "maintenance skips a level or a CPU"),
    _rule(Code.DEV_ORDER, "the device announces completion before its last B response"),
    _rule(Code.NO_RMB, "no barrier follows the ownership word"),
    _rule(Code.NO_WMB, "no barrier precedes the doorbell or the ownership word"),
    _rule(Code.WRONG_RANGE, "a sync does not cover what it should"),
    _rule(Code.LOST_CPU_DATA, "maintenance destroyed named bytes that were read again"),
    _rule(Code.INV_TOO_EARLY, "an invalidate came before the device was done"),
    _rule(Code.MISSING_INV, "an invalidate is missing"),
    _rule(Code.DIRTY_OVER_DMA, "a dirty line lay over the device's data"),
    _rule(Code.MISSING_CLEAN, "a clean is missing"),
    # Whose copy is wrong.
    Row(
        Code.CMA_LIFETIME,
        "the offending copy is older than the coherent allocation of its page",
        has.copy_is_older_than_the_allocation,
        "the offending copy ({place}) was made {maker}, before the page was handed to its owner",
    ),
    Row(
        Code.COH_CFG,
        "it is right if the device's accesses snoop that did not, or the other way round, and software counts on that",
        has.only_the_snoop_setting_is_wrong,
        "the same accesses are right {flip}: software and the device disagree about its coherence",
    ),
    Row(
        Code.ALIAS_ATTR,
        "the page is used uncached, and an explicit access through its cacheable alias made the offending copy",
        has.other_alias_was_used,
        "the offending copy ({place}) was made {maker}, through an alias with other attributes",
    ),
    Row(
        Code.ALIAS_ATTR,
        "the page was mapped Write-Through in place of its former mapping, loads hit lines older than the device's writes, and nothing maintains it",
        has.write_through_stands_for_uncached,
        "the offending copy ({place}) was made {maker}: Write-Through memory makes stores visible, but is cached for loads",
    ),
    Row(
        Code.SPEC_FORBIDDEN,
        "the page is used uncached, and speculation through its cacheable alias made the offending copy",
        has.other_alias_was_speculated_through,
        "the offending copy ({place}) was filled by speculation through the live cacheable alias",
    ),
    Row(
        Code.VALIAS,
        "it is right on a machine whose L1 is looked up by physical address",
        lambda e: e.cured_on(virtual=False),
        "the offending copy ({place}) lies under another virtual colour than maintenance acted on",
    ),
    Row(
        Code.VALIAS,
        "the page has no address in the kernel (highmem), and nothing maintains what was stored through another mapping of it",
        has.only_another_mapping_reaches_it,
        "the offending copy ({place}) was made {maker}, through a mapping of its own: the kernel has no address of the page",
    ),
    Row(
        Code.RING_CACHED,
        "the line is part of a descriptor ring, is cached, and CPU and device both write it",
        has.ring_is_cached,
        "the line holds descriptors that the CPU and the device both write; maintenance of one hits the others",
    ),
    Row(
        Code.SHARED_LINE,
        "it is right if all other data of the line gets lines of its own",
        lambda e: e.right_on_lines_of_its_own,
        "other data lies in the same line: {neighbour}",
    ),
    Row(
        Code.OUTER_MAINT,
        "it is right on a machine without an outer cache, or if maintenance (by set and way too) reached the other CPUs' L1",
        has.wrong_beyond_the_own_l1,
        "maintenance did not reach {beyond}, or did in the wrong order",
    ),
    Row(
        Code.DEV_ORDER,
        "the device's write is still posted when the CPU reads, and it is right if it had completed",
        has.device_write_is_posted,
        "the device's write had no B response yet when the CPU took its completion for granted",
    ),
    Row(
        Code.NO_RMB,
        "it is right on a machine that satisfies no load early",
        lambda e: e.cured_on(loads_early=False),
        "the load may be satisfied before the one that said that the data is there",
    ),
    Row(
        Code.NO_WMB,
        "the latest value waits in a buffer, or maintenance is in flight; it is right if a barrier completes them before",
        has.a_barrier_is_missing,
        "what was written at {writer} may still wait in {place} when the device reads",
    ),
    # The plain maintenance codes.
    Row(
        Code.WRONG_RANGE,
        "it is right if maintenance that exists, and is of no use where it acts, acted on this byte",
        has.maintenance_misses,
        "the maintenance at {misser} acts beside these bytes",
    ),
    Row(
        Code.LOST_CPU_DATA,
        "the latest value is dropped by an invalidate that named its bytes",
        lambda e: e.dropped,
        "the invalidate at {dropper} drops what was written at {writer}",
    ),
    Row(
        Code.DIRTY_OVER_DMA,
        "the offending copy was dirty before the newer value was written",
        lambda e: e.stale_was_dirty and not e.by_device,
        "the line was made dirty {maker}, and may be written back over what was written at {writer}",
    ),
    Row(
        Code.INV_TOO_EARLY,
        "it is right if nothing is filled by speculation after the last invalidate",
        lambda e: e.effect is Effect.STALE_CPU_READ and e.right_without_fills,
        "the line was invalidated before the device wrote, but speculation may have filled it again since",
    ),
    Row(
        Code.MISSING_INV,
        "the CPU reads a stale clean copy",
        lambda e: e.effect is Effect.STALE_CPU_READ,
        "nothing invalidates the copy ({place}) that was made {maker}",
    ),
    Row(
        Code.DIRTY_OVER_DMA,
        "the latest value is overwritten by an older dirty copy",
        lambda e: e.effect is Effect.LOST_UPDATE,
        "a dirty copy made {maker} may be written back over what was written at {writer}",
    ),
    Row(
        Code.MISSING_CLEAN,
        "the device reads memory while the latest value is in a cache",
        lambda e: True,
        "no clean brings what was written at {writer} to memory before the device reads it",
    ),
)


def judge(evidence: Evidence) -> tuple[int, Row]:
    """The first row that holds, with its rank."""
    return next((rank, row) for rank, row in enumerate(TABLE) if row.holds(evidence))
