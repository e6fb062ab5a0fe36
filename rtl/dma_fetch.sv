// SPDX-License-Identifier: Apache-2.0
// Fetches the descriptors of one channel in order, decodes the one it holds (direct mode: the registers) and judges it.
// Order of verdicts, the last that holds counts: range, attributes, lock, operation, stale, magic, fetch error, ring
// registers. Stale needs the right magic: garbage is a bad descriptor, an older version of a good one is stale.
`default_nettype none

module dma_fetch
    import dma_pkg::*;
#(
    parameter int unsigned ADDR_W = 40,
    parameter int unsigned DATA_W = 64,
    parameter bit          FAULT_INJECT = 1
) (
    input  wire               clk,
    input  wire               rst_n,
    input  cfg_t              cfg,
    input  wire               start,               // begin at from_*
    input  wire  [15:0]       from_index,
    input  wire               from_lap,
    input  wire  [63:0]       from_addr,
    input  wire               run,                 // fetching is allowed, and another descriptor may be in work
    input  wire               flush,               // forget what is held; a fetch on the bus ends first
    input  wire               kill,
    input  wire               accept,              // the held descriptor becomes a job
    input  wire               slot,
    output wire               have,                // a descriptor is held: the outputs below are valid
    output wire               bus_idle,            // no fetch is requested or on the bus
    output wire               empty,               // nothing held, fetched or requested
    output logic [15:0]       index,               // of the descriptor held, or the next to fetch
    output logic              lap,
    output logic [63:0]       addr,
    output logic [15:0]       next_index,
    output logic              next_lap,
    output logic [63:0]       next_addr,
    output logic              over,                // last of a list, or direct
    output ctrl_t             ctrl,
    output logic [31:0]       total,               // bytes of the job; 0: nothing to move
    output job_t              job,
    output err_e              verdict,
    output logic [1:0]        resp,                // response of the fetch if it was an error
    output logic              req,
    input  wire               taken,
    input  wire               r_valid,
    input  wire  [DATA_W-1:0] r_data,
    input  wire  [1:0]        r_resp,
    input  wire               r_last
);
    typedef enum logic [1:0] { F_IDLE, F_REQ, F_DATA, F_HAVE } fetch_e;
    localparam bit [15:0] PHASE2 = 16'h0800;       // in attr
    fetch_e state;
    logic [$clog2(512 / DATA_W)-1:0] beat;
    logic [511:0] raw;                             // the descriptor, first byte lowest
    logic   ended;                                 // the last of the list has been accepted
    wire    direct = cfg.mode == MODE_DIRECT;
    wire    brief  = cfg.stride[1];
    wire    wrap   = cfg.mode == MODE_RING && index + 1'b1 == cfg.ring_len;
    wire    ready  = cfg.mode != MODE_RING || cfg.cyclic || {lap, index} != {cfg.tail_lap, cfg.tail};
    wire [63:0] pitch = cfg.stride == 0 ? 64'd64 : cfg.stride == 1 ? 64'd128 : 64'd32;
    wire [63:0] link  = raw[64 +: 64];             // list: next descriptor

    // The channel's registers forbid fetching.
    wire misaligned = cfg.base[4:0] != 0 || (!brief && cfg.base[5]) || addr[4:0] != 0 || (!brief && addr[5]);
    wire bad_ring   = misaligned || cfg.base[63:ADDR_W] != 0 || addr[63:ADDR_W] != 0
                      || (cfg.mode == MODE_RING && cfg.ring_len == 0);
    wire bad_attr   = attr_bad(cfg.attr_desc.cache[3:1], cfg.attr_desc.domain);

    assign have       = state == F_HAVE;
    assign empty      = state == F_IDLE;
    assign bus_idle   = empty || have;
    assign next_index = wrap ? '0 : index + 1'b1;
    assign next_lap   = lap ^ wrap;
    assign next_addr  = cfg.mode == MODE_LIST ? link : wrap ? cfg.base : addr + pitch;
    assign over       = direct || (cfg.mode == MODE_LIST && (ctrl.last || brief || link == 0));

    always_ff @(posedge clk) begin
        if (r_valid && state == F_DATA) begin
            raw[32'(beat) * DATA_W +: DATA_W] <= r_data;
            beat <= beat + 1'b1;
            if (r_resp[1]) resp <= r_resp;
        end
        unique case (state)
            F_IDLE: if (run && !direct && !ended && ready) begin
                state <= bad_ring || bad_attr ? F_HAVE : F_REQ;
                req   <= !(bad_ring || bad_attr);
                beat  <= '0;
                resp  <= '0;
            end
            F_REQ: if (taken || kill) begin
                state <= taken ? F_DATA : F_IDLE;
                req   <= 1'b0;
            end
            F_DATA: if (r_valid && r_last) state <= F_HAVE;
            F_HAVE: if (accept) begin
                state <= F_IDLE;
                ended <= over;
                {index, lap, addr} <= {next_index, next_lap, next_addr};
            end
        endcase
        if (flush) state <= F_IDLE;
        if (start) begin
            state <= direct ? F_HAVE : F_IDLE;
            ended <= 1'b0;
            {index, lap, addr} <= {from_index, from_lap, from_addr};
        end
        if (!rst_n) begin
            state <= F_IDLE;
            req   <= 1'b0;
        end
    end

    // --- decode and judge ---------------------------------------------------------------------------------------
    logic [31:0] attr;
    logic [47:0] product;
    logic        phase, reads, writes;

    // Every byte of every row lies within [0, 2^ADDR_W): rows move monotonically, so the first and last row decide.
    function automatic logic outside(input logic [63:0] base, input logic [31:0] len, input logic [15:0] rows,
                                     input logic [31:0] stride);
        logic signed [65:0] low, far;
        logic signed [48:0] way;
        way = 49'(signed'(stride)) * signed'({33'b0, rows});
        low = signed'({2'b0, base});
        far = low + 66'(way);
        return base[63:ADDR_W] != 0 || low + signed'({34'b0, len}) > (66'sd1 << ADDR_W) || far < 0
               || far + signed'({34'b0, len}) > (66'sd1 << ADDR_W);
    endfunction

    // Nobody looks at the results while nothing is held: a simulator need not compute them then.
    always_comb begin
        ctrl    = 'x;
        job     = 'x;
        total   = 'x;
        verdict = ERR_NONE;
        {attr, product, phase, reads, writes} = 'x;
        if (have) begin
            ctrl  = ctrl_t'(raw[15:0]);
            attr  = raw[32*11 +: 32];
            phase = raw[31];
            if (direct) job = '{op: cfg.op, slot: slot, index: '0, src: cfg.src, dst: cfg.dst, len: cfg.len, rows: cfg.rows,
                                sstride: cfg.sstride, dstride: cfg.dstride, attr_src: cfg.attr_src, attr_dst: cfg.attr_dst};
            else if (brief) job = '{op: op_e'(ctrl.op), slot: slot, index: index, src: raw[64 +: 64], dst: raw[128 +: 64],
                                    len: raw[32 +: 32], rows: '0, sstride: '0, dstride: '0,
                                    attr_src: cfg.attr_src, attr_dst: cfg.attr_dst};
            else job = '{op: op_e'(ctrl.op), slot: slot, index: index, src: raw[128 +: 64], dst: raw[192 +: 64],
                         len: raw[256 +: 32], rows: raw[32 +: 16], sstride: raw[288 +: 32], dstride: raw[320 +: 32],
                         attr_src: ctrl.attr_en ? attr_t'(attr[15:0] & ~PHASE2) : cfg.attr_src,
                         attr_dst: ctrl.attr_en ? attr_t'(attr[31:16]) : cfg.attr_dst};
            product = job.op == OP_NOP ? '0 : 48'(job.len) * (48'(job.rows) + 48'd1);
            total   = product[31:0];
            reads   = product != 0 && job.op != OP_FILL;
            writes  = product != 0 && job.op != OP_SINK;
            if (product[47:32] != 0) verdict = ERR_ADDR;
            if (reads && outside(job.src, job.len, job.rows, job.sstride)) verdict = ERR_ADDR;
            if (writes && outside(job.dst, job.len, job.rows, job.dstride)) verdict = ERR_ADDR;
            if (reads && attr_bad(job.attr_src.cache[3:1], job.attr_src.domain)) verdict = ERR_ATTR;
            if (writes && attr_bad(job.attr_dst.cache[3:1], job.attr_dst.domain)) verdict = ERR_ATTR;
            if (!direct && !brief && ctrl.attr_en && cfg.lock) verdict = ERR_ATTR;
            if (job.op > OP_SINK) verdict = ERR_DESC;
            if (!direct) begin
                if (!(cfg.cyclic && cfg.mode == MODE_RING) && !(FAULT_INJECT && cfg.fi_no_stale)
                    && (phase == lap || (!brief && attr[11] == lap))) verdict = ERR_STALE;
                if (ctrl.magic != 8'hD5) verdict = ERR_DESC;
                if (resp != 0) verdict = ERR_DESC_RD;
                if (bad_attr) verdict = ERR_ATTR;
                if (bad_ring) verdict = ERR_ADDR;
            end
        end
    end
    wire unused = &{1'b0, raw, addr};
endmodule
`default_nettype wire
