# SPDX-License-Identifier: Apache-2.0
"""How the engine's first channel is started: one copy in direct mode, with an interrupt at its end."""

from __future__ import annotations

from dmasan.device import registers as reg

COPY, BEATS = 1, 16


async def copy(write, target, source, length):
    """`write(offset, value)` stores to a register."""
    await write(reg.CTRL.OFFSET, reg.CTRL.ENABLE.mask)
    for register, value in (
        (reg.CH_CFG, reg.CH_CFG.OP.put(COPY) | reg.CH_CFG.MAX_LEN.put(BEATS - 1)),
        (reg.CH_SRC_LO, source),
        (reg.CH_DST_LO, target),
        (reg.CH_LEN, length),
        (reg.CH_IRQ_EN, reg.CH_IRQ_EN.DONE.mask | reg.CH_IRQ_EN.ERR.mask),
        (reg.CH_CMD, reg.CH_CMD.START.mask),
    ):
        await write(reg.CHANNEL_BASE + register.OFFSET, value)
