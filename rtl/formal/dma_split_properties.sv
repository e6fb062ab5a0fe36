// SPDX-License-Identifier: Apache-2.0
// What dma_split.sv promises: the bursts of a chunk, one after the other, are the chunk. The chunk FIFO in front and the
// taker behind are free: any address, 1 to 4096 bytes, any limit of beats, any stall, any drop, reset at any time.
// `model_*` says from the ports alone which chunk the shown burst belongs to and how much of it was shown before.
// `dut.done` is looked at in one property to make all of them inductive: a chunk can have 1024 bursts, more than any
// bounded depth.
`default_nettype none

module dma_split_properties
    import dma_pkg::*;
#(
    parameter int unsigned ADDR_W = 40,
    parameter int unsigned DATA_W = 64
) (
    input  wire               clk,
    input  wire               rst_n,
    input  wire               chunk_valid,
    input  wire  [ADDR_W-1:0] chunk_addr,
    input  side_t             chunk,
    input  wire               ready,
    input  wire               drop
);
    localparam int unsigned BEAT = DATA_W / 8;     // bytes
    localparam int unsigned SH   = $clog2(BEAT);
    localparam bit [7:0] LONGEST = 8'(BEAT <= 16 ? 255 : 4096 / BEAT - 1);

    wire                chunk_pop, valid, last;
    wire  [ADDR_W-1:0]  addr;
    wire  [7:0]         len;
    wire  [CHUNK_W-1:0] bytes, left;
    side_t              side;

    dma_split #(.ADDR_W(ADDR_W), .DATA_W(DATA_W)) dut (
        .clk, .rst_n, .chunk_valid, .chunk_addr, .chunk, .chunk_pop, .valid, .ready, .drop, .addr, .len, .bytes, .left,
        .last, .side);

    wire cut  = valid && ready && drop && !last;   // the rest of the chunk is thrown away
    wire room = chunk_valid && (!valid || ready) && !cut;

    // --- the cycle before --------------------------------------------------------------------------------------------
    logic               begun;                     // a first cycle of reset has passed
    logic               was_reset, was_waiting, was_stalled, was_room, was_cut, was_pop, was_last;
    logic [ADDR_W-1:0]  was_head_addr, was_addr;
    logic [7:0]         was_len;
    logic [CHUNK_W-1:0] was_bytes, was_left;
    side_t              was_head, was_side;

    initial begun = 1'b0;
    always @(posedge clk) begun <= 1'b1;

    always_ff @(posedge clk) begin
        was_reset     <= !rst_n;
        was_waiting   <= chunk_valid && !chunk_pop;
        was_stalled   <= valid && !ready;
        was_room      <= room;
        was_cut       <= cut;
        was_pop       <= chunk_pop;
        was_head_addr <= chunk_addr;
        was_head      <= chunk;
        was_addr      <= addr;
        was_len       <= len;
        was_bytes     <= bytes;
        was_left      <= left;
        was_last      <= last;
        was_side      <= side;
    end

    // --- the chunk of the shown burst, and its bytes shown before this burst -----------------------------------------
    logic [ADDR_W-1:0]  model_addr;
    logic [CHUNK_W-1:0] model_sum;
    side_t              model_side;

    always_ff @(posedge clk) begin
        if (room) begin
            model_addr <= chunk_addr;
            model_side <= chunk;
        end
        if (valid && ready) model_sum <= last || drop ? '0 : model_sum + bytes;
        if (!rst_n) model_sum <= '0;
    end

    wire [11:0]      burst_end    = 12'(addr) + 12'(bytes);
    wire [CHUNK_W:0] first_to_end = (CHUNK_W+1)'(addr[SH-1:0]) + (CHUNK_W+1)'(bytes);  // from the first beat's start

    always_comb begin
        if (!begun) assume (!rst_n);
        else if (rst_n) begin
            assume (chunk.len >= 1 && chunk.len <= 4096);
            if (!was_reset && was_waiting)
                assume (chunk_valid && chunk_addr == was_head_addr && chunk == was_head);

            if (valid) begin
                within_4k:      assert (32'(addr[11:0]) + 32'(bytes) <= 4096);
                beats_in_4k:    assert (32'(addr[11:SH]) + 32'(len) < 4096 / BEAT);
                max_burst:      assert (len <= side.max_len);
                not_empty:      assert (bytes != 0);
                beats_of_bytes: assert (32'(len) + 1 == (32'(first_to_end) + BEAT - 1) / BEAT);
                first_address:  assert (model_sum != 0 || addr == model_addr);
                later_aligned:  assert (model_sum == 0 || addr[SH-1:0] == 0);
                no_gap:         assert (addr == model_addr + ADDR_W'(model_sum));
                sum_of_bytes:   assert (32'(model_sum) + 32'(left) == 32'(model_side.len));
                last_is_rest:   assert (bytes <= left && last == (bytes == left));
                as_long_as_can: assert (last || burst_end == 0 || (len == side.max_len && burst_end[SH-1:0] == 0));
                side_of_chunk:  assert (side == model_side);
            end
            no_pause:       assert (valid || model_sum == 0);
            cut_so_far:     assert (dut.done == (valid && !last ? model_sum + bytes : '0));
            if (valid && !last)
                head_is_chunk: assert (chunk_valid && chunk_addr == model_addr && chunk == model_side);
            if (!was_reset && was_stalled)
                stable_burst: assert (valid && addr == was_addr && len == was_len && bytes == was_bytes
                                      && left == was_left && last == was_last && side == was_side);
            if (!was_reset) begin
                next_at_once: assert (was_stalled || valid == was_room);
                pop_once:     assert (was_pop == (was_cut || (was_room && last)));
            end

            three_bursts:   cover (valid && last && model_sum != 0 && 32'(model_sum) > (32'(side.max_len) + 1) * BEAT);
            page_in_middle: cover (valid && model_sum != 0 && addr[11:0] == 0);
            thrown_away:    cover (was_cut && !was_reset && chunk_valid);
            longest:        cover (valid && ready && last && len == LONGEST);
        end
    end
endmodule
`default_nettype wire
