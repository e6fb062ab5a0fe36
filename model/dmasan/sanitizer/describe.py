# SPDX-License-Identifier: Apache-2.0
"""A configuration in words."""

from __future__ import annotations

from dmasan.arch.configuration import EMPTY, Config, is_dirty, is_store, line_waits, value_of

_VALUE = ("stale", "latest")


def describe(config: Config) -> str:
    """Where the copies of a byte are, for a reader: "L2 clean stale, memory latest"."""
    parts = []
    for name, code in (("L1", config.l1), ("L2", config.l2)):
        if code:
            parts.append(f"{name} {'dirty' if is_dirty(code) else 'clean'} {_VALUE[value_of(code)]}")
    parts.append(f"memory {_VALUE[config.memory]}")
    for name, code in (
        ("CPU store buffer", config.store_buffer if is_store(config.store_buffer) else EMPTY),
        ("outer store buffer", config.outer_buffer),
        ("posted device write", config.posted),
    ):
        if code:
            parts.append(f"{name} {_VALUE[value_of(code)]}")
    if line_waits(config.store_buffer):
        parts.append("a store to the rest of the line in the CPU store buffer")
    if config.in_flight:
        parts.append("maintenance in flight")
    if config.early:
        parts.append(f"a load executed early has found the {_VALUE[value_of(config.early)]} value")
    return ", ".join(parts)
