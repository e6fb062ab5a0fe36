# SPDX-License-Identifier: Apache-2.0
"""The input of the main job: a picture as RGB bytes, or any file as raw bytes."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from dmasan.config import UsageError

PHOTOGRAPH = Path(__file__).parent / "data" / "chelsea.png"
MAX_WIDTH = 512  # pixels
MAX_BYTES = 4 << 20
MAX_PIXELS = 64 << 20  # of a file before scaling

_MAGIC = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}
_SUFFIXES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}


@dataclass(frozen=True, eq=False)
class Picture:
    """What is sent through the device. `shape` is (height, width) of RGB pixels, None for raw bytes."""

    path: Path
    data: NDArray[np.uint8]  # flat
    shape: tuple[int, int] | None = None

    def __len__(self) -> int:
        return len(self.data)


def load(path: Path = PHOTOGRAPH) -> Picture:
    """The picture or the raw bytes of `path`.

    PNG and JPEG are decoded to RGB and scaled to at most 512 pixels wide; any other file counts byte by byte. Raises
    UsageError for a path that cannot be read, an empty file, more than 4 MiB, or a PNG or JPEG that does not decode.
    """
    try:
        with path.open("rb") as file:
            head = file.read(MAX_BYTES + 1)
            kind = _picture_kind(path, head)
            content = head + file.read() if kind and len(head) > MAX_BYTES else head
    except OSError as error:
        raise UsageError(f"cannot read the input {path}: {error.strerror or error}") from None
    if not content:
        raise UsageError(f"the input {path} is empty: at least one byte is needed")
    if kind:
        return _decode(path, kind, content)
    if len(content) > MAX_BYTES:
        raise UsageError(f"the input {path} is too big: a file that is no PNG or JPEG may have at most 4 MiB")
    return Picture(path, np.frombuffer(content, np.uint8))


def _picture_kind(path: Path, head: bytes) -> str | None:
    """What the content says that it is, else what the name promises."""
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    return _SUFFIXES.get(path.suffix.lower()) if head else None


def _decode(path: Path, kind: str, content: bytes) -> Picture:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=[kind])
        if image.width * image.height > MAX_PIXELS:
            raise UsageError(
                f"the {kind} {path} is too big: it has {image.width} x {image.height} pixels, allowed are 64 Mi pixels"
            )
        rgb = _to_rgb(ImageOps.exif_transpose(image))
    except UnidentifiedImageError:
        raise UsageError(f"the input {path} does not decode: it is not a valid {kind} file") from None
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise UsageError(f"the {kind} {path} does not decode: {str(error).rstrip('.')}") from None
    width = min(rgb.width, MAX_WIDTH)
    height = max(1, round(rgb.height * width / rgb.width))
    if width * height * 3 > MAX_BYTES:
        raise UsageError(
            f"the {kind} {path} is too tall: scaled to {width} x {height} pixels it has {width * height * 3} bytes, "
            "allowed are 4 MiB"
        )
    if width != rgb.width:
        rgb = rgb.resize((width, height), Image.Resampling.LANCZOS)
    return Picture(path, np.asarray(rgb, np.uint8).reshape(-1), (height, width))


def _to_rgb(image: Image.Image) -> Image.Image:
    """8-bit RGB. Pillow clips 16-bit grey to 255 instead of scaling it, so that case is ours."""
    if image.mode.startswith("I"):
        grey = np.asarray(image).astype(np.uint32) >> 8
        return Image.fromarray(np.minimum(grey, 255).astype(np.uint8)).convert("RGB")
    return image.convert("RGB")
