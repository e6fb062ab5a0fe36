# SPDX-License-Identifier: Apache-2.0
"""Bad descriptions and bad driver classes: one sentence that names the culprit; designs that hang: a finding."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from designs import OVER_READ, SPLIT, TWO_CLOCKS, attach, rules, written

from cocotbext.dmasan import cli

# What is changed in a good description, and what is told.
IN_THE_FILE = {
    "no TOML": ('top = "split_copy"', "top = split_copy", r"design.toml:3: key top: not valid TOML: "),
    "unknown key": ('clock = "clk"', 'clok = "clk"', r"design.toml:\d+: key design.clock: it is missing"),
    "extra key": ('clock = "clk"', 'clock = "clk"\nspeed = 3', r"key design.speed: unknown key 'speed'.*: allowed are "),
    "no source": ("variants.v", "absent.v", r"key design.sources: there is no file '.*absent.v'"),
    "VHDL": ("variants.v", "variants.vhd", r"key design.sources: '.*vhd' is not supported: allowed are files .v, .sv, .vlt"),
    "ACE": ('prefix = "wr_"', 'prefix = "wr_"\nprotocol = "ace"', r"key memory.protocol: 'ace' is not supported: allowed are axi4, axi3, ace-lite"),
    "wide": ('prefix = "wr_"', 'prefix = "wr_"\ndata_width = 512', r"key memory.data_width: 512 is not supported: allowed are 32, 64, 128, 256"),
    "attribute": ('prefix = "wr_"', 'prefix = "wr_"\nattr_override = {cach = 3}', r"there is no attribute 'cach': allowed are cache, "),
    "APB": ("[stream]", '[registers]\nprotocol = "apb"\nprefix = "s_"\n[stream]', r"exactly one of the tables \[registers\] and \[stream\]"),
    "class": ("variants.py:SplitCopy", "variants.py", r"key driver.class: '.*' is not of the form file.py:Class"),
    "reset": ('reset = "rst_n"', 'reset = "rst_n"\nreset_active = "falling"', r"key design.reset_active: 'falling' is not supported: allowed are low, high"),
}  # fmt: skip

IN_THE_DESIGN = {
    "top": ('"split_copy"', '"splt_copy"', r"the design does not elaborate: .*splt_copy"),
    "clock": ('clock = "clk"', 'clock = "clock"', r"split_copy has no port clock, the clock \(did you mean clk\?\)"),
    "prefix": ('prefix = "wr_"', 'prefix = "m_axi_"', r"split_copy has no port m_axi_awvalid, and no m_axi_arvalid"),
    "direction": ('interrupt = "done"', 'interrupt = "d_valid"', r"port d_valid is an input, expected is an output"),
    "width": ('prefix = "wr_"', 'prefix = "wr_"\ndata_width = 64', r"port wr_wdata is 256 bits wide, data_width says 64"),
    "axi3": ('prefix = "wr_"', 'prefix = "wr_"\nprotocol = "axi3"', r"port wr_awlen is 8 bits wide, expected are 4"),
    "field": ('"src", "dst"', '"src", "dest"', r"split_copy has no port d_dest \(did you mean "),
    "tie": ('interrupt = "done"', "tie = { d_src = 1, nothing = 0 }", r"split_copy has no port nothing, named under tie"),
    "parameter": ('clock = "clk"', 'clock = "clk"\nparameters = { WRONG = 1 }', r"the design does not elaborate: .*WRONG"),
}  # fmt: skip


def refusal(path: Path, capfd: pytest.CaptureFixture[str], *more: str) -> str:
    """Status 2, one sentence and no traceback."""
    status = cli.main(["attach", str(path), "--quiet", "--out", str(path.parent / "out"), *more])
    told = capfd.readouterr()
    assert status == 2, told.err
    assert told.out == ""
    assert "Traceback" not in told.err
    assert len(told.err.splitlines()) == 1
    return told.err


def changed(case: tuple[str, str, str], folder: Path) -> Path:
    assert case[0] in SPLIT
    return written(SPLIT.replace(case[0], case[1], 1), folder)


@pytest.mark.parametrize("case", IN_THE_FILE.values(), ids=list(IN_THE_FILE))
def test_a_bad_description(tmp_path: Path, capfd: pytest.CaptureFixture[str], case: tuple[str, str, str]) -> None:
    assert re.search(case[2], refusal(changed(case, tmp_path), capfd))


@pytest.mark.cosim
@pytest.mark.parametrize("case", IN_THE_DESIGN.values(), ids=list(IN_THE_DESIGN))
def test_a_description_that_does_not_fit_the_design(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], case: tuple[str, str, str]
) -> None:
    assert re.search(case[2], refusal(changed(case, tmp_path), capfd))


def test_a_missing_file_and_an_unknown_scenario(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert "cannot read the description" in refusal(tmp_path / "absent.toml", capfd)
    path = written(SPLIT, tmp_path)
    assert "unknown scenario 'abort' (did you mean aborts?)" in refusal(path, capfd, "--scenario", "abort")


@pytest.mark.cosim
@pytest.mark.parametrize(
    ("cls", "told"),
    [
        ("Raises", r"variants.py:\d+: Raises raised LookupError: planted in scenario baseline"),
        ("WrongField", r"the descriptor has no field 'source': allowed are src, dst, len"),
        ("Absent", r"Absent is not a class that derives from cocotbext.dmasan.attach.Driver"),
    ],
)
def test_a_bad_driver_class(tmp_path: Path, capfd: pytest.CaptureFixture[str], cls: str, told: str) -> None:
    path = written(SPLIT.replace("SplitCopy", cls), tmp_path)
    assert re.search(told, refusal(path, capfd, "--scenario", "baseline"))


@pytest.mark.cosim
def test_a_driver_class_that_never_ends_is_a_finding(tmp_path: Path) -> None:
    path = written(SPLIT.replace("SplitCopy", "NeverEnds"), tmp_path)
    status, told = attach(path, tmp_path, ["baseline"])
    assert status == 1
    assert rules(told) == {"baseline": {"HANG"}}


@pytest.mark.deep
@pytest.mark.cosim
def test_a_design_that_hangs_is_a_finding(tmp_path: Path) -> None:
    text = SPLIT.replace('clock = "clk"', 'clock = "clk"\nparameters = { HANGS = 1 }')
    status, told = attach(written(text, tmp_path), tmp_path, ["baseline", "streaming"])
    assert status == 1
    assert rules(told) == {"baseline": {"HANG"}, "streaming": {"HANG"}}
    assert "did not accept the descriptor within 1,000,000 ns" in told["scenarios"][0]["found"][0]["text"]


REGISTER_CLOCK = {
    "no port": ('clock = "pclk"', 'clock = "pclk2"', r"two_clock_copy has no port pclk2, the clock \(did you mean pclk\?\)"),
    "an output": ('clock = "pclk"', 'clock = "s_rdata"', r"port s_rdata is an output, expected is an input"),
    "no reset": ('reset = "presetn"', "", r"key registers.reset: it is missing"),
    "no period": ("clock_ns = 23.0", "clock_ns = 0.0", r"key registers.clock_ns: 0.0 is out of range, allowed is 0.1 to 10000"),
}  # fmt: skip


@pytest.mark.cosim
@pytest.mark.parametrize("case", REGISTER_CLOCK.values(), ids=list(REGISTER_CLOCK))
def test_a_bad_clock_of_the_registers(tmp_path: Path, capfd: pytest.CaptureFixture[str], case: tuple[str, str, str]) -> None:
    assert TWO_CLOCKS.count(case[0]) == 1
    path = written(TWO_CLOCKS.replace(case[0], case[1]), tmp_path)
    assert re.search(case[2], refusal(path, capfd))


@pytest.mark.parametrize("value", [48, 8192, -1])
def test_a_bad_over_read(tmp_path: Path, capfd: pytest.CaptureFixture[str], value: int) -> None:
    path = written(OVER_READ.replace("over_read = 64", f"over_read = {value}"), tmp_path)
    assert "key design.over_read: " in refusal(path, capfd)
