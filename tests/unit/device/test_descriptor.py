# SPDX-License-Identifier: Apache-2.0
"""Descriptor, status and AxUSER: bit positions written out by hand, so that a slip in the generator shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmasan.device.attributes import COHERENT, NONCOHERENT, Attributes, encode
from dmasan.device.attributes import decode as decode_attributes
from dmasan.device.burst import Burst, UserTag, burst_on_bus, decode_user, encode_user
from dmasan.device.descriptor import Descriptor, Status, decode, decode_short, decode_status
from dmasan.device.registers import Kind, Op
from dmasan.events import BurstKind

U32, U64 = st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1)
S32 = st.integers(-(2**31), 2**31 - 1)


def test_layout_of_the_descriptor():
    d = Descriptor(Op.COPY, 0x1122334455667788, 0x99AABBCCDDEEFF00, 0x1234, 3, -8, 16, 0xABC0, irq=True, last=True)
    raw = d.encode()
    words = [int.from_bytes(raw[n : n + 4], "little") for n in range(0, 64, 4)]
    assert words[0] == 1 | 1 << 4 | 1 << 5 | 0xD5 << 8 | 1 << 31
    assert words[1] == 2  # rows - 1
    assert words[2:4] == [0xABC0, 0]
    assert words[4:6] == [0x55667788, 0x11223344]
    assert words[6:8] == [0xDDEEFF00, 0x99AABBCC]
    assert words[8:11] == [0x1234, 2**32 - 8, 16]
    assert words[11] == 1 << 11  # second phase bit
    assert words[12:] == [0, 0, 0, 0]


def test_layout_of_the_status():
    status = Status(False, True, Kind.WR, 3, 1, 0x40, 0xC0FFEE, 99)
    assert status.word == 1 << 1 | 2 << 4 | 3 << 8 | 1 << 31
    assert decode_status(status.encode()) == status


@given(
    st.builds(
        Descriptor, op=st.integers(0, 15), src=U64, dst=U64, length=U32, rows=st.integers(1, 65536), src_stride=S32,
        dst_stride=S32, next=U64, irq=st.booleans(), last=st.booleans(), phase=st.integers(0, 1),
        phase2=st.integers(0, 1), magic=st.integers(0, 255),
        attr=st.none() | U32.map(lambda word: word & 0xFFFF_F7FF),
    )
)  # fmt: skip
def test_decode_is_the_inverse_of_encode(descriptor):
    assert decode(descriptor.encode()) == descriptor


def test_short_format_holds_its_fields():
    d = Descriptor(Op.COPY, 0x8000_0040, 0x8000_1000, 300, irq=True)
    raw = d.encode_short()
    assert len(raw) == 32
    assert decode_short(raw) == d
    assert raw[4:8] == (300).to_bytes(4, "little") and raw[8:12] == (0x8000_0040).to_bytes(4, "little")


@given(st.booleans(), st.integers(0, 1023), st.integers(0, 7), st.sampled_from(BurstKind))
def test_user_tag_round_trip(coherent, tag, channel, kind):
    assert decode_user(encode_user(UserTag(coherent, tag, channel, kind))) == (coherent, tag, channel, kind)


def test_user_bits_are_where_the_hardware_drives_them():
    # {kind[1:0], channel[2:0], index[9:0], coherent}
    assert encode_user(UserTag(True, 5, 2, BurstKind.STATUS)) == 2 << 14 | 2 << 11 | 5 << 1 | 1
    with pytest.raises(ValueError, match="kind 3 is reserved"):
        decode_user(0xC000)


def test_a_burst_snoops_only_if_coherent_and_modifiable():
    def seen(user: int, cache: int) -> Burst:
        return burst_on_bus(0x8000_0000, 64, user, cache=cache, prot=2, domain=1, qos=0, axi_id=0)

    assert seen(1, 0b1111).snoop
    assert not seen(0, 0b1111).snoop
    assert not seen(1, 0b0001).snoop


def test_presets_of_attributes():
    assert encode(NONCOHERENT) == 0x0323  # the reset value of ATTR_*
    assert decode_attributes(encode(COHERENT)) == COHERENT
    assert NONCOHERENT.legal and COHERENT.legal


@pytest.mark.parametrize(
    ("cache", "domain", "legal"),
    [(0b0000, 3, True), (0b0001, 1, False), (0b0011, 3, True), (0b0011, 0, True), (0b0111, 1, True), (0b1111, 3, False),
     (0b0101, 1, False), (0b1110, 2, True)],
)  # fmt: skip
def test_legal_attributes(cache, domain, legal):
    assert Attributes(cache, domain=domain).legal is legal
