// SPDX-License-Identifier: Apache-2.0
// Types shared by the modules of the DMA engine. Register offsets, bit positions, AxUSER and AxID: dma.rdl.
`default_nettype none

package dma_pkg;

    localparam int unsigned CHUNK_W = 13;          // a chunk has 1 to 4096 bytes

    typedef enum logic [1:0] { KIND_DATA, KIND_DESC, KIND_STATUS, KIND_RESERVED } kind_e;
    typedef enum logic [3:0] { OP_NOP, OP_COPY, OP_FILL, OP_SINK } op_e;
    typedef enum logic [1:0] { MODE_DIRECT, MODE_LIST, MODE_RING } mode_e;
    typedef enum logic [3:0] { ST_IDLE, ST_WAIT, ST_FETCH, ST_RUN, ST_STATUS, ST_PAUSED, ST_DRAIN, ST_HALTED } state_e;
    typedef enum logic [3:0] { ERR_NONE, ERR_RD, ERR_WR, ERR_DESC_RD, ERR_DESC_WB, ERR_DESC, ERR_STALE, ERR_ATTR,
                               ERR_ADDR, ERR_TIMEOUT } err_e;

    typedef struct packed {                        // bits 15:0 of an ATTR register, or a half of descriptor.attr
        logic [3:0] qos;
        logic [1:0] reserved;
        logic [1:0] domain;
        logic       coherent;
        logic [2:0] prot;
        logic [3:0] cache;
    } attr_t;

    // Illegal on the bus: allocate without modifiable (IHI 0022 Table A4-5), Device outside System, cacheable in System
    // (Table C3-3). Domains are those of Table C3-2: 0 non-shareable, 1 inner, 2 outer, 3 system.
    function automatic logic attr_bad(input logic [3:1] cache, input logic [1:0] domain);
        logic cacheable;
        cacheable = cache[3:2] != 0;
        return (cacheable && !cache[1]) || (!cache[1] && domain != 2'b11) || (cacheable && domain == 2'b11);
    endfunction

    typedef struct {                               // channel registers, see dma.rdl
        mode_e       mode;
        logic        cyclic, wb_en;
        logic [1:0]  stride, prefetch;
        logic [7:0]  max_len;
        op_e         op;
        logic [4:0]  out_limit;
        logic        irq_early, dev_single, fi_no_stale, fi_early_status;
        logic [63:0] src, dst;
        logic [31:0] len;
        logic [15:0] rows;
        logic [31:0] sstride, dstride, fill;
        attr_t       attr_src, attr_dst, attr_desc;
        logic        lock;                         // either of SRC, DST
        logic [63:0] base;
        logic [15:0] ring_len;
        logic [15:0] tail;
        logic        tail_lap;
    } cfg_t;

    typedef struct packed {                        // descriptor.ctrl, low half
        logic [7:0]  magic;
        logic        reserved, attr_en, last, irq;
        logic [3:0]  op;
    } ctrl_t;

    typedef struct packed { logic start, pause, resume, stop, terminate, clear, rewind, doorbell; } cmd_t;

    typedef struct {                               // what a channel shows in its registers; done_* to stopped are pulses
        state_e      state;
        logic        busy, halted;
        logic [15:0] head;
        logic        head_lap;
        err_e        kind;
        logic [1:0]  resp;
        logic [7:0]  beat;
        logic [15:0] err_index;
        logic [63:0] err_addr, cur_desc;
        logic [31:0] residue, done_cnt, digest;
        logic        done_irq, done_now, err, empty, aborted, stopped;
    } stat_t;

    typedef struct packed {                        // a checked descriptor or direct job
        op_e         op;
        logic        slot;                         // which of the channel's two jobs in work
        logic [15:0] index;
        logic [63:0] src, dst;
        logic [31:0] len;                          // bytes per row, not 0
        logic [15:0] rows;                         // rows - 1
        logic [31:0] sstride, dstride;
        attr_t       attr_src, attr_dst;
    } job_t;

    typedef struct packed {                        // who owns a chunk or burst
        logic [2:0]  ch;
        logic        slot;
        logic [15:0] index;
    } tag_t;

    typedef struct packed {                        // one side of a chunk; its address travels beside
        tag_t               tag;
        logic [CHUNK_W-1:0] len;
        attr_t              attr;
        logic [7:0]         max_len;               // beats - 1
        logic [4:0]         limit;                 // outstanding bursts, 0 = no limit
        logic               counted;               // data passes through the FIFO (COPY)
    } side_t;

    typedef struct packed {                        // what the aligner has to know of a chunk; offsets modulo 32
        logic [2:0]         ch;
        logic               slot;
        op_e                op;
        logic [4:0]         soff, doff;
        logic [1:0]         fill_rot;              // pattern byte at the first byte
        logic               first;                 // first chunk of its job: seeds the CRC
        logic [CHUNK_W-1:0] len;
    } shape_t;

    typedef struct packed {                        // progress or failure of data, to the channels
        logic               valid;
        tag_t               tag;
        logic [CHUNK_W-1:0] bytes;
    } ack_t;

    typedef struct packed {
        logic        valid;
        tag_t        tag;
        logic [1:0]  resp;
        logic [7:0]  beat;
        logic [63:0] addr;
    } fault_t;

endpackage
`default_nettype wire
