# SPDX-License-Identifier: Apache-2.0
"""What a case of the corpus is: a real bug as a short driver program, with its cure, and what is known of it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from dmasan.config import DEFAULT_ERA, DEFAULT_PROFILE
from dmasan.sanitizer.codes import Code

BUGGY, WRONG_FIX, FIXED, CONTROL = "buggy", "wrong-fix", "fixed", "control"
PLACE = "# <- place"  # behind a line of a case that a report may rightly name

Program = Callable[..., Awaitable[None]]  # called with a Soc


@dataclass(frozen=True)
class Variant:
    """One way in which the case went. `settings` replace the case's profile, policy, era or knobs."""

    kind: str
    program: Program
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def flagged(self) -> bool:
        """Whether the sanitizer has to report something."""
        return self.kind in (BUGGY, WRONG_FIX)


@dataclass(frozen=True)
class Case:
    """A bug (or, with no `code`, a control: correct code that a checker might take for a bug).

    `source` is where it happened, `story` what happened, in a few sentences. `profile`, `policy`, `era` and `knobs` make
    the cell; where it is not the machine of the field, `nearest` says which property decides. `needs` is empty, or says
    what does not exist yet: then the case is not runnable.
    """

    id: str
    code: Code | None
    source: str
    story: str
    variants: tuple[Variant, ...] = ()
    profile: str = DEFAULT_PROFILE
    policy: str = "strict"
    era: str = DEFAULT_ERA
    knobs: Mapping[str, Any] = field(default_factory=dict)
    nearest: str = ""
    needs: str = ""

    @property
    def category(self) -> str:
        return self.id.rstrip("0123456789")

    def variant(self, kind: str) -> Variant:
        return next(each for each in self.variants if each.kind == kind)


def pair(program: Program) -> tuple[Variant, ...]:
    """The buggy and the fixed variant of a program with a parameter `fixed`."""
    return Variant(BUGGY, partial(program, fixed=False)), Variant(FIXED, partial(program, fixed=True))


def triple(program: Program) -> tuple[Variant, ...]:
    """The three variants of a program with a parameter `variant`."""
    return tuple(Variant(kind, partial(program, variant=kind)) for kind in (BUGGY, WRONG_FIX, FIXED))


def control(program: Program) -> tuple[Variant, ...]:
    """A program that is right."""
    return (Variant(CONTROL, program),)


def places(variant: Variant) -> tuple[str, frozenset[int]]:
    """File and marked lines of a variant's program: where a report of it may point."""
    function = variant.program
    while isinstance(function, partial):
        function = function.func
    lines, first = inspect.getsourcelines(function)
    marked = frozenset(first + n for n, line in enumerate(lines) if PLACE in line)
    return str(Path(inspect.getfile(function)).resolve()), marked
