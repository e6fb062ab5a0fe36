# SPDX-License-Identifier: Apache-2.0
"""Runs jobs (one cell each) as separate processes, a few at a time."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dmasan.config import RunError, UsageError

CELL_TARGET = "cocotbext.dmasan.commands.cell:run_cell"


@dataclass(frozen=True)
class Job:
    """`arguments` for `run_cell`; `folder` takes the log and what the job writes."""

    title: str
    folder: Path
    arguments: dict[str, Any]


Runner = Callable[[Job], dict[str, Any]]


def run_all(jobs: Sequence[Job], runner: Runner, parallel: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yields (index, result) as jobs finish. The first error, or Ctrl-C, ends the rest and is raised."""
    threads: list[int] = []
    with ThreadPoolExecutor(parallel, initializer=lambda: threads.append(threading.get_native_id())) as pool:
        indices: dict[Future[dict[str, Any]], int] = {
            pool.submit(runner, job): i for i, job in enumerate(jobs)
        }
        pending = set(indices)
        try:
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    yield indices[future], future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            while any(future.running() for future in pending):
                _end_children(threads)
                wait(pending, timeout=0.1)
            raise


def _end_children(threads: Sequence[int]) -> None:
    """Ends the processes that these threads of ours started, each with the group that it leads."""
    for thread in threads:
        with contextlib.suppress(OSError):
            for pid in Path(f"/proc/self/task/{thread}/children").read_text().split():
                os.killpg(int(pid), signal.SIGKILL)


def run_on_model(job: Job, timeout: float) -> dict[str, Any]:
    """Runs a job on the behavioural device in a Python process. Raises UsageError, or RunError naming the log."""
    log, request, answer = job.folder / "run.log", job.folder / "job.json", job.folder / "result.json"
    answer.unlink(missing_ok=True)
    request.write_text(json.dumps({"arguments": job.arguments}), encoding="utf-8")
    command = [sys.executable, "-m", "cocotbext.dmasan.commands.child", str(request), str(answer)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with log.open("wb") as out:
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=environment,
                timeout=timeout,
                start_new_session=True,
            )
        except subprocess.TimeoutExpired:
            raise RunError(f"{job.title}: the time limit of {timeout:g} s is over; see {log}") from None
    if not answer.exists():
        raise RunError(
            f"{job.title}: the process ended with status {done.returncode} and no result; see {log}"
        )
    return unwrap(job, json.loads(answer.read_text(encoding="utf-8")), log)


def unwrap(job: Job, document: dict[str, Any], log: Path) -> dict[str, Any]:
    """The result of a job, or its error raised."""
    error = document.get("error")
    if error is None:
        return dict(document["result"])
    if error["status"] == 2:
        raise UsageError(error["text"])
    raise RunError(f"{job.title}: {error['text']}; see {log}")
