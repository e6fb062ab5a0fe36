// SPDX-License-Identifier: Apache-2.0
// The rules that one address request can break (part of axi_checker.sv), told a cycle later.
module axi_checker_request #(
  parameter int unsigned ADDR_W   = 40,
  parameter int unsigned DATA_W   = 64,
  parameter bit          WRITE    = 1'b0,
  parameter bit          ACE_LITE = 1'b1,
  parameter bit          AXI3     = 1'b0
) (
  input  logic              clk,
  input  logic              valid,     // look at it in this cycle
  input  logic [ADDR_W-1:0] addr,
  input  logic [7:0]        len,
  input  logic [2:0]        size,
  input  logic [1:0]        burst,
  input  logic              lock,
  input  logic [3:0]        cache,
  input  logic [1:0]        domain,
  input  logic [3:0]        snoop,
  output logic [9:0]        broken   // in the order of axi_checker_pkg: {snoop, domain, ..., size, burst}
);
  localparam logic [1:0] FIXED = 2'd0, INCR = 2'd1, WRAP = 2'd2, RESERVED = 2'd3;
  localparam logic [1:0] NON_SHAREABLE = 2'd0, SYSTEM = 2'd3;

  // IHI 0022 Tables C3-7 and C3-8, of them what ACE-Lite has; C3-10 for burst, lock and domain.
  function automatic logic snoop_is_legal();
    logic shareable = domain != NON_SHAREABLE && domain != SYSTEM;
    if (snoop == 4'b0000)                 // NoSnoop, or ReadOnce / WriteUnique in a shareable domain
      return !shareable || (burst != FIXED && !lock);
    if (WRITE) return snoop == 4'b0001 && shareable && burst != FIXED && !lock;     // WriteLineUnique
    // CleanShared, CleanInvalid, MakeInvalid
    return (snoop == 4'b1000 || snoop == 4'b1001 || snoop == 4'b1101) && domain != SYSTEM && burst != FIXED && !lock;
  endfunction

  function automatic logic crosses_page();
    // An unaligned burst ends where an aligned one of its length does: it may start at the page's last byte.
    logic [31:0] mask = (32'd1 << size) - 32'd1;
    return (32'(addr[11:0]) & ~mask) + ((32'(len) + 32'd1) << size) > 32'd4096;
  endfunction

  function automatic logic exclusive_is_legal();
    logic [31:0] bytes = (32'(len) + 32'd1) << size;
    return bytes <= 32'd128 && len <= 8'd15 && (bytes & (bytes - 32'd1)) == 0
           && (32'(addr[11:0]) & (bytes - 32'd1)) == 0;
  endfunction

  function automatic logic is_aligned();
    return (32'(addr[11:0]) & ((32'd1 << size) - 32'd1)) == 0;
  endfunction

  always_ff @(posedge clk) begin
    broken <= '0;
    if (valid) begin
      broken[0] <= burst == RESERVED;
      broken[1] <= (32'd8 << size) > DATA_W;
      broken[2] <= burst == INCR && crosses_page();
      broken[3] <= len > 8'd15 && (AXI3 || burst == FIXED);
      broken[4] <= burst == WRAP && !(len inside {8'd1, 8'd3, 8'd7, 8'd15});
      broken[5] <= burst == WRAP && !is_aligned();
      broken[6] <= cache[3:2] != 0 && !cache[1];
      broken[7] <= lock && !exclusive_is_legal();
      broken[8] <= ACE_LITE &&  // Table C3-3
                   ((!cache[1] && domain != SYSTEM) || (cache[3:2] != 0 && domain == SYSTEM));
      broken[9] <= ACE_LITE && !snoop_is_legal();
    end
  end

  wire unused = &{1'b0, addr, cache[0]};
endmodule
