# SPDX-License-Identifier: Apache-2.0
"""A mutant: one small change of one rule in a copy of the model, and the tests that must notice it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
NOTICED, SURVIVED = 1, 0  # pytest's exit status: tests failed, all passed

# What may notice a mutant: pytest arguments.
ORACLE = ("tests/oracle/test_relation_outcomes.py", "tests/oracle/test_independent_oracle.py")
EVERY = ("tests/oracle/test_every_sequence.py",)
INSIDE = ("tests/property/test_arch_inside.py",)
_RELATION = "tests/unit/arch/test_relation.py::"
RELATION = (_RELATION + "test_a_write_ages_every_copy_and_giving_up_renews_every_copy[integrated]",)
LINES = ("tests/unit/sanitizer/test_rest_of_the_line.py",)
DOMAINS = ("tests/unit/sanitizer/test_mixed_shareability.py",)
WALKS = ("tests/unit/sanitizer/test_translation_rules.py",)
AUTOMATON = ("tests/unit/sanitizer/test_shadow.py", "tests/unit/sanitizer/test_automaton.py")
STORIES = ("tests/unit/sanitizer/test_ordering.py", "tests/unit/sanitizer/test_sanitizer.py", "tests/unit/sanitizer/test_pending.py", "tests/unit/sanitizer/test_two_cpus.py", "tests/unit/sanitizer/test_early_loads.py")

_DIAGNOSIS = "tests/unit/sanitizer/diagnosis/"
CODES = (
    _DIAGNOSIS + "test_codes.py::test_the_first_code_is_that_of_the_cause",
    _DIAGNOSIS + "test_codes.py::test_what_follows_from_one_cause_is_its_consequence",
    _DIAGNOSIS + "test_codes.py::test_every_report_of_a_live_alias_names_it",
)
CONTEXT = (_DIAGNOSIS + "test_context.py",)
REPAIRS = (_DIAGNOSIS + "test_repair.py",)
_MANIFEST = _DIAGNOSIS + "test_manifest.py::test_a_witness_makes_the_hazard_manifest"
WITNESSES = (
    f"{_MANIFEST}[dirty-in-a-second-alias]",
    _DIAGNOSIS + "test_manifest.py::test_a_lost_update_shows_in_the_next_read_but_not_behind_a_write",
)


@dataclass(frozen=True)
class Mutant:
    """`old`, found exactly once in `file` (below model/dmasan), becomes `new`. `tests`: pytest arguments."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...] = ORACLE

    def apply(self, model: Path) -> None:
        """Changes a copy of the model. Raises ValueError if the place is not there: then the mutant is out of date."""
        path = model / "dmasan" / self.file
        text = path.read_text()
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: {self.file} has {text.count(self.old)} places that read {self.old!r}")
        path.write_text(text.replace(self.old, self.new))


def copy_of_model(folder: Path) -> Path:
    model = folder / "model"
    shutil.copytree(ROOT / "model", model, ignore=shutil.ignore_patterns("__pycache__"))
    return model


def run(model: Path, tests: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Runs quick tests against a copy of the model; few random sequences, no shrinking, up to the first failure."""
    path = os.pathsep.join(map(str, (model, ROOT / "tb", HERE)))
    environment = os.environ | {"PYTHONPATH": path, "DMASAN_ORACLE_SEQUENCES": "200", "DMASAN_ORACLE_SHOWN": "0"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command += ["-p", "no:dmasan.pytest", "-p", "unshrunk", "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml")]
    command += ["-o", f"pythonpath={model} {ROOT / 'tb'}", "-o", "addopts=--import-mode=importlib"]
    command += ["-m", "not deep", "--hypothesis-profile=unshrunk", *tests]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=170, check=False
    )
