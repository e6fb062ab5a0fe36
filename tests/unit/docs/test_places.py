# SPDX-License-Identifier: Apache-2.0
"""What the pages point at is there: files of the tree by their names, and headings of other pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]  # a decision keeps its words
FILE = re.compile(r"`((?:model|tb|rtl|tests|tools|bench|examples|docs|\.github)/[\w./*-]*|[\w./-]+\.(?:py|sv|cpp|h|v|rdl|md|vlt))(?::\w+)?`")
FOLDERS = ("", "model/dmasan", "model/dmasan/corpus", "tb", "tb/cocotbext/dmasan", "tests", "examples")
LINK = re.compile(r"\]\(([^)#\s]*)#([^)\s]+)\)")
OWN = {"my_driver.py"}  # the reader's


def anchors(text: str) -> set[str]:
    """Of headings, as code hosts and MyST make them, and those that are set."""
    headings = re.findall(r"^#+ +(.+)$", text, re.M)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)">', text))


@pytest.fixture(scope="module")
def names() -> set[str]:
    """Of all files that are part of the project."""
    parts = ("model", "tb", "rtl", "tests", "tools", "docs", "examples")
    return {path.name for part in parts for path in (ROOT / part).rglob("*.*")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path, names: set[str]) -> None:
    for name in sorted(set(FILE.findall(page.read_text(encoding="utf-8"))) - OWN):
        found = name in names if "/" not in name else any(any((ROOT / folder).glob(name.rstrip("/"))) for folder in FOLDERS)
        assert found, f"{page.name}: {name}"


@pytest.mark.parametrize("page", [*PAGES, *sorted((ROOT / "docs" / "adr").glob("*.md"))], ids=lambda page: page.name)
def test_every_heading_that_a_page_links_to_is_there(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:")):
            other = page.parent / target if target else page
            assert anchor in anchors(other.read_text(encoding="utf-8")), f"{page.name}: {target}#{anchor}"


def test_a_stale_name_is_noticed(names: set[str]) -> None:
    assert FILE.findall("`arch/semantics.py` `tb/hdl/axi_mem_port.sv:12` `soc.dma`") == ["arch/semantics.py", "tb/hdl/axi_mem_port.sv"]
    assert not any(any((ROOT / folder).glob("arch/semantics.py")) for folder in FOLDERS) and "nothing.py" not in names
    assert anchors("## May-sets, and *verdicts*\n") == {"may-sets-and-verdicts"}
