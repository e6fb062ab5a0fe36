# SPDX-License-Identifier: Apache-2.0
"""What went in, what the device delivered, and where they differ, as three panels of one PNG."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dmasan.report.jsonfile import write_bytes

Pixels = NDArray[np.uint8]  # (height, width, 3)

_WRONG = np.array((255, 0, 64), np.uint8)
GAP = 8  # pixels between panels
_RAW_WIDTH = 512  # bytes in a row of a byte map, at most


def compare(
    original: NDArray[np.uint8], delivered: NDArray[np.uint8], shape: tuple[int, int] | None
) -> Pixels:
    """Three panels side by side: `original`, `delivered`, and the original dimmed with wrong bytes in red.

    Both arrays are flat and equally long. `shape` is (height, width) of RGB pixels; None draws each byte as a grey
    pixel. A pixel is marked if any of its bytes is wrong.
    """
    if original.shape != delivered.shape:
        raise ValueError(f"{len(original)} bytes cannot be compared with {len(delivered)}")
    wrong = original != delivered
    if shape is None:
        shape = _map_shape(len(original))
        panels = [_grey(original, shape), _grey(delivered, shape)]
        marked = _padded(wrong.astype(np.uint8), shape).astype(bool)
    else:
        panels = [original.reshape(*shape, 3), delivered.reshape(*shape, 3)]
        marked = wrong.reshape(*shape, 3).any(axis=2)
    difference = (panels[0] // 3 + 32).astype(np.uint8)
    difference[marked] = _WRONG
    gap = np.full((shape[0], GAP, 3), 255, np.uint8)
    return np.concatenate((panels[0], gap, panels[1], gap, difference), axis=1)


def write(path: Path, pixels: Pixels) -> None:
    """Writes `pixels` as a PNG file, by rename."""
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG", compress_level=3)
    write_bytes(path, content.getvalue())


def _map_shape(length: int) -> tuple[int, int]:
    """A nearly square map of whole 32-byte groups, so that a cache line is a streak in one row."""
    width = min(_RAW_WIDTH, max(32, math.ceil(math.sqrt(length) / 32) * 32))
    return math.ceil(length / width), width


def _padded(flat: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    full = np.zeros(shape[0] * shape[1], np.uint8)
    full[: len(flat)] = flat
    return full.reshape(shape)


def _grey(flat: NDArray[np.uint8], shape: tuple[int, int]) -> Pixels:
    return np.repeat(_padded(flat, shape)[:, :, None], 3, axis=2)
