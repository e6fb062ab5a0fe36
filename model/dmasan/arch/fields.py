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


_COPY = ("absent", "clean_stale", "clean_latest", "dirty_stale", "dirty_latest")
_STORES = [f"{alias}{order}" for alias in ("nc", "wb") for order in ("", "_ordered")]
_STORE = ("no_store", *(f"{store}_{value}" for store in _STORES for value in ("stale", "latest")))
_HELD = ("empty", "held_stale", "held_latest")
_MAINTENANCE = ("cleaning", "invalidating", "cleaning_invalidating")

FIELDS = (
    Field("l1", "Copy", _COPY, "the copy in some CPU's L1"),
    Field("l2", "Copy", _COPY, "the copy in the integrated or outer L2"),
    Field("memory", "Memory", ("stale", "latest"), "memory at the point of coherency"),
    Field(
        "store_buffer",
        "Store",
        _STORE,
        "a store that has not left the CPU: through the Non-cacheable (nc) or the cacheable (wb) alias, and whether a "
        "DMB orders it before what follows",
    ),
    Field("outer_buffer", "Held", _HELD, "a Non-cacheable store in the outer cache's own buffer"),
    Field("posted", "Held", _HELD, "a device write whose data was accepted and that has no B response yet"),
    Field(
        "in_flight",
        "Maintenance",
        ("idle", *_MAINTENANCE, *(f"ordered_{name}" for name in _MAINTENANCE)),
        "maintenance by VA that was issued and that no DSB has completed; `ordered` by a DMB",
    ),
    Field("live", "Life", ("dead", "live"), "whether a cacheable alias of the page is live"),
)
