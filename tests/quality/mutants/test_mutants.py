# SPDX-License-Identifier: Apache-2.0
"""Standing mutants: the quick tests notice every one of them. A survivor is a rule that no test holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from arch_mutants import ARCH_MUTANTS
from diagnosis_mutants import DIAGNOSIS_MUTANTS
from mutant import INSIDE, NOTICED, SURVIVED, Mutant, copy_of_model, run
from order_mutants import ORDER_MUTANTS
from relation_mutants import RELATION_MUTANTS
from sanitizer_mutants import SANITIZER_MUTANTS

MUTANTS = (*ARCH_MUTANTS, *RELATION_MUTANTS, *SANITIZER_MUTANTS, *ORDER_MUTANTS, *DIAGNOSIS_MUTANTS)
SUITES = {mutant.tests for mutant in MUTANTS}


def named(mutant: Mutant) -> str:
    return mutant.name.replace(" ", "-")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_model(tmp_path_factory.mktemp("mutant"))


def test_every_mutant_can_be_made(model: Path) -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 25
    for mutant in MUTANTS:
        path = model / "dmasan" / mutant.file
        original = path.read_text()
        mutant.apply(model)
        compile(path.read_text(), str(path), "exec")
        path.write_text(original)


@pytest.mark.deep
@pytest.mark.parametrize("suite", sorted(SUITES | {INSIDE}), ids=lambda suite: suite[0])
def test_unchanged_copy_passes(suite: tuple[str, ...], tmp_path: Path) -> None:
    """Otherwise a mutant might be noticed for the wrong reason."""
    result = run(copy_of_model(tmp_path), suite)
    assert result.returncode == SURVIVED, result.stdout[-3000:] + result.stderr[-1000:]


@pytest.mark.deep
@pytest.mark.parametrize("mutant", MUTANTS, ids=named)
def test_mutant_is_noticed(mutant: Mutant, tmp_path: Path) -> None:
    model = copy_of_model(tmp_path)
    mutant.apply(model)
    result = run(model, mutant.tests)
    assert result.returncode == NOTICED, (
        f"survivor: {mutant.name} ({mutant.file})"
        if result.returncode == SURVIVED
        else result.stdout[-3000:] + result.stderr[-1000:]
    )
