# SPDX-License-Identifier: Apache-2.0
"""Rewrites PeakRDL-regblock's module so that a cycle without a register access costs a simulator almost nothing.

The generator gives every field a process of its own, which is evaluated in every cycle. Here the address decoder, the
read multiplexer and the fields that software alone writes stand under one condition: a request is there. Registers,
ports and behaviour in every cycle are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# A field that nothing but a write by software changes, as the generator prints it.
FIELD = re.compile(
    r"^(?P<indent> +)// Field: (?P<path>\S+)\n"
    r" +always_comb begin\n"
    r" +automatic logic \S+ next_c;\n"
    r" +automatic logic load_next_c;\n"
    r" +next_c = (?P<storage>\S+);\n"
    r" +load_next_c = '0;\n"
    r" +if\((?P<written>decoded_reg_strb\S+ && decoded_req_is_wr[^\n]*)\) begin // SW write\n"
    r" +next_c = (?P<value>[^\n]+);\n"
    r" +load_next_c = '1;\n"
    r" +end\n"
    r" +\S+\.next = next_c;\n"
    r" +\S+\.load_next = load_next_c;\n"
    r" +end\n"
    r" +always_ff @\(posedge clk\) begin\n"
    r" +if\((?P<reset>\S+)\) begin\n"
    r" +(?P=storage) <= (?P<initial>\S+);\n"
    r" +end else begin\n"
    r" +if\(\S+\.load_next\) begin\n"
    r" +(?P=storage) <= \S+\.next;\n"
    r" +end\n"
    r" +end\n"
    r" +end\n",
    re.MULTILINE,
)
LOOP = re.compile(r"^    for\(genvar .*\n(?:(?!    end\n).*\n)*(?P<end>    end\n)", re.MULTILINE)
FIELDS = "    // Field logic\n"
DECODED = re.compile(r"^(?P<indent> +)(?P<strobe>decoded_reg_strb\S+) = (?P<value>[^\n]+);\n", re.MULTILINE)
REQUEST, WRITE, READ = (
    "cpuif_req_masked",
    "decoded_req && decoded_req_is_wr",
    "decoded_req && !decoded_req_is_wr",
)


def quiet(module: str) -> str:
    """The module, rewritten. Raises ValueError if the generator no longer prints what this file knows."""
    head, fields = _halves(module, FIELDS)
    middle, tail = _halves(fields, "    // Write response\n")
    return _decoder(head) + "".join(_field_logic(middle)) + _read_multiplexer(tail)


def _halves(text: str, mark: str) -> tuple[str, str]:
    if text.count(mark) != 1:
        raise ValueError(f"the register block has {text.count(mark)} places that read {mark.strip()!r}, not one")
    head, tail = text.split(mark)
    return head, mark + tail


def _decoder(text: str) -> str:
    """The strobes under REQUEST, and all of them 0 without one."""
    start = "        is_valid_rw = '1; // No valid RW check\n"
    stop = "        decoded_err = ~is_valid_addr & decoded_req;\n"
    before, decode = _halves(text, start)
    decode, after = _halves(decode.removeprefix(start), stop)
    quiet_ones = re.sub(r"^ +is_valid_addr \|= .*\n", "", decode, flags=re.MULTILINE)
    quiet_ones = DECODED.sub(r"\g<indent>\g<strobe> = '0;\n", quiet_ones)
    asked = f"        if({REQUEST}) begin\n{_indented(decode)}        end else begin\n{_indented(quiet_ones)}        end\n"
    return before + start + asked + after


def _field_logic(text: str) -> Iterator[str]:
    """Each scope, the block and its loops over channels, with the plain fields in one process."""
    position = 0
    for loop in LOOP.finditer(text):
        yield from _scope(text[position : loop.start()])
        yield from _scope(text[loop.start() : loop.start("end")])
        position = loop.start("end")
    if not position:
        raise ValueError("the register block has no loop over channels")
    yield from _scope(text[position:])


def _scope(text: str) -> Iterator[str]:
    yield FIELD.sub("", text)
    yield from _process([*FIELD.finditer(text)])


def _process(fields: list[re.Match[str]]) -> Iterator[str]:
    """One process that resets and writes the fields."""
    if not fields:
        return
    indent, reset = fields[0]["indent"], fields[0]["reset"]
    if any(field["reset"] != reset for field in fields):
        raise ValueError("fields of one scope have different resets")
    yield f"{indent}// Fields that only software writes.\n"
    yield f"{indent}always_ff @(posedge clk) begin\n{indent}    if({reset}) begin\n"
    for field in fields:
        yield f"{indent}        {field['storage']} <= {field['initial']};\n"
    yield f"{indent}    end else if({WRITE}) begin\n"
    for field in fields:
        yield f"{indent}        if({field['written']}) {field['storage']} <= {field['value']};\n"
    yield f"{indent}    end\n{indent}end\n"


def _read_multiplexer(text: str) -> str:
    """What is read under READ; without it the data is 0."""
    start, stop = "        readback_data_var = '0;\n", "        readback_data = readback_data_var;\n"
    before, mux = _halves(text, start)
    mux, after = _halves(mux.removeprefix(start), stop)
    return f"{before}{start}        if({READ}) begin\n{_indented(mux)}        end\n{after}"


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())
