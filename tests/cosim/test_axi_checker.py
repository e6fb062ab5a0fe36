# SPDX-License-Identifier: Apache-2.0
"""The protocol checker against scripted traffic: each fault raises exactly its counter, legal traffic none.

One simulation plays the whole table (checker_cases.py).
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from filelock import FileLock

from cocotbext.dmasan import hdl, toolchain
from cocotbext.dmasan.protocol import RULES, Violation, sentence

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from checker_cases import CASES  # noqa: E402
from checker_script import Case, encode, rows  # noqa: E402

pytestmark = pytest.mark.cosim
NAMES = [rule.name for rule in RULES]
PARTS = ("_pkg", "_channel", "_request", "_read", "_write", "")
SOURCES = [
    *(hdl.bench() / f"axi_checker{part}.sv" for part in PARTS),
    hdl.bench() / "axil_checker.sv",
    HERE / "hdl" / "checker_player.sv",
]

Told = dict[str, dict[str, tuple[int, int, int]]]  # checker: rule: (count, first cycle, first address)


def player() -> Path:
    """The player's executable, kept in the cache as long as no source changes."""
    tools = toolchain.find()
    text = b"\0".join(path.read_bytes() for path in (*SOURCES, Path(__file__))) + tools.identity.encode()
    folder = hdl.cache() / f"checker_player-{hashlib.sha256(text).hexdigest()[:16]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / "player").exists():
            command = [str(tools.verilator), "--binary", "--timing", "-Wno-fatal", "--timescale", "1ns/1ps"]
            command += ["-MAKEFLAGS", "OPT_FAST=-O0 OPT_SLOW=-O0 OPT_GLOBAL=-O0"]  # it plays for a second
            command += [
                "-j",
                str(os.cpu_count() or 1),
                "--top-module",
                "checker_player",
                "--Mdir",
                str(folder),
            ]
            command += ["-o", "player", *map(str, SOURCES)]
            done = subprocess.run(command, env=tools.environment, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder / "player"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[Told]:
    """What the checkers counted, for each case."""
    script, starts = rows(CASES)
    path = tmp_path_factory.mktemp("checker") / "script.hex"
    path.write_text("\n".join(map(encode, script)) + "\n", encoding="ascii")
    done = subprocess.run(
        [player(), f"+script={path}"], capture_output=True, text=True, timeout=60, check=True
    )
    answers: list[Told] = []
    counted: Told = {"axi4": {}, "axi3": {}, "axil": {}}
    for words in map(str.split, done.stdout.splitlines()):
        if words[:1] == ["end"]:
            totals = [sum(count for count, _, _ in rules.values()) for rules in counted.values()]
            assert totals == [int(word) for word in words[1:]]
            answers.append(counted)
            counted = {"axi4": {}, "axi3": {}, "axil": {}}
        elif words[:1] and words[0] in counted:
            rule, count, cycle, address = map(int, words[1:])
            counted[words[0]][NAMES[rule]] = (count, cycle - starts[len(answers)], address)
    assert len(answers) == len(CASES)
    return answers


@pytest.mark.parametrize("index", range(len(CASES)), ids=[f"{case.checker}: {case.name}" for case in CASES])
def test_case(told: list[Told], index: int) -> None:
    case, counted = CASES[index], told[index][CASES[index].checker]
    assert {name: count for name, (count, _, _) in counted.items()} == case.expected
    if case.at is not None:
        assert min(cycle for _, cycle, _ in counted.values()) == case.at
    if case.address is not None:
        assert {address for _, _, address in counted.values()} == {case.address}


def test_every_rule_has_its_fault() -> None:
    alone = {rule for case in CASES if len(case.expected) == 1 for rule in case.expected}
    assert set(NAMES) - alone == {"UNKNOWN"}  # needs X, which Verilator does not have


def test_the_words_follow_the_hardware() -> None:
    text = (hdl.bench() / "axi_checker_pkg.sv").read_text(encoding="utf-8")
    body = re.search(r"enum logic \[5:0\] \{(.*?)\} rule_e", text, re.DOTALL)
    assert body is not None
    assert re.findall(r"\b[A-Z]+_?[A-Z_]*\b", re.sub(r"//.*", "", body[1])) == NAMES
    assert max(Counter(NAMES).values()) == 1
    assert len(NAMES) <= 64


def test_a_violation_reads_as_one_sentence() -> None:
    first = Violation("the memory port (AXI)", RULES[NAMES.index("AR_BOUNDARY")], 2, 103931, 1_039_315.0, 0x8000_0FF8)
    second = Violation("the memory port (AXI)", RULES[NAMES.index("R_LAST")], 1, 103950, 1_039_505.5, 0)
    assert sentence([first, second]) == (
        "the master on the memory port (AXI) broke AR_BOUNDARY 2 times, first at 1,039,315 ns (cycle 103931, address 0x80000ff8): "
        "a burst does not cross a 4 KiB boundary (IHI 0022E A3.4.1); then R_LAST on the memory port (AXI) once from 1,039,505.5 ns"
    )


def test_the_script_refuses_unknown_signals() -> None:
    with pytest.raises(ValueError, match="no such signal: awvaild"):
        encode({"awvaild": 1})
    assert isinstance(CASES[0], Case)
