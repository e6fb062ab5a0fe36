# SPDX-License-Identifier: Apache-2.0
"""From latent to manifest on the RTL: what the witness of each bug shows is on the bus."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUPPORT = ROOT / "tests" / "support"
sys.path.insert(0, str(SUPPORT))

from bug_stories import BUGS, Bug  # noqa: E402

QUICK = ("missing clean", "invalidate too early")
PROGRAM = """
import sys
from contextlib import suppress

sys.path.insert(0, {support!r})
from bug_stories import BUGS
from dmasan.device.transaction import DmaError

async def program(soc):
    with suppress(DmaError):  # the device may read a stale descriptor
        await BUGS[{name!r}].program()(soc)
"""

pytestmark = [pytest.mark.cosim, pytest.mark.timeout(400)]


def chosen() -> list[object]:
    """Two of them in every test run, all in the deep ones."""
    shown = [bug for bug in BUGS.values() if bug.shows]
    return [
        pytest.param(bug, id=bug.name.replace(" ", "-"), marks=[] if bug.name in QUICK else [pytest.mark.deep])
        for bug in shown
    ]


@pytest.mark.parametrize("bug", chosen())
def test_the_replayed_witness_is_manifest_on_the_rtl(bug: Bug, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(PROGRAM.format(support=str(SUPPORT), name=bug.name))
    knobs = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1, **bug.knobs}
    settings = [text for name, value in knobs.items() for text in ("--set", f"{name}={value}")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "DMASAN_CACHE": os.environ.get("DMASAN_CACHE", str(ROOT / "build" / "cache")),
    }
    command = [sys.executable, "-m", "cocotbext.dmasan.cli", "run", str(tmp_path / "own.py"), "--policy", bug.policy, *settings]
    done = subprocess.run(
        [*command, "--witness", "1"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=390
    )
    assert done.returncode == 1, done.stderr
    assert f"[{bug.code.name}]" in done.stdout.splitlines()[0]
    assert "replayed: manifest at " in done.stdout, done.stdout
