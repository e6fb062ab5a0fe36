# SPDX-License-Identifier: Apache-2.0
"""Memory attributes that the engine drives: one word for source, destination and descriptors each."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from dmasan.device.registers import CH_ATTR_SRC as WORD

NON_SHAREABLE, INNER, OUTER, SYSTEM = range(4)  # AxDOMAIN


class Attributes(NamedTuple):
    """AxCACHE, AxPROT, AxUSER[0], AxDOMAIN and AxQOS of a burst."""

    cache: int = 0b0011
    prot: int = 0b010
    coherent: bool = False
    domain: int = SYSTEM
    qos: int = 0

    @property
    def device(self) -> bool:
        """AxCACHE 000x: Device memory."""
        return self.cache & 0b1110 == 0

    @property
    def legal(self) -> bool:
        """As the hardware checks it: allocation needs Modifiable, Device is of the System domain, cacheable is not."""
        cacheable, modifiable = bool(self.cache & 0b1100), bool(self.cache & 0b0010)
        if cacheable:
            return modifiable and self.domain != SYSTEM
        return modifiable or self.domain == SYSTEM


NONCOHERENT = Attributes()
COHERENT = Attributes(cache=0b1111, coherent=True, domain=INNER)


@lru_cache(maxsize=256)
def decode(word: int) -> Attributes:
    """Attributes of an ATTR register, or of a half of a descriptor's `attr` word."""
    return Attributes(
        WORD.CACHE.get(word),
        WORD.PROT.get(word),
        bool(word & WORD.COHERENT.mask),
        WORD.DOMAIN.get(word),
        WORD.QOS.get(word),
    )


def encode(attributes: Attributes) -> int:
    """The 16 bits of `attributes`."""
    return (
        WORD.CACHE.put(attributes.cache)
        | WORD.PROT.put(attributes.prot)
        | WORD.COHERENT.put(attributes.coherent)
        | WORD.DOMAIN.put(attributes.domain)
        | WORD.QOS.put(attributes.qos)
    )
