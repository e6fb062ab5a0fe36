# SPDX-License-Identifier: Apache-2.0
"""The page of documentation about registers and descriptor, as Markdown, from dma.rdl. `regenerate.py` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from systemrdl.compiler import RDLCompiler
from systemrdl.node import AddrmapNode, FieldNode, Node, RegfileNode, RegNode

SOURCE = Path(__file__).resolve().parent / "dma.rdl"
HEAD = """<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Generated from rtl/dma.rdl by rtl/regenerate.py; do not edit. -->
# Registers and descriptor of the DMA engine

Registers have 32 bits and are little endian. Access: R reads, W writes, W1C and W1S write one to clear or to set,
W1 writes one to act and reads as 0; *locked* fields ignore writes while their channel is busy.
A dash stands for what the hardware drives.
"""
SPECIAL = {"woclr": "W1C", "woset": "W1S"}


def page(channels: int) -> str:
    """The whole page for an engine with so many channels."""
    return "\n".join(_lines(channels)) + "\n"


def _lines(channels: int) -> Iterator[str]:
    device, descriptor = _elaborate("dma", NCH=channels), _elaborate("dma_desc")
    (array,) = [child for child in device.children(unroll=False) if isinstance(child, RegfileNode)]
    channel = next(child for child in device.children(unroll=True) if isinstance(child, RegfileNode))
    base, stride = int(channel.absolute_address), int(array.array_stride or 0)
    common, private = _registers(device), _registers(channel)
    yield HEAD
    yield from _chapter("Global registers", "", common, 0)
    place = f"Channel n is at {base:#05x} + n * {stride:#05x}; offsets count from there. CMD of channel 0 is at {base:#05x}."
    yield from _chapter("Registers of a channel", place, private, base)
    place = "64 bytes in memory, aligned to 64 (short format: 32). The hardware writes the last 16 bytes, in one burst."
    yield from _chapter("Descriptor", place, _registers(descriptor), 0)
    yield "## Encodings\n"
    for encode in _encodings(device, descriptor):
        yield f"### {encode.type_name}\n"
        yield from _table(("Value", "Name", "Meaning"), ((m.value, m.name, _clean(m.rdl_desc)) for m in encode))


def _elaborate(top: str, **parameters: int) -> AddrmapNode:
    compiler = RDLCompiler()
    compiler.compile_file(str(SOURCE))
    return compiler.elaborate(top_def_name=top, parameters=parameters).top


def _registers(node: AddrmapNode | RegfileNode) -> list[RegNode]:
    return [child for child in node.children() if isinstance(child, RegNode)]


def _chapter(title: str, text: str, registers: list[RegNode], base: int) -> Iterator[str]:
    """A table of registers, then one of the fields of each."""
    yield f"## {title}\n"
    if text:
        yield f"{text}\n"
    yield from _table(
        ("Offset", "Name", "Reset", "Meaning"),
        ((f"{int(r.absolute_address) - base:#05x}", r.inst_name, _reset(r), _text(r)) for r in registers),
    )
    for register in registers:
        yield f"### {register.inst_name} ({int(register.absolute_address) - base:#05x})\n"
        yield f"{_text(register)}\n"
        rows = [
            (_bits(f), f.inst_name, _access(f), _value(f), _text(f))
            for f in sorted(register.fields(), key=lambda f: int(f.low))
        ]
        yield from _table(("Bits", "Field", "Access", "Reset", "Meaning"), rows)


def _table(head: tuple[str, ...], rows: Any) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(str(cell) for cell in row)} |"
    yield ""


def _encodings(*tops: AddrmapNode) -> list[Any]:
    """Every `encode` of the maps, once, in order of first use."""
    found: dict[str, Any] = {}
    for top in tops:
        for node in top.descendants(unroll=False):
            if isinstance(node, FieldNode) and (encode := node.get_property("encode")):
                found.setdefault(encode.type_name, encode)
    return list(found.values())


def _access(field: FieldNode) -> str:
    if field.get_property("singlepulse"):
        return "W1"
    write = field.get_property("onwrite")
    special = SPECIAL.get(write.name, write.name) if write else "W"
    letters = ("R" if field.is_sw_readable else "") + ("" if not field.is_sw_writable else special)
    return f"{letters}, locked" if field.get_property("swwe") else letters


def _bits(field: FieldNode) -> str:
    return f"{field.high}:{field.low}" if field.width > 1 else str(field.low)


def _value(field: FieldNode) -> str:
    """Reset value; a dash where the hardware drives the field."""
    value = field.get_property("reset")
    return f"{value:#x}" if isinstance(value, int) else "-"


def _reset(register: RegNode) -> str:
    values = [(field.get_property("reset"), int(field.low)) for field in register.fields()]
    if any(value is None for value, _ in values):
        return "-"
    return f"{sum(value << low for value, low in values):#010x}"


def _text(node: Node) -> str:
    text = _clean(node.get_property("desc"))
    encode = node.get_property("encode") if isinstance(node, FieldNode) else None
    return f"{text} See [{encode.type_name}](#{encode.type_name})." if encode else text


def _clean(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|").replace("<", "&lt;")
