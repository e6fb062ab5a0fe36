// SPDX-License-Identifier: Apache-2.0
// Register slice: full throughput, all outputs and `in_ready` from registers. Used on the AXI inputs R and B, so that
// no path leads from a bus input through the engine to a bus output.
`default_nettype none

module skid #(
    parameter int unsigned W = 8
) (
    input  wire          clk,
    input  wire          rst_n,
    input  wire          in_valid,
    output wire          in_ready,
    input  wire  [W-1:0] in_data,
    output logic         out_valid,
    input  wire          out_ready,
    output logic [W-1:0] out_data
);
    logic         held;                            // `spare` holds a word that out_data had no room for
    logic [W-1:0] spare;

    assign in_ready = !held;

    always_ff @(posedge clk) begin
        if (in_ready) spare <= in_data;
        if (!out_valid || out_ready) out_data <= held ? spare : in_data;
    end

    always_ff @(posedge clk) begin
        if (!out_valid || out_ready) begin
            out_valid <= held || in_valid;
            held <= 1'b0;
        end else if (in_valid && in_ready) begin
            held <= 1'b1;
        end
        if (!rst_n) begin
            out_valid <= 1'b0;
            held <= 1'b0;
        end
    end
endmodule
`default_nettype wire
