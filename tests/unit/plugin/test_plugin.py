# SPDX-License-Identifier: Apache-2.0
"""The fixture `soc`: hazards fail the test that used it, and nothing else does."""

from __future__ import annotations

import sys

import pytest

pytestmark = pytest.mark.thorough

pytest_plugins = ("pytester",)


@pytest.fixture(autouse=True)
def outside_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """With these set, pytest repeats every failure in full in its summary, and each of our lines comes twice."""
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)


PROGRAMS = """
import pytest
from dmasan.device.driver import DmaEngine
from dmasan.events import Direction

async def good(soc):
    engine = await DmaEngine.probe(soc)
    a, b = [await soc.dma.alloc_coherent(4096, name) for name in ("source", "target")]
    await soc.cpu(0).fill(a.cpu_addr, 4096, 5)
    await engine.memcpy(b.dma_handle, a.dma_handle, 4096)
    assert (await soc.cpu(0).read(b.cpu_addr, 4096)).tolist() == [5] * 4096

async def bad(soc):  # writes after it handed the buffer over
    engine = await DmaEngine.probe(soc)
    a, b = [await soc.kernel.kmalloc(4096, name) for name in ("source", "target")]
    await soc.cpu(0).fill(a, 4096, 5)
    source = await soc.dma.map_single(a, 4096, Direction.TO_DEVICE, "source")
    target = await soc.dma.map_single(b, 4096, Direction.FROM_DEVICE, "target")
    await soc.cpu(0).fill(a, 64, 6)
    await engine.memcpy(target, source, 4096)
"""


def run(pytester: pytest.Pytester, text: str) -> pytest.RunResult:
    pytester.makepyfile(PROGRAMS + text)
    return pytester.runpytest_subprocess("-p", "dmasan.pytest", "-p", "no:cacheprovider", "-q")


def test_a_clean_program_passes_and_a_bad_one_fails_with_its_hazards(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
@pytest.mark.dmasan(policy="strict")
def test_good(soc):
    soc.run(good)

def test_bad(soc):
    soc.run(bad)
""",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*[[]CPU_WR_OWNED[]]: *source*"])
    result.stdout.fnmatch_lines(["*soc.cpu(0).fill(a, 64, 6)*"])


def test_a_failure_tells_the_command_that_shows_it_in_waves(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
@pytest.mark.dmasan(policy="strict", seed=3, cpus=1, snoop_port=False)
def test_bad(soc):
    soc.run(bad)

def test_local(soc):
    async def local(soc):
        await bad(soc)
    soc.run(local)
""",
    )
    result.assert_outcomes(failed=2)
    told = [line.removeprefix("with waves: ") for line in result.outlines if line.startswith("with waves: ")]
    assert len(told) == 1, "a function within a test cannot be named on the command line"
    (file,) = pytester.path.glob("test_*.py")
    assert told == [
        f"dmasan run {file.name}:bad --policy strict --seed 3 --set cpus=1 --set snoop_port=false --waves"
    ]
    words = ["run", *told[0].split()[2:-1], "--backend", "model", "--quiet"]
    again = pytester.run(sys.executable, "-m", "cocotbext.dmasan.cli", *words)
    assert again.ret == 1
    again.stdout.fnmatch_lines(["*[[]CPU_WR_OWNED[]]: *source*"])


def test_expected_hazards_must_come_and_no_others(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
root = ("CPU_WR_OWNED",)

@pytest.mark.dmasan(policy="strict", hazards=root)
def test_as_expected(soc):
    soc.run(bad)

@pytest.mark.dmasan(policy="strict", hazards="SHARED_LINE")
def test_missing(soc):
    soc.run(good)

@pytest.mark.dmasan(policy="strict", hazards=("DEV_UNMAPPED",))
def test_one_too_many(soc):
    soc.run(bad)
""",
    )
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*expected hazards did not come: SHARED_LINE*"])


def test_the_marker_reaches_the_soc_and_the_closest_one_wins(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
@pytest.mark.dmasan(policy="double_map", cpus=1)
class TestCell:
    @pytest.mark.dmasan(policy="strict", seed=9, schedule="random", era="v3.5")
    def test_cell(self, soc):
        cell = soc.cell
        assert (cell.policy, cell.era, cell.knobs.cpus) == ("strict", "v3.5", 1)
        assert (soc.seed, soc.schedule.name, soc.backend.name) == (9, "random", "model")

def test_without_the_fixture():
    pass
""",
    )
    result.assert_outcomes(passed=2)


def test_wrong_options_are_errors_that_name_them(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
@pytest.mark.dmasan(policy="stritc")
def test_policy(soc): ...

@pytest.mark.dmasan(cpus=9)
def test_knob(soc): ...

@pytest.mark.dmasan(hazards="BAD_LUCK")
def test_code(soc): ...

@pytest.mark.dmasan("strict")
def test_position(soc): ...
""",
    )
    result.assert_outcomes(errors=4)
    for text in (
        "unknown policy 'stritc'",
        "knob cpus: 9 is out of range",
        "unknown hazard 'BAD_LUCK'",
        "named arguments only",
    ):
        result.stdout.fnmatch_lines([f"*{text}*"])


def test_the_tests_own_failure_is_told_not_the_hazards(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_own(soc):
    soc.run(bad)
    assert 1 == 2
""",
    )
    result.assert_outcomes(failed=1)
    assert "CPU_WR_OWNED" not in result.stdout.str()
