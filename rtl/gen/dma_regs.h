// SPDX-License-Identifier: Apache-2.0
// Generated from dma.rdl by rtl/regenerate.py; do not edit.

#ifndef DMA_REGS_H
#define DMA_REGS_H

#ifdef __cplusplus
extern "C" {
#endif
#include <stdint.h>
#include <assert.h>

// reg - dma::ID
#define DMA__ID__MAGIC_bm 0xffffffff
#define DMA__ID__MAGIC_bp 0
#define DMA__ID__MAGIC_bw 32
#define DMA__ID__MAGIC_reset 0x31414d44
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t MAGIC :32;
    } f;
    uint32_t w;
} dma__ID_t;

// reg - dma::VERSION
#define DMA__VERSION__PATCH_bm 0xff
#define DMA__VERSION__PATCH_bp 0
#define DMA__VERSION__PATCH_bw 8
#define DMA__VERSION__PATCH_reset 0x0
#define DMA__VERSION__MINOR_bm 0xff00
#define DMA__VERSION__MINOR_bp 8
#define DMA__VERSION__MINOR_bw 8
#define DMA__VERSION__MINOR_reset 0x1
#define DMA__VERSION__MAJOR_bm 0xff0000
#define DMA__VERSION__MAJOR_bp 16
#define DMA__VERSION__MAJOR_bw 8
#define DMA__VERSION__MAJOR_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t PATCH :8;
        uint32_t MINOR :8;
        uint32_t MAJOR :8;
        uint32_t :8;
    } f;
    uint32_t w;
} dma__VERSION_t;

// reg - dma::CAP0
#define DMA__CAP0__NCH_bm 0xf
#define DMA__CAP0__NCH_bp 0
#define DMA__CAP0__NCH_bw 4
#define DMA__CAP0__LOG2_BEAT_bm 0xf0
#define DMA__CAP0__LOG2_BEAT_bp 4
#define DMA__CAP0__LOG2_BEAT_bw 4
#define DMA__CAP0__ADDR_W_bm 0xff00
#define DMA__CAP0__ADDR_W_bp 8
#define DMA__CAP0__ADDR_W_bw 8
#define DMA__CAP0__LOG2_FIFO_bm 0x1f0000
#define DMA__CAP0__LOG2_FIFO_bp 16
#define DMA__CAP0__LOG2_FIFO_bw 5
#define DMA__CAP0__LOG2_MAX_BURST_bm 0xf000000
#define DMA__CAP0__LOG2_MAX_BURST_bp 24
#define DMA__CAP0__LOG2_MAX_BURST_bw 4
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t NCH :4;
        uint32_t LOG2_BEAT :4;
        uint32_t ADDR_W :8;
        uint32_t LOG2_FIFO :5;
        uint32_t :3;
        uint32_t LOG2_MAX_BURST :4;
        uint32_t :4;
    } f;
    uint32_t w;
} dma__CAP0_t;

// reg - dma::CAP1
#define DMA__CAP1__SG_bm 0x1
#define DMA__CAP1__SG_bp 0
#define DMA__CAP1__SG_bw 1
#define DMA__CAP1__RECT_bm 0x2
#define DMA__CAP1__RECT_bp 1
#define DMA__CAP1__RECT_bw 1
#define DMA__CAP1__UNALIGNED_bm 0x4
#define DMA__CAP1__UNALIGNED_bp 2
#define DMA__CAP1__UNALIGNED_bw 1
#define DMA__CAP1__FILL_bm 0x8
#define DMA__CAP1__FILL_bp 3
#define DMA__CAP1__FILL_bw 1
#define DMA__CAP1__SINK_bm 0x10
#define DMA__CAP1__SINK_bp 4
#define DMA__CAP1__SINK_bw 1
#define DMA__CAP1__CYCLIC_bm 0x20
#define DMA__CAP1__CYCLIC_bp 5
#define DMA__CAP1__CYCLIC_bw 1
#define DMA__CAP1__ACE_bm 0x40
#define DMA__CAP1__ACE_bp 6
#define DMA__CAP1__ACE_bw 1
#define DMA__CAP1__COHERENT_DATA_bm 0x80
#define DMA__CAP1__COHERENT_DATA_bp 7
#define DMA__CAP1__COHERENT_DATA_bw 1
#define DMA__CAP1__COHERENT_DESC_bm 0x100
#define DMA__CAP1__COHERENT_DESC_bp 8
#define DMA__CAP1__COHERENT_DESC_bw 1
#define DMA__CAP1__PMU_bm 0x200
#define DMA__CAP1__PMU_bp 9
#define DMA__CAP1__PMU_bw 1
#define DMA__CAP1__STREAM_bm 0x400
#define DMA__CAP1__STREAM_bp 10
#define DMA__CAP1__STREAM_bw 1
#define DMA__CAP1__SHORT_DESC_bm 0x800
#define DMA__CAP1__SHORT_DESC_bp 11
#define DMA__CAP1__SHORT_DESC_bw 1
#define DMA__CAP1__WRITE_LINE_bm 0x1000
#define DMA__CAP1__WRITE_LINE_bp 12
#define DMA__CAP1__WRITE_LINE_bw 1
#define DMA__CAP1__FAULT_INJECT_bm 0x2000
#define DMA__CAP1__FAULT_INJECT_bp 13
#define DMA__CAP1__FAULT_INJECT_bw 1
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t SG :1;
        uint32_t RECT :1;
        uint32_t UNALIGNED :1;
        uint32_t FILL :1;
        uint32_t SINK :1;
        uint32_t CYCLIC :1;
        uint32_t ACE :1;
        uint32_t COHERENT_DATA :1;
        uint32_t COHERENT_DESC :1;
        uint32_t PMU :1;
        uint32_t STREAM :1;
        uint32_t SHORT_DESC :1;
        uint32_t WRITE_LINE :1;
        uint32_t FAULT_INJECT :1;
        uint32_t :18;
    } f;
    uint32_t w;
} dma__CAP1_t;

// reg - dma::CTRL
#define DMA__CTRL__ENABLE_bm 0x1
#define DMA__CTRL__ENABLE_bp 0
#define DMA__CTRL__ENABLE_bw 1
#define DMA__CTRL__ENABLE_reset 0x0
#define DMA__CTRL__SOFT_RESET_bm 0x2
#define DMA__CTRL__SOFT_RESET_bp 1
#define DMA__CTRL__SOFT_RESET_bw 1
#define DMA__CTRL__SOFT_RESET_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ENABLE :1;
        uint32_t SOFT_RESET :1;
        uint32_t :30;
    } f;
    uint32_t w;
} dma__CTRL_t;

// reg - dma::STATUS
#define DMA__STATUS__IDLE_bm 0x1
#define DMA__STATUS__IDLE_bp 0
#define DMA__STATUS__IDLE_bw 1
#define DMA__STATUS__DRAINING_bm 0x2
#define DMA__STATUS__DRAINING_bp 1
#define DMA__STATUS__DRAINING_bw 1
#define DMA__STATUS__OUT_RD_bm 0xff00
#define DMA__STATUS__OUT_RD_bp 8
#define DMA__STATUS__OUT_RD_bw 8
#define DMA__STATUS__OUT_WR_bm 0xff0000
#define DMA__STATUS__OUT_WR_bp 16
#define DMA__STATUS__OUT_WR_bw 8
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t IDLE :1;
        uint32_t DRAINING :1;
        uint32_t :6;
        uint32_t OUT_RD :8;
        uint32_t OUT_WR :8;
        uint32_t :8;
    } f;
    uint32_t w;
} dma__STATUS_t;

// reg - dma::IRQ_PEND
#define DMA__IRQ_PEND__CHANNELS_bm 0xff
#define DMA__IRQ_PEND__CHANNELS_bp 0
#define DMA__IRQ_PEND__CHANNELS_bw 8
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t CHANNELS :8;
        uint32_t :24;
    } f;
    uint32_t w;
} dma__IRQ_PEND_t;

// reg - dma::SCRATCH
#define DMA__SCRATCH__VALUE_bm 0xffffffff
#define DMA__SCRATCH__VALUE_bp 0
#define DMA__SCRATCH__VALUE_bw 32
#define DMA__SCRATCH__VALUE_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t VALUE :32;
    } f;
    uint32_t w;
} dma__SCRATCH_t;

// reg - dma::WDOG
#define DMA__WDOG__CYCLES_bm 0xffffffff
#define DMA__WDOG__CYCLES_bp 0
#define DMA__WDOG__CYCLES_bw 32
#define DMA__WDOG__CYCLES_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t CYCLES :32;
    } f;
    uint32_t w;
} dma__WDOG_t;

// reg - dma::PMU_CTRL
#define DMA__PMU_CTRL__SNAPSHOT_bm 0x2
#define DMA__PMU_CTRL__SNAPSHOT_bp 1
#define DMA__PMU_CTRL__SNAPSHOT_bw 1
#define DMA__PMU_CTRL__SNAPSHOT_reset 0x0
#define DMA__PMU_CTRL__CLEAR_bm 0x4
#define DMA__PMU_CTRL__CLEAR_bp 2
#define DMA__PMU_CTRL__CLEAR_bw 1
#define DMA__PMU_CTRL__CLEAR_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t :1;
        uint32_t SNAPSHOT :1;
        uint32_t CLEAR :1;
        uint32_t :29;
    } f;
    uint32_t w;
} dma__PMU_CTRL_t;

// reg - dma::pmu_r_desc_467b8c16
#define DMA__PMU_R_DESC_467B8C16__COUNT_bm 0xffffffff
#define DMA__PMU_R_DESC_467B8C16__COUNT_bp 0
#define DMA__PMU_R_DESC_467B8C16__COUNT_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t COUNT :32;
    } f;
    uint32_t w;
} dma__pmu_r_desc_467b8c16_t;

// reg - dma::pmu_r_desc_96dd5180
#define DMA__PMU_R_DESC_96DD5180__COUNT_bm 0xffffffff
#define DMA__PMU_R_DESC_96DD5180__COUNT_bp 0
#define DMA__PMU_R_DESC_96DD5180__COUNT_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t COUNT :32;
    } f;
    uint32_t w;
} dma__pmu_r_desc_96dd5180_t;

// reg - dma::pmu_r_desc_77c3c373
#define DMA__PMU_R_DESC_77C3C373__COUNT_bm 0xffffffff
#define DMA__PMU_R_DESC_77C3C373__COUNT_bp 0
#define DMA__PMU_R_DESC_77C3C373__COUNT_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t COUNT :32;
    } f;
    uint32_t w;
} dma__pmu_r_desc_77c3c373_t;

// reg - dma::pmu_r_desc_7afc6122
#define DMA__PMU_R_DESC_7AFC6122__COUNT_bm 0xffffffff
#define DMA__PMU_R_DESC_7AFC6122__COUNT_bp 0
#define DMA__PMU_R_DESC_7AFC6122__COUNT_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t COUNT :32;
    } f;
    uint32_t w;
} dma__pmu_r_desc_7afc6122_t;

// reg - dma::pmu_r_desc_596393a0
#define DMA__PMU_R_DESC_596393A0__COUNT_bm 0xffffffff
#define DMA__PMU_R_DESC_596393A0__COUNT_bp 0
#define DMA__PMU_R_DESC_596393A0__COUNT_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t COUNT :32;
    } f;
    uint32_t w;
} dma__pmu_r_desc_596393a0_t;

// reg - dma::pmu_r_desc_4e5c4f31
#define DMA__PMU_R_DESC_4E5C4F31__COUNT_bm 0xffffffff
#define DMA__PMU_R_DESC_4E5C4F31__COUNT_bp 0
#define DMA__PMU_R_DESC_4E5C4F31__COUNT_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t COUNT :32;
    } f;
    uint32_t w;
} dma__pmu_r_desc_4e5c4f31_t;

// reg - dma::pmu_r_desc_6eed9f46
#define DMA__PMU_R_DESC_6EED9F46__COUNT_bm 0xffffffff
#define DMA__PMU_R_DESC_6EED9F46__COUNT_bp 0
#define DMA__PMU_R_DESC_6EED9F46__COUNT_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t COUNT :32;
    } f;
    uint32_t w;
} dma__pmu_r_desc_6eed9f46_t;

// reg - dma::pmu_r_desc_7abed96b
#define DMA__PMU_R_DESC_7ABED96B__COUNT_bm 0xffffffff
#define DMA__PMU_R_DESC_7ABED96B__COUNT_bp 0
#define DMA__PMU_R_DESC_7ABED96B__COUNT_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t COUNT :32;
    } f;
    uint32_t w;
} dma__pmu_r_desc_7abed96b_t;

// reg - dma::pmu_r_desc_ebd7fb11
#define DMA__PMU_R_DESC_EBD7FB11__COUNT_bm 0xffffffff
#define DMA__PMU_R_DESC_EBD7FB11__COUNT_bp 0
#define DMA__PMU_R_DESC_EBD7FB11__COUNT_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t COUNT :32;
    } f;
    uint32_t w;
} dma__pmu_r_desc_ebd7fb11_t;

// reg - dma::pmu_r_desc_a573cf2c
#define DMA__PMU_R_DESC_A573CF2C__COUNT_bm 0xffffffff
#define DMA__PMU_R_DESC_A573CF2C__COUNT_bp 0
#define DMA__PMU_R_DESC_A573CF2C__COUNT_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t COUNT :32;
    } f;
    uint32_t w;
} dma__pmu_r_desc_a573cf2c_t;

// reg - dma::pmu_r_desc_3e0770e8
#define DMA__PMU_R_DESC_3E0770E8__COUNT_bm 0xffffffff
#define DMA__PMU_R_DESC_3E0770E8__COUNT_bp 0
#define DMA__PMU_R_DESC_3E0770E8__COUNT_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t COUNT :32;
    } f;
    uint32_t w;
} dma__pmu_r_desc_3e0770e8_t;

// reg - dma::PMU_MAX_OUT
#define DMA__PMU_MAX_OUT__RD_bm 0xffff
#define DMA__PMU_MAX_OUT__RD_bp 0
#define DMA__PMU_MAX_OUT__RD_bw 16
#define DMA__PMU_MAX_OUT__WR_bm 0xffff0000
#define DMA__PMU_MAX_OUT__WR_bp 16
#define DMA__PMU_MAX_OUT__WR_bw 16
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t RD :16;
        uint32_t WR :16;
    } f;
    uint32_t w;
} dma__PMU_MAX_OUT_t;

// reg - channel_rf::CMD
#define CHANNEL_RF__CMD__START_bm 0x1
#define CHANNEL_RF__CMD__START_bp 0
#define CHANNEL_RF__CMD__START_bw 1
#define CHANNEL_RF__CMD__START_reset 0x0
#define CHANNEL_RF__CMD__PAUSE_bm 0x2
#define CHANNEL_RF__CMD__PAUSE_bp 1
#define CHANNEL_RF__CMD__PAUSE_bw 1
#define CHANNEL_RF__CMD__PAUSE_reset 0x0
#define CHANNEL_RF__CMD__RESUME_bm 0x4
#define CHANNEL_RF__CMD__RESUME_bp 2
#define CHANNEL_RF__CMD__RESUME_bw 1
#define CHANNEL_RF__CMD__RESUME_reset 0x0
#define CHANNEL_RF__CMD__STOP_bm 0x8
#define CHANNEL_RF__CMD__STOP_bp 3
#define CHANNEL_RF__CMD__STOP_bw 1
#define CHANNEL_RF__CMD__STOP_reset 0x0
#define CHANNEL_RF__CMD__ABORT_bm 0x10
#define CHANNEL_RF__CMD__ABORT_bp 4
#define CHANNEL_RF__CMD__ABORT_bw 1
#define CHANNEL_RF__CMD__ABORT_reset 0x0
#define CHANNEL_RF__CMD__CLEAR_bm 0x20
#define CHANNEL_RF__CMD__CLEAR_bp 5
#define CHANNEL_RF__CMD__CLEAR_bw 1
#define CHANNEL_RF__CMD__CLEAR_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t START :1;
        uint32_t PAUSE :1;
        uint32_t RESUME :1;
        uint32_t STOP :1;
        uint32_t ABORT :1;
        uint32_t CLEAR :1;
        uint32_t :26;
    } f;
    uint32_t w;
} channel_rf__CMD_t;

// reg - channel_rf::STATUS
#define CHANNEL_RF__STATUS__STATE_bm 0xf
#define CHANNEL_RF__STATUS__STATE_bp 0
#define CHANNEL_RF__STATUS__STATE_bw 4
#define CHANNEL_RF__STATUS__BUSY_bm 0x10
#define CHANNEL_RF__STATUS__BUSY_bp 4
#define CHANNEL_RF__STATUS__BUSY_bw 1
#define CHANNEL_RF__STATUS__PAUSED_bm 0x20
#define CHANNEL_RF__STATUS__PAUSED_bp 5
#define CHANNEL_RF__STATUS__PAUSED_bw 1
#define CHANNEL_RF__STATUS__HALTED_bm 0x40
#define CHANNEL_RF__STATUS__HALTED_bp 6
#define CHANNEL_RF__STATUS__HALTED_bw 1
#define CHANNEL_RF__STATUS__DONE_bm 0x100
#define CHANNEL_RF__STATUS__DONE_bp 8
#define CHANNEL_RF__STATUS__DONE_bw 1
#define CHANNEL_RF__STATUS__DONE_reset 0x0
#define CHANNEL_RF__STATUS__ERR_bm 0x200
#define CHANNEL_RF__STATUS__ERR_bp 9
#define CHANNEL_RF__STATUS__ERR_bw 1
#define CHANNEL_RF__STATUS__ERR_reset 0x0
#define CHANNEL_RF__STATUS__EMPTY_bm 0x400
#define CHANNEL_RF__STATUS__EMPTY_bp 10
#define CHANNEL_RF__STATUS__EMPTY_bw 1
#define CHANNEL_RF__STATUS__EMPTY_reset 0x0
#define CHANNEL_RF__STATUS__PERIOD_bm 0x800
#define CHANNEL_RF__STATUS__PERIOD_bp 11
#define CHANNEL_RF__STATUS__PERIOD_bw 1
#define CHANNEL_RF__STATUS__PERIOD_reset 0x0
#define CHANNEL_RF__STATUS__ABORTED_bm 0x1000
#define CHANNEL_RF__STATUS__ABORTED_bp 12
#define CHANNEL_RF__STATUS__ABORTED_bw 1
#define CHANNEL_RF__STATUS__ABORTED_reset 0x0
#define CHANNEL_RF__STATUS__STOPPED_bm 0x2000
#define CHANNEL_RF__STATUS__STOPPED_bp 13
#define CHANNEL_RF__STATUS__STOPPED_bw 1
#define CHANNEL_RF__STATUS__STOPPED_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t STATE :4;
        uint32_t BUSY :1;
        uint32_t PAUSED :1;
        uint32_t HALTED :1;
        uint32_t :1;
        uint32_t DONE :1;
        uint32_t ERR :1;
        uint32_t EMPTY :1;
        uint32_t PERIOD :1;
        uint32_t ABORTED :1;
        uint32_t STOPPED :1;
        uint32_t :18;
    } f;
    uint32_t w;
} channel_rf__STATUS_t;

// reg - channel_rf::IRQ_EN
#define CHANNEL_RF__IRQ_EN__DONE_bm 0x100
#define CHANNEL_RF__IRQ_EN__DONE_bp 8
#define CHANNEL_RF__IRQ_EN__DONE_bw 1
#define CHANNEL_RF__IRQ_EN__DONE_reset 0x0
#define CHANNEL_RF__IRQ_EN__ERR_bm 0x200
#define CHANNEL_RF__IRQ_EN__ERR_bp 9
#define CHANNEL_RF__IRQ_EN__ERR_bw 1
#define CHANNEL_RF__IRQ_EN__ERR_reset 0x0
#define CHANNEL_RF__IRQ_EN__EMPTY_bm 0x400
#define CHANNEL_RF__IRQ_EN__EMPTY_bp 10
#define CHANNEL_RF__IRQ_EN__EMPTY_bw 1
#define CHANNEL_RF__IRQ_EN__EMPTY_reset 0x0
#define CHANNEL_RF__IRQ_EN__PERIOD_bm 0x800
#define CHANNEL_RF__IRQ_EN__PERIOD_bp 11
#define CHANNEL_RF__IRQ_EN__PERIOD_bw 1
#define CHANNEL_RF__IRQ_EN__PERIOD_reset 0x0
#define CHANNEL_RF__IRQ_EN__ABORTED_bm 0x1000
#define CHANNEL_RF__IRQ_EN__ABORTED_bp 12
#define CHANNEL_RF__IRQ_EN__ABORTED_bw 1
#define CHANNEL_RF__IRQ_EN__ABORTED_reset 0x0
#define CHANNEL_RF__IRQ_EN__STOPPED_bm 0x2000
#define CHANNEL_RF__IRQ_EN__STOPPED_bp 13
#define CHANNEL_RF__IRQ_EN__STOPPED_bw 1
#define CHANNEL_RF__IRQ_EN__STOPPED_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t :8;
        uint32_t DONE :1;
        uint32_t ERR :1;
        uint32_t EMPTY :1;
        uint32_t PERIOD :1;
        uint32_t ABORTED :1;
        uint32_t STOPPED :1;
        uint32_t :18;
    } f;
    uint32_t w;
} channel_rf__IRQ_EN_t;

// reg - channel_rf::CFG
#define CHANNEL_RF__CFG__MODE_bm 0x3
#define CHANNEL_RF__CFG__MODE_bp 0
#define CHANNEL_RF__CFG__MODE_bw 2
#define CHANNEL_RF__CFG__MODE_reset 0x0
#define CHANNEL_RF__CFG__CYCLIC_bm 0x4
#define CHANNEL_RF__CFG__CYCLIC_bp 2
#define CHANNEL_RF__CFG__CYCLIC_bw 1
#define CHANNEL_RF__CFG__CYCLIC_reset 0x0
#define CHANNEL_RF__CFG__WB_EN_bm 0x8
#define CHANNEL_RF__CFG__WB_EN_bp 3
#define CHANNEL_RF__CFG__WB_EN_bw 1
#define CHANNEL_RF__CFG__WB_EN_reset 0x1
#define CHANNEL_RF__CFG__DESC_STRIDE_bm 0x30
#define CHANNEL_RF__CFG__DESC_STRIDE_bp 4
#define CHANNEL_RF__CFG__DESC_STRIDE_bw 2
#define CHANNEL_RF__CFG__DESC_STRIDE_reset 0x0
#define CHANNEL_RF__CFG__PREFETCH_bm 0xc0
#define CHANNEL_RF__CFG__PREFETCH_bp 6
#define CHANNEL_RF__CFG__PREFETCH_bw 2
#define CHANNEL_RF__CFG__PREFETCH_reset 0x0
#define CHANNEL_RF__CFG__MAX_LEN_bm 0xff00
#define CHANNEL_RF__CFG__MAX_LEN_bp 8
#define CHANNEL_RF__CFG__MAX_LEN_bw 8
#define CHANNEL_RF__CFG__MAX_LEN_reset 0xf
#define CHANNEL_RF__CFG__OP_bm 0xf0000
#define CHANNEL_RF__CFG__OP_bp 16
#define CHANNEL_RF__CFG__OP_bw 4
#define CHANNEL_RF__CFG__OP_reset 0x1
#define CHANNEL_RF__CFG__OUT_LIMIT_bm 0x1f00000
#define CHANNEL_RF__CFG__OUT_LIMIT_bp 20
#define CHANNEL_RF__CFG__OUT_LIMIT_bw 5
#define CHANNEL_RF__CFG__OUT_LIMIT_reset 0x0
#define CHANNEL_RF__CFG__IRQ_EARLY_bm 0x2000000
#define CHANNEL_RF__CFG__IRQ_EARLY_bp 25
#define CHANNEL_RF__CFG__IRQ_EARLY_bw 1
#define CHANNEL_RF__CFG__IRQ_EARLY_reset 0x0
#define CHANNEL_RF__CFG__DEV_SINGLE_bm 0x4000000
#define CHANNEL_RF__CFG__DEV_SINGLE_bp 26
#define CHANNEL_RF__CFG__DEV_SINGLE_bw 1
#define CHANNEL_RF__CFG__DEV_SINGLE_reset 0x0
#define CHANNEL_RF__CFG__WRITE_LINE_bm 0x8000000
#define CHANNEL_RF__CFG__WRITE_LINE_bp 27
#define CHANNEL_RF__CFG__WRITE_LINE_bw 1
#define CHANNEL_RF__CFG__WRITE_LINE_reset 0x0
#define CHANNEL_RF__CFG__FI_NO_STALE_bm 0x10000000
#define CHANNEL_RF__CFG__FI_NO_STALE_bp 28
#define CHANNEL_RF__CFG__FI_NO_STALE_bw 1
#define CHANNEL_RF__CFG__FI_NO_STALE_reset 0x0
#define CHANNEL_RF__CFG__FI_EARLY_STATUS_bm 0x20000000
#define CHANNEL_RF__CFG__FI_EARLY_STATUS_bp 29
#define CHANNEL_RF__CFG__FI_EARLY_STATUS_bw 1
#define CHANNEL_RF__CFG__FI_EARLY_STATUS_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t MODE :2;
        uint32_t CYCLIC :1;
        uint32_t WB_EN :1;
        uint32_t DESC_STRIDE :2;
        uint32_t PREFETCH :2;
        uint32_t MAX_LEN :8;
        uint32_t OP :4;
        uint32_t OUT_LIMIT :5;
        uint32_t IRQ_EARLY :1;
        uint32_t DEV_SINGLE :1;
        uint32_t WRITE_LINE :1;
        uint32_t FI_NO_STALE :1;
        uint32_t FI_EARLY_STATUS :1;
        uint32_t :2;
    } f;
    uint32_t w;
} channel_rf__CFG_t;

// reg - channel_rf::COALESCE
#define CHANNEL_RF__COALESCE__THRESHOLD_bm 0xff
#define CHANNEL_RF__COALESCE__THRESHOLD_bp 0
#define CHANNEL_RF__COALESCE__THRESHOLD_bw 8
#define CHANNEL_RF__COALESCE__THRESHOLD_reset 0x0
#define CHANNEL_RF__COALESCE__TIMEOUT_bm 0xffff0000
#define CHANNEL_RF__COALESCE__TIMEOUT_bp 16
#define CHANNEL_RF__COALESCE__TIMEOUT_bw 16
#define CHANNEL_RF__COALESCE__TIMEOUT_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t THRESHOLD :8;
        uint32_t :8;
        uint32_t TIMEOUT :16;
    } f;
    uint32_t w;
} channel_rf__COALESCE_t;

// reg - channel_rf::SRC_LO
#define CHANNEL_RF__SRC_LO__ADDR_bm 0xffffffff
#define CHANNEL_RF__SRC_LO__ADDR_bp 0
#define CHANNEL_RF__SRC_LO__ADDR_bw 32
#define CHANNEL_RF__SRC_LO__ADDR_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ADDR :32;
    } f;
    uint32_t w;
} channel_rf__SRC_LO_t;

// reg - channel_rf::SRC_HI
#define CHANNEL_RF__SRC_HI__ADDR_bm 0xffffffff
#define CHANNEL_RF__SRC_HI__ADDR_bp 0
#define CHANNEL_RF__SRC_HI__ADDR_bw 32
#define CHANNEL_RF__SRC_HI__ADDR_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ADDR :32;
    } f;
    uint32_t w;
} channel_rf__SRC_HI_t;

// reg - channel_rf::DST_LO
#define CHANNEL_RF__DST_LO__ADDR_bm 0xffffffff
#define CHANNEL_RF__DST_LO__ADDR_bp 0
#define CHANNEL_RF__DST_LO__ADDR_bw 32
#define CHANNEL_RF__DST_LO__ADDR_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ADDR :32;
    } f;
    uint32_t w;
} channel_rf__DST_LO_t;

// reg - channel_rf::DST_HI
#define CHANNEL_RF__DST_HI__ADDR_bm 0xffffffff
#define CHANNEL_RF__DST_HI__ADDR_bp 0
#define CHANNEL_RF__DST_HI__ADDR_bw 32
#define CHANNEL_RF__DST_HI__ADDR_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ADDR :32;
    } f;
    uint32_t w;
} channel_rf__DST_HI_t;

// reg - channel_rf::LEN
#define CHANNEL_RF__LEN__BYTES_bm 0xffffffff
#define CHANNEL_RF__LEN__BYTES_bp 0
#define CHANNEL_RF__LEN__BYTES_bw 32
#define CHANNEL_RF__LEN__BYTES_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t BYTES :32;
    } f;
    uint32_t w;
} channel_rf__LEN_t;

// reg - channel_rf::ROWS
#define CHANNEL_RF__ROWS__ROWS_bm 0xffff
#define CHANNEL_RF__ROWS__ROWS_bp 0
#define CHANNEL_RF__ROWS__ROWS_bw 16
#define CHANNEL_RF__ROWS__ROWS_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ROWS :16;
        uint32_t :16;
    } f;
    uint32_t w;
} channel_rf__ROWS_t;

// reg - channel_rf::SSTRIDE
#define CHANNEL_RF__SSTRIDE__STRIDE_bm 0xffffffff
#define CHANNEL_RF__SSTRIDE__STRIDE_bp 0
#define CHANNEL_RF__SSTRIDE__STRIDE_bw 32
#define CHANNEL_RF__SSTRIDE__STRIDE_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t STRIDE :32;
    } f;
    uint32_t w;
} channel_rf__SSTRIDE_t;

// reg - channel_rf::DSTRIDE
#define CHANNEL_RF__DSTRIDE__STRIDE_bm 0xffffffff
#define CHANNEL_RF__DSTRIDE__STRIDE_bp 0
#define CHANNEL_RF__DSTRIDE__STRIDE_bw 32
#define CHANNEL_RF__DSTRIDE__STRIDE_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t STRIDE :32;
    } f;
    uint32_t w;
} channel_rf__DSTRIDE_t;

// reg - channel_rf::FILL
#define CHANNEL_RF__FILL__VALUE_bm 0xffffffff
#define CHANNEL_RF__FILL__VALUE_bp 0
#define CHANNEL_RF__FILL__VALUE_bw 32
#define CHANNEL_RF__FILL__VALUE_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t VALUE :32;
    } f;
    uint32_t w;
} channel_rf__FILL_t;

// reg - channel_rf::attr_r_desc_53ab214f
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__CACHE_bm 0xf
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__CACHE_bp 0
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__CACHE_bw 4
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__CACHE_reset 0x3
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__PROT_bm 0x70
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__PROT_bp 4
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__PROT_bw 3
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__PROT_reset 0x2
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__COHERENT_bm 0x80
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__COHERENT_bp 7
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__COHERENT_bw 1
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__COHERENT_reset 0x0
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__DOMAIN_bm 0x300
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__DOMAIN_bp 8
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__DOMAIN_bw 2
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__DOMAIN_reset 0x3
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__QOS_bm 0xf000
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__QOS_bp 12
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__QOS_bw 4
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__QOS_reset 0x0
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__LOCK_bm 0x80000000
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__LOCK_bp 31
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__LOCK_bw 1
#define CHANNEL_RF__ATTR_R_DESC_53AB214F__LOCK_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t CACHE :4;
        uint32_t PROT :3;
        uint32_t COHERENT :1;
        uint32_t DOMAIN :2;
        uint32_t :2;
        uint32_t QOS :4;
        uint32_t :15;
        uint32_t LOCK :1;
    } f;
    uint32_t w;
} channel_rf__attr_r_desc_53ab214f_t;

// reg - channel_rf::attr_r_desc_4d16b62a
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__CACHE_bm 0xf
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__CACHE_bp 0
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__CACHE_bw 4
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__CACHE_reset 0x3
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__PROT_bm 0x70
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__PROT_bp 4
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__PROT_bw 3
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__PROT_reset 0x2
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__COHERENT_bm 0x80
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__COHERENT_bp 7
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__COHERENT_bw 1
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__COHERENT_reset 0x0
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__DOMAIN_bm 0x300
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__DOMAIN_bp 8
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__DOMAIN_bw 2
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__DOMAIN_reset 0x3
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__QOS_bm 0xf000
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__QOS_bp 12
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__QOS_bw 4
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__QOS_reset 0x0
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__LOCK_bm 0x80000000
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__LOCK_bp 31
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__LOCK_bw 1
#define CHANNEL_RF__ATTR_R_DESC_4D16B62A__LOCK_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t CACHE :4;
        uint32_t PROT :3;
        uint32_t COHERENT :1;
        uint32_t DOMAIN :2;
        uint32_t :2;
        uint32_t QOS :4;
        uint32_t :15;
        uint32_t LOCK :1;
    } f;
    uint32_t w;
} channel_rf__attr_r_desc_4d16b62a_t;

// reg - channel_rf::attr_r_desc_fed3284a
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__CACHE_bm 0xf
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__CACHE_bp 0
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__CACHE_bw 4
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__CACHE_reset 0x3
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__PROT_bm 0x70
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__PROT_bp 4
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__PROT_bw 3
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__PROT_reset 0x2
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__COHERENT_bm 0x80
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__COHERENT_bp 7
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__COHERENT_bw 1
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__COHERENT_reset 0x0
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__DOMAIN_bm 0x300
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__DOMAIN_bp 8
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__DOMAIN_bw 2
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__DOMAIN_reset 0x3
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__QOS_bm 0xf000
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__QOS_bp 12
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__QOS_bw 4
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__QOS_reset 0x0
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__LOCK_bm 0x80000000
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__LOCK_bp 31
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__LOCK_bw 1
#define CHANNEL_RF__ATTR_R_DESC_FED3284A__LOCK_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t CACHE :4;
        uint32_t PROT :3;
        uint32_t COHERENT :1;
        uint32_t DOMAIN :2;
        uint32_t :2;
        uint32_t QOS :4;
        uint32_t :15;
        uint32_t LOCK :1;
    } f;
    uint32_t w;
} channel_rf__attr_r_desc_fed3284a_t;

// reg - channel_rf::DESC_BASE_LO
#define CHANNEL_RF__DESC_BASE_LO__ADDR_bm 0xffffffff
#define CHANNEL_RF__DESC_BASE_LO__ADDR_bp 0
#define CHANNEL_RF__DESC_BASE_LO__ADDR_bw 32
#define CHANNEL_RF__DESC_BASE_LO__ADDR_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ADDR :32;
    } f;
    uint32_t w;
} channel_rf__DESC_BASE_LO_t;

// reg - channel_rf::DESC_BASE_HI
#define CHANNEL_RF__DESC_BASE_HI__ADDR_bm 0xffffffff
#define CHANNEL_RF__DESC_BASE_HI__ADDR_bp 0
#define CHANNEL_RF__DESC_BASE_HI__ADDR_bw 32
#define CHANNEL_RF__DESC_BASE_HI__ADDR_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ADDR :32;
    } f;
    uint32_t w;
} channel_rf__DESC_BASE_HI_t;

// reg - channel_rf::RING_LEN
#define CHANNEL_RF__RING_LEN__COUNT_bm 0xffff
#define CHANNEL_RF__RING_LEN__COUNT_bp 0
#define CHANNEL_RF__RING_LEN__COUNT_bw 16
#define CHANNEL_RF__RING_LEN__COUNT_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t COUNT :16;
        uint32_t :16;
    } f;
    uint32_t w;
} channel_rf__RING_LEN_t;

// reg - channel_rf::TAIL
#define CHANNEL_RF__TAIL__INDEX_bm 0xffff
#define CHANNEL_RF__TAIL__INDEX_bp 0
#define CHANNEL_RF__TAIL__INDEX_bw 16
#define CHANNEL_RF__TAIL__INDEX_reset 0x0
#define CHANNEL_RF__TAIL__LAP_bm 0x80000000
#define CHANNEL_RF__TAIL__LAP_bp 31
#define CHANNEL_RF__TAIL__LAP_bw 1
#define CHANNEL_RF__TAIL__LAP_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t INDEX :16;
        uint32_t :15;
        uint32_t LAP :1;
    } f;
    uint32_t w;
} channel_rf__TAIL_t;

// reg - channel_rf::HEAD
#define CHANNEL_RF__HEAD__INDEX_bm 0xffff
#define CHANNEL_RF__HEAD__INDEX_bp 0
#define CHANNEL_RF__HEAD__INDEX_bw 16
#define CHANNEL_RF__HEAD__LAP_bm 0x80000000
#define CHANNEL_RF__HEAD__LAP_bp 31
#define CHANNEL_RF__HEAD__LAP_bw 1
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t INDEX :16;
        uint32_t :15;
        uint32_t LAP :1;
    } f;
    uint32_t w;
} channel_rf__HEAD_t;

// reg - channel_rf::ERR_INFO
#define CHANNEL_RF__ERR_INFO__KIND_bm 0xf
#define CHANNEL_RF__ERR_INFO__KIND_bp 0
#define CHANNEL_RF__ERR_INFO__KIND_bw 4
#define CHANNEL_RF__ERR_INFO__RESP_bm 0x30
#define CHANNEL_RF__ERR_INFO__RESP_bp 4
#define CHANNEL_RF__ERR_INFO__RESP_bw 2
#define CHANNEL_RF__ERR_INFO__BEAT_bm 0xff00
#define CHANNEL_RF__ERR_INFO__BEAT_bp 8
#define CHANNEL_RF__ERR_INFO__BEAT_bw 8
#define CHANNEL_RF__ERR_INFO__INDEX_bm 0xffff0000
#define CHANNEL_RF__ERR_INFO__INDEX_bp 16
#define CHANNEL_RF__ERR_INFO__INDEX_bw 16
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t KIND :4;
        uint32_t RESP :2;
        uint32_t :2;
        uint32_t BEAT :8;
        uint32_t INDEX :16;
    } f;
    uint32_t w;
} channel_rf__ERR_INFO_t;

// reg - channel_rf::ERR_ADDR_LO
#define CHANNEL_RF__ERR_ADDR_LO__ADDR_bm 0xffffffff
#define CHANNEL_RF__ERR_ADDR_LO__ADDR_bp 0
#define CHANNEL_RF__ERR_ADDR_LO__ADDR_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ADDR :32;
    } f;
    uint32_t w;
} channel_rf__ERR_ADDR_LO_t;

// reg - channel_rf::ERR_ADDR_HI
#define CHANNEL_RF__ERR_ADDR_HI__ADDR_bm 0xffffffff
#define CHANNEL_RF__ERR_ADDR_HI__ADDR_bp 0
#define CHANNEL_RF__ERR_ADDR_HI__ADDR_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ADDR :32;
    } f;
    uint32_t w;
} channel_rf__ERR_ADDR_HI_t;

// reg - channel_rf::RESIDUE
#define CHANNEL_RF__RESIDUE__BYTES_bm 0xffffffff
#define CHANNEL_RF__RESIDUE__BYTES_bp 0
#define CHANNEL_RF__RESIDUE__BYTES_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t BYTES :32;
    } f;
    uint32_t w;
} channel_rf__RESIDUE_t;

// reg - channel_rf::DONE_CNT
#define CHANNEL_RF__DONE_CNT__COUNT_bm 0xffffffff
#define CHANNEL_RF__DONE_CNT__COUNT_bp 0
#define CHANNEL_RF__DONE_CNT__COUNT_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t COUNT :32;
    } f;
    uint32_t w;
} channel_rf__DONE_CNT_t;

// reg - channel_rf::CUR_DESC_LO
#define CHANNEL_RF__CUR_DESC_LO__ADDR_bm 0xffffffff
#define CHANNEL_RF__CUR_DESC_LO__ADDR_bp 0
#define CHANNEL_RF__CUR_DESC_LO__ADDR_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ADDR :32;
    } f;
    uint32_t w;
} channel_rf__CUR_DESC_LO_t;

// reg - channel_rf::CUR_DESC_HI
#define CHANNEL_RF__CUR_DESC_HI__ADDR_bm 0xffffffff
#define CHANNEL_RF__CUR_DESC_HI__ADDR_bp 0
#define CHANNEL_RF__CUR_DESC_HI__ADDR_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ADDR :32;
    } f;
    uint32_t w;
} channel_rf__CUR_DESC_HI_t;

// reg - channel_rf::DIGEST
#define CHANNEL_RF__DIGEST__CRC_bm 0xffffffff
#define CHANNEL_RF__DIGEST__CRC_bp 0
#define CHANNEL_RF__DIGEST__CRC_bw 32
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t CRC :32;
    } f;
    uint32_t w;
} channel_rf__DIGEST_t;

// reg - channel_rf::IGNORED
#define CHANNEL_RF__IGNORED__COUNT_bm 0xffff
#define CHANNEL_RF__IGNORED__COUNT_bp 0
#define CHANNEL_RF__IGNORED__COUNT_bw 16
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t COUNT :16;
        uint32_t :16;
    } f;
    uint32_t w;
} channel_rf__IGNORED_t;

// regfile - channel_rf
typedef struct __attribute__ ((__packed__)) {
    channel_rf__CMD_t CMD;
    channel_rf__STATUS_t STATUS;
    channel_rf__IRQ_EN_t IRQ_EN;
    channel_rf__CFG_t CFG;
    channel_rf__COALESCE_t COALESCE;
    channel_rf__SRC_LO_t SRC_LO;
    channel_rf__SRC_HI_t SRC_HI;
    channel_rf__DST_LO_t DST_LO;
    channel_rf__DST_HI_t DST_HI;
    channel_rf__LEN_t LEN;
    channel_rf__ROWS_t ROWS;
    channel_rf__SSTRIDE_t SSTRIDE;
    channel_rf__DSTRIDE_t DSTRIDE;
    channel_rf__FILL_t FILL;
    channel_rf__attr_r_desc_53ab214f_t ATTR_SRC;
    channel_rf__attr_r_desc_4d16b62a_t ATTR_DST;
    channel_rf__attr_r_desc_fed3284a_t ATTR_DESC;
    channel_rf__DESC_BASE_LO_t DESC_BASE_LO;
    channel_rf__DESC_BASE_HI_t DESC_BASE_HI;
    channel_rf__RING_LEN_t RING_LEN;
    channel_rf__TAIL_t TAIL;
    channel_rf__HEAD_t HEAD;
    channel_rf__ERR_INFO_t ERR_INFO;
    channel_rf__ERR_ADDR_LO_t ERR_ADDR_LO;
    channel_rf__ERR_ADDR_HI_t ERR_ADDR_HI;
    channel_rf__RESIDUE_t RESIDUE;
    channel_rf__DONE_CNT_t DONE_CNT;
    channel_rf__CUR_DESC_LO_t CUR_DESC_LO;
    channel_rf__CUR_DESC_HI_t CUR_DESC_HI;
    channel_rf__DIGEST_t DIGEST;
    channel_rf__IGNORED_t IGNORED;
    uint8_t RESERVED_7c_ff[0x84];
} channel_rf__stride100_t;

// addrmap - dma
typedef struct __attribute__ ((__packed__)) {
    dma__ID_t ID;
    dma__VERSION_t VERSION;
    dma__CAP0_t CAP0;
    dma__CAP1_t CAP1;
    dma__CTRL_t CTRL;
    dma__STATUS_t STATUS;
    dma__IRQ_PEND_t IRQ_PEND;
    dma__SCRATCH_t SCRATCH;
    dma__WDOG_t WDOG;
    uint8_t RESERVED_24_3f[0x1c];
    dma__PMU_CTRL_t PMU_CTRL;
    dma__pmu_r_desc_467b8c16_t PMU_CYCLES;
    dma__pmu_r_desc_96dd5180_t PMU_BUSY;
    dma__pmu_r_desc_77c3c373_t PMU_R_BEATS;
    dma__pmu_r_desc_7afc6122_t PMU_W_BEATS;
    dma__pmu_r_desc_596393a0_t PMU_R_STALL;
    dma__pmu_r_desc_4e5c4f31_t PMU_W_STALL;
    dma__pmu_r_desc_6eed9f46_t PMU_AR_WAIT;
    dma__pmu_r_desc_7abed96b_t PMU_AW_WAIT;
    dma__pmu_r_desc_ebd7fb11_t PMU_ZSTRB;
    dma__pmu_r_desc_a573cf2c_t PMU_FIFO_MAX;
    dma__pmu_r_desc_3e0770e8_t PMU_DESCS;
    dma__PMU_MAX_OUT_t PMU_MAX_OUT;
    uint8_t RESERVED_74_ff[0x8c];
    channel_rf__stride100_t ch[2];
} dma_t;


static_assert(sizeof(dma_t) == 0x300, "Packing error");

#ifdef __cplusplus
}
#endif

#endif /* DMA_REGS_H */
