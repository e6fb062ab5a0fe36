# SPDX-License-Identifier: Apache-2.0
"""Tables of the documentation, printed from the profiles: geometry, switches, hidden moves, costs, sources.

    python -m dmasan.arch.describe_profiles [FILE]

Without FILE the tables are printed; with FILE (docs/profiles.md) what stands there between the markers is replaced.
"""

from __future__ import annotations

import sys
from dataclasses import fields

from dmasan.arch.costs import Costs
from dmasan.arch.geometry import CacheGeometry
from dmasan.arch.profile import PROFILES
from dmasan.markdown import main, table

_SWITCHES = (
    "write_allocate",
    "write_streaming",
    "write_through",
    "buffered_stores",
    "maintenance_broadcast",
    "maintenance_waits",
    "speculates",
    "tlb_broadcast",
    "walker_cached",
    "highmem",
)


def _size(cache: CacheGeometry | None) -> str:
    if cache is None:
        return "none"
    granule = f", dirty by {cache.granule} B" if cache.granules > 1 else ""
    return f"{cache.size >> 10} KiB, {cache.ways}-way, {cache.line} B{granule}"


def _shown(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def geometry() -> str:
    rows = []
    for name, p in PROFILES.items():
        content = "outer, " + p.l2_content if p.outer else p.l2_content if p.l2 else ""
        replacement = " / ".join(dict.fromkeys((p.replacement, p.l2_replacement or p.replacement)))
        cpus = str(p.max_cpus)
        rows.append((f"`{name}`", p.architecture, cpus, _size(p.l1), p.indexing.upper(), _size(p.l2), content, replacement))
    head = ("profile", "architecture", "CPUs", "L1 data", "index", "L2", "content of L2", "replacement")
    return table(head, rows)


def switches() -> str:
    rows = [(f"`{name}`", f"`{p.family}`", *(_shown(getattr(p, s)) for s in _SWITCHES)) for name, p in PROFILES.items()]
    return table(("profile", "family", *(f"`{s}`" for s in _SWITCHES)), rows)


def moves() -> str:
    names = ("speculates", "prefetch_reach", "prefetch_into", "eviction_order", "outer_drains_alone")
    rows = [(f"`{name}`", *(_shown(getattr(p, each)) for each in names)) for name, p in PROFILES.items()]
    return table(("profile", *(f"`{each}`" for each in names)), rows)


def costs() -> str:
    names = [item.name for item in fields(Costs)]
    rows = [(f"`{cost}`", *(str(getattr(p.costs, cost)) for p in PROFILES.values())) for cost in names]
    return table(("cycles", *(f"`{name}`" for name in PROFILES)), rows)


def cost_sources() -> str:
    rows = [(f"`{item.name}`", item.metadata["text"], item.metadata["source"]) for item in fields(Costs)]
    return table(("cycles", "of what", "source of the figure, and of those that differ"), rows)


def sources() -> str:
    rows = [(f"`{name}`", f"`{figure}`", text) for name, p in PROFILES.items() for figure, text in p.sources.items()]
    return table(("profile", "figure", "source"), rows)


TABLES = {
    "geometry": geometry,
    "switches": switches,
    "moves": moves,
    "costs": costs,
    "cost_sources": cost_sources,
    "sources": sources,
}


if __name__ == "__main__":
    sys.exit(main(TABLES, sys.argv[1:]))
