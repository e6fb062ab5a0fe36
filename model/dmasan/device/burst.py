# SPDX-License-Identifier: Apache-2.0
"""A burst of the device, as it stands on the AXI address channels."""

from __future__ import annotations

from typing import NamedTuple

from dmasan.events import BurstKind

OKAY, EXOKAY, SLVERR, DECERR = range(4)  # AXI responses, IHI 0022, xRESP

USER_WIDTH = 16
KINDS = (BurstKind.DATA, BurstKind.DESCRIPTOR, BurstKind.STATUS)
KIND_CODES = {kind: code for code, kind in enumerate(KINDS)}
AXI_IDS = KIND_CODES  # data 0, descriptor fetch 1, status write-back 2


class Burst(NamedTuple):
    """One AXI burst.

    `address` is AxADDR (any byte); `length` counts bytes from there to the end of the last beat, so a read may fetch
    lanes that nobody asked for, and a write masks them by its strobes. `tag` is the descriptor's index (low bits).
    `snoop`: the access asks to be coherent, AxUSER[0] and AxCACHE[1] both set (the condition of a Cortex-A9's ACP,
    DDI 0407, 2.4; of ACE-Lite's shareable domains, IHI 0022); whether anything answers is the platform's matter.
    """

    address: int
    length: int
    kind: BurstKind
    channel: int = 0
    tag: int = 0
    snoop: bool = False
    cache: int = 0b0011
    prot: int = 0b010
    domain: int = 0b11
    qos: int = 0
    user: int = 0
    axi_id: int = 0


class UserTag(NamedTuple):
    """AxUSER taken apart: coherent bit [0], descriptor index, channel (3 bits), kind (top 2 bits)."""

    coherent: bool
    tag: int
    channel: int
    kind: BurstKind


def encode_user(tag: UserTag, width: int = USER_WIDTH) -> int:
    """AxUSER of a burst; index and channel are cut to their fields."""
    index = tag.tag & ((1 << (width - 6)) - 1)
    return tag.coherent | index << 1 | (tag.channel & 7) << (width - 5) | KIND_CODES[tag.kind] << (width - 2)


def decode_user(user: int, width: int = USER_WIDTH) -> UserTag:
    """The fields of AxUSER. Raises ValueError for the reserved kind."""
    code = user >> (width - 2) & 3
    if code >= len(KINDS):
        raise ValueError(f"AxUSER {user:#x}: kind {code} is reserved")
    return UserTag(bool(user & 1), user >> 1 & ((1 << (width - 6)) - 1), user >> (width - 5) & 7, KINDS[code])


def burst_on_bus(
    address: int, length: int, user: int, *, cache: int, prot: int, domain: int, qos: int, axi_id: int
) -> Burst:
    """The burst that a port sees: kind, channel and tag are taken from AxUSER."""
    tag = decode_user(user)
    snoop = tag.coherent and bool(cache & 2)
    return Burst(
        address, length, tag.kind, tag.channel, tag.tag, snoop, cache, prot, domain, qos, user, axi_id
    )
