# SPDX-License-Identifier: Apache-2.0
# Generated from dma.rdl by rtl/regenerate.py; do not edit.
from typing import TypeVar, Callable

import numpy as np
from numpy.typing import NDArray

from pyuvm import (
    uvm_coverage_model_e,
    uvm_endianness_e,
    uvm_mem,
    uvm_reg,
    uvm_reg_block,
    uvm_reg_field,
)

T = TypeVar('T')


def create_object_array(factory: Callable[[], T], name: str, dimensions: list[int]) -> NDArray[T]:
    """
    Creates a multidimensional NumPy array with the given `dimensions`, where each element
    is created by calling `factory`.

    Parameters:
        dimensions (list[int]): The size of each dimension in the resulting array.
        factory (Callable[[], T]): A no-argument callable (like a class or function)
                                   that returns an instance of T.

    Returns:
        NDArray[T]: A NumPy array populated with instances created by factory().
    """
    arr = np.empty(dimensions, dtype=object)
    for idx in np.ndindex(*dimensions):
        indicies = ''.join(f'[{i}]' for i in idx)
        arr[idx] = factory(f"{name}{indicies}")
    return arr


# Reg - dma::ID
class dma__ID(uvm_reg):

    def __init__(self, name: str = "ID"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.MAGIC = uvm_reg_field("MAGIC")

    def build(self) -> None:
        self.MAGIC.configure(self, 32, 0, "RO", False, 0x31414d44, True, True, False)


# Reg - dma::VERSION
class dma__VERSION(uvm_reg):

    def __init__(self, name: str = "VERSION"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.PATCH = uvm_reg_field("PATCH")
        self.MINOR = uvm_reg_field("MINOR")
        self.MAJOR = uvm_reg_field("MAJOR")

    def build(self) -> None:
        self.PATCH.configure(self, 8, 0, "RO", False, 0x0, True, True, False)
        self.MINOR.configure(self, 8, 8, "RO", False, 0x1, True, True, False)
        self.MAJOR.configure(self, 8, 16, "RO", False, 0x0, True, True, False)


# Reg - dma::CAP0
class dma__CAP0(uvm_reg):

    def __init__(self, name: str = "CAP0"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.NCH = uvm_reg_field("NCH")
        self.LOG2_BEAT = uvm_reg_field("LOG2_BEAT")
        self.ADDR_W = uvm_reg_field("ADDR_W")
        self.LOG2_FIFO = uvm_reg_field("LOG2_FIFO")
        self.LOG2_MAX_BURST = uvm_reg_field("LOG2_MAX_BURST")

    def build(self) -> None:
        self.NCH.configure(self, 4, 0, "RO", True, 0x0, False, True, False)
        self.LOG2_BEAT.configure(self, 4, 4, "RO", True, 0x0, False, True, False)
        self.ADDR_W.configure(self, 8, 8, "RO", True, 0x0, False, True, False)
        self.LOG2_FIFO.configure(self, 5, 16, "RO", True, 0x0, False, True, False)
        self.LOG2_MAX_BURST.configure(self, 4, 24, "RO", True, 0x0, False, True, False)


# Reg - dma::CAP1
class dma__CAP1(uvm_reg):

    def __init__(self, name: str = "CAP1"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.SG = uvm_reg_field("SG")
        self.RECT = uvm_reg_field("RECT")
        self.UNALIGNED = uvm_reg_field("UNALIGNED")
        self.FILL = uvm_reg_field("FILL")
        self.SINK = uvm_reg_field("SINK")
        self.CYCLIC = uvm_reg_field("CYCLIC")
        self.ACE = uvm_reg_field("ACE")
        self.COHERENT_DATA = uvm_reg_field("COHERENT_DATA")
        self.COHERENT_DESC = uvm_reg_field("COHERENT_DESC")
        self.PMU = uvm_reg_field("PMU")
        self.STREAM = uvm_reg_field("STREAM")
        self.SHORT_DESC = uvm_reg_field("SHORT_DESC")
        self.WRITE_LINE = uvm_reg_field("WRITE_LINE")
        self.FAULT_INJECT = uvm_reg_field("FAULT_INJECT")

    def build(self) -> None:
        self.SG.configure(self, 1, 0, "RO", True, 0x0, False, True, False)
        self.RECT.configure(self, 1, 1, "RO", True, 0x0, False, True, False)
        self.UNALIGNED.configure(self, 1, 2, "RO", True, 0x0, False, True, False)
        self.FILL.configure(self, 1, 3, "RO", True, 0x0, False, True, False)
        self.SINK.configure(self, 1, 4, "RO", True, 0x0, False, True, False)
        self.CYCLIC.configure(self, 1, 5, "RO", True, 0x0, False, True, False)
        self.ACE.configure(self, 1, 6, "RO", True, 0x0, False, True, False)
        self.COHERENT_DATA.configure(self, 1, 7, "RO", True, 0x0, False, True, False)
        self.COHERENT_DESC.configure(self, 1, 8, "RO", True, 0x0, False, True, False)
        self.PMU.configure(self, 1, 9, "RO", True, 0x0, False, True, False)
        self.STREAM.configure(self, 1, 10, "RO", True, 0x0, False, True, False)
        self.SHORT_DESC.configure(self, 1, 11, "RO", True, 0x0, False, True, False)
        self.WRITE_LINE.configure(self, 1, 12, "RO", True, 0x0, False, True, False)
        self.FAULT_INJECT.configure(self, 1, 13, "RO", True, 0x0, False, True, False)


# Reg - dma::CTRL
class dma__CTRL(uvm_reg):

    def __init__(self, name: str = "CTRL"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.ENABLE = uvm_reg_field("ENABLE")
        self.SOFT_RESET = uvm_reg_field("SOFT_RESET")

    def build(self) -> None:
        self.ENABLE.configure(self, 1, 0, "RW", False, 0x0, True, True, False)
        self.SOFT_RESET.configure(self, 1, 1, "W1S", True, 0x0, True, True, False)


# Reg - dma::STATUS
class dma__STATUS(uvm_reg):

    def __init__(self, name: str = "STATUS"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.IDLE = uvm_reg_field("IDLE")
        self.DRAINING = uvm_reg_field("DRAINING")
        self.OUT_RD = uvm_reg_field("OUT_RD")
        self.OUT_WR = uvm_reg_field("OUT_WR")

    def build(self) -> None:
        self.IDLE.configure(self, 1, 0, "RO", True, 0x0, False, True, False)
        self.DRAINING.configure(self, 1, 1, "RO", True, 0x0, False, True, False)
        self.OUT_RD.configure(self, 8, 8, "RO", True, 0x0, False, True, False)
        self.OUT_WR.configure(self, 8, 16, "RO", True, 0x0, False, True, False)


# Reg - dma::IRQ_PEND
class dma__IRQ_PEND(uvm_reg):

    def __init__(self, name: str = "IRQ_PEND"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.CHANNELS = uvm_reg_field("CHANNELS")

    def build(self) -> None:
        self.CHANNELS.configure(self, 8, 0, "RO", True, 0x0, False, True, False)


# Reg - dma::SCRATCH
class dma__SCRATCH(uvm_reg):

    def __init__(self, name: str = "SCRATCH"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.VALUE = uvm_reg_field("VALUE")

    def build(self) -> None:
        self.VALUE.configure(self, 32, 0, "RW", False, 0x0, True, True, False)


# Reg - dma::WDOG
class dma__WDOG(uvm_reg):

    def __init__(self, name: str = "WDOG"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.CYCLES = uvm_reg_field("CYCLES")

    def build(self) -> None:
        self.CYCLES.configure(self, 32, 0, "RW", False, 0x0, True, True, False)


# Reg - dma::PMU_CTRL
class dma__PMU_CTRL(uvm_reg):

    def __init__(self, name: str = "PMU_CTRL"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.SNAPSHOT = uvm_reg_field("SNAPSHOT")
        self.CLEAR = uvm_reg_field("CLEAR")

    def build(self) -> None:
        self.SNAPSHOT.configure(self, 1, 1, "WO", True, 0x0, True, True, False)
        self.CLEAR.configure(self, 1, 2, "WO", True, 0x0, True, True, False)


# Reg - dma::pmu_r_desc_467b8c16
class dma__pmu_r_desc_467b8c16(uvm_reg):

    def __init__(self, name: str = "PMU_CYCLES"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.COUNT = uvm_reg_field("COUNT")

    def build(self) -> None:
        self.COUNT.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - dma::pmu_r_desc_96dd5180
class dma__pmu_r_desc_96dd5180(uvm_reg):

    def __init__(self, name: str = "PMU_BUSY"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.COUNT = uvm_reg_field("COUNT")

    def build(self) -> None:
        self.COUNT.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - dma::pmu_r_desc_77c3c373
class dma__pmu_r_desc_77c3c373(uvm_reg):

    def __init__(self, name: str = "PMU_R_BEATS"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.COUNT = uvm_reg_field("COUNT")

    def build(self) -> None:
        self.COUNT.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - dma::pmu_r_desc_7afc6122
class dma__pmu_r_desc_7afc6122(uvm_reg):

    def __init__(self, name: str = "PMU_W_BEATS"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.COUNT = uvm_reg_field("COUNT")

    def build(self) -> None:
        self.COUNT.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - dma::pmu_r_desc_596393a0
class dma__pmu_r_desc_596393a0(uvm_reg):

    def __init__(self, name: str = "PMU_R_STALL"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.COUNT = uvm_reg_field("COUNT")

    def build(self) -> None:
        self.COUNT.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - dma::pmu_r_desc_4e5c4f31
class dma__pmu_r_desc_4e5c4f31(uvm_reg):

    def __init__(self, name: str = "PMU_W_STALL"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.COUNT = uvm_reg_field("COUNT")

    def build(self) -> None:
        self.COUNT.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - dma::pmu_r_desc_6eed9f46
class dma__pmu_r_desc_6eed9f46(uvm_reg):

    def __init__(self, name: str = "PMU_AR_WAIT"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.COUNT = uvm_reg_field("COUNT")

    def build(self) -> None:
        self.COUNT.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - dma::pmu_r_desc_7abed96b
class dma__pmu_r_desc_7abed96b(uvm_reg):

    def __init__(self, name: str = "PMU_AW_WAIT"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.COUNT = uvm_reg_field("COUNT")

    def build(self) -> None:
        self.COUNT.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - dma::pmu_r_desc_ebd7fb11
class dma__pmu_r_desc_ebd7fb11(uvm_reg):

    def __init__(self, name: str = "PMU_ZSTRB"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.COUNT = uvm_reg_field("COUNT")

    def build(self) -> None:
        self.COUNT.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - dma::pmu_r_desc_a573cf2c
class dma__pmu_r_desc_a573cf2c(uvm_reg):

    def __init__(self, name: str = "PMU_FIFO_MAX"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.COUNT = uvm_reg_field("COUNT")

    def build(self) -> None:
        self.COUNT.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - dma::pmu_r_desc_3e0770e8
class dma__pmu_r_desc_3e0770e8(uvm_reg):

    def __init__(self, name: str = "PMU_DESCS"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.COUNT = uvm_reg_field("COUNT")

    def build(self) -> None:
        self.COUNT.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - dma::PMU_MAX_OUT
class dma__PMU_MAX_OUT(uvm_reg):

    def __init__(self, name: str = "PMU_MAX_OUT"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.RD = uvm_reg_field("RD")
        self.WR = uvm_reg_field("WR")

    def build(self) -> None:
        self.RD.configure(self, 16, 0, "RO", True, 0x0, False, True, False)
        self.WR.configure(self, 16, 16, "RO", True, 0x0, False, True, False)


# Reg - channel_rf::CMD
class channel_rf__CMD(uvm_reg):

    def __init__(self, name: str = "CMD"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.START = uvm_reg_field("START")
        self.PAUSE = uvm_reg_field("PAUSE")
        self.RESUME = uvm_reg_field("RESUME")
        self.STOP = uvm_reg_field("STOP")
        self.ABORT = uvm_reg_field("ABORT")
        self.CLEAR = uvm_reg_field("CLEAR")

    def build(self) -> None:
        self.START.configure(self, 1, 0, "WO", True, 0x0, True, True, False)
        self.PAUSE.configure(self, 1, 1, "WO", True, 0x0, True, True, False)
        self.RESUME.configure(self, 1, 2, "WO", True, 0x0, True, True, False)
        self.STOP.configure(self, 1, 3, "WO", True, 0x0, True, True, False)
        self.ABORT.configure(self, 1, 4, "WO", True, 0x0, True, True, False)
        self.CLEAR.configure(self, 1, 5, "WO", True, 0x0, True, True, False)


# Reg - channel_rf::STATUS
class channel_rf__STATUS(uvm_reg):

    def __init__(self, name: str = "STATUS"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.STATE = uvm_reg_field("STATE")
        self.BUSY = uvm_reg_field("BUSY")
        self.PAUSED = uvm_reg_field("PAUSED")
        self.HALTED = uvm_reg_field("HALTED")
        self.DONE = uvm_reg_field("DONE")
        self.ERR = uvm_reg_field("ERR")
        self.EMPTY = uvm_reg_field("EMPTY")
        self.PERIOD = uvm_reg_field("PERIOD")
        self.ABORTED = uvm_reg_field("ABORTED")
        self.STOPPED = uvm_reg_field("STOPPED")

    def build(self) -> None:
        self.STATE.configure(self, 4, 0, "RO", True, 0x0, False, True, False)
        self.BUSY.configure(self, 1, 4, "RO", True, 0x0, False, True, False)
        self.PAUSED.configure(self, 1, 5, "RO", True, 0x0, False, True, False)
        self.HALTED.configure(self, 1, 6, "RO", True, 0x0, False, True, False)
        self.DONE.configure(self, 1, 8, "W1C", True, 0x0, True, True, False)
        self.ERR.configure(self, 1, 9, "W1C", True, 0x0, True, True, False)
        self.EMPTY.configure(self, 1, 10, "W1C", True, 0x0, True, True, False)
        self.PERIOD.configure(self, 1, 11, "W1C", True, 0x0, True, True, False)
        self.ABORTED.configure(self, 1, 12, "W1C", True, 0x0, True, True, False)
        self.STOPPED.configure(self, 1, 13, "W1C", True, 0x0, True, True, False)


# Reg - channel_rf::IRQ_EN
class channel_rf__IRQ_EN(uvm_reg):

    def __init__(self, name: str = "IRQ_EN"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.DONE = uvm_reg_field("DONE")
        self.ERR = uvm_reg_field("ERR")
        self.EMPTY = uvm_reg_field("EMPTY")
        self.PERIOD = uvm_reg_field("PERIOD")
        self.ABORTED = uvm_reg_field("ABORTED")
        self.STOPPED = uvm_reg_field("STOPPED")

    def build(self) -> None:
        self.DONE.configure(self, 1, 8, "RW", False, 0x0, True, True, False)
        self.ERR.configure(self, 1, 9, "RW", False, 0x0, True, True, False)
        self.EMPTY.configure(self, 1, 10, "RW", False, 0x0, True, True, False)
        self.PERIOD.configure(self, 1, 11, "RW", False, 0x0, True, True, False)
        self.ABORTED.configure(self, 1, 12, "RW", False, 0x0, True, True, False)
        self.STOPPED.configure(self, 1, 13, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::CFG
class channel_rf__CFG(uvm_reg):

    def __init__(self, name: str = "CFG"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.MODE = uvm_reg_field("MODE")
        self.CYCLIC = uvm_reg_field("CYCLIC")
        self.WB_EN = uvm_reg_field("WB_EN")
        self.DESC_STRIDE = uvm_reg_field("DESC_STRIDE")
        self.PREFETCH = uvm_reg_field("PREFETCH")
        self.MAX_LEN = uvm_reg_field("MAX_LEN")
        self.OP = uvm_reg_field("OP")
        self.OUT_LIMIT = uvm_reg_field("OUT_LIMIT")
        self.IRQ_EARLY = uvm_reg_field("IRQ_EARLY")
        self.DEV_SINGLE = uvm_reg_field("DEV_SINGLE")
        self.WRITE_LINE = uvm_reg_field("WRITE_LINE")
        self.FI_NO_STALE = uvm_reg_field("FI_NO_STALE")
        self.FI_EARLY_STATUS = uvm_reg_field("FI_EARLY_STATUS")

    def build(self) -> None:
        self.MODE.configure(self, 2, 0, "RW", False, 0x0, True, True, False)
        self.CYCLIC.configure(self, 1, 2, "RW", False, 0x0, True, True, False)
        self.WB_EN.configure(self, 1, 3, "RW", False, 0x1, True, True, False)
        self.DESC_STRIDE.configure(self, 2, 4, "RW", False, 0x0, True, True, False)
        self.PREFETCH.configure(self, 2, 6, "RW", False, 0x0, True, True, False)
        self.MAX_LEN.configure(self, 8, 8, "RW", False, 0xf, True, True, False)
        self.OP.configure(self, 4, 16, "RW", False, 0x1, True, True, False)
        self.OUT_LIMIT.configure(self, 5, 20, "RW", False, 0x0, True, True, False)
        self.IRQ_EARLY.configure(self, 1, 25, "RW", False, 0x0, True, True, False)
        self.DEV_SINGLE.configure(self, 1, 26, "RW", False, 0x0, True, True, False)
        self.WRITE_LINE.configure(self, 1, 27, "RW", False, 0x0, True, True, False)
        self.FI_NO_STALE.configure(self, 1, 28, "RW", False, 0x0, True, True, False)
        self.FI_EARLY_STATUS.configure(self, 1, 29, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::COALESCE
class channel_rf__COALESCE(uvm_reg):

    def __init__(self, name: str = "COALESCE"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.THRESHOLD = uvm_reg_field("THRESHOLD")
        self.TIMEOUT = uvm_reg_field("TIMEOUT")

    def build(self) -> None:
        self.THRESHOLD.configure(self, 8, 0, "RW", False, 0x0, True, True, False)
        self.TIMEOUT.configure(self, 16, 16, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::SRC_LO
class channel_rf__SRC_LO(uvm_reg):

    def __init__(self, name: str = "SRC_LO"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.ADDR = uvm_reg_field("ADDR")

    def build(self) -> None:
        self.ADDR.configure(self, 32, 0, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::SRC_HI
class channel_rf__SRC_HI(uvm_reg):

    def __init__(self, name: str = "SRC_HI"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.ADDR = uvm_reg_field("ADDR")

    def build(self) -> None:
        self.ADDR.configure(self, 32, 0, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::DST_LO
class channel_rf__DST_LO(uvm_reg):

    def __init__(self, name: str = "DST_LO"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.ADDR = uvm_reg_field("ADDR")

    def build(self) -> None:
        self.ADDR.configure(self, 32, 0, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::DST_HI
class channel_rf__DST_HI(uvm_reg):

    def __init__(self, name: str = "DST_HI"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.ADDR = uvm_reg_field("ADDR")

    def build(self) -> None:
        self.ADDR.configure(self, 32, 0, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::LEN
class channel_rf__LEN(uvm_reg):

    def __init__(self, name: str = "LEN"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.BYTES = uvm_reg_field("BYTES")

    def build(self) -> None:
        self.BYTES.configure(self, 32, 0, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::ROWS
class channel_rf__ROWS(uvm_reg):

    def __init__(self, name: str = "ROWS"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.ROWS = uvm_reg_field("ROWS")

    def build(self) -> None:
        self.ROWS.configure(self, 16, 0, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::SSTRIDE
class channel_rf__SSTRIDE(uvm_reg):

    def __init__(self, name: str = "SSTRIDE"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.STRIDE = uvm_reg_field("STRIDE")

    def build(self) -> None:
        self.STRIDE.configure(self, 32, 0, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::DSTRIDE
class channel_rf__DSTRIDE(uvm_reg):

    def __init__(self, name: str = "DSTRIDE"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.STRIDE = uvm_reg_field("STRIDE")

    def build(self) -> None:
        self.STRIDE.configure(self, 32, 0, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::FILL
class channel_rf__FILL(uvm_reg):

    def __init__(self, name: str = "FILL"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.VALUE = uvm_reg_field("VALUE")

    def build(self) -> None:
        self.VALUE.configure(self, 32, 0, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::attr_r_desc_53ab214f
class channel_rf__attr_r_desc_53ab214f(uvm_reg):

    def __init__(self, name: str = "ATTR_SRC"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.CACHE = uvm_reg_field("CACHE")
        self.PROT = uvm_reg_field("PROT")
        self.COHERENT = uvm_reg_field("COHERENT")
        self.DOMAIN = uvm_reg_field("DOMAIN")
        self.QOS = uvm_reg_field("QOS")
        self.LOCK = uvm_reg_field("LOCK")

    def build(self) -> None:
        self.CACHE.configure(self, 4, 0, "RW", False, 0x3, True, True, False)
        self.PROT.configure(self, 3, 4, "RW", False, 0x2, True, True, False)
        self.COHERENT.configure(self, 1, 7, "RW", False, 0x0, True, True, False)
        self.DOMAIN.configure(self, 2, 8, "RW", False, 0x3, True, True, False)
        self.QOS.configure(self, 4, 12, "RW", False, 0x0, True, True, False)
        self.LOCK.configure(self, 1, 31, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::attr_r_desc_4d16b62a
class channel_rf__attr_r_desc_4d16b62a(uvm_reg):

    def __init__(self, name: str = "ATTR_DST"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.CACHE = uvm_reg_field("CACHE")
        self.PROT = uvm_reg_field("PROT")
        self.COHERENT = uvm_reg_field("COHERENT")
        self.DOMAIN = uvm_reg_field("DOMAIN")
        self.QOS = uvm_reg_field("QOS")
        self.LOCK = uvm_reg_field("LOCK")

    def build(self) -> None:
        self.CACHE.configure(self, 4, 0, "RW", False, 0x3, True, True, False)
        self.PROT.configure(self, 3, 4, "RW", False, 0x2, True, True, False)
        self.COHERENT.configure(self, 1, 7, "RW", False, 0x0, True, True, False)
        self.DOMAIN.configure(self, 2, 8, "RW", False, 0x3, True, True, False)
        self.QOS.configure(self, 4, 12, "RW", False, 0x0, True, True, False)
        self.LOCK.configure(self, 1, 31, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::attr_r_desc_fed3284a
class channel_rf__attr_r_desc_fed3284a(uvm_reg):

    def __init__(self, name: str = "ATTR_DESC"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.CACHE = uvm_reg_field("CACHE")
        self.PROT = uvm_reg_field("PROT")
        self.COHERENT = uvm_reg_field("COHERENT")
        self.DOMAIN = uvm_reg_field("DOMAIN")
        self.QOS = uvm_reg_field("QOS")
        self.LOCK = uvm_reg_field("LOCK")

    def build(self) -> None:
        self.CACHE.configure(self, 4, 0, "RW", False, 0x3, True, True, False)
        self.PROT.configure(self, 3, 4, "RW", False, 0x2, True, True, False)
        self.COHERENT.configure(self, 1, 7, "RW", False, 0x0, True, True, False)
        self.DOMAIN.configure(self, 2, 8, "RW", False, 0x3, True, True, False)
        self.QOS.configure(self, 4, 12, "RW", False, 0x0, True, True, False)
        self.LOCK.configure(self, 1, 31, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::DESC_BASE_LO
class channel_rf__DESC_BASE_LO(uvm_reg):

    def __init__(self, name: str = "DESC_BASE_LO"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.ADDR = uvm_reg_field("ADDR")

    def build(self) -> None:
        self.ADDR.configure(self, 32, 0, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::DESC_BASE_HI
class channel_rf__DESC_BASE_HI(uvm_reg):

    def __init__(self, name: str = "DESC_BASE_HI"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.ADDR = uvm_reg_field("ADDR")

    def build(self) -> None:
        self.ADDR.configure(self, 32, 0, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::RING_LEN
class channel_rf__RING_LEN(uvm_reg):

    def __init__(self, name: str = "RING_LEN"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.COUNT = uvm_reg_field("COUNT")

    def build(self) -> None:
        self.COUNT.configure(self, 16, 0, "RW", False, 0x0, True, True, False)


# Reg - channel_rf::TAIL
class channel_rf__TAIL(uvm_reg):

    def __init__(self, name: str = "TAIL"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.INDEX = uvm_reg_field("INDEX")
        self.LAP = uvm_reg_field("LAP")

    def build(self) -> None:
        self.INDEX.configure(self, 16, 0, "RW", True, 0x0, True, True, False)
        self.LAP.configure(self, 1, 31, "RW", True, 0x0, True, True, False)


# Reg - channel_rf::HEAD
class channel_rf__HEAD(uvm_reg):

    def __init__(self, name: str = "HEAD"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.INDEX = uvm_reg_field("INDEX")
        self.LAP = uvm_reg_field("LAP")

    def build(self) -> None:
        self.INDEX.configure(self, 16, 0, "RO", True, 0x0, False, True, False)
        self.LAP.configure(self, 1, 31, "RO", True, 0x0, False, True, False)


# Reg - channel_rf::ERR_INFO
class channel_rf__ERR_INFO(uvm_reg):

    def __init__(self, name: str = "ERR_INFO"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.KIND = uvm_reg_field("KIND")
        self.RESP = uvm_reg_field("RESP")
        self.BEAT = uvm_reg_field("BEAT")
        self.INDEX = uvm_reg_field("INDEX")

    def build(self) -> None:
        self.KIND.configure(self, 4, 0, "RO", True, 0x0, False, True, False)
        self.RESP.configure(self, 2, 4, "RO", True, 0x0, False, True, False)
        self.BEAT.configure(self, 8, 8, "RO", True, 0x0, False, True, False)
        self.INDEX.configure(self, 16, 16, "RO", True, 0x0, False, True, False)


# Reg - channel_rf::ERR_ADDR_LO
class channel_rf__ERR_ADDR_LO(uvm_reg):

    def __init__(self, name: str = "ERR_ADDR_LO"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.ADDR = uvm_reg_field("ADDR")

    def build(self) -> None:
        self.ADDR.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - channel_rf::ERR_ADDR_HI
class channel_rf__ERR_ADDR_HI(uvm_reg):

    def __init__(self, name: str = "ERR_ADDR_HI"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.ADDR = uvm_reg_field("ADDR")

    def build(self) -> None:
        self.ADDR.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - channel_rf::RESIDUE
class channel_rf__RESIDUE(uvm_reg):

    def __init__(self, name: str = "RESIDUE"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.BYTES = uvm_reg_field("BYTES")

    def build(self) -> None:
        self.BYTES.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - channel_rf::DONE_CNT
class channel_rf__DONE_CNT(uvm_reg):

    def __init__(self, name: str = "DONE_CNT"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.COUNT = uvm_reg_field("COUNT")

    def build(self) -> None:
        self.COUNT.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - channel_rf::CUR_DESC_LO
class channel_rf__CUR_DESC_LO(uvm_reg):

    def __init__(self, name: str = "CUR_DESC_LO"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.ADDR = uvm_reg_field("ADDR")

    def build(self) -> None:
        self.ADDR.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - channel_rf::CUR_DESC_HI
class channel_rf__CUR_DESC_HI(uvm_reg):

    def __init__(self, name: str = "CUR_DESC_HI"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.ADDR = uvm_reg_field("ADDR")

    def build(self) -> None:
        self.ADDR.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - channel_rf::DIGEST
class channel_rf__DIGEST(uvm_reg):

    def __init__(self, name: str = "DIGEST"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.CRC = uvm_reg_field("CRC")

    def build(self) -> None:
        self.CRC.configure(self, 32, 0, "RO", True, 0x0, False, True, False)


# Reg - channel_rf::IGNORED
class channel_rf__IGNORED(uvm_reg):

    def __init__(self, name: str = "IGNORED"):
        super().__init__(name, 32, uvm_coverage_model_e.UVM_NO_COVERAGE)
        self.COUNT = uvm_reg_field("COUNT")

    def build(self) -> None:
        self.COUNT.configure(self, 16, 0, "RO", True, 0x0, False, True, False)


# Regfile - channel_rf
class channel_rf(uvm_reg_block):

    def __init__(self, name: str = "channel_rf"):
        super().__init__(name)
        self.CMD = channel_rf__CMD("CMD")
        self.STATUS = channel_rf__STATUS("STATUS")
        self.IRQ_EN = channel_rf__IRQ_EN("IRQ_EN")
        self.CFG = channel_rf__CFG("CFG")
        self.COALESCE = channel_rf__COALESCE("COALESCE")
        self.SRC_LO = channel_rf__SRC_LO("SRC_LO")
        self.SRC_HI = channel_rf__SRC_HI("SRC_HI")
        self.DST_LO = channel_rf__DST_LO("DST_LO")
        self.DST_HI = channel_rf__DST_HI("DST_HI")
        self.LEN = channel_rf__LEN("LEN")
        self.ROWS = channel_rf__ROWS("ROWS")
        self.SSTRIDE = channel_rf__SSTRIDE("SSTRIDE")
        self.DSTRIDE = channel_rf__DSTRIDE("DSTRIDE")
        self.FILL = channel_rf__FILL("FILL")
        self.ATTR_SRC = channel_rf__attr_r_desc_53ab214f("ATTR_SRC")
        self.ATTR_DST = channel_rf__attr_r_desc_4d16b62a("ATTR_DST")
        self.ATTR_DESC = channel_rf__attr_r_desc_fed3284a("ATTR_DESC")
        self.DESC_BASE_LO = channel_rf__DESC_BASE_LO("DESC_BASE_LO")
        self.DESC_BASE_HI = channel_rf__DESC_BASE_HI("DESC_BASE_HI")
        self.RING_LEN = channel_rf__RING_LEN("RING_LEN")
        self.TAIL = channel_rf__TAIL("TAIL")
        self.HEAD = channel_rf__HEAD("HEAD")
        self.ERR_INFO = channel_rf__ERR_INFO("ERR_INFO")
        self.ERR_ADDR_LO = channel_rf__ERR_ADDR_LO("ERR_ADDR_LO")
        self.ERR_ADDR_HI = channel_rf__ERR_ADDR_HI("ERR_ADDR_HI")
        self.RESIDUE = channel_rf__RESIDUE("RESIDUE")
        self.DONE_CNT = channel_rf__DONE_CNT("DONE_CNT")
        self.CUR_DESC_LO = channel_rf__CUR_DESC_LO("CUR_DESC_LO")
        self.CUR_DESC_HI = channel_rf__CUR_DESC_HI("CUR_DESC_HI")
        self.DIGEST = channel_rf__DIGEST("DIGEST")
        self.IGNORED = channel_rf__IGNORED("IGNORED")

    def build(self) -> None:
        reg_map = self.create_map("reg_map", 0, 4, uvm_endianness_e.UVM_LITTLE_ENDIAN)
        self.set_default_map(reg_map)
        self.CMD = channel_rf__CMD("CMD")
        self.CMD.configure(self, None, "")

        self.CMD.build()
        self.get_default_map().add_reg(self.CMD, 0x0, "RW")
        self.STATUS = channel_rf__STATUS("STATUS")
        self.STATUS.configure(self, None, "")

        self.STATUS.build()
        self.get_default_map().add_reg(self.STATUS, 0x4, "RW")
        self.IRQ_EN = channel_rf__IRQ_EN("IRQ_EN")
        self.IRQ_EN.configure(self, None, "")

        self.IRQ_EN.build()
        self.get_default_map().add_reg(self.IRQ_EN, 0x8, "RW")
        self.CFG = channel_rf__CFG("CFG")
        self.CFG.configure(self, None, "")

        self.CFG.build()
        self.get_default_map().add_reg(self.CFG, 0xc, "RW")
        self.COALESCE = channel_rf__COALESCE("COALESCE")
        self.COALESCE.configure(self, None, "")

        self.COALESCE.build()
        self.get_default_map().add_reg(self.COALESCE, 0x10, "RW")
        self.SRC_LO = channel_rf__SRC_LO("SRC_LO")
        self.SRC_LO.configure(self, None, "")

        self.SRC_LO.build()
        self.get_default_map().add_reg(self.SRC_LO, 0x14, "RW")
        self.SRC_HI = channel_rf__SRC_HI("SRC_HI")
        self.SRC_HI.configure(self, None, "")

        self.SRC_HI.build()
        self.get_default_map().add_reg(self.SRC_HI, 0x18, "RW")
        self.DST_LO = channel_rf__DST_LO("DST_LO")
        self.DST_LO.configure(self, None, "")

        self.DST_LO.build()
        self.get_default_map().add_reg(self.DST_LO, 0x1c, "RW")
        self.DST_HI = channel_rf__DST_HI("DST_HI")
        self.DST_HI.configure(self, None, "")

        self.DST_HI.build()
        self.get_default_map().add_reg(self.DST_HI, 0x20, "RW")
        self.LEN = channel_rf__LEN("LEN")
        self.LEN.configure(self, None, "")

        self.LEN.build()
        self.get_default_map().add_reg(self.LEN, 0x24, "RW")
        self.ROWS = channel_rf__ROWS("ROWS")
        self.ROWS.configure(self, None, "")

        self.ROWS.build()
        self.get_default_map().add_reg(self.ROWS, 0x28, "RW")
        self.SSTRIDE = channel_rf__SSTRIDE("SSTRIDE")
        self.SSTRIDE.configure(self, None, "")

        self.SSTRIDE.build()
        self.get_default_map().add_reg(self.SSTRIDE, 0x2c, "RW")
        self.DSTRIDE = channel_rf__DSTRIDE("DSTRIDE")
        self.DSTRIDE.configure(self, None, "")

        self.DSTRIDE.build()
        self.get_default_map().add_reg(self.DSTRIDE, 0x30, "RW")
        self.FILL = channel_rf__FILL("FILL")
        self.FILL.configure(self, None, "")

        self.FILL.build()
        self.get_default_map().add_reg(self.FILL, 0x34, "RW")
        self.ATTR_SRC = channel_rf__attr_r_desc_53ab214f("ATTR_SRC")
        self.ATTR_SRC.configure(self, None, "")

        self.ATTR_SRC.build()
        self.get_default_map().add_reg(self.ATTR_SRC, 0x38, "RW")
        self.ATTR_DST = channel_rf__attr_r_desc_4d16b62a("ATTR_DST")
        self.ATTR_DST.configure(self, None, "")

        self.ATTR_DST.build()
        self.get_default_map().add_reg(self.ATTR_DST, 0x3c, "RW")
        self.ATTR_DESC = channel_rf__attr_r_desc_fed3284a("ATTR_DESC")
        self.ATTR_DESC.configure(self, None, "")

        self.ATTR_DESC.build()
        self.get_default_map().add_reg(self.ATTR_DESC, 0x40, "RW")
        self.DESC_BASE_LO = channel_rf__DESC_BASE_LO("DESC_BASE_LO")
        self.DESC_BASE_LO.configure(self, None, "")

        self.DESC_BASE_LO.build()
        self.get_default_map().add_reg(self.DESC_BASE_LO, 0x44, "RW")
        self.DESC_BASE_HI = channel_rf__DESC_BASE_HI("DESC_BASE_HI")
        self.DESC_BASE_HI.configure(self, None, "")

        self.DESC_BASE_HI.build()
        self.get_default_map().add_reg(self.DESC_BASE_HI, 0x48, "RW")
        self.RING_LEN = channel_rf__RING_LEN("RING_LEN")
        self.RING_LEN.configure(self, None, "")

        self.RING_LEN.build()
        self.get_default_map().add_reg(self.RING_LEN, 0x4c, "RW")
        self.TAIL = channel_rf__TAIL("TAIL")
        self.TAIL.configure(self, None, "")

        self.TAIL.build()
        self.get_default_map().add_reg(self.TAIL, 0x50, "RW")
        self.HEAD = channel_rf__HEAD("HEAD")
        self.HEAD.configure(self, None, "")

        self.HEAD.build()
        self.get_default_map().add_reg(self.HEAD, 0x54, "RO")
        self.ERR_INFO = channel_rf__ERR_INFO("ERR_INFO")
        self.ERR_INFO.configure(self, None, "")

        self.ERR_INFO.build()
        self.get_default_map().add_reg(self.ERR_INFO, 0x58, "RO")
        self.ERR_ADDR_LO = channel_rf__ERR_ADDR_LO("ERR_ADDR_LO")
        self.ERR_ADDR_LO.configure(self, None, "")

        self.ERR_ADDR_LO.build()
        self.get_default_map().add_reg(self.ERR_ADDR_LO, 0x5c, "RO")
        self.ERR_ADDR_HI = channel_rf__ERR_ADDR_HI("ERR_ADDR_HI")
        self.ERR_ADDR_HI.configure(self, None, "")

        self.ERR_ADDR_HI.build()
        self.get_default_map().add_reg(self.ERR_ADDR_HI, 0x60, "RO")
        self.RESIDUE = channel_rf__RESIDUE("RESIDUE")
        self.RESIDUE.configure(self, None, "")

        self.RESIDUE.build()
        self.get_default_map().add_reg(self.RESIDUE, 0x64, "RO")
        self.DONE_CNT = channel_rf__DONE_CNT("DONE_CNT")
        self.DONE_CNT.configure(self, None, "")

        self.DONE_CNT.build()
        self.get_default_map().add_reg(self.DONE_CNT, 0x68, "RO")
        self.CUR_DESC_LO = channel_rf__CUR_DESC_LO("CUR_DESC_LO")
        self.CUR_DESC_LO.configure(self, None, "")

        self.CUR_DESC_LO.build()
        self.get_default_map().add_reg(self.CUR_DESC_LO, 0x6c, "RO")
        self.CUR_DESC_HI = channel_rf__CUR_DESC_HI("CUR_DESC_HI")
        self.CUR_DESC_HI.configure(self, None, "")

        self.CUR_DESC_HI.build()
        self.get_default_map().add_reg(self.CUR_DESC_HI, 0x70, "RO")
        self.DIGEST = channel_rf__DIGEST("DIGEST")
        self.DIGEST.configure(self, None, "")

        self.DIGEST.build()
        self.get_default_map().add_reg(self.DIGEST, 0x74, "RO")
        self.IGNORED = channel_rf__IGNORED("IGNORED")
        self.IGNORED.configure(self, None, "")

        self.IGNORED.build()
        self.get_default_map().add_reg(self.IGNORED, 0x78, "RO")

# Addrmap - dma
class dma(uvm_reg_block):

    def __init__(self, name: str = "dma"):
        super().__init__(name)
        self.ID = dma__ID("ID")
        self.VERSION = dma__VERSION("VERSION")
        self.CAP0 = dma__CAP0("CAP0")
        self.CAP1 = dma__CAP1("CAP1")
        self.CTRL = dma__CTRL("CTRL")
        self.STATUS = dma__STATUS("STATUS")
        self.IRQ_PEND = dma__IRQ_PEND("IRQ_PEND")
        self.SCRATCH = dma__SCRATCH("SCRATCH")
        self.WDOG = dma__WDOG("WDOG")
        self.PMU_CTRL = dma__PMU_CTRL("PMU_CTRL")
        self.PMU_CYCLES = dma__pmu_r_desc_467b8c16("PMU_CYCLES")
        self.PMU_BUSY = dma__pmu_r_desc_96dd5180("PMU_BUSY")
        self.PMU_R_BEATS = dma__pmu_r_desc_77c3c373("PMU_R_BEATS")
        self.PMU_W_BEATS = dma__pmu_r_desc_7afc6122("PMU_W_BEATS")
        self.PMU_R_STALL = dma__pmu_r_desc_596393a0("PMU_R_STALL")
        self.PMU_W_STALL = dma__pmu_r_desc_4e5c4f31("PMU_W_STALL")
        self.PMU_AR_WAIT = dma__pmu_r_desc_6eed9f46("PMU_AR_WAIT")
        self.PMU_AW_WAIT = dma__pmu_r_desc_7abed96b("PMU_AW_WAIT")
        self.PMU_ZSTRB = dma__pmu_r_desc_ebd7fb11("PMU_ZSTRB")
        self.PMU_FIFO_MAX = dma__pmu_r_desc_a573cf2c("PMU_FIFO_MAX")
        self.PMU_DESCS = dma__pmu_r_desc_3e0770e8("PMU_DESCS")
        self.PMU_MAX_OUT = dma__PMU_MAX_OUT("PMU_MAX_OUT")
        self.ch = create_object_array(channel_rf, "ch", [2])

    def build(self) -> None:
        reg_map = self.create_map("reg_map", 0, 4, uvm_endianness_e.UVM_LITTLE_ENDIAN)
        self.set_default_map(reg_map)
        self.ID = dma__ID("ID")
        self.ID.configure(self, None, "")

        self.ID.build()
        self.get_default_map().add_reg(self.ID, 0x0, "RO")
        self.VERSION = dma__VERSION("VERSION")
        self.VERSION.configure(self, None, "")

        self.VERSION.build()
        self.get_default_map().add_reg(self.VERSION, 0x4, "RO")
        self.CAP0 = dma__CAP0("CAP0")
        self.CAP0.configure(self, None, "")

        self.CAP0.build()
        self.get_default_map().add_reg(self.CAP0, 0x8, "RO")
        self.CAP1 = dma__CAP1("CAP1")
        self.CAP1.configure(self, None, "")

        self.CAP1.build()
        self.get_default_map().add_reg(self.CAP1, 0xc, "RO")
        self.CTRL = dma__CTRL("CTRL")
        self.CTRL.configure(self, None, "")

        self.CTRL.build()
        self.get_default_map().add_reg(self.CTRL, 0x10, "RW")
        self.STATUS = dma__STATUS("STATUS")
        self.STATUS.configure(self, None, "")

        self.STATUS.build()
        self.get_default_map().add_reg(self.STATUS, 0x14, "RO")
        self.IRQ_PEND = dma__IRQ_PEND("IRQ_PEND")
        self.IRQ_PEND.configure(self, None, "")

        self.IRQ_PEND.build()
        self.get_default_map().add_reg(self.IRQ_PEND, 0x18, "RO")
        self.SCRATCH = dma__SCRATCH("SCRATCH")
        self.SCRATCH.configure(self, None, "")

        self.SCRATCH.build()
        self.get_default_map().add_reg(self.SCRATCH, 0x1c, "RW")
        self.WDOG = dma__WDOG("WDOG")
        self.WDOG.configure(self, None, "")

        self.WDOG.build()
        self.get_default_map().add_reg(self.WDOG, 0x20, "RW")
        self.PMU_CTRL = dma__PMU_CTRL("PMU_CTRL")
        self.PMU_CTRL.configure(self, None, "")

        self.PMU_CTRL.build()
        self.get_default_map().add_reg(self.PMU_CTRL, 0x40, "RW")
        self.PMU_CYCLES = dma__pmu_r_desc_467b8c16("PMU_CYCLES")
        self.PMU_CYCLES.configure(self, None, "")

        self.PMU_CYCLES.build()
        self.get_default_map().add_reg(self.PMU_CYCLES, 0x44, "RO")
        self.PMU_BUSY = dma__pmu_r_desc_96dd5180("PMU_BUSY")
        self.PMU_BUSY.configure(self, None, "")

        self.PMU_BUSY.build()
        self.get_default_map().add_reg(self.PMU_BUSY, 0x48, "RO")
        self.PMU_R_BEATS = dma__pmu_r_desc_77c3c373("PMU_R_BEATS")
        self.PMU_R_BEATS.configure(self, None, "")

        self.PMU_R_BEATS.build()
        self.get_default_map().add_reg(self.PMU_R_BEATS, 0x4c, "RO")
        self.PMU_W_BEATS = dma__pmu_r_desc_7afc6122("PMU_W_BEATS")
        self.PMU_W_BEATS.configure(self, None, "")

        self.PMU_W_BEATS.build()
        self.get_default_map().add_reg(self.PMU_W_BEATS, 0x50, "RO")
        self.PMU_R_STALL = dma__pmu_r_desc_596393a0("PMU_R_STALL")
        self.PMU_R_STALL.configure(self, None, "")

        self.PMU_R_STALL.build()
        self.get_default_map().add_reg(self.PMU_R_STALL, 0x54, "RO")
        self.PMU_W_STALL = dma__pmu_r_desc_4e5c4f31("PMU_W_STALL")
        self.PMU_W_STALL.configure(self, None, "")

        self.PMU_W_STALL.build()
        self.get_default_map().add_reg(self.PMU_W_STALL, 0x58, "RO")
        self.PMU_AR_WAIT = dma__pmu_r_desc_6eed9f46("PMU_AR_WAIT")
        self.PMU_AR_WAIT.configure(self, None, "")

        self.PMU_AR_WAIT.build()
        self.get_default_map().add_reg(self.PMU_AR_WAIT, 0x5c, "RO")
        self.PMU_AW_WAIT = dma__pmu_r_desc_7abed96b("PMU_AW_WAIT")
        self.PMU_AW_WAIT.configure(self, None, "")

        self.PMU_AW_WAIT.build()
        self.get_default_map().add_reg(self.PMU_AW_WAIT, 0x60, "RO")
        self.PMU_ZSTRB = dma__pmu_r_desc_ebd7fb11("PMU_ZSTRB")
        self.PMU_ZSTRB.configure(self, None, "")

        self.PMU_ZSTRB.build()
        self.get_default_map().add_reg(self.PMU_ZSTRB, 0x64, "RO")
        self.PMU_FIFO_MAX = dma__pmu_r_desc_a573cf2c("PMU_FIFO_MAX")
        self.PMU_FIFO_MAX.configure(self, None, "")

        self.PMU_FIFO_MAX.build()
        self.get_default_map().add_reg(self.PMU_FIFO_MAX, 0x68, "RO")
        self.PMU_DESCS = dma__pmu_r_desc_3e0770e8("PMU_DESCS")
        self.PMU_DESCS.configure(self, None, "")

        self.PMU_DESCS.build()
        self.get_default_map().add_reg(self.PMU_DESCS, 0x6c, "RO")
        self.PMU_MAX_OUT = dma__PMU_MAX_OUT("PMU_MAX_OUT")
        self.PMU_MAX_OUT.configure(self, None, "")

        self.PMU_MAX_OUT.build()
        self.get_default_map().add_reg(self.PMU_MAX_OUT, 0x70, "RO")
        for i, block in enumerate(self.ch.flatten()):
            block.configure(self)
            block.build()
            self.get_default_map().add_submap(block.get_default_map(), 0x100 + i * 0x100)
