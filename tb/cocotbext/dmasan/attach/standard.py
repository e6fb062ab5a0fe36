# SPDX-License-Identifier: Apache-2.0
"""Runs the standard set inside the simulator, scenario after scenario, each after a reset; returns what JSON can hold."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cocotbext.dmasan.attach import description as described
from cocotbext.dmasan.attach.backend import AttachedBackend, Hang
from cocotbext.dmasan.attach.bench import BusBench, Found
from cocotbext.dmasan.attach.bus_scenarios import BUS_SCENARIOS, BusScenario
from cocotbext.dmasan.attach.coherence_scenarios import SOC_SCENARIOS, SocBench, SocScenario
from cocotbext.dmasan.attach.description import Description
from cocotbext.dmasan.attach.driver import Driver
from cocotbext.dmasan.attach.ports import Port
from cocotbext.dmasan.attach.registers import DriverRegisters, StreamRegisters
from cocotbext.dmasan.attach.resolve import resolve
from cocotbext.dmasan.attach.world import HostDevice, PlainIo, PlainRam
from cocotbext.dmasan.shared import PortFault
from dmasan.config import RunError, UsageError
from dmasan.device.backend import DeviceBusError
from dmasan.linux.dma_device import DmaRange
from dmasan.report.results import Finding
from dmasan.soc import Soc

LIMIT_CYCLES = 100_000  # of one wait; the longest job of the set takes about a fifth of it
ORDER = {scenario.name: scenario for scenario in (*BUS_SCENARIOS, *SOC_SCENARIOS)}


@dataclass
class Outcome:
    """Of one scenario: "clean", "found" or "left out" with a reason."""

    name: str
    outcome: str
    reason: str = ""
    found: list[Found] = field(default_factory=list)
    hazards: list[Finding] = field(default_factory=list)
    cycles: int = 0


def make_backend(dut: Any, *, told: Mapping[str, Any]) -> AttachedBackend:
    """The backend of a job: its design, and how it is connected, come from the job's arguments."""
    arguments = told["arguments"]
    description = described.read(Path(arguments["description"]))
    resolved = resolve(description, {p["name"]: Port(**p) for p in arguments["ports"]})
    beat = max(resolved.memories[0].data // 8, description.over_read)
    limit = LIMIT_CYCLES * description.clock.ns
    offset = description.bus_base is not None
    return AttachedBackend(
        dut, resolved, clock_ns=description.clock.ns, beat=beat, limit_ns=limit, bus_offset=offset
    )


async def run(backend: AttachedBackend, **arguments: Any) -> list[dict[str, Any]]:
    """The outcome of each scenario of `arguments["scenarios"]`, in order."""
    description = described.read(Path(arguments["description"]))
    cls = driver_class(description)
    outcomes = []
    for name in arguments["scenarios"]:
        Path(arguments["progress"]).write_text(name, encoding="utf-8")
        outcome = await _one(backend, description, cls, name, arguments)
        outcomes.append(asdict(outcome))
    return outcomes


def driver_class(description: Description) -> type[Driver]:
    """Imports the user's class. Raises UsageError."""
    path, name = description.driver
    spec = importlib.util.spec_from_file_location(f"dmasan_driver_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UsageError(f"{path}: the driver class does not import: {type(error).__name__}: {error}") from None
    finally:
        sys.path.remove(str(path.parent))
    cls = getattr(module, name, None)
    if not (isinstance(cls, type) and issubclass(cls, Driver)):
        raise UsageError(f"{path}: {name} is not a class that derives from cocotbext.dmasan.attach.Driver")
    return cls


async def _one(
    backend: AttachedBackend, description: Description, cls: type[Driver], name: str, arguments: Mapping[str, Any]
) -> Outcome:
    scenario = ORDER[name]
    if reason := scenario.needs(cls.features):
        return Outcome(name, "left out", reason)
    await backend.restart()
    begin = backend.cycles
    found: list[Found] = []
    hazards: list[Finding] = []
    try:
        if isinstance(scenario, BusScenario):
            await _on_plain_memory(backend, description, cls, scenario, arguments["seed"], found)
        else:
            await _on_soc(backend, description, cls, scenario, arguments, found, hazards)
    except Hang as error:
        found.append(Found(name, "HANG", f"{error}{_waiting(backend)}"))
    except PortFault as error:
        found.append(Found(name, "UNSERVED", str(error).removeprefix("memory port: ")))
    except DeviceBusError as error:
        found.append(Found(name, "BUS_ERROR", str(error)))
    except (UsageError, RunError):
        raise
    except Exception as error:
        raise _told_of_class(description, name, error) from error
    found += [Found(name, v.rule.name, v.describe()) for v in backend.violations() if v.rule.side != "slave"]
    state = "found" if found or hazards else "clean"
    return Outcome(name, state, "", found, hazards, backend.cycles - begin)


def _told_of_class(description: Description, scenario: str, error: Exception) -> UsageError:
    """An exception that the driver class raised, by its line."""
    path, cls = description.driver
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    if not lines:
        raise error
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    return UsageError(f"{path}:{lines[-1]}: {cls} raised {what} in scenario {scenario}")


def _waiting(backend: AttachedBackend) -> str:
    """What is on the bus while the design hangs."""
    counts = (
        (backend.unaddressed(), "write data without an address"),
        (backend.posted(), "writes without a response"),
    )
    parts = [f"{count} bursts of {what}" for count, what in counts if count]
    return f"; on the bus: {', '.join(parts)}" if parts else "; nothing waits on the memory bus"


async def _on_plain_memory(
    backend: AttachedBackend,
    description: Description,
    cls: type[Driver],
    scenario: BusScenario,
    seed: int,
    found: list[Found],
) -> None:
    ram = PlainRam(description.bus_base or PlainRam().base)
    ram.connect(backend)
    bench = BusBench(scenario.name, backend, cls(HostDevice(backend, PlainIo(backend))), seed, ram, found)
    await bench.limited(bench.driver.probe(), "the end of probe")
    await scenario.run(bench)
    backend.finish()


async def _on_soc(
    backend: AttachedBackend,
    description: Description,
    cls: type[Driver],
    scenario: SocScenario,
    arguments: Mapping[str, Any],
    found: list[Found],
    hazards: list[Finding],
) -> None:
    knobs = {**arguments["knobs"], **scenario.knobs}
    soc = Soc(
        profile=arguments["profile"],
        policy=scenario.policy or arguments["policy"],
        era=arguments["era"],
        schedule=arguments["schedule"],
        seed=arguments["seed"],
        backend=backend,
        **knobs,
    )
    device, memory = soc.dma.device, soc.machine.memory
    device.address_bits = max(each.address for each in backend.resolved.memories)
    if description.bus_base is not None:
        device.ranges = (DmaRange(memory.base, description.bus_base, memory.size),)
    driver = cls(HostDevice(backend, soc.io, soc))
    soc.sanitizer.order.registers = StreamRegisters() if backend.stream else DriverRegisters(driver)
    await soc.boot()
    bench = SocBench(scenario.name, backend, driver, soc, found)
    try:
        await driver.probe()
        await scenario.run(bench)
        backend.finish()
    finally:
        if not bench.expects_hazards:
            hazards += [Finding.of(each, soc.machine.profile.l1.line) for each in soc.hazards]


