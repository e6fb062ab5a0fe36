# SPDX-License-Identifier: Apache-2.0
"""Chooses where a job runs: in the simulator, or on the behavioural device."""

from __future__ import annotations

from typing import Any

from cocotbext.dmasan.commands.jobs import CELL_TARGET, Job, Runner, run_on_model
from cocotbext.dmasan.commands.progress import Progress
from cocotbext.dmasan.commands.settings import Settings
from dmasan.config import RunError, UsageError


def runner_of(settings: Settings, progress: Progress) -> Runner:
    """Runs jobs on the backend of `settings`; builds the RTL first, so that a missing compiler is told at once."""
    on_backend = _on_rtl(settings, progress) if settings.backend == "rtl" else _on_model(settings)

    def run(job: Job) -> dict[str, Any]:
        try:
            job.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"the folder for results {job.folder} cannot be made: {error.strerror}"
            ) from None
        return on_backend(job)

    return run


def _on_model(settings: Settings) -> Runner:
    return lambda job: run_on_model(job, settings.timeout)


def _on_rtl(settings: Settings, progress: Progress) -> Runner:
    from cocotbext.dmasan.build import build, engine
    from cocotbext.dmasan.commands.waves import trace_format
    from cocotbext.dmasan.simulate import Job as Simulation
    from cocotbext.dmasan.simulate import run_job

    progress.say("building the RTL (from the cache if it is there)")
    build(engine())

    def run(job: Job) -> dict[str, Any]:
        simulation = Simulation(CELL_TARGET, job.arguments, seed=settings.seed)
        try:
            trace = trace_format() if job.arguments.get("waves") else "none"
            design = engine(detail=settings.signals)
            return dict(run_job(simulation, job.folder, design=design, trace=trace, timeout=settings.timeout))
        except RunError as error:
            raise RunError(f"{job.title}: {error}") from None

    return run
