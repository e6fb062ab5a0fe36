// SPDX-License-Identifier: Apache-2.0
// Generated from dma.rdl by rtl/regenerate.py; do not edit.

#ifndef DMA_DESC_H
#define DMA_DESC_H

#ifdef __cplusplus
extern "C" {
#endif
#include <stdint.h>
#include <assert.h>

// reg - dma_desc::ctrl
#define DMA_DESC__CTRL__OP_bm 0xf
#define DMA_DESC__CTRL__OP_bp 0
#define DMA_DESC__CTRL__OP_bw 4
#define DMA_DESC__CTRL__OP_reset 0x0
#define DMA_DESC__CTRL__IRQ_bm 0x10
#define DMA_DESC__CTRL__IRQ_bp 4
#define DMA_DESC__CTRL__IRQ_bw 1
#define DMA_DESC__CTRL__IRQ_reset 0x0
#define DMA_DESC__CTRL__LAST_bm 0x20
#define DMA_DESC__CTRL__LAST_bp 5
#define DMA_DESC__CTRL__LAST_bw 1
#define DMA_DESC__CTRL__LAST_reset 0x0
#define DMA_DESC__CTRL__ATTR_EN_bm 0x40
#define DMA_DESC__CTRL__ATTR_EN_bp 6
#define DMA_DESC__CTRL__ATTR_EN_bw 1
#define DMA_DESC__CTRL__ATTR_EN_reset 0x0
#define DMA_DESC__CTRL__MAGIC_bm 0xff00
#define DMA_DESC__CTRL__MAGIC_bp 8
#define DMA_DESC__CTRL__MAGIC_bw 8
#define DMA_DESC__CTRL__MAGIC_reset 0xd5
#define DMA_DESC__CTRL__SHORT_STATUS_bm 0x3ff0000
#define DMA_DESC__CTRL__SHORT_STATUS_bp 16
#define DMA_DESC__CTRL__SHORT_STATUS_bw 10
#define DMA_DESC__CTRL__SHORT_STATUS_reset 0x0
#define DMA_DESC__CTRL__PHASE_bm 0x80000000
#define DMA_DESC__CTRL__PHASE_bp 31
#define DMA_DESC__CTRL__PHASE_bw 1
#define DMA_DESC__CTRL__PHASE_reset 0x1
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t OP :4;
        uint32_t IRQ :1;
        uint32_t LAST :1;
        uint32_t ATTR_EN :1;
        uint32_t :1;
        uint32_t MAGIC :8;
        uint32_t SHORT_STATUS :10;
        uint32_t :5;
        uint32_t PHASE :1;
    } f;
    uint32_t w;
} dma_desc__ctrl_t;

// reg - dma_desc::rows
#define DMA_DESC__ROWS__ROWS_bm 0xffff
#define DMA_DESC__ROWS__ROWS_bp 0
#define DMA_DESC__ROWS__ROWS_bw 16
#define DMA_DESC__ROWS__ROWS_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ROWS :16;
        uint32_t :16;
    } f;
    uint32_t w;
} dma_desc__rows_t;

// reg - dma_desc::next_lo
#define DMA_DESC__NEXT_LO__ADDR_bm 0xffffffff
#define DMA_DESC__NEXT_LO__ADDR_bp 0
#define DMA_DESC__NEXT_LO__ADDR_bw 32
#define DMA_DESC__NEXT_LO__ADDR_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ADDR :32;
    } f;
    uint32_t w;
} dma_desc__next_lo_t;

// reg - dma_desc::next_hi
#define DMA_DESC__NEXT_HI__ADDR_bm 0xffffffff
#define DMA_DESC__NEXT_HI__ADDR_bp 0
#define DMA_DESC__NEXT_HI__ADDR_bw 32
#define DMA_DESC__NEXT_HI__ADDR_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ADDR :32;
    } f;
    uint32_t w;
} dma_desc__next_hi_t;

// reg - dma_desc::src_lo
#define DMA_DESC__SRC_LO__ADDR_bm 0xffffffff
#define DMA_DESC__SRC_LO__ADDR_bp 0
#define DMA_DESC__SRC_LO__ADDR_bw 32
#define DMA_DESC__SRC_LO__ADDR_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ADDR :32;
    } f;
    uint32_t w;
} dma_desc__src_lo_t;

// reg - dma_desc::src_hi
#define DMA_DESC__SRC_HI__ADDR_bm 0xffffffff
#define DMA_DESC__SRC_HI__ADDR_bp 0
#define DMA_DESC__SRC_HI__ADDR_bw 32
#define DMA_DESC__SRC_HI__ADDR_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ADDR :32;
    } f;
    uint32_t w;
} dma_desc__src_hi_t;

// reg - dma_desc::dst_lo
#define DMA_DESC__DST_LO__ADDR_bm 0xffffffff
#define DMA_DESC__DST_LO__ADDR_bp 0
#define DMA_DESC__DST_LO__ADDR_bw 32
#define DMA_DESC__DST_LO__ADDR_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ADDR :32;
    } f;
    uint32_t w;
} dma_desc__dst_lo_t;

// reg - dma_desc::dst_hi
#define DMA_DESC__DST_HI__ADDR_bm 0xffffffff
#define DMA_DESC__DST_HI__ADDR_bp 0
#define DMA_DESC__DST_HI__ADDR_bw 32
#define DMA_DESC__DST_HI__ADDR_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t ADDR :32;
    } f;
    uint32_t w;
} dma_desc__dst_hi_t;

// reg - dma_desc::len
#define DMA_DESC__LEN__BYTES_bm 0xffffffff
#define DMA_DESC__LEN__BYTES_bp 0
#define DMA_DESC__LEN__BYTES_bw 32
#define DMA_DESC__LEN__BYTES_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t BYTES :32;
    } f;
    uint32_t w;
} dma_desc__len_t;

// reg - dma_desc::src_stride
#define DMA_DESC__SRC_STRIDE__STRIDE_bm 0xffffffff
#define DMA_DESC__SRC_STRIDE__STRIDE_bp 0
#define DMA_DESC__SRC_STRIDE__STRIDE_bw 32
#define DMA_DESC__SRC_STRIDE__STRIDE_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t STRIDE :32;
    } f;
    uint32_t w;
} dma_desc__src_stride_t;

// reg - dma_desc::dst_stride
#define DMA_DESC__DST_STRIDE__STRIDE_bm 0xffffffff
#define DMA_DESC__DST_STRIDE__STRIDE_bp 0
#define DMA_DESC__DST_STRIDE__STRIDE_bw 32
#define DMA_DESC__DST_STRIDE__STRIDE_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t STRIDE :32;
    } f;
    uint32_t w;
} dma_desc__dst_stride_t;

// reg - dma_desc::attr
#define DMA_DESC__ATTR__SRC_bm 0x7ff
#define DMA_DESC__ATTR__SRC_bp 0
#define DMA_DESC__ATTR__SRC_bw 11
#define DMA_DESC__ATTR__SRC_reset 0x0
#define DMA_DESC__ATTR__PHASE2_bm 0x800
#define DMA_DESC__ATTR__PHASE2_bp 11
#define DMA_DESC__ATTR__PHASE2_bw 1
#define DMA_DESC__ATTR__PHASE2_reset 0x1
#define DMA_DESC__ATTR__SRC_QOS_bm 0xf000
#define DMA_DESC__ATTR__SRC_QOS_bp 12
#define DMA_DESC__ATTR__SRC_QOS_bw 4
#define DMA_DESC__ATTR__SRC_QOS_reset 0x0
#define DMA_DESC__ATTR__DST_bm 0xffff0000
#define DMA_DESC__ATTR__DST_bp 16
#define DMA_DESC__ATTR__DST_bw 16
#define DMA_DESC__ATTR__DST_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t SRC :11;
        uint32_t PHASE2 :1;
        uint32_t SRC_QOS :4;
        uint32_t DST :16;
    } f;
    uint32_t w;
} dma_desc__attr_t;

// reg - dma_desc::status
#define DMA_DESC__STATUS__DONE_bm 0x1
#define DMA_DESC__STATUS__DONE_bp 0
#define DMA_DESC__STATUS__DONE_bw 1
#define DMA_DESC__STATUS__DONE_reset 0x0
#define DMA_DESC__STATUS__ERR_bm 0x2
#define DMA_DESC__STATUS__ERR_bp 1
#define DMA_DESC__STATUS__ERR_bw 1
#define DMA_DESC__STATUS__ERR_reset 0x0
#define DMA_DESC__STATUS__KIND_bm 0xf0
#define DMA_DESC__STATUS__KIND_bp 4
#define DMA_DESC__STATUS__KIND_bw 4
#define DMA_DESC__STATUS__KIND_reset 0x0
#define DMA_DESC__STATUS__RESP_bm 0x300
#define DMA_DESC__STATUS__RESP_bp 8
#define DMA_DESC__STATUS__RESP_bw 2
#define DMA_DESC__STATUS__RESP_reset 0x0
#define DMA_DESC__STATUS__PHASE_bm 0x80000000
#define DMA_DESC__STATUS__PHASE_bp 31
#define DMA_DESC__STATUS__PHASE_bw 1
#define DMA_DESC__STATUS__PHASE_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t DONE :1;
        uint32_t ERR :1;
        uint32_t :2;
        uint32_t KIND :4;
        uint32_t RESP :2;
        uint32_t :21;
        uint32_t PHASE :1;
    } f;
    uint32_t w;
} dma_desc__status_t;

// reg - dma_desc::bytes
#define DMA_DESC__BYTES__BYTES_bm 0xffffffff
#define DMA_DESC__BYTES__BYTES_bp 0
#define DMA_DESC__BYTES__BYTES_bw 32
#define DMA_DESC__BYTES__BYTES_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t BYTES :32;
    } f;
    uint32_t w;
} dma_desc__bytes_t;

// reg - dma_desc::digest
#define DMA_DESC__DIGEST__CRC_bm 0xffffffff
#define DMA_DESC__DIGEST__CRC_bp 0
#define DMA_DESC__DIGEST__CRC_bw 32
#define DMA_DESC__DIGEST__CRC_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t CRC :32;
    } f;
    uint32_t w;
} dma_desc__digest_t;

// reg - dma_desc::stamp
#define DMA_DESC__STAMP__CYCLES_bm 0xffffffff
#define DMA_DESC__STAMP__CYCLES_bp 0
#define DMA_DESC__STAMP__CYCLES_bw 32
#define DMA_DESC__STAMP__CYCLES_reset 0x0
typedef union {
    struct __attribute__ ((__packed__)) {
        uint32_t CYCLES :32;
    } f;
    uint32_t w;
} dma_desc__stamp_t;

// addrmap - dma_desc
typedef struct __attribute__ ((__packed__)) {
    dma_desc__ctrl_t ctrl;
    dma_desc__rows_t rows;
    dma_desc__next_lo_t next_lo;
    dma_desc__next_hi_t next_hi;
    dma_desc__src_lo_t src_lo;
    dma_desc__src_hi_t src_hi;
    dma_desc__dst_lo_t dst_lo;
    dma_desc__dst_hi_t dst_hi;
    dma_desc__len_t len;
    dma_desc__src_stride_t src_stride;
    dma_desc__dst_stride_t dst_stride;
    dma_desc__attr_t attr;
    dma_desc__status_t status;
    dma_desc__bytes_t bytes;
    dma_desc__digest_t digest;
    dma_desc__stamp_t stamp;
} dma_desc_t;


static_assert(sizeof(dma_desc_t) == 0x40, "Packing error");

#ifdef __cplusplus
}
#endif

#endif /* DMA_DESC_H */
