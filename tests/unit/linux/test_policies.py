# SPDX-License-Identifier: Apache-2.0
from itertools import pairwise

import pytest

from dmasan.arch.faults import TranslationFault
from dmasan.arch.profile import PROFILES
from dmasan.config import ERAS, Cell, Knobs, UsageError
from dmasan.events import (
    CacheOp,
    DescriptorWrite,
    DmaMap,
    DmaUnmap,
    Level,
    Maintenance,
    MappingKind,
    MemoryType,
    PolicyStep,
    Store,
    TlbMaintenance,
)
from dmasan.linux import AUTO, POLICIES, DmaApiError, Zone, resolve, sound
from dmasan.linux.layout import PAGE_SIZE
from dmasan.linux.protections import Protection

pytestmark = pytest.mark.thorough

SIZE = 40 * PAGE_SIZE + 100
PAGES = 41
FLUSH = ["L1 CI", "L2 CI"]
SHORT = {CacheOp.CLEAN: "C", CacheOp.INVALIDATE: "I", CacheOp.CLEAN_INVALIDATE: "CI"}


def story(log) -> list[str]:
    """What happened to memory, repeats folded: stores by type, maintenance, descriptors, TLB maintenance."""
    words: list[str] = []
    for e in log:
        if isinstance(e, Store) and e.length >= 4096 and e.address >= 0x8040_0000:
            words.append(f"store {e.type.value}")
        elif isinstance(e, Maintenance):
            words.append(f"{'L1' if e.level is Level.INNER else 'L2'} {SHORT[e.op]}")
        elif isinstance(e, DescriptorWrite):
            words.append("remap" if e.valid_to_valid else "map" if e.new else "unmap")
        elif isinstance(e, TlbMaintenance):
            words.append("TLBI all" if e.broadcast else "TLBI local")
    return [word for i, word in enumerate(words) if not i or words[i - 1] != word]


KMAP = ["map", "TLBI local", "store WB", "L1 CI", "unmap", "TLBI local"]
ALLOC = {  # arch/arm/mm/dma-mapping.c and the proposals, step by step
    "double_map": ["store WB", *FLUSH, "map"],
    "unmap_linear": ["store WB", *FLUSH, "unmap", "TLBI all", "map"],
    "highmem_only": [*KMAP * PAGES, "L2 CI", "map"],
    "remap_in_place": ["store WB", *FLUSH, "remap", "TLBI all"],
    "keep_alias": ["L1 C", "L2 C", "map", "store NC"],
    "both": [*KMAP * PAGES, "L2 CI", "map"],  # the highmem area has room
    "nomap_carveout": ["store NC"],
    "coherent": ["store WB"],
    "bounce": [*KMAP * PAGES, "L2 CI", "map"],  # the kernel's own choice for coherent memory
    "atomic_pool": [],
    "strict": ["map", "unmap", "TLBI all", "map", "store WB", *FLUSH, "unmap", "TLBI all", "map", *FLUSH],
}
FREE = {
    "double_map": ["unmap"],
    "unmap_linear": ["unmap", "TLBI all", "map"],
    "highmem_only": ["unmap"],
    "remap_in_place": ["remap", "TLBI all"],
    "keep_alias": ["unmap"],
    "both": ["unmap"],
    "nomap_carveout": [],
    "coherent": [],
    "bounce": ["unmap"],
    "atomic_pool": [],
    "strict": ["unmap", "TLBI all", "map"],
}


@pytest.mark.parametrize("policy", POLICIES)
def test_the_order_of_steps(make, policy: str) -> None:
    world = make(policy)
    kernel = world.kernel
    world.run(kernel.vmalloc.vmap(0, 1, Protection.KERNEL))  # tables exist
    log = world.watch(kernel.dma.alloc_coherent(SIZE, "frame"))
    assert story(log) == ALLOC[policy]
    mapped = log[-1]
    assert isinstance(mapped, DmaMap) and (mapped.kind, mapped.length) == (MappingKind.COHERENT, SIZE)
    steps = [e.text for e in log if isinstance(e, PolicyStep)]
    numbers = [int(text.split()[1].rstrip(":")) for text in steps]
    assert all(a + 1 == b for a, b in pairwise(numbers)) and numbers[0] == 1
    acting = {"bounce": "highmem_only", "both": "highmem_only"}.get(policy, policy)
    assert {e.policy for e in log if isinstance(e, PolicyStep)} == {acting}
    (buffer,) = (held.buffer for held in kernel.dma._coherent.values())
    log = world.watch(kernel.dma.free_coherent(buffer))
    assert isinstance(log[0], DmaUnmap)
    assert story(log) == FREE[policy]


LINES = PAGE_SIZE // 32


@pytest.mark.parametrize(
    ("policy", "alloc", "free"),
    [  # for each page: descriptors written, lines of L1, lines of L2, TLB maintenance local, broadcast
        ("double_map", (1, LINES, LINES, 0, 0), (1, 0, 0, 0, 0)),
        ("unmap_linear", (2, LINES, LINES, 0, 1), (2, 0, 0, 0, 1)),
        ("highmem_only", (3, LINES, LINES, 2, 0), (1, 0, 0, 0, 0)),
        ("remap_in_place", (1, LINES, LINES, 0, 1), (1, 0, 0, 0, 1)),
        ("keep_alias", (1, LINES, LINES, 0, 0), (1, 0, 0, 0, 0)),
        ("nomap_carveout", (0, 0, 0, 0, 0), (0, 0, 0, 0, 0)),
        ("coherent", (0, 0, 0, 0, 0), (0, 0, 0, 0, 0)),
        ("atomic_pool", (0, 0, 0, 0, 0), (0, 0, 0, 0, 0)),
        ("strict", (2, 2 * LINES, 2 * LINES, 0, 1), (2, 0, 0, 0, 1)),
    ],
)
def test_the_price_of_a_page(make, policy: str, alloc: tuple[int, ...], free: tuple[int, ...]) -> None:
    world = make(policy)
    kernel = world.kernel
    world.run(
        kernel.dma.free_coherent(world.run(kernel.dma.alloc_coherent(SIZE)))
    )  # tables exist, sections are split

    def spent() -> tuple[int, ...]:
        c = world.machine.counters
        return c.pte_writes, c.l1_ops, c.l2_ops, c.tlbi_local, c.tlbi_broadcast

    before = spent()
    buffer = world.run(kernel.dma.alloc_coherent(SIZE))
    between = spent()
    world.run(kernel.dma.free_coherent(buffer))
    assert tuple(b - a for a, b in zip(before, between, strict=True)) == tuple(PAGES * x for x in alloc)
    assert tuple(b - a for a, b in zip(between, spent(), strict=True)) == tuple(PAGES * x for x in free)


POOLS = ("nomap_carveout", "atomic_pool")  # their buffers never come from the page allocator
FROM_CMA = [name for name in POLICIES if name not in (*POOLS, "coherent")]


@pytest.mark.parametrize("policy", FROM_CMA)
@pytest.mark.parametrize("era", ERAS)
def test_the_buffer_is_clear_non_cacheable_and_goes_back(make, policy: str, era: str) -> None:
    world = make(policy, era, versions=True)
    kernel, machine = world.kernel, world.machine
    users = world.run(kernel.movable.fill(kernel.cma.first, 64))
    world.run(
        kernel.dma.free_coherent(world.run(kernel.dma.alloc_coherent(SIZE)))
    )  # makes the tables that stay
    users += world.run(kernel.movable.fill(kernel.cma.first, 64))
    free = kernel.frames.free_count()
    buffer = world.run(kernel.dma.alloc_coherent(SIZE, "frame"))
    assert (
        kernel.locate(buffer.dma_handle + 0x1234) == f"frame+0x1234 ({kernel.policy.cma_zone.name.lower()}, CMA area)"
    )
    assert kernel.cpu.translate(buffer.cpu_addr).type is MemoryType.NC
    assert kernel.cpu.physical(buffer.cpu_addr + PAGE_SIZE) == buffer.dma_handle + PAGE_SIZE
    world.run(kernel.io.wmb())
    if kernel.policy.clears(era):
        assert not machine.device_read(buffer.dma_handle, PAGES * PAGE_SIZE).any()
        assert machine.device_stale(buffer.dma_handle, PAGES * PAGE_SIZE) is None
    world.run(kernel.cpu.fill(buffer.cpu_addr, SIZE, 0x77))
    world.run(kernel.io.wmb())
    assert bytes(machine.device_read(buffer.dma_handle, SIZE)) == b"\x77" * SIZE
    world.run(kernel.dma.free_coherent(buffer))
    assert kernel.frames.free_count() == free
    kernel.frames.check()
    more = world.run(
        kernel.movable.fill(kernel.cma.first, 64)
    )  # the pages go back to movable users, who write them
    assert sum(user.pages.size for user in more) == PAGES
    assert sum(world.run(kernel.movable.damaged(user)) for user in (*users, *more)) == 0


@pytest.mark.parametrize(
    ("policy", "alias", "stray"),
    [
        ("double_map", True, "corrupts"),
        ("unmap_linear", False, "faults"),
        ("remap_in_place", False, "reaches memory"),
        ("keep_alias", True, "corrupts"),
        ("strict", False, "reaches memory"),
    ],
)
def test_the_alias_and_a_stray_write_through_it(make, policy: str, alias: bool, stray: str) -> None:
    world = make(policy)
    kernel, machine = world.kernel, world.machine
    buffer = world.run(kernel.dma.alloc_coherent(SIZE, "frame"))
    assert (machine.aliases.exposed(buffer.dma_handle, PAGES * PAGE_SIZE) > 0) is alias
    linear = kernel.layout.linear(buffer.dma_handle)
    if stray == "faults":
        with pytest.raises(TranslationFault):
            world.run(kernel.cpu.str_(linear, 1))
        return
    world.run(kernel.cpu.str_(linear, 0x0101_0101))
    world.run(kernel.io.mb())
    assert machine.device_read(buffer.dma_handle, 1)[0] == (1 if stray == "reaches memory" else 0)


@pytest.mark.parametrize("cpus", [1, 2])
def test_highmem_has_no_permanent_alias(make, cpus: int) -> None:
    for policy, residue in (("highmem_only", cpus > 1), ("strict", False)):
        world = make(policy, zone=Zone.HIGHMEM, cpus=cpus)
        world.run(world.kernel.movable.fill(world.kernel.cma.first, 64))
        buffer = world.run(world.kernel.dma.alloc_coherent(SIZE, "frame"))
        exposed = world.machine.aliases.exposed(buffer.dma_handle, PAGES * PAGE_SIZE)
        assert (exposed > 0) is residue  # kunmap invalidates the TLB of one CPU only


def test_strict_in_highmem_flushes_again_through_the_new_mapping(make) -> None:
    world = make("strict", zone=Zone.HIGHMEM)
    log = world.watch(world.kernel.dma.alloc_coherent(2 * PAGE_SIZE, "frame"))
    assert story(log) == [*KMAP, *KMAP, "TLBI all", "map", *FLUSH]


@pytest.mark.parametrize(("era", "words"), [("v2.6.39", ["unmap", "TLBI all"]), ("v6.19", ["unmap"])])
def test_double_map_frees_by_era(make, era: str, words: list[str]) -> None:
    world = make("double_map", era)
    buffer = world.run(world.kernel.dma.alloc_coherent(SIZE))
    assert story(world.watch(world.kernel.dma.free_coherent(buffer))) == words


def test_unmap_linear_before_3_5_walks_all_page_tables(make) -> None:
    world = make("unmap_linear", "v2.6.39", processes=7)
    world.run(world.kernel.dma.alloc_coherent(1 << 20))
    counters = world.machine.counters
    assert (counters.sections_split, counters.tables_walked) == (1, 8)


def test_keep_alias_cleans_and_invalidates_up_to_6_1(make) -> None:
    world = make("keep_alias", "v6.0")
    assert story(world.watch(world.kernel.dma.alloc_coherent(SIZE)))[:2] == FLUSH


def test_keep_alias_takes_one_page_from_the_page_allocator(make) -> None:
    world = make("keep_alias")
    kernel = world.kernel
    page, frame = (world.run(kernel.dma.alloc_coherent(size)) for size in (PAGE_SIZE, 2 * PAGE_SIZE))
    assert (
        kernel.layout.page(page.dma_handle) not in kernel.cma
        and kernel.layout.page(frame.dma_handle) in kernel.cma
    )
    free = kernel.frames.free_count()
    world.run(kernel.dma.free_coherent(page))
    assert kernel.frames.free_count() == free + 1
    kernel.frames.check()


@pytest.mark.parametrize("policy", ["double_map", "unmap_linear", "remap_in_place", "keep_alias"])
def test_policies_of_the_linear_mapping_need_lowmem(make, policy: str) -> None:
    world = make(policy, zone=Zone.HIGHMEM)
    with pytest.raises(DmaApiError, match=f"policy {policy} .*must be in lowmem"):
        world.run(world.kernel.dma.alloc_coherent(SIZE))
    assert world.kernel.cma.available == world.kernel.cma.count


def test_highmem_only_needs_highmem(make) -> None:
    with pytest.raises(UsageError, match="highmem, which has 0 MiB"):
        make("highmem_only", ram_mib=16)
    with pytest.raises(DmaApiError, match="needs its CMA area in highmem"):
        world = make("highmem_only", zone=Zone.LOWMEM)
        world.run(world.kernel.dma.alloc_coherent(SIZE))


def test_names() -> None:
    for name, policy in POLICIES.items():
        assert policy.name == name and policy.summary and "\n" not in policy.summary
    assert [resolve(AUTO, "cortex-a9-pl310", era) for era in ERAS] == [
        "double_map",
        *["remap_in_place"] * 2,
        *["highmem_only"] * 2,
    ]
    assert resolve("strict", "one-level", "v3.5") == "strict"
    with pytest.raises(
        UsageError, match="unknown policy 'stric' \\(did you mean strict\\?\\): allowed are double_map"
    ):
        resolve("stric", "one-level", "v3.5")


def test_what_never_was() -> None:
    known = {
        name: [era for era in ERAS if policy.hypothetical("cortex-a9-pl310", era) is None]
        for name, policy in POLICIES.items()
    }
    assert known == {
        "double_map": list(ERAS),
        "unmap_linear": [],
        "highmem_only": ["v6.0", "v6.19"],
        "remap_in_place": list(ERAS[1:]),
        "keep_alias": [],
        "both": [],
        "nomap_carveout": list(ERAS),
        "coherent": list(ERAS),
        "bounce": [],
        "atomic_pool": list(ERAS[1:]),
        "strict": [],
    }


def test_soundness() -> None:
    for name in POLICIES:
        for profile, found in PROFILES.items():
            for override in (False, True) if found.translation != "regions" else ():
                verdict = sound(Cell(name, profile, knobs=Knobs(shared_override=override)))
                quiet = name in ("strict", "nomap_carveout", "coherent") or not found.outer or override
                assert (verdict is True) == quiet, (name, profile)
    assert "non-cacheable reads hit" in str(sound(Cell("double_map")))
    assert "neither cleared nor flushed" in str(sound(Cell("highmem_only", era="v3.5", knobs=Knobs(shared_override=True))))
    assert sound(Cell(AUTO, knobs=Knobs(shared_override=True))) is True and sound(Cell(AUTO)) is not True


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (Cell("strickt"), "unknown policy 'strickt' .did you mean strict"),
        (Cell("strict", "cortex-a54"), "unknown profile 'cortex-a54' .did you mean cortex-a53"),
        (Cell("strict", era="v3.6"), "unknown era 'v3.6' .did you mean v3.5"),
        (Cell("strict", "cortex-m7"), "cortex-m7 has no MMU"),
    ],
)
def test_no_soundness_of_what_cannot_be(cell: Cell, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        sound(cell)
