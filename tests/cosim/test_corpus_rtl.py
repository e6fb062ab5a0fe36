# SPDX-License-Identifier: Apache-2.0
"""The cases of the corpus in which the device matters, on the RTL: the same first code as on the behavioural device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cocotbext.dmasan.simulate import Job, run_job
from dmasan.corpus import CASES

pytestmark = [pytest.mark.cosim, pytest.mark.deep]
PATH = (str(Path(__file__).parent),)
# Ownership, order, rings, snooping, addresses, bounce slots, completion.
CATEGORIES = ("H", "I", "J", "N", "O", "P", "U", "V", "W", "Y")
BEHAVIOURAL = {"V3", "N5"}  # a fault of the behavioural device; a ring that it polls, where the RTL waits for TAIL


def _variants() -> Iterator[object]:
    for case in CASES.values():
        if case.category in CATEGORIES and case.id not in BEHAVIOURAL and not case.needs:
            for each in case.variants:
                expected = case.code.name if case.code is not None and each.flagged else None
                yield pytest.param(case.id, each.kind, expected, id=f"{case.id}-{each.kind}")


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("name", "kind", "expected"), list(_variants()))
def test_a_case_on_the_rtl(name: str, kind: str, expected: str | None, tmp_path: Path) -> None:
    job = Job("corpus_jobs:variant", {"name": name, "kind": kind}, path=PATH)
    told = run_job(job, tmp_path / "run", timeout=120)
    assert told["codes"][:1] == ([expected] if expected is not None else []), told
