// SPDX-License-Identifier: Apache-2.0
// Decodes a fetched descriptor, or the registers of a direct job, and judges it. Combinational.
// Order of verdicts, the last that holds counts: range, attributes, lock, operation, stale, magic, fetch error, ring
// registers. Stale needs the right magic: garbage is a bad descriptor, an older version of a good one is stale.
`default_nettype none

module dma_check
    import dma_pkg::*;
#(
    parameter int unsigned ADDR_W = 40,
    parameter bit          FAULT_INJECT = 1
) (
    input  cfg_t              cfg,
    input  wire  [511:0]      raw,                 // the descriptor, first byte lowest
    input  wire               f_lap,               // lap of the ring; the phase expected is its complement
    input  wire  [15:0]       f_index,
    input  wire  [1:0]        f_err,               // response of the fetch if it was an error
    input  wire  [63:0]       f_addr,
    input  wire               slot,
    output ctrl_t             ctrl,
    output logic [63:0]       link,                // list: next descriptor
    output logic [31:0]       total,               // bytes of the job; 0: nothing to move
    output job_t              job,
    output logic              blocked,             // the channel's registers forbid fetching
    output err_e              verdict
);
    localparam bit [15:0] PHASE2 = 16'h0800;       // in attr
    wire direct = cfg.mode == MODE_DIRECT;
    wire brief  = cfg.stride[1];
    wire phase  = raw[31];
    logic [31:0] attr;
    logic [47:0] product;

    // Every byte of every row lies within [0, 2^ADDR_W): rows move monotonically, so the first and last row decide.
    function automatic logic outside(input logic [63:0] base, input logic [31:0] len, input logic [15:0] rows,
                                     input logic [31:0] stride);
        logic signed [65:0] low, far;
        low = signed'({2'b0, base});
        far = low + 66'(signed'(stride)) * signed'({50'b0, rows});
        return base[63:ADDR_W] != 0 || low + signed'({34'b0, len}) > (66'sd1 << ADDR_W) || far < 0
               || far + signed'({34'b0, len}) > (66'sd1 << ADDR_W);
    endfunction

    always_comb begin
        ctrl = ctrl_t'(raw[15:0]);
        attr = raw[32*11 +: 32];
        link = raw[64 +: 64];
        job = '{op: op_e'(ctrl.op), slot: slot, index: f_index, src: raw[128 +: 64], dst: raw[192 +: 64],
                len: raw[256 +: 32], rows: raw[32 +: 16], sstride: raw[288 +: 32], dstride: raw[320 +: 32],
                attr_src: ctrl.attr_en ? attr_t'(attr[15:0] & ~PHASE2) : cfg.attr_src,
                attr_dst: ctrl.attr_en ? attr_t'(attr[31:16]) : cfg.attr_dst};
        if (brief) job = '{op: op_e'(ctrl.op), slot: slot, index: f_index, src: raw[64 +: 64], dst: raw[128 +: 64],
                           len: raw[32 +: 32], rows: '0, sstride: '0, dstride: '0,
                           attr_src: cfg.attr_src, attr_dst: cfg.attr_dst};
        if (direct) job = '{op: cfg.op, slot: slot, index: '0, src: cfg.src, dst: cfg.dst, len: cfg.len, rows: cfg.rows,
                            sstride: cfg.sstride, dstride: cfg.dstride, attr_src: cfg.attr_src, attr_dst: cfg.attr_dst};
        product = job.op == OP_NOP ? '0 : 48'(job.len) * (48'(job.rows) + 48'd1);
        total   = product[31:0];
    end

    always_comb begin
        automatic logic reads  = product != 0 && job.op != OP_FILL;
        automatic logic writes = product != 0 && job.op != OP_SINK;
        automatic logic misaligned = cfg.base[4:0] != 0 || (!brief && cfg.base[5]) || f_addr[4:0] != 0 || (!brief && f_addr[5]);
        automatic logic bad_ring = misaligned || cfg.base[63:ADDR_W] != 0 || f_addr[63:ADDR_W] != 0
                                   || (cfg.mode == MODE_RING && cfg.ring_len == 0);
        automatic logic bad_attr = attr_bad(cfg.attr_desc.cache[3:1], cfg.attr_desc.domain);
        blocked = bad_ring || bad_attr;
        verdict = ERR_NONE;
        if (product[47:32] != 0) verdict = ERR_ADDR;
        if (reads && outside(job.src, job.len, job.rows, job.sstride)) verdict = ERR_ADDR;
        if (writes && outside(job.dst, job.len, job.rows, job.dstride)) verdict = ERR_ADDR;
        if (reads && attr_bad(job.attr_src.cache[3:1], job.attr_src.domain)) verdict = ERR_ATTR;
        if (writes && attr_bad(job.attr_dst.cache[3:1], job.attr_dst.domain)) verdict = ERR_ATTR;
        if (!direct && !brief && ctrl.attr_en && cfg.lock) verdict = ERR_ATTR;
        if (job.op > OP_SINK) verdict = ERR_DESC;
        if (!direct) begin
            if (!(cfg.cyclic && cfg.mode == MODE_RING) && !(FAULT_INJECT && cfg.fi_no_stale)
                && (phase == f_lap || (!brief && attr[11] == f_lap))) verdict = ERR_STALE;
            if (ctrl.magic != 8'hD5) verdict = ERR_DESC;
            if (f_err != 0) verdict = ERR_DESC_RD;
            if (bad_attr) verdict = ERR_ATTR;
            if (bad_ring) verdict = ERR_ADDR;
        end
    end
    wire unused = &{1'b0, raw, cfg, f_addr};
endmodule

`default_nettype wire
