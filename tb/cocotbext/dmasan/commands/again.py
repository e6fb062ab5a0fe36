# SPDX-License-Identifier: Apache-2.0
"""The command that replays what a command has found, with waves."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

# Where results go and how they are shown, which is not part of what is run; whether a value follows.
ASIDE = {
    "--json": True, "--out": True, "--junit": True, "--sarif": True, "--trace": True, "--backend": True,
    "--baseline": True, "--suppress": True, "--fail-on": True, "--witness": True, "--scenario": True, "--quiet": False,
    "--waves": False, "--signals": True,
}  # fmt: skip


def again(words: Sequence[str], *more: str) -> str:
    """`dmasan WORDS` without what is aside of the run, with `more`; the seed and the schedule are in it or the default."""
    kept: list[str] = []
    skip = False
    for word in words:
        name, equals, _ = word.partition("=")
        if skip:
            skip = False
        elif name in ASIDE:
            skip = ASIDE[name] and not equals
        else:
            kept.append(word)
    return shlex.join(["dmasan", *kept, *more])
