// SPDX-License-Identifier: Apache-2.0
// First-word-fall-through FIFO, any depth from 2, with a credit count beside the fill level: `take` reserves
// entries before their data exists, a pop gives one entry back. Users without credits tie take to 0.
`default_nettype none

module fifo #(
    parameter int unsigned W     = 8,              // bits per entry
    parameter int unsigned DEPTH = 4,              // entries, 2 or more
    localparam int unsigned PW   = $clog2(DEPTH),
    localparam int unsigned CW   = $clog2(DEPTH + 1)
) (
    input  wire           clk,
    input  wire           rst_n,
    input  wire  [CW-1:0] take,                    // entries to reserve in this cycle; at most `space`
    output logic [CW-1:0] space,                   // entries that are neither filled nor reserved
    input  wire           push,
    input  wire  [W-1:0]  din,
    output wire           ready,                   // not full
    input  wire           pop,
    output wire  [W-1:0]  dout,
    output wire           valid,                   // not empty
    output logic [CW-1:0] fill
);
    logic [W-1:0]  mem [DEPTH];
    logic [PW-1:0] wp, rp;

    assign dout  = mem[rp];
    assign valid = fill != 0;
    assign ready = fill != CW'(DEPTH);

    function automatic logic [PW-1:0] next(input logic [PW-1:0] p);
        return p == PW'(DEPTH - 1) ? '0 : p + 1'b1;
    endfunction

    always_ff @(posedge clk) if (push) mem[wp] <= din;

    always_ff @(posedge clk) begin
        if (push) wp <= next(wp);
        if (pop) rp <= next(rp);
        fill  <= fill + CW'(push) - CW'(pop);
        space <= space - take + CW'(pop);
        if (!rst_n) begin
            wp <= '0;
            rp <= '0;
            fill <= '0;
            space <= CW'(DEPTH);
        end
    end
endmodule
`default_nettype wire
