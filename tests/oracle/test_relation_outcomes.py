# SPDX-License-Identifier: Apache-2.0
"""The relation on sequences chosen by hand."""

from __future__ import annotations

from typing import Any

import pytest
from independent.explore import may_return as oracle
from independent.family import FAMILIES
from outcomes import CASES, CHOSEN, COLOURS, OUTCOMES, expected, name

from dmasan.arch.profile import PROFILES
from dmasan.config import UsageError
from dmasan.sanitizer import may_return


@pytest.mark.parametrize("case", CASES, ids=name)
def test_golden_case(case: dict[str, Any]) -> None:
    assert may_return(case["ops"], profile="one-level", alias_live=case["cacheable_alias_live"]) == expected(case)


@pytest.mark.parametrize(("family", "ops", "reads", "why"), OUTCOMES, ids=lambda value: str(value).replace(" ", "-"))
def test_documented_outcome(family: str, ops: str, reads: list[set[int]], why: str) -> None:
    sequence = ops.split()
    got = may_return(sequence, profile=family)
    if "two buffered stores" in why:  # the relation has one slot: it leaves out the older of two wrong values
        assert got == [{2, 3}] < reads
    else:
        assert got == reads, why


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("ops", CHOSEN, ids=lambda ops: ops.replace(" ", "-"))
def test_chosen_sequence(family: str, ops: str) -> None:
    assert may_return(ops.split(), profile=family) == oracle(ops.split(), FAMILIES[family])


@pytest.mark.parametrize("ops", COLOURS, ids=lambda ops: ops.replace(" ", "-"))
def test_chosen_sequence_of_two_colours(ops: str) -> None:
    assert may_return(ops.split(), profile="vivt") == oracle(ops.split(), FAMILIES["vivt"])


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_is_judged_by_its_family(profile: str) -> None:
    """A core that does not speculate shows less of what its family may do, never more."""
    found = PROFILES[profile]
    for ops in (["WB", "cl", "dr"], ["dw", "rWB"], ["NC", "dr", "dsb", "dr"]):
        own, family = may_return(ops, profile=profile), may_return(ops, profile=found.family)
        assert all(a <= b for a, b in zip(own, family, strict=True))
        assert own == family or not found.speculates


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(UsageError, match=r"unknown profile 'cortex-a54' .did you mean cortex-a53.*one-level-mixed"):
        may_return(["WB"], profile="cortex-a54")


@pytest.mark.parametrize("profile", ["one-level", "cortex-a15"])
def test_all_colours_are_one_where_they_do_not_matter(profile: str) -> None:
    for ops in ("yWB ycl dsb dr", "WB ycl dsb dr", "yWB yci dsb yrWB", "dw yiv yrWB", "yWB yclx dr"):
        plain = ops.replace("y", "")
        assert may_return(ops.split(), profile=profile) == may_return(plain.split(), profile=profile), ops


def test_an_iterator_of_names_is_read_once_and_judged_whole() -> None:
    assert may_return(iter(["WB", "dr"]), profile="one-level") == [{0, 1}]


@pytest.mark.parametrize(
    ("ops", "profile", "says"),
    [
        ("dr", "one-level", r"'dr' is no sequence of operation names: write a list, as \['WB', 'cl', 'dr'\]"),
        (None, "one-level", "None is no sequence of operation names"),
        (["WB", 1], "one-level", "unknown operation 1: allowed are WB, NC"),
        (["WB", "cll"], "one-level", r"unknown operation 'cll' .did you mean cl..: allowed are WB, NC"),
        (["dr"], None, "unknown profile None: allowed are one-level, arm926"),
        (["dr"], "no-such.toml", "cannot read the profile no-such.toml"),
    ],
)
def test_odd_input_is_refused_in_one_sentence(ops: Any, profile: Any, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        may_return(ops, profile=profile)
