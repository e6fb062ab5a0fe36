# SPDX-License-Identifier: Apache-2.0
"""Synthesise the engine with its default parameters: `make synthesis`, or `python tools/synthesis.py [--update]`.

Structure first, on the netlist as elaborated, where registers still have their names: no net with two drivers, no latch,
no asynchronous reset, and no register of data that a reset reaches. Then two targets: `generic` (gates with two inputs,
memories left as macros) and `ecp5` (Lattice: four-input tables, block and distributed RAM). With --update the figures
replace the table in docs/engine.md.

Exit status: 0 clean, 1 a structural problem, 2 the tools are missing or broke off.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import yosys  # noqa: E402

TOP = "dma_top"
RESETS = ("rst_n", "core_rst_n")
# Registers that carry data, addresses or attributes beside a valid bit: whoever resets them pays for it in gates and timing.
DATA = re.compile(
    r"(.*\.)?(mem|spare|out_data|out_strb|carry|raw|addr|bytes|left|len|m_wdata|m_wstrb"
    r"|m_a[rw](addr|len|id|user|attr\..*)|(side|shape|job)\..*)"
)
GENERATED = "u_regs."  # registers that software sees; each has its reset value in dma.rdl
BEGIN, END = "<!-- figures: tools/synthesis.py --update -->", "<!-- end of figures -->"

Module = dict[str, Any]
Cell = dict[str, Any]


@dataclass(frozen=True)
class Structure:
    """The engine as elaborated: names of what must not be, and bits of state."""

    latches: tuple[str, ...]
    asynchronous: tuple[str, ...]
    reset_data: tuple[str, ...]
    data: tuple[str, ...]  # registers and memories that DATA names
    flip_flops: int
    with_reset: int

    @property
    def problems(self) -> list[str]:
        return [
            *(f"latch: {name}" for name in self.latches),
            *(f"asynchronous reset: {name}" for name in self.asynchronous),
            *(f"reset on data: {name}" for name in self.reset_data),
        ]


@dataclass(frozen=True)
class Figures:
    """Cells of one target. `gates` are the combinational cells other than memories; memory in bits or blocks."""

    target: str
    gates: int
    flip_flops: int
    memory: str


def read(rtl: Path) -> str:
    """The commands that elaborate the engine in folder `rtl` and check its drivers."""
    lines = (rtl / "files.f").read_text(encoding="utf-8").splitlines()
    files = " ".join(yosys.shown_to_yosys(rtl / line) for line in lines if line.endswith(".sv"))
    return f"{yosys.READ} --top {TOP} {files}\nhierarchy -check -top {TOP}\ncheck -assert\n"


def is_state(cell: Cell) -> bool:
    return bool(re.match(r"\$(a|al|s)?dff|\$a?dlatch|\$sr$|\$mem", cell["type"]))


def bits(cell: Cell, direction: str) -> Iterator[int]:
    """Numbers of the nets at a cell's inputs or outputs; constants are left out."""
    for port, way in cell["port_directions"].items():
        if way == direction:
            yield from (bit for bit in cell["connections"][port] if isinstance(bit, int))


def reached(module: Module, sources: tuple[str, ...]) -> set[int]:
    """Nets that combinational logic leads to from the named ones, themselves included."""
    readers: dict[int, list[Cell]] = {}
    for cell in module["cells"].values():
        if not is_state(cell):
            for bit in bits(cell, "input"):
                readers.setdefault(bit, []).append(cell)
    found: set[int] = set()
    queue = [bit for name in sources for bit in module["netnames"][name]["bits"]]
    while queue:
        bit = queue.pop()
        if bit not in found:
            found.add(bit)
            queue += [out for cell in readers.get(bit, []) for out in bits(cell, "output")]
    return found


def name_of(name: str, cell: Cell) -> str:
    """The register's or memory's hierarchical name in the source."""
    memory = cell["parameters"].get("MEMID", "")
    return str(memory or name.removeprefix("$driver$")).removeprefix("\\")


def analyse(module: Module) -> Structure:
    held = {name: cell for name, cell in module["cells"].items() if is_state(cell)}
    by_reset = reached(module, RESETS)
    reset = {name for name, cell in held.items() if by_reset.intersection(bits(cell, "input"))}
    data = {
        name: shown
        for name, cell in held.items()
        if DATA.fullmatch(shown := name_of(name, cell)) and not shown.startswith(GENERATED)
    }
    width = {name: len(cell["connections"].get("Q", ())) for name, cell in held.items()}
    return Structure(
        latches=tuple(name for name, cell in held.items() if re.search("latch|sr$", cell["type"])),
        asynchronous=tuple(name for name, cell in held.items() if re.match(r"\$(a|al)dff", cell["type"])),
        reset_data=tuple(sorted({shown for name, shown in data.items() if name in reset})),
        data=tuple(sorted(set(data.values()))),
        flip_flops=sum(width.values()),
        with_reset=sum(width[name] for name in reset),
    )


def structure(rtl: Path) -> Structure:
    """Raises ToolError if the engine does not elaborate or a net has two drivers."""
    with tempfile.TemporaryDirectory() as work:
        netlist = Path(work, "elaborated.json")
        yosys.script(f"{read(rtl)}write_json {yosys.shown_to_yosys(netlist)}")
        return analyse(json.loads(netlist.read_text())["modules"][TOP])


def counts(rtl: Path, commands: str) -> tuple[dict[str, int], int]:
    """Cells by type after `commands`, and the bits of the memories left. Raises ToolError on a latch or a double driver."""
    with tempfile.TemporaryDirectory() as work:
        netlist = Path(work, "netlist.json")
        yosys.script(f"{read(rtl)}{commands}\ncheck -assert\nwrite_json {yosys.shown_to_yosys(netlist)}")
        cells = json.loads(netlist.read_text())["modules"][TOP]["cells"].values()
    found: dict[str, int] = {}
    memory = 0
    for cell in cells:
        found[cell["type"]] = found.get(cell["type"], 0) + 1
        if cell["type"] == "$mem_v2":
            memory += int(cell["parameters"]["SIZE"], 2) * int(cell["parameters"]["WIDTH"], 2)
    if latches := [name for name in found if "LATCH" in name.upper()]:
        raise yosys.ToolError(f"latches were inferred: {', '.join(latches)}")
    return found, memory


def generic(rtl: Path) -> Figures:
    commands = f"synth -top {TOP} -run begin:fine\nopt -fast -full\ntechmap\nopt -fast\nabc\nopt -fast"
    cells, memory = counts(rtl, commands)
    flip_flops = sum(count for name, count in cells.items() if "DFF" in name)
    macros = cells.get("$mem_v2", 0)
    gates = sum(cells.values()) - flip_flops - macros
    return Figures("generic, gates", gates, flip_flops, f"{macros} memories, {memory} bits")


def ecp5(rtl: Path) -> Figures:
    cells, _ = counts(rtl, f"synth_ecp5 -top {TOP}")
    memory = (
        f"{cells.get('DP16KD', 0)} block RAMs, {cells.get('TRELLIS_DPR16X4', 0)} distributed (16 x 4 bits)"
    )
    extras = f", {cells.get('CCU2C', 0)} carry cells, {cells.get('MULT18X18D', 0)} multipliers"
    return Figures("ECP5, LUT4", cells["LUT4"], cells["TRELLIS_FF"], memory + extras)


def table(found: Structure, targets: list[Figures]) -> str:
    lines = [
        "| target | gates or LUTs | flip-flops | memories and special cells |",
        "|---|---|---|---|",
        *(f"| {row.target} | {row.gates} | {row.flip_flops} | {row.memory} |" for row in targets),
        "",
        f"Of {found.flip_flops} bits in registers as elaborated (unused ones included), {found.with_reset} have a reset.",
    ]
    return "\n".join(lines)


def replaced(page: str, text: str) -> str:
    """The page with `text` between its markers."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="synthesis.py", description="Synthesise the engine.")
    parser.add_argument("--update", action="store_true", help="write the figures into docs/engine.md")
    chosen = parser.parse_args(arguments)
    rtl, page = ROOT / "rtl", ROOT / "docs" / "engine.md"
    try:
        yosys.require()
        found = structure(rtl)
        if found.problems:
            print("\n".join(found.problems))
            return 1
        text = table(found, [generic(rtl), ecp5(rtl)])
    except yosys.ToolError as problem:
        print(f"synthesis: {problem}", file=sys.stderr)
        return 2
    print(text)
    if chosen.update:
        page.write_text(replaced(page.read_text(encoding="utf-8"), text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
