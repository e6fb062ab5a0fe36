# SPDX-License-Identifier: Apache-2.0
"""What a user tells of a design: sources, clocks, ports and driver class, from a TOML file.

Every mistake is a UsageError that names file, line and key, and what is allowed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cocotbext.dmasan.attach.table import Table
from cocotbext.dmasan.commands.configfile import syntax_error
from dmasan.config import UsageError

PROTOCOLS = ("axi4", "axi3", "ace-lite")
REGISTER_PROTOCOLS = ("axi4-lite",)
LEVELS = ("low", "high")
LANGUAGES = {"systemverilog": "", "verilog-2005": "+1364-2005ext+v", "verilog-2001": "+1364-2001ext+v"}
DATA_WIDTHS = (32, 64, 128, 256)
MASTERS = 8
OVERRIDES = {"cache": 15, "prot": 7, "qos": 15, "domain": 3, "snoop": 15, "user": 0xFFFF_FFFF}
OVERRIDE_KEYS = {
    f"{channel}{name}": limit for channel in ("", "ar", "aw") for name, limit in OVERRIDES.items()
}


@dataclass(frozen=True)
class MemoryBus:
    """An AXI master port for memory: ports `prefix` + awaddr and so on. `data_width` in bits, 0: that of its ports.

    `overrides` are attribute values by signal ("cache" for both channels, "arcache" for one) that hold whether the
    design drives the signal or not.
    """

    prefix: str
    protocol: str = "axi4"
    data_width: int = 0
    overrides: Mapping[str, int] = field(default_factory=dict)
    tagged: bool = False  # AxUSER names kind, channel and descriptor as that of our engine does


@dataclass(frozen=True)
class Clock:
    """A clock with its reset; `ns` per cycle."""

    port: str
    ns: float
    reset: str
    reset_low: bool


@dataclass(frozen=True)
class RegisterBus:
    """An AXI4-Lite slave port for registers, with a clock of its own if it has one."""

    prefix: str
    clock: Clock | None = None


@dataclass(frozen=True)
class StreamBus:
    """A stream of descriptors in (`prefix` + valid, ready, fields), and one of statuses out."""

    prefix: str
    fields: tuple[str, ...]
    status_prefix: str
    status_fields: tuple[str, ...]


@dataclass(frozen=True)
class Description:
    """A whole file. `language` is that of sources that end in .v; `pins` are inputs that the
    driver class sets. `over_read`: the design reads in aligned units of so many bytes; `bus_base`: bus address of RAM."""

    path: Path
    top: str
    sources: tuple[Path, ...]
    include: tuple[Path, ...]
    language: str
    defines: Mapping[str, str]
    parameters: Mapping[str, int]
    clock: Clock
    interrupt: str
    interrupt_low: bool
    tie: Mapping[str, int]
    pins: tuple[str, ...]
    memories: tuple[MemoryBus, ...]
    registers: RegisterBus | None
    stream: StreamBus | None
    driver: tuple[Path, str]
    over_read: int
    bus_base: int | None

    @property
    def kind(self) -> str:
        return "stream" if self.stream else "register"


def read(path: Path) -> Description:
    """The description in a file. Raises UsageError."""
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except UnicodeDecodeError:
        raise UsageError(f"{path}: the description is not UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"cannot read the description {path}: {error.strerror or error}") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(syntax_error(path, text, str(error))) from None
    return _description(path, Table(path, text, "", content))


def _description(path: Path, top: Table) -> Description:
    design, driver = top.table("design"), top.table("driver")
    memories = tuple(_memory(each) for each in top.tables("memory"))
    if not 1 <= len(memories) <= MASTERS:
        raise top.error("memory", f"{len(memories)} tables [[memory]], allowed are 1 to {MASTERS}")
    registers, stream = top.optional("registers"), top.optional("stream")
    if (registers is None) == (stream is None):
        raise top.error("registers", "exactly one of the tables [registers] and [stream] is needed")
    bus = top.optional("bus")
    found = Description(
        path,
        design.text("top"),
        design.files("sources", (".v", ".sv", ".vlt")),
        design.folders("include"),
        design.choice("language", tuple(LANGUAGES), "systemverilog"),
        {name: str(value) for name, value in design.mapping("defines").items()},
        design.numbers("parameters"),
        _clock(design, "clock"),
        design.text("interrupt", ""),
        design.choice("interrupt_active", LEVELS, "high") == "low",
        design.numbers("tie"),
        design.texts("pins") if "pins" in design.content else (),
        memories,
        _registers(registers) if registers else None,
        _stream(stream) if stream else None,
        _driver(driver),
        design.number("over_read", 0, 0, 4096),
        bus.number("base", None, 0, (1 << 40) - 1) if bus else None,
    )
    if found.over_read & (found.over_read - 1):
        raise design.error("over_read", f"{found.over_read} is not a power of two")
    if found.bus_base is not None and found.bus_base % (1 << 20):
        raise top.error("bus", f"base {found.bus_base:#x} is not aligned to 1 MiB")
    for each in (design, driver, bus, top):
        if each is not None:
            each.close()
    return found


def _clock(table: Table, name: str) -> Clock:
    return Clock(
        table.text(name),
        table.decimal("clock_ns", 10.0, 0.1, 10_000.0),
        table.text("reset"),
        table.choice("reset_active", LEVELS, "low") == "low",
    )


def _memory(table: Table) -> MemoryBus:
    overrides = table.numbers("attr_override")
    for name, value in overrides.items():
        if name not in OVERRIDE_KEYS:
            allowed = ", ".join(OVERRIDE_KEYS)
            raise table.error("attr_override", f"there is no attribute {name!r}: allowed are {allowed}")
        if not 0 <= value <= OVERRIDE_KEYS[name]:
            raise table.error(
                "attr_override", f"{name} is {value}, allowed is 0 to {OVERRIDE_KEYS[name]}"
            )
    found = MemoryBus(
        table.text("prefix"),
        table.choice("protocol", PROTOCOLS, "axi4"),
        table.number("data_width", 0, 0, 1024),
        overrides,
        table.flag("tagged", False),
    )
    if found.data_width not in (0, *DATA_WIDTHS):
        raise table.error("data_width", f"{found.data_width} is not supported: allowed are 32, 64, 128, 256")
    table.close()
    return found


def _registers(table: Table) -> RegisterBus:
    table.choice("protocol", REGISTER_PROTOCOLS, "axi4-lite")
    clock = _clock(table, "clock") if "clock" in table.content else None
    found = RegisterBus(table.text("prefix"), clock)
    table.close()
    return found


def _stream(table: Table) -> StreamBus:
    found = StreamBus(
        table.text("descriptor"),
        table.texts("descriptor_fields"),
        table.text("status"),
        table.texts("status_fields"),
    )
    table.close()
    return found


def _driver(table: Table) -> tuple[Path, str]:
    name = table.text("class")
    file, colon, cls = name.rpartition(":")
    if not colon or not file.endswith(".py") or not cls.isidentifier():
        raise table.error("class", f"{name!r} is not of the form file.py:Class")
    path = table.path.parent / file
    if not path.is_file():
        raise table.error("class", f"there is no file {path}")
    return path.absolute(), cls


