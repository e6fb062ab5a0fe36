// SPDX-License-Identifier: Apache-2.0
// The handshake rules of one channel but for its payload (part of axi_checker.sv).
module axi_checker_channel #(
  parameter int unsigned TIMEOUT = 0       // cycles that VALID may wait for READY; 0: any number
) (
  input  logic       clk,
  input  logic       rst_n,
  input  logic       valid,
  input  logic       ready,
  output logic       waiting,              // VALID waited for READY at the clock edge before
  output logic [2:0] broken                // {time-out, reset, valid}, a cycle later
);
  logic        in_reset;                   // at the clock edge before; unknown at the first one
  logic [31:0] waited;                     // cycles

  // Nothing to do on a silent channel.
  always_ff @(posedge clk) if (valid || waiting || in_reset || !rst_n || broken != 0) begin
    in_reset <= !rst_n;
    waiting  <= rst_n && valid && !ready;
    waited   <= '0;
    broken   <= '0;
    if (waiting && rst_n) begin
      broken[0] <= !valid;
      broken[2] <= TIMEOUT != 0 && waited == TIMEOUT - 1 && valid && !ready;
      waited    <= waited + 32'd1;
    end
    // A design with a synchronous reset has this edge to lower VALID, hence the edge after the first one in reset.
    if (in_reset) broken[1] <= valid;
  end
endmodule
