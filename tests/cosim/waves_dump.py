# SPDX-License-Identifier: Apache-2.0
"""A dump of waves, read with pywellen: times in ps, text from the bits that hold it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

pywellen = pytest.importorskip("pywellen")


class Dump:
    """The waves in `file`, by their names below `top`."""

    def __init__(self, file: Path, top: str) -> None:
        self.file, self.top = file, top

    @cached_property
    def variables(self) -> dict[str, Any]:
        return {each.full_name: each for each in pywellen.Waveform(str(self.file)).all_vars()}

    def variable(self, name: str) -> Any:
        return self.variables[f"{self.top}.{name}"]

    def changes(self, name: str) -> list[tuple[int, int]]:
        """(time in ps, value) of each change."""
        return [(int(time), int(value)) for time, value in self.variable(name).tv]

    def at(self, name: str, time_ps: int) -> int:
        return int(self.variable(name).signal.value_at(time_ps))

    def text(self, name: str, time_ps: int) -> str:
        return _text(self.at(name, time_ps))

    def texts(self, name: str) -> list[tuple[int, str]]:
        told = [(time, _text(value)) for time, value in self.changes(name)]
        return [each for each in told if each[1]]


def _text(value: int) -> str:
    return value.to_bytes((value.bit_length() + 7) // 8, "big").decode().strip("\0 ")
