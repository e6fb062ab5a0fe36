# SPDX-License-Identifier: Apache-2.0
"""Pictures: what is read, what is refused, and what the three panels show."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dmasan.config import UsageError
from dmasan.report import picture as drawn
from dmasan.scenarios import picture


def write_png(path: Path, width: int, height: int, mode: str = "RGB") -> Path:
    Image.new(mode, (width, height), 7).save(path, "PNG")
    return path


def bomb_png(path: Path, width: int, height: int) -> Path:
    """A PNG whose header promises more pixels than anybody wants to decode."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    )
    return path


def test_the_shipped_photograph_is_a_picture_with_its_licence_beside_it() -> None:
    photograph = picture.load()
    assert photograph.shape == (300, 451)
    assert len(photograph) == 300 * 451 * 3
    assert len(np.unique(photograph.data)) > 200
    assert "CC0" in (picture.PHOTOGRAPH.parent / "LICENCE.md").read_text()


def test_wide_pictures_are_scaled_and_keep_their_proportions(tmp_path: Path) -> None:
    assert picture.load(write_png(tmp_path / "wide.png", 2048, 512)).shape == (128, 512)
    assert picture.load(write_png(tmp_path / "small.png", 3, 5)).shape == (5, 3)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16"])
def test_every_mode_of_png_becomes_rgb(tmp_path: Path, mode: str) -> None:
    found = picture.load(write_png(tmp_path / "any.png", 4, 2, mode))
    assert found.shape == (2, 4)
    assert found.data.shape == (24,)


def test_sixteen_bit_grey_is_scaled_not_clipped(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 0x8000, 0xFFFF]], np.uint16)).save(tmp_path / "deep.png")
    assert picture.load(tmp_path / "deep.png").data.reshape(3, 3)[:, 0].tolist() == [0, 0x80, 0xFF]


def test_content_decides_over_the_name(tmp_path: Path) -> None:
    write_png(tmp_path / "picture.png", 4, 4).rename(tmp_path / "picture.dat")
    assert picture.load(tmp_path / "picture.dat").shape == (4, 4)


def test_a_big_jpeg_file_is_fine_if_its_picture_is_small_once_scaled(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (2500, 2500, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "big.jpg", quality=95)
    assert (tmp_path / "big.jpg").stat().st_size > picture.MAX_BYTES
    assert picture.load(tmp_path / "big.jpg").shape == (512, 512)


def test_other_files_are_raw_bytes_up_to_the_limit(tmp_path: Path) -> None:
    raw = tmp_path / "raw.bin"
    raw.write_bytes(bytes(range(256)) * (picture.MAX_BYTES // 256))
    found = picture.load(raw)
    assert found.shape is None
    assert found.data.tobytes() == raw.read_bytes()
    with raw.open("ab") as file:
        file.write(b"x")
    with pytest.raises(UsageError, match="at most 4 MiB"):
        picture.load(raw)


def cut(path: Path) -> Path:
    whole = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(
        whole, "JPEG"
    )
    path.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    return path


def filled(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda folder: folder / "absent.png", "cannot read the input .*absent.png: No such file"),
        (lambda folder: folder, "Is a directory"),
        (lambda folder: filled(folder / "nothing.bin", b""), "nothing.bin is empty"),
        (lambda folder: filled(folder / "nothing.png", b""), "nothing.png is empty"),
        (
            lambda folder: filled(folder / "fake.png", b"plain text"),
            "fake.png does not decode: it is not a valid PNG",
        ),
        (lambda folder: filled(folder / "head.jpeg", b"\xff\xd8\xff\xe0"), "head.jpeg does not decode"),
        (lambda folder: cut(folder / "half.jpg"), "half.jpg does not decode: .*truncated"),
        (lambda folder: bomb_png(folder / "bomb.png", 60_000, 60_000), "bomb.png"),
        (lambda folder: bomb_png(folder / "wide.png", 10_000, 9_000), "64 Mi pixels"),
        (
            lambda folder: write_png(folder / "tall.png", 2, 800_000),
            "tall.png is too tall: .* allowed are 4 MiB",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(tmp_path: Path, make, reason: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match=reason):
        picture.load(make(tmp_path))


def test_the_third_panel_marks_exactly_the_wrong_pixels() -> None:
    original = np.arange(4 * 6 * 3, dtype=np.uint8)
    delivered = original.copy()
    delivered[(2 * 6 + 5) * 3 + 1] ^= 0xFF
    panels = drawn.compare(original, delivered, (4, 6))
    assert panels.shape == (4, 3 * 6 + 2 * 8, 3)
    third = panels[:, 6 + 8 + 6 + 8 :]
    red = (third == drawn._WRONG).all(axis=2)
    assert np.argwhere(red).tolist() == [[2, 5]]
    assert (panels[:, :6].reshape(-1) == original).all()
    assert (panels[:, 14:20].reshape(-1) == delivered).all()


def test_raw_bytes_become_a_byte_map() -> None:
    original = np.zeros(1000, np.uint8)
    delivered = original.copy()
    delivered[32:64] = 9
    panels = drawn.compare(original, delivered, None)
    third = panels[:, -(panels.shape[1] - 16) // 3 :]
    assert int((third == drawn._WRONG).all(axis=2).sum()) == 32


def test_lengths_that_differ_are_an_error() -> None:
    with pytest.raises(ValueError, match="3 bytes cannot be compared with 2"):
        drawn.compare(np.zeros(3, np.uint8), np.zeros(2, np.uint8), None)


def test_a_written_picture_reads_back(tmp_path: Path) -> None:
    pixels = drawn.compare(np.zeros(12, np.uint8), np.ones(12, np.uint8), (2, 2))
    drawn.write(tmp_path / "new" / "out.png", pixels)
    assert (np.asarray(Image.open(tmp_path / "new" / "out.png")) == pixels).all()
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["out.png"]
