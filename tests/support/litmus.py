# SPDX-License-Identifier: Apache-2.0
"""Litmus tests as text files: a few operations of CPUs and a device side by side, a condition, a verdict.

    name: MP+dmbs
    profiles: cortex-a15, cortex-a9-pl310
    verdict: Forbidden
    source: DDI 0406C, A3.8
    hash: 0123456789ab
    ---
    cpu0     | cpu1
    str x, 1 | ldr r0, y
    dmb      | dmb
    str y, 1 | ldr r1, x
    ---
    cpu1:r0=1 /\\ cpu1:r1=0

Verdicts: Allowed, some execution ends so; Forbidden, none does; Required, every one does. `machine: stronger, REASON`
says that the architecture allows what this machine never does; `when: deep` leaves a long one to the deep tests.
`profile+buffered` is the profile with `buffered_stores`, `profile+early` executes loads early, which takes the most
states. Variables are words of 0 in lines and pages of their own.
Operations go through the Write-Back mapping; `.nc` through the Non-cacheable, `.ns` through a Non-shareable one. `dmb.st`
is DMB ST, as dma_wmb() and smp_wmb() of Linux. The device, column `dev`, has `dread r, x`, `dwrite x, n`, and `wait`, which
ends when some CPU has done `bell`, as an interrupt does: what follows is not early. `map x, NC` writes the descriptor of
the Write-Back mapping of `x` anew, `unmap x` makes it invalid. The hash is that of the body.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

FAULT = -1  # the value of a register whose load faulted
VERDICTS = ("Allowed", "Forbidden", "Required")
_OPERATION = re.compile(r"([a-z_]+)(?:\.(\w+))?(?:\s+(.+))?$")
KNOWN = {
    "str": 2, "ldr": 2, "ldrex": 2, "strex": 3, "dmb": 0, "dsb": 0, "isb": 0, "dccmvac": 1, "dcimvac": 1, "dccimvac": 1,
    "outer_clean": 1, "outer_invalidate": 1, "outer_flush": 1, "outer_sync": 0, "tlbimva": 1, "tlbimvais": 1, "map": 2,
    "unmap": 1, "bell": 0, "wait": 0, "dread": 2, "dwrite": 2,
}  # fmt: skip
KEYS, OPTIONAL = {"name", "profiles", "verdict", "source", "hash"}, {"machine", "when"}
ALIASES = (None, "wb", "nc", "ns")
SUFFIXES = {"dmb": (None, "st")}


@dataclass(frozen=True)
class Operation:
    """`name` with its arguments as written; `alias` is "wb", "nc" or "ns", or "st" of a barrier for stores."""

    name: str
    alias: str
    arguments: tuple[str, ...]

    @property
    def variable(self) -> str | None:
        return next((each for each in self.arguments if re.fullmatch("[x-z]", each)), None)


@dataclass(frozen=True)
class Litmus:
    """One test. `programs` by agent ("cpu0", "dev"); `condition` is (agent, register) -> value."""

    name: str
    profiles: tuple[str, ...]
    verdict: str
    source: str
    stronger: str
    deep: bool
    programs: dict[str, tuple[Operation, ...]]
    condition: dict[tuple[str, str], int]

    @property
    def variables(self) -> list[str]:
        found = {op.variable for program in self.programs.values() for op in program}
        return sorted(each for each in found if each)


def content_hash(body: str) -> str:
    """Twelve digits of SHA-256 over the words of the body."""
    return hashlib.sha256(" ".join(body.split()).encode()).hexdigest()[:12]


def parse(path: Path) -> Litmus:
    """Reads a file. Raises ValueError naming file and culprit."""
    try:
        head, programs, condition = path.read_text().split("---\n")
    except ValueError:
        raise ValueError(f"{path}: a test has three parts, with lines of --- between them") from None
    fields = dict(line.split(": ", 1) for line in head.strip().splitlines())
    if not KEYS <= set(fields) <= KEYS | OPTIONAL:
        raise ValueError(f"{path}: the keys are name, profiles, verdict, source, hash and perhaps machine and when")
    if fields["verdict"] not in VERDICTS:
        raise ValueError(f"{path}: verdict {fields['verdict']!r}: allowed are {', '.join(VERDICTS)}")
    wanted = content_hash(fields["verdict"] + programs + condition)
    if fields["hash"] != wanted:
        raise ValueError(f"{path}: the hash is {fields['hash']}, the content has {wanted}")
    return Litmus(
        fields["name"],
        tuple(each.strip() for each in fields["profiles"].split(",")),
        fields["verdict"],
        fields["source"],
        fields.get("machine", "").removeprefix("stronger, "),
        fields.get("when") == "deep",
        (columns := _programs(path, programs)),
        _condition(path, condition, columns),
    )


def _programs(path: Path, text: str) -> dict[str, tuple[Operation, ...]]:
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    columns: dict[str, list[Operation]] = {agent: [] for agent in head}
    for row in rows:
        for agent, cell in zip(head, row, strict=False):
            if cell:
                columns[agent].append(_operation(path, cell))
    return {agent: tuple(operations) for agent, operations in columns.items()}


def _operation(path: Path, cell: str) -> Operation:
    match = _OPERATION.match(cell)
    arguments = tuple(each.strip() for each in match[3].split(",")) if match and match[3] else ()
    if match is None or KNOWN.get(match[1]) != len(arguments) or match[2] not in SUFFIXES.get(match[1], ALIASES):
        raise ValueError(f"{path}: no operation reads {cell!r}: known are {', '.join(KNOWN)}")
    return Operation(match[1], match[2] or "wb", arguments)


def _condition(
    path: Path, text: str, programs: dict[str, tuple[Operation, ...]]
) -> dict[tuple[str, str], int]:
    """Of registers that the programs load: of any other it would say nothing."""
    loaded = {(agent, op.arguments[0]) for agent, program in programs.items() for op in program if op.arguments}
    found: dict[tuple[str, str], int] = {}
    for part in text.strip().split("/\\"):
        match = re.fullmatch(r"\s*(\w+):(r\d)=(\d+|fault)\s*", part)
        if match is None:
            raise ValueError(f"{path}: no condition reads {part!r}: write agent:register=value, or =fault")
        if (match[1], match[2]) in found or (match[1], match[2]) not in loaded:
            raise ValueError(f"{path}: {part.strip()!r}: a condition names once a register that its agent loads")
        found[match[1], match[2]] = FAULT if match[3] == "fault" else int(match[3])
    return found
