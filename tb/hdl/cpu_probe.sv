// SPDX-License-Identifier: Apache-2.0
// What one CPU of the model does, for waves; see line_probe.
module cpu_probe;
  /* verilator lint_off UNUSEDSIGNAL */
  logic [8*40-1:0] operation;
  logic [8*8-1:0]  alias_;   // memory type that the access goes through
  logic [39:0]     address;  // physical
  logic [8*24-1:0] place;    // file and line of the program
  /* verilator lint_on UNUSEDSIGNAL */
  initial begin
    address = '0;
    {operation, alias_, place} = '0;
  end
endmodule
