# SPDX-License-Identifier: Apache-2.0
"""A variant of a case of the corpus, on the RTL."""

from __future__ import annotations

from typing import Any

from cocotbext.dmasan.backend import RtlBackend
from dmasan.config import RunError
from dmasan.corpus import CASES
from dmasan.corpus.outcome import world


async def variant(backend: RtlBackend, name: str, kind: str) -> dict[str, Any]:
    """Runs it without hidden moves, so that the port serves by itself what it may; the codes, and how it ended."""
    case = CASES[name]
    soc = world(case, case.variant(kind), schedule="benign", backend=backend)
    error = None
    try:
        await soc.main(case.variant(kind).program)
    except RunError as end:
        error = str(end)
    backend.shared.drain()
    return {"codes": [hazard.code.name for hazard in soc.hazards], "error": error, "fast": backend.shared.fast_bursts}
