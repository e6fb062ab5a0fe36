// SPDX-License-Identifier: Apache-2.0
// One watched cache line of the model, for waves. Written by the simulator's main program from what Python says; text is
// ASCII, so that every viewer shows it.
module line_probe;
  /* verilator lint_off UNUSEDSIGNAL */
  logic [39:0]     address;  // physical, of the line
  logic [8*12-1:0] l1;       // clean, dirty; STALE behind it; - where there is none
  logic [8*12-1:0] l2;
  logic [8*8-1:0]  memory;   // latest, STALE
  logic [8*24-1:0] buffers;  // what waits in the CPU's store buffer and the outer cache's
  logic [8*8-1:0]  owner;    // cpu, device, both
  logic [8*8-1:0]  alias_;   // live while a cacheable alias is
  logic [8*32-1:0] may;      // the worst that some schedule allows
  /* verilator lint_on UNUSEDSIGNAL */
  initial begin
    address = '0;
    {l1, l2, memory, buffers, owner, alias_, may} = '0;
  end
endmodule
