# SPDX-License-Identifier: Apache-2.0
"""docs/driver-programs.md: what it says that `soc` offers is there, and its program runs."""

from __future__ import annotations

import re
from pathlib import Path

from dmasan.device.driver import DmaEngine
from dmasan.soc import Soc

PAGE = Path(__file__).parents[3] / "docs" / "driver-programs.md"
ROW = re.compile(r"^\| `([\w.()]+)`(?:, `[\w.()]+`)* \| (.*) \|$", re.M)
KNOBS = {"policy": "strict", "ram_mib": 16, "lowmem_mib": 12, "cma_mib": 2, "processes": 1}


def test_every_name_of_the_page_is_there() -> None:
    soc = Soc(**KNOBS)
    owners = {"soc.dma": soc.dma, "soc.kernel": soc.kernel, "soc.io": soc.io, "soc.cpu(n)": soc.cpu(0), "DmaEngine": DmaEngine}
    rows = dict(ROW.findall(PAGE.read_text(encoding="utf-8")))
    assert set(owners) <= set(rows)
    for owner, thing in owners.items():
        names = re.findall(r"`(\w+)(?:\(\))?`", rows[owner])
        assert names and not [name for name in names if not hasattr(thing, name)], owner
    assert "soc.hazards" in rows and soc.hazards == [] and callable(soc.expect_clean)
    assert hasattr(soc.dma, "ownership_words")


def test_the_program_of_the_page_runs_and_is_clean() -> None:
    code = PAGE.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    names: dict[str, object] = {}
    exec(compile(code, PAGE.name, "exec"), names)
    soc = Soc(**KNOBS)
    soc.run(names["program"])
    assert soc.hazards == []
