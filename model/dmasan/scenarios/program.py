# SPDX-License-Identifier: Apache-2.0
"""Finds a driver program: one that ships with dmasan, by its name, or the user's own, by `path.py[:function]`."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from dmasan.config import UsageError, choose
from dmasan.scenarios import SCENARIOS

Program = Callable[..., Awaitable[Any]]  # called with a Soc

DEFAULT_FUNCTION = "program"


def find(name: str) -> Program:
    """The program `name`. Raises UsageError if there is none, or if the user's file does not import."""
    file, colon, function = name.rpartition(":")
    if not colon or "/" in function:
        file, function = name, DEFAULT_FUNCTION
    if not file.endswith(".py"):
        return SCENARIOS[choose("scenario", name, [*SCENARIOS])].program
    module = _import(Path(file))
    found = getattr(module, function, None)
    if found is None:
        offered = [each for each, value in vars(module).items() if inspect.iscoroutinefunction(value)]
        allowed = ", ".join(offered) or "none, it has no async function"
        raise UsageError(f"{file} has no function {function!r}: allowed are {allowed}")
    if not inspect.iscoroutinefunction(found) or not _takes(found, None):
        raise UsageError(f"{file}: {function} is not an async function that takes a Soc")
    return cast(Program, found)


def takes_picture(program: Program) -> bool:
    """True if the program has a parameter `picture`, for the input that the command line names."""
    return _takes(program, None, picture=None)


def _takes(function: Callable[..., object], *arguments: object, **named: object) -> bool:
    try:
        inspect.signature(function).bind(*arguments, **named)
    except TypeError:
        return False
    return True


def _import(path: Path) -> ModuleType:
    if not path.is_file():
        raise UsageError(f"cannot read the program {path}: there is no such file")
    spec = importlib.util.spec_from_file_location(path.stem, path.absolute())
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.absolute().parent))
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise UsageError(
            f"{error.filename}:{error.lineno}: the program does not compile: {error.msg}"
        ) from None
    except OSError as error:
        raise UsageError(f"cannot read the program {path}: {error.strerror or error}") from None
    except Exception as error:
        line = place(error, path)
        raise UsageError(f"{line}: the program does not import: {type(error).__name__}: {error}") from None
    finally:
        sys.path.remove(str(path.absolute().parent))
    return module


def place(error: BaseException, path: Path) -> str:
    """The innermost "file:line" of `path` in an exception's traceback."""
    wanted = str(path.absolute())
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == wanted]
    return f"{path}:{lines[-1]}" if lines else str(path)
