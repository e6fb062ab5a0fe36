#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Generate `registers.py` and `words.py` of `model/dmasan/device/` from `rtl/dma.rdl`: offsets, fields, write masks, enumerations.

    python tools/generate_registers.py            rewrite the files
    python tools/generate_registers.py --check    exit 1 and name the files that differ

Needs systemrdl-compiler (it comes with peakrdl).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from systemrdl.compiler import RDLCompiler
from systemrdl.node import AddrmapNode, FieldNode, Node, RegfileNode, RegNode

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "rtl" / "dma.rdl"
TARGET = ROOT / "model" / "dmasan" / "device"

HEAD = '''# SPDX-License-Identifier: Apache-2.0
# Generated from rtl/dma.rdl by tools/generate_registers.py; do not edit.
"""{title}"""

from __future__ import annotations
'''


def elaborate(top: str) -> AddrmapNode:
    """The elaborated address map `top` of dma.rdl."""
    compiler = RDLCompiler()
    compiler.compile_file(str(SOURCE))
    return compiler.elaborate(top_def_name=top).top


def stored(field: FieldNode) -> bool:
    """True for a field that keeps what software writes (no write-one-to-clear, no pulse)."""
    return bool(field.is_sw_writable and not field.get_property("onwrite") and not field.get_property("singlepulse"))


def masks(register: RegNode) -> dict[str, int]:
    """Reset value, bits that a write stores, that it acts on, and locked ones of a register."""
    values = {"RESET": 0, "WRITABLE": 0, "ACTING": 0, "LOCKED": 0}
    for field in register.fields():
        mask = ((1 << field.width) - 1) << field.low
        reset = field.get_property("reset")
        values["RESET"] |= (reset if isinstance(reset, int) else 0) << field.low
        values["WRITABLE"] |= mask if stored(field) else 0
        values["ACTING"] |= mask if field.is_sw_writable and not stored(field) else 0
        values["LOCKED"] |= mask if field.get_property("swwe") else 0
    return values


def register_class(prefix: str, register: RegNode, base: int) -> Iterator[str]:
    """A register as a class of constants; the offset counts from `base`."""
    yield f"\nclass {prefix}{register.inst_name.upper()}(Register):"
    yield f'    """{sentence(register)}"""'
    named = {"OFFSET": int(register.absolute_address) - base, **masks(register)}
    named = {name: value for name, value in named.items() if value or name == "OFFSET"}
    yield f"    {', '.join(named)} = {', '.join(f'0x{value:X}' for value in named.values())}"
    for field in sorted(register.fields(), key=lambda f: int(f.low)):
        mask = ((1 << field.width) - 1) << field.low
        yield f"    {field.inst_name} = Bits({field.low}, 0x{mask:X})  # {sentence(field)}"


def sentence(node: Node) -> str:
    return " ".join(str(node.get_property("desc") or node.inst_name).split()).replace("\\", "\\\\")


def enumerations(*tops: AddrmapNode) -> Iterator[str]:
    """Every `encode` of the maps, once, as an IntEnum."""
    seen: dict[str, Any] = {}
    for top in tops:
        for node in top.descendants(unroll=False):
            if isinstance(node, FieldNode) and (encode := node.get_property("encode")):
                seen.setdefault(encode.type_name, encode)
    for name, encode in seen.items():
        yield f"\nclass {name.removesuffix('_e').capitalize()}(IntEnum):"
        yield f'    """Encoding `{name}`."""'
        for member in encode:
            yield f"    {member.name} = {member.value}  # {member.rdl_desc or member.name}"


def table(name: str, registers: Iterable[RegNode], prefix: str, base: int) -> Iterator[str]:
    yield f"\n{name}: dict[int, type[Register]] = {{"
    for register in registers:
        yield f"    0x{int(register.absolute_address) - base:02X}: {prefix}{register.inst_name.upper()},"
    yield "}"


def register_lines() -> Iterator[str]:
    """registers.py, piece by piece."""
    device, descriptor = elaborate("dma"), elaborate("dma_desc")
    (array,) = [c for c in device.children(unroll=False) if isinstance(c, RegfileNode)]
    channel = next(c for c in device.children(unroll=True) if isinstance(c, RegfileNode))
    base = int(channel.absolute_address)
    common = [c for c in device.children() if isinstance(c, RegNode)]
    private = [c for c in channel.children() if isinstance(c, RegNode)]
    yield HEAD.format(title="Register map of the engine: byte offsets, fields, encodings. CH_* count from their channel.")
    yield "from enum import IntEnum\n\nfrom dmasan.device.bits import Bits, Register"
    yield f"\nCHANNEL_BASE = 0x{base:03X}\nCHANNEL_STRIDE = 0x{array.array_stride or 0:03X}"
    yield from enumerations(device, descriptor)
    for register in common:
        yield from register_class("", register, 0)
    for register in private:
        yield from register_class("CH_", register, base)
    yield from table("GLOBAL_REGISTERS", common, "", 0)
    yield from table("CHANNEL_REGISTERS", private, "CH_", base)


def word_lines() -> Iterator[str]:
    """words.py, piece by piece."""
    yield HEAD.format(title="Words of the 64-byte descriptor in memory: byte offsets and fields.")
    yield "from dmasan.device.bits import Bits, Register\n"
    for register in elaborate("dma_desc").children():
        if isinstance(register, RegNode):
            yield from register_class("", register, 0)


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare only")
    args = parser.parse_args()
    fresh = {"registers.py": register_lines(), "words.py": word_lines()}
    status = 0
    for name, pieces in fresh.items():
        text = "\n".join(pieces) + "\n"
        if not args.check:
            (TARGET / name).write_text(text, encoding="utf-8")
        elif text != (TARGET / name).read_text(encoding="utf-8"):
            print(f"{name} differs from rtl/dma.rdl: run python tools/generate_registers.py", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
