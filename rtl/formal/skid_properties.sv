// SPDX-License-Identifier: Apache-2.0
// What skid.sv promises as a register slice between an AXI sender and an AXI receiver, both free but for the rule that a
// VALID, once up, stays with its data until READY (IHI 0022 A3.2.1). Registers without a reset start with any value.
`default_nettype none

module skid_properties #(
    parameter int unsigned W = 4
) (
    input  wire         clk,
    input  wire         rst_n,
    input  wire         in_valid,
    input  wire [W-1:0] in_data,
    input  wire         out_ready,
    input  wire         watch                      // follow the word that goes in now
);
    wire         in_ready, out_valid;
    wire [W-1:0] out_data;

    skid #(.W(W)) dut (.clk, .rst_n, .in_valid, .in_ready, .in_data, .out_valid, .out_ready, .out_data);

    wire  enters = in_valid && in_ready;
    wire  leaves = out_valid && out_ready;

    // --- the cycle before --------------------------------------------------------------------------------------------
    logic         begun;                           // a first cycle of reset has passed
    logic         was_reset, was_offered, was_stalled, was_enters, was_in_ready, was_out_ready, was_out_valid;
    logic [W-1:0] was_in, was_out;

    initial begun = 1'b0;
    always @(posedge clk) begun <= 1'b1;

    always_ff @(posedge clk) begin
        was_reset     <= !rst_n;
        was_offered   <= in_valid && !in_ready;
        was_stalled   <= out_valid && !out_ready;
        was_enters    <= enters;
        was_in_ready  <= in_ready;
        was_out_ready <= out_ready;
        was_out_valid <= out_valid;
        was_in        <= in_data;
        was_out       <= out_data;
    end

    // --- number of words inside, and one of them followed ------------------------------------------------------------
    logic [1:0]   count;
    logic         watched, second;                 // second: one word is in front of it
    logic [W-1:0] word;

    always_ff @(posedge clk) begin
        count <= count + 2'(enters) - 2'(leaves);
        if (watched && leaves) begin
            second <= 1'b0;
            if (!second) watched <= 1'b0;
        end
        if (!watched && enters && watch) begin
            watched <= 1'b1;
            second  <= count - 2'(leaves) != 0;
            word    <= in_data;
        end
        if (!rst_n) begin
            count   <= '0;
            watched <= 1'b0;
        end
    end

    always_comb begin
        if (!begun) assume (!rst_n);
        else if (rst_n) begin
            if (!was_reset && was_offered) assume (in_valid && in_data == was_in);

            count_of_two:  assert (count <= 2);
            valid_counts:  assert (out_valid == (count != 0));
            ready_counts:  assert (in_ready == (count != 2));
            if (watched) begin
                word_inside:  assert (count > 2'(second));
                word_kept:    assert (word == (second ? dut.spare : out_data));
                word_in_turn: assert (second || !out_valid || out_data == word);
            end
            if (!was_reset && was_stalled)
                stable_output: assert (out_valid && out_data == was_out);
            if (!was_reset && was_enters && (!was_out_valid || was_out_ready))
                one_cycle:     assert (out_valid);
            if (!was_reset && was_in_ready && was_out_ready)
                full_rate:     assert (in_ready);

            both_full:     cover (count == 2 && enters == 1'b0 && leaves);
            watched_waits: cover (watched && second && leaves);
        end
    end
endmodule
`default_nettype wire
