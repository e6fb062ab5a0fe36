# SPDX-License-Identifier: Apache-2.0
"""The one cocotb test: reads the job, sets up clock and backend, runs the target and writes its result."""

from __future__ import annotations

import importlib
import json
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cocotb

from cocotbext.dmasan.backend import RtlBackend
from dmasan.config import RunError, UsageError


@cocotb.test()
async def job(dut: Any) -> None:
    """Runs the job named by $DMASAN_JOB."""
    path = Path(os.environ["DMASAN_JOB"])
    told = json.loads(path.read_text(encoding="utf-8"))
    answer: dict[str, Any]
    backend: RtlBackend | None = None
    try:
        backend = _make_backend(dut, told)
        await backend.start()
        value = await _target(told["target"])(backend, **told["arguments"])
        backend.finish()
        answer = {"value": value}
        text = json.dumps(answer)
    except Exception as error:
        traceback.print_exc()
        text = json.dumps({"error": _describe(error, backend)})
    _write(Path(told["result"]), text)


def _make_backend(dut: Any, told: dict[str, Any]) -> RtlBackend:
    """That of our engine's top, or what the job's "module:function" makes."""
    if told["backend"]:
        backend: RtlBackend = _target(told["backend"])(dut, told=told)
        return backend
    return RtlBackend(dut, clock_ns=told["clock_ns"], check_protocol=told["check_protocol"])


def _target(name: str) -> Callable[..., Any]:
    """The function "module:function"."""
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def _describe(error: Exception, backend: RtlBackend | None) -> dict[str, str]:
    """The error for the parent. A broken bus protocol may be its cause, so it is told with it."""
    kind = next((base.__name__ for base in (UsageError, RunError) if isinstance(error, base)), "other")
    message = str(error)
    if (
        kind != "UsageError"
        and backend is not None
        and backend.check_protocol
        and (report := backend.protocol_report()) not in ("", message)
    ):
        message += f"; before that, {report}"
    return {"kind": kind, "type": type(error).__name__, "message": message}


def _write(path: Path, text: str) -> None:
    """By rename: the parent sees a whole result or none."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.rename(path)
