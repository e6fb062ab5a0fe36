# SPDX-License-Identifier: Apache-2.0
"""Bursts that the RTL's port served by itself, as the sanitizer is told of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from cocotbext.dmasan.shared import BURST
from dmasan.soc import Soc
from dmasan.soc.port import merged

BASE, LENGTH = 0x8010_0000, 128
DATA, STATUS = 0, 2
ACCEPTED, DONE = 1, 2


def records(*bursts: tuple[int, int, int]) -> np.ndarray:
    """Records of (phase, kind, number of the burst)."""
    batch = np.zeros(len(bursts), BURST)
    for record, (phase, kind, number) in zip(batch, bursts, strict=True):
        record["phase"], record["kind"] = phase, kind
        record["address"], record["length"] = BASE + number * LENGTH, LENGTH
    return batch


def told(monkeypatch: pytest.MonkeyPatch, batches: Sequence[np.ndarray]) -> list[tuple[str, str, int]]:
    """What the sanitizer is told: (operation, kind, bytes)."""
    soc = Soc(policy="strict", ram_mib=16, lowmem_mib=12, cma_mib=2)
    seen: list[tuple[str, str, int]] = []
    device = soc.sanitizer.device
    monkeypatch.setattr(
        device, "served", lambda access, name, burst: seen.append((name, access.kind.value, access.length))
    )
    for batch in batches:
        soc.port.drain(batch)
    return seen


def test_no_write_is_answered_before_it_was_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second batch begins with the B of a burst of the first, and goes on with further bursts."""
    first = records(*((ACCEPTED, DATA, n) for n in range(3)), (DONE, DATA, 0))
    second = records((DONE, DATA, 1), (ACCEPTED, DATA, 3), (DONE, DATA, 2), (ACCEPTED, DATA, 4), (DONE, DATA, 3), (DONE, DATA, 4))  # fmt: skip
    posted = 0
    for name, _, length in told(monkeypatch, [first, second]):
        posted += length if name == "dev_write_posted" else -length
        assert posted >= 0
    assert posted == 0


def test_the_status_of_a_job_stays_between_what_came_before_and_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batch = records((ACCEPTED, DATA, 0), (DONE, DATA, 0), (ACCEPTED, STATUS, 9), (ACCEPTED, DATA, 1), (DONE, DATA, 1), (DONE, STATUS, 9))  # fmt: skip
    names = [(name, kind) for name, kind, _ in told(monkeypatch, [batch])]
    assert names.index(("dev_write_done", "data")) < names.index(("dev_write_posted", "status"))
    assert names[-1] == ("dev_write_done", "status")


def one_by_one(batch: np.ndarray) -> list[tuple[int, int]]:
    """What `merged` says, record by record."""
    runs: list[list[int]] = []  # first record, bytes, statuses before it
    streams: dict[tuple[int, ...], list[int]] = {}
    statuses = 0
    for n, record in enumerate(batch):
        if record["kind"] == STATUS:
            streams.clear()
            statuses += 1
        key = tuple(int(record[name]) for name in ("phase", "channel", "kind", "length", "tag"))
        run = streams.get(key)
        if run is not None and int(batch["address"][run[0]]) + run[1] == record["address"]:
            run[1] += key[3]
        else:
            streams[key] = run = [n, key[3], statuses]
            runs.append(run)
    runs.sort(key=lambda run: (run[2], batch["phase"][run[0]] == DONE))
    return [(first, length) for first, length, _ in runs]


@pytest.mark.parametrize("seed", range(40))
def test_neighbours_are_merged_as_one_by_one(seed: int) -> None:
    draw = np.random.default_rng(seed)
    batch = np.zeros(int(draw.integers(1, 120)), BURST)
    for name, most in (("phase", 3), ("channel", 2), ("tag", 2)):
        batch[name] = draw.integers(0, most, len(batch))
    batch["kind"] = draw.choice([DATA, DATA, DATA, DATA, 1, STATUS], len(batch))
    batch["length"] = draw.choice([64, 64, 64, 128], len(batch))
    places = np.zeros((3, 2, 2), np.uint64)  # most streams go on where they were
    for record in batch:
        stream = record["phase"], record["channel"], record["tag"]
        places[stream] = draw.integers(0, 4) * 4096 if draw.random() < 0.1 else places[stream]
        record["address"] = BASE + int(places[stream])
        places[stream] += record["length"]
    assert merged(batch) == one_by_one(batch)
    assert seed or len(merged(batch)) < len(batch)
