// SPDX-License-Identifier: Apache-2.0
// The co-simulated system on chip: engine, memory port, register host. Clock and reset come from outside.
module cosim_top #(
  parameter int unsigned ADDR_W = 40,
  parameter int unsigned DATA_W = 64,
  parameter int unsigned ID_W   = 4,
  parameter int unsigned USER_W = 16
) (
  input logic clk,
  input logic rst_n
);
endmodule
