# SPDX-License-Identifier: Apache-2.0
"""The save file in the real GTKWave, on a display of its own: it opens with all its signals, and draws them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
NEEDED = ("gtkwave", "Xvfb", "import")

pytestmark = [
    pytest.mark.system,
    pytest.mark.timeout(1200),
    *(pytest.mark.skipif(shutil.which(each) is None, reason=f"needs {each}") for each in NEEDED),
]


def test_gtkwave_draws_the_save_file(tmp_path: Path) -> None:
    from docs_images import gtkwave

    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-m", "cocotbext.dmasan.cli", "run", str(ROOT / "examples" / "own_program.py"), "--quiet", "--waves"]
    done = subprocess.run([*command, "--policy", "double_map"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 1, done.stderr
    started = time.monotonic()
    said = gtkwave(tmp_path / "build" / "run" / "waves.gtkw", tmp_path / "shot.png")
    assert time.monotonic() - started < 120
    assert "not found" not in said.lower() and "could not" not in said.lower(), said
    with Image.open(tmp_path / "shot.png") as image:
        pixels = np.asarray(image.convert("RGB"))
    green = (pixels[:, :, 1] > 150) & (pixels[:, :, 0] < 100) & (pixels[:, :, 2] < 100)
    assert green.sum() > 2000  # traces are drawn in green
