# SPDX-License-Identifier: Apache-2.0
"""Living with known findings: `--fail-on`, `--suppress`, `--baseline`."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

OPTIONS = ("--backend", "model", "--policy", "strict", "--quiet")
RUN = ("run", "own_program.py", *OPTIONS)
PROGRAM = """
from dmasan.events import Direction

async def program(soc, late=True, checked=True):
    buffer = await soc.kernel.kmalloc(4096)
    handle = await soc.dma.map_single(buffer, 4096, Direction.TO_DEVICE, "packet")
    assert not (checked and soc.dma.mapping_error(handle))
    if late:
        await soc.cpu().fill(buffer, 64, 1)
    await soc.dma.unmap_single(handle, 4096, Direction.TO_DEVICE)

async def repaired(soc):
    await program(soc, late=False)

async def careless(soc):
    await program(soc, late=False, checked=False)
"""
ENTRY = '[[suppress]]\ncode = "CPU_WR_OWNED"\nplace = "{place}"\nreason = "ticket 12"\n'


@pytest.fixture(autouse=True)
def written(tmp_path: Path) -> None:
    """A program that writes a buffer while the device owns it; no wrong byte comes of it in this run."""
    (tmp_path / "own_program.py").write_text(PROGRAM)


@pytest.mark.parametrize("place", ["own_program.py", "*own_program.py:*", "*"])
def test_a_suppressed_hazard_does_not_count(dmasan, tmp_path: Path, place: str) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "known.toml").write_text(ENTRY.format(place=place))
    result = dmasan(*RUN, "--suppress", "known.toml")
    assert result.status == 0
    assert "[CPU_WR_OWNED]" in result.out  # it is told all the same
    assert "suppressed: hazard 1, CPU_WR_OWNED" in result.out
    assert "ticket 12 (known.toml:1)" in result.out


def test_an_entry_that_covers_nothing_is_reported(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    yesterday = date.today() - timedelta(days=1)
    other = ENTRY.format(place="other.c:3")
    old = ENTRY.format(place="*") + f"expires = {yesterday}\n"
    (tmp_path / "known.toml").write_text(other + old)
    result = dmasan(*RUN, "--suppress", "known.toml")
    assert result.status == 1
    assert (
        "unused suppression: CPU_WR_OWNED at other.c:3 (known.toml:1) covers no hazard of this run\n"
        in result.out
    )
    assert f"(known.toml:5) covers no hazard of this run; it expired on {yesterday}\n" in result.out


def test_only_what_the_baseline_has_not_counts(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert dmasan(*RUN, "--out", "first").status == 1
    again = dmasan(*RUN, "--baseline", "first/run.json")
    assert again.status == 0
    assert "known: hazard 1, CPU_WR_OWNED" in again.out
    assert dmasan("run", "own_program.py:repaired", *OPTIONS, "--out", "clean").status == 0
    assert dmasan(*RUN, "--baseline", "clean/run.json").status == 1


def test_latent_hazards_may_pass_and_notes_may_count(dmasan) -> None:  # type: ignore[no-untyped-def]
    assert dmasan(*RUN, "--fail-on", "manifest").status == 0  # ownership is latent: this run's data was right
    assert dmasan(*RUN, "--fail-on", "latent").status == 1
    assert dmasan("run", "own_program.py:repaired", *OPTIONS, "--fail-on", "note").status == 0
    assert dmasan("run", "own_program.py:careless", *OPTIONS).status == 0
    assert dmasan("run", "own_program.py:careless", *OPTIONS, "--fail-on", "note").status == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[suppress]]\ncode = 'MISSING_CLEEN'\nplace = 'x'\nreason = 'y'", "k.toml:1: unknown hazard 'MISSING_CLEEN'"),
        ("\n[[suppress]]\ncode = 'NO_WMB'\nreason = 'y'", "k.toml:2: key place: a text of at least one character"),
        ("[[suppress]]\ncode = 'NO_WMB'\nplace = 'x'\nreason = ' '", "k.toml:1: key reason: a text"),
        ("[[suppress]]\nline = 3", "k.toml:1: unknown key 'line': allowed are code, place, reason, expires"),
        ("[[suppress]]\ncode = 'NO_WMB'\nplace = 'x'\nreason = 'y'\nexpires = '2027-01-01'", "key expires: '2027-01-01' is not"),
        ("[suppress]\ncode = 'NO_WMB'", "k.toml: suppress is to be an array of tables"),
        ("ignore = 1", "k.toml: unknown key 'ignore': allowed are tables"),
        ("[[suppress", "k.toml is not valid TOML"),
    ],
)  # fmt: skip
def test_bad_suppressions_are_refused(dmasan, tmp_path: Path, text: str, sentence: str) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "k.toml").write_text(text)
    result = dmasan(*RUN, "--suppress", "k.toml")
    assert result.status == 2
    assert sentence in result.refusal()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--fail-on", "always"), "unknown state 'always': allowed are manifest, latent, note"),
        (("--suppress", "absent.toml"), "cannot read the suppressions absent.toml: No such file"),
        (("--baseline", "absent.json"), "cannot read absent.json: No such file"),
    ],
)
def test_bad_options_are_refused(dmasan, options: tuple[str, ...], sentence: str) -> None:  # type: ignore[no-untyped-def]
    result = dmasan(*RUN, *options)
    assert result.status == 2
    assert sentence in result.refusal()
