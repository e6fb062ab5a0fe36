# SPDX-License-Identifier: Apache-2.0
"""Properties of the relation's transitions, over every configuration that is reachable from reset; and its printer."""

from __future__ import annotations

import random

import pytest

from dmasan.arch import murphi
from dmasan.arch.configuration import (
    ABSENT,
    IDLE,
    LATEST,
    LINE,
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
from dmasan.arch.family import FAMILIES, Family
from dmasan.arch.fields import FIELDS
from dmasan.arch.reachable import reachable
from dmasan.arch.semantics import MOVES, OPERATIONS, closure, successors

LARGE = ("pl310", "pl310-override", "vipt-aliasing")  # tens of thousands of configurations, or the same as another
QUICK = ("one-level",)  # the rest takes seconds a family to explore


def marks(family: Family) -> list[pytest.MarkDecorator]:
    if family.name in LARGE:
        return [pytest.mark.deep]
    return [] if family.name in QUICK else [pytest.mark.thorough]


families = pytest.mark.parametrize("family", [pytest.param(f, marks=marks(f), id=f.name) for f in FAMILIES.values()])


def waits(c: Config) -> bool:
    """Whether a cacheable store to the line waits in the CPU's buffer."""
    return is_cacheable(c.store_buffer) or line_waits(c.store_buffer)


@families
def test_a_dead_alias_gains_no_copy_from_below(family: Family) -> None:
    """Hidden moves bring a copy into L1 only from the store buffer, and one into L2 only from L1."""
    for before in reachable(family):
        if before.live:
            continue
        for name, after in successors(family, before):
            if after.l1 and not before.l1:
                assert waits(before), (name, before)
            if after.l2 and not before.l2:
                assert is_dirty(before.l1) or waits(before), (name, before)


@families
def test_hidden_moves_of_a_dead_alias_come_to_rest(family: Family) -> None:
    """Whatever is cached or buffered, moves alone can empty it all into memory: and then nothing moves."""
    for before in random.Random(1).sample(sorted(reachable(family)), 300):
        dead = before._replace(live=0)
        resting = [c for c in closure(family, [dead]) if not any(True for _ in successors(family, c))]
        assert resting, dead
        assert all(c[:2] == (ABSENT, ABSENT) and c.in_flight == IDLE for c in resting)


@families
def test_only_invalidation_and_races_lose_an_update(family: Family) -> None:
    """No hidden move but maintenance, or a write-back or drain over a younger value, loses the last copy; loads never do."""
    for before in reachable(family):
        if not has_latest(before):
            continue
        for name in ("fill_l1", "fill_l2"):
            assert all(has_latest(after) for after in MOVES[name](family, before)), (name, before)
        for name in ("dev_read", "snoop_read", "dmb", "alias_live", "alias_dead", "give_up"):
            assert all(has_latest(after) for after, _ in OPERATIONS[name].apply(family, before)), (name, before)


@families
def test_codes_of_reachable_configurations_have_names(family: Family) -> None:
    assert [field.name for field in FIELDS] == list(Config._fields)
    for config in reachable(family):
        assert all(0 <= code < len(field.codes) for code, field in zip(config, FIELDS, strict=True))


@families
def test_a_write_ages_every_copy_and_giving_up_renews_every_copy(family: Family) -> None:
    for config in reachable(family):
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
@pytest.mark.parametrize("name", ["evict_l1", "store_nc", "load_wb", "load_early"])
def test_printed_rules_are_the_relation(name: str) -> None:
    """The compressed tables give back every outcome of every configuration."""
    family = FAMILIES["m7"]
    rule = murphi.rules()[name]
    table = murphi.tabulate(rule, family)
    count = tree(table.count, table.rows)
    fields = [
        [tree(codes, table.rows, own) for codes, own in zip(outcome.T, table.rows.T, strict=True)]
        for outcome in table.after
    ]
    for config in random.Random(2).sample(sorted(reachable(family)), 2000):
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
