// SPDX-License-Identifier: Apache-2.0
// What fifo.sv promises, and what its users promise to it. CREDIT 1: entries are reserved with `take` before they are
// pushed, as the data FIFO's are. CREDIT 0: `take` is tied to 0, pushes look at `ready`, `space` means nothing.
// All inputs are free; registers without a reset start with any value. `dut.*` is looked at to make the properties
// inductive, so that they hold at any time and not only up to a depth.
`default_nettype none

module fifo_properties #(
    parameter int unsigned W      = 4,
    parameter int unsigned DEPTH  = 4,
    parameter bit          CREDIT = 1,
    localparam int unsigned PW    = $clog2(DEPTH),
    localparam int unsigned CW    = $clog2(DEPTH + 1)
) (
    input  wire          clk,
    input  wire          rst_n,
    input  wire [CW-1:0] take,
    input  wire          push,
    input  wire [W-1:0]  din,
    input  wire          pop,
    input  wire          watch                     // follow the word that is pushed now
);
    wire [CW-1:0] space, fill;
    wire [W-1:0]  dout;
    wire          ready, valid;

    fifo #(.W(W), .DEPTH(DEPTH)) dut (.clk, .rst_n, .take, .space, .push, .din, .ready, .pop, .dout, .valid, .fill);

    // --- the user's side ---------------------------------------------------------------------------------------------
    logic          begun;                          // a first cycle of reset has passed
    logic [CW-1:0] reserved;                       // taken and not pushed yet
    wire  [CW:0]   owed = (CW+1)'(reserved) + (CW+1)'(take);

    initial begun = 1'b0;
    always @(posedge clk) begun <= 1'b1;
    always_ff @(posedge clk) reserved <= !rst_n ? '0 : reserved + take - CW'(push);

    // --- one word, chosen by `watch`, followed from push to pop ------------------------------------------------------
    logic          watched;
    logic [W-1:0]  word;
    logic [CW-1:0] ahead;                          // entries in front of it
    wire  [CW:0]   place = (CW+1)'(dut.rp) + (CW+1)'(ahead);
    wire  [PW-1:0] slot  = PW'(place >= (CW+1)'(DEPTH) ? place - (CW+1)'(DEPTH) : place);

    always_ff @(posedge clk) begin
        if (watched && pop) begin
            ahead <= ahead - 1'b1;
            if (ahead == 0) watched <= 1'b0;
        end
        if (!watched && push && watch) begin
            watched <= 1'b1;
            word    <= din;
            ahead   <= fill - CW'(pop);
        end
        if (!rst_n) watched <= 1'b0;
    end

    // --- counts kept apart from the pointers' ------------------------------------------------------------------------
    logic [CW-1:0] count;
    always_ff @(posedge clk) count <= !rst_n ? '0 : count + CW'(push) - CW'(pop);

    always_comb begin
        if (!begun) assume (!rst_n);
        else if (rst_n) begin
            assume (!pop || valid);
            if (CREDIT) begin
                assume (take <= space);
                assume (!push || owed != 0);
            end else begin
                assume (take == 0);
                assume (!push || ready);
            end

            fill_counts:      assert (fill == count && fill <= CW'(DEPTH));
            valid_is_filled:  assert (valid == (count != 0));
            ready_is_room:    assert (ready == (count < CW'(DEPTH)));
            pointers_agree:   assert (32'(dut.wp) == (32'(dut.rp) + 32'(fill)) % DEPTH
                                      && 32'(dut.rp) < DEPTH && 32'(dut.wp) < DEPTH);
            if (CREDIT) begin
                credit_sum:   assert (32'(fill) + 32'(reserved) + 32'(space) == DEPTH);
                no_overflow:  assert (!push || ready);
            end
            if (watched) begin
                word_inside:  assert (ahead < fill);
                word_kept:    assert (dut.mem[slot] == word);
                word_in_turn: assert (ahead != 0 || dout == word);
            end

            full:             cover (count == CW'(DEPTH) && !watch);
            through:          cover (watched && ahead == 0 && pop && push && 32'(dut.rp) == DEPTH - 1);
        end
    end
endmodule
`default_nettype wire
