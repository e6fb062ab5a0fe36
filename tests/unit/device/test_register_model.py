# SPDX-License-Identifier: Apache-2.0
"""The pyuvm register model and the page of documentation against the registers that the driver uses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cocotbext.dmasan.ral import register_model
from dmasan.device import registers as reg
from dmasan.device.bits import Bits, Register

PAGE = Path(__file__).parents[3] / "docs" / "registers.md"
CHANNELS = 2
PLACES = [
    *(pytest.param(0, None, offset, register, id=register.__name__) for offset, register in reg.GLOBAL_REGISTERS.items()),
    *(
        pytest.param(reg.CHANNEL_BASE + n * reg.CHANNEL_STRIDE, n, offset, register, id=f"{n}-{register.__name__}")
        for n in range(CHANNELS)
        for offset, register in reg.CHANNEL_REGISTERS.items()
    ),
]


@pytest.fixture(scope="module")
def block() -> Any:
    return register_model()


def fields(register: type[Register]) -> dict[str, Bits]:
    return {name: value for name, value in vars(register).items() if isinstance(value, Bits)}


@pytest.mark.parametrize(("base", "channel", "offset", "register"), PLACES)
def test_the_model_has_every_register_where_the_driver_has_it(
    block: Any, base: int, channel: int | None, offset: int, register: type[Register]
) -> None:
    owner = block if channel is None else block.ch[channel]
    found = getattr(owner, register.__name__.removeprefix("CH_"))
    assert found.get_offset(owner.get_default_map()) == offset
    assert found.get_address(block.get_default_map()) == base + offset
    for name, bits in fields(register).items():
        field = getattr(found, name)
        assert (field.get_lsb_pos(), field.get_n_bits()) == (bits.low, bits.limit.bit_length())
        if field.has_reset():
            assert field.get_reset() == bits.get(register.RESET)


def test_the_page_describes_every_field() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for _, _, offset, register in (place.values for place in PLACES):
        name = register.__name__.removeprefix("CH_")
        (chapter,) = re.findall(rf"^### {name} \({offset:#05x}\)\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
        assert all(f"| {field} |" in chapter for field in fields(register))
