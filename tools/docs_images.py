# SPDX-License-Identifier: Apache-2.0
"""Makes the pictures of the documentation from real runs, with Debian's Chromium: `python tools/docs_images.py`."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from PIL import Image

from cocotbext.dmasan import cli
from dmasan.report import eventlog
from dmasan.report.html.page import page
from dmasan.report.html.pictures import delivered
from dmasan.report.html.snippet import snippet
from dmasan.report.jsonfile import read_json
from dmasan.report.results import Run
from dmasan.report.story import story_of

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
WIDTH = 1280  # pixels of a window
MOST = 300 << 10  # bytes of a picture; above it gets a palette
COLOURS, FLAT = 256, 72  # of a palette; and how many of them are those of the page, as they are
_FRAME = 160  # of a window's height, what a headless one keeps for a frame that it does not draw, and more
_PLAIN = "header, footer { display: none } main { padding: 8px 16px } .snippet { width: 76%; height: auto; margin: 0 auto } .gallery { grid-template-columns: repeat(3, 1fr) }"


def main() -> int:
    """Runs what is shown, and takes the pictures. 2 without Chromium."""
    browser = shutil.which("chromium")
    if browser is None:
        print("needs Chromium: apt-get install chromium", file=sys.stderr)
        return 2
    IMAGES.mkdir(parents=True, exist_ok=True)
    run, compare, scratch = Path("build/run"), Path("build/compare"), Path("build/images")  # what pages name is what people type
    with contextlib.chdir(ROOT):
        scratch.mkdir(parents=True, exist_ok=True)
        cell = ["--backend", "model", "--quiet", "--policy"]
        _dmasan("run", "frame", *cell, "unmap_linear")
        _dmasan("run", "frame", *cell, "double_map", "--schedule", "adversarial", "--out", str(scratch / "wrong"))
        _dmasan("compare", "--backend", "model", "--quiet")
        (scratch / "glance.html").write_text(glance(scratch / "wrong", run))
        dark = (run / "report.html").read_text().replace('<html lang="en">', '<html lang="en" data-theme="dark">')
        (scratch / "dark.html").write_text(dark)
        for image, file, top, height in (
            ("glance", scratch / "glance.html", 0, 562),
            ("report", run / "report.html", 0, 1290),
            ("report-dark", scratch / "dark.html", 1268, 3264),
            ("compare", compare / "report.html", 0, 2130),
        ):
            shoot(browser, file.absolute(), IMAGES / f"{image}.png", height, top)
        if shutil.which("gtkwave"):
            waves = ["run", "frame", "--policy", "unmap_linear", "--witness", "1", "--waves", "--quiet"]
            _dmasan(*waves, "--out", str(scratch / "waves"))
            gtkwave(scratch / "waves" / "witness-1" / "waves.gtkw", IMAGES / "gtkwave.png")
            shrink(IMAGES / "gtkwave.png")
    return 0


def _dmasan(*arguments: str) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        assert cli.main(arguments) in (0, 1)


def glance(wrong: Path, told: Path) -> str:
    """What was sent, what arrived, which bytes are wrong; and how a byte came to be wrong."""
    found = delivered(wrong / "coherent.png", "coherent")
    assert found and found.marks
    figures = (
        f'<figure><img src="{found.original}"><figcaption>what was sent</figcaption></figure>'
        f'<figure class="manifest"><img src="{found.picture}"><figcaption><b>what the CPU read</b> after the DMA</figcaption></figure>'
        f'<figure class="manifest"><span class="stack"><img src="{found.picture}"><img class="marks" src="{found.marks}"></span>'
        f"<figcaption><b>wrong bytes</b> in {100 * found.wrong_pixels / found.pixels:.0f} % of the pixels</figcaption></figure>"
    )
    run = Run.from_json(read_json(told / "run.json", "dmasan/run/1"))
    target = next(each for each in run.hazards if "target" in each.buffer)
    diagram = snippet(story_of(eventlog.read(told / eventlog.FILE), target))
    body = f'<style>{_PLAIN}</style><div class="gallery">{figures}</div><p></p>{diagram}'
    return page("glance", [("glance", "", body)], {}, ())


def shoot(browser: str, file: Path, image: Path, height: int, top: int = 0) -> None:
    """A picture of the page from `top` to `height`, in pixels."""
    with tempfile.TemporaryDirectory() as profile:
        options: Sequence[str] = (
            *("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}"),
            *(f"--window-size={WIDTH},{height + _FRAME}", "--virtual-time-budget=4000", f"--screenshot={image}"),
        )
        subprocess.run([browser, *options, file.as_uri()], check=True, capture_output=True, timeout=120)
    with Image.open(image) as whole:
        part = whole.convert("RGB").crop((0, top, WIDTH, height))
    part.save(image)
    shrink(image)


def shrink(image: Path) -> None:
    """The same picture as small as it goes; with a palette, which spoils small coloured letters, only if it must be: the
    colours that the page uses most, which are flat, and for the rest, photographs, a choice."""
    with Image.open(image) as whole:
        plain = whole.convert("RGB")
    plain.save(image, "PNG", optimize=True)
    if image.stat().st_size > MOST:
        counts = cast("list[tuple[int, tuple[int, int, int]]]", plain.getcolors(plain.width * plain.height))
        used = sorted(counts, reverse=True)[:FLAT]
        chosen = plain.quantize(COLOURS - len(used), Image.Quantize.MAXCOVERAGE).getpalette() or []
        palette = Image.new("P", (1, 1))
        palette.putpalette([*(part for _, colour in used for part in colour), *chosen[: 3 * (COLOURS - len(used))]])
        plain.quantize(palette=palette, dither=Image.Dither.NONE).save(image, "PNG", optimize=True)


def gtkwave(save_file: Path, image: Path, wait: float = 12.0) -> str:
    """A picture of GTKWave with a save file, on a display of its own; what GTKWave said."""
    read, write = os.pipe()
    screen = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1700x1000x24", "-nolisten", "tcp"]
    with subprocess.Popen(screen, pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as display:
        os.close(write)
        with os.fdopen(read) as told:
            name = ":" + told.readline().strip()
        environment = {**os.environ, "DISPLAY": name, "GDK_BACKEND": "x11"}
        log = image.with_suffix(".log")
        with log.open("wb") as out:
            viewer = subprocess.Popen(["gtkwave", "--nomenus", save_file.name], cwd=save_file.parent, env=environment, stdout=out, stderr=out)
            try:
                time.sleep(wait)
                subprocess.run(["import", "-window", "root", str(image)], env=environment, check=True, timeout=60)
            finally:
                viewer.terminate()
                viewer.wait(20)
                display.terminate()
    text = log.read_text(errors="replace")
    log.unlink()
    return text


if __name__ == "__main__":
    sys.exit(main())
