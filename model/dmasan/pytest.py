# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin: the fixture `soc`, a SoC on the behavioural device; a test that uses it fails on hazards.

    @pytest.mark.dmasan(policy="strict", cpus=1)
    def test_my_driver(soc):
        soc.run(my_driver)

The marker takes what `Soc` takes. `hazards=("MISSING_CLEAN",)` expects exactly these codes instead of none.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from dmasan.soc import Soc

_EXPECTED = pytest.StashKey[frozenset[str]]()


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
    return Soc(**options)


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
        _judge(item.funcargs["soc"], expected)
    return result


def _judge(soc: Any, expected: frozenset[str]) -> None:
    found = frozenset(hazard.code.name for hazard in soc.hazards)
    missing = ", ".join(sorted(expected - found))
    if missing:
        pytest.fail(f"expected hazards did not come: {missing}", pytrace=False)
    if found - expected:
        pytest.fail(_describe(soc), pytrace=False)


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
