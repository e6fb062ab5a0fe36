# SPDX-License-Identifier: Apache-2.0
"""Result files, written by rename so that a reader never sees half of one."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from dmasan.config import UsageError


def to_text(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_bytes(path: Path, content: bytes) -> None:
    """Replaces `path` by `content` at once. Raises UsageError if the folder cannot be made or written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            part.chmod(0o666 & ~_umask())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from None


def write_json(path: Path | str, document: object) -> None:
    """Writes `document` to a file, or to standard output if `path` is "-"."""
    if str(path) == "-":
        sys.stdout.write(to_text(document))
    else:
        write_bytes(Path(path), to_text(document).encode())


def read_json(path: Path, schema: str) -> dict[str, Any]:
    """The document of `path`. Raises UsageError unless it is a `schema` document, such as "dmasan/run/1"."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    except ValueError as error:
        raise UsageError(f"{path} is no JSON: {error}") from None
    found = document.get("schema") if isinstance(document, dict) else None
    if not isinstance(document, dict) or found != schema:
        raise UsageError(f"{path} is not a {schema} document: its schema is {found!r}")
    return document


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
