# SPDX-License-Identifier: Apache-2.0
"""Wrong usage: status 2 and one sentence that names the culprit and what is allowed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cocotbext.dmasan import toolchain
from dmasan.config import RunError


def words(value: object) -> str | None:
    """The name of a case: its arguments, not its pattern."""
    return " ".join(value) or "nothing" if isinstance(value, tuple) else ""


COMMON = [
    (
        ("--policy", "stritc"),
        r"unknown policy 'stritc' \(did you mean strict\?\): allowed are auto, .*double_map",
    ),
    (("--profile", "cortex-z9"), "unknown profile 'cortex-z9' .*: allowed are .*cortex-a9-pl310"),
    (("--era", "v1.0"), "unknown era 'v1.0'.*: allowed are v2.6.39, "),
    (("--schedule", "evil"), "unknown schedule 'evil'.*: allowed are benign, random, adversarial, replay"),
    (("--schedule", "replay"), "the schedule replay needs a file: write replay:FILE"),
    (("--schedule", "replay:absent.jsonl"), "cannot read the schedule absent.jsonl: "),
    (("--schedule", "benign:file"), "the schedule 'benign' takes no file"),
    (("--backend", "fpga"), "unknown backend 'fpga'.*: allowed are rtl, model"),
    (("--seed", "many"), "seed: 'many' is not a whole number"),
    (("--seed", "-1"), "seed: -1 is out of range, allowed is 0 to "),
    (("--timeout", "soon"), "timeout: 'soon' is not a number of seconds above 0"),
    (("--timeout", "0"), "timeout: '0' is not a number of seconds above 0"),
    (("--timeout", "nan"), "timeout: 'nan' is not a number of seconds above 0"),
    (("--set", "cpu=2"), r"unknown knob 'cpu' \(did you mean cpus\?\): allowed are cpus, ram_mib"),
    (("--set", "cpus"), "--set 'cpus' has no value: write knob=value"),
    (("--set", "cpus=two"), "knob cpus: 'two' is not a whole number"),
    (("--set", "cpus=9"), "knob cpus: 9 is out of range, allowed is 1 to 4"),
    (("--set", "shared_override=maybe"), "knob shared_override: 'maybe' is neither true nor false"),
    (("--out", ""), "out: '' is not a text of at least one character"),
    (("--config", "absent.toml"), "cannot read the configuration absent.toml: No such file"),
    (("--policy",), "argument --policy: expected one argument"),
    (("--colour", "red"), "unrecognized arguments: --colour red"),
]


@pytest.mark.parametrize(("arguments", "sentence"), COMMON, ids=words)
@pytest.mark.parametrize("command", [("compare",), ("run", "frame")], ids=["compare", "run"])
def test_wrong_options_are_refused(dmasan, command, arguments, sentence) -> None:  # type: ignore[no-untyped-def]
    result = dmasan(*command, *arguments)
    assert result.status == 2
    assert re.search(sentence, result.refusal())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("dance",), "invalid choice: 'dance' .*compare"),
        (("list",), "the following arguments are required: WHAT"),
        (("list", "cats"), "unknown list 'cats'.*: allowed are scenarios, policies"),
        (("compare", "--jobs", "0"), "jobs: 0 is out of range, allowed is 1 to 64"),
        (("compare", "--input", "absent.png"), "cannot read the input absent.png: No such file"),
        (("run",), "the following arguments are required: SCENARIO"),
        (("run", "frames"), r"unknown scenario 'frames' \(did you mean frame\?\): allowed are frame"),
        (("run", "frame", "--policy", "all"), "policy: .* are given .* but this command runs exactly one"),
        (("run", "absent.py"), "cannot read the program absent.py: there is no such file"),
        (("run", "absent.py:main"), "cannot read the program absent.py: there is no such file"),
    ],
    ids=words,
)
def test_wrong_commands_are_refused(dmasan, arguments, sentence) -> None:  # type: ignore[no-untyped-def]
    result = dmasan(*arguments)
    assert result.status == 2
    assert re.search(sentence, result.refusal())


def test_an_empty_or_broken_input_is_refused_before_anything_runs(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "empty.bin").touch()
    (tmp_path / "fake.jpg").write_text("no picture")
    for command in (("compare",), ("run", "frame")):
        assert "empty.bin is empty" in dmasan(*command, "--input", "empty.bin").refusal()
        assert "fake.jpg does not decode" in dmasan(*command, "--input", "fake.jpg").refusal()
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("policy = 'stritc'", "x.toml:1: key policy: unknown policy 'stritc'"),
        (
            "\n\npolicies = ['strict']",
            r"x.toml:3: key policies: unknown key 'policies' \(did you mean policy\?\)",
        ),
        ("seed = 1\nera = ['v6.19', 'v9']", "x.toml:2: key era: unknown era 'v9'"),
        ("era = 5", "x.toml:1: key era: 5 is not a text"),
        ("policy = []", "x.toml:1: key policy: the list is empty"),
        ("[set]\nram_mib = 64\ncpus = 9", "x.toml:3: key set.cpus: knob cpus: 9 is out of range"),
        ("seed = 2\n[set]\n# cpus\ncpuz = 1", "x.toml:4: key set.cpuz: unknown knob 'cpuz'"),
        ("set = {cpus = true}", "x.toml:1: key set.cpus: knob cpus: True is not a whole number"),
        ("seed = 1\nset.cpus = 'x'", "x.toml:2: key set.cpus: knob cpus: 'x' is not a whole number"),
        ("set = 3", "x.toml:1: key set: 3 is not a table of knobs"),
        ("seed = 1\npolicy = strict", "x.toml:2: key policy: not valid TOML: invalid value"),
        ("seed = 1\nseed = 2", "x.toml:2: key seed: not valid TOML: cannot overwrite a value"),
        ("[set\ncpus = 1", "x.toml:1: not valid TOML: expected"),
        ("quiet = 'no'", "x.toml:1: key quiet: 'no' is neither true nor false"),
        ("timeout = false", "x.toml:1: key timeout: False is not a number of seconds"),
        ("seed = 1.5", "x.toml:1: key seed: 1.5 is not a whole number"),
    ],
)
def test_a_configuration_file_is_refused_by_file_line_and_key(
    dmasan, tmp_path: Path, text: str, sentence: str
) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "x.toml").write_text(text)
    result = dmasan("compare", "--config", "x.toml")
    assert result.status == 2
    assert re.search(sentence, result.refusal())


def test_a_configuration_file_that_is_no_text_names_the_line(dmasan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "x.toml").write_bytes(b"seed = 1\n# \xff\n")
    assert (
        "x.toml:2: the configuration is not UTF-8 text" in dmasan("compare", "--config", "x.toml").refusal()
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("async def program(soc) pass", r"own.py:1: the program does not compile: "),
        ("\nimport no_such_module_here", r"own.py:2: the program does not import: ModuleNotFoundError: "),
        ("\n\nboom = 1 / 0", r"own.py:3: the program does not import: ZeroDivisionError"),
        ("async def other(soc): ...", r"own.py has no function 'program': allowed are other"),
        ("x = 1", r"own.py has no function 'program': allowed are none, it has no async function"),
        ("def program(soc): ...", r"own.py: program is not an async function that takes a Soc"),
        ("async def program(): ...", r"own.py: program is not an async function that takes a Soc"),
    ],
)
def test_a_program_of_the_users_own_is_refused_by_file_and_line(
    dmasan, tmp_path: Path, text: str, sentence: str
) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "own.py").write_text(text)
    result = dmasan("run", "own.py", "--backend", "model")
    assert result.status == 2
    assert re.search(sentence, result.refusal())


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (RunError("the simulator died; see x.log"), 3, "dmasan: the simulator died; see x.log."),
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(), 141, ""),
        (
            ZeroDivisionError("division"),
            3,
            "dmasan: internal error: ZeroDivisionError: division (traceback in ",
        ),
    ],
)
def test_what_goes_wrong_in_a_command_has_its_status(dmasan, monkeypatch, error, status, sentence) -> None:  # type: ignore[no-untyped-def]
    from cocotbext.dmasan import cli

    def fail(arguments: object) -> int:
        raise error

    monkeypatch.setattr(cli.listing, "execute", fail)
    monkeypatch.setattr(cli, "_silence_stdout", lambda: None)
    result = dmasan("list", "knobs")
    assert result.status == status
    assert result.err.startswith(sentence)
    assert result.err.count("\n") == bool(sentence)


def test_a_missing_compiler_is_told_before_anything_is_built(dmasan, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DMASAN_CACHE", str(tmp_path / "cache"))
    toolchain.find.cache_clear()  # an earlier test of this process may have found the tools
    result = dmasan("run", "frame", "--policy", "strict", "--quiet")
    assert result.status == 2
    assert "there is no c++ on PATH" in result.refusal()
    assert "--backend model" in result.refusal()
