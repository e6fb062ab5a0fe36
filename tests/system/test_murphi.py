# SPDX-License-Identifier: Apache-2.0
"""The relation, printed as a Murphi model and explored by rumur, which shares no code with this project.

States, rules fired, the states in which a read may go wrong: rumur's counts are those of a plain search in Python over the
same relation; invariants and postconditions hold; and altered models are noticed.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dmasan.arch import murphi
from dmasan.arch.configuration import RESET, STALE, Config, has_latest
from dmasan.arch.family import FAMILIES, Family
from dmasan.arch.semantics import MOVES, OPERATIONS

pytestmark = [
    pytest.mark.system,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(shutil.which("rumur") is None, reason="needs rumur (apt-get install rumur)"),
    pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc (apt-get install gcc)"),
]


@dataclass(frozen=True)
class Explored:
    """What a search found. `covers`: by text, the number of states in which it is true."""

    states: int
    rules_fired: int
    covers: dict[str, int]
    errors: int = 0


def search(family: Family) -> Explored:
    """All states from reset, in Python, straight from the relation."""
    seen, todo, fired = {RESET}, [RESET], 0
    covers = {"no copy holds the latest value": 0}
    covers |= {f"{name} may return a stale value": 0 for name, op in OPERATIONS.items() if op.reads}
    while todo:
        state = todo.pop()
        covers["no copy holds the latest value"] += not has_latest(state)
        steps: list[set[Config]] = [set(move(family, state)) for move in MOVES.values()]
        for name, operation in OPERATIONS.items():
            outcomes = set(operation.apply(family, state))
            steps.append({after for after, _ in outcomes})
            if operation.reads:
                covers[f"{name} may return a stale value"] += any(value == STALE for _, value in outcomes)
        fired += sum(map(len, steps))
        fresh = set().union(*steps) - seen
        seen |= fresh
        todo += fresh
    return Explored(len(seen), fired, covers)


def explore(text: str, folder: Path) -> Explored:
    """rumur: model -> C -> verifier -> counts."""
    model, source, verifier = folder / "model.m", folder / "model.c", folder / "verifier"
    model.write_text(text)
    to_c = ["rumur", "--deadlock-detection", "off", "--threads", "1", "--max-errors", "1000000"]
    to_c += ["--counterexample-trace", "off", "--output-format", "machine-readable", "--output", str(source)]
    subprocess.run([*to_c, str(model)], check=True, timeout=1800)
    subprocess.run(["gcc", "-std=c11", "-w", "-O1", "-mcx16", source, "-o", verifier, "-lpthread"], check=True)
    run = subprocess.run([verifier], check=False, capture_output=True, text=True, timeout=1800)
    found = ElementTree.fromstring(run.stdout)
    summary = found.find("summary")
    assert summary is not None, run.stdout
    covers = {each.attrib["message"]: int(each.attrib["count"]) for each in found.iter("cover_result")}
    counts = {name: int(summary.attrib[name]) for name in ("states", "rules_fired", "errors")}
    return Explored(covers=covers, **counts)


@cache
def printed(family: Family) -> str:
    return "\n".join(murphi.model(family)) + "\n"


LARGE = ("integrated", "pl310", "pl310-override", "vipt-aliasing")
"""Families of tens of thousands of configurations. What loads have found early changes nothing but what they return: so these
are explored with loads in order, and with early ones in a deep run; the families with early loads that are not named here,
`one-level-local` and `m7`, are explored whole."""
EXPLORED = {
    f"{name}, loads in order" if name in LARGE else name: replace(family, loads_early=family.loads_early and name not in LARGE)
    for name, family in FAMILIES.items()
}


@pytest.mark.parametrize("name", EXPLORED)
def test_rumur_finds_what_python_finds(name: str, tmp_path: Path) -> None:
    agree(EXPLORED[name], tmp_path)


@pytest.mark.deep
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", LARGE)
def test_rumur_finds_what_python_finds_with_early_loads(name: str, tmp_path: Path) -> None:
    agree(FAMILIES[name], tmp_path)


def agree(family: Family, folder: Path) -> None:
    found = explore(printed(family), folder)
    assert found == search(family)
    assert found.states > 1_000


def rule_of(text: str, name: str) -> tuple[int, int]:
    """Where a rule and the function that enables it stand in a model."""
    start = text.index(f"function {name}_outcomes()")
    return start, text.index("endruleset;", start)


def replaced(name: str, old: str, new: str) -> Callable[[str], str]:
    """A change of one place of one rule."""

    def change(text: str) -> str:
        start, end = rule_of(text, name)
        assert old in text[start:end], f"rule {name} is not what this mutant changes"
        return text[:start] + text[start:end].replace(old, new, 1) + text[end:]

    return change


MUTANTS = {
    "a dead alias fills": replaced("fill_l1", "case dead:\n          return 0;", "case dead:\n          return 1;"),
    "DSB leaves the store where it is": replaced("dsb", "after.store_buffer := no_store;", ""),
    "eviction drops a dirty line": replaced("evict_l1", "after.memory := latest;", "after.memory := stale;"),
    "a device write misses memory": replaced("dev_write", "after.memory := latest;", "after.memory := stale;"),
    "an eviction of L1 allocates in an L2": replaced("evict_l1", "after.l1 := absent;", "after.l2 := clean_stale;"),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_altered_model_is_noticed(mutant: str, tmp_path: Path) -> None:
    family = FAMILIES["one-level"]
    assert explore(MUTANTS[mutant](printed(family)), tmp_path) != search(family)
