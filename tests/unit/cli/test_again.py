# SPDX-License-Identifier: Apache-2.0
"""A run that has found something tells the command that shows it in waves."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocotbext.dmasan import cli
from cocotbext.dmasan.commands.again import again

PROGRAM = '''
from dmasan.events import Direction

async def buggy(soc):
    """A buffer that is written while the device owns it."""
    buffer = await soc.kernel.kmalloc(64, "buffer")
    handle = await soc.dma.map_single(buffer, 64, Direction.TO_DEVICE, "buffer")
    await soc.cpu().str_(buffer, 1)
    await soc.dma.unmap_single(handle, 64, Direction.TO_DEVICE)

async def correct(soc):
    pass
'''


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "frame", "--quiet", "--json", "-", "--seed", "3"], "dmasan run frame --seed 3 --waves"),
        (["run", "a b.py:f", "--json=x", "--backend", "model", "--set", "cpus=1"], "dmasan run 'a b.py:f' --set cpus=1 --waves"),
        (["run", "frame", "--schedule", "replay:file", "--witness", "1"], "dmasan run frame --schedule replay:file --waves"),
    ],
)  # fmt: skip
def test_what_is_beside_the_run_is_left_out(words: list[str], told: str) -> None:
    assert again(words, "--waves") == told


def test_a_run_with_hazards_tells_it_and_a_clean_one_does_not(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "own.py").write_text(PROGRAM)
    found = dmasan("run", "own.py:buggy", "--backend", "model", "--quiet", "--seed", "3", "--schedule", "random")
    assert found.status == 1
    (line,) = [line for line in found.out.splitlines() if line.startswith("with waves: ")]
    assert line == "with waves: dmasan run own.py:buggy --seed 3 --schedule random --waves"
    cli.parser().parse_args(line.removeprefix("with waves: dmasan ").split())  # a command that is taken
    assert "with waves:" not in dmasan("run", "own.py:correct", "--backend", "model", "--quiet").out
