# SPDX-License-Identifier: Apache-2.0
"""Prints the table of the diagnosis for docs/hazards.md.

    python -m dmasan.sanitizer.diagnosis.describe_table [FILE]

With FILE, the tables in it are replaced; without, they are printed.
"""

from __future__ import annotations

import sys

from dmasan.markdown import main, table
from dmasan.sanitizer.codes import Code, Effect
from dmasan.sanitizer.diagnosis.table import TABLE


def codes() -> str:
    """The codes and what they mean, each with an anchor in small letters: `hazards.md#no_wmb`."""
    return table(("code", "meaning"), [(f'<a id="{code.name.lower()}"></a>`{code.name}`', code.value) for code in Code])


def effects() -> str:
    return table(("effect", "what it does"), [(f"`{effect.name}`", effect.value) for effect in Effect])


def rows() -> str:
    """The ordered table: the first row that holds gives the code."""
    told = [
        (str(rank), f"`{row.code.name}`", row.condition, row.because or "(the rule's own text)")
        for rank, row in enumerate(TABLE, 1)
    ]
    return table(("", "code", "holds if", "because"), told)


TABLES = {"codes": codes, "effects": effects, "rows": rows}


if __name__ == "__main__":
    sys.exit(main(TABLES, sys.argv[1:]))
