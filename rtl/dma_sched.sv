// SPDX-License-Identifier: Apache-2.0
// Takes one job per channel, and cuts the jobs, row by row, into chunks of at most 4 KiB that end at a 4 KiB boundary of
// the destination (SINK: of the source). Channels take turns chunk by chunk; everything below sees only chunks, in one
// order. Counts what each channel has below: `drained` says that nothing is left.
`default_nettype none

module dma_sched
    import dma_pkg::*;
#(
    parameter int unsigned ADDR_W    = 40,
    parameter int unsigned NCH       = 2,
    parameter int unsigned MAX_BURST = 64
) (
    input  wire               clk,
    input  wire               rst_n,
    input  wire  [NCH-1:0]    kill,                // drop the job
    input  wire  [NCH-1:0]    pause,               // cut nothing more for now
    input  cfg_t              cfg [NCH],
    input  wire  [NCH-1:0]    job_valid,
    input  job_t              job [NCH],
    output wire  [NCH-1:0]    job_ready,
    output wire  [NCH-1:0]    drained,
    // chunks; each consumer has room
    input  wire               room,
    output logic              chunk,               // a chunk is cut now
    output logic              rd_push,
    output logic              wr_push,
    output logic [ADDR_W-1:0] rd_addr,
    output logic [ADDR_W-1:0] wr_addr,
    output side_t             rd_side,
    output side_t             wr_side,
    output shape_t            shape,
    // what the pipeline reports
    input  wire               al_end,              // aligner has finished a chunk
    input  wire  [2:0]        al_ch,
    input  wire               ws_end,              // write splitter has
    input  wire  [2:0]        ws_ch,
    input  wire               aw_data,             // AW of ws_ch issued
    input  wire               b_data,              // B received
    input  wire  [2:0]        b_ch
);
    localparam int unsigned CHW = NCH < 2 ? 1 : $clog2(NCH);

    job_t        cur [NCH];                        // src and dst are those of the current row
    logic [31:0] off [NCH];                        // bytes of the row already cut
    logic [NCH-1:0] act, fresh;                    // fresh: nothing cut yet
    logic [CHW-1:0] cx;                            // ch as an index
    logic [2:0]  turn, ch;                         // turn: channel served last
    logic [8:0]  below [NCH];

    job_t        j;
    logic [31:0] o, left;
    logic [12:0] room_page, n;
    logic [ADDR_W-1:0] src, dst;
    logic        any, row_end;

    function automatic logic [7:0] burst_limit(input logic single, input logic [7:0] max_len, input logic [2:0] cache);
        if (single && cache == 0) return 8'd0;     // Device
        return 9'(max_len) >= 9'(MAX_BURST) ? 8'(MAX_BURST - 1) : max_len;
    endfunction

    always_comb begin
        ch  = '0;
        any = 1'b0;
        for (int k = NCH; k >= 1; k--) begin       // the nearest after `turn` wins
            automatic logic [CHW-1:0] c = CHW'((32'(turn) + k) % NCH);
            if (act[c] && !kill[c] && !pause[c]) begin
                ch  = 3'(c);
                any = 1'b1;
            end
        end
        chunk = any && room;
        cx    = ch[CHW-1:0];
        j     = cur[cx];
        o     = off[cx];
        src   = j.src[ADDR_W-1:0] + ADDR_W'(o);
        dst   = j.dst[ADDR_W-1:0] + ADDR_W'(o);
        left  = j.len - o;
        room_page = 13'd4096 - 13'(j.op == OP_SINK ? src[11:0] : dst[11:0]);
        row_end   = left <= 32'(room_page);
        n         = row_end ? left[12:0] : room_page;
        rd_push   = chunk && j.op != OP_FILL;
        wr_push   = chunk && j.op != OP_SINK;
        rd_addr   = src;
        wr_addr   = dst;
        rd_side   = '{tag: '{ch: ch, slot: j.slot, index: j.index}, len: n, attr: j.attr_src,
                      max_len: burst_limit(cfg[cx].dev_single, cfg[cx].max_len, j.attr_src.cache[3:1]), limit: cfg[cx].out_limit, counted: j.op == OP_COPY};
        wr_side   = '{tag: '{ch: ch, slot: j.slot, index: j.index}, len: n, attr: j.attr_dst,
                      max_len: burst_limit(cfg[cx].dev_single, cfg[cx].max_len, j.attr_dst.cache[3:1]), limit: cfg[cx].out_limit, counted: j.op == OP_COPY};
        shape     = '{ch: ch, slot: j.slot, op: j.op, soff: src[4:0], doff: dst[4:0], fill_rot: o[1:0],
                      first: fresh[cx], len: n};
    end

    assign job_ready = ~act & ~kill;

    for (genvar i = 0; i < NCH; i++) begin : g_ch
        wire mine = chunk && ch == 3'(i);
        assign drained[i] = below[i] == 0 && !job_valid[i] && (!act[i] || pause[i]);

        always_ff @(posedge clk) begin
            if (job_valid[i] && job_ready[i]) begin
                cur[i] <= job[i];
                off[i] <= '0;
            end else if (mine) begin
                off[i] <= row_end ? '0 : o + 32'(n);
                if (row_end) begin
                    cur[i].rows <= j.rows - 1'b1;
                    cur[i].src  <= j.src + 64'(signed'(j.sstride));
                    cur[i].dst  <= j.dst + 64'(signed'(j.dstride));
                end
            end
        end

        always_ff @(posedge clk) begin
            if (job_valid[i] && job_ready[i]) begin
                act[i]   <= 1'b1;
                fresh[i] <= 1'b1;
            end else if (mine) begin
                fresh[i] <= 1'b0;
                if (row_end && j.rows == 0) act[i] <= 1'b0;
            end
            if (kill[i]) act[i] <= 1'b0;
            below[i] <= below[i] + 9'(mine) + 9'(mine && wr_push) + 9'(aw_data && ws_ch == 3'(i))
                        - 9'(al_end && al_ch == 3'(i)) - 9'(ws_end && ws_ch == 3'(i)) - 9'(b_data && b_ch == 3'(i));
            if (!rst_n) begin
                act[i]   <= 1'b0;
                below[i] <= '0;
            end
        end
    end

    always_ff @(posedge clk) begin
        if (chunk) turn <= ch;
        if (!rst_n) turn <= '0;
    end
endmodule
`default_nettype wire
