# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin: the fixture `soc`, a SoC on the behavioural device; a test that uses it fails on hazards.

    @pytest.mark.dmasan(policy="strict", cpus=1)
    def test_my_driver(soc):
        soc.run(my_driver)

The marker takes what `Soc` takes. `hazards=("MISSING_CLEAN",)` expects exactly these codes instead of none. A failure
tells the command that replays the program on the RTL with waves, where the command line can name it.

A failed test that has run simulations of its own (`cocotbext.dmasan.simulate.run_job`, UVM tests among them) tells the
command that repeats it with waves: DMASAN_WAVES=1 makes every simulation write them beside its sim.log.
"""

from __future__ import annotations

import inspect
import shlex
import sys
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from dmasan.soc import Soc

_EXPECTED = pytest.StashKey[frozenset[str]]()
_REPLAYS = pytest.StashKey[list[str]]()
_BEFORE = pytest.StashKey[int]()
_CELL = ("profile", "policy", "era", "schedule", "seed")  # options of `dmasan run`; the other options are knobs


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "dmasan(policy=, profile=, era=, schedule=, seed=, hazards=, **knobs): the cell of `soc`"
    )


@pytest.fixture
def soc(request: pytest.FixtureRequest) -> Soc:
    """A SoC that has not booted yet; `soc.run(program)` boots it and runs a driver program."""
    from dmasan.soc import Soc

    options = _options(request.node)
    request.node.stash[_EXPECTED] = _codes(options.pop("hazards", ()))
    replays = request.node.stash[_REPLAYS] = []

    class Recorded(Soc):
        def run(self, program: Callable[[Any], Awaitable[Any]]) -> Any:
            replays.extend(_replay(program, options))
            return super().run(program)

    return Recorded(**options)


def _replay(program: Callable[..., Any], options: Mapping[str, object]) -> list[str]:
    """The command that runs `program` on the RTL with waves; none for one that is no function of a file by its name, or
    with a backend or a schedule of the test's own making."""
    name = getattr(program, "__name__", "")
    if not inspect.iscoroutinefunction(program) or program.__globals__.get(name) is not program:
        return []
    if "backend" in options or not isinstance(options.get("schedule", ""), str):
        return []
    file = Path(inspect.getfile(program))
    file = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    cell = [word for key in _CELL if key in options for word in (f"--{key}", str(options[key]))]
    knobs = [word for key, value in options.items() if key not in _CELL for word in ("--set", f"{key}={_spelled(value)}")]
    return [shlex.join(["dmasan", "run", f"{file}:{name}", *cell, *knobs, "--waves"])]


def _spelled(value: object) -> str:
    """A knob's value as the command line takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _options(item: pytest.Item) -> dict[str, Any]:
    """The arguments of the markers of a test, the closest one last."""
    options: dict[str, Any] = {}
    for marker in reversed(list(item.iter_markers("dmasan"))):
        if marker.args:
            raise pytest.UsageError(f"{item.nodeid}: the marker dmasan takes named arguments only")
        options |= marker.kwargs
    return options


def _codes(names: str | Iterable[str]) -> frozenset[str]:
    from dmasan.config import choose
    from dmasan.sanitizer.codes import Code

    listed = [names] if isinstance(names, str) else names
    return frozenset(choose("hazard", name, Code.__members__) for name in listed)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Judges when the test itself has passed, so that hazards are a failure and not an error of the teardown."""
    result = yield
    expected = item.stash.get(_EXPECTED, None)
    if expected is not None and isinstance(item, pytest.Function):
        _judge(item.funcargs["soc"], expected, item.stash[_REPLAYS])
    return result


def _simulations() -> int:
    """How many this process has begun; none without the co-simulation."""
    simulate = sys.modules.get("cocotbext.dmasan.simulate")
    return simulate.started.count if simulate else 0


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[_BEFORE] = _simulations()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and _simulations() > item.stash.get(_BEFORE, 0):
        command = shlex.join(["pytest", item.nodeid])
        report.sections.append(("waves", f"with waves, beside sim.log: DMASAN_WAVES=1 {command}"))
    return report


def _judge(soc: Any, expected: frozenset[str], replays: list[str]) -> None:
    found = frozenset(hazard.code.name for hazard in soc.hazards)
    missing = ", ".join(sorted(expected - found))
    told = "".join(f"\nwith waves: {command}" for command in replays)
    if missing:
        pytest.fail(f"expected hazards did not come: {missing}{told}", pytrace=False)
    if found - expected:
        pytest.fail(f"{_describe(soc)}{told}", pytrace=False)


def _describe(soc: Soc) -> str:
    """All hazards, as the command line prints them."""
    import io

    from rich.console import Console

    from dmasan.report.results import Finding
    from dmasan.report.terminal import print_findings

    line = soc.machine.profile.l1.line
    text = io.StringIO()
    print_findings(
        [Finding.of(hazard, line) for hazard in soc.hazards], Console(file=text, width=200, color_system=None)
    )
    return text.getvalue().rstrip()
