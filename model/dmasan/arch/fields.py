# SPDX-License-Identifier: Apache-2.0
"""Names for the fields of a `Config` and for their codes, in the order of the codes: for texts printed from the relation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """A field of `Config`. `codes[n]` names code n; fields of one `kind` share their names; `text` says what it is."""

    name: str
    kind: str
    codes: tuple[str, ...]
    text: str


_VALUES = ("stale", "latest")
_ALIASES = ("nc", "wb", "wt")
_COPY = ("absent", "clean_stale", "clean_latest", "dirty_stale", "dirty_latest")
_ORDERS = ("", "_before_stores", "_before_all")
_STORES = [f"{alias}{line}{order}" for line in ("", "_and_line") for alias in _ALIASES for order in _ORDERS]
_STORE = (
    "no_store",
    *(f"{store}_{value}" for store in _STORES for value in _VALUES),
    *(f"line{order}" for order in _ORDERS),
)
_HELD = ("empty", "held_stale", "held_latest")
_EARLY = ("no_load", *(f"{alias}_found_{value}" for alias in _ALIASES for value in _VALUES))
_OPERATIONS = ("cleaning", "invalidating", "cleaning_invalidating")


def _in_flight(ordered: str, unordered: str) -> str:
    both = [f"ordered_{ordered}" if ordered else "", unordered]
    return "_then_".join(filter(None, both)) or "idle"


_MAINTENANCE = tuple(_in_flight(first, then) for first in ("", *_OPERATIONS) for then in ("", *_OPERATIONS))

FIELDS = (
    Field("l1", "Copy", _COPY, "the copy in some CPU's L1"),
    Field("l2", "Copy", _COPY, "the copy in the integrated or outer L2"),
    Field("memory", "Memory", _VALUES, "memory at the point of coherency"),
    Field(
        "store_buffer",
        "Store",
        _STORE,
        "a store that has not left its CPU: through the Non-cacheable (nc), write-back (wb) or write-through (wt) alias, "
        "whether a cacheable store to other bytes of the line waits too (`line`), and whether a DMB ST orders it before later "
        "stores, or a DMB before all that follows",
    ),
    Field("outer_buffer", "Held", _HELD, "a Non-cacheable store in the outer cache's own buffer"),
    Field("posted", "Held", _HELD, "a device write whose data was accepted and that has no B response yet"),
    Field(
        "in_flight",
        "Maintenance",
        _MAINTENANCE,
        "maintenance by VA that was issued and that no DSB has completed; `ordered` by a DMB",
    ),
    Field(
        "live",
        "Life",
        ("dead", "live", "mixed"),
        "whether a cacheable alias of the page is live, `mixed`: a Non-shareable one among them",
    ),
    Field(
        "early", "Early", _EARLY, "what a load that comes later in program order has found already, by its alias"
    ),
    Field("other", "Copy", _COPY, "the copy in L1 under another virtual colour or address, or in an L1 that is not coherent with the first"),
    Field("other_in_flight", "Maintenance", _MAINTENANCE, "maintenance of that colour, as `in_flight`"),
)
