// SPDX-License-Identifier: Apache-2.0
// The model on the time line of the RTL: CPUs, the policy's steps, watched lines, and a strobe where a hazard is found.
// Nothing here drives anything, and nothing is written but in a run with waves.
module model_probe;
  /* verilator lint_off UNUSEDSIGNAL */
  logic [8*48-1:0] policy;          // its step
  logic            hazard;          // high for 10 ns from where one is found
  logic [15:0]     hazard_number;   // as in the report
  logic [8*16-1:0] hazard_code;
  logic [39:0]     hazard_address;  // physical, of the first wrong byte
  /* verilator lint_on UNUSEDSIGNAL */
  initial begin
    hazard = 1'b0;
    {policy, hazard_number, hazard_code, hazard_address} = '0;
  end
  cpu_probe  cpu0 ();
  cpu_probe  cpu1 ();
  cpu_probe  cpu2 ();
  cpu_probe  cpu3 ();
  line_probe line0 ();
  line_probe line1 ();
  line_probe line2 ();
  line_probe line3 ();
  line_probe line4 ();
  line_probe line5 ();
  line_probe line6 ();
  line_probe line7 ();
endmodule
