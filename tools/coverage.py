# SPDX-License-Identifier: Apache-2.0
"""`make coverage`: functional coverage by random programs, the later ones aimed at what the earlier ones have missed;
line, branch and toggle coverage of the RTL by a driver program, the register sequences and random device programs.

Writes build/coverage/coverage.json: the groups with their missing and unreachable bins, and Verilator's totals. With
`--merge FILE` (repeatable) the groups of other runs are added.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cocotbext.dmasan.coverage import Group, Observer, groups
from cocotbext.dmasan.coverage import rtl as verilated
from dmasan.config import Cell
from dmasan.linux.policies import POLICIES

if TYPE_CHECKING:
    from cocotbext.dmasan.simulate import Job

ROOT = Path(__file__).resolve().parent.parent
STEPS, SHOWN = 60, 12
LATENCIES, RTL_PROGRAMS = (2, 40), 60  # cycles of memory; random device programs at each
PROFILE = "cortex-a9-pl310"
LEAST = 95.0  # percent of the bins that can be reached


def functional(programs: int) -> dict[str, Group]:
    """Random correct programs under each policy in turn, then such that aim at what these have missed."""
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    support, steered = importlib.import_module("programs"), importlib.import_module("steered")
    found = groups()
    observers: list[Observer] = []

    def watch(world: Any) -> Observer:
        observer = Observer(world.soc, found)
        world.soc.bus.subscribe(observer)
        observers.append(observer)
        return observer

    every = support.cells(PROFILE)
    for seed in range(programs):
        steps = support.random_steps(seed, STEPS)
        support.play(every[seed % len(every)], "benign", steps, seed=seed, prepare=watch)
        observers.pop().finish()
    for policy in POLICIES:
        steered.chase_mappings(found["mappings"], watch, Cell(policy, PROFILE))
    steered.chase_device((found["bursts"], found["registers"]), watch, PROFILE)
    return found


def rtl(folder: Path) -> verilated.Totals:
    """The jobs of `rtl_jobs` on the RTL, built to count; what any of them hit, points of rtl/ only."""
    from cocotbext.dmasan.build import engine
    from cocotbext.dmasan.simulate import run_job

    parts = {folder / name: job for name, job in rtl_jobs(folder)}
    for part, job in parts.items():
        run_job(job, part, design=engine(), coverage=True, timeout=900)
    return verilated.totals(verilated.read(part / "coverage.dat" for part in parts), "/rtl/")


def rtl_jobs(folder: Path) -> Iterator[tuple[str, Job]]:
    """The scenario `frame`, the register sequences, and random device programs, errors among them."""
    from cocotbext.dmasan.commands.jobs import CELL_TARGET
    from cocotbext.dmasan.simulate import Job

    cell = {"policy": "strict", "profile": PROFILE, "era": "v6.19", "knobs": {}, "schedule": "benign", "seed": 1}
    frame = {"scenario": "frame", "input": None, "folder": str((folder / "frame").absolute()), **cell}
    yield "frame", Job(CELL_TARGET, frame)
    for name in ("RegisterTest", "KnobTest"):
        arguments = {"module": "uvm_tests", "name": name}
        yield name, Job("cocotbext.dmasan.uvm:run_uvm_test", arguments, path=(str(ROOT / "tests" / "uvm"),))
    for latency in LATENCIES:
        programs = {"first": 1000 * latency, "count": RTL_PROGRAMS, "latency": latency}
        yield f"programs{latency}", Job("device_jobs:compare", programs, path=(str(ROOT / "tests" / "cosim"),))


def report(found: dict[str, Group], code: verilated.Totals) -> None:
    for group in found.values():
        missing = group.missing()
        print(f"{group.name}: {group.percent:.1f} % of {sum(1 for _ in group.bins())} bins, {len(missing)} missing")
        for bin in missing[:SHOWN]:
            print(f"    missing: {', '.join(bin)}")
        if len(missing) > SHOWN:
            print(f"    ... and {len(missing) - SHOWN} more (coverage.json has all)")
        for reason, count in group.reasons().items():
            print(f"    unreachable: {count} bins: {reason}")
        for bin in group.contradictions():
            print(f"    hit, but listed as unreachable: {', '.join(bin)}")
    for kind, (hit, total) in code.items():
        print(f"rtl {kind}: {100 * hit / total:.1f} % of {total} points")


def good(group: Group) -> bool:
    """Enough of its bins were hit, and none that is listed as unreachable."""
    return group.percent >= LEAST and not group.contradictions()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=66, help="random programs (default 66)")
    parser.add_argument("--no-rtl", action="store_true", help="functional coverage only")
    parser.add_argument("--merge", action="append", type=Path, default=[], help="coverage.json of another run")
    parser.add_argument("--out", type=Path, default=Path("build/coverage"))
    told = parser.parse_args(arguments)
    found = functional(told.programs)
    for path in told.merge:
        for other in json.loads(path.read_text(encoding="utf-8"))["groups"]:
            found[other["name"]].merge(other)
    code = {} if told.no_rtl else rtl(told.out)
    document: dict[str, Any] = {"schema": "dmasan/coverage/1", "groups": [group.to_json() for group in found.values()], "rtl": code}
    told.out.mkdir(parents=True, exist_ok=True)
    (told.out / "coverage.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    report(found, code)
    return 0 if all(good(group) for group in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
