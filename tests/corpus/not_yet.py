# SPDX-License-Identifier: Apache-2.0
"""What the corpus does not get right yet, each with its reason. A run that comes right makes its test fail."""

from __future__ import annotations

KNOWN: dict[tuple[str, str], str] = {
    ("E2", "buggy"): "dmabounce wants the direction of the mapping at each sync, and no rule does",
    ("M3", "buggy"): "events do not tell by which alias the maintenance would have gone: MISSING_CLEAN",
    (
        "T2",
        "buggy",
    ): "events do not tell by which translation a page is reached, nor when a walker sees an entry",
    ("W2", "buggy"): "what the last user left in a slot is not told from what the device wrote",
    ("Z4", "buggy"): "a map that gives content up is not held against the CPU's stores before it",
}

# Flagged with the right code, but at a line that the case does not mark.
ELSEWHERE: dict[tuple[str, str], str] = {
    ("L5", "buggy"): "what is reported first is the clearing of the page, through another colour than it is mapped with",
}
