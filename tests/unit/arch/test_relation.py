# SPDX-License-Identifier: Apache-2.0
"""Properties of the relation's transitions, over every configuration that is reachable from reset; and its printer."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

import pytest

from dmasan.arch import murphi
from dmasan.arch.configuration import (
    ABSENT,
    IDLE,
    LATEST,
    LINE,
    RESET,
    STALE,
    Config,
    aged,
    has_latest,
    is_cacheable,
    is_dirty,
    line_waits,
    renewed,
    value_of,
)
from dmasan.arch.decision_tree import Switch, Tree, tree
from dmasan.arch.family import FAMILIES, ONE_LEVEL, Family
from dmasan.arch.fields import FIELDS
from dmasan.arch.reachable import reachable
from dmasan.arch.semantics import MOVES, OPERATIONS, closure, successors

SAMPLE = 4000  # configurations of a family with more; the deep tests take all


@dataclass(frozen=True)
class Space:
    """Configurations of a family: all that are reachable from reset, or those that a seeded search meets first."""

    family: Family
    whole: bool

    def configs(self) -> frozenset[Config]:
        return reachable(self.family) if self.whole else sample(self.family)


@cache
def sample(family: Family) -> frozenset[Config]:
    """Goes on from any configuration that it has met, so that it is as wide as it is deep."""
    draw = random.Random(family.name)
    seen, todo = {RESET}, [RESET]
    while len(seen) < SAMPLE:
        at = draw.randrange(len(todo))
        todo[at], todo[-1] = todo[-1], todo[at]
        state = todo.pop()
        after = [config for _, config in successors(family, state)]
        after += [config for op in OPERATIONS.values() for config, _ in op.apply(family, state)]
        new = dict.fromkeys(config for config in after if config not in seen)
        seen |= new.keys()
        todo += new
    return frozenset(seen)


OTHERS = [family for family in FAMILIES.values() if family is not ONE_LEVEL]
spaces = pytest.mark.parametrize(
    "space",
    [
        pytest.param(Space(ONE_LEVEL, whole=True), id=ONE_LEVEL.name),
        *(pytest.param(Space(f, whole=False), id=f.name, marks=pytest.mark.thorough) for f in OTHERS),
        *(pytest.param(Space(f, whole=True), id=f"{f.name}-whole", marks=pytest.mark.deep) for f in OTHERS),
    ],
)


def waits(c: Config) -> bool:
    """Whether a cacheable store to the line waits in the CPU's buffer."""
    return is_cacheable(c.store_buffer) or line_waits(c.store_buffer)


@spaces
def test_a_dead_alias_gains_no_copy_from_below(space: Space) -> None:
    """Hidden moves bring a copy into L1 only from the store buffer, and one into L2 only from L1."""
    for before in space.configs():
        if before.live:
            continue
        for name, after in successors(space.family, before):
            if after.l1 and not before.l1:
                assert waits(before), (name, before)
            if after.l2 and not before.l2:
                assert is_dirty(before.l1) or waits(before), (name, before)


@spaces
def test_hidden_moves_of_a_dead_alias_come_to_rest(space: Space) -> None:
    """Whatever is cached or buffered, moves alone can empty it all into memory: and then nothing moves."""
    for before in random.Random(1).sample(sorted(space.configs()), 300):
        dead = before._replace(live=0)
        resting = [c for c in closure(space.family, [dead]) if not any(True for _ in successors(space.family, c))]
        assert resting, dead
        assert all(c[:2] == (ABSENT, ABSENT) and c.in_flight == IDLE for c in resting)


@spaces
def test_only_invalidation_and_races_lose_an_update(space: Space) -> None:
    """No hidden move but maintenance, or a write-back or drain over a younger value, loses the last copy; loads never do."""
    for before in space.configs():
        if not has_latest(before):
            continue
        for name in ("fill_l1", "fill_l2"):
            assert all(has_latest(after) for after in MOVES[name](space.family, before)), (name, before)
        for name in ("dev_read", "snoop_read", "dmb", "alias_live", "alias_dead", "give_up"):
            assert all(has_latest(after) for after, _ in OPERATIONS[name].apply(space.family, before)), (name, before)


@spaces
def test_codes_of_reachable_configurations_have_names(space: Space) -> None:
    assert [field.name for field in FIELDS] == list(Config._fields)
    for config in space.configs():
        assert all(0 <= code < len(field.codes) for code, field in zip(config, FIELDS, strict=True))


@spaces
def test_a_write_ages_every_copy_and_giving_up_renews_every_copy(space: Space) -> None:
    for config in space.configs():
        old, new = aged(config), renewed(config)
        assert not has_latest(old)
        for c, value in ((old, STALE), (new, LATEST)):
            copies = (c.l1, c.l2, c.store_buffer, c.outer_buffer, c.posted, c.other, c.early)
            held = [code for code in copies if code and code < LINE]
            assert all(value_of(code) == value for code in held) and c.memory == value
            lines = (config.l1, config.l2, config.other)
            assert [is_dirty(code) for code in (c.l1, c.l2, c.other)] == [is_dirty(code) for code in lines]
            present = (*config[:2], *config[3:6], config.other, config.early)
            assert [bool(code) for code in copies] == [bool(code) for code in present]


def followed(node: Tree, config: Config) -> int | None:
    """What a printed nest of switches comes to."""
    while isinstance(node, Switch):
        node = next(branch for codes, branch in node.cases if config[node.field] in codes)
    return node.code


@pytest.mark.thorough
@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.deep)], ids=["sample", "whole"])
@pytest.mark.parametrize("name", ["evict_l1", "store_nc", "load_wb", "load_early"])
def test_printed_rules_are_the_relation(name: str, whole: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The compressed tables give back every outcome of every configuration."""
    space = Space(FAMILIES["m7"], whole)
    family = space.family
    monkeypatch.setattr(murphi, "reachable", lambda family: space.configs())
    rule = murphi.rules()[name]
    table = murphi.tabulate(rule, family)
    count = tree(table.count, table.rows)
    fields = [
        [tree(codes, table.rows, own) for codes, own in zip(outcome.T, table.rows.T, strict=True)]
        for outcome in table.after
    ]
    for config in random.Random(2).sample(sorted(space.configs()), 2000):
        outcomes = list(dict.fromkeys(after for after, _ in rule(family, config)))
        assert followed(count, config) == len(outcomes)
        for trees, after in zip(fields, outcomes, strict=False):
            new = [followed(node, config) for node in trees]
            assert tuple(config[n] if code is None else code for n, code in enumerate(new)) == after


def test_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert murphi.main([]) == 2
    assert "usage" in capsys.readouterr().err
    assert murphi.main(["pl320"]) == 2
    assert "unknown family 'pl320' (did you mean pl310?)" in capsys.readouterr().err
