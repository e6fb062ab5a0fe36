# SPDX-License-Identifier: Apache-2.0
"""`cma=nn[MG]@[start[MG][-end[MG]]]` of the kernel's command line (early_cma, kernel/dma/contiguous.c, v6.19).

Numbers are those of memparse: decimal, octal or hexadecimal, with K, M or G. `start` and `end` are physical addresses;
a size of 0 means no area.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dmasan.config import UsageError

_NUMBER = r"(0[xX][0-9a-fA-F]+|\d+)([KkMmGg]?)"
_FORM = re.compile(rf"{_NUMBER}(?:@{_NUMBER}(?:-{_NUMBER})?)?")
_UNITS = {"": 0, "k": 10, "m": 20, "g": 30}


@dataclass(frozen=True)
class CmaParameter:
    """Sizes and addresses in bytes. `base` 0: anywhere; `limit` 0: none."""

    size: int
    base: int = 0
    limit: int = 0

    @property
    def fixed(self) -> bool:
        """The area must begin at `base` exactly: the end is the start and the size."""
        return bool(self.limit) and self.base + self.size == self.limit


def parse_cma(text: str) -> CmaParameter:
    """Raises UsageError for what is no such parameter."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"cma={text}: allowed is size[@start[-end]] with sizes as 16M, or 0 for no area")
    parts = [_bytes(found[n], found[n + 1]) if found[n] else 0 for n in (1, 3, 5)]
    parameter = CmaParameter(*parts)
    if parameter.limit and parameter.limit < parameter.base + parameter.size:
        raise UsageError(f"cma={text}: {parameter.size:#x} bytes do not lie between start and end")
    return parameter


def _bytes(number: str, unit: str) -> int:
    octal = len(number) > 1 and number[0] == "0" and number.isdecimal()
    return int(number, 8 if octal else 0) << _UNITS[unit.lower()]
