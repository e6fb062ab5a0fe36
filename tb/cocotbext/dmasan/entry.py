# SPDX-License-Identifier: Apache-2.0
"""The one cocotb test: reads the job, sets up clock and backend, runs the target and writes its result."""

from __future__ import annotations

import importlib
import json
import os
import traceback
from collections.abc import Awaitable, Callable
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
    try:
        backend = RtlBackend(dut, clock_ns=told["clock_ns"])
        await backend.start()
        value = await _target(told["target"])(backend, **told["arguments"])
        backend.finish()
        answer = {"value": value}
        text = json.dumps(answer)
    except Exception as error:
        traceback.print_exc()
        text = json.dumps({"error": _describe(error)})
    _write(Path(told["result"]), text)


def _target(name: str) -> Callable[..., Awaitable[Any]]:
    """The function "module:function"."""
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def _describe(error: Exception) -> dict[str, str]:
    kind = next((base.__name__ for base in (UsageError, RunError) if isinstance(error, base)), "other")
    return {"kind": kind, "type": type(error).__name__, "message": str(error)}


def _write(path: Path, text: str) -> None:
    """By rename: the parent sees a whole result or none."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.rename(path)
