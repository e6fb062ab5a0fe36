# SPDX-License-Identifier: Apache-2.0
"""The command `dmasan`.

Findings go to standard output, everything else to standard error. Exit status: what the command says (0, or 1 for
hazards); 2 wrong usage or set-up, 3 the run broke, each with one sentence; 130 after Ctrl-C, 141 when the reader of
the output is gone.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from cocotbext.dmasan.commands import attach, bench, compare, corpus, doctor, explain, listing, run
from cocotbext.dmasan.commands.options import Parser
from dmasan import __version__
from dmasan.config import RunError, UsageError

COMMANDS = {
    "compare": compare,
    "run": run,
    "attach": attach,
    "explain": explain,
    "corpus": corpus,
    "bench": bench,
    "list": listing,
    "doctor": doctor,
}

USAGE, BROKEN, INTERRUPTED, NO_READER = 2, 3, 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit status."""
    try:
        status = _dispatch(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
        return status
    except UsageError as error:
        return _refuse(error, USAGE)
    except RunError as error:
        return _refuse(error, BROKEN)
    except BrokenPipeError:
        _silence_stdout()
        return NO_READER
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        return _refuse(
            f"internal error: {type(error).__name__}: {error} (traceback in {_keep_traceback()})", BROKEN
        )


def parser() -> Parser:
    """The whole command line."""
    top = Parser(prog="dmasan", description="A DMA-coherence sanitizer for hardware/driver co-verification.")
    top.add_argument("--version", action="version", version=f"dmasan {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, module in COMMANDS.items():
        summary = (module.__doc__ or "").splitlines()[0]
        module.configure(commands.add_parser(name, help=summary, description=summary, allow_abbrev=False))
    return top


def _dispatch(arguments: Sequence[str]) -> int:
    parsed = parser().parse_args(arguments)
    parsed.words = list(arguments)
    return COMMANDS[parsed.command].execute(parsed)


def _refuse(error: object, status: int) -> int:
    """Prints the one sentence of an error."""
    text = " ".join(str(error).split()).rstrip(".")
    with contextlib.suppress(BrokenPipeError):
        print(f"dmasan: {text}.", file=sys.stderr, flush=True)
    return status


def _silence_stdout() -> None:
    """Keeps the interpreter from complaining when it flushes standard output at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _keep_traceback() -> Path:
    """Writes the current traceback to a file of its own and returns its path."""
    handle, name = tempfile.mkstemp(prefix="dmasan-error-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(traceback.format_exc())
    return Path(name)


if __name__ == "__main__":
    sys.exit(main())
