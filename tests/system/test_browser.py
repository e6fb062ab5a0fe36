# SPDX-License-Identifier: Apache-2.0
"""The reports in a real browser: nothing on its console, every link leads somewhere, filters, slider, keys and themes work.

The browser is Debian's Chromium, headless. A page is loaded with a script of the test behind its own, which uses it as a
person would and leaves what it found in the document.
"""

from __future__ import annotations

import contextlib
import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cocotbext.dmasan import cli

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PROGRAM = Path(__file__).parents[2] / "examples" / "own_program.py"

pytestmark = [
    pytest.mark.system,
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (apt-get install chromium)"),
]

# Presses, types and clicks; answers with a JSON object in the document.
HARNESS = """<script>
addEventListener("load", async () => {
  const told = {}, pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const type = (node, text) => { node.value = text; node.dispatchEvent(new Event("input", { bubbles: true })); };
  const key = (name, node = document.body) => node.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
  // Texts of drawings that stick out of their drawing.
  const clipped = () => [...document.querySelectorAll("svg text")].filter((each) => {
    const box = each.getBBox(), room = each.ownerSVGElement.viewBox.baseVal;
    return box.width && (box.x < -0.5 || box.x + box.width > room.width + 0.5);
  }).map((each) => each.textContent);
  const ids = (list) => list.filter((each) => each.offsetParent !== null).map((each) => each.id);
  try { %s } catch (error) { told.error = String(error.stack); }
  const out = document.createElement("script");
  out.type = "application/json"; out.id = "told"; out.textContent = JSON.stringify(told).replace(/</g, "\\\\u003c");
  document.body.append(out);
});
</script>"""

# The texts outside drawings whose colour has less than 4.5 to 1 on their ground.
FAINT = """
document.querySelectorAll("details").forEach((each) => { each.open = true; });
const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
const up = (node) => node ? [...up(node.parentElement), node] : [];
const paint = (colour, alpha = 1) => { pen.globalAlpha = alpha; pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); };
const light = () => {
  const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (node) => {
  paint("white");
  for (const each of up(node)) paint(getComputedStyle(each).backgroundColor);
  const ground = light();
  paint(getComputedStyle(node).color, up(node).reduce((all, each) => all * getComputedStyle(each).opacity, 1));
  return (Math.max(light(), ground) + 0.05) / (Math.min(light(), ground) + 0.05);
};
const texts = [...document.querySelectorAll("body *:not(script):not(style)")].filter((each) => !each.closest("svg") && each.offsetParent
  && [...each.childNodes].some((child) => child.nodeType === 3 && child.data.trim()));
told.texts = texts.length;
told.faint = texts.filter((each) => ratio(each) < 4.5).map((each) => `${each.tagName}.${each.className} ${ratio(each).toFixed(2)}: ${each.textContent.slice(0, 40)}`);
"""


def browse(page: Path, script: str, tmp_path: Path, *options: str) -> dict[str, Any]:
    """What `script` found on a page. Fails on anything that the browser writes on its console."""
    assert CHROMIUM
    tried = page.with_name("tried.html")
    tried.write_text(page.read_text().replace("</body>", HARNESS % script + "</body>"))
    command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--virtual-time-budget=8000", "--enable-logging=stderr", "--window-size=1280,1600", *options]
    done = subprocess.run(
        [*command, "--dump-dom", tried.as_uri()], capture_output=True, text=True, timeout=120, env={**os.environ, "HOME": str(tmp_path)}
    )
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert console == []
    found = re.search(r'id="told">(.*?)</script>', done.stdout, re.S)
    assert found, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(html.unescape(found[1]))
    assert "error" not in told, told["error"]
    return told


@pytest.fixture(scope="module")
def run_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    with contextlib.chdir(folder):
        arguments = ["run", str(PROGRAM), "--backend", "model", "--policy", "double_map", "--quiet"]
        assert cli.main(arguments) == 1
    return folder / "build" / "run" / "report.html"


def test_filters_keys_and_themes_of_a_run(run_page: Path, tmp_path: Path) -> None:
    told = browse(
        run_page,
        """
        const hazards = [...document.querySelectorAll(".hazard")], text = document.getElementById("filter-text");
        told.all = ids(hazards);
        type(text, "no such words"); told.none = ids(hazards); told.count = document.getElementById("filter-count").textContent;
        type(text, ""); told.again = ids(hazards);
        const code = document.getElementById("filter-code"); code.selectedIndex = 1; code.dispatchEvent(new Event("input", { bubbles: true }));
        told.code = code.value; told.ofCode = hazards.filter((each) => each.offsetParent !== null).map((each) => each.dataset.code);
        code.selectedIndex = 0; code.dispatchEvent(new Event("input", { bubbles: true }));
        key("/"); told.slash = document.activeElement.id; text.blur();
        key("j"); told.first = document.activeElement.parentElement.id; told.open = document.activeElement.parentElement.open;
        key("j", document.activeElement); told.second = document.activeElement.parentElement.id;
        document.getElementById("unfold").click(); told.unfolded = hazards.every((each) => each.open);
        const root = document.documentElement, ink = () => getComputedStyle(document.body).backgroundColor;
        const light = ink(); document.getElementById("theme").click(); told.themes = [light, ink()];
        root.dataset.theme = "dark";
        dispatchEvent(new Event("beforeprint")); told.printed = [...document.querySelectorAll("details")].every((each) => each.open);
        told.paper = ink(); dispatchEvent(new Event("afterprint")); told.screen = ink(); root.dataset.theme = "light"; told.light = ink();
        """,
        tmp_path,
    )
    assert len(told["all"]) >= 2 and told["again"] == told["all"]
    assert told["none"] == [] and told["count"] == f"0 of {len(told['all'])}"
    assert told["ofCode"] and set(told["ofCode"]) == {told["code"]}
    assert (told["slash"], told["first"], told["second"]) == ("filter-text", told["all"][0], told["all"][1])
    assert told["open"] and told["unfolded"] and told["printed"]
    assert told["themes"][0] != told["themes"][1]
    assert told["paper"] == told["light"] != told["screen"]


def test_slider_and_time_line_of_a_run(run_page: Path, tmp_path: Path) -> None:
    told = browse(
        run_page,
        """
        const slider = document.getElementById("map-time"), canvas = document.querySelector("#map canvas");
        const seen = new Set(), texts = new Set();
        for (let n = 0; n <= +slider.max; n++) { type(slider, n); seen.add(canvas.toDataURL()); texts.add(document.getElementById("map-moment").textContent); }
        told.frames = +slider.max + 1; told.different = seen.size; told.texts = texts.size;
        type(slider, 0); document.getElementById("map-next").click(); told.next = +slider.value;
        document.getElementById("map-back").click(); told.back = +slider.value;
        const lane = () => document.querySelector("#time svg").outerHTML, first = lane();
        const time = document.getElementById("time");
        key("+", time); told.zoomed = lane() !== first; key("ArrowRight", time); key("0", time); told.whole = document.querySelectorAll("#time rect[class^='k-']").length;
        document.querySelector("#time rect[class^='k-']").dispatchEvent(new MouseEvent("click", { bubbles: true }));
        told.told = document.getElementById("time-told").textContent; told.clipped = clipped();
        told.wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
        """,
        tmp_path,
    )
    assert told["frames"] > 10 and told["different"] > 2 and told["texts"] > 10
    assert (told["next"], told["back"]) == (1, 0)
    assert told["zoomed"] and told["whole"] > 5 and "cpu0" in told["told"]
    assert told["wide"] <= 0  # nothing sticks out of the window
    assert told["clipped"] == []


def test_every_link_of_a_page_leads_somewhere(run_page: Path, tmp_path: Path) -> None:
    told = browse(
        run_page,
        """
        told.links = [...document.querySelectorAll("a")].map((each) => each.href);
        told.inside = [...document.querySelectorAll("a[href^='#']")].map((each) => document.querySelector(each.getAttribute("href")) !== null);
        told.loaded = performance.getEntriesByType("resource").map((each) => each.name).filter((name) => !name.startsWith("data:"));
        """,
        tmp_path,
    )
    files = [link for link in told["links"] if "#" not in link]
    assert len(files) >= 3 and all(Path(link.removeprefix("file://")).is_file() for link in files)
    assert told["inside"] and all(told["inside"])
    assert told["loaded"] == []


def test_a_narrow_window_has_no_sideways_scrolling(run_page: Path, tmp_path: Path) -> None:
    told = browse(
        run_page,
        "told.wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;",
        tmp_path,
        "--window-size=520,900",
    )
    assert told["wide"] <= 0


def test_long_and_hostile_names_neither_widen_the_page_nor_run(tmp_path: Path) -> None:
    hostile = "<img src=x onerror=told=1></script><script>told=1</script>" + "a_very_long_name_" * 20
    program = PROGRAM.read_text().replace('"packet"', repr(hostile))
    assert hostile in program
    (tmp_path / "named.py").write_text(program)
    with contextlib.chdir(tmp_path):
        assert cli.main(["run", "named.py", "--backend", "model", "--policy", "double_map", "--quiet"]) == 1
    told = browse(
        tmp_path / "build" / "run" / "report.html",
        """
        document.getElementById("unfold").click();
        told.wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
        told.ran = window.told === 1; told.images = document.images.length; told.named = document.body.textContent.includes("<img src=x");
        """,
        tmp_path,
    )
    assert told["wide"] <= 0
    assert told["named"] and not told["ran"] and told["images"] == 0


def test_what_scrolls_is_reached_by_the_keyboard(run_page: Path, tmp_path: Path) -> None:
    told = browse(
        run_page,
        """
        document.querySelectorAll("details").forEach((each) => { each.open = true; });
        await pause(100);
        const wide = [...document.querySelectorAll(".scroll, .source pre")].filter((each) => each.scrollWidth > each.clientWidth);
        told.wide = wide.length;
        told.reached = wide.filter((each) => each.tabIndex === 0 || each.querySelector("a, button, [tabindex='0']")).length;
        """,
        tmp_path,
        "--window-size=520,900",
    )
    assert told["wide"] >= 3 and told["reached"] == told["wide"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(run_page: Path, tmp_path: Path, theme: str) -> None:
    """4.5 to 1 (WCAG 2.2, 1.4.3), of the texts outside drawings."""
    told = browse(
        run_page,
        f'document.documentElement.dataset.theme = "{theme}";' + FAINT,
        tmp_path,
    )
    assert told["texts"] > 50 and told["faint"] == []


def test_no_text_of_a_drawing_is_cut_off(tmp_path: Path) -> None:
    """With steps of long names; and with rows that have policy, profile and override in theirs."""
    cells = ["--policy", "nomap_carveout", "--policy", "strict", "--profile", "cortex-a9-pl310", "--profile", "arm11mpcore"]
    (tmp_path / "input.bin").write_bytes(bytes(range(256)) * 16)
    with contextlib.chdir(tmp_path):
        assert cli.main(["run", f"{PROGRAM}:repaired", "--backend", "model", "--policy", "strict", "--quiet"]) == 0
        assert cli.main(["compare", "--backend", "model", "--quiet", "--input", "input.bin", *cells]) == 0
    for command in ("run", "compare"):
        page = tmp_path / "build" / command / "report.html"
        told = browse(page, "told.texts = document.querySelectorAll('svg text').length; told.clipped = clipped();", tmp_path)
        assert told["texts"] > 20 and told["clipped"] == []


def test_a_comparison_sorts_and_filters(tmp_path: Path) -> None:
    (tmp_path / "input.bin").write_bytes(bytes(range(256)) * 64)
    with contextlib.chdir(tmp_path):
        cells = ["--policy", "double_map", "--policy", "strict"]
        assert cli.main(["compare", "--backend", "model", "--quiet", "--input", "input.bin", *cells]) == 0
    page = tmp_path / "build" / "compare" / "report.html"
    assert page.stat().st_size < 2_000_000
    told = browse(
        page,
        """
        const names = () => [...document.querySelectorAll("#matrix tbody tr")].filter((row) => !row.hidden).map((row) => row.cells[0].textContent);
        const sort = (n) => document.querySelectorAll("#matrix th button")[n].click();
        told.before = names(); sort(0); told.up = names(); sort(0); told.down = names();
        sort(3); told.wrong = [...document.querySelectorAll("#matrix tbody tr")].map((row) => +row.cells[3].dataset.value);
        type(document.getElementById("rows-text"), "strict"); told.strict = names(); type(document.getElementById("rows-text"), "");
        document.querySelector("#rows [data-verdict=manifest]").click(); told.rest = [...document.querySelectorAll("#matrix tbody tr")].filter((row) => !row.hidden).map((row) => row.dataset.verdict);
        told.inside = [...document.querySelectorAll("a[href^='#']")].every((each) => document.querySelector(each.getAttribute("href")) !== null);
        key("/"); told.slash = document.activeElement.id; document.activeElement.blur();
        const at = () => document.activeElement.parentElement.id;
        key("j"); told.first = at(); key("j", document.activeElement); told.second = at(); key("k", document.activeElement); told.back = at();
        told.diagrams = document.querySelectorAll("#hazards .snippet").length;
        told.charts = document.querySelectorAll("#cost svg").length;
        told.clipped = clipped();
        """,
        tmp_path,
    )
    assert told["clipped"] == [] and told["slash"] == "rows-text" and told["charts"] >= 3 and told["diagrams"] >= 2
    assert told["first"].startswith("row-") and "-hazard-" not in told["first"] and told["back"] == told["first"]
    assert told["second"].startswith(f"{told['first']}-hazard-")  # folded within
    assert len(told["before"]) == 4
    assert told["up"] == sorted(told["before"]) and told["down"] == told["up"][::-1]
    assert told["wrong"] == sorted(told["wrong"]) and told["wrong"][-1] > 0
    assert all("strict" in name for name in told["strict"]) and len(told["strict"]) == 2
    assert "manifest" not in told["rest"] and told["inside"]
