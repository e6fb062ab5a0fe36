// SPDX-License-Identifier: Apache-2.0
// Cuts one side of a chunk into bursts: none crosses 4 KiB or is longer than max_len + 1 beats; bursts after the first
// start aligned to a beat. The next burst is computed while the current one waits, so one burst per cycle can leave.
// `drop` together with `ready` discards what is left of the chunk whose burst is shown, that burst included.
`default_nettype none

module dma_split
    import dma_pkg::*;
#(
    parameter int unsigned ADDR_W = 40,
    parameter int unsigned DATA_W = 64
) (
    input  wire                clk,
    input  wire                rst_n,
    input  wire                chunk_valid,        // head of the chunk FIFO; popped by chunk_pop
    input  wire  [ADDR_W-1:0]  chunk_addr,
    input  side_t              chunk,
    output logic               chunk_pop,
    output logic               valid,              // burst shown
    input  wire                ready,
    input  wire                drop,
    output logic [ADDR_W-1:0]  addr,
    output logic [7:0]         len,                // beats - 1
    output logic [CHUNK_W-1:0] bytes,
    output logic [CHUNK_W-1:0] left,               // bytes of the chunk from this burst on
    output logic               last,               // last burst of its chunk
    output side_t              side
);
    localparam int unsigned SH = $clog2(DATA_W / 8);

    logic [CHUNK_W-1:0] done;                      // bytes of the head chunk already cut
    logic [ADDR_W-1:0]  a;
    logic [CHUNK_W-1:0] remaining, n;
    logic [CHUNK_W:0]   to_page, to_limit, beats;
    logic               load, ends, cut_off;

    always_comb begin
        cut_off = valid && ready && drop && !last;                     // then the FIFO's head is the same chunk
        load    = chunk_valid && (!valid || ready) && !cut_off;
        {a, remaining, n, to_page, to_limit, beats, ends} = 'x;
        if (load) begin
            a         = chunk_addr + ADDR_W'(done);
            remaining = chunk.len - done;
            to_page   = (CHUNK_W+1)'(4096) - (CHUNK_W+1)'(a[11:0]);
            to_limit  = (((CHUNK_W+1)'(chunk.max_len) + 1'b1) << SH) - (CHUNK_W+1)'(a[SH-1:0]);
            n = remaining;
            if ((CHUNK_W+1)'(n) > to_page) n = to_page[CHUNK_W-1:0];
            if ((CHUNK_W+1)'(n) > to_limit) n = to_limit[CHUNK_W-1:0];
            ends  = n == remaining;
            beats = ((CHUNK_W+1)'(a[SH-1:0]) + (CHUNK_W+1)'(n) - 1'b1) >> SH;
        end
        chunk_pop = cut_off || (load && ends);
    end

    always_ff @(posedge clk) begin
        if (load) begin
            addr  <= a;
            len   <= beats[7:0];
            bytes <= n;
            left  <= remaining;
            last  <= ends;
            side  <= chunk;
        end
    end

    always_ff @(posedge clk) begin
        if (ready) valid <= 1'b0;
        if (load) begin
            valid <= 1'b1;
            done  <= ends ? '0 : done + n;
        end
        if (cut_off) done <= '0;
        if (!rst_n) begin
            valid <= 1'b0;
            done  <= '0;
        end
    end
    wire unused = &{1'b0, beats[CHUNK_W:8]};
endmodule
`default_nettype wire
