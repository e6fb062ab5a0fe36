# SPDX-License-Identifier: Apache-2.0
"""The documentation as a site: it builds without a warning, and every link inside it leads to a page, a picture or a heading."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

DOCS = Path(__file__).parents[2] / "docs"

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value for name, value in attrs if value}
        self.ids |= {told["id"]} if "id" in told else set()
        self.links += [told[name] for name in ("href", "src") if name in told]


def broken(root: Path) -> Iterator[str]:
    """Links within a site that lead nowhere; and what MyST could not resolve, which is no link then."""
    pages = {file: Page(file.read_text(encoding="utf-8")) for file in root.rglob("*.html")}
    for file, page in pages.items():
        for link in page.links:
            if link.startswith(("http:", "https:", "data:", "mailto:")):
                continue
            path, heading = urldefrag(link)
            target = (file.parent / unquote(path.partition("?")[0])).resolve() if path else file
            if not target.exists() or (heading and target in pages and unquote(heading) not in pages[target].ids):
                yield f"{file.relative_to(root)}: {link}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sphinx", reason="needs the site's tools: make docs")
    folder = tmp_path_factory.mktemp("site").resolve()
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "-q", "-b", "html", str(DOCS), str(folder)]
    done = subprocess.run([*command, "-d", str(folder / ".doctrees")], capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_link_of_the_site_leads_somewhere(site: Path) -> None:
    assert list(broken(site)) == []
    assert "xref myst" not in "".join(file.read_text(encoding="utf-8") for file in site.rglob("*.html"))


def test_every_page_is_in_the_site_and_in_its_contents(site: Path) -> None:
    pages = {path.relative_to(DOCS).with_suffix(".html") for path in DOCS.rglob("*.md")}
    assert {page for page in pages if not (site / page).exists()} == set()
    contents = Page((site / "index.html").read_text(encoding="utf-8")).links
    assert {str(page) for page in pages if page.parts[0] != "adr"} - {"index.html"} <= {urldefrag(link)[0] for link in contents}


def test_a_broken_link_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<p id="here"><a href="#here">x</a><a href="b.html">x</a><a href="#there">x</a><img src="c.png"></p>')
    assert list(broken(tmp_path)) == ["a.html: b.html", "a.html: #there", "a.html: c.png"]
