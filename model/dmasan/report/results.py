# SPDX-License-Identifier: Apache-2.0
"""The results of runs as plain data. Their fields are those of `dmasan/run/1` and `dmasan/compare/1` (docs/schema)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from dmasan.events import NOWHERE
from dmasan.sanitizer.hazards import Hazard

VERDICTS = ("clean", "latent", "manifest", "not_applicable")


@dataclass(frozen=True)
class Further:
    """Another incident of the same root: what else goes wrong, and where."""

    code: str
    effect: str
    file: str
    line: int


@dataclass(frozen=True)
class Finding:
    """One hazard of a run, as a report holds it.

    `code` names the cause, `effect` what it does, `because` why it has that code. `state` is "latent" (wrong under some schedule) or "manifest" (wrong in this run). `bytes` is (first byte in the
    buffer, length), of which `wrong` are wrong; `lines` the addresses of the first and last cache line. `file` and
    `line` place the access in the driver program, `writer` ("file:line") the write whose value is missed, `time_ns` is
    simulated time. `copies` says where the copies of a byte are when it goes wrong, or which rule was broken how; `step`
    what the policy did last. `repair` is the smallest edit that removes it, `repair_verified` whether that was shown for
    every schedule. `kernel_sees`: the kernel's DMA API debugging reports it too.
    """

    id: int
    code: str
    effect: str
    state: str
    culprit: str
    file: str
    line: int
    buffer: str
    bytes: tuple[int, int]
    lines: tuple[int, ...]
    alias: str
    writer: str
    time_ns: float
    repair: str | None = None
    wrong: int = 0
    copies: str = ""
    step: str = ""
    because: str = ""
    repair_verified: bool = False
    kernel_sees: bool = False
    consequences: tuple[Further, ...] = ()

    @classmethod
    def of(cls, hazard: Hazard, line_size: int) -> Self:
        """The report of a hazard; `line_size` is that of the profile, in bytes."""
        return cls(
            hazard.id,
            hazard.code.name,
            hazard.effect.name,
            hazard.state.value,
            shorten(hazard.culprit),
            shorten(hazard.file),
            hazard.line,
            hazard.buffer,
            (hazard.start, hazard.length),
            tuple(hazard.lines(line_size)),
            hazard.alias,
            "" if hazard.writer == NOWHERE else f"{shorten(hazard.writer.file)}:{hazard.writer.line}",
            hazard.time_ns,
            hazard.repair,
            hazard.wrong,
            hazard.copies,
            hazard.step,
            hazard.because,
            hazard.repair_verified,
            hazard.kernel_sees,
            tuple(
                Further(each.code.name, each.effect.name, shorten(each.site.file), each.site.line)
                for each in hazard.consequences
            ),
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        start, length = data["bytes"]
        further = tuple(Further(**each) for each in data["consequences"])
        return cls(**{**data, "bytes": (start, length), "lines": tuple(data["lines"]), "consequences": further})


@dataclass(frozen=True)
class HazardCount:
    """How many hazards of one code a run has, apart by state."""

    code: str
    latent: int
    manifest: int


@dataclass(frozen=True)
class Cost:
    """What a policy cost. Counts, except `lowmem_lost_bytes`; line operations count lines, TLB operations pages."""

    pte_writes: int = 0
    sections_split: int = 0
    tables_walked: int = 0
    tlbi_local: int = 0
    tlbi_broadcast: int = 0
    l1_ops: int = 0
    l2_ops: int = 0
    pages_migrated: int = 0
    lowmem_lost_bytes: int = 0


@dataclass(frozen=True)
class Simulated:
    """How much was simulated: device clock cycles, wall-clock seconds, bytes that the device moved."""

    cycles: int = 0
    seconds: float = 0.0
    device_bytes: int = 0


@dataclass(frozen=True)
class Run:
    """One run of one program in one cell: `dmasan/run/1`. `events_file` is its event log (`report.eventlog`)."""

    scenario: str
    cell: Mapping[str, Any]
    seed: int
    schedule: str
    backend: str
    hazards: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    schedule_file: str | None = None
    cost: Cost = Cost()
    sim: Simulated = Simulated()
    events_file: str | None = None

    @property
    def verdict(self) -> str:
        return verdict(self.hazards)

    def to_json(self) -> dict[str, Any]:
        return {"schema": "dmasan/run/1", **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        known = {item.name for item in fields(cls)}
        values = {name: value for name, value in data.items() if name in known}
        values["hazards"] = tuple(Finding.from_json(each) for each in data["hazards"])
        values["notes"] = tuple(data["notes"])
        values["cost"], values["sim"] = Cost(**data["cost"]), Simulated(**data["sim"])
        return cls(**values)


@dataclass(frozen=True)
class Row:
    """One configuration of a comparison. `shared_override` is None on a profile without an outer cache.

    `hypothetical` says why no kernel of this era did this on this profile; None if one did.
    """

    policy: str
    profile: str
    era: str
    shared_override: bool | None
    verdict: str
    reason: str | None = None
    hazards: tuple[HazardCount, ...] = ()
    notes: tuple[str, ...] = ()
    wrong_bytes: int | None = None
    pictures: tuple[str, ...] = ()
    cost: Cost | None = None
    sim: Simulated | None = None
    hypothetical: str | None = None


@dataclass(frozen=True)
class Comparison:
    """Policies side by side on one input: `dmasan/compare/1`."""

    path: str
    bytes: int
    schedule: str
    seed: int
    backend: str
    rows: tuple[Row, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "dmasan/compare/1",
            "input": {"path": self.path, "bytes": self.bytes},
            "schedule": self.schedule,
            "seed": self.seed,
            "backend": self.backend,
            "rows": [asdict(row) for row in self.rows],
        }


@dataclass(frozen=True)
class Measurement:
    """One row of a benchmark: `dmasan/bench/1`.

    `target` is the least (`unit` a speed) or the most (`unit` a time) that `value` should be, `peer` what was measured
    for comparison in the same run, `ratio` how many times better than the peer this is. `note` says of a target that was
    missed what the profile shows.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    met: bool | None = None
    peer: str | None = None
    ratio: float | None = None
    note: str | None = None


def verdict(hazards: Iterable[Finding]) -> str:
    """The worst state among the hazards."""
    states = {hazard.state for hazard in hazards}
    return "manifest" if "manifest" in states else "latent" if states else "clean"


def count(hazards: Iterable[Finding]) -> tuple[HazardCount, ...]:
    """Hazards by code, in order of first appearance."""
    counts: dict[str, dict[str, int]] = {}
    for hazard in hazards:
        counts.setdefault(hazard.code, {"latent": 0, "manifest": 0})[hazard.state] += 1
    return tuple(HazardCount(code, **by_state) for code, by_state in counts.items())


def shorten(path: str) -> str:
    """`path` relative to the working folder where it lies below it."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path


def shown(path: str) -> str:
    """`path` as people are told it: as `shorten` has it, and a file that ships with dmasan from its package on, wherever
    that is installed."""
    short = shorten(path)
    if not Path(short).is_absolute():
        return short
    if Path(short).is_relative_to(_INSTALLED):
        return Path(short).relative_to(_INSTALLED.parent).as_posix()
    _, package, rest = short.partition("/cocotbext/dmasan/")
    return f"{package[1:]}{rest}" if package else short


_INSTALLED = Path(__file__).resolve().parents[1]
