# SPDX-License-Identifier: Apache-2.0
"""A witness exists exactly where a stale read is possible, and replayed it makes the hazard manifest."""

from __future__ import annotations

import random

import numpy as np
import pytest

from dmasan import Soc
from dmasan.arch.configuration import RESET, STALE, Config
from dmasan.arch.family import FAMILIES, Family
from dmasan.arch.semantics import MOVES, OPERATIONS, closure
from dmasan.device.driver import DmaEngine
from dmasan.events import NOWHERE
from dmasan.sanitizer.hazards import State
from dmasan.sanitizer.history import History, Step, Touch
from dmasan.sanitizer.witness import Witness, find_witness
from dmasan.schedule import Move, Point, Replay

READS = ("dev_read", "load_nc", "load_wb")
OTHERS = [name for name, operation in OPERATIONS.items() if not operation.reads and name != "alias_dead"]


def story(names: list[str]) -> list[Touch]:
    """Operation k happens at point k of cpu0."""
    step = Step(Point("cpu0", "op", 0), "", 0, 1, NOWHERE, 0.0, "cpu0")
    return [Touch(Point("cpu0", "op", n), name, step) for n, name in enumerate(names)]


def stale_is_possible(family: Family, names: list[str]) -> bool:
    configs = closure(family, [RESET])
    for name in names:
        outcomes = [outcome for config in configs for outcome in OPERATIONS[name].apply(family, config)]
        configs = closure(family, [config for config, _ in outcomes])
    return any(value == STALE for _, value in outcomes)


def followed(family: Family, names: list[str], witness: Witness) -> bool:
    """Whether the witness's moves are hidden moves of the relation, and lead to the stale read."""
    made = [(point.n, name) for point, name in witness.moves]
    configs: set[Config] = {RESET}
    for n, name in enumerate(names):
        for move in [move for at, move in made if at == n]:
            configs = {after for config in configs for after in MOVES[move](family, config)}
            assert configs, f"{move} is not possible before {name} of {names}"
        outcomes = [outcome for config in configs for outcome in OPERATIONS[name].apply(family, config)]
        # What the machine does at once may be assumed: in the relation it is a choice among others.
        configs = {config for config, _ in outcomes} | closure_of_eager(
            family, {config for config, _ in outcomes}
        )
    return any(value == STALE for _, value in outcomes)


def closure_of_eager(family: Family, configs: set[Config]) -> set[Config]:
    """What maintenance, device writes and cacheable stores lead to when they take effect at once."""
    seen = set(configs)
    todo = list(configs)
    while todo:
        config = todo.pop()
        for name in ("complete_maintenance", "complete_posted_write", "drain_store_buffer"):
            for after in MOVES[name](family, config):
                if after not in seen:
                    seen.add(after)
                    todo.append(after)
    return seen


@pytest.mark.parametrize("family", FAMILIES.values(), ids=list(FAMILIES))
def test_a_witness_exists_exactly_where_a_stale_read_is_possible(family: Family) -> None:
    draw = random.Random(f"witness/{family.name}")
    found = 0
    for _ in range(150):
        names = ["alias_live", *draw.choices(OTHERS, k=draw.randint(1, 6)), draw.choice(READS)]
        witness = find_witness(family, 0x40, story(names))
        assert (witness is not None) == stale_is_possible(family, names), names
        if witness is not None:
            found += 1
            assert followed(family, names, witness), (names, witness)
    assert found > 30


def test_history_tells_a_byte_its_operations_and_points() -> None:
    history = History(line=32)
    history.add(Step(Point("cpu0", "op", 1), "store", 0x100, 4, NOWHERE, 0.0, "cpu0"))
    history.add(
        Step(Point("dma0", "write", 8), "dev_write_posted", 0x100, 256, NOWHERE, 0.0, "device", burst=128)
    )
    seen = [(touch.point, touch.operation) for touch in history.of(0x104)]
    assert seen == [(Point("cpu0", "op", 1), "neighbour_wb"), (Point("dma0", "write", 8), "dev_write_posted")]
    assert [touch.point.n for touch in history.of(0x190)] == [9]
    assert [step.by for step in history.writes_to(0x100)] == ["device", "cpu0"]


async def copy(soc: Soc) -> None:
    engine = await DmaEngine.probe(soc)
    source = await soc.dma.alloc_coherent(4096, "source")
    target = await soc.dma.alloc_coherent(4096, "target")
    await soc.cpu(0).write(source.cpu_addr, np.arange(4096, dtype=np.uint8))
    await engine.memcpy(target.dma_handle, source.dma_handle, 4096)
    await soc.cpu(0).read(target.cpu_addr, 4096)


@pytest.mark.parametrize(
    "policy", ["double_map", "unmap_linear", "highmem_only", "remap_in_place", "keep_alias"]
)
def test_latent_to_witness_to_manifest(policy: str) -> None:
    soc = Soc(policy=policy, seed=1)
    soc.run(copy)
    hazard = next(each for each in soc.hazards if each.buffer == "target")
    touches = list(soc.sanitizer.history.of(hazard.byte, hazard.seen))
    witness = find_witness(soc.sanitizer.family, hazard.byte, touches)
    assert witness is not None
    choices: dict[Point, tuple[Move, ...]] = {}
    for point, move in witness.schedule(32):
        choices[point] = (*choices.get(point, ()), move)
    replayed = Soc(policy=policy, seed=1, schedule=Replay(choices))
    replayed.run(copy)
    shown = next(each for each in replayed.hazards if each.buffer == "target")
    assert shown.state is State.MANIFEST
