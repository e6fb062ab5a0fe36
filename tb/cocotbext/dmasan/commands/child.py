# SPDX-License-Identifier: Apache-2.0
"""One job in a process of its own, on the behavioural device: `python -m cocotbext.dmasan.commands.child JOB RESULT`.

JOB and RESULT are JSON files: {"arguments": {...}} in, {"result": {...}} or {"error": {"status": 2 | 3, "text": ...}} out.
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path
from typing import Any

from cocotbext.dmasan.commands.cell import run_cell
from dmasan.config import RunError, UsageError


def main(job_file: str, result_file: str) -> int:
    """Runs the job; the result is complete once its file exists under its name."""
    document = perform(json.loads(Path(job_file).read_text(encoding="utf-8"))["arguments"])
    part = Path(result_file + ".part")
    part.write_text(json.dumps(document), encoding="utf-8")
    part.replace(result_file)
    return 0


def perform(arguments: dict[str, Any]) -> dict[str, Any]:
    """The job's result, or its error as data."""
    from dmasan.device.model import ModelBackend

    try:
        return {"result": run_to_end(run_cell(ModelBackend(), **arguments))}
    except (UsageError, RunError) as error:
        status = 2 if isinstance(error, UsageError) else 3
        return {"error": {"status": status, "text": str(error)}}
    except Exception as error:
        traceback.print_exc()
        return {"error": {"status": 3, "text": f"internal error: {type(error).__name__}: {error}"}}


def run_to_end(coroutine: Any) -> Any:
    """The value of a coroutine that never suspends, as all do on the behavioural device."""
    try:
        coroutine.send(None)
    except StopIteration as finished:
        return finished.value
    coroutine.close()
    raise RunError("the program waits for something that is not of this simulation (asyncio or cocotb?)")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
