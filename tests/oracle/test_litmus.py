# SPDX-License-Identifier: Apache-2.0
"""The litmus tests of tests/litmus, every execution of each on the machine, held against its verdict."""

from __future__ import annotations

from pathlib import Path

import pytest
from explore import explore, matches
from litmus import Litmus, content_hash, parse

pytestmark = pytest.mark.thorough

FILES = sorted((Path(__file__).parents[1] / "litmus").glob("*.litmus"))
TESTS = [parse(path) for path in FILES]
# The first profile of each test at once (unless it is long), the others in the deep tests.
CELLS = [
    pytest.param(test, profile, id=f"{path.stem}-{profile}", marks=pytest.mark.deep if n or test.deep else ())
    for path, test in zip(FILES, TESTS, strict=True)
    for n, profile in enumerate(test.profiles)
]


def test_there_are_enough() -> None:
    assert len(FILES) >= 20 and len({test.name for test in TESTS}) == len(FILES)
    assert {test.verdict for test in TESTS} == {"Allowed", "Forbidden", "Required"}
    assert sum(not test.stronger for test in TESTS) >= 20


@pytest.mark.parametrize(("test", "profile"), CELLS)
def test_litmus(test: Litmus, profile: str) -> None:
    finals, states = explore(test, profile)
    hits = [final for final in finals if matches(final, test.condition)]
    print(f"{test.name} on {profile}: {states} states, {len(finals)} outcomes, {len(hits)} match")
    assert finals
    if test.verdict == "Required":
        assert len(hits) == len(finals), finals
    elif test.verdict == "Forbidden" or test.stronger:
        assert not hits, hits
    else:
        assert hits, finals


GOOD = "name: n\nprofiles: one-level\nverdict: Required\nsource: s\nhash: {}\n---\n{}---\n{}\n"


def write(path: Path, programs: str, condition: str, digest: str | None = None) -> Path:
    body = content_hash("Required" + programs + condition + "\n")
    path.write_text(GOOD.format(digest or body, programs, condition))
    return path


@pytest.mark.parametrize(
    ("programs", "condition", "digest", "says"),
    [
        ("cpu0\nstr x, 1\n", "cpu0:r0=1", "abc", "the hash is abc, the content has"),
        ("cpu0\nstore x, 1\n", "cpu0:r0=1", None, "no operation reads 'store x, 1'"),
        ("cpu0\nstr x\n", "cpu0:r0=1", None, "no operation reads 'str x'"),
        ("cpu0\nldr.wt r0, x\n", "cpu0:r0=1", None, "no operation reads 'ldr.wt r0, x'"),
        ("cpu0\nldr.st r0, x\n", "cpu0:r0=1", None, "no operation reads 'ldr.st r0, x'"),
        ("cpu0\nstr x, 1\n", "r0=1", None, "no condition reads 'r0=1"),
        ("cpu0\nldr r0, x\n", "cpu0:r1=1", None, "names once a register that its agent loads"),
        ("cpu0\nldr r0, x\n", "cpu0:r0=1 /\\ cpu0:r0=0", None, "names once a register that its agent loads"),
    ],
)
def test_a_wrong_file_is_refused(
    tmp_path: Path, programs: str, condition: str, digest: str | None, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        parse(write(tmp_path / "x.litmus", programs, condition, digest))


def test_the_explorer_finds_what_the_machine_can_do(tmp_path: Path) -> None:
    """Two stores and two loads without any order: with hidden moves all four outcomes, without them fewer."""
    body = "cpu0     | cpu1\nstr.nc x, 1 | ldr.nc r0, x\n            | ldr.nc r1, x\n"
    test = parse(write(tmp_path / "x.litmus", body, "cpu1:r0=1"))
    finals, _ = explore(test, "cortex-a15")
    assert {tuple(value for _, value in final) for final in finals} == {(0, 0), (0, 1), (1, 1)}
