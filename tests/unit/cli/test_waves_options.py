# SPDX-License-Identifier: Apache-2.0
"""`dmasan run --waves` and `--trace`: where they cannot be had they are refused before anything runs."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--waves", "--backend", "model"], "--waves: only with --backend rtl, the behavioural device has no signals"),
        (["--watch", "0x81900000", "--backend", "model"], "--watch: only with --waves"),
        (["--signals", "bus"], "--signals: only with --waves"),
        (["--waves", "--signals", "port"], "unknown signals 'port'"),
        (["--waves", "--watch", "here"], "--watch here: not a physical address such as 0x81900040"),
    ],
)
def test_waves_that_cannot_be_had_are_refused(dmasan, arguments: list[str], sentence: str) -> None:  # type: ignore[no-untyped-def]
    told = dmasan("run", "frame", "--quiet", *arguments)
    assert told.status == 2 and sentence in told.refusal()


def test_a_trace_is_written_compressed_where_its_name_says_so(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "own.py").write_text("async def program(soc):\n    await soc.dma.alloc_coherent(4096, 'ring')\n")
    small = [text for each in ("ram_mib=16", "lowmem_mib=12", "cma_mib=2") for text in ("--set", each)]
    assert dmasan("run", "own.py", "--backend", "model", "--quiet", "--trace", "trace.json.gz", *small).status == 0
    document = json.loads(gzip.decompress(Path("trace.json.gz").read_bytes()))
    assert document["otherData"]["schema"] == "dmasan/trace/1"
    assert any(each["name"].startswith("dma_alloc_coherent: ring") for each in document["traceEvents"])
