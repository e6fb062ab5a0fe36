# SPDX-License-Identifier: Apache-2.0
"""Save files for GTKWave and Surfer, made from one list of rows, with a marker at each hazard.

GTKWave's flags are those of its analyzer.h (TR_HEX 0x2, TR_BIN 0x8, TR_RJUSTIFY 0x20, TR_BLANK 0x200, TR_ASCII 0x800,
group begin 0x800200 and end 0x1000200); Surfer's commands those of its command_parser.rs and batch_commands.rs, 0.3 to 0.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path

from cocotbext.dmasan.waves.plan import Plan

_MARKERS = 26  # named markers of GTKWave, a to z
_PIXELS, _FRAME = 1200, 200  # width of its waves in pixels; pixels of a "frame", which its zoom is about
_FLAGS = {"hex": "22", "bin": "28", "ascii": "820"}
_NUMBERS = 200  # markers of Surfer: it counts them in eight bits
_SPECIAL = re.compile(r"[#;\s]+")  # begins a comment, ends a command: a buffer may have any name
_SURFER = {"hex": "Hexadecimal", "bin": "Bit", "ascii": "ASCII"}


@dataclass(frozen=True)
class Row:
    """A signal by its hierarchical name, how many bits it has, and how it is shown ("hex", "bin", "ascii")."""

    name: str
    bits: int
    form: str


@dataclass(frozen=True)
class Group:
    title: str
    rows: tuple[Row, ...]


def groups(plan: Plan, cpus: int, top: str = "cosim_top") -> list[Group]:
    """What is shown, from the program down to the bus."""
    model = f"{top}.model"
    told = [
        Group(
            "hazards",
            (
                Row(f"{model}.hazard", 1, "bin"),
                Row(f"{model}.hazard_number", 16, "hex"),
                Row(f"{model}.hazard_code", 128, "ascii"),
                Row(f"{model}.hazard_address", 40, "hex"),
            ),
        )
    ]
    told += [Group(f"CPU {n}", tuple(_cpu(f"{model}.cpu{n}"))) for n in range(cpus)]
    told.append(Group("policy", (Row(f"{model}.policy", 384, "ascii"),)))
    told += [
        Group(f"line {address:#x} ({name})", tuple(_line(f"{model}.line{n}")))
        for n, (address, name) in enumerate(plan.lines)
    ]
    engine = f"{top}.engine"
    told.append(Group("engine", tuple(_engine(engine))))
    told.append(Group("bus: read", tuple(Row(f"{top}.axi_{name}", bits, form) for name, bits, form in _READ)))
    told.append(Group("bus: write", tuple(Row(f"{top}.axi_{name}", bits, form) for name, bits, form in _WRITE)))
    return told


_READ = (
    *(("arvalid", 1, "bin"), ("arready", 1, "bin"), ("araddr", 40, "hex"), ("arlen", 8, "hex"), ("aruser", 16, "hex")),
    *(("rvalid", 1, "bin"), ("rready", 1, "bin"), ("rdata", 64, "hex"), ("rlast", 1, "bin")),
)
_WRITE = (
    *(("awvalid", 1, "bin"), ("awready", 1, "bin"), ("awaddr", 40, "hex"), ("awlen", 8, "hex"), ("awuser", 16, "hex")),
    *(("wvalid", 1, "bin"), ("wready", 1, "bin"), ("wdata", 64, "hex"), ("wlast", 1, "bin"), ("bvalid", 1, "bin")),
)


def _cpu(name: str) -> Iterator[Row]:
    for field, characters in (("operation", 40), ("alias_", 8), ("place", 24)):
        yield Row(f"{name}.{field}", characters * 8, "ascii")
    yield Row(f"{name}.address", 40, "hex")


def _line(name: str) -> Iterator[Row]:
    widths = {"may": 32, "l1": 12, "l2": 12, "memory": 8, "buffers": 24, "owner": 8, "alias_": 8}
    for field, characters in widths.items():
        yield Row(f"{name}.{field}", characters * 8, "ascii")


def _engine(name: str) -> Iterator[Row]:
    for event in ("doorbell", "fetch", "own_ok", "stale", "done", "irq", "abort"):
        yield Row(f"{name}.ev_{event}", 1, "bin")
    for field in ("r_desc", "w_desc", "b_desc"):
        yield Row(f"{name}.dbg_{field}", 16, "hex")


def gtkwave(dump: str, told: Sequence[Group], marks: Sequence[tuple[float, int]], zoom_ns: float) -> str:
    """A save file (.gtkw). `marks`: time in ns and number of each hazard; the view begins at the first one, `zoom_ns` wide."""
    places = [round(time_ns * 1000) for time_ns, _ in marks[:_MARKERS]]
    named = " ".join(str(places[n]) if n < len(places) else "-1" for n in range(_MARKERS))
    first = places[0] if places else 0
    scale = -log2(max(zoom_ns * 1000 / _PIXELS * _FRAME, 1.0))  # GTKWave's zoom: a frame of pixels has 2^-zoom time units
    lines = [f'[dumpfile] "{dump}"', f"[timestart] {max(0, first - round(zoom_ns * 600))}", "[size] 1700 1000", "[pos] -1 -1"]
    lines += [f"*{scale:.6f} {first if places else -1} {named}", "[sst_width] 0", "[signals_width] 300", "[sst_expanded] 0"]
    for group in told:
        lines += ["@800200", f"-{group.title}"]
        for row in group.rows:
            lines += [f"@{_FLAGS[row.form]}", row.name + (f"[{row.bits - 1}:0]" if row.bits > 1 else "")]
        lines += ["@1000200", f"-{group.title}"]
    return "\n".join(lines) + "\n"


def surfer(told: Sequence[Group], marks: Sequence[tuple[float, int]]) -> str:
    """A command file (.sucl) for `surfer --command-file FILE DUMP`; the cursor ends at the first of the hazards.

    A format goes to the item in focus, and a new item gets the focus only from one that has it (insert_item of Surfer's
    wave_data.rs): so the first item, `a` in Surfer's counting, is focused by name. The dump is named on the command line:
    `load_file` takes a path from where Surfer was started, not from where this file lies.
    """
    lines: list[str] = []
    for group in told:
        lines.append(f"divider_add {_SPECIAL.sub(' ', group.title)}")
        lines += [] if len(lines) > 1 else ["item_focus a"]
        for row in group.rows:
            lines += [f"variable_add {row.name}", f"item_set_format {_SURFER[row.form]}"]
    lines += ["item_unfocus", *(f"marker_set hazard_{number} {round(time_ns * 1000)}" for time_ns, number in marks[:_NUMBERS])]
    lines += ["zoom_fit", *(f"cursor_set {round(time_ns * 1000)}" for time_ns, _ in marks[:1])]
    return "\n".join(lines) + "\n"


def write(folder: Path, dump: str, plan: Plan, cpus: int, marks: Sequence[tuple[float, int]]) -> list[str]:
    """Writes both into `folder`, beside the dump; their names, the dump's first."""
    told = groups(plan, cpus)
    names = {"waves.gtkw": gtkwave(dump, told, marks, 4000.0), "waves.sucl": surfer(told, marks)}
    for name, text in names.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [dump, *names]
