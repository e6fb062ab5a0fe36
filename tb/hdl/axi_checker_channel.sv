// SPDX-License-Identifier: Apache-2.0
// The handshake rules of one channel (part of axi_checker.sv).
module axi_checker_channel #(
  parameter int unsigned PAYLOAD_W = 1,    // bits
  parameter int unsigned TIMEOUT   = 0     // cycles that VALID may wait for READY; 0: any number
) (
  input  logic                 clk,
  input  logic                 rst_n,
  input  logic                 valid,
  input  logic                 ready,
  input  logic [PAYLOAD_W-1:0] payload,
  output logic [3:0]           broken      // {time-out, reset, stable, valid}
);
  logic                 in_reset;          // at the clock edge before
  logic                 waiting;           // VALID waited for READY at the edge before
  logic [PAYLOAD_W-1:0] offered;
  logic [31:0]          waited;            // cycles

  initial in_reset = 1'b0;

  always_comb begin
    broken = '0;
    if (rst_n && waiting) begin
      broken[0] = !valid;
      broken[1] = valid && payload != offered;
      broken[3] = TIMEOUT != 0 && waited == TIMEOUT && !ready;
    end
    // A design with a synchronous reset has this edge to lower VALID, hence the edge after the first one in reset.
    broken[2] = in_reset && valid;
  end

  always_ff @(posedge clk) begin
    in_reset <= !rst_n;
    waiting  <= rst_n && valid && !ready;
    waited   <= rst_n && valid && !ready ? waited + 32'd1 : '0;
    if (valid && !ready) offered <= payload;
  end
endmodule
