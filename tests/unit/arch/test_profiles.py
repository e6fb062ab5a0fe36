# SPDX-License-Identifier: Apache-2.0
"""The table of profiles: every figure has a source, the kernel runs on each that has an MMU, users bring their own."""

from __future__ import annotations

from dataclasses import MISSING, fields
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from dmasan.arch.processor import Profile
from dmasan.arch.profile import PROFILES, find_profile
from dmasan.config import UsageError
from dmasan.scenarios.frame import frame
from dmasan.scenarios.picture import Picture
from dmasan.soc import Soc

NAMED = ["arm926", "arm1176", "arm11mpcore", "cortex-a8", "cortex-a9-pl310", "cortex-a15", "cortex-a53", "cortex-a72"]
SMALL = {"ram_mib": 32, "lowmem_mib": 20, "cma_mib": 8, "processes": 1}


def test_all_are_there() -> None:
    assert list(PROFILES) == ["one-level", *NAMED, "cortex-m7"]


@pytest.mark.parametrize("name", PROFILES)
def test_every_figure_has_a_source(name: str) -> None:
    profile = PROFILES[name]
    figures = {
        item.name
        for item in fields(Profile)
        if item.default is not MISSING and getattr(profile, item.name) != item.default
    } - {"l2"}
    figures |= {"l1"} | ({"l2"} if profile.l2 else set())
    assert figures - {"architecture"} <= set(profile.sources), name
    assert set(profile.sources) <= {item.name for item in fields(Profile)}
    assert all(len(text) > 4 for text in profile.sources.values())


def picture() -> Picture:
    data = np.random.default_rng(5).integers(0, 256, 5000, np.uint8)
    return Picture(Path("noise"), data)


@pytest.mark.parametrize(("name", "policy"), list(product(NAMED, ["strict", "double_map"])))
@pytest.mark.thorough
def test_the_picture_arrives_where_the_kernel_is_sound(name: str, policy: str) -> None:
    soc = Soc(profile=name, policy=policy, schedule="random", seed=3, shared_override=True, **SMALL)
    original = picture()
    result = soc.run(lambda soc: frame(soc, original))
    soc.expect_clean()
    assert result.damaged == 0
    for delivery in result.deliveries:
        assert delivery.error is None and (delivery.data == original.data).all(), delivery.name


def test_the_kernel_needs_an_mmu() -> None:
    with pytest.raises(UsageError, match="profile cortex-m7 has no MMU"):
        Soc(profile="cortex-m7")


def test_a_profile_has_no_more_cpus_than_its_processor_unless_asked() -> None:
    assert Soc(profile="cortex-a8", **SMALL).knobs.cpus == 1
    assert Soc(profile="cortex-a15", **SMALL).knobs.cpus == 2
    with pytest.raises(UsageError, match="at most 1 CPUs, not 2"):
        Soc(profile="cortex-a8", cpus=2)


def test_a_profile_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "board.toml"
    file.write_text(
        'base = "cortex-a9-pl310"\nl2 = {size = 262144, ways = 16, line = 32}\nmax_cpus = 1\n'
        "forbidden = [{base = 0x80400000, size = 4096}]\ncosts = {memory = 90}\n"
    )
    board = find_profile(str(file))
    assert board.l2 is not None
    assert (board.name, board.l2.ways, board.max_cpus, board.costs.memory) == ("board", 16, 1, 90)
    assert board.costs.dsb == PROFILES["cortex-a9-pl310"].costs.dsb
    assert board.forbidden[0].base == 0x8040_0000
    assert board.sources["l2"] == str(file) and "DDI 0388" in board.sources["l1"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("way = 3", r"key way: unknown key 'way': allowed are base, name, family"),
        ('replacement = "mru"', r"key replacement: unknown value 'mru' \(did you mean lru\?\): allowed are round"),
        ("replacement = 3", "key replacement: 3 is not a text: allowed are round-robin, pseudo-random, lru"),
        ('base = "cortex-a10"', "key base: unknown profile 'cortex-a10'"),
        ("max_cpus = true", "key max_cpus: True is not a whole number"),
        ("max_cpus = 0", "profile x: max_cpus is 0"),
        ("highmem = 1", "key highmem: 1 is not true or false"),
        ("l1 = 32768", "key l1: 32768 is not a table with the keys granule, line, size, ways"),
        ("l1 = {size = 32768}", "key l1: the key line is missing"),
        ("l1 = {size = 32768, ways = 3, line = 32}", "key l1: cache of 32768 bytes"),
        ("costs = {dsp = 3}", r"key costs: unknown key 'dsp' \(did you mean dsb\?\)"),
        ("costs = {dsb = 0.5}", "key costs: dsb = 0.5 is not a whole number"),
        ("forbidden = 3", "key forbidden: 3 is not a list of tables"),
        ("forbidden = [{base = 1, size = 4096}]", "key forbidden: region of 0x1000 bytes at 0x1"),
        ("maintenance_broadcast = false", "choose another family of one-level, .*one-level-local"),
        ('family = "pl310"', "profile x: family pl310 has an L2 cache; maintenance could not reach the point"),
        ("= 3", "not valid TOML: "),
    ],
)
def test_a_wrong_profile_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "x.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=says) as error:
        find_profile(str(file))
    assert str(error.value).startswith(str(file)) and "\n" not in str(error.value)


def test_a_missing_profile_is_refused() -> None:
    with pytest.raises(UsageError, match=r"cannot read the profile absent.toml: No such file"):
        find_profile("absent.toml")


def test_an_aliasing_cache_has_no_highmem() -> None:
    for name in ("arm926", "arm1176"):
        layout = Soc(profile=name, policy="strict", **SMALL).kernel.layout
        assert layout.pages == layout.lowmem_pages == 20 << 8
        with pytest.raises(UsageError, match="highmem"):
            Soc(profile=name, policy="highmem_only", **SMALL)
    assert Soc(profile="cortex-a8", policy="strict", **SMALL).kernel.layout.pages == 32 << 8
