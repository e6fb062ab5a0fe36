# SPDX-License-Identifier: Apache-2.0
"""What passes between a client and the engine's driver: transactions, their state, their errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, Flag, auto

from dmasan.config import UsageError
from dmasan.device.descriptor import Descriptor
from dmasan.device.registers import Kind

EXPLANATIONS = {
    Kind.RD: "error response to a data read",
    Kind.WR: "error response to a data write",
    Kind.DESC_RD: "error response to the descriptor fetch",
    Kind.DESC_WB: "error response to the status write-back",
    Kind.DESC: "what the device read is no descriptor (wrong magic or operation)",
    Kind.STALE: "the device read a descriptor of an earlier lap: memory older than the doorbell",
    Kind.ATTR: "illegal memory attributes",
    Kind.ADDR: "address range outside the device's address space",
    Kind.TIMEOUT: "no progress on the bus",
}


class Flags(Flag):
    """`enum dma_ctrl_flags` of include/linux/dmaengine.h, as far as it means anything here."""

    NONE = 0
    INTERRUPT = auto()  # DMA_PREP_INTERRUPT


class TxState(Enum):
    """`enum dma_status` of include/linux/dmaengine.h."""

    COMPLETE = "DMA_COMPLETE"
    IN_PROGRESS = "DMA_IN_PROGRESS"
    PAUSED = "DMA_PAUSED"
    ERROR = "DMA_ERROR"


class TxResult(Enum):
    """`enum dmaengine_tx_result` of include/linux/dmaengine.h."""

    NOERROR = "DMA_TRANS_NOERROR"
    READ_FAILED = "DMA_TRANS_READ_FAILED"
    WRITE_FAILED = "DMA_TRANS_WRITE_FAILED"
    ABORTED = "DMA_TRANS_ABORTED"


RESULTS = {
    Kind.RD: TxResult.READ_FAILED,
    Kind.DESC_RD: TxResult.READ_FAILED,
    Kind.WR: TxResult.WRITE_FAILED,
    Kind.DESC_WB: TxResult.WRITE_FAILED,
}  # every other kind: the engine refused or gave up, ABORTED


class DmaError(Exception):
    """The engine reported an error, or its completion cannot be seen.

    `kind` is the hardware's, `index` the descriptor's place in the ring, `address` the failing burst's or descriptor's.
    """

    def __init__(self, kind: Kind, index: int, address: int, response: int = 0, detail: str = "") -> None:
        self.kind, self.index, self.address, self.response = kind, index, address, response
        text = detail or EXPLANATIONS.get(kind, kind.name)
        super().__init__(f"ERR_{kind.name} at descriptor {index}, address {address:#x}: {text}")


class CompletionUnseen(DmaError):
    """The engine has completed a descriptor, but its status word reads as if it had not."""


class ProbeError(UsageError):
    """The driver does not bind to this device as it is described."""


class RingFull(Exception):
    """No room for the transaction: wait for one to complete. (The kernel's prep functions return NULL.)"""


class Terminated(Exception):
    """The transaction was given up by `terminate`."""


@dataclass(frozen=True, slots=True)
class DmaResult:
    """`struct dmaengine_result`: how a transaction ended, and the bytes that it did not move."""

    result: TxResult
    residue: int


@dataclass(slots=True)
class Transaction:
    """One job of a client: its descriptors in order; a cookie once it is submitted.

    `callback` is called when it has ended, with its result; of a cyclic one whenever periods have passed.
    """

    descriptors: Sequence[Descriptor]
    fill: int | None = None
    cyclic: bool = False
    callback: Callable[[DmaResult], None] | None = None
    cookie: int = 0
    slots: list[int] = field(default_factory=list)  # places in the ring
    error: Exception | None = None
    complete: bool = False
    residue: int = 0  # bytes left when it failed
    periods: int = 0  # cyclic: periods that have passed

    @property
    def total(self) -> int:
        """Bytes that it moves."""
        return sum(d.total for d in self.descriptors)

    @property
    def result(self) -> DmaResult:
        """How it ended; while it has not, `NOERROR` and all of its bytes."""
        if self.error is None:
            return DmaResult(TxResult.NOERROR, 0 if self.complete else self.total)
        kind = self.error.kind if isinstance(self.error, DmaError) else Kind.NONE
        return DmaResult(RESULTS.get(kind, TxResult.ABORTED), self.residue)

    def report(self) -> None:
        """Tells the client."""
        if self.callback is not None:
            self.callback(self.result)


@dataclass(frozen=True, slots=True)
class TxStatus:
    """Answer of `tx_status`: state, and bytes that have not been moved yet."""

    state: TxState
    residue: int
