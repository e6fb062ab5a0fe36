# SPDX-License-Identifier: Apache-2.0
"""Delivered pictures in a page: small, with a transparent layer on top that marks the wrong bytes."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dmasan.report.picture import GAP

WIDTH = 451  # pixels of an embedded picture, at most
_RED = (255, 0, 64)


@dataclass(frozen=True)
class Delivered:
    """One delivery: `original` and `picture` as data URLs, `marks` what is laid over them, None where nothing is wrong."""

    name: str
    file: str
    original: str
    picture: str
    marks: str | None
    wrong_pixels: int
    pixels: int


def delivered(path: Path, name: str) -> Delivered | None:
    """Reads the three panels that `report.picture` writes; None if the file is gone."""
    try:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB"))
    except OSError:
        return None
    width = (pixels.shape[1] - 2 * GAP) // 3
    original, picture = pixels[:, :width], pixels[:, width + GAP : 2 * width + GAP]
    wrong = (original != picture).any(axis=2)
    marks = _marks(wrong) if wrong.any() else None
    return Delivered(name, str(path), _photo(original), _photo(picture), marks, int(wrong.sum()), wrong.size)


def _scaled(image: Image.Image, how: Image.Resampling) -> Image.Image:
    if image.width <= WIDTH:
        return image
    return image.resize((WIDTH, max(1, round(image.height * WIDTH / image.width))), how)


def _photo(pixels: NDArray[np.uint8]) -> str:
    content = io.BytesIO()
    _scaled(Image.fromarray(pixels), Image.Resampling.LANCZOS).save(content, "WEBP", quality=62, method=2)
    return "data:image/webp;base64," + base64.b64encode(content.getvalue()).decode()


def _marks(wrong: NDArray[np.bool_]) -> str:
    """Red where it is wrong, transparent elsewhere: a PNG of two colours."""
    image = _scaled(Image.fromarray(wrong.astype(np.uint8) * 255), Image.Resampling.BOX).point(lambda v: 1 if v else 0)
    paletted = Image.frombytes("P", image.size, image.tobytes())
    paletted.putpalette([0, 0, 0, *_RED])
    content = io.BytesIO()
    paletted.save(content, "PNG", transparency=0, bits=1, optimize=True)
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()
