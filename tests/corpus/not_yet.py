# SPDX-License-Identifier: Apache-2.0
"""What the corpus does not get right yet, each with its reason. A run that comes right makes its test fail."""

from __future__ import annotations

KNOWN: dict[tuple[str, str], str] = {
    ("M3", "buggy"): "events do not tell by which alias the maintenance would have gone: MISSING_CLEAN",
    ("W2", "buggy"): "what the last user left in a slot is not told from what the device wrote",
    ("Z4", "buggy"): "a map that gives content up is not held against the CPU's stores before it",
}
