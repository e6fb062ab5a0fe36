# SPDX-License-Identifier: Apache-2.0
"""Names and knobs of a run: what a cell is made of, and the errors of wrong usage and of a broken run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from typing import Any

ERAS = ("v2.6.39", "v3.5", "v3.14", "v6.0", "v6.19")
DEFAULT_ERA = "v6.19"
DEFAULT_PROFILE = "cortex-a9-pl310"


class UsageError(Exception):
    """Wrong usage or set-up: one sentence that names the culprit and what is allowed. Exit status 2."""


class RunError(Exception):
    """The run itself broke: simulator died, time limit, internal error. Exit status 3."""


def choose(what: str, name: str, allowed: Iterable[str]) -> str:
    """`name` if it is one of `allowed`; otherwise a UsageError that says what is allowed, and what was perhaps meant."""
    names = list(allowed)
    if name in names:
        return name
    near = get_close_matches(str(name), names, 1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise UsageError(f"unknown {what} {name!r}{hint}: allowed are {', '.join(names)}")


def _knob(default: Any, text: str, low: float | None = None, high: float | None = None) -> Any:
    return field(default=default, metadata={"text": text, "low": low, "high": high})


@dataclass(frozen=True)
class Knobs:
    """The switches of a run, each with its unit and range; `--set knob=value` and TOML files set them by name."""

    cpus: int = _knob(2, "CPUs of the machine", 1, 4)
    ram_mib: int = _knob(64, "RAM, MiB", 16, 256)
    lowmem_mib: int = _knob(40, "lowmem, MiB, as vmalloc= would limit it; the rest is highmem", 8, 256)
    cma_mib: int = _knob(16, "CMA area, MiB", 1, 64)
    cma: str = _knob(
        "", "cma= of the kernel's command line, size[@start[-end]], 0 for no area; in the place of cma_mib"
    )
    carveout_mib: int = _knob(
        4, "reserved memory without linear mapping, MiB, under policy nomap_carveout", 4, 64
    )
    swiotlb_mib: int = _knob(4, "pool of bounce buffers, MiB, under policy bounce (kernel: 64)", 1, 64)
    coherent_pool_kib: int = _knob(
        2048, "pool for allocations that must not sleep, KiB, under policy atomic_pool (kernel: 256)", 64, 4096
    )
    snoop_port: bool = _knob(
        False, "the device's port can snoop the caches, as its CAP1 tells; on under policy coherent"
    )
    ring_poll: int = _knob(
        0, "cycles between two looks of the device at a ring's next descriptor, which it takes when that is its own; 0: it "
        "waits for TAIL, as the RTL always does", 0, 100_000
    )  # fmt: skip
    system_pages: bool = _knob(False, "take coherent memory from the page allocator instead of CMA")
    processes: int = _knob(
        4, "user processes, each with its own copy of the kernel's first-level entries", 1, 4096
    )
    rodata_full: bool = _knob(
        False, "arm64: the linear map in small pages from boot, as rodata=full has it since v5.0; else in blocks"
    )
    shared_override: bool = _knob(False, "PL310 shared attribute override (auxiliary control bit 22)")
    quantum_ns: int = _knob(
        100, "ns of CPU time between yields to the simulator, 0 = every access", 0, 1_000_000
    )
    versions: bool = _knob(
        True, "keep a version per byte of each copy, so that a hazard can be called manifest"
    )
    latency: int = _knob(12, "memory latency of the device's port, cycles", 0, 1000)
    random_rate: float = _knob(
        0.25, "chance of a hidden move before an operation under the random schedule", 0, 1
    )
    prefetch_reach: int = _knob(
        -1, "lines around an access that a random prefetch may touch; -1: as the profile says", -1, 64
    )

    def with_settings(self, settings: Mapping[str, object]) -> Knobs:
        """A copy with `settings` (values or their text) applied. Raises UsageError for an unknown knob or a bad value."""
        kinds = {f.name: f for f in fields(self)}
        values: dict[str, object] = {}
        for name, value in settings.items():
            choose("knob", name, kinds)
            values[name] = _convert(name, value, type(getattr(self, name)), kinds[name].metadata)
        return replace(self, **values)  # type: ignore[arg-type]


_TRUE, _FALSE = ("true", "on", "yes", "1"), ("false", "off", "no", "0")


def _convert(name: str, value: object, kind: type, limits: Mapping[str, Any]) -> object:
    """`value` as the knob's type, within its range."""
    if kind is str:
        return str(value)
    if kind is bool:
        text = str(value).lower()
        if text not in _TRUE + _FALSE:
            raise UsageError(f"knob {name}: {value!r} is neither true nor false")
        return text in _TRUE
    try:
        if isinstance(value, bool) or (kind is int and isinstance(value, float)):
            raise ValueError
        number = kind(value)
    except (TypeError, ValueError):
        noun = "a whole number" if kind is int else "a number"
        raise UsageError(f"knob {name}: {value!r} is not {noun}") from None
    low, high = limits["low"], limits["high"]
    if not low <= number <= high:
        raise UsageError(f"knob {name}: {value} is out of range, allowed is {low} to {high}")
    return number


@dataclass(frozen=True)
class Cell:
    """One configuration of the world: policy, profile, era and knobs."""

    policy: str
    profile: str = DEFAULT_PROFILE
    era: str = DEFAULT_ERA
    knobs: Knobs = Knobs()
