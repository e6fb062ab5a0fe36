// SPDX-License-Identifier: Apache-2.0
// Generated from dma.rdl by rtl/regenerate.py; do not edit.

package dma_csr_pkg;

    localparam DMA_CSR_DATA_WIDTH = 32;
    localparam DMA_CSR_MIN_ADDR_WIDTH = 12;
    localparam DMA_CSR_SIZE = 'h300;
    localparam NCH = 'h2;

    typedef struct {
        logic [3:0] next;
    } dma__CAP0__NCH__in_t;

    typedef struct {
        logic [3:0] next;
    } dma__CAP0__LOG2_BEAT__in_t;

    typedef struct {
        logic [7:0] next;
    } dma__CAP0__ADDR_W__in_t;

    typedef struct {
        logic [4:0] next;
    } dma__CAP0__LOG2_FIFO__in_t;

    typedef struct {
        logic [3:0] next;
    } dma__CAP0__LOG2_MAX_BURST__in_t;

    typedef struct {
        dma__CAP0__NCH__in_t NCH;
        dma__CAP0__LOG2_BEAT__in_t LOG2_BEAT;
        dma__CAP0__ADDR_W__in_t ADDR_W;
        dma__CAP0__LOG2_FIFO__in_t LOG2_FIFO;
        dma__CAP0__LOG2_MAX_BURST__in_t LOG2_MAX_BURST;
    } dma__CAP0__in_t;

    typedef struct {
        logic next;
    } dma__CAP1__SG__in_t;

    typedef struct {
        logic next;
    } dma__CAP1__RECT__in_t;

    typedef struct {
        logic next;
    } dma__CAP1__UNALIGNED__in_t;

    typedef struct {
        logic next;
    } dma__CAP1__FILL__in_t;

    typedef struct {
        logic next;
    } dma__CAP1__SINK__in_t;

    typedef struct {
        logic next;
    } dma__CAP1__CYCLIC__in_t;

    typedef struct {
        logic next;
    } dma__CAP1__ACE__in_t;

    typedef struct {
        logic next;
    } dma__CAP1__COHERENT_DATA__in_t;

    typedef struct {
        logic next;
    } dma__CAP1__COHERENT_DESC__in_t;

    typedef struct {
        logic next;
    } dma__CAP1__PMU__in_t;

    typedef struct {
        logic next;
    } dma__CAP1__STREAM__in_t;

    typedef struct {
        logic next;
    } dma__CAP1__SHORT_DESC__in_t;

    typedef struct {
        logic next;
    } dma__CAP1__WRITE_LINE__in_t;

    typedef struct {
        logic next;
    } dma__CAP1__FAULT_INJECT__in_t;

    typedef struct {
        dma__CAP1__SG__in_t SG;
        dma__CAP1__RECT__in_t RECT;
        dma__CAP1__UNALIGNED__in_t UNALIGNED;
        dma__CAP1__FILL__in_t FILL;
        dma__CAP1__SINK__in_t SINK;
        dma__CAP1__CYCLIC__in_t CYCLIC;
        dma__CAP1__ACE__in_t ACE;
        dma__CAP1__COHERENT_DATA__in_t COHERENT_DATA;
        dma__CAP1__COHERENT_DESC__in_t COHERENT_DESC;
        dma__CAP1__PMU__in_t PMU;
        dma__CAP1__STREAM__in_t STREAM;
        dma__CAP1__SHORT_DESC__in_t SHORT_DESC;
        dma__CAP1__WRITE_LINE__in_t WRITE_LINE;
        dma__CAP1__FAULT_INJECT__in_t FAULT_INJECT;
    } dma__CAP1__in_t;

    typedef struct {
        logic hwclr;
    } dma__CTRL__SOFT_RESET__in_t;

    typedef struct {
        dma__CTRL__SOFT_RESET__in_t SOFT_RESET;
    } dma__CTRL__in_t;

    typedef struct {
        logic next;
    } dma__STATUS__IDLE__in_t;

    typedef struct {
        logic next;
    } dma__STATUS__DRAINING__in_t;

    typedef struct {
        logic [7:0] next;
    } dma__STATUS__OUT_RD__in_t;

    typedef struct {
        logic [7:0] next;
    } dma__STATUS__OUT_WR__in_t;

    typedef struct {
        dma__STATUS__IDLE__in_t IDLE;
        dma__STATUS__DRAINING__in_t DRAINING;
        dma__STATUS__OUT_RD__in_t OUT_RD;
        dma__STATUS__OUT_WR__in_t OUT_WR;
    } dma__STATUS__in_t;

    typedef struct {
        logic [7:0] next;
    } dma__IRQ_PEND__CHANNELS__in_t;

    typedef struct {
        dma__IRQ_PEND__CHANNELS__in_t CHANNELS;
    } dma__IRQ_PEND__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__PMU_CYCLES__COUNT__in_t;

    typedef struct {
        dma__PMU_CYCLES__COUNT__in_t COUNT;
    } dma__PMU_CYCLES__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__PMU_BUSY__COUNT__in_t;

    typedef struct {
        dma__PMU_BUSY__COUNT__in_t COUNT;
    } dma__PMU_BUSY__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__PMU_R_BEATS__COUNT__in_t;

    typedef struct {
        dma__PMU_R_BEATS__COUNT__in_t COUNT;
    } dma__PMU_R_BEATS__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__PMU_W_BEATS__COUNT__in_t;

    typedef struct {
        dma__PMU_W_BEATS__COUNT__in_t COUNT;
    } dma__PMU_W_BEATS__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__PMU_R_STALL__COUNT__in_t;

    typedef struct {
        dma__PMU_R_STALL__COUNT__in_t COUNT;
    } dma__PMU_R_STALL__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__PMU_W_STALL__COUNT__in_t;

    typedef struct {
        dma__PMU_W_STALL__COUNT__in_t COUNT;
    } dma__PMU_W_STALL__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__PMU_AR_WAIT__COUNT__in_t;

    typedef struct {
        dma__PMU_AR_WAIT__COUNT__in_t COUNT;
    } dma__PMU_AR_WAIT__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__PMU_AW_WAIT__COUNT__in_t;

    typedef struct {
        dma__PMU_AW_WAIT__COUNT__in_t COUNT;
    } dma__PMU_AW_WAIT__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__PMU_ZSTRB__COUNT__in_t;

    typedef struct {
        dma__PMU_ZSTRB__COUNT__in_t COUNT;
    } dma__PMU_ZSTRB__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__PMU_FIFO_MAX__COUNT__in_t;

    typedef struct {
        dma__PMU_FIFO_MAX__COUNT__in_t COUNT;
    } dma__PMU_FIFO_MAX__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__PMU_DESCS__COUNT__in_t;

    typedef struct {
        dma__PMU_DESCS__COUNT__in_t COUNT;
    } dma__PMU_DESCS__in_t;

    typedef struct {
        logic [15:0] next;
    } dma__PMU_MAX_OUT__RD__in_t;

    typedef struct {
        logic [15:0] next;
    } dma__PMU_MAX_OUT__WR__in_t;

    typedef struct {
        dma__PMU_MAX_OUT__RD__in_t RD;
        dma__PMU_MAX_OUT__WR__in_t WR;
    } dma__PMU_MAX_OUT__in_t;

    typedef struct {
        logic [3:0] next;
    } dma__chx__STATUS__STATE__in_t;

    typedef struct {
        logic next;
    } dma__chx__STATUS__BUSY__in_t;

    typedef struct {
        logic next;
    } dma__chx__STATUS__PAUSED__in_t;

    typedef struct {
        logic next;
    } dma__chx__STATUS__HALTED__in_t;

    typedef struct {
        logic next;
    } dma__chx__STATUS__DONE__in_t;

    typedef struct {
        logic next;
    } dma__chx__STATUS__ERR__in_t;

    typedef struct {
        logic next;
    } dma__chx__STATUS__EMPTY__in_t;

    typedef struct {
        logic next;
    } dma__chx__STATUS__PERIOD__in_t;

    typedef struct {
        logic next;
    } dma__chx__STATUS__ABORTED__in_t;

    typedef struct {
        logic next;
    } dma__chx__STATUS__STOPPED__in_t;

    typedef struct {
        dma__chx__STATUS__STATE__in_t STATE;
        dma__chx__STATUS__BUSY__in_t BUSY;
        dma__chx__STATUS__PAUSED__in_t PAUSED;
        dma__chx__STATUS__HALTED__in_t HALTED;
        dma__chx__STATUS__DONE__in_t DONE;
        dma__chx__STATUS__ERR__in_t ERR;
        dma__chx__STATUS__EMPTY__in_t EMPTY;
        dma__chx__STATUS__PERIOD__in_t PERIOD;
        dma__chx__STATUS__ABORTED__in_t ABORTED;
        dma__chx__STATUS__STOPPED__in_t STOPPED;
    } dma__chx__STATUS__in_t;

    typedef struct {
        logic [15:0] next;
    } dma__chx__HEAD__INDEX__in_t;

    typedef struct {
        logic next;
    } dma__chx__HEAD__LAP__in_t;

    typedef struct {
        dma__chx__HEAD__INDEX__in_t INDEX;
        dma__chx__HEAD__LAP__in_t LAP;
    } dma__chx__HEAD__in_t;

    typedef struct {
        logic [3:0] next;
    } dma__chx__ERR_INFO__KIND__in_t;

    typedef struct {
        logic [1:0] next;
    } dma__chx__ERR_INFO__RESP__in_t;

    typedef struct {
        logic [7:0] next;
    } dma__chx__ERR_INFO__BEAT__in_t;

    typedef struct {
        logic [15:0] next;
    } dma__chx__ERR_INFO__INDEX__in_t;

    typedef struct {
        dma__chx__ERR_INFO__KIND__in_t KIND;
        dma__chx__ERR_INFO__RESP__in_t RESP;
        dma__chx__ERR_INFO__BEAT__in_t BEAT;
        dma__chx__ERR_INFO__INDEX__in_t INDEX;
    } dma__chx__ERR_INFO__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__chx__ERR_ADDR_LO__ADDR__in_t;

    typedef struct {
        dma__chx__ERR_ADDR_LO__ADDR__in_t ADDR;
    } dma__chx__ERR_ADDR_LO__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__chx__ERR_ADDR_HI__ADDR__in_t;

    typedef struct {
        dma__chx__ERR_ADDR_HI__ADDR__in_t ADDR;
    } dma__chx__ERR_ADDR_HI__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__chx__RESIDUE__BYTES__in_t;

    typedef struct {
        dma__chx__RESIDUE__BYTES__in_t BYTES;
    } dma__chx__RESIDUE__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__chx__DONE_CNT__COUNT__in_t;

    typedef struct {
        dma__chx__DONE_CNT__COUNT__in_t COUNT;
    } dma__chx__DONE_CNT__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__chx__CUR_DESC_LO__ADDR__in_t;

    typedef struct {
        dma__chx__CUR_DESC_LO__ADDR__in_t ADDR;
    } dma__chx__CUR_DESC_LO__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__chx__CUR_DESC_HI__ADDR__in_t;

    typedef struct {
        dma__chx__CUR_DESC_HI__ADDR__in_t ADDR;
    } dma__chx__CUR_DESC_HI__in_t;

    typedef struct {
        logic [31:0] next;
    } dma__chx__DIGEST__CRC__in_t;

    typedef struct {
        dma__chx__DIGEST__CRC__in_t CRC;
    } dma__chx__DIGEST__in_t;

    typedef struct {
        logic [15:0] next;
    } dma__chx__IGNORED__COUNT__in_t;

    typedef struct {
        dma__chx__IGNORED__COUNT__in_t COUNT;
    } dma__chx__IGNORED__in_t;

    typedef struct {
        logic job_we;
        logic clear;
        logic rewind;
        dma__chx__STATUS__in_t STATUS;
        dma__chx__HEAD__in_t HEAD;
        dma__chx__ERR_INFO__in_t ERR_INFO;
        dma__chx__ERR_ADDR_LO__in_t ERR_ADDR_LO;
        dma__chx__ERR_ADDR_HI__in_t ERR_ADDR_HI;
        dma__chx__RESIDUE__in_t RESIDUE;
        dma__chx__DONE_CNT__in_t DONE_CNT;
        dma__chx__CUR_DESC_LO__in_t CUR_DESC_LO;
        dma__chx__CUR_DESC_HI__in_t CUR_DESC_HI;
        dma__chx__DIGEST__in_t DIGEST;
        dma__chx__IGNORED__in_t IGNORED;
    } dma__chx__in_t;

    typedef struct {
        logic core_reset;
        dma__CAP0__in_t CAP0;
        dma__CAP1__in_t CAP1;
        dma__CTRL__in_t CTRL;
        dma__STATUS__in_t STATUS;
        dma__IRQ_PEND__in_t IRQ_PEND;
        dma__PMU_CYCLES__in_t PMU_CYCLES;
        dma__PMU_BUSY__in_t PMU_BUSY;
        dma__PMU_R_BEATS__in_t PMU_R_BEATS;
        dma__PMU_W_BEATS__in_t PMU_W_BEATS;
        dma__PMU_R_STALL__in_t PMU_R_STALL;
        dma__PMU_W_STALL__in_t PMU_W_STALL;
        dma__PMU_AR_WAIT__in_t PMU_AR_WAIT;
        dma__PMU_AW_WAIT__in_t PMU_AW_WAIT;
        dma__PMU_ZSTRB__in_t PMU_ZSTRB;
        dma__PMU_FIFO_MAX__in_t PMU_FIFO_MAX;
        dma__PMU_DESCS__in_t PMU_DESCS;
        dma__PMU_MAX_OUT__in_t PMU_MAX_OUT;
        dma__chx__in_t ch[2];
    } dma__in_t;

    typedef struct {
        logic value;
    } dma__CTRL__ENABLE__out_t;

    typedef struct {
        logic value;
    } dma__CTRL__SOFT_RESET__out_t;

    typedef struct {
        dma__CTRL__ENABLE__out_t ENABLE;
        dma__CTRL__SOFT_RESET__out_t SOFT_RESET;
    } dma__CTRL__out_t;

    typedef struct {
        logic [31:0] value;
    } dma__WDOG__CYCLES__out_t;

    typedef struct {
        dma__WDOG__CYCLES__out_t CYCLES;
    } dma__WDOG__out_t;

    typedef struct {
        logic value;
    } dma__PMU_CTRL__SNAPSHOT__out_t;

    typedef struct {
        logic value;
    } dma__PMU_CTRL__CLEAR__out_t;

    typedef struct {
        dma__PMU_CTRL__SNAPSHOT__out_t SNAPSHOT;
        dma__PMU_CTRL__CLEAR__out_t CLEAR;
    } dma__PMU_CTRL__out_t;

    typedef struct {
        logic value;
    } dma__chx__CMD__START__out_t;

    typedef struct {
        logic value;
    } dma__chx__CMD__PAUSE__out_t;

    typedef struct {
        logic value;
    } dma__chx__CMD__RESUME__out_t;

    typedef struct {
        logic value;
    } dma__chx__CMD__STOP__out_t;

    typedef struct {
        logic value;
    } dma__chx__CMD__ABORT__out_t;

    typedef struct {
        logic value;
    } dma__chx__CMD__CLEAR__out_t;

    typedef struct {
        dma__chx__CMD__START__out_t START;
        dma__chx__CMD__PAUSE__out_t PAUSE;
        dma__chx__CMD__RESUME__out_t RESUME;
        dma__chx__CMD__STOP__out_t STOP;
        dma__chx__CMD__ABORT__out_t ABORT;
        dma__chx__CMD__CLEAR__out_t CLEAR;
    } dma__chx__CMD__out_t;

    typedef struct {
        logic value;
    } dma__chx__STATUS__DONE__out_t;

    typedef struct {
        logic value;
    } dma__chx__STATUS__ERR__out_t;

    typedef struct {
        logic value;
    } dma__chx__STATUS__EMPTY__out_t;

    typedef struct {
        logic value;
    } dma__chx__STATUS__PERIOD__out_t;

    typedef struct {
        logic value;
    } dma__chx__STATUS__ABORTED__out_t;

    typedef struct {
        logic value;
    } dma__chx__STATUS__STOPPED__out_t;

    typedef struct {
        dma__chx__STATUS__DONE__out_t DONE;
        dma__chx__STATUS__ERR__out_t ERR;
        dma__chx__STATUS__EMPTY__out_t EMPTY;
        dma__chx__STATUS__PERIOD__out_t PERIOD;
        dma__chx__STATUS__ABORTED__out_t ABORTED;
        dma__chx__STATUS__STOPPED__out_t STOPPED;
    } dma__chx__STATUS__out_t;

    typedef struct {
        logic value;
    } dma__chx__IRQ_EN__DONE__out_t;

    typedef struct {
        logic value;
    } dma__chx__IRQ_EN__ERR__out_t;

    typedef struct {
        logic value;
    } dma__chx__IRQ_EN__EMPTY__out_t;

    typedef struct {
        logic value;
    } dma__chx__IRQ_EN__PERIOD__out_t;

    typedef struct {
        logic value;
    } dma__chx__IRQ_EN__ABORTED__out_t;

    typedef struct {
        logic value;
    } dma__chx__IRQ_EN__STOPPED__out_t;

    typedef struct {
        dma__chx__IRQ_EN__DONE__out_t DONE;
        dma__chx__IRQ_EN__ERR__out_t ERR;
        dma__chx__IRQ_EN__EMPTY__out_t EMPTY;
        dma__chx__IRQ_EN__PERIOD__out_t PERIOD;
        dma__chx__IRQ_EN__ABORTED__out_t ABORTED;
        dma__chx__IRQ_EN__STOPPED__out_t STOPPED;
    } dma__chx__IRQ_EN__out_t;

    typedef struct {
        logic [1:0] value;
    } dma__chx__CFG__MODE__out_t;

    typedef struct {
        logic value;
    } dma__chx__CFG__CYCLIC__out_t;

    typedef struct {
        logic value;
    } dma__chx__CFG__WB_EN__out_t;

    typedef struct {
        logic [1:0] value;
    } dma__chx__CFG__DESC_STRIDE__out_t;

    typedef struct {
        logic [1:0] value;
    } dma__chx__CFG__PREFETCH__out_t;

    typedef struct {
        logic [7:0] value;
    } dma__chx__CFG__MAX_LEN__out_t;

    typedef struct {
        logic [3:0] value;
    } dma__chx__CFG__OP__out_t;

    typedef struct {
        logic [4:0] value;
    } dma__chx__CFG__OUT_LIMIT__out_t;

    typedef struct {
        logic value;
    } dma__chx__CFG__IRQ_EARLY__out_t;

    typedef struct {
        logic value;
    } dma__chx__CFG__DEV_SINGLE__out_t;

    typedef struct {
        logic value;
    } dma__chx__CFG__WRITE_LINE__out_t;

    typedef struct {
        logic value;
    } dma__chx__CFG__FI_NO_STALE__out_t;

    typedef struct {
        logic value;
    } dma__chx__CFG__FI_EARLY_STATUS__out_t;

    typedef struct {
        dma__chx__CFG__MODE__out_t MODE;
        dma__chx__CFG__CYCLIC__out_t CYCLIC;
        dma__chx__CFG__WB_EN__out_t WB_EN;
        dma__chx__CFG__DESC_STRIDE__out_t DESC_STRIDE;
        dma__chx__CFG__PREFETCH__out_t PREFETCH;
        dma__chx__CFG__MAX_LEN__out_t MAX_LEN;
        dma__chx__CFG__OP__out_t OP;
        dma__chx__CFG__OUT_LIMIT__out_t OUT_LIMIT;
        dma__chx__CFG__IRQ_EARLY__out_t IRQ_EARLY;
        dma__chx__CFG__DEV_SINGLE__out_t DEV_SINGLE;
        dma__chx__CFG__WRITE_LINE__out_t WRITE_LINE;
        dma__chx__CFG__FI_NO_STALE__out_t FI_NO_STALE;
        dma__chx__CFG__FI_EARLY_STATUS__out_t FI_EARLY_STATUS;
    } dma__chx__CFG__out_t;

    typedef struct {
        logic [7:0] value;
    } dma__chx__COALESCE__THRESHOLD__out_t;

    typedef struct {
        logic [15:0] value;
    } dma__chx__COALESCE__TIMEOUT__out_t;

    typedef struct {
        dma__chx__COALESCE__THRESHOLD__out_t THRESHOLD;
        dma__chx__COALESCE__TIMEOUT__out_t TIMEOUT;
    } dma__chx__COALESCE__out_t;

    typedef struct {
        logic [31:0] value;
    } dma__chx__SRC_LO__ADDR__out_t;

    typedef struct {
        dma__chx__SRC_LO__ADDR__out_t ADDR;
    } dma__chx__SRC_LO__out_t;

    typedef struct {
        logic [31:0] value;
    } dma__chx__SRC_HI__ADDR__out_t;

    typedef struct {
        dma__chx__SRC_HI__ADDR__out_t ADDR;
    } dma__chx__SRC_HI__out_t;

    typedef struct {
        logic [31:0] value;
    } dma__chx__DST_LO__ADDR__out_t;

    typedef struct {
        dma__chx__DST_LO__ADDR__out_t ADDR;
    } dma__chx__DST_LO__out_t;

    typedef struct {
        logic [31:0] value;
    } dma__chx__DST_HI__ADDR__out_t;

    typedef struct {
        dma__chx__DST_HI__ADDR__out_t ADDR;
    } dma__chx__DST_HI__out_t;

    typedef struct {
        logic [31:0] value;
    } dma__chx__LEN__BYTES__out_t;

    typedef struct {
        dma__chx__LEN__BYTES__out_t BYTES;
    } dma__chx__LEN__out_t;

    typedef struct {
        logic [15:0] value;
    } dma__chx__ROWS__ROWS__out_t;

    typedef struct {
        dma__chx__ROWS__ROWS__out_t ROWS;
    } dma__chx__ROWS__out_t;

    typedef struct {
        logic [31:0] value;
    } dma__chx__SSTRIDE__STRIDE__out_t;

    typedef struct {
        dma__chx__SSTRIDE__STRIDE__out_t STRIDE;
    } dma__chx__SSTRIDE__out_t;

    typedef struct {
        logic [31:0] value;
    } dma__chx__DSTRIDE__STRIDE__out_t;

    typedef struct {
        dma__chx__DSTRIDE__STRIDE__out_t STRIDE;
    } dma__chx__DSTRIDE__out_t;

    typedef struct {
        logic [31:0] value;
    } dma__chx__FILL__VALUE__out_t;

    typedef struct {
        dma__chx__FILL__VALUE__out_t VALUE;
    } dma__chx__FILL__out_t;

    typedef struct {
        logic [3:0] value;
    } dma__chx__ATTR_SRC__CACHE__out_t;

    typedef struct {
        logic [2:0] value;
    } dma__chx__ATTR_SRC__PROT__out_t;

    typedef struct {
        logic value;
    } dma__chx__ATTR_SRC__COHERENT__out_t;

    typedef struct {
        logic [1:0] value;
    } dma__chx__ATTR_SRC__DOMAIN__out_t;

    typedef struct {
        logic [3:0] value;
    } dma__chx__ATTR_SRC__QOS__out_t;

    typedef struct {
        logic value;
    } dma__chx__ATTR_SRC__LOCK__out_t;

    typedef struct {
        dma__chx__ATTR_SRC__CACHE__out_t CACHE;
        dma__chx__ATTR_SRC__PROT__out_t PROT;
        dma__chx__ATTR_SRC__COHERENT__out_t COHERENT;
        dma__chx__ATTR_SRC__DOMAIN__out_t DOMAIN;
        dma__chx__ATTR_SRC__QOS__out_t QOS;
        dma__chx__ATTR_SRC__LOCK__out_t LOCK;
    } dma__chx__ATTR_SRC__out_t;

    typedef struct {
        logic [3:0] value;
    } dma__chx__ATTR_DST__CACHE__out_t;

    typedef struct {
        logic [2:0] value;
    } dma__chx__ATTR_DST__PROT__out_t;

    typedef struct {
        logic value;
    } dma__chx__ATTR_DST__COHERENT__out_t;

    typedef struct {
        logic [1:0] value;
    } dma__chx__ATTR_DST__DOMAIN__out_t;

    typedef struct {
        logic [3:0] value;
    } dma__chx__ATTR_DST__QOS__out_t;

    typedef struct {
        logic value;
    } dma__chx__ATTR_DST__LOCK__out_t;

    typedef struct {
        dma__chx__ATTR_DST__CACHE__out_t CACHE;
        dma__chx__ATTR_DST__PROT__out_t PROT;
        dma__chx__ATTR_DST__COHERENT__out_t COHERENT;
        dma__chx__ATTR_DST__DOMAIN__out_t DOMAIN;
        dma__chx__ATTR_DST__QOS__out_t QOS;
        dma__chx__ATTR_DST__LOCK__out_t LOCK;
    } dma__chx__ATTR_DST__out_t;

    typedef struct {
        logic [3:0] value;
    } dma__chx__ATTR_DESC__CACHE__out_t;

    typedef struct {
        logic [2:0] value;
    } dma__chx__ATTR_DESC__PROT__out_t;

    typedef struct {
        logic value;
    } dma__chx__ATTR_DESC__COHERENT__out_t;

    typedef struct {
        logic [1:0] value;
    } dma__chx__ATTR_DESC__DOMAIN__out_t;

    typedef struct {
        logic [3:0] value;
    } dma__chx__ATTR_DESC__QOS__out_t;

    typedef struct {
        logic value;
    } dma__chx__ATTR_DESC__LOCK__out_t;

    typedef struct {
        dma__chx__ATTR_DESC__CACHE__out_t CACHE;
        dma__chx__ATTR_DESC__PROT__out_t PROT;
        dma__chx__ATTR_DESC__COHERENT__out_t COHERENT;
        dma__chx__ATTR_DESC__DOMAIN__out_t DOMAIN;
        dma__chx__ATTR_DESC__QOS__out_t QOS;
        dma__chx__ATTR_DESC__LOCK__out_t LOCK;
    } dma__chx__ATTR_DESC__out_t;

    typedef struct {
        logic [31:0] value;
        logic swmod;
    } dma__chx__DESC_BASE_LO__ADDR__out_t;

    typedef struct {
        dma__chx__DESC_BASE_LO__ADDR__out_t ADDR;
    } dma__chx__DESC_BASE_LO__out_t;

    typedef struct {
        logic [31:0] value;
    } dma__chx__DESC_BASE_HI__ADDR__out_t;

    typedef struct {
        dma__chx__DESC_BASE_HI__ADDR__out_t ADDR;
    } dma__chx__DESC_BASE_HI__out_t;

    typedef struct {
        logic [15:0] value;
    } dma__chx__RING_LEN__COUNT__out_t;

    typedef struct {
        dma__chx__RING_LEN__COUNT__out_t COUNT;
    } dma__chx__RING_LEN__out_t;

    typedef struct {
        logic [15:0] value;
        logic swmod;
    } dma__chx__TAIL__INDEX__out_t;

    typedef struct {
        logic value;
    } dma__chx__TAIL__LAP__out_t;

    typedef struct {
        dma__chx__TAIL__INDEX__out_t INDEX;
        dma__chx__TAIL__LAP__out_t LAP;
    } dma__chx__TAIL__out_t;

    typedef struct {
        logic swacc;
    } dma__chx__ERR_ADDR_LO__ADDR__out_t;

    typedef struct {
        dma__chx__ERR_ADDR_LO__ADDR__out_t ADDR;
    } dma__chx__ERR_ADDR_LO__out_t;

    typedef struct {
        dma__chx__CMD__out_t CMD;
        dma__chx__STATUS__out_t STATUS;
        dma__chx__IRQ_EN__out_t IRQ_EN;
        dma__chx__CFG__out_t CFG;
        dma__chx__COALESCE__out_t COALESCE;
        dma__chx__SRC_LO__out_t SRC_LO;
        dma__chx__SRC_HI__out_t SRC_HI;
        dma__chx__DST_LO__out_t DST_LO;
        dma__chx__DST_HI__out_t DST_HI;
        dma__chx__LEN__out_t LEN;
        dma__chx__ROWS__out_t ROWS;
        dma__chx__SSTRIDE__out_t SSTRIDE;
        dma__chx__DSTRIDE__out_t DSTRIDE;
        dma__chx__FILL__out_t FILL;
        dma__chx__ATTR_SRC__out_t ATTR_SRC;
        dma__chx__ATTR_DST__out_t ATTR_DST;
        dma__chx__ATTR_DESC__out_t ATTR_DESC;
        dma__chx__DESC_BASE_LO__out_t DESC_BASE_LO;
        dma__chx__DESC_BASE_HI__out_t DESC_BASE_HI;
        dma__chx__RING_LEN__out_t RING_LEN;
        dma__chx__TAIL__out_t TAIL;
        dma__chx__ERR_ADDR_LO__out_t ERR_ADDR_LO;
    } dma__chx__out_t;

    typedef struct {
        dma__CTRL__out_t CTRL;
        dma__WDOG__out_t WDOG;
        dma__PMU_CTRL__out_t PMU_CTRL;
        dma__chx__out_t ch[2];
    } dma__out_t;

    typedef enum logic [2:0] {
        state_e__IDLE = 'h0,
        state_e__WAIT = 'h1,
        state_e__FETCH = 'h2,
        state_e__RUN = 'h3,
        state_e__STATUS = 'h4,
        state_e__PAUSED = 'h5,
        state_e__DRAIN = 'h6,
        state_e__HALTED = 'h7
    } state_e_e;

    typedef enum logic [1:0] {
        mode_e__DIRECT = 'h0,
        mode_e__LIST = 'h1,
        mode_e__RING = 'h2
    } mode_e_e;

    typedef enum logic [1:0] {
        stride_e__STRIDE_64 = 'h0,
        stride_e__STRIDE_128 = 'h1,
        stride_e__SHORT_32 = 'h2
    } stride_e_e;

    typedef enum logic [1:0] {
        op_e__NOP = 'h0,
        op_e__COPY = 'h1,
        op_e__FILL = 'h2,
        op_e__SINK = 'h3
    } op_e_e;

    typedef enum logic [3:0] {
        kind_e__NONE = 'h0,
        kind_e__RD = 'h1,
        kind_e__WR = 'h2,
        kind_e__DESC_RD = 'h3,
        kind_e__DESC_WB = 'h4,
        kind_e__DESC = 'h5,
        kind_e__STALE = 'h6,
        kind_e__ATTR = 'h7,
        kind_e__ADDR = 'h8,
        kind_e__TIMEOUT = 'h9
    } kind_e_e;
endpackage
